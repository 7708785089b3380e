"""Student's code that loops, forks, kills, fills and prints: there is a verdict all the same, the
other checks have theirs, and nothing is left behind.

Each program does its worst in the check `worst`, which stands between two that pass.
"""
import concurrent.futures
import os
import pathlib
import re
import resource
import signal
import subprocess
import sys
import time

import pytest

from conftest import HANG_S, has_ended
from rushlight.lesson import LessonError, grade, landlock, load, processes, sandbox, submitted
from rushlight.lesson.limits import Limits
from small_labs import make_lab

MIB = 1 << 20
CHECK = '''\
from rushlight.lesson.checks import check


@check("the one before")
def before(case):
    assert case.student.before() == 1


@check("the worst")
def worst(case):
    case.student.worst(case)


@check("the one after")
def after(case):
    assert case.student.after() == 1
    assert case.random.random() < 1
    assert list(case.folder.iterdir()) == []
'''
PROGRAM = '''\
import ctypes, os, resource, signal, subprocess, sys, time

def before():
    return 1

def after():
    return 1

def worst(case):
{body}
'''
TOML = """\
number = {number}
title = "Worst"
[python]
file = "{name}.py"
minutes = 1
"""
LIMITS = dict(seconds=1, memory_bytes=400 * MIB, disk_bytes=64 * MIB, file_bytes=32 * MIB,
              output_bytes=2 * MIB)


@pytest.fixture(scope="module")
def exercise(tmp_path_factory):
    folder = tmp_path_factory.mktemp("labs")
    return load(make_lab(folder, name="worst", toml=TOML, check=CHECK, text="# Worst\n",
                         mutants={})).exercises[0]


@pytest.fixture
def verdicts_of(exercise, tmp_path, monkeypatch):
    """Grades a program whose worst() has a body; then nothing of it may be left."""
    scratch = tmp_path / "tmp"
    scratch.mkdir()
    monkeypatch.setenv("TMPDIR", str(scratch))
    monkeypatch.setattr("tempfile.tempdir", None)

    def verdicts(body, **limits):
        path = tmp_path / "worst.py"
        indented = "\n".join("    " + line for line in body.strip("\n").splitlines())
        path.write_text(PROGRAM.format(body=indented))
        before, worst, after = grade(exercise, path, student="ada",
                                     limits=Limits(**{**LIMITS, **limits}))
        assert before.passed and after.passed, (before, after)
        assert os.listdir(scratch) == []
        assert all(has_ended(pid) for pid in re.findall(r"^pid (\d+)$", worst.output, re.M))
        return worst

    yield verdicts
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)
    assert processes_in(scratch) == []


def processes_in(folder):
    """Those whose current folder is in a folder, whoever their parent is by now."""
    found = []
    for name in filter(str.isdigit, os.listdir("/proc")):
        try:
            if os.readlink(f"/proc/{name}/cwd").startswith(str(folder)):
                found.append(int(name))
        except OSError:
            pass            # it has ended, or is the kernel's
    return found


def wait_until(condition):
    deadline = time.monotonic() + HANG_S
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


# ── ways to end ──
@pytest.mark.parametrize("body, status, words", [
    ("pass", "passed", ""),
    ("raise ValueError('no')", "error", "ValueError: no"),
    ("sys.exit(3)", "error", "the program ended itself, with status 3"),
    ("raise KeyboardInterrupt", "error", "KeyboardInterrupt"),
    ("class Own(BaseException): pass\nraise Own('x')", "error", "Own: x"),
    ("os._exit(0)", "killed", "ended the process, with status 0"),
    ("os.abort()", "killed", "SIGABRT"),
    ("ctypes.string_at(0)", "killed", "SIGSEGV"),
    ("os.kill(os.getpid(), signal.SIGKILL)", "killed", "SIGKILL"),
    ("os.kill(os.getpid(), signal.SIGINT)\ntime.sleep(60)", "error", "KeyboardInterrupt"),
    ("def deep(n): return deep(n + 1) + 1\ndeep(0)", "error", "RecursionError"),
])
def test_however_it_ends(verdicts_of, body, status, words):
    verdict = verdicts_of(body)
    assert (verdict.status, words in verdict.message) == (status, True), verdict


