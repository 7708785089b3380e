"""ResultIterable: the values of one key, as groupByKey gives them.

Mirrors pyspark.resultiterable.
"""

__all__ = ["ResultIterable"]


class ResultIterable:
    """An iterable over the values of one key, that knows how many there are.

    >>> values = ResultIterable([3, 1])
    >>> len(values), sorted(values)
    (2, [1, 3])
    """

    def __init__(self, data):
        self.data = data
        self.index = 0
        self.maxindex = len(data)

    def __iter__(self):
        return iter(self.data)

    def __len__(self):
        return len(self.data)
