"""What the book's directives have in common: a program's run, and errors as the page's errors."""
import os

from docutils import nodes
from sphinx.errors import ExtensionError
from sphinx.util.docutils import SphinxDirective

import book_runs

_KEPT = "book-runs"     # beside the built pages


class BookDirective(SphinxDirective):
    """A directive whose first argument is the name of a program."""
    required_arguments = 1
    final_argument_whitespace = False

    def run(self):
        """Nodes, or the error at the page's line."""
        program = self.arguments[0].partition("/")[0]
        if program not in book_runs.names():
            raise self.error(f"docs/book/programs has no {program}.py")
        self.env.note_dependency(os.path.join(book_runs.PROGRAMS, program + ".py"))
        try:
            return self.nodes(program)
        except (KeyError, ValueError, book_runs.ProgramFailed) as error:
            raise self.error(str(error.args[0])) from error

    def find(self, lines, option, begin, otherwise):
        """The number of the first line from `begin` on that has the piece which an option names."""
        piece = self.options.get(option)
        if piece is None:
            return otherwise
        for number in range(begin, len(lines)):
            if piece in lines[number]:
                return number
        raise ValueError(f"{self.arguments[0]}: no line with “{piece}”")

    def cut(self, lines):
        """The lines between the pieces that `from` and `to` name, and dots for others."""
        begin = self.find(lines, "from", 0, 0)
        end = self.find(lines, "to", begin, len(lines) - 1)
        before, after = ["…"] * (begin > 0), ["…"] * (end + 1 < len(lines))
        return before + lines[begin:end + 1] + after

    def ran(self, program):
        return book_runs.run(program, kept(self.env.app))

    def literal(self, text, kind):
        """A block of text as it is; `kind` is the class by which book.css knows it."""
        block = nodes.literal_block(text, text, language="text", classes=[kind])
        self.set_source_info(block)
        return [block]

    def nodes(self, program):
        raise ExtensionError(f"{type(self).__name__} does not say what it shows")


def kept(app):
    """The folder of runs, which outlives a build."""
    return os.path.join(os.path.dirname(os.path.abspath(app.outdir)), _KEPT)
