"""SQL's answers are those that real Spark gave: tests/sql/logic, in several configurations.

Each file runs on the default configuration and two more drawn by its name; with RUSH_MATRIX=all
on all of them: {1, 2, 7 partitions} × {ample memory, forced spill} × {optimizer on, off} × {AQE
on, off}.

logic_known.txt lists the records that do not agree yet, one a line: file | when | cause | how the
query begins. `when` is * or one word of a configuration (`spill`, `unoptimized`, `static`, `1`, `2`,
`7`).  A listed record that agrees is a failure too, so that the list can only shrink; one whose
cause begins with `crash` is not run.
"""
import hashlib
import itertools
import os
import pathlib

import pytest

import logic_files

FILES = sorted(logic_files.FOLDER.glob("*.test"))
KNOWN = pathlib.Path(__file__).with_name("logic_known.txt")
LITTLE_MEMORY = "12m"   # pools of 7 MB for two tasks: tens of thousands of rows spill
MATRIX = list(itertools.product((2, 1, 7), ("ample", "spill"), ("optimized", "unoptimized"),
                                ("adaptive", "static")))


def configurations(path):
    """Which configurations a file runs on."""
    if os.environ.get("RUSH_MATRIX") == "all":
        return MATRIX
    seed = int.from_bytes(hashlib.sha256(path.name.encode()).digest()[:4], "big")
    return sorted({MATRIX[0], MATRIX[seed % 24], MATRIX[seed // 24 % 24]})


# Those of one memory setting stand together: each change of it costs a context.
CASES = [pytest.param(path, conf, id=f"{path.stem}-{'-'.join(map(str, conf))}")
         for memory in ("ample", "spill") for path in FILES for conf in configurations(path)
         if conf[1] == memory]


def read_known():
    """The listed records as (file, when, cause, beginning)."""
    lines = [x for x in KNOWN.read_text().splitlines() if x and not x.startswith("#")]
    return [tuple(map(str.strip, line.split(" | ", 3))) for line in lines]


def known_cause(known, path, record, words):
    """Why a record is known not to agree in a configuration; None if it must."""
    text = " ".join(record.text.split())
    return next((cause for file, when, cause, begins in known
                 if file == path.name and when in words | {"*"} and text.startswith(begins)), None)


def disagreements(spark, path, words):
    """What is wrong with a file's records in one configuration: a text each."""
    known = read_known()
    for record in logic_files.read(path):
        cause = record.kind and known_cause(known, path, record, words)
        if not record.kind or (cause or "").startswith("crash"):
            continue
        fault = logic_files.run(spark, record)
        if cause and fault is None:
            fault = f"agrees, and should leave {KNOWN.name} ({cause})"
        elif cause:
            continue
        if fault:
            yield f"{path.name}:{record.line} ({record.comment})\n{record.text}\n{fault}"


@pytest.mark.parametrize("path, conf", CASES)
def test_answers(path, conf, session_of):
    partitions, memory, optimizer, adaptive = conf
    spark = session_of(LITTLE_MEMORY if memory == "spill" else None)
    spark.conf.set("spark.sql.shuffle.partitions", partitions)
    spark.conf.set("spark.rushlight.sql.optimizer.enabled", optimizer == "optimized")
    spark.conf.set("spark.sql.adaptive.enabled", adaptive == "adaptive")
    faults = list(disagreements(spark, path, set(map(str, conf))))
    assert not faults, "\n\n".join(faults[:5]) + f"\n\n{len(faults)} records disagree"


def test_every_query_says_what_it_covers():
    missing = [f"{path.name}:{record.line}" for path in FILES for record in logic_files.read(path)
               if record.kind == "query" and not record.comments]
    assert not missing


def test_known_records_are_there():
    """A listed record that no file has is a leftover."""
    texts = {(path.name, " ".join(record.text.split()))
             for path in FILES for record in logic_files.read(path)}
    stale = [entry for entry in read_known()
             if not any(f == entry[0] and t.startswith(entry[3]) for f, t in texts)]
    assert not stale
