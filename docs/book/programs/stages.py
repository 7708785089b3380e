"""Where a lineage is cut into stages, and which stages are not run again.

    $ rushlight submit --master 'local[2]' stages.py
"""
from pyspark import SparkContext

sc = SparkContext(appName="Stages")
people = sc.parallelize([(1, "Ann"), (2, "Bob"), (3, "Cy"), (4, "Di")], 2)
orders = sc.parallelize([(1, 20), (3, 5), (1, 7), (4, 9)], 2)

# 1. Both sides are shuffled: nobody knows where their keys lie.
joined = people.join(orders, 2)
print("joined:", joined.count())

# 2. The same question again: the map outputs are still there.
print("joined again:", joined.count())

# 3. One side has been partitioned by key before, by the same partitioner.
placed = people.partitionBy(2).cache()
placed.count()
print("joined, one side placed:", placed.join(orders, 2).count())

# 4. Both have.
also_placed = orders.partitionBy(2).cache()
also_placed.count()
print("joined, both placed:", placed.join(also_placed, 2).count())

for job in (0, 1, 3, 5):
    sc.dag(job).save(f"stages_{job}.svg")       # Rushlight's own
