"""Profilers: where the time of an RDD's functions goes, with spark.python.profile=true.

Each chain that runs gets a profiler.  In the workers the chain runs over a partition under
cProfile, and what that saw is added to an accumulator, which merges the partitions on the driver:

    partition 0   cProfile ── Stats ─┐
    partition 1   cProfile ── Stats ─┴─▶ accumulator ─▶ show (), dump ()

SparkContext.show_profiles() prints them, as does the end of the program; with
spark.python.profile.dump they go to files there.  Under a profiler a partition's results are held
as one list, so it is for finding what is slow, not for production.  A Profiler of one's own, given
as SparkContext(profiler_cls=…), may measure anything else.

Mirrors pyspark.profiler.
"""
import atexit
import functools
import os
import sys

from rushlight.accumulators import AccumulatorParam

__all__ = ["BasicProfiler", "Profiler"]

LINE = "=" * 60


class ProfilerCollector:
    """The profilers of a SparkContext, by the number of the RDD that each has profiled."""

    def __init__(self, profiler_cls, udf_profiler_cls=None, memory_profiler_cls=None,
                 dump_path=None):
        self.profiler_cls = profiler_cls
        self.udf_profiler_cls = udf_profiler_cls
        self.memory_profiler_cls = memory_profiler_cls
        self.profile_dump_path = dump_path
        self.profilers = []     # [RDD number, profiler, shown]

    def new_profiler(self, ctx):
        """A profiler for one chain."""
        return self.profiler_cls(ctx)

    @staticmethod
    def under(profiler, chain):
        """A chain of (call, op) that is profiled: with an op before all others and one behind them,
        or before the op that deals pairs to partitions, which must be the last."""
        names = [op[0] for _, op in chain]
        begin, end = names[0] == "records", len(chain) - (names[-1] == "partition")
        place = chain[-1][0]
        return [*chain[:begin], (place, ("mapPartitions", functools.partial(_begin, profiler))),
                *chain[begin:end], (place, ("mapPartitions", functools.partial(_end, profiler))),
                *chain[end:]]

    def add_profiler(self, id, profiler):
        """Keeps it; the first one arranges for the end of the program."""
        if not self.profilers:
            if self.profile_dump_path:
                atexit.register(self.dump_profiles, self.profile_dump_path)
            else:
                atexit.register(self.show_profiles)
        self.profilers.append([id, profiler, False])

    def dump_profiles(self, path):
        """Writes every profile into a folder, and forgets them."""
        for id, profiler, _ in self.profilers:
            profiler.dump(id, path)
        self.profilers = []

    def show_profiles(self):
        """Prints the profiles that have not been printed."""
        for entry in self.profilers:
            id, profiler, shown = entry
            if not shown and profiler:
                profiler.show(id)
                entry[2] = True


class Profiler:
    """The base of profilers: profile() runs in workers, the others on the driver.

    >>> class Counting(Profiler):
    ...     def __init__(self, ctx):
    ...         self.partitions = ctx.accumulator(0)
    ...     def profile(self, func, *args):
    ...         self.partitions += 1
    ...         return func(*args)
    ...     def stats(self):
    ...         return self.partitions.value
    ...     def show(self, id):
    ...         print(f"RDD {id}: {self.stats()} partitions")
    ...     def dump(self, id, path):
    ...         with open(os.path.join(path, f"{id}.txt"), "w") as f:
    ...             f.write(str(self.stats()))
    >>> profiler = Counting(sc)
    >>> sc.parallelize(range(4), 2).mapPartitions(lambda part: profiler.profile(list, part)).count()
    4
    >>> profiler.show(7)
    RDD 7: 2 partitions
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     profiler.dump(7, folder)
    ...     print(os.listdir(folder))
    ['7.txt']
    """

    def __init__(self, ctx):
        pass

    def profile(self, func, *args, **kwargs):
        """What func(*args, **kwargs) gives, after measuring it."""
        raise NotImplementedError

    def stats(self):
        """What was measured."""
        raise NotImplementedError

    def show(self, id):
        """Prints it, for the RDD of that number."""
        raise NotImplementedError

    def dump(self, id, path):
        """Writes it into a folder."""
        raise NotImplementedError


class PStatsParam(AccumulatorParam):
    """How profiles are added: None is no profile yet."""

    @staticmethod
    def zero(value):
        return None

    @staticmethod
    def addInPlace(value1, value2):
        return value2 if value1 is None else value1 if value2 is None else value1.add(value2)


class BasicProfiler(Profiler):
    """cProfile: how often each function was called and how long it took.

    >>> profiler = BasicProfiler(sc)
    >>> sc.parallelize(range(4), 2).mapPartitions(lambda part: profiler.profile(list, part)).count()
    4
    >>> type(profiler.stats()).__name__
    'Stats'
    """

    def __init__(self, ctx):
        super().__init__(ctx)
        self._accumulator = ctx.accumulator(None, PStatsParam)

    def profile(self, func, *args, **kwargs):
        self._switch_on()
        try:
            return func(*args, **kwargs)
        finally:
            self._switch_off()

    def _switch_on(self):
        import cProfile
        sys.setprofile(None)        # what a failed task has left on
        self._profile = cProfile.Profile()
        self._profile.enable()

    def _switch_off(self):
        self._profile.disable()
        import pstats
        stats = pstats.Stats(self._profile)
        stats.stream = None         # a file, which does not leave a process
        stats.strip_dirs()
        self._accumulator.add(stats)

    def stats(self):
        return self._accumulator.value

    def show(self, id):
        """Prints where the time went, the longest first.

        >>> profiler = BasicProfiler(sc)
        >>> sc.parallelize([2, 1]).mapPartitions(lambda part: profiler.profile(sorted, part)).sum()
        3
        >>> profiler.show(7)  # doctest: +ELLIPSIS
        =====...
        Profile of RDD<id=7>
        =====...
        ... function calls in ... seconds
        ...
        ...{built-in method builtins.sorted}
        ...
        """
        stats = self.stats()
        if stats:
            stats.stream = sys.stdout
            print(LINE, f"Profile of RDD<id={id}>", LINE, sep="\n")
            stats.sort_stats("time", "cumulative").print_stats()

    def dump(self, id, path):
        """Writes it into a folder, as a file that the module pstats reads.

        >>> profiler = BasicProfiler(sc)
        >>> sc.parallelize([2, 1]).mapPartitions(lambda part: profiler.profile(sorted, part)).sum()
        3
        >>> import pstats, tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     profiler.dump(7, os.path.join(folder, "new"))
        ...     pstats.Stats(os.path.join(folder, "new", "rdd_7.pstats")).total_calls > 0
        True
        """
        os.makedirs(path, exist_ok=True)
        stats = self.stats()
        if stats:
            stats.dump_stats(os.path.join(path, f"rdd_{id}.pstats"))


# ── in workers ──
def _is_basic(profiler):
    return type(profiler).profile is BasicProfiler.profile


def _begin(profiler, iterator):
    """Before the chain: switches cProfile on.  (Operators that take all of their input before they
    give anything out do so before the last one's function is called.)"""
    if _is_basic(profiler):
        profiler._switch_on()
    return iterator


def _end(profiler, iterator):
    """Behind the chain.  A profiler that measures in its own way is given what there is left."""
    if not _is_basic(profiler):
        return profiler.profile(list, iterator)
    try:
        return list(iterator)
    finally:
        profiler._switch_off()
