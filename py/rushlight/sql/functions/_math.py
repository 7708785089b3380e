"""Numbers: arithmetic, rounding, powers, angles, bits."""
from rushlight.sql._making import as_literal, call, named_column, number_column

__all__ = [
    "bit_get", "getbit", "width_bucket",
    "abs", "acos", "acosh", "asin", "asinh", "atan", "atan2", "atanh", "bin", "bit_count",
    "bround", "cbrt", "ceil", "ceiling", "conv", "cos", "cosh", "cot", "csc", "degrees",
    "e", "exp", "expm1", "factorial", "floor", "hex", "hypot", "ln", "log", "log10", "log1p",
    "log2", "negate", "negative", "pi", "pmod", "positive", "pow", "power", "radians", "rint",
    "round",
    "sec", "shiftleft", "shiftright", "shiftrightunsigned", "sign", "signum", "sin", "sinh",
    "sqrt", "tan", "tanh", "try_add", "try_divide", "try_mod", "try_multiply",
    "try_subtract", "unhex",
]


def abs(col):
    """The number without its sign.

    >>> spark.range(1).select(abs(lit(-2)).alias("v")).first().v
    2
    """
    return call("abs", named_column(col))


def acos(col):
    """The angle whose cosine it is.

    >>> spark.range(1).select(acos(lit(1.0)).alias("v")).first().v
    0.0
    """
    return call("acos", named_column(col))


def acosh(col):
    """The inverse of cosh().

    >>> spark.range(1).select(acosh(lit(1.0)).alias("v")).first().v
    0.0
    """
    return call("acosh", named_column(col))


def asin(col):
    """The angle whose sine it is.

    >>> spark.range(1).select(asin(lit(0.0)).alias("v")).first().v
    0.0
    """
    return call("asin", named_column(col))


def asinh(col):
    """The inverse of sinh().

    >>> spark.range(1).select(asinh(lit(0.0)).alias("v")).first().v
    0.0
    """
    return call("asinh", named_column(col))


def atan(col):
    """The angle whose tangent it is.

    >>> spark.range(1).select(atan(lit(0.0)).alias("v")).first().v
    0.0
    """
    return call("atan", named_column(col))


def atan2(col1, col2):
    """The angle of the point (col2, col1), seen from the origin.

    >>> spark.range(1).select(atan2(lit(0.0), lit(1.0)).alias("v")).first().v
    0.0
    """
    return call("atan2", number_column(col1), number_column(col2))


def atanh(col):
    """The inverse of tanh().

    >>> spark.range(1).select(atanh(lit(0.0)).alias("v")).first().v
    0.0
    """
    return call("atanh", named_column(col))


def bin(col):
    """The number in binary digits.

    >>> spark.range(1).select(bin(lit(10)).alias("v")).first().v
    '1010'
    """
    return call("bin", named_column(col))


def bit_count(col):
    """How many bits are set.

    >>> spark.range(1).select(bit_count(lit(7)).alias("v")).first().v
    3
    """
    return call("bit_count", named_column(col))


def bround(col, scale=None):
    """Rounded, halves to the even neighbour.

    >>> spark.range(1).select(bround(lit(2.5), 0).alias("v")).first().v
    2.0
    """
    args = [named_column(col)]
    if scale is not None:
        args.append(as_literal(scale))
    return call("bround", *args)


def cbrt(col):
    """The cube root.

    >>> spark.range(1).select(cbrt(lit(27.0)).alias("v")).first().v
    3.0
    """
    return call("cbrt", named_column(col))


def ceil(col, scale=None):
    """The next whole number above.

    >>> spark.range(1).select(ceil(lit(1.2)).alias("v")).first().v
    2
    """
    args = [named_column(col)]
    if scale is not None:
        args.append(as_literal(scale))
    return call("ceil", *args)


def ceiling(col, scale=None):
    """The next whole number above.

    >>> spark.range(1).select(ceiling(lit(-1.2)).alias("v")).first().v
    -1
    """
    args = [named_column(col)]
    if scale is not None:
        args.append(as_literal(scale))
    return call("ceiling", *args)


def conv(col, fromBase, toBase):
    """A number, given as text in one base, as text in another.

    >>> spark.range(1).select(conv(lit("ff"), 16, 10).alias("v")).first().v
    '255'
    """
    return call("conv", named_column(col), as_literal(fromBase), as_literal(toBase))


def cos(col):
    """The cosine.

    >>> spark.range(1).select(cos(lit(0.0)).alias("v")).first().v
    1.0
    """
    return call("cos", named_column(col))


def cosh(col):
    """The hyperbolic cosine.

    >>> spark.range(1).select(cosh(lit(0.0)).alias("v")).first().v
    1.0
    """
    return call("cosh", named_column(col))


def cot(col):
    """The cotangent.

    >>> spark.range(1).select(cot(lit(1.0)).alias("v")).first().v
    0.6420926159343306
    """
    return call("cot", named_column(col))


