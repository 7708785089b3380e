"""Programs of rdd_programs.py's kind: files, what RDDs and contexts say of themselves, misuse."""
import gzip
import os
import re
import threading

from pyspark import SparkConf, SparkContext

from rdd_programs import error, kind, part_files, parts, program, tree, write


# ── text ──
@program
def text_split_lines(sc, tmp):
    path = write(tmp + "/t", b"a\r\nb\rc\n\n\xc3\xa9\n last", "wb")
    bad = write(tmp + "/bad", b"caf\xe9\xff\n\xf0\x9f\x98\n", "wb")
    return ([sc.textFile(path, n, u).glom().collect() for n in (1, 3) for u in (True, False)],
            sc.textFile(bad, 1).collect())


@program
def text_of_many_paths(sc, tmp):
    for name, text in (("a1.txt", "1\n2\n"), ("a2.txt", "3\n"), ("b.txt", "4"), ("empty.txt", ""),
                       (".hidden", "no\n"), ("_skipped", "no\n")):
        write(f"{tmp}/{name}", text)
    os.mkdir(tmp + "/d")
    write(tmp + "/d/c.txt", "5\n")
    got = {}
    for pattern in ("/a*.txt", "/{a1,b}.txt", "/a[12].txt", "/a?.txt", "/d", "/empty.txt", "/*.txt",
                    "/[!a]*.txt", "/*/c.txt"):
        rdd = sc.textFile(tmp + pattern, 1)
        got[pattern] = sorted(rdd.collect()), rdd.getNumPartitions()
    both = sc.textFile(f"{tmp}/a1.txt,{tmp}/b.txt")
    return (got, both.collect(), both.getNumPartitions(),
            sc.textFile("file://" + tmp + "/b.txt").collect())


@program
def text_partitions(sc, tmp):
    path = write(tmp + "/t", "".join(f"{i:04}\n" for i in range(1000)))
    return ([[len(p) for p in sc.textFile(path, n).glom().collect()] for n in (1, 2, 3, 7, 20)],
            sc.textFile(path).getNumPartitions())


@program
def text_gz(sc, tmp):
    with gzip.open(tmp + "/t.gz", "wt") as f:
        f.write("a\nb\n" * 50)
    rdd = sc.textFile(tmp + "/t.gz", 5)
    return rdd.count(), rdd.getNumPartitions(), rdd.distinct().collect()


@program
def text_name(sc, tmp):
    path = write(tmp + "/t", "a\n")
    rdd = sc.textFile(path)
    return ((rdd.name() or "").replace(tmp, ""), rdd.map(str).name(), rdd.setName("mine").name(),
            rdd.toDebugString().decode().count("mine"))


@program
def save_kinds(sc, tmp):
    sc.parallelize(["é日本", 1, None, 2.5, (1, "a"), b"x", "two\nlines", "", {"k": 1}, True],
                   3).saveAsTextFile(tmp + "/out")
    return part_files(tmp + "/out"), sc.textFile(tmp + "/out").count()


@program
def save_empty_partitions(sc, tmp):
    sc.parallelize([1], 3).saveAsTextFile(tmp + "/a")
    sc.emptyRDD().saveAsTextFile(tmp + "/b")
    sc.parallelize([("a", 1)], 2).reduceByKey(max, 2).saveAsTextFile(tmp + "/c/d")
    sc.textFile(tmp + "/a").saveAsTextFile("file://" + tmp + "/e")
    return [part_files(tmp + x) for x in ("/a", "/b", "/c/d", "/e")]


@program
def save_over_an_existing_folder(sc, tmp):
    sc.parallelize([1], 1).saveAsTextFile(tmp + "/a")
    return error(sc.parallelize([2], 1).saveAsTextFile, tmp + "/a"), part_files(tmp + "/a")


@program
def save_of_bytes_lines(sc, tmp):
    path = write(tmp + "/t", b"\xc3\xa9\nb\n", "wb")
    sc.textFile(path, 1, use_unicode=False).saveAsTextFile(tmp + "/o")
    return part_files(tmp + "/o")


