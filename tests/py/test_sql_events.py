"""What the event log says of queries: executions, their plans as they change, metrics, the end."""
import json

import pytest

from rushlight.sql import SparkSession, functions as F

NAMES = {"SparkListenerSQLExecutionStart": "start",
         "SparkListenerSQLAdaptiveExecutionUpdate": "update",
         "SparkListenerDriverAccumUpdates": "metrics", "SparkListenerSQLExecutionEnd": "end",
         "SparkListenerJobStart": "job", "SparkListenerTaskEnd": "task",
         "SparkListenerStageCompleted": "stage"}


@pytest.fixture
def log_of(tmp_path):
    """The events of queries and jobs that a program causes, with their short names."""
    def run(program):
        (tmp_path / "log").mkdir()
        spark = (SparkSession.builder.master("local[2]").appName("events")
                 .config("spark.eventLog.enabled", "true")
                 .config("spark.eventLog.dir", str(tmp_path / "log"))
                 .config("spark.sql.shuffle.partitions", "3").getOrCreate())
        try:
            program(spark)
        finally:
            spark.stop()
        path, = (tmp_path / "log").iterdir()
        events = [json.loads(line) for line in path.read_text().splitlines()]
        named = [(NAMES.get(e["Event"].rsplit(".", 1)[-1]), e) for e in events]
        return [(name, e) for name, e in named if name]
    return run


def lines(node, depth=0):
    out = ["  " * depth + node["nodeName"]]
    for child in node["children"]:
        out += lines(child, depth + 1)
    return out


def of(log, name):
    return [e for n, e in log if n == name]


def test_an_adaptive_query(log_of):
    third = (F.col("id") % 3).alias("k")
    log = log_of(lambda spark: spark.range(100).groupBy(third).count().collect())
    start, = of(log, "start")
    end, = of(log, "end")
    assert start["description"].startswith("collect at ")
    assert start["physicalPlanDescription"].startswith("== Physical Plan ==\nAdaptiveSparkPlan (")
    assert lines(start["sparkPlanInfo"]) == [
        "AdaptiveSparkPlan", "  HashAggregate", "    Exchange", "      HashAggregate",
        "        Project", "          Range"]
    last = of(log, "update")[-1]["sparkPlanInfo"]
    assert last["simpleString"] == "AdaptiveSparkPlan isFinalPlan=true"
    assert lines(last) == [
        "AdaptiveSparkPlan", "  ResultQueryStage", "    WholeStageCodegen (2)",
        "      HashAggregate", "        InputAdapter", "          AQEShuffleRead",
        "            ShuffleQueryStage", "              Exchange",
        "                WholeStageCodegen (1)", "                  HashAggregate",
        "                    Project", "                      Range"]
    assert (end["executionId"], end["errorMessage"]) == (start["executionId"], "")
    assert end["queryId"] == start["queryId"] and end["time"] >= start["time"]
    for job in of(log, "job"):
        assert job["Properties"]["spark.sql.execution.id"] == str(start["executionId"])
    names = [n for n, _ in log]
    assert names[0] == "start" and names[-1] == "end"


def test_metrics_are_told_by_the_ids_of_the_plan(log_of):
    def program(spark):
        spark.conf.set("spark.sql.adaptive.enabled", "false")
        spark.range(50).where("id >= 20").collect()

    log = log_of(program)
    start, = of(log, "start")
    stage = start["sparkPlanInfo"]
    assert lines(stage) == ["WholeStageCodegen (1)", "  Filter", "    Range"]
    metric, = stage["children"][0]["metrics"]
    assert metric["name"] == "number of output rows" and metric["metricType"] == "sum"
    updates, values = [], []
    for task in of(log, "task"):
        sums = {s["ID"]: s for s in task["Task Info"]["Accumulables"]}
        assert sums[metric["accumulatorId"]]["Metadata"] == "sql"
        updates.append(int(sums[metric["accumulatorId"]]["Update"]))
        values.append(int(sums[metric["accumulatorId"]]["Value"]))
    assert sorted(updates) == [5, 25] and sum(updates) == 30 == max(values)
    total, = [s["Value"] for s in of(log, "stage")[0]["Stage Info"]["Accumulables"]
              if s["ID"] == metric["accumulatorId"]]
    assert total == "30"
    assert start["modifiedConfigs"]["spark.sql.adaptive.enabled"] == "false"


