# Copies a table with a row for each order to everybody.
# caught by: big_with_big
"""Joins of a shop: which side moves, and what NULL matches.

    customers   customer, name              few
    orders      id, customer, code, amount  many; a customer may be unknown (NULL)
    payments    id, method                  as many as orders
    campaigns   code, title                 few; the campaign of code NULL is "none"
"""
from pyspark.sql import SparkSession
from pyspark.sql import functions as F


def strategy(left_bytes, right_bytes, threshold, how, hint=None):
    """The join that Spark plans for two sides of these estimated sizes and an equality of keys:
    "broadcast left", "broadcast right" or "sort-merge".

    threshold   spark.sql.autoBroadcastJoinThreshold in bytes, -1 for never
    how         inner, left, right, full, left_semi or left_anti
    hint        "left" or "right": the side that the program wraps in broadcast(); or None
    """
    ### BEGIN SOLUTION
    allowed = {"inner": ("left", "right"), "left": ("right",), "right": ("left",), "full": (),
               "left_semi": ("right",), "left_anti": ("right",)}[how]
    if hint in allowed:
        return f"broadcast {hint}"
    size = {"left": left_bytes, "right": right_bytes}
    small = [side for side in allowed if size[side] <= threshold]
    if not small:
        return "sort-merge"
    return "broadcast " + min(reversed(small), key=size.get)    # of equals the right one
    ### END SOLUTION


def with_names(orders, customers):
    """Each order of a known customer, with the customer's name.  The orders stay where they
    are: no shuffle."""
    ### BEGIN SOLUTION
    return orders.join(F.broadcast(customers), "customer")
    ### END SOLUTION


def paid(orders, payments):
    """Each order with how it was paid.  Both tables are big: none is copied to every executor."""
    ### BEGIN SOLUTION
    return orders.join(payments.hint("broadcast"), "id")
    ### END SOLUTION


def order_counts(customers, orders):
    """(customer, name, orders) of every customer, 0 for one without orders.  What is copied has
    one row for each customer at most; all that is shuffled is orders already counted."""
    ### BEGIN SOLUTION
    counts = orders.groupBy("customer").agg(F.count("*").alias("orders"))
    joined = customers.join(F.broadcast(counts), "customer", "left")
    ### END SOLUTION
    return joined.select("customer", "name", F.coalesce("orders", F.lit(0)).alias("orders"))


def without_orders(customers, orders):
    """The customers for whom there is no order."""
    ### BEGIN SOLUTION
    return customers.join(orders, "customer", "left_anti")
    ### END SOLUTION


def with_titles(orders, campaigns):
    """(id, title) of each order that has a campaign; code NULL has one, too."""
    ### BEGIN SOLUTION
    same = orders.code.eqNullSafe(campaigns.code)
    ### END SOLUTION
    return orders.join(F.broadcast(campaigns), same).select("id", "title")


def prepared(orders, payments, n):
    """The two tables in n partitions by id, kept, so that joins of them by id shuffle nothing."""
    ### BEGIN SOLUTION
    return orders.repartition(n, "id").cache(), payments.repartition(n, "id").cache()
    ### END SOLUTION


def shop(spark):
    """Four small tables: customers, orders, payments, campaigns."""
    customers = [(1, "Ada"), (2, "Bob"), (3, "Cy")]
    orders = [(i, [1, 1, 2, None][i % 4], ["A", None][i % 2], 10.0 * i) for i in range(12)]
    payments = [(i, ["card", "cash"][i % 2]) for i in range(12)]
    campaigns = [("A", "autumn"), (None, "none")]
    return (spark.createDataFrame(customers, "customer long, name string"),
            spark.createDataFrame(orders, "id long, customer long, code string, amount double"),
            spark.createDataFrame(payments, "id long, method string"),
            spark.createDataFrame(campaigns, "code string, title string"))


if __name__ == "__main__":
    spark = (SparkSession.builder.appName("joins").config("spark.sql.adaptive.enabled", "false")
             .config("spark.sql.shuffle.partitions", "4").getOrCreate())
    customers, orders, payments, campaigns = shop(spark)
    with_names(orders, customers).explain()
    order_counts(customers, orders).orderBy("customer").show()
    without_orders(customers, orders).show()
    with_titles(orders, campaigns).groupBy("title").count().orderBy("title").show()
    spark.stop()
