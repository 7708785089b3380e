"""Actions: what runs jobs and brings results to the driver.

An action is one job, but for take (and first, isEmpty), which looks at more and more partitions,
each time in a job of its own, until it has enough.  Those that make one value of all elements stand
in _reductions.py.
"""
import collections
import functools
import math
import warnings

from rushlight import _functions as functions
from rushlight._callsite import current_call, operator


def _elements_of(partitions):
    for partition in partitions:
        yield from partition


def _one_ahead(context, jobs):
    """What each job gives, while a thread runs the one after it."""
    from concurrent.futures import ThreadPoolExecutor
    from rushlight.util import inheritable_thread_target
    with ThreadPoolExecutor(1, "prefetch") as pool:
        running = collections.deque()
        try:
            for job in jobs:
                running.append(pool.submit(inheritable_thread_target(job)))
                if len(running) == 2:
                    yield running.popleft().result()
            while running:
                yield running.popleft().result()
        except BaseException as e:      # the reader has had enough: what waits must not begin
            pool.shutdown(wait=False, cancel_futures=True)
            if isinstance(e, KeyboardInterrupt):
                context.cancelAllJobs()     # or the pool would wait for what runs
            raise


class Actions:
    """The part of RDD that computes it."""

    # ── everything ──
    @operator
    def collect(self):
        """All elements, as a list on the driver: for results, not for data.

        >>> sc.parallelize([1, 2, 3]).collect()
        [1, 2, 3]
        """
        return self.ctx._collect(self)

    @operator
    def collectWithJobGroup(self, groupId, description, interruptOnCancel=False):
        """collect() in a job group, which stays this thread's group afterwards.  setJobGroup() and
        InheritableThread do the same.

        >>> import warnings
        >>> with warnings.catch_warnings(record=True):
        ...     sc.parallelize([1, 2]).collectWithJobGroup("nightly", "the nightly report")
        [1, 2]
        """
        warnings.warn("collectWithJobGroup is deprecated: call SparkContext.setJobGroup and "
                      "collect, in an InheritableThread", FutureWarning, stacklevel=3)
        self.ctx.setJobGroup(groupId, description, interruptOnCancel)
        return self.collect()

    @operator
    def toLocalIterator(self, prefetchPartitions=False):
        """A generator of all elements that holds one partition at a time: each is computed by a job
        of its own, when its first element is asked for, or, with prefetchPartitions, while the one
        before is read.

        >>> numbers = sc.parallelize(range(10), 5).toLocalIterator()
        >>> next(numbers), next(numbers), next(numbers)     # two partitions, so far
        (0, 1, 2)
        """
        self._engine()
        call = current_call()
        jobs = [functools.partial(self.ctx._collect_partition, self, i, call)
                for i in range(self.getNumPartitions())]
        return _elements_of(_one_ahead(self.ctx, jobs) if prefetchPartitions
                            else (job() for job in jobs))

    @operator
    def collectAsMap(self):
        """A dict of all pairs; of several values of a key the last one stays.

        >>> sc.parallelize([("a", 1), ("b", 2)]).collectAsMap()
        {'a': 1, 'b': 2}
        """
        return dict(self.collect())

    @operator
    def count(self):
        """How many elements there are.

        >>> sc.parallelize(range(1000)).filter(lambda x: x % 7 == 0).count()
        143
        """
        return sum(self._then("count").collect())

    # ── some ──
    @operator
    def take(self, num):
        """The first `num` elements.  Looks at one partition, then at as many more as are needed,
        guessed from what was found: four times as many if it was nothing.

        >>> sc.parallelize(range(100), 10).filter(lambda x: x > 50).take(3)
        [51, 52, 53]
        """
        return self._take(num)

    def _take(self, num, **named):
        items, scanned, total = [], 0, self.getNumPartitions()
        while len(items) < num and scanned < total:
            more = 1
            if scanned > 0:
                more = scanned * 4
                if items:
                    expected = int(1.5 * num * scanned / len(items)) - scanned
                    more = min(max(expected, 1), more)
            found = self.ctx._run_partitions(
                self, functools.partial(functions.take_first, math.ceil(num) - len(items)),
                range(scanned, min(scanned + more, total)),
                cause="take growth" if scanned else "action", **named)
            items += found
            scanned += more
        return items[:num]

    @operator
    def first(self):
        """The first element.

        >>> sc.parallelize([5, 6]).first()
        5
        """
        found = self.take(1)
        if not found:
            raise ValueError("RDD is empty")
        return found[0]

    @operator
    def isEmpty(self):
        """Whether there is no element at all.

        >>> sc.parallelize(range(10)).filter(lambda x: x > 10).isEmpty()
        True
        """
        return self.getNumPartitions() == 0 or not self.take(1)

    @operator
    def takeOrdered(self, num, key=None):
        """The `num` smallest elements, in order; by key(x) if there is a key.

        >>> sc.parallelize([5, 3, 9, 1], 2).takeOrdered(2)
        [1, 3]
        >>> sc.parallelize([5, 3, 9, 1], 2).takeOrdered(2, key=lambda x: -x)
        [9, 5]
        """
        if num < 0:
            raise ValueError("top N cannot be negative.")
        if num == 0 or self.getNumPartitions() == 0:
            return []
        return (self.mapPartitions(functools.partial(functions.smallest, num, key))
                .reduce(functools.partial(functions.merge_smallest, num, key)))

    @operator
    def top(self, num, key=None):
        """The `num` largest elements, largest first; by key(x) if there is a key.

        >>> sc.parallelize([5, 3, 9, 1], 2).top(2)
        [9, 5]
        """
        return (self.mapPartitions(functools.partial(functions.largest, num, key))
                .reduce(functools.partial(functions.merge_largest, num, key)))

    # ── for the side effect ──
    @operator
    def foreach(self, f):
        """Calls f(x) for each element, in the workers; what it prints appears there.

        >>> sc.parallelize([1, 2, 3]).foreach(lambda x: None)
        """
        self.map(f).count()

    @operator
    def foreachPartition(self, f):
        """Calls f(iterator) once for each partition, in the workers.

        >>> def save(part):
        ...     for x in part:
        ...         pass                    # write x somewhere
        >>> sc.parallelize([1, 2, 3], 2).foreachPartition(save)
        """
        self.mapPartitions(functools.partial(functions.consume_with, f)).count()
