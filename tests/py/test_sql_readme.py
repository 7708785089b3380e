"""sql/README.md walks one query through the layers: its plans are those that explain() prints.

The query is that of lessons/examples/query.py.  Columns have other numbers here, so all numbers are
counted anew in the order in which they come.
"""
import pathlib
import re

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
LAYERS = {"1. Parser": "== Parsed Logical Plan ==", "2. Analyzer": "== Analyzed Logical Plan ==",
          "3. Optimizer": "== Optimized Logical Plan ==", "4. Physical plan": "== Physical Plan =="}


def renumbered(texts):
    """Texts whose columns are numbered from 1 on, in order."""
    numbers = {}
    return [re.sub(r"(#|plan_id=)(\d+)",
                   lambda m: m[1] + str(numbers.setdefault(m[0], len(numbers) + 1)), text)
            for text in texts]


def blocks_of_readme():
    """The tree below the heading of each layer."""
    text = (ROOT / "sql" / "README.md").read_text()
    return [re.search(re.escape(f"**{title}**") + r".*?```\n(.*?)```", text, re.DOTALL)[1].strip()
            for title in LAYERS]


@pytest.fixture
def query_text():
    text = (ROOT / "lessons" / "examples" / "query.py").read_text()
    return re.search(r'spark\.sql\("""(.*?)"""\)', text, re.DOTALL)[1]


def test_plans(session_of, query_text, capfd):
    spark = session_of(None)
    spark.conf.set("spark.sql.shuffle.partitions", 2)
    spark.conf.set("spark.sql.adaptive.enabled", True)
    spark.conf.set("spark.rushlight.sql.optimizer.enabled", True)
    sales = spark.createDataFrame([("north", 2021, 10.0)], "region string, year int, amount double")
    sales.createOrReplaceTempView("sales")
    capfd.readouterr()
    spark.sql(query_text).explain("extended")
    told = capfd.readouterr().out
    told = re.sub(r"(?m)^region: string, total: double\n", "", told)
    parts = re.split(r"== \w+(?: Logical)? Plan ==\n", told)[1:]
    assert renumbered([part.strip() for part in parts]) == renumbered(blocks_of_readme())
