"""An executor is lost between the two stages of a job.

    $ rushlight dag --master spark://master:7077 --simulate three_hosts.json -o faults.svg faults.py
    $ rushlight picture timeline events/sim-1 -o lost.svg
"""
from operator import add

from pyspark import SparkContext

sc = SparkContext(appName="Faults")
counts = sc.parallelize(range(240), 12).map(lambda n: (n % 7, 1)).reduceByKey(add, 6)
sc.faults.kill_executor("1", when={"stage": 1})     # Rushlight's: as the first reduce task starts
print("keys:", counts.count())
print("records in all:", counts.values().sum())
