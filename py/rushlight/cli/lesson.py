"""rushlight lesson: labs, handed out and graded; rushlight.lesson does it."""
import argparse
import sys

from rushlight.lesson import LessonError, commands


def lesson(arguments):
    """Runs the command; returns the exit status."""
    parser = _parser()
    if not arguments:
        parser.print_help()
        return 2
    options = parser.parse_args(arguments)
    sys.stdout.reconfigure(errors="replace")    # ✓ where the terminal has no such letter
    try:
        return options.run(options)
    except LessonError as e:
        print(f"rushlight lesson: {e}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print(file=sys.stderr)
        return 130


def _parser():
    parser = argparse.ArgumentParser(prog="rushlight lesson", description="Labs that grade how a "
                                     "result was computed.")
    subparsers = parser.add_subparsers(metavar="COMMAND", required=True)

    def add(name, run, words, *arguments):
        sub = subparsers.add_parser(name, help=words, description=words)
        for names, settings in arguments:
            sub.add_argument(*names, **settings)
        sub.set_defaults(run=run)

    exercise = (["exercise"], {"nargs": "?", "metavar": "N", "help": "a lab, 4, or one of its "
                               "exercises, 4py or 4c; the one that you work on if not said"})
    add("init", commands.init, "makes a folder for your lessons",
        (["folder"], {"metavar": "DIR"}),
        (["--student"], {"metavar": "NAME", "help": "whose data it is (your user name)"}),
        (["--labs"], {"metavar": "DIR", "help": "other labs than the package's"}))
    add("list", commands.list_labs, "the labs, a line each, and what is solved")
    add("start", commands.start, "hands out a lab, shows its text, asks what you expect", exercise)
    add("text", commands.text, "the lab's text: what follows the predictions once you have made "
        "them", exercise, (["--all"], {"action": "store_true", "help": "from its beginning"}))
    add("predict", commands.predict, "asks what you expect, as far as you have not said it",
        exercise, (["--anew"], {"action": "store_true", "help": "forget your answers, ask all"}))
    add("run", commands.run, "runs your program and draws what it did", exercise)
    add("check", commands.check, "grades your file", exercise,
        (["--seed"], {"type": int, "metavar": "N", "help": "with this data alone: a replay"}),
        (["--file"], {"help": "this file, instead of the one in your folder"}),
        (["--student"], {"metavar": "NAME", "help": "with --file: the name that data comes from"}),
        (["--lab"], {"metavar": "DIR", "help": "with --file: a lab's folder"}))
    add("hint", commands.hint, "the next hint", exercise)
    add("watch", commands.watch, "grades each time that you save", exercise,
        (["--once"], {"action": "store_true", "help": "grade once and end"}))
    add("solution", commands.solution, "a solution, when yours has passed", exercise)
    add("reset", commands.reset, "the file as it was handed out; yours is kept", exercise)
    add("author", commands.author, "proves labs: for who writes them",
        (["folders"], {"nargs": "+", "metavar": "DIR", "help": "a lab's folder"}),
        (["--no-text"], {"action": "store_true", "help": "leave out the blocks of lab.md"}))
    return parser
