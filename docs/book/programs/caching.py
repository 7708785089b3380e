"""What cache() keeps, when, and what happens if there is no room.

    $ rushlight dag --master 'local[2]' -o caching.svg caching.py
"""
from pyspark import SparkContext, StorageLevel

sc = SparkContext(appName="Caching")
sc.setCheckpointDir("checkpoints")
parsed = sc.accumulator(0)


def parse(n):
    parsed.add(1)
    return (n % 10, n)


table = sc.parallelize(range(1000), 4).map(parse).cache()
print("level of an RDD's cache():", table.getStorageLevel())
print("parsed after cache():", parsed.value)
table.count()
print("parsed after the first action:", parsed.value)
table.count()
print("parsed after the second:", parsed.value)
table.unpersist()
table.count()
print("parsed after unpersist() and a third:", parsed.value)


totals = table
for _ in range(4):
    totals = totals.map(lambda pair: (pair[0] + 1, pair[1])).reduceByKey(lambda a, b: a + b, 4)
print("lines of lineage before a checkpoint:", len(totals.toDebugString().splitlines()))
totals.persist(StorageLevel.MEMORY_AND_DISK)
totals.checkpoint()
totals.count()
print("lines of lineage after it:", len(totals.toDebugString().splitlines()))
