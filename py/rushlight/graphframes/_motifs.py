"""find(): a motif becomes joins, one a term.

The rows found so far have the columns of all that has a name: `a.id`, `a.name`, `e.src` (see
_columns.py).  A term joins one more table on the ends that are known already, and looks up the
vertices that are new:

    (a)-[e]->(b)     edges e  ⋈ vertices a on e.src = a.id  ⋈ vertices b on e.dst = b.id
    (b)-[f]->(c)     …  ⋈ edges f on f.src = b.id  ⋈ vertices c on f.dst = c.id
    !(c)-[]->(a)     …  anti join edges on src = c.id and dst = a.id

A negated term takes rows away as soon as all vertices that it names are known; a vertex that only
negated terms name can be any one.  GraphFrames says this with a set difference (EXCEPT), which
compares whole rows and leaves each row once; here an anti join compares two keys, and distinct ()
does the rest.
"""
from functools import reduce

from rushlight.graphframes import _patterns
from rushlight.graphframes._columns import DST, ID, SRC, all_of, column, flat, nested
from rushlight.graphframes._errors import InvalidParseException
from rushlight.graphframes._patterns import Vertex
from rushlight.sql import functions as F
from rushlight.sql.types import StructType


def find(graph, pattern):
    """The DataFrame that GraphFrame.find() gives."""
    terms = _patterns.parse(pattern)
    if len(terms) == 1 and _has_several_forms(terms[0]):
        return _find_several(graph, terms[0], pattern)
    return _find_plain(graph, _patterns.plain(terms))


# ── one term of several lengths or directions ──

def _has_several_forms(term):
    return not isinstance(term, Vertex) and not term.negated and (
        isinstance(term.hops, tuple) or term.arrow == "-" and term.hops is not None)


def _find_several(graph, term, pattern):
    """The union over lengths and directions.  The longest comes first, as it has all columns."""
    least, most = term.hops if isinstance(term.hops, tuple) else (term.hops, term.hops)
    if least > most:
        raise InvalidParseException(
            f"No length is {least} or more and {most} or less: '{pattern}'.")
    if term.arrow == "<->":
        raise InvalidParseException(f"A path of several lengths has one direction: '{pattern}'.")
    start, end, name = term.src or "", term.dst or "", term.name or ""
    found = []
    for direction in {"->": ["out"], "<-": ["in"], "-": ["out", "in"]}[term.arrow]:
        left, right = ("-", "->") if direction == "out" else ("<-", "-")
        for hop in range(most, least - 1, -1):
            text = f"({start}){left}[{name}*{hop}]{right}({end})"
            rows = _find_plain(graph, _patterns.plain(_patterns.parse(text)))
            found.append(rows.withColumns({"_hop": F.lit(hop), "_pattern": F.lit(text),
                                           "_direction": F.lit(direction)}))
    together = reduce(lambda a, b: a.unionByName(b, allowMissingColumns=True), found)
    return together.orderBy("_hop", "_direction")


# ── plain terms ──

def _find_plain(graph, terms):
    matches = _Matches(graph)
    for name in _patterns.only_negated(terms):
        matches.add(Vertex(name))
    for term in terms:
        matches.add(term)
    names = [n for n in _patterns.named_elements(terms) if not n.startswith(_patterns.HIDDEN)]
    return matches.select(names)


class _Matches:
    """The rows that fit the terms so far."""

    def __init__(self, graph):
        self._graph = graph
        self._rows = None
        self._fields = {}           # name → the columns of its struct
        self._known = set()         # the names that are vertices
        self._waiting = []          # negated terms that name others
        self._negated = False       # whether rows were taken away, and doubles may still be there
        self._unnamed = 0

    def add(self, term):
        if isinstance(term, Vertex):
            if term.name not in self._known:
                self._settle()
                self._join(self._table(self._graph.vertices, term.name), [])
                self._known.add(term.name)
        elif term.negated:
            self._waiting.append(term)
        else:
            self._settle()
            self._rows = self._either_way(term) if term.arrow == "-" else (
                self._with_edge(term, SRC, DST))
            self._known.update(term.ends)
        self._take_away()

    def select(self, names):
        """The rows in the end: a struct a name."""
        self._settle()
        if self._rows is None:
            return self._graph.vertices.sparkSession.createDataFrame([], StructType([]))
        return self._rows.select(*(nested(n, self._fields[n]) if n in self._fields else column(n)
                                   for n in names))

    def _table(self, df, name):
        self._fields[name] = df.columns
        return flat(df, name)

    def _join(self, table, on):
        if self._rows is None:
            self._rows = table
        else:
            self._rows = self._rows.join(table, all_of(on)) if on else self._rows.crossJoin(table)

    # ── an edge ──

    def _either_way(self, edge):
        """The edges in one direction and in the other; columns say which, as seen from the left."""
        name, start, end = edge.name or "", edge.src or "", edge.dst or ""
        inward = self._with_edge(edge, DST, SRC).withColumns({
            "_pattern": F.lit(f"({start})<-[{name}]-({end})"), "_direction": F.lit("in")})
        outward = self._with_edge(edge, SRC, DST).withColumns({
            "_pattern": F.lit(f"({start})-[{name}]->({end})"), "_direction": F.lit("out")})
        return inward.unionByName(outward).orderBy("_direction")

    def _with_edge(self, edge, first, last):
        """The rows with an edge whose `first` end is the term's left vertex, its `last` one the
        right; and with the vertices that are new."""
        before, name = self._rows, edge.name or self._new_name()
        ends = {end: vertex for end, vertex in ((first, edge.src), (last, edge.dst)) if vertex}

        def meets(vertices):
            return [column(f"{name}.{end}") == column(f"{vertex}.{ID}")
                    for end, vertex in ends.items() if vertex in vertices]

        edges = self._graph.edges
        self._join(self._table(edges if edge.name else edges.select(SRC, DST), name),
                   meets(self._known))
        for vertex in edge.ends:
            if vertex not in self._known:
                self._join(self._table(self._graph.vertices, vertex), meets({vertex}))
        after, self._rows = self._rows, before
        return after if edge.name else after.drop(f"{name}.{SRC}", f"{name}.{DST}")

    def _new_name(self):
        self._unnamed += 1
        return f"__tmpe{self._unnamed}"

    # ── negation ──

    def _take_away(self):
        """Applies the negated terms whose vertices are all known."""
        for edge in [e for e in self._waiting if self._known.issuperset(e.ends)]:
            self._waiting.remove(edge)
            ways = [(SRC, DST), (DST, SRC)] if edge.arrow == "-" else [(SRC, DST)]
            for first, last in ways:
                self._rows = self._without_edge(edge, first, last)
            self._negated = True

    def _without_edge(self, edge, first, last):
        name = self._new_name()
        on = [column(f"{name}.{end}") == column(f"{vertex}.{ID}")
              for end, vertex in ((first, edge.src), (last, edge.dst)) if vertex]
        return self._rows.join(flat(self._graph.edges.select(SRC, DST), name), all_of(on),
                               "left_anti")

    def _settle(self):
        """Leaves each row once, where a set difference would have: before the next join, and at
        the end."""
        if self._negated:
            self._rows = self._rows.distinct()
            self._negated = False
