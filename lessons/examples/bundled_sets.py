"""Three small sets of data that scikit-learn brings along, and how near the two come to each other.

    diabetes    442 patients, ten numbers each: how far has the illness gone a year later?
    iris        150 flowers of three species: which is it, by the lengths of its leaves?
    digits      1797 handwritten digits of 8 × 8 points: which ones look alike?

The sets are NumPy arrays; a row of an array becomes a vector, and the vectors a DataFrame.  Both
libraries are then asked the same question:

    LinearRegression      both solve the normal equations, but by ways of their own (here Cholesky,
                          there the singular values): the coefficients agree to nine digits
    LogisticRegression    both search by L-BFGS.  scikit-learn adds up its losses and this one takes
                          their mean, so that its C is 1 / (rows · regParam); the searches end where
                          a step helps little, and so agree to three digits or four
    KMeans                a start decides which of many ends is found: scikit-learn gets the centres
                          that were found here, and finds nothing to improve

What only one of them has is told too: t- and p-values of a regression, for example.
"""
import sys

from pyspark.ml.classification import LogisticRegression
from pyspark.ml.clustering import KMeans
from pyspark.ml.evaluation import ClusteringEvaluator, MulticlassClassificationEvaluator
from pyspark.ml.linalg import Vectors
from pyspark.ml.regression import LinearRegression
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

try:
    from sklearn import cluster, datasets, linear_model
except ImportError:
    sys.exit("This program needs scikit-learn, which has the sets: `make examples` installs it, as "
             "does `pip install scikit-learn`.")

SEED = 7


def frame(spark, bunch):
    """A DataFrame (features, label) of one of scikit-learn's sets, kept in memory."""
    rows = [(Vectors.dense(x), float(y)) for x, y in zip(bunch.data, bunch.target)]
    return spark.createDataFrame(rows, ["features", "label"]).cache()


def largest_difference(ours, theirs):
    """Between arrays of numbers, as a part of the largest number in them."""
    return abs(ours - theirs).max() / abs(theirs).max()


def agree(what, difference, bound):
    """Tells whether two answers are as near as they are said to be."""
    print(f"    {what} agree to {bound:g}: {difference <= bound}")


def illness(spark):
    bunch = datasets.load_diabetes(scaled=False)
    model = LinearRegression().fit(frame(spark, bunch))
    summary = model.summary
    print(f"diabetes: R² {summary.r2:.3f}, off by {summary.rootMeanSquaredError:.1f} (RMSE)")
    print("    what       coefficient  std. error      t        p")
    for name, *numbers in zip(bunch.feature_names, model.coefficients,
                              summary.coefficientStandardErrors, summary.tValues, summary.pValues):
        print("    {:<10} {:>11.3f} {:>11.3f} {:>6.2f} {:>8.4f}".format(name, *numbers))
    theirs = linear_model.LinearRegression().fit(bunch.data, bunch.target)
    agree("coefficients", largest_difference(model.coefficients.toArray(), theirs.coef_), 1e-9)


def species(spark):
    bunch = datasets.load_iris()
    flowers = frame(spark, bunch)
    regularization = 0.01
    model = LogisticRegression(regParam=regularization, standardization=False, tol=1e-9,
                               maxIter=1000).fit(flowers)
    predicted = model.transform(flowers)
    accuracy = MulticlassClassificationEvaluator(metricName="accuracy").evaluate(predicted)
    print(f"iris: {accuracy:.1%} of {flowers.count()} flowers named right; which are not?")
    wrong = predicted.where("label != prediction").groupBy("label", "prediction").count()
    for row in wrong.orderBy("label").collect():
        print(f"    {row['count']} {bunch.target_names[int(row.label)]} taken for "
              f"{bunch.target_names[int(row.prediction)]}")
    theirs = linear_model.LogisticRegression(
        C=1 / (len(bunch.data) * regularization), tol=1e-9, max_iter=1000).fit(
            bunch.data, bunch.target)
    agree("coefficients", largest_difference(model.coefficientMatrix.toArray(), theirs.coef_), 1e-3)


def digits(spark):
    bunch = datasets.load_digits()
    pictures = frame(spark, bunch)
    model = KMeans(k=10, seed=SEED, maxIter=100, tol=0.0).fit(pictures)
    groups = model.transform(pictures)
    silhouette = ClusteringEvaluator().evaluate(groups)
    commonest = groups.groupBy("prediction").agg(
        F.mode("label", True).alias("digit"), F.count("*").alias("n"))
    print(f"digits: ten groups of {pictures.count()} pictures, silhouette {silhouette:.2f}; the "
          "commonest digit of each:")
    named = groups.join(commonest, "prediction")
    rows = named.groupBy("digit", "prediction", "n").agg(
        F.sum((F.col("label") == F.col("digit")).cast("int")).alias("right")).orderBy(
            "digit", "n").collect()
    print("   ", ", ".join(f"{row.digit:.0f}: {row.right / row.n:.0%}" for row in rows))
    theirs = cluster.KMeans(10, init=[list(c) for c in model.clusterCenters()], n_init=1).fit(
        bunch.data)
    agree("costs", abs(model.summary.trainingCost - theirs.inertia_) / theirs.inertia_, 1e-9)


if __name__ == "__main__":
    session = SparkSession.builder.appName("bundled sets").getOrCreate()
    illness(session)
    species(session)
    digits(session)
    session.stop()
