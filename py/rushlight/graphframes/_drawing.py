"""plot(): a picture of a small graph, by Graphviz.

Vertices are drawn with their ids, or a column of their own; edges with a column, if one is named.
What has the same value in a column `color` has the same colour: components, communities.  Numbers
that are no whole ones, such as ranks, go from pale to strong instead.

A picture of thousands of vertices is a ball of wool, and takes Graphviz minutes: plot() refuses.
"""
from rushlight._callsite import operator
from rushlight.dag import Dag
from rushlight.errors import PySparkValueError
from rushlight.graphframes._columns import DST, ID, SRC, column

# Twelve colours that can be told from each other, light enough for black text (ColorBrewer's Set3).
_PALETTE = ["#8dd3c7", "#ffffb3", "#bebada", "#fb8072", "#80b1d3", "#fdb462", "#b3de69", "#fccde5",
            "#d9d9d9", "#bc80bd", "#ccebc5", "#ffed6f"]
_PALE, _STRONG = (0xf7, 0xfb, 0xff), (0x42, 0x92, 0xc6)


class Drawing:
    """What GraphFrame draws."""

    @operator
    def plot(self, label=ID, edge_label=None, color=None, limit=200):
        """The picture of the graph, as a notebook shows it; save("graph.svg") writes it.

        `label`, `edge_label` and `color` name columns.  An error if there are more than `limit`
        vertices, or more than five times as many edges: filterVertices() chooses some.

        >>> from rushlight.graphframes.examples import Graphs
        >>> picture = Graphs(spark).friends().plot(label="name", edge_label="relationship")
        >>> picture
        <Dag of a graph; save("picture.svg") writes it, as do .png, .pdf and .dot>
        >>> 'label="Alice"' in picture.dot
        True
        """
        shown = [column(c) for c in dict.fromkeys([ID, label, color or ID])]
        vertices = _few("vertices", self.vertices.select(*shown), limit)
        edges = _few("edges", self.edges.select(*map(column, dict.fromkeys(
            [SRC, DST, edge_label or SRC]))), 5 * limit)
        text = to_dot([(v[ID], v[label], v[color] if color else None) for v in vertices],
                      [(e[SRC], e[DST], e[edge_label] if edge_label else None) for e in edges])
        engine = self.vertices.sparkSession.sparkContext._engine
        return Dag("a graph", lambda kind: engine.draw_dot(text, kind))

    @operator
    def routes(self):
        """The picture of how the engine has spread the graph for algorithms: which partitions of
        edges hold mirrors of which vertices, and so where a vertex' value travels each round.

        >>> from rushlight.graphframes.examples import Graphs
        >>> "digraph" in Graphs(spark).friends().routes().dot
        True
        """
        return Dag("the routes of vertices", operator(self._native().routes, "routes"))


def _few(what, df, limit):
    rows = df.take(limit + 1)
    if len(rows) > limit:
        raise PySparkValueError(
            f"A graph of more than {limit} {what} makes no picture that can be read: choose some "
            "by filterVertices() or filterEdges(), or raise `limit`.")
    return rows


def to_dot(vertices, edges):
    """A graph in Graphviz' language, of (id, label, colour's value or None) and (src, dst, label or
    None).  Vertices that only edges name are drawn dashed: they are missing among the vertices.

    >>> print(to_dot([(1, "Ada", None)], [(1, 2, "knows")]))
    digraph graph_frame {
      bgcolor="transparent";
      node [style=filled, fillcolor="#f2f2f2", color="#555555", fontname="Helvetica"];
      edge [color="#777777", fontname="Helvetica", fontsize=10];
      v0 [label="Ada"];
      v1 [label="2", style=dashed];
      v0 -> v1 [label="knows"];
    }
    """
    names = {}
    colours = _colours([value for _, _, value in vertices if value is not None])
    lines = []
    for key, label, value in vertices:
        fill = f', fillcolor="{colours(value)}"' if value is not None else ""
        lines.append(f"  {_name(names, key)} [label={_text(label)}{fill}];")
    for src, dst, _ in edges:
        for key in (src, dst):
            if key not in names:
                lines.append(f"  {_name(names, key)} [label={_text(key)}, style=dashed];")
    for src, dst, label in edges:
        said = f" [label={_text(label)}]" if label is not None else ""
        lines.append(f"  {names[src]} -> {names[dst]}{said};")
    return "\n".join(["digraph graph_frame {", '  bgcolor="transparent";',
                      '  node [style=filled, fillcolor="#f2f2f2", color="#555555", '
                      'fontname="Helvetica"];',
                      '  edge [color="#777777", fontname="Helvetica", fontsize=10];',
                      *lines, "}"])


def _name(names, key):
    return names.setdefault(key, f"v{len(names)}")


def _text(value):
    """A string of Graphviz': quotes and backslashes are escaped, line ends kept."""
    text = str(value).replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{text}"'


def _colours(values):
    """A function from a value to its colour."""
    if any(isinstance(v, float) for v in values):
        least, most = min(values), max(values)
        span = (most - least) or 1.0

        def shade(value):
            share = (value - least) / span
            return "#" + "".join(f"{round(p + (s - p) * share):02x}"
                                 for p, s in zip(_PALE, _STRONG))
        return shade
    numbers = {v: i for i, v in enumerate(dict.fromkeys(sorted(values, key=str)))}
    return lambda value: _PALETTE[numbers[value] % len(_PALETTE)]
