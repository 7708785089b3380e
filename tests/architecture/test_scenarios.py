"""The scheduler's README lists scenarios of Spark's suites and the tests that have them: each exists.

A test in C is named by its path in GLib's harness, a test in Python by its function.
"""
import os
import re

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

ROW = re.compile(r"^\| ([^|]+) \| `(test_\w+\.(?:c|py))` \| `([^`]+)` \|$", re.M)
LITERAL = re.compile(r'g_test_add_\w+\s*\(\s*"([^"]+)"')
MACRO = re.compile(r'#define ADD\(name\) g_test_add_func \("([^"]+)" #name, test_##name\)')


def read(path):
    with open(path, encoding="utf-8") as f:
        return f.read()


def listed():
    """(scenario, file, test) of each row."""
    text = read(os.path.join(ROOT, "core/scheduler/README.md"))
    return ROW.findall(text[text.index("## Spark's scenarios"):])


def files():
    """File name → path, of all tests."""
    return {name: os.path.join(folder, name)
            for folder, _, names in os.walk(os.path.join(ROOT, "tests"))
            for name in names if name.startswith("test_")}


def names_in(path):
    text = read(path)
    if path.endswith(".py"):
        return set(re.findall(r"^def (test_\w+)", text, re.M))
    tests = set(LITERAL.findall(text))
    for prefix in MACRO.findall(text):
        tests |= {prefix + name for name in re.findall(r"^  ADD \((\w+)\);$", text, re.M)}
    return tests


def is_built(path):
    """Is the program of this C test among those of its folder's meson.build?"""
    name = os.path.basename(path)[len("test_"):-len(".c")]
    return re.search(rf"\b{name}\b", read(os.path.join(os.path.dirname(path), "meson.build")))


def test_every_listed_test_exists():
    paths = files()
    wrong = [f"{file}: no {test}" for _, file, test in listed()
             if file not in paths or test not in names_in(paths[file])]
    assert wrong == []


def test_every_listed_program_is_built():
    paths = files()
    assert [file for _, file, _ in listed() if file.endswith(".c") and not is_built(paths[file])] == []


def test_the_list_is_long_and_says_nothing_twice():
    scenarios = [scenario for scenario, _, _ in listed()]
    assert len(scenarios) >= 45
    assert len(set(scenarios)) == len(scenarios)
    tests = [test for _, _, test in listed()]
    assert len(set(tests)) == len(tests)
