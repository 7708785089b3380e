"""Functions of arrays and maps that take a function: it is called once, with variables, and what
it makes of them is an expression.

    transform ("a", lambda x: x + 1)    transform(a, x_0 -> (x_0 + 1))
"""
import inspect
import itertools

from rushlight import _engine
from rushlight.errors import PySparkTypeError, PySparkValueError
from rushlight.sql._making import as_literal, call, call_shown, named_column
from rushlight.sql.column import Column

__all__ = ["aggregate", "exists", "filter", "forall", "map_filter", "reduce",
           "transform", "transform_keys", "transform_values", "zip_with"]

_numbers = itertools.count()


def _lambda(function, widths):
    """A Column that is a function of SQL; `widths`: how many arguments it may take."""
    kinds = {p.kind for p in inspect.signature(function).parameters.values()}
    width = len(inspect.signature(function).parameters)
    if not kinds <= {inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD}:
        raise PySparkValueError(
            errorClass="UNSUPPORTED_PARAM_TYPE_FOR_HIGHER_ORDER_FUNCTION",
            messageParameters={"func_name": function.__name__})
    if width not in widths:
        raise PySparkValueError(errorClass="WRONG_NUM_ARGS_FOR_HIGHER_ORDER_FUNCTION",
                                messageParameters={"func_name": function.__name__,
                                                   "num_args": str(width)})
    variables = []
    for letter in "xyz"[:width]:
        name = f"{letter}_{next(_numbers)}"
        variables.append(Column(_engine.expr_lambda_variable(name), name))
    body = function(*variables)
    if not isinstance(body, Column):
        raise PySparkTypeError(errorClass="HIGHER_ORDER_FUNCTION_SHOULD_RETURN_COLUMN",
                               messageParameters={"func_name": function.__name__,
                                                  "return_type": type(body).__name__})
    return Column(_engine.expr_lambda([c._expr for c in (body, *variables)]),
                  lambda: f"lambdafunction({call_shown('', [body, *variables])[1:-1]})")


def transform(col, f):
    """What a function makes of each element, and of its position if it takes two arguments.

    >>> tens = transform(array(lit(1), lit(2)), lambda x: x * 10)
    >>> spark.range(1).select(tens.alias("v")).first().v
    [10, 20]
    """
    return call("transform", named_column(col), _lambda(f, (1, 2)))


def filter(col, f):
    """The elements for which a function is true.

    >>> spark.range(1).select(filter(array(lit(1), lit(2)), lambda x: x > 1).alias("v")).first().v
    [2]
    """
    return call("filter", named_column(col), _lambda(f, (1, 2)))


def exists(col, f):
    """Whether a function is true for some element.

    >>> spark.range(1).select(exists(array(lit(1), lit(2)), lambda x: x > 1).alias("v")).first().v
    True
    """
    return call("exists", named_column(col), _lambda(f, (1,)))


def forall(col, f):
    """Whether a function is true for all elements.

    >>> spark.range(1).select(forall(array(lit(1), lit(2)), lambda x: x > 1).alias("v")).first().v
    False
    """
    return call("forall", named_column(col), _lambda(f, (1,)))


def aggregate(col, initialValue, merge, finish=None):
    """One value of all elements, merged in one by one.

    >>> total = aggregate(array(lit(1), lit(2)), lit(0), lambda acc, x: acc + x)
    >>> spark.range(1).select(total.alias("v")).first().v
    3
    """
    more = [] if finish is None else [_lambda(finish, (1,))]
    return call("aggregate", named_column(col), as_literal(initialValue)
                if not isinstance(initialValue, str) else named_column(initialValue),
                _lambda(merge, (2,)), *more)


def reduce(col, initialValue, merge, finish=None):
    """One value of all elements, merged in one by one.

    >>> total = reduce(array(lit(1), lit(2)), lit(0), lambda acc, x: acc + x)
    >>> spark.range(1).select(total.alias("v")).first().v
    3
    """
    return aggregate(col, initialValue, merge, finish)


def zip_with(left, right, f):
    """What a function makes of elements at the same place.

    >>> sums = zip_with(array(lit(1)), array(lit(2)), lambda x, y: x + y)
    >>> spark.range(1).select(sums.alias("v")).first().v
    [3]
    """
    return call("zip_with", named_column(left), named_column(right), _lambda(f, (2,)))


def map_filter(col, f):
    """The entries for which a function of key and value is true.

    >>> m = create_map(lit("a"), lit(1), lit("b"), lit(2))
    >>> spark.range(1).select(map_filter(m, lambda k, v: v > 1).alias("v")).first().v
    {'b': 2}
    """
    return call("map_filter", named_column(col), _lambda(f, (2,)))


def transform_keys(col, f):
    """The map with keys that a function makes of key and value.

    >>> m = create_map(lit("a"), lit(1))
    >>> spark.range(1).select(transform_keys(m, lambda k, v: upper(k)).alias("v")).first().v
    {'A': 1}
    """
    return call("transform_keys", named_column(col), _lambda(f, (2,)))


def transform_values(col, f):
    """The map with values that a function makes of key and value.

    >>> m = create_map(lit("a"), lit(1))
    >>> spark.range(1).select(transform_values(m, lambda k, v: v + 1).alias("v")).first().v
    {'a': 2}
    """
    return call("transform_values", named_column(col), _lambda(f, (2,)))
