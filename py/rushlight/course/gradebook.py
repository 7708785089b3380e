"""Many submissions graded: a line a student as each is done, and a table for a spreadsheet.

    ada                       16 of 16
    bob                        3 of 16   not passed: python.one_job, python.same_counts
    cy                         not graded: nothing of lab 1 in it

    student,folder,points,max_points,python.jobs_at_a,python.one_job,…
    ada,ada,16,16,1,2,…
    cy,cy,,,,,…
"""
import csv
import io
from dataclasses import dataclass

from rushlight.course.submission import expected_items
from rushlight.lesson import LessonError


@dataclass
class Row:
    """A student, with a Report, or with why there is none."""

    student: str
    folder: str
    report: object = None
    why_not: str = ""

    def as_line(self):
        """What a teacher reads of him."""
        if self.report is None:
            return f"{self.student:<24}  not graded: {self.why_not}"
        got, most = f"{self.report.points:g}", f"{self.report.max_points:g}"
        left = [item.key for item in self.report.items if not item.passed]
        notes = [f"not passed: {', '.join(left)}"] if left else []
        notes += [self.report.note, *self.report.warnings]
        return f"{self.student:<24} {got:>4} of {most:<4} {'; '.join(filter(None, notes))}".rstrip()


def rows(submissions, without, grade_one, lab):
    """A Row for each submission as it is graded, and for each folder without one."""
    for one in submissions:
        try:
            yield Row(one.student, one.name, grade_one(one))
        except LessonError as e:
            yield Row(one.student, one.name, why_not=str(e))
    for name in without:
        yield Row(name, name, why_not=f"nothing of lab {lab.number} in it")


def as_csv(graded, lab):
    """The table; a cell is empty where nothing was graded."""
    kinds = {item.exercise for row in graded if row.report for item in row.report.items}
    keys = [item.key for item in expected_items(
        lab, [e for e in lab.exercises if e.kind in kinds])]
    out = io.StringIO()
    table = csv.writer(out, lineterminator="\n")
    table.writerow(["student", "folder", "points", "max_points", *keys])
    for row in graded:
        if row.report is None:
            table.writerow([row.student, row.folder, "", "", *("" for _ in keys)])
            continue
        points = {item.key: f"{item.points:g}" for item in row.report.items}
        table.writerow([row.student, row.folder, f"{row.report.points:g}",
                        f"{row.report.max_points:g}", *(points.get(key, "") for key in keys)])
    return out.getvalue()


def summary(graded):
    """The last line."""
    left = [row.folder for row in graded if row.report is None]
    line = f"{len(graded) - len(left)} of {len(graded)} submissions graded"
    return f"{line}; not graded: {', '.join(left)}" if left else line
