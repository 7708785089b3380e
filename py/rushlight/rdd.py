"""RDD: a distributed collection, as PySpark programs know it.

An RDD is a node of a lineage; nothing runs until an action.  On the engine's side there are few
kinds of them, since Python's operators are composed here as PySpark composes them:

    parallelize, textFile              sources
    PipelinedRDD                       a chain of functions, run in one go by a worker
    partitionBy                        keys → PairwiseRDD ─shuffle→ ShuffledRDD → values
    union                              UnionRDD, or PartitionerAwareUnionRDD

Chains.  A PipelinedRDD is one step (`map` and its function) on top of another RDD.  Steps follow
each other as a linked list; when an engine RDD is needed they are gathered down to the nearest RDD
that is no chain, and become one command, a flat list that the worker runs in one C loop:

    textFile ← flatMap ← map ← combine ← partition        [("flatMap", f), ("map", g), …]
    (engine)   └──────────── one PythonRDD ────────┘      py/ext/chain_ops.def lists the operators

An engine RDD is made late, when an action, a shuffle, a union or id() asks for it: so RDD numbers
are PySpark's, and a function sees the variables of its closure as they are at that time.

Records.  What an engine RDD's batches hold is its format (_records.py): lines, or runs of pickled
objects.  RDDs of different formats cannot be mixed in a union; they are brought to the chain's
format first.

The operators themselves stand in _transformations.py, _pairs.py, _joins.py, _sorting.py,
_sampling.py, _layout.py and _piping.py (new RDDs), _actions.py, _reductions.py, _statistics.py,
_approximations.py (results) and _files.py.
Mirrors pyspark.core.rdd.
"""
from rushlight._actions import Actions
from rushlight._approximations import Approximations, BoundedFloat
from rushlight._caching import Caching
from rushlight._callsite import current_call
from rushlight._files import FileOutputs
from rushlight._functions import portable_hash
from rushlight._joins import Joins
from rushlight._layout import Layout
from rushlight._pairs import PairTransformations
from rushlight._pickling import dumps_command
from rushlight._piping import Piping
from rushlight._profiles import Profiles
from rushlight._records import described, records_op
from rushlight._reductions import Reductions
from rushlight._sampling import Sampling
from rushlight._sorting import Sorting
from rushlight._statistics import Statistics
from rushlight._transformations import Transformations
from rushlight.barrier import Barriers, RDDBarrier
from rushlight.errors import PySparkRuntimeError, PySparkTypeError

__all__ = ["BoundedFloat", "RDD", "RDDBarrier", "portable_hash"]


class Partitioner:
    """How keys were placed: equal partitioners put equal keys into the same partition."""

    def __init__(self, numPartitions, partitionFunc):
        self.numPartitions = numPartitions
        self.partitionFunc = partitionFunc

    def __eq__(self, other):
        return (isinstance(other, Partitioner) and self.numPartitions == other.numPartitions
                and self.partitionFunc == other.partitionFunc)

    __hash__ = None

    def __call__(self, key):
        return self.partitionFunc(key) % self.numPartitions


