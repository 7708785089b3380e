"""GraphFrames: motifs and paths against a search over everything, algorithms against GraphX's answers.

tests/data/graph/graphx.json has what real GraphX said (record_graphx.py): under GraphFrames' names these
are the "graphx" algorithms.  Each graph is asked with ids that are numbers, and with ids that are text.
"""
import itertools
import json
import os
import random

import pytest

from conftest import ROOT, rushlight_command

with open(os.path.join(ROOT, "tests", "data", "graph", "graphx.json"), encoding="utf-8") as f:
    GRAPHX = json.load(f)


@pytest.fixture(scope="module")
def spark():
    from rushlight.sql import SparkSession
    session = (SparkSession.builder.master("local[2]").appName("graphs")
               .config("spark.sql.shuffle.partitions", 3).getOrCreate())
    yield session
    session.stop()


def graph_of(spark, edges, named=lambda number: number, more=()):
    from rushlight.graphframes import GraphFrame
    ids = sorted({v for edge in edges for v in edge[:2]} | set(more))
    kind = "bigint" if isinstance(named(0), int) else "string"
    return GraphFrame(
        spark.createDataFrame([(named(v), v) for v in ids], f"id {kind}, n bigint"),
        spark.createDataFrame([(named(s), named(d), i) for i, (s, d) in enumerate(edges)],
                              f"src {kind}, dst {kind}, number bigint"))


# ── the algorithms ──
NAMES = {"numbers": lambda number: number, "texts": lambda number: f"v{number}"}


@pytest.fixture(params=itertools.product(GRAPHX, NAMES), ids=" as ".join, scope="module")
def known(request, spark):
    """(a graph, what a vertex is called, what GraphX said of it)"""
    name, kind = request.param
    return graph_of(spark, GRAPHX[name]["edges"], NAMES[kind]), NAMES[kind], GRAPHX[name]


def by_number(df, column):
    return {row.n: row[column] for row in df.collect()}


def groups(numbered):
    """The sets of vertices that have the same number."""
    found = {}
    for vertex, number in numbered.items():
        found.setdefault(number, set()).add(vertex)
    return sorted(map(sorted, found.values()))


def test_page_rank(known):
    g, _, said = known
    for rounds in (1, 10):
        assert by_number(g.pageRank(maxIter=rounds).vertices, "pagerank") == pytest.approx(
            dict(said[f"rank {rounds}"]), rel=1e-9)
    assert by_number(g.pageRank(tol=0.001).vertices, "pagerank") == pytest.approx(
        dict(said["rank to 0.001"]), rel=1e-9)


def test_page_rank_of_one(known):
    g, named, said = known
    expected = dict(said["rank of one"])
    ranked = g.pageRank(sourceId=named(said["landmarks"][0]), maxIter=8)
    assert by_number(ranked.vertices, "pagerank") == pytest.approx(expected, rel=1e-9, abs=1e-12)
    several = g.parallelPersonalizedPageRank(
        sourceIds=[named(v) for v in said["landmarks"]], maxIter=8).vertices
    assert {row.n: row.pageranks[0] for row in several.collect()} == pytest.approx(
        expected, rel=1e-9, abs=1e-12)


def test_weights_are_shares(known):
    g, _, said = known
    weights = g.pageRank(maxIter=1).edges.collect()
    assert len(weights) == len(said["edges"])
    leaving = [s for s, _ in said["edges"]]
    assert all(row.weight == 1 / leaving.count(said["edges"][row.number][0]) for row in weights)


def test_components(known):
    g, named, said = known
    expected = groups(dict(said["components"]))
    for algorithm in ("graphframes", "graphx"):
        assert groups(by_number(g.connectedComponents(algorithm), "component")) == expected
    for algorithm in ("two_phase", "randomized_contraction", "Two_Phase"):
        found = g.connectedComponents(algorithm, checkpointInterval=1)
        assert groups(by_number(found, "component")) == expected
    labels = by_number(g.connectedComponents(useLabelsAsComponents=True), "component")
    assert all(labels[v] == min(named(w) for w in group) for group in expected for v in group)
    strong = by_number(g.stronglyConnectedComponents(maxIter=30), "component")
    assert groups(strong) == groups(dict(said["strong components"]))


def test_triangles(known):
    g, _, said = known
    assert by_number(g.triangleCount(), "count") == dict(said["triangles"])


@pytest.mark.parametrize("algorithm", ["graphx", "graphframes"])
def test_shortest_paths(known, algorithm):
    g, named, said = known
    if algorithm == "graphframes" and len(said["edges"]) > 1000:
        pytest.skip("one of the larger graphs is enough")
    found = g.shortestPaths([named(v) for v in said["landmarks"]], algorithm,
                            use_local_checkpoints=True)
    assert by_number(found, "distances") == {
        v: {named(lm): d for lm, d in distances} for v, distances in said["paths"]}


