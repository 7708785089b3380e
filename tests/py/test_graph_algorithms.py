"""Algorithms of graph/ against what GraphX answered (tests/data/graph/graphx.json, recorded once by
record_graphx.py beside it) and against NetworkX, if it is there.

Ranks agree to 1e-9, all else exactly.  Labels are compared where GraphX had no choice: it takes some
one of several labels that are equally many, the engine the least.
"""
import collections
import json
import os
import random

import pytest

from rushlight import SparkContext, _engine

HERE = os.path.dirname(os.path.abspath(__file__))
CALL = ("graph", "graph at test_graph_algorithms.py", "")
with open(os.path.join(HERE, os.pardir, "data", "graph", "graphx.json"), encoding="utf-8") as _file:
    RECORDED = json.load(_file)


@pytest.fixture(scope="module")
def spark():
    from rushlight.sql import SparkSession
    session = SparkSession.builder.master("local[2]").appName("graphs").getOrCreate()
    yield session
    session.stop()


def graph_of(spark, tmp_path, edges, strategy=None, partitions=3):
    path = tmp_path / "edges.txt"
    path.write_text("# source target\n\n" + "".join(f"{s}\t{t} 0.5\n" for s, t in edges))
    context = SparkContext.getOrCreate()._engine_context
    rows = _engine.edge_list(context, f"file://{path}", 2, CALL)
    return _engine.graph(context, None, rows, strategy, partitions, 2, CALL)


def rows(spark, plan):
    return [tuple(row) for row in spark._dataframe(plan).collect()]


def answer(spark, graph):
    return sorted(rows(spark, graph.vertices(CALL)))


@pytest.fixture(params=[(name, strategy) for name in RECORDED
                        for strategy in (None, "EdgePartition2D")],
                ids=lambda p: f"{p[0]}-{p[1]}")
def asked(request, spark, tmp_path):
    name, strategy = request.param
    recorded = RECORDED[name]
    return spark, graph_of(spark, tmp_path, recorded["edges"], strategy), recorded


def same_ranks(found, recorded):
    assert [row[0] for row in found] == [row[0] for row in recorded]
    for row, (_, rank) in zip(found, recorded):
        assert row[1] == pytest.approx(rank, rel=1e-9, abs=1e-12), row


def test_ranks(asked):
    spark, graph, recorded = asked
    source = recorded["landmarks"][0]
    for steps in (1, 10):
        same_ranks(answer(spark, graph.page_rank(steps, 0.0, 0.15, [], CALL, {})), recorded[f"rank {steps}"])
    same_ranks(answer(spark, graph.page_rank(0, 0.001, 0.15, [], CALL, {})), recorded["rank to 0.001"])
    same_ranks(answer(spark, graph.page_rank(8, 0.0, 0.15, [source], CALL, {})), recorded["rank of one"])


def test_components(asked):
    spark, graph, recorded = asked
    found = answer(spark, graph.connected_components(0, CALL, {}))
    assert [list(row) for row in found] == recorded["components"]
    found = answer(spark, graph.strongly_connected_components(20, CALL, {}))
    assert [list(row) for row in found] == recorded["strong components"]


def test_triangles_and_paths(asked):
    spark, graph, recorded = asked
    assert [list(row) for row in answer(spark, graph.triangle_count(CALL, {}))] == recorded["triangles"]
    landmarks = recorded["landmarks"]
    found = answer(spark, graph.shortest_paths(landmarks, CALL, {}))
    paths = [[row[0], sorted([v, d] for v, d in zip(landmarks, row[1:]) if d is not None)] for row in found]
    assert paths == recorded["paths"]


def test_labels(asked):
    spark, graph, recorded = asked
    told = collections.defaultdict(collections.Counter)
    for source, target in recorded["edges"]:
        told[source][target] += 1
        told[target][source] += 1
    for (vertex, label), (_, by_graphx) in zip(answer(spark, graph.label_propagation(1, CALL, {})),
                                               recorded["labels 1"]):
        most = max(told[vertex].values())
        assert told[vertex][by_graphx] == most
        assert label == min(v for v, n in told[vertex].items() if n == most)


