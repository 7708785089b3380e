from pyspark.sql import SparkSession

spark = SparkSession.builder.appName("SalesByRegion").getOrCreate()
df = spark.read.csv("sales.csv", header=True, inferSchema=True)
df.printSchema()
df.groupBy("region").sum("amount").show()
df.createOrReplaceTempView("sales")
spark.sql("SELECT region, SUM(amount) FROM sales GROUP BY region").show()
spark.stop()
