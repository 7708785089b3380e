"""A machine of 75 is lost in the sixth round of a k-means: what that costs, beside the paper.

    $ PYTHONPATH=build/py/package python bench/sim_recovery.py -o docs/sim_recovery.svg

The experiment of "Resilient Distributed Datasets" (Zaharia et al., NSDI 2012, figure 11): 10 rounds
over 100 GB in 400 cached partitions on 75 machines. Here the program is real and computes real
centres (sim_recovery_app.py); its 400 partitions are small, and the prices of the scenario make
each of them take as long as 256 MB did. So the seconds of a round are set; what is found out is
which tasks run again, where, and what the round with the fault takes.

Three runs: without the fault; with it, and its connections closed at once, as the paper's figure
has it; and with it where nobody says a word until spark.network.timeout.
"""
import argparse
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
from xml.sax.saxutils import escape

HERE = os.path.dirname(os.path.abspath(__file__))
APP = os.path.join(HERE, "sim_recovery_app.py")
SCENARIO = os.path.join(HERE, "k-means-75-nodes.json")
PAPER_S = (119, 57, 56, 58, 58, 81, 57, 59, 57, 59)
ROUNDS, FAULT_ROUND, PARTITIONS, LINES, POINTS_A_LINE = 10, 6, 400, 4, 10
MOST_RATIO = 1.5
# A machine that dies says nothing. The paper's master saw a connection close; this is as quick.
SOON = ("spark.executor.heartbeatInterval=500ms", "spark.network.timeout=2s",
        "spark.network.timeoutInterval=500ms")


# ── the runs ──
def write_points(folder, partitions, seed=7):
    """Files of one size, so that each of them is one partition: eight heaps of points."""
    chance = random.Random(seed)
    for partition in range(partitions):
        with open(os.path.join(folder, f"part-{partition:05}"), "w", encoding="utf-8") as f:
            for _ in range(LINES):
                numbers = []
                for _ in range(POINTS_A_LINE):
                    heap = chance.randrange(8)
                    numbers += [chance.gauss(12 * heap, 4), chance.gauss(10 * (3 * heap % 8), 4)]
                f.write(" ".join(f"{number:+08.3f}" for number in numbers) + "\n")


def scenario_with(changes):
    """The scenario, with other members."""
    with open(SCENARIO, encoding="utf-8") as f:
        scenario = json.load(f)
    return {**{k: v for k, v in scenario.items() if k != "$schema"}, **changes}


def run(folder, rounds, scenario, conf=()):
    """What the program printed, and the events of its log."""
    with tempfile.TemporaryDirectory() as place:
        path = os.path.join(place, "scenario.json")
        with open(path, "w", encoding="utf-8") as f:
            json.dump(scenario, f)
        settings = ["spark.eventLog.enabled=true", f"spark.eventLog.dir={place}/log", *conf]
        os.mkdir(os.path.join(place, "log"))
        done = subprocess.run(
            [sys.executable, "-m", "rushlight.cli", "submit", "--master", "sim://",
             "--simulate", path, *(word for one in settings for word in ("--conf", one)),
             APP, folder, str(rounds)],
            capture_output=True, text=True, check=False,
            env=dict(os.environ, PYTHONHASHSEED="0"))
        if done.returncode:
            raise SystemExit(done.stderr)
        (log,) = os.listdir(os.path.join(place, "log"))
        with open(os.path.join(place, "log", log), encoding="utf-8") as f:
            return done.stdout.strip(), [json.loads(line) for line in f]


# ── what the log says ──
def of_kind(events, kind):
    return [event for event in events if event["Event"] == "SparkListener" + kind]


def round_seconds(events):
    """Of each job, from its start to its end."""
    starts = {event["Job ID"]: event["Submission Time"] for event in of_kind(events, "JobStart")}
    return [(event["Completion Time"] - starts[event["Job ID"]]) / 1000
            for event in of_kind(events, "JobEnd")]


def tasks(events):
    """By round, each: partition, host, how it ended, kept partitions read and computed."""
    found = {}
    for event in of_kind(events, "TaskEnd"):
        info, metrics = event["Task Info"], event.get("Task Metrics") or {}
        kept = metrics.get("Kept Blocks") or {"Read": 0, "Computed": 0}
        found.setdefault(event["Stage ID"] + 1, []).append({
            "partition": info["Index"], "host": info["Host"],
            "reason": event["Task End Reason"]["Reason"],
            "start": info["Launch Time"], "end": info["Finish Time"], **kept})
    return found


def report(events, fault_round=FAULT_ROUND):
    """Seconds, the steady one, and what of the kept points was lost, read, computed again."""
    by_round = tasks(events)
    seconds = round_seconds(events)
    steady = statistics.median(s for i, s in enumerate(seconds, 1) if i not in (1, fault_round))
    placed = {}         # partition → hosts that have kept it, before the fault
    for number in range(1, fault_round):
        for task in by_round[number]:
            if task["Computed"]:
                placed.setdefault(task["partition"], set()).add(task["host"])
    hit = by_round[fault_round]
    dead = {task["host"] for task in hit if task["reason"] == "ExecutorLostFailure"}
    again = [task for task in hit if task["Computed"]]
    return {
        "seconds": seconds, "steady": steady, "ratio": seconds[fault_round - 1] / steady,
        "dead": dead,
        "lost": {partition for partition, hosts in placed.items() if hosts and hosts <= dead},
        "again": {task["partition"] for task in again},
        "helpers": {task["host"] for task in again},
        "failed": [task for task in hit if task["reason"] != "Success"],
        "computed": {number: sum(task["Computed"] for task in found)
                     for number, found in by_round.items()},
    }


