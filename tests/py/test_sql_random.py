"""Random queries keep the oracles of sql_generator.py.

`make test` asks the seeds of random_seeds.txt, which once failed, and a few more; with
RUSH_RANDOM_SECONDS (make check: a minute) it goes on until the time is over, and with
RUSH_RANDOM_FRESH (make nightly) on seeds that no run had before. Those that fail are
written to out/random_seeds.txt; once mended they belong into tests/data/sql/random_seeds.txt.
"""
import os
import pathlib
import time

import sql_generator

ROOT = pathlib.Path(__file__).resolve().parents[2]
KEPT = ROOT / "tests" / "data" / "sql" / "random_seeds.txt"
FAILED = ROOT / "out" / "random_seeds.txt"
FEW = 40
SECONDS = float(os.environ.get("RUSH_RANDOM_SECONDS", "0"))


def kept_seeds():
    return [int(line.split()[0]) for line in KEPT.read_text().splitlines()
            if line and not line.startswith("#")]


def check(spark, seeds):
    """The first faults that seeds show; the seeds are kept."""
    faults = {}
    for seed in seeds:
        fault = sql_generator.check(spark, seed)
        if fault:
            faults[seed] = fault
        if len(faults) == 3:
            break
    if faults:
        FAILED.parent.mkdir(exist_ok=True)
        with FAILED.open("a") as out:
            out.writelines(f"{seed}\n" for seed in faults)
    assert not faults, "\n\n".join(faults.values())


def new_seeds(seconds):
    """Seeds one after the other, until the time is over."""
    fresh = "RUSH_RANDOM_FRESH" in os.environ
    end, seed = time.monotonic() + seconds, time.time_ns() // 1_000_000 if fresh else FEW
    while time.monotonic() < end:
        yield seed
        seed += 1


def test_kept_seeds(session_of):
    check(session_of(), kept_seeds())


def test_some_seeds(session_of):
    check(session_of(), range(FEW))


def test_new_seeds(session_of):
    check(session_of(), new_seeds(SECONDS))


def test_a_seed_is_a_case():
    """The same seed gives the same statements, another one others."""
    one, same, other = (sql_generator.Case(seed) for seed in (7, 7, 8))
    assert (one.setup, one.source, one.predicate) == (same.setup, same.source, same.predicate)
    assert one.setup != other.setup
