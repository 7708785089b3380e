"""The directive {picture}: what a program has drawn, with its caption.

    ```{picture} laziness/laziness.svg
    :alt: two stages, joined by one shuffle
    The job of line 9.
    ```
"""
import os
import shutil

from docutils import nodes
from docutils.parsers.rst import directives

from book_directive import BookDirective

_DRAWN = "_drawn"   # below the sources while a build lasts: Sphinx copies pictures from there


class Picture(BookDirective):
    has_content = True
    option_spec = {"alt": directives.unchanged_required, "width": directives.unchanged_required}

    def nodes(self, program):
        name = self.arguments[0].partition("/")[2]
        if "alt" not in self.options:
            raise ValueError("a picture needs :alt:, what it shows in words")
        if not self.content:
            raise ValueError("a picture needs a caption")
        place = os.path.join(self.env.srcdir, _DRAWN)
        os.makedirs(place, exist_ok=True)
        uri = f"{program}-{name}" if name != f"{program}.svg" else name
        shutil.copy(self.ran(program).picture(name), os.path.join(place, uri))
        image = nodes.image(uri=f"/{_DRAWN}/{uri}", alt=self.options["alt"])
        if "width" in self.options:
            image["width"] = self.options["width"]
        caption = nodes.caption()
        caption.extend(self.parse_inline(" ".join(self.content))[0])
        figure = nodes.figure("", image, caption, classes=["picture"])
        self.set_source_info(figure)
        return [figure]


def clean(app, exception):
    shutil.rmtree(os.path.join(app.srcdir, _DRAWN), ignore_errors=True)


def setup(app):
    app.add_directive("picture", Picture)
    app.connect("build-finished", clean)
    return {"parallel_read_safe": True}
