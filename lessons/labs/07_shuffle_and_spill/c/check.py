"""Shuffles of seeded rows through the student's writer, with much and with little memory."""
import os
import random

from rushlight.lesson.checks import check, fail, prediction

LITTLE = {"spark.testing.memory": "2m", "spark.testing.reservedMemory": "0"}
POOL = int(2 * 1024 * 1024 * 0.6)


def rows(seed, n, keys):
    """A generator of n pairs of about 1 kB, half of which zstd can do away with."""
    def make(part):
        source = random.Random(f"{seed} {part}")
        for i in range(n):
            yield keys(source, i), source.randbytes(500) + b"x" * 500
    return make


def anywhere(source, i):
    return source.randrange(1000)


def shuffle(case, plugin, n_rows, n_maps=3, n_reduces=4, conf=LITTLE, keys=anywhere):
    """What a job gets out of the shuffle, its trace, and the files while they are there."""
    conf = {**conf, "spark.local.dir": str(case.folder), "spark.rushlight.plugins": plugin}
    make = rows(case.seed, n_rows, keys)
    with case.context(conf=conf, plugin=False) as spark:
        sc = spark.sparkContext
        placed = sc.parallelize(range(n_maps), n_maps).flatMap(make).partitionBy(n_reduces)
        with case.trace(sc) as t:
            answer = placed.mapPartitionsWithIndex(digest).collect()
        files = {name: os.path.getsize(os.path.join(folder, name))
                 for folder, _, names in os.walk(case.folder) for name in names
                 if "shuffle" in name}
    return answer, t, files


def digest(partition, pairs):
    """A partition's number of rows, and one number that depends on all of them, not their order."""
    import zlib
    n = total = 0
    for key, value in pairs:
        n, total = n + 1, total + zlib.crc32(value, key)
    yield partition, n, total


def spilled(trace):
    return sum(stage.spilled["disk"] for job in trace.jobs for stage in job.stages)


def compare(case, n_rows, **more):
    right, _, _ = shuffle(case, case.reference_plugin, n_rows, **more)
    mine, t, files = shuffle(case, case.plugin, n_rows, **more)
    if mine != right:
        lost = sum(n for _, n, _ in right) - sum(n for _, n, _ in mine)
        fail(f"rows of each reduce partition: {[n for _, n, _ in mine]}, and should be "
             f"{[n for _, n, _ in right]}"
             + (f": {lost} rows are lost" if lost > 0 else f": {-lost} rows too many" if lost else
                ": as many, but others"))
    return t, files


# ── predictions ──
@prediction("files")
def files_of_job(case):
    _, _, files = shuffle(case, case.reference_plugin, 100, n_maps=3, n_reduces=50)
    return sum(name.endswith(".data") for name in files)


@prediction("fails")
def fails(case):
    answer, t, _ = shuffle(case, case.reference_plugin, 2500, n_maps=1)
    return "it is slower, and ends well" if spilled(t) > 0 and answer else "it fails"


# ── checks ──
@check("one data and one index file a map task", points=2, hidden=1)
def one_file_each(case):
    """With memory enough: all rows arrive where they belong, in two files a map task, however many
    reduce partitions there are."""
    n_maps, n_reduces = case.random.randrange(2, 4), case.random.randrange(3, 30)
    _, files = compare(case, 200, n_maps=n_maps, n_reduces=n_reduces)
    kinds = sorted(os.path.splitext(name)[1] for name in files)
    assert kinds == [".data"] * n_maps + [".index"] * n_maps, sorted(files)


@check("zstd", points=1, after="one_file_each")
def compressed(case):
    """Half of each row is one letter, over and over: the data files must be less than 0.7 of it."""
    _, files = compare(case, 600)
    size = sum(size for name, size in files.items() if name.endswith(".data"))
    whole = 3 * 600 * 1000
    assert size <= 0.7 * whole, f"{size:,} bytes in data files, of {whole:,} in rows"


@check("it spills, and loses nothing", points=4, hidden=1, after="one_file_each", seconds=20)
def spills(case):
    """Each map task has twice as many rows as memory has room for: they go to disk in between, and
    come back in the order of their partitions."""
    t, files = compare(case, 2500, n_maps=2)
    if spilled(t) == 0:
        fail("nothing was spilled")
    left = [name for name in files if name.startswith("temp_")]
    assert not left, f"files of spills are left behind: {', '.join(left)}"
    case.comment("informative", f"{spilled(t):,} bytes went to disk in between; the pool has "
                                f"{POOL:,}")


@check("partitions that are in spills alone", points=2, after="spills", seconds=20)
def all_partitions(case):
    """The last rows of a map task all belong to one reduce partition: the others must come out of
    the spills."""
    last = case.random.randrange(2)
    compare(case, 2250, n_maps=1, keys=lambda source, i: source.randrange(1000) * 4 + (
        3 - i // 750 if last else i // 750 * (i < 1500)))


@check("no spill without need", points=1, after="one_file_each")
def no_need(case):
    """The rows of a task fit into memory: nothing goes to disk before the end."""
    t, _ = compare(case, 300)
    t.assert_no_spill()
