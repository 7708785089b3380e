"""What a session's first answer takes."""
from pyspark.sql import SparkSession

SparkSession.builder.master("local[2]").getOrCreate().range(5).show()
