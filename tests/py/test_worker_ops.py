"""Every op of a Python chain (py/ext/chain_ops.def), through a real worker: normal use, no input,
errors inside the user's functions."""
import itertools
import operator

import pytest
from worker_driver import WorkerUnderTest, lines_batch, runs_batch

pytest.importorskip("rushlight._worker")


@pytest.fixture
def worker():
    with WorkerUnderTest() as worker:
        yield worker


def double(x):
    return 2 * x


# chain, input elements, expected output elements
CASES = {
    "nothing to do": ([], [1, "a", None], [1, "a", None]),
    "map": ([("map", double)], [1, 2, "ab"], [2, 4, "abab"]),
    "map a builtin": ([("map", str)], [1, None], ["1", "None"]),
    "map a bound method": ([("map", {1: "one"}.get)], [1, 2], ["one", None]),
    "map a class": ([("map", complex)], [1], [1 + 0j]),
    "filter": ([("filter", lambda x: x % 2)], range(6), [1, 3, 5]),
    "filter by truth": ([("filter", lambda x: x)], [0, 1, "", "a", None, [], [0]], [1, "a", [0]]),
    "flatMap lists": ([("flatMap", str.split)], ["a b", "", "c"], ["a", "b", "c"]),
    "flatMap tuples": ([("flatMap", lambda x: (x,) * x)], [2, 0, 1], [2, 2, 1]),
    "flatMap generators": ([("flatMap", lambda n: (i for i in range(n)))], [2, 0, 1], [0, 1, 0]),
    "flatMap a str, a dict, a range": ([("flatMap", lambda x: x)], ["ab", {"k": 1}, range(2)],
                                       ["a", "b", "k", 0, 1]),
    "flatMap in flatMap": ([("flatMap", lambda x: [x, x + 10]), ("map", double),
                            ("flatMap", lambda x: (x, -x)), ("filter", lambda x: x != 4)],
                           [1, 2], [2, -2, 22, -22, -4, 24, -24]),
    "keyBy": ([("keyBy", len)], ["a", "bcd"], [(1, "a"), (3, "bcd")]),
    "mapValues": ([("mapValues", double)], [("a", 1), ["b", 2]], [("a", 2), ("b", 4)]),
    "flatMapValues": ([("flatMapValues", range)], [("a", 2), ("b", 0), ("c", 1)],
                      [("a", 0), ("a", 1), ("c", 0)]),
    "keys": ([("keys",)], [(1, 2), [3, 4], "xy", {0: "zero"}], [1, 3, "x", "zero"]),
    "values": ([("values",)], [(1, 2), [3, 4], "xy"], [2, 4, "y"]),
    "tag": ([("tag", 2)], [("a", 1), ["b", 2]], [("a", (2, 1)), ("b", (2, 2))]),
    "joinSides": ([("joinSides", False, False)],
                  [("a", [(1, "v"), (2, "x"), (1, "w"), (2, "y")]), ("b", [(1, "v")]),
                   ("c", [(2, "x")]), ["d", ((2, None), [1, None])], ("e", [])],
                  [("a", ("v", "x")), ("a", ("v", "y")), ("a", ("w", "x")), ("a", ("w", "y")),
                   ("d", (None, None))]),
    "joinSides, left filled": ([("joinSides", True, False)], [("b", [(1, "v")]), ("c", [(2, "x")])],
                               [("c", (None, "x"))]),
    "joinSides, right filled": ([("joinSides", False, True)], [("b", [(1, "v")]), ("c", [(2, "x")])],
                                [("b", ("v", None))]),
    "joinSides, then the rest": ([("joinSides", True, True), ("values",), ("filter", all)],
                                 [("a", [(1, 1), (1, 0), (2, 5)]), ("b", [(1, 1)])], [(1, 5)]),
    "group and merge": ([("group",), ("mergeGroups",), ("mapValues", sum)],
                        [("a", 1), ("b", 2), ("a", 3)], [("a", 4), ("b", 2)]),
    "combine and merge": ([("combine", None, operator.add, max), ("mergeCombiners", max)],
                          [("a", 1), ("b", 2), ("a", 3)], [("a", 4), ("b", 2)]),
    "glom": ([("glom",)], [1, 2], [[1, 2]]),
    "count": ([("count",)], range(1000), [1000]),
    "mapPartitions": ([("mapPartitions", lambda it: [sum(it)])], [1, 2, 3], [6]),
    "mapPartitions, a generator": ([("mapPartitions", lambda it: (x for x in it if x > 1))],
                                   [1, 2, 3], [2, 3]),
    "mapPartitions, its own argument": ([("mapPartitions", lambda it: it)], [1, 2], [1, 2]),
    "mapPartitions, nothing of it": ([("mapPartitions", lambda it: [])], range(99), []),
    "mapPartitions, some of it": ([("mapPartitions", lambda it: itertools.islice(it, 2))],
                                  range(99), [0, 1]),
    "mapPartitions behind mapPartitions": (
        [("mapPartitions", lambda it: map(double, it)), ("mapPartitions", sorted)], [3, 1], [2, 6]),
    "mapPartitionsWithIndex": ([("mapPartitionsWithIndex", lambda i, it: [(i, list(it))])],
                               [1, 2], [(0, [1, 2])]),
    "combine": ([("combine", None, operator.add, operator.add)], [("a", 1), ("b", 2), ("a", 3)],
                [("a", 4), ("b", 2)]),
    "combine, with create": ([("combine", lambda v: [v], lambda c, v: c + [v], operator.add)],
                             [("b", 1), ("a", 2), ("b", 3)], [("b", [1, 3]), ("a", [2])]),
    "combine, in place": ([("combine", lambda v: {v}, lambda c, v: c.add(v) or c, operator.or_)],
                          [(1, 2), (1, 3), (1, 2)], [(1, {2, 3})]),
    "combine, equal keys": ([("combine", None, operator.add, operator.add)],
                            [(1, "a"), (1.0, "b"), (True, "c"), ((1, None), "d"), ((1.0, None), "e")],
                            [(1, "abc"), ((1, None), "de")]),
    "combine any pairs": ([("combine", None, operator.add, operator.add)], [[1, 2], "ab", iter([1, 5])],
                          [(1, 7), ("a", "b")]),
    "combine to None": ([("combine", None, lambda a, b: None, max)], [(1, 1), (1, 2), (1, 3)],
                        [(1, None)]),
    "mergeCombiners": ([("mergeCombiners", operator.add)], [("a", [1]), ("a", [2]), ("b", [3])],
                       [("a", [1, 2]), ("b", [3])]),
    "group": ([("group",)], [("a", 1), ("b", 2), ("a", None)], [("a", [1, None]), ("b", [2])]),
    "mergeGroups": ([("mergeGroups",)], [("a", [1]), ("b", []), ("a", [2, 3])],
                    [("a", [1, 2, 3]), ("b", [])]),
    "group, then the rest": ([("group",), ("mapValues", sum), ("filter", lambda kv: kv[1] > 1),
                              ("keys",)], [("a", 1), ("b", 2), ("a", 3)], ["a", "b"]),
}


