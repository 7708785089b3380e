"""Whole processes, timed from outside: wall and CPU seconds, and the peak memory of the tree's
largest process.  Commands that are compared take turns (A B A B …), so that a drift of the machine
meets both alike; medians and the ratios of medians are printed."""
import os
import resource
import statistics
import subprocess
import sys
import time


def once(argv, env=None, timeout=1800):
    """(wall seconds, cpu seconds, peak MiB, stdout) of one run; a failure ends the benchmark."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    began = time.perf_counter()
    done = subprocess.run(argv, env=dict(os.environ, **(env or {})), stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=timeout)
    wall = time.perf_counter() - began
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode:
        sys.exit(f"{' '.join(argv)} ended with {done.returncode}\n{done.stderr[-2000:]}")
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return wall, cpu, after.ru_maxrss / 1024, done.stdout.strip()


def compare(commands, runs=5, env=None):
    """commands: {name: (argv, runs or None)}, env: {name: variables of that command}; answers
    {name: median wall seconds}.  The commands' own answers must be equal."""
    seen = {name: [] for name in commands}
    for turn in range(runs):
        for name, (argv, most) in commands.items():
            if turn < (most or runs):
                seen[name].append(once(argv, (env or {}).get(name)))
    answers = {name: {r[3] for r in rows} for name, rows in seen.items()}
    if len(set.union(*answers.values())) != 1:
        sys.exit(f"the answers differ: {answers}")
    print(f"{'':<34}{'wall s':>9}{'min':>8}{'max':>8}{'cpu s':>8}{'runs':>6}")
    medians = {}
    for name, rows in seen.items():
        walls = [r[0] for r in rows]
        medians[name] = statistics.median(walls)
        print(f"{name:<34}{medians[name]:>9.2f}{min(walls):>8.2f}{max(walls):>8.2f}"
              f"{statistics.median(r[1] for r in rows):>8.2f}{len(rows):>6}")
    return medians


def inside(argv, runs, env=None):
    """(median seconds, answer) of a program that prints its answer and, last, the seconds it took."""
    outs = [once(argv, env)[3].splitlines() for _ in range(runs)]
    return statistics.median(float(lines[-1]) for lines in outs), outs[0][:-1]


def ratio(what, value, goal, at_most=False):
    good = value <= goal if at_most else value >= goal
    print(f"{what:<58}{value:>7.2f}   goal {'≤' if at_most else '≥'} {goal}{'' if good else '   MISSED'}")
    return good
