"""Pregel: vertices that think in rounds, as loops of DataFrames.

    1  vertices get the new columns                        withVertexColumn (name, first, …)
    2  triplets:  src ⋈ edge ⋈ dst                         a struct each
       messages:  (to whom, what)                          sendMsgToDst (…), sendMsgToSrc (…)
       a message a vertex:  group by id                    aggMsgs (…)
       vertices ⟕ messages, the columns computed anew      withVertexColumn (…, …, next)
    3  again, until the last round or until nobody has anything to say

A round's vertices are computed and kept, as the next one reads them twice and more (_rounds.py);
the round before is forgotten then.  The lineage still grows by a round a round, so that every few
rounds a checkpoint cuts it.  Null is no message.  A vertex that got none sees null.

Mirrors graphframes.lib.pregel and org.graphframes.lib.Pregel, after Malewicz et al., Pregel: a
system for large-scale graph processing, SIGMOD 2010.
"""
from rushlight._callsite import operator
from rushlight.errors import AnalysisException, IllegalArgumentException, SparkIOException
from rushlight.graphframes._columns import (
    DST, EDGE, ID, SRC, column, columns_of, flat, nested)
from rushlight.graphframes._rounds import Settled
from rushlight.sql import functions as F
from rushlight.storagelevel import StorageLevel

MESSAGE = "_pregel_msg_"
ACTIVE = "_pregel_is_active"


def _require(holds, words):
    if not holds:
        raise IllegalArgumentException(f"requirement failed: {words}", "INVALID_ARGUMENT")


