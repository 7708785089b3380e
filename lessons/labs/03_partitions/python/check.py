"""Lab 3: where keys go, and which call moves what: seen in shuffles, tasks and bytes."""
from collections import Counter

from rushlight import AccumulatorParam, TaskContext
from rushlight.lesson.checks import check, fail, prediction
from rushlight.testing import times


# ── predictions: what main() does ──
def readings_of(case):
    return case.sc.parallelize(case.reference.make_readings(1000), 8)


@prediction("last_of_ten")
def last_of_ten(case):
    return len(case.sc.parallelize(list(range(10)), 4).glom().collect()[-1])


@prediction("stages_of_b")
def stages_of_b(case):
    readings = readings_of(case)
    with case.trace() as t:
        case.reference.sizes(readings.coalesce(3)).collect()
    return len(t.jobs[0].stages)


@prediction("stages_of_c")
def stages_of_c(case):
    readings = readings_of(case)
    with case.trace() as t:
        case.reference.sizes(readings.repartition(3)).collect()
    return len(t.jobs[0].stages)


@prediction("empty_of_d")
def empty_of_d(case):
    return case.reference.sizes(readings_of(case).partitionBy(20)).collect().count(0)


@prediction("converting")
def converting(case):
    converted = readings_of(case).mapValues(case.reference.celsius)
    with case.trace() as t:
        case.reference.sizes(converted.coalesce(1)).collect()
    return len(t.jobs[0].stages[0].tasks)


@prediction("joining")
def joining(case):
    a = case.sc.parallelize([(i, "a") for i in range(20)], 2).partitionBy(4)
    b = case.sc.parallelize([(i, "b") for i in range(20)], 2).partitionBy(4)
    with case.trace() as t:
        a.mapValues(str.upper).join(b).collect()
    return n_shuffles(t) - 2        # partitionBy's own


def n_shuffles(t):
    return sum(stage.writes_shuffle for job in t.jobs for stage in job.stages)


# ── data ──
def make_readings(random, n):
    return [(random.randrange(30), random.randrange(-40, 120)) for _ in range(n)]


def celsius(fahrenheit):
    return round((fahrenheit - 32) / 1.8, 1)


def partitions_of(rdd):
    return rdd.glom().collect()


def same_elements(seen, expected, what):
    """Fails if elements are lost or come twice."""
    lost, new = Counter(expected) - Counter(seen), Counter(seen) - Counter(expected)
    if lost:
        fail(f"{what} has lost {sum(lost.values())} elements, {next(iter(lost))!r} for one")
    if new:
        fail(f"{what} has {sum(new.values())} elements that it should not have, "
             f"{next(iter(new))!r} for one")


def only_plans(t, what):
    if t.jobs:
        fail(f"{what} must only build an RDD. These jobs ran while it was called:\n\n{t}")


# ── checks ──
@check("where a key goes", points=2, hidden=1)
def placements(case):
    """partition_of() says of every key the partition in which partitionBy() puts it."""
    numbers = [case.random.randrange(-1000, 1000) for _ in range(20)]
    words = ["".join(case.random.choices("aeioulmnrst", k=5)) for _ in range(20)]
    tuples = [(word, number) for word, number in zip(words, numbers)]
    guess = case.student.partition_of
    for n in case.random.sample(range(3, 14), 3):
        pairs = case.sc.parallelize([(key, None) for key in [*numbers, -1, *words, None, *tuples]],
                                    2)

        def look(index, pairs, n=n):
            for key, _ in pairs:
                try:
                    said = guess(key, n)
                    means = ("key_is_number" if isinstance(key, int) and said == key % n else
                             "python_hash" if said == hash(key) % n else "")
                except Exception as e:
                    said = f"an error, {type(e).__name__}: {e}"
                    means = "key_is_number" if isinstance(e, TypeError) else ""
                yield key, index, said, means

        for key, place, said, means in pairs.partitionBy(n).mapPartitionsWithIndex(look).collect():
            if said != place:
                fail(f"partitionBy({n}) puts the key {key!r} into partition {place}, and "
                     f"partition_of({key!r}, {n}) gives {said}", means=means)


@check("packed without a shuffle", points=2)
def packed(case):
    """pack() puts partitions together: the same elements, n partitions, no shuffle."""
    data = make_readings(case.random, 300)
    readings = case.sc.parallelize(data, 8)
    n = case.random.randrange(2, 6)
    with case.trace() as t:
        result = case.student.pack(readings, n)
    only_plans(t, "pack()")
    with case.trace() as t:
        found = partitions_of(result)
    same_elements([pair for part in found for pair in part], data, "pack()")
    if len(found) != n:
        fail(f"pack(readings, {n}) has {len(found)} partitions")
    if n_shuffles(t):
        fail(f"pack() shuffles all readings only to have fewer partitions:\n\n{t}",
             means="coalesce_shuffles")
    t.assert_stages(1)
    t.assert_tasks(n)


