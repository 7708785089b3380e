"""Three jobs of a few stages each, cut by your cutter: `rushlight lesson run 2`."""
from operator import add

from pyspark import SparkContext


def main():
    sc = SparkContext(appName="Stages")
    sales = sc.parallelize([(i % 5, i) for i in range(100)], 3)
    names = sc.parallelize([(i, f"shop {i}") for i in range(5)], 2)

    totals = sales.filter(lambda sale: sale[1] > 9).reduceByKey(add, 4)
    print("shops:", totals.count())
    print("totals from 1000:", totals.filter(lambda total: total[1] >= 1000).count())

    others = names.partitionBy(4)
    print("named:", totals.join(others).count())
    sc.stop()


if __name__ == "__main__":
    main()
