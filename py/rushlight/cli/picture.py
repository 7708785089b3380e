"""rushlight picture: a logged run, drawn.

    $ rushlight picture timeline events/app-1.zstd -o timeline.svg
    timeline.svg: 166,243 bytes

`rushlight.pictures` says what there is to draw.
"""
import argparse
import os
import sys

from rushlight.errors import PySparkException
from rushlight.pictures import KINDS, draw


def picture(arguments):
    """Runs the command; returns the exit status."""
    options = _parser().parse_args(arguments)
    ending = KINDS[options.kind][0]
    file = options.output or options.kind + ending
    if not file.endswith(ending):
        print(f"rushlight picture: {options.kind} is drawn as {ending}, and {file} does not end so",
              file=sys.stderr)
        return 2
    try:
        draw(options.kind, options.log, file)
    except (PySparkException, OSError) as e:
        print(f"rushlight picture: {e}", file=sys.stderr)
        return 1
    print(f"{file}: {os.path.getsize(file):,} bytes")
    return 0


def _parser():
    parser = argparse.ArgumentParser(
        prog="rushlight picture", formatter_class=argparse.RawDescriptionHelpFormatter,
        description="Draws a logged run:\n\n" + "\n".join(
            f"  {kind:<9} {words}" for kind, (_, words) in KINDS.items()))
    parser.add_argument("kind", choices=list(KINDS), metavar="|".join(KINDS))
    parser.add_argument("log", help="an event log, Rushlight's or Spark's: a file, plain or .zstd "
                        ".lz4 .gz, or a folder of rolled files")
    parser.add_argument("-o", "--output", metavar="FILE",
                        help="where to (KIND.svg, or steps.html)")
    return parser
