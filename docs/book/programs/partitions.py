"""Where records lie: by position, by key, and after the number of partitions changes.

    $ rushlight dag --master 'local[4]' -o partitions.svg partitions.py
"""
import gzip
import os

from pyspark import SparkContext

sc = SparkContext(appName="Partitions")
numbers = sc.parallelize(range(10), 4)
print("by position:", numbers.glom().collect())

pairs = numbers.map(lambda n: (n, None)).partitionBy(4)
print("by key:", pairs.keys().glom().collect())

words = sc.parallelize(["ab", "cd", "ef", "gh"]).map(lambda w: (w, None)).partitionBy(2)
print("words by key:", words.keys().glom().collect())

fewer = numbers.coalesce(2)
print("coalesced:", fewer.glom().collect())

spread = numbers.repartition(8)
sizes = [len(part) for part in spread.glom().collect()]
print("partitions after repartition:", len(sizes))
print("records in all:", sum(sizes))

skewed = sc.parallelize(["the"] * 97 + ["a", "of", "in"]).map(lambda w: (w, 1)).partitionBy(4)
print("words in each partition:", [len(part) for part in skewed.glom().collect()])

os.mkdir("five")
for name in "abcde":
    with open(f"five/{name}.txt", "w") as file:
        file.write("a line\n" * 100)
with gzip.open("one.gz", "wt") as file:
    file.write("a line\n" * 100_000)
print("partitions of one small file:", sc.textFile("five/a.txt").getNumPartitions())
print("partitions of five:", sc.textFile("five").getNumPartitions())
print("partitions of one .gz, asked for 8:", sc.textFile("one.gz", 8).getNumPartitions())
