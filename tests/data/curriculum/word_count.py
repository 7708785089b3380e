import sys

from pyspark import SparkContext

sc = SparkContext("local", "WordCount")
path = sys.argv[1] if len(sys.argv) > 1 else "poem.txt"
lines = sc.textFile(path, 1)
counts = lines.flatMap(lambda x: x.split(' ')) \
    .map(lambda x: (x, 1)) \
    .reduceByKey(lambda x, y: x + y)
output = counts.collect()
for (word, count) in output:
    print("%s: %i" % (word, count))
sc.stop()
