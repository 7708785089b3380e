"""The same rounds through files and in memory: results, files, bytes."""
import os
from pathlib import Path

from rushlight.lesson.checks import check, fail, prediction


def input_file(case, n=None):
    """(path, lines) of this student's friends."""
    lines = case.reference.make_friends(n or 5 * case.random.randrange(16, 24), case.random)
    path = case.folder / "friends.txt"
    path.write_text("\n".join(lines) + "\n")
    return path, lines


def plain_labels(lines, rounds):
    """By loops in Python."""
    friends = {person: rest.split() for person, rest in (line.split("\t") for line in lines)}
    labels = {person: person for person in friends}
    for _ in range(rounds):
        labels = {person: min([labels[person], *(labels[friend] for friend in friends[person])])
                  for person in friends}
    return labels


def differences(seen, expected):
    """The first difference of two dicts, in words."""
    missing, more = sorted(set(expected) - set(seen)), sorted(set(seen) - set(expected))
    if missing or more:
        return f"{len(missing)} people are missing, {len(more)} nobody knows: {missing or more}"
    wrong = [person for person in sorted(expected) if seen[person] != expected[person]]
    return (f"{len(wrong)} labels are wrong: {wrong[0]} has {seen[wrong[0]]}, not "
            f"{expected[wrong[0]]}") if wrong else ""


def split_words(key, value):
    return [(word, "1") for word in value.split()]


def count_words(word, ones):
    return [(word, str(len(list(ones))))]


def text_file(case):
    """(path, lines "number<tab>words")."""
    words = [f"{i}\t" + " ".join(case.random.choice("to be or not that is the".split())
                                 for _ in range(8)) for i in range(200)]
    path = case.folder / "text.txt"
    path.write_text("\n".join(words) + "\n")
    return path, words


def size_of(folder):
    """Bytes of the data files in a folder."""
    return sum(os.path.getsize(path) for path in Path(folder).glob("part-*"))


# ── predictions ──
@prediction("one_pass")
def one_pass(case):
    path, _ = text_file(case)
    with case.trace() as one:
        case.reference.map_reduce(case.sc, path, "mr", split_words, count_words, 2)
    with case.trace() as other:
        (case.reference.pairs_of(case.sc, path).flatMap(lambda pair: split_words(*pair))
         .mapValues(int).reduceByKey(int.__add__, 2)
         .map(lambda pair: f"{pair[0]}\t{pair[1]}").saveAsTextFile("spark"))
    files = [sum(case.reference.bill(t)[what] for what in ("files read", "files written"))
             for t in (one, other)]
    return files[0] / files[1]


@prediction("friends_travel")
def friends_travel(case):
    path, lines = input_file(case)
    with case.trace() as t:
        case.reference.labels_on_disk(case.sc, path, case.folder, 5, 2)
    return sum(any(stage.pairs >= len(lines) for stage in job.stages) for job in t.jobs)


@prediction("touches_disk")
def touches_disk(case):
    path, _ = input_file(case)
    with case.trace() as t:
        case.reference.labels_in_memory(case.sc, path, 5, 2)
    written = case.reference.bill(t)
    assert written["files written"] == 0
    return "the files of its shuffles" if written["shuffles written"] else "nothing"


def as_handed_out(case, path):
    """labels_in_memory() of starter.py."""
    friends = case.reference.pairs_of(case.sc, path).mapValues(str.split)
    labels = friends.map(lambda pair: (pair[0], pair[0]))
    for _ in range(5):
        told = friends.join(labels).flatMap(
            lambda pair: [(pair[0], pair[1][1])] + [(f, pair[1][1]) for f in pair[1][0]])
        labels = told.groupByKey(2).mapValues(min)
    return labels.collectAsMap()


@prediction("read_again")
def read_again(case):
    path, _ = input_file(case)
    with case.trace() as t:
        as_handed_out(case, path)
    return case.reference.bill(t)["files read"] / os.path.getsize(path)


@prediction("jobs_in_memory")
def jobs_in_memory(case):
    path, _ = input_file(case)
    with case.trace() as t:
        as_handed_out(case, path)
    return len(t.jobs)


# ── MapReduce ──
@check("map, shuffle, reduce", points=3, hidden=1)
def word_count(case):
    """map_reduce() counts words: the right lines in n files."""
    path, lines = text_file(case)
    words = " ".join(line.split("\t")[1] for line in lines).split()
    n = case.random.choice([2, 3])
    case.student.map_reduce(case.sc, path, "counts", split_words, count_words, n)
    files = sorted(Path("counts").glob("part-*"))
    assert len(files) == n, f"{n} reducers write {n} files; saw {len(files)}"
    seen = sorted(line for file in files for line in file.read_text().splitlines())
    expected = sorted(f"{word}\t{words.count(word)}" for word in set(words))
    assert seen == expected, f"expected lines as {expected[:2]}, saw {seen[:2]}"


