"""Has a real Spark save pipelines and tunings in saved/, and keeps what they give in saved.json.

    python tests/data/ml/record_saved.py             with pyspark and numpy installed
    python tests/data/ml/record_saved.py FOLDER      reads what Rushlight saved there, and compares
"""
import json
import os
import shutil
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)

from feature_programs import plain, rows  # noqa: E402
from saved_programs import RESULTS, frame, line, pipeline, tunings  # noqa: E402


def metrics(model):
    return list(getattr(model, "avgMetrics", None) or model.validationMetrics)


def record(spark):
    folder = os.path.join(HERE, "saved")
    shutil.rmtree(folder, ignore_errors=True)
    stages = pipeline()
    model = stages.fit(frame(spark))
    stages.save(os.path.join(folder, "pipeline"))
    model.save(os.path.join(folder, "pipeline_model"))
    answers = {"pipeline_model": plain(rows(model.transform(frame(spark)), *RESULTS))}
    for name, tuning in tunings().items():
        tuned = tuning.fit(line(spark))
        tuning.save(os.path.join(folder, name))
        tuned.save(os.path.join(folder, name + "_model"))
        answers[name] = {"metrics": metrics(tuned), "folds": folds(tuning, spark),
                         "predictions": rows(tuned.transform(line(spark)), "prediction")}
    for parent, _, files in os.walk(folder):
        for file in files:
            if file.endswith(".crc") or file == "_SUCCESS":
                os.remove(os.path.join(parent, file))
    with open(os.path.join(HERE, "saved.json"), "w", encoding="utf-8") as f:
        json.dump(answers, f, indent=1)
        f.write("\n")


def folds(tuning, spark):
    """The rows of each fold."""
    if not hasattr(tuning, "_kFold"):
        return None
    return [sorted(row[0] for row in validation.select("id").collect())
            for _, validation in tuning._kFold(line(spark))]


def compare(spark, folder):
    from pyspark.ml import Pipeline, PipelineModel
    from pyspark.ml.tuning import (
        CrossValidator, CrossValidatorModel, TrainValidationSplit, TrainValidationSplitModel)
    with open(os.path.join(HERE, "saved.json"), encoding="utf-8") as f:
        answers = json.load(f)
    model = PipelineModel.load(os.path.join(folder, "pipeline_model"))
    assert plain(rows(model.transform(frame(spark)), *RESULTS)) == answers["pipeline_model"]
    again = Pipeline.load(os.path.join(folder, "pipeline")).fit(frame(spark))
    assert plain(rows(again.transform(frame(spark)), *RESULTS)) == answers["pipeline_model"]
    for name, tuning, tuned in (
            ("cross_validation", CrossValidator, CrossValidatorModel),
            ("split", TrainValidationSplit, TrainValidationSplitModel)):
        tuning.load(os.path.join(folder, name))
        model = tuned.load(os.path.join(folder, name + "_model"))
        print(name, metrics(model), answers[name]["metrics"])
        found = rows(model.transform(line(spark)), "prediction")
        print(found[:3], answers[name]["predictions"][:3])
    print("Spark reads all of it")


def main():
    from pyspark.sql import SparkSession
    spark = SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false") \
        .config("spark.sql.shuffle.partitions", "2").getOrCreate()
    spark.sparkContext.setLogLevel("OFF")
    if len(sys.argv) > 1:
        compare(spark, sys.argv[1])
    else:
        record(spark)


if __name__ == "__main__":
    main()