def test_labels(spark):
    """Numbers are compared, so that a tie falls as in GraphX only where ids are numbers."""
    said = GRAPHX["star"]
    g = graph_of(spark, said["edges"])
    assert by_number(g.labelPropagation(1), "label") == dict(said["labels 1"])


def test_labels_of_dataframes(spark):
    g = graph_of(spark, [(1, 3), (2, 3), (4, 3), (1, 4)], more=[9])
    found = g.labelPropagation(1, "graphframes", use_local_checkpoints=True)
    assert by_number(found, "label") == {1: 1, 2: 2, 3: 1, 4: 1, 9: 9}


def test_paths_in_both_directions(spark):
    g = graph_of(spark, [(1, 2), (3, 2), (3, 4)], NAMES["texts"])
    for algorithm in ("graphx", "graphframes"):
        found = g.shortestPaths(["v4"], algorithm, use_local_checkpoints=True, is_directed=False)
        assert by_number(found, "distances") == {1: {"v4": 3}, 2: {"v4": 2}, 3: {"v4": 1},
                                                 4: {"v4": 0}}


# ── motifs ──
def edges_at_random(seed, n=6, m=14):
    draw = random.Random(seed)
    return [(draw.randrange(n), draw.randrange(n)) for _ in range(m)]


def every(edges, named, links, none=()):
    """All ways to give vertices to names so that each link is an edge, and none of `none` is."""
    pairs = set(edges)
    vertices = sorted({v for edge in edges for v in edge})
    for chosen in itertools.product(vertices, repeat=len(named)):
        at = dict(zip(named, chosen))
        if (all((at[a], at[b]) in pairs for a, b in links)
                and not any((at[a], at[b]) in pairs for a, b in none)):
            yield chosen


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("pattern, links, none", [
    ("(a)-[]->(b)", ["ab"], []),
    ("(a)-[]->(a)", ["aa"], []),
    ("(a)-[]->(b); (b)-[]->(c)", ["ab", "bc"], []),
    ("(b)<-[]-(a); (b)-[]->(c); (c)-[]->(a)", ["ab", "bc", "ca"], []),
    ("(a)<-[]->(b)", ["ab", "ba"], []),
    ("(a)-[]->(b); !(b)-[]->(a)", ["ab"], ["ba"]),
    ("!(a)-[]->(b)", [], ["ab"]),
    ("(a)-[]->(b); (b)-[]->(c); !(a)-[]->(c); !(c)-[]->(c)", ["ab", "bc"], ["ac", "cc"]),
    ("!(a)-[]->(b); (a)-[]->(c); (c)-[]->(b)", ["ac", "cb"], ["ab"]),
])
def test_motifs(spark, pattern, links, none, seed):
    edges = sorted(set(edges_at_random(seed)))
    names = sorted({name for link in links + none for name in link})
    found = graph_of(spark, edges).find(pattern)
    assert sorted(found.columns) == names
    assert sorted(tuple(row[n].id for n in names) for row in found.collect()) == sorted(
        every(edges, names, links, none))


def test_what_a_motif_shows(spark):
    found = graph_of(spark, [(1, 2), (2, 3)]).find("(a)-[e]->(b); ()-[f]->(a)")
    assert found.columns == ["a", "e", "b", "f"]
    row = found.first()
    assert (row.a.id, row.e.number, row.b.n, row.f.number) == (2, 1, 3, 0)


def test_several_lengths_and_directions(spark):
    g = graph_of(spark, [(1, 2), (2, 3), (3, 4)])
    paths = g.find("(a)-[e*1..3]->(b)")
    assert [(r.a.id, r.b.id, r._hop) for r in paths.collect()][-1] == (1, 4, 3)
    assert paths.groupBy("_hop").count().orderBy("_hop").collect() == [(1, 3), (2, 2), (3, 1)]
    assert paths.filter("_hop = 1").select("_e3").distinct().collect() == [(None,)]
    either = g.find("(a)-[e]-(b)")
    assert {(r.a.id, r.b.id, r._direction) for r in either.collect()} == {
        (1, 2, "out"), (2, 3, "out"), (3, 4, "out"), (2, 1, "in"), (3, 2, "in"), (4, 3, "in")}
    assert g.find("(a)-[*2]-(b)").count() == 4


def test_parallel_edges(spark):
    """Each is a match; a negated term leaves each row once, as the set difference does."""
    g = graph_of(spark, [(1, 2), (1, 2)])
    assert g.find("(a)-[]->(b)").count() == 2
    assert g.find("(a)-[]->(b); !(b)-[]->(a)").count() == 1


