"""A line through points, a yes or no, and two clusters: each pass over the data is a job.

    $ rushlight submit --master 'local[2]' learning.py
"""
from pyspark.ml import Pipeline
from pyspark.ml.classification import LogisticRegression
from pyspark.ml.clustering import KMeans
from pyspark.ml.feature import VectorAssembler
from pyspark.ml.regression import LinearRegression
from pyspark.sql import SparkSession

spark = SparkSession.builder.appName("Learning").getOrCreate()
tracker = spark.sparkContext.statusTracker()
data = spark.range(0, 400, 1, 2).selectExpr(
    "20 + id % 50 AS age", "1000.0 + 37 * (id % 90) AS salary",
    "3.0 * (20 + id % 50) + 0.5 * (1000 + 37 * (id % 90)) AS spend",
    "double(1000 + 37 * (id % 90) + 300 * (id % 7 - 3) > 2500) AS bought")


def jobs_of(name, fit):
    spark.sparkContext.setJobGroup(name, name)
    model = fit()
    print(f"{name}, jobs: {len(tracker.getJobIdsForGroup(name))}")
    return model


assembler = VectorAssembler(inputCols=["age", "salary"], outputCol="features")
line = LinearRegression(featuresCol="features", labelCol="spend")
both = Pipeline(stages=[assembler, line])
model = jobs_of("linear regression", lambda: both.fit(data)).stages[-1]
print("coefficients:", [round(float(c), 3) for c in model.coefficients])

chance = LogisticRegression(featuresCol="features", labelCol="bought", regParam=0.01)
both = Pipeline(stages=[assembler, chance])
model = jobs_of("logistic regression", lambda: both.fit(data)).stages[-1]
print("iterations of logistic regression:", model.summary.totalIterations)
print("answers that are right:", round(model.summary.accuracy, 2))

points = assembler.transform(data).select("features").cache()
clusters = jobs_of("k-means", lambda: KMeans(k=2, seed=1, maxIter=20).fit(points))
print("iterations of k-means:", clusters.summary.numIter)
print("centres:", [[round(x) for x in centre] for centre in clusters.clusterCenters()])
spark.sparkContext.dag(0).save("learning.svg")          # Rushlight's own
