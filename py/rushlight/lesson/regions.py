"""The regions of a file that the student writes.

    ### BEGIN SOLUTION          /* BEGIN SOLUTION */
    …                           …
    ### END SOLUTION            /* END SOLUTION */
"""
import re

from rushlight.lesson.model import LessonError

_BEGIN = re.compile(r"\s*(### BEGIN SOLUTION|/\* BEGIN SOLUTION \*/)\s*")
_END = re.compile(r"\s*(### END SOLUTION|/\* END SOLUTION \*/)\s*")


def split(text, path):
    """(lines outside of the regions, markers included; the texts of the regions).

    >>> split("a\\n### BEGIN SOLUTION\\nb\\n### END SOLUTION\\n", "x.py")
    (['a', '### BEGIN SOLUTION', '### END SOLUTION'], ['b'])
    """
    outside, regions, inside = [], [], None
    for number, line in enumerate(text.splitlines(), 1):
        begins, ends = _BEGIN.fullmatch(line), _END.fullmatch(line)
        if begins and inside is None:
            outside.append(line)
            inside = []
        elif ends and inside is not None:
            outside.append(line)
            regions.append("\n".join(inside))
            inside = None
        elif begins or ends:
            raise LessonError(f"{path}:{number}: {line.strip()} has no partner: regions begin, "
                              "then end, and do not nest")
        else:
            (outside if inside is None else inside).append(line)
    if inside is not None:
        raise LessonError(f"{path}: the last BEGIN SOLUTION has no END SOLUTION")
    return outside, regions


def difference(starter, solution, starter_path, solution_path):
    """Where two texts differ outside of their regions, in words, or None."""
    given, regions = split(starter, starter_path)
    solved, _ = split(solution, solution_path)
    if not regions:
        return f"{starter_path} has no BEGIN SOLUTION … END SOLUTION"
    for one, other in zip(given, solved):
        if one != other:
            return (f"{starter_path} and {solution_path} differ outside of BEGIN/END SOLUTION: "
                    f"{one.strip()!r} and {other.strip()!r}")
    if len(given) != len(solved):
        return (f"{starter_path} and {solution_path} differ outside of BEGIN/END SOLUTION: one "
                "has more lines at its end")
    return None
