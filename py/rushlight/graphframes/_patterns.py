"""Motifs: the little language of find(), from text to the edges and vertices that it asks for.

    motif   = [ term { ";" term } [ ";" ] ]
    term    = [ "!" ] edge | vertex
    edge    = vertex "-[" label "]->" vertex         from the left to the right
            | vertex "<-[" label "]-" vertex         from the right to the left
            | vertex "<-[" label "]->" vertex        one of each: their names are name1 and name2
            | vertex "-[" label "]-" vertex          whichever there is
    vertex  = "(" [ name ] ")"
    label   = [ name ] [ "*" number [ ".." number ] ]
    name    = letters, digits and "_"

Two steps.  parse() reads terms as they were written; plain() says them in the two words that joins
know: an edge of one hop (to the right, or undirected), and a lone vertex.

    (a)<-[e]-(b)      (b)-[e]->(a)
    (a)<-[e]->(b)     (a)-[e1]->(b); (b)-[e2]->(a)
    (a)-[e*3]->(b)    (a)-[_e1]->(_ab1); (_ab1)-[_e2]->(_ab2); (_ab2)-[_e3]->(b)

Mirrors org.graphframes.pattern.
"""
import re
from dataclasses import dataclass, replace
from typing import NamedTuple, Optional

from rushlight.graphframes._errors import InvalidParseException

# What the vertices between anonymous ends begin with: their columns are not shown.
HIDDEN = "__tmpv"


@dataclass(frozen=True)
class Vertex:
    """A vertex that stands alone: any of the graph's."""

    name: str

    def names(self, edges):
        return [self.name]


@dataclass(frozen=True)
class Edge:
    """An edge between two vertices; a name that is missing is None.

    `arrow` is "->", "<-", "<->" or "-"; `hops` None, a number, or (least, most).  A plain edge has
    an arrow "->" or "-", and no hops.
    """

    src: Optional[str]
    name: Optional[str]
    dst: Optional[str]
    arrow: str = "->"
    negated: bool = False
    hops: object = None

    @property
    def ends(self):
        """The named ones, each once."""
        return list(dict.fromkeys(n for n in (self.src, self.dst) if n is not None))

    def names(self, edges):
        """What the edge has a name for, in order; `edges` whether its own one counts."""
        own = [self.name] if edges and self.name else []
        named = ([self.src] if self.src else []) + own + ([self.dst] if self.dst else [])
        two_ways = self.arrow == "-" and not self.negated
        return named + (["_pattern", "_direction"] if two_ways else [])

    def __str__(self):
        hops = "..".join(map(str, self.hops)) if isinstance(self.hops, tuple) else self.hops
        label = (self.name or "") + (f"*{hops}" if hops is not None else "")
        return "{}({}){}-[{}]-{}({})".format(
            "!" * self.negated, self.src or "", "<" * self.arrow.startswith("<"), label,
            ">" * self.arrow.endswith(">"), self.dst or "")


# ── reading ──

_TOKEN = re.compile(r"\s*(<-|->|\.\.|[][()*;!-]|[A-Za-z0-9_]+|\S|$)", re.ASCII)


class _Token(NamedTuple):
    text: str
    at: int


class _Reader:
    """A recursive descent through a motif's tokens."""

    def __init__(self, text):
        self._text = text
        self._tokens = [_Token(m.group(1), m.start(1)) for m in _TOKEN.finditer(text)]
        self._next = 0

    def _peek(self):
        return self._tokens[self._next].text

    def _take(self, *expected):
        """The next token if it is one of these, else None."""
        token = self._peek()
        if token not in expected:
            return None
        self._next += 1
        return token

    def _need(self, *expected):
        token = self._take(*expected)
        if token is None:
            raise self._wrong(" or ".join(f"'{e}'" for e in expected))
        return token

    def _wrong(self, expected):
        found = self._tokens[self._next]
        what = f"'{found.text}'" if found.text else "the end"
        return InvalidParseException(f"Failed to parse bad motif string: '{self._text}'.  Returned "
                                     f"message: {expected} expected but {what} found at "
                                     f"character {found.at + 1}")

    def _word(self):
        """A name or a number, or None."""
        return self._take(self._peek()) if re.fullmatch(r"\w+", self._peek(), re.ASCII) else None

    # motif = [ term { ";" term } [ ";" ] ]
    def motif(self):
        terms = []
        while self._peek():
            terms.append(self._term())
            if self._peek():
                self._need(";")
        return terms

    # term = [ "!" ] edge | vertex
    def _term(self):
        negated = self._take("!") is not None
        start = self._vertex()
        if not negated and self._peek() in (";", ""):
            return Vertex(start)
        return self._edge(start, negated)

    # vertex = "(" [ name ] ")"
    def _vertex(self):
        self._need("(")
        name = self._word()
        self._need(")")
        return name

    # what follows an edge's first vertex
    def _edge(self, start, negated):
        left = self._need("-", "<-")
        self._need("[")
        name, hops = self._word(), None
        if self._take("*"):
            hops = self._hops()
        self._need("]")
        right = self._need("->", "-")
        arrow = {"-->": "->", "<--": "<-", "<-->": "<->", "--": "-"}[left + right]
        return Edge(start, name, self._vertex(), arrow, negated, hops)

    # number [ ".." number ]
    def _hops(self):
        least = self._word()
        if self._take(".."):
            most = self._word()
            if least is None or most is None:
                raise InvalidParseException(
                    f"Unbounded length patten {self._text} is not supported! "
                    "Please a pattern of defined length.")
            return self._number(least), self._number(most)
        if least is None:
            raise InvalidParseException("Missing hop!")
        return self._number(least)

    def _number(self, word):
        if not word.isdecimal():
            raise self._wrong("number")
        return int(word)


