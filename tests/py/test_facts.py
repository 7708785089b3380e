"""Agreement with facts recorded from real Spark, where they lie beside the project.

../shared/facts holds small programs and what Spark did with each: jobs, stages, tasks, shuffle
records, results, partition contents.  facts_spine.txt lists the programs that use only what is
there, and must agree in every fact.
"""
import json
import os
import subprocess
import sys

import pytest

from conftest import ROOT

FACTS = os.path.join(os.path.dirname(ROOT), "shared", "facts")


def programs():
    with open(os.path.join(os.path.dirname(__file__), "facts_spine.txt")) as f:
        return [line.strip() for line in f if line.strip() and not line.startswith("#")]


@pytest.fixture(scope="module")
def score(tmp_path_factory):
    if not os.path.exists(os.path.join(FACTS, "check.py")):
        pytest.skip("no recorded facts beside the project")
    out = tmp_path_factory.mktemp("facts") / "score.json"
    done = subprocess.run([sys.executable, os.path.join(FACTS, "check.py"), "--only",
                           ",".join(programs()), "--json", str(out), "--quiet"],
                          capture_output=True, text=True, timeout=300,
                          env=dict(os.environ, PYTHONDONTWRITEBYTECODE="1"))
    assert out.exists(), done.stdout[-2000:] + done.stderr[-2000:]
    return json.loads(out.read_text())


@pytest.mark.parametrize("name", programs())
def test_agrees_with_spark(score, name):
    wrong = [fact for fact, agrees in score["agree"][name].items() if not agrees]
    assert wrong == [], score["seen"][name]
