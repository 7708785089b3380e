"""A question, and what it becomes for one seed.

    @ask("tasks", 1, "Tasks of a word count")          Question: an id, a topic, a level, a title
    def _(v):                                          v: Variant: chance, and ways to find out
        slices = v.pick(range(2, 7))
        run = v.run(f"sc.parallelize(range(9), {slices}).count()")
        return v.number("How many tasks run?", run.tasks, "One a partition.")
                                                       Asked: words, the answer, why

Nobody writes an answer down: it is measured in a run, read from a plan, a setting, the engine's
memory or a simulated cluster, or calculated.  Only what is a definition names its source instead.
"""
import dataclasses
import random
import textwrap

from rushlight.errors import PySparkValueError

LEVELS = (1, 2, 3)
ENGINE = {"run", "plan", "setting", "memory", "simulation"}     # answers that the engine gave


@dataclasses.dataclass(frozen=True)
class Topic:
    """What questions are about, the page of the book that explains it, and the labs where it can be
    seen happening: those with an exercise in Python first, then those in C."""
    name: str
    title: str
    page: int
    page_title: str
    labs: tuple = ()
    labs_in_c: tuple = ()


TOPICS = {topic.name: topic for topic in (
    Topic("why", "Why Spark", 1, "Why Spark", (1, 14)),
    Topic("components", "Components and deploy modes", 3, "Driver, cluster manager, executors",
          (5,), (8, 9)),
    Topic("bridge", "The bridge, and where Python runs", 2, "Spark and PySpark", (5,)),
    Topic("laziness", "Laziness", 5, "Laziness", (1,)),
    Topic("counting", "Counting jobs, stages and tasks", 6, "Stages and tasks", (1, 2)),
    Topic("partitions", "Partitions and files", 7, "Partitions and where they lie", (3,)),
    Topic("joins", "Joins, shuffles and skew", 15, "Joins", (11, 12)),
    Topic("memory", "Memory and OOM", 9, "Memory", (6,), (7,)),
    Topic("caching", "Caching", 10, "Caching and checkpoints", (6,)),
    Topic("serialization", "Serialization and the cost of UDFs", 18, "Serialization", (4, 5)),
    Topic("faults", "Faults and speculation", 11, "Faults", (5, 6), (9,)),
    Topic("streaming", "Streaming guarantees", 26,
          "Streams, tables that change, and thin clients"),
    Topic("sql", "SQL, adaptive execution and Catalyst", 13, "Catalyst, the optimizer",
          (12, 11), (10,)),
    Topic("ml", "MLlib and graphs", 19, "Machine learning", (13,)))}


@dataclasses.dataclass(frozen=True)
class Belief:
    """A misconception by its name, as people say it, and what is true instead.

    >>> Belief("cache() is an action", "It is a note.").says
    'cache() is an action'
    """
    says: str
    truth: str


@dataclasses.dataclass(frozen=True)
class Option:
    """One of those to choose from; `belief` is None for the right one."""
    text: str
    belief: Belief | None


@dataclasses.dataclass
class Asked:
    """A question with its answer, for one seed.

    >>> Asked(None, 0, "number", "How many?", "So.", answer=2, ways=frozenset({"run"})).is_computed
    True
    """
    question: "Question"
    seed: int
    kind: str                   # number | choice | what if
    ask: str
    why: str
    answer: object = None       # of a number
    unit: str = ""
    within: float = 0           # how far off a number may be, as a share
    options: list = dataclasses.field(default_factory=list)
    tempting: dict = dataclasses.field(default_factory=dict)    # number → Belief
    runs: list = dataclasses.field(default_factory=list)
    notes: list = dataclasses.field(default_factory=list)       # what was asked of the engine
    pictures: list = dataclasses.field(default_factory=list)    # SVG, if the workbench draws
    source: str = ""
    ways: frozenset = frozenset()
    excerpt: str = ""           # lines of a program that was told before, instead of it

    @property
    def right(self):
        """Index of the right option."""
        return next(i for i, option in enumerate(self.options) if option.belief is None)

    @property
    def is_computed(self):
        """Whether the engine has answered it."""
        return bool(self.ways & ENGINE)


class Question:
    """One that the bank has."""

    def __init__(self, topic, name, level, title, make):
        self.topic, self.level, self.title = topic, level, title
        self.id = f"{topic}.{name}"
        self._make = make

    def asked(self, bench, seed=0):
        """Computes it for a seed.

        >>> from rushlight.quiz import bank, Workbench
        >>> with Workbench() as bench:
        ...     asked = bank.questions()["components.local_threads"].asked(bench, seed=1)
        >>> asked.kind, asked.is_computed
        ('number', True)
        """
        return self._make(Variant(self, bench, seed))