def parse(text):
    """The terms of a motif, as they were written.

    >>> [str(term) for term in parse("(a)-[e]->(b); !(b)-[]->(a)")]
    ['(a)-[e]->(b)', '!(b)-[]->(a)']
    """
    return _Reader(text).motif()


# ── saying it plainly ──

def plain(terms):
    """The same in edges of one hop and vertices, which are checked.

    >>> [str(term) for term in plain(parse("(a)<-[e*2]-(b)"))]
    ['(b)-[_e1]->(_ba1)', '(_ba1)-[_e2]->(a)']
    """
    made = [simple for term in terms for simple in _plain_term(term)]
    _check(made)
    return made


def _plain_term(term):
    if isinstance(term, Vertex) or term.arrow == "-" and term.hops is None:
        return [term]
    if term.arrow == "-" or isinstance(term.hops, tuple):
        raise InvalidParseException("Motif finding does not support a pattern of several lengths "
                                    f"or directions beside other terms: '{term}'.")
    if term.arrow == "<-":
        return _chain(replace(term, arrow="->", src=term.dst, dst=term.src))
    if term.arrow == "->":
        return _chain(term)
    if term.negated:
        raise InvalidParseException(
            f"Motif finding does not support negated bidirectional edge: '{term}'.")
    numbered = term.name is not None and term.hops is None
    one, two = (term.name + "1", term.name + "2") if numbered else (term.name, term.name)
    return (_chain(replace(term, arrow="->", name=one)) +
            _chain(replace(term, arrow="->", name=two, src=term.dst, dst=term.src)))


def _chain(edge):
    """An edge of several hops as edges of one."""
    if edge.hops is None:
        return [edge]
    if edge.hops < 1:
        raise InvalidParseException(f"Hop must be greater than 0: '{edge}'.")
    between = HIDDEN if edge.ends == [] else f"_{edge.src or ''}{edge.dst or ''}"
    stops = [edge.src, *(f"{between}{i}" for i in range(1, edge.hops)), edge.dst]
    return [replace(edge, src=a, dst=b, hops=None, name=edge.name and f"_{edge.name}{i}")
            for i, (a, b) in enumerate(zip(stops, stops[1:]), 1)]


def _check(terms):
    """Raises an error for terms that mean nothing, or that name two things alike."""
    vertices, edges = set(), set()
    for term in terms:
        if isinstance(term, Vertex):
            if term.name is None:
                raise InvalidParseException(
                    'Motif finding does not allow a lone anonymous vertex "()" in a motif.  Users '
                    "can check for the existence of vertices in the graph using the vertices "
                    "DataFrame.")
        else:
            _check_edge(term, vertices | set(term.ends), edges)
            if term.name:
                edges.add(term.name)
        vertices.update(term.ends if isinstance(term, Edge) else [term.name])
        for name in sorted(vertices & edges):
            raise InvalidParseException(f"Motif reused name '{name}' for both a vertex and an "
                                        "edge, which is not allowed.")


def _check_edge(edge, vertices, edges):
    if edge.negated and edge.name:
        raise InvalidParseException("Motif finding does not support negated named edges, but the "
                                    f"given pattern contained: {edge}")
    if edge.ends == [] and edge.name is None:
        kind = "completely anonymous negated edges !" if edge.negated else (
            "completely anonymous edges ")
        raise InvalidParseException(
            f"Motif finding does not support {kind}()-[]{edge.arrow}().  Users can check for the "
            "existence of edges in the graph using the edges DataFrame.")
    if edge.name in edges:
        raise InvalidParseException(f"Motif reused name '{edge.name}' for multiple edges, "
                                    "which is not allowed.")


# ── what is named ──

def named_elements(terms, edges=True):
    """The names of vertices (and of edges) in the order in which they first appear.

    >>> named_elements(plain(parse("(a)-[e]->(b); !(b)-[]->(c)")))
    ['a', 'e', 'b', 'c']
    """
    return list(dict.fromkeys(name for term in terms for name in term.names(edges)))


def only_negated(terms):
    """The vertices that only negated terms name, sorted."""
    negated = [t for t in terms if isinstance(t, Edge) and t.negated]
    others = [t for t in terms if t not in negated]
    found = {name for term in negated for name in term.ends}
    return sorted(found.difference(*(t.ends if isinstance(t, Edge) else [t.name] for t in others)))
