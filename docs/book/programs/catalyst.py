"""One query on its way through Catalyst.

    $ rushlight submit --master 'local[2]' --plan catalyst.svg catalyst.py
"""
from pyspark.sql import SparkSession

spark = SparkSession.builder.appName("Catalyst").getOrCreate()
spark.conf.set("spark.sql.adaptive.enabled", False)
people = spark.createDataFrame([(1, "Ann", 31), (2, "Bob", 17), (3, "Cy", 45)],
                               "id int, name string, age int")
people.write.json("people")
orders = spark.createDataFrame([(1, 20), (3, 5), (1, 7)], "person int, amount int")
orders.write.json("orders")

spark.read.schema(people.schema).json("people").createOrReplaceTempView("people")
spark.read.schema(orders.schema).json("orders").createOrReplaceTempView("orders")
query = spark.sql("""
    SELECT name, amount * (1 + 1) AS doubled
    FROM people JOIN orders ON id = person
    WHERE age > 10 + 8""")
query.explain(True)
query.explain("rules")
query.collect()
