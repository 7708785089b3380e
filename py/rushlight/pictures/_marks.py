"""What happened to a run, in sentences: lost executors, faults, stages that ran again.

    A   12.0 s  host-5, host-6: each dies
    B  120.0 s  executors 10, 11 and 8 more: each goes: worker lost

Marks of about the same moment share a letter, and those that say the same a sentence.
"""
from rushlight.pictures import _svg as svg

_MOST_TOLD, _MOST_NAMED = 40, 10
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def gathered(run, marks, together_s):
    """[(letter, seconds, [(seconds, mark)])]: those within `together_s` of the first are one."""
    groups = []
    for mark in sorted(marks, key=lambda m: m.ms):
        seconds = run.since_start(mark.ms)
        if not groups or seconds - groups[-1][1] >= together_s:
            groups.append((letter(len(groups)), seconds, []))
        groups[-1][2].append((seconds, mark))
    return groups


def letter(i):
    """
    >>> letter(0), letter(27)
    ('A', 'B1')
    """
    return _LETTERS[i % 26] + (str(i // 26) if i >= 26 else "")


def sentences(marks):
    """(seconds, words) of [(seconds, mark)]; what several say is one sentence."""
    told_of = {}
    for seconds, mark in marks:
        told_of.setdefault((mark.kind, _of_any(mark)), []).append((seconds, mark))
    for (_, says), those in told_of.items():
        seconds, first = those[0]
        whose = list(dict.fromkeys(mark.whose for _, mark in those))
        if len(whose) == 1:
            yield seconds, first.text + (f" ({len(those)} times)" if len(those) > 1 else "")
        else:
            yield seconds, f"{_names(whose)}: each {says}"


def _of_any(mark):
    """What it says, without the number of whom it is said of."""
    name, _, number = mark.whose.partition(" ")
    return mark.says.replace(f"id {number} ", "id … ") if name == "executor" else mark.says


def _names(whose):
    """
    >>> _names(["executor 1", "executor 2"]), _names(["host-1", "host-2"])
    ('executors 1, 2', 'host-1, host-2')
    """
    more = f" and {len(whose) - _MOST_NAMED} more" if len(whose) > _MOST_NAMED else ""
    names = ", ".join(whose[:_MOST_NAMED])
    if all(name.startswith("executor ") for name in whose):
        names = "executors " + names.replace("executor ", "")
    return names + more


def lines(axis, groups, y, top, bottom):
    """Of gathered() marks: a line down the picture each, and its letter at `y`."""
    for letter_, seconds, _ in groups:
        x = axis.x(seconds)
        yield svg.line(x, top, x, bottom, "#000000", ' stroke-dasharray="2 3" class="mark"')
        yield svg.text(x, y, letter_, 10, "middle", svg.FAIL_COLOUR, ' font-weight="bold"')


def told(groups, y):
    """The text of gathered() marks, as SVG, and where it ends."""
    parts = []
    lines = [(letter, *words) for letter, _, marks in groups for words in sentences(marks)]
    for letter_, seconds, words in lines[:_MOST_TOLD]:
        parts.append(svg.text(20, y, letter_, 10, colour=svg.FAIL_COLOUR,
                              extra=' font-weight="bold"'))
        parts.append(svg.text(96, y, f"{seconds:.3f} s", 10, "end"))
        parts.append(svg.text(106, y, svg.shortened(words, 205), 10, extra=' class="told"'))
        y += 14
    if len(lines) > _MOST_TOLD:
        parts.append(svg.text(106, y, f"… and {len(lines) - _MOST_TOLD} more", 10))
        y += 14
    return parts, y
