"""Watch mode at a terminal, with an editor that saves in the ways that editors do."""
import os
import re
import signal
import subprocess
import termios

import pytest

from conftest import HANG_S, rushlight_command
from pty_terminal import Terminal
from small_labs import SOLUTION, STARTER, WRONG, make_lab

FOOTER = r"q quit"
SOLVED = r"3 of 3 points(?s:.*)" + FOOTER
FAILED = r"1 of 3 points(?s:.*)" + FOOTER
ESCAPES = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")


@pytest.fixture
def handed_out(tmp_path):
    """A student's folder, with lab 1 handed out."""
    labs = tmp_path / "labs"
    make_lab(labs)
    make_lab(labs, number=2, name="again")
    home = tmp_path / "lessons"
    for words in (["init", home, "--student", "ada", "--labs", labs], ["start", "1"]):
        subprocess.run(rushlight_command("lesson", *words), check=True, stdin=subprocess.DEVNULL,
                       stdout=subprocess.DEVNULL, cwd=home if home.exists() else tmp_path)
    return home


@pytest.fixture
def home(handed_out):
    """The same with lab 1 begun."""
    save(file_of(handed_out), STARTER + "# mine\n")
    return handed_out


def watching(home, *arguments, env=None):
    return Terminal(rushlight_command("lesson", "watch", *arguments), cwd=home, env=env, rows=50)


def file_of(home):
    return home / "01_doubling" / "doubling.py"


def save(path, text):
    path.write_text(text)


def replace(path, text):
    """A new file takes the old one's name."""
    beside = path.with_suffix(".swp")
    beside.write_text(text)
    os.replace(beside, path)


def remove_and_write(path, text):
    path.rename(path.with_suffix(".py~"))
    path.write_text(text)


def plain(text):
    return ESCAPES.sub("", text).replace("\r\n", "\n")


@pytest.mark.parametrize("edit", [save, replace, remove_and_write])
def test_each_save_is_graded(home, edit):
    with watching(home) as terminal:
        terminal.wait_for(r"0 of 3 points(?s:.*)" + FOOTER)
        terminal.type("")
        edit(file_of(home), WRONG["eager"])
        terminal.wait_for(FAILED)
        terminal.type("")
        edit(file_of(home), SOLUTION)
        terminal.wait_for(r"solved: n goes to the next one(?s:.*)" + FOOTER)
        terminal.type("q")
        assert terminal.wait() == 0


def test_a_save_that_keeps_size_and_time_is_seen(home):
    """As of a clock that stands still, or an editor that puts the old time on: another inode."""
    path = file_of(home)
    save(path, SOLUTION.replace("2 * n", "3 * n"))
    before = path.stat()
    with watching(home) as terminal:
        terminal.wait_for("0 of 3 points(?s:.*)" + FOOTER)
        terminal.type("")
        beside = path.with_suffix(".swp")
        beside.write_text(SOLUTION)
        os.utime(beside, ns=(before.st_atime_ns, before.st_mtime_ns))
        os.replace(beside, path)
        terminal.wait_for(SOLVED)


def test_every_key(home):
    with watching(home) as terminal:
        terminal.wait_for(FOOTER)
        terminal.type("h")
        terminal.wait_for("hint 1 of 2(?s:.*)Which method")
        terminal.type("H")
        terminal.wait_for("hint 2 of 2")
        terminal.type("l")
        terminal.wait_for(r" 2  Lazy again(?s:.*)" + FOOTER)
        terminal.type("t")
        terminal.wait_for(r"def doubled\(sc, numbers\)(?s:.*)" + FOOTER)
        terminal.type("s")
        terminal.wait_for(r"is not solved yet(?s:.*)" + FOOTER)
        terminal.type("p")
        terminal.wait_for("answer: ")
        terminal.type("b\n")
        terminal.wait_for("answer: ")
        terminal.type("1\n")
        terminal.wait_for("noted: 2 of 2(?s:.*)" + FOOTER)
        terminal.type("")
        save(file_of(home), SOLUTION)
        terminal.wait_for(SOLVED)
        terminal.type("s")
        terminal.wait_for(r"numbers, 2\).map(?s:.*)" + FOOTER)
        terminal.type("r")
        terminal.wait_for(r"measured 0, you said 1(?s:.*)" + FOOTER)
        terminal.type("n")
        terminal.wait_for(r"Lazy doubling(?s:.*)1. How many jobs(?s:.*)answer: ")
        terminal.type("\n")
        terminal.wait_for(r"2. How many jobs(?s:.*)answer: ")
        terminal.type("\n")
        terminal.wait_for(r"r runs the program(?s:.*)" + FOOTER)
        terminal.type("c")
        terminal.wait_for(r"✓ 1 (?s:.*)✗ 2 (?s:.*)" + FOOTER)
        path = home / "02_again" / "again.py"
        terminal.type("")
        save(path, "mine = 1\n")
        terminal.wait_for(r"0 of 3 points(?s:.*)" + FOOTER)
        terminal.type("x")
        terminal.wait_for("x again puts 02_again/again.py aside")
        terminal.type("h")
        terminal.wait_for("hint 1 of 2")
        assert path.read_text() == "mine = 1\n"
        terminal.type("x")
        terminal.wait_for("x again")
        terminal.type("x")
        terminal.wait_for(r"yours is kept as again.py.1")
        terminal.wait_for(r"0 of 3 points(?s:.*)" + FOOTER)
        assert (home / "02_again" / "again.py.1").read_text() == "mine = 1\n"
        terminal.type("q")
        assert terminal.wait() == 0


