"""A plan that changes while it runs.

    $ rushlight submit --master 'local[2]' --plan adaptive.svg adaptive.py
"""
from pyspark.sql import SparkSession, functions as F

spark = SparkSession.builder.appName("Adaptive").getOrCreate()
facts = spark.range(0, 100_000, 1, 4).selectExpr("id % 1000 AS k", "id AS v")
few = spark.range(0, 100_000, 1, 4).selectExpr("id AS k", "id % 500 AS c").filter("c * c = 81")
spark.conf.set("spark.sql.autoBroadcastJoinThreshold", "10k")
joined = facts.join(few, "k").groupBy("k").agg(F.sum("v"))
joined.explain()
print("rows:", len(joined.collect()))
joined.explain()

spark.conf.set("spark.sql.autoBroadcastJoinThreshold", -1)
spark.conf.set("spark.sql.shuffle.partitions", 8)
spark.conf.set("spark.sql.adaptive.advisoryPartitionSizeInBytes", "100k")
spark.conf.set("spark.sql.adaptive.skewJoin.skewedPartitionThresholdInBytes", "100k")
skewed = spark.range(0, 100_000, 1, 4).selectExpr(
    "if(id % 10 < 8, 0, id % 1000) AS k", "xxhash64(id) AS v")
keys = spark.range(0, 1000, 1, 2).selectExpr("id AS k")
both = skewed.join(keys, "k").groupBy().agg(F.count("*"), F.max("v"))
print("rows of the skewed join:", both.first()[0])
