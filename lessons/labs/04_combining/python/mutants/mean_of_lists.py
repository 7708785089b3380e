# aggregateByKey() that keeps all values until the end
# caught by: means_combined
"""Numbers of each shop: what is added up before the shuffle, and what only after it."""
import heapq
import random
from operator import add

from pyspark import SparkContext

SHOPS = ["bakery", "books", "cheese", "fish", "flowers"]


def make_sales(n, seed=4):
    """Pairs (shop, cents)."""
    chance = random.Random(seed)
    return [(chance.choice(SHOPS), chance.randrange(10_000)) for _ in range(n)]


def totals(sales):
    """An RDD of (shop, sum of its cents)."""
    ### BEGIN SOLUTION
    return sales.reduceByKey(add)
    ### END SOLUTION


def means(sales):
    """An RDD of (shop, mean of its cents)."""
    ### BEGIN SOLUTION
    lists = sales.aggregateByKey([], lambda some, cents: some + [cents], add)
    return lists.mapValues(lambda cents: sum(cents) / len(cents))
    ### END SOLUTION


def best(sales, n):
    """An RDD of (shop, list of its n largest sales, from the largest down)."""
    ### BEGIN SOLUTION
    def with_one(largest, cents):
        return heapq.nlargest(n, [*largest, cents])

    def together(some, others):
        return heapq.nlargest(n, some + others)

    return sales.aggregateByKey([], with_one, together)
    ### END SOLUTION


def main():
    sc = SparkContext("local[2]", "Combining")
    sales = sc.parallelize(make_sales(20_000), 4)
    receipts = sc.parallelize([(i, cents) for i, (_, cents) in enumerate(make_sales(20_000))], 4)
    three = sc.parallelize([("a", 1), ("a", 2), ("a", 6)], 1)

    print("A  grouped:", sales.groupByKey(2).mapValues(sum).count(), "shops")
    print("B  reduced:", sales.reduceByKey(add, 2).count(), "shops")
    print("C  receipts:", receipts.reduceByKey(add, 2).count())
    print("D  mean of 1, 2, 6:", three.reduceByKey(lambda x, y: (x + y) / 2).collect())

    print("E  totals:", sorted(totals(sales).collect())[0])
    print("F  means:", sorted(means(sales).collect())[0])
    print("G  best:", sorted(best(sales, 3).collect())[0])
    sc.stop()


if __name__ == "__main__":
    main()
