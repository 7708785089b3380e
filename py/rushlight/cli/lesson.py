"""rushlight lesson: labs, handed out and graded; rushlight.lesson does it."""
import argparse
import sys

from rushlight.lesson import LessonError, commands


def lesson(arguments):
    """Runs the command; returns the exit status."""
    options = _parser().parse_args(arguments)
    try:
        return options.run(options)
    except LessonError as e:
        print(f"rushlight lesson: {e}", file=sys.stderr)
        return 2


def _parser():
    parser = argparse.ArgumentParser(prog="rushlight lesson", description="Labs that grade how a "
                                     "result was computed.")
    parser.set_defaults(run=commands.check)
    subparsers = parser.add_subparsers(metavar="COMMAND", required=True)

    def add(name, run, words, *arguments):
        sub = subparsers.add_parser(name, help=words, description=words)
        for names, settings in arguments:
            sub.add_argument(*names, **settings)
        sub.set_defaults(run=run)

    exercise = (["exercise"], {"nargs": "?", "metavar": "N", "help": "a lab, 4, or one of its "
                               "exercises, 4py or 4c"})
    add("check", commands.check, "grades your files", exercise,
        (["--file"], {"help": "this file, instead of the one in your folder"}),
        (["--seed"], {"type": int, "help": "every check with this data alone: a replay"}),
        (["--student"], {"help": "the name that the data comes from"}),
        (["--lab"], {"metavar": "DIR", "help": "a lab's folder, instead of the package's labs"}))
    add("author", commands.author, "proves labs: for who writes them",
        (["folders"], {"nargs": "+", "metavar": "DIR", "help": "a lab's folder"}),
        (["--no-text"], {"action": "store_true", "help": "leave out the blocks of lab.md"}))
    return parser