class Pregel:
    """Collects what a run needs; run() makes the rounds.  GraphFrame.pregel gives a new one.

    The largest age among a vertex and what leads to it:

    >>> from rushlight.graphframes.examples import Graphs
    >>> from rushlight.graphframes.lib import Pregel
    >>> oldest = (Graphs(spark).friends().pregel.setMaxIter(5).setUseLocalCheckpoints(True)
    ...     .withVertexColumn("oldest", F.col("age"), F.greatest(F.col("oldest"), Pregel.msg()))
    ...     .sendMsgToDst(Pregel.src("oldest"))
    ...     .aggMsgs(F.max(Pregel.msg()))
    ...     .run())
    >>> oldest.orderBy("id").select("id", "oldest").collect()[:3]
    [Row(id='a', oldest=34), Row(id='b', oldest=36), Row(id='c', oldest=36)]
    """

    def __init__(self, graph):
        self.graph = graph
        self._columns = []          # (name, first value, next value)
        self._messages = []         # (the end that gets it, what)
        self._aggregate = None
        self._max_iter = 10
        self._checkpoint_interval = 2
        self._local_checkpoints = False
        self._early_stopping = False
        self._stop_if_all_halted = False
        self._skip_from_halted = False
        self._first_active = F.lit(True)
        self._next_active = F.lit(True)
        self._level = StorageLevel.MEMORY_AND_DISK_DESER
        self._required = {}         # the end, or the edge → the columns that messages read

    # ── how long ──

    def setMaxIter(self, value):
        """At most so many rounds; 10 by default."""
        self._max_iter = int(value)
        return self

    def setEarlyStopping(self, value):
        """Whether a round without messages is the last one: a question, and so a job, a round."""
        self._early_stopping = bool(value)
        return self

    def setStopIfAllNonActiveVertices(self, value):
        """Whether a round after which no vertex is active is the last one."""
        self._stop_if_all_halted = bool(value)
        return self

    def setInitialActiveVertexExpression(self, value):
        """Which vertices are active at first: a condition over their columns."""
        self._first_active = value
        return self

    def setUpdateActiveVertexExpression(self, value):
        """Which vertices are active after a round: it sees their columns before it, and msg()."""
        self._next_active = value
        return self

    def setSkipMessagesFromNonActiveVertices(self, value):
        """Whether edges without an active end carry no message; where messages look at the source
        and the edge alone, those without an active source."""
        self._skip_from_halted = bool(value)
        return self

    # ── how rounds are kept ──

    def setCheckpointInterval(self, value):
        """A checkpoint every so many rounds, 2 by default; 0 for none."""
        self._checkpoint_interval = int(value)
        return self

    def setUseLocalCheckpoints(self, value):
        """Whether checkpoints stay with the executors: no folder is needed then."""
        self._local_checkpoints = bool(value)
        return self

    def setIntermediateStorageLevel(self, storage_level):
        """Where rounds, and the result, are kept."""
        self._level = storage_level
        return self

    # ── what happens ──

    def withVertexColumn(self, colName, initialExpr, updateAfterAggMsgsExpr):
        """One more column: its value at first, and after each round.  The latter sees the columns
        as they were before it, and msg()."""
        taken = (ID, MESSAGE, ACTIVE, *self.graph.vertices.columns)
        _require(colName not in taken, f"a vertex column {colName} is there already")
        self._columns.append((colName, initialExpr, updateAfterAggMsgsExpr))
        return self

    def sendMsgToSrc(self, msgExpr):
        """What each edge sends to its source: made of src(), dst() and edge(); null for nothing."""
        self._messages.append((SRC, msgExpr))
        return self

    def sendMsgToDst(self, msgExpr):
        """What each edge sends to its destination."""
        self._messages.append((DST, msgExpr))
        return self

    def aggMsgs(self, aggExpr):
        """The one message that is made of all that a vertex gets: an aggregate of msg()."""
        self._aggregate = aggExpr
        return self

    def required_src_columns(self, col_name, *col_names):
        """The source's columns that messages read; the optimizer finds out by itself, too."""
        self._required[SRC] = [ID, ACTIVE, col_name, *col_names]
        return self

    def required_dst_columns(self, col_name, *col_names):
        """The destination's columns that messages read."""
        self._required[DST] = [ID, ACTIVE, col_name, *col_names]
        return self

    def required_edge_columns(self, col_name, *col_names):
        """The edge's columns that messages read."""
        self._required[EDGE] = [SRC, DST, col_name, *col_names]
        return self

    @staticmethod
    def msg():
        """The message: what was sent, for aggMsgs(); what arrived, for vertex columns."""
        return F.col(MESSAGE)

    @staticmethod
    def src(colName):
        """A column of an edge's source."""
        return F.col(f"{SRC}.{colName}")

    @staticmethod
    def dst(colName):
        """A column of an edge's destination."""
        return F.col(f"{DST}.{colName}")

    @staticmethod
    def edge(colName):
        """A column of an edge."""
        return F.col(f"{EDGE}.{colName}")

    # ── the run ──

    @operator
    def run(self):
        """The vertices after the last round, with the new columns and whether they are active
        (_pregel_is_active).  They are persisted: unpersist() them when they are done with."""
        self._check()
        own = columns_of(self.graph.vertices)
        edges = Settled(self.graph.edges.repartition(column(SRC)), self._level)
        vertices = Settled(self.graph.vertices.select(
            *own, self._first_active.alias(ACTIVE),
            *(first.alias(name) for name, first, _ in self._columns)), self._level)
        sent = self._sender(vertices.df, edges.df)
        for iteration in range(1, self._max_iter + 1):
            messages = sent(vertices.df, edges.df)
            if self._early_stopping and messages.isEmpty():
                break
            before, vertices = vertices, self._next(vertices.df, messages, own, iteration)
            before.forget()
            if self._stop_if_all_halted and vertices.df.filter(column(ACTIVE)).isEmpty():
                break
        result = vertices.df.persist(self._level)
        result.count()
        vertices.forget()
        edges.forget()
        return result

    def _check(self):
        _require(self._messages, "We need to set at least one message expression for pregel "
                                 "running.")
        _require(self._aggregate is not None, "We need to set aggMsgs for pregel running.")
        _require(self._max_iter >= 1, "The max iteration number should be >= 1.")
        _require(self._checkpoint_interval >= 0, "The checkpoint interval should be >= 0, "
                                                 "0 indicates no checkpoint.")
        _require(self._columns, "There should be at least one additional vertex columns for "
                                "updating.")
        if self._checkpoint_interval and not self._local_checkpoints:
            self._check_folder()

    def _check_folder(self):
        """Sees that checkpoints have a folder: the context's, or spark.checkpoint.dir."""
        session = self.graph.vertices.sparkSession
        context, configured = session.sparkContext, session.conf.get("spark.checkpoint.dir", None)
        if context.getCheckpointDir() is None and configured:
            context.setCheckpointDir(configured)
        if context.getCheckpointDir() is None:
            raise SparkIOException(
                "Checkpoint directory is not set. Please set it first using "
                "sc.setCheckpointDir(), or by specifying the conf 'spark.checkpoint.dir', or take "
                "setUseLocalCheckpoints(True).", "IO")

    def _sender(self, vertices, edges):
        """The function that makes (id, message) of a round, those that are not null.

        Messages that name nothing of the destination, or its id alone, need no second join, which
        is half the work: an edge knows its ends.  The analyzer says whether they do; whatever it
        refuses of whole triplets is the program's mistake."""
        def whole(vertices, edges):
            return self._messages_of(self._triplets(vertices, edges))

        def half(vertices, edges):
            return self._messages_of(self._half_triplets(vertices, edges))

        whole(vertices, edges)
        if {SRC, EDGE} & {name.lower() for name in vertices.columns}:
            return whole                # "dst.src" is a vertex' column then, and not the source
        try:
            half(vertices, edges)
        except AnalysisException:
            return whole
        return half

    def _messages_of(self, triplets):
        sent = F.array(*(F.struct(column(f"to.{end}").alias(ID), what.alias(MESSAGE))
                         for end, what in self._messages))
        return (triplets.select(F.explode(sent).alias("sent")).select("sent.*")
                .filter(column(MESSAGE).isNotNull()))

    def _half_triplets(self, vertices, edges):
        """(to.src, to.dst, src, edge, dst.id): the last is a column `id` of a row `dst`, so that a
        message which takes all of dst is refused."""
        if self._skip_from_halted:
            vertices = vertices.filter(column(ACTIVE))
        pairs = self._with_sources(vertices, edges)
        return pairs.select(*self._heads(), self._struct(SRC, vertices), self._struct(EDGE, edges),
                            column(f"{EDGE}.{DST}").alias(ID)).alias(DST)

    def _triplets(self, vertices, edges):
        """(to.src, to.dst, src, edge, dst)"""
        rows = self._with_sources(vertices, edges).join(
            flat(vertices, DST), column(f"{EDGE}.{DST}") == column(f"{DST}.{ID}"))
        if self._skip_from_halted:
            rows = rows.filter(column(f"{SRC}.{ACTIVE}") | column(f"{DST}.{ACTIVE}"))
        return rows.select(*self._heads(), self._struct(SRC, vertices), self._struct(EDGE, edges),
                           self._struct(DST, vertices))

    def _with_sources(self, vertices, edges):
        return flat(vertices, SRC).join(flat(edges, EDGE),
                                        column(f"{SRC}.{ID}") == column(f"{EDGE}.{SRC}"))

    def _heads(self):
        return [column(f"{EDGE}.{end}").alias(f"to.{end}") for end in (SRC, DST)]

    def _struct(self, name, df):
        required = self._required.get(name, df.columns)
        return nested(name, list(dict.fromkeys(required)))

    def _next(self, vertices, messages, own, iteration):
        """The vertices after a round."""
        arrived = messages.groupBy(ID).agg(self._aggregate.alias(MESSAGE))
        following = vertices.join(arrived, ID, "left_outer").select(
            *own, self._next_active.alias(ACTIVE),
            *(update.alias(name) for name, _, update in self._columns))
        if self._checkpoint_interval and iteration % self._checkpoint_interval == 0:
            how = "localCheckpoint" if self._local_checkpoints else "checkpoint"
            return Settled(following, self._level, how)
        return Settled(following, self._level)
