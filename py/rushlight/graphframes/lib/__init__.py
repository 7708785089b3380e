"""What is built on a GraphFrame's triplets: messages between neighbours, and Pregel."""
from rushlight.graphframes.lib.aggregate_messages import AggregateMessages
from rushlight.graphframes.lib.pregel import Pregel

__all__ = ["AggregateMessages", "Pregel"]
