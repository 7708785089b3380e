"""Plans as trees: read from indented text or an event log, compared node by node.

    HashAggregate                       AdaptiveSparkPlan isFinalPlan=true
      Exchange [hashpartitioning]         WholeStageCodegen (2)
        HashAggregate                       HashAggregate (keys=[k#1L], …)
          ...                                 InputAdapter …

        expected                                seen

A name must be the node's name as a whole, a detail one of its details as a whole: of
"Exchange hashpartitioning(k#1L, 3), ENSURE_REQUIREMENTS" the details are hashpartitioning(k, 3),
hashpartitioning, k, 3 and ENSURE_REQUIREMENTS; numbers of expressions are dropped.  `...` is any
one subtree.  Nodes that hold another without computing anything (stages of adaptive execution,
generated code) are passed over, unless the expected tree names one.
"""
import itertools
import re

from rushlight.errors import PySparkValueError

ANY = "..."
WRAPPERS = {"AdaptiveSparkPlan", "WholeStageCodegen", "InputAdapter", "ResultQueryStage",
            "ShuffleQueryStage", "BroadcastQueryStage", "TableCacheQueryStage", "AQEShuffleRead"}
_DRAWN = re.compile(r"^(?:[ :|]*[+:]- |[ :|]*)(?:\*\s?(?:\(\d+\) )?)?")
_LINE = re.compile(r"(.*?)\s*(?:\[(.*)\])?$", re.S)
_NUMBERED = re.compile(r" \(\d+\)$")
_PASSING = re.compile(r"#\d+L?|, \[plan_id=\d+\]")      # numbers that another run changes
_OPEN, _CLOSE = "([{", ")]}"


class PlanNode:
    """A node: its name, its details and what it reads."""

    def __init__(self, name, details=(), children=()):
        self.name, self.details, self.children = name, list(details), list(children)

    @property
    def line(self):
        return self.name + (f" [{', '.join(self.details)}]" if self.details else "")


class SeenNode(PlanNode):
    """A node of a plan that ran; `line` is how the plan shows it."""

    def __init__(self, info):
        name = _NUMBERED.sub("", info.get("nodeName", "").strip())
        text = " ".join(info.get("simpleString", "").split())
        rest = text[len(name):].lstrip() if text.startswith(name) else text
        super().__init__(name, details_of(rest), map(SeenNode, info.get("children") or ()))
        self.text = _PASSING.sub("", text)

    @property
    def line(self):
        return self.text


def details_of(text):
    """Every detail of a node's text: items, what they are called, and what is in them.

    >>> sorted(details_of("hashpartitioning(k#1L, 3), ENSURE_REQUIREMENTS, [plan_id=7]"))
    ['3', 'ENSURE_REQUIREMENTS', 'hashpartitioning', 'hashpartitioning(k, 3)', 'k', 'plan_id=7']
    """
    found = set()
    for item in split(re.sub(r"#\d+L?", "", text)):
        at = min((item.find(c) for c in _OPEN if c in item), default=-1)
        if at < 0:
            found.add(item)
            continue
        head = item[:at].rstrip("= ")
        found.update(part for part in (head, item if head or item[at] == "(" else "") if part)
        end = _closing(item, at)
        found |= details_of(item[at + 1:end])
        found |= details_of(item[end + 1:].strip(" ,"))
    return found


def split(text):
    """At the commas outside of brackets.

    >>> split("keys=[a, b], Inner")
    ['keys=[a, b]', 'Inner']
    """
    items, depth, begin = [], 0, 0
    for i, c in enumerate(text + ","):
        depth += (c in _OPEN) - (c in _CLOSE)
        if c == "," and depth <= 0:
            items.append(" ".join(text[begin:i].split()))
            begin = i + 1
    return [item for item in items if item]


def _closing(text, at):
    depth = 0
    for i in range(at, len(text)):
        depth += (text[i] in _OPEN) - (text[i] in _CLOSE)
        if depth == 0:
            return i
    return len(text)


def parse_tree(text):
    """The tree of indented lines; lines of explain() may be pasted, with their +- and *(1).

    >>> tree = parse_tree('''
    ...     Sort [k ASC]
    ...       Exchange
    ...         ...
    ... ''')
    >>> tree.line, tree.children[0].line, tree.children[0].children[0].line
    ('Sort [k ASC]', 'Exchange', '...')
    """
    root, open_nodes = None, []
    for number, line in enumerate(text.expandtabs().splitlines(), 1):
        if not line.strip():
            continue
        drawn = _DRAWN.match(line).group()
        depth = len(drawn.split("*")[0])
        name, details = _LINE.match(line[len(drawn):].strip()).groups()
        node = PlanNode(name, split(details or ""))
        while open_nodes and open_nodes[-1][0] >= depth:
            open_nodes.pop()
        if open_nodes:
            if open_nodes[-1][1].name == ANY:
                raise _bad(number, line, "stands below ..., which is any subtree by itself")
            open_nodes[-1][1].children.append(node)
        elif root is not None:
            raise _bad(number, line, "is a second root: a plan has one")
        else:
            root = node
        open_nodes.append((depth, node))
    if root is None:
        raise PySparkValueError("the expected plan is empty")
    return root


def _bad(number, line, what):
    return PySparkValueError(f"line {number} of the expected plan, {line.strip()!r}, {what}")


def without_wrappers(node, named):
    """The seen tree without nodes that only hold another, but for those in `named`."""
    children = [without_wrappers(child, named) for child in node.children]
    if node.name in WRAPPERS and node.name not in named and len(children) == 1:
        return children[0]
    bare = SeenNode.__new__(SeenNode)
    bare.name, bare.details, bare.text, bare.children = (node.name, node.details, node.text,
                                                         children)
    return bare


def names_in(tree):
    """Of all its nodes."""
    return {tree.name}.union(*map(names_in, tree.children))


def compare(expected, seen, depth=0):
    """Rows (expected line, seen line, whether they agree), from the root on."""
    indent = "  " * depth
    if expected is None:
        yield "", indent + seen.line, False
        return
    if seen is None:
        yield indent + expected.line, "", False
        return
    if expected.name == ANY:
        for i, line in enumerate(_lines(seen, depth)):
            yield (indent + ANY if i == 0 else ""), line, True
        return
    agree = expected.name == seen.name and set(expected.details) <= set(seen.details)
    yield indent + expected.line, indent + seen.line, agree
    for child, other in itertools.zip_longest(expected.children, seen.children):
        yield from compare(child, other, depth + 1)


def _lines(node, depth):
    yield "  " * depth + node.line
    for child in node.children:
        yield from _lines(child, depth + 1)


def side_by_side(rows, width=78):
    """Text of rows, with the first that differ marked.

    >>> print(side_by_side([("Sort", "Sort", True), ("  Range", "  Filter", False)]))
      expected   seen
      Sort       Sort
    ≠   Range      Filter
    """
    rows = [("expected", "seen", True), *rows]
    left = min(max(len(row[0]) for row in rows), width // 2)
    marked, lines = False, []
    for expected, seen, agree in rows:
        mark = " " if agree or marked else "≠"
        marked = marked or not agree
        room = width - left
        seen = seen if len(seen) <= room else seen[:room - 1] + "…"
        lines.append(f"{mark} {expected:<{left}}   {seen}".rstrip())
    return "\n".join(lines)
