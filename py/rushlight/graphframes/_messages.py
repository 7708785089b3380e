"""Messages between neighbours: one round (aggregateMessages), or as many as it takes (pregel)."""
import warnings

from rushlight._callsite import operator
from rushlight.errors import PySparkTypeError, PySparkValueError
from rushlight.graphframes._columns import DST, ID, SRC, column
from rushlight.graphframes.lib.aggregate_messages import MESSAGE
from rushlight.graphframes.lib.pregel import Pregel
from rushlight.sql import functions as F
from rushlight.sql.column import Column
from rushlight.storagelevel import StorageLevel


class Messages:
    """What GraphFrame has of messages."""

    @operator
    def aggregateMessages(self, aggCol, sendToSrc=None, sendToDst=None,
                          intermediate_storage_level=StorageLevel.MEMORY_AND_DISK_DESER):
        """What each vertex makes of what its edges send: id, and a column for each of `aggCol`.

        Messages and aggregates are lists of Columns or of SQL text, made of AggregateMessages.src,
        .edge, .dst and .msg; several messages to one end arrive as a struct.  A vertex that gets
        nothing is missing.  The result is persisted.

        >>> from rushlight.graphframes.examples import Graphs
        >>> from rushlight.graphframes.lib import AggregateMessages as AM
        >>> ages = Graphs(spark).friends().aggregateMessages(
        ...     ["sum(MSG) as ages"], sendToSrc=["dst.age"], sendToDst=["src.age"])
        >>> ages.orderBy("id").first()
        Row(id='a', ages=65)
        """
        made = _columns("aggCol", aggCol)
        if not made:
            raise PySparkTypeError("At least one aggregation column should be provided!")
        to_src, to_dst = _columns("sendToSrc", sendToSrc), _columns("sendToDst", sendToDst)
        if not to_src and not to_dst:
            raise PySparkValueError(
                "Either `sendToSrc`, `sendToDst`, or both have to be provided")
        triplets = self.triplets
        sent = [triplets.select(column(end)[ID].alias(ID), _message(messages))
                for end, messages in ((SRC, to_src), (DST, to_dst)) if messages]
        everything = sent[0] if len(sent) == 1 else sent[0].unionAll(sent[1])
        result = everything.groupBy(ID).agg(*made).persist(intermediate_storage_level)
        result.count()
        return result

    @property
    def pregel(self):
        """A new Pregel over this graph: see lib/pregel.py."""
        return Pregel(self)


def _columns(name, given):
    """Columns of Columns and SQL text: all of one kind, in a list."""
    if given is None:
        return []
    if not isinstance(given, list):
        warnings.warn(f"Passing single column to {name} is deprecated, use list",
                      DeprecationWarning, stacklevel=4)
        given = [given]
    if not all(isinstance(g, Column) for g in given) and not all(isinstance(g, str) for g in given):
        raise PySparkTypeError(f"{name}: all should be `Column` or `str`, not a mix of them.")
    return [F.expr(g) if isinstance(g, str) else g for g in given]


def _message(columns):
    what = columns[0] if len(columns) == 1 else F.struct(*columns)
    return what.alias(MESSAGE)
