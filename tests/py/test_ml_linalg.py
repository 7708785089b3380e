"""Vectors, matrices and programs' own types in columns: what goes in comes out, on every way, and
looks as Spark shows it.  The texts and numbers are answers of a real Spark."""
import pickle

import pytest

from rushlight.errors import AnalysisException, IllegalArgumentException, PySparkValueError
from rushlight.ml.functions import array_to_vector, vector_to_array
from rushlight.ml.linalg import (
    DenseMatrix, DenseVector, Matrices, SparseMatrix, SparseVector, Vectors, VectorUDT)
from rushlight.mllib import linalg as old
from rushlight.sql import SparkSession, functions as F
from rushlight.sql.types import (
    DoubleType, IntegerType, StructField, StructType, UserDefinedType)

DENSE, SPARSE = Vectors.dense(1.0, 2.0), Vectors.sparse(4, {1: 1.0, 3: 5.5})
MATRIX, SPARSE_MATRIX = (Matrices.dense(2, 2, [1, 2, 3.5, -4]),
                         Matrices.sparse(2, 2, [0, 1, 2], [0, 1], [2.0, 3.0]))


@pytest.fixture(scope="module")
def spark():
    session = SparkSession.builder.master("local[2]").config(
        "spark.ui.enabled", "false").getOrCreate()
    yield session
    session.stop()


@pytest.fixture(scope="module")
def df(spark):
    return spark.createDataFrame(
        [(DENSE, MATRIX, [Vectors.dense(1.5)]), (SPARSE, SPARSE_MATRIX, []), (None, None, None)],
        ["v", "m", "a"])


# ---- the classes ------------------------------------------------------------------------------

def test_dense():
    u = Vectors.dense([3.0, 4.0])
    assert (DENSE + u, 2 - DENSE, u / DENSE, u % 2, -DENSE) == (
        Vectors.dense(4, 6), Vectors.dense(1, 0), Vectors.dense(3, 2), Vectors.dense(1, 0),
        Vectors.dense(-1, -2))
    assert u.norm(2) == 5 and u.numNonzeros() == 2 and u.dot([1, 1]) == 7
    assert DENSE.squared_distance(u) == 8
    assert repr(DENSE) == "DenseVector([1.0, 2.0])" and str(DENSE) == "[1.0,2.0]"
    assert pickle.loads(pickle.dumps(DENSE)) == DENSE and len(DENSE) == 2 and DENSE[1] == 2


def test_sparse():
    assert repr(SPARSE) == "SparseVector(4, {1: 1.0, 3: 5.5})"
    assert str(SPARSE) == "(4,[1,3],[1.0,5.5])"
    assert SPARSE == Vectors.sparse(4, [(3, 5.5), (1, 1.0)]) == Vectors.sparse(4, [1, 3], [1, 5.5])
    assert SPARSE == Vectors.dense(0, 1, 0, 5.5) and hash(SPARSE) == hash(
        Vectors.dense(0, 1, 0, 5.5))
    assert [SPARSE[i] for i in (0, 1, -1)] == [0, 1, 5.5]
    assert SPARSE.dot(SPARSE) == 31.25 and SPARSE.dot(Vectors.dense(1, 2, 3, 4)) == 24
    assert SPARSE.squared_distance(Vectors.sparse(4, {1: 3.0, 2: 1.0})) == 35.25
    assert SPARSE.toArray().tolist() == [0, 1, 0, 5.5]
    assert pickle.loads(pickle.dumps(SPARSE)) == SPARSE


@pytest.mark.parametrize("make, error, text", [
    (lambda: Vectors.sparse(4, {6: 1.0}), AssertionError, "out of the size of vector with size=4"),
    (lambda: Vectors.sparse(4, {-1: 1.0}), AssertionError, "Contains negative index -1"),
    (lambda: Vectors.sparse(4, [3, 1], [1, 1]), TypeError, "not strictly increasing"),
    (lambda: SPARSE[4], IndexError, "Index 4 out of bounds."),
    (lambda: DENSE.dot([1.0]), AssertionError, "dimension mismatch"),
    (lambda: MATRIX[2, 0], IndexError, r"Row index 2 is out of range \[0, 2\)"),
    (lambda: Matrices.sparse(2, 2, [0, 1], [0], [1]), ValueError, "Expected colPtrs of size 3"),
])
def test_misuse(make, error, text):
    with pytest.raises(error, match=text):
        make()


