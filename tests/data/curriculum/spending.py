from pyspark.ml.feature import VectorAssembler
from pyspark.ml.regression import LinearRegression
from pyspark.sql import SparkSession

spark = SparkSession.builder.appName("Spending").getOrCreate()
people = spark.createDataFrame(
    [(25, 2000.0, 410.0), (32, 3100.0, 633.0), (47, 5200.0, 1050.0), (51, 4100.0, 842.0),
     (62, 6000.0, 1225.0)], ["age", "salary", "spend"])
assembler = VectorAssembler(inputCols=["age", "salary"], outputCol="features")
data = assembler.transform(people)
data.select("features", "spend").show()
model = LinearRegression(featuresCol="features", labelCol="spend").fit(data)
print([round(c, 4) for c in model.coefficients], round(model.intercept, 4))
print("r2 %.6f" % model.summary.r2)
model.transform(data).selectExpr("spend", "round(prediction, 3) AS predicted").show()
spark.stop()
