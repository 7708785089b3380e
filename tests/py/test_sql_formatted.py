"""Purpose: explain("formatted") reads as Spark's: the numbered tree, what each number stands for,
subqueries in a part of their own, cached plans, adaptive plans at first and at last."""
import difflib
import importlib.util
import json
import os

import pytest

pytest.importorskip("pyarrow")

DATA = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "data", "sql")


def recorder():
    spec = importlib.util.spec_from_file_location(
        "make_formatted_plans", os.path.join(DATA, "make_formatted_plans.py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def asked(tmp_path_factory):
    """name → the plan here."""
    from rushlight.sql import SparkSession
    record, folder = recorder(), str(tmp_path_factory.mktemp("formatted"))
    spark = record.session(SparkSession.builder, folder)
    record.prepare(spark, folder)
    yield {name: record.explained(spark, name, folder) for name in record.QUERIES}
    spark.stop()


def known():
    with open(os.path.join(DATA, "formatted_differ.txt"), encoding="utf-8") as f:
        return {line.split()[0] for line in f if line.strip() and not line.startswith("#")}


def test_plans_read_as_sparks(asked):
    with open(os.path.join(DATA, "formatted_plans.jsonl"), encoding="utf-8") as f:
        wanted = {line["query"]: line["plan"] for line in map(json.loads, f)}
    assert set(wanted) == set(asked)
    wrong = {name for name in wanted if asked[name] != wanted[name]}
    told = "\n".join(line for name in sorted(wrong - known()) for line in difflib.unified_diff(
        wanted[name].split("\n"), asked[name].split("\n"), f"{name}: Spark", f"{name}: here", lineterm=""))
    assert not wrong - known(), told
    assert not known() - wrong, "no longer different: strike them from formatted_differ.txt"
