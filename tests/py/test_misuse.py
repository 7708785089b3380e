"""Programs that use the API wrongly fail as they do with PySpark; and Ctrl-C ends every wait.

misuse_cases.py has the calls, ../data/make_misuse.py recorded what PySpark 4.3 raised: the class that
programs catch, and the condition.  DIFFERENT is what differs on purpose, each with its reason.
"""
import json
import os
import subprocess

import pytest

from conftest import HANG_S, ROOT, rushlight_command

HERE = os.path.dirname(os.path.abspath(__file__))

with open(os.path.join(ROOT, "tests", "data", "misuse.json")) as f:
    SPARK = json.load(f)


@pytest.fixture(scope="module")
def seen(tmp_path_factory):
    out = tmp_path_factory.mktemp("misuse") / "seen.json"
    done = subprocess.run(
        rushlight_command("submit", os.path.join(HERE, "misuse_cases.py"), out),
        capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=4 * HANG_S,
        env=dict(os.environ, PYTHONHASHSEED="0", PYTHONDONTWRITEBYTECODE="1"))
    assert out.exists(), done.stdout[-2000:] + done.stderr[-2000:]
    return json.loads(out.read_text())


# ── what differs on purpose ──
# What py4j or the JVM says to arguments of a type that it does not take, is a TypeError here.
NOT_TAKEN = {"py4j", "AttributeError", "Java java.lang.NullPointerException",
             "Java java.lang.ClassCastException", "PicklingError RDD_TRANSFORM_ONLY_VALID_ON_DRIVER"}
TYPE_ERRORS = {"TypeError", "TypeError NOT_EXPECTED_TYPE", "py4j"}

# Whatever is true or not will do for these flags; py4j takes a bool only.  As keys, None and numbers
# are not there.
LENIENT = ("nums.coalesce(1, ", "nums.map(f).unpersist(", "nums.toLocalIterator(", "nums.map(f, ",
           "sc.getLocalProperty(")

# Spark takes it and loses all data without a word; here a shuffle into no partition is refused.
def is_into_nothing(case, spark, ours):
    return (spark, ours) == ("ok", "ValueError") and case.endswith(("0)", "-1)"))


DIFFERENT = {
    # found out when the RDD is made, not by the job; or with a class that says more
    "sc.parallelize([1, 2], -1)": "ValueError",
    "sc.parallelize([1, 2], 0)": "ValueError",
    "sc.range(0, 5, 1, -1)": "ValueError",
    "sc.range(0, 5, 1, 0)": "ValueError",
    "sc.binaryRecords(text, -1)": "Java java.lang.IllegalArgumentException",
    "sc.binaryRecords(text, 0)": "Java java.lang.IllegalArgumentException",
    "sc.textFile(text, -1)": "Java java.lang.IllegalArgumentException",
    "sc.textFile(None)": "TypeError",
    "sc.pickleFile(None)": "TypeError",
    "sc.union(None)": "IndexError",
    "sc.union(0)": "IndexError",
    "sc.cancelJobGroup(None)": "TypeError",
    "sc.runJob(nums, list, [None])": "TypeError",
    "nums.countApprox(1000, None)": "py4j",
    "nums.saveAsTextFile(None)": "TypeError",
    "nums.saveAsPickleFile(None)": "TypeError",
    "nums.saveAsTextFile(new(), 'x')": "Java java.lang.IllegalArgumentException",
    # classes of the JVM's that are one another's, or stand for the same
    "nums.checkpoint()": "Java java.lang.IllegalArgumentException",
    "nums.persist(StorageLevel.MEMORY_ONLY).persist(StorageLevel.DISK_ONLY)":
        "Java java.lang.UnsupportedOperationException",
    "sc.pickleFile('x')": "ok → Java java.io.IOException",
    "sc.pickleFile(text)": "ok → Java java.io.IOException",
    "sc.sequenceFile('x')": "Java java.io.IOException",
    # noticed by a worker; PySpark writes in the JVM
    "nums.saveAsPickleFile(new(), 'x')": "Java org.apache.spark.api.python.PythonException",
    "nums.saveAsPickleFile(new(), 1.5)": "Java org.apache.spark.api.python.PythonException",
    "nums.saveAsPickleFile(new(), [])": "Java org.apache.spark.api.python.PythonException",
    "nums.saveAsPickleFile(new(), None)": "Java org.apache.spark.api.python.PythonException",
    # None is "no function", "no environment", "no key function"
    "pairs.combineByKey(None, add, add)": "ok",
    "nums.pipe('cat', 0)": "ok",
    "nums.pipe('cat', [])": "ok",
    # neither flag nor function, but nothing is asked of it
    "nums.sortBy(f, nums)": "ok",
    "pairs.sortByKey(nums)": "ok",
}

