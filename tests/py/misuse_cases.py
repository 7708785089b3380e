"""Calls with arguments that make no sense, and what comes of each.

    python misuse_cases.py OUT.json         with pyspark, or under `rushlight submit`

A case is an expression; in those of RDD_CALLS and CONTEXT_CALLS the hole {} is filled with each of
WRONG.  What comes of it is written down as

    ok                          nothing was raised; an RDD was collected, too
    ValueError                  the class, of Python's own that programs would catch it as
    ValueError CONDITION        an error of PySpark's that has a condition
    Java org.apache…            an error that comes out of the JVM, by its class there
    py4j                        no method of the JVM's takes such arguments

Before the arrow stands what making the RDD gave, after it what collecting it gave.
"""
import json
import os
import pickle
import re
import sys
import tempfile
from operator import add

from pyspark import SparkConf, SparkContext, StorageLevel

WRONG = ("None", "-1", "0", "1.5", "'x'", "[]", "nums")

# Where the data are wrong, too, one hole says enough.
RDD_CALLS = """
nums.map({})                                nums.map(f, {})
nums.flatMap({})                            nums.filter({})
nums.mapPartitions({})                      nums.mapPartitionsWithIndex({})
nums.keyBy({})                              nums.groupBy({})
nums.groupBy(f, {})                         nums.distinct({})
nums.sample({}, 0.5)                        nums.sample(False, {})
nums.sample(False, 0.5, {})                 nums.randomSplit({})[0]
nums.randomSplit([1, 1], {})[0]             nums.takeSample({}, 1)
nums.takeSample(False, {})                  nums.takeSample(False, 1, {})
nums.union({})                              nums.intersection({})
nums.subtract({})                           nums.subtract(nums, {})
nums.cartesian({})                          nums.zip({})
nums.repartition({})                        nums.coalesce({})
nums.coalesce(1, {})                        nums.sortBy({})
nums.sortBy(f, {})                          nums.sortBy(f, True, {})
nums.foreach({})                            nums.foreachPartition({})
nums.reduce({})                             nums.treeReduce({})
nums.treeReduce(add, {})                    nums.fold({}, add)
nums.fold(0, {})                            nums.aggregate({}, add, add)
nums.aggregate(0, {}, add)                  nums.aggregate(0, add, {})
nums.treeAggregate({}, add, add)            nums.treeAggregate(0, add, add, {})
nums.max({})                                nums.min({})
nums.top({})                                nums.top(1, {})
nums.takeOrdered({})                        nums.takeOrdered(1, {})
nums.take({})                               nums.histogram({})
nums.countApprox({})                        nums.countApprox(1000, {})
nums.sumApprox({})                          nums.meanApprox({})
nums.countApproxDistinct({})                nums.setName({})
nums.persist({})                            nums.map(f).unpersist({})
nums.pipe({})                               nums.pipe('cat', {})
nums.saveAsTextFile({})                     nums.saveAsTextFile(new(), {})
nums.saveAsPickleFile({})                   nums.saveAsPickleFile(new(), {})
nums.toLocalIterator({})                    nums.collectWithJobGroup({}, 'a')
pairs.reduceByKey({})                       pairs.reduceByKey(add, {})
pairs.reduceByKey(add, 2, {})               pairs.reduceByKeyLocally({})
pairs.groupByKey({})                        pairs.groupByKey(2, {})
pairs.combineByKey({}, add, add)            pairs.combineByKey(f, {}, add)
pairs.combineByKey(f, add, add, {})         pairs.aggregateByKey({}, add, add)
pairs.aggregateByKey(0, {}, add)            pairs.aggregateByKey(0, add, add, {})
pairs.foldByKey({}, add)                    pairs.foldByKey(0, {})
pairs.foldByKey(0, add, {})                 pairs.partitionBy({})
pairs.partitionBy(2, {})                    pairs.mapValues({})
pairs.flatMapValues({})                     pairs.join({})
pairs.join(pairs, {})                       pairs.leftOuterJoin({})
pairs.leftOuterJoin(pairs, {})              pairs.rightOuterJoin({})
pairs.rightOuterJoin(pairs, {})             pairs.fullOuterJoin({})
pairs.fullOuterJoin(pairs, {})              pairs.cogroup({})
pairs.cogroup(pairs, {})                    pairs.groupWith({})
pairs.subtractByKey({})                     pairs.subtractByKey(pairs, {})
pairs.sampleByKey({}, {'a': 1.0})           pairs.sampleByKey(False, {})
pairs.sortByKey({})                         pairs.sortByKey(True, {})
pairs.sortByKey(True, 2, {})                pairs.lookup({})
pairs.repartitionAndSortWithinPartitions({}) pairs.repartitionAndSortWithinPartitions(2, {})
"""

