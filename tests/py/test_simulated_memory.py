"""rushlight simulate, where executors take more than their containers have: who kills them, what
the job says when it ends of that, and that each setting it names lets the same scenario end well.

The arithmetic of each cluster manager is tests/sim/test_container_memory.c's.
"""
import json
import pathlib
import re

import pytest
from test_simulate import command, SCENARIOS

SCENARIO = SCENARIOS / "python-beyond-its-container.json"


def settings(report):
    lines = report.split("Each of these alone would have sufficed:\n")[1].splitlines()
    return [re.match(r" {6}(\S+)", line)[1] for line in lines if line.startswith(" " * 6)]


def with_setting(folder, setting):
    """The scenario with `spark.executor.cores`, which it says itself, and the rest as --conf."""
    scenario = json.loads(SCENARIO.read_text())
    key, value = setting.split("=")
    arguments = []
    if key == "spark.executor.cores":
        scenario["executors"]["cores"] = int(value)
    else:
        arguments = ["--conf", setting]
    path = pathlib.Path(folder) / "scenario.json"
    path.write_text(json.dumps(scenario))
    return command(path, "--steps", 0, *arguments)


def test_the_end_names_settings_that_suffice(tmp_path):
    answer = command(SCENARIO)
    assert answer.returncode == 1
    assert "reports that the kernel killed executor" in answer.stdout
    assert re.search(r"Executor +uses [\d,]+ MiB: heap 2,048 MiB \+ 4 tasks 80 MiB \+ 4 Python "
                     r"workers [\d,]+ MiB; its container has 2,867 MiB: heap 2,048 MiB \+ overhead "
                     r"819 MiB", answer.stdout)
    assert "Max number of executor failures (8) reached\nExecutor " in answer.stderr
    assert [s.split("=")[0] for s in settings(answer.stderr)] == [
        "spark.executor.memoryOverhead", "spark.executor.cores", "spark.executor.pyspark.memory"]
    for setting in settings(answer.stderr):
        better = with_setting(tmp_path, setting)
        assert (better.returncode, better.stderr) == (0, ""), (setting, better)
        assert ", 0 lost" in better.stdout


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_one_seed_one_end(tmp_path, seed):
    scenario = json.loads(SCENARIO.read_text()) | {"seed": seed}
    path = tmp_path / "scenario.json"
    path.write_text(json.dumps(scenario))
    first, second = command(path), command(path)
    assert (first.stdout, first.stderr) == (second.stdout, second.stderr)
