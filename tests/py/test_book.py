"""The book: its programs run, its numbers are those of the runs, and pages have what pages need.

The pages themselves are built by `make book`, and by `make check`.
"""
import html
import os
import re
import sys
import xml.etree.ElementTree as ElementTree

import pytest

from conftest import ROOT

BOOK = os.path.join(ROOT, "docs", "book")
SUBJECTS = {1: "Why Spark", 2: "Spark and PySpark", 3: "Serialization", 4: "Architecture",
            5: "Laziness and the DAG", 6: "Cluster managers", 7: "Memory", 8: "DataFrames and SQL",
            9: "MLlib, graphs", 10: "Streaming, Spark Connect, lakehouse"}

sys.path[:0] = [BOOK, os.path.join(BOOK, "_ext")]
import book_numbers  # noqa: E402
import book_runs     # noqa: E402
import build         # noqa: E402

PAGES = sorted(name for name in os.listdir(BOOK) if re.match(r"\d\d_\w+\.md$", name))


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    """Each program runs once here, whatever earlier builds have kept."""
    return str(tmp_path_factory.mktemp("book"))


def text_of(page):
    with open(os.path.join(BOOK, page), encoding="utf-8") as f:
        return f.read()


def roles(page, name):
    """(text, line) of each use of a role."""
    text = text_of(page)
    for match in re.finditer(r"\{" + name + r"\}`([^`]+)`", text):
        yield match[1], text.count("\n", 0, match.start()) + 1


def directives(page, name):
    return re.findall(r"^```\{" + name + r"\} (\S+)$", text_of(page), re.M)


@pytest.mark.parametrize("program", book_runs.names())
def test_program_runs_and_draws_what_pages_show(program, kept):
    run = book_runs.run(program, kept)
    for name in run.pictures:
        assert ElementTree.parse(run.picture(name)).getroot().tag.endswith("svg")
    shown = {picture for page in PAGES for picture in directives(page, "picture")}
    assert {p.partition("/")[2] for p in shown if p.startswith(program + "/")} <= run.pictures


@pytest.mark.parametrize("program", book_runs.names())
def test_program_is_on_a_page(program):
    assert any(program in directives(page, "listing") for page in PAGES)


@pytest.mark.parametrize("page", PAGES)
def test_page_has_what_a_page_needs(page):
    text = text_of(page)
    assert directives(page, "listing"), "no program"
    assert directives(page, "picture"), "no picture"
    headings = re.findall(r"^## (.+)$", text, re.M)
    assert headings[-3:] == ["In real Spark", "Try", "Practise"]
    assert [n for n, line in enumerate(text.splitlines(), 1)
            if len(line) > 100 and not line.startswith(("|", ":alt:"))] == []


@pytest.mark.parametrize("page", PAGES + ["glossary.md"])
def test_numbers_of_the_prose_are_measured(page, kept):
    wrong = []
    for name, resolve in (("measured", lambda text: book_numbers.measured(text, kept)),
                          ("default", book_numbers.default)):
        for text, line in roles(page, name):
            try:
                resolve(text)
            except (book_numbers.WrongNumber, KeyError) as error:
                wrong.append(f"{page}:{line}: {error.args[0]}")
    assert wrong == []


def test_pages_are_in_the_table_of_contents_in_order():
    listed = re.findall(r"^(\d\d_\w+)$", text_of("index.md"), re.M)
    assert [name + ".md" for name in listed] == PAGES


@pytest.mark.parametrize("page", PAGES + ["glossary.md", "index.md"])
def test_directives_are_fenced_by_backticks(page):
    """MyST reads no other fence here, and Sphinx does not warn of one: it shows it."""
    assert re.findall(r"^:::.*", text_of(page), re.M) == []


@pytest.mark.parametrize("text, shown", [
    ("<p>:::{glossary}\nterm\n:::</p>", ":::"), ("<p>{listing}</p>", "{listing}"),
    ("<p>see {lab}`1`</p>", "{lab}"), ("<p>```{trace} x</p>", "```")])
def test_the_build_tells_of_markup_that_is_shown_as_text(text, shown, tmp_path):
    (tmp_path / "bad.html").write_text(text)
    (tmp_path / "good.html").write_text("<p>a: b</p><pre>:::{x}</pre><p>in <code>{y}</code></p>"
                                        "<p>{'a': 1}</p>")
    assert [line.split(" as text")[0] for line in build.raw(str(tmp_path))] == [
        f"bad.html shows {shown}"]


def test_the_first_page_sends_to_the_first_lab():
    assert [lab for lab, _ in roles("01_why_spark.md", "lab")][0] == "1"


def test_labs_in_c_alone_are_told_as_such():
    pytest.importorskip("docutils")
    import lab_link
    assert lab_link.told(1) == "lab 1, “Lazy word count”"
    assert lab_link.told(7) == "lab 7, “Shuffle and spill” (in C)"


def test_every_subject_has_a_page():
    found = {}
    for page in PAGES:
        match = re.match(r"---\n.*?^subjects: \[([\d, ]*)\]$.*?\n---\n", text_of(page), re.S | re.M)
        assert match, f"{page} does not say which subjects of the course it is about"
        for number in re.findall(r"\d+", match[1]):
            found.setdefault(int(number), []).append(page)
    assert sorted(found) == sorted(SUBJECTS)


@pytest.mark.parametrize("said, value, agree", [
    ("four", "4", True), ("4", "5", False), ("2,278", "2277.6 MiB", True), ("no", "1", False),
    ("at least 3", "3.7", True), ("more than two", "2", False), ("PythonRDD", "PythonRDD", True),
    ("2.3", "2.34", True), ("2.3", "2.36", False), ("less than 0.5", "0.4", True)])
def test_words_agree_with_values(said, value, agree):
    assert book_numbers.says(said, value) is agree


def test_what_is_not_measured_is_told(kept):
    with pytest.raises(KeyError, match="says nothing of “nonsense”; it tells of: "):
        book_numbers.measured("rounds: nonsense", kept)
    with pytest.raises(book_numbers.WrongNumber, match="the prose says “three”; rounds.py says"):
        book_numbers.measured("three <rounds: stage 0 tasks>", kept)


def test_what_was_not_printed_or_logged_is_told(kept):
    run = book_runs.run("rounds", kept)
    assert run.command(1)["words"].startswith("rushlight ")
    with pytest.raises(ValueError, match="rounds.py: number 9; its docstring has 1 commands"):
        run.command(9)
    with pytest.raises(ValueError, match="rounds.py: number 2; it has written 1 event logs"):
        run.trace(2)
    with pytest.raises(ValueError, match="rounds.py: number 0; it has written 1 event logs"):
        run.steps_of(0)


def test_pictures_name_files_without_the_folder_of_the_run(kept):
    run = book_runs.run("sales", kept)
    with open(run.picture("sales.svg"), encoding="utf-8") as f:
        assert "[file:sales.csv]" in html.unescape(f.read())


def test_times_are_left_out_of_pictures_of_real_runs(kept):
    run = book_runs.run("rounds", kept)
    with open(run.picture("rounds.svg"), encoding="utf-8") as f:
        text = f.read()
    assert ">2 tasks<" in text and " ms<" not in text
