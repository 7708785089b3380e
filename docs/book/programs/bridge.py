"""Which calls go from Python to the engine, and where the functions run.

    $ rushlight dag --trace-bridge --master 'local[2]' -o bridge.svg bridge.py
"""
import os

from pyspark import SparkContext

sc = SparkContext(appName="Bridge")
driver = os.getpid()
factor = 10
scaled = sc.parallelize([1, 2, 3, 4], 2).map(lambda x: x * factor)
small = scaled.filter(lambda x: x < 4000)
print("made in Python:", type(small).__name__)

factor = 1000                       # nothing has run yet: the lambda will see this one
print("collected:", small.collect())
factor = 1                          # the lambda has been pickled, with 1000
print("collected again:", small.collect())

where = sc.parallelize(range(4), 2).map(lambda _: os.getpid()).collect()
print("tasks in the driver's process:", where.count(driver))
