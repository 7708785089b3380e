"""One join in several ways, and what each moves.

    $ rushlight submit --master 'local[2]' --plan joins.svg joins.py
"""
from pyspark.sql import SparkSession, functions as F

spark = SparkSession.builder.appName("Joins").getOrCreate()
spark.conf.set("spark.sql.adaptive.enabled", False)
spark.conf.set("spark.sql.shuffle.partitions", 4)
facts = spark.range(0, 100_000, 1, 4).selectExpr("id % 1000 AS k", "id AS v")
names = spark.range(0, 1000, 1, 2).selectExpr("id AS k", "concat('name ', id) AS name")


for hint in ("broadcast", "shuffle_hash", "merge"):
    joined = facts.join(names.hint(hint), "k")
    print(f"rows with {hint}:", joined.count())
joined.explain()

left = spark.createDataFrame([(1,), (None,)], "k int")
right = spark.createDataFrame([(1,), (None,)], "k int")
print("null = null:", left.join(right, "k").count())
print("null <=> null:", left.join(right, left.k.eqNullSafe(right.k)).count())
facts.join(F.broadcast(names), "k").collect()
