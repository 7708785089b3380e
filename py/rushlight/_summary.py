"""Queries of SQL as text, and jobs: each with its stages, and what they read, shuffled and spilled.

    query 0  count at app.py:25: 1 job (1), 15 ms

Where Spark names a job after a line of its own source, the program's line is told, and why there
is a job that the program did not ask for: "job 2  show at app.py:9 (broadcast)".

    job 0  takeOrdered at app.py:24: 2 stages, 34 tasks, 0.41 s
      stage 0  reduceByKey at app.py:21  17 tasks  0.68 s of work  9,112 pairs shuffled, 99.0 KiB
      stage 1  takeOrdered at app.py:24  17 tasks   60 ms of work
    job 1  count at app.py:25: 1 stage (1 skipped), 17 tasks, 12 ms
      stage 2  reduceByKey at app.py:21   skipped
      stage 3  count at app.py:25        17 tasks   11 ms of work

And what is kept of persisted RDDs.

Which parts of the engine plug-ins have taken is said at the end.

Work is the sum over a stage's tasks.  Skipped stages are counted apart, as in Spark's web UI.
"""

from rushlight._words import count, short, size
from rushlight.storagelevel import StorageLevel


class Text(str):
    """Lines that a prompt shows as they are, without quotes and escapes.

    >>> Text("job 0\\n  stage 0")
    job 0
      stage 0
    """

    def __repr__(self):
        return str(self)


def describe_jobs(jobs):
    """The text for what the engine tells of jobs (Context.job_info); empty if there was none."""
    rows = {stage["id"]: _stage_cells(stage, job) for job in jobs for stage in job["stages"]}
    widths = [max(map(len, column)) for column in zip(*rows.values())]
    return Text("\n".join(line for job in jobs for line in _job_lines(job, rows, widths)))


def describe_executions(executions):
    """A line for each of what the engine tells of executions (Context.executions).

    >>> describe_executions([{"id": 0, "description": "count at /a/app.py:3", "job_ids": [1, 2],
    ...                       "start_ms": 1000, "end_ms": 1015, "error": None}])
    query 0  count at app.py:3: 2 jobs (1, 2), 15 ms
    """
    return Text("\n".join(map(_execution_line, executions)))


def _execution_line(execution):
    jobs = execution["job_ids"]
    parts = [count(len(jobs), "job") + (f" ({', '.join(map(str, jobs))})" if jobs else "")]
    parts.append(_duration(execution["end_ms"] - execution["start_ms"]) if execution["end_ms"]
                 else "running")
    place = short(execution.get("place") or execution["description"])
    if execution["error"]:
        parts.append("failed: " + execution["error"].splitlines()[0])
    return f"query {execution['id']}  {place}: " + ", ".join(parts)


def describe_kept(kept, persisted):
    """The text for what the engine keeps of persisted RDDs (Context.kept_rdds): a line each.
    `persisted`: number → RDD, of those that the program still holds.

    >>> level = (False, True, False, False, 1)
    >>> print(describe_kept([(3, level, 2, 1536, 0)], {}))
    RDD  storage level                    partitions   memory  disk
    3    Memory Serialized 1x Replicated           2  1.5 KiB   0 B
    """
    if not kept:
        return Text("nothing is kept")
    rows = [("RDD", "storage level", "partitions", "memory", "disk")]
    rows += [_kept_cells(persisted.get(rdd_id), rdd_id, *rest) for rdd_id, *rest in kept]
    widths = [max(map(len, column)) for column in zip(*rows)]
    return Text("\n".join(
        f"{rdd:<{widths[0]}}  {level:<{widths[1]}}  {partitions:>{widths[2]}}  "
        f"{memory:>{widths[3]}}  {disk:>{widths[4]}}"
        for rdd, level, partitions, memory, disk in rows))


def _kept_cells(rdd, rdd_id, level, n, memory, disk):
    name, partitions = str(rdd_id), str(n)
    if rdd is not None:
        name += " " + (rdd.name() or repr(rdd).split("[")[0])
        partitions += f" of {rdd.getNumPartitions()}"
    return name, str(StorageLevel(*level)), partitions, size(memory), size(disk)


