"""rushlight replay: a run that was logged, on other clusters.

    $ rushlight replay app-1.zstd --executors 1,2,4,8 --cores 4
    executors  cores      time  executor-hours  cores busy
            1      4    61.0 s         0.01694         93%
            2      4    33.2 s         0.01844         85%
    …

The numbers come of the simulated cluster (sim/replay/): recorded tasks under the real scheduler.
How much tasks beside each other on a machine slow each other cannot be told from one log:
--contention says it, and --against finds it out from a second log of the same program.
"""
import argparse
import re
import sys

import rushlight.context  # noqa: F401  (makes the engine's errors Python's)
from rushlight import _engine
from rushlight._event_logs import pieces_of
from rushlight._line_chart import line_chart
from rushlight.errors import PySparkException

_UNITS = {"": 1, "k": 2 ** 10, "m": 2 ** 20, "g": 2 ** 30}


def replay(arguments):
    """Runs the command; returns the exit status."""
    options = _parser().parse_args(arguments)
    try:
        run = _read(options.log)
        facts = run.facts()
        rows = [(n, _predict(run, n, options.cores or facts["cores_each"], options))
                for n in options.executors or [facts["n_executors"]]]
        bounds = run.bounds(options.without_skew, options.contention or 0)
        truth = _compare(run, _read(options.against), options) if options.against else []
    except (PySparkException, OSError) as e:
        print(f"rushlight replay: {e}", file=sys.stderr)
        return 1
    _print(facts, bounds, rows, options)
    print(*truth, sep="\n", end="\n" if truth else "")
    if options.plot:
        _plot(options.plot, facts, bounds, rows)
    return 0


def _parser():
    parser = argparse.ArgumentParser(
        prog="rushlight replay",
        description="How long a logged run would take on other clusters.")
    parser.add_argument("log", help="an event log, Rushlight's or Spark's: a file, plain or .zstd "
                        ".lz4 .gz, or a folder of rolled files")
    parser.add_argument("--executors", type=_numbers, metavar="N[,N…]",
                        help="how many (as recorded)")
    parser.add_argument("--cores", type=_number, metavar="N", help="of each (as recorded)")
    parser.add_argument("--hosts", type=_number, default=0, metavar="N",
                        help="that they stand on (an executor a host)")
    parser.add_argument("--network", type=_bandwidth, default=0, metavar="10gbit|1g",
                        help="of each host: bits, or bytes, a second (without limit)")
    parser.add_argument("--speculation", action="store_true",
                        help="copy tasks that take much longer than others; a copy takes what its "
                        "stage takes in the middle, unless it has more to read")
    parser.add_argument("--without-skew", action="store_true",
                        help="as if all tasks of a stage took the same time")
    parser.add_argument("--contention", type=_fraction, metavar="F",
                        help="a task takes so much longer, as a fraction, for each other one on "
                        "its host (0, as a log alone cannot tell)")
    parser.add_argument("--against", metavar="LOG",
                        help="another log of the same program: predicts its cluster, says how far "
                        "that is off, and what --contention the two logs tell")
    parser.add_argument("--plot", type=_svg, metavar="FILE.svg",
                        help="time and executor-hours, drawn")
    return parser


def _number(text):
    if not re.fullmatch("[0-9]+", text) or not 1 <= int(text) <= 1_000_000:
        raise argparse.ArgumentTypeError(f"{text!r} is no number from 1 to 1000000")
    return int(text)


def _fraction(text):
    if not re.fullmatch(r"[0-9]+(\.[0-9]*)?|\.[0-9]+", text) or float(text) > 100:
        raise argparse.ArgumentTypeError(f"{text!r} is no fraction from 0 to 100, such as 0.3")
    return float(text)


def _svg(text):
    if not text.endswith(".svg"):
        raise argparse.ArgumentTypeError(f"{text!r} does not end with .svg: that is what it draws")
    return text


def _numbers(text):
    return [_number(part) for part in text.split(",")]


def _bandwidth(text):
    bits = re.fullmatch(r"([0-9.]+)([kmg])bit", text)
    if bits:
        return float(bits.group(1)) * 1000 ** (" kmg".index(bits.group(2))) / 8
    size = re.fullmatch(r"([0-9.]+)([kmg]?)", text)
    if not size:
        raise argparse.ArgumentTypeError(f"{text!r} is no bandwidth such as 10gbit or 500m")
    return float(size.group(1)) * _UNITS[size.group(2)]