def test_the_line_is_the_students(verdicts_of):
    message = verdicts_of("raise ValueError('no')").message
    assert "worst.py, line 10:\n    raise ValueError" in message


# ── without end ──
def test_an_endless_loop(verdicts_of):
    verdict = verdicts_of("while True: pass")
    assert verdict.status == "killed" and "an endless loop?" in verdict.message


def test_an_endless_loop_that_takes_no_signal(verdicts_of):
    verdict = verdicts_of("for n in range(1, 65):\n"
                          "    try: signal.signal(n, signal.SIG_IGN)\n"
                          "    except (OSError, ValueError): pass\n"
                          "while True: pass")
    assert verdict.status == "killed"


def test_an_endless_wait(verdicts_of):
    verdict = verdicts_of("signal.pause()", wall_seconds=2)
    assert verdict.status == "killed" and "it waits for something" in verdict.message


def test_endless_printing(verdicts_of):
    verdict = verdicts_of("while True: print('x' * 1000)")
    assert verdict.status == "killed" and "printed more than 2 MiB" in verdict.message
    assert 1000 < len(verdict.output) <= 20_000


def test_what_is_printed_is_kept(verdicts_of):
    verdict = verdicts_of("print('so'); print('far', file=sys.stderr); os.write(1, b'!')\n1 / 0")
    assert sorted(verdict.output.replace("!", "").split()) == ["far", "so"]


# ── too much ──
def test_ten_gigabytes_at_once(verdicts_of):
    verdict = verdicts_of("bytearray(10 << 30)")
    assert verdict.status == "error" and verdict.message.startswith("MemoryError")


def test_memory_little_by_little(verdicts_of):
    verdict = verdicts_of("kept = []\nwhile True: kept.append(bytearray(b'x') * (8 << 20))",
                          seconds=60)
    assert verdict.status == "killed" and "more than 400 MiB of memory" in verdict.message


def test_a_file_without_end(verdicts_of):
    verdict = verdicts_of("with open('big', 'wb') as f:\n"
                          "    while True: f.write(b'x' * (1 << 20))")
    assert verdict.status == "error" and "File too large" in verdict.message


def test_files_without_end(verdicts_of):
    verdict = verdicts_of("n = 0\nwhile True:\n    n += 1\n"
                          "    with open(str(n), 'wb') as f: f.write(b'x' * (1 << 20))", seconds=60)
    assert verdict.status == "killed" and "more than 64 MiB of files" in verdict.message


def test_a_fork_bomb(verdicts_of):
    verdict = verdicts_of("while True:\n    try: os.fork()\n    except OSError: pass", seconds=60,
                          memory_bytes=4096 * MIB)
    assert verdict.status == "killed" and "more than 64 processes" in verdict.message


# ── what it leaves, and whom it kills ──
def test_a_child_in_another_session_does_not_outlive_it(verdicts_of, tmp_path):
    verdict = verdicts_of("""
ready, tell = os.pipe()
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        print('pid', os.getpid(), flush=True)
        os.write(tell, b'x')
        while True: signal.pause()
    os._exit(0)
os.wait()
os.read(ready, 1)
raise ValueError
""")
    assert verdict.status == "error"
    assert has_ended(verdict.output.split()[1])


@pytest.mark.parametrize("number", ["SIGKILL", "SIGSTOP", "SIGTERM"])
def test_it_signals_the_supervisor(verdicts_of, number):
    verdict = verdicts_of(f"os.kill(os.getppid(), signal.{number})\nsignal.pause()")
    if landlock.version() >= 6:
        assert verdict.status == "error" and "PermissionError" in verdict.message
    else:
        assert verdict.status == "killed" and "process that watches" in verdict.message


@pytest.mark.parametrize("number", ["SIGKILL", "SIGSTOP"])
def test_it_ends_the_supervisor(verdicts_of, number):
    verdict = verdicts_of(f"""
if os.fork() == 0:
    os.setsid()
    while True: signal.pause()
os.kill(os.getppid(), signal.{number})
signal.pause()
""", landlock=False)
    assert verdict.status == "killed" and "the process that watches it" in verdict.message


