"""Dag: a picture of a lineage or of jobs."""
from rushlight.errors import PySparkValueError

__all__ = ["Dag"]

_FORMATS = {".svg": "svg", ".png": "png", ".pdf": "pdf", ".dot": "dot"}


class Dag:
    """A picture, drawn when it is first looked at.  Notebooks show it as it is.

    >>> dag = sc.parallelize([1, 2]).map(str).dag()
    >>> "map" in dag.dot
    True
    >>> sc.dag()
    <Dag of all jobs; save("picture.svg") writes it, as do .png, .pdf and .dot>
    """

    def __init__(self, of, draw):
        self._of = of
        self._draw = draw       # format → bytes
        self._drawn = {}

    def _bytes(self, kind):
        if kind not in self._drawn:
            self._drawn[kind] = self._draw(kind)
        return self._drawn[kind]

    @property
    def svg(self):
        """The picture as SVG."""
        return self._bytes("svg").decode()

    @property
    def dot(self):
        """The picture in Graphviz' language."""
        return self._bytes("dot").decode()

    @property
    def png(self):
        """The picture as PNG, bytes."""
        return self._bytes("png")

    @property
    def pdf(self):
        """The picture as a page of PDF, bytes: for LaTeX and slides."""
        return self._bytes("pdf")

    def __repr__(self):
        return f'<Dag of {self._of}; save("picture.svg") writes it, as do .png, .pdf and .dot>'

    def _repr_svg_(self):
        return self.svg

    def save(self, path):
        """Writes the picture; the name's ending says how: .svg, .png, .pdf or .dot.

        >>> import os, tempfile
        >>> path = os.path.join(tempfile.mkdtemp(), "numbers.svg")
        >>> sc.parallelize([1, 2]).dag().save(path)
        >>> os.path.getsize(path) > 0
        True
        """
        picture = self._bytes(format_of(path))
        with open(path, "wb") as f:
            f.write(picture)


def format_of(path):
    """The format that a file's name asks for.

    >>> format_of("a/b.PNG")
    'png'
    """
    name = str(path).lower()
    for ending, kind in _FORMATS.items():
        if name.endswith(ending):
            return kind
    raise PySparkValueError(f"cannot tell the format of {path}: it must end in "
                            + ", ".join(_FORMATS))
