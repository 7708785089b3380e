"""PySpark's public names: each is there with PySpark's signature, or says that it is not.

../data/api_names.json has PySpark's.  The table in py/README.md is made of the same comparison: a
name counts as there if an example uses it, and test_doctests.py runs every example.  To write it:

    PYTHONPATH=… python tests/py/test_api_table.py
"""
import inspect
import json
import os
import sys

import pytest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "tests", "data"))
import make_api_names  # noqa: E402

with open(os.path.join(ROOT, "tests", "data", "api_names.json")) as f:
    PYSPARK = json.load(f)

EXAMPLE = (">>>", "...")      # how lines of examples begin
README = os.path.join(ROOT, "py", "README.md")
BEGIN, END = "<!-- names: begin -->\n", "<!-- names: end -->\n"

# Signatures that differ, and why.
DIFFERENT = {
    # Profilers of SQL's functions come with SQL.
    "pyspark.SparkContext.()",
    # Engine and JVM objects are not what programs make these of.
    "pyspark.SparkConf.()", "pyspark.RDD.()", "pyspark.Broadcast.()", "pyspark.StatusTracker.()",
    "pyspark.InheritableThread.()",
    # A class whose instances are given by get(), with attributes of the instance.
    "pyspark.TaskContext.()", "pyspark.BarrierTaskContext.()", "pyspark.SparkFiles.()",
}


def ours(path):
    """The class or function, or None if it is not there."""
    try:
        return make_api_names.find(path.replace("pyspark", "rushlight", 1))
    except (ImportError, AttributeError):
        return None


def each():
    for path, names in PYSPARK.items():
        for name, what in names.items():
            yield path, name, what


def is_there(path, name):
    owner = ours(path)
    return owner is not None and (name == "()" or hasattr(owner, name))


def has_example(path, name):
    """Whether the name's own example, or that of its class, uses it."""
    owner = ours(path)
    own = inspect.getdoc(owner if name == "()" else _function(inspect.getattr_static(owner, name)))
    of_class = [line for line in (inspect.getdoc(owner) or "").split("\n") if line[:3] in EXAMPLE]
    return ">>>" in (own or "") or any(name in line for line in of_class)


def _function(thing):
    return getattr(thing, "__func__", thing)


@pytest.mark.parametrize("path,name,what", [
    pytest.param(*one, id=f"{one[0].removeprefix('pyspark.')}.{one[1]}") for one in each()
    if is_there(one[0], one[1]) and f"{one[0]}.{one[1]}" not in DIFFERENT])
def test_signature_is_pysparks(path, name, what):
    assert make_api_names.names_of(ours(path))[name] == what


def table():
    lines = ["| Of PySpark's | There | There, without an example | Not there yet |",
             "| --- | --- | --- | --- |"]
    for path, names in sorted(PYSPARK.items()):
        public = [name for name, what in names.items() if name != "()"]
        there = [name for name in public if is_there(path, name)]
        shown = [name for name in there if names[name] == "value" or has_example(path, name)]
        lines.append(f"| `{path.removeprefix('pyspark.')}` | {len(shown)} of {len(public)} | "
                     f"{_listed(name for name in there if name not in shown)} | "
                     f"{_listed(name for name in public if name not in there)} |")
    return "\n".join(lines) + "\n"


def _listed(names):
    return " ".join(f"`{name}`" for name in names)


def readme_with_table(text):
    head, _, rest = text.partition(BEGIN)
    return head + BEGIN + table() + END + rest.partition(END)[2]


def test_table_in_the_readme_is_true():
    with open(README) as f:
        text = f.read()
    assert BEGIN in text and END in text
    assert readme_with_table(text) == text, "python tests/py/test_api_table.py writes it anew"


if __name__ == "__main__":
    with open(README) as f:
        text = f.read()
    with open(README, "w") as f:
        f.write(readme_with_table(text))
