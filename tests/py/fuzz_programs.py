"""Random RDD programs: `program(seed)` is the text of one, the same for a seed in every Python.

    python fuzz_programs.py 100 200 > programs.json     {"p100": text, …}; fuzz_record.py runs them

A program is straight-line code over `sc`, `tmp` and the helpers of fuzz_helpers.py: a few sources,
a dozen transformations of what is there, and an action now and then, so that later jobs find
shuffles that ran already.  What an action gives goes to `see`, an error as its class and words.

Elements have a kind, by which the next operator is chosen:

    n numbers    s strings    p (number, number)    w (string, number)    g (key, list of values)
"""
import json
import random
import sys

SIZES = (0, 1, 2, 3, 5, 7, 10, 16, 33, 100)
COUNTS = (1, 2, 3, 4, 5, 8)


class Writer:
    """Writes a program: knows which variable holds elements of which kind."""

    def __init__(self, seed):
        self.r = random.Random(seed)
        self.lines, self.kinds = [], {}

    def new(self, kind, text):
        name = f"r{len(self.kinds)}"
        self.kinds[name] = kind
        self.lines.append(f"{name} = {text}")
        return name

    def one_of(self, kinds):
        """A variable of one of these kinds, later ones more often; None if there is none."""
        names = [name for name, kind in self.kinds.items() if kind in kinds]
        return self.r.choice(names[-4:] if self.r.random() < 0.7 else names) if names else None

    def see(self, text):
        self.lines.append(f"see(lambda: {text})")

    # ── sources ──
    def source(self):
        r = self.r
        n, parts = r.choice(SIZES), r.choice(COUNTS)
        mod = r.choice((2, 3, 7, 1000))
        sort = r.randrange(12)
        if sort == 0:
            return self.new("n", f"sc.parallelize(range({n}), {parts})")
        if sort == 1:
            return self.new("n", f"sc.range({r.randrange(5)}, {n}, {r.choice((1, 2, 3))}, {parts})")
        if sort == 2:
            return self.new("n", f"sc.parallelize([i * 37 % {mod} for i in range({n})])")
        if sort in (3, 4):
            return self.new("n", f"sc.parallelize([i * 37 % {mod} for i in range({n})], {parts})")
        if sort in (5, 6):
            return self.new(
                "p", f"sc.parallelize([(i * 7 % {mod}, i) for i in range({n})], {parts})")
        if sort == 7:
            return self.new(
                "w", f"sc.parallelize([('k%d' % (i % {mod}), i) for i in range({n})], {parts})")
        if sort == 8:
            return self.new("s", f"sc.parallelize(WORDS[:{n}], {parts})")
        if sort == 9:
            return self.new("n", r.choice(("sc.emptyRDD()", "sc.parallelize([], 3)")))
        text = r.choice(("TEXT", "CRLF", "ODD", "''", "TEXT * 40", "'one'"))
        if sort == 10:
            split = r.choice(("", ", 1", ", 5", ", 9", ", use_unicode=True"))
            return self.new("s", f"sc.textFile(write(tmp, {text}){split})")
        count = r.choice(("", ", 1", ", 3"))
        return self.new("s", f"sc.wholeTextFiles(folder(tmp, {text}){count}).values()")

    # ── transformations ──
    def any_kind(self):
        r, a = self.r, self.one_of("nspwg")
        kind = self.kinds[a]
        parts = r.choice(COUNTS)
        seed, fraction = r.randrange(100), r.choice((0.1, 0.3, 0.5, 0.9))
        again = self.one_of(kind)
        other = self.one_of("nspw")
        forms = [
            (kind, f"{a}.coalesce({parts})"),
            (kind, f"{a}.coalesce({parts}, True)"),
            (kind, f"{a}.repartition({parts})"),
            (kind, f"{a}.union({again})"),
            (kind, f"sc.union([{a}, {again}, {self.one_of(kind)}])"),
            (kind, f"{a} + {again}"),
            (kind, f"{a}.sample(False, {fraction}, {seed})"),
            (kind, f"{a}.sample(True, {r.choice((0.5, 1.5, 3.0))}, {seed})"),
            (kind, f"{a}.randomSplit([{fraction}, 1.0], {seed})[{r.randrange(2)}]"),
            (kind, f"{a}.filter(lambda x: len(str(x)) % 2 == {r.randrange(2)})"),
            (kind, f"{a}.mapPartitions(lambda it: list(it)[::-1])"),
            (kind, f"{a}.mapPartitions(lambda it: it, preservesPartitioning=True)"),
            (kind, f"{a}.mapPartitionsWithIndex(lambda i, it: [x for x in it if i % 2 == 0])"),
            (kind, f"{a}.zipWithIndex().keys()"),
            (kind, f"{a}.zipWithUniqueId().filter(lambda x: x[1] % 3).keys()"),
            (kind, f"{a}.sortBy(lambda x: str(x), {r.random() < .6}, {r.choice((None, parts))})"),
            (kind, f"{a}.glom().flatMap(lambda x: x)"),
            ("n", f"{a}.map(lambda x: len(str(x)))"),
            ("p", f"{a}.map(lambda x: len(str(x))).zipWithIndex()"),
            ("n", f"{a}.mapPartitions(lambda it: [len(list(it))])"),
            ("n", f"{a}.mapPartitionsWithIndex(lambda i, it: [i] * len(list(it)))"),
            ("w", f"{a}.keyBy(lambda x: str(x)[:2]).mapValues(lambda v: len(str(v)))"),
            ("s", f"{a}.map(str)"),
            ("s", f"{a}.cartesian({other}).map(lambda x: str(x[0])[:2])"),
            ("s", f"{a}.zip({again}).map(lambda x: str(x)[:5])"),
            ("s", f"{a}.pipe('cat')"),
            (kind, f"{a}.persist()"),
            (kind, f"{a}.cache()"),
            (kind, f"checkpointed({a})"),
            ("s", f"sc.textFile(saved({a}, tmp))"),
            (kind, f"sc.pickleFile(pickled({a}, tmp), {parts})"),
        ]
        if kind != "g":
            forms += [
                (kind, f"{a}.distinct()"), (kind, f"{a}.distinct({parts})"),
                (kind, f"{a}.intersection({again})"), (kind, f"{a}.subtract({again})"),
                (kind, f"{a}.subtract({again}, {parts})"),
                ("g", f"{a}.groupBy(lambda x: len(str(x))).mapValues(list)"),
                ("g", f"{a}.groupBy(lambda x: len(str(x)), {parts}).mapValues(sorted)"),
            ]
        self.new(*r.choice(forms))

    def numbers_or_text(self):
        r = self.r
        a = self.one_of("ns")
        if a is None:
            return self.source()
        if self.kinds[a] == "n":
            forms = [("n", f"{a}.map(lambda x: x * 3)"), ("p", f"{a}.map(lambda x: (x % 5, x))"),
                     ("n", f"{a}.filter(lambda x: x > {r.choice((0, 3, 50))})"),
                     ("n", f"{a}.flatMap(range)"), ("w", f"{a}.map(lambda x: ('n%d' % x, x))"),
                     ("p", f"{a}.keyBy(lambda x: x % 3)")]
        else:
            forms = [("s", f"{a}.flatMap(str.split)"), ("w", f"{a}.map(lambda x: (x, 1))"),
                     ("w", f"{a}.flatMap(lambda x: [(c, len(x)) for c in x])"),
                     ("n", f"{a}.map(len)"), ("s", f"{a}.map(str.upper)"),
                     ("s", f"{a}.filter(bool)")]
        return self.new(*r.choice(forms))

    def pairs(self):
        r = self.r
        a = self.one_of("pw")
        if a is None:
            return self.numbers_or_text()
        kind = self.kinds[a]
        b = self.one_of(kind)
        n = r.choice(("", f", {r.choice(COUNTS)}"))
        alone = n[2:]
        order = r.choice(("", f"{r.random() < .5}", f"True, {r.choice(COUNTS)}",
                          f"False, {r.choice(COUNTS)}", "True, None, lambda k: str(k)[-1]",
                          f"False, {r.choice(COUNTS)}, lambda k: str(k)"))
        add = "lambda x, y: x + y"
        part = r.choice(COUNTS)
        forms = [
            (kind, f"{a}.reduceByKey({add}{n})"), (kind, f"{a}.foldByKey(0, {add}{n})"),
            (kind, f"{a}.aggregateByKey(1, {add}, {add}{n})"),
            (kind, f"{a}.combineByKey(lambda x: x, {add}, {add}{n})"),
            ("g", f"{a}.groupByKey({alone}).mapValues(list)"),
            (kind, f"{a}.groupByKey({alone}).mapValues(sum)"),
            (kind, f"{a}.mapValues(lambda v: v + 1)"),
            (kind, f"{a}.flatMapValues(lambda v: [v] * (v % 3))"),
            (kind, f"{a}.partitionBy({part})"),
            (kind, f"{a}.partitionBy({part}, lambda k: len(str(k)))"),
            (kind, f"{a}.sortByKey({order})"), (kind, f"{a}.sortByKey({order})"),
            (kind, f"{a}.repartitionAndSortWithinPartitions({part})"),
            (kind, f"{a}.repartitionAndSortWithinPartitions({part}, lambda k: len(str(k)), False)"),
            (kind, f"{a}.join({b}{n}).mapValues(lambda v: v[0] + v[1])"),
            (kind, f"{a}.leftOuterJoin({b}{n}).mapValues(lambda v: v[0] + (v[1] or 0))"),
            (kind, f"{a}.rightOuterJoin({b}{n}).mapValues(lambda v: (v[0] or 0) + v[1])"),
            (kind, f"{a}.fullOuterJoin({b}{n}).mapValues(lambda v: (v[0] or 0) + (v[1] or 0))"),
            ("g", f"{a}.cogroup({b}{n}).mapValues(lambda v: [list(x) for x in v])"),
            ("g", f"{a}.groupWith({b}, {self.one_of(kind)})"
                  ".mapValues(lambda v: list(map(len, v)))"),
            (kind, f"{a}.subtractByKey({b}{n})"),
            (kind, f"{a}.sampleByKey(False, FRACTIONS, {r.randrange(50)})"),
            ("s" if kind == "w" else "n", f"{a}.keys()"), ("n", f"{a}.values()"),
            (kind, f"{a}.map(lambda kv: kv)"), (kind, f"{a}.filter(lambda kv: kv[1] % 2)"),
        ]
        return self.new(*r.choice(forms))

    # ── actions ──
    def action(self):
        r = self.r
        a = self.one_of("nspwg")
        n = r.choice((0, 1, 2, 5, 10, 1000))
        common = ["collect()", "count()", f"take({n})", f"take({n})", "first()", "isEmpty()",
                  "glom().collect()", "getNumPartitions()", "toDebugString()", "collect()",
                  "foreach(lambda x: None)", "foreachPartition(lambda it: None)",
                  f"takeSample({r.random() < .5}, {n}, {r.randrange(9)})", "partitioner is None",
                  "getStorageLevel()", "name()", "setName('named').name()", "is_cached",
                  "isCheckpointed()", "treeAggregate(0, lambda s, x: s + 1, lambda x, y: x + y)",
                  f"takeOrdered({n}, key=str)", f"top({n}, key=str)", "max(key=str)",
                  "mapPartitions(lambda it: [sum(1 for _ in it)]).collect()",
                  "countApprox(10000)", f"treeReduce(lambda x, y: max(x, y, key=str), {n % 4})",
                  "reduce(lambda x, y: min(x, y, key=str))", "unpersist() is None",
                  "glom().count()", "getCheckpointFile() is None", "id() > 0"]
        kind = self.kinds[a]
        if kind != "g":
            common += ["countByValue()", "countApproxDistinct() >= 0"]
        common += {
            "n": ["sum()", "max()", "min()", "mean()", "stats()", "histogram(3)",
                  "histogram([0, 5, 10])", "fold(1, lambda x, y: x + y)", "stdev()", "variance()",
                  "aggregate((0, 0), lambda s, x: (s[0] + x, s[1] + 1), "
                  "lambda s, t: (s[0] + t[0], s[1] + t[1]))", f"top({n})", f"takeOrdered({n})",
                  f"takeOrdered({n}, key=lambda x: -x)", "sampleStdev()", "sampleVariance()",
                  "reduce(lambda x, y: x + y)", "treeReduce(lambda x, y: x + y)",
                  "sumApprox(10000)", "meanApprox(10000)"],
            "s": ["max()", "reduce(lambda x, y: x + y)", f"top({n})", f"takeOrdered({n})"],
            "p": ["countByKey()", "lookup(1)", "collectAsMap()",
                  "groupByKey().mapValues(len).collect()",
                  "reduceByKeyLocally(lambda x, y: x + y)", "max()", f"takeOrdered({n})"],
            "w": ["countByKey()", "lookup('k1')", "collectAsMap()",
                  "groupByKey().mapValues(len).collect()",
                  "reduceByKeyLocally(lambda x, y: x + y)", f"top({n}, key=lambda x: x[1])"],
            "g": ["lookup(1)", "mapValues(len).collect()", "flatMapValues(lambda v: v).count()"],
        }[kind]
        method = r.choice(common)
        if r.random() < 0.06:
            self.see(f"show({a}.toLocalIterator())")
        elif r.random() < 0.05:
            self.see(f"sc.runJob({a}, lambda it: [sum(1 for _ in it)], [0])")
        else:
            self.see(f"{a}.{method}")

    def program(self):
        r = self.r
        for _ in range(r.randrange(1, 4)):
            self.source()
        for _ in range(r.randrange(3, 14)):
            dice = r.random()
            if dice < 0.35:
                self.pairs()
            elif dice < 0.5:
                self.numbers_or_text()
            elif dice < 0.72:
                self.any_kind()
            else:
                self.action()
        last = list(self.kinds)[-1]
        self.see(f"{last}.glom().collect()")
        self.see(f"{last}.toDebugString()")
        return "\n".join(self.lines) + "\n"


def program(seed):
    return Writer(seed).program()


if __name__ == "__main__":
    first, end = map(int, sys.argv[1:3])
    json.dump({f"p{seed}": program(seed) for seed in range(first, end)}, sys.stdout, indent=1)