def _read(path):
    run = _engine.RecordedRun(path)
    for piece in pieces_of(path):
        run.add_lines(piece)
    run.close()
    return run


def _settings(options):
    return {"spark.speculation": "true"} if options.speculation else {}


def _predict(run, executors, cores, options, contention=None):
    return run.predict(executors, cores, options.hosts, options.network, options.without_skew,
                       _settings(options),
                       (options.contention or 0) if contention is None else contention)


def _compare(run, other, options):
    """Lines on what is predicted of the other run's cluster, and what it took."""
    facts = other.facts()
    place = facts["n_executors"], facts["cores_each"]
    lines = [f"{options.against} took {_seconds(facts['seconds'])} on {place[0]} × {place[1]} "
             f"cores: predicted {_off(_predict(run, *place, options), facts)}"]
    told = run.compare(other)
    if not told:
        return [*lines, "the two logs do not tell how tasks slow each other: no stage has later "
                "tasks in both, or as many ran beside each other"]
    found = round(told["slowdown"], 2)
    return [*lines,
            f"its tasks took {told['longer']:.2f} times as long, warming up aside, with "
            f"{told['neighbours_of_other']:.1f} others beside each in place of "
            f"{told['neighbours']:.1f}: --contention {found} gives "
            f"{_off(_predict(run, *place, options, found), facts)}"]


def _off(row, facts):
    """
    >>> _off({"seconds": 9.0}, {"seconds": 12.0}), _off({"seconds": 3.3}, {"seconds": 3.0})
    ('9.0 s, 25% too short', '3.3 s, 10% too long')
    """
    off = row["seconds"] / facts["seconds"] - 1 if facts["seconds"] else 0
    return f"{_seconds(row['seconds'])}, {abs(off):.0%} too {'long' if off > 0 else 'short'}"


def _print(facts, bounds, rows, options):
    print(f"{facts['app_name']}: {_count(facts['n_jobs'], 'job')}, "
          f"{_count(facts['n_stages'], 'stage')}, {_count(facts['n_tasks'], 'task')} in "
          f"{_seconds(facts['seconds'])} on {facts['n_executors']} × {facts['cores_each']} cores")
    if bounds["n_left_out"]:
        print(f"left out: {_count(bounds['n_left_out'], 'job')} that failed")
    print(f"{'executors':>9}  {'cores':>5}  {'time':>9}  {'executor-hours':>14}  "
          f"{'cores busy':>10}")
    for n, row in rows:
        print(f"{n:>9}  {options.cores or facts['cores_each']:>5}  {_seconds(row['seconds']):>9}  "
              f"{row['executor_seconds'] / 3600:>14.4g}  {row['busy_fraction']:>10.0%}")
    print(f"never less than {_seconds(bounds['critical_path_s'])}: the longest chain of tasks and "
          f"of the program's own time ({_seconds(bounds['driver_s'])} of it)")
    print(f"one core alone would work for {_seconds(bounds['work_s'])}")
    if options.contention is None:
        print("taken as if tasks on one host did not slow each other: no log alone tells how much "
              "they do (--contention, --against)")


def _count(n, thing):
    """
    >>> _count(1, "job"), _count(2, "job")
    ('1 job', '2 jobs')
    """
    return f"{n} {thing}" + ("" if n == 1 else "s")


def _seconds(seconds):
    """
    >>> _seconds(61.04), _seconds(0.0123)
    ('61.0 s', '12 ms')
    """
    return f"{seconds:.1f} s" if seconds >= 1 else f"{seconds * 1000:.0f} ms"


def _plot(path, facts, bounds, rows):
    chart = line_chart(f"{facts['app_name']} on other clusters", "executors",
                       [n for n, _ in rows],
                       [("seconds", [row["seconds"] for _, row in rows]),
                        ("executor-hours", [row["executor_seconds"] / 3600 for _, row in rows])],
                       mark=("critical path", bounds["critical_path_s"]))
    with open(path, "w", encoding="utf-8") as file:
        file.write(chart)
