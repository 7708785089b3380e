"""The directive {output}: the commands of a program and what they printed when this page was built.

    ```{output} laziness
    :from: jobs before
    :to: jobs after
    :command: 1
    ```

`from`, `to`: pieces of the first and of the last line that are shown; `command`: that one alone,
counted from 1; without it, all.
"""
from docutils.parsers.rst import directives

from book_directive import BookDirective


class Output(BookDirective):
    option_spec = {"from": directives.unchanged_required, "to": directives.unchanged_required,
                   "command": directives.positive_int}

    def nodes(self, program):
        run, number = self.ran(program), self.options.get("command")
        commands = run.commands if number is None else [run.command(number)]
        text = "\n".join(f"$ {command['words']}\n"
                         + "\n".join(self.cut(command["out"].rstrip("\n").split("\n"))).rstrip("\n")
                         for command in commands)
        return self.literal(text, "output")


def setup(app):
    app.add_directive("output", Output)
    return {"parallel_read_safe": True}