def test_edges_that_lead_nowhere(spark):
    from rushlight.graphframes import GraphFrame
    whole = graph_of(spark, [(1, 2), (2, 3)])
    g = GraphFrame(whole.vertices.filter("id < 3"), whole.edges)
    assert g.find("(a)-[]->(b)").count() == 1 and g.find("(a)-[]->()").count() == 2
    assert g.triplets.count() == 1
    assert by_number(g.connectedComponents(), "component") == {1: 1, 2: 1}
    with pytest.raises(ValueError, match="edges has 3 vertices, but vertices has 2 vertices"):
        g.validate()


@pytest.mark.parametrize("pattern, words", [
    ("(a)-[e]->(e)", "Motif reused name 'e' for both a vertex and an edge"),
    ("(a)-[e]->(b); (b)-[e]->(c)", "reused name 'e' for multiple edges"),
    ("!(a)-[e]->(b)", "does not support negated named edges"),
    ("()-[]->()", "completely anonymous edges"), ("!()-[]->()", "anonymous negated edges"),
    ("()", "lone anonymous vertex"), ("(a)-[e]>(b)", "'>' found at character 8"),
    ("(a)-[e*]->(b)", "Missing hop"), ("(a)-[e*0]->(b)", "Hop must be greater than 0"),
    ("(a)-[e*1..]->(b)", "Unbounded length"), ("!(a)<-[]->(b)", "negated bidirectional edge"),
    ("(a)-[e*1..2]->(b); (b)-[]->(c)", "beside other terms"), ("(a b)", "'b' found"),
])
def test_motifs_that_are_none(spark, pattern, words):
    from rushlight.errors import EngineError
    with pytest.raises(EngineError, match=words) as raised:
        graph_of(spark, [(1, 2)]).find(pattern)
    assert raised.value.java_exception.toString().startswith("org.graphframes.InvalidParse")


def test_what_nobody_asks_for_is_not_moved(spark, capsys):
    """The struct of a name is made after the joins: only what is read of it goes through them."""
    g = graph_of(spark, [(1, 2)])
    for rows in (g.find("(a)-[e]->(b)").select("b.id"), g.triplets.select("dst.id")):
        rows.explain()
        plan = capsys.readouterr().out
        exchanged = [line for line in plan.splitlines() if "Project" in line]
        assert exchanged and not any("number" in line or ".n#" in line for line in exchanged)


# ── paths ──
def shortest(edges, start, goal, longest):
    """All shortest paths, as lists of edges' numbers."""
    paths = [[i] for i, (s, _) in enumerate(edges) if s == start]
    for _ in range(longest):
        arrived = [p for p in paths if edges[p[-1]][1] == goal]
        if arrived:
            return sorted(arrived)
        paths = [p + [i] for p in paths for i, (s, _) in enumerate(edges) if s == edges[p[-1]][1]]
    return []


@pytest.mark.parametrize("seed", range(4))
def test_bfs(spark, seed):
    edges = edges_at_random(seed, n=8, m=13)
    g = graph_of(spark, edges, NAMES["texts"])
    for start, goal in ((0, 7), (3, 4)):
        found = g.bfs(f"n = {start}", f"n = {goal}", maxPathLength=5)
        expected = shortest(edges, start, goal, 5)
        steps = len(expected[0]) if expected else 0
        assert sorted([row[f"e{i}"].number for i in range(steps)]
                      for row in found.collect()) == expected
        if expected:
            assert found.columns[0] == "from" and found.columns[-1] == "to"
            assert all(row["from"].n == start and row["to"].n == goal for row in found.collect())


def test_bfs_with_conditions(spark):
    g = graph_of(spark, [(1, 2), (2, 3), (1, 4), (4, 5), (5, 3)])
    assert g.bfs("id = 1", "id = 3").columns == ["from", "e0", "v1", "e1", "to"]
    longer = g.bfs("id = 1", "id = 3", edgeFilter="number <> 1")
    assert longer.select("v1.id", "v2.id").collect() == [(4, 5)]
    assert g.bfs("id = 1", "id = 3", maxPathLength=1).count() == 0
    assert g.bfs("id = 3", "id = 1").count() == 0
    same = g.bfs("id < 3", "id > 1")
    assert [(r["from"].id, r["to"].id) for r in same.collect()] == [(2, 2)]
    with pytest.raises(ValueError, match="maxPathLength must be >= 0, but was set to -1"):
        g.bfs("id = 1", "id = 3", maxPathLength=-1)


