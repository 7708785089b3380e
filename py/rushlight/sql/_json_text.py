"""Rows as JSON text, as DataFrame.toJSON() has them: fields that are null are left out."""
import base64
import datetime
import decimal
import json


def json_writer(schema):
    """A function from a Row to its JSON text; the types of the columns need no look at."""
    names = schema.names

    def write(row):
        return json.dumps({n: _plain(v) for n, v in zip(names, row) if v is not None},
                          ensure_ascii=False, separators=(",", ":"))

    return write


def _plain(value):
    if hasattr(value, "__UDT__"):
        fields = zip(value.__UDT__.sqlType().names, value.__UDT__.serialize(value))
        return {n: _plain(v) for n, v in fields if v is not None}
    if hasattr(value, "__fields__"):
        return {n: _plain(v) for n, v in zip(value.__fields__, value) if v is not None}
    if isinstance(value, dict):
        return {str(k): _plain(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(v) for v in value]
    if isinstance(value, (bytes, bytearray)):
        return base64.b64encode(value).decode()
    if isinstance(value, datetime.datetime):
        return value.isoformat(timespec="milliseconds")
    if isinstance(value, datetime.date):
        return value.isoformat()
    return float(value) if isinstance(value, decimal.Decimal) else value
