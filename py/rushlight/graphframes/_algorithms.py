"""GraphFrame's algorithms: what each asks of the engine's graph, and what users see of the answer.

    pageRank            ranks, and edges' weights
    connectedComponents, stronglyConnectedComponents, labelPropagation      a number of a group
    shortestPaths       a map from landmark to distance
    triangleCount       a number

Answers come with all columns of the vertices and are persisted, as GraphFrames' are: unpersist()
them when they are done with.  What each algorithm does stands with its C: graph/lib.

GraphFrames has several ways to some answers, in `algorithm`: "graphx", and "graphframes", which are
loops of DataFrames.  Labels and shortest paths have both here, too (_by_pregel.py).  Components
have both in C: ids that spread along edges, and edges that become stars.
"""
from rushlight._callsite import operator
from rushlight.errors import IllegalArgumentException
from rushlight.graphframes import _by_pregel
from rushlight.graphframes._columns import DST, ID, SRC, WEIGHT, column, literal
from rushlight.graphframes._native import NativeGraph
from rushlight.sql import functions as F
from rushlight.storagelevel import StorageLevel

_COMPONENTS = ("graphx", "two_phase", "randomized_contraction", "graphframes")
_MOST_ROUNDS = 2 ** 31 - 2
_LARGEST_INT = 2 ** 31 - 1


def _require(holds, words):
    if not holds:
        raise IllegalArgumentException(f"requirement failed: {words}", "INVALID_ARGUMENT")


def _check_rounds(what, rounds):
    """A number of rounds is an Int of Spark's, and at least 1."""
    _require(rounds > 0, f"{what} must be greater than 0, but got {rounds}")
    _require(rounds <= _LARGEST_INT, f"{what} must be at most {_LARGEST_INT}, but got {rounds}")


def _check_algorithm(algorithm, known=("graphx", "graphframes")):
    _require(algorithm in known, f"Unsupported algorithm: '{algorithm}'. Supported values are: "
                                 f"{', '.join(known)}.")


