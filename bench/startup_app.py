"""Import, SparkContext("local[2]"), and a first job of two tasks."""
from pyspark import SparkContext

sc = SparkContext("local[2]", "startup")
assert sc.parallelize([1, 2, 3, 4], 2).map(lambda x: x * x).collect() == [1, 4, 9, 16]
sc.stop()
