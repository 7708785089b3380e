"""Dates and times: parts of them, steps between them, their texts."""
from rushlight.sql._making import as_literal, call, named_column, number_column

__all__ = [
    "add_months", "curdate", "current_date", "current_timestamp", "current_timezone", "date_add",
    "date_diff",
    "date_format", "date_from_unix_date", "date_part", "date_sub", "date_trunc", "dateadd",
    "datediff", "datepart", "day", "dayname", "dayofmonth", "dayofweek", "dayofyear",
    "extract", "from_unixtime", "from_utc_timestamp", "hour", "last_day", "localtimestamp",
    "make_date", "minute", "month", "monthname", "months_between", "next_day", "now",
    "quarter", "second", "timestamp_micros", "timestamp_millis", "timestamp_seconds",
    "to_date", "to_timestamp", "to_timestamp_ntz", "to_unix_timestamp", "to_utc_timestamp",
    "trunc", "try_to_date", "try_to_timestamp", "unix_date", "unix_micros", "unix_millis",
    "unix_seconds", "unix_timestamp", "weekday", "weekofyear", "year",
]


def add_months(start, months):
    """The date some months later.

    >>> spark.range(1).select(add_months(lit("2024-01-31").cast("date"), 1).alias("v")).first().v
    datetime.date(2024, 2, 29)
    """
    return call("add_months", named_column(start), number_column(months))


def curdate():
    """Today.

    >>> spark.range(1).select(curdate().cast("string").isNotNull().alias("v")).first().v
    True
    """
    return call("curdate")


def current_date():
    """Today.

    >>> spark.range(1).select(current_date().cast("string").isNotNull().alias("v")).first().v
    True
    """
    return call("current_date")


def current_timestamp():
    """Now; the same for all rows of a query.

    >>> spark.range(1).select(current_timestamp().isNotNull().alias("v")).first().v
    True
    """
    return call("current_timestamp")


def current_timezone():
    """The session's time zone.

    >>> spark.range(1).select(current_timezone().alias("v")).first().v
    'UTC'
    """
    return call("current_timezone")


def date_add(start, days):
    """The date some days later.

    >>> spark.range(1).select(date_add(lit("2024-02-28").cast("date"), 2).alias("v")).first().v
    datetime.date(2024, 3, 1)
    """
    return call("date_add", named_column(start), number_column(days))


def date_diff(end, start):
    """The days from one date to another.

    >>> spark.range(1).select(date_diff(lit("2024-03-01").cast("date"),
    ...     lit("2024-02-01").cast("date")).alias("v")).first().v
    29
    """
    return call("date_diff", named_column(end), named_column(start))


def date_format(date, format):
    """As text, by a pattern.

    >>> spark.range(1).select(date_format(lit("2024-02-09").cast("date"),
    ...     "dd/MM/yyyy").alias("v")).first().v
    '09/02/2024'
    """
    return call("date_format", named_column(date), as_literal(format))


def date_from_unix_date(days):
    """The date so many days after 1970-01-01.

    >>> spark.range(1).select(date_from_unix_date(lit(1)).alias("v")).first().v
    datetime.date(1970, 1, 2)
    """
    return call("date_from_unix_date", named_column(days))


def date_part(field, source):
    """A part by name.

    >>> spark.range(1).select(date_part(lit("month"),
    ...     lit("2024-02-09").cast("date")).alias("v")).first().v
    2
    """
    return call("date_part", named_column(field), named_column(source))


def date_sub(start, days):
    """The date some days before.

    >>> spark.range(1).select(date_sub(lit("2024-03-01").cast("date"), 1).alias("v")).first().v
    datetime.date(2024, 2, 29)
    """
    return call("date_sub", named_column(start), number_column(days))


