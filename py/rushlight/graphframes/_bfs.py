"""bfs(): the shortest paths from some vertices to others, all of them.

GraphFrames grows every path by an edge a round, and looks whether some have arrived.  Their number
can double each round, and nearly all of them lead nowhere.  Here the search goes over vertices, and
paths are made only of what lies on a shortest one:

    forwards     layer 0 = the vertices to start from
                 layer i = what edges lead to from layer i-1, and no layer had before
                 until a layer meets the vertices to reach

    backwards    keep of the last layer what is to be reached,
                 of each layer before it what has an edge to the next one's kept vertices

    forwards     from ⋈ e0 ⋈ v1 ⋈ e1 ⋈ … ⋈ to, each column out of its kept layer

That loses no path: were the i-th vertex of a shortest one nearer to the start than i, there would
be a shorter one.  Each layer is a job or two, and is kept in memory until the paths are known.
"""
from rushlight.errors import IllegalArgumentException
from rushlight.graphframes._columns import (
    DST, ID, SRC, as_struct, column, flat, nested)
from rushlight.graphframes._rounds import Settled
from rushlight.storagelevel import StorageLevel


def bfs(graph, starts, goals, edge_filter, longest):
    """The DataFrame that GraphFrame.bfs() gives."""
    if longest < 0:
        raise IllegalArgumentException(
            f"requirement failed: BFS maxPathLength must be >= 0, but was set to {longest}",
            "INVALID_ARGUMENT")
    vertices = graph.vertices
    sources, targets = vertices.filter(starts), vertices.filter(goals)
    if sources.isEmpty() or targets.isEmpty():
        return vertices.limit(0)
    both = sources.filter(goals)
    if not both.isEmpty():
        return both.select(as_struct(both, "from"), as_struct(both, "to"))
    edges = graph.edges if edge_filter is None else graph.edges.filter(edge_filter)
    search = _Search(vertices, edges)
    try:
        return search.run(sources.select(ID), targets.select(ID), longest)
    finally:
        search.forget()


class _Search:
    """The layers, and what is kept of them."""

    def __init__(self, vertices, edges):
        self._vertices = vertices
        self._edges = edges
        self._settled = []

    def run(self, sources, targets, longest):
        layers = self._layers(sources, targets, longest)
        if layers is None:
            return self._vertices.limit(0)
        return self._paths(self._on_the_way(layers))

    def forget(self):
        for settled in self._settled:
            settled.forget()

    def _settle(self, df):
        self._settled.append(Settled(df))
        return self._settled[-1].df

    def _layers(self, sources, targets, longest):
        """Distinct ids a layer, the last one those that are reached; None if there is no path."""
        layers = [self._settle(sources.distinct())]
        seen = layers[0]
        links = self._edges.select(SRC, DST)
        ids = self._vertices.select(ID)
        for _ in range(longest):
            ahead = links.join(layers[-1].withColumnRenamed(ID, SRC), SRC, "left_semi")
            reached = ahead.select(column(DST).alias(ID)).distinct()
            layer = self._settle(reached.join(ids, ID, "left_semi").join(seen, ID, "left_anti"))
            arrived = self._settle(layer.join(targets, ID, "left_semi"))
            if not arrived.isEmpty():
                return [*layers, arrived]
            if layer.isEmpty():
                return None
            layers.append(layer)
            seen = seen.union(layer)
        return None

    def _on_the_way(self, layers):
        """Of each layer what lies on a path to the last one."""
        kept = [layers[-1]]
        links = self._edges.select(SRC, DST)
        for layer in reversed(layers[:-1]):
            back = links.join(kept[0].withColumnRenamed(ID, DST), DST, "left_semi")
            before = back.select(column(SRC).alias(ID)).distinct()
            kept.insert(0, self._settle(layer.join(before, ID, "left_semi")))
        return kept

    def _paths(self, layers):
        """from, e0, v1, e1, …, to: a row a path, computed now, as the layers are forgotten."""
        names = ["from", *(f"v{i}" for i in range(1, len(layers) - 1)), "to"]
        stops = [flat(self._vertices.join(layer, ID, "left_semi"), name)
                 for layer, name in zip(layers, names)]
        rows, shown = stops[0], [nested("from", self._vertices.columns)]
        for i, (here, there) in enumerate(zip(names, names[1:])):
            rows = rows.join(flat(self._edges, f"e{i}"),
                             column(f"{here}.{ID}") == column(f"e{i}.{SRC}"))
            rows = rows.join(stops[i + 1], column(f"e{i}.{DST}") == column(f"{there}.{ID}"))
            shown += [nested(f"e{i}", self._edges.columns), nested(there, self._vertices.columns)]
        paths = rows.select(*shown).persist(StorageLevel.MEMORY_AND_DISK_DESER)
        paths.count()
        return paths
