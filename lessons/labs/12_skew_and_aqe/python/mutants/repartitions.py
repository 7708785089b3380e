# Says 200 where Spark would choose.
# caught by: coalesced
"""One customer buys more than all others together: what the tasks after a shuffle get to do.

    sales       (customer, amount), customer 0 in six of ten
    names       (customer, name), one each
"""
import random

from pyspark.sql import SparkSession


def hot_keys(pairs, share):
    """The keys of an RDD of pairs that more than `share` of all pairs have: a sorted list.  One
    job, whose shuffle carries at most one pair for each key and map task."""
    ### BEGIN SOLUTION
    counts = pairs.mapValues(lambda _: 1).reduceByKey(lambda a, b: a + b).collect()
    total = sum(count for _, count in counts)
    return sorted(key for key, count in counts if count > share * total)
    ### END SOLUTION


def salted_join(sales, names, hot, salts, n):
    """What sales.join(names, n) gives: (customer, (amount, name)), in n partitions.

    The pairs of each customer in the list `hot` are dealt out over `salts` keys; all others keep
    one, so that their names are sent once.  A task that runs again deals in the same way.
    """
    ### BEGIN SOLUTION
    hot = set(hot)

    def deal(partition, pairs):
        for i, (key, amount) in enumerate(pairs, partition):
            yield (key, i % salts if key in hot else 0), amount

    def copies(pair):
        key, name = pair
        return [((key, salt), name) for salt in range(salts if key in hot else 1)]

    joined = sales.mapPartitionsWithIndex(deal).join(names.flatMap(copies), n)
    return joined.map(lambda pair: (pair[0][0], pair[1]))
    ### END SOLUTION


def different_amounts(sales, n):
    """(customer, how many different amounts), in n partitions; no task gets all the amounts of
    the customer who has most."""
    ### BEGIN SOLUTION
    different = sales.distinct(n)       # the key is the whole pair: the amounts are the salt
    return different.mapValues(lambda _: 1).reduceByKey(lambda a, b: a + b, n)
    ### END SOLUTION


def totals(sales_df):
    """A DataFrame (customer, total).  Spark may choose how many tasks sum up; 200 are too many."""
    ### BEGIN SOLUTION
    spread = sales_df.repartition(200, "customer")
    return spread.groupBy("customer").sum("amount").toDF("customer", "total")
    ### END SOLUTION


def pieces_of(n_bytes):
    """Settings (a dict) with which adaptive execution makes partitions of about `n_bytes` after a
    shuffle, however many cores there are, and splits partitions of joins that are bigger."""
    ### BEGIN SOLUTION
    return {
        "spark.sql.adaptive.advisoryPartitionSizeInBytes": n_bytes,
        "spark.sql.adaptive.coalescePartitions.parallelismFirst": "false",
        "spark.sql.adaptive.coalescePartitions.minPartitionSize": n_bytes // 5,
        "spark.sql.adaptive.skewJoin.skewedPartitionThresholdInBytes": n_bytes,
    }
    ### END SOLUTION


def make_sales(n, chance=random, customers=60):
    """`n` pairs (customer, amount)."""
    return [(0 if chance.random() < 0.6 else chance.randrange(1, customers),
             chance.randrange(10_000)) for _ in range(n)]


if __name__ == "__main__":
    spark = SparkSession.builder.appName("skew").getOrCreate()
    sc = spark.sparkContext
    pairs = make_sales(4000, random.Random(12))
    sales = sc.parallelize(pairs, 4)
    names = sc.parallelize([(customer, f"customer {customer}") for customer in range(60)], 2)
    hot = hot_keys(sales, 0.1)
    print("hot keys:", hot)
    print("joined:", salted_join(sales, names, hot, 16, 8).count())
    amounts = dict(different_amounts(sales, 8).collect())
    print("different amounts of customer 0:", amounts[0])
    sales_df = spark.createDataFrame(pairs, "customer long, amount long")
    print("customers:", len(totals(sales_df).collect()))
    spark.stop()
