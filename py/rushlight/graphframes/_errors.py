"""What GraphFrames raises: its exceptions of the JVM, which programs catch as Py4JJavaError."""
from rushlight.errors import EngineError

__all__ = ["InvalidParseException", "NoSuchVertexException"]


class InvalidParseException(EngineError, ValueError):
    """A motif that is none, or that makes no sense.

    >>> from rushlight.graphframes.examples import Graphs
    >>> Graphs(spark).friends().find("(a)-[e]->(e)")
    Traceback (most recent call last):
    ...
    rushlight.graphframes._errors.InvalidParseException: Motif reused name 'e' for both a vertex...
    """

    java_class = "org.graphframes.InvalidParseException"

    def __init__(self, message):
        super().__init__(message, "INVALID_ARGUMENT")


class NoSuchVertexException(EngineError, ValueError):
    """A vertex that an algorithm was given, and that the graph has not."""

    java_class = "org.graphframes.NoSuchVertexException"

    def __init__(self, vertex, graph):
        super().__init__("GraphFrame algorithm given vertex ID which does not exist in Graph. "
                         f"Vertex ID {vertex} not contained in {graph}", "INVALID_ARGUMENT")
