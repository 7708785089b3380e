"""One application, two jobs, three stages: who has what, and who does what.

    $ rushlight submit --master yarn --simulate three_hosts.json components.py
    $ rushlight picture cluster events/sim-1 -o cluster_of_three.svg
    $ rushlight picture timeline events/sim-1 -o components.svg
"""
from pyspark import SparkContext

sc = SparkContext(appName="Components")
print("slots:", sc.defaultParallelism)

numbers = sc.parallelize(range(1200), 12)
print("job 0 counts:", numbers.count())

by_digit = numbers.map(lambda n: (n % 10, n)).reduceByKey(lambda a, b: a + b, 4)
print("job 1 collects:", len(by_digit.collect()))
