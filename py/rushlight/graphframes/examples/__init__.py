"""Small graphs to try things on, and belief propagation as a program over messages."""
from rushlight.graphframes.examples.belief_propagation import BeliefPropagation
from rushlight.graphframes.examples.graphs import Graphs

__all__ = ["BeliefPropagation", "Graphs"]