# Of a stopped context PySpark says that None has no attribute.  What needs no engine goes on here.
NEEDS_NO_ENGINE = {
    "nums.toDebugString()", "nums.toLocalIterator()", "sc.addJobTag('a')", "sc.clearJobTags()",
    "sc.getJobTags()", "sc.getLocalProperty('a')", "sc.listArchives", "sc.listFiles",
    "sc.removeJobTag('a')", "sc.setInterruptOnCancel(True)", "sc.setJobDescription('a')",
    "sc.setJobGroup('a', 'b')", "sc.setLocalProperty('a', 'b')", "sc.setLogLevel('WARN')",
    "sc.sparkUser()", "sc.uiWebUrl", "sc.version", "shared.destroy()", "shared.unpersist()"}
STOPPED = {"RuntimeError CONTEXT_STOPPED", "ok → RuntimeError CONTEXT_STOPPED"}
STOPPED_BUT_PYSPARK_GOES_ON = {
    "nums.getStorageLevel()": STOPPED, "nums.isCheckpointed()": STOPPED,
    "shared.value": {"FileNotFoundError"}}      # its file has gone with the context
ALSO_STOPPED = {"sc.addFile(text)": {"RuntimeError"}, "sc.addPyFile(text)": {"RuntimeError"}}


def agrees(case, spark, ours):
    if case in DIFFERENT:
        return spark != ours == DIFFERENT[case]     # an entry that is no more true must go
    return (spark == ours or spark in NOT_TAKEN and ours in TYPE_ERRORS
            or ours == "ok" and case.startswith(LENIENT) or is_into_nothing(case, spark, ours))


def test_misuse_fails_as_with_pyspark(seen):
    assert sorted(seen["alive"]) == sorted(SPARK["alive"])
    wrong = {case: (spark, seen["alive"][case]) for case, spark in SPARK["alive"].items()
             if not agrees(case, spark, seen["alive"][case])}
    assert wrong == {}


def test_a_stopped_context_says_so(seen):
    assert sorted(seen["stopped"]) == sorted(SPARK["stopped"])
    for case, spark in SPARK["stopped"].items():
        ours = seen["stopped"][case]
        if case in STOPPED_BUT_PYSPARK_GOES_ON:
            assert ours in STOPPED_BUT_PYSPARK_GOES_ON[case], case
        elif case in NEEDS_NO_ENGINE:
            assert ours == "ok", case
        elif spark in ("ok", "RuntimeError INCORRECT_CONF_FOR_PROFILE"):
            assert ours == spark, case
        else:
            assert ours in ALSO_STOPPED.get(case, STOPPED), case


# ── Ctrl-C ──
INTERRUPTED = """
import os, signal, sys, threading, time
from pyspark import BarrierTaskContext, SparkContext

out, action = sys.argv[1:]

def wait(x):
    open(out + "/running", "w").close()
    threading.Event().wait(600)
    return x

def meet(part):                 # all tasks but one are at the barrier
    context = BarrierTaskContext.get()
    if context.partitionId() == 0:
        wait(0)
    context.barrier()
    return part

def interrupt():
    while not os.path.exists(out + "/running"):
        time.sleep(0.01)
    os.kill(os.getpid(), signal.SIGINT)

if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.default_int_handler)
    sc = SparkContext("local[2]", "interrupted")
    nums = sc.parallelize(range(4), 2)
    slow, pairs = nums.map(wait), nums.map(lambda x: (wait(x), x))
    counter = sc.accumulator(0)
    threading.Thread(target=interrupt, daemon=True).start()
    try:
        eval(action)
        print("ended")
    except KeyboardInterrupt:
        print("interrupted", nums.count(), sc.statusTracker().getActiveJobsIds(), flush=True)
"""


@pytest.mark.parametrize("action", [
    "slow.collect()", "slow.count()", "slow.take(3)", "slow.first()", "slow.reduce(max)",
    "slow.treeReduce(max)", "slow.takeOrdered(1)", "slow.histogram(2)", "slow.sum()",
    "slow.foreach(print)", "nums.foreach(lambda x: counter.add(wait(x)))",
    "list(slow.toLocalIterator())", "list(slow.toLocalIterator(True))",
    "slow.countApprox(600_000)", "slow.sumApprox(600_000)",
    "slow.saveAsTextFile(out + '/saved')", "slow.saveAsPickleFile(out + '/saved')",
    "nums.barrier().mapPartitions(meet).collect()", "slow.cache().count()",
    "pairs.sortByKey()", "pairs.reduceByKey(max).collect()", "pairs.countByKey()",
    "sc.runJob(slow, list)", "slow.zipWithIndex()", "pairs.lookup(1)"])
def test_ctrl_c_ends_every_wait(run_program, tmp_path, action):
    """Soon, cancelling the job; and the context goes on."""
    status, out, err = run_program(
        argv=rushlight_command("submit", write(tmp_path, INTERRUPTED), tmp_path, action))
    assert (status, out) == (0, "interrupted 4 []\n"), err


def write(folder, text):
    (folder / "interrupted.py").write_text(text)
    return folder / "interrupted.py"
