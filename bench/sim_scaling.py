"""The same work on 1 to 1,000 machines: where more machines stop being faster, and why.

    $ PYTHONPATH=build/py/package python bench/sim_scaling.py -o docs/sim_scaling.svg

One job in model mode: 40,000 core-seconds and 200 GB of shuffle, in two stages of three tasks a
core, as Spark's tuning guide has it. So tasks get smaller as the cluster grows, and what does not
get smaller with them is left over: launches of the one driver, pieces of the shuffle (maps ×
reduces of them), and machines that stand still for a moment. Each is a line of its own, alone;
the thick line is all of them together.
"""
import argparse
import json
import math
import os
import tempfile
from xml.sax.saxutils import escape

import rushlight.context  # noqa: F401  (makes the engine's errors Python's)
from rushlight import _engine

HOSTS = (1, 2, 5, 10, 20, 50, 100, 150, 200, 300, 400, 500, 700, 1000)
CORES, TASKS_A_CORE, SIGMA = 8, 3, 0.1
MAP_CORE_S, REDUCE_CORE_S, SHUFFLE_BYTES = 25_000, 15_000, 200e9
DRIVER_S, SEEK_S = 300e-6, 20e-6
PAUSES = {"every": {"exponential": 60}, "lasts": {"uniform": [0.5, 3]}}


