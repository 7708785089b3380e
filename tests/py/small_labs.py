"""Small labs for the tests of rushlight.lesson, written into a folder.

`make_lab(folder)` has everything that a proof asks for; keywords replace its files' texts.
"""
import difflib
import pathlib

TOML = """\
number = {number}
title = "Lazy {name}"

[[misconception]]
id = "eager"
says = "transformations run at once"
truth = "A transformation only adds to the lineage; an action starts a job."

[python]
file = "{name}.py"
minutes = 5

[[python.predict]]
id = "jobs_before"
ask = "How many jobs have run before collect()?"
choices = ["0", "1", "2"]
wrong = {{ "1" = "eager" }}

[[python.predict]]
id = "jobs_after"
ask = "How many jobs have run after it?"
"""

SOLUTION = '''\
"""Doubles numbers."""


def doubled(sc, numbers):
    ### BEGIN SOLUTION
    return sc.parallelize(numbers, 2).map(lambda n: 2 * n)
    ### END SOLUTION


if __name__ == "__main__":
    from pyspark import SparkContext
    print(doubled(SparkContext.getOrCreate(), [1, 2, 3]).collect())
'''

_RIGHT = "return sc.parallelize(numbers, 2).map(lambda n: 2 * n)"
STARTER = SOLUTION.replace(_RIGHT, 'raise NotImplementedError("double the numbers")')

CHECK = '''\
from rushlight.lesson.checks import check, fail, prediction


@prediction("jobs_before")
def jobs_before(case):
    with case.trace() as t:
        case.reference.doubled(case.sc, [1, 2])
    return len(t.jobs)


@prediction("jobs_after")
def jobs_after(case):
    with case.trace() as t:
        case.reference.doubled(case.sc, [1, 2]).collect()
    return len(t.jobs)


@check("doubles", hidden=1)
def doubles(case):
    """The numbers that come out."""
    numbers = [case.random.randrange(100) for _ in range(6)]
    assert case.student.doubled(case.sc, numbers).collect() == [2 * n for n in numbers]


@check("lazily", points=2, after="doubles")
def lazily(case):
    """No job runs before the action."""
    with case.trace() as t:
        case.student.doubled(case.sc, [1, 2])
    if t.jobs:
        fail("a job ran before the action", means="eager")
    case.comment("celebratory", "nothing ran too early")
'''

HINTS = """\
## 1
Which method of an RDD makes one element of each element?

## 2
`map`, with a function that doubles.
"""

TEXT = """\
# Lazy doubling

```python starter
def doubled(sc, numbers):
```

```console solved
$ rushlight submit doubling.py
[2, 4, 6]
```

```pycon
>>> sc.parallelize([1, 2]).count()
2
```
"""

_BODIES = {
    "eager": ("collects on the way", "lazily",
              "return sc.parallelize(sc.parallelize(numbers).map(lambda n: 2 * n).collect())"),
    "triples": ("three times", "doubles", "return sc.parallelize(numbers).map(lambda n: 3 * n)"),
    "first_only": ("loses numbers", "doubles", "return sc.parallelize(numbers[:1])"),
    "by_hand": ("no RDD at all", "doubles", "return [2 * n for n in numbers]"),
    "unordered": ("loses the order", "doubles",
                  "return sc.parallelize([2 * n for n in sorted(numbers, reverse=True)][:-1])"),
}
WRONG = {name: SOLUTION.replace(_RIGHT, body) for name, (_, _, body) in _BODIES.items()}


def mutant(says, check, wrong, solution=SOLUTION):
    """The text of a mutant's file: how a wrong solution differs from the right one."""
    diff = difflib.unified_diff(solution.splitlines(True), wrong.splitlines(True), n=1)
    return f"{says}\ncaught by: {check}\n\n" + "".join(diff)


MUTANTS = {name: mutant(says, check, WRONG[name]) for name, (says, check, _) in _BODIES.items()}


def make_lab(folder, number=1, name="doubling", toml=TOML, solution=SOLUTION, starter=STARTER,
             check=CHECK, hints=HINTS, text=TEXT, mutants=MUTANTS):
    """Writes the folder of a lab; gives its path.  A text that is None is left out."""
    lab = pathlib.Path(folder) / f"{number:02}_{name}"
    (lab / "python" / "mutants").mkdir(parents=True)
    files = {"lab.toml": toml and toml.format(number=number, name=name), "lab.md": text,
             "python/starter.py": starter, "python/solution.py": solution,
             "python/check.py": check, "python/hints.md": hints}
    files.update((f"python/mutants/{name}.diff", diff) for name, diff in mutants.items())
    for path, content in files.items():
        if content is not None:
            (lab / path).write_text(content)
    return str(lab)
