"""Commands of a text's console blocks, run as a new student would: what they print against what the
text shows.

    $ rushlight lesson run 1        only `rushlight` is known; there is no shell
    job 0  collect at ...
    ...
"""
import doctest
import os
import shlex
import subprocess
import sys
import tempfile

FLAGS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
_HANG_S = 120


def differences(text, folder):
    """What a block's commands print otherwise than the block says, run in a folder; or None."""
    for command, wanted in _commands(text):
        words = shlex.split(command)
        if not words or words[0] != "rushlight":
            return f"$ {command}: only `rushlight …` is run here"
        printed = _run([sys.executable, "-m", "rushlight.cli", *words[1:]], folder)
        example = doctest.Example(command, wanted)
        if not doctest.OutputChecker().check_output(_filled(wanted), _filled(printed), FLAGS):
            return (f"$ {command}: " + doctest.OutputChecker().output_difference(
                example, printed, FLAGS).rstrip().replace("\n", "\n    "))
    return None


def _filled(text):
    return text or "\n"


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
