"""coalesce, repartition, zip, cartesian: what lies where, and in which order, is PySpark's.

The values are those that PySpark 4.3 gave for the same programs.
"""
import pytest

from rushlight.errors import IllegalArgumentException, PythonException


# ── coalesce ──
@pytest.mark.parametrize("before, wanted, expected", [
    (6, 4, [[0], [1, 2], [3], [4, 5]]), (7, 3, [[0, 1], [2, 3], [4, 5, 6]]),
    (5, 5, [[0], [1], [2], [3], [4]]), (10, 3, [[0, 1, 2], [3, 4, 5], [6, 7, 8, 9]]),
    (3, 8, [[0], [1], [2]]), (1, 1, [[0]])])
def test_neighbours_go_together(sc, before, wanted, expected):
    assert sc.parallelize(range(before), before).coalesce(wanted).glom().collect() == expected


def test_coalesce_keeps_the_kind_of_records(sc, tmp_path):
    path = tmp_path / "lines.txt"
    path.write_text("a\nb\nc\n")
    assert sc.textFile(str(path), 3).coalesce(1).map(len).collect() == [1, 1, 1]
    assert sc.textFile(str(path), 3).coalesce(2, True).count() == 3
    both = sc.parallelize([1, 2], 2).zip(sc.parallelize("ab", 2)).coalesce(1)
    assert both.collect() == [(1, "a"), (2, "b")]


@pytest.mark.parametrize("shuffle", [False, True])
@pytest.mark.parametrize("number", [0, -1])
def test_a_number_that_is_none(sc, number, shuffle):
    with pytest.raises(ValueError, match="Number of partitions must be positive."):
        sc.parallelize([1], 1).coalesce(number, shuffle)


@pytest.mark.parametrize("number", ["2", None, 2.0])
def test_what_is_no_number(sc, number):
    with pytest.raises(TypeError):
        sc.parallelize([1], 1).coalesce(number)


def test_nothing(sc):
    assert sc.emptyRDD().coalesce(3).getNumPartitions() == 0
    assert sc.emptyRDD().repartition(3).glom().collect() == [[], [], []]


# ── repartition ──
@pytest.mark.parametrize("elements, before, after, sizes", [
    (20, 2, 5, [0, 0, 0, 0, 20]), (100, 4, 3, [35, 35, 30]), (1000, 7, 4, [260, 266, 239, 235]),
    (500, 3, 16, [37, 30, 30, 30, 43] + [30] * 11), (500, 12, 7, [53, 41, 73, 82, 81, 100, 70]),
    (300, 2, 64, [0] * 16 + [20] * 15 + [0] * 33)])
def test_runs_of_ten_are_dealt_out(sc, elements, before, after, sizes):
    dealt = sc.parallelize(range(elements), before).repartition(after)
    assert [len(part) for part in dealt.glom().collect()] == sizes


def test_what_is_dealt_where(sc):
    found = sc.parallelize(range(100), 4).repartition(3).glom().collect()
    runs = [[(part[i], part[i + 1]) for i in range(0, len(part) - 1, 5)] for part in found]
    assert runs == [
        [(0, 1), (5, 6), (45, 46), (60, 61), (65, 66), (75, 76), (80, 81)],
        [(10, 11), (15, 16), (25, 26), (30, 31), (70, 71), (85, 86), (90, 91)],
        [(20, 21), (35, 36), (40, 41), (50, 51), (55, 56), (95, 96)]]


def test_lineage_of_a_repartition(sc):
    lines = sc.parallelize(range(20), 2).repartition(5).toDebugString().decode().splitlines()
    assert [line.split("[")[0].split()[-1] for line in lines] == [
        "MapPartitionsRDD", "CoalescedRDD", "ShuffledRDD", "MapPartitionsRDD", "PythonRDD",
        "ParallelCollectionRDD"]
    assert all(" at coalesce at " in line for line in lines[:5])
    # A list that is in runs of ten already is not brought to them.
    lines = sc.parallelize(list(range(20)), 2).repartition(5).toDebugString().decode().splitlines()
    assert len(lines) == 5


# ── zip ──
def test_zip(sc):
    a, b = sc.parallelize(range(300), 2), sc.parallelize(range(300, 600), 2).map(lambda x: x)
    assert a.zip(b).collect() == [(i, i + 300) for i in range(300)]
    assert [len(part) for part in a.zip(b).glom().collect()] == [150, 150]


def test_zip_of_a_zip(sc):
    numbers = sc.parallelize(range(4), 1)
    assert numbers.zip(sc.parallelize("abcd", 1)).zip(numbers).collect() == [
        ((0, "a"), 0), ((1, "b"), 1), ((2, "c"), 2), ((3, "d"), 3)]
    pairs = numbers.zip(numbers)
    assert pairs.zip(pairs).collect()[3] == ((3, 3), (3, 3))


def test_zip_adds_no_chain_to_runs_of_equal_length(sc):
    a, b = sc.parallelize([1, 2, 3, 4], 2), sc.parallelize("abcd", 2)
    assert "PythonRDD" not in a.zip(b).toDebugString().decode()
    assert "ZippedPartitionsRDD2" in a.zip(b).toDebugString().decode()
    assert a.zip(sc.parallelize(range(4), 2)).toDebugString().decode().count("PythonRDD") == 2


