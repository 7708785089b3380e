"""What the package asks of the engine: which RDDs it makes of which operators, which jobs it runs,
how they are named.  On a stand-in for the engine (fake_engine.py); whether the engine then does it
right is tested in test_rdd_*.py.
"""
import operator
import os
import re

import pytest

from rushlight import SparkConf, SparkContext
from rushlight._jobs import CALL_SITE_PROPERTY, RUN_JOB
from rushlight.errors import PySparkPicklingError

HERE = os.path.abspath(__file__)


@pytest.fixture
def sc(fake):
    with SparkContext("local[4]", "composition") as context:
        yield context


def asked(fake, what):
    return [call for call in fake.calls if call[0] == what]


def chains(fake):
    """The operators of every chain, in the order in which they became engine RDDs."""
    return [call[1] for call in asked(fake, "python_rdd")]


# ── parallelize: runs and slices ──
@pytest.mark.parametrize("n_elements,n_slices,lengths", [
    (10, 4, [[2], [2], [2], [2, 2]]),
    (7, 3, [[2], [2], [2, 1]]),
    (3, 5, [[], [1], [], [1], [1]]),
    (0, 2, [[], []]),
    (5000, 2, [[1024, 1024], [1024, 1024, 904]]),
])
def test_a_list_is_cut_in_runs_and_runs_in_slices(sc, fake, n_elements, n_slices, lengths):
    sc.parallelize(list(range(n_elements)), n_slices)
    assert asked(fake, "parallelize")[0][1] == lengths


def test_a_range_is_not_stored(sc, fake):
    rdd = sc.parallelize(range(0, 100, 7), 4)
    assert [len(part) for part in rdd.glom().collect()] == [3, 4, 4, 4]
    assert rdd.collect() == list(range(0, 100, 7))
    assert asked(fake, "parallelize")[0][1] == [[], [], [], []]
    assert chains(fake)[0] == ["mapPartitionsWithIndex", "glom"]


@pytest.mark.parametrize("collection", [[1, 2], (1, 2), {1, 2}, {1: "a", 2: "b"},
                                        (x for x in (1, 2)), iter([1, 2])])
def test_any_collection_will_do(sc, collection):
    assert sorted(sc.parallelize(collection, 2).collect()) == [1, 2]


# ── chains ──
def test_a_chain_is_one_flat_list_of_operators(sc, fake):
    rdd = sc.parallelize(["a b"]).flatMap(str.split).map(len).filter(bool).glom()
    assert not chains(fake)             # nothing is made before it is needed
    rdd.collect()
    rdd.collect()
    assert chains(fake) == [["flatMap", "map", "filter", "glom"]]


def test_a_chain_that_was_computed_is_still_extended_in_one_piece(sc, fake):
    first = sc.parallelize([1, 2]).map(operator.neg)
    first.collect()
    first.map(abs).collect()
    assert chains(fake) == [["map"], ["map", "map"]]
    assert [call[1][0] for call in asked(fake, "run_job")] == ["PythonRDD", "PythonRDD"]


def test_a_long_chain_needs_no_recursion(sc, fake):
    rdd = sc.parallelize([0], 1)
    for _ in range(10_000):
        rdd = rdd.map(abs)
    assert rdd.collect() == [0]
    assert len(chains(fake)[0]) == 10_000


def test_a_closure_is_taken_when_the_action_runs(sc):
    k = 1
    rdd = sc.parallelize([10]).map(lambda x: x + k)
    k = 2
    assert rdd.collect() == [12]


def test_steps_are_the_users_calls(sc, fake):
    lines = sc.parallelize(["a"], 2)
    lines.map(lambda w: (w, 1)).reduceByKey(operator.add).mapValues(str).collect()
    map_side, reduce_side = [[name for name, _ in call[4]] for call in asked(fake, "python_rdd")]
    assert map_side == ["map", "reduceByKey"]
    assert reduce_side == ["reduceByKey", "mapValues"]


def test_a_repeated_call_in_a_loop_is_a_step_each_time(sc, fake):
    rdd = sc.parallelize([1])
    for _ in range(3):
        rdd = rdd.map(abs)
    rdd.collect()
    assert [name for name, _ in asked(fake, "python_rdd")[0][4]] == ["map", "map", "map"]


# ── shuffles ──
def test_reduce_by_key(sc, fake):
    rdd = sc.parallelize([("a", 1)], 2).reduceByKey(operator.add)
    rdd.collect()
    assert chains(fake) == [["combine", "partition"], ["mergeCombiners"]]
    assert [call[2:4] for call in asked(fake, "python_rdd")] == [("pairs", True), ("runs", True)]
    assert asked(fake, "shuffled") == [("shuffled", 2, 0)]
    assert asked(fake, "run_job")[0][1] == ["PythonRDD", "MapPartitionsRDD", "ShuffledRDD",
                                            "PairwiseRDD", "PythonRDD", "ParallelCollectionRDD"]


