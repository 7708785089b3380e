"""The role {default}: the value of a setting that nobody has set, from the engine's own table.

    {default}`spark.sql.shuffle.partitions`           200
    {default}`10 MB <spark.sql.autoBroadcastJoinThreshold = 10485760b>`   these words, if it is so
"""
from docutils import nodes

import book_numbers


def default(name, rawtext, text, lineno, inliner, options=None, content=None):
    try:
        return [nodes.inline(rawtext, book_numbers.default(text), classes=["measured"])], []
    except book_numbers.WrongNumber as error:
        message = inliner.reporter.error(str(error), line=lineno)
        return [inliner.problematic(rawtext, rawtext, message)], [message]


def setup(app):
    app.add_role("default", default)
    return {"parallel_read_safe": True}
