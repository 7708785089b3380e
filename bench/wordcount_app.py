"""The word count as its owners type it; the same file runs on Rushlight and on PySpark.

    rushlight submit bench/wordcount_app.py TEXT        python bench/wordcount_app.py TEXT
"""
import sys

from pyspark import SparkContext

sc = SparkContext("local[2]", "wordcount")
lines = sc.textFile(sys.argv[1])
counts = (lines.flatMap(lambda line: line.split())
          .map(lambda word: (word, 1))
          .reduceByKey(lambda a, b: a + b))
result = counts.collect()
print(len(result), sum(n for _, n in result))
sc.stop()