def test_group_by_key(sc, fake):
    groups = sc.parallelize([("a", 1), ("a", 2)], 1).groupByKey().collect()
    assert chains(fake) == [["group", "partition"], ["mergeGroups", "mapValues"]]
    (key, values), = groups
    assert (key, list(values), len(values)) == ("a", [1, 2], 2)


def test_distinct_is_a_reduce_by_key(sc, fake):
    assert sorted(sc.parallelize([3, 1, 3], 2).distinct().collect()) == [1, 3]
    assert chains(fake) == [["map", "combine", "partition"], ["mergeCombiners", "keys"]]


def test_join_is_a_union_and_one_shuffle(sc, fake):
    left, right = sc.parallelize([("a", 1)], 2), sc.parallelize([("a", "x"), ("b", "y")], 3)
    assert left.join(right).collect() == [("a", (1, "x"))]
    assert asked(fake, "union") == [("union", ["PythonRDD", "PythonRDD"])]
    assert chains(fake) == [["tag"], ["tag"], ["group", "partition"],
                            ["mergeGroups", "joinSides"]]
    assert asked(fake, "shuffled") == [("shuffled", 5, 0)]


def test_the_default_number_of_reduce_partitions(fake):
    with SparkContext("local[4]", "x", conf=SparkConf().set("spark.default.parallelism", 7)) as sc:
        assert sc.parallelize([("a", 1)], 3).reduceByKey(max).getNumPartitions() == 7
    with SparkContext("local[4]", "x") as sc:
        assert sc.parallelize([("a", 1)], 3).reduceByKey(max).getNumPartitions() == 3
        assert sc.parallelize([("a", 1)], 3).reduceByKey(max, 2).getNumPartitions() == 2


# ── partitioners ──
def test_who_keeps_the_partitioner(sc):
    p = sc.parallelize([("a", 1)], 2).partitionBy(3)
    kept = {"mapValues": p.mapValues(str), "filter": p.filter(bool), "map": p.map(tuple),
            "flatMapValues": p.flatMapValues(str), "flatMap": p.flatMap(list), "keys": p.keys(),
            "values": p.values(), "keyBy": p.keyBy(str), "glom": p.glom(),
            "mapPartitions": p.mapPartitions(list), "reduceByKey": p.reduceByKey(max),
            "keeping": p.mapPartitions(list, preservesPartitioning=True),
            "keeping map": p.map(tuple, preservesPartitioning=True),
            "after a map": p.map(tuple).mapValues(str)}
    assert {name for name, rdd in kept.items() if rdd.partitioner is not None} == {
        "mapValues", "filter", "flatMapValues", "reduceByKey", "keeping", "keeping map"}


def test_partitioned_alike_already(sc, fake):
    p = sc.parallelize([("a", 1)], 2).partitionBy(3)
    assert p.partitionBy(3) is p
    p.reduceByKey(max).collect()
    assert len(asked(fake, "shuffled")) == 1
    assert p.partitionBy(4) is not p and p.partitionBy(3, len) is not p


def test_equal_functions_have_equal_identities(sc, fake):
    rdd = sc.parallelize([("a", 1)], 2)
    rdd.partitionBy(3, len)
    rdd.partitionBy(4, len)
    rdd.partitionBy(4, abs)
    rdd.partitionBy(4, lambda k: 0)
    numbers = [identity for _, _, identity in asked(fake, "shuffled")]
    assert numbers[0] == numbers[1] and len(set(numbers)) == 3 and 0 not in numbers


class _NotHashable:
    __hash__ = None

    def __eq__(self, other):
        return self is other

    def __call__(self, key):
        return 0


def test_the_identity_of_a_function_that_died_is_not_used_again(sc):
    seen = {sc._partitioner_identity(lambda k, i=i: i) for i in range(100)}
    seen.add(sc._partitioner_identity(_NotHashable()))
    assert len(seen) == 101


# ── unions and formats ──
def test_union_of_equal_formats_adds_no_chain(sc, fake):
    sc.union([sc.parallelize([1], 1), sc.parallelize([2], 1)]).collect()
    sc.textFile("x").union(sc.textFile("y")).count()
    assert [kinds for _, kinds in asked(fake, "union")] == [
        ["ParallelCollectionRDD"] * 2, ["MapPartitionsRDD"] * 2]


def test_union_of_different_formats_brings_both_to_the_chains(sc, fake):
    both = sc.textFile("x").union(sc.parallelize([1]))
    assert both.collect() == ["to be", "or not", 1]
    assert asked(fake, "union") == [("union", ["PythonRDD", "PythonRDD"])]
    assert chains(fake) == [[], []]


