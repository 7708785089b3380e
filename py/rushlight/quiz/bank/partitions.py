"""Partitions and files: where elements land, how reads and writes are cut."""
import math

from rushlight.quiz import Belief, holds, topic
from rushlight.quiz import _beliefs as B

ask = topic("partitions")
MIB = 2 ** 20


@ask("default_slices", 1, "parallelize without a number")
def _(v):
    cores, n = v.pick(2, 3, 4, 6), v.pick(10, 100)
    run = v.run(f"""
        sc.parallelize(range({n})).getNumPartitions()
        """, master=f"local[{cores}]")
    return v.number("What does the line give?", run.value,
                    f"spark.default.parallelism, which is the number of cores in local mode: "
                    f"{cores}.",
                    wrong={200: B.TWO_HUNDRED, 1: Belief("a list is one partition", "It is cut."),
                           n: B.TASK_PER_ROW})


@ask("uneven_slices", 3, "How parallelize cuts a list")
def _(v):
    n, slices = v.pick((10, 4), (11, 4), (7, 3), (14, 4))
    run = v.run(f"""
        sc.parallelize(list(range({n})), {slices}).glom().map(len).collect()
        """)
    even = [(i + 1) * n // slices - i * n // slices for i in range(slices)]
    front = sorted(even, reverse=True)
    return v.choose("What does the line give?", run.value,
                    f"PySpark pickles the list in batches of {max(1, n // slices)} and deals out "
                    "batches, not elements, as evenly as batches go; the last batch may be a short "
                    "one. (A range object itself is cut evenly.)",
                    {str(even): B.SLICES_EVEN, str(front): B.SLICES_EVEN,
                     str([math.ceil(n / slices)] * (slices - 1)
                         + [n - math.ceil(n / slices) * (slices - 1)]): Belief(
                        "slices are filled one after the other",
                        "Each slice gets its share of the batches."),
                     str([n] + [0] * (slices - 1)): Belief(
                         "a small list stays together", "It is cut as asked for.")})


@ask("coalesce_grows", 2, "coalesce to more partitions")
def _(v):
    have, want = v.pick((3, 8), (4, 10), (2, 6))
    run = v.run(f"""
        sc.parallelize(range(12), {have}).coalesce({want}).getNumPartitions()
        """)
    return v.number("What does the line give?", run.value,
                    "coalesce without a shuffle merges partitions; it cannot cut them. "
                    "repartition(n) is coalesce(n, shuffle=True).",
                    wrong={want: B.COALESCE_GROWS})


@ask("coalesce_stages", 1, "coalesce and stages")
def _(v):
    have, want = v.pick((8, 2), (6, 3), (10, 4))
    run = v.run(f"""
        sc.parallelize(range(100), {have}).map(lambda x: x + 1).coalesce({want}).count()
        """)
    return v.number("How many tasks run in all?", run.tasks,
                    f"No shuffle: one stage of {want} tasks, each of which computes several of the "
                    f"{have} partitions.",
                    wrong={have + want: Belief("coalesce shuffles", "Only repartition does."),
                           have: Belief("coalesce comes after the stage",
                                        "It is in the stage, and the stage has as many tasks as "
                                        "its last RDD has partitions.")})


@ask("repartition_stages", 1, "repartition and stages")
def _(v):
    have, want = v.pick((8, 2), (6, 3), (3, 5))
    run = v.run(f"""
        sc.parallelize(range(100), {have}).map(lambda x: x + 1).repartition({want}).count()
        """)
    return v.number("How many tasks run in all?", run.tasks,
                    f"repartition shuffles: {have} map tasks, then {want}.",
                    wrong={want: Belief("repartition is coalesce", "It is coalesce with a "
                                        "shuffle."), have: B.MAP_ONLY,
                           have * want: B.MAPPERS_TIMES_REDUCERS})


@ask("coalesce_one", 2, "coalesce(1) behind heavy work")
def _(v):
    have = v.pick(8, 20, 50)
    run = v.run(f"""
        heavy = sc.parallelize(range(1000), {have}).map(lambda x: x ** 5 % 97)
        heavy.coalesce(1).count()
        """)
    return v.what_if("Each element costs a second. What does coalesce(1) do to the run on many "
                     "cores?",
                     holds(run.tasks == 1, "One task computes everything, on one core."),
                     "It adds no shuffle, so the stage that computes the elements is the one with "
                     f"a single task. repartition(1) would keep {have} tasks for the work, and "
                     "shuffle.",
                     {f"Nothing: {have} tasks compute, then one more merges.": B.COALESCE_FREE,
                      "It adds a shuffle to one partition.": Belief(
                          "coalesce shuffles", "Only with shuffle=True."),
                      "It fails: there are more partitions than that.": B.COALESCE_GROWS})


@ask("coalesce_after_shuffle", 3, "coalesce(1) behind a reduceByKey")
def _(v):
    slices, reducers = v.pick((4, 6), (5, 4), (3, 8))
    run = v.run(f"""
        pairs = sc.parallelize(range(40), {slices}).map(lambda x: (x % 5, 1))
        pairs.reduceByKey(lambda a, b: a + b, {reducers}).coalesce(1).collect()
        """)
    return v.number("How many tasks run in all?", run.tasks,
                    f"The shuffle protects the map side: {slices} tasks. Its reduce side becomes "
                    f"one task that reads all {reducers} partitions.",
                    wrong={slices + reducers + 1: Belief("coalesce is a stage of its own",
                                                         "It is narrow."),
                           slices + reducers: B.COALESCE_FREE, 1: B.COALESCE_FREE})


@ask("repartition_batches", 3, "repartition of a few elements")
def _(v):
    n, want = v.pick((10, 4), (10, 5), (8, 3))
    run = v.run(f"""
        few = sc.parallelize(range({n}), 1).repartition({want})
        sum(size > 0 for size in few.glom().map(len).collect())
        """)
    return v.number("How many of the new partitions hold anything?", run.value,
                    "PySpark deals out batches of ten pickled elements, and here is only one "
                    "batch.",
                    wrong={want: B.REPARTITION_EVEN})


@ask("union_partitions", 1, "Partitions of a union")
def _(v):
    a, b = v.pick((2, 3), (4, 4), (1, 5))
    run = v.run(f"""
        left, right = sc.parallelize(range(6), {a}), sc.parallelize(range(6), {b})
        left.union(right).getNumPartitions()
        """)
    return v.number("What does the last line give?", run.value,
                    "A union puts the partitions of both side by side.",
                    wrong={max(a, b): Belief("a union has the partitions of the larger side",
                                             "None are merged."), a * b: Belief(
                        "partitions multiply", "So in cartesian().")})


@ask("hash_ints", 2, "Where an integer key goes")
def _(v):
    n, key = v.pick((4, 10), (5, 13), (3, 8), (4, -1), (5, -3))
    run = v.run(f"""
        pairs = sc.parallelize([({key}, "x")], 1).partitionBy({n})
        [len(part) for part in pairs.glom().collect()].index(1)
        """)
    return v.number(f"In which partition (from 0 on) does key {key} land?", run.value,
                    "portable_hash of an int is Python's hash, and the partition is hash mod n; "
                    "Python's mod is never negative"
                    + (", and hash(-1) is -2." if key == -1 else "."),
                    wrong={run.value + 1: Belief("partitions count from 1", "From 0 on."),
                           key % n: Belief("hash(n) is n", "But for -1, whose hash is -2."),
                           abs(key) % n: Belief("signs do not matter", "Python's -1 % 4 is 3.")})


@ask("hash_none", 3, "Where the key None goes")
def _(v):
    n = v.pick(3, 4, 5)
    run = v.run(f"""
        pairs = sc.parallelize([(None, "x")], 1).partitionBy({n})
        [len(part) for part in pairs.glom().collect()].index(1)
        """)
    return v.number("In which partition (from 0 on) does the key None land?", run.value,
                    "portable_hash(None) is 0, so that it is the same in every worker. All None "
                    "keys meet in partition 0: a classic cause of skew.",
                    wrong={n - 1: Belief("NULLs come last", "So in some sort orders; here a hash "
                                         "decides.")})


@ask("own_partitioner", 2, "A partition function of one's own")
def _(v):
    n, word = v.pick((4, "cat"), (3, "dog"), (5, "bee"))
    run = v.run(f"""
        pairs = sc.parallelize([("{word}", 1)], 1).partitionBy({n}, lambda w: ord(w[0]))
        [len(part) for part in pairs.glom().collect()].index(1)
        """)
    return v.number(f'In which partition (from 0 on) does "{word}" land? '
                    f'(ord("{word[0]}") is {ord(word[0])}.)', run.value,
                    f"partitionFunc(key) mod {n}: {ord(word[0])} % {n}.",
                    wrong={0: Belief("unknown keys go to partition 0", "Each goes by the "
                                     "function.")})


@ask("text_file_min", 2, "textFile of a small file")
def _(v):
    cores = v.pick(1, 2, 4)
    run = v.run("""
        sc.textFile(folder + "/notes.txt").getNumPartitions()
        """, files={"notes.txt": "a line of words\n" * 20}, master=f"local[{cores}]")
    return v.number("What does the line give?", run.value,
                    "textFile asks for min(spark.default.parallelism, 2) partitions at least.",
                    wrong={1: Belief("a small file is one partition", "So for spark.read.text."),
                           cores: B.TASK_PER_CORE, 2: Belief(
                        "always two", "Not if there is a single core."),
                        20: B.TASK_PER_ROW})


@ask("text_file_gz", 2, "textFile of a gzip file")
def _(v):
    import gzip
    want = v.pick(4, 6, 10)
    run = v.run(f"""
        sc.textFile(folder + "/notes.txt.gz", {want}).getNumPartitions()
        """, files={"notes.txt.gz": gzip.compress(b"a line of words\n" * 2000, mtime=0)})
    return v.number("What does the line give?", run.value,
                    "A gzip stream can be read only from its beginning, so the file is one "
                    "partition, whatever is asked for.",
                    wrong={want: B.GZ_SPLITS, 2: Belief("textFile gives two", "Of files that can "
                                                        "be split.")})


@ask("text_files_small", 3, "textFile of many small files")
def _(v):
    n = v.pick(5, 9, 17)
    run = v.run("""
        sc.textFile(folder + "/logs").getNumPartitions()
        """, files={f"logs/{i:02}.txt": "a line\n" * 3 for i in range(n)})
    return v.number(f"logs has {n} files of the same size. What does the line give?", run.value,
                    "Hadoop's splits never hold two files: at least one partition a file. "
                    "wholeTextFiles and spark.read pack small files together.",
                    wrong={2: Belief("small files are packed", "Not by textFile."),
                           4: B.TASK_PER_CORE})


@ask("csv_small_files", 3, "spark.read of many small files")
def _(v):
    n, cores = v.pick((6, 4), (12, 4), (10, 2))
    run = v.run("""
        spark.read.csv(folder + "/logs", "a INT, b INT").rdd.getNumPartitions()
        """, files={f"logs/{i:02}.csv": "1,2\n" * 3 for i in range(n)}, master=f"local[{cores}]")
    return v.number(f"logs has {n} files of a few bytes. What does the line give?", run.value,
                    "Each file counts as its few bytes plus spark.sql.files.openCostInBytes, 4 "
                    f"MiB: {n * 4} MiB in all, ÷ {cores} cores is {n * 4 / cores:g} MiB, between "
                    "openCostInBytes and maxPartitionBytes. A partition gets files until it holds "
                    f"that much: {math.ceil(n / cores)} of them.",
                    wrong={n: B.FILE_PER_TASK, 1: Belief("all small files are one partition",
                                                         "The cost of opening them spreads them "
                                                         "over cores."), cores: B.TASK_PER_CORE})


@ask("ten_gb", 1, "Partitions of a large file")
def _(v):
    gib, cores = v.pick((10, 8), (5, 4), (20, 16))
    run = v.run("""
        spark.read.text(folder + "/big.txt").rdd.getNumPartitions()
        """, files={"big.txt": gib * 1024 * MIB}, master=f"local[{cores}]")
    return v.number("What does the line give?", run.value,
                    f"{gib} GiB ÷ 128 MiB (spark.sql.files.maxPartitionBytes). The engine has cut "
                    "a file of that size, without reading it.",
                    wrong={200: B.TWO_HUNDRED, cores: B.TASK_PER_CORE, 1: B.FILE_PER_TASK,
                           gib * 16: Belief("a block is 64 MB", "So in early Hadoop; Spark cuts by "
                                            "maxPartitionBytes.")})


@ask("small_files_sum", 3, "A thousand small files")
def _(v):
    n, mib, cores = v.pick((1000, 1, 8), (400, 2, 4), (600, 1, 16))
    run = v.run("""
        spark.read.text(folder + "/logs").rdd.getNumPartitions()
        """, files={f"logs/{i:04}.txt": mib * MIB for i in range(n)}, master=f"local[{cores}]")
    each = n * (mib + 4) / cores
    return v.number("What does the line give?", run.value,
                    f"Each file costs {mib} + 4 MiB (openCostInBytes), so all are {n * (mib + 4):,}"
                    f" MiB; ÷ {cores} cores is {each:,.0f} MiB. So a partition may hold "
                    f"{min(128, each):,.0f} MiB (maxSplitBytes), of which each file takes "
                    f"{mib + 4}, the last one of a partition only its own {mib}.",
                    wrong={n: B.FILE_PER_TASK, math.ceil(n * mib / 128): B.CAP_BY_SIZE_ALONE,
                           cores: B.TASK_PER_CORE}, source="FilePartition.maxSplitBytes")


@ask("medium_file", 3, "One file of middling size on many cores")
def _(v):
    mib, cores = v.pick((100, 8), (60, 4), (96, 10))
    run = v.run("""
        spark.read.text(folder + "/big.txt").rdd.getNumPartitions()
        """, files={"big.txt": mib * MIB}, master=f"local[{cores}]")
    return v.number("What does the line give?", run.value,
                    f"bytesPerCore = ({mib} + 4) MiB ÷ {cores} = {(mib + 4) / cores:.1f} MiB, "
                    "which is more than 4 MiB (openCostInBytes) and less than 128 MiB "
                    f"(maxPartitionBytes), so the file is cut at that: {mib} MiB ÷ "
                    f"{(mib + 4) / cores:.1f} MiB, rounded up.",
                    wrong={1: B.CAP_BY_SIZE_ALONE, cores + 1: Belief(
                        "the opening cost makes one more partition",
                        "It makes pieces larger, not more of them.")},
                    source="FilePartition.maxSplitBytes")


@ask("gz_gigabyte", 1, "A large gzip file")
def _(v):
    gib, cores = v.pick((1, 8), (2, 16), (4, 10))
    run = v.run("""
        spark.read.text(folder + "/log.gz").rdd.getNumPartitions()
        """, files={"log.gz": gib * 1024 * MIB}, master=f"local[{cores}]")
    return v.number("What does the line give?", run.value,
                    "A gzip stream can be read only from its beginning: one task reads it all, on "
                    "one core, however large it is. (The file of this run was never opened: "
                    "its name tells how it must be read.)",
                    wrong={gib * 8: B.GZ_SPLITS, cores: B.TASK_PER_CORE})


@ask("write_files", 1, "Files of a write")
def _(v):
    parts = v.pick(3, 5, 6)
    run = v.run(f"""
        import glob
        spark.range(0, 100, 1, {parts}).write.parquet(folder + "/out")
        len(glob.glob(folder + "/out/*.parquet"))
        """)
    return v.number("What does the last line give?", run.value, "Each task writes a file.",
                    wrong={1: B.ONE_FILE_OUT, 100: B.TASK_PER_ROW, 4: B.TASK_PER_CORE})


@ask("write_partition_by", 2, "Files of write.partitionBy")
def _(v):
    parts, keys = v.pick((4, 3), (3, 5), (5, 2))
    run = v.run(f"""
        import glob
        df = spark.range(0, 60, 1, {parts}).selectExpr("id", "id % {keys} AS k")
        df.write.partitionBy("k").parquet(folder + "/out")
        len(glob.glob(folder + "/out/*/*.parquet"))
        """)
    return v.number("What does the last line give?", run.value,
                    f"Each of {parts} tasks meets all {keys} values and writes a file for each. "
                    'repartition("k") before the write would bring each value to one task.',
                    wrong={keys: Belief("partitionBy makes one file a value",
                                        "One folder a value; in it a file of each task that met "
                                        "it."), parts: Belief(
                        "a task writes one file", "One for each value that it meets."),
                           parts + keys: Belief("tasks and values add up", "They multiply.")})


@ask("write_repartitioned", 3, "Files of write.partitionBy after repartition")
def _(v):
    parts, keys = v.pick((4, 3), (3, 5), (5, 2))
    run = v.run(f"""
        import glob
        df = spark.range(0, 60, 1, {parts}).selectExpr("id", "id % {keys} AS k")
        df.repartition("k").write.partitionBy("k").parquet(folder + "/out")
        len(glob.glob(folder + "/out/*/*.parquet"))
        """)
    return v.number("What does the last line give?", run.value,
                    "Rows of a value meet in one task, which writes one file for it.",
                    wrong={parts * keys: Belief("repartition changes nothing about files",
                                                "It brings a value's rows together."),
                           1: B.ONE_FILE_OUT})


@ask("write_max_records", 2, "maxRecordsPerFile")
def _(v):
    rows, most = v.pick((100, 30), (90, 30), (50, 20))
    run = v.run(f"""
        import glob
        out = spark.range({rows}).coalesce(1).write.option("maxRecordsPerFile", {most})
        out.parquet(folder + "/out")
        len(glob.glob(folder + "/out/*.parquet"))
        """)
    return v.number("What does the last line give?", run.value,
                    f"One task writes {rows} rows, {most} a file.",
                    wrong={1: Belief("a task writes one file", "It starts another one when the "
                                     "limit is reached.")})


@ask("save_empty", 2, "saveAsTextFile with empty partitions")
def _(v):
    n, slices = v.pick((3, 5), (2, 6), (4, 7))
    run = v.run(f"""
        import glob
        sc.parallelize(range({n}), {slices}).saveAsTextFile(folder + "/out")
        len(glob.glob(folder + "/out/part-*"))
        """)
    return v.number("What does the last line give?", run.value,
                    "A file for each partition, empty ones too.",
                    wrong={n: Belief("empty partitions write nothing", "So DataFrames' writers; "
                                     "saveAsTextFile opens a file in each task."),
                           1: B.ONE_FILE_OUT})


@ask("glom_groups", 2, "Empty partitions behind a groupBy")
def _(v):
    keys, parts = v.pick((2, 8), (3, 8), (1, 6))
    run = v.run(f"""
        pairs = sc.parallelize(range(60), 3).map(lambda x: (x % {keys}, x))
        groups = pairs.groupByKey({parts})
        sum(1 for part in groups.glom().collect() if not part)
        """)
    return v.number("What does the last line give?", run.value,
                    f"{keys} key{'s' * (keys > 1)} can fill {keys} of {parts} partitions at most.",
                    wrong={0: Belief("a hash spreads data over all partitions",
                                     "It spreads keys."), keys: Belief(
                        "that many are empty", "So many are full, at most.")})
