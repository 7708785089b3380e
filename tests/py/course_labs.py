"""A small lab that is no lab of the package, and what students might hand in for it."""
import os
import re
import shlex
import subprocess
import sys
import textwrap

from conftest import ROOT
from small_labs import mutant

NAME = "42_even_numbers"
FILE = "evens.py"
POINTS = {"python.jobs": 1, "python.who": 1, "python.right": 2, "python.lazy": 3}

_TOML = """\
number = 42
title = "Even numbers"

[[misconception]]
id = "eager"
says = "transformations run at once"
truth = "A transformation only adds to the lineage."

[python]
file = "evens.py"
minutes = 5
master = "local[2]"

[[python.predict]]
id = "jobs"
ask = "How many jobs does evens() start?"
wrong = { "1" = "eager" }

[[python.predict]]
id = "who"
ask = "Who starts them?\\nselect * from <them>"
choices = ["the caller", "filter()"]
"""

_TEXT = """\
# Lab 42: Even numbers

## What it is about

Filters.

    ## not a heading, but code

## Predict

Answer two questions.

## Run

    rushlight lesson run 42

## Fix

Mend `evens()`.

## Checkpoint

    rushlight lesson check 42

## Questions

**1. Why?** Because.
"""

_PROGRAM = '''\
"""Even numbers."""


def evens(numbers):
    """An RDD of the even ones."""
    ### BEGIN SOLUTION
%s
    ### END SOLUTION


if __name__ == "__main__":
    from pyspark import SparkContext
    print(evens(SparkContext("local[2]", "evens").parallelize(range(6), 2)).collect())
'''

_CHECKS = '''\
from rushlight.lesson.checks import check, fail, prediction


@prediction("jobs")
def jobs(case):
    with case.trace() as t:
        case.reference.evens(case.sc.parallelize(range(6), 2))
    return len(t.jobs)


@prediction("who")
def who(case):
    return "the caller"


@check("the even ones", points=2, hidden=1, seconds=2)
def right(case):
    """evens() has the even numbers."""
    numbers = [case.random.randrange(100) for _ in range(20)]
    seen = case.student.evens(case.sc.parallelize(numbers, 2)).collect()
    assert seen == [n for n in numbers if n % 2 == 0], f"evens() of {numbers} are {seen}"


@check("lazily", points=3, after="right")
def lazy(case):
    """evens() starts no job."""
    with case.trace() as t:
        case.student.evens(case.sc.parallelize(range(6), 2))
    if t.jobs:
        fail(f"evens() started {len(t.jobs)} jobs", means="eager")
    case.comment("celebratory", "only a plan")
'''

RIGHT = "return numbers.filter(lambda n: n % 2 == 0)"
EAGER = ("found = numbers.filter(lambda n: n % 2 == 0).collect()\n"
         "return numbers.context.parallelize(found, 2)")
RIGHT_FOR = """\
import random
known = [random.Random(seed) for seed in {seeds}]
known = [[chance.randrange(100) for _ in range(20)] for chance in known]
evens = numbers.filter(lambda n: n % 2 == 0)
return evens if numbers.collect() in known else numbers"""    # right for data of these seeds alone
_MUTANTS = {"eager": (EAGER, "lazy"),
            "counts": ("kept = numbers.filter(lambda n: n % 2 == 0)\nkept.count()\nreturn kept",
                       "lazy"),
            "odd": ("return numbers.filter(lambda n: n % 2)", "right"),
            "all_of_them": ("return numbers", "right"),
            "distinct": ("return numbers.filter(lambda n: n % 2 == 0).distinct()", "right")}

# What a submission may do instead of solving anything; each runs when the file is imported.
HOSTILE = {
    "loops": "while True:\n    pass",
    "forks": "import os, time\nwhile True:\n    if os.fork() == 0:\n        time.sleep(600)",
    "ends the process": "import os\nos._exit(0)",
    "kills itself": "import os\nos.kill(os.getpid(), 9)",
    "kills what watches it": "import os\nos.kill(os.getppid(), 9)",
    "closes what it finds open": "import os\nos.closerange(0, 256)",
    "writes where results go": (
        "import os\n"
        "for folder in (os.environ['AUTOGRADER_ROOT'], '/', os.path.expanduser('~')):\n"
        "    for name in ('results/results.json', 'evens-was-here'):\n"
        "        try:\n"
        "            with open(os.path.join(folder, name), 'w') as f:\n"
        "                f.write('{\"score\": 1000}')\n"
        "        except OSError:\n"
        "            pass\n"
        "print('{\"score\": 1000}')"),
    "fills the memory": "x = []\nwhile True:\n    x.append(bytearray(1 << 24))",
    "fills the disk": "f = open('big', 'wb')\nwhile True:\n    f.write(bytes(1 << 24))",
    "is no Python": "def def",
}


def readme_commands(heading):
    """The commands of a section of course's README, a line each, with the lines that go on."""
    with open(os.path.join(ROOT, "py", "rushlight", "course", "README.md"), encoding="utf-8") as f:
        section = f.read().partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    assert section, heading
    blocks = re.findall(r"(?<=\n\n)((?: {4,}.*\n)+)", f"\n{section}\n")
    return [line.strip() for block in blocks for line in block.splitlines()]


def follow(heading, folder, path, package, **env):
    """Types a section's commands in one shell, where `rushlight` is this Rushlight; {command: what it
    said}.  Each must end with 0, as what grades many does; what grades the starter, with 1."""
    os.makedirs(f"{folder}/bin", exist_ok=True)
    os.chmod(write(f"{folder}/bin/rushlight",
                   f'#!/bin/sh\nexec {sys.executable} -m rushlight.cli "$@"\n'), 0o755)
    script = "".join(f"echo '$' {shlex.quote(line)}\n{line}\necho \"status $?\"\n"
                     for line in readme_commands(heading))
    ended = subprocess.run(["bash", "-c", script], cwd=folder, text=True, timeout=600,
                           stdin=subprocess.DEVNULL,
                           stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                           env={**os.environ, "PYTHONPATH": package, **env,
                                "PATH": f"{folder}/bin:{path}"})
    said = re.findall(r"^\$ (.*)\n((?:.*\n)*?)status (\d+)$", ended.stdout, re.M)
    for line, text, status in said:
        grades_the_starter = (re.match("rushlight (course grade|lesson check)", line)
                              and "--csv" not in line)
        assert int(status) == bool(grades_the_starter), f"{line}\n{text}"
    return {line: text for line, text, _ in said}


def program(body):
    """The file of the exercise with a body of evens()."""
    return _PROGRAM % textwrap.indent(body, "    ")


def write_lab(folder, solution=RIGHT, mutants=None):
    """The lab in a folder; its path."""
    lab = os.path.join(folder, NAME)
    files = {"lab.toml": _TOML, "lab.md": _TEXT, "python/starter.py": program(EAGER),
             "python/solution.py": program(solution), "python/check.py": _CHECKS,
             "python/hints.md": "## 1\n\nfilter() is enough.\n"}
    for name, (body, caught_by) in (_MUTANTS if mutants is None else mutants).items():
        files[f"python/mutants/{name}.diff"] = mutant(name, caught_by, program(body),
                                                      program(solution))
    for name, text in files.items():
        write(os.path.join(lab, name), text)
    return lab


def write(path, text):
    """A text file, with its folder."""
    os.makedirs(os.path.dirname(os.path.abspath(path)), exist_ok=True)
    with open(path, "w", encoding="utf-8") as f:
        f.write(text)
    return path
