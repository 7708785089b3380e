"""rushlight replay against truth: real PySpark on one core predicted from two, and two from one.

The goal is a median error below 10 %.  For the whole run it is reached from one log alone, for the
time in jobs only with what other programs' logs tell of two tasks beside each other.  Nothing is
fitted to the program that is predicted.  The table stands in sim/README.md.
"""
import gzip
import os
import re
import statistics
import subprocess
import sys

import pytest

import rushlight.context  # noqa: F401
from rushlight import _engine

HERE = os.path.dirname(__file__)
FOLDER = os.path.join(HERE, "..", "data", "replay")
README = os.path.join(HERE, "..", "..", "sim", "README.md")
PROGRAMS = ("word_count", "page_rank", "sort", "pi", "skew", "frames")


def read(program, cores):
    run = _engine.RecordedRun(f"{program}-{cores}")
    with gzip.open(os.path.join(FOLDER, f"{program}-{cores}.jsonl.gz")) as file:
        run.add_lines(file.read())
    run.close()
    return run


@pytest.fixture(scope="module")
def runs():
    return {(program, cores): read(program, cores) for program in PROGRAMS for cores in (1, 2)}


def of_others(runs, program):
    """What neighbours cost on that machine, as the logs of the other five programs tell."""
    return statistics.median(runs[other, 1].compare(runs[other, 2])["slowdown"]
                             for other in PROGRAMS if other != program)


def nothing(runs, program):
    return 0


def errors(runs, slowdown_of):
    """By (program, cores to be predicted): predicted and true seconds, and the error, of the whole
    run and of the time in jobs."""
    table = {}
    for known, asked in ((1, 2), (2, 1)):
        for program in PROGRAMS:
            told = runs[program, known].predict(1, asked, 0, 0, False, {},
                                                slowdown_of(runs, program))
            true = runs[program, asked].facts()["seconds"]
            in_jobs = true - runs[program, asked].bounds(False)["driver_s"]
            table[program, asked] = (told["seconds"], true, told["seconds"] / true - 1,
                                     (told["seconds"] - told["driver_s"]) / in_jobs - 1)
    return table


def summary(table, which=2):
    off = [abs(row[which]) for row in table.values()]
    return statistics.median(off), max(off)


def test_from_one_log_alone(runs):
    table = errors(runs, nothing)
    assert summary(table)[0] < 0.075 and summary(table)[1] < 0.26
    assert summary(table, 3)[0] < 0.23


def test_with_what_other_programs_tell_of_neighbours(runs):
    table = errors(runs, of_others)
    assert summary(table)[0] < 0.05 and summary(table)[1] < 0.16
    assert summary(table, 3)[0] < 0.10


def test_every_program_s_tasks_are_slowed_by_neighbours(runs):
    """On a machine of two cores, a Python worker and its JVM thread share one."""
    told = [runs[program, 1].compare(runs[program, 2]) for program in PROGRAMS]
    assert all(0.05 < each["slowdown"] < 0.8 for each in told), told


def test_the_table_of_the_readme_is_true(runs):
    alone, helped = errors(runs, nothing), errors(runs, of_others)
    rows = [f"| {program} | {3 - asked} → {asked} | {true:.1f} s | {predicted:.1f} s | "
            f"{error:+.0%} | {helped[program, asked][0]:.1f} s | {helped[program, asked][2]:+.0%} |"
            for (program, asked), (predicted, true, error, _) in alone.items()]
    rows += [f"| median, worst {name} | | | | {{:.1%}}, {{:.0%}} | | {{:.1%}}, {{:.0%}} |".format(
        *summary(alone, which), *summary(helped, which))
        for name, which in (("of the run", 2), ("of the time in jobs", 3))]
    with open(README, encoding="utf-8") as file:
        written = re.findall(r"^\| (?:[a-z_]+ \| [12] →|median).*$", file.read(), re.M)
    assert written == rows, "\n" + "\n".join(rows)


def against(first, second, *options):
    return subprocess.run([sys.executable, "-m", "rushlight.cli", "replay", first, "--against",
                           second, *options], cwd=FOLDER, capture_output=True, text=True,
                          timeout=60)


def test_the_command_says_how_far_off_it_is():
    lines = against("sort-1.jsonl.gz", "sort-2.jsonl.gz", "--cores", "2").stdout.splitlines()
    assert lines[-2] == ("sort-2.jsonl.gz took 13.2 s on 1 × 2 cores: predicted 10.8 s, 19% too "
                         "short")
    assert re.search(r"took 1\.45 times as long, .* 1\.0 others .* of 0\.0: --contention 0\.46 "
                     r"gives 12\.7 s, 4% too short", lines[-1])
    assert "no log alone tells" in lines[-3]
    told = against("sort-1.jsonl.gz", "sort-2.jsonl.gz", "--contention", ".46").stdout
    assert "predicted 12.7 s" in told and "no log alone tells" not in told


def test_the_command_says_if_two_logs_tell_nothing():
    assert against("pi-1.jsonl.gz", "skew-2.jsonl.gz").stdout.endswith(
        "no stage has later tasks in both, or as many ran beside each other\n")
    assert "there is no event log none.jsonl" in against("pi-1.jsonl.gz", "none.jsonl").stderr


def test_no_prediction_beats_the_bound(runs):
    for run in runs.values():
        for slowdown in (0, 0.4):
            bound = run.bounds(False, slowdown)["critical_path_s"]
            for executors, cores in ((1, 1), (1, 2), (2, 2), (1, 8), (12, 1), (5, 8)):
                told = run.predict(executors, cores, 0, 0, False, {}, slowdown)["seconds"]
                assert told >= bound - 1e-6, (run.facts(), executors, cores, slowdown)