@pytest.mark.parametrize("name", CASES)
def test_op(worker, name):
    chain, elements, expected = CASES[name]
    elements = list(elements)
    answer = worker.run(chain, [runs_batch(elements[:1], elements[1:])])
    assert answer.objects == expected
    assert answer.done["objectsOut"] == len(expected)


@pytest.mark.parametrize("name", CASES)
def test_op_without_input(worker, name):
    chain = CASES[name][0]
    expected = {"glom": [[]], "count": [0], "mapPartitions": [0], "mapPartitionsWithIndex": [(0, [])]}
    for batches in ([], [runs_batch()], [runs_batch([], [])]):
        answer = worker.run(chain, batches)
        assert answer.objects == expected.get(name, [])
        assert answer.done["objectsIn"] == 0


def test_partition_by_function(worker):
    answer = worker.run([("partition", 3, lambda k: k)], [runs_batch([(4, "a"), (2, "b"), (-2, "c")])],
                        output="pairs")
    assert answer.runs == [(1, [(4, "a"), (-2, "c")]), (2, [(2, "b")])]


@pytest.mark.parametrize("key,expected", [
    (10**30, 10**30 % 7), (-10**30, -10**30 % 7), (True, 1), (-1, 6), (2**63 - 1, (2**63 - 1) % 7),
    (-2**63, -2**63 % 7)])
def test_partition_of_any_int(worker, key, expected):
    answer = worker.run([("partition", 7, lambda k: key)], [runs_batch([("a", 1)])], output="pairs")
    assert answer.runs == [(expected, [("a", 1)])]


class Index:
    """As NumPy's integers are."""

    def __init__(self, number):
        self.number = number

    def __index__(self):
        return self.number


def test_partition_of_what_is_like_an_int(worker):
    answer = worker.run([("partition", 7, Index)], [runs_batch([(10, 1), (-1, 2)])], output="pairs")
    assert answer.runs == [(3, [(10, 1)]), (6, [(-1, 2)])]