class Variant:
    """What a question's function is given: chance of its seed, and ways to find out."""

    def __init__(self, question, bench, seed):
        self.question, self.bench, self.seed = question, bench, seed
        self.random = random.Random(f"{question.id}/{seed}")
        self._shown, self._notes, self._ways, self._pictures = [], [], set(), []

    # ── chance ──
    def pick(self, *choices):
        """One of the values, or of the one sequence that is given."""
        return self.random.choice(choices[0] if len(choices) == 1 else choices)

    # ── ways to find out ──
    def run(self, source, shown=True, **how):
        """Runs a program, which the question shows unless it is not `shown`: a Run.
        How: see Workbench.run."""
        run = self.bench.run(textwrap.dedent(source).strip() + "\n", **how)
        self._pictures += filter(None, [run.svg])
        return self.seen(run, shown)

    def setting(self, key):
        """What a setting is if nobody has set it, as text."""
        value = self.bench.setting(key)
        self._note("setting", f"{key} = {value}, the engine's default")
        return value

    def pool(self, heap, **conf):
        """The unified pool of an executor with that heap ("4g"), in bytes, as the engine has it."""
        value = self.bench.pool(heap, conf)
        told = "".join(f", {key} = {val}" for key, val in conf.items())
        self._note("memory", f"an executor with a heap of {heap}{told}: the engine's unified pool "
                             f"is {value / 2 ** 20:,.1f} MiB")
        return value

    def simulate(self, scenario, conf=(), most_told=6, **how):
        """Simulates a scenario, a dict: a Story.  The explanation tells the steps of it that
        `tells`, a regular expression, finds."""
        story = self.bench.simulate(scenario, dict(conf))
        self._ways.add("simulation")
        self._pictures += filter(None, [story.svg])
        self._notes += story.lines(how.get("tells", "."), most_told)
        return story

    def refusal(self, way, attempt):
        """What the engine says as it refuses something, as text, or None if it does not: the
        `attempt` is called.  The way is what has answered: "memory", "simulation"."""
        try:
            attempt()
        except Exception as error:
            self._note(way, str(error))
            return str(error)
        return None

    def seen(self, run, shown=False):
        """Takes a run that was made elsewhere as what answers."""
        run.shown = shown
        self._shown.append(run)
        self._ways.add("run")
        return run

    def _note(self, way, text):
        self._ways.add(way)
        if text not in self._notes:
            self._notes.append(text)

    # ── what comes of it ──
    def number(self, ask, answer, why, unit="", within=0, wrong=(), source=""):
        """A question for a number; `wrong`: {what people answer: the Belief behind it}."""
        tempting = {value: belief for value, belief in dict(wrong).items() if value != answer}
        return self._asked("number", ask, why, source, answer=answer, unit=unit, within=within,
                           tempting=tempting)

    def choose(self, ask, right, why, wrong, source="", kind="choice"):
        """A question with options; `wrong`: {option: Belief}, of which those that happen to be
        right are left out."""
        right = str(right)
        options = [Option(right, None)] + [
            Option(str(text), belief) for text, belief in wrong.items() if str(text) != right]
        random.Random(f"{self.question.id}/{self.seed}/options").shuffle(options)
        return self._asked(kind, ask, why, source, options=options)

    def what_if(self, ask, right, why, wrong, source=""):
        """The same: what happens if …?"""
        return self.choose(ask, right, why, wrong, source, "what if")

    def _asked(self, kind, ask, why, source, **more):
        ways = self._ways or {"definition" if source else "arithmetic"}
        return Asked(self.question, self.seed, kind, _flat(ask), _flat(why), runs=self._shown,
                     notes=self._notes, pictures=self._pictures, source=source,
                     ways=frozenset(ways), **more)


def _flat(text):
    """Paragraphs of a docstring-like text, each on one line."""
    parts = textwrap.dedent(text).strip().split("\n\n")
    return "\n\n".join(" ".join(part.split()) for part in parts)


def holds(measured, text):
    """The text of an option that is right because something was measured; if that ever differs,
    the bank is wrong and says so.

    >>> holds(1 + 1 == 2, "they make two")
    'they make two'
    >>> holds(False, "they make three")
    Traceback (most recent call last):
    ...
    rushlight.errors.base.PySparkValueError: the engine does not agree: they make three
    """
    if not measured:
        raise PySparkValueError(f"the engine does not agree: {text}")
    return text


QUESTIONS = {}


def topic(name):
    """The decorator of a topic's module: ask(name, level, title).

    >>> ask = topic("joins")
    >>> topic("cooking")
    Traceback (most recent call last):
    ...
    AssertionError: cooking...
    """
    assert name in TOPICS, name

    def ask(short, level, title):
        assert level in LEVELS, level

        def register(make):
            question = Question(name, short, level, title, make)
            assert question.id not in QUESTIONS, question.id
            QUESTIONS[question.id] = question
            return make
        return register
    return ask
