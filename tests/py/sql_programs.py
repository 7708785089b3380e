"""Small SQL programs that Rushlight and PySpark run alike; sql_record.py runs and records them.

A program is a function (spark, tmp) → value; tmp is an empty folder of its own.  Tables of short
ones are written as a dict of expressions.  The families stand in sql_programs_*.py.
"""
import contextlib
import io
import re

PROGRAMS = {}


def program(run):
    PROGRAMS[run.__name__] = run
    return run


def table(family, **entries):
    """Programs that are one expression each: functions of spark."""
    for name, run in entries.items():
        PROGRAMS[f"{family}_{name}"] = lambda spark, tmp, run=run: run(spark)


def printed(show, *args, **kwargs):
    """What a call prints, as lines."""
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        show(*args, **kwargs)
    return out.getvalue().split("\n")


def rows(df):
    """All rows, in an order that does not depend on partitions."""
    return sorted(map(repr, df.collect()))


def error(function, *arguments):
    """What a call raises, told by what programs look at, or what it gives."""
    try:
        return "no error", repr(function(*arguments))
    except Exception as e:
        return describe(e)


def describe(e):
    """The class, condition, state and parameters of an error; its words, up to the plan that an
    error of analysis shows; and where it is in the query, if the words draw that."""
    text = without_numbers(str(e)).split("\n\nJVM")[0].lstrip("\n")
    if type(e).__name__ in ("Py4JJavaError", "EngineError"):    # Spark has no class for it
        found = re.search(r"\[([A-Z_.]+)\]", text)
        return "Java", found and found[1]
    told = [type(e).__name__]
    if not hasattr(e, "getCondition"):
        return told + [text]
    parameters = dict(e.getMessageParameters() or {})
    parameters.pop("ansiConfig", None)          # no template has it
    told += [e.getCondition(), e.getSqlState(), parameters]
    if "\n== " not in text:
        return told + [text.split("\n")[0].rstrip(";")]
    return told + [text.split("\n"), [context_of(c) for c in e.getQueryContext()]]


def context_of(context):
    if context.contextType().name == "SQL":
        return ("SQL", context.objectType(), context.objectName(), context.startIndex(),
                context.stopIndex(), context.fragment())
    return "DataFrame", context.fragment()


def without_numbers(text):
    """Without ids of expressions, and without the folders and lines of these programs."""
    return re.sub(r"\S*(sql_programs\w*\.py):\d+", r"\1", re.sub(r"#\d+L?", "#", text))


def raised(function, *arguments):
    """Only the class and the condition of what it raises."""
    return error(function, *arguments)[:2]


PEOPLE = [("Ada", 36, 1.5), ("Bob", None, 2.5), ("Cyd", 7, None), (None, 36, 4.0)]


def people(spark):
    return spark.createDataFrame(PEOPLE, "name string, age int, score double")
