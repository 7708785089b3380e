"""Who matters, who belongs together, and who is not linked back.

    $ rushlight submit --master 'local[2]' graphs.py
"""
from graphframes import GraphFrame
from pyspark.sql import SparkSession

spark = SparkSession.builder.appName("Graphs").getOrCreate()
people = spark.createDataFrame([(n,) for n in "abcdefg"], ["id"])
follows = spark.createDataFrame([("a", "b"), ("b", "c"), ("c", "a"), ("d", "a"), ("e", "a"),
                                 ("f", "g"), ("g", "f")], ["src", "dst"])
g = GraphFrame(people, follows)

ranks = g.pageRank(maxIter=10).vertices.orderBy("pagerank", ascending=False)
print("ranks:", [(row.id, round(row.pagerank, 2)) for row in ranks.collect()])
parts = g.connectedComponents().groupBy("component").count()
print("components:", sorted(row["count"] for row in parts.collect()))
print("triangles at a:", g.triangleCount().filter("id = 'a'").first()["count"])
one_way = g.find("(x)-[]->(y); !(y)-[]->(x)").count()
print("links that are not returned:", one_way)
g.plot(label="id").save("graphs.svg")                   # Rushlight's own