class RDD(Transformations, PairTransformations, Joins, Sorting, Sampling, Layout, Actions,
          Reductions, Statistics, Approximations, FileOutputs, Piping, Barriers,
          Caching, Profiles):
    """A collection in partitions, built by transformations, computed when an action needs it.

    >>> squares = sc.parallelize(range(6), 3).map(lambda x: x * x)
    >>> squares.getNumPartitions(), squares.collect()
    (3, [0, 1, 4, 9, 16, 25])
    """

    def __init__(self, engine_rdd, ctx, record_format):
        self.ctx = ctx
        self.partitioner = None
        self._format = record_format
        self._engine_rdd = engine_rdd

    def _engine(self):
        """The engine's RDD; a chain makes it on first use."""
        return self._engine_rdd

    def _as_chain(self):
        """This RDD in a chain's format: itself, or a chain without a function on top of it."""
        if self._format == self.ctx._chain_format:
            return self
        return PipelinedRDD(self, (), preservesPartitioning=True)

    def _forget_chain(self):
        """Lets go of what the engine's RDD was made of."""

    def _handed_over(self, times=1):
        """This RDD where Spark unpickles it for the JVM, in so many RDDs more.  Nothing is to be
        done in them here; they are in lineages, and have their numbers."""
        rdd = self
        for _ in range(times):
            made = self.ctx._engine.handed_over(rdd._engine(), current_call())
            rdd = RDD(made, self.ctx, self._format)
        return rdd

    def _then(self, *op, preservesPartitioning=False, is_barrier=False, record_format=None):
        """A chain: this RDD with one more operator on top."""
        return PipelinedRDD(self, (op,), preservesPartitioning, is_barrier=is_barrier,
                            record_format=record_format)

    # ── what it is ──
    @property
    def context(self):
        """The SparkContext that this RDD belongs to.

        >>> sc.parallelize([1]).context is sc
        True
        """
        return self.ctx

    def id(self):
        """The RDD's number, unique in its SparkContext.

        >>> a, b = sc.parallelize([1]), sc.parallelize([1])
        >>> b.id() - a.id()
        1
        """
        return self._engine().id

    def name(self):
        """The name that setName gave, or None.

        >>> sc.parallelize([1]).name() is None
        True
        """
        return self._engine().name

    def setName(self, name):
        """Names the RDD for pictures, toDebugString and the event log; None takes the name away.
        Returns the RDD.

        >>> sc.parallelize([1]).setName("ones").name()
        'ones'
        """
        if name is not None and not isinstance(name, str):
            raise PySparkTypeError(errorClass="NOT_EXPECTED_TYPE", messageParameters={
                "arg_name": "name", "expected_type": "str", "arg_type": type(name).__name__})
        self._engine().set_name(name)
        return self

    def getNumPartitions(self):
        """How many partitions the RDD has.

        >>> sc.parallelize([1, 2, 3, 4], 2).getNumPartitions()
        2
        """
        return self._engine().n_partitions()

    def toDebugString(self):
        """The lineage, as bytes: each shuffle moves it in.

        >>> pairs = sc.parallelize([("a", 1)], 2)
        >>> print(pairs.reduceByKey(max).toDebugString().decode())  # doctest: +ELLIPSIS
        (2) PythonRDD[...] at reduceByKey at ...
         |  MapPartitionsRDD[...] at reduceByKey at ...
         |  ShuffledRDD[...] at reduceByKey at ...
         +-(2) PairwiseRDD[...] at reduceByKey at ...
            |  PythonRDD[...] at reduceByKey at ...
            |  ParallelCollectionRDD[...] at parallelize at ...
        """
        return self._engine().debug_string().encode()

    def dag(self):
        """The lineage as a picture: RDDs as boxes, stages around them, with what was counted if
        jobs have run.  Notebooks show it; save() writes .svg, .png, .pdf or .dot.

        >>> words = sc.parallelize(["a", "b"]).map(lambda w: (w, 1)).reduceByKey(max)
        >>> words.dag().dot.startswith("digraph")
        True
        """
        from rushlight.dag import Dag
        return Dag(f"RDD {self.id()}", self._engine().dag)

    def __repr__(self):
        return repr(self._engine())

    def __getnewargs__(self):
        raise PySparkRuntimeError(errorClass="RDD_TRANSFORM_ONLY_VALID_ON_DRIVER")

    def _default_reduce_partitions(self):
        """How many partitions a shuffle makes if nobody says."""
        if self.ctx._conf.contains("spark.default.parallelism"):
            return self.ctx.defaultParallelism
        return self.getNumPartitions()


class PipelinedRDD(RDD):
    """One step of a chain: the operators `ops` (mostly one) on top of `prev`.

    >>> chain = sc.parallelize([1, 2, 3], 1).map(lambda x: x + 1).filter(lambda x: x % 2 == 0)
    >>> print(chain.toDebugString().decode())  # doctest: +ELLIPSIS
    (1) PythonRDD[...] at filter at ...
     |  ParallelCollectionRDD[...] at parallelize at ...
    """

    def __init__(self, prev, ops, preservesPartitioning=False, output="runs", is_barrier=False,
                 record_format=None):
        super().__init__(None, prev.ctx, record_format or prev.ctx._chain_format)
        on_chain = isinstance(prev, PipelinedRDD) and prev._is_pipelinable()
        self.prev = prev
        self.preservesPartitioning = preservesPartitioning and (
            not on_chain or prev.preservesPartitioning)
        self.partitioner = prev.partitioner if self.preservesPartitioning else None
        self._source = prev._source if on_chain else prev   # the nearest RDD that is no chain
        self._ops = ops
        self._output = output
        self.is_barrier = is_barrier or prev._is_barrier()
        self._call = current_call()

    def _engine(self):
        if self._engine_rdd is None:
            self._engine_rdd = self._make_engine_rdd()
        return self._engine_rdd

    def _make_engine_rdd(self):
        chain, steps, step = [], [], self
        while step is not self._source:
            # Operators of one call of the user's are one step of pictures.
            if not steps or steps[-1] is not step._call:
                steps.append(step._call)
            chain.extend((step._call, op) for op in reversed(step._ops))
            step = step.prev
        chain.reverse()
        steps.reverse()
        records = records_op(self._source._format, self._format)
        if records is not None:
            chain.insert(0, (self._call, records))
        source = self._source._engine()
        collector = self.ctx.profiler_collector
        if collector is not None:
            profiler = collector.new_profiler(self.ctx)
            chain = collector.under(profiler, chain)
        try:
            command = dumps_command(chain)
        finally:
            # If that failed, too: they are not the next RDD's.
            broadcasts = [b._handle for b in self.ctx._pickled_broadcast_vars.take()]
        made = self._python_rdd(
            source, command, self._output, self.preservesPartitioning,
            [call[:2] for call in steps], described(self._source._format), broadcasts,
            self.is_barrier, self._call)
        if collector is not None:
            collector.add_profiler(made.id, profiler)
        return made

    def _python_rdd(self, *arguments):
        """The engine's RDD of a chain; a subclass has more to say of what comes out."""
        return self.ctx._engine.python_rdd(*arguments)

    def _is_barrier(self):
        return self.is_barrier

    def _forget_chain(self):
        """Nothing will stand on the steps below this one any more."""
        self._engine()
        self.prev = self._source = None

    def getNumPartitions(self):
        """How many partitions the RDD has; no need to build the chain for that."""
        if self._source is None:
            return super().getNumPartitions()
        return self._source.getNumPartitions()
