"""Runs the tests of a kind and ends with one line: N passed, N failed.

    python tests/run_all.py test       C tests of the build in build/, Python tests, SQL files
    python tests/run_all.py check      C tests under ASan+UBSan and TSan, fuzzers, long seeds, the book's
                                       pages and links, nbgrader and otter on labs,
                                       200 seeds of programs under random faults
    python tests/run_all.py nightly    check with seeds and iterations ten times as many, SQL files on
                                       every configuration, 1,000 seeds on 50 executors

A C test program counts by its TAP lines, so that the total is of test cases, not of programs.
"""
import json
import os
import re
import shutil
import subprocess
import sys
import time
import xml.etree.ElementTree as ElementTree

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
OUT = os.path.join(ROOT, "out")


class Tally:
    def __init__(self):
        self.passed = self.failed = 0

    def add(self, passed, failed, what, seconds):
        self.passed += passed
        self.failed += failed
        print(f"{what}: {passed} passed, {failed} failed ({seconds:.0f} s)", flush=True)


def run(argv, env=None, log=None, **kwargs):
    """The exit status; the output goes to a file that is shown if the command fails."""
    with open(log, "wb") as out:
        return subprocess.call(argv, cwd=ROOT, env=dict(os.environ, **(env or {})), stdout=out,
                               stderr=subprocess.STDOUT, **kwargs)


def show_tail(path, lines=60):
    with open(path, errors="replace") as f:
        print("".join(f.readlines()[-lines:]), flush=True)


def count_tap(text):
    """(passed, failed) of one test program's TAP output."""
    passed = failed = 0
    for line in text.splitlines():
        match = re.match(r"\s*(not )?ok\b(.*)", line)
        if match and "# SKIP" not in match.group(2).upper():
            passed, failed = passed + (not match.group(1)), failed + bool(match.group(1))
    return passed, failed


def remove(path):
    """What an earlier run has left must not count for this one."""
    if os.path.exists(path):
        os.unlink(path)


def read_json_lines(path):
    """The objects in a file of a JSON text a line; none without the file."""
    if not os.path.exists(path):
        return []
    with open(path) as f:
        return [json.loads(line) for line in f]


def c_tests(tally, build, what, suites=(), env=None, multiplier=1):
    began = time.time()
    log = os.path.join(OUT, f"{os.path.basename(build)}-tests.log")
    results = os.path.join(ROOT, build, "meson-logs", "testlog.json")
    remove(results)
    argv = ["meson", "test", "-C", build, "--no-rebuild", "--print-errorlogs",
            "--timeout-multiplier", str(multiplier)]
    for suite in suites:
        argv += ["--suite", suite]
    status = run(argv, env=env, log=log)
    passed = failed = 0
    for test in read_json_lines(results):
        p, n = count_tap(test.get("stdout") or "")
        # A program that dies between two test cases has failed in one that it did not report.
        if test["result"] not in ("OK", "SKIP", "EXPECTEDFAIL"):
            n = max(n, 1)
            print(f"FAILED: {test['name']} ({test['result']})")
        passed, failed = passed + p, failed + n
    if not failed and (status or not passed):
        failed = 1
    if failed:
        show_tail(log, 150)
    tally.add(passed, failed, what, time.time() - began)


def python_tests(tally, what, paths=("tests",), env=None, dist="loadfile"):
    """Two at a time; with "loadfile" the tests of a file by one process, as they share what is dear
    to make."""
    began = time.time()
    log, report = os.path.join(OUT, "pytest.log"), os.path.join(OUT, "pytest.xml")
    remove(report)
    status = run([sys.executable, "-m", "pytest", "-q", "--color=no", "-p", "no:cacheprovider",
                  "--numprocesses=2", f"--dist={dist}", f"--junitxml={report}", *paths],
                 env=env, log=log)
    suite = ElementTree.parse(report).getroot().find("testsuite") if os.path.exists(report) else None
    if suite is None:
        passed, failed = 0, 1
    else:
        failed = int(suite.get("failures")) + int(suite.get("errors"))
        passed = int(suite.get("tests")) - failed - int(suite.get("skipped"))
    if status not in (0, 5) and not failed:
        failed = 1
    if failed:
        show_tail(log, 150)
    tally.add(passed, failed, what, time.time() - began)


def sanitized_build(name, sanitizer):
    """A build folder of its own; configured once, built each time."""
    build = f"build-{name}"
    log = os.path.join(OUT, f"{build}.log")
    steps = []
    if not os.path.exists(os.path.join(ROOT, build, "build.ninja")):
        steps.append(["meson", "setup", build, f"-Db_sanitize={sanitizer}", "-Db_lundef=false",
                      "-Dpython_ext=false", "-Doptimization=1",
                      f"-Dpython_package={ROOT}/build/py/package"])
    steps.append(["ninja", "-C", build])
    for argv in steps:
        if run(argv, log=log):
            show_tail(log)
            raise SystemExit(f"0 passed, 1 failed\n{' '.join(argv)} failed; see {log}")
    return build


