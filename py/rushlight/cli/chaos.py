"""rushlight chaos: programs under random faults, with every invariant watched.

    $ rushlight chaos --seeds 1..200 --executors 12 --faults 5..30
    163 finished, 37 were aborted for a reason that has a type
    200 seeds, 0 violations

A seed is a program, a cluster, its settings and a fault script.  One that violates anything is one
line, which --replay runs again, and the smallest script that still does.  The exit status is 0 only
without any.
"""
import argparse
import dataclasses
import os

import rushlight.context  # noqa: F401  (makes the engine's errors Python's)
from rushlight._chaos_cases import MODEL, Case, bounds, scenario, shrink
from rushlight._chaos_programs import PROGRAMS
from rushlight._chaos_workers import Worker, judge_all


_ALL = [MODEL, *PROGRAMS]


def chaos(arguments):
    """Runs the command; returns the exit status: 0 if nothing was violated.

    >>> chaos(["--seeds", "1..3", "--executors", "3", "--faults", "1..4", "--jobs", "1"])
    3 finished, 0 were aborted for a reason that has a type
    3 seeds, 0 violations
    0
    """
    options = _parser().parse_args(arguments)
    cases = [options.replay] if options.replay else list(_cases(options))
    n_violations = n_aborted = n_violated = 0
    for case, verdict in judge_all(cases, min(options.jobs, len(cases))):
        n_violations += len(verdict["violations"])
        n_violated += bool(verdict["violations"])
        n_aborted += bool(verdict["reason"]) and not verdict["violations"]
        if options.replay and verdict["reason"]:
            print(f"aborted: {verdict['reason']}")
        if verdict["violations"]:
            _show(case, verdict, shrinks=case.keep is None)
    print(f"{len(cases) - n_aborted - n_violated} finished, {n_aborted} were aborted for a reason "
          "that has a type")
    print(f"{len(cases)} seeds, {n_violations} violations")
    return 1 if n_violations else 0


def _cases(options):
    first, last = options.seeds
    for seed in range(first, last + 1):
        program = options.program or _ALL[seed % len(_ALL)]
        yield Case(seed, options.executors, options.faults, program)


def _show(case, verdict, shrinks):
    print(f"rushlight chaos --replay '{case.line()}'")
    for sentence in verdict["violations"]:
        print(f"    {sentence}")
    if shrinks:
        case = dataclasses.replace(case, keep=tuple(range(verdict["n_faults"])))
        with Worker() as worker:
            case = shrink(case, lambda part: bool(worker.judge(part)["violations"]))
        print(f"    the smallest that does it: --replay '{case.line()}'")
    print("    " + scenario(case).rstrip().replace("\n", "\n    "), flush=True)


def _parser():
    parser = argparse.ArgumentParser(
        prog="rushlight chaos",
        description="Programs under random faults on simulated clusters; every invariant watched.")
    parser.add_argument("--seeds", type=_bounds, default=(1, 100), metavar="FIRST..LAST",
                        help="one run each (1..100)")
    parser.add_argument("--executors", type=_positive, default=12, metavar="N",
                        help="of the cluster (12)")
    parser.add_argument("--faults", type=_bounds, default=(5, 30), metavar="LEAST..MOST",
                        help="that a script has (5..30)")
    parser.add_argument("--program", choices=_ALL, metavar="NAME",
                        help=f"what runs: {', '.join(_ALL)} (a random one without data is model; "
                             "unless given, each seed has another)")
    parser.add_argument("--jobs", type=_positive, default=os.cpu_count() or 1, metavar="N",
                        help="so many at the same time (as many as there are cores)")
    parser.add_argument("--replay", type=_case, metavar="LINE",
                        help="one run again: the line that a violation has printed")
    return parser


def _bounds(text):
    try:
        return bounds(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not FIRST..LAST, such as 1..1000") from None


def _positive(text):
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number above 0")
    return int(text)


def _case(line):
    try:
        return Case.parse(line)
    except ValueError as e:
        raise argparse.ArgumentTypeError(str(e)) from None


