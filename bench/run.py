"""make bench: every speed claim, as ratios against a peer in the same run.

    python bench/run.py [startup|wordcount|rdd|c|scheduler|simulation|handover|sql|h2o|sql_start|sf10 …]

Each section prints its rows and its goals; bench/README.md keeps the figures of the last release.
"""
import glob
import os
import shutil
import subprocess
import sys
import tempfile

import graph_sections
import handover as handing_over
import measure
import ml_sections
import sql_sections

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(HERE)
BIN = os.path.join(ROOT, ".venv", "bin")
PEER = os.path.join(ROOT, ".venv-bench", "bin", "python")
BUILD = os.path.join(ROOT, "build-bench")
SPARK_ENV = {"SPARK_LOCAL_IP": "127.0.0.1", "PYSPARK_PYTHON": PEER, "PYSPARK_DRIVER_PYTHON": PEER,
             "PYSPARK_SUBMIT_ARGS": "--conf spark.ui.enabled=false --conf spark.ui.showConsoleProgress=false pyspark-shell"}


def text_of(path, mib):
    """About @mib MiB of the licence texts that every Debian has, repeated."""
    with open(path, "wb") as out:
        while out.tell() < mib << 20:
            for name in sorted(glob.glob("/usr/share/common-licenses/*")):
                with open(name, "rb") as f:
                    shutil.copyfileobj(f, out)
    return path


def build():
    """The C benchmarks, optimized as the package is."""
    with open(os.path.join(ROOT, "out", "build-bench.log"), "w") as log:
        if not os.path.exists(BUILD + "/build.ninja"):
            subprocess.run([BIN + "/meson", "setup", BUILD, ROOT, "-Dbench=true", "-Dtests=true"],
                           stdout=log, stderr=log, check=True)
        subprocess.run([BIN + "/ninja", "-C", BUILD], stdout=log, stderr=log, check=True)


def startup(tmp):
    print("\nstart-up: import, SparkContext('local[2]'), a first job of two tasks; whole process")
    app = HERE + "/startup_app.py"
    seen = measure.compare({"rushlight": ([BIN + "/rushlight", "submit", app], None),
                            "pyspark 4.3.0": ([PEER, app], 2)}, runs=7, env={"pyspark 4.3.0": SPARK_ENV})
    measure.ratio("seconds", seen["rushlight"], 0.4, at_most=True)
    measure.ratio("times faster than PySpark", seen["pyspark 4.3.0"] / seen["rushlight"], 6)


def wordcount(tmp):
    text = text_of(tmp + "/text.txt", 100)
    print(f"\nword count through Python lambdas, {os.path.getsize(text) / 2**20:.0f} MiB; whole process")
    app = HERE + "/wordcount_app.py"
    seen = measure.compare({
        "rushlight local[2]": ([BIN + "/rushlight", "submit", app, text], None),
        "the floor: bare C loop, 2 processes": ([BIN + "/python", HERE + "/floor_wordcount.py", text], None),
        "plain Python, one Counter": ([PEER, HERE + "/wordcount_plain.py", text], None),
        "pysparkling 0.6.2": ([PEER, HERE + "/wordcount_sparkling.py", text], 1),
        "pyspark 4.3.0 local[2]": ([PEER, app, text], 2)}, runs=5,
        env={"pyspark 4.3.0 local[2]": SPARK_ENV,
             "the floor: bare C loop, 2 processes": {"PYTHONPATH": BUILD + "/bench"}})
    ours = seen["rushlight local[2]"]
    measure.ratio("times faster than PySpark", seen["pyspark 4.3.0 local[2]"] / ours, 6)
    measure.ratio("times faster than pysparkling", seen["pysparkling 0.6.2"] / ours, 4)
    measure.ratio("times faster than one Counter", seen["plain Python, one Counter"] / ours, 1.25)
    measure.ratio("of the floor", ours / seen["the floor: bare C loop, 2 processes"], 1.3, at_most=True)


