"""Assertions about what a program makes the engine do: jobs, stages, shuffles, plans.

    from rushlight.testing import trace, at_most

    with trace(sc) as t:
        counts = my_counts(sc)
    t.assert_jobs(1)
    t.assert_shuffles(at_most(1))

A trace is taken of a piece of a running program, or read from an event log, of Rushlight's or of
real Spark's: read_trace("application_1").  With pytest there are a fixture and a marker
(pytest_plugin.py).  What PySpark has under this name, assertions about answers, is here, too.
"""
from rushlight.testing._amounts import at_least, at_most, between, times
from rushlight.testing._asserting import Trace
from rushlight.testing._frames_equal import assertDataFrameEqual, assertSchemaEqual
from rushlight.testing._recording import read_trace, recording, trace

__all__ = ["Trace", "assertDataFrameEqual", "assertSchemaEqual", "at_least", "at_most", "between",
           "read_trace", "recording", "times", "trace"]
