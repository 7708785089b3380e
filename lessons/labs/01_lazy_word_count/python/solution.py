"""Words of a rhyme: what Spark does when.  Read main() first, then predict, then run it."""
import re
from operator import add
# Plain `python` has no pyspark: `rushlight submit word_count.py`, `rushlight lesson run 1`.
from pyspark import SparkContext

RHYME = """\
This is the house that Jack built.
This is the malt that lay in the house that Jack built.
This is the rat that ate the malt
That lay in the house that Jack built.
This is the cat that killed the rat
That ate the malt that lay in the house that Jack built.
This is the dog that worried the cat
That killed the rat that ate the malt
That lay in the house that Jack built.
"""


def words_of(line):
    """The words of a line, in small letters: a list."""
    return re.findall("[a-z]+", line.lower())


def line_lengths(lines):
    """An RDD of (n, how many lines have n words)."""
    lengths = lines.map(lambda line: len(words_of(line)))
    pairs = lengths.map(lambda n: (n, 1))
    return pairs.reduceByKey(add, 2)


def hopeless(lines):
    """An RDD whose every element is a division by zero."""
    return lines.map(lambda line: len(line) // 0)


def word_counts(lines):
    """An RDD of (word, how often it stands in the lines)."""
    ### BEGIN SOLUTION
    return lines.flatMap(words_of).map(lambda word: (word, 1)).reduceByKey(add)
    ### END SOLUTION


def first_with(lines, word):
    """The first line that has the word, or None if no line has it."""
    ### BEGIN SOLUTION
    found = lines.filter(lambda line: word in words_of(line)).take(1)
    return found[0] if found else None
    ### END SOLUTION


def main():
    sc = SparkContext("local[2]", "Lazy word count")
    lines = sc.parallelize(RHYME.splitlines(), 3)

    lengths = line_lengths(lines)
    broken = hopeless(lines)
    print("A  two RDDs are made:", lengths.getNumPartitions(), "and",
          broken.getNumPartitions(), "partitions")
    print("B  words a line, lines:", sorted(lengths.collect()))
    print("C  different lengths:", lengths.count())

    counts = word_counts(lines)
    print("D  three words:", sorted(counts.collect())[:3])
    print("E  the rat first comes in:", first_with(lines, "rat"))
    sc.stop()


if __name__ == "__main__":
    main()
