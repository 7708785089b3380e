"""Keeps what a real Spark answers to stat_programs.py in stat.json.

    python tests/data/ml/record_stat.py          with pyspark and numpy installed
"""
import json
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)

from stat_programs import PROGRAMS, outcome  # noqa: E402


def main():
    import pyspark
    from pyspark.sql import SparkSession
    spark = SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false") \
        .config("spark.sql.shuffle.partitions", "2").getOrCreate()
    answers = {name: outcome(function, spark) for name, function in PROGRAMS.items()}
    with open(os.path.join(HERE, "stat.json"), "w", encoding="utf-8") as f:
        json.dump({"spark": pyspark.__version__, "answers": answers}, f, indent=1)
        f.write("\n")


if __name__ == "__main__":
    main()
