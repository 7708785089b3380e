"""Jobs as text: each with its stages, and what they read, shuffled and spilled.

    job 0  takeOrdered at app.py:24: 2 stages, 34 tasks, 0.41 s
      stage 0  reduceByKey at app.py:21    17 tasks  0.68 s of work  9,112 pairs shuffled, 99 KiB
      stage 1  takeOrdered at app.py:24    17 tasks  0.06 s of work

Work is the sum over a stage's tasks.
"""
import os


def describe_jobs(jobs):
    """The text for what the engine tells of jobs (Context.job_info)."""
    names = [_short(stage["name"]) for job in jobs for stage in job["stages"]]
    width = max(map(len, names), default=0)
    return "\n".join(line for job in jobs for line in _job_lines(job, width))


def _job_lines(job, width):
    ran = [stage for stage in job["stages"] if stage["status"] != "SKIPPED"]
    skipped = len(job["stages"]) - len(ran)
    parts = [_count(len(ran), "stage") + (f" ({skipped} skipped)" if skipped else ""),
             _count(sum(stage["n_tasks"] for stage in ran), "task")]
    if job["completion_ms"] > 0:
        parts.append(f"{(job['completion_ms'] - job['submission_ms']) / 1000:.2f} s")
    if job["status"] != "SUCCEEDED":
        parts.append(job["status"].lower())
    yield f"job {job['id']}  {_short(job['name'])}: " + ", ".join(parts)
    for stage in job["stages"]:
        yield _stage_line(stage, width)


def _stage_line(stage, width):
    line = f"  stage {stage['id']}  {_short(stage['name']):<{width}}"
    if stage["status"] == "SKIPPED":
        return line + "  skipped"
    facts = []
    if stage["input_records"]:
        facts.append(f"{stage['input_records']:,} records read")
    if stage["shuffle_pairs_written"]:
        facts.append(f"{stage['shuffle_pairs_written']:,} pairs shuffled, "
                     + _size(stage["shuffle_bytes_written"]))
    if stage["disk_bytes_spilled"]:
        facts.append(_size(stage["disk_bytes_spilled"]) + " spilled")
    if stage["n_failed"]:
        facts.append(_count(stage["n_failed"], "failure"))
    if stage["status"] != "SUCCEEDED":
        facts.append(stage["status"].lower())
    tasks, seconds = _count(stage["n_tasks"], "task"), stage["run_us"] / 1e6
    return f"{line}  {tasks:>10}  {seconds:.2f} s of work  {', '.join(facts)}".rstrip()


def _short(name):
    """A call site with the file's name alone."""
    what, at, place = name.rpartition(" at ")
    return what + at + os.path.basename(place)


def _count(n, what):
    return f"{n:,} {what}" + ("" if n == 1 else "s")


def _size(n):
    for unit in ("B", "KiB", "MiB"):
        if n < 1024:
            return f"{n:.1f} {unit}" if unit != "B" else f"{n} B"
        n /= 1024
    return f"{n:.1f} GiB"
