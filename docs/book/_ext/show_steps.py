"""The directive {steps}: what managers and machines of a simulated cluster did, second by second.

    ```{steps} my_etl_job
    :from: submits
    :to: launches executor 1
    :log: 2
    ```

`from`, `to`: pieces of the first and of the last step that are shown; `log`: of the second
SparkContext that the commands made; without it, of the first.
"""
from docutils.parsers.rst import directives

from book_directive import BookDirective


class Steps(BookDirective):
    option_spec = {"from": directives.unchanged_required, "to": directives.unchanged_required,
                   "log": directives.positive_int}

    def nodes(self, program):
        steps = self.ran(program).steps_of(self.options.get("log", 1))
        return self.literal("\n".join(self.cut(steps)), "output")


def setup(app):
    app.add_directive("steps", Steps)
    return {"parallel_read_safe": True}