CONTEXT_CALLS = """
sc.parallelize({})                          sc.parallelize([1, 2], {})
sc.range({})                                sc.range(0, {})
sc.range(0, 5, {})                          sc.range(0, 5, 1, {})
sc.textFile({})                             sc.textFile(text, {})
sc.wholeTextFiles({})                       sc.wholeTextFiles(text, {})
sc.binaryFiles({})                          sc.binaryRecords({}, 1)
sc.binaryRecords(text, {})                  sc.pickleFile({})
sc.sequenceFile({})                         sc.union({})
sc.union([nums, {}])                        sc.accumulator({})
sc.accumulator(0, {})                       sc.addFile({})
sc.addPyFile({})                            sc.addJobTag({})
sc.removeJobTag({})                         sc.cancelJobGroup({})
sc.cancelJobsWithTag({})                    sc.setInterruptOnCancel({})
sc.setLocalProperty({}, 'x')                sc.setLocalProperty('misuse', {})
sc.getLocalProperty({})                     sc.setLogLevel({})
sc.runJob({}, list)                         sc.runJob(nums, {})
sc.runJob(nums, list, {})                   sc.runJob(nums, list, [{}])
sc.setSystemProperty({}, 'x')               sc.dump_profiles({})
"""

# What belongs to the driver, in a place where it cannot be; and data that do not fit.
SINGLE = """
nums.map(lambda x: nums.count())
nums.map(lambda x: nums)
nums.filter(lambda x: nums.take(1))
nums.map(lambda x: sc.parallelize([x]))
nums.map(lambda x: sc.defaultParallelism)
nums.map(lambda x: SparkContext.getOrCreate().version)
nums.map(lambda x: SparkContext('local').version)
nums.map(lambda x: counter.value)
nums.map(lambda x: open)
nums.map(lambda x: (i for i in [x]))
nums.map(lambda: 1)
nums.map(lambda x: 1 / 0)
nums.reduce(lambda a: a)
nums.foreach(lambda x: x.nothing)
SparkContext('local')
SparkContext(conf=SparkConf())
sc.broadcast(nums)
sc.broadcast(sc)
sc.broadcast(open(text))
sc.parallelize([nums])
sc.parallelize([1, [nums]])
sc.parallelize([sc])
sc.parallelize([lambda: 1])
sc.accumulator('x')
sc.accumulator(nums)
sc.emptyRDD().first()
sc.emptyRDD().reduce(add)
sc.emptyRDD().max()
sc.emptyRDD().mean()
sc.emptyRDD().histogram(2)
sc.emptyRDD().treeReduce(add)
sc.parallelize([], 2).first()
sc.parallelize([], 2).reduce(add)
nums.reduceByKey(add)
nums.groupByKey()
nums.join(pairs)
nums.collectAsMap()
nums.keys()
nums.mapValues(f)
nums.lookup(1)
nums.countByKey()
pairs.sum()
pairs.stats()
mixed.sortBy(f)
mixed.max()
mixed.distinct()
sc.parallelize([[1], [2]]).distinct()
sc.parallelize([([1], 2)]).reduceByKey(add)
sc.parallelize([{}]).countByValue()
nums.zip(sc.parallelize(range(5), 2))
nums.zip(sc.parallelize(range(4), 3))
nums.nothing
nums.nothing()
sc.nothing
nums.persist(StorageLevel.MEMORY_ONLY).persist(StorageLevel.DISK_ONLY)
nums.saveAsTextFile(taken)
sc.textFile(taken + '/nowhere').count()
sc.textFile(taken + '/nowhere/*').count()
sc.pickleFile(text)
nums.checkpoint()
len(nums)
list(nums)
nums[0]
nums + 1
nums + [1]
"""

# Each public method once, as it should be called: tried when the context has been stopped.
AFTER_STOP = """
sc.parallelize([1])                         sc.range(3)
sc.emptyRDD()                               sc.textFile(text)
sc.wholeTextFiles(text)                     sc.binaryFiles(text)
sc.binaryRecords(text, 1)                   sc.pickleFile(text)
sc.sequenceFile(text)                       sc.union([nums, nums])
sc.broadcast(1)                             sc.accumulator(0)
sc.addFile(text)                            sc.addPyFile(text)
sc.listFiles                                sc.listArchives
sc.setCheckpointDir(new())                  sc.getCheckpointDir()
sc.setJobGroup('a', 'b')                    sc.setJobDescription('a')
sc.setLocalProperty('a', 'b')               sc.getLocalProperty('a')
sc.setInterruptOnCancel(True)               sc.addJobTag('a')
sc.removeJobTag('a')                        sc.getJobTags()
sc.clearJobTags()                           sc.cancelJobGroup('a')
sc.cancelJobsWithTag('a')                   sc.cancelAllJobs()
sc.statusTracker()                          sc.runJob(nums, list)
sc.setLogLevel('WARN')                      sc.getConf()
sc.sparkUser()                              sc.version
sc.applicationId                            sc.uiWebUrl
sc.startTime                                sc.defaultParallelism
sc.defaultMinPartitions                     sc.show_profiles()
sc.stop()                                   repr(sc)
nums.collect()                              nums.count()
nums.take(1)                                nums.first()
nums.isEmpty()                              nums.reduce(add)
nums.sum()                                  nums.foreach(f)
nums.getNumPartitions()                     nums.map(f)
nums.union(nums)                            nums.cache()
nums.distinct()                             nums.coalesce(1)
nums.id()                                   nums.name()
nums.setName('a')                           nums.toDebugString()
nums.saveAsTextFile(new())                  nums.countApprox(1000)
nums.toLocalIterator()                      nums.zipWithIndex()
nums.getStorageLevel()                      nums.isCheckpointed()
pairs.reduceByKey(add)                      pairs.join(pairs)
pairs.sortByKey()                           pairs.collectAsMap()
shared.value                                shared.unpersist()
shared.destroy()                            counter.value
counter.add(1)                              repr(nums)
"""


