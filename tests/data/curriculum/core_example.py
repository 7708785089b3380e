from pyspark import SparkContext

sc = SparkContext(appName="CoreExample")
rdd = sc.parallelize([1, 2, 3, 4, 5])
squared = rdd.map(lambda x: x * x)
print(squared.collect())
sc.stop()
