"""The page and the cards: what is in them, what their scripts do, and what is on which side."""
import json
import re
import shutil
import subprocess

import pytest
from quiz_typed import HANG_S, command, fixed

from rushlight.errors import PySparkValueError
from rushlight.quiz import Belief
from rushlight.quiz import _answers as answers
from rushlight.quiz._questions import Asked, Option


def asked_questions():
    """Two of each kind, with text that HTML must not take for markup."""
    eager = Belief("<b>eager</b>", "It is not & never was.")
    question = fixed("laziness.q", 1)
    return [Asked(question, 0, "number", "How <many>?", "a < b", answer=2277.6, unit="MiB",
                  within=0.01, tempting={4096: eager}),
            Asked(question, 0, "choice", "Which?", "</script> so", options=[
                Option("x", eager), Option("y & z", None), Option("w", eager)])]


def test_the_page_holds_questions_as_data_that_cannot_break_out(tmp_path):
    from rushlight.quiz._page import write_page
    path = tmp_path / "quiz.html"
    write_page(asked_questions(), str(path))
    text = path.read_text(encoding="utf-8")
    assert text.count("</script>") == 2 and "http://" not in text and "https://" not in text
    assert "default-src 'none'" in text
    data = json.loads(re.search(r'id="data">(.*?)</script>', text, re.S)[1])
    first, second = data["questions"]
    assert first["answer"] == 2277.6 and first["tempting"] == [
        [4096, "<b>eager</b>", "It is not & never was."]]
    assert second["right"] == 1 and second["why"] == "</script> so"


@pytest.mark.skipif(not shutil.which("node"), reason="the page's script needs node to be tested")
def test_the_pages_script_reads_numbers_as_the_command_does(tmp_path):
    from rushlight.quiz import _page
    with open(_page._TEMPLATE, encoding="utf-8") as f:
        script = re.findall(r"<script>(.*?)</script>", f.read(), re.S)[0]
    typed = [("2,278 MB", "MiB"), ("2g", "MiB"), ("2 278", "MiB"), ("1.5 min", "s"), ("2m", "s"),
             ("~40", ""), ("about 40 tasks", ""), ("four", ""), ("None.", ""), ("−1", ""),
             ("2.278e3", "MiB"), ("512k", "MiB"), ("many", ""), ("1,2,3", ""), ("1.2.3", ""),
             ("", "")]
    script += f"\nconsole.log(JSON.stringify({json.dumps(typed)}.map(a => parseNumber(...a))));"
    file = tmp_path / "script.js"
    file.write_text(script, encoding="utf-8")
    done = subprocess.run(["node", str(file)], capture_output=True, text=True, timeout=HANG_S)
    assert done.returncode == 0, done.stderr

    def ours(text, unit):
        try:
            return answers.parse_number(text, unit)
        except PySparkValueError:
            return None
    assert json.loads(done.stdout) == [ours(*one) for one in typed]


def test_answers_lie_behind_their_questions(tmp_path):
    from rushlight.quiz._cards import write_cards
    path = tmp_path / "cards.html"
    some = []
    for i in range(7):
        asked = asked_questions()[0]
        asked.question = fixed(f"laziness.q{i}", i)
        some.append(asked)
    write_cards(some, str(path))
    text = path.read_text(encoding="utf-8")
    sheets = re.split(r'<section class="sheet ', text)[1:]
    ids = [re.findall(r"laziness\.(q\d)", sheet) for sheet in sheets]
    assert ids == [["q0", "q1", "q2", "q3", "q4", "q5"], ["q1", "q0", "q3", "q2", "q5", "q4"],
                   ["q6"], ["q6"]]
    assert sheets[3].index('class="card"></div>') < sheets[3].index("q6")
    assert "How &lt;many&gt;?" in text and "<b>eager" not in text and "size: A4" in text


def test_no_answer_is_on_the_questions_side(tmp_path):
    """Neither on a card's front, nor above the answers of a page on paper."""
    from rushlight.quiz._cards import write_cards
    path = tmp_path / "cards.html"
    write_cards(asked_questions(), str(path))
    front, back = re.split(r'<section class="sheet ', path.read_text(encoding="utf-8"))[1:]
    for words in ("2,277.6", "a &lt; b", "b)  y &amp; z</p>", "eager", "4,096"):
        assert words not in front and words in back


@pytest.mark.skipif(not shutil.which("node"), reason="the page's script needs node to be tested")
def test_a_page_on_paper_has_its_answers_on_sheets_of_their_own(tmp_path):
    """The script runs on as much of a document as it needs: nodes with text and children."""
    from rushlight.quiz._page import write_page
    page = tmp_path / "quiz.html"
    write_page(asked_questions(), str(page))
    data, script = re.findall(r"<script.*?>(.*?)</script>", page.read_text(encoding="utf-8"), re.S)
    file = tmp_path / "script.js"
    file.write_text(DOCUMENT.replace("DATA", json.dumps(data)) + script + PRINTED, encoding="utf-8")
    done = subprocess.run(["node", str(file)], capture_output=True, text=True, timeout=HANG_S)
    assert done.returncode == 0, done.stderr
    questions, answers = done.stdout.split("Answers")
    assert "How <many>?" in questions and "2,277.6" not in questions and "a)  x" in questions
    assert "1. 2,277.6 MiB" in answers and "2. b)  y & z" in answers


DOCUMENT = """
class Node {
  constructor() { this.children = []; this.listeners = {}; this.value = ""; this.textContent = ""; }
  append(...more) { this.children.push(...more); }
  replaceChildren(...more) { this.children = more; }
  addEventListener(name, what) { this.listeners[name] = what; }
  focus() {}
  text() {
    return [this.textContent, ...this.children.map(c => c.text ? c.text() : c)].join("\\n");
  }
}
const nodes = {}, window = new Node(), location = {hash: ""};
const localStorage = {getItem: () => null, setItem: () => {}};
const Option = function () { return new Node(); };
const document = {createElement: () => new Node(),
                  getElementById: id => nodes[id] = nodes[id] || new Node()};
document.getElementById("data").textContent = DATA;
"""
PRINTED = """
window.listeners.beforeprint();
console.log(nodes.sheets.text());
"""


def test_page_and_cards_of_the_command(tmp_path):
    done = command("--page", "p.html", "--cards", "c.html", "--topic", "streaming", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "p.html: 12 questions" in done.stdout and "c.html: 12 questions" in done.stdout


def test_a_simulated_cluster_is_drawn_as_a_timeline(tmp_path):
    picture = tmp_path / "run.svg"
    done = command("--show", "faults.speculation_run", "--picture", str(picture))
    assert done.returncode == 0, done.stderr
    assert "<svg" in picture.read_text(encoding="utf-8")
