"""What the tests of event logs share: small logs made by hand, and ways to compress them."""
import gzip
import json
import struct

import pyarrow


def event(name, **members):
    return json.dumps({"Event": f"SparkListener{name}", **members}, separators=(",", ":"))


def task(stage, index, launch_ms, finish_ms, executor="0", reason="Success", fetched=0, waited=0,
         written=0):
    return event("TaskEnd", **{
        "Stage ID": stage, "Stage Attempt ID": 0, "Task End Reason": {"Reason": reason},
        "Task Info": {"Task ID": index, "Index": index, "Attempt": 0, "Partition ID": index,
                      "Launch Time": launch_ms, "Executor ID": executor, "Finish Time": finish_ms},
        "Task Metrics": {
            "Executor Run Time": finish_ms - launch_ms,
            "Shuffle Read Metrics": {"Fetch Wait Time": waited, "Remote Bytes Read": 0,
                                     "Local Bytes Read": fetched},
            "Shuffle Write Metrics": {"Shuffle Bytes Written": written}}})


def job(job_id, start_ms, end_ms, stages, result="JobSucceeded"):
    """Events of a job: `stages` are (id, parents, tasks), tasks made by task ()."""
    yield event("JobStart", **{"Job ID": job_id, "Submission Time": start_ms,
                               "Stage IDs": [stage for stage, _, _ in stages]})
    for stage, parents, tasks in stages:
        if not tasks:
            continue        # skipped
        info = {"Stage ID": stage, "Stage Attempt ID": 0, "Stage Name": f"stage {stage}",
                "Number of Tasks": len(tasks), "Parent IDs": parents, "Submission Time": start_ms}
        yield event("StageSubmitted", **{"Stage Info": info})
        yield from tasks
        yield event("StageCompleted", **{"Stage Info": {**info, "Completion Time": end_ms}})
    yield event("JobEnd", **{"Job ID": job_id, "Completion Time": end_ms,
                             "Job Result": {"Result": result}})


def log(*jobs, executors=1, cores=2):
    """The text of a log that starts at 1 s."""
    lines = [event("LogStart", **{"Spark Version": "4.3.0"})]
    lines += [event("ExecutorAdded", **{"Timestamp": 1000, "Executor ID": str(i), "Executor Info":
                                        {"Host": f"h{i}", "Total Cores": cores}})
              for i in range(executors)]
    lines.append(event("ApplicationStart", **{"App Name": "small", "App ID": "a", "Timestamp": 1000}))
    for events in jobs:
        lines += events
    return "\n".join([*lines, event("ApplicationEnd", Timestamp=9000)]) + "\n"


def lz4_blocks(text, block=1000):
    """As lz4-java's LZ4BlockOutputStream writes it: a block in three as it is."""
    codec, out = pyarrow.Codec("lz4_raw"), []
    for i, at in enumerate(range(0, len(text), block)):
        plain = text[at:at + block]
        coded = plain if i % 3 == 2 else codec.compress(plain, asbytes=True)
        method = 0x10 if i % 3 == 2 else 0x20
        out.append(struct.pack("<8sBiiI", b"LZ4Block", method, len(coded), len(plain), 0) + coded)
    return b"".join([*out, struct.pack("<8sBiiI", b"LZ4Block", 0x10, 0, 0, 0)])


def zstd(text):
    return pyarrow.Codec("zstd").compress(text, asbytes=True)


COMPRESSED = {".zstd": zstd, ".zst": zstd, ".gz": gzip.compress, ".lz4": lz4_blocks}
