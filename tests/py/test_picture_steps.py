"""rushlight picture steps: the scheduler's state, event by event, in one HTML file.

Frames are applied here as the page applies them, and compared with what the log says; where there is
a node, the page's own script is, too.
"""
import json
import re
import shutil
import subprocess

import pytest

from event_log_files import event
from rushlight.pictures import draw
from rushlight.pictures._steps import MOST_BYTES


def start(task_id, stage, launch, executor="0", index=None, **more):
    return event("TaskStart", **{"Stage ID": stage, "Stage Attempt ID": 0, "Task Info": info(
        task_id, launch, 0, executor, index, **more)})


def end(task_id, stage, launch, finish, executor="0", index=None, reason="Success", **more):
    return event("TaskEnd", **{
        "Stage ID": stage, "Stage Attempt ID": 0,
        "Task End Reason": {"Reason": reason, **more.pop("why", {})},
        "Task Info": info(task_id, launch, finish, executor, index, **more)})


def info(task_id, launch, finish, executor, index, **more):
    index = task_id if index is None else index
    return {"Task ID": task_id, "Index": index, "Partition ID": index, "Attempt": 0,
            "Launch Time": launch, "Finish Time": finish, "Executor ID": executor, "Host": "h",
            "Locality": "NODE_LOCAL", "Speculative": False, **more}


def added(id, cores=2):
    return event("ExecutorAdded", **{"Timestamp": 1000, "Executor ID": id, "Executor Info": {
        "Host": f"h{id}", "Total Cores": cores}})


def stage(id, n_tasks, attempt=0, parents=(), **more):
    return {"Stage ID": id, "Stage Attempt ID": attempt, "Stage Name": f"s{id}",
            "Number of Tasks": n_tasks, "Parent IDs": list(parents), **more}


def submitted(*arguments, ms=2000, **more):
    return event("StageSubmitted", **{"Stage Info": stage(*arguments, **more, **{
        "Submission Time": ms})})


def completed(*arguments, ms, **more):
    return event("StageCompleted", **{"Stage Info": stage(*arguments, **more, **{
        "Completion Time": ms})})


HEAD = [event("LogStart", **{"Spark Version": "4.3.0"}), added("0"), added("1"),
        event("ApplicationStart", **{"App Name": "a <b> & c", "App ID": "x", "Timestamp": 1000}),
        event("JobStart", **{"Job ID": 0, "Submission Time": 2000, "Stage IDs": [0, 1, 2],
                             "Properties": {"spark.job.description": "my job"},
                             "Stage Infos": [stage(1, 2, parents=[0, 2]), stage(0, 3), stage(2, 9)]})]
TAIL = [event("JobEnd", **{"Job ID": 0, "Completion Time": 8000,
                           "Job Result": {"Result": "JobSucceeded"}}),
        event("ApplicationEnd", Timestamp=9000)]
RUN = [*HEAD, submitted(0, 3), start(0, 0, 2000), start(1, 0, 2000), start(2, 0, 2000, "1"),
       end(0, 0, 2000, 3000), end(1, 0, 2000, 3500, reason="ExceptionFailure",
                                  why={"Class Name": "E", "Description": "boom\nat x"}),
       start(3, 0, 3500, index=1, Attempt=1), end(2, 0, 2000, 3600, "1"), end(3, 0, 3500, 4000, index=1),
       completed(0, 3, ms=4000), submitted(1, 2, ms=4000, parents=[0, 2]),
       start(4, 1, 4000, index=0),
       event("ExecutorRemoved", **{"Timestamp": 5000, "Executor ID": "1", "Removed Reason": "gone"}),
       end(2, 0, 2000, 3600, "1", reason="Resubmitted"),
       end(4, 1, 4000, 5500, index=0), start(5, 1, 5500, index=1), end(5, 1, 5500, 7000, index=1),
       completed(1, 2, ms=7000, parents=[0, 2]), *TAIL]


def page_of(folder, lines):
    (folder / "app.log").write_text("\n".join(lines) + "\n")
    draw("steps", folder / "app.log", folder / "steps.html")
    return (folder / "steps.html").read_text()


