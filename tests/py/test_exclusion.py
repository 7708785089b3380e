"""spark.excludeOnFailure.enabled: executors on which tasks fail are left alone, and jobs go on elsewhere.

The limits are tests/core/scheduler/test_exclusion.c's.  Here programs and the event log see it.
"""
import json

import pytest

from rushlight import SparkConf, SparkContext
from rushlight.errors import EngineError, IllegalArgumentException


def conf_of(master, **settings):
    conf = SparkConf().setMaster(master).set("spark.excludeOnFailure.enabled", "true")
    for key, value in settings.items():
        conf.set("spark." + key.replace("_", "."), value)
    return conf


def exclusions(folder):
    """The events of the log that tell of exclusion: (name, executor, failures)."""
    path, = folder.iterdir()
    events = [json.loads(line) for line in path.read_text().splitlines()]
    prefix = "org.apache.spark.scheduler.SparkListener"
    return [(event["Event"][len(prefix):], event["executorId"], event["taskFailures"])
            for event in events if "xcluded" in event["Event"]]


def test_tasks_stay_away_from_where_they_fail(tmp_path):
    conf = conf_of("local-cluster[2,1,512]", eventLog_enabled="true", eventLog_dir=str(tmp_path))
    with SparkContext(conf=conf) as sc:
        sc.faults.fail_task(executor="0", times=100)
        assert sc.parallelize(range(6), 6).count() == 6
        assert sc.parallelize(range(6), 6).count() == 6     # executor 0 is not tried again
    assert exclusions(tmp_path) == [("ExecutorExcludedForStage", "0", 2),
                                    ("ExecutorExcluded", "0", 2)]


def test_a_stage_with_nowhere_to_go_is_given_up():
    conf = conf_of("local[1,4]").set("spark.scheduler.excludeOnFailure.unschedulableTaskSetTimeout",
                                     "0s")
    with SparkContext(conf=conf) as sc:
        sc.faults.fail_task(partition=0, times=100, message="a bad day")
        with pytest.raises(EngineError, match="cannot run anywhere due to node and executor "
                                              "excludeOnFailure.\nMost recent failure:\n.*a bad day"):
            sc.parallelize([1], 1).count()


def test_settings_that_do_not_go_together():
    with pytest.raises(IllegalArgumentException, match="will not be robust to one bad node"):
        SparkContext(conf=conf_of("local[2,4]", task_maxFailures="2"))
