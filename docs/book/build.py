"""Builds the book into out/book and checks its links: python docs/book/build.py

Sphinx treats each warning as an error.  After it every link and picture of the built pages must
lead to a page and a place that is there, no page may load anything from a network, and none may
show a fence or a directive as text, of which Sphinx does not warn.  The last line says how many
pages and links there are.
"""
import html.parser
import os
import re
import subprocess
import sys
from urllib.parse import unquote, urlsplit

BOOK = os.path.dirname(os.path.abspath(__file__))
OUT = os.path.join(os.path.dirname(os.path.dirname(BOOK)), "out", "book")


# Fences, directives and roles.
_MARKUP = re.compile(r":{3,}|`{3,}|\{[a-z][\w:-]*\}(?=`|[ \t]*$)", re.M)
_QUOTES = {"pre", "code", "script", "style", "title"}      # what stands in these is meant as it is


class Page(html.parser.HTMLParser):
    """The places of a page, what it links to, what a browser loads with it, and its prose."""

    def __init__(self, path):
        super().__init__()
        self.places, self.links, self.loads, self.prose = set(), set(), set(), ""
        self._quotes = 0            # how many elements are open that quote
        with open(path, encoding="utf-8") as f:
            self.feed(f.read())

    def handle_starttag(self, tag, attributes):
        found = dict(attributes)
        self.places.update(found[name] for name in ("id", "name") if found.get(name))
        if tag == "a" and found.get("href"):
            self.links.add(found["href"])
        if tag in ("img", "script", "iframe", "source") and found.get("src"):
            self.loads.add(found["src"])
        if tag == "link" and found.get("rel") in ("stylesheet", "icon", "preload", "search"):
            self.loads.add(found["href"])
        self._quotes += tag in _QUOTES

    def handle_endtag(self, tag):
        self._quotes -= tag in _QUOTES

    def handle_data(self, data):
        if not self._quotes:
            self.prose += data


def pages(folder):
    """{path: Page} of all built pages."""
    return {os.path.join(place, name): Page(os.path.join(place, name))
            for place, _, names in os.walk(folder) for name in names if name.endswith(".html")}


def broken(folder):
    """(number of links looked at, what is wrong with some, a sentence each)."""
    built, looked, wrong = pages(folder), 0, []
    for path, page in sorted(built.items()):
        shown = os.path.relpath(path, folder)
        for link in sorted(page.links | page.loads):
            parts = urlsplit(link)
            if parts.scheme or parts.netloc:
                if link in page.loads and parts.scheme != "data":
                    wrong.append(f"{shown} loads {link} from a network")
                continue
            looked += 1
            target = os.path.normpath(os.path.join(os.path.dirname(path), unquote(parts.path)))
            target = path if not parts.path else target
            if not os.path.exists(target):
                wrong.append(f"{shown}: {link} leads nowhere")
            elif parts.fragment and target in built and unquote(parts.fragment) not in built[
                    target].places:
                wrong.append(f"{shown}: {link}: the page has no such place")
    return looked, wrong


def raw(folder):
    """What stands on pages as text and was meant as markup, a sentence each."""
    return [f"{os.path.relpath(path, folder)} shows {found[0]} as text: is it a directive that "
            "MyST does not read?" for path, page in sorted(pages(folder).items())
            for found in [_MARKUP.search(page.prose)] if found]


def main():
    status = subprocess.call([sys.executable, "-m", "sphinx", "-W", "-n", "--keep-going", "-q",
                              "-b", "html", "-d", OUT + "-doctrees", BOOK, OUT])
    if status:
        return status
    looked, wrong = broken(OUT)
    unread = raw(OUT)
    print("".join(line + "\n" for line in wrong + unread), end="")
    n = len([name for name in os.listdir(BOOK) if name.endswith(".md") and name != "README.md"])
    print(f"{OUT}/index.html: {n} pages, {looked} links, {len(wrong)} broken")
    return 1 if wrong or unread else 0


if __name__ == "__main__":
    sys.exit(main())
