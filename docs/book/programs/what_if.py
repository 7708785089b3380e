"""A stage of uneven tasks, recorded once and replayed on clusters of other sizes.

    $ rushlight submit --master spark://m:7077 --simulate three_hosts.json what_if.py
    $ rushlight replay events/sim-1 --executors 1,2,4,8,16,32 --cores 2 --plot what_if.svg
"""
from pyspark import SparkContext

sc = SparkContext(appName="WhatIf")
sizes = [400 + 200 * (i % 5) for i in range(48)]        # records of each partition
work = sc.parallelize(sizes, 48).flatMap(range).map(lambda n: (n % 100, 1))
print("keys:", work.reduceByKey(lambda a, b: a + b, 24).count())