def scenario(hosts, driver_s=DRIVER_S, seek_s=SEEK_S, pauses=True, tasks_a_core=TASKS_A_CORE):
    """A cluster of so many machines, and the job as it is cut for it."""
    n_tasks = hosts * CORES * tasks_a_core

    def stage(name, core_s, **more):
        median = core_s / n_tasks / math.exp(SIGMA ** 2 / 2)
        return {"name": name, "tasks": n_tasks,
                "duration": {"lognormal": {"median": median, "sigma": SIGMA}}, **more}

    return {
        "name": f"{hosts} hosts", "seed": 7, "mode": "model",
        "executors": {"count": hosts, "cores": CORES, "memory": "16g"},
        "hosts": {"count": hosts, "racks": max(1, hosts // 40), "cores": CORES, "memory": "64g"},
        "network": {"nic": "10gbit", "uplink": "400gbit"},
        "disk": {"bandwidth": "2g", "seek": seek_s},
        "cpu": {"driver_task": driver_s, "task_overhead": "5ms"},
        **({"pauses": PAUSES} if pauses else {}),
        "stages": [stage("maps", MAP_CORE_S, shuffle_write=int(SHUFFLE_BYTES / n_tasks)),
                   stage("reduces", REDUCE_CORE_S, reads=["maps"])],
    }


def seconds(hosts, **what):
    """How long the job takes, once all executors are there."""
    with tempfile.NamedTemporaryFile("w", suffix=".json", delete=False) as f:
        json.dump(scenario(hosts, **what), f)
    try:
        answer = _engine.simulate(
            f.name, {"spark.scheduler.minRegisteredResourcesRatio": "1"}, None, 0)
    finally:
        os.unlink(f.name)
    if answer["failure"]:
        raise SystemExit(answer["failure"])
    return answer["seconds"] - answer["job_started_s"]


# ── the runs ──
NOTHING = {"driver_s": 0, "seek_s": 0, "pauses": False}
VARIANTS = [
    ("all of these", {}),
    ("launches alone", {**NOTHING, "driver_s": DRIVER_S}),
    ("pieces of the shuffle alone", {**NOTHING, "seek_s": SEEK_S}),
    ("pauses alone", {**NOTHING, "pauses": True}),
    ("none of these", NOTHING),
]
REMEDIES = [
    ("one task a core instead of three", {"tasks_a_core": 1}),
    ("pieces merged before they are read", {"seek_s": 0}),
    ("both", {"tasks_a_core": 1, "seek_s": 0}),
]


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("-o", "--output", metavar="FILE", help="the picture, as SVG")
    options = parser.parse_args()
    curves = {name: [seconds(n, **what) for n in HOSTS] for name, what in VARIANTS}
    print("hosts | ideal s | " + " | ".join(name for name, _ in VARIANTS) + " | busy")
    for i, n in enumerate(HOSTS):
        row = [f"{n:,}", f"{ideal(n):.1f}", *(f"{curve[i]:.1f}" for curve in curves.values()),
               f"{ideal(n) / curves['all of these'][i]:.0%}"]
        print(" | ".join(row))
    total = curves["all of these"]
    half = next(n for n, s in zip(HOSTS, total) if ideal(n) / s < 0.5)
    best = min(range(len(HOSTS)), key=lambda i: total[i])
    remedies = [(name, seconds(HOSTS[-1], **what)) for name, what in REMEDIES]
    for name, s in remedies:
        print(f"at {HOSTS[-1]:,} hosts with {name}: {s:.1f} s")
    print(f"from {half} hosts on less than half of their time is work; the quickest is "
          f"{HOSTS[best]}: {total[best]:.1f} s")
    if options.output:
        with open(options.output, "w", encoding="utf-8") as f:
            f.write(picture(curves, half, best))
    return 0


def ideal(hosts):
    """All cores busy from the start to the end, and nothing else."""
    return (MAP_CORE_S + REDUCE_CORE_S) / (hosts * CORES)


# ── the picture ──
WIDTH, HEIGHT, LEFT, TOP, RIGHT, BOTTOM = 900, 560, 70, 60, 250, 70
LEAST_S, MOST_S = 4, 8_000
STYLES = [("#000000", 2.6, ""), ("#0072b2", 1.6, "2 3"), ("#e69f00", 1.6, "7 3"),
          ("#009e73", 1.6, "7 3 2 3"), ("#cc79a7", 1.6, "10 4")]


def x_of(hosts):
    return LEFT + (WIDTH - LEFT - RIGHT) * math.log10(hosts) / 3


def y_of(s):
    share = math.log(max(s, LEAST_S) / LEAST_S) / math.log(MOST_S / LEAST_S)
    return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * share


def text(x, y, words, size=12, anchor="start", colour="#333", weight="normal"):
    return (f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" text-anchor="{anchor}" '
            f'fill="{colour}" font-weight="{weight}">{escape(words)}</text>')


def axes():
    yield (f'<path d="M{LEFT} {TOP}V{HEIGHT - BOTTOM}H{WIDTH - RIGHT}" stroke="#333" '
           'fill="none"/>')
    for n in (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000):
        yield text(x_of(n), HEIGHT - BOTTOM + 18, f"{n:,}", anchor="middle")
    for s in (5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000):
        yield (f'<path d="M{LEFT} {y_of(s):.1f}H{WIDTH - RIGHT}" stroke="#e3e6e9" fill="none"/>')
        yield text(LEFT - 6, y_of(s) + 4, f"{s:,} s", anchor="end")
    yield text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - BOTTOM + 40,
               f"machines of {CORES} cores; {TASKS_A_CORE} tasks a core in each of two stages",
               anchor="middle")


def curve(xs, ys, style):
    colour, width, dashes = style
    points = " ".join(f"{x_of(x):.1f},{y_of(y):.1f}" for x, y in zip(xs, ys))
    dashes = f' stroke-dasharray="{dashes}"' if dashes else ""
    return (f'<polyline points="{points}" fill="none" stroke="{colour}" '
            f'stroke-width="{width}"{dashes}/>')


def legend(curves):
    """The lines in the order in which they end, with the seconds at which they do."""
    ends = sorted(((values[-1], name, style) for (name, values), style
                   in zip(curves.items(), STYLES)), reverse=True)
    ends.append((ideal(HOSTS[-1]), "ideal: all cores busy, nothing else", ("#777", 1, "1 4")))
    y = TOP + 120
    for value, name, style in ends:
        x = WIDTH - RIGHT + 14
        yield (f'<path d="M{x} {y - 4}h26" stroke="{style[0]}" stroke-width="{style[1]}" '
               f'stroke-dasharray="{style[2] or "none"}"/>')
        yield text(x + 32, y, name, 11, colour=style[0])
        yield text(x + 32, y + 14, f"{value:.1f} s on {HOSTS[-1]:,}", 11, colour="#777")
        y += 38


def mark(hosts, s, words, dy):
    x, y = x_of(hosts), y_of(s)
    yield f'<circle cx="{x:.1f}" cy="{y:.1f}" r="5" fill="none" stroke="#d55e00" stroke-width="2"/>'
    yield f'<path d="M{x:.1f} {y - 6:.1f}V{y + dy:.1f}" stroke="#d55e00" fill="none"/>'
    for i, line in enumerate(words):
        yield text(min(x, WIDTH - RIGHT - 130), y + dy - 14 * (len(words) - 1 - i) - 5, line, 11,
                   "middle", "#a34700")


def picture(curves, half, best):
    """Seconds against machines, both by powers of ten."""
    total = curves["all of these"]
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
             f'width="{WIDTH}" height="{HEIGHT}" '
             'font-family="Helvetica, Arial, DejaVu Sans, sans-serif">',
             f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>',
             text(16, 26, "The same work on 1 to 1,000 machines", 17, weight="bold"),
             text(16, 44, f"{MAP_CORE_S + REDUCE_CORE_S:,} core-seconds, "
                          f"{SHUFFLE_BYTES / 1e9:.0f} GB of shuffle; a launch takes the driver "
                          f"{DRIVER_S * 1e6:.0f} µs, a piece of a shuffle its disk "
                          f"{SEEK_S * 1e6:.0f} µs; each executor stands still for 0.5 to 3 s "
                          "once a minute"),
             *axes(), curve(HOSTS, [ideal(n) for n in HOSTS], ("#777", 1, "1 4"))]
    for (values, style) in reversed(list(zip(curves.values(), STYLES))):
        parts.append(curve(HOSTS, values, style))
    parts += mark(HOSTS[best], total[best],
                  [f"the knee: {HOSTS[best]} machines are the quickest;",
                   f"from {half} on less than half of their time is work"], -110)
    return "\n".join([*parts, *legend(curves), "</svg>\n"])


if __name__ == "__main__":
    raise SystemExit(main())
