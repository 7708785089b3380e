"""The role {lab}: a lab by its number, with the title that its lab.toml gives it, and the language
of its exercise if that is not Python.

    {lab}`1`        lab 1, “Lazy word count”
    {lab}`7`        lab 7, “Shuffle and spill” (in C)
"""
import glob
import os
import tomllib

from docutils import nodes

from source_file import ROOT


def told(number):
    """A lab in words; LookupError if there is none of that number."""
    for path in glob.glob(os.path.join(ROOT, "lessons", "labs", f"{number:02}_*", "lab.toml")):
        with open(path, "rb") as f:
            lab = tomllib.load(f)
        return f"lab {number}, “{lab['title']}”" + ("" if "python" in lab else " (in C)")
    raise LookupError(f"lessons/labs has no lab {number}")


def lab(name, rawtext, text, lineno, inliner, options=None, content=None):
    try:
        return [nodes.strong(rawtext, told(int(text)))], []
    except LookupError as error:
        message = inliner.reporter.error(str(error), line=lineno)
        return [inliner.problematic(rawtext, rawtext, message)], [message]


def setup(app):
    app.add_role("lab", lab)
    return {"parallel_read_safe": True}
