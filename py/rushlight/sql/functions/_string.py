"""Text: parts of it, cases, padding, searching, replacing."""
from rushlight.sql._making import as_literal, call, flat, named_column, number_column

__all__ = [
    "ascii", "base64", "bit_length", "btrim", "char", "char_length", "character_length", "chr",
    "concat_ws", "contains", "elt", "endswith", "find_in_set", "format_number",
    "format_string", "initcap", "instr", "lcase", "left", "length", "levenshtein", "locate",
    "lower", "lpad", "ltrim", "octet_length", "overlay", "position", "printf", "regexp",
    "regexp_count", "regexp_extract", "regexp_extract_all", "regexp_instr", "regexp_like",
    "regexp_replace", "regexp_substr", "repeat", "replace", "right", "rlike", "rpad",
    "rtrim", "soundex", "split", "split_part", "startswith", "substr", "substring",
    "substring_index", "translate", "trim", "ucase", "unbase64", "upper",
]


def ascii(col):
    """The code of the first character.

    >>> spark.range(1).select(ascii(lit("A")).alias("v")).first().v
    65
    """
    return call("ascii", named_column(col))


def base64(col):
    """Bytes, or text, as Base64.

    >>> spark.range(1).select(base64(lit("light")).alias("v")).first().v
    'bGlnaHQ='
    """
    return call("base64", named_column(col))


def bit_length(col):
    """How many bits the text takes.

    >>> spark.range(1).select(bit_length(lit("abc")).alias("v")).first().v
    24
    """
    return call("bit_length", named_column(col))


def btrim(str, trim=None):
    """The text without blanks, or other characters, at both ends.

    >>> spark.range(1).select(btrim(lit(" ab ")).alias("v")).first().v
    'ab'
    """
    args = [named_column(str)]
    if trim is not None:
        args.append(named_column(trim))
    return call("btrim", *args)


def char(col):
    """The character of a code.

    >>> spark.range(1).select(char(lit(65)).alias("v")).first().v
    'A'
    """
    return call("char", named_column(col))


def char_length(str):
    """How many characters there are.

    >>> spark.range(1).select(char_length(lit("light")).alias("v")).first().v
    5
    """
    return call("char_length", named_column(str))


def character_length(str):
    """How many characters there are.

    >>> spark.range(1).select(character_length(lit("light")).alias("v")).first().v
    5
    """
    return call("character_length", named_column(str))


def chr(n):
    """The character of a code.

    >>> spark.range(1).select(chr(lit(65)).alias("v")).first().v
    'A'
    """
    return call("chr", named_column(n))


def concat_ws(sep, *cols):
    """Texts one behind the other with a separator between; nulls are left out.

    >>> spark.range(1).select(concat_ws("-", lit("a"), lit("b")).alias("v")).first().v
    'a-b'
    """
    return call("concat_ws", as_literal(sep), *map(named_column, flat(cols)))


def contains(left, right):
    """Whether one text holds another.

    >>> spark.range(1).select(contains(lit("rushlight"), lit("light")).alias("v")).first().v
    True
    """
    return call("contains", named_column(left), named_column(right))


def elt(*inputs):
    """The text at a position, from 1.

    >>> spark.range(1).select(elt(lit(2), lit("a"), lit("b")).alias("v")).first().v
    'b'
    """
    return call("elt", *map(named_column, inputs))


def endswith(str, suffix):
    """Whether the text ends with another.

    >>> spark.range(1).select(endswith(lit("rushlight"), lit("light")).alias("v")).first().v
    True
    """
    return call("endswith", named_column(str), named_column(suffix))


def find_in_set(str, str_array):
    """The position of a text in a list with commas, from 1; 0 for none.

    >>> spark.range(1).select(find_in_set(lit("b"), lit("a,b")).alias("v")).first().v
    2
    """
    return call("find_in_set", named_column(str), named_column(str_array))


def format_number(col, d):
    """With commas and some digits behind the point.

    >>> spark.range(1).select(format_number(lit(1234.5), 2).alias("v")).first().v
    '1,234.50'
    """
    return call("format_number", named_column(col), as_literal(d))


def format_string(format, *cols):
    """Filled into a pattern of printf's.

    >>> spark.range(1).select(format_string("%d-%s", lit(1), lit("a")).alias("v")).first().v
    '1-a'
    """
    return call("format_string", as_literal(format), *map(named_column, flat(cols)))


def initcap(col):
    """Each word with a capital.

    >>> spark.range(1).select(initcap(lit("rush light")).alias("v")).first().v
    'Rush Light'
    """
    return call("initcap", named_column(col))


def instr(str, substr, start=None, occurrence=None):
    """The position of a text in another, from 1; 0 for none.

    >>> spark.range(1).select(instr(lit("rushlight"), "light").alias("v")).first().v
    5
    """
    args = [named_column(str), as_literal(substr)]
    if start is not None:
        args.append(named_column(start))
    if occurrence is not None:
        args.append(named_column(occurrence))
    return call("instr", *args)


