"""C plug-ins: a .c file is built, and takes the place of a part of the engine."""
import ctypes
import json
import os
import random
import re
import subprocess
import sys

import pytest

from conftest import ROOT
from rushlight import SparkConf, SparkContext, plugin
from rushlight.errors import PySparkException
from rushlight.testing import trace

MRU = """
#include "core/storage/eviction.h"

static gint
compare_newest (const RushBlock *a, const RushBlock *b)
{
  return a->last_use > b->last_use ? -1 : 1;
}

static const RushEvictionPolicy mru = { .name = "newest first", .compare = compare_newest };
RUSH_PLUGIN (RUSH_EVICTION_POLICY_PART (&mru));
"""

LIFO = """
#include "core/scheduler/seams.h"

static gint
newest_first (const RushSchedulable *a, const RushSchedulable *b)
{
  return b->stage_id - a->stage_id;
}

static const RushSchedulingPolicy lifo = { "LIFO", newest_first, FALSE };
RUSH_PLUGIN (RUSH_FIFO_POLICY_PART (&lifo));
"""

# Nobody waits for a better place.
HASTY = """
#include "core/scheduler/seams.h"

static void
go_on (RushLocalityState *state, gint64 now_us)
{
  state->current = state->n_levels - 1;
}

static const RushLocalityWait hasty = { "hasty", go_on, NULL };
RUSH_PLUGIN (RUSH_LOCALITY_WAIT_PART (&hasty));
"""

# Each lost output costs the whole job.
HOPELESS = """
#include "core/scheduler/seams.h"

static void
give_up (RushScheduler *scheduler, const RushFetchFailure *failure)
{
  rush_scheduler_abort_stage (scheduler, failure->stage, "no hope");
}

static const RushFetchFailureHandler hopeless = { "hopeless", give_up };
RUSH_PLUGIN (RUSH_FETCH_FAILURE_HANDLER_PART (&hopeless));
"""


@pytest.fixture
def built(tmp_path):
    """built(text) → the path of the plug-in of a source."""
    def build(text, name="part"):
        source = tmp_path / f"{name}.c"
        source.write_text(text)
        return plugin.build(str(source), str(tmp_path / f"{name}.so"))
    return build


def context(master="local[2]", **conf):
    settings = SparkConf().setMaster(master).setAppName("plugin")
    for key, value in conf.items():
        settings.set("spark." + key.replace("_", "."), value)
    return SparkContext(conf=settings)


# ---- building ----

def test_a_file_is_built_by_its_content(tmp_path):
    source = tmp_path / "mru.c"
    source.write_text(MRU)
    path = plugin.build(str(source))
    assert re.fullmatch(r"mru-[0-9a-f]{16}\.so", os.path.basename(path))
    before = os.stat(path).st_mtime_ns
    assert plugin.build(str(source)) == path and os.stat(path).st_mtime_ns == before
    source.write_text(MRU + "\n/* changed */\n")
    assert plugin.build(str(source)) != path


def test_a_place_to_build_to_is_taken(tmp_path, built):
    assert built(MRU, "mine") == str(tmp_path / "mine.so")


def test_mistakes_are_told_by_file_and_line(tmp_path):
    source = tmp_path / "bad.c"
    source.write_text(MRU.replace("a->last_use > b", "a->last_used > b") + "\nint f (void) { return g (); }\n")
    with pytest.raises(plugin.PluginBuildError) as e:
        plugin.build(str(source))
    assert e.value.line == 7 and str(e.value).startswith("bad.c:7: error: 'RushBlock' ")
    assert "no member named 'last_used'" in str(e.value) and str(tmp_path) not in str(e.value)
    assert any("implicit declaration of function 'g'" in message for message in e.value.messages)
    assert list(tmp_path.iterdir()) == [source]     # no half of a plug-in stays


