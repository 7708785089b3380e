"""`import pyspark` finds this package.

    pyspark                a module of its own, whose names are rushlight's and whose __version__ is
                           the mirrored Spark's
    pyspark.sql.session    rushlight.sql.session, the same module object under a second name
    pyspark.core.rdd       rushlight.rdd: since 4.0 PySpark keeps these in pyspark.core
    pyspark.errors.exceptions.base    rushlight.errors; .captured, too
    pyspark.testing.utils             rushlight.testing
    graphframes            rushlight.graphframes: a package of its own beside PySpark
    py4j.protocol          the exceptions that programs catch; there is no Java here

A finder at the head of sys.meta_path answers for these names and never lets another one look: a
module that is missing here is missing, even where a real PySpark is installed.
"""
import importlib
import sys
from importlib.machinery import ModuleSpec
from types import ModuleType

from rushlight._version import RUSHLIGHT, SPARK

_ALIAS = "pyspark"
_GRAPHS = "graphframes"
_OURS = "rushlight"
_EXCEPTIONS = [".errors.exceptions" + inner for inner in ("", ".base", ".captured")]
_MISSING = "No module named {name!r}: {alias} is Rushlight {version} here, which has none yet"


class _PySpark(ModuleType):
    """The module `pyspark`: rushlight, but for its version."""

    __version__ = SPARK

    def __getattr__(self, name):
        return getattr(sys.modules[_OURS], name)

    def __dir__(self):
        return dir(sys.modules[_OURS])


class _Loader:
    """Gives a module that exists already; the import system's own marks are put back."""

    def __init__(self, module):
        self._module = module
        self._spec = getattr(module, "__spec__", None)

    def create_module(self, spec):
        return self._module

    def exec_module(self, module):
        if self._spec is not None:
            module.__spec__ = self._spec


class _Finder:
    """Answers for pyspark, graphframes and py4j."""

    @staticmethod
    def find_spec(name, path=None, target=None):
        if name == _ALIAS or name.startswith(_ALIAS + "."):
            module = _find_pyspark(name)
        elif name == _GRAPHS or name.startswith(_GRAPHS + "."):
            module = _ours(f"{_OURS}.{name}", name)
        elif name == "py4j" or name.startswith("py4j."):
            module = _find_py4j(name)
        else:
            return None
        return ModuleSpec(name, _Loader(module), is_package=hasattr(module, "__path__"))


def _find_pyspark(name):
    ours = importlib.import_module(_OURS)
    if name == _ALIAS:
        module = _PySpark(_ALIAS, ours.__doc__)
        module.__path__ = []
        module.__file__ = ours.__file__
        module.__all__ = ours.__all__
        return module
    inner = name[len(_ALIAS):]
    if inner == ".core" or inner.startswith(".core."):
        inner = inner[len(".core"):]
    elif inner in _EXCEPTIONS:
        inner = ".errors"
    elif inner == ".testing.utils":
        inner = ".testing"
    return _ours(_OURS + inner, name)


def _ours(ours, name):
    """The module `ours`, which `name` stands for."""
    try:
        return importlib.import_module(ours)
    except ModuleNotFoundError as e:
        if not (ours + ".").startswith((e.name or "") + "."):
            raise           # a module of ours is there, but one that it needs is not
        alias = name.partition(".")[0]
        raise ModuleNotFoundError(
            _MISSING.format(name=name, alias=alias, version=RUSHLIGHT), name=name) from None


def _find_py4j(name):
    from rushlight.errors import EngineError
    module = ModuleType(name, "What programs need of py4j, although no Java is involved.")
    if name == "py4j":
        module.__path__ = []
    elif name == "py4j.protocol":
        module.Py4JError = module.Py4JJavaError = module.Py4JNetworkError = EngineError
    else:
        raise ModuleNotFoundError(
            _MISSING.format(name=name, alias="py4j", version=RUSHLIGHT), name=name)
    return module


def install():
    """Makes `import pyspark` find this package from now on; once is enough."""
    if _Finder in sys.meta_path:
        return
    real = sys.modules.get(_ALIAS)
    if real is not None and not getattr(real, "__file__", "").startswith(
            sys.modules[_OURS].__path__[0]):
        raise ImportError("pyspark has been imported already: call rushlight.activate() before")
    sys.meta_path.insert(0, _Finder)


def activate():
    """Makes `import pyspark` find Rushlight in this process, in a notebook or a test.

    >>> import rushlight
    >>> rushlight.activate()
    >>> from pyspark import SparkContext
    >>> SparkContext is rushlight.SparkContext
    True
    """
    install()
