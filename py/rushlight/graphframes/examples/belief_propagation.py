"""Belief propagation: how likely each magnet of a grid points up, by messages between neighbours.

On a grid of magnets (Graphs.gridIsingModel) the belief of one is what its neighbours' say of it:

    belief_i = σ (a_i + Σ b_ij belief_j)        over its neighbours j;  σ (x) = 1 / (1 + exp (-x))

The mean-field update.  All at once it may swing to and fro, so that the grid is coloured like a
chessboard: neighbours differ in colour, and one colour's beliefs change at a time, looking at the
other's.  After some rounds nothing moves any more.

Mirrors graphframes.examples.belief_propagation.
"""
from rushlight.graphframes.examples.graphs import Graphs
from rushlight.graphframes.graphframe import GraphFrame
from rushlight.graphframes.lib.aggregate_messages import AggregateMessages as AM
from rushlight.sql import functions as F

_COLOURS = 2


class BeliefPropagation:
    """The program.

    >>> from rushlight.graphframes.examples import BeliefPropagation, Graphs
    >>> beliefs = BeliefPropagation.runBPwithGraphFrames(Graphs(spark).gridIsingModel(2), 2)
    >>> beliefs.vertices.columns
    ['i', 'j', 'id', 'a', 'belief']
    """

    @classmethod
    def runBPwithGraphFrames(cls, g, numIter):
        """The graph with a column "belief" after so many rounds; a round is both colours' turn."""
        start = g.vertices.withColumns({
            "colour": (F.col("i") + F.col("j")) % _COLOURS, "belief": F.lit(0.0)})
        graph = GraphFrame(start, g.edges)
        for _ in range(numIter):
            for colour in range(_COLOURS):
                graph = GraphFrame(cls._updated(graph, colour), g.edges)
        return GraphFrame(graph.vertices.drop("colour"), g.edges)

    @staticmethod
    def _updated(graph, colour):
        """The vertices, of which those of one colour have listened to their neighbours."""
        heard = graph.aggregateMessages(
            [F.sum(AM.msg).alias("heard")],
            sendToSrc=[F.when(AM.src["colour"] == colour, AM.edge["b"] * AM.dst["belief"])],
            sendToDst=[F.when(AM.dst["colour"] == colour, AM.edge["b"] * AM.src["belief"])])
        belief = 1 / (1 + F.exp(-(F.col("a") + F.col("heard"))))
        listened = (F.col("colour") == colour) & F.col("heard").isNotNull()
        columns = [c for c in graph.vertices.columns if c != "belief"]
        updated = graph.vertices.join(heard, "id", "left").select(
            *columns, F.when(listened, belief).otherwise(F.col("belief")).alias("belief"))
        return updated.localCheckpoint()


def main():
    """Prints the beliefs on a grid of 3 × 3."""
    from rushlight.sql import SparkSession
    spark = SparkSession.builder.appName("belief propagation").getOrCreate()
    grid = Graphs(spark).gridIsingModel(3)
    grid.vertices.show()
    grid.edges.show()
    BeliefPropagation.runBPwithGraphFrames(grid, 5).vertices.select("id", "belief").show()
    spark.stop()


if __name__ == "__main__":
    main()
