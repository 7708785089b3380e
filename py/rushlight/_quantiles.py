"""Quantiles of the normal distribution and of Student's: how many deviations wide an interval is.

Student's has no closed form.  Its distribution function is, by the regularized incomplete beta
function I,

    P (T ≤ t) = 1 − I (ν / (ν + t²); ν/2, 1/2) / 2        for t ≥ 0, ν degrees of freedom

I is a continued fraction (Lentz's way to evaluate one: Press et al., Numerical Recipes, 6.4), and
the quantile is found by bisection, as the function rises.
"""
import math

STEPS = 200             # of a fraction, of a bisection: far more than either needs
TINY = 1e-300


def normal_quantile(p):
    """The t with P (N ≤ t) = p.

    >>> round(normal_quantile(0.975), 4)
    1.96
    """
    from statistics import NormalDist       # not with every program
    return NormalDist().inv_cdf(p) if 0 < p < 1 else math.copysign(math.inf, p - 0.5)


def student_quantile(p, freedom):
    """The t with P (T ≤ t) = p, for p of at least 1/2.

    >>> round(student_quantile(0.975, 9), 4)
    2.2622
    """
    if p >= 1:
        return math.inf
    low, high = 0.0, 1.0
    while _student(high, freedom) < p:
        low, high = high, 2 * high
    for _ in range(STEPS):
        middle = (low + high) / 2
        if _student(middle, freedom) < p:
            low = middle
        else:
            high = middle
    return high


def _student(t, freedom):
    return 1 - _incomplete_beta(freedom / (freedom + t * t), freedom / 2, 0.5) / 2


def _incomplete_beta(x, a, b):
    if x <= 0:
        return 0.0
    if x > (a + 1) / (a + b + 2):       # there the fraction converges slowly
        return 1 - _incomplete_beta(1 - x, b, a)
    front = math.exp(math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b)
                     + a * math.log(x) + b * math.log1p(-x))
    return front * _beta_fraction(x, a, b) / a


def _beta_fraction(x, a, b):
    c, d = 1.0, 1 / _not_zero(1 - (a + b) * x / (a + 1))
    value = d
    for m in range(1, STEPS):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        before = value
        for numerator in (even, odd):
            d = 1 / _not_zero(1 + numerator * d)
            c = _not_zero(1 + numerator / c)
            value *= c * d
        if value == before:
            break
    return value


def _not_zero(x):
    return x if x else TINY
