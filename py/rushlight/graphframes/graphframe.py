"""GraphFrame: a graph as two DataFrames.

    vertices   id, name, age, …            edges   src, dst, relationship, …

      a Alice 34                             a → b  friend
      b Bob   36                             b → c  follow

Everything else is questions to the two.  Some are queries, a join or a group: degrees, triplets,
motifs (find), messages to neighbours, BFS.  Others go round and round over the structure alone,
PageRank or components: these run in the engine's own graph, where vertices are numbers
(_native.py), and their answers come back as a column more.

Mirrors graphframes.GraphFrame.
"""
from rushlight._callsite import operator
from rushlight.errors import NotThereYet, PySparkTypeError, PySparkValueError
from rushlight.graphframes._algorithms import Algorithms
from rushlight.graphframes._columns import DST, EDGE, ID, SRC, WEIGHT, column, flat, nested
from rushlight.graphframes._degrees import Degrees
from rushlight.graphframes._drawing import Drawing
from rushlight.graphframes._messages import Messages
from rushlight.graphframes._native import edges_of_text
from rushlight.graphframes._searching import Searching
from rushlight.sql import functions as F
from rushlight.sql.dataframe import DataFrame
from rushlight.storagelevel import StorageLevel

__all__ = ["GraphFrame"]

# Names of GraphFrames' that are not there yet.
_MISSING = frozenset("""
    aggregate_neighbors all_paths detectingCycles hyper_anf k_core maximal_independent_set
    neighborhood_aware_cdlp powerIterationClustering rw_embeddings svdPlusPlus
""".split())


