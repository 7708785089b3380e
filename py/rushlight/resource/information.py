"""What is known about a resource.  Mirrors pyspark.resource.information."""


class ResourceInformation:
    """A resource by its name, and the addresses of its pieces.

    >>> from rushlight.resource import ResourceInformation
    >>> gpus = ResourceInformation("gpu", ["0", "1"])
    >>> gpus.name, gpus.addresses
    ('gpu', ['0', '1'])
    """

    def __init__(self, name, addresses):
        self._name = name
        self._addresses = addresses

    @property
    def name(self):
        """What the resource is called: "gpu"."""
        return self._name

    @property
    def addresses(self):
        """The pieces, as who uses them names them: ["0", "1"]."""
        return self._addresses
