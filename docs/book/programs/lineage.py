"""What an RDD knows of itself, before anything has run.

    $ rushlight submit --master 'local[2]' lineage.py
"""
from operator import add

from pyspark import SparkContext

sc = SparkContext(appName="Lineage")
with open("rhyme.txt", "w") as file:
    file.write("pease porridge hot\npease porridge cold\npease porridge in the pot\n" * 40)

lines = sc.textFile("rhyme.txt", 3)
words = lines.flatMap(str.split)
pairs = words.map(lambda word: (word, 1))
counts = pairs.reduceByKey(add, 2)
sizes = counts.mapValues(lambda n: n * 100)
swapped = sizes.map(lambda pair: (pair[1], pair[0]))

print("partitions of lines:", lines.getNumPartitions())
print("partitions of counts:", counts.getNumPartitions())
print("partitioner of pairs:", pairs.partitioner)
print("counts has a partitioner:", counts.partitioner is not None)
print("sizes has the same:", sizes.partitioner == counts.partitioner)
print("partitioner of swapped:", swapped.partitioner)
print(sizes.toDebugString().decode())
print("jobs so far:", len(sc.statusTracker().getJobIdsForGroup()))
sizes.dag().save("lineage.svg")     # Rushlight's own: the lineage, as it would be cut into stages
