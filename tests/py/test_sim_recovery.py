"""bench/sim_recovery.py, small: a lost machine costs its own partitions, and no more than half a
round; the answer is the same."""
import os
import sys
import xml.etree.ElementTree as ET

import pytest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "..", "bench"))
import sim_recovery as recovery  # noqa: E402

ROUNDS, FAULT_ROUND, PARTITIONS, HOSTS = 5, 3, 40, 8
FAULT = {"when": {"stage": FAULT_ROUND - 1}, "do": "kill_host", "host": 5}


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """With the fault and without: what was printed, and the log."""
    folder = tmp_path_factory.mktemp("points")
    recovery.write_points(str(folder), PARTITIONS)
    scenario = recovery.scenario_with({
        "executors": {"count": HOSTS, "cores": 4, "memory": "10g"},
        "hosts": {"count": HOSTS, "racks": 1, "cores": 4, "memory": "15g"}})
    return [recovery.run(str(folder), ROUNDS, {**scenario, "faults": faults}, recovery.SOON)
            for faults in ([FAULT], [])]


def test_only_lost_partitions_are_computed_again(runs):
    facts = recovery.report(runs[0][1], FAULT_ROUND)
    assert facts["dead"] == {"host-5"} and facts["lost"]
    assert facts["again"] == facts["lost"]
    assert facts["computed"] == {1: PARTITIONS, 2: 0, 3: len(facts["lost"]), 4: 0, 5: 0}


def test_that_round_takes_at_most_half_as_long_again(runs):
    facts = recovery.report(runs[0][1], FAULT_ROUND)
    assert 1.1 < facts["ratio"] <= recovery.MOST_RATIO
    recovery.check(facts)


def test_the_answer_is_that_without_the_fault(runs):
    (with_fault, _), (without, log) = runs
    assert with_fault == without and with_fault.startswith("[(")
    assert not recovery.report(log, FAULT_ROUND)["failed"]


def test_kept_points_cost_no_disk(runs):
    seconds = recovery.round_seconds(runs[1][1])
    assert seconds[0] > 1.5 * max(seconds[1:])
    read = [event["Task Metrics"]["Input Metrics"]["Bytes Read"]
            for event in recovery.of_kind(runs[1][1], "TaskEnd")]
    assert all(read)                # a kept partition is input, too, as Spark counts


def test_checks_fail_where_the_claims_do(runs):
    facts = recovery.report(runs[0][1], FAULT_ROUND)
    with pytest.raises(AssertionError, match="only what was lost"):
        recovery.check({**facts, "again": facts["again"] | {-1}})
    with pytest.raises(AssertionError, match="1.60 of a steady round"):
        recovery.check({**facts, "ratio": 1.6})


def test_the_picture_has_two_bars_a_round(runs):
    facts = {**recovery.report(runs[0][1], FAULT_ROUND), "seconds": list(recovery.PAPER_S)}
    root = ET.fromstring(recovery.picture(facts, recovery.PAPER_S))
    bars = [rect for rect in root.iter("{http://www.w3.org/2000/svg}rect")
            if float(rect.get("width")) > 20 and rect.get("fill") != "white"]
    assert len(bars) == 2 * recovery.ROUNDS
    words = " ".join(root.itertext())
    assert "the paper" in words and f"{len(facts['lost'])} lay on the lost machine" in words
