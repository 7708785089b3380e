"""What slides say, counted.

    $ rushlight submit --master 'local[4]' claims.py
"""
from pyspark import SparkContext
from pyspark.sql import SparkSession, functions as F

spark = SparkSession.builder.appName("Claims").getOrCreate()
sc = spark.sparkContext
tracker = sc.statusTracker()


def counted(name, work):
    """How many jobs, stages and tasks ran for it."""
    sc.setJobGroup(name, name)
    work()
    jobs = [tracker.getJobInfo(id) for id in tracker.getJobIdsForGroup(name)]
    stages = [tracker.getStageInfo(id) for job in jobs for id in job.stageIds]
    ran = [stage for stage in stages if stage and stage.numCompletedTasks]
    print(f"{name}, jobs: {len(jobs)}")
    print(f"{name}, stages: {len(ran)}")
    print(f"{name}, tasks: {sum(stage.numCompletedTasks for stage in ran)}")


def query():
    return (spark.range(0, 1000, 1, 4).filter("id > 10")
            .groupBy((F.col("id") % 7).alias("k")).agg(F.sum("id")))


spark.conf.set("spark.sql.adaptive.enabled", False)
counted("collect, not adaptive", lambda: query().collect())
counted("show, not adaptive", lambda: query().show())
spark.conf.set("spark.sql.adaptive.enabled", True)
counted("collect, adaptive", lambda: query().collect())
counted("show, adaptive", lambda: query().show())

with open("sales.csv", "w") as file:
    file.writelines(["region,amount\n"] + [f"r{n % 3},{n}\n" for n in range(100)])
counted("read.csv with a header", lambda: spark.read.csv("sales.csv", header=True))
counted("read.csv with inferSchema",
        lambda: spark.read.csv("sales.csv", header=True, inferSchema=True))
counted("groupBy().sum() alone", lambda: spark.range(10).groupBy("id").sum())

numbers = sc.parallelize(range(100), 8)
counted("sortBy alone", lambda: numbers.sortBy(lambda n: -n))
counted("zipWithIndex alone", lambda: numbers.zipWithIndex())
counted("take(1)", lambda: numbers.take(1))
counted("take(60)", lambda: numbers.take(60))

sc.dag(0).save("claims.svg")            # Rushlight's own, as is the next line
spark.dag(2).save("claims_adaptive.svg")
print("cache() of an RDD:", numbers.cache().getStorageLevel())
print("cache() of a DataFrame:", spark.range(10).cache().storageLevel)
print("serializer of objects of Python:", type(sc.serializer.serializer).__name__)
