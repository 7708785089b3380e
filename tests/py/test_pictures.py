"""rushlight picture: timelines, clusters and memory, drawn from event logs.

The logs are made by hand, a few events each, so that every bar, row and mark can be counted.
"""
import functools
import json
import pathlib
import re
import subprocess
import sys
import xml.etree.ElementTree as ET

import pytest

from event_log_files import COMPRESSED, event, job, log, task
from rushlight.errors import PySparkValueError
from rushlight.pictures import draw
from rushlight.pictures._bars import lanes_of
from rushlight.pictures._run import read_run

RECORDED = pathlib.Path(__file__).parents[1] / "data" / "replay"
SCENARIOS = pathlib.Path(__file__).parents[2] / "sim" / "scenarios"
SVG = "{http://www.w3.org/2000/svg}"
GONE = {"Timestamp": 3000, "Executor ID": "1", "Removed Reason": "killed <by> & a test\n at x"}


def written(folder, text, name="app.log"):
    path = folder / name
    path.write_text(text)
    return str(path)


def run_of(folder, text):
    return read_run(written(folder, text))


def drawn(folder, kind, text):
    """The root of a picture, and its text."""
    draw(kind, written(folder, text), folder / "picture.svg")
    content = (folder / "picture.svg").read_text()
    return ET.fromstring(content), content


def of_class(root, name):
    return [e for e in root.iter() if name in (e.get("class") or "").split()]


def titles(elements):
    return [e.find(f"{SVG}title").text for e in elements]


def words_of(root):
    return [e.text for e in root.iter(f"{SVG}text")]


def added(id, ms, host="h9", cores=2, rack=None):
    return event("ExecutorAdded", **{"Timestamp": ms, "Executor ID": str(id), "Executor Info": {
        "Host": host, "Total Cores": cores, "Attributes": {"rack": rack} if rack else {}}})


def attempt(task_id, launch, finish, **changes):
    """A TaskEnd whose info has more than those of event_log_files."""
    made = json.loads(task(changes.pop("stage", 0), changes.pop("index", task_id), launch, finish,
                           executor=changes.pop("executor", "0"),
                           reason=changes.pop("reason", "Success")))
    made["Task Info"]["Task ID"] = task_id
    made["Task Metrics"].update(changes.pop("metrics", {}))
    made["Task Executor Metrics"] = changes.pop("executor_metrics", {})
    made["Task Info"].update(changes)
    return json.dumps(made, separators=(",", ":"))