def lcase(str):
    """In small letters.

    >>> spark.range(1).select(lcase(lit("AB")).alias("v")).first().v
    'ab'
    """
    return call("lcase", named_column(str))


def left(str, len):
    """The first characters.

    >>> spark.range(1).select(left(lit("rushlight"), lit(4)).alias("v")).first().v
    'rush'
    """
    return call("left", named_column(str), named_column(len))


def length(col):
    """How many characters, or bytes, there are.

    >>> spark.range(1).select(length(lit("light")).alias("v")).first().v
    5
    """
    return call("length", named_column(col))


def levenshtein(left, right, threshold=None):
    """How many changes make one text of another.

    >>> spark.range(1).select(levenshtein(lit("kitten"), lit("sitting")).alias("v")).first().v
    3
    """
    args = [named_column(left), named_column(right)]
    if threshold is not None:
        args.append(as_literal(threshold))
    return call("levenshtein", *args)


def locate(substr, str, pos=1):
    """The position of a text in another from a place on, from 1; 0 for none.

    >>> spark.range(1).select(locate("l", lit("rushlight")).alias("v")).first().v
    5
    """
    return call("locate", as_literal(substr), named_column(str), as_literal(pos))


def lower(col):
    """In small letters.

    >>> spark.range(1).select(lower(lit("AB")).alias("v")).first().v
    'ab'
    """
    return call("lower", named_column(col))


def lpad(col, len, pad):
    """Filled up at the left.

    >>> spark.range(1).select(lpad(lit("7"), 3, "0").alias("v")).first().v
    '007'
    """
    return call("lpad", named_column(col), as_literal(len), as_literal(pad))


def ltrim(col, trim=None):
    """Without blanks, or other characters, at the left.

    >>> spark.range(1).select(ltrim(lit("  a")).alias("v")).first().v
    'a'
    """
    args = [named_column(col)]
    if trim is not None:
        args.insert(0, named_column(trim))
    return call("ltrim", *args)


def octet_length(col):
    """How many bytes the text takes.

    >>> spark.range(1).select(octet_length(lit("ä")).alias("v")).first().v
    2
    """
    return call("octet_length", named_column(col))


def overlay(src, replace, pos, len=-1):
    """One text laid over another from a position on.

    >>> spark.range(1).select(overlay(lit("rushlight"), lit("XX"), 5).alias("v")).first().v
    'rushXXght'
    """
    return call("overlay", named_column(src), named_column(replace), number_column(pos),
                number_column(len))


def position(substr, str, start=None):
    """The position of a text in another, from 1; 0 for none.

    >>> spark.range(1).select(position(lit("l"), lit("rushlight")).alias("v")).first().v
    5
    """
    args = [named_column(substr), named_column(str)]
    if start is not None:
        args.append(named_column(start))
    return call("position", *args)


def printf(format, *cols):
    """Filled into a pattern of printf's.

    >>> spark.range(1).select(printf(lit("%d-%s"), lit(1), lit("a")).alias("v")).first().v
    '1-a'
    """
    return call("printf", named_column(format), *map(named_column, flat(cols)))


def regexp(str, regexp):
    """Whether a regular expression is found.

    >>> spark.range(1).select(regexp(lit("rushlight"), lit("^rush")).alias("v")).first().v
    True
    """
    return call("regexp", named_column(str), named_column(regexp))


def regexp_count(str, regexp):
    """How often a regular expression is found.

    >>> spark.range(1).select(regexp_count(lit("banana"), lit("an")).alias("v")).first().v
    2
    """
    return call("regexp_count", named_column(str), named_column(regexp))


def regexp_extract(str, pattern, idx):
    r"""A group of the first match.

    >>> spark.range(1).select(regexp_extract(lit("a=12"), r"(\w)=(\d+)", 2).alias("v")).first().v
    '12'
    """
    return call("regexp_extract", named_column(str), as_literal(pattern), as_literal(idx))


def regexp_extract_all(str, regexp, idx=None):
    r"""A group of all matches.

    >>> spark.range(1).select(regexp_extract_all(lit("a1b2"), lit(r"(\d)"), 1).alias("v")).first().v
    ['1', '2']
    """
    args = [named_column(str), named_column(regexp)]
    if idx is not None:
        args.append(number_column(idx))
    return call("regexp_extract_all", *args)


def regexp_instr(str, regexp, idx=None):
    r"""The position of the first match, from 1.

    >>> spark.range(1).select(regexp_instr(lit("ab12"), lit(r"\d+")).alias("v")).first().v
    3
    """
    args = [named_column(str), named_column(regexp)]
    if idx is not None:
        args.append(number_column(idx))
    return call("regexp_instr", *args)


def regexp_like(str, regexp):
    """Whether a regular expression is found.

    >>> spark.range(1).select(regexp_like(lit("rushlight"), lit("gh")).alias("v")).first().v
    True
    """
    return call("regexp_like", named_column(str), named_column(regexp))


def regexp_replace(string, pattern, replacement, position=None):
    r"""All matches replaced.

    >>> spark.range(1).select(regexp_replace(lit("a1b2"), r"\d", "-").alias("v")).first().v
    'a-b-'
    """
    args = [named_column(string), as_literal(pattern), as_literal(replacement)]
    if position is not None:
        args.append(named_column(position))
    return call("regexp_replace", *args)