@check("keys come to a reducer in order", after="word_count")
def in_order(case):
    """map_reduce(): each reducer sees its keys sorted, so that its file is, too."""
    path = case.folder / "many.txt"
    keys = [f"k{case.random.randrange(10_000)}" for _ in range(300)]
    path.write_text("".join(f"{i}\t{key}\n" for i, key in enumerate(keys)))
    case.student.map_reduce(case.sc, path, "sorted", split_words, count_words, 2)
    for file in sorted(Path("sorted").glob("part-*")):
        seen = [line.split("\t")[0] for line in file.read_text().splitlines()]
        at = next((i for i in range(1, len(seen)) if seen[i - 1] > seen[i]), None)
        assert at is None, f"{file.name}: {seen[at]} comes after {seen[at - 1]}"


@check("a MapReduce job is a job of two stages", points=2, after="word_count")
def two_stages(case):
    """map_reduce(): one job, one shuffle; nothing comes by the driver."""
    path, _ = text_file(case)
    with case.trace() as t:
        case.student.map_reduce(case.sc, path, "counts", split_words, count_words, 2)
    t.assert_jobs(1)
    t.assert_stages(2)
    t.assert_shuffles(1)


@check("labels through files", points=3, hidden=1, after="word_count")
def on_disk(case):
    """labels_on_disk(): mapper() and reducer() give the right labels after some rounds."""
    path, lines = input_file(case)
    rounds = case.random.randrange(2, 4)
    seen = case.student.labels_on_disk(case.sc, path, case.folder, rounds, 2)
    one_round = plain_labels(lines, 1)
    if len(seen) < len(lines) or seen == one_round:
        fail("after the first round nothing changes, or people get lost: what the next job needs "
             "to know, friends included, must be in the lines that this one writes",
             means="only_labels")
    wrong = differences(seen, plain_labels(lines, rounds))
    assert not wrong, wrong


@check("every round is read and written", points=2, after="on_disk")
def round_by_round(case):
    """labels_on_disk(): each job reads just the bytes that the one before has written."""
    path, _ = input_file(case)
    with case.trace() as t:
        case.student.labels_on_disk(case.sc, path, case.folder, 3, 2)
    t.assert_jobs(3 + 2)
    read = [sum(task.input_bytes for stage in job.stages for task in stage.tasks)
            for job in t.jobs]
    files = [os.path.getsize(path)] + [size_of(case.folder / str(i)) for i in range(4)]
    assert read == files, f"the jobs read {read} bytes, of files of {files}"
    case.comment("informative", f"{sum(read):,} bytes read and {sum(files[1:]):,} written, for an "
                                f"input of {files[0]:,}")


# ── in memory ──
@check("labels in memory", points=2, hidden=1)
def in_memory(case):
    """labels_in_memory() gives the right labels after some rounds."""
    path, lines = input_file(case)
    rounds = case.random.randrange(2, 4)
    wrong = differences(case.student.labels_in_memory(case.sc, path, rounds, 3),
                        plain_labels(lines, rounds))
    assert not wrong, wrong


@check("the input is read once", points=3, after="in_memory")
def read_once(case):
    """labels_in_memory(): 4 rounds are one job, and read the bytes of the input once."""
    path, _ = input_file(case)
    with case.trace() as t:
        case.student.labels_in_memory(case.sc, path, 4, 2)
    t.assert_jobs(1)
    read = case.reference.bill(t)["files read"] / os.path.getsize(path)
    if read > 1:
        fail(f"the input is read {read:g} times: each round's join follows the recipe of the "
             f"friends back to the file\n\n{t}", means="automatic")
    t.assert_cached()


@check("friends are moved once", points=3, after="in_memory")
def moved_once(case):
    """labels_in_memory(): one shuffle for the friends, then one a round, with less than half of
    the bytes that MapReduce shuffles."""
    path, lines = input_file(case, 120)
    with case.trace() as t:
        case.student.labels_in_memory(case.sc, path, 4, 2)
    n = sum(stage.writes_shuffle for job in t.jobs for stage in job.stages)
    assert n == 1 + 4, (f"4 rounds ran {n} shuffles; one for the friends and one a round are 5: "
                        f"join() moves what is not partitioned alike\n\n{t}")
    with case.trace() as by_files:
        case.reference.labels_on_disk(case.sc, path, case.folder, 4, 2)
    mine, theirs = (case.reference.bill(trace)["shuffles written"] for trace in (t, by_files))
    assert mine <= 0.5 * theirs, (
        f"the shuffles have {mine:,} bytes, and {theirs:,} by MapReduce: reduceByKey lets only "
        "the least label of each map task travel")
    files = sum(case.reference.bill(by_files)[what] for what in ("files read", "files written"))
    case.comment("informative", f"files: {os.path.getsize(path):,} bytes in memory, {files:,} by "
                                f"MapReduce; shuffles: {mine:,} and {theirs:,}")


@check("the memory is given back", after="in_memory")
def given_back(case):
    """labels_in_memory(): nothing is kept when it has returned."""
    from rushlight import RDD
    path, _ = input_file(case)
    persist, rdds = RDD.persist, []
    RDD.persist = lambda rdd, *level: (rdds.append(rdd), persist(rdd, *level))[1]
    try:
        case.student.labels_in_memory(case.sc, path, 2, 2)
    finally:
        RDD.persist = persist
    left = [rdd for rdd in rdds if rdd.is_cached]
    assert not left, f"{len(left)} RDD is still kept: unpersist() it after the action"