def test_a_table_of_another_type_does_not_compile(tmp_path):
    source = tmp_path / "other.c"
    source.write_text(LIFO.replace("RUSH_FIFO_POLICY_PART", "RUSH_STAGE_CUTTER_PART"))
    with pytest.raises(plugin.PluginBuildError, match="other.c:11: error: .*RushSchedulingPolicy"):
        plugin.build(str(source))


def test_warnings_are_none_of_our_business(built):
    assert built(MRU + "static int unused;\n")


def test_what_is_missing_is_named(tmp_path, monkeypatch):
    source = tmp_path / "mru.c"
    with pytest.raises(plugin.PluginBuildError, match="mru.c: there is no such file"):
        plugin.build(str(source))
    source.write_text(MRU)
    with pytest.raises(plugin.PluginBuildError, match="nowhere: there is no such folder"):
        plugin.build(str(source), str(tmp_path / "nowhere" / "mru.so"))
    monkeypatch.setenv("PKG_CONFIG_LIBDIR", str(tmp_path))
    with pytest.raises(plugin.PluginBuildError, match="GLib's headers are missing.*libglib2.0-dev"):
        plugin.build(str(source))
    monkeypatch.setenv("CC", "no-such-compiler -O2")
    with pytest.raises(plugin.PluginBuildError, match="no C compiler 'no-such-compiler'.*apt install gcc"):
        plugin.build(str(source))
    monkeypatch.delenv("CC")
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "cc").symlink_to("/bin/true")
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    with pytest.raises(plugin.PluginBuildError, match="There is no pkg-config"):
        plugin.build(str(source))


def test_every_public_function_can_be_called():
    """What stands between RUSH_BEGIN_PUBLIC and RUSH_END_PUBLIC is exported by the extension."""
    from rushlight import _engine
    engine = ctypes.CDLL(_engine.__file__)
    n, missing = 0, []
    for folder, _, names in os.walk(os.path.join(ROOT, "core")):
        for name in names:
            if not name.endswith(".h") or name.endswith(("_private.h", "_template.h")):
                continue
            with open(os.path.join(folder, name), encoding="utf-8") as f:
                text = re.sub(r"/\*.*?\*/", "", f.read(), flags=re.S)
            for part in re.findall(r"RUSH_BEGIN_PUBLIC\n(.*?)RUSH_END_PUBLIC", text, re.S):
                part = re.sub(r"static inline.*?\n}\n", "", part, flags=re.S)
                for function in re.findall(r"^[^#\s(][^;{}()]*?\b(rush_\w+) \([^*]", part, re.M):
                    n += 1
                    if not hasattr(engine, function):
                        missing.append(f"{name}: {function}")
    assert missing == [] and n > 400


def functions_of(header, constant):
    """The functions of a seam's table, as its header declares them: the table is the type that the
    seam's macro names, and its functions stand right behind its name."""
    with open(os.path.join(plugin.INCLUDE, header), encoding="utf-8") as f:
        text = f.read()
    part = re.search(r"RUSH_PLUGIN_PART\s*\(\s*\"[^\"]+\",\s*" + constant + r",\s*(\w+),", text)
    if "rule_seams" in header:      # RushRule has a header of its own
        with open(os.path.join(plugin.INCLUDE, "sql/plan/rule.h"), encoding="utf-8") as f:
            text = f.read()
    table = part.group(1)
    body = re.search(r"struct _" + table + r"\n\{(.*?)\n\};", text, re.S) or \
        re.search(r"typedef struct\n\{((?:(?!\n\}).)*)\n\} " + table + ";", text, re.S)
    members = re.sub(r"/\*.*?\*/", "", body.group(1), flags=re.S).split(";")
    assert members[0].split() == ["const", "char", "*name"]
    functions = [re.search(r"\(\*(\w+)\)", member) or re.match(r"\s*RushCombinerNew (make)", member)
                 for member in members[1:]]
    n = functions.index(None)
    assert not any(functions[n:]), "functions stand together, right behind the name"
    return [function.group(1) for function in functions[:n]]


