"""The role {source}: a file or a folder of the project, which must be there.

    {source}`core/scheduler/stage_cutter.c`
"""
import os

from docutils import nodes

from book_runs import BOOK

ROOT = os.path.dirname(os.path.dirname(BOOK))


def source(name, rawtext, text, lineno, inliner, options=None, content=None):
    if os.path.exists(os.path.join(ROOT, text)):
        return [nodes.literal(rawtext, text, classes=["source"])], []
    message = inliner.reporter.error(f"the project has no {text}", line=lineno)
    return [inliner.problematic(rawtext, rawtext, message)], [message]


def setup(app):
    app.add_role("source", source)
    return {"parallel_read_safe": True}
