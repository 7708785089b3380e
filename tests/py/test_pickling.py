"""Functions and objects as bytes: by name where workers can import them, by value where not."""
import collections
import functools
import operator
import pickle
import subprocess
import sys
import types

import pytest

from rushlight import _functions as functions
from rushlight._pickling import dumps, loads
from rushlight.errors import PySparkPicklingError


class Point(collections.namedtuple("Point", "x y")):
    pass


def top_level(x):
    return x + 1


@pytest.mark.parametrize("obj", [
    1, "a", None, [1, (2, {"k": {3}})], Point(1, 2), operator.add, len, str.split,
    functools.partial(functions.take_first, 3), top_level, range(3), collections.Counter("aab"),
])
def test_by_name(obj):
    out = dumps(obj)
    assert b"cloudpickle" not in out
    if not isinstance(obj, functools.partial):
        assert pickle.loads(out) == obj


def test_a_lambda_goes_by_value():
    k = 3
    f = loads(dumps(lambda x: x + k))
    assert f(1) == 4


def test_an_inner_function_goes_by_value():
    def inner(x):
        return inner.__name__, x

    assert loads(dumps([inner]))[0](1) == ("inner", 1)


def test_an_object_of_an_inner_class_goes_by_value():
    class Inner:
        def __init__(self, x):
            self.x = x

    assert loads(dumps(Inner(7))).x == 7


def test_a_class_of_main_goes_by_value():
    made = types.new_class("Mine", (), {}, lambda body: body.update(__module__="__main__", x=5))
    assert b"cloudpickle" in dumps(made())


def test_a_module_made_by_hand_goes_by_value():
    module = types.ModuleType("made_by_hand")
    exec("def f(x):\n    return x * 2", module.__dict__)
    assert loads(dumps(module.f))(4) == 8


def test_modules_registered_with_cloudpickle_go_by_value():
    import cloudpickle
    here = sys.modules[__name__]
    cloudpickle.register_pickle_by_value(here)
    try:
        assert b"cloudpickle" in dumps(top_level)
    finally:
        cloudpickle.unregister_pickle_by_value(here)


def test_what_cannot_be_pickled_says_so():
    with pytest.raises(PySparkPicklingError) as caught:
        dumps(x for x in "a")
    assert "Could not serialize object: TypeError: cannot pickle 'generator' object" in str(
        caught.value)
    assert isinstance(caught.value, pickle.PicklingError)


def test_cloudpickle_is_imported_only_when_it_is_needed():
    """Its import is half of what a first small job may cost."""
    program = ("import sys; from rushlight._pickling import dumps; from operator import add\n"
               "dumps([1, 'a', add]); print('cloudpickle' in sys.modules)\n"
               "dumps(lambda: 1); print('cloudpickle' in sys.modules)")
    out = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True,
                         check=True)
    assert out.stdout.split() == ["False", "True"]