def test_zip_of_what_does_not_fit(sc):
    with pytest.raises(ValueError, match="Can only zip with RDD which has the same number of part"):
        sc.parallelize([1], 1).zip(sc.parallelize([1, 2], 2))
    unequal = sc.parallelize(range(10), 1).zip(sc.parallelize(range(11), 1))
    with pytest.raises(ValueError, match=r"different number of items in batches: \(10, 11\)"):
        unequal.collect()
    with pytest.raises(PythonException, match=r"different number of items in batches: \(10, 11\)"):
        unequal.count()
    with pytest.raises(IllegalArgumentException, match="same number of elements in each partition"):
        sc.parallelize(range(100), 1).zip(sc.parallelize(range(201), 1)).collect()


# ── cartesian ──
def test_cartesian_goes_run_by_run(sc):
    found = sc.parallelize(range(7), 1).cartesian(sc.parallelize(list("abcde"), 2)).glom().collect()
    assert found[0] == [(i, c) for i in range(7) for c in "ab"]
    assert found[1] == [
        (0, "c"), (0, "d"), (0, "e"), (1, "c"), (1, "d"), (2, "c"), (2, "d"), (1, "e"), (2, "e"),
        (3, "c"), (3, "d"), (4, "c"), (4, "d"), (5, "c"), (5, "d"), (6, "c"), (6, "d"),
        (3, "e"), (4, "e"), (5, "e"), (6, "e")]


def test_cartesian_of_a_cartesian(sc):
    a, b = sc.parallelize(list(range(4)), 1).map(lambda x: x), sc.parallelize(list("ab"), 1)
    c = sc.parallelize([1, 2, 3], 1).map(lambda x: x)
    found = a.cartesian(b).cartesian(c).collect()
    assert found[:8] == [((0, "a"), 1), ((0, "b"), 1), ((0, "a"), 2), ((0, "a"), 3), ((0, "b"), 2),
                         ((0, "b"), 3), ((1, "a"), 1), ((1, "b"), 1)]
    assert len(set(found)) == len(found) == 24


def test_cartesian_of_lines_and_of_a_zip(sc, tmp_path):
    path = tmp_path / "lines.txt"
    path.write_text("x\ny\n")
    lines = sc.textFile(str(path), 1)
    assert lines.cartesian(lines).collect() == [("x", "x"), ("x", "y"), ("y", "x"), ("y", "y")]
    zipped = sc.parallelize(range(2), 1).zip(sc.parallelize("ab", 1))
    assert zipped.cartesian(sc.parallelize(range(2), 1)).collect() == [
        ((0, "a"), 0), ((1, "b"), 0), ((0, "a"), 1), ((1, "b"), 1)]


def test_cartesian_with_nothing(sc):
    a = sc.parallelize([1, 2], 2)
    assert a.cartesian(sc.parallelize([], 2)).collect() == []
    assert a.cartesian(sc.emptyRDD()).getNumPartitions() == 0


def test_union_of_products(sc):
    a, b = sc.parallelize([1], 1), sc.parallelize("x", 1)
    assert a.cartesian(b).union(a.cartesian(b)).collect() == [(1, "x"), (1, "x")]
    assert a.cartesian(b).union(a.zip(b)).union(a).collect() == [(1, "x"), (1, "x"), 1]


def test_a_failing_side_fails_the_task(sc):
    broken = sc.parallelize([1], 1).map(lambda x: 1 / 0)
    for rdd in (broken.zip(broken), broken.cartesian(broken),
                sc.parallelize([1], 1).cartesian(broken), broken.repartition(2)):
        with pytest.raises(PythonException, match="ZeroDivisionError"):
            rdd.collect()


# ── coalesce by place: what PySpark 4.3 did on local[2] ──
def test_coalesce_knows_what_the_job_before_last_kept(sc):
    kept = sc.parallelize(range(10), 10).cache()
    kept.count()
    # While a job runs and until the next one, the driver goes by what it saw when it began.
    assert kept.coalesce(3).glom().collect() == [[0, 1, 2], [3, 4, 5], [6, 7, 8, 9]]
    assert kept.coalesce(3).glom().collect() == [[0, 3, 6, 9], [1, 4, 7], [2, 5, 8]]
    assert kept.map(int).coalesce(4).glom().collect() == [[0, 3, 8], [1, 4, 9], [2, 5], [6, 7]]
    kept.unpersist(blocking=True)
    assert kept.coalesce(3).glom().collect() == [[0, 1, 2], [3, 4, 5], [6, 7, 8, 9]]


def test_coalesce_goes_where_a_shuffle_is(sc):
    sums = sc.parallelize([(i, i) for i in range(20)], 5).reduceByKey(lambda a, b: a, 8)
    assert sums.coalesce(3).keys().glom().map(len).collect() == [6, 8, 6]
    assert sums.coalesce(3).keys().glom().collect() == [
        [0, 8, 16, 2, 10, 18], [1, 9, 17, 4, 12, 6, 14], [3, 11, 19, 5, 13, 7, 15]]
