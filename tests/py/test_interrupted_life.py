"""Ctrl-C and signals while a SparkContext starts or stops: nothing of it stays, the next one works."""
import os

import pytest

from conftest import has_ended
from rushlight import SparkContext, _lifecycle, context


def interrupt(*_):
    raise KeyboardInterrupt


def own_children():
    with open(f"/proc/self/task/{os.getpid()}/children") as f:
        return [int(pid) for pid in f.read().split()]


def works():
    with SparkContext("local[2]", "after") as sc:
        return sc.parallelize([1, 2], 2).map(str).collect() == ["1", "2"]


def test_an_interrupted_start_leaves_no_engine(monkeypatch):
    before = own_children()
    with monkeypatch.context() as patch:
        patch.setattr(SparkContext, "setLogLevel", interrupt)       # the engine runs by then
        conf = context.SparkConf().setMaster("local[2]").setAppName("x").set("spark.log.level",
                                                                             "INFO")
        with pytest.raises(KeyboardInterrupt) as kept:              # with the frames, as a prompt
            SparkContext(conf=conf)
    assert kept.traceback and all(map(has_ended, set(own_children()) - set(before)))
    assert works()


def test_an_interrupted_stop_is_a_stop(monkeypatch):
    sc = SparkContext("local[2]", "x")
    pids = sc._engine.worker_pids()
    monkeypatch.setattr(SparkContext, "_before_stop", [interrupt])
    with pytest.raises(KeyboardInterrupt):
        sc.stop()
    monkeypatch.undo()
    assert all(map(has_ended, pids)) and works()


def test_what_is_interrupted_before_the_engine_stops_can_be_stopped_again(fake, monkeypatch):
    sc = SparkContext("local[2]", "x")
    stopped = []
    monkeypatch.setattr(sc._engine, "stop",
                        lambda: stopped.append(SparkContext._active_spark_context))
    sc.stop()
    assert stopped == [sc]      # the engine goes first: it is never forgotten while it runs
    assert SparkContext._active_spark_context is None


def test_signals_are_watched_before_the_engine_starts(fake, monkeypatch):
    """A SIGTERM while it starts must not leave its folder behind."""
    seen = []
    monkeypatch.setattr(_lifecycle, "watch", lambda active: seen.append(active()._engine_context))
    SparkContext("local[2]", "x").stop()
    assert seen == [None]
