"""The directive {listing}: a program, or a part of it, as it stands in docs/book/programs.

    ```{listing} laziness
    :from: words =
    :to: collect
    ```

`from` and `to` are pieces of the first and of the last line that are shown.  Lines have the numbers
that they have in the file, since pictures and traces name them.  The docstring with the commands is
left out: {output} shows them.
"""
from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.directives.code import container_wrapper

import book_runs
from book_directive import BookDirective


class Listing(BookDirective):
    option_spec = {"from": directives.unchanged_required, "to": directives.unchanged_required}

    def nodes(self, program):
        text, first = book_runs.source(program)
        lines = text.rstrip("\n").split("\n")
        begin = self.find(lines, "from", 0, 0)
        end = self.find(lines, "to", begin, len(lines) - 1)
        shown = "\n".join(lines[begin:end + 1])
        block = nodes.literal_block(shown, shown, language="python", linenos=True,
                                    highlight_args={"linenostart": first + begin})
        self.set_source_info(block)
        return [container_wrapper(self, block, f"{program}.py")]


def setup(app):
    app.add_directive("listing", Listing)
    return {"parallel_read_safe": True}
