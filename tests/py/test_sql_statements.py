"""Statements that are no queries, all in one session, against what a real Spark answered."""
import importlib.util
import json
import os

import pytest

pytest.importorskip("pyarrow")

DATA = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "data", "sql")
# Answers that differ, and why.
DIFFERENT = {
    "INSERT INTO p PARTITION (a, b = 'w') VALUES (6, 5)": "an error without a class in both; Spark names a number",
    "INSERT OVERWRITE p PARTITION (a = 1) IF NOT EXISTS VALUES (40, 'x')": "the same",
    "INSERT INTO p PARTITION (a = 'x', b = 'w') VALUES (6)": "the place in the text is not told",
    "SELECT current_database(), current_catalog()": "functions that are not there yet",
    "SET spark.sql.shuffle.partitions=abc": "the setting's own words",
}


def recorder():
    spec = importlib.util.spec_from_file_location(
        "make_session_statements", os.path.join(DATA, "make_session_statements.py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_statements_answer_as_spark_does(tmp_path):
    from rushlight.sql import SparkSession
    tmp, answer = str(tmp_path), recorder().answer
    spark = (SparkSession.builder.master("local[2]")
             .config("spark.sql.warehouse.dir", tmp + "/warehouse").getOrCreate())
    wrong = []
    try:
        with open(os.path.join(DATA, "session_statements.jsonl"), encoding="utf-8") as f:
            for line in f:
                want = json.loads(line)
                statement = want.pop("statement")
                got = json.loads(json.dumps(answer(spark, statement, tmp), default=str))
                if got != want and statement not in DIFFERENT:
                    wrong.append((statement, want, got))
    finally:
        spark.stop()
    assert wrong == []