# ── what an RDD says of itself ──
@program
def ids(sc, tmp):
    base = sc.parallelize([1], 1).id()
    a = sc.parallelize([1], 1)
    b = a.map(str).filter(bool)
    got = [a.id() - base, b.id() - base, b.id() - base, b.map(str).id() - base]
    got.append(sc.parallelize(range(3), 2).id() - base)
    got.append(sc.parallelize([(1, 1)], 2).reduceByKey(max).id() - base)
    got.append(sc.emptyRDD().id() - base)
    got.append((a + b).id() - base)
    got.append(sc.parallelize([1], 1).id() - base)
    b.collect()
    got.append(sc.parallelize([1], 1).id() - base)
    b.count()
    got.append(sc.parallelize([1], 1).id() - base)
    b.take(1)
    got.append(sc.parallelize([1], 1).id() - base)
    x = a.keyBy(str).partitionBy(2)
    got.append(sc.parallelize([1], 1).id() - base)
    x.join(x).id()
    got.append(sc.parallelize([1], 1).id() - base)
    a.map(str).getNumPartitions()
    got.append(sc.parallelize([1], 1).id() - base)
    return got


@program
def ids_of_sources(sc, tmp):
    path = write(tmp + "/t", "a\n")
    base = sc.parallelize([1], 1).id()
    got = []
    for make in (lambda: sc.textFile(path), lambda: sc.range(3),
                 lambda: sc.parallelize(range(0), 2), lambda: sc.emptyRDD(),
                 lambda: sc.textFile(path).map(str),
                 lambda: sc.union([sc.emptyRDD(), sc.textFile(path)]),
                 lambda: sc.parallelize([1], 1).glom(),
                 lambda: sc.parallelize([(1, 1)], 1).groupByKey(),
                 lambda: sc.parallelize([1], 1).distinct(),
                 lambda: sc.parallelize([(1, 1)], 1).join(sc.parallelize([(1, 1)], 2)),
                 lambda: sc.parallelize([1], 2).groupBy(str)):
        got.append(make().id() - base)
    return got


@program
def trees(sc, tmp):
    path = write(tmp + "/t", "a b\n")
    a = sc.parallelize([(1, 2)], 2)
    p = a.partitionBy(3)
    return {"parallelize": tree(a), "range": tree(sc.range(4, numSlices=2)),
            "empty": tree(sc.emptyRDD()), "map": tree(a.map(str).filter(bool)),
            "textFile": tree(sc.textFile(path)),
            "text.map": tree(sc.textFile(path, 3).flatMap(str.split).map(len)),
            "union": tree(a + a),
            "union mixed": tree(sc.textFile(path) + a), "partitionBy": tree(p),
            "union partitioned": tree(p + p.mapValues(str)),
            "reduceByKey": tree(a.reduceByKey(max)), "groupByKey": tree(a.groupByKey(4)),
            "distinct": tree(a.distinct()), "join": tree(a.join(a)),
            "join partitioned": tree(p.join(p)),
            "two shuffles": tree(a.reduceByKey(max).map(lambda kv: (kv[1], kv[0])).groupByKey()),
            "wordcount": tree(sc.textFile(path).flatMap(str.split).map(lambda w: (w, 1))
                              .reduceByKey(max)), "glom": tree(a.glom()),
            "named": tree(a.map(str).setName("steps")), "p.map": tree(p.mapValues(str).map(str)),
            "sc.union": tree(sc.union([a, p, a.map(str)])),
            "join one side": tree(p.join(a, 3))}


@program
def names(sc, tmp):
    a = sc.parallelize([1], 1)
    b = a.map(str)
    got = [a.name(), b.name(), sc.emptyRDD().name()]
    got += [a.setName("x") is a, a.name(), a.map(str).name(), b.setName("é b").name(),
            b.filter(bool).name()]
    return got, repr(sc.parallelize(range(4), 2).setName("n"))[:0]


