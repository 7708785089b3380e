"""The progress bar: at a terminal it is there while a job runs, leaves other text alone, and is
gone afterwards; elsewhere it is never there."""
import os
import re
import sys

import pytest

from conftest import rushlight_command
from pty_terminal import Screen, Terminal

BAR = re.compile(r"\[Stage \d+:=*>? *\(\d+ \+ \d+\) / \d+\]")

# A job that ends when it is told to: its tasks wait for a file.
PROGRAM = """
import os, sys, threading, time
from rushlight import SparkContext
sc = SparkContext("local[2]")
print("first")
print("half a line:", end="", flush=True)
go = os.path.abspath(sys.argv[1])
def work(x):
    if x:
        while not os.path.exists(go):
            time.sleep(0.01)
    return x
{before}
print(sc.parallelize(range(4), 4).map(work).sum())
print("last")
"""


def run(tmp_path, before="", flags=None, env=None, until=BAR.pattern, **kwargs):
    """Runs the program at a terminal until something is seen, then lets its job end."""
    (tmp_path / "app.py").write_text(PROGRAM.format(before=before))
    go = tmp_path / "go"
    if flags is None:
        argv = [sys.executable, tmp_path / "app.py", go]
    else:
        argv = rushlight_command("submit", *flags, tmp_path / "app.py", go)
    with Terminal(argv, env=env, cwd=tmp_path, **kwargs) as terminal:
        terminal.wait_for(until)
        go.touch()
        assert terminal.wait() == 0, terminal.output
    return terminal


def test_it_is_there_and_then_gone(tmp_path):
    terminal = run(tmp_path)
    bars = {line for screen in terminal.screens for line in screen if "[Stage" in line}
    assert bars and all(BAR.fullmatch(bar) for bar in bars)
    assert any(screen[-1].startswith("[Stage 0:") for screen in terminal.screens)
    assert {len(bar) for bar in bars} == {79}
    assert terminal.screen()[:3] == ["first", "half a line:6", "last"]
    assert not any(terminal.screen()[3:])
    assert terminal.region() == (0, 23)


def test_it_does_not_tear_what_others_print(tmp_path):
    """A thread of the program and the workers print, until the screen scrolls."""
    printing = """
def chat():
    while not os.path.exists(go):
        time.sleep(0.02)
        sys.stdout.write("driver\\n")      # print() writes twice where PYTHONUNBUFFERED is set
        sys.stdout.flush()
threading.Thread(target=chat).start()
def work(x, wait=work):
    for _ in range(40):
        os.write(1, b"worker\\n")
        time.sleep(0.02)
    return wait(x)
print()
"""
    terminal = run(tmp_path, printing, rows=12)
    with_bar = [screen for screen in terminal.screens if "[Stage" in screen[-1]]
    assert with_bar
    for screen in with_bar:
        assert set(screen[:-1]) <= {"first", "half a line:", "driver", "worker", ""}, screen
    assert set(terminal.screen()) <= {"6", "last", "driver", "worker", ""}
    assert terminal.screen()[-2:] in (["last", ""], ["driver", ""])


def test_ctrl_c_clears_it(tmp_path):
    (tmp_path / "app.py").write_text(PROGRAM.format(before=""))
    with Terminal([sys.executable, tmp_path / "app.py", tmp_path / "go"]) as terminal:
        terminal.wait_for(BAR.pattern)
        terminal.type("\x03")
        assert terminal.wait() == -2
    assert terminal.region() == (0, 23)
    assert not any("[Stage" in line for line in terminal.screen())
    assert "KeyboardInterrupt" in terminal.output


def test_a_failed_job_clears_it(tmp_path):
    failing = "def work(x, wait=work): return 1 // (wait(x) - 3)"
    (tmp_path / "app.py").write_text(PROGRAM.format(before=failing))
    with Terminal([sys.executable, tmp_path / "app.py", tmp_path / "go"], rows=60) as terminal:
        terminal.wait_for(BAR.pattern)
        (tmp_path / "go").touch()
        assert terminal.wait() == 1
    assert terminal.region() == (0, 59)
    assert not any("[Stage" in line for line in terminal.screen())
    assert any("ZeroDivisionError" in line for line in terminal.screen())


# A second is long enough for a bar, and for the program to say that it was there without one.
WAITS = "threading.Timer(1, lambda: print('waited', flush=True)).start()"


@pytest.mark.parametrize("flags,env", [
    ([], {}),                                       # as under spark-submit
    (None, {"TERM": "dumb"}),
    (None, {"PYSPARK_SUBMIT_ARGS": "--conf spark.ui.showConsoleProgress=false pyspark-shell"}),
])
def test_where_there_is_none(tmp_path, flags, env):
    terminal = run(tmp_path, WAITS, flags, env, until="waited")
    assert "[Stage" not in terminal.output and "\x1b" not in terminal.output


def test_where_it_is_asked_for(tmp_path):
    run(tmp_path, flags=["--conf", "spark.ui.showConsoleProgress=true"])


def test_never_in_a_notebook(tmp_path):
    in_a_kernel = """
import types
sc.stop()
sys.modules["ipykernel"] = types.ModuleType("ipykernel")
sc = SparkContext("local[2]")
"""
    terminal = run(tmp_path, in_a_kernel + WAITS, until="waited")
    assert "[Stage" not in terminal.output


def test_not_where_stderr_is_no_terminal(tmp_path):
    (tmp_path / "app.py").write_text(PROGRAM.format(before=WAITS))
    shell = f'{sys.executable} app.py go 2> err'
    with Terminal(["/bin/sh", "-c", shell], cwd=tmp_path) as terminal:
        terminal.wait_for("waited")
        (tmp_path / "go").touch()
        assert terminal.wait() == 0
    assert "[Stage" not in terminal.output and os.path.getsize(tmp_path / "err") == 0


def test_several_stages_share_the_line():
    from rushlight._progress import text
    stages = [{"id": n, "n_tasks": 10, "n_completed": n, "n_active": 1} for n in (0, 5, 10)]
    bars = text(stages, 90)
    assert bars == ("[Stage 0:>       (0 + 1) / 10][Stage 5:====>   (5 + 1) / 10]"
                    "[Stage 10:======(10 + 1) / 10]")
    assert text(stages[:1], 5) == "[Stage 0:(0 + 1) / 10]"


def test_the_screen_of_these_tests():
    screen = Screen(5, 3)
    screen.feed("ab\r\ncdefgh\r\n")
    assert screen.lines == ["cdefg", "h", ""]
    screen.feed("\x1b[1;2r\x1b[2;2Hx\ny\x1b[3;1Hz\x1b[r")
    assert screen.lines == ["hx", "  y", "z"] and screen.region == (0, 2)
