"""Markdown as a terminal shows it."""
import glob
import os
import re

import pytest

from conftest import ROOT
from rushlight.lesson.rendering import render
from rushlight.lesson.telling import Telling

LABS = os.path.join(ROOT, "lessons", "labs")
TEXTS = sorted(glob.glob(f"{LABS}/*/lab.md") + glob.glob(f"{LABS}/*/*/hints.md"))


def plain(markdown, width=80):
    return "\n".join(render(markdown, width, lambda text, *_: text))


def coloured(markdown, width=80):
    return "\n".join(render(markdown, width, Telling(colour=True).paint))


@pytest.mark.parametrize("markdown, shown", [
    ("# One\n## Two ##\n### Three\n", "One\n═══\n\nTwo\n───\n\nThree"),
    ("a **b c** d\n*e* and _f_, `g *h*`\n", "a b c d\ne and f, `g *h*`"),
    ("**two\nlines**, 2 * 3 * 4, snake_case_name, a \\* b",
     "two\nlines, 2 * 3 * 4, snake_case_name, a * b"),
    ("[here](x.md), [there](https://a.b/c)", "here, there (https://a.b/c)"),
    ("a\n```text\n x **y**\n\n  z\n```\nb\n", "a\n\n    x **y**\n\n     z\n\nb"),
    ("a\n\n    if b:\n        c\n\n        d\n\ne", "a\n\n    if b:\n        c\n\n        d\n\ne"),
    ("1. a\n   b\n2. c\n", "1. a\n   b\n2. c"),
    ("- a\nb\n- c", "- a\n  b\n- c"),
    ("| a | `b` |\n| --- | --- |\n| long | c |\n", "  a     `b`\n  long  c"),
    ("a | b\n", "a | b"), ("```text\nnot closed\n", "    not closed"), ("", ""),
    ("\n\na\n\n\n\nb", "a\n\nb")])
def test_what_is_shown(markdown, shown):
    assert plain(markdown) == shown


def test_a_narrow_terminal_folds_what_is_too_long():
    assert plain("one two three **four** five", 15) == "one two three\nfour five"
    assert plain("- one two three four", 12) == "- one two\n  three four"
    assert plain("one two **three**, four", 13) == "one two\nthree, four"


def test_a_paragraph_with_a_folded_line_is_filled():
    """No word stands alone because the text as written had its line end there."""
    assert plain("one two three four\nfive six seven", 15) == "one two three\nfour five six\nseven"
    assert plain("- one two *three\n  four* five\n- six\n  seven", 13) == (
        "- one two\n  three four\n  five\n- six\n  seven")
    assert plain("one two\n\none two three\nfour", 8) == "one two\n\none two\nthree\nfour"


def test_a_paragraph_that_fits_keeps_its_lines():
    assert plain("**one** `two`\nthree [four](x.md)", 11) == "one `two`\nthree four"


def test_a_table_folds_its_widest_column():
    table = "| a | b |\n| --- | --- |\n| one two three | four |\n"
    assert plain(table, 18) == "  a           b\n  one two     four\n  three"


@pytest.mark.parametrize("rows, shown", [
    ("| a | b |\n| --- | --- |\n| one |\n| two | three | four |",
     "  a    b\n  one\n  two  three  four"),
    ("| a | b |\n| --- | --- |\n| x \\| y | `p \\| q` |\n| z | end \\||",
     "  a      b\n  x | y  `p | q`\n  z      end |"),
    ("| a |  | c |\n| - | - | - |\n|| one | |\n", "  a       c\n     one")])
def test_a_table_shows_all_its_cells(rows, shown):
    assert plain(rows) == shown


def test_colours_end_with_their_line():
    assert coloured("**a b\nc**") == "\x1b[1ma b\x1b[0m\n\x1b[1mc\x1b[0m"


def test_code_moves_to_the_left_to_fit():
    line = "x" * 78
    assert plain(f"```text\n{line}\n```") == "  " + line
    assert plain(f"```text\n{line}yyyy\n```") == line + "yyyy"


def test_colours_take_the_place_of_marks():
    assert coloured("a **b `c`** `d`") == (
        "a \x1b[1mb \x1b[0m\x1b[1;36mc\x1b[0m \x1b[36md\x1b[0m")


def test_a_long_line_of_code_goes_on_at_its_right():
    text = "the line:\n    " + " + ".join(["a_name"] * 9)
    assert Telling(colour=False).indented(text, 6) == (
        "      the line:\n          " + " + ".join(["a_name"] * 8)
        + "\n              + a_name")


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: os.path.relpath(path, LABS))
def test_texts_of_labs_fit_the_screen_and_show_no_marks(path):
    with open(path, encoding="utf-8") as f:
        text = plain(f.read())
    assert [line for line in text.splitlines() if len(line) > 80] == []
    prose = re.sub(r"`[^`]*`", "", "\n".join(
        line for line in text.splitlines() if not line.startswith("  ")))
    assert not re.search(r"```|\*\*|^#|\]\(", prose, re.M)
