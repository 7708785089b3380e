"""Vertices as numbers: the engine's graph knows 64-bit ids, and a user's may be of any type.

    ids that are whole numbers      are themselves
    others                          1  distributed by their hash, and sorted in each partition
                                    2  numbered there: partition · 2³³ + position
                                    3  edges get the numbers of their ends by two joins

The second is what GraphFrames does: with as many shuffle partitions the numbers are its own, so
that components have the same names.  An edge that names a vertex which is not there is lost in step
3, as it is there; among whole numbers it stays, and its end is a vertex that the answer does not
show.
"""
from rushlight.graphframes._columns import DST, ID, SRC, column, literal
from rushlight.graphframes._errors import NoSuchVertexException
from rushlight.graphframes._rounds import Settled
from rushlight.sql import functions as F
from rushlight.sql.types import ByteType, IntegerType, LongType, ShortType

NUMBER = "__number"
_WHOLE = (ByteType, ShortType, IntegerType, LongType)


class Numbering:
    """The numbers of a graph's vertices; made once a graph, when an algorithm first needs them."""

    def __init__(self, graph):
        self._graph = graph
        self.is_identity = isinstance(graph.vertices.schema[ID].dataType, _WHOLE)
        self._numbers = None
        if not self.is_identity:
            ids = graph.vertices.select(ID).repartition(column(ID)).sortWithinPartitions(ID)
            self._settled = Settled(ids.withColumn(NUMBER, F.monotonically_increasing_id()))
            self._numbers = self._settled.df

    def vertices(self):
        """A column: the numbers of all vertices."""
        numbers = self._numbers
        if self.is_identity:
            numbers = self._graph.vertices.select(column(ID).cast("long").alias(NUMBER))
        return numbers.select(column(NUMBER).alias(ID))

    def edges(self):
        """Two columns: the numbers of edges' ends."""
        edges = self._graph.edges.select(SRC, DST)
        if self.is_identity:
            return edges.select(column(SRC).cast("long").alias(SRC),
                                column(DST).cast("long").alias(DST))
        for end in (SRC, DST):
            numbers = self._numbers.select(column(ID).alias(end),
                                           column(NUMBER).alias(f"{end}_number"))
            edges = edges.join(numbers, end)
        return edges.select(column(f"{SRC}_number").alias(SRC), column(f"{DST}_number").alias(DST))

    def number_of(self, vertex):
        """The number of one vertex, which must be there if it is not a number itself."""
        if self.is_identity:
            if isinstance(vertex, int) and not isinstance(vertex, bool):
                return vertex
            raise NoSuchVertexException(vertex, self._graph)
        kind = self._graph.vertices.schema[ID].dataType
        row = self._numbers.filter(column(ID) == literal(vertex, kind)).first()
        if row is None:
            raise NoSuchVertexException(vertex, self._graph)
        return row[NUMBER]

    def back(self, answer):
        """The vertices with an answer's columns, in place of those that they had by these names;
        `answer` has numbers for ids."""
        vertices = self._graph.vertices
        added = [c for c in answer.columns if c != ID]
        kept = [c for c in vertices.columns if c not in added]
        vertices = vertices.select(*map(column, kept))
        number = NUMBER
        while number in (name.lower() for name in kept + added):
            number = "_" + number       # the name is the program's
        if self.is_identity:
            numbered = vertices.withColumn(number, column(ID).cast("long"))
        else:
            numbered = vertices.join(self._numbers.withColumnRenamed(NUMBER, number), ID)
        answered = numbered.join(answer.withColumnRenamed(ID, number), number)
        return answered.select(*map(column, kept + added))
