"""One query, small enough to follow through all layers: sql/README.md walks it.

    rushlight submit lessons/examples/query.py
    rushlight dag -o query.svg lessons/examples/query.py
"""
from pyspark.sql import SparkSession

SALES = [("north", 2021, 10.0), ("south", 2021, 5.0), ("north", 2022, 25.0), ("east", 2022, None)]

spark = SparkSession.builder.appName("query").getOrCreate()
spark.conf.set("spark.sql.shuffle.partitions", 2)
sales = spark.createDataFrame(SALES, "region string, year int, amount double")
sales.createOrReplaceTempView("sales")
totals = spark.sql("""
    select region, sum(amount) as total
    from (select *, year + 0 as y from sales)
    where y = 2020 + 2 and amount > 1
    group by region
    order by total desc""")
totals.explain("rules")
totals.explain()
totals.show()
