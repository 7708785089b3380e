"""System properties, as programs set and ask for them through a SparkContext.

They are the JVM's in Spark, where they are how a launcher passes settings: what begins with
"spark." is a default of every new SparkConf.  There is no JVM here, but the table is, with what
Java would know of the machine.
"""
import os

from rushlight import conf
from rushlight.errors.engine import IllegalArgumentException, NoSuchMethodError

_properties = {}


def _temporary_folder():
    import tempfile
    return tempfile.gettempdir()


def _user():
    import getpass
    return getpass.getuser()


_OF_THE_MACHINE = {
    "file.separator": lambda: os.sep,
    "java.io.tmpdir": _temporary_folder,
    "line.separator": lambda: os.linesep,
    "os.arch": lambda: os.uname().machine,
    "os.name": lambda: os.uname().sysname,
    "os.version": lambda: os.uname().release,
    "path.separator": lambda: os.pathsep,
    "user.dir": os.getcwd,
    "user.home": lambda: os.path.expanduser("~"),
    "user.name": _user,
}


def _check(method, *arguments):
    if not all(isinstance(x, str) for x in arguments):
        raise NoSuchMethodError(f"Method {method}", *arguments)
    if not arguments[0]:
        raise IllegalArgumentException("key can't be empty", "INVALID_ARGUMENT")


class System:
    """The part of SparkContext that tells of the system around it."""

    @classmethod
    def setSystemProperty(cls, key, value):
        """Sets a property of the system.  One whose name begins with "spark." is a setting of every
        SparkConf that is made later, and so must be set before the SparkContext is.

        >>> SparkContext.setSystemProperty("my.key", "mine")
        >>> SparkContext.getSystemProperty("my.key")
        'mine'
        """
        _check("setProperty", key, value)
        _properties[key] = value
        if key.startswith("spark."):
            conf.set_default(key, value)

    @classmethod
    def getSystemProperty(cls, key):
        """A property that was set, or one of the machine, or None.

        >>> SparkContext.getSystemProperty("file.separator")
        '/'
        """
        _check("getProperty", key)
        if key not in _properties and key in _OF_THE_MACHINE:
            return _OF_THE_MACHINE[key]()
        return _properties.get(key)
