"""A table, asked in two languages.

    $ rushlight submit --master 'local[2]' --plan sales.svg sales.py
"""
from pyspark.sql import SparkSession, functions as F

with open("sales.csv", "w") as file:
    file.write("region,product,amount\n")
    file.writelines(f"r{n % 3},p{n % 7},{n}\n" for n in range(300))

spark = SparkSession.builder.appName("Sales").getOrCreate()
df = spark.read.csv("sales.csv", header=True, inferSchema=True)
df.printSchema()

totals = (df.filter(df.amount > 100).groupBy("region").agg(F.sum("amount").alias("total"))
          .orderBy("total", ascending=False))
df.createOrReplaceTempView("sales")
the_same = spark.sql("""
    SELECT region, SUM(amount) AS total FROM sales
    WHERE amount > 100 GROUP BY region ORDER BY total DESC""")
print("one plan:", totals.sameSemantics(the_same))

totals.write.partitionBy("region").json("totals")
print("rows written:", spark.read.json("totals").count())
totals.show()