class Algorithms:
    """What GraphFrame computes over the structure."""

    def _native(self):
        if "_native_graph" not in self.__dict__:
            self.__dict__["_native_graph"] = NativeGraph(self)
        return self.__dict__["_native_graph"]

    def _answered(self, answer, level):
        """The vertices with the answer's columns, computed and kept."""
        vertices = self._native().numbering.back(answer).persist(level)
        vertices.count()
        return vertices

    # ── ranks ──

    @operator
    def pageRank(self, resetProbability=0.15, sourceId=None, maxIter=None, tol=None):
        """Who is important because important ones point at him: a graph whose vertices have a
        column "pagerank", whose edges one "weight", the share of their source's rank that they
        carry.

        Either so many rounds, or until no rank changes by more than `tol`.  With a `sourceId` ranks
        are those of a reader who always starts there.

        >>> from rushlight.graphframes.examples import Graphs
        >>> ranks = Graphs(spark).friends().pageRank(maxIter=10).vertices
        >>> [r.name for r in ranks.orderBy(F.desc("pagerank")).take(2)]
        ['Bob', 'Charlie']
        """
        assert (maxIter is None) != (tol is None), "Exactly one of maxIter or tol should be set."
        if maxIter is not None:
            _check_rounds("Number of iterations", maxIter)
        _require(tol is None or tol >= 0, f"Tolerance must be no less than 0, but got {tol}")
        sources = [] if sourceId is None else [self._native().numbering.number_of(sourceId)]
        answer = self._ranks(resetProbability, sources, maxIter or 0, tol or 0.0)
        return self._ranked(answer.withColumnRenamed("rank", "pagerank"))

    @operator
    def parallelPersonalizedPageRank(self, resetProbability=0.15, sourceIds=None, maxIter=None):
        """PageRank from each of several sources: a graph whose vertices have a vector "pageranks",
        a rank a source.

        >>> from rushlight.graphframes.examples import Graphs
        >>> ranks = Graphs(spark).friends().parallelPersonalizedPageRank(
        ...     sourceIds=["a", "e"], maxIter=5).vertices
        >>> ranks.filter("id = 'a'").first().pageranks.size
        2
        """
        assert sourceIds, "Source vertices Ids sourceIds must be provided"
        assert maxIter is not None, "Max number of iterations maxIter must be provided"
        _check_rounds("Number of iterations", maxIter)
        from rushlight.ml.functions import array_to_vector
        numbers = [self._native().numbering.number_of(s) for s in sourceIds]
        answer = self._ranks(resetProbability, numbers, maxIter, 0.0)
        ranks = F.array(*(column(c) for c in answer.columns if c != ID))
        return self._ranked(answer.select(ID, array_to_vector(ranks).alias("pageranks")))

    def _ranks(self, reset, sources, rounds, tolerance):
        _require(0 <= reset <= 1,
                 f"Random reset probability must belong to [0, 1], but got {reset}")
        return self._native().run("page_rank", rounds, tolerance, float(reset), sources)

    def _ranked(self, answer):
        from rushlight.graphframes.graphframe import GraphFrame
        level = StorageLevel.MEMORY_AND_DISK_DESER
        edges = self.edges
        if not self._native().numbering.is_identity:        # those that were ranked
            for end in (SRC, DST):
                edges = edges.join(self.vertices.select(column(ID).alias(end)), end, "left_semi")
        share = edges.groupBy(SRC).agg((F.lit(1.0) / F.count("*")).alias("of source"))
        columns = [column(c) for c in self.edges.columns if c != WEIGHT]
        weighted = edges.join(share, SRC).select(*columns, column("of source").alias(WEIGHT))
        return GraphFrame(self._answered(answer, level), weighted.persist(level))

    # ── groups ──

    @operator
    def connectedComponents(self, algorithm="graphframes", checkpointInterval=2,
                            broadcastThreshold=1000000, useLabelsAsComponents=False,
                            use_local_checkpoints=False, max_iter=_MOST_ROUNDS,
                            storage_level=StorageLevel.MEMORY_AND_DISK_DESER):
        """Which vertices hang together, whatever the direction: a column "component", the least
        number of a vertex in it; with `useLabelsAsComponents` the least id.

        "two_phase", which "graphframes" is the old name of, makes edges into stars: rounds by the
        logarithm of the longest path.  "graphx" spreads ids along edges, a round an edge, at most
        `max_iter`; the others take no notice of that.  "randomized_contraction" is done by stars,
        too: its components are the same, and are called after their least number here.

        A lineage of rounds is cut each `checkpointInterval` rounds (0: never; "graphx" has
        spark.graphx.pregel.checkpointInterval) by a local checkpoint: `use_local_checkpoints` is
        always so, and no checkpoint folder is needed.  There are no joins whose hubs a
        `broadcastThreshold` would part.

        >>> from rushlight.graphframes.examples import Graphs
        >>> found = Graphs(spark).friends().connectedComponents(useLabelsAsComponents=True)
        >>> found.select("component").distinct().collect()
        [Row(component='a')]
        """
        named = algorithm.lower()
        if named not in _COMPONENTS:
            raise IllegalArgumentException(
                f"Unsupported algorithm: '{algorithm}'. Supported values are: "
                f"{', '.join(_COMPONENTS)} (deprecated).", "INVALID_ARGUMENT")
        _check_rounds("Maximum of iterations", max_iter)
        _require(isinstance(checkpointInterval, int) and checkpointInterval <= _LARGEST_INT,
                 f"checkpointInterval must be a number of at most {_LARGEST_INT}, but got "
                 f"{checkpointInterval!r}")
        native = self._native()
        if named == "graphx":
            answer = native.run("connected_components", max_iter if max_iter < _MOST_ROUNDS else 0)
        else:
            answer = native.run("connected_components_by_stars", max(checkpointInterval, 0))
        if not useLabelsAsComponents:
            return self._answered(answer, storage_level)
        least = native.numbering.back(answer).groupBy("component").agg(F.min(ID).alias("label"))
        labelled = answer.join(least, "component").select(ID, column("label").alias("component"))
        return self._answered(labelled, storage_level)

    @operator
    def stronglyConnectedComponents(self, maxIter):
        """Which vertices can reach each other along the edges: a column "component", the least
        number of a vertex in it.  After `maxIter` rounds what is not decided yet stays by itself.

        >>> from rushlight.graphframes.examples import Graphs
        >>> found = Graphs(spark).friends().stronglyConnectedComponents(maxIter=10)
        >>> found.groupBy("component").count().orderBy("count").select("count").collect()[-2:]
        [Row(count=1), Row(count=2)]
        """
        _check_rounds("Number of iterations", maxIter)
        answer = self._native().run("strongly_connected_components", maxIter)
        return self._answered(answer, StorageLevel.MEMORY_AND_DISK)

    @operator
    def labelPropagation(self, maxIter, algorithm="graphx", use_local_checkpoints=False,
                         checkpoint_interval=2, storage_level=StorageLevel.MEMORY_AND_DISK_DESER):
        """Communities: in each round everybody takes the label that most neighbours have, the least
        of several.  A column "label".

        "graphx" looks at neighbours both ways; "graphframes", a loop of DataFrames, at those that
        edges come from, and labels are ids then.  Checkpoints are the latter's.

        >>> from rushlight.graphframes.examples import Graphs
        >>> Graphs(spark).friends().labelPropagation(maxIter=5).columns
        ['id', 'name', 'age', 'label']
        """
        _check_algorithm(algorithm)
        _check_rounds("Maximum of steps", maxIter)
        if algorithm == "graphframes":
            return _by_pregel.label_propagation(self, maxIter, use_local_checkpoints,
                                                checkpoint_interval, storage_level)
        return self._answered(self._native().run("label_propagation", maxIter), storage_level)

    # ── distances, triangles ──

    @operator
    def shortestPaths(self, landmarks, algorithm="graphx", use_local_checkpoints=False,
                      checkpoint_interval=2, storage_level=StorageLevel.MEMORY_AND_DISK_DESER,
                      is_directed=True):
        """How many edges it takes at least to each landmark: a column "distances", a map from those
        that can be reached.  Checkpoints are those of "graphframes", a loop of DataFrames.

        >>> from rushlight.graphframes.examples import Graphs
        >>> found = Graphs(spark).friends().shortestPaths(landmarks=["a", "d"])
        >>> sorted(found.filter("id = 'e'").first().distances.items())
        [('a', 2), ('d', 1)]
        """
        _check_algorithm(algorithm)
        _require(landmarks, "Param landmarks is required.")
        landmarks = list(dict.fromkeys(landmarks))
        if algorithm == "graphframes":
            return _by_pregel.shortest_paths(self, landmarks, is_directed, use_local_checkpoints,
                                             checkpoint_interval, storage_level)
        graph = self if is_directed else self.as_undirected()
        numbers = [graph._native().numbering.number_of(lm) for lm in landmarks]
        answer = graph._native().run("shortest_paths", numbers)
        distances = [column(c).cast("int") for c in answer.columns if c != ID]
        keys = [literal(lm, self.vertices.schema[ID].dataType) for lm in landmarks]
        found = answer.select(ID, _by_pregel.distance_map(keys, distances))
        return graph._answered(found, storage_level)

    @operator
    def triangleCount(self, storage_level=StorageLevel.MEMORY_AND_DISK_DESER, algorithm="exact",
                      lg_nom_entries=12):
        """Of how many triangles each vertex is a corner, whatever the direction: a column "count".

        >>> from rushlight.graphframes.examples import Graphs
        >>> found = Graphs(spark).friends().triangleCount()
        >>> found.agg(F.sum("count").alias("corners")).first()
        Row(corners=0)
        """
        if algorithm == "approx":
            from rushlight.errors import NotThereYet
            raise NotThereYet("triangleCount (algorithm='approx')",
                              f"It needs theta sketches of 2^{lg_nom_entries} entries; "
                              "algorithm='exact' counts.")
        _require(algorithm == "exact", f"supported algorithms: exact, approx; not {algorithm}")
        return self._answered(self._native().run("triangle_count"), storage_level)
