"""What goes into a task with its function, and what comes back."""
from operator import add

from pyspark import SparkContext

LINES = ["ab 3", "", "cd 4", "ab four", "cd 1", ""]
NAMES = {"ab": "Aberdeen", "cd": "Cardiff"}


def driver_variable(lines):
    """The number that the driver has after each task has counted its lines."""
    n = 0

    def bump(line):
        nonlocal n
        n += 1

    lines.foreach(bump)
    return n


def late(numbers):
    """Two actions on the same RDD, with a variable that changes before each."""
    factor = 2
    scaled = numbers.map(lambda x: x * factor)
    factor = 10
    first = scaled.collect()
    factor = 100
    return first, scaled.collect()


def counted_again(lines):
    """The value of an accumulator before any action, and after two."""
    seen = lines.context.accumulator(0)

    def note(line):
        seen.add(1)
        return line

    noted = lines.map(note)
    before = seen.value
    noted.count()
    noted.count()
    return before, seen.value


def parsed(line):
    """(code, number) of a line such as "ab 3", or None if it is not like that."""
    parts = line.split()
    if len(parts) == 2 and parts[1].isdigit():
        return parts[0], int(parts[1])
    return None


def survey(lines):
    """(number of words, number of blank lines), found by one job."""
    ### BEGIN SOLUTION
    blank = 0

    def n_words(line):
        nonlocal blank
        if not line.strip():
            blank += 1
        return len(line.split())

    return lines.map(n_words).sum(), blank
    ### END SOLUTION


def without(lines, words):
    """The lines that have none of the words: an RDD."""
    for word in words:
        ### BEGIN SOLUTION
        lines = lines.filter(lambda line: word not in line.split())
        ### END SOLUTION
    return lines


def named(pairs, names):
    """An RDD of (names[code], number) of pairs (code, number).  names is a large dict."""
    ### BEGIN SOLUTION
    return pairs.map(lambda pair: (names[pair[0]], pair[1]))
    ### END SOLUTION


def totals_and_bad(lines):
    """({code: total}, number of lines that are not as parsed() wants them), found by at most two
    jobs, and exact even if an executor is lost on the way."""
    ### BEGIN SOLUTION
    bad = lines.context.accumulator(0)

    def checked(line):
        pair = parsed(line)
        if pair is None:
            bad.add(1)
        return pair

    pairs = lines.map(checked).filter(lambda pair: pair is not None)
    return pairs.reduceByKey(add).collectAsMap(), bad.value
    ### END SOLUTION


def main():
    sc = SparkContext("local[2]", "Closures")
    lines = sc.parallelize(LINES, 2)

    print("A  the driver's n:", driver_variable(lines))
    first, second = late(sc.parallelize([1, 2, 3], 2))
    print("B  with factor 10?", first)
    print("C  with factor 100?", second)
    before, after = counted_again(lines)
    print("D  before any action:", before)
    print("E  after two actions:", after)

    print("F  words, blank lines:", survey(lines))
    print("G  without cd and four:", without(lines, ["cd", "four"]).collect())
    pairs = lines.map(parsed).filter(lambda pair: pair is not None)
    print("H  named:", named(pairs, NAMES).collect())
    print("I  totals, bad lines:", totals_and_bad(lines))
    sc.stop()


if __name__ == "__main__":
    main()