def split_calls(text):
    """The calls of a table in columns, two spaces or more apart, or one after a bracket."""
    return [call for line in text.strip().splitlines()
            for call in line.replace(") pairs", ")  pairs").split("  ") if call.strip()]


def cases():
    for call in split_calls(RDD_CALLS) + split_calls(CONTEXT_CALLS):
        for wrong in WRONG:
            yield call.strip().replace("{}", wrong, 1)
    yield from SINGLE.strip().splitlines()


def describe(e):
    """An exception: what programs catch it as, and its condition."""
    name = type(e).__name__
    if hasattr(e, "java_exception"):        # a Py4JJavaError
        java = e.java_exception.toString().split(":")[0]
        return "py4j" if java == "py4j.Py4JException" else "Java " + java
    if name in ("Py4JError", "Py4JException"):
        return "py4j"
    condition = e.getCondition() if hasattr(e, "getCondition") else None
    if condition is None and isinstance(e, pickle.PicklingError):
        found = re.search(r"\[([A-Z_]+)\]", str(e))       # of the error inside
        condition = found and found.group(1)
    base = next(c.__name__ for c in type(e).__mro__ if c.__module__ in ("builtins", "_pickle"))
    return f"{base} {condition}" if condition else base


def outcome(function):
    try:
        return function(), "ok"
    except Exception as e:
        return None, describe(e)


def run(case, names):
    """What comes of one case."""
    made, said = outcome(lambda: eval(case, names))     # noqa: S307
    if said == "ok" and hasattr(made, "getNumPartitions"):
        _, collected = outcome(made.collect)
        said = "ok" if collected == "ok" else "ok → " + collected
    return said


def names_for(sc, folder):
    """What stands in the expressions."""
    os.mkdir(folder + "/taken")
    with open(folder + "/text", "w") as f:
        f.write("to be\nor not\n")
    return {"sc": sc, "f": str, "add": add, "SparkContext": SparkContext, "SparkConf": SparkConf,
            "StorageLevel": StorageLevel, "text": folder + "/text", "taken": folder + "/taken",
            "new": lambda: tempfile.mkdtemp(dir=folder) + "/new",
            "counter": sc.accumulator(0), "shared": sc.broadcast(1)}


def renew(names):
    """RDDs that no case before has touched."""
    sc = names["sc"]
    names["nums"] = sc.parallelize([1, 2, 3, 4], 2)
    names["pairs"] = sc.parallelize([("a", 1), ("b", 2), ("a", 3)], 2)
    names["mixed"] = sc.parallelize([1, "a", None], 2)


def record(folder):
    sc = SparkContext(conf=SparkConf().setMaster("local[2]").setAppName("misuse").setAll([
        ("spark.ui.enabled", "false"), ("spark.ui.showConsoleProgress", "false")]))
    sc.setLogLevel("OFF")
    names, seen = names_for(sc, folder), {}
    for case in cases():
        renew(names)
        seen[case] = run(case, names)
        if "setLogLevel" in case:
            sc.setLogLevel("OFF")
    renew(names)
    sc.stop()
    return seen, {call.strip(): run(call.strip(), names) for call in split_calls(AFTER_STOP)}


if __name__ == "__main__":
    # Files of names such as "x" and "0" are looked for in an empty folder.
    out = os.path.abspath(sys.argv[1])
    with tempfile.TemporaryDirectory() as folder:
        os.mkdir(folder + "/here")
        os.chdir(folder + "/here")
        alive, stopped = record(folder)
    with open(out, "w") as f:
        json.dump({"alive": alive, "stopped": stopped}, f, indent=1, sort_keys=True,
                  ensure_ascii=False)
        f.write("\n")
