"""One question after the other: asked, judged, explained, put into its box."""
import random
import sys
import zlib

from rushlight.errors import PySparkValueError
from rushlight.quiz import _explaining as explaining
from rushlight.quiz._answers import judge

SKIP, QUIT = ("s", "skip"), ("q", "quit", "exit")


def forget_typed_ahead():
    """Drops what was typed at the terminal and not read yet: a key that was pressed while the
    answer was computed is no answer to a question that nobody had seen."""
    if sys.stdin is not None and sys.stdin.isatty():
        import termios
        termios.tcflush(sys.stdin, termios.TCIFLUSH)


class Asking:
    """Talks with whoever answers: `read(prompt)` gives a line or raises EOFError."""

    def __init__(self, read=input, tell=print, forget=forget_typed_ahead):
        self.read, self.tell, self.forget = read, tell, forget

    def answer(self, asked):
        """A Verdict; None: skipped.  EOFError: no more answers will come."""
        self.tell(explaining.question(asked))
        self.forget()
        prompt = "answer (a letter" if asked.options else "answer (a number"
        while True:
            try:
                text = self.read(f"\n{prompt}, s to skip, q to quit): ").strip()
            except (EOFError, KeyboardInterrupt):
                self.tell("")       # the prompt's line is not at its end
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

    def explain(self, asked, verdict, traces=True):
        """What the answer was worth, and the explanation."""
        if verdict is None:
            self.tell("\nSkipped.")
        elif verdict.right:
            self.tell("\nRight.")
        elif verdict.belief:
            self.tell(f"\nNo: “{verdict.belief.says}”. {verdict.belief.truth}")
        else:
            self.tell("\nNo.")
        self.tell(explaining.explanation(asked, traces) + "\n")


def seed_of(question, schedule):
    """Another one each time that a question is asked."""
    card = schedule.cards.get(question.id)
    return card.asked if card else 0


def chosen(questions, topics=(), levels=()):
    """Those of the topics and levels; all if none are named."""
    return [question for question in questions.values()
            if (not topics or question.topic in topics)
            and (not levels or question.level in levels)]


def some_of(questions, number=None, seed=0):
    """So many of them, drawn by a seed, in the order in which they are; all, without a number.

    >>> some_of("abcdef", 3, seed=1), some_of("abc"), some_of("abc", 9)
    (['a', 'c', 'e'], ['a', 'b', 'c'], ['a', 'b', 'c'])
    """
    if number is None or number >= len(questions):
        return list(questions)
    drawn = random.Random(f"some/{seed}").sample(range(len(questions)), number)
    return [questions[at] for at in sorted(drawn)]


def practise(questions, schedule, bench, clock, number, asking, seed=None):
    """Asks as many as `number`, those that are due first, then new ones, the easy ones first:
    (right, answered)."""
    chance = random.Random(zlib.crc32(clock.today().isoformat().encode())
                           if seed is None else seed)
    mixed = sorted(chance.sample(questions, len(questions)), key=lambda question: question.level)
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


def in_turn(questions, asking):
    """Asks questions about one program in their order, which keep no box and show no trace, since
    that would answer the next ones: (right, answered)."""
    right = answered = 0
    for i, question in enumerate(questions, 1):
        asked = question.asked(None)
        asking.tell(f"── {i} of {len(questions)} ── {explaining.title(asked)}\n")
        try:
            verdict = asking.answer(asked)
        except EOFError:
            break
        asking.explain(asked, verdict, traces=False)
        if verdict is not None:
            answered += 1
            right += verdict.right
    return right, answered
