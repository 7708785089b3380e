"""spark.sql(): what stands for :name, ? and {name} in the text."""
import string
import uuid

from rushlight.errors.base import wrong_type
from rushlight.sql._making import as_literal
from rushlight.sql.column import Column


def parameters_of(args):
    """The values of :name (a dict) or ? (a list), as the engine takes them."""
    if not args:
        return None
    if isinstance(args, dict):
        return [(name, as_literal(value)._expr) for name, value in args.items()]
    if isinstance(args, (list, tuple)):
        return [(None, as_literal(value)._expr) for value in args]
    raise wrong_type("args", "dict or list", args)


class _Filler(string.Formatter):
    """{name}: a DataFrame becomes a view of a name of its own, a value its literal."""

    def __init__(self, session):
        self._session = session
        self.views = []

    def format_field(self, value, format_spec):
        from rushlight.sql.dataframe import DataFrame
        if isinstance(value, DataFrame):
            name = "_pyspark_" + uuid.uuid4().hex
            value._create_view(name, True, False)
            self.views.append(name)
            return name
        if isinstance(value, Column):
            return value._expr.pretty()
        if isinstance(value, str):
            return "'%s'" % value.replace("\\", "\\\\").replace("'", "\\'")
        return super().format_field(value, format_spec)


def filled_in(session, text, values):
    """The text with {name} replaced, and what removes the views that were made for it."""
    if not values:
        return text, lambda: None
    filler = _Filler(session)
    filled = filler.vformat(text, [], values)

    def clean_up():
        for name in filler.views:
            session.catalog.dropTempView(name)

    return filled, clean_up
