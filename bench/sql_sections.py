"""The sections of run.py that ask SQL: TPC-H at two scales, db-benchmark's group-by, a first show ().

Data are made once, into out/: tpch/<scale> by tpchgen-cli, h2o by h2o_data.py.  Answers are compared
before seconds are: TPC-H's row by row, h2o's by sums over each column that weigh a row by its keys.
"""
import collections
import json
import math
import os
import pathlib
import statistics
import subprocess

import measure

HERE = pathlib.Path(__file__).resolve().parent
OUT = HERE.parent / "out"
PEER = str(HERE.parent / ".venv-bench" / "bin" / "python")
SUBMIT = [str(HERE.parent / ".venv" / "bin" / "rushlight"), "submit", "--master", "local[2]"]
SPARK_ENV = {"SPARK_LOCAL_IP": "127.0.0.1", "PYSPARK_PYTHON": PEER, "PYSPARK_DRIVER_PYTHON": PEER}
SPARK_CONF = "--conf spark.ui.enabled=false --conf spark.ui.showConsoleProgress=false"


def spark_env(master="local[2]", conf=""):
    """A real Spark's surroundings, with memory enough not to spill."""
    args = f"--master {master} --driver-memory 8g {SPARK_CONF} {conf} pyspark-shell"
    return dict(SPARK_ENV, PYSPARK_SUBMIT_ARGS=args)


def made(path, argv):
    """@path, made by a command of the peers' that gets a name to write to; whole or not at all."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = path.with_name(path.name + ".partial")
        subprocess.run([a.replace("PATH", str(partial)) for a in argv], check=True,
                       stdout=subprocess.DEVNULL)
        partial.rename(path)
    return path


def tpch_folder(scale):
    generator = str(pathlib.Path(PEER).with_name("tpchgen-cli"))
    return made(OUT / "tpch" / str(scale),
                [generator, "parquet", "-s", str(scale), "--output-dir", "PATH"])


def last_json(text):
    return json.loads(text.splitlines()[-1])


def asked(argv, env=None):
    """What an app printed last."""
    return last_json(measure.once(argv, env, timeout=7200)[3])


def quicker(a, b):
    """Of two runs of an app: the less of seconds, query by query."""
    return {n: min(a[n], b[n]) for n in a if n != "peak_mib"}


def geometric_mean(values):
    return math.exp(statistics.fmean(math.log(v) for v in values))


# ── TPC-H ──

def is_same(a, b):
    """Two values of an answer; a decimal may have been rounded to its scale."""
    if a == b or a is None or b is None:
        return a == b
    try:
        digits = [len(str(v).partition(".")[2]) for v in (a, b) if isinstance(v, str)]
        slack = max([0.5001 * 10.0 ** -d for d in digits] + [1e-9 * abs(float(a))])
        return abs(float(a) - float(b)) <= slack
    except ValueError:
        return False


def check_answers(name, path, wanted_path):
    """Ends the benchmark if two files of answers differ."""
    answers, wanted = (json.loads(pathlib.Path(p).read_text()) for p in (path, wanted_path))
    for number, rows in wanted.items():
        mine = answers[number]
        if len(mine) != len(rows) or not all(
                all(map(is_same, a, b)) for a, b in zip(mine, rows)):
            raise SystemExit(f"Q{number}: the answers of {name} and DuckDB differ")


def logged_scans(folder):
    """{query: seconds of its scans over all tasks, in the run where they took least}, of the one
    event log in @folder: the metric "scan time" of tasks, by the description of their job."""
    query_of, seconds = {}, collections.Counter()
    files = sorted(p for p in pathlib.Path(folder).rglob("*") if p.is_file() and p.stat().st_size)
    for line in (line for file in files for line in file.open()):
        event = json.loads(line)
        if event["Event"] == "SparkListenerJobStart":
            about = (event.get("Properties") or {}).get("spark.job.description", "")
            query_of.update((stage, about) for stage in event["Stage IDs"])
        elif event["Event"] == "SparkListenerTaskEnd":
            for seen in event["Task Info"]["Accumulables"]:
                if seen.get("Name") == "scan time":
                    seconds[query_of.get(event["Stage ID"], "")] += int(seen["Update"]) / 1000
    least = {}
    for about, taken in seconds.items():
        number = about.partition(" ")[0][1:]
        least[number] = min(taken, least.get(number, taken))
    return least


def row_of(number, seen, scans):
    """One line of the table: seconds, then ratios, then the scans' part."""
    ours, duck, spark = (seen[name][number][0] for name in ("rushlight", "duckdb", "pyspark"))
    return (f"Q{number:<5}{ours:>10.3f}{duck:>9.3f}{spark:>9.2f}{ours / duck:>10.2f}"
            f"{spark / ours:>11.1f}{scans[0].get(number, 0) / 2:>11.3f}"
            f"{scans[1].get(number, 0) / 2:>9.3f}")


