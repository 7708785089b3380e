"""Records what PySpark's own Python code does, for tests/py: portable_hash.json (placement of keys)
and python_batching.json (how many objects go into one pickled run).

    PYTHONHASHSEED=0 python make_python_rules.py        with the pyspark package installed; no JVM

Keys are written as Python literals.  Hashes of str and bytes depend on the interpreter's hash
function, which is recorded beside them.
"""
import io
import json
import os
import struct
import sys

import pyspark
from pyspark.core.rdd import RDD, portable_hash
from pyspark.serializers import AutoBatchedSerializer, CPickleSerializer

HERE = os.path.dirname(os.path.abspath(__file__))

KEYS = """
None|True|False|0|1|-1|-2|2|1000003|2**31|-2**31|2**61-2|2**61-1|2**61|-2**61|2**63|-2**63|10**30
0.0|-0.0|0.5|1.5|-1.0|1e300|float('inf')|float('-inf')|2+3j|range(3)|frozenset([1, 2])
()|(0,)|(None,)|(None, 1)|(1, None)|(1, 2)|(2, 1)|(-1, -2)|((),)|((1, 2), 3)|(1, (2, (3, (None,))))
(0,)*20|(2**61, -2**61)|(1.5, 2.5)|(True, False)|(-1,)*7
''|'a'|'ab'|'spark'|'the quick brown fox'|'grün'|'日本'|'\\U0001F600'|b''|b'a'|b'spark'
('a',)|('a', 1)|('a', None, ('b', 2))
""".replace("\n", "|").strip("|").split("|")

# What goes into runs: (name, literal of the list).
RUNS = [
    ("nothing", "[]"), ("one", "[1]"), ("seven", "list(range(7))"), ("eight", "list(range(8))"),
    ("ints", "list(range(200000))"), ("nones", "[None] * 300000"),
    ("words", "['word%d' % i for i in range(50000)]"),
    ("pairs", "[(i % 100, str(i)) for i in range(30000)]"),
    ("10 kB each", "['x' * 10000 + str(i) for i in range(60)]"),
    ("small, then 30 kB each", "list(range(200)) + ['y' * 30000 + str(i) for i in range(800)]"),
    ("1 MB each", "['z' * 1000000 + str(i) for i in range(12)]"),
]

PLENTY = 1 << 20     # MiB: the rule about memory plays no role

# What is bucketed: (name, partitions, literal of the pairs, memory in MiB).
PAIRS = [
    ("nothing", 4, "[]", PLENTY), ("one", 4, "[(5, 6)]", PLENTY),
    ("20 in 2", 2, "[(i, i) for i in range(20)]", PLENTY),
    ("21 in 2", 2, "[(i, i) for i in range(21)]", PLENTY),
    ("52 in 2", 2, "[(i, i) for i in range(52)]", PLENTY),
    ("5,000 in 1", 1, "[(i, i) for i in range(5000)]", PLENTY),
    ("5,000 in 4", 4, "[(i * 7, i) for i in range(5000)]", PLENTY),
    ("5,000 in 200", 200, "[(i * 31, str(i)) for i in range(5000)]", PLENTY),
    ("one key", 8, "[(3, i) for i in range(1000)]", PLENTY),
    ("tuples", 5, "[((i % 17, None), i) for i in range(700)]", PLENTY),
    ("negative", 3, "[(-i, i) for i in range(300)]", PLENTY),
    ("2 MB each", 1, "[(0, 'x' * 2000000 + str(i)) for i in range(40)]", PLENTY),
    ("over the limit", 7, "[(i, i) for i in range(20000)]", 2),
]


def keys():
    return {"hashes": [[key, portable_hash(eval(key))] for key in KEYS],
            "algorithm": sys.hash_info.algorithm, "pyspark": pyspark.__version__}


def runs(objects):
    out, serializer = io.BytesIO(), CPickleSerializer()
    AutoBatchedSerializer(serializer).dump_stream(iter(objects), out)
    out.seek(0)
    seen = []
    while head := out.read(4):
        data = out.read(struct.unpack("!i", head)[0])
        seen.append([len(serializer.loads(data)), len(data)])
    return seen


class Captured(Exception):
    pass


def bucketing(n, memory):
    """The function that partitionBy would run on each partition."""
    class Context:
        _unbatched_serializer = CPickleSerializer()

    class Unmade:
        ctx, partitioner = Context, None

        def _memory_limit(self):
            return memory

        def mapPartitionsWithIndex(self, function, **_):
            raise Captured(function)

    try:
        RDD.partitionBy(Unmade(), n)
    except Captured as e:
        return e.args[0]


def pairs(n, objects, memory):
    """[partition, objects] of each flushed run, in order."""
    packed = list(bucketing(n, memory)(0, iter(objects)))
    return [[struct.unpack("!q", split)[0], len(CPickleSerializer().loads(run))]
            for split, run in zip(packed[::2], packed[1::2])]


def write(name, value):
    with open(os.path.join(HERE, name), "w", encoding="utf-8") as f:
        rows = ",\n".join(f" {json.dumps(k)}: {json.dumps(v)}" for k, v in value.items())
        f.write("{\n" + rows + "\n}\n")


def main():
    write("portable_hash.json", keys())
    write("python_batching.json", {
        "pyspark": pyspark.__version__,
        "runs": [[name, text, runs(eval(text))] for name, text in RUNS],
        "pairs": [[name, n, text, memory, pairs(n, eval(text), memory)]
                  for name, n, text, memory in PAIRS]})


if __name__ == "__main__":
    main()
