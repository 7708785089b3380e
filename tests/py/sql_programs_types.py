"""Types, rows and what is inferred."""
import array
import datetime
import decimal
import pickle

from pyspark.sql import Row
from pyspark.sql.types import (
    ArrayType, BinaryType, BooleanType, ByteType, CharType, DataType, DateType,
    DayTimeIntervalType, DecimalType, DoubleType, FloatType, IntegerType, LongType, MapType,
    NullType, ShortType, StringType, StructField, StructType, TimestampNTZType, TimestampType,
    VarcharType, YearMonthIntervalType)
from sql_programs import error, program, table

ALL = [NullType(), StringType(), CharType(3), VarcharType(9), BinaryType(), BooleanType(),
       DateType(), TimestampType(), TimestampNTZType(), DecimalType(), DecimalType(12, 4),
       DoubleType(), FloatType(), ByteType(), ShortType(), IntegerType(), LongType(),
       DayTimeIntervalType(), DayTimeIntervalType(1), DayTimeIntervalType(0, 2),
       YearMonthIntervalType(), YearMonthIntervalType(0), ArrayType(IntegerType(), False),
       MapType(StringType(), ArrayType(DateType())),
       StructType([StructField("a", LongType(), False, {"unit": "m"}),
                   StructField("b c", StructType([StructField("d", BinaryType())]))])]
DDL = ["a int", "a int, b string", "int", "decimal(5,2)", "struct<a:int,b:array<string>>",
       "a INT NOT NULL COMMENT 'why', b map<string,struct<x:double>>", "timestamp_ntz",
       "interval day to minute", "interval year", "`a b` long", "a: int, b: string", "varchar(3)",
       "bigint", "void", "a int, a int", "blah", "a int b", "array<int", "decimal(50,2)"]


@program
def types_say_what_they_are(spark, tmp):
    return [(repr(t), str(t), t.typeName(), t.simpleString(), t.json()) for t in ALL]


@program
def types_survive_json_and_pickle(spark, tmp):
    from pyspark.sql.types import _parse_datatype_json_string
    return [(_parse_datatype_json_string(t.json()) == t, pickle.loads(pickle.dumps(t)) == t,
             hash(t) == hash(pickle.loads(pickle.dumps(t)))) for t in ALL]


@program
def types_from_ddl(spark, tmp):
    def of(text):
        try:
            return repr(DataType.fromDDL(text))
        except Exception as e:
            return type(e).__name__, e.getCondition()
    return [(text, of(text)) for text in DDL]


def _schema():
    return (StructType().add("a", "integer").add("b", ArrayType(StringType(), False), False)
            .add("m", MapType(StringType(), StructType().add("x", "decimal(3,1)")))
            .add(StructField("v", VarcharType(4))))


table("types",
      tree=lambda spark: _schema().treeString().split("\n"),
      tree_level=lambda spark: [_schema().treeString(n).split("\n") for n in (1, 2)],
      add=lambda spark: repr(_schema()),
      lookup=lambda spark: [repr(_schema()["a"]), repr(_schema()[0]), repr(_schema()[1:2]),
                            _schema().names, _schema().fieldNames(), len(_schema()),
                            [f.name for f in _schema()], "a" in _schema().names],
      lookup_missing=lambda spark: [error(lambda: _schema()["zz"])[0],
                                    error(lambda: _schema()[9])[0],
                                    error(lambda: _schema()[1.5])[0]],
      add_nothing=lambda spark: error(StructType().add, "a"),
      add_of_sql=lambda spark: error(StructType().add, "a", "int"),
      field_of_no_type=lambda spark: error(StructField, "a", "int")[0],
      array_of_no_type=lambda spark: error(ArrayType, "int")[0],
      equality=lambda spark: [IntegerType() == IntegerType(), IntegerType() == LongType(),
                              ArrayType(IntegerType()) == ArrayType(IntegerType(), False),
                              DecimalType() == DecimalType(10, 0), IntegerType() is IntegerType()],
      internal_date=lambda spark: [DateType().toInternal(datetime.date(1969, 12, 30)),
                                   DateType().fromInternal(-2).isoformat()],
      internal_ntz=lambda spark: [
          TimestampNTZType().toInternal(datetime.datetime(1969, 12, 31, 23, 59, 59, 5)),
          TimestampNTZType().fromInternal(-1).isoformat()],
      internal_interval=lambda spark: [
          DayTimeIntervalType().toInternal(datetime.timedelta(days=-1, microseconds=3)),
          repr(DayTimeIntervalType().fromInternal(90061000001))],
      null_names=lambda spark: [NullType().simpleString(), NullType().typeName()])