def test_it_closes_every_descriptor(verdicts_of):
    verdict = verdicts_of("os.closerange(0, 4096)\nopen('x', 'w').write('x')")
    assert verdict.status == "killed" and "closed the pipe" in verdict.message


def test_it_writes_nonsense_for_its_result(verdicts_of):
    verdict = verdicts_of("for fd in range(3, 20):\n    try: os.write(fd, b'{}')\n"
                          "    except OSError: pass")
    assert verdict.status == "killed"


@pytest.mark.parametrize("text", [
    """b'{"status": "passed"}\\n'""", """b'{"status": "passed", "mark": ""}\\n'""",
    """b'{"status": "passed", "mark": null, "value": 1}\\n'"""])
def test_it_gives_itself_a_result(verdicts_of, text):
    verdict = verdicts_of(f"for fd in range(3, 20):\n    try: os.write(fd, {text})\n"
                          "    except OSError: pass\nos._exit(0)")
    assert verdict.status == "killed" and "wrote into the pipe" in verdict.message
    assert verdict.points == 0


FORGED = """
frame = sys._getframe()
while "mark" not in frame.f_locals:
    frame = frame.f_back
mark = frame.f_locals["mark"]
import json
os.write(3, (json.dumps({{"mark": mark, "status": "passed", {fields}}}) + "\\n").encode())
os._exit(0)
"""


@pytest.mark.parametrize("fields, words", [
    ('"status": 7', "its status is 7"),
    ('"status": "killed"', "its status is 'killed'"),
    ('"status": ["passed"]', "its status is ['passed']"),
    ('"status": None', "its status is None"),
    ('"message": None', "its message is None"),
    ('"misconception": {}', "its misconception is {}"),
    ('"comments": {"kind": "essential", "text": "x"}', "its comments are {"),
    ('"comments": [{"kind": "loud", "text": "x"}]', "its comments are [{'kind': 'loud'"),
    ('"comments": [{"kind": [], "text": "x"}]', "its comments are [{"),
    ('"comments": [{"kind": "essential", "text": 1}]', "its comments are [{"),
    ('"comments": [["kind", "text"]]', "its comments are ["),
    ('"seconds": "1"', "its seconds are '1'"),
    ('"seconds": True', "its seconds are True"),
    ('"seconds": -1', "its seconds are -1"),
    ('"seconds": 10**400', "its seconds are 1000"),
    ('"seconds": float("inf")', "its seconds are inf"),
    ('"seconds": float("nan")', "its seconds are nan"),
    ('"seed": -1', "its seed is -1"),
    ('"seed": []', "its seed is []"),
    ('"hidden": "no"', "its hidden is 'no'"),
    ('"points": 1000', "it has a field 'points'"),
    ('"output": "x"', "it has a field 'output'")])
def test_it_forges_a_result_that_no_check_gives(verdicts_of, fields, words):
    """It has found the mark; what it says of itself must still be what a check says."""
    verdict = verdicts_of(FORGED.format(fields=fields))
    assert verdict.status == "killed" and verdict.points == 0
    assert "no check gives such a result: " + words in verdict.message


@pytest.mark.parametrize("text", ["'[' * 500_000 + '\\n'", "'{' * 3 + '\\n'", "'7\\n'", "'[]\\n'",
                                  "'1' * 100_000 + '\\n'",
                                  "'[' * 900 + ']' * 900 + '\\n'"])
def test_it_writes_what_is_hard_to_read_for_its_result(verdicts_of, text):
    verdict = verdicts_of(f"left = ({text}).encode()\n"
                          "while left: left = left[os.write(3, left):]\nos._exit(0)")
    assert verdict.status == "killed" and "wrote into the pipe" in verdict.message


def test_it_forges_a_result_that_is_nested_too_deep(verdicts_of):
    nested = "eval('[' * 90 + ']' * 90)"
    verdict = verdicts_of(FORGED.format(fields=f'"value": {nested}'))
    assert verdict.status == "killed" and "wrote into the pipe" in verdict.message


