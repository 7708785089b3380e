"""Rows that a loop goes on from: computed, kept, and without a memory of how they came about.

A loop that makes each round's DataFrame of the last one's, and names that twice, has a plan that
doubles a round, kept rows or not: thirty rounds are more than any optimizer can read.  What is
settled is a plan of one line, a scan of the kept batches.

    round 3     Join (Join (…, …), …)     ──▶     Scan of the batches of an RDD

The RDD knows its lineage, as each RDD does: a lost partition is computed again.  A checkpoint cuts
that, too.
"""
from rushlight import _engine
from rushlight._callsite import current_call
from rushlight.rdd import RDD
from rushlight.storagelevel import StorageLevel


class Settled:
    """A DataFrame's rows, kept at a storage level; with `checkpoint` "localCheckpoint" or
    "checkpoint" also there, and without their lineage.  Made inside of an operator."""

    def __init__(self, df, level=StorageLevel.MEMORY_AND_DISK_DESER, checkpoint=None):
        made = df._query().to_rdd(current_call(), df._properties(), False)
        self._rows = RDD(made, df._session._context, ("rows",))
        self._rows.persist(level)       # a checkpoint computes anew what is not kept
        if checkpoint is not None:
            getattr(self._rows, checkpoint)()
        self._is_local = checkpoint == "localCheckpoint"
        self.df = df._session._dataframe(
            _engine.plan_rdd(self._rows._engine(), df.schema.json()))
        self.df.count()

    def forget(self):
        """Lets go of the rows, but for those of a local checkpoint, which are nowhere else."""
        if not self._is_local:
            self._rows.unpersist()
