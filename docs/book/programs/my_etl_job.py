"""The command that every sheet has, on clusters that are not there.

    $ rushlight submit --simulate twelve_hosts.json --master yarn --deploy-mode cluster --driver-memory 4g --executor-memory 8g --executor-cores 4 --num-executors 10 my_etl_job.py
    $ rushlight picture timeline events/sim-3 -o my_etl_job.svg
    $ rushlight submit --simulate twelve_nodes.json --master k8s://https://host:6443 --deploy-mode cluster --driver-memory 4g --executor-memory 8g --executor-cores 4 --num-executors 10 my_etl_job.py
"""
from pyspark import SparkContext

sc = SparkContext(appName="ETL")
print("slots as the program begins:", sc.defaultParallelism)
orders = sc.parallelize(range(4000), 80)
totals = orders.map(lambda n: (n % 7, n)).reduceByKey(lambda a, b: a + b, 40)
print("totals:", totals.count())

executors, heap, cores = 10, 8192, 4
print("sum on the sheet, GB:", executors * heap // 1024)
print("heap and overhead of each, MiB:", heap + max(384, heap // 10))
print("container, rounded up to whole GB, MiB:", -(-(heap + heap // 10) // 1024) * 1024)
print("what the cluster gives, GB:", (executors * -(-(heap + heap // 10) // 1024)) + 5)
print("cores:", executors * cores)
