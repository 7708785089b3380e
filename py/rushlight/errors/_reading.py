"""What the text of an SQL error says: its condition, state, parameters and places.

    [UNRESOLVED_COLUMN.WITH_SUGGESTION] A column … with name `nam` … SQLSTATE: 42703; line 1 pos 7;
    'Project ['nam]                        of errors of analysis: the place, and the plan
    +- Range (0, 3, step=1)

    [DIVIDE_BY_ZERO] … SQLSTATE: 22012
    == SQL (line 1, position 8) ==         of errors at run time: the place, drawn
    select 1/0
           ^^^

The engine has the templates of all conditions; what stands where a template has <name> is the
parameter of that name.  Mirrors pyspark.errors.QueryContext and SparkThrowable.
"""
import enum
import re

_CONDITION = re.compile(r"\[([A-Z][A-Z0-9_]*(?:\.[A-Z0-9_]+)*)\] (.*?)(?: SQLSTATE: (\w{5})|$)",
                        re.DOTALL)
_BLOCK = re.compile(r"^== (SQL|DataFrame)(?: of (.+?) (`.*?`))?"
                    r"(?: \(line (\d+), position (\d+)\))? ==\n(.*?)(?=^== |\Z)",
                    re.DOTALL | re.MULTILINE)
_FRAGMENT = re.compile(r'"(.*)" was called from\n(.*)', re.DOTALL)
_PARAMETER = re.compile(r"<(\w+)>")


class QueryContextType(enum.Enum):
    """What a place is a place of."""

    SQL = 0
    DataFrame = 1


class QueryContext:
    """Where in a query an error is."""

    def __init__(self, kind, summary, fragment, call_site="", start=-1, object_type="",
                 object_name=""):
        self._kind = kind
        self._summary = summary
        self._fragment = fragment
        self._call_site = call_site
        self._start = start
        self._object = (object_type, object_name)

    def contextType(self):
        """QueryContextType.SQL for text, QueryContextType.DataFrame for a call."""
        return self._kind

    def objectType(self):
        """Of a place inside a view's text: "VIEW"."""
        return self._object[0]

    def objectName(self):
        """Of a place inside a view's text: the view's name."""
        return self._object[1]

    def startIndex(self):
        """The first character of the fragment in the text; -1 if it is not on the first line."""
        return self._start

    def stopIndex(self):
        """The last character of the fragment in the text; -1 if it is not on the first line."""
        return self._start + len(self._fragment) - 1 if self._start >= 0 else -1

    def fragment(self):
        """The piece of the text, or the name of what was called."""
        return self._fragment

    def callSite(self):
        """The line of the program, for a call."""
        return self._call_site

    def summary(self):
        """The place as the message draws it."""
        return self._summary


class Told:
    """The parts of one message."""

    def __init__(self, condition, state, parameters, contexts, message, text):
        self.condition = condition
        self.state = state
        self.parameters = parameters
        self.contexts = contexts
        self.message = message      # the sentence
        self.text = text            # with the place; without what a failed job says before it


def read(message, place=""):
    """The parts of an SQL error's message, or None if it has no condition; `place` is what the
    message leaves out of where it is.

    >>> told = read("[CAST_OVERFLOW] It does not fit. SQLSTATE: 22003")
    >>> told.condition, told.state
    ('CAST_OVERFLOW', '22003')
    """
    found = _CONDITION.search(message)
    if found is None:
        return None
    condition, words, state = found.groups()
    contexts = [_context(block) for block in _BLOCK.finditer(place or message)
                if block[1] == "DataFrame" or block[4]]       # a syntax error draws its own
    start = found.start()
    text = message[start - message.startswith("\n", start - 1):] if start == 1 else message[start:]
    return Told(condition, state, _parameters(condition, words), contexts, found[0],
                text + "\n" if "\n== " in text and not text.endswith("\n") else text)


def _parameters(condition, words):
    from rushlight._engine import sql_error_class
    known = sql_error_class(condition)
    if known is None:
        return {}
    parts = _PARAMETER.split(known[2])      # text, name, text, name …
    names, pattern = [], re.escape(parts[0])
    for name, text in zip(parts[1::2], parts[2::2]):
        if name in names:
            pattern += f"(?P={name})"
        else:       # of two parameters side by side the second one may be empty
            names.append(name)
            pattern += f"(?P<{name}>.*{'?' if text else ''})"
        pattern += re.escape(text)
    found = re.fullmatch(pattern, words, re.DOTALL)
    return found.groupdict() if found else {}


def _context(block):
    kind, object_type, object_name, line, position, body = block.groups()
    summary = block[0].rstrip("\n") + "\n"
    if kind == "DataFrame":
        called = _FRAGMENT.match(body)
        fragment, site = (called[1], called[2].strip()) if called else ("", "")
        return QueryContext(QueryContextType.DataFrame, summary, fragment, site)
    start = int(position) - 1 if line == "1" else -1
    return QueryContext(QueryContextType.SQL, summary, _marked(body), "", start,
                        object_type or "", object_name or "")


def _marked(body):
    """The characters over the carets, of all lines."""
    lines, marked = body.rstrip("\n").split("\n"), []
    for text, carets in zip(lines[::2], lines[1::2]):
        first = carets.find("^")
        if first >= 0:
            marked.append(text[first:carets.rindex("^") + 1])
    return "\n".join(marked)
