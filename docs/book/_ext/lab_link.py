"""The role {lab}: a lab by its number, with the title that its lab.toml gives it.

    {lab}`1`        lab 1, “Lazy word count”

A lab that is not written yet is its number alone.
"""
import glob
import os
import tomllib

from docutils import nodes

from source_file import ROOT


def title(number):
    """The title of a lab, or None if there is none of that number."""
    for path in glob.glob(os.path.join(ROOT, "lessons", "labs", f"{number:02}_*", "lab.toml")):
        with open(path, "rb") as f:
            return tomllib.load(f)["title"]
    return None


def lab(name, rawtext, text, lineno, inliner, options=None, content=None):
    found = title(int(text))
    return [nodes.strong(rawtext, f"lab {text}, “{found}”" if found else f"lab {text}")], []


def setup(app):
    app.add_role("lab", lab)
    return {"parallel_read_safe": True}
