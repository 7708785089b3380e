"""Counts the words of a text and prints the commonest.

    wordcount.py [path] [how many]

The path may be a file, a folder or a pattern; without one, the licences that every Debian has.
"""
import re
import sys

from pyspark import SparkConf, SparkContext


def words_of(line):
    return re.findall(r"[a-z']+", line.lower())


if __name__ == "__main__":
    path = sys.argv[1] if len(sys.argv) > 1 else "/usr/share/common-licenses/*"
    how_many = int(sys.argv[2]) if len(sys.argv) > 2 else 20

    sc = SparkContext(conf=SparkConf().setAppName("word count"))
    counts = (sc.textFile(path)
              .flatMap(words_of)
              .map(lambda word: (word, 1))
              .reduceByKey(lambda a, b: a + b))

    for word, count in counts.takeOrdered(how_many, key=lambda wc: (-wc[1], wc[0])):
        print(f"{count:7d}  {word}")

    sc.stop()
