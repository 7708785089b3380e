"""How many edges vertices have: groups over the edges alone, so that a vertex without any is
missing."""
from rushlight._callsite import operator
from rushlight.graphframes._columns import DST, ID, SRC, column
from rushlight.sql import functions as F


class Degrees:
    """What GraphFrame has of degrees."""

    @property
    @operator
    def outDegrees(self):
        """How many edges leave each vertex: columns id and outDegree.

        >>> from rushlight.graphframes.examples import Graphs
        >>> Graphs(spark).friends().outDegrees.orderBy("id").collect()[-2:]
        [Row(id='e', outDegree=2), Row(id='f', outDegree=1)]
        """
        return _counted(self.edges.groupBy(column(SRC).alias(ID)), "outDegree")

    @property
    @operator
    def inDegrees(self):
        """How many edges reach each vertex: columns id and inDegree."""
        return _counted(self.edges.groupBy(column(DST).alias(ID)), "inDegree")

    @property
    @operator
    def degrees(self):
        """How many edges each vertex has: columns id and degree.  A loop counts twice."""
        return _counted(self._ends().groupBy(ID), "degree")

    @operator
    def type_out_degree(self, edge_type_col, edge_types=None):
        """How many edges of each type leave each vertex: a struct with a field a type, which are
        found out by a job unless `edge_types` has them.

        >>> from rushlight.graphframes.examples import Graphs
        >>> Graphs(spark).friends().type_out_degree("relationship").orderBy("id").first()
        Row(id='a', outDegrees=Row(follow=0, friend=1))
        """
        return _by_type(self.edges.groupBy(column(SRC).alias(ID)), edge_type_col, edge_types,
                        "outDegrees")

    @operator
    def type_in_degree(self, edge_type_col, edge_types=None):
        """How many edges of each type reach each vertex: columns id and inDegrees."""
        return _by_type(self.edges.groupBy(column(DST).alias(ID)), edge_type_col, edge_types,
                        "inDegrees")

    @operator
    def type_degree(self, edge_type_col, edge_types=None):
        """How many edges of each type each vertex has: columns id and degrees."""
        return _by_type(self._ends(column(edge_type_col)).groupBy(ID), edge_type_col, edge_types,
                        "degrees")

    def _ends(self, *more):
        return self.edges.select(F.explode(F.array(column(SRC), column(DST))).alias(ID), *more)


def _counted(groups, name):
    return groups.agg(F.count("*").alias(name))


def _by_type(groups, edge_type_col, edge_types, name):
    counts = groups.pivot(edge_type_col, edge_types).agg(F.count(F.lit(1))).na.fill(0)
    fields = [column(c).cast("int").alias(c) for c in counts.columns if c != ID]
    return counts.select(ID, F.struct(*fields).alias(name))