class GraphFrame(Degrees, Searching, Messages, Algorithms, Drawing):
    """A graph of the vertices `v`, with a column id, and the edges `e`, with columns src and dst.

    >>> from rushlight.graphframes import GraphFrame
    >>> v = spark.createDataFrame([(1, "Ada"), (2, "Bob")], ["id", "name"])
    >>> e = spark.createDataFrame([(1, 2)], ["src", "dst"])
    >>> GraphFrame(v, e)
    GraphFrame(v:DataFrame[id: bigint, name: string], e:DataFrame[src: bigint, dst: bigint])
    """

    ID = ID
    SRC = SRC
    DST = DST
    EDGE = EDGE
    WEIGHT = WEIGHT

    def __init__(self, v, e):
        for name, df in (("v", v), ("e", e)):
            if not isinstance(df, DataFrame):
                raise PySparkTypeError(errorClass="NOT_EXPECTED_TYPE", messageParameters={
                    "arg_name": name, "expected_type": "DataFrame", "arg_type": type(df).__name__})
        for what, of, name, df in (("Vertex ID", "vertex", ID, v),
                                   ("Source vertex ID", "edge", SRC, e),
                                   ("Destination vertex ID", "edge", DST, e)):
            if name not in df.columns:
                raise PySparkValueError(f"{what} column {name} missing from {of} DataFrame, which "
                                        f"has columns: {','.join(df.columns)}")
        self._vertices = v
        self._edges = e

    @staticmethod
    @operator
    def fromEdges(e, storageLevel=StorageLevel.MEMORY_AND_DISK_DESER):
        """The graph of some edges and the vertices that they name, which are persisted.

        >>> edges = spark.createDataFrame([("a", "b"), ("b", "c")], ["src", "dst"])
        >>> GraphFrame.fromEdges(edges).vertices.orderBy("id").collect()
        [Row(id='a'), Row(id='b'), Row(id='c')]
        """
        ends = [e.select(column(end).alias(ID)) for end in (SRC, DST)]
        return GraphFrame(ends[0].union(ends[1]).distinct().persist(storageLevel), e)

    from_edges = fromEdges

    @staticmethod
    @operator
    def fromEdgeList(path, minPartitions=None):
        """The graph of a text file with two whole numbers a line, "1 2": from 1 to 2.  A line that
        begins with # is a comment.  Rushlight's own; GraphX calls it edgeListFile.

        >>> import os, tempfile
        >>> path = os.path.join(tempfile.mkdtemp(), "edges.txt")
        >>> with open(path, "w") as f:
        ...     _ = f.write("# who follows whom\\n1 2\\n1\\t3\\n")
        >>> GraphFrame.fromEdgeList(path).edges.orderBy("dst").collect()
        [Row(src=1, dst=2), Row(src=1, dst=3)]
        """
        return GraphFrame.fromEdges(edges_of_text(path, minPartitions))

    @property
    def vertices(self):
        """The vertices: a row each, with its id."""
        return self._vertices

    nodes = vertices

    @property
    def edges(self):
        """The edges: a row each, from src to dst."""
        return self._edges

    @property
    @operator
    def triplets(self):
        """Each edge with its ends: structs src, edge and dst.

        >>> from rushlight.graphframes.examples import Graphs
        >>> Graphs(spark).friends().triplets.select("src.name", "edge.relationship",
        ...     F.col("dst.name").alias("whom")).orderBy("name").first()
        Row(name='Alice', relationship='friend', whom='Bob')
        """
        rows = flat(self._vertices, SRC).join(
            flat(self._edges, EDGE), column(f"{SRC}.{ID}") == column(f"{EDGE}.{SRC}")).join(
            flat(self._vertices, DST), column(f"{EDGE}.{DST}") == column(f"{DST}.{ID}"))
        return rows.select(nested(SRC, self._vertices.columns), nested(EDGE, self._edges.columns),
                           nested(DST, self._vertices.columns))

    # ── keeping ──

    @operator
    def cache(self):
        """Keeps vertices and edges once they have been computed."""
        self._vertices.cache()
        self._edges.cache()
        return self

    @operator
    def persist(self, storageLevel=StorageLevel.MEMORY_ONLY):
        """Keeps vertices and edges at a storage level.

        >>> from rushlight.graphframes.examples import Graphs
        >>> g = Graphs(spark).friends().persist()
        >>> g.vertices.is_cached, g.unpersist().edges.is_cached
        (True, False)
        """
        self._vertices.persist(storageLevel)
        self._edges.persist(storageLevel)
        return self

    @operator
    def unpersist(self, blocking=False):
        """Forgets them, and what algorithms have made of them."""
        self.__dict__.pop("_native_graph", None)
        self._vertices.unpersist(blocking)
        self._edges.unpersist(blocking)
        return self

    # ── other graphs of the same ──

    @operator
    def filterVertices(self, condition):
        """The vertices for which a condition is true, and the edges between them.

        >>> from rushlight.graphframes.examples import Graphs
        >>> Graphs(spark).friends().filterVertices("age > 30").edges.count()
        2
        """
        kept = self._vertices.filter(condition)
        edges = self._edges
        for end in (SRC, DST):
            edges = edges.join(kept.select(column(ID).alias(end)), end, "left_semi")
        return GraphFrame(kept, edges.select(*map(column, self._edges.columns)))

    @operator
    def filterEdges(self, condition):
        """All vertices, and the edges for which a condition is true.

        >>> from rushlight.graphframes.examples import Graphs
        >>> Graphs(spark).friends().filterEdges("relationship = 'friend'").edges.count()
        3
        """
        return GraphFrame(self._vertices, self._edges.filter(condition))

    @operator
    def dropIsolatedVertices(self):
        """The edges, and the vertices that have one.

        >>> from rushlight.graphframes.examples import Graphs
        >>> g = Graphs(spark).friends().filterEdges("relationship = 'friend'")
        >>> g.dropIsolatedVertices().vertices.count()
        4
        """
        linked = self._edges.select(F.explode(F.array(column(SRC), column(DST))).alias(ID))
        kept = self._vertices.join(linked, ID, "left_semi")
        return GraphFrame(kept.select(*map(column, self._vertices.columns)), self._edges)

    @operator
    def as_undirected(self):
        """Each edge in both directions, with its attributes.

        >>> from rushlight.graphframes.examples import Graphs
        >>> Graphs(spark).friends().as_undirected().edges.count()
        14
        """
        return GraphFrame(self._vertices, self._directed().union(self._reversed()))

    @operator
    def as_reversed(self):
        """Each edge in the other direction.

        >>> from rushlight.graphframes.examples import Graphs
        >>> Graphs(spark).friends().as_reversed().inDegrees.orderBy("id").first()
        Row(id='a', inDegree=1)
        """
        return GraphFrame(self._vertices, self._reversed())

    def _directed(self):
        return self._edges.select(column(SRC), column(DST), *self._attributes())

    def _reversed(self):
        return self._edges.select(column(DST).alias(SRC), column(SRC).alias(DST),
                                  *self._attributes())

    def _attributes(self):
        return [column(c) for c in self._edges.columns if c not in (SRC, DST)]

    # ── whether it is a graph ──

    @operator
    def validate(self, check_vertices=True,
                 intermediate_storage_level=StorageLevel.MEMORY_AND_DISK_DESER):
        """Raises a ValueError if ids are there twice, or if edges name a vertex that is not there.

        >>> from rushlight.graphframes.examples import Graphs
        >>> Graphs(spark).friends().validate()
        """
        ids = self._vertices.select(column(ID)).persist(intermediate_storage_level)
        try:
            counted, distinct = ids.agg(F.count("*"), F.count_distinct(column(ID))).first()
            if distinct != counted:
                raise PySparkValueError(
                    f"Graph contains ({counted - distinct}) duplicate vertices.")
            if check_vertices:
                self._check_ends(ids, distinct)
        finally:
            ids.unpersist()

    def _check_ends(self, ids, n_vertices):
        ends = [self._edges.select(column(end).alias(ID)) for end in (SRC, DST)]
        named = ends[0].union(ends[1]).distinct()
        n_named = named.count()
        if n_named > n_vertices:
            raise PySparkValueError(f"Graph is inconsistent: edges has {n_named} vertices, but "
                                    f"vertices has {n_vertices} vertices.")
        n_bad = named.join(ids, ID, "left_anti").count()
        if n_bad > 0:
            raise PySparkValueError(
                "Vertices DataFrame does not contain all edges src/dst. "
                f"Found {n_bad} edges src/dst that are not in the vertices DataFrame.")

    # ── what Python asks of objects ──

    def __repr__(self):
        vertices = [ID, *(c for c in self._vertices.columns if c != ID)]
        edges = [SRC, DST, *(c for c in self._edges.columns if c not in (SRC, DST))]
        return "GraphFrame(v:{!r}, e:{!r})".format(
            self._vertices.select(*map(column, vertices)), self._edges.select(*map(column, edges)))

    def __getattr__(self, name):
        if name in _MISSING:
            raise NotThereYet(f"GraphFrame.{name}")
        raise AttributeError(f"'GraphFrame' object has no attribute {name!r}")


def __getattr__(name):
    if name in ("AggregateNeighbors", "RandomWalkEmbeddings"):
        raise NotThereYet(f"graphframes.graphframe.{name}")
    raise AttributeError(f"module 'graphframes.graphframe' has no attribute {name!r}")
