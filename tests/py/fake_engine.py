"""A stand-in for rushlight._engine, for the tests of what the package asks of the engine.

It has the engine's interface and runs chains in plain Python, in this process, one partition after
the other.  `calls` lists what was asked: ("python_rdd", …), ("run_job", …) and so on.  Nothing here
says how the engine behaves; that is what every other test file is about.
"""
import pickle
import tempfile

calls = []


def set_error_factory(factory):
    pass


def set_trace(callable_or_none):
    pass


def reset():
    calls.clear()


class Rdd:
    """A node: how many partitions, and a function partition → the objects in it."""

    def __init__(self, context, kind, n, objects, parents=(), **facts):
        self.id = context.next_id
        context.next_id += 1
        self.kind, self.n, self.objects, self.parents = kind, n, objects, parents
        self.facts = facts
        self.name = None

    def set_name(self, name):
        self.name = name

    def check(self):
        pass

    def n_partitions(self):
        return self.n

    def debug_string(self):
        return f"({self.n}) {self!r} []"

    def dag(self, kind):
        return f"digraph {self.id} {kind}".encode()

    def __repr__(self):
        return f"{self.kind}[{self.id}]"

    def lineage(self):
        """Kinds of this node and what it stands on, depth first."""
        out = [self.kind]
        for parent in self.parents:
            out += parent.lineage()
        return out


class Context:
    def __init__(self, conf, executable, sys_path, alias_pyspark):
        calls.append(("Context", conf, alias_pyspark))
        self._conf = dict(conf, **{"spark.app.id": "local-1"})
        self.next_id = 0
        self.folder = tempfile.TemporaryDirectory()
        self.stopped = False
        self.default_parallelism = int(conf.get("spark.default.parallelism", 4))
        self.default_min_partitions = min(2, self.default_parallelism)
        self.application_id = "local-1"
        self.start_time_ms = 1
        self.event_log_path = None

    def conf(self):
        return dict(self._conf)

    def stop(self):
        self.stopped = True
        self.folder.cleanup()
        calls.append(("stop",))

    def local_dir(self):
        return self.folder.name

    def set_files(self, version, root, archives):
        pass

    def take_accumulator_updates(self):
        return []

    # ── RDDs ──
    def parallelize(self, partitions, call):
        lengths = [[n for _, n in runs] for runs in partitions]
        calls.append(("parallelize", lengths, call))
        lists = [[x for run, _ in runs for x in pickle.loads(run)] for runs in partitions]
        return Rdd(self, "ParallelCollectionRDD", len(lists), lists.__getitem__, call=call)

    def text_file(self, path, min_partitions, call):
        calls.append(("text_file", path, min_partitions, call))
        self.next_id += 1       # the HadoopRDD under it
        return Rdd(self, "MapPartitionsRDD", min_partitions, lambda p: ["to be", "or not"][p::2],
                   call=call)

    def python_rdd(self, parent, command, output, preserves, steps, read_as, broadcasts,
                   barrier, call):
        chain = pickle.loads(command)
        calls.append(("python_rdd", [op[0] for op in chain], output, preserves, steps))

        def objects(partition):
            elements = parent.objects(partition)
            for op in chain:
                elements = run_op(op, elements, partition)
            return elements

        return Rdd(self, "PythonRDD", parent.n, objects, (parent,), call=call, chain=chain,
                   steps=steps, read_as=read_as, preserves=preserves)

    def pairwise(self, parent, call):
        return Rdd(self, "PairwiseRDD", parent.n, parent.objects, (parent,), call=call)

    def shuffled(self, pairs, n, identity, call):
        calls.append(("shuffled", n, identity))

        def objects(partition):
            return [kv for p in range(pairs.n) for where, kv in pairs.objects(p)
                    if where == partition]

        return Rdd(self, "ShuffledRDD", n, objects, (pairs,), call=call, identity=identity)

    def value_of_pair(self, shuffled, call):
        return Rdd(self, "MapPartitionsRDD", shuffled.n, shuffled.objects, (shuffled,), call=call)

    def handed_over(self, parent, call):
        return Rdd(self, "MapPartitionsRDD", parent.n, parent.objects, (parent,), call=call)

    def union(self, rdds, call):
        calls.append(("union", [r.kind for r in rdds]))
        where = [(r, p) for r in rdds for p in range(r.n)]
        return Rdd(self, "UnionRDD", len(where), lambda p: where[p][0].objects(where[p][1]),
                   tuple(rdds), call=call)

    # ── jobs ──
    def run_job(self, rdd, partitions, cause, properties, call):
        wanted = range(rdd.n) if partitions is None else partitions
        calls.append(("run_job", rdd.lineage(), list(wanted), cause, properties, call))
        return [[pickle.dumps(list(rdd.objects(p)))] for p in wanted]

    def save_as_text_file(self, rdd, path, codec, new_api, properties, call):
        calls.append(("save_as_text_file", rdd.lineage(), path, properties, call))

    def cancel_all(self, reason):
        calls.append(("cancel_all",))

    def cancel_group(self, group, reason):
        calls.append(("cancel_group", group))

    def dag_all(self, kind):
        return f"digraph all {kind}".encode()

    def dag_job(self, job, kind):
        return f"digraph job {job} {kind}".encode()


