"""SparkConf: the settings of an application.

Mirrors pyspark.conf.SparkConf.  Values are text; what a key means, and whether a value is allowed,
the engine says when a SparkContext starts (core/conf).
"""
from rushlight.errors import PySparkRuntimeError

__all__ = ["SparkConf"]

# What the launcher was told (rushlight submit --conf, --properties-file): SparkConf() begins with
# it, as it begins with the system properties in Spark.
_defaults = {}


def set_defaults(settings):
    """Replaces what every SparkConf() begins with; for launchers."""
    _defaults.clear()
    _defaults.update(settings)


def set_default(key, value):
    """Sets one of them; for SparkContext.setSystemProperty."""
    _defaults[key] = value


class SparkConf:
    """Settings for a SparkContext; every setter returns the conf itself, so that calls chain.

    What the program sets wins over what `rushlight submit` was told.

    >>> from rushlight import SparkConf
    >>> conf = SparkConf().setMaster("local[2]").setAppName("counts").set("spark.task.cpus", 1)
    >>> conf.get("spark.master"), conf.get("spark.task.cpus"), conf.get("spark.home")
    ('local[2]', '1', None)
    """

    def __init__(self, loadDefaults=True):
        self._conf = dict(_defaults) if loadDefaults else {}

    def set(self, key, value):
        """Sets one key, to the text of a value: None is kept as 'None', as PySpark does.

        >>> SparkConf().set("spark.default.parallelism", 8).get("spark.default.parallelism")
        '8'
        """
        self._conf[key] = str(value)
        return self

    def setIfMissing(self, key, value):
        """Sets a key that is not set yet.

        >>> conf = SparkConf().setAppName("mine").setIfMissing("spark.app.name", "yours")
        >>> conf.get("spark.app.name")
        'mine'
        """
        return self if key in self._conf else self.set(key, value)

    def setMaster(self, value):
        """Where to run: local, local[N], local[*], local[N,maxFailures], local-cluster[E,C,MiB].

        >>> SparkConf().setMaster("local[4]").get("spark.master")
        'local[4]'
        """
        return self.set("spark.master", value)

    def setAppName(self, value):
        """The application's name, as logs and pages show it.

        >>> SparkConf().setAppName("counts").get("spark.app.name")
        'counts'
        """
        return self.set("spark.app.name", value)

    def setSparkHome(self, value):
        """Kept under spark.home, where programs may read it.

        >>> SparkConf().setSparkHome("/opt/spark").get("spark.home")
        '/opt/spark'
        """
        return self.set("spark.home", value)

    def setExecutorEnv(self, key=None, value=None, pairs=None):
        """Environment variables of the workers: one, or several as `pairs`.

        >>> SparkConf().setExecutorEnv("LANG", "C.UTF-8").get("spark.executorEnv.LANG")
        'C.UTF-8'
        >>> SparkConf().setExecutorEnv(pairs=[("A", "1"), ("B", "2")]).get("spark.executorEnv.B")
        '2'
        """
        if (key is None) == (pairs is None):
            raise PySparkRuntimeError(errorClass="KEY_VALUE_PAIR_REQUIRED")
        for name, text in [(key, value)] if pairs is None else pairs:
            self.set("spark.executorEnv." + name, text)
        return self

    def setAll(self, pairs):
        """Sets every (key, value) of a list.

        >>> SparkConf().setAll([("spark.a", "1"), ("spark.b", "2")]).get("spark.b")
        '2'
        """
        for key, value in pairs:
            self.set(key, value)
        return self

    def get(self, key, defaultValue=None):
        """What was set, else `defaultValue`.

        >>> SparkConf().get("spark.nothing", "none")
        'none'
        """
        return self._conf.get(key, defaultValue)

    def getAll(self):
        """Everything that is set, as a list of pairs.

        >>> SparkConf(loadDefaults=False).set("spark.a", "1").getAll()
        [('spark.a', '1')]
        """
        return list(self._conf.items())

    def contains(self, key):
        """Whether the key is set.

        >>> SparkConf().setAppName("x").contains("spark.app.name")
        True
        """
        return key in self._conf

    def toDebugString(self):
        """One key=value a line, in the order of the keys, without secrets.

        >>> conf = SparkConf(loadDefaults=False).setMaster("local").set("spark.db.password", "mine")
        >>> print(conf.toDebugString())
        spark.db.password=*********(redacted)
        spark.master=local
        """
        from rushlight._engine import redact
        return "\n".join(f"{key}={redact(key, value)}"
                         for key, value in sorted(self._conf.items()))

    def __repr__(self):
        return f"<SparkConf with {len(self._conf)} settings>"
