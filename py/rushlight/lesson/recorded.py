"""A program run as `rushlight submit` runs it, and the jobs of each of its contexts drawn.

    python -m rushlight.lesson.recorded picture.svg --master local[2] app.py

What `--dag` draws, too; but a program without a job is no failure here.
"""
import sys

from rushlight.cli.submit import submit
from rushlight.context import SparkContext


def main(picture, *arguments):
    """Runs it; gives the exit status."""
    def draw(context):
        if context._engine.job_ids():
            context.dag().save(picture)

    SparkContext._before_stop.append(draw)
    return submit(list(arguments), draws=False)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