def check(facts):
    """The paper's two claims."""
    assert facts["again"] == facts["lost"], "only what was lost is computed again"
    assert facts["ratio"] <= MOST_RATIO, f"{facts['ratio']:.2f} of a steady round"


# ── the picture ──
WIDTH, HEIGHT, LEFT, TOP, BOTTOM = 900, 470, 60, 76, 96
COLOURS = {"paper": "#b8bec5", "here": "#0072b2", "fault": "#d55e00"}


def text(x, y, words, size=12, anchor="start", colour="#333", weight="normal"):
    return (f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" text-anchor="{anchor}" '
            f'fill="{colour}" font-weight="{weight}">{escape(words)}</text>')


def bar(x, width, s, most, colour, number_colour="#333"):
    height = (HEIGHT - TOP - BOTTOM) * s / most
    y = HEIGHT - BOTTOM - height
    yield (f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" '
           f'fill="{colour}"/>')
    yield text(x + width / 2, y - 4, f"{s:.0f}", 11, "middle", number_colour)


def picture(facts, calm_s):
    """Bars: the paper's seconds beside those of the simulation, round by round."""
    seconds = facts["seconds"]
    most = 10 * (max([*seconds, *PAPER_S]) // 10 + 1)
    step = (WIDTH - LEFT - 30) / len(seconds)
    base = HEIGHT - BOTTOM
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
             f'width="{WIDTH}" height="{HEIGHT}" '
             'font-family="Helvetica, Arial, DejaVu Sans, sans-serif">',
             f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>',
             text(16, 26, "k-means on 75 machines, one of which is lost in round 6", 17,
                  weight="bold"),
             text(16, 44, f"{PARTITIONS} cached partitions; {len(facts['lost'])} lay on the lost "
                          f"machine and are read and parsed again, on {len(facts['helpers'])} "
                          f"others; round 6 takes {facts['ratio']:.2f} × a steady one")]
    for s in range(0, int(most) + 1, 20):
        y = base - (base - TOP) * s / most
        parts += [f'<path d="M{LEFT} {y:.1f}H{WIDTH - 30}" stroke="#e3e6e9" fill="none"/>',
                  text(LEFT - 6, y + 4, f"{s} s", anchor="end")]
    for i, (there, here) in enumerate(zip(PAPER_S, seconds)):
        x, is_fault = LEFT + step * i, i + 1 == FAULT_ROUND
        parts += bar(x + step * .1, step * .36, there, most, COLOURS["paper"], "#777")
        parts += bar(x + step * .5, step * .36, here, most,
                     COLOURS["fault" if is_fault else "here"])
        parts.append(text(x + step / 2, base + 18, str(i + 1), anchor="middle"))
        if is_fault:
            y = base - (base - TOP) * calm_s[i] / most
            parts.append(f'<path d="M{x + step * .44:.1f} {y:.1f}h{step * .48:.1f}" '
                         'stroke="black" stroke-width="1.5"/>')
    parts.append(f'<path d="M{LEFT} {TOP}V{base}H{WIDTH - 30}" stroke="#333" fill="none"/>')
    parts.append(text((LEFT + WIDTH) / 2, base + 38, "round", anchor="middle"))
    x = LEFT
    for colour, words in (
            (COLOURS["paper"], "the paper (NSDI 2012, figure 11)"),
            (COLOURS["here"], "here, simulated"),
            (COLOURS["fault"], "with the machine lost; line: without")):
        parts.append(f'<rect x="{x}" y="{base + 56}" width="14" height="14" fill="{colour}"/>')
        parts.append(text(x + 20, base + 67, words))
        x += 250
    return "\n".join([*parts, "</svg>\n"])


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("-o", "--output", metavar="FILE", help="the picture, as SVG")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        write_points(folder, PARTITIONS)
        runs = [run(folder, ROUNDS, scenario_with(changes), conf)
                for changes, conf in (({}, SOON), ({"faults": []}, SOON), ({}, ()))]
    (answer, events), (calm_answer, calm_events), (late_answer, late_events) = runs
    facts, calm, late = report(events), round_seconds(calm_events), round_seconds(late_events)
    print("round | paper s | no fault s | fault s | found out late s | partitions computed")
    for i in range(ROUNDS):
        print(f"{i + 1} | {PAPER_S[i]} | {calm[i]:.1f} | {facts['seconds'][i]:.1f} | "
              f"{late[i]:.1f} | {facts['computed'][i + 1]}")
    print(f"steady {facts['steady']:.1f} s; round {FAULT_ROUND}: {facts['ratio']:.2f} × that, "
          f"{report(late_events)['ratio']:.2f} × if found out late")
    print(f"{len(facts['lost'])} of {PARTITIONS} partitions lay on {', '.join(facts['dead'])}; "
          f"{len(facts['again'])} were computed again, on {len(facts['helpers'])} machines; "
          f"{len(facts['failed'])} running tasks failed")
    check(facts)
    assert answer == calm_answer == late_answer, "a fault must not change the answer"
    if options.output:
        with open(options.output, "w", encoding="utf-8") as f:
            f.write(picture(facts, calm))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