def test_exchanges_and_joins_count(log_of):
    def program(spark):
        spark.conf.set("spark.sql.autoBroadcastJoinThreshold", "-1")
        spark.range(40).join(spark.range(20), "id").collect()

    log = log_of(program)
    names = {}

    def note(node):
        for metric in node["metrics"]:
            names[metric["accumulatorId"]] = (node["nodeName"], metric["name"])
        for child in node["children"]:
            note(child)
    for update in of(log, "update"):
        note(update["sparkPlanInfo"])
    sums = {}
    for task in of(log, "task"):
        for s in task["Task Info"]["Accumulables"]:
            sums[names[s["ID"]]] = sums.get(names[s["ID"]], 0) + int(s["Update"])
    for update in of(log, "metrics"):
        for number, value in update["accumUpdates"]:
            sums[names[number]] = sums.get(names[number], 0) + value
    assert sums["SortMergeJoin", "number of output rows"] == 20
    assert sums["Range", "number of output rows"] == 60
    assert sums["Exchange", "shuffle records written"] == 60
    assert sums["Exchange", "records read"] == 60
    assert sums["Exchange", "data size"] == 60 * 16
    assert sums["Exchange", "number of partitions"] == 6
    assert sums["AQEShuffleRead", "number of coalesced partitions"] >= 2


def test_subqueries_are_told_once(log_of):
    def program(spark):
        spark.range(6).createOrReplaceTempView("t")
        average = "(SELECT avg(id) FROM t)"
        spark.sql(f"SELECT * FROM t WHERE id > {average} AND id < 2 * {average}").collect()

    log = log_of(program)
    told = lines(of(log, "update")[-1]["sparkPlanInfo"])
    assert [line.strip() for line in told].count("Subquery") == 2
    assert [line.strip() for line in told].count("ReusedSubquery") == 1
    assert len(of(log, "job")) == 3     # two of the subquery, one of the query


def test_finding_the_columns_of_csv_is_two_queries(log_of, tmp_path):
    (tmp_path / "a.csv").write_text("a,b\n1,x\n")

    def program(spark):
        spark.sparkContext.setJobGroup("g", "reading")
        spark.read.csv(str(tmp_path / "a.csv"), header=True, inferSchema=True)

    log = log_of(program)
    assert [lines(e["sparkPlanInfo"])[0] for e in of(log, "start")] == [
        "CollectLimit", "DeserializeToObject"]
    assert [e["Properties"]["spark.jobGroup.id"] for e in of(log, "job")] == ["g", "g"]


def test_a_subquery_is_part_of_the_query_around_it(log_of):
    def program(spark):
        spark.range(5).createOrReplaceTempView("t")
        spark.sql("SELECT * FROM t WHERE id > (SELECT avg(id) FROM t)").collect()

    log = log_of(program)
    ids = [e["executionId"] for e in of(log, "start") if e["description"].startswith("collect")]
    assert len(ids) == 1
    assert {e["Properties"]["spark.sql.execution.id"] for e in of(log, "job")} == {str(ids[0])}


def test_a_query_that_fails_says_so(log_of):
    def program(spark):
        with pytest.raises(Exception, match="DIVIDE_BY_ZERO"):
            spark.range(3).selectExpr("1 / id").collect()

    end, = of(log_of(program), "end")
    assert "DIVIDE_BY_ZERO" in end["errorMessage"]


def test_a_cache_is_filled_before_an_adaptive_plan_reads_it(log_of):
    def program(spark):
        kept = spark.range(10).selectExpr("id * 2 AS v").cache()
        kept.count()
        kept.count()

    log = log_of(program)
    assert len(of(log, "job")) == 5     # one fills it, then two for each count
    assert "TableCacheQueryStage" in "".join(lines(of(log, "update")[-1]["sparkPlanInfo"]))


def test_rows_for_an_rdd_are_no_execution(log_of):
    log = log_of(lambda spark: spark.range(4).rdd.count())
    assert not of(log, "start") and len(of(log, "job")) == 1
