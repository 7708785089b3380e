"""rushlight chaos: seeds, lines that are replayed, scripts that are shrunk, processes that die."""
import dataclasses
import json
import subprocess
import sys

import pytest

from rushlight import SparkContext, _engine
from rushlight import _chaos_cases as cases
from rushlight import _chaos_programs as programs
from rushlight import _chaos_workers as workers
from rushlight.cli import chaos as chaos_command
from rushlight.errors import PySparkValueError

CASE = cases.Case(3, 6, (5, 10))


def command(*arguments):
    return subprocess.run([sys.executable, "-m", "rushlight.cli", "chaos", *arguments],
                          capture_output=True, text=True, timeout=120)


def test_the_last_line_counts():
    answer = command("--seeds", "1..4", "--executors", "4", "--faults", "2..6", "--jobs", "2")
    assert (answer.returncode, answer.stderr) == (0, "")
    assert answer.stdout.splitlines()[-1] == "4 seeds, 0 violations"


@pytest.mark.parametrize("program", ["model", "join", "dataframe"])
def test_one_line_is_one_run(program):
    line = f"seed=1 executors=12 faults=5..30 program={program}"
    answer = command("--replay", line)
    assert (answer.returncode, answer.stderr) == (0, "")
    assert answer.stdout == command("--replay", line).stdout
    assert cases.judge(cases.Case.parse(line)) == cases.judge(cases.Case.parse(line))


@pytest.mark.parametrize("arguments, said", [
    (["--seeds", "9..1"], "'9..1' is not FIRST..LAST"),
    (["--faults", "many"], "'many' is not FIRST..LAST"),
    (["--executors", "0"], "'0' is not a number above 0"),
    (["--program", "nothing"], "invalid choice: 'nothing'"),
    (["--replay", "seed=1"], "executors, faults missing in 'seed=1'"),
    (["--replay", "seed=1 flood=3"], "'flood=3' has no place"),
    (["--replay", "seed=1 seed=2 executors=1 faults=1"], "'seed=2' has no place"),
])
def test_slips_are_named(arguments, said):
    answer = command(*arguments)
    assert answer.returncode == 2
    assert said in answer.stderr


def test_what_a_violation_prints(monkeypatch, capsys):
    """A run that fails whenever fault 2 comes true, on two executors or more."""
    def judge(case):
        fails = (case.keep is None or 2 in case.keep) and (case.on or case.executors) > 1
        return {"violations": ["event 7: wrong"] * fails, "n_faults": 6, "reason": None}

    class Worker:
        def __enter__(self):
            return self

        def __exit__(self, *unused):
            pass

        def judge(self, case):
            return judge(case)

    monkeypatch.setattr(chaos_command, "judge_all", lambda todo, n: ((c, judge(c)) for c in todo))
    monkeypatch.setattr(chaos_command, "Worker", Worker)
    assert chaos_command.chaos(["--seeds", "5..5", "--executors", "8", "--faults", "6..6",
                                "--program", "model"]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == ("rushlight chaos --replay "
                        "'seed=5 executors=8 faults=6..6 program=model'")
    assert lines[1] == "    event 7: wrong"
    assert lines[2].endswith("--replay 'seed=5 executors=8 faults=6..6 program=model keep=2 on=2'")
    scenario = json.loads("".join(lines[3:-2]))
    assert len(scenario["faults"]) == 1 and scenario["executors"]["count"] == 2
    assert lines[-1] == "1 seeds, 1 violations"


def test_a_wrong_answer_is_a_violation(monkeypatch):
    case = cases.Case(1, 3, (1, 2), "sort")
    assert cases.judge(case)["violations"] == []
    monkeypatch.setitem(programs._answers, "sort", [])
    assert cases.judge(case)["violations"][0].startswith(
        "the answer is not what it is without faults: [(0, 0)")


def test_a_failure_without_a_type_is_a_violation(monkeypatch):
    def fails(sc):
        raise PySparkValueError("out of the blue")

    case = cases.Case(1, 3, (1, 2), "sort")
    monkeypatch.setitem(programs._answers, "sort", [])
    monkeypatch.setitem(programs.PROGRAMS, "sort", dataclasses.replace(programs.PROGRAMS["sort"],
                                                                       run=fails))
    assert cases.judge(case)["violations"] == [
        "a job failed without a reason that has a type: out of the blue"]


@pytest.mark.parametrize("name", sorted(programs.PROGRAMS))
def test_every_program_survives_faults(name):
    verdicts = [cases.judge(cases.Case(seed, 6, (3, 8), name)) for seed in (1, 2)]
    assert [verdict["violations"] for verdict in verdicts] == [[], []]


def test_a_watch_is_asked_at_the_end():
    sc = SparkContext("local-cluster[2,1,1024]", "watched")
    watch = _engine.Watch(sc._engine_context)
    with pytest.raises(ValueError, match="the application still runs"):
        watch.finish()
    assert sc.parallelize(range(10), 4).map(lambda i: (i % 3, i)).groupByKey().count() == 3
    sc.stop()
    with pytest.raises(ValueError, match="finish"):
        watch.violations()
    watch.finish()
    assert watch.violations() == []


def test_a_scenario_can_be_simulated(tmp_path):
    path = tmp_path / "scenario.json"
    path.write_text(cases.scenario(CASE))
    answer = subprocess.run([sys.executable, "-m", "rushlight.cli", "simulate", str(path)],
                            capture_output=True, text=True, timeout=60)
    assert "digest" in answer.stdout


def test_a_process_that_dies_is_a_violation(monkeypatch):
    monkeypatch.setattr(workers, "_PROGRAM", "import os, sys\nfor line in sys.stdin: "
                                             "print('ouch', file=sys.stderr); os.abort()")
    with workers.Worker() as worker:
        for _ in range(2):
            assert worker.judge(CASE)["violations"] == ["its process ended with status -6: ouch"]


def test_a_process_that_does_not_come_back_is_a_violation(monkeypatch):
    monkeypatch.setattr(workers, "_PROGRAM", "input(); input()")
    with workers.Worker(seconds=0.5) as worker:
        assert worker.judge(CASE)["violations"] == ["it has not ended after 0.5 s"]


def test_all_cases_are_judged_by_some_worker():
    todo = [cases.Case(seed, 3, (1, 3)) for seed in range(1, 8)]
    judged = dict(workers.judge_all(todo, 3))
    assert set(judged) == set(todo)
    assert all(verdict["violations"] == [] for verdict in judged.values())


def test_shrinking_passes_on_what_goes_wrong():
    def fails(case):
        raise OSError("no more")

    with pytest.raises(OSError, match="no more"):
        cases.shrink(CASE, fails)
