"""Cards to print and cut: A4 sheets, six a sheet, questions in front and answers behind.

    front   1 2      back   2 1      turned over its long edge, each answer lies behind
            3 4             4 3      its question
            5 6             6 5

On a narrow screen they stand in one column and in their order, six questions and six answers.
"""
import html

from rushlight.quiz import _explaining as explaining
from rushlight.quiz._answers import LETTERS
from rushlight.quiz._questions import TOPICS

_COLUMNS, _ROWS = 2, 3
_STYLE = """
@page { size: A4; margin: 0; }
* { box-sizing: border-box; margin: 0; }
body { font: 10pt/1.35 Georgia, "Times New Roman", serif; color: #111; }
.sheet { width: 210mm; height: 297mm; padding: 8mm 9mm; display: grid; break-after: page;
         grid-template-columns: repeat(2, 96mm); grid-template-rows: repeat(3, 93.6mm); }
.card { border: .2mm dashed #999; padding: 4mm; overflow: hidden; display: flex;
        flex-direction: column; gap: 1.5mm; }
.card.small { font-size: 8.6pt; } .card.tiny { font-size: 7.2pt; }
.meta { color: #7a4a12; font-size: .85em; display: flex; justify-content: space-between; }
pre { font: .84em/1.3 "DejaVu Sans Mono", Consolas, monospace; background: #f4f1ea;
      padding: 1mm 1.5mm; white-space: pre-wrap; overflow-wrap: anywhere; }
pre span { display: block; padding-left: 7ch; text-indent: -7ch; min-height: 1.3em; }
.options { list-style: none; padding: 0; }
.options li { padding-left: 1.6em; text-indent: -1.6em; }
.answer { font-weight: bold; font-size: 1.15em; }
.not { font-size: .9em; }
.counts { margin-top: auto; color: #555; font-size: .85em; }
@media screen { body { background: #ddd; } .sheet { background: #fff; margin: 4mm auto; } }
@media screen and (max-width: 215mm) {
  body, .card.small, .card.tiny { font-size: 15px; }
  .sheet { width: auto; height: auto; margin: 0; padding: 2mm; display: flex;
           flex-direction: column; }
  .back { background: #f6f3ec; margin-bottom: 4mm; }
  .card { order: var(--place); padding: 3mm; gap: 2.5mm; } .card:empty { display: none; }
}
"""


def write_cards(all_asked, path):
    """Writes the sheets.

    >>> import os, tempfile
    >>> path = os.path.join(tempfile.mkdtemp(), "cards.html")
    >>> write_cards([], path)
    >>> "size: A4" in open(path).read()
    True
    """
    sheets = "".join(_sheet(all_asked[at:at + _COLUMNS * _ROWS])
                     for at in range(0, len(all_asked), _COLUMNS * _ROWS))
    with open(path, "w", encoding="utf-8") as f:
        f.write(f'<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
                '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
                f"<title>Rushlight quiz cards</title>\n<style>{_STYLE}</style>\n</head>\n"
                f"<body>\n{sheets}</body>\n</html>\n")


def _sheet(some):
    fronts = [_card(_front(asked), place) for place, asked in enumerate(some)]
    backs = [_card(_back(asked), place) for place, asked in enumerate(some)]
    empty = '<div class="card"></div>\n'
    fronts += [empty] * (_COLUMNS * _ROWS - len(some))
    backs += [empty] * (_COLUMNS * _ROWS - len(some))
    mirrored = [backs[row * _COLUMNS + column] for row in range(_ROWS)
                for column in reversed(range(_COLUMNS))]
    return (f'<section class="sheet front">\n{"".join(fronts)}</section>\n'
            f'<section class="sheet back">\n{"".join(mirrored)}</section>\n')


def _front(asked):
    parts = [_meta(asked)]
    parts += map(_program, explaining.programs(asked))
    parts += [_tag("p", text) for text in asked.ask.split("\n\n")]
    if asked.options:
        parts.append(_list(f"{LETTERS[i]}) {option.text}"
                           for i, option in enumerate(asked.options)))
    elif explaining.expected(asked):
        parts.append(_tag("p", f"({explaining.expected(asked)})"))
    return parts


def _back(asked):
    parts = [_meta(asked), _tag("p", explaining.answer(asked), "answer")]
    parts += [_tag("p", text) for text in asked.why.split("\n\n")]
    wrong = explaining.tempting(asked)
    if wrong:
        parts.append(_list((f"{what} — “{belief.says}”. {belief.truth}" for what, belief in wrong),
                           "options not"))
    told = [run.counts for run in asked.runs] + asked.notes[:2]
    parts.append(_tag("p", " · ".join(told + [explaining.reading(asked)]), "counts"))
    return parts


def _card(parts, place):
    """Text that is long is set smaller, so that it fits; `place` is its question's."""
    text = "".join(parts)
    room = len(text) + 45 * text.count("\n") + 25 * text.count("<li>")
    size = "card" + (" tiny" if room > 1250 else " small" if room > 850 else "")
    return f'<div class="{size}" style="--place: {place}">{text}</div>\n'


def _meta(asked):
    question = asked.question
    return ('<p class="meta">' + f"<span>{html.escape(TOPICS[question.topic].title)}</span>"
            f"<span>{question.id} · {'●' * question.level}{'○' * (3 - question.level)}</span></p>")


def _list(items, kind="options"):
    return f'<ul class="{kind}">' + "".join(f"<li>{html.escape(item)}</li>" for item in items) \
        + "</ul>"


def _program(text):
    """A line that does not fit goes on behind its number."""
    return "<pre>" + "".join(f"<span>{html.escape(line)}</span>" for line in text.splitlines()) \
        + "</pre>"


def _tag(tag, text, kind=""):
    return f"<{tag}{f' class={kind!r}' if kind else ''}>{html.escape(text)}</{tag}>"
