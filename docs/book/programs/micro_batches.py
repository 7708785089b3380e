"""A stream by hand: files arrive, and each micro-batch is a job over those that are new.

    $ rushlight submit --master 'local[2]' micro_batches.py
"""
import json
import os

from pyspark.sql import SparkSession, functions as F

spark = SparkSession.builder.appName("MicroBatches").getOrCreate()
spark.conf.set("spark.sql.shuffle.partitions", 2)
spark.conf.set("spark.sql.adaptive.enabled", False)     # a batch is one job
for folder in ("arrivals", "offsets", "commits"):
    os.mkdir(folder)


def arrive(number, *words):
    with open(f"arrivals/{number}.json", "w") as file:
        file.writelines(json.dumps({"word": word}) + "\n" for word in words)


def seen():
    """The files that earlier batches have taken."""
    return [name for batch in os.listdir("offsets") for name in json.load(open(f"offsets/{batch}"))]


def micro_batch(dies=False):
    number = len(os.listdir("commits"))
    if not os.path.exists(f"offsets/{number}"):                 # else: run again what has failed
        new = sorted(set(os.listdir("arrivals")) - set(seen()))
        with open(f"offsets/{number}", "w") as file:            # what it takes, before it runs
            json.dump(new, file)
    paths = [f"arrivals/{name}" for name in json.load(open(f"offsets/{number}"))]
    arrived = spark.read.schema("word string").json(paths)
    counts = arrived.groupBy("word").agg(F.count("*").alias("n"))
    if number:
        state = spark.read.schema("word string, n long").json(f"state/{number - 1}")
        counts = counts.union(state).groupBy("word").agg(F.sum("n").alias("n"))
    counts.write.mode("overwrite").json(f"state/{number}")      # as often as need be
    if not dies:
        open(f"commits/{number}", "w").close()                  # only now it is done


def totals():
    state = spark.read.schema("word string, n long").json(f"state/{len(os.listdir('commits')) - 1}")
    return {row.word: row.n for row in state.orderBy("word").collect()}


arrive(0, "rush", "light", "rush")
arrive(1, "light")
micro_batch()
print("after batch 0:", totals())
arrive(2, "rush", "spark")
micro_batch(dies=True)
arrive(3, "spark")
print("committed when batch 1 died:", len(os.listdir("commits")))
micro_batch()
print("batch 1 took, again:", json.load(open("offsets/1")))
print("after batch 1:", totals())
micro_batch()
spark.dag().save("micro_batches.svg")       # Rushlight's own: the query of batch 2
print("after batch 2:", totals())