@pytest.mark.parametrize("function,error", [
    (lambda k: k / 2, "TypeError: a partition function must return an int, not float"),
    (lambda k: None, "TypeError: a partition function must return an int, not NoneType"),
    (lambda k: 1 // 0, "ZeroDivisionError")])
def test_partition_function_fails(worker, function, error):
    answer = worker.run([("partition", 2, function)], [runs_batch([(1, 1)])], output="pairs")
    assert error in answer.error["traceback"]


def test_partition_of_no_pair(worker):
    answer = worker.run([("partition", 2, None)], [runs_batch([7])], output="pairs")
    assert "cannot unpack non-iterable int object" in answer.error["traceback"]
    answer = worker.run([("partition", 2, None)], [runs_batch([([], 1)])], output="pairs")
    assert "unhashable type: 'list'" in answer.error["traceback"]


def fail(*_):
    raise LookupError("not here")


@pytest.mark.parametrize("op", [
    ("map", fail), ("filter", fail), ("flatMap", fail), ("keyBy", fail), ("mapValues", fail),
    ("flatMapValues", fail), ("mapPartitions", fail), ("mapPartitionsWithIndex", fail),
    ("combine", fail, max, max), ("combine", None, fail, max), ("mergeCombiners", fail),
    ("partition", 2, fail)], ids=lambda op: op[0])
def test_function_raises(worker, op):
    answer = worker.run([op], [runs_batch([(1, 2), (1, 3)])],
                        output="pairs" if op[0] == "partition" else "runs")
    assert answer.error["class"] == "LookupError"
    assert answer.error["traceback"].endswith("LookupError: not here\n")
    assert worker.run([("map", double)], [runs_batch([4])]).objects == [8]


@pytest.mark.parametrize("op", [
    ("map", fail), ("filter", fail), ("flatMap", fail), ("keyBy", fail), ("mapValues", fail),
    ("flatMapValues", fail), ("combine", fail, max, max), ("combine", None, fail, max),
    ("mergeCombiners", fail)], ids=lambda op: op[0])
def test_function_raises_stop_iteration(worker, op):
    """It would end a loop quietly, and the rest of the partition would be missing."""
    def stop(*_):
        raise StopIteration("enough")

    op = tuple(stop if part is fail else part for part in op)
    answer = worker.run([op], [runs_batch([(1, 2), (1, 3), (2, 4)])])
    assert answer.error["class"] == "rushlight.errors.base.PySparkRuntimeError"
    assert "STOP_ITERATION_OCCURRED" in answer.error["traceback"]
    assert 'raise StopIteration("enough")' in answer.error["traceback"]


@pytest.mark.parametrize("element,error", [
    (5, "TypeError: cannot unpack non-iterable int object"),
    ((1,), "ValueError: not enough values to unpack (expected 2, got 1)"),
    ((), "ValueError: not enough values to unpack (expected 2, got 0)"),
    ((1, 2, 3), "ValueError: too many values to unpack (expected 2)"),
    (([1], 2), "TypeError: unhashable type: 'list'")])
@pytest.mark.parametrize("op", [("combine", None, operator.add, operator.add), ("group",), ("mergeGroups",)],
                         ids=lambda op: op[0])
def test_not_a_pair(worker, op, element, error):
    answer = worker.run([op], [runs_batch([("a", [])], [element])])
    assert error in answer.error["traceback"]


@pytest.mark.parametrize("op,error", [
    (("keys",), "TypeError: 'int' object is not subscriptable"),
    (("mapValues", double), "TypeError: 'int' object is not subscriptable"),
    (("flatMap", double), "TypeError: 'int' object is not iterable"),
    (("mapPartitions", lambda it: 5), "TypeError: 'int' object is not iterable"),
    (("mapPartitions", lambda it: None), "TypeError: 'NoneType' object is not iterable"),
    (("map", None), "TypeError: 'NoneType' object is not callable")])
def test_wrong_types(worker, op, error):
    assert error in worker.run([op], [runs_batch([5])]).error["traceback"]


def test_merged_groups_must_be_lists(worker):
    answer = worker.run([("mergeGroups",)], [runs_batch([(1, (2,)), (1, (3,))])])
    assert "TypeError: groups to be merged must be lists" in answer.error["traceback"]


class Explosive:
    """A key whose comparison, or a value whose truth, raises."""

    def __hash__(self):
        return 1

    def __eq__(self, other):
        raise OverflowError("do not compare")

    def __bool__(self):
        raise OverflowError("do not ask")


def test_keys_and_truth_that_raise(worker):
    elements = [runs_batch([1, 2])]
    answer = worker.run([("map", lambda x: (Explosive(), x)), ("group",)], elements)
    assert "OverflowError: do not compare" in answer.error["traceback"]
    answer = worker.run([("filter", lambda x: Explosive())], elements)
    assert "OverflowError: do not ask" in answer.error["traceback"]


def test_iterators_that_raise(worker):
    def broken(x):
        yield x
        raise OSError("half way")

    for op in (("flatMap", broken), ("mapPartitions", lambda it: broken(1)),
               ("flatMapValues", broken)):
        answer = worker.run([op], [runs_batch([(1, 2)])])
        assert "OSError: half way" in answer.error["traceback"]


# ── input and output kinds ──
def test_lines(worker):
    answer = worker.run([("map", lambda line: (type(line).__name__, line))],
                        [lines_batch(["a", "", "grün 日本 \U0001f600", "x" * 100])], input="lines")
    assert answer.objects == [("str", "a"), ("str", ""), ("str", "grün 日本 \U0001f600"),
                              ("str", "x" * 100)]


def test_lines_that_are_no_utf8(worker):
    answer = worker.run([], [lines_batch([b"a\xffb", b"\xe2\x82", b"ok" * 20 + b"\x80"])],
                        input="lines")
    assert answer.objects == ["a\ufffdb", "\ufffd", "ok" * 20 + "\ufffd"]


def test_lines_as_bytes(worker):
    answer = worker.run([], [lines_batch([b"a\xff", b""])], input="bytes")
    # Not the bytes of the file: as Java decodes them, and encodes them again.
    assert answer.objects == ["a\ufffd".encode(), b""]


def test_output_lines(worker):
    answer = worker.run([], [runs_batch(["grün", b"\xff\x00", 5, None, ("a", 1), "two\nlines"])],
                        output="lines")
    assert [row[0] for row in answer.rows] == [
        "grün".encode(), b"\xff\x00", b"5", b"None", b"('a', 1)", b"two\nlines"]


def test_output_lines_with_a_lone_surrogate(worker):
    answer = worker.run([], [runs_batch(["\ud800"])], output="lines")
    assert answer.error["class"] == "UnicodeEncodeError"


# ── commands that make no sense ──
@pytest.mark.parametrize("chain", [
    "map", [5], [()], [("juggle", double)], [("map",)], [("map", double, double)],
    [("partition", 2, None), ("map", double)], [("partition", 0, None)], [("partition", -1, None)],
    [("partition", "two", None)], [("map", double)]])
def test_wrong_commands(worker, chain):
    answer = worker.run(chain, [runs_batch([(1, 2)])], output="pairs")
    assert answer.error["class"] in ("ValueError", "TypeError")
    assert worker.run([], [runs_batch([1])]).objects == [1]


def test_partition_where_runs_are_wanted(worker):
    answer = worker.run([("partition", 2, None)], [runs_batch([(1, 2)])])
    assert answer.error["class"] == "ValueError"


def test_command_that_does_not_unpickle(worker):
    answer = worker.run(None, command=b"cthere_is_no_such_module\nname\n.")
    assert answer.error["class"] == "ModuleNotFoundError"
    assert worker.run([], [runs_batch([1])]).objects == [1]


# ── long chains ──
def test_a_long_chain_of_elements(worker):
    assert worker.run([("map", increment)] * 20_000, [runs_batch([1, 2])]).objects == [20_001, 20_002]


def test_a_long_chain_of_partitions(worker):
    """Each op is one call deep in the next: too many are an error, not a crash."""
    chain = [("mapPartitions", same), ("map", increment)]
    assert worker.run(chain * 200, [runs_batch([1])]).objects == [201]
    assert worker.run(chain * 50_000, [runs_batch([1])]).error["class"] == "RecursionError"
    assert worker.run([("group",), ("values",), ("mapPartitions", enumerate)] * 100,
                      [runs_batch([(1, 2)])]).error is None


def increment(x):
    return x + 1


def same(iterator):
    return iterator


# ── order of effects ──
def test_functions_of_partitions_are_called_from_the_source_on(worker):
    def chain():
        seen = []

        def first(it):
            seen.append("first")
            return it

        def second(it):
            seen.append("second")
            return it

        return [("mapPartitions", first), ("mapPartitions", second),
                ("mapPartitions", lambda it: [list(seen)])]

    assert worker.run(chain(), [runs_batch([1])]).objects == [["first", "second"]]


def test_every_function_is_called_once_an_element(worker):
    def chain():
        calls = []

        def note(x):
            calls.append(x)
            return x

        return [("map", note), ("filter", lambda x: x != 1), ("flatMap", lambda x: [x] * 2),
                ("mapPartitions", lambda it: [len(list(it)), list(calls)])]

    assert worker.run(chain(), [runs_batch(range(3))]).objects == [4, [0, 1, 2]]