def data_of(page):
    (text,) = re.findall(r'<script type="application/json" id="data">(.*?)</script>', page, re.S)
    return json.loads(text)


def states(data):
    """The state after each frame: {"j": {index: value}, "s": …, "e": …}."""
    state = {"j": {}, "s": {}, "e": {}}
    for frame in data["frames"]:
        for kind, index, *value in frame[4]:
            state[kind][index] = value
        yield frame, json.loads(json.dumps(state))


def after(data, what):
    """(frame, state) of the first frame that says so."""
    return next((frame, state) for frame, state in states(data) if what in frame[2])


def test_a_frame_for_each_event_with_its_cause(tmp_path):
    data = data_of(page_of(tmp_path, RUN))
    assert data["title"] == "a <b> & c"
    said = [(frame[0], frame[2], frame[3]) for frame in data["frames"]]
    assert said[:5] == [
        (0, "executor 0 comes, on h0", "its 2 slots can be offered tasks"),
        (0, "executor 1 comes, on h1", "its 2 slots can be offered tasks"),
        (0, "application a <b> & c starts", ""),
        (1000, "job 0 begins: my job", "it may need stages 0, 1, 2"),
        (1000, "stage 0 begins, s0: 3 tasks", "it reads no shuffle, so there is nothing to wait for")]
    assert (1000, "task 2 of stage 0 begins on executor 1",
            "a slot was free, and its data are on that host") in said
    assert (2000, "task 0 of stage 0 ends on executor 0 after 1.0 s", "1 of 3 are done") in said
    assert (2500, "task 1 of stage 0 fails on executor 0", "ExceptionFailure: boom") in said
    assert (3000, "stage 1 begins, s1: 2 tasks", "what it reads is there, of stages 0, 2") in said
    assert (4000, "executor 1 goes", "gone") in said
    assert (4000, "task 2 of stage 0 is pending again", "its output was lost with executor 1") in said
    assert said[-2:] == [(7000, "job 0 succeeds", "its last stage is complete"),
                         (8000, "the application ends", "")]
    assert len(said) == len(RUN) - 1            # but for the log's first line
    assert data["notes"] == ["Events that change nothing of what is shown: 1 LogStart."]


def test_states_are_what_the_log_says(tmp_path):
    data = data_of(page_of(tmp_path, RUN))
    assert [s[:2] for s in data["stages"]] == [[0, 0], [1, 0], [2, 0]]
    _, state = after(data, "task 2 of stage 0 begins")
    assert state["s"]["0"] == ["runs", 3, 0, 0] and state["s"]["1"] == ["waits", 0, 0, 0]
    assert state["s"]["2"] == ["skipped", 0, 0, 0]     # it never begins: its output was there
    assert state["e"]["0"] == ["here", 2, 2, [[0, 0, 0, 0], [0, 1, 0, 0]]]
    assert state["e"]["1"] == ["here", 1, 2, [[0, 2, 0, 0], 0]]
    _, state = after(data, "stage 0 is complete")
    assert state["s"]["0"] == ["done", 0, 3, 1] and state["e"]["0"][:2] == ["here", 0]
    _, state = after(data, "is pending again")
    assert state["s"]["0"] == ["done", 0, 2, 1] and state["e"]["1"][0] == "gone"
    _, state = list(states(data))[-1]
    assert state["j"] == {"0": ["succeeded"]}
    assert [state["s"][str(i)][0] for i in range(3)] == ["done", "done", "skipped"]


def test_what_is_computed_again_and_copies_are_marked_in_slots(tmp_path):
    lines = [*HEAD, submitted(0, 3), start(0, 0, 2000), end(0, 0, 2000, 3000),
             start(1, 0, 3000, index=0), start(2, 0, 3000, "1", index=1),
             start(3, 0, 3500, "1", index=1, Speculative=True), *TAIL]
    data = data_of(page_of(tmp_path, lines))
    frames = list(states(data))
    (again, state), = [f for f in frames if "was computed before" in f[0][3]]
    assert state["e"]["0"][3][0] == [0, 0, 0, 1]
    (copy, state), = [f for f in frames if f[0][3].startswith("a copy: ")]
    assert state["e"]["1"][3] == [[0, 1, 0, 0], [0, 1, 1, 0]]
    assert state["s"]["0"][1:] == [1, 1, 0]     # a task that runs twice is one; task 0 counts as done


