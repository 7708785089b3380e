"""What is not there says so, by name, when it is asked for.

    $ rushlight submit --master 'local[2]' --conf spark.io.compression.codec=lz4 differences.py
"""
import importlib

from pyspark.sql import SparkSession, functions as F

spark = SparkSession.builder.appName("Differences").getOrCreate()


def asked(what, ask):
    try:
        print(f"{what}: {ask()}")
    except Exception as error:
        print(f"{what}: {str(error).splitlines()[0]}")


asked("a module", lambda: importlib.import_module("pyspark.streaming"))
asked("a method", lambda: spark.readStream)
asked("a statement", lambda: spark.sql("MERGE INTO t USING u ON t.a = u.a WHEN MATCHED THEN DELETE"))
asked("a function", lambda: spark.sql("SELECT listagg(id) FROM range(3)"))
asked("the JVM", lambda: spark._jvm)
asked("a model", lambda: importlib.import_module("pyspark.ml.classification").NaiveBayes)

from rushlight.sql.functions import NAMES      # the names that PySpark 4.3 has

there = [name for name in NAMES if hasattr(F, name)]
print("functions of pyspark.sql.functions:", len(NAMES))
print("there:", len(there))

words = spark.sparkContext.parallelize(["a b", "b c"], 2).flatMap(str.split)
words.map(lambda word: (word, 1)).reduceByKey(lambda a, b: a + b).collect()
spark.sparkContext.dag(0).save("differences.svg")