def csc(col):
    """One divided by the sine.

    >>> spark.range(1).select(csc(lit(1.0)).alias("v")).first().v
    1.1883951057781212
    """
    return call("csc", named_column(col))


def degrees(col):
    """An angle in radians as degrees.

    >>> spark.range(1).select(degrees(lit(0.0)).alias("v")).first().v
    0.0
    """
    return call("degrees", named_column(col))


def e():
    """Euler's number.

    >>> spark.range(1).select(e().alias("v")).first().v
    2.718281828459045
    """
    return call("e")


def exp(col):
    """Euler's number to this power.

    >>> spark.range(1).select(exp(lit(0)).alias("v")).first().v
    1.0
    """
    return call("exp", named_column(col))


def expm1(col):
    """exp() less one, exact near zero.

    >>> spark.range(1).select(expm1(lit(0)).alias("v")).first().v
    0.0
    """
    return call("expm1", named_column(col))


def factorial(col):
    """The product of the whole numbers up to it.

    >>> spark.range(1).select(factorial(lit(5)).alias("v")).first().v
    120
    """
    return call("factorial", named_column(col))


def floor(col, scale=None):
    """The next whole number below.

    >>> spark.range(1).select(floor(lit(-1.2)).alias("v")).first().v
    -2
    """
    args = [named_column(col)]
    if scale is not None:
        args.append(as_literal(scale))
    return call("floor", *args)


def hex(col):
    """Hexadecimal digits of a number, of text or of bytes.

    >>> spark.range(1).select(hex(lit(255)).alias("v")).first().v
    'FF'
    """
    return call("hex", named_column(col))


def hypot(col1, col2):
    """The length of the diagonal.

    >>> spark.range(1).select(hypot(lit(3), lit(4)).alias("v")).first().v
    5.0
    """
    return call("hypot", number_column(col1), number_column(col2))


def ln(col):
    """The natural logarithm.

    >>> spark.range(1).select(ln(lit(1)).alias("v")).first().v
    0.0
    """
    return call("ln", named_column(col))


def log(arg1, arg2=None):
    """The natural logarithm; with two arguments, the second one's to the first as base.

    >>> spark.range(1).select(log(lit(1.0)).alias("a"), log(2.0, lit(8.0)).alias("b")).first()
    Row(a=0.0, b=3.0)
    """
    if arg2 is None:
        return call("ln", named_column(arg1))
    return call("log", as_literal(arg1), named_column(arg2))


def log10(col):
    """The logarithm to base 10.

    >>> spark.range(1).select(log10(lit(100)).alias("v")).first().v
    2.0
    """
    return call("log10", named_column(col))


def log1p(col):
    """The natural logarithm of one more.

    >>> spark.range(1).select(log1p(lit(0)).alias("v")).first().v
    0.0
    """
    return call("log1p", named_column(col))


def log2(col):
    """The logarithm to base 2.

    >>> spark.range(1).select(log2(lit(8)).alias("v")).first().v
    3.0
    """
    return call("log2", named_column(col))


def negate(col):
    """The number with the other sign.

    >>> spark.range(1).select(negate(lit(2)).alias("v")).first().v
    -2
    """
    return call("negative", named_column(col))


def negative(col):
    """The number with the other sign.

    >>> spark.range(1).select(negative(lit(2)).alias("v")).first().v
    -2
    """
    return call("negative", named_column(col))


def pi():
    """The circle's number.

    >>> spark.range(1).select(pi().alias("v")).first().v
    3.141592653589793
    """
    return call("pi")


def pmod(dividend, divisor):
    """The remainder that is not negative.

    >>> spark.range(1).select(pmod(lit(-7), lit(3)).alias("v")).first().v
    2
    """
    return call("pmod", number_column(dividend), number_column(divisor))


def positive(col):
    """The number as it is.

    >>> spark.range(1).select(positive(lit(-2)).alias("v")).first().v
    -2
    """
    return call("positive", named_column(col))


def pow(col1, col2):
    """One number to the power of another.

    >>> spark.range(1).select(pow(lit(2), lit(10)).alias("v")).first().v
    1024.0
    """
    return call("power", number_column(col1), number_column(col2))


def power(col1, col2):
    """One number to the power of another.

    >>> spark.range(1).select(power(lit(2), lit(10)).alias("v")).first().v
    1024.0
    """
    return call("power", number_column(col1), number_column(col2))


def radians(col):
    """An angle in degrees as radians.

    >>> spark.range(1).select(radians(lit(0)).alias("v")).first().v
    0.0
    """
    return call("radians", named_column(col))


def rint(col):
    """The nearest whole number, as a double.

    >>> spark.range(1).select(rint(lit(1.6)).alias("v")).first().v
    2.0
    """
    return call("rint", named_column(col))