# ── messages ──
def test_messages(spark):
    from rushlight.graphframes.lib import AggregateMessages as AM
    from rushlight.sql import functions as F
    edges = edges_at_random(7)
    heard = graph_of(spark, edges).aggregateMessages(
        [F.sum(AM.msg).alias("heard"), F.count(AM.msg).alias("times")],
        sendToSrc=[AM.dst["n"] * 10], sendToDst=[AM.src["n"]])
    expected = {}
    for s, d in edges:
        for vertex, message in ((s, d * 10), (d, s)):
            expected.setdefault(vertex, []).append(message)
    assert {r.id: (r.heard, r.times) for r in heard.collect()} == {
        v: (sum(messages), len(messages)) for v, messages in expected.items()}
    heard.unpersist()


def test_messages_that_are_none(spark):
    g = graph_of(spark, [(1, 2)])
    with pytest.raises(ValueError, match="Either `sendToSrc`, `sendToDst`, or both"):
        g.aggregateMessages(["sum(MSG)"])
    with pytest.raises(TypeError, match="At least one aggregation column"):
        g.aggregateMessages([], ["dst.n"])
    with pytest.raises(TypeError, match="not a mix of them"):
        from rushlight.sql import functions as F
        g.aggregateMessages(["sum(MSG)"], ["dst.n", F.col("src.n")])
    with pytest.warns(DeprecationWarning):
        assert g.aggregateMessages("sum(MSG) as s", "dst.n").collect() == [(1, 2)]


def test_pregel_runs_long(spark):
    """Forty rounds: the plan of a round does not hold those before it."""
    from rushlight.graphframes.lib import Pregel
    from rushlight.sql import functions as F
    g = graph_of(spark, [(i, i + 1) for i in range(40)])
    pregel = (g.pregel.setMaxIter(100).setCheckpointInterval(0).setEarlyStopping(True)
              .withVertexColumn("far", F.when(F.col("id") == 0, F.lit(0)),
                                F.coalesce("far", Pregel.msg()))
              .sendMsgToDst(F.when(Pregel.dst("far").isNull(), Pregel.src("far") + 1))
              .aggMsgs(F.min(Pregel.msg())))
    assert by_number(pregel.run(), "far") == {i: i for i in range(41)}


@pytest.mark.parametrize("local", [True, False])
def test_rounds_with_checkpoints(spark, tmp_path, local):
    if not local:
        spark.sparkContext.setCheckpointDir(str(tmp_path))
    g = graph_of(spark, [(i, i + 1) for i in range(9)], NAMES["texts"])
    found = g.shortestPaths(["v9"], "graphframes", local, 3)
    assert by_number(found, "distances") == {i: {"v9": 9 - i} for i in range(10)}
    assert any(files for _, _, files in os.walk(tmp_path)) is not local
    spark.sparkContext.setCheckpointDir(None)


def test_pregel_that_is_not_finished(spark):
    from rushlight.sql import functions as F
    g = graph_of(spark, [(1, 2)])
    with pytest.raises(ValueError, match="at least one message expression"):
        g.pregel.run()
    with pytest.raises(ValueError, match="a vertex column n is there already"):
        g.pregel.withVertexColumn("n", F.lit(1), F.lit(1))
    pregel = g.pregel.withVertexColumn("x", F.lit(1), F.lit(1)).sendMsgToDst(F.lit(1)).aggMsgs(
        F.sum("_pregel_msg_"))
    with pytest.raises(Exception, match="Checkpoint directory is not set"):
        pregel.run()


def test_belief_propagation(spark):
    """The same update in a loop over everything: one colour of the chessboard after the other."""
    import math
    from rushlight.graphframes.examples import BeliefPropagation, Graphs
    grid = Graphs(spark).gridIsingModel(3)
    leaning = {(v.i, v.j): v.a for v in grid.vertices.collect()}
    coupling = [(tuple(map(int, e.src.split(","))), tuple(map(int, e.dst.split(","))), e.b)
                for e in grid.edges.collect()]
    belief = dict.fromkeys(leaning, 0.0)
    for colour in (0, 1, 0, 1):
        heard = dict.fromkeys(leaning, 0.0)
        for one, other, b in coupling:
            heard[one] += b * belief[other]
            heard[other] += b * belief[one]
        belief.update((v, 1 / (1 + math.exp(-(leaning[v] + heard[v]))))
                      for v in leaning if sum(v) % 2 == colour)
    found = BeliefPropagation.runBPwithGraphFrames(grid, 2).vertices.collect()
    assert {(v.i, v.j): v.belief for v in found} == pytest.approx(belief)


# ── bad and strange input ──
def test_columns_that_are_missing(spark):
    from rushlight.graphframes import GraphFrame
    df = spark.range(2)
    with pytest.raises(ValueError, match="Source vertex ID column src missing from edge DataFrame, "
                                         "which has columns: id"):
        GraphFrame(df, df)
    with pytest.raises(ValueError, match="Vertex ID column id missing"):
        GraphFrame(df.toDF("x"), df)
    with pytest.raises(TypeError, match="Argument `v` should be DataFrame"):
        GraphFrame([1], df)


