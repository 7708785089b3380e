"""One script on one machine, and the same script on a cluster.

    python bench/handover.py [SPARK_HOME]

A standalone master and a worker of PySpark's start on the loopback interface, on free ports.  The
demo's word count runs by `rushlight submit` and by `rushlight submit --master spark://…`, which
hands it over to that PySpark; both must print the same.  Everything that was started is ended.
"""
import contextlib
import glob
import os
import queue
import re
import subprocess
import sys
import tempfile
import threading

import measure

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(HERE)
SCRIPT = os.path.join(ROOT, "lessons", "examples", "wordcount.py")
TEXTS = "/usr/share/common-licenses/*"
START_S = 120       # a JVM takes some ten seconds


@contextlib.contextmanager
def server(spark_home, environment, name, arguments, ready):
    """One of Spark's servers, from the log line that `ready` matches to the end of the block; gives
    the match."""
    spark_class = os.path.join(spark_home, "bin", "spark-class")
    process = subprocess.Popen([spark_class, name, *arguments], env=environment, text=True,
                               stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                               stderr=subprocess.PIPE)
    found = queue.Queue()
    reader = threading.Thread(target=_look_for, args=(ready, process.stderr, found))
    reader.start()
    try:
        match = found.get(timeout=START_S)
        if match is None:
            sys.exit(f"{name} ended before it was ready")
        yield match
    finally:
        process.terminate()
        process.wait()
        reader.join()


def _look_for(pattern, lines, found):
    """Reads a log to its end; hands over the first match, or None."""
    for line in lines:
        match = re.search(pattern, line)
        if match:
            found.put(match)
    found.put(None)


@contextlib.contextmanager
def cluster(spark_home, folder):
    """A master and a worker of two cores; gives the master's address."""
    environment = dict(os.environ, SPARK_HOME=spark_home, SPARK_LOCAL_IP="127.0.0.1",
                       SPARK_WORKER_DIR=folder)
    with server(spark_home, environment, "org.apache.spark.deploy.master.Master",
                ["--host", "127.0.0.1", "--port", "0", "--webui-port", "0"],
                r"Starting Spark master at (spark://\S+)") as match:
        master = match.group(1)
        with server(spark_home, environment, "org.apache.spark.deploy.worker.Worker",
                    ["--host", "127.0.0.1", "--cores", "2", "--memory", "1g", "--webui-port", "0",
                     "--work-dir", folder, master], "Successfully registered with master"):
            yield master


def compare(spark_home, rushlight):
    """Prints both times; a different answer ends the program.  `rushlight`: the command."""
    environment = {"SPARK_HOME": spark_home, "SPARK_LOCAL_IP": "127.0.0.1",
                   "PYSPARK_PYTHON": rushlight[0], "PYSPARK_DRIVER_PYTHON": rushlight[0]}
    with tempfile.TemporaryDirectory(prefix="rushlight-cluster-") as folder:
        with cluster(spark_home, folder) as master:
            print(f"\nthe same script on one machine and on {master}; whole process")
            measure.compare(
                {"rushlight submit": ([*rushlight, "submit", SCRIPT, TEXTS, "20"], None),
                 "… --master spark://…": ([*rushlight, "submit", "--master", master, SCRIPT, TEXTS,
                                          "20"], 2)},
                runs=3, env={"… --master spark://…": environment})
            if len(glob.glob(folder + "/app-*/*")) < 2:
                sys.exit("the worker has had no executor of these programs")
    print("the same answer on both")


def main():
    given = sys.argv[1:] or glob.glob(os.path.join(
        ROOT, ".venv-bench", "lib", "python3*", "site-packages", "pyspark"))
    if not given:
        sys.exit("no PySpark: make bench installs one, or name its folder (SPARK_HOME)")
    compare(os.path.abspath(given[0]), [sys.executable, "-m", "rushlight.cli"])


if __name__ == "__main__":
    main()