def test_it_says_what_a_terminal_would_obey(verdicts_of):
    """An escape sequence could clear the teacher's screen, and write another result there."""
    verdict = verdicts_of("case.comment('essential', 'a\\x1b[2Jb\\x9bc\\td')\n"
                          "print('\\x1b[8m so \\x07')\n"
                          "raise ValueError('e\\x1b]0;f\\x07\\ng\\x7f')")
    assert verdict.message.startswith("ValueError: e?]0;f?\ng?")
    assert verdict.comments == [{"kind": "essential", "text": "a?[2Jb?c\td"}]
    assert verdict.output == "?[8m so ?\n"


def test_it_says_what_is_no_text(verdicts_of):
    verdict = verdicts_of("case.comment('essential', 'a\\udcffb')\nraise ValueError('c\\ud800d')")
    assert verdict.message.startswith("ValueError: c?d")
    assert verdict.comments == [{"kind": "essential", "text": "a?b"}]


OPENED = """
ours, words = f"/proc/{os.getppid()}/fd", []
mine = [os.readlink(f"/proc/self/fd/{fd}") for fd in (1, 3)]    # not what it says for itself
for fd in sorted(os.listdir(ours)):
    pipe = os.readlink(f"{ours}/{fd}")
    if pipe.startswith("pipe:") and pipe not in mine and int(fd) > 2:
        try:
            words.append(os.open(f"{ours}/{fd}", os.O_WRONLY | os.O_NONBLOCK))
        except OSError:
            pass
def say(line):
    for fd in words:
        try:
            os.write(fd, line)
        except OSError:
            pass
print("pid", os.getpid(), flush=True)
"""


@pytest.mark.parametrize("line", [
    "7", "[", "{}", "['x']", "'[' * 60_000", "{'begin': -1}", "{'begin': None}", "{'outcome': 7}",
    "{'outcome': {'status': 'passed', 'comments': 7, 'seed': 0, 'output': ''}}",
    "{'outcome': {'status': 'passed', 'seconds': 10**400}}",
    "{'outcome': {'status': 'passed', 'comments': eval('[' * 90 + ']' * 90)}}",
    "{'outcome': {'status': 'passed', 'output': 1}}", "{'outcome': {}}"])
def test_it_speaks_for_the_supervisor(verdicts_of, line):
    """Without Landlock it can open that one's pipes.  What is no word of a supervisor's is not
    believed: it is ended, and another goes on."""
    verdict = verdicts_of(OPENED + f"""
line = ({line!r} if len({line!r}) < 5 else str(eval({line!r})).replace("'", '"')) + "\\n"
say(line.replace("None", "null").encode())
signal.pause()
""", landlock=False)
    assert verdict.status == "killed" and "process that watches it" in verdict.message


@pytest.mark.parametrize("number", ["SIGSTOP", "SIGKILL"])
def test_it_ends_the_supervisor_and_beats_for_it(verdicts_of, number):
    """A child, as the step itself does not outlive its supervisor."""
    verdict = verdicts_of(OPENED + f"""
supervisor = os.getppid()
if os.fork() == 0:
    os.setsid()
    while True: say(b'{{"beat": true}}\\n')
os.kill(supervisor, signal.{number})
signal.pause()
""", landlock=False)
    assert verdict.status == "killed" and "process that watches it" in verdict.message


def test_it_says_a_word_without_end_for_the_supervisor(verdicts_of):
    verdict = verdicts_of(OPENED + """
for fd in words: os.set_blocking(fd, True)
while True: say(b"x" * 65536)
""", landlock=False, seconds=60)
    assert verdict.status == "killed" and "process that watches it" in verdict.message


def test_a_supervisor_that_beats_and_says_nothing_else_is_ended(exercise, tmp_path, monkeypatch):
    """As one would whose words the program has taken over."""
    monkeypatch.setattr(sandbox, "_SUPERVISOR", [sys.executable, "-c", """
import json, os, sys, time
tell, job = int(sys.argv[1]), json.loads(sys.stdin.readline())
os.write(tell, b'{"begin": %d}\\n' % len(job["outcomes"]))
while True:
    os.write(tell, b'{"beat": true}\\n')
    time.sleep(0.01)
"""])
    monkeypatch.setattr(sandbox, "_SILENCE_S", 1)
    monkeypatch.setattr(Limits, "wall_limit", lambda limits, seconds: 0.1)
    path = tmp_path / "worst.py"
    path.write_text(PROGRAM.format(body="    pass"))
    verdicts = grade(exercise, path, student="ada")
    assert [verdict.status for verdict in verdicts] == ["killed"] * 3