def test_lines_come_as_str_or_as_bytes(sc, fake):
    made = [sc.textFile("x", use_unicode=u).map(len)._engine() for u in (True, False)]
    assert [rdd.facts["read_as"] for rdd in made] == ["lines", "bytes"]


# ── jobs ──
def test_a_job_is_named_after_the_users_line(sc, fake):
    rdd = sc.parallelize([1, 2, 3], 2)
    rdd.sum(); line = _line()                                   # noqa: E702
    _, _, partitions, cause, properties, call = asked(fake, "run_job")[0]
    assert call[:2] == ("sum", f"sum at {HERE}:{line}")
    assert call[2].splitlines()[0] == f"test_a_job_is_named_after_the_users_line ({HERE}:{line})"
    assert (partitions, cause) == ([0, 1], "action")
    assert properties == {}


def test_take_looks_at_more_and_more_partitions(sc, fake):
    assert sc.parallelize(range(200), 200).filter(lambda x: x == 150).take(1) == [150]
    jobs = asked(fake, "run_job")
    assert [len(job[2]) for job in jobs] == [1, 4, 20, 100, 75]
    assert [job[3] for job in jobs] == ["action"] + ["take growth"] * 4


def test_take_guesses_from_what_it_has_found(sc, fake):
    sc.parallelize(range(100), 50).filter(lambda x: x % 9 == 0).take(5)
    assert [len(job[2]) for job in asked(fake, "run_job")] == [1, 4, 13, 15]


def test_take_is_named_as_in_spark_and_keeps_the_users_line(sc, fake):
    sc.parallelize([1], 1).first(); line = _line()              # noqa: E702
    _, _, _, _, properties, call = asked(fake, "run_job")[0]
    assert call[:2] == ("first", RUN_JOB)
    assert properties == {CALL_SITE_PROPERTY: f"first at {HERE}:{line}"}


def test_local_properties_go_with_the_job(sc, fake):
    sc.setJobGroup("g", "what it is")
    sc.setLocalProperty("mine", "7")
    sc.parallelize([1], 1).count()
    properties = asked(fake, "run_job")[0][4]
    assert properties["spark.jobGroup.id"] == "g" and properties["mine"] == "7"
    assert properties["spark.job.description"] == "what it is"
    sc.setLocalProperty("spark.jobGroup.id", None)
    sc.parallelize([1], 1).count()
    assert "spark.jobGroup.id" not in asked(fake, "run_job")[1][4]


def test_save_as_text_file(sc, fake):
    sc.parallelize([1], 2).saveAsTextFile("/x/out")
    _, lineage, path, properties, call = asked(fake, "save_as_text_file")[0]
    assert path == "/x/out"     # the elements go through the JVM in Spark, and that shows
    assert lineage == ["MapPartitionsRDD", "MapPartitionsRDD", "PythonRDD", "ParallelCollectionRDD"]
    assert call[:2] == ("saveAsTextFile", "runJob at SparkHadoopWriter.scala:85")
    assert re.fullmatch(r"saveAsTextFile at \S*/test_composition.py:\d+",
                        properties[CALL_SITE_PROPERTY])
    assert asked(fake, "python_rdd")[0][2] == "lines"


def test_transformations_alone_run_nothing(sc, fake):
    (sc.parallelize(range(100)).map(lambda x: (x % 3, x)).reduceByKey(max).join(
        sc.parallelize([(1, 2)])).distinct())
    assert not asked(fake, "run_job")


def test_names_of_composed_operators(sc, fake):
    """What an operator is composed of does not show."""
    rdd = sc.parallelize([("a", 1)], 1)
    rdd.join(rdd).distinct().collect()
    assert {name for call in asked(fake, "python_rdd") for name, _ in call[4]} == {
        "join", "distinct"}


# ── errors ──
def test_an_error_names_the_operator_that_cannot_be_pickled(sc):
    import threading
    lock = threading.Lock()
    line = _line() + 1
    rdd = sc.parallelize([1]).map(lambda x: lock).filter(bool)
    with pytest.raises(PySparkPicklingError) as caught:
        rdd.collect()
    assert "serialize object: TypeError: cannot pickle '_thread.lock'" in str(caught.value)
    assert f"map at {HERE}:{line}" in str(caught.value)


@pytest.mark.parametrize("use,condition", [
    (lambda sc, rdd: rdd.map(lambda x: rdd.count()), "RDD_TRANSFORM_ONLY_VALID_ON_DRIVER"),
    (lambda sc, rdd: rdd.map(lambda x: sc.version), "CONTEXT_ONLY_VALID_ON_DRIVER"),
])
def test_what_lives_on_the_driver_stays_there(sc, use, condition):
    with pytest.raises(PySparkPicklingError, match=condition):
        use(sc, sc.parallelize([1])).collect()


def _line():
    import sys
    return sys._getframe(1).f_lineno