def describe_plugins(parts):
    """A line for each part of the engine that a plug-in has taken: pairs of seam and part.

    >>> describe_plugins([("eviction-policy", "my LRU (lru.so)")])
    plug-in for eviction-policy: my LRU (lru.so)
    """
    return Text("\n".join(f"plug-in for {seam}: {part}" for seam, part in parts))


def describe_programs(texts):
    """The texts of several contexts, pairs of an application's name and what describe_jobs said of
    it.  One needs no heading.

    >>> print(describe_programs([("first", "job 0"), ("second", "")]))
    first
    job 0
    <BLANKLINE>
    second
    no jobs
    """
    if len(texts) == 1:
        return texts[0][1]
    return "\n\n".join(f"{name}\n{text or 'no jobs'}" for name, text in texts)


def _job_lines(job, rows, widths):
    skipped, forgotten = job["n_skipped"], len(job["stage_ids"]) - len(job["stages"])
    ran = len(job["stage_ids"]) - skipped
    parts = [count(ran, "stage") + (f" ({skipped} skipped)" if skipped else ""),
             count(job["n_succeeded"], "task")]
    if job["completion_ms"] > 0:
        parts.append(_duration(job["completion_ms"] - job["submission_ms"]))
    if job["status"] != "SUCCEEDED":
        parts.append(job["status"].lower() + (f": {job['reason']}" if job["reason"] else ""))
    why = f" ({job['cause']})" if job["cause"] not in ("", "action") else ""
    yield f"job {job['id']}  {short(job['place'] or job['name'])}{why}: " + ", ".join(parts)
    for stage in job["stages"]:
        label, name, tasks, work, facts = rows[stage["id"]]
        yield (f"  {label:<{widths[0]}}  {name:<{widths[1]}}  {tasks:>{widths[2]}}  "
               f"{work:>{widths[3]}}  {facts}").rstrip()
    if forgotten:
        yield f"  {count(forgotten, 'stage')} more, forgotten (spark.ui.retainedStages)"


def _stage_cells(stage, job):
    """Label, name, tasks, work and the rest."""
    begin = f"stage {stage['id']}", short(stage["place"])
    if stage["status"] == "SKIPPED":
        return *begin, "skipped", "", ""
    if stage["status"] == "PENDING":
        return *begin, "waiting" if job["status"] == "RUNNING" else "not run", "", ""
    facts = []
    if stage["input_records"]:
        facts.append(count(stage["input_records"], "record") + " read")
    if stage["kept_blocks_read"] or stage["kept_blocks_computed"]:
        facts.append("{kept_blocks_read:,} of {all:,} kept partitions found".format(
            **stage, all=stage["kept_blocks_read"] + stage["kept_blocks_computed"]))
    if stage["shuffle_pairs_written"]:
        facts.append(count(stage["shuffle_pairs_written"], "pair") + " shuffled, "
                     + size(stage["shuffle_bytes_written"]))
    if stage["disk_bytes_spilled"]:
        facts.append(size(stage["disk_bytes_spilled"]) + " spilled")
    if stage["n_attempts"] > 1:
        facts.append(count(stage["n_attempts"], "attempt"))
    if stage["recomputed"]:
        facts.append(stage["recomputed"]
                     + (f" because {stage['because']}" if stage["because"] else ""))
    if stage["n_failed"]:
        facts.append(count(stage["n_failed"], "failure"))
    if stage["status"] != "SUCCEEDED":
        facts.append(stage["status"].lower())
    work = _duration(stage["run_us"] / 1000) + " of work"
    return *begin, count(stage["n_tasks"], "task"), work, ", ".join(facts)


def _duration(ms):
    """As in pictures: "12 ms", "0.41 s", "12.3 s", "3.5 min".

    >>> [_duration(ms) for ms in (0, 99.4, 99.9, 410, 12_345, 210_000, 7_200_000)]
    ['0 ms', '99 ms', '0.10 s', '0.41 s', '12.3 s', '3.5 min', '2.0 h']
    """
    if ms < 99.5:
        return f"{ms:.0f} ms"
    if ms < 60_000:
        return f"{ms / 1000:.{2 if ms < 10_000 else 1}f} s"
    return f"{ms / 60_000:.1f} min" if ms < 3_600_000 else f"{ms / 3_600_000:.1f} h"