@program
def rows_are_tuples_with_names(spark, tmp):
    r = Row(name="Ada", age=36)
    Person = Row("name", "age")
    return [repr(r), r.name, r["age"], r[0], r[-1:], "name" in r, "Ada" in r, r.asDict(),
            repr(Person), repr(Person("Bob", 3)), r == ("Ada", 36), len(r), list(r), hash(r) ==
            hash(("Ada", 36)), Row(a=1, b=Row(c=2)).asDict(True), Row(a=[Row(b=1)]).asDict(True),
            repr(pickle.loads(pickle.dumps(r))), pickle.loads(pickle.dumps(r)).age,
            r.__fields__, repr(Row(1, 2)), sorted([Row(a=2), Row(a=1)])[0].a]


@program
def rows_misused(spark, tmp):
    r = Row(name="Ada")
    return [error(lambda: r.nothing)[:2], error(lambda: r["nothing"])[0], error(setattr, r, "a", 1),
            error(lambda: Row(1, a=2))[:2], error(lambda: Row("a")(1, 2))[0],
            error(lambda: Row(1).asDict())[:2], error(lambda: r[5])[0]]


class Point:
    def __init__(self, x, y):
        self.x, self.y = x, y


INFERRED = {
    "numbers": [(1, 1.5, True)], "text": [("a", b"b", bytearray(b"c"))],
    "times": [(datetime.date(2020, 1, 2), datetime.datetime(2020, 1, 2, 3), datetime.timedelta(1))],
    "decimal": [(decimal.Decimal("1.50"),)], "nested": [([1, 2], {"a": 1.5}, Row(x=1, y="z"))],
    "rows": [Row(a=1, b="x"), Row(a=None, b="y")], "dicts": [{"b": 1, "a": "x"}, {"c": 2.5}],
    "tuples_of_types": [(1, "a"), (None, "b")], "int_then_float": [(1,), (2.5,)],
    "int_then_text": [(1,), ("a",)], "all_null": [(None,)], "nothing": [], "scalars": [1, 2],
    "ragged": [(1,), (1, 2)], "objects": [Point(1, "a")], "empty_list_then_full": [([],), ([1],)],
    "array": [(array.array("i", [1, 2]), array.array("d", [1.5]))],
    "list_of_mixed": [([1, "a"],)], "bool_then_int": [(True,), (1,)],
    "dict_of_null": [({"a": None},)], "nested_rows_merge": [(Row(a=1),), (Row(b="x"),)],
    "lists_as_rows": [[1, "a"], [2, "b"]], "null_in_list": [([None, 1],)],
    "unsupported": [(object(),)], "complex": [(1j,)],
}


@program
def inferred_schemas(spark, tmp):
    def of(data):
        try:
            return spark.createDataFrame(data).schema.simpleString()
        except Exception as e:
            return type(e).__name__, (e.getCondition() if hasattr(e, "getCondition") else str(e))
    return [(name, of(data)) for name, data in INFERRED.items()]


VERIFIED = [
    ("int", 1), ("int", "a"), ("int", 1.0), ("int", 2**31), ("int", True), ("tinyint", 128),
    ("smallint", -32769), ("bigint", 2**63), ("string", 3), ("string", None), ("double", 1),
    ("double", 1.5), ("double", "x"), ("float", 2.5), ("boolean", 1), ("boolean", False),
    ("decimal(10,2)", 1), ("decimal(10,2)", decimal.Decimal("1.5")), ("date", "2020-01-01"),
    ("date", datetime.date(2020, 1, 1)), ("date", datetime.datetime(2020, 1, 1, 5)),
    ("timestamp", datetime.date(2020, 1, 1)), ("timestamp_ntz", datetime.datetime(2020, 1, 1)),
    ("binary", b"x"), ("binary", "x"), ("array<int>", [1, None]), ("array<int>", (1,)),
    ("array<int>", [1, "a"]), ("array<int>", "ab"), ("map<string,int>", {"a": 1}),
    ("map<string,int>", {None: 1}), ("map<string,int>", {"a": "b"}), ("map<string,int>", [1]),
    ("struct<a:int>", (1,)), ("struct<a:int>", {"a": 1}), ("struct<a:int>", (1, 2)),
    ("struct<a:int>", 5), ("void", None), ("void", 1), ("interval day", datetime.timedelta(1)),
]


@program
def verified_values(spark, tmp):
    def of(ddl, value):
        try:
            spark.createDataFrame([(value,)], f"v {ddl}")
            return "fits"
        except Exception as e:
            return type(e).__name__, str(e)
    return [(ddl, repr(value), of(ddl, value)) for ddl, value in VERIFIED]


@program
def verified_not_null(spark, tmp):
    schema = StructType([StructField("a", IntegerType(), False),
                         StructField("b", ArrayType(IntegerType(), False))])
    return [error(spark.createDataFrame, [(None, [])], schema)[:2],
            error(spark.createDataFrame, [(1, [None])], schema)[-1],
            error(spark.createDataFrame, [(1,)], schema)[-1],
            error(spark.createDataFrame, [5], schema)[-1],
            error(spark.createDataFrame, [("a",)], "int")[-1],
            error(spark.createDataFrame, [(1, [2])], IntegerType())[-1],
            error(spark.createDataFrame, [(1,)], 5)[:2],
            error(spark.createDataFrame, spark.range(1))[:2]]
