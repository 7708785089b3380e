"""Purpose: tables of files as programs see them: what is written is read back, folders and row
groups are left out by filters without changing answers, schemas are merged or refused, and errors
name the file."""

import datetime
import decimal
import os

import pytest

pa = pytest.importorskip("pyarrow")
pq = pytest.importorskip("pyarrow.parquet")

from rushlight.sql import SparkSession  # noqa: E402


@pytest.fixture(scope="module")
def spark():
    session = (SparkSession.builder.master("local[2]").appName("sources")
               .config("spark.sql.session.timeZone", "UTC").getOrCreate())
    yield session
    session.stop()


def _frame(spark, n=100):
    return spark.range(n).selectExpr(
        "id", "cast(id as string) as s", "cast(id as decimal(15,2)) as p", "id / 4 as x",
        "id % 3 = 0 as b", "case when id % 5 = 0 then null else id end as n",
        "date_add(date'2024-01-01', cast(id as int)) as d")


@pytest.mark.parametrize("format", ["parquet", "orc"])
def test_written_and_read_back(spark, tmp_path, format):
    path = str(tmp_path / "t")
    frame = _frame(spark)
    frame.write.format(format).save(path)
    read = spark.read.format(format).load(path)
    assert read.dtypes == frame.dtypes
    assert sorted(read.collect()) == sorted(frame.collect())
    assert read.where("id = 7").collect()[0].p == decimal.Decimal("7.00")
    assert read.where("d = date'2024-01-04'").select("id", "d").collect() == \
        [(3, datetime.date(2024, 1, 4))]


@pytest.mark.parametrize("condition", [
    "id < 10", "id in (1, 55, 99)", "n is null", "n is not null and id > 90", "x > 20.5 or s = '3'",
    "p between 10 and 12", "s like '9%'", "not (id >= 5)", "id <=> 4", "b", "id > 1000"])
def test_pushed_filters_change_no_answer(spark, tmp_path, condition):
    path = str(tmp_path / "t.parquet")
    pq.write_table(pa.table({
        "id": list(range(100)), "s": [str(i) for i in range(100)], "x": [i / 4 for i in range(100)],
        "p": pa.array([decimal.Decimal(i) for i in range(100)], pa.decimal128(15, 2)),
        "n": [None if i % 5 == 0 else i for i in range(100)], "b": [i % 3 == 0 for i in range(100)],
    }), path, row_group_size=10)
    pushed = spark.read.parquet(path).where(condition).select("id").collect()
    kept = [r for r in spark.read.parquet(path).selectExpr("id", "(%s) as c" % condition).collect()
            if r.c]
    assert sorted(r.id for r in pushed) == sorted(r.id for r in kept)


def test_partition_folders(spark, tmp_path):
    path = str(tmp_path / "t")
    spark.range(12).selectExpr("id", "id % 3 as k").write.partitionBy("k").parquet(path)
    read = spark.read.parquet(path)
    assert read.dtypes == [("id", "bigint"), ("k", "int")]
    assert sorted(r.id for r in read.where("k = 2").collect()) == [2, 5, 8, 11]
    assert read.where("k > 7").count() == 0
    assert sorted(r.k for r in read.select("k").distinct().collect()) == [0, 1, 2]
    os.rename(os.path.join(path, "k=0"), os.path.join(path, "k=__HIVE_DEFAULT_PARTITION__"))
    assert spark.read.parquet(path).where("k is null").count() == 4


def test_schemas_are_merged_when_asked(spark, tmp_path):
    pq.write_table(pa.table({"a": [1]}), str(tmp_path / "1.parquet"))
    pq.write_table(pa.table({"a": [2], "b": ["x"]}), str(tmp_path / "2.parquet"))
    path = str(tmp_path)
    assert spark.read.parquet(path).columns == ["a"]
    merged = spark.read.option("mergeSchema", True).parquet(path)
    assert sorted(merged.collect()) == [(1, None), (2, "x")]
    pq.write_table(pa.table({"a": ["text"]}), str(tmp_path / "3.parquet"))
    with pytest.raises(Exception, match="CANNOT_MERGE_SCHEMAS"):
        spark.read.option("mergeSchema", True).parquet(path)


def test_another_type_than_the_file_has(spark, tmp_path):
    path = str(tmp_path / "t.parquet")
    pq.write_table(pa.table({"a": pa.array([1, 2], pa.int32())}), path)
    assert spark.read.schema("a bigint, b string").parquet(path).collect() == [(1, None), (2, None)]
    with pytest.raises(Exception, match="PARQUET_COLUMN_DATA_TYPE_MISMATCH"):
        spark.read.schema("a string").parquet(path).collect()


def test_nested_columns(spark, tmp_path):
    path = str(tmp_path / "t.parquet")
    pq.write_table(pa.table({"a": [[1, 2], None, []],
                             "s": [{"x": 1, "y": "p"}, None, {"x": None, "y": "q"}]}), path)
    rows = spark.read.parquet(path).collect()
    assert [r.a for r in rows] == [[1, 2], None, []]
    assert rows[0].s.y == "p" and rows[1].s is None and rows[2].s.x is None


@pytest.mark.parametrize("format", ["parquet", "orc"])
def test_a_broken_file_is_named(spark, tmp_path, format):
    path = tmp_path / ("broken." + format)
    path.write_bytes(b"nothing that anybody could read")
    with pytest.raises(Exception, match=r"FAILED_READ_FILE.*broken\." + format):
        spark.read.format(format).load(str(path)).collect()


@pytest.mark.parametrize("format", ["parquet", "csv", "json"])
def test_a_file_that_vanishes_is_named(spark, tmp_path, format):
    path = str(tmp_path / "t")
    spark.range(10).coalesce(1).write.format(format).save(path)
    read = spark.read.format(format).load(path)
    for name in os.listdir(path):
        os.remove(os.path.join(path, name))
    with pytest.raises(Exception, match="FAILED_READ_FILE.FILE_NOT_EXIST"):
        read.collect()
    spark.conf.set("spark.sql.files.ignoreMissingFiles", "true")
    try:
        # A new query: one that has been planned keeps its settings.
        assert read.select("*").collect() == []
    finally:
        spark.conf.unset("spark.sql.files.ignoreMissingFiles")


def test_missing_paths(spark, tmp_path):
    with pytest.raises(Exception, match="PATH_NOT_FOUND"):
        spark.read.parquet(str(tmp_path / "nothing"))
    os.mkdir(tmp_path / "empty")
    with pytest.raises(Exception, match="UNABLE_TO_INFER_SCHEMA"):
        spark.read.parquet(str(tmp_path / "empty"))


def test_small_files_share_tasks(spark, tmp_path):
    path = str(tmp_path / "t")
    spark.range(0, 40, 1, 20).write.parquet(path)
    assert spark.read.parquet(path).rdd.getNumPartitions() < 20
    spark.conf.set("spark.sql.files.openCostInBytes", "1g")
    try:
        assert spark.read.parquet(path).rdd.getNumPartitions() == 20
    finally:
        spark.conf.unset("spark.sql.files.openCostInBytes")
