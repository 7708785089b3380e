"""Builds an inverted index: for each word, the files that it stands in and how often.

    inverted_index.py [folder] [output folder]

Prints the words that stand in the most files, then answers a query.  With an output folder the
whole index is written there, as lines "word: file(count), …".  The folder is that of the licences
which every Debian has, if none is named.

    each file      an RDD of its own, so that its words know whose they are; a union of them all
    reduceByKey    counts (word, file) pairs: the first shuffle
    groupByKey     brings the files of one word together: the second.  Groups are what is wanted here;
                   to add them up, it would be the wrong operator.

Three actions ask the index, and nothing is cached.  Still only the last stage runs again: what a
shuffle has written stays until nobody can read it any more, and the stages before it are skipped.
"""
import os
import re
import sys

from pyspark.sql import SparkSession

QUERY = ("warranty", "patent")


def postings(name):
    """(word, name) for each word of a line; a function of its own, so that each file's lambda
    keeps its own name."""
    return lambda line: [((word, name), 1) for word in set(re.findall(r"[a-z]{3,}", line.lower()))]


def entry(posting):
    word, files = posting
    return word + ": " + ", ".join(f"{name}({count})" for name, count in files)


if __name__ == "__main__":
    folder = sys.argv[1] if len(sys.argv) > 1 else "/usr/share/common-licenses"
    output = sys.argv[2] if len(sys.argv) > 2 else None

    spark = SparkSession.builder.appName("inverted index").getOrCreate()
    sc = spark.sparkContext

    names = sorted(n for n in os.listdir(folder) if os.path.isfile(os.path.join(folder, n)))
    files = [sc.textFile(os.path.join(folder, name)).flatMap(postings(name)) for name in names]

    index = (sc.union(files)
             .reduceByKey(lambda a, b: a + b, 4)                # ((word, file), lines)
             .map(lambda kv: (kv[0][0], (kv[0][1], kv[1])))     # (word, (file, lines))
             .groupByKey(4)
             .mapValues(lambda found: sorted(found, key=lambda fc: (-fc[1], fc[0]))))

    print(f"{index.count()} words in {len(names)} files")
    print("In the most files:")
    for word, found in index.takeOrdered(10, key=lambda wf: (-len(wf[1]), wf[0])):
        print(f"  {word:<14}{len(found):3d} files, most often in {found[0][0]}")

    wanted = index.filter(lambda wf: wf[0] in QUERY).collectAsMap()
    both = set.intersection(*({name for name, _ in wanted.get(word, [])} for word in QUERY))
    print(f"Files with {' and '.join(QUERY)}: {', '.join(sorted(both)) or 'none'}")

    if output:
        index.map(entry).saveAsTextFile(output)
        print(f"The index is in {output}")

    spark.stop()
