# map() between two joins: Spark forgets where the keys are
# caught by: moved_once
"""Where elements are, and what moves them.  Read main() first, then predict, then run it."""
from pyspark import SparkContext
from pyspark.rdd import portable_hash

PLACES = ["roof", "yard", "cellar", "kitchen", "attic"]


def make_readings(n):
    """Pairs (sensor, degrees Fahrenheit) of 10 sensors."""
    return [(i % 10, 50 + i * 7 % 60) for i in range(n)]


def celsius(fahrenheit):
    """Degrees Celsius."""
    return round((fahrenheit - 32) / 1.8, 1)


def sizes(rdd):
    """How many elements each partition has: an RDD of numbers."""
    return rdd.glom().map(len)


def partition_of(key, n):
    """The number of the partition, 0 to n - 1, into which partitionBy(n) puts the key: a whole
    number, a text, None, or a tuple of such."""
    ### BEGIN SOLUTION
    return portable_hash(key) % n
    ### END SOLUTION


def pack(readings, n):
    """The readings in n partitions, fewer than there are; nothing is shuffled."""
    ### BEGIN SOLUTION
    return readings.coalesce(n)
    ### END SOLUTION


def spread(readings, n):
    """The readings in n partitions of nearly equal size, more than there are."""
    ### BEGIN SOLUTION
    return readings.repartition(n)
    ### END SOLUTION


def in_one(readings):
    """The readings in Celsius, all in one partition.  Converting them takes long, so it is done
    by as many tasks as the readings have partitions."""
    converted = readings.mapValues(celsius)
    ### BEGIN SOLUTION
    return converted.repartition(1)
    ### END SOLUTION


def described(readings, places, owners, n):
    """An RDD of (sensor, (degrees Celsius, place, owner)), in n partitions by sensor.  No reading,
    place or owner is shuffled more than once."""
    ### BEGIN SOLUTION
    placed = readings.join(places, n)
    placed = placed.map(lambda pair: (pair[0], (celsius(pair[1][0]), pair[1][1])))
    owned = placed.join(owners.partitionBy(n), n)
    return owned.mapValues(lambda value: (value[0][0], value[0][1], value[1]))
    ### END SOLUTION


def main():
    sc = SparkContext("local[2]", "Partitions")
    readings = sc.parallelize(make_readings(1000), 8)
    places = sc.parallelize(list(enumerate(PLACES * 2)), 2)
    owners = sc.parallelize([(i, "Ada" if i < 5 else "Grace") for i in range(10)], 2)

    ten = sc.parallelize(list(range(10)), 4)
    print("A  ten in 4:", sizes(ten).collect())
    print("B  coalesce(3):", sizes(readings.coalesce(3)).collect())
    print("C  repartition(3):", sizes(readings.repartition(3)).collect())
    print("D  partitionBy(20):", sizes(readings.partitionBy(20)).collect())
    print("E  coalesce(1):", sizes(readings.mapValues(celsius).coalesce(1)).collect())

    keys = sc.parallelize([10, 17, -3], 1)
    print("F  10, 17, -3 of 4:", keys.map(lambda key: partition_of(key, 4)).collect())
    print("G  packed:", sizes(pack(readings, 2)).collect())
    print("H  spread:", sizes(spread(readings.coalesce(1), 4)).collect())
    print("I  in one:", sizes(in_one(readings)).collect())
    print("J  described:", sizes(described(readings, places, owners, 4)).collect())
    sc.stop()


if __name__ == "__main__":
    main()
