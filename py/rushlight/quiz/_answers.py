"""What people type, read leniently: "2278", "2,278 MB", "~2.2 GiB", "four tasks", "b)".

A number may have thousands' separators, a word for a number, a unit.  Of sizes and times the unit
is changed into the question's; a size's MB is what Spark calls so, 1,024 KB.  Any other word beside
the number is passed over.  How far off an answer may be is the question's to say: not at all,
unless it does.
"""
import dataclasses
import re

from rushlight.errors import PySparkValueError

LETTERS = "abcdefgh"
_SIZES = {"b": 0, "byte": 0, "bytes": 0, "k": 10, "kb": 10, "kib": 10, "m": 20, "mb": 20, "mib": 20,
          "g": 30, "gb": 30, "gib": 30, "t": 40, "tb": 40, "tib": 40}
_TIMES = {"ms": 0.001, "s": 1, "sec": 1, "second": 1, "seconds": 1, "m": 60, "min": 60,
          "minute": 60, "minutes": 60, "h": 3600, "hour": 3600, "hours": 3600}
_WORDS = {word: i for i, word in enumerate(
    "zero one two three four five six seven eight nine ten eleven twelve".split())}
_WORDS |= {"none": 0, "no": 0, "nothing": 0, "once": 1, "twice": 2}
_NUMBER = re.compile(r"[-+−]?(?:\d{1,3}(?:[,'’_  \u202f]\d{3})+|\d+)?(?:\.\d+)?(?:e[-+]?\d+)?",
                     re.I)


@dataclasses.dataclass(frozen=True)
class Verdict:
    """Whether an answer is right, and if not, which Belief it shows, if one is known."""
    right: bool
    belief: object = None


def parse_number(text, unit=""):
    """A number in the question's unit.

    >>> parse_number("2,278 MB", "MiB"), parse_number("~2 GiB", "MiB"), parse_number("four tasks")
    (2278.0, 2048.0, 4.0)
    >>> parse_number("1.5 min", "s"), parse_number("12 %", "%"), parse_number("1 000")
    (90.0, 12.0, 1000.0)
    >>> parse_number("many")
    Traceback (most recent call last):
    ...
    rushlight.errors.base.PySparkValueError: 'many' is no number: write one such as 8 or 2,278
    """
    words = text.strip().lower().lstrip("~≈=").strip()
    for lead in ("about ", "around ", "roughly ", "approximately ", "ca. "):
        words = words.removeprefix(lead)
    head, _, rest = words.partition(" ")
    if head.rstrip(".,") in _WORDS:
        value, rest = float(_WORDS[head.rstrip(".,")]), rest
    else:
        match = _NUMBER.match(words)
        digits = re.sub(r"[,'’_  \u202f]", "", match[0]).replace("−", "-")
        try:
            value, rest = float(digits), words[match.end():].strip()
        except ValueError:
            raise PySparkValueError(f"{text.strip()!r} is no number: write one such as 8 or 2,278"
                                    + (f" {unit}" if unit else "")) from None
        if rest[:1].isdigit() or rest[:1] in (",", "."):
            raise PySparkValueError(f"{text.strip()!r} is no number that can be read: {rest!r} "
                                    "is left over")
    given = rest.split()[0].rstrip(".,") if rest else ""
    return value * _factor(given, unit.lower())


def _factor(given, unit):
    if given in _SIZES and unit in _SIZES:
        return 2.0 ** (_SIZES[given] - _SIZES[unit])
    if given in _TIMES and unit in _TIMES:
        return _TIMES[given] / _TIMES[unit]
    return 1.0


def parse_choice(text, options):
    """The index of an option: its letter, its number, its text or the beginning of it.

    >>> parse_choice("B)", ["line 1", "line 2"]), parse_choice("line 2.", ["line 1", "line 2"])
    (1, 1)
    >>> parse_choice("e", ["yes", "no"])
    Traceback (most recent call last):
    ...
    rushlight.errors.base.PySparkValueError: 'e' is none of the options: write a letter from a to b
    """
    said = _plain(text)
    texts = [_plain(option) for option in options]
    if said in texts:
        return texts.index(said)
    letter = said.strip("()[] ")
    if len(letter) == 1 and letter in LETTERS[:len(options)]:
        return LETTERS.index(letter)
    begin = [i for i, option in enumerate(texts) if said and option.startswith(said)]
    if len(begin) == 1:
        return begin[0]
    raise PySparkValueError(f"{text.strip()!r} is none of the options: write a letter from a to "
                            f"{LETTERS[len(options) - 1]}")


def _plain(text):
    return " ".join(text.lower().split()).rstrip(".!) ")


def judge(asked, text):
    """A Verdict on what was typed.

    >>> from rushlight.quiz._questions import Asked
    >>> asked = Asked(None, 0, "number", "How large?", "", answer=2277.6, unit="MiB", within=0.01)
    >>> judge(asked, "2,278 MB").right, judge(asked, "4g").right
    (True, False)
    """
    if asked.options:
        belief = asked.options[parse_choice(text, [o.text for o in asked.options])].belief
        return Verdict(belief is None, belief)
    value = parse_number(text, asked.unit)
    if is_right(asked, value):
        return Verdict(True)
    near = [belief for wrong, belief in asked.tempting.items()
            if abs(value - wrong) <= asked.within * abs(wrong) + 1e-9]
    return Verdict(False, near[0] if near else None)


def is_right(asked, value):
    """Whether a number is what was asked for, as exactly as the question wants it."""
    return abs(value - asked.answer) <= asked.within * abs(asked.answer) + 1e-9
