"""rushlight replay: what an event log says of other clusters."""
import os
import subprocess
import sys

import pytest

import rushlight.context  # noqa: F401
from event_log_files import COMPRESSED, event, job, log, task
from rushlight import _engine
from rushlight._event_logs import pieces_of
from rushlight.errors import IllegalArgumentException

def recorded(text):
    run = _engine.RecordedRun("test.log")
    run.add_lines(text.encode())
    run.close()
    return run


def seconds(run, executors, cores, hosts=0, network=0, without_skew=False, slowdown=0, **settings):
    answer = run.predict(executors, cores, hosts, network, without_skew, settings, slowdown)
    return pytest.approx(answer["seconds"], abs=1e-3)


def four_tasks(stage, start_ms, each_ms=1000, **more):
    """Two at a time."""
    return [task(stage, i, start_ms + i // 2 * each_ms, start_ms + (i // 2 + 1) * each_ms, **more)
            for i in range(4)]


# ── cores ──
def test_waves_of_tasks():
    run = recorded(log(job(0, 1000, 3000, [(0, [], four_tasks(0, 1000))])))
    assert [seconds(run, 1, n) for n in (1, 2, 3, 4, 9)] == [4, 2, 2, 1, 1]
    assert seconds(run, 4, 1) == 1


def test_the_recorded_cluster_takes_the_recorded_time():
    """Two jobs with half a second of the program's own before, and one between them."""
    run = recorded(log(job(0, 1500, 3500, [(0, [], four_tasks(0, 1500))]),
                       job(1, 4500, 6500, [(1, [], four_tasks(1, 4500))])))
    assert seconds(run, 1, 2) == 5.5
    assert run.bounds(False) == {"critical_path_s": 3.5, "work_s": 8.0, "driver_s": 1.5,
                            "n_left_out": 0}


def test_stages_wait_for_their_parents():
    stages = [(0, [], four_tasks(0, 1000, written=100)), (1, [0], four_tasks(1, 3000, fetched=100))]
    run = recorded(log(job(0, 1000, 5000, stages)))
    assert [seconds(run, 1, n) for n in (1, 2, 4)] == [8, 4, 2]


def test_a_stage_that_was_skipped_does_not_run_again():
    first = [(0, [], four_tasks(0, 1000, written=100)), (1, [0], four_tasks(1, 3000))]
    again = [(2, [], []), (3, [2], four_tasks(3, 5000))]
    run = recorded(log(job(0, 1000, 5000, first), job(1, 5000, 7000, again)))
    assert seconds(run, 1, 2) == 6


def test_jobs_of_two_threads_run_at_once():
    run = recorded(log(job(0, 1000, 5000, [(0, [], four_tasks(0, 1000, 2000))]),
                       job(1, 1000, 5000, [(1, [], four_tasks(1, 1000, 2000))])))
    assert [seconds(run, 1, n) for n in (2, 4, 8)] == [8, 4, 2]


# ── warming up ──
def chain(*cores):
    """A stage whose tasks took these milliseconds, one after the other on each core."""
    tasks = []
    for times in cores:
        at = 1000
        for ms in times:
            tasks.append((at, at + ms))
            at += ms
    return [task(0, i, launch, finish) for i, (launch, finish) in enumerate(sorted(tasks))]


def stage_of(tasks, cores):
    return recorded(log(job(0, 1000, 8000, [(0, [], tasks)]), cores=cores))


def test_each_core_warms_up_once():
    """A second and a half of it, with one core or two, and tasks of half a second."""
    for run in (stage_of(chain([2000, 500, 500, 500]), 1),
                stage_of(chain([2000, 500], [2000, 500]), 2)):
        assert [seconds(run, 1, n) for n in (1, 2, 3, 4)] == [3.5, 2.5, 2.5, 2]
        assert seconds(run, 2, 1) == 2.5 and seconds(run, 2, 2, hosts=1) == 2
        bounds = run.bounds(False)
        assert (bounds["critical_path_s"], bounds["work_s"]) == (2, 3.5)


def test_what_one_first_task_took_longer_than_the_other_is_its_own():
    run = stage_of(chain([5000], [2000, 500, 500]), 2)
    assert [seconds(run, 1, n) for n in (1, 2, 4)] == [1.5 + 3.5 + 3 * 0.5, 5, 5]


def test_a_first_task_that_reads_more_does_not_warm_up():
    tasks = [task(0, 0, 1000, 3000, fetched=400),
             *(task(0, i, 2500 + 500 * i, 3000 + 500 * i, fetched=100) for i in (1, 2, 3))]
    assert [seconds(stage_of(tasks, 1), 1, n) for n in (1, 2)] == [3.5, 2]


def test_first_tasks_that_are_faster_warm_nothing_up():
    run = stage_of(chain([500, 1000], [500, 1000]), 2)
    assert [seconds(run, 1, n) for n in (1, 2, 4)] == [3, 1.5, 1]


# ── neighbours ──
def test_neighbours_slow_each_other():
    run = stage_of(chain([1500, 1500], [1500, 1500]), 2)        # a second alone
    assert [seconds(run, 1, n, slowdown=0.5) for n in (1, 2, 4)] == [4, 3, 2.5]
    assert seconds(run, 2, 1, slowdown=0.5) == 2
    assert seconds(run, 2, 1, hosts=1, slowdown=0.5) == 3
    assert seconds(run, 1, 1) == 6
    bounds = run.bounds(False, 0.5)
    assert (bounds["critical_path_s"], bounds["work_s"]) == (1, 4)


def test_a_part_of_a_neighbour():
    """The last task had one for 1 of its 2.5 s."""
    run = stage_of(chain([1500, 2500], [2500]), 2)
    alone = 1.5 / 1.5 + 2.5 / 1.5 + 2.5 / (1 + 0.5 * 0.4)
    assert seconds(run, 1, 1, slowdown=0.5) == pytest.approx(alone, abs=2e-3)


def test_a_core_s_next_task_is_no_neighbour_of_the_one_before():
    """It was launched when the driver knew, which stamped the end a little later."""
    tasks = [task(0, i, 1000 + 1000 * i, 2040 + 1000 * i) for i in range(4)]
    run = stage_of(tasks, 1)
    assert seconds(run, 1, 1, slowdown=0.5) == seconds(run, 1, 1) == 4 * 1.04


def test_two_logs_tell_how_much_neighbours_slow():
    alone, crowded = stage_of(chain([2000, 1000, 1000, 1000]), 1), stage_of(
        chain([2000, 1400], [2000, 1400]), 2)
    told = alone.compare(crowded)
    assert told == {"n_stages": 1, "neighbours": 0, "neighbours_of_other": 1,
                    "longer": pytest.approx(1.4), "slowdown": pytest.approx(0.4)}
    assert crowded.compare(alone)["slowdown"] == pytest.approx(0.4)


def test_logs_that_tell_nothing_of_neighbours():
    alone = stage_of(chain([1000, 1000]), 1)
    assert alone.compare(alone) is None
    other = recorded(log(job(0, 1000, 8000, [(1, [], [task(1, 0, 1000, 2000)])])))
    assert alone.compare(other) is None
    assert stage_of(chain([1000], [1000]), 2).compare(alone) is None        # no later task


# ── what else may change ──
def test_without_skew_all_tasks_take_the_average():
    tasks = [task(0, 0, 1000, 8000), *(task(0, i, 1000, 2000) for i in (1, 2, 3))]
    run = recorded(log(job(0, 1000, 8000, [(0, [], tasks)]), cores=4))
    assert seconds(run, 1, 4) == 7
    assert seconds(run, 1, 4, without_skew=True) == 2.5


def test_what_comes_by_the_wire_takes_its_time():
    """A task on each of two hosts reads 100 bytes, half of them of the other."""
    stages = [(0, [], [task(0, i, 1000, 2000, written=100) for i in range(2)]),
              (1, [0], [task(1, i, 2000, 3000, fetched=100) for i in range(2)])]
    run = recorded(log(job(0, 1000, 3000, stages)))
    assert seconds(run, 2, 1, network=25) == 1 + 2 + 1
    assert seconds(run, 2, 1, hosts=1, network=25) == 2     # nothing leaves the machine
    assert seconds(run, 2, 1) == 2


def test_waiting_for_fetches_is_not_a_task_s_own_time():
    stages = [(0, [], [task(0, 0, 1000, 2000, written=100)]),
              (1, [0], [task(1, 0, 2000, 5000, fetched=100, waited=2500)])]
    assert seconds(recorded(log(job(0, 1000, 5000, stages))), 1, 1) == 1.5


def test_failures_count_once():
    tasks = [task(0, 0, 1000, 1500, reason="ExceptionFailure"), task(0, 0, 1500, 2500)]
    run = recorded(log(job(0, 1000, 2500, [(0, [], tasks)]),
                       job(1, 2500, 3500, [(1, [], [task(1, 0, 2500, 3500)])], "JobFailed")))
    assert run.facts()["n_tasks"] == 2
    assert run.bounds(False)["n_left_out"] == 1


def test_a_copy_takes_what_others_take():
    """Three tasks of a second, and one of twenty that had no more to read."""
    tasks = [task(0, i, 1000, 2000) for i in (0, 1, 2)] + [task(0, 3, 1000, 21000)]
    run = recorded(log(job(0, 1000, 21000, [(0, [], tasks)]), cores=4))
    assert seconds(run, 1, 4) == 20
    copied = run.predict(2, 4, 0, 0, False, {"spark.speculation": "true"})["seconds"]
    assert 4 < copied < 6


def test_no_prediction_beats_the_bound():
    tasks = [task(0, 0, 1000, 8000), *(task(0, i, 1000, 2000) for i in (1, 2, 3))]
    run = recorded(log(job(0, 1000, 8000, [(0, [], tasks)]), cores=4))
    assert run.bounds(True)["critical_path_s"] == 2.5 and run.bounds(False)["critical_path_s"] == 7


def test_executors_that_were_replaced_count_once():
    more = event("ExecutorRemoved", **{"Timestamp": 2500, "Executor ID": "0"}) + "\n" + event(
        "ExecutorAdded", **{"Timestamp": 2600, "Executor ID": "9",
                            "Executor Info": {"Host": "h9", "Total Cores": 4}})
    text = log(job(0, 1000, 3000, [(0, [], four_tasks(0, 1000))]), executors=2, cores=4)
    facts = recorded(text + more + "\n").facts()
    assert (facts["n_executors"], facts["cores_each"]) == (2, 4)


# ── logs ──
@pytest.mark.parametrize("ending", COMPRESSED)
def test_compressed_logs(tmp_path, ending):
    text = log(job(0, 1000, 3000, [(0, [], four_tasks(0, 1000))])).encode() * 40
    path = tmp_path / f"application_1{ending}"
    path.write_bytes(COMPRESSED[ending](text))
    assert b"".join(pieces_of(str(path))) == text


def test_rolled_logs_come_in_order(tmp_path):
    lines = log(job(0, 1000, 3000, [(0, [], four_tasks(0, 1000))])).encode().splitlines(True)
    for i, line in enumerate(lines, 1):
        (tmp_path / f"events_{i}_app.zstd").write_bytes(COMPRESSED[".zstd"](line))
    (tmp_path / "appstatus_app").touch()
    assert list(pieces_of(str(tmp_path))) == lines


def test_logs_of_our_own(tmp_path):
    from rushlight import SparkConf, SparkContext
    conf = (SparkConf().setMaster("local[2]").set("spark.eventLog.enabled", "true")
            .set("spark.eventLog.dir", str(tmp_path)))
    with SparkContext(conf=conf) as sc:
        sc.parallelize(range(100), 4).map(lambda x: (x % 3, x)).reduceByKey(max).collect()
    (path,) = tmp_path.iterdir()
    answer = command(path, "--executors", "1,2", "--plot", tmp_path / "p.svg")
    assert answer.returncode == 0 and "1 job, 2 stages, 8 tasks" in answer.stdout, answer
    assert (tmp_path / "p.svg").read_text().startswith("<svg")


# ── what goes wrong ──
def command(*arguments):
    return subprocess.run([sys.executable, "-m", "rushlight.cli", "replay", *map(str, arguments)],
                          capture_output=True, text=True, timeout=60)


@pytest.mark.parametrize("name, content, message", [
    ("no.log", b'{"a":1}\n', 'line 1: this is no event of a Spark event log (it has no member "E'),
    ("cut.log", log(job(0, 1000, 3000, [(0, [], four_tasks(0, 1000))])).encode()[:-20],
     "ends in the middle of line 12, as the log of a program that was killed"),
    ("empty.log", b"", "no application starts in this log"),
    ("idle.log", log().encode(), "no task has succeeded in the 4 lines"),
    ("cut.gz", COMPRESSED[".gz"](b"x" * 9)[:-3], "is no whole gzip file"),
    ("cut.zst", COMPRESSED[".zst"](os.urandom(999))[:-300], "zstd"),
    ("cut.lz4", COMPRESSED[".lz4"](b"x" * 99)[:-25], "ends in the middle of an lz4 block"),
    ("not.lz4", b"x" * 99, "no block of lz4-java begins at byte 0"),
    ("old.snappy", b"x", "is compressed by snappy"),
], ids=lambda value: value if isinstance(value, str) else "bytes")
def test_bad_logs_are_named(tmp_path, name, content, message):
    path = tmp_path / name
    path.write_bytes(content)
    answer = command(path)
    assert answer.returncode == 1 and answer.stdout == ""
    assert answer.stderr.count("\n") == 1
    assert message in answer.stderr and str(path) in answer.stderr


def test_files_that_are_not_there(tmp_path):
    assert "there is no event log" in command(tmp_path / "none").stderr
    assert "is a folder without events_1_" in command(tmp_path).stderr


@pytest.mark.parametrize("option, value", [("--executors", "0"), ("--cores", "x"),
                                           ("--network", "fast"), ("--executors", "1,,2"),
                                           ("--plot", "p.png"),
                                           ("--contention", "-1"), ("--contention", "101")])
def test_bad_options_are_refused(tmp_path, option, value):
    answer = command(tmp_path, option, value)
    wrong = value.replace("1,,2", "")
    assert answer.returncode == 2 and repr(wrong) in answer.stderr


def test_events_that_nobody_reads_are_passed_over():
    text = event("Unheard", Of=1) + "\n" + log(job(0, 1000, 3000, [(0, [], four_tasks(0, 1000))]))
    assert seconds(recorded(text), 1, 2) == 2


def test_a_cluster_of_nothing_is_refused():
    run = recorded(log(job(0, 1000, 3000, [(0, [], four_tasks(0, 1000))])))
    with pytest.raises(IllegalArgumentException, match="must be at least 1"):
        run.predict(0, 1, 0, 0, False, {})
