"""A stage in which one host of four is ten times slower, without speculation and with it.

    $ rushlight submit --master spark://m:7077 --simulate slow_host.json speculation.py
    $ rushlight picture timeline events/sim-4 -o waiting.svg
    $ rushlight submit --master spark://m:7077 --simulate slow_host.json --conf spark.speculation=true speculation.py
    $ rushlight picture timeline events/sim-4 -o speculation.svg
"""
from pyspark import SparkContext

sc = SparkContext(appName="Speculation")
print("numbers:", sc.parallelize(range(960), 32).map(abs).count())
