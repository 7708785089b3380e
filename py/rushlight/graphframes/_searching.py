"""What is looked for in a graph: patterns, and shortest paths."""
from rushlight._callsite import operator
from rushlight.graphframes import _bfs, _motifs


class Searching:
    """What GraphFrame finds."""

    @operator
    def find(self, pattern):
        """All places where a motif fits: a row each, with a struct for each vertex and each edge
        that has a name.  Vertices of different names may be the same one.

            (a)-[e]->(b)                    an edge, with its ends
            (a)-[]->(b)                     … whose attributes do not matter
            (a)-[]->()                      … whose end does not matter
            (a)<-[e]-(b)  (a)<-[e]->(b)     from b to a; both, as e1 and e2
            (a)-[e]-(b)                     either; columns _pattern and _direction say which
            (a)-[e*3]->(b)                  three in a row
            (a)-[e*1..3]->(b)               one, two or three; a column _hop says how many
            …; !(b)-[]->(a)                 and no edge from b to a

        >>> from rushlight.graphframes.examples import Graphs
        >>> both = Graphs(spark).friends().find("(a)-[]->(b); (b)-[]->(a)")
        >>> both.select("a.name", "b.age").orderBy("name").collect()
        [Row(name='Bob', age=30), Row(name='Charlie', age=36)]
        """
        return _motifs.find(self, pattern)

    @operator
    def bfs(self, fromExpr, toExpr, edgeFilter=None, maxPathLength=10):
        """The shortest paths from vertices to vertices, a row each: from, e0, v1, e1, …, to.

        Of all pairs those that are nearest to each other; none if they are more than
        `maxPathLength` edges apart.  The result is persisted.

        >>> from rushlight.graphframes.examples import Graphs
        >>> paths = Graphs(spark).friends().bfs("name = 'Esther'", "age < 32")
        >>> paths.select("from.name", "e0.relationship", paths["to"]["name"].alias("to")).collect()
        [Row(name='Esther', relationship='friend', to='David')]
        """
        return _bfs.bfs(self, fromExpr, toExpr, edgeFilter, maxPathLength)