def test_no_vertices_at_all(spark):
    g = graph_of(spark, [], NAMES["texts"])
    assert g.find("(a)-[]->(b)").count() == g.degrees.count() == 0
    assert g.pageRank(maxIter=3).vertices.collect() == []
    assert g.connectedComponents().collect() == g.triangleCount().collect() == []
    assert g.bfs("id = 'a'", "id = 'b'").collect() == []


def test_vertices_without_edges(spark):
    g = graph_of(spark, [(1, 2)], NAMES["texts"], more=[5])
    assert by_number(g.triangleCount(), "count") == {1: 0, 2: 0, 5: 0}
    components = by_number(g.connectedComponents(), "component")
    assert components[1] == components[2] != components[5]
    assert set(by_number(g.pageRank(maxIter=2).vertices, "pagerank")) == {1, 2, 5}


def test_arguments_that_make_no_sense(spark):
    g = graph_of(spark, [(1, 2)], NAMES["texts"])
    with pytest.raises(AssertionError, match="Exactly one of maxIter or tol"):
        g.pageRank()
    with pytest.raises(ValueError, match="Number of iterations must be greater than 0, but got 0"):
        g.pageRank(maxIter=0)
    with pytest.raises(ValueError, match=r"must belong to \[0, 1\], but got 2"):
        g.pageRank(2, maxIter=1)
    with pytest.raises(ValueError, match="Vertex ID nobody not contained in GraphFrame"):
        g.pageRank(sourceId="nobody", maxIter=1)
    with pytest.raises(ValueError, match="Unsupported algorithm: 'magic'"):
        g.connectedComponents("magic")
    with pytest.raises(AttributeError, match="has no attribute 'nosuch'"):
        g.nosuch


@pytest.mark.parametrize("name", [
    "aggregate_neighbors", "all_paths", "detectingCycles", "hyper_anf", "k_core",
    "maximal_independent_set", "neighborhood_aware_cdlp", "powerIterationClustering", "rw_embeddings",
    "svdPlusPlus"])
def test_what_is_not_there_yet(spark, name):
    with pytest.raises(NotImplementedError, match=f"GraphFrame.{name}"):
        getattr(graph_of(spark, [(1, 2)]), name)()


def test_classes_that_are_not_there_yet():
    from rushlight.graphframes import graphframe
    for name in "AggregateNeighbors", "RandomWalkEmbeddings":
        with pytest.raises(NotImplementedError, match=name):
            getattr(graphframe, name)
    with pytest.raises(ImportError, match="nosuch"):
        from rushlight.graphframes.graphframe import nosuch  # noqa: F401


def test_several_aggregates(spark):
    """Several messages to one end arrive as a struct, and several aggregates look at them."""
    from rushlight.sql import functions as F
    heard = graph_of(spark, [(1, 2), (3, 2), (2, 1)]).aggregateMessages(
        [F.sum("MSG.n").alias("sum"), F.max("MSG.twice").alias("most"), F.count("MSG").alias("times"),
         F.expr("count(distinct MSG.n % 2) as kinds")],
        sendToDst=[F.col("src.n").alias("n"), (F.col("src.n") * 2).alias("twice")])
    assert sorted(map(tuple, heard.collect())) == [(1, 2, 4, 1, 1), (2, 4, 6, 2, 1)]


def test_twice_the_same_vertex(spark):
    from rushlight.graphframes import GraphFrame
    g = graph_of(spark, [(1, 2)])
    with pytest.raises(ValueError, match=r"Graph contains \(2\) duplicate vertices."):
        GraphFrame(g.vertices.union(g.vertices), g.edges).validate()


@pytest.mark.parametrize("kind, ids", [
    ("bigint", [0, 1, 5, 7]), ("string", ["a", "b", "f", "h"]),
    ("struct<x:int,y:string>", [(1, "a"), (1, "b"), (2, None), (3, "d")]),
    ("double", [0.5, 1.0, 2.5, float("inf")]), ("decimal(10,2)", ["0.10", "0.20", "1.00", "2.00"])])
