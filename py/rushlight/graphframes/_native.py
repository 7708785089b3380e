"""The structure of a GraphFrame in the engine: partitions of edges, routes of vertices, rounds in
C.

    ids as numbers ─▶ batches of (src, dst) ─▶ _engine.Graph ─▶ algorithm ─▶ batches of (id, answer)

The structure is made once a GraphFrame and kept as long as it lives: a second algorithm starts at
its first round.  A row of the answer meets its vertex by a join.
"""
from rushlight import _engine
from rushlight._callsite import current_call
from rushlight.graphframes._columns import DST, SRC
from rushlight.graphframes._numbering import Numbering
from rushlight.sql.types import StructType


class NativeGraph:
    """What algorithms ask of the engine."""

    def __init__(self, graph):
        self._graph = graph
        self._session = graph.vertices.sparkSession
        self.numbering = Numbering(graph)
        self._structure = _engine.graph(
            self._session._context._engine, _batches(self.numbering.vertices()),
            _batches(self.numbering.edges()), None, 0, 0, current_call())

    def run(self, algorithm, *arguments):
        """The answer of the engine's algorithm of this name: a DataFrame, whose ids are numbers."""
        answer = getattr(self._structure, algorithm)(
            *arguments, current_call(), self._graph.vertices._properties())
        return self._session._dataframe(answer.vertices(current_call()))

    def routes(self, kind):
        """The picture of which vertices are mirrored where."""
        return self._structure.routes(kind, current_call(), self._graph.vertices._properties())


def edges_of_text(path, min_partitions):
    """The edges in a text file, as the engine reads them: two numbers a line."""
    from rushlight.sql import SparkSession
    session = SparkSession.active()
    context = session.sparkContext
    rows = _engine.edge_list(context._engine, path, min_partitions or context.defaultMinPartitions,
                             current_call())
    schema = StructType().add(SRC, "long", False).add(DST, "long", False)
    return session._dataframe(_engine.plan_rdd(rows, schema.json()))


def _batches(df):
    return df._query().to_rdd(current_call(), df._properties(), False)
