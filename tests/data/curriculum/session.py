from pyspark.sql import SparkSession

spark = SparkSession.builder.appName("Sales report").master("local[4]") \
    .config("spark.executor.memory", "4g").getOrCreate()
print(spark.sparkContext.appName, spark.sparkContext.master)
print(spark.conf.get("spark.executor.memory"))
print(spark.conf.get("spark.sql.shuffle.partitions"))
print(spark.sparkContext.defaultParallelism)
spark.stop()
