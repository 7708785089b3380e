"""Questions and explanations as text, for the terminal, the page and the cards."""
import os
import re
import textwrap

from rushlight._words import count, size
from rushlight.quiz._answers import LETTERS
from rushlight.quiz._questions import TOPICS
from rushlight.quiz._workbench import MASTER

WIDTH = 80
NAMES = ("In programs, sc and spark are there; F is pyspark.sql.functions, ml is pyspark.ml, "
         "folder the path of a folder, and other names are where pyspark has them.")
_KINDS = {"number": "a number", "choice": "choose one", "what if": "what happens if"}


def title(asked):
    """
    >>> from rushlight.quiz import bank, Workbench
    >>> with Workbench() as bench:
    ...     asked = bank.questions()["laziness.transformations_only"].asked(bench)
    >>> print(title(asked))
    laziness.transformations_only · Laziness · level 1 · a number
    """
    question = asked.question
    return (f"{question.id} · {TOPICS[question.topic].title} · level {question.level} · "
            f"{_KINDS[asked.kind]}")


def question(asked, told=True):
    """The question as one asks it: programs, words, options."""
    parts = [*programs(asked), filled(asked.ask)]
    if asked.options:
        parts.append("\n".join(option(i, o.text) for i, o in enumerate(asked.options)))
    elif told and expected(asked):
        parts.append(f"({expected(asked)})")
    return "\n\n".join(parts)


def programs(asked):
    """What stands above the words: whole programs, or the lines of one that are meant."""
    if asked.excerpt:
        return [asked.excerpt]
    return [program(run) for run in asked.runs if run.shown]


def expected(asked):
    """What a number is to be: its unit, and how exact."""
    words = f"in {asked.unit}" if asked.unit else ""
    if asked.within:
        words += f"{', ' if words else ''}within {asked.within:.0%}"
    return words


def option(i, text):
    return textwrap.fill(f"{LETTERS[i]})  {text}", WIDTH, initial_indent="  ",
                         subsequent_indent="      ")


def program(run):
    """A program with the numbers of its lines, under the settings that it has."""
    lines = [settings(run)]
    lines += _files(run.files)
    lines += numbered(run.source)
    if run.faults:
        lines.append("Meanwhile: " + "; ".join(map(_fault, run.faults)))
    return "\n".join(lines)


def numbered(source, wanted=None):
    """Lines of a program with their numbers; those that are `wanted`, or all.

    >>> numbered("a = 1\\nb = 2\\n", {2})
    ['  2  b = 2']
    """
    return [f"{i:>3}  {line}".rstrip() for i, line in enumerate(source.splitlines(), 1)
            if wanted is None or i in wanted]


def settings(run):
    """Master and settings, in a line: "local[4], spark.sql.shuffle.partitions=4"."""
    uses_sql = "spark." in run.source or "toDF" in run.source
    told = {**(run.defaults if uses_sql else {}), **run.conf}
    return ", ".join([run.master or MASTER, *(f"{key}={value}" for key, value in told.items())])


def _fault(fault):
    """
    >>> _fault({"do": "fail_task", "when": {"partition": 1}, "times": 2})
    'fail task, 2 times, at the start of a task of partition 1'
    """
    words = [str(fault["do"]).replace("_", " ")]
    words += [str(value) if words[0].endswith(key) else f"{key} {value}"
              for key, value in fault.items() if key not in ("do", "when", "times")]
    if "times" in fault:
        words[-1] += f", {count(fault['times'], 'time')},"
    when = " ".join(f"{key} {value}" for key, value in (fault.get("when") or {}).items())
    return " ".join(words) + (f" at the start of a task of {when}" if when else "")


def _files(files, most=3):
    """
    >>> list(_files({"logs/a": 2 ** 20, "logs/b": 2 ** 20, "logs/c": 2 ** 20, "logs/d": 2 ** 20}))
    ['folder/logs: 4 files, each of 1.0 MiB']
    >>> list(_files({"in.csv": "a,b"}))
    ['folder/in.csv: 3 B']
    """
    sizes = {name: text if isinstance(text, int) else len(text) for name, text in files.items()}
    if len(sizes) <= most:
        yield from (f"folder/{name}: {size(n)}" for name, n in sizes.items())
        return
    folder = os.path.commonpath(sizes)
    least, largest = min(sizes.values()), max(sizes.values())
    yield (f"folder/{folder}: {len(sizes):,} files, each of {size(least)}"
           + (f" to {size(largest)}" if largest > least else ""))