def four():
    """Two waves of two tasks of a second on one executor of two cores, after a second."""
    return [attempt(i, 2000 + i // 2 * 1000, 3000 + i // 2 * 1000) for i in range(4)]


# ── timeline ──
def test_a_bar_for_each_attempt(tmp_path):
    root, _ = drawn(tmp_path, "timeline", log(job(0, 2000, 4000, [(0, [], four())])))
    bars = of_class(root, "ok")
    assert len(bars) == 4
    x = sorted({float(b.get("x")) for b in bars})
    assert len(x) == 2 and len({b.get("y") for b in bars}) == 2
    # The run is 8 s long: a second is an eighth of the chart's width of 1046.
    assert x[1] - x[0] == pytest.approx(1046 / 8, abs=0.2)
    assert float(bars[0].get("width")) == pytest.approx(1046 / 8 - 0.6, abs=0.2)
    assert titles(bars)[0] == "stage 0, partition 0, 1.0 s"


def test_the_title_says_application_seconds_tasks(tmp_path):
    root, _ = drawn(tmp_path, "timeline", log(job(0, 2000, 4000, [(0, [], four())]), executors=3))
    assert words_of(root)[0] == "small"
    assert words_of(root)[1] == "8.0 s · 4 tasks · 1 job · 1 stage · 3 executors × 2 cores on 3 hosts"


def test_jobs_and_stages_are_bands(tmp_path):
    stages = [(0, [], four()), (1, [0], [attempt(9, 4000, 5000, stage=1)])]
    root, _ = drawn(tmp_path, "timeline", log(job(7, 2000, 5000, stages)))
    assert "job 7" in words_of(root) and "stage 0: stage 0 · 4 tasks" in words_of(root)
    told = titles(r for r in root.iter(f"{SVG}rect") if r.find(f"{SVG}title") is not None)
    bands = [t for t in told if t.startswith(("job", "stage 0:", "stage 1:"))]
    assert bands == ["job 7", "stage 0: stage 0 · 4 tasks", "stage 1: stage 1 · 1 task"]


def test_bands_name_files_without_their_folders(tmp_path):
    text = log(job(7, 2000, 4000, [(0, [], four())]))
    named = text.replace('"Stage Name":"stage 0"', '"Stage Name":"count at /home/me/app.py:8"')
    assert named != text
    root, content = drawn(tmp_path, "timeline", named)
    assert "stage 0: count at app.py:8 · 4 tasks" in words_of(root)
    assert "/home/me" not in content


@pytest.mark.parametrize("reason, how", [
    ("ExceptionFailure", "failed"), ("ExecutorLostFailure", "failed"), ("FetchFailed", "failed"),
    ("TaskKilled", "killed"), ("TaskCommitDenied", "failed")])
def test_what_did_not_end_well_is_marked(tmp_path, reason, how):
    tasks = [*four(), attempt(9, 2000, 2500, index=0, reason=reason)]
    root, _ = drawn(tmp_path, "timeline", log(job(0, 2000, 4000, [(0, [], tasks)]), cores=4))
    assert len(of_class(root, how)) == 1 and len(of_class(root, "ok")) == 4
    assert titles(of_class(root, how))[0].endswith(": " + reason) or reason == "FetchFailed"
    assert any(how in w for w in words_of(root))     # the legend


def test_tasks_that_never_ended(tmp_path):
    start = event("TaskStart", **{"Stage ID": 0, "Stage Attempt ID": 0, "Task Info": {
        "Task ID": 77, "Index": 5, "Attempt": 0, "Partition ID": 5, "Launch Time": 3000,
        "Executor ID": "0", "Host": "h0", "Speculative": False, "Finish Time": 0}})
    root, _ = drawn(tmp_path, "timeline", log([start], job(0, 2000, 4000, [(0, [], four())]), cores=3))
    assert titles(of_class(root, "running")) == ["stage 0, partition 5"]
    assert "still running as the log ends" in words_of(root)


def test_neighbours_have_colours_of_their_own(tmp_path):
    """Stages 0, 6, 12: skipped ones have the numbers between."""
    jobs = [job(i, 2000 + i * 1000, 3000 + i * 1000,
                [(6 * i, [], [attempt(i, 2000 + i * 1000, 3000 + i * 1000, stage=6 * i, index=0)])])
            for i in range(3)]
    root, _ = drawn(tmp_path, "timeline", log(*jobs))
    assert len({bar.get("fill") for bar in of_class(root, "ok")}) == 3


def test_what_is_computed_again(tmp_path):
    """Partition 1 again in the second attempt of the stage; partition 3 for the first time."""
    again = [attempt(8, 4000, 5000, index=0, **{"Partition ID": 1}),
             attempt(9, 4000, 5000, index=1, **{"Partition ID": 5})]
    run = run_of(tmp_path, log(job(0, 2000, 5000, [(0, [], [*four(), *again])])))
    assert [a.partition for a in run.attempts if a.again] == [1]
    root, content = drawn(tmp_path, "timeline", log(job(0, 2000, 5000, [(0, [], [*four(), *again])])))
    assert len(of_class(root, "again")) == 1 and "computed again: its output was lost" in content


def test_what_another_job_computes_again_under_another_stage(tmp_path):
    """Spark numbers the stages of each job anew; a rest of the RDD's partitions is what was lost."""
    def stage(id, n_tasks, submitted, rdd):
        return {"Stage ID": id, "Stage Attempt ID": 0, "Stage Name": "s", "Number of Tasks": n_tasks,
                "Parent IDs": [], "Submission Time": submitted,
                "RDD Info": [{"RDD ID": rdd, "Number of Partitions": 4}]}
    def start(id, stages, ms):
        return event("JobStart", **{"Job ID": id, "Submission Time": ms, "Stage IDs": stages,
                                    "Stage Infos": [{"Stage ID": stages[1], "Parent IDs": [stages[0]]}]})
    first = [start(0, [0, 1], 2000), event("StageSubmitted", **{"Stage Info": stage(0, 4, 2000, 3)}), *four()]
    second = [start(1, [2, 3], 5000), event("StageSubmitted", **{"Stage Info": stage(2, 1, 5000, 3)}),
              attempt(8, 5000, 6000, stage=2, index=0, **{"Partition ID": 2}),
              event("StageSubmitted", **{"Stage Info": stage(3, 2, 6000, 3)}),
              attempt(9, 6000, 7000, stage=3, index=0, **{"Partition ID": 2})]
    run = run_of(tmp_path, log(first, second))
    assert [a.task_id for a in run.attempts if a.again] == [8]     # stage 3 is read by nobody


def test_copies_are_no_recomputation(tmp_path):
    tasks = [*four(), attempt(9, 2500, 3500, index=0, Speculative=True, reason="TaskKilled")]
    run = run_of(tmp_path, log(job(0, 2000, 4000, [(0, [], tasks)]), cores=3))
    assert [(a.speculative, a.again) for a in run.attempts if a.task_id == 9] == [(True, False)]
    root, _ = drawn(tmp_path, "timeline", log(job(0, 2000, 4000, [(0, [], tasks)]), cores=3))
    assert len(of_class(root, "copies")) == 1
    assert titles(of_class(root, "killed")) == \
        ["stage 0, partition 0, a copy of a slow task, 1.0 s: TaskKilled"]


def test_resubmitted_is_no_attempt(tmp_path):
    tasks = [*four(), attempt(2, 3000, 4000, reason="Resubmitted")]
    run = run_of(tmp_path, log(job(0, 2000, 4000, [(0, [], tasks)])))
    assert len(run.attempts) == 4
    assert [a.task_id for a in run.attempts if a.output_lost] == [2]


def test_cores_are_lanes(tmp_path):
    """A bar is cut where Spark has launched the next task before it wrote down the end."""
    tasks = [attempt(0, 2000, 3010), attempt(1, 2000, 4000), attempt(2, 3000, 4000)]
    run = run_of(tmp_path, log(job(0, 2000, 4000, [(0, [], tasks)])))
    lanes = lanes_of(run.executors[0], run.end_ms)
    assert [[(a.task_id, end) for a, end in lane] for lane in lanes] == \
        [[(0, 3000), (2, 4000)], [(1, 4000)]]
    tasks.append(attempt(3, 2100, 4000))            # more than there are cores: a lane of its own
    run = run_of(tmp_path, log(job(0, 2000, 4000, [(0, [], tasks)])))
    assert len(lanes_of(run.executors[0], run.end_ms)) == 3


def test_executors_that_come_and_go(tmp_path):
    more = [event("ExecutorRemoved", **GONE), added(2, 4000)]
    text = log(job(0, 2000, 4000, [(0, [], [*four(), *more])]), executors=2)
    root, content = drawn(tmp_path, "timeline", text)
    told = [e.text for e in of_class(root, "told")]
    assert told == ["executor 1 goes: killed <by> & a test", "executor 2 comes, on h9"]
    assert len(of_class(root, "mark")) == 2 and "executor gone" in words_of(root)
    assert [w for w in words_of(root) if w in "AB"] == ["A", "B", "A", "B"]


def test_marks_of_one_moment_share_a_letter_and_a_sentence(tmp_path):
    def step(ms, text, host):
        return ('{"Event":"rushlight.ClusterStep","Timestamp":%d,"Actor":"Scenario","Step":"%s %s",'
                '"Executor ID":"","Host":"%s"}' % (ms, host, text, host))
    steps = [step(3000, "dies", f"h{i}") for i in range(12)]
    root, _ = drawn(tmp_path, "timeline", log(job(0, 2000, 4000, [(0, [], [*four(), *steps])])))
    assert [e.text for e in of_class(root, "told")] == \
        ["h0, h1, h2, h3, h4, h5, h6, h7, h8, h9 and 2 more: each dies"]
    assert len(of_class(root, "mark")) == 1


def test_reasons_that_name_their_executor_are_one_sentence(tmp_path):
    gone = [event("ExecutorRemoved", **{"Timestamp": 3000, "Executor ID": str(i), "Removed Reason":
                                        f"The executor with id {i} exited with exit code 1"})
            for i in (1, 2)]
    root, _ = drawn(tmp_path, "timeline", log([*four(), *gone], executors=3))
    assert [e.text for e in of_class(root, "told")] == \
        ["executors 1, 2: each goes: The executor with id … exited with exit code 1"]


def test_stages_that_run_again_are_told(tmp_path):
    info = {"Stage ID": 0, "Stage Attempt ID": 1, "Stage Name": "s", "Number of Tasks": 2,
            "Submission Time": 5000}
    more = [event("StageSubmitted", **{"Stage Info": info}),
            event("StageCompleted", **{"Stage Info": {**info, "Completion Time": 6000,
                                                      "Failure Reason": "no more\nat x"}})]
    root, _ = drawn(tmp_path, "timeline", log(job(0, 2000, 4000, [(0, [], four())]), more))
    assert [e.text for e in of_class(root, "told")] == \
        ["stage 0 again: 2 of its tasks (attempt 1)", "stage 0.1 fails: no more"]


def test_names_are_escaped(tmp_path):
    text = log(job(0, 2000, 4000, [(0, [], four())])).replace(
        '"small"', '"<script>alert(1)</script> & \\u0007 \\"q\\" \\ud800"')
    for kind in ("timeline", "cluster", "memory"):
        root, content = drawn(tmp_path, kind, text)
        assert "<script" not in content
        assert words_of(root)[0] == '<script>alert(1)</script> &   "q"  '


# ── large runs ──
@functools.cache
def many(n_executors, cores, n_tasks, each_ms=997):
    tasks, at = [], [[1000 + i for i in range(cores)] for _ in range(n_executors)]
    for i in range(n_tasks):
        executor, core = i % n_executors, i // n_executors % cores
        begin = at[executor][core]
        at[executor][core] += each_ms + i * 7919 % 500
        tasks.append(attempt(i, begin, at[executor][core], executor=str(executor), stage=i % 9,
                             reason="ExceptionFailure" if i % 50 == 0 else "Success"))
    return log(tasks, executors=n_executors, cores=cores)


@pytest.mark.parametrize("n_executors, cores", [(50, 4), (3, 2), (700, 8)])
@pytest.mark.parametrize("kind", ["timeline", "cluster", "memory"])
def test_ten_thousand_tasks_are_less_than_two_megabytes(tmp_path, kind, n_executors, cores):
    root, content = drawn(tmp_path, kind, many(n_executors, cores, 10_000))
    assert len(content) < 2_000_000
    left, top, wide, high = map(float, root.get("viewBox").split())
    assert high < 2500


def test_thousands_of_jobs_are_bounded(tmp_path):
    jobs = [job(i, 2000 + i * 10, 2010 + i * 10,
                [(i, [], [attempt(i, 2000 + i * 10, 2010 + i * 10, stage=i, index=0)])])
            for i in range(9000)]
    text = log(*jobs)
    root, content = drawn(tmp_path, "timeline", text)
    assert len(content) < 2_000_000 and len(of_class(root, "narrow")) == 2
    draw("steps", written(tmp_path, text), tmp_path / "steps.html")
    assert (tmp_path / "steps.html").stat().st_size < 2_000_000


def test_rows_are_folded(tmp_path):
    root, content = drawn(tmp_path, "timeline", many(700, 8, 8000))
    assert any("a row is 6 executors" in w for w in words_of(root))


def test_narrow_bars_are_merged_and_none_is_lost(tmp_path):
    """40,000 tasks of some milliseconds on two cores: what is drawn covers what ran."""
    root, content = drawn(tmp_path, "timeline", many(1, 2, 40_000, 3))
    assert len(content) < 2_000_000
    covered = sum(float(w) for p in of_class(root, "ok") + of_class(root, "failed")
                  for w in re.findall(r"h([0-9.]+)v", p.get("d")))
    assert covered == pytest.approx(2 * 1046, rel=0.05)


# ── cluster ──
def test_racks_hosts_executors_slots(tmp_path):
    lines = [added(i, 1000, f"host-{i // 2}", 3, f"rack-{i // 4}") for i in range(8)]
    lines += [attempt(i, 2000, 9000, executor=str(i % 8)) for i in range(4)]
    lines.append(event("ExecutorRemoved", **GONE))
    root, _ = drawn(tmp_path, "cluster", log(lines, executors=0))
    assert len(of_class(root, "rack")) == 2 and len(of_class(root, "host")) == 4
    executors = of_class(root, "executor")
    assert len(executors) == 8 and len([s for s in of_class(root, "slot")]) == 8 * 3 + 2
    assert [t for t in titles(executors) if "gone" in t] == \
        ["executor 1 on host-0, 3 cores, 1 task, gone at 2.0 s: killed <by> & a test"]
    assert len([e for e in executors if "lost" in e.get("class")]) == 1
    assert "rack-0: 2 hosts, 4 executors, 1 of them gone" in words_of(root)


def test_hosts_of_no_known_rack_have_no_frame(tmp_path):
    root, _ = drawn(tmp_path, "cluster", log(job(0, 2000, 4000, [(0, [], four())]), executors=3))
    assert of_class(root, "rack") == [] and len(of_class(root, "host")) == 3


@pytest.mark.parametrize("n", [300, 600, 3000])
def test_large_clusters_have_smaller_boxes(tmp_path, n):
    lines = [added(i, 1000, f"host-{i // 2}", 4, f"rack-{i // 40}") for i in range(n)]
    lines += [event("ExecutorRemoved", **GONE), *four()]
    root, content = drawn(tmp_path, "cluster", log(lines, executors=0))
    assert len(content) < 1_000_000
    assert len(of_class(root, "rack")) == -(-n // 40)
    assert len(of_class(root, "slot")) == {300: 1202, 600: 602, 3000: 2}[n]


# ── memory ──
def block(executor, name, n_bytes, memory=True):
    return event("BlockUpdated", **{"Block Updated Info": {
        "Block Manager ID": {"Executor ID": executor, "Host": "h", "Port": 1}, "Block ID": name,
        "Storage Level": {"Use Memory": memory, "Use Disk": True}, "Memory Size": n_bytes}})


def managed(executor, n_bytes):
    return event("BlockManagerAdded", **{
        "Block Manager ID": {"Executor ID": executor, "Host": "h", "Port": 1},
        "Maximum Memory": n_bytes, "Timestamp": 1000})


def areas(root, name):
    """(x, y, width, height) of its bars."""
    found = []
    for path in of_class(root, name):
        x = y = 0
        for kind, dx, dy, w, h in re.findall(r"([Mm])([-0-9.]+) ([-0-9.]+)h([0-9.]+)v([0-9.]+)",
                                             path.get("d")):
            x, y = (float(dx), float(dy)) if kind == "M" else (x + float(dx), y + float(dy))
            found.append((x, y, float(w), float(h)))
    return found


def test_storage_is_what_blocks_hold(tmp_path):
    """40 MiB at 2 s, 60 at 3 s, the first block evicted at 4 s, unpersisted at 5 s."""
    m = 1 << 20
    lines = [managed("0", 100 * m), attempt(0, 1000, 2000), block("0", "rdd_1_0", 40 * m),
             attempt(1, 2000, 3000), block("0", "rdd_1_1", 20 * m),
             attempt(2, 3000, 4000), block("0", "rdd_1_0", 0, False),
             attempt(3, 4000, 5000), event("UnpersistRDD", **{"RDD ID": 1})]
    run = run_of(tmp_path, log(lines))
    assert run.executors[0].kept == [(2000, 40 * m), (3000, 60 * m), (4000, 20 * m), (5000, 0)]
    root, content = drawn(tmp_path, "memory", log(lines))
    heights = [h for _, _, _, h in areas(root, "storage")]
    assert heights == [pytest.approx(62 * part, abs=0.1) for part in (0.4, 0.6, 0.2)]
    assert "the pool of both, 100 MiB" in words_of(root)
    assert "storage: each cached block and broadcast as it came and went" in words_of(root)


def test_execution_stands_on_storage(tmp_path):
    m = 1 << 20
    lines = [managed("0", 100 * m), block("0", "rdd_1_0", 40 * m)] + [
        attempt(i, 2000, 4000, metrics={"Peak Execution Memory": 10 * m}) for i in range(2)]
    root, _ = drawn(tmp_path, "memory", log(lines))
    (x, y, wide, high), = areas(root, "execution")
    assert high == pytest.approx(62 * 0.2, abs=0.1)
    (_, below, _, storage), = areas(root, "storage")
    assert y + high == pytest.approx(below, abs=0.15)
    assert wide == pytest.approx(1046 * 2 / 8, abs=5)


def test_many_executors_are_added_up(tmp_path):
    """240 executors are 120 rows of two; what both hold is half of what both could."""
    m = 1 << 20
    lines = [added(i, 1000, f"h{i:03}") for i in range(240)]
    lines += [managed(str(i), 100 * m) for i in range(240)]
    lines += [attempt(i, 1000, 2000, executor=str(i)) for i in range(240)]
    lines += [block(str(i), "rdd_1_0", 50 * m) for i in range(240)]
    root, _ = drawn(tmp_path, "memory", log(lines, executors=0))
    assert len(of_class(root, "executor")) == 120
    assert {round(h, 1) for *_, h in areas(root, "storage")} == {7.5}     # of 17 − 2
    assert any("a row is 2 executors" in w for w in words_of(root))


def test_without_block_events_task_ends_tell(tmp_path):
    lines = [attempt(i, 2000 + i * 1000, 3000 + i * 1000,
                     executor_metrics={"OnHeapStorageMemory": held})
             for i, held in enumerate([5, 5, 9])]
    assert run_of(tmp_path, log(lines)).executors[0].kept == [(3000, 5), (5000, 9)]
    root, _ = drawn(tmp_path, "memory", log(lines))
    assert any(w.startswith("storage: what was held as tasks ended") for w in words_of(root))


def test_what_containers_use_is_a_line_below_their_limit(tmp_path):
    def used(ms, n_bytes):
        return json.dumps({"Event": "rushlight.ContainerMemory", "Timestamp": ms,
                           "Executor ID": "0", "Used": n_bytes << 20, "Container": 300 << 20},
                          separators=(",", ":"))
    lines = [used(2000, 100), *four(), used(3000, 250), used(5000, 315)]
    root, _ = drawn(tmp_path, "memory", log(lines))
    (line,) = of_class(root, "used")
    levels = [float(y) for y in re.findall(r"(?:M[0-9.]+ |V)([0-9.]+)H", line.get("d"))]
    # The full height of 62 is 1.05 times the most, which was beyond the limit.
    heights = [62 * level / (315 * 1.05) for level in (250, 315)]
    assert levels[1] - levels[2] == pytest.approx(heights[1] - heights[0], abs=0.2)
    assert len(levels) == 3


def test_spills_and_losses_are_marked(tmp_path):
    lines = [*four(), attempt(8, 2000, 3000, executor="1", metrics={"Memory Bytes Spilled": 3 << 20}),
             event("ExecutorRemoved", **GONE)]
    root, _ = drawn(tmp_path, "memory", log(lines, executors=2))
    spills = [e for e in of_class(root, "spill") if e.find(f"{SVG}title").text != "0 B spilled"]
    assert titles(spills) == ["3 MiB spilled"]
    assert [e.text for e in of_class(root, "told")] == ["executor 1 goes: killed <by> & a test"]
    assert any("nothing of it is in this log" in w for w in words_of(root))


# ── on real runs ──
@pytest.mark.parametrize("name", ["frames-2", "page_rank-2", "sort-1", "word_count-2"])
def test_logs_of_real_spark(tmp_path, name):
    path = RECORDED / f"{name}.jsonl.gz"
    run = read_run(str(path))
    assert run.ended and all(a.how == "ok" and not a.again for a in run.attempts)
    for kind in ("timeline", "cluster", "memory"):
        draw(kind, path, tmp_path / "picture.svg")
        root = ET.parse(tmp_path / "picture.svg").getroot()
        assert kind != "timeline" or len(of_class(root, "ok")) == len(run.attempts)
    # No two bars of a core overlap, and there are no more rows than cores.
    for executor in run.executors:
        lanes = lanes_of(executor, run.end_ms)
        assert len(lanes) == executor.cores
        for lane in lanes:
            for (_, end), (after, _) in zip(lane, lane[1:]):
                assert end <= after.launch_ms


def test_what_an_executor_s_pool_held_is_in_our_log(tmp_path):
    from rushlight import SparkConf, SparkContext
    conf = (SparkConf().setMaster("local-cluster[2,1,1024]").setAppName("kept")
            .set("spark.eventLog.enabled", "true").set("spark.eventLog.dir", str(tmp_path)))
    with SparkContext(conf=conf) as sc:
        words = sc.parallelize([(i, f"{i:04}" * 250) for i in range(4000)], 8).persist()
        words.count()
        words.groupByKey(4).count()
    (path,) = tmp_path.iterdir()
    run = read_run(str(path))
    assert sorted(e.id for e in run.executors) == ["0", "1"]
    assert all(e.pool_bytes > 1 << 28 for e in run.executors)
    assert sum(e.kept[-1][1] for e in run.executors) > 4_000_000
    for kind in ("timeline", "cluster", "memory"):
        draw(kind, path, tmp_path / f"{kind}.svg")


# ── of a simulation ──
def simulate(*arguments):
    return subprocess.run([sys.executable, "-m", "rushlight.cli", "simulate", *map(str, arguments)],
                          capture_output=True, text=True, timeout=60)


def test_simulations_are_drawn(tmp_path):
    scenario = SCENARIOS / "a-bad-minute.json"
    answer = simulate(scenario, "--conf", "spark.speculation=true", "--picture", tmp_path / "p.svg",
                      "--event-log", tmp_path / "logs")
    assert (answer.returncode, answer.stderr) == (0, "")
    assert answer.stdout.endswith(f"picture: {tmp_path / 'p.svg'}\n")
    root = ET.parse(tmp_path / "p.svg").getroot()
    (log_file,) = (tmp_path / "logs").iterdir()
    run = read_run(str(log_file))
    for how in ("ok", "failed", "killed"):
        wanted = [a for a in run.attempts
                  if how == ("failed" if a.how in ("lost", "fetch failed") else a.how)]
        assert len(of_class(root, how)) == len(wanted) > 0
    assert {e.rack for e in run.executors} == {"rack-0", "rack-1"}
    assert sum(e.removed_ms is not None for e in run.executors) == 2
    told = [e.text for e in of_class(root, "told")]
    assert "host-1 is 5 times as slow" in told and "executor 8 comes, on host-0" in told
    assert any(t.startswith("stage 0 again: ") for t in told)
    # Stage 0 runs again for what an executor had; each of these partitions had been computed.
    assert all(a.again for a in run.attempts if (a.stage.id, a.stage.attempt) == (0, 1))


def test_executors_that_were_killed_for_memory_used_more_than_their_containers(tmp_path):
    simulate(SCENARIOS / "python-beyond-its-container.json", "--event-log", tmp_path / "logs")
    (path,) = (tmp_path / "logs").iterdir()
    run = read_run(str(path))
    killed = [e for e in run.executors if "OOM" in e.reason]
    assert len(killed) >= 8
    for executor in killed:
        assert max(held for _, held in executor.used) > executor.container_bytes > 2 << 30
    draw("memory", path, tmp_path / "memory.svg")
    root = ET.parse(tmp_path / "memory.svg").getroot()
    assert len(of_class(root, "used")) == len(run.executors)


def test_a_simulation_is_stepped_through_without_a_log(tmp_path):
    answer = simulate("sim://?executors=2&cores=2&hosts=2", "--picture", tmp_path / "p.html")
    assert answer.returncode == 0 and "event log" not in answer.stdout
    assert (tmp_path / "p.html").read_text().startswith("<!DOCTYPE html>")
    assert "ends neither with .svg nor with .html" in simulate("x", "--picture", "p.png").stderr


# ── the command ──
def command(*arguments, cwd=None):
    return subprocess.run([sys.executable, "-m", "rushlight.cli", "picture", *map(str, arguments)],
                          capture_output=True, text=True, timeout=60, cwd=cwd)


@pytest.mark.parametrize("kind", ["cluster", "timeline", "memory"])
def test_the_command_draws(tmp_path, kind):
    path = written(tmp_path, log(job(0, 2000, 4000, [(0, [], four())])))
    answer = command(kind, path, "-o", tmp_path / "p.svg")
    assert (answer.returncode, answer.stderr) == (0, "")
    assert answer.stdout == f"{tmp_path / 'p.svg'}: {(tmp_path / 'p.svg').stat().st_size:,} bytes\n"
    assert command(kind, path, cwd=tmp_path).stdout.startswith(f"{kind}.svg: ")
    ET.parse(tmp_path / f"{kind}.svg")


@pytest.mark.parametrize("ending", COMPRESSED)
def test_compressed_logs(tmp_path, ending):
    text = log(job(0, 2000, 4000, [(0, [], four())])).encode()
    (tmp_path / f"app{ending}").write_bytes(COMPRESSED[ending](text))
    assert len(read_run(str(tmp_path / f"app{ending}")).attempts) == 4


@pytest.mark.parametrize("content, message", [
    ('{"a":1}\n', "line 1: this is no event of a Spark event log (it has no member \"Event\")"),
    (log(job(0, 2000, 4000, [(0, [], four())]))[:-20],
     "ends in the middle of line 12, as the log of a program that was killed"),
    ('{"Event":"SparkListenerTaskEnd"}\n', "line 1: this is no TaskEnd of Spark's: KeyError 'Task Info'"),
    ('{"Event":"SparkListenerExecutorAdded","Timestamp":"x","Executor Info":3}\n',
     "line 1: this is no ExecutorAdded of Spark's"),
    ("", "no application starts in this log (its 0 lines"),
    (log(), "no task has begun in this log, so there is nothing to draw"),
])
def test_bad_logs_are_one_sentence(tmp_path, content, message):
    path = written(tmp_path, content)
    answer = command("timeline", path, "-o", tmp_path / "p.svg")
    assert answer.returncode == 1 and answer.stdout == "" and answer.stderr.count("\n") == 1
    assert message in answer.stderr and path in answer.stderr
    assert not (tmp_path / "p.svg").exists()


def test_bad_arguments(tmp_path):
    assert command("pie", "x").returncode == 2
    assert "there is no event log" in command("timeline", tmp_path / "none").stderr
    assert "is a folder without events_1_" in command("timeline", tmp_path).stderr
    path = written(tmp_path, log(job(0, 2000, 4000, [(0, [], four())])))
    assert f"is the log one of {path}?" in command("timeline", tmp_path).stderr
    for kind, file in (("timeline", "x.png"), ("steps", "x.svg")):
        answer = command(kind, path, "-o", tmp_path / file)
        assert answer.returncode == 2 and f"{file} does not end so" in answer.stderr
    with pytest.raises(PySparkValueError, match="no picture is called 'pie'"):
        draw("pie", "x", "y")
