"""TaskContext: what a task knows about itself, and BarrierTaskContext: how it meets the others.

A worker makes the context of a task when user code first asks for it, from the description that the
runner has sent (TASK in py/runner/protocol.h).  There is one a process: on the driver none, unless
a task has returned its own, as in PySpark.

Mirrors pyspark.taskcontext.
"""
from rushlight import _worker
from rushlight.errors import PySparkRuntimeError

BARRIER_FUNCTION, ALL_GATHER_FUNCTION = 0, 1    # methods of BARRIER in protocol.h


def begin_task():
    """The next task has a context of its own."""
    TaskContext._taskContext = None


class TaskContext:
    """What the running task is: of which stage, which partition, which attempt.

    >>> from rushlight import TaskContext
    >>> sc.parallelize("abcd", 2).map(lambda x: (x, TaskContext.get().partitionId())).collect()
    [('a', 0), ('b', 0), ('c', 1), ('d', 1)]
    >>> TaskContext.get() is None       # on the driver
    True
    """

    _taskContext = None
    _attemptNumber = _partitionId = _stageId = _taskAttemptId = _localProperties = None
    _cpus = _cpuAmount = _resources = None

    def __new__(cls, **kwargs):
        """There is one in a process, whoever makes it."""
        context = TaskContext.get()
        if context is None:
            context = TaskContext._taskContext = object.__new__(cls)
        return context

    def __init__(self, **kwargs):
        for key, value in kwargs.items():
            if not hasattr(TaskContext, f"_{key}"):
                raise TypeError(f"__init__() got an unexpected keyword argument '{key}'")
            if value is not None:
                setattr(self, f"_{key}", value)

    @classmethod
    def get(cls):
        """The context of the task that runs here; None on the driver.

        >>> TaskContext.get() is None
        True
        """
        if TaskContext._taskContext is None and _worker.current_task() is not None:
            TaskContext._taskContext = _context_of_task()
        return TaskContext._taskContext

    @classmethod
    def from_json(cls, json):
        """The context that a dict describes, which is that of this process then.

        >>> def pretend(_):
        ...     TaskContext.from_json({
        ...         "stageId": 3, "partitionId": 7, "attemptNumber": 1, "taskAttemptId": 20,
        ...         "cpus": 2, "resources": {"gpu": {"name": "gpu", "addresses": ["0"]}},
        ...         "localProperties": {"colour": "blue"}})
        ...     task = TaskContext.get()
        ...     return task.partitionId(), task.resources()["gpu"].addresses
        >>> sc.parallelize([0]).map(pretend).first()
        (7, ['0'])
        """
        from decimal import Decimal

        from rushlight.resource import ResourceInformation
        return cls(
            stageId=json["stageId"], partitionId=json["partitionId"],
            attemptNumber=json["attemptNumber"], taskAttemptId=json["taskAttemptId"],
            cpus=json["cpus"], localProperties=json["localProperties"],
            cpuAmount=Decimal(json["cpuAmount"]) if "cpuAmount" in json else None,
            resources={name: ResourceInformation(found["name"], found["addresses"])
                       for name, found in json["resources"].items()})

    def stageId(self):
        """The number of the stage.

        >>> a, b = sc.parallelize([0, 0], 2).map(lambda _: TaskContext.get().stageId()).collect()
        >>> a == b
        True
        """
        return self._stageId

    def partitionId(self):
        """The number of the partition that the task computes.

        >>> sc.parallelize([0, 0], 2).map(lambda _: TaskContext.get().partitionId()).collect()
        [0, 1]
        """
        return self._partitionId

    def attemptNumber(self):
        """How often the partition was tried before in this attempt at the stage.

        >>> sc.parallelize([0]).map(lambda _: TaskContext.get().attemptNumber()).collect()
        [0]
        """
        return self._attemptNumber

    def taskAttemptId(self):
        """A number that no other attempt at a task of this SparkContext has.

        >>> ids = sc.parallelize([0] * 4, 4).map(lambda _: TaskContext.get().taskAttemptId())
        >>> len(set(ids.collect()))
        4
        """
        return self._taskAttemptId

    def getLocalProperty(self, key):
        """A local property of the thread that has started the job, or None.

        >>> sc.setLocalProperty("colour", "blue")
        >>> sc.parallelize([0]).map(lambda _: TaskContext.get().getLocalProperty("colour")).first()
        'blue'
        """
        return self._localProperties.get(key)

    def cpus(self):
        """How many cores the task has: spark.task.cpus.

        >>> sc.parallelize([0]).map(lambda _: TaskContext.get().cpus()).first()
        1
        """
        return self._cpus

    def cpuAmount(self):
        """The same as a Decimal.

        >>> sc.parallelize([0]).map(lambda _: TaskContext.get().cpuAmount()).first()
        Decimal('1')
        """
        return self._cpuAmount

    def resources(self):
        """Other resources of the task, by name: none, executors here have cores and memory.

        >>> sc.parallelize([0]).map(lambda _: TaskContext.get().resources()).first()
        {}
        """
        return self._resources