def test_what_was_not_begun_is_asked_for_before_it_is_graded(handed_out):
    with watching(handed_out) as terminal:
        terminal.wait_for(r"Lazy doubling(?s:.*)1. How many jobs have run before(?s:.*)answer: ")
        terminal.type("b\n")
        terminal.wait_for("answer: ")
        terminal.type("1\n")
        terminal.wait_for(r"noted: 2 of 2(?s:.*)r runs the program(?s:.*)" + FOOTER)
        assert not re.search("checking|points|✗", terminal.output)
        terminal.type("r")
        terminal.wait_for(r"NotImplementedError(?s:.*)" + FOOTER)
        terminal.type("")
        save(file_of(handed_out), SOLUTION)
        terminal.wait_for(SOLVED)


def test_answers_may_be_left_for_later(handed_out):
    """Ctrl-D ends the asking; what was not begun is introduced again the next time."""
    for _ in range(2):
        with watching(handed_out) as terminal:
            terminal.wait_for("1. How many(?s:.*)answer: ")
            terminal.type("\x04")
            terminal.wait_for("p asks what you expect(?s:.*)" + FOOTER)
            terminal.type("q")
            assert terminal.wait() == 0


def test_the_terminal_is_as_it_was_after_a_question(handed_out):
    with watching(handed_out) as terminal:
        before = settings(terminal)
        terminal.wait_for("answer: ")
        terminal.press_until("\x03", r"\^C\r?\n")
        assert terminal.wait() == 0
        assert settings(terminal) == before


def test_saving_another_exercise_turns_to_it(home):
    with watching(home) as terminal:
        terminal.wait_for(FOOTER)
        terminal.type("")
        (home / "02_again").mkdir()
        save(home / "02_again" / "again.py", SOLUTION)
        terminal.wait_for(r"2  Lazy again(?s:.*)3 of 3 points")


def test_the_screen_fits_80_columns(home):
    save(file_of(home), WRONG["eager"])
    with watching(home) as terminal:
        terminal.wait_for(FAILED)
        lines = plain(terminal.output).split("checking")[-1].splitlines()
        assert all(len(line) <= 80 for line in lines), lines
        assert "\x1b[31m  ✗ lazily" in terminal.output
        assert "solved: Python 0 of 2" in terminal.output


@pytest.mark.parametrize("env", [{"NO_COLOR": "1"}, {"TERM": "dumb"}])
def test_colours_can_be_left_out(home, env):
    with watching(home, env=env) as terminal:
        terminal.wait_for(FOOTER)
        assert not re.search(r"\x1b\[[0-9;]*m", terminal.output)


# ── ends ──
def settings(terminal):
    return termios.tcgetattr(terminal._fd)


@pytest.mark.parametrize("end, status", [
    (lambda terminal: terminal.type("q"), 0),
    (lambda terminal: terminal.type("\x03"), 0),
    (lambda terminal: terminal._process.send_signal(signal.SIGTERM), 143),
    (lambda terminal: terminal._process.send_signal(signal.SIGHUP), 129)])
@pytest.mark.parametrize("when", [FOOTER, "checking"])
def test_the_terminal_is_as_it_was(home, tmp_path, end, status, when):
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    with watching(home, env={"TMPDIR": str(scratch)}) as terminal:
        before = settings(terminal)
        terminal.wait_for(when)
        assert settings(terminal)[3] & termios.ICANON == 0
        end(terminal)
        assert terminal.wait() == status
        assert settings(terminal) == before
    assert os.listdir(scratch) == []


# ── without a terminal ──
def test_without_a_terminal_it_says_so_and_watches(home):
    process = subprocess.Popen(rushlight_command("lesson", "watch"), cwd=home, text=True,
                               stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
    try:
        lines = []

        def read_until(words):
            while not any(words in line for line in lines):
                line = process.stdout.readline()
                assert line, lines
                lines.append(line)

        read_until("stdin is no terminal, so there are no")
        assert not any("\x1b" in line for line in lines)
        replace(file_of(home), SOLUTION)
        read_until("3 of 3 points")
        process.send_signal(signal.SIGINT)
        assert process.wait(HANG_S) == 0
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def test_once(home):
    def once():
        return subprocess.run(rushlight_command("lesson", "watch", "--once"), cwd=home, text=True,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, timeout=HANG_S)

    assert once().returncode == 1
    save(file_of(home), SOLUTION)
    done = once()
    assert done.returncode == 0 and "3 of 3 points" in done.stdout and "watching" not in done.stdout


def test_a_file_that_is_away_is_waited_for(home):
    path = file_of(home)
    with watching(home) as terminal:
        terminal.wait_for(FOOTER)
        path.unlink()
        terminal.type("c")              # nothing is begun: a headline and the keys
        terminal.wait_for(FOOTER)
        terminal.type("")
        save(path, SOLUTION)
        terminal.wait_for(SOLVED)
