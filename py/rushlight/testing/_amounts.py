"""How many are expected: a number, a range, or a comparison.

    assert_jobs(1)                                  exactly
    assert_tasks(range(4, 9))                       4 to 8
    assert_stages(at_most(3))
    assert_shuffle_bytes(times(0.1, of=other))      at most a tenth of what another trace shows

A comparison with another trace asks that trace for the same amount: bytes with bytes.
"""
import math
import numbers

from rushlight.errors import PySparkTypeError


class Amount:
    """What is expected: from `low` to `high`, each a number, or times(…) of one."""

    def __init__(self, low, high, words):
        self.low, self.high, self._words = low, high, words

    def bounds(self, measure):
        """Lowest and highest number; `measure` says what a trace has of it."""
        return _resolved(self.low, measure), _resolved(self.high, measure)

    def allows(self, seen, measure=None):
        """
        >>> at_most(2).allows(2), at_most(2).allows(3)
        (True, False)
        """
        low, high = self.bounds(measure)
        return low <= seen <= high

    def text(self, measure=None):
        """
        >>> at_most(3).text(), between(2, 4).text(), amount(times(0.5, of=10)).text()
        ('at most 3', '2 to 4', 'at most 5 (0.5 times 10)')
        """
        return self._words(lambda bound: _told(bound, measure))


class times:
    """A number that is a multiple of another, or of what another trace shows; by itself, at most
    that.

    >>> times(0.1, of=200).number()
    20.0
    >>> at_least(times(2, of=30)).allows(50)
    False
    """

    def __init__(self, factor, of):
        self.factor, self.of = _number(factor), of

    def base(self, measure):
        """The number that is multiplied."""
        return self.of if isinstance(self.of, numbers.Real) else measure(self.of)

    def number(self, measure=None):
        """The product."""
        return self.factor * self.base(measure)


def at_most(n):
    """So many or fewer.

    >>> at_most(10).text()
    'at most 10'
    """
    return Amount(0, _bound(n), lambda told: f"at most {told(n)}")


def at_least(n):
    """So many or more.

    >>> at_least(1).allows(0)
    False
    """
    return Amount(_bound(n), math.inf, lambda told: f"at least {told(n)}")


def between(low, high):
    """Both ends count.

    >>> [n for n in range(6) if between(2, 4).allows(n)]
    [2, 3, 4]
    """
    return Amount(_bound(low), _bound(high), lambda told: f"{told(low)} to {told(high)}")


def amount(value):
    """What a test wrote, as an Amount.

    >>> amount(3).text(), amount(range(2, 5)).text()
    ('3', '2 to 4')
    """
    if isinstance(value, Amount):
        return value
    if isinstance(value, times):
        return at_most(value)
    if isinstance(value, range):
        if value.step != 1 or not value:
            raise PySparkTypeError(f"expected a range of at least one number, step 1: {value}")
        return between(value[0], value[-1])
    n = _number(value)
    return Amount(n, n, lambda told: told(n))


def _bound(n):
    return n if isinstance(n, times) else _number(n)


def _number(n):
    if isinstance(n, bool) or not isinstance(n, numbers.Real):
        raise PySparkTypeError("expected a number, a range, at_most(n), at_least(n), "
                               f"between(a, b) or times(x, of=trace), not {n!r}")
    return n


def _resolved(bound, measure):
    return bound.number(measure) if isinstance(bound, times) else bound


def _told(bound, measure):
    if not isinstance(bound, times):
        return f"{bound:,}"
    base = bound.base(measure)
    return f"{bound.number(measure):,.10g} ({bound.factor:g} times {base:,})"
