# Keys come in any order.
# caught by: in_order
"""Which friends hang together?  The same rounds as a chain of MapReduce jobs, and in memory.

    person<tab>friend friend …          a line of the input
    person<tab>label<tab>friend …       a line between two MapReduce jobs

Everybody begins with his own name as label.  In a round each person takes the least of his label
and those of his friends.  When nothing changes any more, people with the same label hang together.
"""
import os
import random
import tempfile
from pathlib import Path

from pyspark import SparkContext


def pairs_of(sc, folder):
    """An RDD (key, value) of the lines of a file or of a folder's files, cut at the first tab."""
    return sc.textFile(str(folder), 1).map(lambda line: tuple(line.split("\t", 1)))


def map_reduce(sc, source, target, mapper, reducer, n):
    """One MapReduce job, from files to files.

    mapper(key, value)      gives a list of pairs, for each line of `source`
    reducer(key, values)    gives a list of pairs, for each key and all its values

    Keys and values are texts.  There are n reducers; each sees its keys in their order and writes
    a file of lines key<tab>value to the folder `target`.
    """
    ### BEGIN SOLUTION
    mapped = pairs_of(sc, source).flatMap(lambda pair: mapper(*pair))
    groups = mapped.groupByKey(n)
    reduced = groups.flatMap(lambda group: reducer(*group))
    reduced.map("\t".join).saveAsTextFile(str(target))
    ### END SOLUTION


def sorted_by_key(groups):
    """The pairs of a partition in the order of their keys."""
    return sorted(groups, key=lambda group: group[0])


# ── the rounds as MapReduce jobs ──
def first_mapper(person, friends):
    """A line of the input; the label is the person's own name."""
    return [(person, f"{person}\t{friends}")]


def first_reducer(person, values):
    """A line between two jobs, as it came."""
    return [(person, value) for value in values]


def mapper(person, value):
    """What a line between two jobs has to say to whom."""
    ### BEGIN SOLUTION
    label, friends = value.split("\t")
    told = [(friend, label) for friend in friends.split()]
    return told + [(person, value)]     # the friends must reach the reducer, too
    ### END SOLUTION


def reducer(person, values):
    """The person's line for the next job."""
    ### BEGIN SOLUTION
    values = list(values)
    (own,) = [value for value in values if "\t" in value]
    label, friends = own.split("\t")
    told = [value for value in values if "\t" not in value]
    return [(person, f"{min([label, *told])}\t{friends}")]
    ### END SOLUTION


def labels_on_disk(sc, source, folder, rounds, n):
    """{person: label} after some rounds, each a MapReduce job that reads what the one before has
    written; the jobs write to the folders 0, 1, 2 … in `folder`."""
    map_reduce(sc, source, Path(folder, "0"), first_mapper, first_reducer, n)
    for i in range(rounds):
        map_reduce(sc, Path(folder, str(i)), Path(folder, str(i + 1)), mapper, reducer, n)
    last = pairs_of(sc, Path(folder, str(rounds)))
    return last.mapValues(lambda value: value.split("\t")[0]).collectAsMap()


# ── the rounds in memory ──
def labels_in_memory(sc, source, rounds, n):
    """{person: label} after as many rounds, by one job: the input is read once, no file of results
    is written, and friends are moved once."""
    ### BEGIN SOLUTION
    friends = pairs_of(sc, source).mapValues(str.split).partitionBy(n).cache()
    labels = friends.map(lambda pair: (pair[0], pair[0]), preservesPartitioning=True)
    for _ in range(rounds):
        told = friends.join(labels).flatMap(
            lambda pair: [(pair[0], pair[1][1])] + [(f, pair[1][1]) for f in pair[1][0]])
        labels = told.reduceByKey(min, n)
    result = labels.collectAsMap()
    friends.unpersist()
    return result
    ### END SOLUTION


# ── the bill ──
def bill(trace):
    """Of a trace, bytes that tasks read from files, wrote to files, and wrote to shuffles."""
    tasks = [task for job in trace.jobs for stage in job.stages for task in stage.tasks]
    return {"files read": sum(task.input_bytes for task in tasks if not task.kept_found),
            "files written": sum(task.output_bytes for task in tasks),
            "shuffles written": sum(task.bytes_written for task in tasks)}


def make_friends(n, chance=random):
    """Lines of `n` people in five circles; friendship is mutual."""
    friends = {i: set() for i in range(n)}
    for i in friends:
        for _ in range(2):
            other = chance.randrange(i % 5, n, 5)
            friends[i].add(other)
            friends[other].add(i)
    return [f"p{i:03}\t" + " ".join(f"p{j:03}" for j in sorted(friends[i])) for i in friends]


if __name__ == "__main__":
    from rushlight.testing import trace         # reads what tasks have counted

    with SparkContext(appName="mapreduce") as sc, tempfile.TemporaryDirectory() as folder:
        source = Path(folder, "friends.txt")
        source.write_text("\n".join(make_friends(200, random.Random(14))) + "\n")
        print(f"friends.txt has {os.path.getsize(source):,} bytes; 5 rounds")
        for name, labels in (
                ("in memory", lambda: labels_in_memory(sc, source, 5, 2)),
                ("on disk", lambda: labels_on_disk(sc, source, folder, 5, 2))):
            with trace(sc) as t:
                found = labels()
            print(f"{name}: {len(set(found.values()))} labels")
            for what, n_bytes in bill(t).items():
                print(f"  {what:<17}{n_bytes:>8,}")
