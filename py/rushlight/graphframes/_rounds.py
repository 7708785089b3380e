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
    """A DataFrame's rows, kept at a storage level; or with `checkpoint` "localCheckpoint" or
    "checkpoint", kept so.  Made inside of an operator."""

    def __init__(self, df, level=StorageLevel.MEMORY_AND_DISK_DESER, checkpoint=None):
        made = df._query().to_rdd(current_call(), df._properties(), False)
        self._rows = RDD(made, df._session._context, ("rows",))
        if checkpoint is None:
            self._rows.persist(level)
        else:
            getattr(self._rows, checkpoint)()
        self._persisted = checkpoint is None
        self.df = df._session._dataframe(
            _engine.plan_rdd(self._rows._engine(), df.schema.json()))
        self.df.count()

    def forget(self):
        """Lets go of the rows, if they are persisted."""
        if self._persisted:
            self._rows.unpersist()