def with_scans_of_duckdb(seen, number, scans):
    """The ratio of a query if decoding took us what DuckDB's scans take it: the engine's own part.
    Threads do not wait for each other evenly, so it is an estimate."""
    ours, duck = seen["rushlight"][number][0], seen["duckdb"][number][0]
    apart = (scans[0].get(number, 0) - scans[1].get(number, 0)) / 2
    return max(ours - apart, 0.01) / duck


def sql(tmp):
    folder, app = str(tpch_folder(1)), str(HERE / "tpch_app.py")
    wanted = f"{tmp}/duckdb.json"
    print("\nTPC-H, scale 1, Parquet, two threads; seconds within a running session, the quickest of 3")
    commands = {
        "rushlight": (SUBMIT + [app, folder, "1", "--answers", f"{tmp}/rushlight.json"], None),
        "duckdb": ([PEER, app, "--duckdb", folder, "1", "--answers", wanted], None)}
    seen = {name: asked(*command) for name, command in commands.items()}
    seen = {name: quicker(seen[name], asked(*command)) for name, command in commands.items()}
    seen["pyspark"] = asked([PEER, app, folder, "1", "--answers", f"{tmp}/pyspark.json"],
                            spark_env())
    check_answers("Rushlight", f"{tmp}/rushlight.json", wanted)
    check_answers("PySpark", f"{tmp}/pyspark.json", wanted)
    log = f"{tmp}/events"
    os.makedirs(log)
    asked(SUBMIT + ["--conf", "spark.eventLog.enabled=true", "--conf",
                    f"spark.eventLog.dir=file://{log}", app, folder, "1"])
    scans = (logged_scans(log), asked([PEER, app, "--duckdb", "--scans", folder, "1"]))
    print(f"{'':<6}{'rushlight':>10}{'DuckDB':>9}{'PySpark':>9}{'of DuckDB':>10}{'× PySpark':>11}"
          f"{'its scans':>11}{'DuckDB’s':>9}")
    for number in seen["duckdb"]:
        print(row_of(number, seen, scans))
    of_duck = [seen["rushlight"][n][0] / seen["duckdb"][n][0] for n in seen["duckdb"]]
    faster = [seen["pyspark"][n][0] / seen["rushlight"][n][0] for n in seen["duckdb"]]
    measure.ratio("of DuckDB, geometric mean", geometric_mean(of_duck), 2, at_most=True)
    measure.ratio("of DuckDB, if its scans were ours", geometric_mean(
        [with_scans_of_duckdb(seen, n, scans) for n in seen["duckdb"]]), 2, at_most=True)
    measure.ratio("times faster than PySpark, geometric mean", geometric_mean(faster), 5)
    measure.ratio("times faster than PySpark, the least", min(faster), 1)
    print("its scans: seconds that decoding Parquet took, warm, over both threads, halved")