def date_trunc(format, timestamp):
    """A time cut down to a unit.

    >>> spark.range(1).select(date_trunc("month",
    ...     lit("2024-02-09").cast("timestamp_ntz")).alias("v")).first().v
    datetime.datetime(2024, 2, 1, 0, 0)
    """
    return call("date_trunc", as_literal(format), named_column(timestamp))


def dateadd(start, days):
    """The date some days later.

    >>> spark.range(1).select(dateadd(lit("2024-02-28").cast("date"), 2).alias("v")).first().v
    datetime.date(2024, 3, 1)
    """
    return call("dateadd", named_column(start), number_column(days))


def datediff(end, start):
    """The days from one date to another.

    >>> spark.range(1).select(datediff(lit("2024-03-01").cast("date"),
    ...     lit("2024-02-01").cast("date")).alias("v")).first().v
    29
    """
    return call("datediff", named_column(end), named_column(start))


def datepart(field, source):
    """A part by name.

    >>> spark.range(1).select(datepart(lit("year"),
    ...     lit("2024-02-09").cast("date")).alias("v")).first().v
    2024
    """
    return call("datepart", named_column(field), named_column(source))


def day(col):
    """The day of the month.

    >>> spark.range(1).select(day(lit("2024-02-09").cast("date")).alias("v")).first().v
    9
    """
    return call("day", named_column(col))


def dayname(col):
    """The short name of the weekday.

    >>> spark.range(1).select(dayname(lit("2024-02-09").cast("date")).alias("v")).first().v
    'Fri'
    """
    return call("dayname", named_column(col))


def dayofmonth(col):
    """The day of the month.

    >>> spark.range(1).select(dayofmonth(lit("2024-02-09").cast("date")).alias("v")).first().v
    9
    """
    return call("dayofmonth", named_column(col))


def dayofweek(col):
    """The day of the week; 1 is Sunday.

    >>> spark.range(1).select(dayofweek(lit("2024-02-09").cast("date")).alias("v")).first().v
    6
    """
    return call("dayofweek", named_column(col))


def dayofyear(col):
    """The day of the year.

    >>> spark.range(1).select(dayofyear(lit("2024-02-09").cast("date")).alias("v")).first().v
    40
    """
    return call("dayofyear", named_column(col))


def extract(field, source):
    """A part by name.

    >>> spark.range(1).select(extract(lit("day"),
    ...     lit("2024-02-09").cast("date")).alias("v")).first().v
    9
    """
    return call("extract", named_column(field), named_column(source))


def from_unixtime(timestamp, format='yyyy-MM-dd HH:mm:ss'):
    """Seconds since 1970 as text in the session's time zone.

    >>> spark.range(1).select(length(from_unixtime(lit(0))).alias("v")).first().v
    19
    """
    return call("from_unixtime", named_column(timestamp), as_literal(format))


def from_utc_timestamp(timestamp, tz):
    """A time of UTC as a clock of a zone shows it.

    >>> spark.range(1).select(from_utc_timestamp(lit("2024-01-01 12:00:00").cast("timestamp"),
    ...     "Europe/Oslo").cast("string").alias("v")).first().v
    '2024-01-01 13:00:00'
    """
    return call("from_utc_timestamp", named_column(timestamp), as_literal(tz))


def hour(col):
    """The hour.

    >>> t = lit("2024-02-09 03:04:05").cast("timestamp_ntz")
    >>> spark.range(1).select(hour(t).alias("v")).first().v
    3
    """
    return call("hour", named_column(col))


def last_day(date):
    """The last day of the month.

    >>> spark.range(1).select(last_day(lit("2024-02-09").cast("date")).alias("v")).first().v
    datetime.date(2024, 2, 29)
    """
    return call("last_day", named_column(date))


def localtimestamp():
    """Now, without a time zone.

    >>> spark.range(1).select(localtimestamp().isNotNull().alias("v")).first().v
    True
    """
    return call("localtimestamp")