def test_matrices():
    assert repr(MATRIX) == "DenseMatrix(2, 2, [1.0, 2.0, 3.5, -4.0], False)"
    assert MATRIX.toSparse().toDense() == MATRIX == MATRIX.toSparse()
    assert DenseMatrix(2, 2, range(4), isTransposed=True).toArray().tolist() == [[0, 1], [2, 3]]
    assert SPARSE_MATRIX[1, 1] == 3 and SPARSE_MATRIX[0, 1] == 0
    assert str(SparseMatrix(2, 2, [0, 2, 3], [0, 1, 1], [2, 3, 4], True)) == (
        "2 X 2 CSRMatrix\n(0,0) 2.0\n(0,1) 3.0\n(1,1) 4.0")
    assert pickle.loads(pickle.dumps(SPARSE_MATRIX)) == SPARSE_MATRIX
    assert "..." in repr(Matrices.dense(20, 1, range(20)))


def test_mllib():
    vector = old.Vectors.parse("(100, [0], [2])")
    assert vector == old.Vectors.sparse(100, {0: 2.0}) and vector.asML() == Vectors.sparse(
        100, {0: 2.0})
    assert old.Vectors.fromML(DENSE) == old.Vectors.dense(1, 2) and old.Vectors.dense(1) != \
        Vectors.dense(1)
    with pytest.raises(ValueError, match="Cannot find tokens"):
        old.Vectors.parse("1,2")


# ---- columns ----------------------------------------------------------------------------------

def test_schema(df, capsys):
    assert str(df) == "DataFrame[v: vector, m: matrix, a: array<vector>]"
    df.printSchema()
    assert capsys.readouterr().out == (
        "root\n |-- v: vector (nullable = true)\n |-- m: matrix (nullable = true)\n"
        " |-- a: array (nullable = true)\n |    |-- element: vector (containsNull = true)\n\n")
    assert df.schema["v"].dataType == VectorUDT()
    assert StructType.fromJson(df.schema.jsonValue()) == df.schema


def test_text(df):
    shown = df.select(df.v.cast("string"), df.m.cast("string")).collect()
    assert [tuple(row) for row in shown] == [
        ("[1.0,2.0]", "1.0  3.5   \n2.0  -4.0  "),
        ("(4,[1,3],[1.0,5.5])", "2 x 2 CSCMatrix\n(0,0) 2.0\n(1,1) 3.0"), (None, None)]


def test_rows(df):
    first, second, third = df.collect()
    assert (first.v, first.m, first.a) == (DENSE, MATRIX, [Vectors.dense(1.5)])
    assert (second.v, second.m, second.a) == (SPARSE, SPARSE_MATRIX, [])
    assert isinstance(second.v, SparseVector) and tuple(third) == (None, None, None)
    assert df.rdd.map(lambda row: (str(row.v), repr(row.m))).collect()[1] == (
        str(SPARSE), repr(SPARSE_MATRIX))
    assert df.toPandas().v.tolist() == [DENSE, SPARSE, None]


def test_pandas(spark):
    pd = pytest.importorskip("pandas")
    frame = pd.DataFrame({"n": [1, 2], "v": [DENSE, None]})
    df = spark.createDataFrame(frame)
    assert df.dtypes == [("n", "bigint"), ("v", "vector")]
    assert df.collect() == [(1, DENSE), (2, None)]


def test_functions_of_python(df):
    second = F.udf(lambda v: float(v[1]), "double")
    twice = F.udf(lambda v: DenseVector(2 * v.toArray()), VectorUDT())
    rows = df.where("v is not null").select(second("v").alias("x"), twice("v").alias("y")).collect()
    assert [row.x for row in rows] == [2.0, 1.0]
    assert [row.y for row in rows] == [Vectors.dense(2, 4), Vectors.dense(0, 2, 0, 11)]


def test_functions(df):
    vectors = df.where("v is not null")
    arrays = vectors.select(vector_to_array("v"), vector_to_array("v", "float32").alias("f"))
    assert arrays.columns == ["UDF(v)", "f"]
    assert [row[0] for row in arrays.collect()] == [[1, 2], [0, 1, 0, 5.5]]
    assert arrays.schema["f"].dataType.simpleString() == "array<float>"
    assert not arrays.schema["f"].nullable
    made = df.select(array_to_vector(F.array(F.lit(1), F.lit(2))).alias("v")).head()
    assert made.v == Vectors.dense(1, 2)
    with pytest.raises(Exception, match="requires a non-null input argument"):
        df.select(vector_to_array("v")).collect()


