"""Functions that look at the rows around: they need .over(window)."""
from rushlight.sql.column import as_literal, call, named_column

__all__ = ["row_number", "rank", "dense_rank", "percent_rank", "cume_dist", "ntile", "lag", "lead"]


def row_number():
    """1, 2, 3 … in the window's order."""
    return call("row_number")


def rank():
    """As row_number(), equal rows alike; gaps follow."""
    return call("rank")


def dense_rank():
    """As rank(), without gaps."""
    return call("dense_rank")


def percent_rank():
    """The rank from 0 to 1."""
    return call("percent_rank")


def cume_dist():
    """Which part of the rows stands here or before."""
    return call("cume_dist")


def ntile(n):
    """In which of n parts of equal size the row is."""
    return call("ntile", as_literal(n))


def lag(col, offset=1, default=None):
    """The value of a row before."""
    return call("lag", named_column(col), as_literal(offset), as_literal(default))


def lead(col, offset=1, default=None):
    """The value of a row behind."""
    return call("lead", named_column(col), as_literal(offset), as_literal(default))
