"""rushlight quiz: interview practice.

    $ rushlight quiz --topic joins -n 5
    $ rushlight quiz --show counting.word_count
    $ rushlight quiz --mock
    $ rushlight quiz --from app.py input.csv -- --rows 10

`rushlight.quiz` has the questions and computes the answers; here is the command line.
"""
import argparse
import os
import sys

from rushlight.errors import PySparkException
from rushlight.quiz import TOPICS, Workbench, bank
from rushlight.quiz import _explaining as explaining
from rushlight.quiz._asking import Asking, chosen, in_turn, practise, some_of
from rushlight.quiz._schedule import Clock, Schedule, default_file

_NUMBER = 10            # of questions that are asked, unless -n says so

# Each way to use the quiz, by the options that ask for it, and the options that it takes.  What it
# does not take is refused; two ways that are no row here do not go together.
_WAYS = {
    (): ("-n", "--topic", "--level", "--seed", "--state"),
    ("--list",): ("--topic", "--level"),
    ("--show",): ("--seed", "--picture"),
    ("--mock",): ("--topic", "--level", "--seed"),
    ("--page",): ("-n", "--topic", "--level", "--seed"),
    ("--cards",): ("-n", "--topic", "--level", "--seed"),
    ("--page", "--cards"): ("-n", "--topic", "--level", "--seed"),
    ("--from",): ("-n", "--topic", "--level", "--seed"),
    ("--show", "--from"): (),
}
_FIELDS = {"-n": "number", "--from": "own"}     # other options are called as their field is


def quiz(arguments):
    """Runs the command; returns the exit status.

    >>> quiz(["--show", "no.question"])
    2
    """
    options = _options(arguments)
    try:
        return _run(options)
    except BrokenPipeError:
        raise               # whoever reads has left: that is no mistake
    except (PySparkException, OSError) as e:
        return _refused(e, 1)


def _refused(why, status=2):
    print(f"rushlight quiz: {why}", file=sys.stderr)
    return status


def _run(options):
    if options.own:
        return _own(options)
    questions = bank.questions()
    if options.show:
        return _show(questions, options)
    some = chosen(questions, options.topic, options.level)
    if not some:
        return _refused("no question has that topic and that level")
    if options.list:
        return _list(some)
    with Workbench() as bench:
        if options.page or options.cards:
            return _write(some, bench, options)
        if options.mock:
            from rushlight.quiz._mock import interview
            seed = Clock().today().toordinal() if options.seed is None else options.seed
            interview(some, bench, Clock(), Asking(), seed)
            return 0
        return _practise(some, bench, options)


def _list(some):
    width = max(len(question.id) for question in some)
    for question in some:
        print(f"{question.id:<{width}}  {question.topic:<13}  {question.level}  {question.title}")
    return 0


def _write(some, bench, options):
    """The page, the cards, or both."""
    from rushlight.quiz._cards import write_cards
    from rushlight.quiz._page import write_page
    seed = options.seed or 0
    some = some_of(some, options.number, seed)
    all_asked = [question.asked(bench, seed) for question in some]
    for path, write in ((options.page, write_page), (options.cards, write_cards)):
        if path:
            write(all_asked, path)
            print(f"{path}: {len(all_asked)} questions, {os.path.getsize(path):,} bytes")
    return 0


def _own(options):
    """Questions about the user's program; they are kept in no box."""
    from rushlight.quiz import _own_program as own
    app, *arguments = options.own
    print(f"Running {app} and some variants of it …", flush=True)
    base = own.trace_of(app, arguments)
    questions = {question.id: question for question in own.questions_about(base, app, arguments)}
    if options.show:
        return _tell_own(questions, own.program(base), options.show)
    some = chosen(questions, options.topic, options.level)
    if not some:
        return _refused("no question about this program has that topic and that level")
    print(f"\n{own.program(base)}\n")
    if options.seed is None:
        some = some[:options.number]        # the first ones ask of the whole program
    right, answered = in_turn(some_of(some, options.number, options.seed), Asking())
    print(f"{right} of {answered} right.\n\n{explaining.trace(base)}")
    return 0


