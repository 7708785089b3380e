"""PageRank, ten iterations, on an RMAT graph of scale 18 with 2.0 M edges.

    python bench/graph_pagerank.py make FILE [EDGES]   the edges, as text
    rushlight submit --master 'local[2]' bench/graph_pagerank.py rushlight FILE
    python bench/graph_pagerank.py scipy|igraph|networkx FILE

Prints a line a measure, "what seconds, and CPU seconds of all threads": `read` is text to edges,
`build` what a graph needs before its first round (ours reads in it, too), `rank` ten rounds (igraph:
until it converges, as it has no other way; its PRPACK takes about as many).  Of several runs the
best.  The first line is the largest rank, as a share of all, which must agree where ten rounds were
run.
"""
import sys
import time

SCALE, EDGES, ROUNDS, RESET = 18, 2_000_000, 10, 0.15


def make(path, edges=EDGES):
    import numpy
    draw = numpy.random.default_rng(18)
    source = numpy.zeros(int(edges), dtype=numpy.int64)
    target = numpy.zeros(int(edges), dtype=numpy.int64)
    for _ in range(SCALE):
        at = draw.random(int(edges))
        source = source * 2 + (at >= 0.76)
        target = target * 2 + (((at >= 0.57) & (at < 0.76)) | (at >= 0.95))
    with open(path, "w", encoding="ascii") as f:
        f.writelines(f"{s} {t}\n" for s, t in zip(source.tolist(), target.tolist()))


class Watch:
    """Seconds between calls, the best of several where there are several."""

    def __init__(self):
        self.best = {}
        self.start()

    def start(self):
        self.at = time.perf_counter(), time.process_time()

    def tell(self, what):
        taken = time.perf_counter() - self.at[0], time.process_time() - self.at[1]
        self.best[what] = tuple(map(min, taken, self.best.get(what, taken)))
        self.start()


def rushlight(path, watch):
    from rushlight import _engine
    from rushlight.sql import SparkSession
    spark = SparkSession.builder.getOrCreate()
    engine, call = spark.sparkContext._engine_context, ("pageRank", "pageRank at bench", "")
    for _ in range(3):
        watch.start()
        edges = _engine.edge_list(engine, path, 2, call)
        graph = _engine.graph(engine, None, edges, None, 0, 0, call)
        graph.n_vertices(call, {})
        watch.tell("build")
        for _ in range(3):
            watch.start()
            ranks = graph.page_rank(ROUNDS, 0.0, RESET, [], call, {})
            watch.tell("rank")
    ranks = spark._dataframe(ranks.vertices(call))
    top, total = ranks.selectExpr("max(rank)", "sum(rank)").first()
    return top / total


def numbered(path, watch):
    import numpy
    watch.start()
    edges = numpy.loadtxt(path, dtype=numpy.int64)
    watch.tell("read")
    return edges[:, 0], edges[:, 1]


def scipy_(path, watch):
    import numpy
    import scipy.sparse
    source, target = numbered(path, watch)
    watch.start()
    ids, ends = numpy.unique(numpy.concatenate([source, target]), return_inverse=True)
    source, target, n = ends[:len(source)], ends[len(source):], len(ids)
    degree = numpy.bincount(source, minlength=n)
    matrix = scipy.sparse.csr_matrix((1 / degree[source], (target, source)), (n, n))
    watch.tell("build")
    for _ in range(5):
        watch.start()
        ranks = numpy.ones(n)
        for _ in range(ROUNDS):
            ranks = RESET + (1 - RESET) * (matrix @ ranks)
        watch.tell("rank")
    return ranks.max() / ranks.sum()


def igraph_(path, watch):
    import igraph
    import numpy
    source, target = numbered(path, watch)
    watch.start()
    graph = igraph.Graph(n=1 << SCALE, edges=numpy.column_stack([source, target]), directed=True)
    watch.tell("build")
    ranks = graph.pagerank(damping=1 - RESET)
    watch.tell("rank")
    return max(ranks)


def networkx_(path, watch):
    import networkx
    source, target = numbered(path, watch)
    watch.start()
    graph = networkx.MultiDiGraph()
    graph.add_edges_from(zip(source.tolist(), target.tolist()))
    watch.tell("build")
    try:
        networkx.pagerank(graph, 1 - RESET, max_iter=ROUNDS)
    except networkx.PowerIterationFailedConvergence:
        pass                                   # ten rounds are what is measured
    watch.tell("rank")
    return 0.0


def main(name, path, *more):
    if name == "make":
        make(path, *more)
        return
    watch = Watch()
    top = {"rushlight": rushlight, "scipy": scipy_, "igraph": igraph_, "networkx": networkx_}[name](
        path, watch)
    print(f"{top:.9f}")
    for what, seconds in watch.best.items():
        print(what, *(f"{s:.4f}" for s in seconds))


if __name__ == "__main__":
    main(*sys.argv[1:])