def round(col, scale=None):
    """Rounded to some digits behind the point, halves away from zero.

    >>> spark.range(1).select(round(lit(2.345), 2).alias("v")).first().v
    2.35
    """
    args = [named_column(col)]
    if scale is not None:
        args.append(as_literal(scale))
    return call("round", *args)


def sec(col):
    """One divided by the cosine.

    >>> spark.range(1).select(sec(lit(0.0)).alias("v")).first().v
    1.0
    """
    return call("sec", named_column(col))


def shiftleft(col, numBits):
    """Bits moved to the left.

    >>> spark.range(1).select(shiftleft(lit(1), 4).alias("v")).first().v
    16
    """
    return call("shiftleft", named_column(col), as_literal(numBits))


def shiftright(col, numBits):
    """Bits moved to the right, the sign kept.

    >>> spark.range(1).select(shiftright(lit(-16), 2).alias("v")).first().v
    -4
    """
    return call("shiftright", named_column(col), as_literal(numBits))


def shiftrightunsigned(col, numBits):
    """Bits moved to the right, zeros from the left.

    >>> spark.range(1).select(shiftrightunsigned(lit(16), 2).alias("v")).first().v
    4
    """
    return call("shiftrightunsigned", named_column(col), as_literal(numBits))


def sign(col):
    """-1.0, 0.0 or 1.0.

    >>> spark.range(1).select(sign(lit(-5)).alias("v")).first().v
    -1.0
    """
    return call("sign", named_column(col))


def signum(col):
    """-1.0, 0.0 or 1.0.

    >>> spark.range(1).select(signum(lit(5)).alias("v")).first().v
    1.0
    """
    return call("signum", named_column(col))


def sin(col):
    """The sine.

    >>> spark.range(1).select(sin(lit(0.0)).alias("v")).first().v
    0.0
    """
    return call("sin", named_column(col))


def sinh(col):
    """The hyperbolic sine.

    >>> spark.range(1).select(sinh(lit(0.0)).alias("v")).first().v
    0.0
    """
    return call("sinh", named_column(col))


def sqrt(col):
    """The square root.

    >>> spark.range(1).select(sqrt(lit(16)).alias("v")).first().v
    4.0
    """
    return call("sqrt", named_column(col))


def tan(col):
    """The tangent.

    >>> spark.range(1).select(tan(lit(0.0)).alias("v")).first().v
    0.0
    """
    return call("tan", named_column(col))


def tanh(col):
    """The hyperbolic tangent.

    >>> spark.range(1).select(tanh(lit(0.0)).alias("v")).first().v
    0.0
    """
    return call("tanh", named_column(col))


def try_add(left, right):
    """The sum, or null if it does not fit.

    >>> spark.range(1).select(try_add(lit(2147483647), lit(1)).alias("v")).first().v
    """
    return call("try_add", named_column(left), named_column(right))


def try_divide(left, right):
    """The quotient, or null for a division by zero.

    >>> spark.range(1).select(try_divide(lit(1), lit(0)).alias("v")).first().v
    """
    return call("try_divide", named_column(left), named_column(right))


def try_mod(left, right):
    """The remainder, or null for a division by zero.

    >>> spark.range(1).select(try_mod(lit(1), lit(0)).alias("v")).first().v
    """
    return call("try_mod", named_column(left), named_column(right))


def try_multiply(left, right):
    """The product, or null if it does not fit.

    >>> spark.range(1).select(try_multiply(lit(2147483647), lit(2)).alias("v")).first().v
    """
    return call("try_multiply", named_column(left), named_column(right))


def try_subtract(left, right):
    """The difference, or null if it does not fit.

    >>> spark.range(1).select(try_subtract(lit(-2147483648), lit(1)).alias("v")).first().v
    """
    return call("try_subtract", named_column(left), named_column(right))


def unhex(col):
    """The bytes that hexadecimal digits say.

    >>> spark.range(1).select(unhex(lit("41")).alias("v")).first().v
    b'A'
    """
    return call("unhex", named_column(col))


def bit_get(col, pos):
    """The bit at a place, which is counted from the right.

    >>> spark.range(1).select(bit_get(lit(5), lit(2)).alias("v")).first().v
    1
    """
    return call("bit_get", named_column(col), named_column(pos))


def getbit(col, pos):
    """The bit at a place, which is counted from the right.

    >>> spark.range(1).select(getbit(lit(5), lit(2)).alias("v")).first().v
    1
    """
    return call("getbit", named_column(col), named_column(pos))


def width_bucket(v, min, max, numBucket):
    """In which of some equal parts of a range the number is.

    >>> part = width_bucket(lit(5.0), lit(0.0), lit(10.0), lit(4))
    >>> spark.range(1).select(part.alias("v")).first().v
    3
    """
    return call("width_bucket", named_column(v), named_column(min), named_column(max),
                number_column(numBucket))
