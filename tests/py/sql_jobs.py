"""Small SQL programs whose jobs, stages, tasks and plans are those of PySpark.

A program is a function (spark, tmp) → value; tmp is an empty folder of its own.  Settings given
with a program hold while it runs.  Most are one expression, listed with `table`.
sql_jobs_record.py runs and records them, the families stand in sql_jobs_*.py.
"""
import collections
import os

Program = collections.namedtuple("Program", "run conf prepare")
PROGRAMS = {}

AQE_OFF = {"spark.sql.adaptive.enabled": "false"}
NO_BROADCAST = {"spark.sql.autoBroadcastJoinThreshold": "-1"}
BOTH_OFF = {**AQE_OFF, **NO_BROADCAST}

SALES = [("north", "ada", 2021, 10), ("north", "bob", 2021, 25), ("south", "cyd", 2021, 5),
         ("south", "dee", 2022, 40), ("east", "eve", 2022, 15), ("north", "ada", 2022, 30),
         ("south", "cyd", 2022, 20), ("west", "fay", 2021, 35)]
REGIONS = [("north", "Oslo"), ("south", "Rome"), ("east", "Kyiv")]


def program(name, conf=None, prepare=None):
    def register(run):
        PROGRAMS[name] = Program(run, dict(conf or {}), prepare)
        return run
    return register


def table(family, conf=None, prepare=None, **entries):
    """Programs that are one expression each: functions of spark."""
    for name, run in entries.items():
        program(f"{family}.{name}", conf, prepare)(lambda spark, tmp, run=run: run(spark))


def rows(df):
    """All rows, in an order that does not depend on partitions."""
    return sorted(map(repr, df.collect()))


def sales(spark):
    return spark.createDataFrame(SALES, "region string, seller string, year int, amount int")


def regions(spark):
    return spark.createDataFrame(REGIONS, "region string, city string")


def views(spark, tmp):
    sales(spark).createOrReplaceTempView("sales")
    regions(spark).createOrReplaceTempView("regions")


def write_lines(path, lines):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w") as f:
        f.writelines(line + "\n" for line in lines)
    return path


def sales_csv(tmp):
    return write_lines(tmp + "/in/sales.csv", ["region,seller,year,amount"] +
                       [",".join(map(str, r)) for r in SALES])


def data_files(folder):
    """How many data files there are in each folder below."""
    count = collections.Counter()
    for at, _, names in os.walk(folder):
        here = sum(n.startswith("part-") for n in names)
        if here:
            count[os.path.relpath(at, folder)] = here
    return dict(sorted(count.items()))