def test_the_functions_of_seams_are_those_of_their_headers():
    """seams.def says by their places which functions a table must have."""
    with open(os.path.join(plugin.INCLUDE, "core/plugin/seams.def"), encoding="utf-8") as f:
        seams = re.findall(r'^SEAM \((\w+), "([^"]+)", \d+, "([^"]+)",\s+"([^"]+)",', f.read(), re.M)
    assert [name for _, name, *_ in seams] == [seam[0] for seam in plugin.seams()]
    for constant, _, header, functions in seams:
        assert re.findall(r"\w+", functions) == functions_of(header, constant), constant


# ---- the difference that it makes ----

def hits(sc):
    """How many of nine kept RDDs, of which a few fit into memory, each of three passes finds.  (One
    RDD's partitions never push out each other.)"""
    kept = [sc.parallelize([i], 1).map(lambda i: random.Random(i).randbytes(1_000_000)).cache()
            for i in range(9)]
    with trace(sc) as t:
        for _ in range(3):
            for rdd in kept:
                rdd.count()
    found = [sum(task.kept_found for stage in job.stages for task in stage.tasks) for job in t.jobs]
    return [sum(found[i:i + 9]) for i in (0, 9, 18)]


def test_an_eviction_policy_changes_which_partitions_are_found(built, tmp_path):
    small = {"testing_memory": "10m", "testing_reservedMemory": "0", "eventLog_enabled": "true",
             "eventLog_dir": str(tmp_path)}
    with context("local[1]", **small) as sc:
        least_recent = hits(sc)
    with context("local[1]", rushlight_plugins=built(MRU), **small) as sc:
        most_recent = hits(sc)
        assert "plug-in for eviction-policy: newest first (part.so)" in sc.summary()
    assert least_recent == [0, 0, 0]      # what is needed next has just gone
    assert most_recent[0] == 0 and min(most_recent[1:]) >= 3


def test_a_fetch_failure_handler_decides_over_jobs(built):
    """On simulated executors; the outputs of a map task vanish between two jobs."""
    def sums_after_a_loss(sc):
        sums = sc.parallelize(range(100), 4).map(lambda i: (i % 5, i)).reduceByKey(int.__add__)
        sums.count()
        sc.faults.drop_shuffle(0, map=1)
        return sorted(sums.values().collect())

    cluster = "sim://?executors=2&cores=2&seed=4"
    with context(cluster) as sc:
        assert sums_after_a_loss(sc) == [950, 970, 990, 1010, 1030]
    with context(cluster, rushlight_plugins=built(HOPELESS)) as sc:
        with pytest.raises(PySparkException, match="Job aborted due to stage failure: no hope"):
            sums_after_a_loss(sc)


def test_the_event_log_says_whose_parts_these_are(built, tmp_path):
    log = tmp_path / "log"
    log.mkdir()
    with context(rushlight_plugins=built(LIFO), eventLog_enabled="true", eventLog_dir=str(log)) as sc:
        assert sc.parallelize([1, 2], 2).map(lambda x: (x, x)).reduceByKey(max).count() == 2
    (file,) = log.iterdir()
    events = [json.loads(line) for line in file.read_text().splitlines()]
    (environment,) = (e for e in events if e["Event"] == "SparkListenerEnvironmentUpdate")
    assert environment["JVM Information"]["Rushlight Plug-in scheduling-policy:FIFO"] == "LIFO (part.so)"


def test_only_its_own_context_has_it(built):
    with context(rushlight_plugins=built(LIFO)) as sc:
        assert sc._engine.plugins() == [("scheduling-policy:FIFO", "LIFO (part.so)")]
    with context() as sc:
        assert sc._engine.plugins() == [] and "plug-in" not in sc.summary()


def test_what_does_not_fit_is_no_context(tmp_path):
    for path, message in ((str(tmp_path / "none.so"), "none.so: No such file"),
                          (__file__, "cannot be loaded: ")):
        with pytest.raises(Exception, match=re.escape(message)):
            context(rushlight_plugins=path)
    with context() as sc:       # and the next one is fine
        assert sc.parallelize([1]).count() == 1


