"""RuntimeConfig: the settings of a session, spark.conf.

Mirrors pyspark.sql.conf.
"""
import os

from rushlight._engine import conf_default
from rushlight.errors import IllegalArgumentException
from rushlight.errors.base import check_type
from rushlight.errors.sql import engine_condition

__all__ = ["RuntimeConfig"]

_NO_DEFAULT = object()

# Settings under spark.<…> that the SparkContext reads when it starts.
_FIXED = frozenset("""
    app barrier broadcast cleaner cores deploy driver dynamicAllocation eventLog excludeOnFailure
    executor executorEnv files hadoop home io kryo kryoserializer local locality log master memory
    network plugins python pyspark rdd reducer resources rpc scheduler serializer shuffle
    speculation stage storage submit task testing ui unsafe
""".split())

# Settings under spark.sql that are read when the first session starts.
_STATIC = frozenset("""
    spark.sql.catalogImplementation spark.sql.extensions spark.sql.filesourceTableRelationCacheSize
    spark.sql.globalTempDatabase spark.sql.queryExecutionListeners
    spark.sql.sources.schemaStringLengthThreshold spark.sql.streaming.streamingQueryListeners
    spark.sql.ui.retainedExecutions spark.sql.warehouse.dir
""".split())


class RuntimeConfig:
    """Settings of a session: those of its SparkContext, and what was set since.

    >>> spark.conf.set("spark.sql.shuffle.partitions", 8)
    >>> spark.conf.get("spark.sql.shuffle.partitions")
    '8'
    >>> spark.conf.get("spark.nothing", "none")
    'none'
    """

    def __init__(self, settings, engine_session):
        self._settings = settings
        self._engine_session = engine_session
        engine_session.set_conf("spark.sql.session.timeZone", local_zone())
        for key, value in settings.items():
            if key.startswith("spark.sql."):
                engine_session.set_conf(key, value)

    def _update(self, settings):
        """What a builder asks for of a session that is there: for the session, not the context."""
        for key, value in settings.items():
            if key.startswith("spark.sql."):
                self._engine_session.set_conf(key, value)
            self._settings[key] = value

    def set(self, key, value):
        """Sets one key, to a str, an int or a bool.

        What the SparkContext reads at its start cannot be set any more:

        >>> spark.conf.set("spark.executor.memory", "4g")  # doctest: +ELLIPSIS
        Traceback (most recent call last):
          ...
        rushlight.errors.sql.AnalysisException: [CANNOT_MODIFY_CONFIG] Cannot modify the value ...
        """
        check_type("key", key, str)
        if value is None:
            raise IllegalArgumentException(
                f"requirement failed: value cannot be null for key: {key}", "INVALID_ARGUMENT")
        check_type("value", value, (str, int, bool))
        self._require_modifiable(key)
        if key.startswith("spark.sql."):
            try:
                self._engine_session.set_conf(key, as_text(value))
            except IllegalArgumentException as e:
                raise _unfit(key, as_text(value)) or e from None
        self._settings[key] = as_text(value)

    def get(self, key, default=_NO_DEFAULT):
        """What is set, else `default`; without one the default that a setting under spark.sql has
        of itself, and for any other key an error.

        >>> spark.conf.get("spark.master") == sc.master
        True
        """
        check_type("key", key, str)
        if key in self._settings:
            return self._settings[key]
        if default is not _NO_DEFAULT:
            check_type("default", default, (str, type(None)))
            return default
        found = None
        if key.startswith("spark.sql."):
            found = self._engine_session.get_conf(key) or conf_default(key)
        if found is None:
            raise engine_condition("SQL_CONF_NOT_FOUND", sqlConf=f'"{key}"')
        return found

    def unset(self, key):
        """Removes what was set for a key.

        >>> spark.conf.set("spark.sql.mine", "1")
        >>> spark.conf.unset("spark.sql.mine")
        >>> spark.conf.get("spark.sql.mine", "gone")
        'gone'
        """
        check_type("key", key, str)
        self._require_modifiable(key)
        if key.startswith("spark.sql."):
            self._engine_session.unset_conf(key)
            if key == "spark.sql.session.timeZone":
                self._engine_session.set_conf(key, local_zone())
        self._settings.pop(key, None)

    @property
    def getAll(self):
        """Everything that is set, as a dict.

        >>> spark.conf.getAll["spark.master"] == sc.master
        True
        """
        return dict(self._settings)

    def isModifiable(self, key):
        """Whether set() takes this key.

        >>> spark.conf.isModifiable("spark.sql.shuffle.partitions")
        True
        >>> spark.conf.isModifiable("spark.driver.memory")
        False
        """
        check_type("key", key, str)
        return not _is_fixed(key) and key not in _STATIC and (
            conf_default(key) is not None or key in self._settings)

    def _require_modifiable(self, key):
        if _is_fixed(key):
            raise engine_condition("CANNOT_MODIFY_CONFIG", key=f'"{key}"',
                                   docroot="https://spark.apache.org/docs/latest")
        if key in _STATIC:
            raise engine_condition("CANNOT_MODIFY_STATIC_CONFIG", key=f'"{key}"')


def _unfit(key, text):
    """What Spark says of a value that a key does not take, if that is a matter of its type."""
    default = conf_default(key)
    if default in ("true", "false"):
        return engine_condition("INVALID_CONF_VALUE.TYPE_MISMATCH", confName=key, confValue=text,
                                confType="boolean")
    if default is None or not default.lstrip("-").isdigit():
        return None
    if not text.lstrip("-").isdigit():
        return engine_condition("INVALID_CONF_VALUE.TYPE_MISMATCH", confName=key, confValue=text,
                                confType="int")
    return engine_condition("INVALID_CONF_VALUE.REQUIREMENT", confName=key, confValue=text,
                            confRequirement=f"The value of {key} must be positive")


def _is_fixed(key):
    parts = key.split(".")
    return parts[0] == "spark" and len(parts) > 1 and parts[1] in _FIXED


def as_text(value):
    """A setting as Spark writes it: true and false in small letters."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def local_zone():
    """The time zone of this machine, by name: the default of a session's."""
    if os.environ.get("TZ"):
        return os.environ["TZ"].removeprefix(":")
    place = os.path.realpath("/etc/localtime")
    return place.partition("/zoneinfo/")[2].removeprefix("posix/") or "UTC"
