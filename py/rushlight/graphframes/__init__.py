"""Graphs of DataFrames: `from rushlight.graphframes import GraphFrame`; programs import
graphframes.

Mirrors graphframes-py, the Python package of GraphFrames.
"""
from rushlight.graphframes.graphframe import GraphFrame

__all__ = ["GraphFrame"]
__version__ = "0.12.3"