def test_groups_and_shuffles(df):
    assert df.select("v").distinct().count() == 3
    assert df.join(df.select("v"), "v").count() == 2
    assert df.repartition(3, "v").where(df.v == df.v).count() == 2
    assert df.select(F.coalesce("v", "v").alias("c")).dtypes == [("c", "vector")]
    assert df.select(F.hash("v"), F.xxhash64("v")).head() == (1255268418, 2660108005086847391)


@pytest.mark.parametrize("query, text", [
    (lambda df: df.select(df.v.cast("double")), r'cannot cast UDT\("STRUCT<type: TINYINT NOT NULL'),
    (lambda df: df.select("v.values"), "INVALID_EXTRACT_BASE_FIELD_TYPE"),
    (lambda df: df.select("v").union(df.select("m")), "INCOMPATIBLE_COLUMN_TYPE"),
])
def test_refused(df, query, text):
    with pytest.raises(AnalysisException, match=text):
        query(df).collect()


def test_typeof(df):
    assert df.select(F.expr("typeof(a)")).head()[0] == (
        "array<struct<type:tinyint,size:int,indices:array<int>,values:array<double>>>")


def test_verified(spark):
    schema = StructType([StructField("v", VectorUDT())])
    with pytest.raises(PySparkValueError, match="field v: 1.0 is not an instance of type Vector"):
        spark.createDataFrame([(1.0,)], schema)


def test_parquet(spark, df, tmp_path):
    df.write.parquet(str(tmp_path / "p"))
    back = spark.read.parquet(str(tmp_path / "p"))
    assert back.dtypes == df.dtypes
    key = lambda row: str(row.v)    # noqa: E731
    assert sorted(back.collect(), key=key) == sorted(df.collect(), key=key)
    assert back.select("v").where("v is null").count() == 1


@pytest.mark.parametrize("vector, text", [
    ((0, 3, [2000000000], [1.0]), "Index 2000000000 is out of bounds in a sparse vector of size 3"),
    ((0, 3, [1, 0], [1.0, 2.0]), "Index 0 does not lie above the one before it"),
    ((0, 3, [0, 1], [1.0]), "of size 3 has 2 indices and 1 values"),
    ((0, 3, None, [1.0]), "null in place of its size, indices or values"),
    ((1, None, None, None), "null in place of its values"),
])
def test_files_may_say_anything(spark, tmp_path, vector, text):
    """A file whose schema says vector, but whose struct is not one."""
    pq = pytest.importorskip("pyarrow.parquet")
    import pyarrow as pa
    spark.createDataFrame([(DENSE,), (SPARSE,)], ["v"]).coalesce(1).write.parquet(
        str(tmp_path / "p"))
    path = next((tmp_path / "p").glob("*.parquet"))
    table = pq.read_table(path)
    row = dict(zip(("type", "size", "indices", "values"), vector))
    column = pa.array(table["v"].to_pylist() + [row], table.schema.field("v").type)
    pq.write_table(pa.table([column], schema=table.schema), path)
    for crc in (tmp_path / "p").glob(".*.crc"):
        crc.unlink()
    df = spark.read.parquet(str(tmp_path / "p"))
    assert df.dtypes == [("v", "vector")]
    assert [row.s for row in df.select(df.v.cast("string").alias("s")).collect()][:2] == [
        str(DENSE), str(SPARSE)]
    with pytest.raises(IllegalArgumentException, match=text):
        df.select(vector_to_array("v")).collect()


def test_vector_changed_after_it_was_made(spark):
    vector = Vectors.sparse(3, {1: 1.0})
    vector.indices[0] = 2000000000
    df = spark.createDataFrame([(vector,)], ["v"])
    with pytest.raises(IllegalArgumentException, match="Index 2000000000 is out of bounds"):
        df.select(vector_to_array("v")).collect()


def test_json(df):
    assert df.select(F.to_json(F.struct("v"))).head()[0] == '{"v":{"type":1,"values":[1.0,2.0]}}'