def sf10(tmp):
    folder, app = str(tpch_folder(10)), str(HERE / "tpch_app.py")
    print("\nTPC-H, scale 10, all 22 once, with --driver-memory 4g")
    ours = asked(SUBMIT + ["--driver-memory", "4g", app, folder, "10", "--runs", "1", "--answers",
                           f"{tmp}/rushlight10.json"])
    duck = asked([PEER, app, "--duckdb", folder, "10", "--runs", "1", "--answers",
                  f"{tmp}/duckdb10.json"])
    check_answers("Rushlight", f"{tmp}/rushlight10.json", f"{tmp}/duckdb10.json")
    peaks = ours.pop("peak_mib"), duck.pop("peak_mib")
    for number in duck:
        print(f"Q{number:<5}{ours[number][0]:>9.2f} s{duck[number][0]:>9.2f} s DuckDB")
    print(f"seconds in all: {sum(q[0] for q in ours.values()):.0f}, DuckDB "
          f"{sum(q[0] for q in duck.values()):.0f} (with all memory); peak memory: {peaks[0]} MiB, "
          f"DuckDB {peaks[1]} MiB")


# ── h2o ──

# Sums over a file of answers, each value weighed by what its row's keys hash to: rows in any order
# agree, a value beside a wrong key does not.
FINGERPRINT = """
import duckdb, json, sys
con = duckdb.connect()
prints = {}
for n in range(1, 11):
    names = [(c[0], c[1]) for c in con.sql(f"describe from '{sys.argv[1]}/{n}.parquet'").fetchall()]
    keys = [c for c, _ in names if c.startswith("id")]
    weight = f"hash({', '.join(f'{k}::varchar' for k in keys)}) % 1000"
    sums = ", ".join(f'sum("{c}"::double * ({weight})), sum("{c}"::double)'
                     for c, _ in names if c not in keys)
    prints[n] = con.sql(f"select count(*), {sums} from '{sys.argv[1]}/{n}.parquet'").fetchall()[0]
print(json.dumps(prints))
"""


def fingerprints(folder):
    return last_json(measure.once([PEER, "-c", FINGERPRINT, folder])[3])


def h2o(tmp):
    data = str(made(OUT / "h2o" / "groupby.parquet", [PEER, str(HERE / "h2o_data.py"), "PATH"]))
    app = str(HERE / "h2o_app.py")
    folders = [f"{tmp}/h2o-rushlight", f"{tmp}/h2o-duckdb"]
    for folder in folders:
        os.makedirs(folder)
    print("\nh2o's group-by, 10 million rows, Parquet to Arrow, two threads; the quickest of 3")
    commands = (SUBMIT + ["--driver-memory", "8g", app, data, folders[0]],
                [PEER, app, "--duckdb", data, folders[1]])
    ours, duck = (asked(command) for command in commands)
    ours, duck = (quicker(a, asked(c)) for a, c in zip((ours, duck), commands))
    prints = [fingerprints(folder) for folder in folders]
    for number in duck:
        if not all(math.isclose(a, b, rel_tol=1e-9, abs_tol=1e-6)
                   for a, b in zip(prints[0][number], prints[1][number])):
            raise SystemExit(f"question {number}: the answers differ: "
                             f"{prints[0][number]} {prints[1][number]}")
        print(f"q{number:<4}{ours[number][0]:>9.3f} s{duck[number][0]:>9.3f} s DuckDB"
              f"{ours[number][0] / duck[number][0]:>9.2f}")
    measure.ratio("of DuckDB, geometric mean", geometric_mean(
        [ours[n][0] / duck[n][0] for n in duck]), 2, at_most=True)


# ── start ──

def sql_start(tmp):
    print("\nspark.range(5).show(), whole process")
    seen = measure.compare({"rushlight": ([*SUBMIT, str(HERE / "sql_start_app.py")], None)}, runs=7)
    measure.ratio("seconds", seen["rushlight"], 0.5, at_most=True)


SECTIONS = {"sql": sql, "h2o": h2o, "sql_start": sql_start, "sf10": sf10}
