"""assertDataFrameEqual and assertSchemaEqual: PySpark's own assertions, about answers.

    both sides ──▶ rows, sorted by their text unless the order counts
               ──▶ pairs: side by side if there are as many; else merged like two sorted files, so
                   that one row too many is one difference and not one from there to the end
               ──▶ a diff of the rows' texts

Mirrors pyspark.testing.utils; its colours are left out.
"""
import difflib
import sys
from decimal import Decimal
from itertools import zip_longest

from rushlight.errors import PySparkAssertionError, PySparkTypeError

_SIDES = "Union[DataFrame, ps.DataFrame, List[Row]]"


def assertDataFrameEqual(actual, expected, checkRowOrder=False, rtol=1e-5, atol=1e-8,
                         ignoreNullable=True, ignoreColumnOrder=False, ignoreColumnName=False,
                         ignoreColumnType=False, maxErrors=None, showOnlyDiff=False,
                         includeDiffRows=False):
    """Two DataFrames (or lists of Rows, or DataFrames of pandas) hold the same rows: floats and
    decimals up to `atol + rtol * |expected|`, in any order unless `checkRowOrder`.  Schemas count
    where both sides have one.  `maxErrors`: stop after so many rows that differ; `includeDiffRows`:
    the error's `data` has them as pairs.

    >>> from rushlight.testing import assertDataFrameEqual
    >>> a = spark.createDataFrame([("x", 1), ("y", 2)], ["k", "n"])
    >>> assertDataFrameEqual(a, a.orderBy("n", ascending=False))
    >>> assertDataFrameEqual(a, a.where("n < 2"))
    Traceback (most recent call last):
        ...
    rushlight.errors.base.PySparkAssertionError: [DIFFERENT_ROWS] Results do not match: ...
    *** actual ***
      Row(k='x', n=1)
    - Row(k='y', n=2)
    <BLANKLINE>
    <BLANKLINE>
    *** expected ***
    """
    __tracebackhide__ = True
    if actual is None and expected is None:
        return True
    if _is_pandas(actual) or _is_pandas(expected):
        return _check_pandas(actual, expected, rtol, atol)
    for name, side in (("actual", actual), ("expected", expected)):
        _check_side(name, side)
    if ignoreColumnOrder:
        actual, expected = _by_name(actual), _by_name(expected)
    if ignoreColumnName:
        actual, expected = _numbered(actual), _numbered(expected)
    if ignoreColumnType:
        actual, expected = _as_text(actual), _as_text(expected)
    if not isinstance(actual, list) and not isinstance(expected, list):
        assertSchemaEqual(actual.schema, expected.schema, ignoreNullable)
    _check_rows(_rows(actual, checkRowOrder), _rows(expected, checkRowOrder),
                lambda a, b: _alike(a, b, rtol, atol), checkRowOrder, maxErrors, showOnlyDiff,
                includeDiffRows)


def assertSchemaEqual(actual, expected, ignoreNullable=True, ignoreColumnOrder=False,
                      ignoreColumnName=False):
    """Two StructTypes are the same; whether columns may be null counts only if it is not ignored.

    >>> from rushlight.testing import assertSchemaEqual
    >>> assertSchemaEqual(spark.range(1).schema, spark.createDataFrame([(1,)], ["id"]).schema)
    """
    __tracebackhide__ = True
    from rushlight.sql.types import StructField, StructType
    for name, schema in (("actual", actual), ("expected", expected)):
        if not isinstance(schema, StructType):
            raise PySparkTypeError(errorClass="NOT_EXPECTED_TYPE", messageParameters={
                "arg_name": name, "expected_type": "struct type",
                "arg_type": type(schema).__name__})
    if ignoreColumnOrder:
        actual, expected = (StructType(sorted(schema, key=lambda field: field.name))
                            for schema in (actual, expected))
    if ignoreColumnName:
        actual, expected = (StructType([StructField(str(i), field.dataType, field.nullable)
                                        for i, field in enumerate(schema)])
                            for schema in (actual, expected))
    if not (_same_type(actual, expected) if ignoreNullable else actual == expected):
        diff = difflib.ndiff(str(actual).splitlines(), str(expected).splitlines())
        raise _error("DIFFERENT_SCHEMA", error_msg="\n".join(diff))


# ── the two sides ──
def _check_side(name, side):
    from rushlight.sql.dataframe import DataFrame
    if not isinstance(side, (DataFrame, list)):
        raise _error("INVALID_TYPE_DF_EQUALITY_ARG", expected_type=_SIDES, arg_name=name,
                     actual_type=None if side is None else type(side))


def _by_name(frame):
    return frame.select(*sorted(frame.columns))


def _numbered(frame):
    return frame.toDF(*(str(i) for i in range(len(frame.columns))))


