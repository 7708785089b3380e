"""Faults: executors die or get slow, tasks fail, outputs and blocks vanish, and jobs recover.

    with SparkContext("local-cluster[3,2,1024]") as sc:
        sc.faults.kill_executor("1", when={"stage": 1})     # as its first task starts
        words.countByKey()                                  # the same result as ever
        print(sc.summary())                                 # and what it took

The same as a file, for `rushlight submit --faults faults.json` or spark.rushlight.faultScript:

    {"faults": [{"do": "kill_executor", "executor": "1", "when": {"stage": 1}}]}

A fault without `when` happens at once (in a file: as the first task starts).  `when` is a dict, and
waits for the start of a task that has all of
    task            its number in the application, or a later one
    stage, stage_attempt, partition, attempt, executor
`times` says for how many such tasks, 1 if nothing is said.

Nothing is pretended.  What is taken away is gone, and what follows is the scheduler's recovery
along the lineage; a run with faults counts tasks and looks at no clock: it can be repeated.
"""

class Faults:
    """What can go wrong with the executors of a SparkContext, on demand: `sc.faults`."""

    def __init__(self, engine):
        self._engine = engine

    def _inject(self, do, when=None, times=None, **members):
        import json     # here alone: most programs do without it, and start sooner
        fault = {"do": do, "when": when, "times": times, **members}
        self._engine.inject(json.dumps({name: value for name, value in fault.items()
                                        if value is not None}))

    def executors(self):
        """The names of the executors that are alive.

        >>> sc.faults.executors()
        ['driver']
        """
        return self._engine.executor_ids()

    def kill_executor(self, executor, replace=False, when=None):
        """An executor dies, with its tasks, its map outputs and its blocks; with `replace` a fresh
        one of the next number comes; on a simulated cluster that is its manager's affair.  In local
        mode there is none that could.

        >>> from rushlight.errors import EngineError
        >>> try:
        ...     sc.faults.kill_executor("driver")
        ... except EngineError as e:
        ...     print(e)
        fault (kill_executor): there is no executor driver that could be lost ...
        """
        self._inject("kill_executor", when, executor=executor, replace=True if replace else None)

    def decommission_executor(self, executor, replace=False, when=None):
        """An executor is told that its machine will be taken away: it gets no more tasks, and when
        those that it has are done it goes, with its map outputs and its blocks; with `replace` a
        fresh one of the next number comes then.  With spark.decommission.enabled and
        spark.storage.decommission.enabled it hands over what it holds to the others before.  In
        local mode there is none that could.

        >>> from rushlight.errors import EngineError
        >>> try:
        ...     sc.faults.decommission_executor("driver")
        ... except EngineError as e:
        ...     print(e)
        fault (decommission_executor): there is no executor driver that could be lost ...
        """
        # Simulated clusters bring another one themselves, and know no such member.
        self._inject("decommission_executor", when, executor=executor,
                     replace=True if replace else None)

    def slow_executor(self, executor, factor, when=None):
        """The tasks of an executor take so many times as long from now on; 1: as long as ever.

        >>> sc.faults.slow_executor("driver", 1.5)
        >>> sc.faults.slow_executor("driver", 1)
        """
        self._inject("slow_executor", when, executor=executor, factor=factor)

    def fail_task(self, stage=None, partition=None, attempt=None, times=1, message=None, **when):
        """Tasks that start fail with an exception: those of a stage, of a partition, of an attempt
        (0 is the first), or whatever else `when` can say.

        >>> from rushlight.errors import EngineError
        >>> sc.faults.fail_task(partition=1, message="a bad day")
        >>> try:
        ...     sc.parallelize([1, 2], 2).count()
        ... except EngineError as e:        # in local mode one failure is one too many
        ...     print(e)
        Job aborted due to stage failure: Task 1 in stage ... failed 1 times, ... a bad day
        >>> sc.parallelize([1, 2], 2).count()
        2
        """
        when.update(stage=stage, partition=partition, attempt=attempt)
        self._inject("fail_task", {name: value for name, value in when.items()
                                   if value is not None}, times, message=message)

    def drop_shuffle(self, shuffle, map=None, executor=None, when=None):
        """Outputs of a shuffle vanish: of one map task, or of all; on one executor, or wherever
        they are.  Shuffles are numbered as they are made, from 0.

        >>> from rushlight.errors import EngineError
        >>> try:
        ...     sc.faults.drop_shuffle(1_000_000)
        ... except EngineError as e:
        ...     print(e)
        fault (drop_shuffle): there is no such map output
        """
        self._inject("drop_shuffle", when, shuffle=shuffle, map=map, executor=executor)

    def corrupt_shuffle(self, shuffle, map=None, executor=None, when=None):
        """Outputs of a shuffle are damaged: who reads them finds that a checksum does not hold.

        >>> sc.faults.corrupt_shuffle(0, map=3, when={"stage": 1_000_000})
        """
        self._inject("corrupt_shuffle", when, shuffle=shuffle, map=map, executor=executor)

    def drop_cached(self, rdd, partition=None, executor=None, when=None):
        """Kept partitions of a persisted RDD, given itself or by its number, vanish: one, or all;
        on one executor, or wherever they are.

        >>> numbers = sc.parallelize(range(4), 2).cache()
        >>> numbers.sum()
        6
        >>> sc.faults.drop_cached(numbers, partition=1)
        >>> numbers.sum()       # computes the second half once more
        6
        """
        number = rdd if isinstance(rdd, int) else rdd.id()
        self._inject("drop_cached", when, rdd=number, partition=partition, executor=executor)


class FaultInjection:
    """The part of SparkContext that makes things go wrong."""

    @property
    def faults(self):
        """Faults on demand: see the module rushlight.faults.

        >>> sc.faults.executors()
        ['driver']
        """
        return Faults(self._engine)
