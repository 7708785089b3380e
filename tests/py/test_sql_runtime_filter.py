"""Runtime filters: scans drop rows without a partner, and no answer changes by it."""
import json
import subprocess
import sys

import pytest

KINDS = ["inner", "left", "right", "full", "left semi", "left anti", "cross"]
QUERY = """
    select {columns} from {left} l {kind} join {right} r on l.k = r.k
    where {where} order by all"""


@pytest.fixture(scope="module")
def spark(session_of, tmp_path_factory):
    """Two tables of Parquet, joined without broadcasts; scans of any size are filtered."""
    session = session_of(None)
    session.conf.set("spark.rushlight.sql.runtimeFilter.scanSize", "0")
    session.conf.set("spark.sql.autoBroadcastJoinThreshold", "-1")
    session.conf.set("spark.sql.shuffle.partitions", "2")
    folder = tmp_path_factory.mktemp("tables")
    session.range(20000).selectExpr(
        "if(id % 7 = 0, null, id % 1500) as k", "id as v").write.parquet(f"{folder}/large")
    session.range(1000).selectExpr(
        "if(id % 50 = 0, null, id * 3) as k", "id % 10 as kind", "id as w",
    ).write.parquet(f"{folder}/small")
    for name in ["large", "small"]:
        session.read.parquet(f"{folder}/{name}").createOrReplaceTempView(name)
    yield session
    for key in ["spark.rushlight.sql.runtimeFilter.scanSize",
                "spark.sql.autoBroadcastJoinThreshold", "spark.sql.shuffle.partitions"]:
        session.conf.unset(key)


def answers(spark, text):
    """The rows with and without filters."""
    found = []
    for enabled in ["true", "false"]:
        spark.conf.set("spark.rushlight.sql.runtimeFilter.enabled", enabled)
        found.append(spark.sql(text).collect())
    spark.conf.set("spark.rushlight.sql.runtimeFilter.enabled", "true")
    return found


@pytest.mark.parametrize("small_first", [True, False])
@pytest.mark.parametrize("broadcast", ["-1", "10m"])
@pytest.mark.parametrize("kind", KINDS)
def test_kinds_of_joins(spark, kind, broadcast, small_first):
    spark.conf.set("spark.sql.autoBroadcastJoinThreshold", broadcast)
    some = "(select * from small where kind = 3)"
    left, right = (some, "large") if small_first else ("large", some)
    columns = "l.*" if kind.startswith("left ") else "l.k, r.k as k2, v, w"
    text = QUERY.format(columns=columns, left=left, right=right, kind=kind, where="true")
    with_filters, without = answers(spark, text)
    spark.conf.set("spark.sql.autoBroadcastJoinThreshold", "-1")
    assert with_filters == without
    assert len(without) > 0


def test_not_in_with_nulls(spark):
    text = "select count(*) from small where kind = 3 and k not in (select k from large)"
    with_filters, without = answers(spark, text)
    assert with_filters == without == [(0,)]


@pytest.mark.parametrize("text", [
    # through groups, and through the other outer join's kept side
    "select s.k, n from small s join (select k, count(*) n from large group by k) l on s.k = l.k "
    "where kind = 3 order by all",
    "select s.w, t.v, t.w2 from small s join "
    "(select large.k, v, small.w w2 from large left join small on large.v = small.w) t "
    "on s.k = t.k where s.kind = 3 order by all",
    # not through a limit, a window, or a side that an outer join fills with nulls
    "select s.w, count(*) from small s join (select * from large order by v limit 100) l "
    "on s.k = l.k where kind < 5 and kind <> 3 group by s.w order by all",
    "select s.w, n from small s join (select k, row_number() over (order by v) n from large) l "
    "on s.k = l.k where kind = 3 order by all",
    "select s.w, t.v from small s join "
    "(select large.v, small.k from small left join large on small.w = large.v) t "
    "on s.k = t.k where s.kind = 3 order by all",
    # one table in all places: its shuffles are read twice
    "select count(*), sum(a.v), sum(b.v) from large a join large b on a.k = b.k join "
    "(select * from small where kind = 3) s on s.k = a.k",
    # nothing on one side
    "select l.* from large l join (select * from small where kind = 77) s on l.k = s.k",
    "select count(*) from large l left anti join (select * from small where kind = 77) s "
    "on l.k = s.k",
])
def test_shapes(spark, text):
    with_filters, without = answers(spark, text)
    assert with_filters == without


def test_rows_removed_early_are_counted(tmp_path):
    """In a process of its own, as the event log is a context's: 90 of 100 keys are left out."""
    program = tmp_path / "program.py"
    program.write_text(PROGRAM.format(folder=tmp_path))
    subprocess.run([sys.executable, str(program)], check=True, timeout=120)
    path, = (tmp_path / "log").iterdir()
    events = [json.loads(line) for line in path.read_text().splitlines()]
    counted = sum(int(a["Update"]) for e in events if e["Event"] == "SparkListenerTaskEnd"
                  for a in e["Task Info"]["Accumulables"] if a["Name"] == "rows removed early")
    assert counted == 9000


PROGRAM = """
import os
from rushlight.sql import SparkSession
os.mkdir("{folder}/log")
spark = (SparkSession.builder.master("local[2]").appName("filters")
         .config("spark.eventLog.enabled", "true").config("spark.eventLog.dir", "{folder}/log")
         .config("spark.rushlight.sql.runtimeFilter.scanSize", "0")
         .config("spark.sql.autoBroadcastJoinThreshold", "-1").getOrCreate())
spark.range(10000).selectExpr("id % 100 as k", "id as v").write.parquet("{folder}/large")
spark.range(100).selectExpr("id as k", "id % 10 as kind").write.parquet("{folder}/small")
large, small = (spark.read.parquet("{folder}/" + name) for name in ["large", "small"])
rows = small.where("kind = 3").join(large, "k").collect()
assert len(rows) == 1000
spark.stop()
"""
