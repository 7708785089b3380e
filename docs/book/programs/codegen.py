"""A filter, an expression and a sum as one loop over columns.

    $ rushlight submit --master 'local[2]' --plan codegen.svg codegen.py
"""
from pyspark.sql import SparkSession, functions as F

spark = SparkSession.builder.appName("Codegen").getOrCreate()
spark.conf.set("spark.sql.adaptive.enabled", False)
table = spark.range(0, 1_000_000, 1, 4).selectExpr("id AS a", "id % 10 AS b")
total = table.filter("b < 5").agg(F.sum(F.col("a") * F.col("b")).alias("total"))
total.explain()
total.explain("codegen")
print("total:", total.first().total)

table.cache().count()
print(spark.sparkContext.storage())         # Rushlight's own
total.collect()
