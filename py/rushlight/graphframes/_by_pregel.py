"""Two algorithms as programs over Pregel: what algorithm="graphframes" asks for.

Each says what a vertex knows, what edges carry, and how a vertex learns.  The loop, and the joins
under it, are Pregel's (lib/pregel.py); the engine's own graph does the same in C (graph/lib).

Mirrors org.graphframes.lib.{LabelPropagation,ShortestPaths}.
"""
from rushlight.graphframes._columns import DST, ID, SRC, column, literal
from rushlight.graphframes.lib.pregel import Pregel
from rushlight.sql import functions as F

_MOST_ROUNDS = 2 ** 31 - 1


def _pregel(graph, rounds, local_checkpoints, checkpoint_interval, level):
    from rushlight.graphframes.graphframe import GraphFrame
    bare = GraphFrame(graph.vertices.select(ID), graph.edges.select(SRC, DST))
    return (bare.pregel.setMaxIter(rounds).setUseLocalCheckpoints(local_checkpoints)
            .setCheckpointInterval(checkpoint_interval).setIntermediateStorageLevel(level))


def _beside(graph, result, level, *columns):
    """The graph's vertices with what came out; the result's own rows are forgotten."""
    added = result.select(ID, *columns)
    kept = graph.vertices.drop(*(c for c in added.columns if c != ID))
    found = kept.join(added, ID).persist(level)
    found.count()
    result.unpersist()
    return found


def label_propagation(graph, rounds, local_checkpoints, checkpoint_interval, level):
    """A vertex knows a label, its own id at first.  It sends it along its edges, and takes the one
    that it is sent most often, the least of several; without messages it keeps its own."""
    most = F.coalesce(Pregel.msg(), column("label"))
    result = (_pregel(graph, rounds, local_checkpoints, checkpoint_interval, level)
              .withVertexColumn("label", column(ID), most)
              .sendMsgToDst(Pregel.src("label"))
              .aggMsgs(_most_frequent(Pregel.msg()))
              .setStopIfAllNonActiveVertices(True)
              .setUpdateActiveVertexExpression(column("label") != most)
              .run())
    return _beside(graph, result, level, column("label"))


def _most_frequent(values):
    """The value that is there most often, the least of several: the least (-how often, value)."""
    everything = F.collect_list(values)
    counted = F.transform(F.array_distinct(everything), lambda one: F.struct(
        (-F.size(F.filter(everything, lambda other: other == one))).alias("n"),
        one.alias("value")))
    return F.array_min(counted)["value"]


def shortest_paths(graph, landmarks, directed, local_checkpoints, checkpoint_interval, level):
    """A vertex knows a distance a landmark, 0 if it is that itself.  It tells those that have an
    edge to it: one more than mine.  Until nobody can tell anybody a shorter way."""
    names = [f"d{i}" for i in range(len(landmarks))]
    keys = [literal(lm, graph.vertices.schema[ID].dataType) for lm in landmarks]
    pregel = _pregel(graph, _MOST_ROUNDS, local_checkpoints, checkpoint_interval, level)
    for name, key in zip(names, keys):
        pregel.withVertexColumn(name, F.when(column(ID) == key, F.lit(0)),
                                F.least(column(name), Pregel.msg()[name]))

    def told(teller, listener):
        """One more than the teller's distances, unless none of them is news."""
        nearer = [(teller(n) + 1 < listener(n)) | (teller(n).isNotNull() & listener(n).isNull())
                  for n in names]
        news = F.coalesce(nearer[0], F.lit(False))
        for more in nearer[1:]:
            news = news | F.coalesce(more, F.lit(False))
        return F.when(news, F.struct(*((teller(n) + 1).alias(n) for n in names)))

    pregel.sendMsgToSrc(told(Pregel.dst, Pregel.src))
    if not directed:
        pregel.sendMsgToDst(told(Pregel.src, Pregel.dst))
    least = F.struct(*(F.min(Pregel.msg()[n]).alias(n) for n in names))
    result = pregel.aggMsgs(least).setEarlyStopping(True).run()
    return _beside(graph, result, level, distance_map(keys, [column(n) for n in names]))


def distance_map(keys, distances):
    """A column "distances": a map from each key to its distance, without those that are null."""
    entries = F.array(*(F.struct(k.alias("key"), d.alias("value"))
                        for k, d in zip(keys, distances)))
    known = F.filter(entries, lambda entry: entry["value"].isNotNull())
    return F.map_from_entries(known).alias("distances")
