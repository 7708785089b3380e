"""A map output is lost between two jobs: `rushlight lesson run 9`."""
from operator import add

from pyspark import SparkContext


def main():
    sc = SparkContext(appName="Losses")
    sums = sc.parallelize(range(120), 6).map(lambda i: (i % 7, i)).reduceByKey(add, 4)
    print("keys:", sums.count())
    sc.faults.drop_shuffle(0, map=1)
    print("sum of all:", sums.values().sum())
    print(sc.summary())
    sc.stop()


if __name__ == "__main__":
    main()