def answer(asked):
    """The right answer in words."""
    if asked.options:
        return f"{LETTERS[asked.right]})  {asked.options[asked.right].text}"
    return number(asked.answer) + (f" {asked.unit}" if asked.unit else "")


def number(value):
    """
    >>> number(2278.0), number(2277.6), number(0.25), number(12000)
    ('2,278', '2,277.6', '0.25', '12,000')
    """
    if float(value).is_integer():
        return f"{int(value):,}"
    return f"{value:,.4g}" if abs(value) < 100 else f"{value:,.1f}"


def tempting(asked):
    """(answer, Belief) of all wrong ones that are explained."""
    if asked.options:
        return [(LETTERS[i] + ")", option.belief) for i, option in enumerate(asked.options)
                if option.belief]
    return [(number(value), belief) for value, belief in asked.tempting.items()]


def explanation(asked, traces=True):
    """Answer, why, why not the others, what ran (unless it is told elsewhere), what to read."""
    parts = [filled("Answer: " + answer(asked)), filled(asked.why)]
    wrong = tempting(asked)
    if wrong:
        parts.append("\n".join(["Why not", *(_why_not(*one) for one in wrong)]))
    if traces:
        parts += [trace(run, i if len(asked.runs) > 1 else 0)
                  for i, run in enumerate(asked.runs, 1)]
    if asked.notes:
        parts.append("\n".join(["From the engine:", *map(_note, asked.notes)]))
    parts.append(filled(reading(asked)))
    return "\n\n".join(parts)


def _why_not(what, belief):
    return hanging(f"{what} — “{belief.says}”. {belief.truth}")


def trace(run, number=0):
    """What ran: the picture and the counts; and the plan, of a query."""
    head = f"The trace of program {number}:" if number else "The trace:"
    lines = [head, textwrap.indent(run.picture, "  "), hanging(run.counts)]
    if run.error is not None:
        lines += [hanging(line) for line in run.failure()]
    elif run.value is not None:
        lines.append(_cut(f"  last line: {run.without_folder(repr(run.value))}"))
    if run.plans and "AQEShuffleRead" in str([node.name for node in _walk(run.wrapped[-1])]):
        lines.append("  adaptive execution has coalesced or split what the last query read")
    if run.plans:
        lines += ["  the last plan:", textwrap.indent(run.plan_for_people(WIDTH - 4), "    ")]
    return "\n".join(lines)


def hanging(text):
    """A paragraph of a list, its further lines deeper than the first."""
    return textwrap.fill(text, WIDTH, initial_indent="  ", subsequent_indent="      ",
                         break_on_hyphens=False)


def _note(text):
    """A line from the engine; the steps of a cluster stay in their columns."""
    columns = re.match(r" *[\d.]+ s  \S+ +", text)
    return textwrap.fill(text, WIDTH, initial_indent="  ", break_on_hyphens=False,
                         subsequent_indent=" " * (2 + len(columns[0]) if columns else 6))


def _cut(line):
    return line if len(line) <= WIDTH else line[:WIDTH - 1] + "…"


def _walk(node):
    yield node
    for child in node.children:
        yield from _walk(child)


def reading(asked):
    """The page that explains it, labs where it can be seen, and the source of a definition."""
    words = f"Read: {sources(TOPICS[asked.question.topic])}."
    return words + (f" Source: {asked.source}." if asked.source else "")


def sources(topic):
    """
    >>> sources(TOPICS["memory"])
    'page 9 of the book, “Memory”; lab 6, and in C lab 7 (rushlight lesson start 6)'
    >>> sources(TOPICS["streaming"])
    'page 26 of the book, “Streams, tables that change, and thin clients”'
    """
    words = f"page {topic.page} of the book, “{topic.page_title}”"
    if topic.labs:
        words += f"; {labs(topic)} ({first_step(topic)})"
    return words


def labs(topic):
    """
    >>> labs(TOPICS["joins"]), labs(TOPICS["components"])
    ('labs 11 and 12', 'lab 5, and in C labs 8 and 9')
    """
    return _labs(topic.labs) + (f", and in C {_labs(topic.labs_in_c)}" if topic.labs_in_c else "")


def _labs(numbers):
    return f"lab{'s' * (len(numbers) > 1)} " + " and ".join(map(str, numbers))


def first_step(topic):
    """The command that begins the first lab of a topic.

    >>> first_step(TOPICS["caching"])
    'rushlight lesson start 6'
    """
    return f"rushlight lesson start {topic.labs[0]}"


def filled(text):
    """Paragraphs, each broken into lines of WIDTH."""
    return "\n\n".join(textwrap.fill(part, WIDTH) for part in text.split("\n\n"))
