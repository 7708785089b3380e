"""Commands of a text's console blocks, run as a new student would: what they print against what the
text shows.

    $ rushlight lesson run 1        only `rushlight` is known; there is no shell
    job 0  collect at ...           ... within a line: anything
    ...                             by itself: any lines, or none

How many blanks there are between words, and empty lines, do not count.
"""
import difflib
import os
import re
import shlex
import subprocess
import sys
import tempfile

_HANG_S = 120


def differences(text, folder):
    """What a block's commands print otherwise than the block says, run in a folder; or None."""
    for command, wanted in _commands(text):
        words = shlex.split(command)
        if not words or words[0] != "rushlight":
            return f"$ {command}: only `rushlight …` is run here"
        printed = _run([sys.executable, "-m", "rushlight.cli", *words[1:]], folder)
        if not matches(wanted, printed):
            lines = difflib.unified_diff(wanted.splitlines(), printed.splitlines(), "lab.md",
                                         "what it prints", lineterm="", n=2)
            return f"$ {command}:\n    " + "\n    ".join(lines)
    return None


def matches(wanted, printed):
    """Whether an output is what a text shows of it.

    >>> matches("job 0\\n...\\njob ...", "job 0\\njob 1  collect\\n")
    True
    >>> matches("job 0\\n", "job 0\\njob 1\\n")
    False
    """
    pattern = ""
    for line in _lines(wanted):
        if line == "...":
            pattern += r"(?:.*\n)*?"
        else:
            pattern += ".*".join(map(re.escape, line.split("..."))) + r"\n"
    return re.fullmatch(pattern, "".join(f"{line}\n" for line in _lines(printed))) is not None


def _lines(text):
    return [" ".join(line.split()) for line in text.splitlines() if line.strip()]


def _commands(text):
    """[(command, what it is to print)]."""
    found = []
    for line in text.splitlines(keepends=True):
        if line.startswith("$ "):
            found.append((line[2:].strip(), ""))
        elif found:
            found[-1] = (found[-1][0], found[-1][1] + line)
    return found


def _run(argv, folder):
    """What a command prints, on both streams."""
    with tempfile.TemporaryDirectory() as home:
        env = {**os.environ, "HOME": home, "NO_COLOR": "1"}
        return subprocess.run(argv, cwd=folder, env=env, stdin=subprocess.DEVNULL, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              timeout=_HANG_S).stdout
