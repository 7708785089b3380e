"""Where stages end.  Read main() and LINEAGE first, then predict, then run it."""
from operator import add

from pyspark import SparkContext

# The lineage of line E in main(): of each RDD the arrows that lead up from it.
LINEAGE = {
    "sales": [],
    "large": [("narrow", "sales")],
    "totals": [("shuffle", "large")],
    "rounded": [("narrow", "totals")],
    "both": [("narrow", "totals"), ("narrow", "rounded")],
    "groups": [("shuffle", "both")],
}


def make_sales(n):
    """Pairs (shop, cents) of 5 shops."""
    return [(i % 5, 150 + i * 37 % 900) for i in range(n)]


def in_euros(cents):
    """A text such as 12.50."""
    return f"{cents / 100:.2f}"


def stages_of(lineage, last):
    """The stages of the job that computes the RDD `last`: a list of sets of RDDs.  A stage comes
    after those whose shuffles it reads; each shuffle is written by one stage."""
    ### BEGIN SOLUTION
    stages = []

    def add_stage(end):
        stage, to_visit = set(), [end]
        while to_visit:
            rdd = to_visit.pop()
            stage.add(rdd)
            for kind, parent in lineage[rdd]:
                add_stage(parent)
        stages.append(stage)

    add_stage(last)
    return stages
    ### END SOLUTION


def summary(sales, n):
    """An RDD of (shop, (its total, its best sale)), both in euros, in n partitions by shop."""
    ### BEGIN SOLUTION
    totals = sales.reduceByKey(add, n).map(lambda pair: (pair[0], in_euros(pair[1])))
    best = sales.reduceByKey(max, n).map(lambda pair: (pair[0], in_euros(pair[1])))
    return totals.join(best, n)
    ### END SOLUTION


def main():
    sc = SparkContext("local[2]", "Lineage to stages")
    sales = sc.parallelize(make_sales(200), 3)
    others = sc.parallelize(make_sales(100), 2)

    dear = sales.map(lambda sale: (sale[0], sale[1] / 100)).filter(lambda sale: sale[1] > 5)
    print("A  dear sales, and others:", dear.mapValues(round).union(others).count())

    print("B  sales join others:", sales.join(others, 4).count())

    placed = sales.partitionBy(4)
    print("C  placed join mapValues:", placed.join(placed.mapValues(in_euros), 4).count())

    mapped = placed.map(lambda sale: (sale[0], in_euros(sale[1])))
    print("D  placed join map:", placed.join(mapped, 4).count())

    large = sales.filter(lambda sale: sale[1] > 500)
    totals = large.reduceByKey(add, 4)
    rounded = totals.mapValues(lambda cents: round(cents, -2))
    both = totals.union(rounded)
    groups = both.groupByKey(2)
    print("E  groups:", groups.count())

    for number, stage in enumerate(stages_of(LINEAGE, "groups")):
        print("F  my stage", number, "of line E:", *sorted(stage))
    print("G  first shop:", sorted(summary(sales, 4).collect())[0])
    sc.stop()


if __name__ == "__main__":
    main()
