"""The directive {trace}: the jobs, stages and shuffles of a run as text, from its event log.

    ```{trace} laziness
    :log: 2
    ```

`log`: of the second SparkContext that the commands made; without it, of the first.
"""
from docutils.parsers.rst import directives

from book_directive import BookDirective


class Trace(BookDirective):
    option_spec = {"log": directives.positive_int}

    def nodes(self, program):
        return self.literal(self.ran(program).trace(self.options.get("log", 1)), "trace")


def setup(app):
    app.add_directive("trace", Trace)
    return {"parallel_read_safe": True}