def test_placement_is_that_of_graphx(spark, tmp_path):
    """Each partition holds the edges that GraphX's strategy puts there."""
    for recorded in RECORDED.values():
        edges = recorded["edges"][:60]
        for strategy, by_number in recorded["partitions"].items():
            for n, places in by_number.items():
                graph = graph_of(spark, tmp_path, edges, strategy, int(n))
                frame = spark._dataframe(graph.edges(CALL))
                held = frame.rdd.glom().collect()
                expected = [[] for _ in range(int(n))]
                for edge, place in zip(edges, places):
                    expected[place].append(tuple(edge))
                assert [sorted(map(tuple, p)) for p in held] == [sorted(p) for p in expected], (strategy, n)


def test_bad_lines(spark, tmp_path):
    path = tmp_path / "bad.txt"
    path.write_text("1 2\n3 x\n")
    context = SparkContext.getOrCreate()._engine_context
    graph = _engine.graph(context, None, _engine.edge_list(context, str(path), 1, CALL), None, 0, 0, CALL)
    with pytest.raises(Exception, match="Invalid line: 3 x"):
        graph.n_edges(CALL, {})
    with pytest.raises(Exception, match="Invalid PartitionStrategy: Nowhere"):
        graph_of(spark, tmp_path, [(1, 2)], "Nowhere")


def test_against_networkx(spark, tmp_path):
    networkx = pytest.importorskip("networkx")
    draw = random.Random(5)
    edges = [(draw.randrange(400), draw.randrange(400)) for _ in range(900)]
    graph = graph_of(spark, tmp_path, edges, "RandomVertexCut", 4)
    directed = networkx.DiGraph(edges)
    parts = answer(spark, graph.connected_components(0, CALL, {}))
    assert dict(parts) == {v: min(c) for c in networkx.weakly_connected_components(directed) for v in c}
    parts = answer(spark, graph.strongly_connected_components(50, CALL, {}))
    assert dict(parts) == {v: min(c) for c in networkx.strongly_connected_components(directed) for v in c}
    simple = networkx.Graph((s, t) for s, t in edges if s != t)
    triangles = networkx.triangles(simple)
    assert dict(answer(spark, graph.triangle_count(CALL, {}))) == \
        {v: triangles.get(v, 0) for v in directed}
    levels = networkx.single_source_shortest_path_length(directed, edges[0][0])
    found = answer(spark, graph.breadth_first_search([edges[0][0]], 0, CALL, {}))
    assert {v: d for v, d, _ in found if d is not None} == dict(levels)
    assert all(p is None or directed.has_edge(p, v) for v, _, p in found)


def test_rounds_do_not_pile_up(run_program, tmp_path):
    """A chain of 600 vertices takes 600 rounds of either algorithm: each job would look at all
    rounds before it, which took 14 GiB, were their lineage not cut."""
    path = tmp_path / "chain.txt"
    path.write_text("".join(f"{i} {i + 1}\n" for i in range(600)))
    status, out, err = run_program(f"""
import resource
resource.setrlimit(resource.RLIMIT_AS, (3 << 30, 3 << 30))
from rushlight import SparkContext, _engine
call = ("graph", "graph at test", "")
context = SparkContext("local[2]", "chain")._engine_context
graph = _engine.graph(context, None, _engine.edge_list(context, {str(path)!r}, 2, call), None, 0, 0, call)
graph.n_vertices(call, {{}})
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
graph.connected_components(0, call, {{}})
graph.page_rank(600, 0.0, 0.15, [], call, {{}})
used = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) >> 10
print(used if used > 400 else "little")
""")
    assert (status, out) == (0, "little\n"), err
