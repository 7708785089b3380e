"""What PySpark's assertDataFrameEqual and assertSchemaEqual say: frames_equal.json.

    python tests/data/make_frames_equal.py > tests/data/frames_equal.json      (with PySpark, pandas < 3)

tests/py/test_frames_equal.py runs the same cases here.
"""
import json
import re

BEFORE = """
from decimal import Decimal
from PACKAGE.sql import Row
from PACKAGE.sql.types import *
from PACKAGE.testing import assertDataFrameEqual, assertSchemaEqual
make = spark.createDataFrame
a = make([("1", 1000.0), ("2", 3000.0), ("3", 2000.0)], ["id", "amount"])
b = make([("1", 1001.0), ("2", 3000.0), ("3", 2003.0)], ["id", "amount"])
nested = [({"k": [1.0, 2.0]}, Row(x=1.0))]
texts = StructType([StructField("id", StringType()), StructField("amount", DoubleType())])
"""

CASES = [
    "assertDataFrameEqual(a, a)",
    "assertDataFrameEqual(a, b)",
    "assertDataFrameEqual(a, b, rtol=0.01)",
    "assertDataFrameEqual(a, b, atol=3.1)",
    "assertDataFrameEqual(a, b, showOnlyDiff=True)",
    "assertDataFrameEqual(a, b, maxErrors=1)",
    "assertDataFrameEqual(a, b, includeDiffRows=True)",
    "assertDataFrameEqual(a, a.limit(2))",
    "assertDataFrameEqual(a.limit(1), a)",
    "assertDataFrameEqual(a, a.limit(1), maxErrors=1)",
    "assertDataFrameEqual(a, b.limit(2), showOnlyDiff=True)",
    "assertDataFrameEqual(a, a.limit(0), includeDiffRows=True)",
    "assertDataFrameEqual(a, a.limit(2), checkRowOrder=True)",
    "assertDataFrameEqual(a, a.orderBy('amount'))",
    "assertDataFrameEqual(a, a.orderBy('amount'), checkRowOrder=True)",
    "assertDataFrameEqual(a, [Row('1', 1000.0)])",
    "assertDataFrameEqual(a, [Row('1', 1000.0), Row('3', 2000.0), Row('2', 3000.0)])",
    "assertDataFrameEqual([Row(1, 2)], [Row(1, 3)])",
    "assertDataFrameEqual(None, a)",
    "assertDataFrameEqual(a, None)",
    "assertDataFrameEqual(None, None)",
    "assertDataFrameEqual(5, a)",
    "assertDataFrameEqual(a, 'x')",
    "assertDataFrameEqual(a, make([(1, 2.0)], ['id', 'amount']))",
    "assertDataFrameEqual(a, make([(1,)], ['id']))",
    "assertDataFrameEqual(a, a.select('amount', 'id'))",
    "assertDataFrameEqual(a, a.select('amount', 'id'), ignoreColumnOrder=True)",
    "assertDataFrameEqual(a, a.toDF('x', 'y'))",
    "assertDataFrameEqual(a, a.toDF('x', 'y'), ignoreColumnName=True)",
    "assertDataFrameEqual(a, a.selectExpr('cast(id as int) id', 'amount'), ignoreColumnType=True)",
    "assertDataFrameEqual(a, a.selectExpr('id', 'cast(amount as int) amount'), ignoreColumnType=True)",
    "assertDataFrameEqual(make([(float('nan'),)], ['x']), make([(1.0,)], ['x']))",
    "assertDataFrameEqual(make([(float('inf'),)], ['x']), make([(float('inf'),)], ['x']))",
    "assertDataFrameEqual(make([(None,)], 'x int'), make([(1,)], 'x int'))",
    "assertDataFrameEqual(make(nested, 'm map<string,array<double>>, s struct<x:double>'), "
    "make([({'k': [1.0, 2.0000001]}, Row(x=1.0))], 'm map<string,array<double>>, s struct<x:double>'))",
    "assertDataFrameEqual(make(nested, 'm map<string,array<double>>, s struct<x:double>'), "
    "make([({'k': [1.0, 2.1]}, Row(x=1.0))], 'm map<string,array<double>>, s struct<x:double>'))",
    "assertDataFrameEqual(make([(Decimal('1.0'),)], 'x decimal(10,2)'), "
    "make([(Decimal('1.00001'),)], 'x decimal(10,5)'))",
    "assertDataFrameEqual(make([(Decimal('1.00000'),)], 'x decimal(10,5)'), "
    "make([(Decimal('1.00001'),)], 'x decimal(10,5)'))",
    "assertDataFrameEqual(a.limit(0), a.limit(0))",
    "assertDataFrameEqual(a.toPandas(), a.toPandas())",
    "assertDataFrameEqual(a.toPandas(), b.toPandas(), rtol=0.01)",
    "assertDataFrameEqual(a.toPandas(), b)",
    "assertSchemaEqual(a.schema, texts)",
    "assertSchemaEqual(a.schema, a.select('amount', 'id').schema)",
    "assertSchemaEqual(a.schema, a.select('amount', 'id').schema, ignoreColumnOrder=True)",
    "assertSchemaEqual(a.schema, a.toDF('x', 'y').schema, ignoreColumnName=True)",
    "assertSchemaEqual(a.schema, make([('1', 1)], ['id', 'amount']).schema)",
    "assertSchemaEqual(StructType([StructField('a', ArrayType(IntegerType(), False), False)]), "
    "StructType([StructField('a', ArrayType(IntegerType(), True))]))",
    "assertSchemaEqual(StructType([StructField('a', IntegerType(), False)]), "
    "StructType([StructField('a', IntegerType())]), ignoreNullable=False)",
    "assertSchemaEqual(StructType([StructField('a', MapType(StringType(), IntegerType()))]), "
    "StructType([StructField('a', MapType(StringType(), LongType()))]))",
    "assertSchemaEqual(a, a.schema)",
]


def outcomes(spark, package="pyspark"):
    """{case: what came of it}, without colours."""
    names = {"spark": spark}
    exec(BEFORE.replace("PACKAGE", package), names)
    return {case: outcome(case, names) for case in CASES}


def outcome(case, names):
    try:
        return {"value": eval(case, names)}
    except Exception as e:
        return {"class": type(e).__name__, "condition": e.getCondition(),
                "text": re.sub(r"\x1b\[\d+m|(pyspark|rushlight)[.\w]*\.dataframe", "",
                               str(e)), "data": repr(getattr(e, "data", None))}


if __name__ == "__main__":
    from pyspark.sql import SparkSession
    print(json.dumps(outcomes(SparkSession.builder.master("local[1]").getOrCreate()), indent=1))
