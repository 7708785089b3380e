"""Graphs: small ones that courses and docs speak of.

Mirrors graphframes.examples.graphs.
"""
from rushlight._callsite import operator
from rushlight.errors import PySparkValueError
from rushlight.graphframes.graphframe import GraphFrame
from rushlight.sql import functions as F

_SEED = 12345


class Graphs:
    """Makes them in a session.

    >>> from rushlight.graphframes.examples import Graphs
    >>> Graphs(spark).friends().edges.count()
    7
    """

    def __init__(self, spark):
        self._spark = spark

    @operator
    def friends(self):
        """Six people, who are friends or follow each other.

        >>> Graphs(spark).friends().vertices.orderBy("id").first()
        Row(id='a', name='Alice', age=34)
        """
        people = [("a", "Alice", 34), ("b", "Bob", 36), ("c", "Charlie", 30),
                  ("d", "David", 29), ("e", "Esther", 32), ("f", "Fanny", 36)]
        links = [("a", "b", "friend"), ("b", "c", "follow"), ("c", "b", "follow"),
                 ("f", "c", "follow"), ("e", "f", "follow"), ("e", "d", "friend"),
                 ("d", "a", "friend")]
        return GraphFrame(self._spark.createDataFrame(people, ["id", "name", "age"]),
                          self._spark.createDataFrame(links, ["src", "dst", "relationship"]))

    @operator
    def gridIsingModel(self, n, vStd=1.0, eStd=1.0):
        """An n × n grid of magnets, each with a leaning `a` of its own, each pair of neighbours
        with a coupling `b`; both are random, of a normal distribution of this standard deviation.

        P (x) ~ exp (Σ a_i x_i + Σ b_ij x_i x_j), where each x_i is -1 or +1.  Vertex "i,j" stands
        in row i and column j.  Edges go to the right and down, and mean both directions.

        >>> g = Graphs(spark).gridIsingModel(3)
        >>> g.vertices.columns, g.vertices.count(), g.edges.count()
        (['i', 'j', 'id', 'a'], 9, 12)
        """
        if n < 1:
            raise PySparkValueError(
                f"Grid graph must have size >= 1, but was given invalid value n = {n}")
        grid = self._spark.createDataFrame([(i, j) for i in range(n) for j in range(n)], ["i", "j"])

        def name(i, j):
            return F.concat_ws(",", i.cast("string"), j.cast("string"))

        i, j = F.col("i"), F.col("j")
        vertices = grid.withColumn("id", name(i, j)).withColumn("a", F.randn(_SEED) * vStd)
        right = grid.filter(j != n - 1).select(name(i, j).alias("src"), name(i, j + 1).alias("dst"))
        down = grid.filter(i != n - 1).select(name(i, j).alias("src"), name(i + 1, j).alias("dst"))
        edges = right.union(down).withColumn("b", F.randn(_SEED + 1) * eStd)
        return GraphFrame(vertices, edges).cache()
