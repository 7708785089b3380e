"""When a question comes again: Leitner's boxes, kept in a file.

    box        1    2    3    4     5       right: the next box; wrong: back to the first
    again in   1 d  2 d  4 d  8 d  16 d

Sebastian Leitner, "So lernt man lernen" (1972): cards in boxes, each box looked at half as often as
the one before it.  A question that was never asked is in no box.

The file is JSON, in the user's state folder unless it is named, and written in one step, so that
two windows or a full disk leave the old one whole.
"""
import dataclasses
import datetime
import json
import os

from rushlight._whole_files import write_whole
from rushlight.errors import PySparkValueError

DAYS = (1, 2, 4, 8, 16)     # by box


@dataclasses.dataclass
class Card:
    """What is known of a question: its box (1 to 5), the day when it is due, answers so far."""
    box: int
    due: datetime.date
    asked: int = 0
    right: int = 0


class Clock:
    """Days, and seconds that only go forward."""

    def today(self):
        """The date here."""
        return datetime.date.today()

    def seconds(self):
        """Of some clock that nobody sets."""
        import time
        return time.monotonic()


def default_file():
    """The user's state file, as the XDG Base Directory Specification has it."""
    state = os.environ.get("XDG_STATE_HOME") or os.path.expanduser("~/.local/state")
    return os.path.join(state, "rushlight", "quiz.json")


class Schedule:
    """Cards in boxes.

    >>> import datetime, os, tempfile
    >>> day = datetime.date(2026, 3, 1)
    >>> cards = Schedule(os.path.join(tempfile.mkdtemp(), "quiz.json"))
    >>> cards.answered("laziness.pivot", True, day)
    >>> cards.answered("joins.skew", False, day)
    >>> [(id, card.box, str(card.due)) for id, card in cards.cards.items()]
    [('laziness.pivot', 2, '2026-03-03'), ('joins.skew', 1, '2026-03-02')]
    """

    def __init__(self, path):
        self.path = path
        self.cards = {}
        if os.path.exists(path):
            self.cards = _read(path)

    def answered(self, id, right, today):
        """Moves a question to its box, and keeps that."""
        card = self.cards.setdefault(id, Card(1, today))
        card.box = min(card.box + 1, len(DAYS)) if right else 1
        card.due = today + datetime.timedelta(days=DAYS[card.box - 1])
        card.asked += 1
        card.right += right
        self.save()

    def order(self, ids, today):
        """All ids as they should be asked: those due, the longest due first; those that are new;
        those that are not due, the soonest first.

        >>> Schedule("no such file").order(["a", "b"], None)
        ['a', 'b']
        """
        def place(id):
            card = self.cards.get(id)
            if card is None:
                return 1, 0
            return (0 if card.due <= today else 2), card.due.toordinal()
        return sorted(ids, key=place)

    def due(self, today):
        """Ids of those that are due."""
        return [id for id, card in self.cards.items() if card.due <= today]

    def save(self):
        """Writes the file."""
        folder = os.path.dirname(os.path.abspath(self.path))
        os.makedirs(folder, exist_ok=True)
        data = {"format": 1, "cards": {id: {**vars(card), "due": card.due.isoformat()}
                                       for id, card in self.cards.items()}}
        write_whole(self.path, json.dumps(data, indent=1) + "\n")


def _read(path):
    try:
        with open(path, encoding="utf-8") as f:
            data = json.load(f)
        return {id: Card(min(max(int(card["box"]), 1), len(DAYS)),
                         datetime.date.fromisoformat(card["due"]), int(card["asked"]),
                         int(card["right"]))
                for id, card in data["cards"].items()}
    except (ValueError, KeyError, TypeError, AttributeError) as e:
        raise PySparkValueError(f"{path} is no file of the quiz ({e}): name another one by "
                                "--state, or remove it") from None
