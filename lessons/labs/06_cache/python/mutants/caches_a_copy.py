# cache() in each question: three RDDs, each of them kept for nobody.
# caught by: parsed_once
"""A report over an access log: four answers, and what Spark keeps in between.

A line of the log is `page status bytes`, as in "/shop 200 5120".
"""
import random
from operator import add

from pyspark import SparkContext, StorageLevel


def parse(line):
    """A line as (page, status, bytes).  Imagine that this is the expensive part."""
    page, status, size = line.split()
    return page, int(status), int(size)


def report(lines):
    """Of an RDD of lines: how many requests, how many failures (status 500 and more), the page
    that sent the most bytes, and how many pages there are.

    Four questions are four actions, and no more.  Each line is parsed once, and when the
    function returns nothing is kept any more.
    """
    ### BEGIN SOLUTION
    requests = lines.map(parse).cache()
    n_requests = requests.count()
    requests = lines.map(parse).cache()
    n_failures = requests.filter(lambda request: request[1] >= 500).count()
    requests = lines.map(parse).cache()
    bytes_of = requests.map(lambda request: (request[0], request[2])).reduceByKey(add, 3)
    page, _ = bytes_of.max(key=lambda pair: (pair[1], pair[0]))
    n_pages = bytes_of.count()
    requests.unpersist()
    ### END SOLUTION
    return n_requests, n_failures, page, n_pages


def fill(rdd):
    """Persists an RDD in memory.  When this returns, every partition is kept; one job does it."""
    ### BEGIN SOLUTION
    rdd.cache()
    rdd.count()
    ### END SOLUTION
    return rdd


def keep_more_than_fits(rdd):
    """Persists an RDD that is bigger than the memory of the executors, so that no partition is
    computed twice and memory is used as far as it goes."""
    ### BEGIN SOLUTION
    return rdd.persist(StorageLevel.MEMORY_AND_DISK)
    ### END SOLUTION


def keep_through_a_loss(rdd):
    """Persists an RDD so that no partition is computed again after any one executor is lost."""
    ### BEGIN SOLUTION
    return rdd.persist(StorageLevel.MEMORY_ONLY_2)
    ### END SOLUTION


def make_log(n, chance=random):
    """`n` lines of a log that nobody has written."""
    pages = ["/", "/shop", "/cart", "/help", "/about"]
    return [f"{chance.choice(pages)} {chance.choice([200, 200, 404, 500])} {chance.randrange(9999)}"
            for _ in range(n)]


if __name__ == "__main__":
    with SparkContext(appName="cached report") as sc:
        log = sc.parallelize(make_log(1000, random.Random(6)), 4)
        print(report(log))
