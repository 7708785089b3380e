"""Timestamps and intervals of their parts, moved and compared."""
from rushlight.sql._making import as_literal, call, named_column

__all__ = ["convert_timezone", "make_dt_interval", "make_interval", "make_timestamp",
           "make_timestamp_ltz", "make_timestamp_ntz", "make_ym_interval", "timestamp_add",
           "timestamp_diff", "try_make_interval", "try_make_timestamp",
           "try_make_timestamp_ltz", "try_make_timestamp_ntz"]


def timestamp_of(name, fields, zone=None):
    """A call with the six fields of a clock, and a zone if there is one."""
    zones = [] if zone is None else [named_column(zone)]
    return call(name, *map(named_column, fields), *zones)


def interval_of(name, parts):
    """A call with parts of which those not given are zero."""
    return call(name, *[as_literal(0) if part is None else named_column(part) for part in parts])


def make_timestamp(years, months, days, hours, mins, secs, timezone=None):
    """An instant of its fields, in the session's zone or the one given.

    >>> moment = make_timestamp(lit(2020), lit(2), lit(29), lit(6), lit(30), lit(1.5))
    >>> spark.range(1).select(moment.cast("string").alias("v")).first().v
    '2020-02-29 06:30:01.5'
    """
    return timestamp_of("make_timestamp", (years, months, days, hours, mins, secs), timezone)


def make_timestamp_ltz(years, months, days, hours, mins, secs, timezone=None):
    """The same as make_timestamp.

    >>> moment = make_timestamp_ltz(lit(2020), lit(2), lit(29), lit(6), lit(30), lit(1))
    >>> spark.range(1).select(moment.cast("string").alias("v")).first().v
    '2020-02-29 06:30:01'
    """
    return timestamp_of("make_timestamp_ltz", (years, months, days, hours, mins, secs), timezone)


def make_timestamp_ntz(years, months, days, hours, mins, secs):
    """A clock's time of its fields, without a zone.

    >>> moment = make_timestamp_ntz(lit(2020), lit(2), lit(29), lit(6), lit(30), lit(1))
    >>> spark.range(1).select(moment.alias("v")).first().v
    datetime.datetime(2020, 2, 29, 6, 30, 1)
    """
    return timestamp_of("make_timestamp_ntz", (years, months, days, hours, mins, secs))


def try_make_timestamp(years, months, days, hours, mins, secs, timezone=None):
    """As make_timestamp; null if the fields make none.

    >>> none = try_make_timestamp(lit(2021), lit(2), lit(29), lit(6), lit(30), lit(1))
    >>> spark.range(1).select(none.alias("v")).first().v
    """
    return timestamp_of("try_make_timestamp", (years, months, days, hours, mins, secs), timezone)


def try_make_timestamp_ltz(years, months, days, hours, mins, secs, timezone=None):
    """As make_timestamp_ltz; null if the fields make none.

    >>> none = try_make_timestamp_ltz(lit(2021), lit(2), lit(29), lit(6), lit(30), lit(1))
    >>> spark.range(1).select(none.alias("v")).first().v
    """
    return timestamp_of("try_make_timestamp_ltz", (years, months, days, hours, mins, secs),
                        timezone)


def try_make_timestamp_ntz(years, months, days, hours, mins, secs):
    """As make_timestamp_ntz; null if the fields make none.

    >>> none = try_make_timestamp_ntz(lit(2021), lit(2), lit(29), lit(6), lit(30), lit(1))
    >>> spark.range(1).select(none.alias("v")).first().v
    """
    return timestamp_of("try_make_timestamp_ntz", (years, months, days, hours, mins, secs))


def make_interval(years=None, months=None, weeks=None, days=None, hours=None, mins=None,
                  secs=None):
    """An interval of the calendar.

    >>> month = make_interval(months=lit(1), days=lit(2))
    >>> spark.range(1).select(month.cast("string").alias("v")).first().v
    '1 months 2 days'
    """
    return interval_of("make_interval", (years, months, weeks, days, hours, mins, secs))


def try_make_interval(years=None, months=None, weeks=None, days=None, hours=None, mins=None,
                      secs=None):
    """As make_interval; null if it is too long.

    >>> ages = try_make_interval(lit(2147483647))
    >>> spark.range(1).select(ages.cast("string").alias("v")).first().v
    """
    return interval_of("try_make_interval", (years, months, weeks, days, hours, mins, secs))


def make_dt_interval(days=None, hours=None, mins=None, secs=None):
    """An interval of days and the clock.

    >>> spark.range(1).select(make_dt_interval(lit(1), lit(2)).alias("v")).first().v
    datetime.timedelta(days=1, seconds=7200)
    """
    return interval_of("make_dt_interval", (days, hours, mins, secs))


def make_ym_interval(years=None, months=None):
    """An interval of months.

    >>> year = make_ym_interval(lit(1), lit(2))
    >>> spark.range(1).select(year.cast("string").alias("v")).first().v
    "INTERVAL '1-2' YEAR TO MONTH"
    """
    return interval_of("make_ym_interval", (years, months))


def timestamp_add(unit, quantity, ts):
    """An instant some units later.

    >>> later = timestamp_add("MONTH", lit(1), lit("2022-01-31 10:00:00").cast("timestamp"))
    >>> spark.range(1).select(later.cast("string").alias("v")).first().v
    '2022-02-28 10:00:00'
    """
    return call("timestampadd", as_literal(unit), named_column(quantity), named_column(ts))


def timestamp_diff(unit, start, end):
    """How many whole units lie between two instants.

    >>> days = timestamp_diff("DAY", lit("2022-01-01").cast("date"), lit("2022-01-31").cast("date"))
    >>> spark.range(1).select(days.alias("v")).first().v
    30
    """
    return call("timestampdiff", as_literal(unit), named_column(start), named_column(end))


def convert_timezone(sourceTz, targetTz, sourceTs):
    """What the clock of another zone shows.

    >>> noon = lit("2021-12-06 12:00:00").cast("timestamp_ntz")
    >>> tokyo = convert_timezone(lit("UTC"), lit("Asia/Tokyo"), noon)
    >>> spark.range(1).select(tokyo.alias("v")).first().v
    datetime.datetime(2021, 12, 6, 21, 0)
    """
    source = [] if sourceTz is None else [named_column(sourceTz)]
    return call("convert_timezone", *source, named_column(targetTz), named_column(sourceTs))