@program
def partition_counts(sc, tmp):
    a, b = sc.parallelize([(1, 1)], 3), sc.parallelize([(1, 1)], 5)
    return [r.getNumPartitions()
            for r in (a.map(str), a + b, a.join(b), a.reduceByKey(max), a.distinct(),
                      a.groupByKey(7), a.groupBy(str), b.partitionBy(2),
                                           (a + b).reduceByKey(max), a.partitionBy(2).join(b),
                                           a.partitionBy(9).join(b), a.partitionBy(None))]


# ── properties and status ──
@program
def local_properties(sc, tmp):
    got = [sc.getLocalProperty("x"), sc.setLocalProperty("x", "1"), sc.getLocalProperty("x"),
           sc.setLocalProperty("x", None), sc.getLocalProperty("x")]
    sc.setJobGroup("g1", "described", True)
    keys = ("spark.jobGroup.id", "spark.job.description", "spark.job.interruptOnCancel",
            "callSite.short", "spark.scheduler.pool")
    got.append([sc.getLocalProperty(k) for k in keys])
    sc.parallelize([1], 1).count()
    sc.setJobGroup("g2", "no interrupt")
    got.append([sc.getLocalProperty(k) for k in keys])
    sc.setJobDescription("other")
    sc.parallelize([1], 1).count()
    got.append([sc.getLocalProperty(k) for k in keys])
    seen = []
    thread = threading.Thread(target=lambda: seen.append(sc.getLocalProperty("spark.jobGroup.id")))
    thread.start()
    thread.join()
    for k in keys:
        sc.setLocalProperty(k, None)
    return got, seen, [sc.getLocalProperty(k) for k in keys]


@program
def status_tracker(sc, tmp):
    sc.setJobGroup("tracked", "t")
    rdd = sc.parallelize([(1, 1)], 2).reduceByKey(max, 3)
    rdd.count()
    rdd.count()
    tracker = sc.statusTracker()
    jobs = list(tracker.getJobIdsForGroup("tracked"))
    infos = [tracker.getJobInfo(j) for j in jobs]
    stages = [[tracker.getStageInfo(s) for s in sorted(i.stageIds)] for i in infos]
    first = min(s for i in infos for s in i.stageIds)
    sc.setLocalProperty("spark.jobGroup.id", None)
    sc.setLocalProperty("spark.job.description", None)
    return ([j - jobs[-1] for j in jobs],
            [(i.jobId - jobs[-1], [s - first for s in i.stageIds], i.status) for i in infos],
            [[s and (s.stageId - first, s.currentAttemptId, s.name.split(" at ")[0], s.numTasks,
                     s.numActiveTasks, s.numCompletedTasks, s.numFailedTasks) for s in ss]
             for ss in stages], list(tracker.getActiveStageIds()), list(tracker.getActiveJobsIds()),
             tracker.getJobInfo(10 ** 6), tracker.getStageInfo(10 ** 6),
            list(tracker.getJobIdsForGroup("nobody")), infos[0]._fields, stages[0][-1]._fields)


@program
def context_facts(sc, tmp):
    return (sc.version, sc.master, sc.appName, sc.pythonVer, repr(sc),
            sc.getConf().get("spark.app.name"), sc.getConf().get("no.such"),
            sc.getConf().get("no.such", "d"), sc.getConf().contains("spark.master"),
            sc.applicationId.split("-")[0], sc.startTime > 10 ** 12,
            sc.environment, sc.sparkHome, SparkContext.getOrCreate() is sc, sc.uiWebUrl)


# ── misuse ──
@program
def wrong_values(sc, tmp):
    a = sc.parallelize([(1, 2)], 2)
    return [error(f) for f in (
        lambda: sc.parallelize([1], "x"), lambda: sc.parallelize(5), lambda: sc.parallelize(None),
        lambda: sc.range("a"), lambda: sc.range(1, 2, 0), lambda: sc.range(1.5),
        lambda: a.take("x"), lambda: a.take(None), lambda: a.takeOrdered("x"), lambda: a.top("x"),
        lambda: a.partitionBy(2, 5).count(), lambda: a.takeOrdered(-1),
        lambda: iter(a), lambda: len(a), lambda: a[0], lambda: a.setName(None).name(),
        lambda: SparkConf().set("a", 5).get("a"), lambda: SparkConf().get("a.b"))]