def test_a_graph_that_is_not_sound(spark, kind, ids):
    """Edges that lead nowhere, vertices given twice, loops, nulls beside ids of any type: as with
    GraphFrames.  Among whole numbers the end of a dangling edge is a vertex that is not shown."""
    import decimal
    from rushlight.graphframes import GraphFrame
    if kind.startswith("decimal"):
        ids = list(map(decimal.Decimal, ids))
    one, two, alone, nowhere = ids
    vertices = spark.createDataFrame([(one, 1), (two, 2), (alone, 5), (alone, 6)],
                                     f"id {kind}, n int")
    edges = spark.createDataFrame([(one, two), (two, two), (two, nowhere), (nowhere, alone)],
                                  f"src {kind}, dst {kind}")
    g = GraphFrame(vertices, edges)
    whole = kind == "bigint"
    for algorithm in ("graphframes", "graphx"):
        found = g.connectedComponents(algorithm).collect()
        # Twins whose id is no number have a number each, and by their id meet both.
        assert sorted(row.n for row in found) == ([1, 2, 5, 6] if whole else [1, 2, 5, 5, 6, 6])
        first = next(row.component for row in found if row.n == 1)
        assert {row.n for row in found if row.component == first} == (
            {1, 2, 5, 6} if whole else {1, 2})
    assert g.triplets.count() == 2                          # alone has no edge that is whole
    assert by_number(g.triangleCount(), "count") == {1: 0, 2: 0, 5: 0, 6: 0}
    assert set(by_number(g.pageRank(maxIter=2).vertices, "pagerank")) == {1, 2, 5, 6}
    assert by_number(g.shortestPaths([two]), "distances")[1] == {two: 1}
    with pytest.raises(ValueError, match="duplicate vertices"):
        g.validate()


@pytest.mark.parametrize("kind", ["bigint", "string"])
def test_ids_that_are_null(spark, kind):
    """Whole numbers fail, as in GraphX; ids of other types are numbered by joins, which a null has
    no part in."""
    from rushlight.graphframes import GraphFrame
    name = (lambda i: i) if kind == "bigint" else (lambda i: i and f"v{i}")
    vertices = spark.createDataFrame([(name(1), 1), (None, 2), (name(3), 3)], f"id {kind}, n int")
    edges = spark.createDataFrame([(name(1), None), (name(1), name(3))], f"src {kind}, dst {kind}")
    for g, wrong in ((GraphFrame(vertices, edges.dropna()), "a vertex has no id: it is null"),
                     (GraphFrame(vertices.dropna(), edges), "an edge has no target")):
        for algorithm in ("graphframes", "graphx"):
            if kind == "bigint":
                with pytest.raises(ValueError, match=wrong):
                    g.connectedComponents(algorithm)
            else:
                found = by_number(g.connectedComponents(algorithm), "component")
                assert set(found) == {1, 3} and found[1] == found[3]
        assert g.find("(a)-[]->(b)").count() == 1


def test_numbers_that_are_too_large(spark):
    g = graph_of(spark, [(1, 2)])
    for call in (lambda n: g.pageRank(maxIter=n), lambda n: g.labelPropagation(n),
                 lambda n: g.stronglyConnectedComponents(n),
                 lambda n: g.connectedComponents("graphx", max_iter=n),
                 lambda n: g.parallelPersonalizedPageRank(sourceIds=[1], maxIter=n)):
        for n, words in ((2 ** 32 + 1, "must be at most 2147483647, but got 4294967297"),
                         (-2 ** 40, "must be greater than 0, but got -1099511627776")):
            with pytest.raises(ValueError, match=words):
                call(n)
    with pytest.raises(Exception, match="at most 2147483647, but got 4294967296"):
        g.connectedComponents(checkpointInterval=2 ** 32)


def test_a_long_chain(spark):
    """Components of a hundred thousand vertices in a row, by stars."""
    from rushlight.graphframes import GraphFrame
    from rushlight.sql import functions as F
    vertices = spark.range(100_000)
    edges = vertices.select(((F.col("id") * 7919) % 100_003).alias("src"),
                            (((F.col("id") + 1) * 7919) % 100_003).alias("dst"))
    found = GraphFrame.fromEdges(edges).connectedComponents()
    assert found.select("component").distinct().collect() == [(0,)]


# ── pictures, and the other name ──
def test_pictures(spark):
    g = graph_of(spark, [(1, 2), (2, 3)])
    assert g.plot(color="n").svg.count("<ellipse") == 3
    with pytest.raises(ValueError, match="more than 2 vertices makes no picture"):
        g.plot(limit=2)
    assert "vertex partition 0" in g.routes().dot and g.routes().svg.startswith("<")


def test_pictures_of_the_library(run_program, tmp_path):
    """tools/draw_graphs.py, which draws what graph/lib/README.md shows."""
    status, _, err = run_program(argv=rushlight_command(
        "submit", "--master", "local[2]", os.path.join(ROOT, "tools", "draw_graphs.py"), tmp_path))
    assert status == 0, err
    drawn = {name for name in os.listdir(tmp_path) if name.endswith(".svg")}
    shown = {name for name in os.listdir(os.path.join(ROOT, "docs")) if name.startswith("graph_")}
    assert drawn == shown
    assert (tmp_path / "graph_components.svg").read_text().count("<ellipse") == 4 * 8