def regexp_substr(str, regexp):
    r"""The first match.

    >>> spark.range(1).select(regexp_substr(lit("ab12"), lit(r"\d+")).alias("v")).first().v
    '12'
    """
    return call("regexp_substr", named_column(str), named_column(regexp))


def repeat(col, n):
    """The text some times over.

    >>> spark.range(1).select(repeat(lit("ab"), 2).alias("v")).first().v
    'abab'
    """
    return call("repeat", named_column(col), number_column(n))


def replace(src, search, replace=None):
    """All occurrences of a text replaced.

    >>> spark.range(1).select(replace(lit("banana"), lit("an"), lit("-")).alias("v")).first().v
    'b--a'
    """
    args = [named_column(src), named_column(search)]
    if replace is not None:
        args.append(named_column(replace))
    return call("replace", *args)


def right(str, len):
    """The last characters.

    >>> spark.range(1).select(right(lit("rushlight"), lit(5)).alias("v")).first().v
    'light'
    """
    return call("right", named_column(str), named_column(len))


def rlike(str, regexp):
    """Whether a regular expression is found.

    >>> spark.range(1).select(rlike(lit("rushlight"), lit("l.g")).alias("v")).first().v
    True
    """
    return call("rlike", named_column(str), named_column(regexp))


def rpad(col, len, pad):
    """Filled up at the right.

    >>> spark.range(1).select(rpad(lit("7"), 3, "0").alias("v")).first().v
    '700'
    """
    return call("rpad", named_column(col), as_literal(len), as_literal(pad))


def rtrim(col, trim=None):
    """Without blanks, or other characters, at the right.

    >>> spark.range(1).select(rtrim(lit("a  ")).alias("v")).first().v
    'a'
    """
    args = [named_column(col)]
    if trim is not None:
        args.insert(0, named_column(trim))
    return call("rtrim", *args)


def soundex(col):
    """The code of how an English word sounds.

    >>> spark.range(1).select(soundex(lit("Robert")).alias("v")).first().v
    'R163'
    """
    return call("soundex", named_column(col))


def split(str, pattern, limit=-1):
    """The parts between matches of a regular expression.

    >>> spark.range(1).select(split(lit("a,b,c"), ",").alias("v")).first().v
    ['a', 'b', 'c']
    """
    return call("split", named_column(str), as_literal(pattern), number_column(limit))


def split_part(src, delimiter, partNum):
    """One part between separators, from 1.

    >>> spark.range(1).select(split_part(lit("a-b-c"), lit("-"), lit(2)).alias("v")).first().v
    'b'
    """
    return call("split_part", named_column(src), named_column(delimiter), named_column(partNum))


def startswith(str, prefix):
    """Whether the text begins with another.

    >>> spark.range(1).select(startswith(lit("rushlight"), lit("rush")).alias("v")).first().v
    True
    """
    return call("startswith", named_column(str), named_column(prefix))


def substr(str, pos, len=None):
    """A piece from a position on, which is counted from 1.

    >>> spark.range(1).select(substr(lit("rushlight"), lit(5)).alias("v")).first().v
    'light'
    """
    args = [named_column(str), named_column(pos)]
    if len is not None:
        args.append(named_column(len))
    return call("substr", *args)


def substring(str, pos, len):
    """A piece of some length from a position on, from 1.

    >>> spark.range(1).select(substring(lit("rushlight"), 1, 4).alias("v")).first().v
    'rush'
    """
    return call("substring", named_column(str), number_column(pos), number_column(len))


def substring_index(str, delim, count):
    """What stands before the n-th separator.

    >>> spark.range(1).select(substring_index(lit("a.b.c"), ".", 2).alias("v")).first().v
    'a.b'
    """
    return call("substring_index", named_column(str), as_literal(delim), as_literal(count))


def translate(srcCol, matching, replace):
    """Characters replaced one by one.

    >>> spark.range(1).select(translate(lit("abc"), "ab", "xy").alias("v")).first().v
    'xyc'
    """
    return call("translate", named_column(srcCol), as_literal(matching), as_literal(replace))


def trim(col, trim=None):
    """Without blanks, or other characters, at both ends.

    >>> spark.range(1).select(trim(lit(" a ")).alias("v")).first().v
    'a'
    """
    args = [named_column(col)]
    if trim is not None:
        args.insert(0, named_column(trim))
    return call("trim", *args)


def ucase(str):
    """In capitals.

    >>> spark.range(1).select(ucase(lit("ab")).alias("v")).first().v
    'AB'
    """
    return call("ucase", named_column(str))


def unbase64(col):
    """The bytes that Base64 says.

    >>> spark.range(1).select(unbase64(lit("YWI=")).alias("v")).first().v
    b'ab'
    """
    return call("unbase64", named_column(col))


def upper(col):
    """In capitals.

    >>> spark.range(1).select(upper(lit("ab")).alias("v")).first().v
    'AB'
    """
    return call("upper", named_column(col))
