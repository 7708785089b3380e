"""The same sums with and without combining before the shuffle.

    $ rushlight dag --master 'local[2]' -o combining.svg combining.py
"""
from operator import add

from pyspark import SparkContext

sc = SparkContext(appName="Combining")
words = sc.parallelize(["red", "green", "blue", "red"] * 2500, 4)
pairs = words.map(lambda word: (word, 1))

grouped = pairs.groupByKey(2).mapValues(sum)
reduced = pairs.reduceByKey(add, 2)
moved = pairs.partitionBy(2)
print("with groupByKey:", sorted(grouped.collect()))
print("with reduceByKey:", sorted(reduced.collect()))
print("only moved:", moved.count())