def chaos(tally, what, *options):
    """Programs under random faults: a seed is a test; the last line says "N seeds, N violations"."""
    began = time.time()
    log = os.path.join(OUT, "chaos.log")
    status = run([sys.executable, "-m", "rushlight.cli", "chaos", *options], log=log)
    with open(log, errors="replace") as f:
        lines = f.read().splitlines()
    ended = re.fullmatch(r"(\d+) seeds, (\d+) violations", lines[-1] if lines else "")
    failed = sum(line.startswith("rushlight chaos --replay") for line in lines)
    passed = int(ended.group(1)) - failed if ended else 0
    if status and not failed:
        failed = 1
    if failed:
        show_tail(log, 150)
    tally.add(passed, failed, what, time.time() - began)


def book(tally):
    """Sphinx with every warning an error, then all links: a page is a test, and so is a link."""
    began = time.time()
    log = os.path.join(OUT, "book.log")
    status = run([sys.executable, os.path.join("docs", "book", "build.py")], log=log)
    with open(log, errors="replace") as f:
        lines = f.read().splitlines()
    ended = re.search(r"(\d+) pages, (\d+) links, (\d+) broken$", lines[-1] if lines else "")
    pages, links, failed = map(int, ended.groups()) if ended else (0, 0, 1)
    if status and not failed:
        failed = 1
    if failed:
        show_tail(log, 150)
    tally.add(pages + links - failed if ended else 0, failed, "The book", time.time() - began)


def test(tally, env=None):
    c_tests(tally, "build", "C tests")
    python_tests(tally, "Python tests", env=env)


def check(tally, scale=1):
    env = {"RUSH_FUZZ_ITERATIONS": str(20000 * scale), "RUSH_PROPERTY_SEEDS": str(200 * scale),
           "ASAN_OPTIONS": "detect_leaks=1:abort_on_error=1", "UBSAN_OPTIONS": "halt_on_error=1:print_stacktrace=1",
           "TSAN_OPTIONS": "halt_on_error=1:second_deadlock_stack=1",
           # GLib's own recycling of small blocks is not instrumented, and looks like a race.
           "G_SLICE": "always-malloc"}
    c_tests(tally, sanitized_build("asan", "address,undefined"), "C tests under ASan and UBSan",
            env=env, multiplier=10)
    c_tests(tally, sanitized_build("tsan", "thread"), "C tests with threads under TSan",
            suites=["tsan"], env=env, multiplier=10)
    env = {"RUSH_TPCH_SCALE": "0.1", "RUSH_RANDOM_SECONDS": str(60 * scale),
           "RUSH_CODEGEN": "all"}
    if scale > 1:
        env["RUSH_RANDOM_FRESH"] = "1"
    python_tests(tally, "TPC-H, random queries and generated C",
                 ["tests/py/test_tpch.py", "tests/py/test_sql_random.py", "tests/py/test_codegen.py"],
                 env=env)
    python_tests(tally, "Every lab", ["tests/py/test_labs.py"], env={"RUSH_LABS": "all"},
                 dist="load")
    book(tally)
    python_tests(tally, "Course formats with nbgrader and otter", ["tests/py/test_course_tools.py"],
                 env={"RUSH_COURSE_VENV": ".venv-course"})
    if scale > 1:
        chaos(tally, "1,000 seeds on 50 executors", "--seeds", "1..1000", "--executors", "50",
              "--faults", "5..50")
    else:
        chaos(tally, "200 seeds under random faults", "--seeds", "1..200")


def nightly(tally):
    test(tally, env={"RUSH_MATRIX": "all"})
    check(tally, scale=10)


def main():
    kinds = {"test": test, "check": check, "nightly": nightly}
    kind = sys.argv[1] if len(sys.argv) == 2 else None
    if kind not in kinds:
        print(__doc__, file=sys.stderr)
        return 2
    os.makedirs(os.path.join(OUT, "tally"), exist_ok=True)
    if shutil.which("meson") is None:
        os.environ["PATH"] = os.path.dirname(sys.executable) + os.pathsep + os.environ["PATH"]
    tally = Tally()
    kinds[kind](tally)
    with open(os.path.join(OUT, "tally", kind), "w") as f:
        f.write(f"{tally.passed} {tally.failed}\n")
    print(f"{tally.passed} passed, {tally.failed} failed", flush=True)
    return 1 if tally.failed or not tally.passed else 0


if __name__ == "__main__":
    sys.exit(main())