def test_names_cannot_leave_their_place(tmp_path):
    bad = '</script><script>alert(1)</script>'
    page = page_of(tmp_path, [line.replace("a <b> & c", bad) for line in RUN])
    assert "alert(1)</script>" not in page and data_of(page)["title"] == bad
    assert page.count("<script") == 2


def test_the_page_needs_nothing_from_outside(tmp_path):
    page = page_of(tmp_path, RUN)
    assert "default-src 'none'" in page
    assert re.findall(r"(?:src|href)\s*=|url\(|import |https?:", page) == []
    for key in ("ArrowLeft", "ArrowRight", '" "', "Home", "End"):
        assert key in page
    assert 'type="range"' in page


def many(n_executors, n_tasks, faults=0):
    lines = [*HEAD[:1], *(added(str(i), 4) for i in range(n_executors)), *HEAD[3:],
             submitted(0, n_tasks)]
    for i in range(n_tasks):
        at = 2000 + i // n_executors * 10
        lines.append(start(i, 0, at, str(i % n_executors)))
        if i >= n_executors:
            before = i - n_executors
            lines.append(end(before, 0, at - 10, at, str(i % n_executors),
                             reason="TaskKilled" if before < faults else "Success"))
    return [*lines, *TAIL]


@pytest.mark.parametrize("n_executors, n_tasks, faults", [
    (50, 10_000, 0), (50, 20_000, 9000), (2000, 10_000, 0), (2, 9000, 0)])
def test_large_logs_are_bounded_and_say_what_is_left_out(tmp_path, n_executors, n_tasks, faults):
    page = page_of(tmp_path, many(n_executors, n_tasks, faults))
    assert len(page) <= MOST_BYTES
    data = data_of(page)
    assert len(data["frames"]) < 5000
    assert any("are taken together, up to" in note for note in data["notes"])
    if n_executors > 160:
        assert "2,000 executors are 154 boxes." in data["notes"]
    n_end = n_tasks - n_executors - faults
    frame, state = list(states(data))[-1]
    assert state["s"]["0"] == ["runs", n_executors, n_end, 0]       # what is left is right
    assert sum(e[1] for e in state["e"].values()) == n_executors


def test_the_page_s_script_steps_on_and_back(tmp_path):
    node = shutil.which("node")
    if node is None:
        pytest.skip("there is no node")
    page = page_of(tmp_path, many(20, 300))
    data = data_of(page)
    script = page[page.rindex("<script>") + 8:page.rindex("</script>")]
    (tmp_path / "steps.js").write_text(script + """
const data = JSON.parse(require("fs").readFileSync("data.json", "utf8"));
const steps = new Steps(data), n = data.frames.length, seen = [];
const text = state => JSON.stringify([state.j, state.s, state.e]);
for (let i = 0; i < n; i++) seen.push(text(steps.go(i)));
for (let i = n + 5; i >= -3; i -= 7)
  if (text(steps.go(i)) !== seen[Math.max(0, Math.min(n - 1, i))]) throw "back to " + i;
console.log(seen[n >> 1]);
""")
    (tmp_path / "data.json").write_text(json.dumps(data))
    answer = subprocess.run([node, "steps.js"], cwd=tmp_path, capture_output=True, text=True,
                            timeout=60)
    assert answer.returncode == 0, answer.stderr
    jobs, stages, executors = json.loads(answer.stdout)
    _, state = list(states(data))[len(data["frames"]) // 2]
    assert executors == [state["e"][str(i)] for i in range(20)]
    assert stages == [state["s"][str(i)] for i in range(3)] and jobs == [["runs"]]
