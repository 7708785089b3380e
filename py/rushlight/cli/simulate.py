"""rushlight simulate: a program without data on a cluster that is not there.

    $ rushlight simulate scenario.json
    two racks, one lost: 41.2 s
    …

A scenario says which machines there are, what the program's stages take, and what goes wrong
(sim/scenario.h; sim/scenarios/ has examples). One seed has one run: the digest at the end is of
every event.
"""
import argparse
import sys
import tempfile

import rushlight.context  # noqa: F401  (makes the engine's errors Python's)
from rushlight import _engine
from rushlight.errors import PySparkException
from rushlight.pictures import draw, kind_of

_STEPS = 200


def simulate(arguments):
    """Runs the command; returns the exit status: 0 if the job ended well."""
    options = _parser().parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        try:
            answer = _engine.simulate(options.scenario, dict(options.conf or []),
                                      options.event_log or (folder if options.picture else None),
                                      options.steps)
            _tell(answer, options)
            if options.picture:
                draw(kind_of(options.picture), answer["log"], options.picture)
                print(f"picture: {options.picture}")
        except (PySparkException, OSError) as e:
            print(f"rushlight simulate: {e}", file=sys.stderr)
            return 1
    if answer["failure"]:
        print(f"rushlight simulate: {answer['failure']}", file=sys.stderr)
        return 1
    return 0


def _tell(answer, options):
    for seconds, actor, step in answer["steps"]:
        print(f"{seconds:>10.3f} s  {actor:<18} {step}")
    if answer["n_steps"] > len(answer["steps"]):
        print(f"… and {answer['n_steps'] - len(answer['steps'])} steps more (--steps)")
    print("\n".join(_summary(answer, options)))


def _parser():
    parser = argparse.ArgumentParser(
        prog="rushlight simulate",
        description="A program without data on a simulated cluster, in virtual time.")
    parser.add_argument("scenario", help="a JSON file, or sim://?executors=50&cores=4&hosts=20")
    parser.add_argument("--conf", action="append", type=_setting, metavar="KEY=VALUE",
                        help="a setting, as of spark-submit; may be given again and again")
    parser.add_argument("--event-log", metavar="FOLDER", help="where to write the event log")
    parser.add_argument("--picture", type=_picture, metavar="FILE",
                        help="draw the run: a timeline (.svg), or its events step by step (.html)")
    parser.add_argument("--steps", type=int, default=_STEPS, metavar="N",
                        help=f"show so many of the cluster's steps ({_STEPS})")
    return parser


def _picture(text):
    if kind_of(text) is None:
        raise argparse.ArgumentTypeError(f"{text!r} ends neither with .svg nor with .html")
    return text


def _setting(text):
    key, equals, value = text.partition("=")
    if not equals:
        raise argparse.ArgumentTypeError(f"{text!r} is not KEY=VALUE")
    return key, value


def _summary(answer, options):
    yield f"{answer['name'] or 'the job'}: {answer['seconds']:.3f} s"
    if answer["first_executor_s"] >= 0:
        yield (f"executors: the first after {answer['first_executor_s']:.3f} s, "
               f"{answer['most_executors']} at once, {answer['n_executors']} in all, "
               f"{answer['n_lost']} lost; the job began at {answer['job_started_s']:.3f} s")
    if answer["n_restarts"]:
        times = "once" if answer["n_restarts"] == 1 else f"{answer['n_restarts']} times"
        yield (f"driver: lost and started again {times}; its job had run "
               f"{answer['lost_s']:.3f} s for nothing")
    if answer["refusal"]:
        yield f"less than was asked for: {answer['refusal']}"
    if options.event_log:
        yield f"event log: {answer['log']}"
    for seam, part in answer["plugins"]:
        yield f"plug-in for {seam}: {part}"
    yield f"{answer['n_events']} events, digest {answer['digest']:016x}"