@program
def wrong_objects(sc, tmp):
    a = sc.parallelize([(1, 2)], 2)
    return [kind(f) for f in (
        lambda: a.union([1]), lambda: a + [1], lambda: a.union(None), lambda: sc.union([]),
        lambda: sc.union(a), lambda: a.join([1]), lambda: sc.union([a, 1]), lambda: a.map(),
        lambda: a.nosuch, lambda: sc.nosuch, lambda: a.reduce(5), lambda: a.collect(1),
        lambda: sc.parallelize(), lambda: sc.runJob(None, len))]


@program
def wrong_paths(sc, tmp):
    missing = sc.textFile(tmp + "/none")
    return [error(f) for f in (
        missing.getNumPartitions, missing.count, lambda: missing.map(str).take(1),
        sc.textFile(tmp + "/*.txt").count, sc.textFile("").count)]


@program
def what_fails_in_workers(sc, tmp):
    a = sc.parallelize([1, 2], 2)

    def raises(e):
        def f(x):
            raise e
        return f

    return [error(f) for f in (
        lambda: a.map(5).collect(), lambda: a.map(None).collect(), lambda: a.filter(5).collect(),
        lambda: a.flatMap(lambda x: 5).collect(),
        lambda: a.mapPartitions(lambda it: 5).collect(),
        lambda: a.mapPartitions(lambda it: None).collect(),
        lambda: a.map(lambda x: 1 / 0).collect(), lambda: a.map(raises(ValueError("bad"))).count(),
        lambda: a.map(raises(KeyError("é"))).take(1), lambda: a.map(lambda x: a.count()).collect(),
        lambda: a.map(lambda x: sc.parallelize([x])).collect(),
        lambda: a.map(lambda x: (y for y in [x])).collect(),
        lambda: a.map(lambda x: threading.Lock()).collect(),
        lambda: a.reduce(lambda x, y: x.nosuch),
        lambda: a.keyBy(lambda x: [x]).reduceByKey(max).collect(),
        lambda: a.keyBy(lambda x: {}).partitionBy(2).collect(),
        lambda: a.reduceByKey(max).collect(), lambda: a.groupByKey().collect(),
        lambda: a.keys().collect(), lambda: a.mapValues(str).collect(), lambda: a.sum() + "x",
        lambda: a.map(raises(StopIteration())).collect(),
        lambda: a.filter(raises(StopIteration())).collect(), lambda: a.map(str).sum(),
        lambda: a.map(str).union(a).max(),
        lambda: a.map(raises(KeyboardInterrupt())).collect(),
        lambda: a.keyBy(str).partitionBy(2, lambda k: "x").collect(),
        lambda: a.keyBy(str).partitionBy(2, lambda k: 1.5).collect(),
        lambda: sc.parallelize([1, [2]], 1).distinct().collect(),
        lambda: sc.runJob(a, lambda it: it, [5]), lambda: sc.runJob(a, lambda it: 5),
        lambda: sc.parallelize([threading.Lock()]))]


@program
def second_context(sc, tmp):
    name, message = error(lambda: SparkContext("local[1]", "second"))
    return name, re.sub(r"/\S*/|:\d+", "", message).rstrip()


@program
def calls_on_the_context(sc, tmp):
    return [error(f) for f in (lambda: sc.setJobGroup("g", None),
                               lambda: sc.setJobDescription(None),
                               lambda: sc.cancelJobGroup("nobody"), lambda: sc.cancelAllJobs(),
                               lambda: sc.setLogLevel("error"),
                               lambda: sc.setLocalProperty("spark.jobGroup.id", None))]
