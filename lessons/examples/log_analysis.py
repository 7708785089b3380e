"""Reads a web server's access log and says what went on.

    log_analysis.py [path of the log]
"""
import os
import re
import sys

from pyspark import SparkContext

LINE = re.compile(r'^(\S+) \S+ \S+ \[(\d+/\w+/\d+):(\d+):[^\]]*\] "(\S+) (\S+)[^"]*" (\d{3}) (\S+)')


def parse(line):
    """(host, day, hour, method, path, status, bytes), or None for a line that is no request."""
    match = LINE.match(line)
    if match is None:
        return None
    host, day, hour, method, path, status, size = match.groups()
    return host, day, int(hour), method, path, int(status), 0 if size == "-" else int(size)


def top(pairs, n):
    return pairs.reduceByKey(lambda a, b: a + b).takeOrdered(n, key=lambda kv: (-kv[1], kv[0]))


if __name__ == "__main__":
    here = os.path.dirname(os.path.abspath(__file__))
    path = sys.argv[1] if len(sys.argv) > 1 else os.path.join(here, "data", "access.log")

    sc = SparkContext(appName="log analysis")
    lines = sc.textFile(path, 4)
    parsed = lines.map(parse)
    requests = parsed.filter(lambda r: r is not None)

    print(f"{lines.count()} lines, of which {parsed.filter(lambda r: r is None).count()} "
          "could not be read")

    sizes = requests.map(lambda r: r[6])
    print(f"Bytes sent: {sizes.sum()} in all, {sizes.max()} at most, "
          f"{sizes.sum() / sizes.count():.0f} on average")

    print("Answers by status:")
    for status, n in sorted(requests.map(lambda r: (r[5], 1)).reduceByKey(lambda a, b: a + b)
                            .collect()):
        print(f"  {status}  {n:4d}")

    print("Busiest hosts:")
    for host, n in top(requests.map(lambda r: (r[0], 1)), 5):
        print(f"  {host:<16}{n:4d}")

    print("Pages that were not found:")
    for page, n in top(requests.filter(lambda r: r[5] == 404).map(lambda r: (r[4], 1)), 5):
        print(f"  {page:<24}{n:4d}")

    hours = requests.map(lambda r: (r[2], 1)).reduceByKey(lambda a, b: a + b)
    hour, n = hours.max(key=lambda hn: (hn[1], -hn[0]))
    print(f"Busiest hour: {hour:02d}:00 with {n} requests")

    hosts = requests.map(lambda r: r[0]).distinct().count()
    failing = requests.filter(lambda r: r[5] >= 500).map(lambda r: r[0]).distinct().count()
    print(f"{hosts} hosts, {failing} of which met an error of the server")

    sc.stop()
