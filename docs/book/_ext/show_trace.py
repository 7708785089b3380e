"""The directive {trace}: the jobs, stages and shuffles of a run as text, from its event log.

    ```{trace} laziness
    :log: 2
    ```

`log`: of the second SparkContext that the commands made; without it, of the first.
"""
from docutils import nodes
from docutils.parsers.rst import directives

from book_directive import BookDirective


class Trace(BookDirective):
    option_spec = {"log": directives.positive_int}

    def nodes(self, program):
        traces = self.ran(program).traces
        number = self.options.get("log", 1)
        if number > len(traces):
            raise ValueError(f"{program}.py has written {len(traces)} event logs")
        block = nodes.literal_block(traces[number - 1], traces[number - 1], language="text",
                                    classes=["trace"])
        self.set_source_info(block)
        return [block]


def setup(app):
    app.add_directive("trace", Trace)
    return {"parallel_read_safe": True}
