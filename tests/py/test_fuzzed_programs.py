"""Random and classic programs against what PySpark did with them: every answer, RDD, stage, record.

fuzz_programs.py writes random ones, fuzz_record.py runs them; ../data/fuzzed_programs.json has the
text of each and what PySpark 4.3 did.  Three things differ on purpose, and are not compared:

    sizes in toDebugString      of what is cached, as Rushlight keeps it
    places                      where PySpark names its own files, Rushlight names the user's line
    failed jobs' records        depend on which task failed first
"""
import json
import os
import re
import subprocess

import pytest

from conftest import ROOT, WITHOUT_NUMPY, rushlight_command

HERE = os.path.dirname(os.path.abspath(__file__))
OWN_PLACE = re.compile(r" at (NativeMethodAccessorImpl\.java|<unknown>):0")
PLACE = re.compile(r" at p\w+\.py:\d+")
SIZES = re.compile(r"(MemorySize|DiskSize): [\d.]+ \w+")

with open(os.path.join(ROOT, "tests", "data", "fuzzed_programs.json")) as f:
    SPARK = json.load(f)


@pytest.fixture(scope="module")
def seen(tmp_path_factory):
    folder = tmp_path_factory.mktemp("fuzzed")
    given, out = folder / "programs.json", folder / "seen.json"
    given.write_text(json.dumps({name: kept["text"] for name, kept in SPARK.items()}))
    done = subprocess.run(
        rushlight_command("submit", os.path.join(HERE, "fuzz_record.py"), given, out),
        capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=240,
        env=dict(os.environ, PYTHONHASHSEED="0", PYTHONDONTWRITEBYTECODE="1", **WITHOUT_NUMPY))
    assert out.exists(), done.stdout[-2000:] + done.stderr[-2000:]
    return json.loads(out.read_text())


def comparable(wanted, found):
    """Both texts without what differs on purpose."""
    if OWN_PLACE.search(wanted):
        wanted, found = PLACE.sub("", OWN_PLACE.sub("", wanted)), PLACE.sub("", found)
    return SIZES.sub("size", wanted), SIZES.sub("size", found)


def assert_alike(wanted, found):
    both = [comparable(*pair) for pair in zip(wanted, found)]
    assert [pair[1] for pair in both] == [pair[0] for pair in both]
    assert len(found) == len(wanted)


@pytest.mark.parametrize("name", SPARK)
def test_does_what_pyspark_does(seen, name):
    assert_alike(SPARK[name]["seen"], seen[name]["seen"])
    assert_alike(SPARK[name]["jobs"], seen[name]["jobs"])
