"""The part of SparkContext that collects profiles; see profiler.py."""
from rushlight.errors import PySparkRuntimeError

PROFILE = "spark.python.profile"
DUMP = "spark.python.profile.dump"


class Profiling:
    """A SparkContext's profiles of its chains, if spark.python.profile is true."""

    profiler_collector = None

    def _start_profiling(self, settings, profiler_cls):
        if settings.get(PROFILE, "false").lower() == "true":
            from rushlight.profiler import BasicProfiler, ProfilerCollector
            self.profiler_collector = ProfilerCollector(profiler_cls or BasicProfiler,
                                                        dump_path=settings.get(DUMP))

    def show_profiles(self):
        """Prints the profiles that have not been printed yet.

        >>> from rushlight.errors import PySparkException
        >>> try:
        ...     sc.show_profiles()
        ... except PySparkException as e:
        ...     print(e.getCondition())
        INCORRECT_CONF_FOR_PROFILE
        """
        self._profiles().show_profiles()

    def dump_profiles(self, path):
        """Writes the profiles into a folder, as files that the module pstats reads.

        >>> from rushlight.errors import PySparkException
        >>> try:
        ...     sc.dump_profiles("profiles")
        ... except PySparkException as e:
        ...     print(e.getCondition())
        INCORRECT_CONF_FOR_PROFILE
        """
        self._profiles().dump_profiles(path)

    def _profiles(self):
        if self.profiler_collector is None:
            raise PySparkRuntimeError(errorClass="INCORRECT_CONF_FOR_PROFILE")
        return self.profiler_collector