def test_programs_import_graphframes(run_program):
    status, out, err = run_program("""
import rushlight; rushlight.activate()
from graphframes import GraphFrame
from graphframes.lib import AggregateMessages, Pregel
from graphframes.examples import Graphs
import graphframes, rushlight.graphframes
print(GraphFrame is rushlight.graphframes.GraphFrame, graphframes.__version__)
try:
    import graphframes.pg
except ModuleNotFoundError as e:
    print(e)
""")
    assert (status, err) == (0, "")
    assert out.splitlines() == ["True 0.12.3", "No module named 'graphframes.pg': graphframes is "
                                "Rushlight 0.1.0 here, which has none yet"]


# ── ids and names ──
def test_ids_of_other_types(spark):
    import datetime
    days = {i: datetime.date(2024, 1, i) for i in (1, 2, 3)}
    from rushlight.graphframes import GraphFrame
    g = GraphFrame(spark.createDataFrame([(d, i) for i, d in days.items()], "id date, n int"),
                   spark.createDataFrame([(days[1], days[2])], "src date, dst date"))
    assert by_number(g.shortestPaths([days[2]]), "distances") == {
        1: {days[2]: 1}, 2: {days[2]: 0}, 3: {}}
    assert by_number(g.connectedComponents(useLabelsAsComponents=True), "component") == {
        1: days[1], 2: days[1], 3: days[3]}


def test_numbers_keep_their_type(spark):
    from rushlight.graphframes import GraphFrame
    g = GraphFrame(spark.createDataFrame([(1,), (2,)], "id int"),
                   spark.createDataFrame([(1, 2)], "src int, dst int"))
    assert g.connectedComponents().dtypes == [("id", "int"), ("component", "bigint")]
    labelled = g.connectedComponents(useLabelsAsComponents=True)
    assert labelled.dtypes == [("id", "int"), ("component", "int")]
    assert g.shortestPaths([2, 2]).dtypes == [("id", "int"), ("distances", "map<int,int>")]


def test_an_id_that_is_null(spark):
    from rushlight.graphframes import GraphFrame
    g = GraphFrame(spark.createDataFrame([(1,), (2,)], "id long"),
                   spark.createDataFrame([(1, None)], "src long, dst long"))
    assert g.find("(a)-[]->(b)").count() == 0
    with pytest.raises(ValueError, match="an edge has no target: column 'dst' is null"):
        g.connectedComponents()


def test_names_that_are_taken(spark):
    """An answer takes the place of a column of its name; a column may have any name."""
    from rushlight.graphframes import GraphFrame
    g = graph_of(spark, [(1, 2), (2, 1)]).pageRank(maxIter=1)
    again = g.pageRank(maxIter=2)
    assert again.vertices.columns == ["id", "n", "pagerank"]
    assert again.edges.columns == ["src", "dst", "number", "weight"]
    odd = GraphFrame(spark.createDataFrame([(1, 2)], "id long, `a.b` long"),
                     spark.createDataFrame([(1, 1, 3)], "src long, dst long, `c d` long"))
    row = odd.find("(x)-[e]->(x)").first()
    assert (row.x["a.b"], row.e["c d"]) == (2, 3)
    assert odd.triangleCount().columns == ["id", "a.b", "count"]


def test_edges_several_times(spark):
    """PageRank gives each of two parallel edges its half."""
    g = graph_of(spark, [(1, 2), (1, 2)]).pageRank(maxIter=1)
    assert [row.weight for row in g.edges.collect()] == [0.5, 0.5]


def test_nobody_jumps(spark):
    """A probability of 0 is one, and not the default."""
    ranks = graph_of(spark, [(1, 2), (2, 1), (3, 1)]).pageRank(resetProbability=0.0, maxIter=30)
    found = {row.id: row.pagerank for row in ranks.vertices.collect()}
    assert found[3] == 0 and found[1] + found[2] == pytest.approx(3)


def test_columns_may_have_any_name(spark):
    from rushlight.graphframes import GraphFrame
    vertices = spark.createDataFrame([("a", 777), ("b", 778)], "id string, __number long")
    edges = spark.createDataFrame([("a", "b")], "src string, dst string")
    ranked = GraphFrame(vertices, edges).pageRank(maxIter=1).vertices
    assert sorted(ranked.select("id", "__number").collect()) == [("a", 777), ("b", 778)]


@pytest.mark.parametrize("what, told", [
    (lambda src, dst: src("id") * 0 + 1, {3}), (lambda src, dst: dst("id") * 0 + 1, {3}),
    (lambda src, dst: dst("n") * 0 + 1, {2, 3})], ids=["source", "its id", "destination"])
