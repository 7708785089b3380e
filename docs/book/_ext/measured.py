"""The role {measured}: a number of the prose, taken from a run or compared with it.

    {measured}`laziness: jobs`                        the number itself
    {measured}`four <laziness: stage 0 tasks>`        these words, which must say the same
    {measured}`at least 50 <combining: stage 0 bytes / stage 2 bytes>`    so must these of a ratio
    {measured}`67.5 <what_if: /^ +16 .*? ([0-9.]+) s/>`    and so must these of a piece of a line

The label after the program's name is that of a printed line "label: value", or of a count of the
trace (book_runs.py).  Prose that says something else breaks the build.
"""
from docutils import nodes
from sphinx.util.docutils import SphinxRole

import book_numbers
import book_runs
from book_directive import kept


class Measured(SphinxRole):
    def run(self):
        try:
            words = book_numbers.measured(self.text, kept(self.env.app))
        except (book_numbers.WrongNumber, KeyError, book_runs.ProgramFailed) as error:
            message = self.inliner.reporter.error(str(error.args[0]), line=self.lineno)
            return [self.inliner.problematic(self.rawtext, self.rawtext, message)], [message]
        return [nodes.inline(self.rawtext, words, classes=["measured"])], []


def setup(app):
    app.add_role("measured", Measured())
    return {"parallel_read_safe": True}
