"""rushlight quiz: interview practice.

    $ rushlight quiz --topic joins -n 5
    $ rushlight quiz --show counting.word_count
    $ rushlight quiz --mock
    $ rushlight quiz --from app.py

`rushlight.quiz` has the questions and computes the answers; here is the command line.
"""
import argparse
import os
import sys
import tempfile

from rushlight.errors import PySparkException
from rushlight.quiz import TOPICS, Workbench, bank
from rushlight.quiz import _explaining as explaining
from rushlight.quiz._asking import Asking, chosen, practise
from rushlight.quiz._schedule import Clock, Schedule, default_file


def quiz(arguments):
    """Runs the command; returns the exit status.

    >>> quiz(["--show", "no.question"])
    2
    """
    options = _parser().parse_args(arguments)
    try:
        return _run(options)
    except (PySparkException, OSError) as e:
        print(f"rushlight quiz: {e}", file=sys.stderr)
        return 1


def _run(options):
    questions = bank.questions()
    some = chosen(questions, options.topic, options.level)
    if options.list:
        width = max((len(question.id) for question in some), default=0)
        for question in some:
            print(f"{question.id:<{width}}  {question.topic:<13}  {question.level}  "
                  f"{question.title}")
        return 0
    if options.show and not options.own:
        return _show(questions, options)
    if not some:
        print("rushlight quiz: no question has that topic and that level", file=sys.stderr)
        return 2
    if options.own:
        return _own(options)
    with Workbench() as bench:
        if options.page or options.cards:
            return _write(some, bench, options)
        if options.mock:
            from rushlight.quiz._mock import interview
            seed = Clock().today().toordinal() if options.seed is None else options.seed
            interview(some, bench, Clock(), Asking(), seed)
            return 0
        return _practise(some, bench, options)


def _write(some, bench, options):
    """The page, the cards, or both."""
    from rushlight.quiz._cards import write_cards
    from rushlight.quiz._page import write_page
    all_asked = [question.asked(bench, options.seed or 0) for question in some]
    for path, write in ((options.page, write_page), (options.cards, write_cards)):
        if path:
            write(all_asked, path)
            print(f"{path}: {len(all_asked)} questions, {os.path.getsize(path):,} bytes")
    return 0


def _own(options):
    """Questions about the user's program; they are kept in no box."""
    from rushlight.quiz._own_program import questions_about
    app, *arguments = options.own
    print(f"Running {app} and some variants of it …")
    questions = questions_about(app, arguments)
    with Workbench() as bench, tempfile.TemporaryDirectory() as folder:
        schedule = Schedule(os.path.join(folder, "quiz.json"))
        if options.show == "all":
            for question in questions:
                asked = question.asked(bench)
                print(explaining.title(asked), explaining.question(asked),
                      explaining.explanation(asked), sep="\n\n", end="\n\n")
            return 0
        right, answered = practise(questions, schedule, bench, Clock(), len(questions), Asking(),
                                   options.seed or 0)
    print(f"{right} of {answered} right.")
    return 0


def _show(questions, options):
    question = questions.get(options.show)
    if question is None:
        print(f"rushlight quiz: no question {options.show!r} (--list shows all)", file=sys.stderr)
        return 2
    with Workbench(draws=bool(options.picture)) as bench:
        asked = question.asked(bench, options.seed or 0)
    print(explaining.title(asked), explaining.question(asked), explaining.explanation(asked),
          sep="\n\n")
    return _draw(asked, options.picture) if options.picture else 0


def _draw(asked, path):
    if not asked.pictures:
        print("rushlight quiz: this question has no run to draw", file=sys.stderr)
        return 1
    with open(path, "w", encoding="utf-8") as f:
        f.write(asked.pictures[0])
    print(f"\npicture: {path}")
    return 0


def _practise(some, bench, options):
    schedule = Schedule(options.state or default_file())
    right, answered = practise(some, schedule, bench, Clock(), options.number, Asking(),
                               options.seed)
    if answered:
        print(f"{right} of {answered} right. {len(schedule.due(Clock().today()))} due today, kept "
              f"in {schedule.path}")
    return 0


def _parser():
    parser = argparse.ArgumentParser(
        prog="rushlight quiz",
        description="Interview practice: the engine computes each answer and shows why. Questions "
                    "come again in boxes (Leitner): after 1, 2, 4, 8, 16 days.")
    parser.add_argument("-n", "--number", type=_positive, default=10, metavar="N",
                        help="so many questions, when they are asked one by one (10)")
    parser.add_argument("--topic", action="append", choices=list(TOPICS), default=[],
                        metavar="TOPIC", help=f"one of {', '.join(TOPICS)}; again for another")
    parser.add_argument("--level", action="append", type=int, choices=(1, 2, 3), default=[],
                        help="how hard; again for another")
    parser.add_argument("--seed", type=int, metavar="N",
                        help="the same numbers in questions, and the same order, each time")
    parser.add_argument("--state", metavar="FILE",
                        help=f"where boxes are kept ({_short(default_file())})")
    parser.add_argument("--list", action="store_true",
                        help="one question a line: id, topic, level, title")
    parser.add_argument("--show", metavar="ID", help="a question, its answer and why")
    parser.add_argument("--from", dest="own", nargs="+", metavar=("APP.py", "ARGUMENT"),
                        help="ask about this program, which is run for it (with --show all: tell)")
    parser.add_argument("--mock", action="store_true",
                        help="an interview of 30 minutes, with a score by topic")
    parser.add_argument("--page", metavar="FILE.html", help="write the questions as a page")
    parser.add_argument("--cards", metavar="FILE.html",
                        help="write them as cards to print (A4, two-sided)")
    parser.add_argument("--picture", metavar="FILE.svg",
                        help="with --show: draw the run, of a program or a simulated cluster")
    return parser


def _short(path):
    home = os.path.expanduser("~")
    return "~" + path[len(home):] if path.startswith(home + os.sep) else path


def _positive(text):
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number above 0")
    return int(text)