def test_messages_skip_edges_without_active_ends(spark, what, told):
    """An edge carries a message if its source is active, or, if messages look at more of the
    destination than its id, either end."""
    from rushlight.graphframes.lib import Pregel
    from rushlight.sql import functions as F
    g = graph_of(spark, [(1, 2), (2, 3), (3, 4)])
    rounds = (g.pregel.withVertexColumn("told", F.lit(0), F.coalesce(Pregel.msg(), F.lit(0)))
              .setInitialActiveVertexExpression(F.col("id") == 2)
              .setUpdateActiveVertexExpression(F.lit(False))
              .setSkipMessagesFromNonActiveVertices(True).setUseLocalCheckpoints(True)
              .sendMsgToDst(what(Pregel.src, Pregel.dst)).aggMsgs(F.sum(Pregel.msg()))
              .setMaxIter(1).run())
    assert {row.id for row in rounds.collect() if row.told == 1} == told


@pytest.mark.parametrize("message, heard", [
    ("1", 2), ("dst.id", 11), ("dst.id + edge.number + src.n", 11 + 1 + 2), ("dst.n", 2),
    ("cast(to_json(dst) like '%n%' as int)", 1)])
def test_messages_that_need_no_destination(spark, message, heard):
    """What an edge knows by itself, its ends' ids, is sent without a look at the destination: so by
    edges that lead nowhere, too, as GraphFrames does."""
    from rushlight.graphframes import GraphFrame
    from rushlight.graphframes.lib import Pregel
    from rushlight.sql import functions as F
    g = graph_of(spark, [(1, 2), (1, 9)])
    told = (GraphFrame(g.vertices.filter("id < 3"), g.edges).pregel.setMaxIter(1)
            .withVertexColumn("heard", F.lit(None).cast("long"), Pregel.msg())
            .setCheckpointInterval(0).sendMsgToSrc(F.expr(message)).aggMsgs(F.sum(Pregel.msg())))
    assert by_number(told.run(), "heard") == {1: heard, 2: None}


def test_messages_of_columns_called_as_triplets_are(spark):
    """A vertex may have a column "src", and dst.src is that of the destination."""
    from rushlight.graphframes import GraphFrame
    from rushlight.graphframes.lib import Pregel
    from rushlight.sql import functions as F
    g = graph_of(spark, [(1, 2)])
    g = GraphFrame(g.vertices.withColumn("src", F.col("n") * 10), g.edges)
    told = (g.pregel.setMaxIter(1).withVertexColumn("heard", F.lit(0), Pregel.msg())
            .setCheckpointInterval(0).sendMsgToSrc(Pregel.dst("src")).aggMsgs(F.sum(Pregel.msg())))
    assert by_number(told.run(), "heard") == {1: 20, 2: None}


def test_messages_of_columns_that_are_missing(spark):
    from rushlight.errors import AnalysisException
    from rushlight.graphframes.lib import Pregel
    from rushlight.sql import functions as F
    g = graph_of(spark, [(1, 2)])
    for wrong in "id", "dst.nosuch", "src.nosuch":
        pregel = (g.pregel.setCheckpointInterval(0).withVertexColumn("x", F.lit(1), F.lit(1))
                  .sendMsgToDst(F.col(wrong)).aggMsgs(F.sum(Pregel.msg())))
        with pytest.raises(AnalysisException):
            pregel.run()


# ── text ──
def test_edges_of_text(spark, tmp_path):
    from rushlight.graphframes import GraphFrame
    path = tmp_path / "edges.txt"
    path.write_text("# src dst\n1 2\n2\t-3\n\n9000000000   1\n")
    g = GraphFrame.fromEdgeList(str(path))
    assert sorted(map(tuple, g.edges.collect())) == [(1, 2), (2, -3), (9000000000, 1)]
    assert g.connectedComponents().select("component").distinct().collect() == [(-3,)]
    path.write_text("1 2\n1 two\n")
    with pytest.raises(Exception, match="two"):
        GraphFrame.fromEdgeList(str(path)).edges.count()


def test_strong_components_of_the_largest_ids(spark):
    """No id stands for "none yet"."""
    from rushlight.graphframes import GraphFrame
    most, least = 2 ** 63 - 1, -2 ** 63
    vertices = spark.createDataFrame([(most,), (least,), (1,)], ["id"])
    edges = spark.createDataFrame([(most, least), (least, most), (1, most)], ["src", "dst"])
    found = GraphFrame(vertices, edges).stronglyConnectedComponents(maxIter=3)
    assert {row.id: row.component for row in found.collect()} == {most: least, least: least, 1: 1}


@pytest.mark.parametrize("interval", [2 ** 32, "a"])
def test_bad_intervals_are_named(spark, interval):
    from rushlight.graphframes import GraphFrame
    graph = GraphFrame(spark.createDataFrame([(1,)], ["id"]),
                       spark.createDataFrame([(1, 1)], ["src", "dst"]))
    with pytest.raises(Exception, match="checkpointInterval must be a number"):
        graph.connectedComponents(checkpointInterval=interval)