def _tell_own(questions, program, wanted):
    if wanted != "all" and wanted not in questions:
        return _refused(f"no question {wanted!r} about this program: --show all, or one of "
                        + ", ".join(questions))
    print(f"\n{program}\n")
    for id, question in questions.items():
        if wanted in ("all", id):
            _tell(question.asked(None))
            print()
    return 0


def _show(questions, options):
    question = questions.get(options.show)
    if question is None:
        return _refused(f"no question {options.show!r} (--list shows all)")
    with Workbench(draws=bool(options.picture)) as bench:
        asked = question.asked(bench, options.seed or 0)
    _tell(asked)
    return _draw(asked, options.picture) if options.picture else 0


def _tell(asked):
    print(explaining.title(asked), explaining.question(asked), explaining.explanation(asked),
          sep="\n\n")


def _draw(asked, path):
    if not asked.pictures:
        return _refused("this question has no run to draw", 1)
    with open(path, "w", encoding="utf-8") as f:
        f.write(asked.pictures[0])
    print(f"\npicture: {path}")
    return 0


def _practise(some, bench, options):
    schedule = Schedule(options.state or default_file())
    right, answered = practise(some, schedule, bench, Clock(), options.number or _NUMBER, Asking(),
                               options.seed)
    if answered:
        print(f"{right} of {answered} right. {len(schedule.due(Clock().today()))} due today, kept "
              f"in {schedule.path}")
    return 0


# ── the command line ──
def _options(arguments):
    """What is asked for; ends the program if that makes no sense."""
    parser = _parser()
    before, behind = _cut(arguments)
    options, unknown = parser.parse_known_args(before)
    if unknown:
        parser.error(f"unrecognized arguments: {' '.join(unknown)}" + (
            " (of the program? They stand behind --)" if options.own else ""))
    if behind is not None and not options.own:
        parser.error("what stands behind -- are arguments of the program of --from")
    if options.own:
        options.own += behind or []
    wrong = _what_does_not_go_together(options)
    if wrong:
        parser.error(wrong)
    return options


def _cut(arguments):
    """What stands before the first -- and what behind it; None if there is none.

    >>> _cut(["--from", "app.py", "--", "--rows", "10"]), _cut(["--mock"])
    ((['--from', 'app.py'], ['--rows', '10']), (['--mock'], None))
    """
    if "--" not in arguments:
        return arguments, None
    at = arguments.index("--")
    return arguments[:at], arguments[at + 1:]


def _what_does_not_go_together(options):
    """An error's text, or None."""
    def is_given(option):
        return getattr(options, _FIELDS.get(option, option.strip("-"))) not in (None, [], False)

    way = tuple(name for name in ("--list", "--show", "--mock", "--page", "--cards", "--from")
                if is_given(name))
    if way not in _WAYS:
        return f"{' and '.join(way)} do not go together"
    if way == ("--page", "--cards") and (
            os.path.realpath(options.page) == os.path.realpath(options.cards)):
        return f"--page and --cards name the same file, {options.page}: give each its own"
    for option in dict.fromkeys(option for takes in _WAYS.values() for option in takes):
        if is_given(option) and option not in _WAYS[way]:
            here = " and ".join(way) or "questions asked one by one"
            do = f"{', '.join(_WAYS[way])} do" if _WAYS[way] else "no other option does"
            return f"{option} does not go with {here}; {do}"
    return None


def _parser():
    parser = argparse.ArgumentParser(
        prog="rushlight quiz", allow_abbrev=False,
        description="Interview practice: the engine computes each answer and shows why. Questions "
                    "come again in boxes (Leitner): after 1, 2, 4, 8, 16 days.")
    parser.add_argument("-n", "--number", type=_positive, metavar="N",
                        help=f"so many questions: {_NUMBER} if they are asked one by one, all on a "
                             "page, on cards and about a program")
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
                        help="ask about this program, which is run for it; arguments that begin "
                             "with - stand behind -- (with --show all, or an id: tell)")
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
