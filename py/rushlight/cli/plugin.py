"""rushlight plugin: C files that take the place of parts of the engine.

    $ rushlight plugin build lru.c -o lru.so
    lru.so: eviction-policy: my LRU
    $ rushlight plugin seams
    eviction-policy  core/storage/eviction.h  which block of an executor leaves memory first
    …
    $ rushlight submit --conf spark.rushlight.plugins=lru.so app.py
"""
import argparse
import os
import sys

import rushlight.context  # noqa: F401  (makes the engine's errors Python's)
from rushlight import plugin as plugins
from rushlight.errors import PySparkException


def plugin(arguments):
    """Runs the command; returns the exit status.

    >>> plugin(["seams"])  # doctest: +ELLIPSIS
    partitioner ...
    0
    """
    options = _parser().parse_args(arguments)
    if options.command == "seams":
        _show_seams()
        return 0
    try:
        path = plugins.build(options.source, options.output or _beside(options.source),
                             sanitize=options.sanitize)
        print(f"{path}: {'built' if options.sanitize else _parts_of(path)}")
    except (plugins.PluginBuildError, PySparkException) as e:
        print(f"rushlight plugin: {e}", file=sys.stderr)
        return 1
    return 0


def _beside(source):
    return os.path.splitext(source)[0] + ".so"


def _parts_of(path):
    """What it takes, as the engine sees it: what does not fit fails here."""
    from rushlight._engine import plugins as load
    return ", ".join(f"{seam}: {part.rpartition(' (')[0]}" for seam, part in load(path))


def _show_seams():
    rows = [(name, header, what) for name, _, header, what in plugins.seams()]
    widths = [max(map(len, column)) for column in zip(*rows)]
    for name, header, what in rows:
        print(f"{name:<{widths[0]}}  {header:<{widths[1]}}  {what}")


def _parser():
    parser = argparse.ArgumentParser(
        prog="rushlight plugin",
        description="C files that take the place of parts of the engine (spark.rushlight.plugins).")
    commands = parser.add_subparsers(dest="command", required=True, metavar="build | seams")
    build = commands.add_parser("build", help="compile a .c file to a shared object")
    build.add_argument("source", metavar="FILE.c")
    build.add_argument("-o", dest="output", metavar="FILE.so", help="its name (FILE.so)")
    build.add_argument("--sanitize", action="store_true",
                       help="let it watch its own memory; Python needs LD_PRELOAD then: see "
                            "rushlight.plugin.sanitizer_environment")
    commands.add_parser("seams", help="list the parts that can be taken")
    return parser