class BarrierTaskContext(TaskContext):
    """The context of a task in a barrier stage, where all tasks run at once (RDD.barrier).

    >>> from rushlight import BarrierTaskContext
    >>> def meet(part):
    ...     context = BarrierTaskContext.get()
    ...     return [context.allGather(str(sum(part)))]
    >>> sc.parallelize([1, 2, 3, 4], 2).barrier().mapPartitions(meet).collect()
    [['3', '7'], ['3', '7']]
    """

    @classmethod
    def get(cls):
        """The context of the running task; an error if that is not in a barrier stage."""
        context = TaskContext.get()
        if not isinstance(context, BarrierTaskContext):
            raise PySparkRuntimeError(errorClass="NOT_IN_BARRIER_STAGE")
        return context

    def barrier(self):
        """Waits until every task of the stage is here.

        Every task must call it equally often: one that ends while others wait fails them.
        """
        self._check_running("barrier")
        _worker.barrier_sync(BARRIER_FUNCTION, "")

    def allGather(self, message=""):
        """Waits until every task of the stage is here; gives all of their messages, in the order of
        their partitions."""
        if not isinstance(message, str):
            raise TypeError("Argument `message` must be of type `str`")
        self._check_running("allGather")
        return _worker.barrier_sync(ALL_GATHER_FUNCTION, message)

    def getTaskInfos(self):
        """A BarrierTaskInfo of each task of the stage, in the order of their partitions.

        >>> def meet(_):
        ...     return [len(BarrierTaskContext.get().getTaskInfos())]
        >>> sc.parallelize([1, 2], 2).barrier().mapPartitions(meet).collect()
        [2, 2]
        """
        self._check_running("getTaskInfos")
        addresses = self._localProperties.get("addresses", "")
        return [BarrierTaskInfo(address.strip()) for address in addresses.split(",")]

    def _check_running(self, func_name):
        if TaskContext.get() is not self or _worker.current_task() is None:
            raise PySparkRuntimeError(
                errorClass="CALL_BEFORE_INITIALIZE",
                messageParameters={"func_name": func_name, "object": "BarrierTaskContext",
                                   "how": ": it is, in a task of a barrier stage"})


class BarrierTaskInfo:
    """Where a task of a barrier stage runs: `address` is "host:port" of its executor.

    >>> from rushlight import BarrierTaskInfo
    >>> BarrierTaskInfo("localhost:7077").address
    'localhost:7077'
    """

    def __init__(self, address):
        self.address = address


def _context_of_task():
    from rushlight.worker import current_task
    task = current_task()
    # Not of the class that asks: a task of a barrier stage has a BarrierTaskContext.
    context = object.__new__(BarrierTaskContext if task.get("barrier") else TaskContext)
    TaskContext._taskContext = context
    return context.from_json({
        "stageId": task["stage"], "partitionId": task["partition"],
        "attemptNumber": task["attempt"], "taskAttemptId": task["taskId"],
        "cpus": task.get("cpus", 1), "cpuAmount": task.get("cpus", 1), "resources": {},
        "localProperties": task["properties"]})
