"""The same lambdas on pysparkling, the pure-Python stand-in for PySpark's RDDs."""
import sys

from pysparkling import Context

counts = (Context().textFile(sys.argv[1])
          .flatMap(lambda line: line.split())
          .map(lambda word: (word, 1))
          .reduceByKey(lambda a, b: a + b))
result = counts.collect()
print(len(result), sum(n for _, n in result))
