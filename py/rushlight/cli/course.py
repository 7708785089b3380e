"""`rushlight course`: labs for teachers."""
import argparse
import sys

FORMATS = ("watch", "nbgrader", "otter", "gradescope", "classroom")
EPILOG = """\
A LAB is a number, a folder's name or the path of a folder with a lab.toml. Without one: all labs of
the package. Each format's way, from build to results: py/rushlight/course/README.md."""


def course(arguments):
    """The exit status."""
    from rushlight.lesson import LessonError
    options = _parser().parse_args(arguments)
    try:
        return options.run(options)
    except LessonError as e:
        print(f"rushlight course: {e}", file=sys.stderr)
        return 2


def _parser():
    parser = argparse.ArgumentParser(prog="rushlight course", epilog=EPILOG)
    commands = parser.add_subparsers(required=True, metavar="build | check | grade")
    build = commands.add_parser("build", help="labs in the formats of teachers' tools",
                                epilog=EPILOG)
    build.add_argument("labs", nargs="*", metavar="LAB")
    build.add_argument("--format", action="append", choices=FORMATS, dest="formats",
                       help="one of them; may be repeated (default: all)")
    build.add_argument("-o", "--output", default="course", metavar="FOLDER",
                       help="(default: course)")
    build.add_argument("--wheel", default="", metavar="FILE",
                       help="Rushlight for the graders (default: by name and version)")
    _add_kind(build, "both")
    build.set_defaults(run=_build)
    check = commands.add_parser("check", help="that exercises fail as handed out, pass as solved, "
                                "and that their checks catch wrong solutions", epilog=EPILOG)
    check.add_argument("labs", nargs="*", metavar="LAB")
    check.add_argument("--quick", action="store_true", help="the exercises in Python alone, "
                       "with one student's data in place of three, without the text")
    check.set_defaults(run=_check)
    grade = commands.add_parser("grade", help="grade a folder with a submission, or with a folder "
                                "for each student", epilog=EPILOG)
    grade.add_argument("lab", metavar="LAB")
    grade.add_argument("folder", metavar="FOLDER")
    who = grade.add_mutually_exclusive_group()
    who.add_argument("--student", default="", help="whose data to grade with")
    who.add_argument("--metadata", metavar="FILE",
                     help="Gradescope's submission_metadata.json, which names the students")
    grade.add_argument("--secret", metavar="FILE", help="secret.txt of the built course, which "
                       "hidden data follow from (default: from the student's name alone)")
    grade.add_argument("--as", choices=("text", "gradescope", "classroom"), default="text",
                       dest="form")
    grade.add_argument("--only", metavar="KEY", help="one check, python.one_job: exit status 1 "
                       "if it does not pass")
    grade.add_argument("--as-nobody", action="store_true",
                       help="run submissions as the user nobody (for graders that run as root)")
    grade.add_argument("-o", "--output", metavar="FILE", help="(default: standard output)")
    grade.add_argument("--csv", metavar="FILE", help="points as a table too: a line a student, a "
                       "column a check")
    _add_kind(grade, "what the submission has begun; with --as or --only both")
    grade.set_defaults(run=_grade)
    return parser


def _add_kind(parser, default):
    parser.add_argument("--kind", action="append", choices=("python", "c"), dest="kinds",
                        help=f"the exercises in one language (default: {default})")


def _build(options):
    from rushlight.course import FORMATS as formats
    from rushlight.course.building import build_all
    from rushlight.course.carried import Carried
    carried = Carried(options.wheel, tuple(options.kinds or ("python", "c")))
    for line in build_all(_labs(options.labs), options.formats or list(formats),
                          options.output, carried):
        print(line)
    return 0


def _check(options):
    from rushlight.course.proving import prove_all
    return prove_all(_labs(options.labs), options.quick, print)


def _grade(options):
    from rushlight.course import open_lab
    from rushlight.course.building import grade_into
    return grade_into(open_lab(options.lab), options.folder, options)


def _labs(words):
    from rushlight.course import open_lab
    from rushlight.lesson import labs
    return [open_lab(word) for word in words] if words else labs()
