import pandas as pd
from pyspark.sql import SparkSession
from pyspark.sql.functions import pandas_udf, udf

spark = SparkSession.builder.appName("UDFs").getOrCreate()


@udf("string")
def size(amount):
    if amount is None:
        return "unknown"
    return "large" if amount > 100 else "small"


@pandas_udf("double")
def with_tax(amount: pd.Series) -> pd.Series:
    return amount * 1.25


df = spark.read.csv("sales.csv", header=True, inferSchema=True)
df.withColumn("size", size(df.amount)).withColumn("with_tax", with_tax(df.amount)).show()
spark.stop()
