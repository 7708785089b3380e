"""Ask GraphX, through a real PySpark's JVM, what its algorithms answer: graphx.json.

    python record_graphx.py        with a Python that has pyspark (no functions of Scala are needed)

Graphs are lists of edges; each is asked for partitions of edges under every strategy, ranks,
components, triangles, paths and labels.
"""
import json
import os
import random
import tempfile

from pyspark import SparkContext

HERE = os.path.dirname(os.path.abspath(__file__))


def rmat(scale, n_edges, seed):
    """A recursive matrix graph (Chakrabarti et al., 2004): few hubs, many leaves."""
    draw = random.Random(seed)
    edges = []
    for _ in range(n_edges):
        source = target = 0
        for _ in range(scale):
            at = draw.random()
            source = source * 2 + (at >= 0.76)
            target = target * 2 + (0.57 <= at < 0.76 or at >= 0.95)
        edges.append([source, target])
    return edges


GRAPHS = {
    "sinks": [[1, 2], [2, 3], [3, 1], [1, 4], [5, 4], [4, 6]],
    "loops and twins": [[1, 1], [1, 2], [1, 2], [2, 1], [3, 2], [7, 8], [8, 9], [9, 7], [9, 3]],
    "islands": [[1, 2], [3, 4], [4, 5], [10, 11], [-7, 12], [3000000000, -7]],
    "star": [[0, i] for i in range(1, 12)] + [[i, 0] for i in range(6, 12)],
    "rmat 6": rmat(6, 300, 1),
    "rmat 9": rmat(9, 3000, 2),
}


def longs(sc, numbers):
    array = sc._gateway.new_array(sc._jvm.long, len(numbers))
    for i, number in enumerate(numbers):
        array[i] = number
    boxed = sc._jvm.java.util.stream.LongStream.of(array).boxed()
    return sc._jvm.PythonUtils.toSeq(boxed.collect(sc._jvm.java.util.stream.Collectors.toList()))


def values(graph, convert=lambda v: v):
    return sorted([pair._1(), convert(pair._2())] for pair in graph.vertices().toJavaRDD().collect())


def ask(sc, edges):
    jvm = sc._jvm
    lib = jvm.org.apache.spark.graphx.lib
    tag = jvm.scala.reflect.ClassTag.Int()
    level = jvm.org.apache.spark.storage.StorageLevel.MEMORY_ONLY()
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as f:
        f.writelines(f"{s} {t}\n" for s, t in edges)
        f.flush()
        graph = jvm.org.apache.spark.graphx.GraphLoader.edgeListFile(
            sc._jsc.sc(), f.name, False, 3, level, level)
        vertices = sorted({v for edge in edges for v in edge})
        first, second = vertices[0], vertices[len(vertices) // 2]

        def rank(steps):
            return values(lib.PageRank.run(graph, steps, 0.15, tag, tag))

        def of_one(steps):
            source = longs(sc, [first]).headOption()
            return values(lib.PageRank.runWithOptions(graph, steps, 0.15, source, tag, tag))

        def paths(v):
            found = jvm.scala.jdk.javaapi.CollectionConverters.asJava(v)
            return sorted([k, found[k]] for k in found)

        answer = {
            "edges": edges, "landmarks": [first, second],
            "rank 1": rank(1), "rank 10": rank(10), "rank of one": of_one(8),
            "rank to 0.001": values(lib.PageRank.runUntilConvergence(graph, 0.001, 0.15, tag, tag)),
            "components": values(lib.ConnectedComponents.run(graph, tag, tag)),
            "strong components": values(lib.StronglyConnectedComponents.run(graph, 20, tag, tag)),
            "triangles": values(lib.TriangleCount.run(graph, tag, tag)),
            "labels 1": values(lib.LabelPropagation.run(graph, 1, tag)),
            "paths": values(lib.ShortestPaths.run(graph, longs(sc, [first, second]), tag), paths),
        }
    strategies = {}
    for name in ("RandomVertexCut", "CanonicalRandomVertexCut", "EdgePartition1D", "EdgePartition2D"):
        strategy = jvm.org.apache.spark.graphx.PartitionStrategy.fromString(name)
        strategies[name] = {str(n): [strategy.getPartition(s, t, n) for s, t in edges[:60]]
                            for n in (1, 2, 3, 4, 5, 7, 9, 12)}
    answer["partitions"] = strategies
    return answer


def main():
    sc = SparkContext("local[2]", "graphx")
    sc.setLogLevel("OFF")
    answers = {name: ask(sc, edges) for name, edges in GRAPHS.items()}
    with open(os.path.join(HERE, "graphx.json"), "w", encoding="utf-8") as f:
        f.write("{\n" + ",\n".join(
            f"{json.dumps(name)}: {{\n" + ",\n".join(
                f"  {json.dumps(k)}: {json.dumps(v)}" for k, v in answer.items()) + "\n}"
            for name, answer in answers.items()) + "\n}\n")
    sc.stop()


if __name__ == "__main__":
    main()
