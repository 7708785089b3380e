"""Commands of a text's console blocks, run as a new student would: what they print against what the
text shows.

    $ rushlight lesson run 1        only `rushlight` is known; there is no shell
    job 0  collect at ...           ... within a line: anything
    ...                             by itself: any lines, or none

How many blanks there are between words, and empty lines, do not count.  A size in bytes may differ
by a tenth: it depends a little on the versions of zstd and of Python.
"""
import difflib
import os
import re
import shlex
import subprocess
import sys
import tempfile

_HANG_S = 120
_SIZE = re.compile(r"\b(\d+(?:\.\d+)?) (B|KiB|MiB)\b")
_UNITS = {"B": 1, "KiB": 1 << 10, "MiB": 1 << 20}


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
    >>> matches("4 pairs, 268 B\\n", "4 pairs, 271 B\\n"), matches("268 B\\n", "300 B\\n")
    (True, False)
    """
    pattern = ""
    for line in _lines(_with_sizes_of(printed, wanted)):
        if line == "...":
            pattern += r"(?:.*\n)*?"
        else:
            pattern += ".*".join(map(re.escape, line.split("..."))) + r"\n"
    return re.fullmatch(pattern, "".join(f"{line}\n" for line in _lines(printed))) is not None


def _with_sizes_of(printed, wanted):
    """What is wanted, with the printed size in place of each that is nearly the same."""
    sizes = {match[0]: _bytes(match) for match in _SIZE.finditer(printed)}

    def nearest(match):
        n = _bytes(match)
        found = min(sizes, key=lambda text: abs(sizes[text] - n), default=match[0])
        return found if abs(sizes.get(found, n) - n) <= n / 10 else match[0]

    return _SIZE.sub(nearest, wanted)


def _bytes(match):
    return float(match[1]) * _UNITS[match[2]]


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