def test_it_floods_the_pipe_of_its_result(verdicts_of):
    verdict = verdicts_of("while True: os.write(3, b'x' * 65536)")
    assert verdict.status == "killed" and "wrote into the pipe" in verdict.message


def test_it_patches_what_checks_use(verdicts_of):
    """The check after it runs in another process: its case.random is Python's own."""
    verdict = verdicts_of("import json, random, rushlight.testing as testing\n"
                          "random.Random.random = lambda self: 7\n"
                          "testing.trace = testing.recording = None")
    assert verdict.status == "passed"


# ── where it writes ──
def test_home_and_temporary_files_are_its_own(verdicts_of):
    verdict = verdicts_of("import pathlib, tempfile\n"
                          "(pathlib.Path.home() / 'x').write_text('x')\n"
                          "tempfile.mkstemp()\nopen('here', 'w').close()")
    assert verdict.status == "passed"


@pytest.mark.skipif(not landlock.version(), reason="this kernel has no Landlock")
def test_writes_elsewhere_are_refused(verdicts_of, tmp_path):
    verdict = verdicts_of(f"open({str(tmp_path / 'elsewhere')!r}, 'w')")
    assert verdict.status == "error" and "PermissionError" in verdict.message
    verdict = verdicts_of(f"os.unlink({str(tmp_path / 'worst.py')!r})")
    assert verdict.status == "error" and "PermissionError" in verdict.message
    verdict = verdicts_of("open(case.folder.parent.parent / 'lab' / 'check.py', 'w')")
    assert verdict.status == "error" and "PermissionError" in verdict.message


def test_folders_that_cannot_be_entered_are_removed_too(verdicts_of):
    verdict = verdicts_of("os.makedirs('a/b')\nopen('a/b/c', 'w').close()\n"
                          "os.chmod('a/b', 0)\nos.chmod('a', 0)")
    assert verdict.status == "passed"


# ── the grader itself ──
GRADER = """
from rushlight.lesson import grade, load
grade(load({folder!r}).exercises[0], {path!r})
"""


def test_threads_grade_at_the_same_time(exercise, tmp_path):
    """One's supervisor dies, and the other's goes on."""
    path = tmp_path / "worst.py"
    path.write_text(PROGRAM.format(body="    os.kill(os.getppid(), signal.SIGKILL)"))

    def statuses(_):
        return [v.status for v in grade(exercise, path, limits=Limits(landlock=False))]

    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        assert list(pool.map(statuses, range(8))) == [["passed", "killed", "passed"]] * 8


@pytest.mark.parametrize("number", ["SIGKILL", "SIGTERM", "SIGINT"])
def test_nothing_outlives_a_grader_that_is_killed(exercise, tmp_path, number):
    path, scratch = tmp_path / "worst.py", tmp_path / "tmp"
    scratch.mkdir()
    path.write_text(PROGRAM.format(body="    signal.pause()"))
    grader = subprocess.Popen(
        [sys.executable, "-c", GRADER.format(folder=exercise.lab.folder, path=str(path))],
        stderr=subprocess.DEVNULL, env={**os.environ, "TMPDIR": str(scratch)})

    def tree():
        return processes.descendants(grader.pid)

    wait_until(lambda: len(tree()) >= 2)
    pids = list(tree())
    grader.send_signal(getattr(signal, number))
    grader.wait(HANG_S)
    wait_until(lambda: all(map(has_ended, pids)))
    assert os.listdir(scratch) == []


