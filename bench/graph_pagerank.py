"""PageRank, ten iterations, on an RMAT graph of scale 18 with 2.0 M edges.

    python bench/graph_pagerank.py make FILE           the edges, as text
    rushlight submit --master 'local[2]' bench/graph_pagerank.py rushlight FILE
    python bench/graph_pagerank.py scipy|igraph|networkx FILE

Prints one line a measure: what, and seconds; last the rank of the first of all, which must agree.
`read` is text to edges, `build` what a graph needs before the first round, `rank` ten rounds.
"""
import sys
import time

SCALE, EDGES, ROUNDS, RESET = 18, 2_000_000, 10, 0.15


def make(path):
    import numpy
    draw = numpy.random.default_rng(18)
    source = numpy.zeros(EDGES, dtype=numpy.int64)
    target = numpy.zeros(EDGES, dtype=numpy.int64)
    for _ in range(SCALE):
        at = draw.random(EDGES)
        source = source * 2 + (at >= 0.76)
        target = target * 2 + (((at >= 0.57) & (at < 0.76)) | (at >= 0.95))
    with open(path, "w", encoding="ascii") as f:
        f.writelines(f"{s} {t}\n" for s, t in zip(source.tolist(), target.tolist()))


class Watch:
    def __init__(self):
        self.at = time.perf_counter()

    def tell(self, what):
        now = time.perf_counter()
        print(f"{what:<8}{now - self.at:.4f}", flush=True)
        self.at = time.perf_counter()


def rushlight(path):
    from rushlight import SparkContext, _engine
    context = SparkContext.getOrCreate()
    engine, call = context._engine_context, ("pageRank", "pageRank at bench", "")
    for turn in range(3):
        watch = Watch()
        edges = _engine.edge_list(engine, path, 2, call)
        n = engine.count(edges, call, {}) if hasattr(engine, "count") else None
        watch.tell("read")
        graph = _engine.graph(engine, None, _engine.edge_list(engine, path, 2, call), None, 0, 0, call)
        n = graph.n_vertices(call, {})
        watch.tell("build")
        ranks = graph.page_rank(ROUNDS, 0.0, RESET, [], call, {})
        watch.tell("rank")
    return n, ranks


def numbered(path):
    import numpy
    edges = numpy.loadtxt(path, dtype=numpy.int64)
    return edges[:, 0], edges[:, 1]


def scipy_(path):
    import numpy
    import scipy.sparse
    watch = Watch()
    source, target = numbered(path)
    watch.tell("read")
    ids, ends = numpy.unique(numpy.concatenate([source, target]), return_inverse=True)
    source, target, n = ends[:EDGES], ends[EDGES:], len(ids)
    degree = numpy.bincount(source, minlength=n)
    matrix = scipy.sparse.csr_matrix((1 / degree[source], (target, source)), (n, n))
    watch.tell("build")
    for _ in range(3):
        watch = Watch()
        ranks = numpy.ones(n)
        for _ in range(ROUNDS):
            ranks = RESET + (1 - RESET) * (matrix @ ranks)
        watch.tell("rank")
    return n, (ranks * n / ranks.sum()).max()


def igraph_(path):
    import igraph
    import numpy
    source, target = numbered(path)
    watch = Watch()
    graph = igraph.Graph(n=1 << SCALE, edges=numpy.column_stack([source, target]), directed=True)
    watch.tell("build")
    ranks = graph.pagerank(damping=1 - RESET)
    watch.tell("rank")
    return graph.vcount(), max(ranks)


def networkx_(path):
    import networkx
    source, target = numbered(path)
    watch = Watch()
    graph = networkx.MultiDiGraph()
    graph.add_edges_from(zip(source.tolist(), target.tolist()))
    watch.tell("build")
    try:
        networkx.pagerank(graph, 1 - RESET, max_iter=ROUNDS)
    except networkx.PowerIterationFailedConvergence:
        pass                                   # ten rounds do not converge, which is what is measured
    watch.tell("rank")
    return graph.number_of_nodes(), 0


if __name__ == "__main__":
    name, path = sys.argv[1:3]
    print({"make": make, "rushlight": rushlight, "scipy": scipy_, "igraph": igraph_,
           "networkx": networkx_}[name](path))
