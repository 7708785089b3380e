"""What the prose says, beside what runs and engine say.  Knows no Sphinx: tests use it, too."""
import re

import book_runs

_WORDS = {word: n for n, word in enumerate(
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
    "sixteen seventeen eighteen nineteen twenty".split())}
_WORDS.update({"no": 0, "none": 0, "once": 1, "twice": 2, "thirty": 30, "forty": 40, "fifty": 50,
               "hundred": 100})
_NUMBER = re.compile(r"-?\d[\d,]*(?:\.\d+)?")
_BOUNDS = {"at least": lambda value, said: value >= said,
           "at most": lambda value, said: value <= said,
           "more than": lambda value, said: value > said,
           "less than": lambda value, said: value < said}
_SETTING = re.compile(r"(?P<said>.+?)\s*<(?P<key>[\w.]+) = (?P<value>[^>]*)>")
_TARGET = re.compile(r"(?:(?P<said>.+?)\s*<)?(?P<program>\w+): (?P<label>[^>]+)>?")


class WrongNumber(Exception):
    """What the prose says is not what the run gave."""


def measured(text, kept):
    """The words to print for the text of a role; WrongNumber, KeyError, ProgramFailed."""
    text = " ".join(text.split())
    match = _TARGET.fullmatch(text)
    if match is None:
        raise WrongNumber(f"“{text}” is not “program: label” or “words <program: label>”")
    label = match["label"]
    value = book_runs.run(match["program"], kept).fact(label)
    said = match["said"]
    if said is None:
        return f"{int(value):,}" if re.fullmatch(r"\d{4,}", value) else value
    if not says(said, value):
        raise WrongNumber(f"the prose says “{said}”; {match['program']}.py says “{label}: {value}”")
    return said


def says(said, value):
    """Whether the words of the prose agree with a value.

    >>> says("four", "4"), says("2,278", "2278.4 MiB"), says("at least 3", "3.7"), says("no", "1")
    (True, True, True, False)
    """
    bound = next((name for name in _BOUNDS if said.startswith(name + " ")), None)
    told, given = _numbers(said), _NUMBER.findall(value)
    if not told or not given:
        return said == value
    found = float(given[0].replace(",", ""))
    if bound:
        return _BOUNDS[bound](found, float(told[0]))
    decimals = len(told[0].partition(".")[2])
    return float(told[0]) == round(found, decimals)


def _numbers(said):
    digits = [number.replace(",", "") for number in _NUMBER.findall(said)]
    words = [str(_WORDS[w]) for w in re.findall(r"[a-z]+", said.lower()) if w in _WORDS]
    return digits or words


def default(text):
    """The words to print for a setting that nobody has set; WrongNumber if it is another value."""
    from rushlight import _engine
    text = " ".join(text.split())
    match = _SETTING.fullmatch(text)
    key = match["key"] if match else text
    value = _engine.conf_default(key)
    if value is None:
        raise WrongNumber(f"{key} has no default, or is not there at all")
    if match and value != match["value"]:
        raise WrongNumber(f"the default of {key} is {value}, not {match['value']}")
    return match["said"] if match else value
