from pyspark.sql import SparkSession

spark = SparkSession.builder.appName("Filters").getOrCreate()
people = spark.createDataFrame([("Ada", 36), ("Bob", 19), ("Cyd", 25), ("Dan", 61)],
                               ["name", "age"])
people.filter("age > 25").select("name").show()
df = spark.read.csv("sales.csv", header=True, inferSchema=True)
df.filter(df.amount > 100).groupBy("region").sum("amount") \
    .orderBy("sum(amount)", ascending=False).show()
result = df.filter(df.amount > 100)
result.write.parquet("output/")
print(spark.read.parquet("output/").count())
print(spark.conf.get("spark.sql.shuffle.partitions"))
spark.stop()
