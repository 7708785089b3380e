"""Examples of docstrings as tests' parameters: a test for each docstring that has some."""
import doctest
import importlib

import pytest

_FLAGS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


def examples_of(modules, prefix="rushlight."):
    """A parameter for each docstring with examples, in modules that are named in full.

    prefix: what a test's id leaves out of the docstring's name."""
    finder = doctest.DocTestFinder(exclude_empty=True)
    return [pytest.param(found, id=found.name.removeprefix(prefix)) for name in modules
            for found in finder.find(importlib.import_module(name)) if found.examples]


def run_example(example, **names):
    """Runs the examples of one docstring, which find these names if their module has none so
    called; what is printed must be what is written."""
    example.globs.update({n: v for n, v in names.items() if n not in example.globs})
    told = []
    runner = doctest.DocTestRunner(optionflags=_FLAGS)
    runner.run(example, out=told.append, clear_globs=False)
    assert runner.failures == 0, "".join(told)