def _as_text(frame):
    """Each column as a string; whole numbers alike, whatever their type: 1.0 as 1."""
    from rushlight.sql.functions import col, when
    for name in frame.columns:
        number = col(name).cast("float")
        whole = number.isNotNull() & (number == col(name).cast("int"))
        frame = frame.withColumn(name, when(whole, col(name).cast("int").cast("string"))
                                 .otherwise(col(name).cast("string")))
    return frame


def _rows(side, in_order):
    rows = side if isinstance(side, list) else side.collect()
    return rows if in_order else sorted(rows, key=str)


# ── types and values ──
def _same_type(a, b):
    """Whether two types are the same but for what may be null."""
    kind = a.typeName()
    if kind != b.typeName():
        return False
    if kind == "array":
        return _same_type(a.elementType, b.elementType)
    if kind == "map":
        return _same_type(a.keyType, b.keyType) and _same_type(a.valueType, b.valueType)
    if kind == "decimal":
        return (a.precision, a.scale) == (b.precision, b.scale)
    if kind == "struct":
        return len(a) == len(b) and all(x.name == y.name and _same_type(x.dataType, y.dataType)
                                        for x, y in zip(a, b))
    return True


def _alike(a, b, rtol, atol):
    """Whether two values are the same, numbers nearly.  NaN is near everything, as in PySpark."""
    if isinstance(a, (list, tuple)) and isinstance(b, (list, tuple)):
        return len(a) == len(b) and all(_alike(x, y, rtol, atol) for x, y in zip(a, b))
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(_alike(a[key], b[key], rtol, atol) for key in a)
    if isinstance(a, float) and isinstance(b, float):
        return a == b or not abs(a - b) > atol + rtol * abs(b)
    if isinstance(a, Decimal) and isinstance(b, Decimal):
        return abs(a - b) <= Decimal(atol) + Decimal(rtol) * abs(b)
    return a == b


# ── rows ──
def _check_rows(actual, expected, alike, in_order, most, only_different, with_rows):
    merged = not in_order and len(actual) != len(expected)
    pairs = _merge(actual, expected, alike) if merged else (
        (a, b, a is not None and b is not None and alike(a, b))
        for a, b in zip_longest(actual, expected))
    different, left, right = [], [], []
    for a, b, same in pairs:
        if not same:
            different.append((a, b))
        if not (same and only_different):
            # A side by side pair keeps its place with a line for the row that is missing.
            left += [] if merged and a is None else str(a).splitlines()
            right += [] if merged and b is None else str(b).splitlines()
        if most is not None and len(different) >= most:
            break
    if different:
        share = 100 * len(different) / max(len(actual), len(expected))
        text = "\n".join([f"Results do not match: ( {share:.5f} % )", *_diff(left, right)])
        raise _error("DIFFERENT_ROWS", different if with_rows else None, error_msg=text)


def _merge(actual, expected, alike):
    """Pairs (row, row, same) of two lists sorted by text; None: the other side has none."""
    i = j = 0
    while i < len(actual) or j < len(expected):
        a = actual[i] if i < len(actual) else None
        b = expected[j] if j < len(expected) else None
        both = a is not None and b is not None
        if both and (alike(a, b) or str(a) == str(b)):
            yield a, b, alike(a, b)
            i, j = i + 1, j + 1
        elif b is None or both and str(a) < str(b):
            yield a, None, False
            i += 1
        else:
            yield None, b, False
            j += 1


def _diff(left, right):
    """Two lists of lines, what differs marked: ! other, - only on the left, + only on the right."""
    marks = {"equal": "  ", "replace": "! ", "delete": "- ", "insert": "+ "}
    steps = difflib.SequenceMatcher(None, left, right).get_opcodes()
    kinds = {step[0] for step in steps}
    yield "*** actual ***"
    if kinds & {"replace", "delete"}:
        yield from (marks[kind] + line for kind, i, j, _, _ in steps for line in left[i:j])
    yield "\n"
    yield "*** expected ***"
    if kinds & {"replace", "insert"}:
        yield from (marks[kind] + line for kind, _, _, i, j in steps for line in right[i:j])


# ── pandas ──
def _is_pandas(side):
    pandas = sys.modules.get("pandas")
    return pandas is not None and isinstance(side, pandas.DataFrame)


def _check_pandas(actual, expected, rtol, atol):
    import pandas
    for name, side in (("left", actual), ("right", expected)):
        if not _is_pandas(side):
            raise _error("INVALID_TYPE_DF_EQUALITY_ARG", expected_type="DataFrame, Series, Index, ",
                         arg_name=name, actual_type=type(side))
    try:
        pandas.testing.assert_frame_equal(actual, expected, check_exact=False, rtol=rtol, atol=atol)
    except AssertionError:
        raise _error("DIFFERENT_PANDAS_DATAFRAME", left=actual, left_dtype=actual.dtypes,
                     right=expected, right_dtype=expected.dtypes) from None


def _error(condition, data=None, **parameters):
    return PySparkAssertionError(errorClass=condition, messageParameters=parameters, data=data)
