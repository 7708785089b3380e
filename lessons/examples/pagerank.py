"""PageRank over Debian's packages: which ones does everything else stand on?

    pagerank.py [iterations]        the packages that `apt-cache dumpavail` knows
    pagerank.py iterations FILE     those in a file of the same format

A package is a page, and "Depends: libc6" is a link to libc6.  A package is important if important
packages need it, and it shares its rank among those that it needs itself:

    rank(p) = 0.15 + 0.85 × Σ rank(q) / links of q          over all q that need p

That is an equation with rank on both sides.  It is solved by starting with 1 everywhere and putting
the right side in for the left until it settles; ten times are enough for an order.

Two things make the loop cheap, and both can be seen in the picture:

    links is cached     it is read in each round, but computed once
    links and ranks     are partitioned alike, by package into the same number of partitions: what
                        join brings together lies in the same partition already, and join moves
                        nothing.  Only the contributions travel: one shuffle a round.

A package that needs nothing keeps what it has got: rank is lost there.  Giving it back to all
packages evenly would multiply all final ranks by the same number, so the order is right as it is.
"""
import itertools
import os
import subprocess
import sys
import tempfile

from pyspark import SparkContext

DAMPING = 0.85
PARTITIONS = 4
FIELDS = ("Package", "Depends", "Pre-Depends")


def available_packages(path=None):
    """The lines of a file, or of apt-cache's output; none on a machine that has no such thing."""
    command = ["apt-cache", "dumpavail"] if path is None else ["cat", path]
    try:
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            yield from process.stdout
    except FileNotFoundError:
        pass


def write_needs(lines, path):
    """Writes a line for each package, "name<tab>what it needs", and returns how many there were.
    50 MB of descriptions stay behind."""
    package = {}
    count = 0
    with open(path, "w") as out:
        for line in itertools.chain(lines, ["\n"]):
            field, colon, value = line.partition(": ")
            if colon and field in FIELDS:
                package[field] = value.strip()
            elif line == "\n" and "Package" in package:        # the end of a paragraph
                needs = ", ".join(package[f] for f in FIELDS[1:] if f in package)
                out.write(f"{package['Package']}\t{needs}\n")
                package = {}
                count += 1
    return count


def parse(line):
    """(package, the set of packages that it needs).

    "exim4 | mail-transport-agent, libc6 (>= 2.34)": of alternatives apt takes the first, and which
    version it has to be does not matter here.
    """
    name, needs = line.split("\t")
    needed = {alternative.strip().split(" ")[0].split(":")[0] for alternative in needs.split(",")}
    return name, needed - {name, ""}


def contributions(package):
    """What one package passes on: an equal share of its rank to each package that it needs.  And
    nothing to itself, so that a package that nobody needs stays in the ranking."""
    name, (needs, rank) = package
    yield name, 0.0
    for other in needs:
        yield other, rank / len(needs)


if __name__ == "__main__":
    iterations = int(sys.argv[1]) if len(sys.argv) > 1 else 10

    work = tempfile.TemporaryDirectory(prefix="pagerank-")
    path = os.path.join(work.name, "packages.txt")
    if write_needs(available_packages(*sys.argv[2:3]), path) == 0:
        sys.exit("pagerank.py needs Debian's list of packages: run it where `apt-cache dumpavail` "
                 "prints one (`apt-get update` fetches it), or name a file with its output.")

    sc = SparkContext(appName="pagerank of packages")

    # A package may be there in several versions: it needs what any of them needs.  Sorted, so that
    # sums of floats are made in the same order each time.
    links = (sc.textFile(path, PARTITIONS)
             .map(parse)
             .reduceByKey(lambda a, b: a | b, PARTITIONS)
             .mapValues(sorted)
             .cache())
    print(f"{links.count()} packages, {links.values().map(len).sum()} dependencies")

    ranks = links.mapValues(lambda needs: 1.0)
    for _ in range(iterations):
        ranks = (links.join(ranks)
                 .flatMap(contributions)
                 .reduceByKey(lambda a, b: a + b, PARTITIONS)
                 .mapValues(lambda shares: 1 - DAMPING + DAMPING * shares))

    # Up to here nothing of the loop has been computed: this one action runs all of it.
    print(f"After {iterations} iterations:")
    for name, rank in ranks.takeOrdered(20, key=lambda nr: (-nr[1], nr[0])):
        print(f"{rank:10.2f}  {name}")

    sc.stop()
    work.cleanup()
