"""What is installed: every module of the package, and nothing that is not there."""
import os
import re
import sys

from conftest import ROOT

PACKAGE = os.path.join(ROOT, "py", "rushlight")


def test_meson_installs_every_module():
    with open(os.path.join(PACKAGE, "meson.build")) as f:
        listed = set(re.findall(r"'([\w/]+\.py)'", f.read()))
    found = {os.path.relpath(os.path.join(folder, name), PACKAGE)
             for folder, _, names in os.walk(PACKAGE) for name in names if name.endswith(".py")}
    assert listed == found


def test_versions_agree():
    from rushlight import __version__
    for path, pattern in (("meson.build", r"version: '([^']+)'"),
                          ("pyproject.toml", r'^version = "([^"]+)"')):
        with open(os.path.join(ROOT, path)) as f:
            assert re.search(pattern, f.read(), re.M).group(1) == __version__


def test_lines_are_short_and_files_of_a_readable_size():
    for folder, _, names in os.walk(PACKAGE):
        for name in names:
            if name.endswith(".py"):
                with open(os.path.join(folder, name), encoding="utf-8") as f:
                    lines = f.read().splitlines()
                assert len(lines) <= 650 and max(map(len, lines), default=0) <= 100, name


def test_an_unknown_kind_of_test_run_is_refused_with_the_kinds_there_are(run_program):
    for arguments in ([], ["bogus"], ["test", "more"]):
        status, out, err = run_program(argv=[sys.executable, f"{ROOT}/tests/run_all.py", *arguments])
        assert (status, out) == (2, "") and "run_all.py nightly" in err