def make_date(year, month, day):
    """The date of a year, a month and a day.

    >>> spark.range(1).select(make_date(lit(2024), lit(2), lit(9)).alias("v")).first().v
    datetime.date(2024, 2, 9)
    """
    return call("make_date", named_column(year), named_column(month), named_column(day))


def minute(col):
    """The minute.

    >>> t = lit("2024-02-09 03:04:05").cast("timestamp_ntz")
    >>> spark.range(1).select(minute(t).alias("v")).first().v
    4
    """
    return call("minute", named_column(col))


def month(col):
    """The month.

    >>> spark.range(1).select(month(lit("2024-02-09").cast("date")).alias("v")).first().v
    2
    """
    return call("month", named_column(col))


def monthname(col):
    """The short name of the month.

    >>> spark.range(1).select(monthname(lit("2024-02-09").cast("date")).alias("v")).first().v
    'Feb'
    """
    return call("monthname", named_column(col))


def months_between(date1, date2, roundOff=True):
    """The months between two dates, with a fraction.

    >>> spark.range(1).select(months_between(lit("2024-03-01").cast("date"),
    ...     lit("2024-01-01").cast("date")).alias("v")).first().v
    2.0
    """
    return call("months_between", named_column(date1), named_column(date2), as_literal(roundOff))


def next_day(date, dayOfWeek):
    """The next such weekday.

    >>> spark.range(1).select(next_day(lit("2024-02-09").cast("date"), "Mon").alias("v")).first().v
    datetime.date(2024, 2, 12)
    """
    return call("next_day", named_column(date), as_literal(dayOfWeek))


def now():
    """Now; the same for all rows of a query.

    >>> spark.range(1).select(now().isNotNull().alias("v")).first().v
    True
    """
    return call("now")


def quarter(col):
    """The quarter.

    >>> spark.range(1).select(quarter(lit("2024-05-09").cast("date")).alias("v")).first().v
    2
    """
    return call("quarter", named_column(col))


def second(col):
    """The second.

    >>> t = lit("2024-02-09 03:04:05").cast("timestamp_ntz")
    >>> spark.range(1).select(second(t).alias("v")).first().v
    5
    """
    return call("second", named_column(col))


def timestamp_micros(col):
    """The time so many microseconds after 1970.

    >>> spark.range(1).select(unix_micros(timestamp_micros(lit(5))).alias("v")).first().v
    5
    """
    return call("timestamp_micros", named_column(col))


def timestamp_millis(col):
    """The time so many milliseconds after 1970.

    >>> spark.range(1).select(unix_millis(timestamp_millis(lit(5))).alias("v")).first().v
    5
    """
    return call("timestamp_millis", named_column(col))


def timestamp_seconds(col):
    """The time so many seconds after 1970.

    >>> spark.range(1).select(unix_seconds(timestamp_seconds(lit(5))).alias("v")).first().v
    5
    """
    return call("timestamp_seconds", named_column(col))


def to_date(col, format=None):
    """A text, or a time, as a date.

    >>> spark.range(1).select(to_date(lit("09/02/2024"), "dd/MM/yyyy").alias("v")).first().v
    datetime.date(2024, 2, 9)
    """
    args = [named_column(col)]
    if format is not None:
        args.append(as_literal(format))
    return call("to_date", *args)


def to_timestamp(col, format=None):
    """A text as a time.

    >>> t = lit("2024-02-09 03:04:05")
    >>> spark.range(1).select(to_timestamp(t).cast("string").alias("v")).first().v
    '2024-02-09 03:04:05'
    """
    args = [named_column(col)]
    if format is not None:
        args.append(as_literal(format))
    return call("to_timestamp", *args)


def to_timestamp_ntz(timestamp, format=None):
    """A text as a time without a zone.

    >>> spark.range(1).select(to_timestamp_ntz(lit("2024-02-09 03:04:05")).alias("v")).first().v
    datetime.datetime(2024, 2, 9, 3, 4, 5)
    """
    args = [named_column(timestamp)]
    if format is not None:
        args.append(named_column(format))
    return call("to_timestamp_ntz", *args)


