"""sqllogictest files: reading, writing, running and comparing (tests/sql/logic/*.test).

    # group by: null is a group of its own        what the query covers
    query IT rowsort                               one letter a column; how rows are compared
    select count(*), k from t group by k
    ----
    1	NULL
    2	a

    statement ok                                   must run
    statement error DIVIDE_BY_ZERO                 must fail with this class of Spark's

The letters say the columns' types: I whole number, D decimal, R float or double, B boolean, T
text and everything else. `nosort`: rows in the order of the query; `rowsort`: in any order.
Values of a row are separated by tabs; NULL is null, (empty) is text without characters; floats
have 12 digits. A block of text ends with an empty line.

The answers are real Spark's: tests/data/sql/record_logic.py fills them in, where a `?` stands for
letters or for a class of errors.
"""
import dataclasses
import datetime
import pathlib
import re

FOLDER = pathlib.Path(__file__).resolve().parents[1] / "sql" / "logic"
WHOLE = {"ByteType", "ShortType", "IntegerType", "LongType"}
LETTERS = {"DecimalType": "D", "FloatType": "R", "DoubleType": "R", "BooleanType": "B",
           **dict.fromkeys(WHOLE, "I")}


@dataclasses.dataclass
class Record:
    """One statement or query of a file; a comment that stands alone has no kind."""
    comments: list      # of str: the lines above, with their #
    kind: str           # "query", "statement" or ""
    arguments: list     # ["IT", "rowsort"], ["ok"], ["error", "DIVIDE_BY_ZERO"]
    text: str
    rows: list          # of str: lines of the answer
    line: int

    @property
    def comment(self):
        return " ".join(line.lstrip("# ") for line in self.comments)


# ── files ──
def read(path):
    """The records of a file, in order."""
    records, block = [], []
    lines = path.read_text().split("\n")
    for number, line in enumerate([*lines, ""], 1):
        if line:
            block.append(line)
        elif block:
            records.append(record_of(block, number - len(block)))
            block = []
    return records


def record_of(block, line):
    """A record from the lines of its block."""
    comments = [x for x in block if x.startswith("#")]
    head, *rest = [x for x in block if not x.startswith("#")] or [""]
    kind, *arguments = head.split() or [""]
    cut = rest.index("----") if "----" in rest else len(rest)
    return Record(comments, kind, arguments, "\n".join(rest[:cut]), rest[cut + 1:], line)


def write(path, records):
    """Puts records into a file, as `read` finds them."""
    blocks = []
    for record in records:
        lines = list(record.comments)
        if record.kind:
            lines += [" ".join([record.kind, *record.arguments]), record.text]
        if record.kind == "query":
            lines += ["----", *record.rows]
        blocks.append("\n".join(lines))
    path.write_text("\n\n".join(blocks) + "\n")


# ── answers ──
def as_text(value):
    """A value as an answer has it; the same for every program that returns PySpark's objects."""
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return f"{value:.12g}"
    if isinstance(value, (bytes, bytearray)):
        return f"X'{value.hex().upper()}'"
    if isinstance(value, datetime.datetime):
        return value.isoformat(" ")
    if hasattr(value, "asDict"):
        fields = zip(value.__fields__, value)
        return "{" + ", ".join(f"{name}: {as_text(v)}" for name, v in fields) + "}"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{as_text(k)} -> {as_text(v)}" for k, v in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(map(as_text, value)) + "]"
    text = str(value)
    for char, escape in (("\\", "\\\\"), ("\t", "\\t"), ("\n", "\\n"), ("\r", "\\r")):
        text = text.replace(char, escape)
    return text or "(empty)"


def letters(schema):
    """One letter a column of a DataFrame's schema; N for a result without columns."""
    return "".join(LETTERS.get(type(f.dataType).__name__, "T") for f in schema.fields) or "N"


def answer(spark, record):
    """What a query gives: its letters, and its rows as lines, sorted if their order is nobody's."""
    frame = spark.sql(record.text)
    lines = ["\t".join(map(as_text, row)) for row in frame.collect()]
    return letters(frame.schema), sorted(lines) if record.arguments[1:] == ["rowsort"] else lines


def error_class(error):
    """The class of Spark's that an exception has, else the one in its text, else its Python class."""
    condition = getattr(error, "getCondition", lambda: None)()
    found = re.search(r"\[([A-Z][A-Z0-9_]+(\.[A-Z0-9_]+)?)\]", str(error))
    return condition or (found[1] if found else type(error).__name__)


# ── comparing ──
def run(spark, record):
    """What is wrong with a record's result: None if all is well, else a sentence."""
    wanted = record.arguments[1] if record.arguments[0] == "error" else None
    try:
        found = answer(spark, record)
    except Exception as e:      # whatever it is, its class is compared
        found = error_class(e)
        if found == wanted:
            return None
        return f"failed with {found}, not {wanted or 'at all'}\n{str(e)[:500]}"
    if wanted:
        return f"did not fail with {wanted}"
    if record.kind == "query" and found[0] != record.arguments[0]:
        return f"has columns {found[0]}, not {record.arguments[0]}"
    if record.kind == "query" and found[1] != record.rows:
        return "\n  ".join(["gave", *found[1][:20], "instead of", *record.rows[:20]])
    return None