# program: size, size for PySpark where that has to be less (0: it cannot), goal: times faster or
# seconds
RDD_PROGRAMS = {"pagerank": (2_000_000, None, 5), "sort": (5_000_000, None, 3),
                "group": (5_000_000, None, 3), "join": (5_000_000, None, 3), "jobs": (1000, None, 10),
                "tasks": (100_000, 10_000, "5 s"), "lineage": (5000, 0, "5 s")}
FLOORS = ("pagerank", "sort", "group", "join")


def rdd(tmp):
    print("\nRDD programs with Python functions, local[2]; seconds within a running context")
    print(f"{'':<10}{'size':>10}{'rushlight':>11}{'pyspark':>9}{'floor':>8}")
    app, goals = HERE + "/rdd_app.py", []
    for name, (size, peer_size, goal) in RDD_PROGRAMS.items():
        ours, answer = measure.inside([BIN + "/rushlight", "submit", app, name, str(size)], runs=3)
        peer, floor = None, None
        if peer_size != 0:
            peer, told = measure.inside([PEER, app, name, str(peer_size or size)], 1, SPARK_ENV)
            peer *= size / (peer_size or size)
            if told != answer:
                sys.exit(f"{name}: the answers differ: {answer} {told}")
        if name in FLOORS:
            floor = measure.inside([BIN + "/python", HERE + "/rdd_floor.py", name, str(size)], 3)[0]
        print(f"{name:<10}{size:>10,}{ours:>11.2f}" + (f"{peer:>9.1f}" if peer else f"{'–':>9}")
              + (f"{floor:>8.2f}" if floor else f"{'–':>8}"))
        goals.append((name, ours, peer, goal))
    for name, ours, peer, goal in goals:
        if isinstance(goal, str):
            measure.ratio(f"{name}: seconds", ours, float(goal.split()[0]), at_most=True)
        else:
            measure.ratio(f"{name}: times faster than PySpark", peer / ours, goal)


def c(tmp):
    text = text_of(tmp + "/text-c.txt", 100)
    print("\nword count in C: lessons/c/wordcount.c against one pass with one hash table; one core each")
    seen = measure.compare({"rushlight, local[1]": ([BUILD + "/bench/wordcount_rush", text, "local"], None),
                            "plain C": ([BUILD + "/bench/wordcount_plain", text], None)}, runs=7)
    measure.ratio("of plain C", seen["rushlight, local[1]"] / seen["plain C"], 3, at_most=True)


def scheduler(tmp):
    print("\nthe scheduler alone: one stage of 1,000,000 tasks on 1,000 executors, scripted backend")
    print(measure.once([BUILD + "/bench/scheduler_million"])[3])


def simulation(tmp):
    print("\na simulated cluster: 1,000,000 tasks on 10,000 executors, then a shuffle into 10,000")
    print(measure.once([BUILD + "/bench/sim_million"])[3])
    print("the same work on 1 to 1,000 machines")
    print(measure.once([BIN + "/python", os.path.join(ROOT, "bench", "sim_scaling.py")])[3])
    print("k-means on 75 machines, one of which is lost")
    print(measure.once([BIN + "/python", os.path.join(ROOT, "bench", "sim_recovery.py")])[3])


def handover(tmp):
    peer = glob.glob(os.path.join(ROOT, ".venv-bench", "lib", "python3*", "site-packages", "pyspark"))[0]
    handing_over.compare(peer, [BIN + "/python", "-m", "rushlight.cli"])


SECTIONS = {"startup": startup, "wordcount": wordcount, "rdd": rdd, "c": c, "scheduler": scheduler,
            "simulation": simulation, "handover": handover, **sql_sections.SECTIONS, **ml_sections.SECTIONS,
            **graph_sections.SECTIONS}


def main():
    names = sys.argv[1:] or list(SECTIONS)
    unknown = [n for n in names if n not in SECTIONS]
    if unknown:
        sys.exit(f"no section {unknown[0]}; there are {', '.join(SECTIONS)}")
    os.makedirs(os.path.join(ROOT, "out"), exist_ok=True)
    build()
    with tempfile.TemporaryDirectory(prefix="rushlight-bench-") as tmp:
        for name in names:
            SECTIONS[name](tmp)


if __name__ == "__main__":
    main()