def to_unix_timestamp(timestamp, format=None):
    """Seconds since 1970 of a text.

    >>> spark.range(1).select(to_unix_timestamp(lit("1970-01-01 00:00:07+00:00"),
    ...     lit("yyyy-MM-dd HH:mm:ssXXX")).alias("v")).first().v
    7
    """
    args = [named_column(timestamp)]
    if format is not None:
        args.append(named_column(format))
    return call("to_unix_timestamp", *args)


def to_utc_timestamp(timestamp, tz):
    """What a clock of a zone shows as a time of UTC.

    >>> spark.range(1).select(to_utc_timestamp(lit("2024-01-01 12:00:00").cast("timestamp"),
    ...     "Europe/Oslo").cast("string").alias("v")).first().v
    '2024-01-01 11:00:00'
    """
    return call("to_utc_timestamp", named_column(timestamp), as_literal(tz))


def trunc(date, format):
    """A date cut down to a unit.

    >>> spark.range(1).select(trunc(lit("2024-02-09").cast("date"), "year").alias("v")).first().v
    datetime.date(2024, 1, 1)
    """
    return call("trunc", named_column(date), as_literal(format))


def try_to_date(col, format=None):
    """As to_date(), with null for what is none.

    >>> spark.range(1).select(try_to_date(lit("x")).alias("v")).first().v
    """
    args = [named_column(col)]
    if format is not None:
        args.append(as_literal(format))
    return call("try_to_date", *args)


def try_to_timestamp(col, format=None):
    """As to_timestamp(), with null for what is none.

    >>> spark.range(1).select(try_to_timestamp(lit("x")).alias("v")).first().v
    """
    args = [named_column(col)]
    if format is not None:
        args.append(named_column(format))
    return call("try_to_timestamp", *args)


def unix_date(col):
    """Days since 1970-01-01.

    >>> spark.range(1).select(unix_date(lit("1970-01-02").cast("date")).alias("v")).first().v
    1
    """
    return call("unix_date", named_column(col))


def unix_micros(col):
    """Microseconds since 1970.

    >>> spark.range(1).select(unix_micros(timestamp_seconds(lit(1))).alias("v")).first().v
    1000000
    """
    return call("unix_micros", named_column(col))


def unix_millis(col):
    """Milliseconds since 1970.

    >>> spark.range(1).select(unix_millis(timestamp_seconds(lit(1))).alias("v")).first().v
    1000
    """
    return call("unix_millis", named_column(col))


def unix_seconds(col):
    """Seconds since 1970.

    >>> spark.range(1).select(unix_seconds(timestamp_seconds(lit(1))).alias("v")).first().v
    1
    """
    return call("unix_seconds", named_column(col))


def unix_timestamp(timestamp=None, format="yyyy-MM-dd HH:mm:ss"):
    """Seconds since 1970 until a time, or a text of a format; without one, until now.

    >>> spark.range(1).select(unix_timestamp(lit("1970-01-02 00:00:00")).alias("v")).first().v
    86400
    """
    if timestamp is None:
        return call("unix_timestamp")
    return call("unix_timestamp", named_column(timestamp), as_literal(format))


def weekday(col):
    """The day of the week; 0 is Monday.

    >>> spark.range(1).select(weekday(lit("2024-02-09").cast("date")).alias("v")).first().v
    4
    """
    return call("weekday", named_column(col))


def weekofyear(col):
    """The week of the year.

    >>> spark.range(1).select(weekofyear(lit("2024-02-09").cast("date")).alias("v")).first().v
    6
    """
    return call("weekofyear", named_column(col))


def year(col):
    """The year.

    >>> spark.range(1).select(year(lit("2024-02-09").cast("date")).alias("v")).first().v
    2024
    """
    return call("year", named_column(col))