def bucket(f, key):
    if isinstance(f, tuple):
        bounds, keyfunc, last = f
        below = sum(bound < (keyfunc(key) if keyfunc else key) for bound in bounds)
        return below if last is None else last - below
    return hash(key) if f is None else f(key)


def run_op(op, elements, partition):
    """One operator of py/ext/chain_ops.def over a list; its last part is its place."""
    name, arguments = op[0], op[1:-1]
    return OPS[name](elements, partition, *arguments)


def combine(pairs, _, create, merge, merge_combiners=None):
    out = {}
    for k, v in pairs:
        out[k] = merge(out[k], v) if k in out else v if create is None else create(v)
    return list(out.items())


def group(pairs, _):
    return combine(pairs, _, lambda v: [v], lambda vs, v: vs + [v])


def join_sides(groups, _, fill_left, fill_right):
    out = []
    for k, tagged in groups:
        left, right = ([v for side, v in tagged if side == wanted] or [None] * fill
                       for wanted, fill in ((1, fill_left), (2, fill_right)))
        out += [(k, (v, w)) for v in left for w in right]
    return out


OPS = {
    "map": lambda xs, _, f: [f(x) for x in xs],
    "filter": lambda xs, _, f: [x for x in xs if f(x)],
    "flatMap": lambda xs, _, f: [y for x in xs for y in f(x)],
    "mapPartitions": lambda xs, _, f: list(f(iter(xs))),
    "mapPartitionsWithIndex": lambda xs, p, f: list(f(p, iter(xs))),
    "glom": lambda xs, _: [list(xs)],
    "keyBy": lambda xs, _, f: [(f(x), x) for x in xs],
    "tag": lambda xs, _, side: [(k, (side, v)) for k, v in xs],
    "joinSides": join_sides,
    "mapValues": lambda xs, _, f: [(k, f(v)) for k, v in xs],
    "flatMapValues": lambda xs, _, f: [(k, w) for k, v in xs for w in f(v)],
    "keys": lambda xs, _: [x[0] for x in xs],
    "values": lambda xs, _: [x[1] for x in xs],
    "count": lambda xs, _: [len(xs)],
    "combine": combine,
    "mergeCombiners": lambda xs, _, f: combine(xs, _, None, f),
    "group": group,
    "mergeGroups": lambda xs, _: combine(xs, _, None, lambda a, b: a + b),
    "partition": lambda xs, _, n, f: [(bucket(f, k) % n, (k, v)) for k, v in xs],
}
