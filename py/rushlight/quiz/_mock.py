"""A mock interview: 30 minutes, a budget for each question, a score by topic, what to read.

    level     1       2       3
    budget    60 s    120 s   180 s

The clock runs while a question waits for its answer, not while the engine computes one.  An answer
within its budget counts whole, a later one half.  When the time is over no question is begun any
more; what was not asked does not count.
"""
import dataclasses
import random

from rushlight.quiz import _explaining as explaining
from rushlight.quiz._questions import TOPICS

MINUTES = 30
BUDGET_S = {1: 60, 2: 120, 3: 180}
_LATE = 0.5


@dataclasses.dataclass
class Mark:
    """What an answer was worth."""
    asked: object
    verdict: object         # None: skipped
    seconds: float

    @property
    def budget_s(self):
        return BUDGET_S[self.asked.question.level]

    @property
    def points(self):
        if self.verdict is None or not self.verdict.right:
            return 0.0
        return 1.0 if self.seconds <= self.budget_s else _LATE


def plan(questions, seed, minutes=MINUTES):
    """Questions for the time: topics in turn, levels mixed, as many as the budgets allow.

    >>> from rushlight.quiz import bank
    >>> chosen = plan(list(bank.questions().values()), seed=1)
    >>> sum(BUDGET_S[question.level] for question in chosen) <= 30 * 60, len(chosen) > 12
    (True, True)
    """
    chance = random.Random(f"mock/{seed}")
    by_topic = {}
    for question in chance.sample(questions, len(questions)):
        by_topic.setdefault(question.topic, []).append(question)
    topics = chance.sample(list(by_topic), len(by_topic))
    chosen, left = [], minutes * 60
    while any(by_topic.values()):
        for topic in topics:
            fits = [q for q in by_topic[topic] if BUDGET_S[q.level] <= left]
            if not fits:
                by_topic[topic] = []
                continue
            chosen.append(fits[0])
            by_topic[topic].remove(fits[0])
            left -= BUDGET_S[fits[0].level]
    return sorted(chosen, key=lambda question: question.level)


def interview(questions, bench, clock, asking, seed, minutes=MINUTES):
    """Asks, without explaining; tells score and summary at the end: the list of Marks."""
    chosen = plan(questions, seed, minutes)
    left, marks = minutes * 60.0, []
    asking.tell(explaining.filled(
        f"{len(chosen)} questions, {minutes} minutes. An answer within its budget counts whole, "
        f"a later one half. Explanations come at the end.\n\n{explaining.NAMES}") + "\n")
    for i, question in enumerate(chosen, 1):
        if left <= 0:
            asking.tell("Time is over.\n")
            break
        asked = question.asked(bench, seed)
        asking.tell(f"── {i} of {len(chosen)} · {_clock(left)} left · budget "
                    f"{_clock(BUDGET_S[question.level])} ── {explaining.title(asked)}\n")
        since = clock.seconds()
        try:
            verdict = asking.answer(asked)
        except EOFError:
            break
        marks.append(Mark(asked, verdict, clock.seconds() - since))
        left -= marks[-1].seconds
        asking.tell("")
    asking.tell(summary(marks))
    return marks


def summary(marks):
    """Score by topic, what took too long, what to read; then each miss, explained."""
    if not marks:
        return "No answers, no score."
    total = sum(mark.points for mark in marks)
    lines = [f"Score: {total:g} of {len(marks)} ({total / len(marks):.0%})", ""]
    rows = []
    for topic in TOPICS.values():
        own = [mark for mark in marks if mark.asked.question.topic == topic.name]
        if own:
            points = sum(mark.points for mark in own)
            rows.append((points / len(own), topic))
            lines.append(f"  {topic.title:<36} {points:>4g} of {len(own)}")
    late = [mark for mark in marks if mark.seconds > mark.budget_s]
    if late:
        lines += ["", "Over budget: " + ", ".join(
            f"{mark.asked.question.id} ({_clock(mark.seconds)} for {_clock(mark.budget_s)})"
            for mark in late)]
    weak = [(share, topic) for share, topic in rows if share < 1]
    if weak:
        _, weakest = min(weak, key=lambda row: row[0])
        lines += ["", "To read:"]
        lines += [explaining.hanging(f"{topic.title}: {explaining.sources(topic)}")
                  for _, topic in weak]
        begin = f", then {explaining.first_step(weakest)}" if weakest.labs else ""
        lines.append(f"Begin with page {weakest.page} of the book{begin}")
    for mark in marks:
        if not mark.points:
            lines += ["", f"── {explaining.title(mark.asked)}", "",
                      explaining.question(mark.asked), "", explaining.explanation(mark.asked)]
    return "\n".join(lines)


def _clock(seconds):
    """
    >>> _clock(125)
    '2:05'
    """
    return f"{int(seconds) // 60}:{int(seconds) % 60:02}"
