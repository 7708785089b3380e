"""The process that watches a step: what it makes of the order in which things happen."""
import json
import os
from types import SimpleNamespace

import pytest

from conftest import HANG_S
from rushlight.lesson import processes, supervisor

MARK = "mark"


@pytest.fixture
def step():
    """A process that writes its outcome and ends as soon as it is let go: (pid, result, go)."""
    held, go = os.pipe()
    result, its_end = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(go)
        os.read(held, 1)
        os.write(its_end, json.dumps({"status": "passed", "mark": MARK}).encode() + b"\n")
        os._exit(0)
    os.close(its_end)
    os.close(held)
    yield pid, result, go
    os.close(result)


def test_an_outcome_written_just_before_the_end_is_read(step, monkeypatch):
    """The step writes and ends after the supervisor has looked at the pipe, in vain, and before it
    looks at the process."""
    pid, result, go = step
    nothing, output = os.pipe()
    really = processes.readable

    def readable(fds, _):
        found = really([fd for fd in fds if fd != 0], 0)    # 0 is the grader's end, in real use
        if held:
            os.close(held.pop())
            end = os.pidfd_open(pid)
            assert really([end], HANG_S)
            os.close(end)
        return found

    held = [go]
    monkeypatch.setattr(processes, "readable", readable)
    watching = SimpleNamespace(
        folder="", tell=lambda said: None, look_for_grader=lambda has_word: None,
        limits=SimpleNamespace(exceeded=lambda *_: None, output_bytes=1 << 20))
    watched = supervisor._Watched(watching, {"seconds": HANG_S, "seeds": [(1, False)]}, pid, MARK,
                                  result, nothing)
    outcome = watched.watch()
    os.close(nothing)
    os.close(output)
    assert (outcome["status"], outcome.get("message")) == ("passed", None)
