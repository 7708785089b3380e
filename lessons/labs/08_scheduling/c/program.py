"""Twelve tasks whose data lies on two of three executors: `rushlight lesson run 8`."""
from pyspark import SparkContext


def main():
    sc = SparkContext(appName="Places")
    kept = sc.parallelize(range(2000), 2).map(lambda i: i).cache()
    print("kept:", kept.count())
    print("in twelve tasks:", sc.union([kept] * 6).map(lambda i: i).count())
    print(sc.summary())
    sc.stop()


if __name__ == "__main__":
    main()
