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
    groups = pairs.groupByKey().mapValues(len).collect()
    total = sum(count for _, count in groups)
    return sorted(key for key, count in groups if count > share * total)
    ### END SOLUTION


def salted_join(sales, names, hot, salts, n):
    """What sales.join(names, n) gives: (customer, (amount, name)), in n partitions.

    The pairs of each customer in the list `hot` are dealt out over `salts` keys; all others keep
    one, so that their names are sent once.  A task that runs again deals in the same way.
    """
    ### BEGIN SOLUTION
    return sales.join(names, n)
    ### END SOLUTION


def different_amounts(sales, n):
    """(customer, how many different amounts), in n partitions; no task gets all the amounts of
    the customer who has most."""
    ### BEGIN SOLUTION
    return sales.groupByKey(n).mapValues(lambda amounts: len(set(amounts)))
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
    return {"spark.sql.adaptive.advisoryPartitionSizeInBytes": n_bytes}
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