def test_a_table_without_a_function_is_no_context(built):
    path = built(HASTY.replace('"hasty", go_on, NULL', '"hasty", NULL, NULL') + "/* go_on */")
    with pytest.raises(Exception, match=r'part "hasty" for the seam "locality-wait" lacks the '
                                        r"function go_on: .* core/scheduler/seams.h"):
        context(rushlight_plugins=path)


# ---- commands ----

def rushlight(*arguments, **environment):
    done = subprocess.run([sys.executable, "-m", "rushlight.cli", *arguments], text=True, check=False,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, env={**os.environ, **environment})
    return done.returncode, done.stdout, done.stderr


def test_the_command_builds_beside_the_source(tmp_path):
    source = tmp_path / "mru.c"
    source.write_text(MRU)
    status, out, err = rushlight("plugin", "build", str(source))
    assert (status, out, err) == (0, f"{tmp_path}/mru.so: eviction-policy: newest first\n", "")
    source.write_text(MRU.replace("return", "retrun"))
    status, out, err = rushlight("plugin", "build", str(source), "-o", str(tmp_path / "other.so"))
    assert status == 1 and err.startswith("rushlight plugin: mru.c:7: error: ")


def test_the_command_lists_seams():
    status, out, _ = rushlight("plugin", "seams")
    assert status == 0 and [line.split()[0] for line in out.splitlines()] == [
        name for name, *_ in plugin.seams()]
    assert all(os.path.exists(os.path.join(plugin.INCLUDE, header)) for _, _, header, _ in plugin.seams())


def test_a_simulation_in_model_mode_takes_it(built, tmp_path):
    path = built(HASTY)
    status, out, err = rushlight("simulate", "sim://?executors=4&cores=2&hosts=4", "--conf",
                                 f"spark.rushlight.plugins={path}")
    assert status == 0 and "plug-in for locality-wait: hasty (part.so)" in out, err


def test_verbose_says_so(built, tmp_path):
    app = tmp_path / "app.py"
    app.write_text("from pyspark import SparkContext\nprint(SparkContext.getOrCreate().parallelize([1]).count())\n")
    status, out, err = rushlight("submit", "--verbose", "--master", "local[1]", "--conf",
                                 f"spark.rushlight.plugins={built(LIFO)}", str(app))
    assert (status, out) == (0, "1\n") and "plug-in for scheduling-policy:FIFO: LIFO (part.so)\n" in err


@pytest.mark.skipif(not os.path.isfile(os.path.realpath(subprocess.run(
    ["cc", "-print-file-name=libasan.so"], stdout=subprocess.PIPE, text=True).stdout.strip())),
    reason="needs the compiler's AddressSanitizer")
def test_a_sanitized_plugin_tells_of_its_mistakes(tmp_path):
    source = tmp_path / "wild.c"
    source.write_text(MRU.replace("return a->last", "volatile gint64 few[2] = { 0 };\n"
                                  "  few[a->last_use] = 1;\n  return a->last"))
    path = plugin.build(str(source), sanitize=True)
    app = tmp_path / "app.py"
    app.write_text(f"""
import random
from rushlight import SparkConf, SparkContext
conf = SparkConf().setMaster("local[1]").set("spark.rushlight.plugins", {path!r})
conf.set("spark.testing.memory", "10m").set("spark.testing.reservedMemory", "0")
sc = SparkContext(conf=conf)
print(sc.parallelize(range(8), 8).map(lambda i: random.Random(i).randbytes(1_000_000)).cache().count())
""")
    done = subprocess.run([sys.executable, str(app)], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          text=True, env={**os.environ, **plugin.sanitizer_environment()}, timeout=100)
    assert done.returncode != 0 and "stack-buffer-overflow" in done.stderr and "wild.c:" in done.stderr