@check("spread evenly", points=2)
def spread_evenly(case):
    """spread() divides one large partition into n of nearly equal size."""
    data = [(sensor if case.random.random() < 0.5 else 7, degrees)     # half of all are sensor 7's
            for sensor, degrees in make_readings(case.random, 2000)]
    n = case.random.randrange(5, 9)
    with case.trace() as t:
        result = case.student.spread(case.sc.parallelize(data, 1), n)
    only_plans(t, "spread()")
    found = partitions_of(result)
    same_elements([pair for part in found for pair in part], data, "spread()")
    lengths = [len(part) for part in found]
    if len(lengths) != n:
        fail(f"spread(readings, {n}) has {len(lengths)} of the {n} partitions",
             means="coalesce_grows" if len(lengths) == 1 else "")
    if max(lengths) > 1.5 * len(data) / n or min(lengths) < 0.5 * len(data) / n:
        by_key = ("" if result.partitioner is None else
                  "; partitionBy() keeps the readings of a sensor together, and here one sensor "
                  "has half of them")
        fail(f"{len(data)} readings in {n} partitions should be about {len(data) // n} in each; "
             f"they are {lengths}{by_key}", means="even")


@check("one partition, many tasks", points=3)
def one_partition(case):
    """in_one() converts in as many tasks as the readings have partitions, and only then puts all
    into one partition."""
    data = make_readings(case.random, 300)
    slices = case.random.randrange(4, 9)
    converting = watched_celsius(case)
    with case.trace() as t:
        result = case.student.in_one(case.sc.parallelize(data, slices))
    only_plans(t, "in_one()")
    with case.trace() as t:
        found = partitions_of(result)
    if len(found) != 1:
        fail(f"in_one() has {len(found)} partitions, not 1")
    same_elements(found[0], [(sensor, celsius(degrees)) for sensor, degrees in data], "in_one()")
    first = t.jobs[0].stages[0]
    if len(first.tasks) != slices:
        fail(f"the readings have {slices} partitions, and they are converted by "
             f"{len(first.tasks)} task: the others have nothing to do\n\n{t}",
             means="coalesce_free")
    if not converting.value:
        fail("in_one() does not call celsius(), so nobody can see which tasks convert; keep "
             "readings.mapValues(celsius)")
    n_converting = len(converting.value)
    if n_converting != slices:
        fail(f"{slices} tasks send the readings on as they are, and the conversion of all "
             f"{len(data)} runs behind the shuffle, in {n_converting} "
             f"task{'s' if n_converting > 1 else ''}: the slow step must stand ahead of what "
             f"moves the readings\n\n{t}", means="order_free")
    t.assert_stages(2)
    t.assert_tasks(slices + 1)


class SetParam(AccumulatorParam):
    """An accumulator that is a set; what is added is a set, too."""

    def zero(self, value):
        return set()

    def addInPlace(self, value, more):
        return value | more


def watched_celsius(case):
    """Puts a celsius() into the student's file that notes its tasks; gives the accumulator of
    their (stage, partition)."""
    tasks = case.sc.accumulator(set(), SetParam())
    convert = case.student.celsius

    def noting(fahrenheit):
        task = TaskContext.get()
        tasks.add({(task.stageId(), task.partitionId())})
        return convert(fahrenheit)

    case.student.celsius = noting
    return tasks


@check("described rightly", points=2, hidden=1)
def described_rightly(case):
    """described() has degrees, place and owner of every reading, in n partitions by sensor."""
    data, places, owners = tables(case)
    expected = [(sensor, (celsius(degrees), places[sensor], owners[sensor]))
                for sensor, degrees in data if sensor in places and sensor in owners]
    n = case.random.randrange(2, 6)
    with case.trace() as t:
        result = case.student.described(*rdds(case, data, places, owners), n)
    only_plans(t, "described()")
    found = partitions_of(result)
    same_elements([pair for part in found for pair in part], expected, "described()")
    if len(found) != n:
        fail(f"described(…, {n}) has {len(found)} partitions")
    sensors = [{sensor for sensor, _ in part} for part in found]
    if sum(map(len, sensors)) > len(set.union(*sensors)):
        fail("readings of one sensor are in several partitions; a sensor's partition is where "
             "its hash says")


@check("moved once", points=3, after="described_rightly")
def moved_once(case):
    """described() shuffles each reading, place and owner once, and the result is known to be
    partitioned by sensor."""
    data, places, owners = tables(case)
    three = rdds(case, data, places, owners)
    n = 4
    with case.trace() as once:
        three[0].mapValues(celsius).partitionBy(n).count()
        for rdd in three[1:]:
            rdd.partitionBy(n).count()
    result = case.student.described(*three, n)
    with case.trace() as t:
        result.count()
    try:
        t.assert_shuffle_bytes(times(1.1, of=once))
    except AssertionError as e:
        fail("something is shuffled twice; once is what partitionBy() of all three takes. join() "
             "moves a side whose place it does not know: one that was not placed by the same n, "
             f"or has lost its partitioner\n\n{e}")
    if result.partitioner is None:
        fail("the result is in place by sensor, but Spark cannot know: its last step might have "
             "changed the keys. The next join would shuffle all of it", means="map_keeps")


def tables(case):
    """Readings, and {sensor: place} and {sensor: owner}, each of most sensors."""
    random = case.random
    sensors = range(30)
    return (make_readings(random, 1000),
            {s: random.choice(["roof", "yard", "cellar"]) for s in sensors if s % 7 != 3},
            {s: random.choice(["Ada", "Grace", "Mary"]) for s in sensors if s % 9 != 5})


def rdds(case, data, places, owners):
    return (case.sc.parallelize(data, 6), case.sc.parallelize(list(places.items()), 2),
            case.sc.parallelize(list(owners.items()), 3))
