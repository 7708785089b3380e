"""The pictures of graph/README.md and graph/lib/README.md: small graphs, and what the algorithms say.

    rushlight submit tools/draw_graphs.py [FOLDER]          docs/ if none is named

Each picture is a GraphFrame's plot() or routes(), so it shows what the engine answers, not what it
should.  Steps of an algorithm stand side by side: copies of the graph, one a round.
"""
import os
import sys

from rushlight.graphframes import GraphFrame
from rushlight.sql import SparkSession
from rushlight.sql import functions as F


def graph(spark, edges, more=()):
    """The graph of some pairs, and of vertices without any."""
    ids = sorted({v for edge in edges for v in edge} | set(more))
    kind = "string" if isinstance(ids[0], str) else "bigint"
    return GraphFrame(spark.createDataFrame([(v,) for v in ids], f"id {kind}"),
                      spark.createDataFrame(list(edges), f"src {kind}, dst {kind}"))


def with_answer(g, answer, column):
    """The graph whose vertices have the answer's column."""
    return GraphFrame(answer.select("id", column), g.edges)


def labelled(g, column, digits=None):
    """The graph whose vertices have a label: the id, and below it the column."""
    shown = F.col(column) if digits is None else F.format_number(column, digits)
    return GraphFrame(g.vertices.withColumn(
        "label", F.concat_ws("\n", F.col("id").cast("string"), shown.cast("string"))), g.edges)


def side_by_side(graphs):
    """One graph of copies, whose ids say which."""
    vertices = edges = None
    for i, g in enumerate(graphs):
        name = F.lit(f"{i} ")
        v = g.vertices.withColumn("id", F.concat(name, F.col("id").cast("string")))
        e = g.edges.select(*(F.concat(name, F.col(end).cast("string")).alias(end)
                             for end in ("src", "dst")))
        vertices = v if vertices is None else vertices.union(v)
        edges = e if edges is None else edges.union(e)
    return GraphFrame(vertices.orderBy("id"), edges.orderBy("src", "dst"))


PAGES = [("a", "b"), ("a", "c"), ("b", "c"), ("c", "a"), ("d", "c"), ("d", "e"), ("e", "d"),
         ("f", "c"), ("f", "e")]
CHAIN = [(4, 7), (7, 2), (2, 9), (9, 1), (5, 3)]
ROW = [(4, 8), (8, 2), (2, 9), (9, 5), (5, 7), (7, 1)]
RINGS = [(1, 2), (2, 3), (3, 1), (3, 4), (4, 5), (5, 4), (5, 6)]
WHEEL = [("hub", "a"), ("hub", "b"), ("hub", "c"), ("hub", "d"), ("a", "b"), ("b", "c"), ("d", "e")]
TWO_CLUBS = [(1, 2), (1, 3), (2, 3), (2, 4), (3, 4), (1, 4), (4, 5), (5, 6), (5, 7), (5, 8), (6, 7),
             (6, 8), (7, 8)]
STREETS = [("s", "a"), ("s", "b"), ("a", "c"), ("b", "c"), ("b", "d"), ("c", "t"), ("d", "e"),
           ("e", "t")]


def page_rank(spark):
    g = graph(spark, PAGES)
    return labelled(g.pageRank(maxIter=20), "pagerank", 2).plot("label", color="pagerank")


def personalized(spark):
    g = graph(spark, PAGES)
    ranked = labelled(g.pageRank(maxIter=20, sourceId="d"), "pagerank", 2)
    return ranked.plot("label", color="pagerank")


def components(spark):
    """Rounds of ids that spread; the first copy is the graph as it is."""
    g = graph(spark, CHAIN, more=[8])
    steps = [with_answer(g, g.vertices.withColumn("component", F.col("id")), "component")]
    steps += [with_answer(g, g.connectedComponents("graphx", max_iter=n), "component")
              for n in (1, 2, 4)]
    return side_by_side([labelled(s, "component") for s in steps]).plot("label", color="component")


def around(pairs):
    """Each vertex, and what it has an edge with."""
    near = {}
    for a, b in pairs:
        near.setdefault(a, set()).add(b)
        near.setdefault(b, set()).add(a)
    return near


def large_star(pairs):
    return {(u, min({v} | near)) for v, near in around(pairs).items() for u in near if u > v}


def small_star(pairs):
    return {(u, least) for v, near in around(pairs).items()
            for below in [{u for u in near if u < v}] if below
            for least in [min(below)] for u in below | {v} if u != least}


def stars(spark):
    """The edges of a row of vertices after each star that changes them; colours are the answer."""
    answer = graph(spark, ROW).connectedComponents()
    steps = [set(ROW)]
    while steps[-1] != small_star(large_star(steps[-1])):
        for star in large_star, small_star:
            if star(steps[-1]) != steps[-1]:
                steps.append(star(steps[-1]))
    assert dict(steps[-1]).items() <= dict(answer.select("id", "component").collect()).items()
    drawn = [GraphFrame(answer, graph(spark, sorted(step)).edges) for step in steps]
    copies = side_by_side(drawn)
    named = copies.vertices.withColumn("label", F.substring_index("id", " ", -1))
    return GraphFrame(named, copies.edges).plot("label", color="component")


def strong_components(spark):
    g = graph(spark, RINGS)
    found = with_answer(g, g.stronglyConnectedComponents(maxIter=10), "component")
    return labelled(found, "component").plot("label", color="component")


def triangles(spark):
    g = graph(spark, WHEEL)
    return labelled(with_answer(g, g.triangleCount(), "count"), "count").plot("label", color="count")


def shortest_paths(spark):
    g = graph(spark, STREETS)
    found = g.shortestPaths(["t"]).select("id", F.col("distances")["t"].alias("distance"))
    return labelled(with_answer(g, found, "distance"), "distance").plot("label", color="distance")


def levels(spark):
    """Breadth-first from s: how far it is from there, which is how far it is to s the other way."""
    g = graph(spark, STREETS)
    found = g.as_reversed().shortestPaths(["s"]).select("id", F.col("distances")["s"].alias("level"))
    return labelled(with_answer(g, found, "level"), "level").plot("label", color="level")


def labels(spark):
    g = graph(spark, TWO_CLUBS)
    found = with_answer(g, g.labelPropagation(maxIter=5), "label")
    renamed = GraphFrame(found.vertices.withColumnRenamed("label", "community"), found.edges)
    return labelled(renamed, "community").plot("label", color="community")


def routes(spark):
    edges = spark.sparkContext.parallelize([(7, 3), (7, 9), (9, 3), (3, 8)], 2).toDF(["src", "dst"])
    return GraphFrame.fromEdges(edges).routes()


PICTURES = [page_rank, personalized, components, stars, strong_components, triangles, shortest_paths,
            levels, labels, routes]


def main(folder="docs"):
    spark = SparkSession.builder.appName("pictures of graphs").config(
        "spark.sql.shuffle.partitions", 2).getOrCreate()
    for draw in PICTURES:
        path = os.path.join(folder, f"graph_{draw.__name__}.svg")
        draw(spark).save(path)
        print(path)
    spark.stop()


if __name__ == "__main__":
    main(*sys.argv[1:2])
