"""One question after the other: asked, judged, explained, put into its box."""
import random
import zlib

from rushlight.errors import PySparkValueError
from rushlight.quiz import _explaining as explaining
from rushlight.quiz._answers import judge

SKIP, QUIT = ("s", "skip"), ("q", "quit", "exit")


class Asking:
    """Talks with whoever answers: `read(prompt)` gives a line or raises EOFError."""

    def __init__(self, read=input, tell=print):
        self.read, self.tell = read, tell

    def answer(self, asked):
        """A Verdict; None: skipped.  EOFError: no more answers will come."""
        self.tell(explaining.question(asked))
        prompt = "answer (a letter" if asked.options else "answer (a number"
        while True:
            try:
                text = self.read(f"\n{prompt}, s to skip, q to quit): ").strip()
            except KeyboardInterrupt:
                raise EOFError from None
            if text.lower() in QUIT:
                raise EOFError
            if text.lower() in SKIP:
                return None
            if not text:
                continue
            try:
                return judge(asked, text)
            except PySparkValueError as e:
                self.tell(str(e))

    def explain(self, asked, verdict):
        """What the answer was worth, and the explanation."""
        if verdict is None:
            self.tell("\nSkipped.")
        elif verdict.right:
            self.tell("\nRight.")
        elif verdict.belief:
            self.tell(f"\nNo: “{verdict.belief.says}”. {verdict.belief.truth}")
        else:
            self.tell("\nNo.")
        self.tell(explaining.explanation(asked) + "\n")


def seed_of(question, schedule):
    """Another one each time that a question is asked."""
    card = schedule.cards.get(question.id)
    return card.asked if card else 0


def chosen(questions, topics=(), levels=()):
    """Those of the topics and levels; all if none are named."""
    return [question for question in questions.values()
            if (not topics or question.topic in topics)
            and (not levels or question.level in levels)]


def practise(questions, schedule, bench, clock, number, asking, seed=None):
    """Asks as many as `number`, those that are due first: (right, answered)."""
    chance = random.Random(zlib.crc32(clock.today().isoformat().encode())
                           if seed is None else seed)
    mixed = chance.sample(questions, len(questions))
    by_id = {question.id: question for question in mixed}
    right = answered = 0
    asking.tell(explaining.filled(explaining.NAMES) + "\n")
    for i, id in enumerate(schedule.order(list(by_id), clock.today())[:number], 1):
        question = by_id[id]
        asked = question.asked(bench, seed_of(question, schedule) if seed is None else seed)
        asking.tell(f"── {i} of {min(number, len(by_id))} ── {explaining.title(asked)}\n")
        try:
            verdict = asking.answer(asked)
        except EOFError:
            break
        asking.explain(asked, verdict)
        if verdict is not None:
            answered += 1
            right += verdict.right
            schedule.answered(id, verdict.right, clock.today())
    return right, answered
