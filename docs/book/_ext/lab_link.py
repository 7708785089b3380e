"""The role {lab}: a lab by its number, with the title that its lab.toml gives it.

    {lab}`1`        lab 1, “Lazy word count”
"""
import glob
import os
import tomllib

from docutils import nodes

from source_file import ROOT


def title(number):
    """The title of a lab; LookupError if there is none of that number."""
    for path in glob.glob(os.path.join(ROOT, "lessons", "labs", f"{number:02}_*", "lab.toml")):
        with open(path, "rb") as f:
            return tomllib.load(f)["title"]
    raise LookupError(f"lessons/labs has no lab {number}")


def lab(name, rawtext, text, lineno, inliner, options=None, content=None):
    try:
        return [nodes.strong(rawtext, f"lab {text}, “{title(int(text))}”")], []
    except LookupError as error:
        message = inliner.reporter.error(str(error), line=lineno)
        return [inliner.problematic(rawtext, rawtext, message)], [message]


def setup(app):
    app.add_role("lab", lab)
    return {"parallel_read_safe": True}
