"""Debian's packages as a graph: what hangs together, what needs each other, what needs what, and why.

    package_graph.py                    the packages that `apt-cache dumpavail` knows
    package_graph.py FILE [FROM TO]     those in a file of the same format

A package is a vertex, "Depends: libc6" is an edge to libc6 (pagerank.py says how lines become edges).
Six questions, each of another kind:

    a group         inDegrees                       who is named most often
    a motif         (a)-[]->(b); (b)-[]->(a)        who needs each other: two joins
    ranks           pageRank                        who is important
    components      connectedComponents             whether all of it is one thing
    ... with arrows stronglyConnectedComponents     who needs each other, by whatever detour
    paths           bfs                             why FROM pulls in TO: the shortest reasons

The first two are queries.  The others go round and round: on a cluster each round is jobs, with the
answers of the round before kept in memory.

GraphFrames is no part of Spark: `pip install graphframes-py`, and spark-submit --packages for its jar.
Rushlight has it.
"""
import os
import sys
import tempfile

from graphframes import GraphFrame
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from pagerank import available_packages, parse, write_needs

SHOWN = 5


def read_graph(spark, path):
    """The graph of what write_needs() has written: vertices are all packages that have a name in it,
    known or only needed."""
    needs = spark.sparkContext.textFile(path).map(parse)
    edges = spark.createDataFrame(
        needs.flatMap(lambda package: [(package[0], other) for other in package[1]]),
        "src string, dst string").distinct()
    known = spark.createDataFrame(needs.map(lambda package: (package[0],)), "id string")
    named = known.union(edges.select("src")).union(edges.select("dst")).distinct()
    return GraphFrame(named, edges).cache()


def show(title, rows):
    """Prints a title, and a line a row."""
    print(title)
    for row in rows:
        print("   ", *row)


def groups_of(components):
    """How many vertices each group has, the largest first."""
    return components.groupBy("component").agg(
        F.count("*").alias("members"), F.min("id").alias("first")).orderBy(
        F.desc("members"), "first")


def why(graph, start, goal):
    """The shortest chains of needs from one package to another, as lines."""
    paths = graph.bfs(f"id = '{start}'", f"id = '{goal}'", maxPathLength=6)
    stops = [c for c in paths.columns if c in ("from", "to") or c.startswith("v")]
    if len(stops) < 2:
        return []
    chains = paths.select([F.col(f"`{s}`.id").alias(s) for s in stops]).orderBy(*stops)
    return [(" > ".join(chain),) for chain in chains.take(SHOWN)]


if __name__ == "__main__":
    source = sys.argv[1] if len(sys.argv) > 1 else None
    start, goal = sys.argv[2:4] if len(sys.argv) > 3 else ("apt", "gcc-12-base")
    work = tempfile.TemporaryDirectory(prefix="package-graph-")
    path = os.path.join(work.name, "packages.txt")
    if write_needs(available_packages(source), path) == 0:
        sys.exit("package_graph.py needs Debian's list of packages: run it where `apt-cache "
                 "dumpavail` prints one (`apt-get update` fetches it), or name a file with its "
                 "output.")

    spark = SparkSession.builder.appName("graph of packages").getOrCreate()
    spark.sparkContext.setCheckpointDir(work.name)      # GraphFrames' loops want it
    graph = read_graph(spark, path)
    print(f"{graph.vertices.count()} packages, {graph.edges.count()} dependencies")

    show("Named most often:", graph.inDegrees.orderBy(F.desc("inDegree"), "id").select(
        "inDegree", "id").take(SHOWN))

    pairs = graph.find("(a)-[]->(b); (b)-[]->(a)").filter("a.id < b.id")
    show(f"{pairs.count()} pairs need each other, such as:", pairs.select(
        "a.id", F.col("b.id").alias("other")).orderBy("id", "other").take(SHOWN))

    ranks = graph.pageRank(maxIter=10).vertices
    show("Important:", [(f"{row.pagerank:.1f}", row.id) for row in ranks.orderBy(
        F.desc("pagerank"), "id").take(SHOWN)])

    parts = groups_of(graph.connectedComponents())
    show(f"{parts.count()} parts that have nothing to do with each other, the largest:",
         parts.select("members", "first").take(SHOWN))

    circles = groups_of(graph.stronglyConnectedComponents(maxIter=20)).filter("members > 1")
    show(f"{circles.count()} circles of packages that need each other, the largest:",
         circles.select("members", "first").take(SHOWN))

    show(f"Why {start} needs {goal}:", why(graph, start, goal))
    spark.stop()
    work.cleanup()