def test_many(spark):
    """More than a batch, and partitions of both kinds."""
    n = 20000
    rows = spark.range(n).rdd.map(lambda r: (
        Vectors.dense(r.id, 1) if r.id % 2 else Vectors.sparse(2, {0: float(r.id)}),))
    df = spark.createDataFrame(rows, StructType([StructField("v", VectorUDT())]))
    total = df.repartition(3).select(vector_to_array("v").alias("a")).select(
        F.sum(F.col("a")[0]), F.sum(F.col("a")[1])).head()
    assert tuple(total) == (n * (n - 1) / 2, n / 2)


# ---- programs' own types ----------------------------------------------------------------------

class PointUDT(UserDefinedType):
    @classmethod
    def sqlType(cls):
        return StructType([StructField("x", DoubleType()), StructField("y", DoubleType())])

    @classmethod
    def module(cls):
        return "nowhere_to_be_imported"

    def serialize(self, point):
        return point.x, point.y

    def deserialize(self, datum):
        return Point(*datum)


class Point:
    __UDT__ = PointUDT()

    def __init__(self, x, y):
        self.x, self.y = x, y

    def __eq__(self, other):
        return isinstance(other, Point) and (self.x, self.y) == (other.x, other.y)


class EvenUDT(UserDefinedType):
    """Kept as a plain number."""

    @classmethod
    def sqlType(cls):
        return IntegerType()

    @classmethod
    def module(cls):
        return "nowhere_to_be_imported"

    def serialize(self, even):
        return even // 2

    def deserialize(self, half):
        return 2 * half


def test_own(spark, capsys):
    df = spark.createDataFrame([(1, Point(1.0, 2.0)), (2, None)], ["i", "p"])
    assert df.dtypes == [("i", "bigint"), ("p", "udt")]
    df.printSchema()
    assert "p: pythonuserdefined (nullable = true)" in capsys.readouterr().out
    assert df.select(df.p.cast("string")).collect() == [("{1.0, 2.0}",), (None,)]
    assert df.collect() == [(1, Point(1.0, 2.0)), (2, None)]
    assert df.where("p is not null").rdd.map(lambda row: row.p.y).collect() == [2.0]
    made = df.select(F.udf(lambda i: Point(float(i), 0.0), PointUDT())("i").alias("z")).collect()
    assert [row.z for row in made] == [Point(1.0, 0.0), Point(2.0, 0.0)]


def test_own_of_numbers(spark):
    schema = StructType([StructField("e", EvenUDT())])
    df = spark.createDataFrame([(4,), (None,), (10,)], schema, verifySchema=False)
    assert [row.e for row in df.collect()] == [4, None, 10]
    assert [row.e for row in df.repartition(2).where("e is not null").collect()] != [2, 5]
    with pytest.raises(AnalysisException, match="cannot cast"):
        df.select(df.e.cast("int")).collect()


BAD_MATRICES = {
    "starts fall": (0, 2, 3, [0, 2, 1, 2], [1, 0], [5.0, 6.0], False),
    "starts end elsewhere": (0, 2, 3, [0, 1, 9, 9], [1, 0], [5.0, 6.0], False),
    "a row too many": (0, 2, 3, [0, 1, 1, 2], [1, 7], [5.0, 6.0], False),
    "a negative row": (0, 2, 3, [0, 1, 1, 2], [-1, 0], [5.0, 6.0], False),
    "too few starts": (0, 2, 3, [0, 2], [1, 0], [5.0, 6.0], False),
    "too few rows": (0, 2, 3, [0, 1, 1, 2], [1], [5.0, 6.0], False),
    "no starts": (0, 2, 3, None, None, [5.0, 6.0], False),
    "too few values": (1, 2, 3, None, None, [5.0], False),
    "negative sizes": (1, -2, -3, None, None, 6 * [5.0], False),
}


@pytest.mark.parametrize("kind", BAD_MATRICES)
def test_what_is_no_matrix_is_not_read_as_one(spark, tmp_path, kind):
    from rushlight.ml.linalg import MatrixUDT
    from rushlight.sql.types import StructField, StructType
    path = str(tmp_path / "matrices")
    plain = StructType([StructField("m", MatrixUDT.sqlType())])
    spark.createDataFrame([(BAD_MATRICES[kind],)], plain).write.parquet(path)
    read = spark.read.schema(StructType([StructField("m", MatrixUDT())])).parquet(path)
    assert read.selectExpr("cast(m as string)").first()[0].startswith("(not a matrix: ")
    with pytest.raises(Exception, match="matrix|size|length"):
        read.first()