def test_a_step_ends_with_a_supervisor_that_is_killed_with_its_grader(exercise, tmp_path):
    """Nobody is left who could end it."""
    path = tmp_path / "worst.py"
    path.write_text(PROGRAM.format(body="    signal.pause()"))
    grader = subprocess.Popen([sys.executable, "-c", GRADER.format(
        folder=exercise.lab.folder, path=str(path))],
        env={**sandbox.environment(), "TMPDIR": str(tmp_path)})      # nobody removes its folder
    wait_until(lambda: len(processes.descendants(grader.pid)) >= 2)
    pids = processes.descendants(grader.pid)
    supervisor = next(pid for pid, process in pids.items() if process.parent == grader.pid)
    for pid in (grader.pid, supervisor):
        os.kill(pid, signal.SIGSTOP)
    for pid in (grader.pid, supervisor):
        os.kill(pid, signal.SIGKILL)
    grader.wait(HANG_S)
    wait_until(lambda: all(map(has_ended, pids)))


# ── the file ──
@pytest.mark.parametrize("make, words", [
    (lambda path: path.symlink_to("secret.txt"), "it is a link"),
    (lambda path: path.mkdir(), "it is no ordinary file"),
    (lambda path: os.mkfifo(path), "it is no ordinary file"),
    (lambda path: path.write_bytes(b"#" * (submitted.MOST_BYTES + 1)), "it has more than 4 MiB"),
    (lambda path: None, "there is no such file")])
def test_what_is_no_file_to_grade_is_refused(exercise, tmp_path, make, words):
    (tmp_path / "secret.txt").write_text("s3cret")
    make(tmp_path / "worst.py")
    with pytest.raises(submitted.Refused, match=words):
        grade(exercise, submitted.Inside(str(tmp_path), "worst.py"))


def test_a_file_behind_a_folder_that_is_a_link_is_refused(tmp_path):
    (tmp_path / "there").mkdir()
    (tmp_path / "there" / "secret.txt").write_text("s3cret")
    (tmp_path / "ada").mkdir()
    (tmp_path / "ada" / "here").symlink_to("../there")
    with pytest.raises(submitted.Refused, match="a folder on the way to it is a link"):
        submitted.read(submitted.Inside(str(tmp_path / "ada"), "here/secret.txt"))
    for name in ("../there/secret.txt", str(tmp_path / "there" / "secret.txt")):
        with pytest.raises(submitted.Refused, match="outside"):
            submitted.read(submitted.Inside(str(tmp_path / "ada"), name))


def test_ones_own_file_may_be_a_link(exercise, tmp_path):
    (tmp_path / "mine.py").write_text(PROGRAM.format(body="    pass"))
    (tmp_path / "worst.py").symlink_to("mine.py")
    assert all(verdict.passed for verdict in grade(exercise, tmp_path / "worst.py"))


def test_ones_own_file_has_an_end_too(exercise, tmp_path):
    with pytest.raises(LessonError, match="/dev/zero: it is no ordinary file"):
        grade(exercise, "/dev/zero")


@pytest.mark.skipif(os.getuid() != 0, reason="only root can become nobody")
def test_root_may_grade_as_nobody(verdicts_of, tmp_path):
    tmp_path.chmod(0o755)
    for folder in tmp_path.parents:
        if pathlib.Path("/tmp") in folder.parents:
            folder.chmod(0o755)
    verdict = verdicts_of("assert os.getuid() == 65534, os.getuid()\nopen('x', 'w').close()",
                          as_nobody=True)
    assert verdict.status == "passed", verdict.message


def test_no_token_of_the_grader_is_seen(verdicts_of, monkeypatch):
    monkeypatch.setenv("GITHUB_TOKEN", "s3cret")
    monkeypatch.setenv("LC_MESSAGES", "C")
    assert verdicts_of("assert 'GITHUB_TOKEN' not in os.environ\n"
                       "assert os.environ['LC_MESSAGES'] == 'C'").passed


def test_a_grader_with_more_descriptors_than_select_takes(verdicts_of):
    if resource.getrlimit(resource.RLIMIT_NOFILE)[0] < 1200:
        pytest.skip("this process may not have so many descriptors")
    files = [open(os.devnull) for _ in range(1100)]
    try:
        assert verdicts_of("pass").passed
    finally:
        for file in files:
            file.close()
