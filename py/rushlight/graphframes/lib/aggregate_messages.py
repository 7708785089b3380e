"""AggregateMessages: the columns that messages are made of.

    src, edge, dst      the three structs of a triplet, for what is sent
    msg                 what was sent, for the aggregate

Mirrors graphframes.lib.aggregate_messages.
"""
from rushlight.graphframes._columns import DST, EDGE, SRC
from rushlight.sql import functions as F

MESSAGE = "MSG"


class _ColumnOfClass:
    """A column that is read from the class: AggregateMessages.src."""

    def __init__(self, name, doc):
        self._name = name
        self.__doc__ = doc

    def __get__(self, instance, owner):
        return F.col(self._name)


class AggregateMessages:
    """The columns of GraphFrame.aggregateMessages().

    >>> from rushlight.graphframes.examples import Graphs
    >>> from rushlight.graphframes.lib import AggregateMessages as AM
    >>> ages = Graphs(spark).friends().aggregateMessages(
    ...     [F.sum(AM.msg).alias("ages")], sendToDst=[AM.src["age"]])
    >>> ages.orderBy("id").first()
    Row(id='a', ages=29)
    """

    src = _ColumnOfClass(SRC, "The source vertex.")
    dst = _ColumnOfClass(DST, "The destination vertex.")
    edge = _ColumnOfClass(EDGE, "The edge.")
    msg = _ColumnOfClass(MESSAGE, "The message.")
