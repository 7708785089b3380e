"""pytest: the fixture `trace` and the marker of the same name.

    def test_one_job(sc, trace):            from where the fixture begins
        my_counts(sc).collect()
        trace.assert_jobs(1)

    @pytest.mark.trace(jobs=1, shuffles=at_most(1), no_spill=True)
    def test_one_job(sc):                   the test's own function, after it has passed
        my_counts(sc).collect()

The words of the marker are the assertions' names without `assert_`.  When a collected test asks for
traces, every SparkContext that the tests make writes an event log to a temporary folder.
"""
import contextlib

import pytest

_RECORDING = pytest.StashKey[contextlib.ExitStack]()
_WITHOUT_NUMBER = ("no_spill", "cached")


# pytest loads this file wherever Rushlight is installed: the rest is imported by tests that use it.
def _recording():
    from rushlight.testing import _recording
    return _recording


def _words():
    from rushlight.testing._asserting import Trace
    return sorted(name.removeprefix("assert_") for name in vars(Trace)
                  if name.startswith("assert_"))


def pytest_configure(config):
    config.addinivalue_line(
        "markers", "trace(jobs=1, shuffles=at_most(2), no_spill=True, plan=…): what the test makes "
                   "the engine do, as rushlight.testing.Trace asserts it")


def pytest_collection_finish(session):
    """Records if a test asks for it, before any fixture makes a context."""
    if any("trace" in getattr(item, "fixturenames", ()) or item.get_closest_marker("trace")
           for item in session.items):
        stack = contextlib.ExitStack()
        stack.enter_context(_recording().recording())
        session.config.stash[_RECORDING] = stack


def pytest_unconfigure(config):
    stack = config.stash.get(_RECORDING, None)
    if stack is not None:
        stack.close()


@pytest.fixture
def trace():
    """A rushlight.testing.Trace of what happens from here on."""
    with _recording().trace() as taken:
        yield taken


@pytest.hookimpl(hookwrapper=True)
def pytest_pyfunc_call(pyfuncitem):
    marker = pyfuncitem.get_closest_marker("trace")
    if marker is None:
        yield
        return
    _check_words(marker)
    with _recording().trace() as taken:
        outcome = yield
        if outcome.excinfo is None:
            try:
                _assert_all(taken, marker.kwargs)
            except Exception as e:
                outcome.force_exception(e)


def _check_words(marker):
    words = _words()
    unknown = sorted(set(marker.kwargs) - set(words))
    if marker.args or unknown:
        pytest.fail(f"the marker trace takes {', '.join(word + '=' for word in words)}; "
                    f"not {', '.join(map(repr, marker.args)) or unknown[0] + '='}", pytrace=False)


def _assert_all(taken, wanted):
    for word, value in wanted.items():
        check = getattr(taken, "assert_" + word)
        check() if word in _WITHOUT_NUMBER and value is True else check(value)
