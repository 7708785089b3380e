"""Cases of `rushlight chaos`: one seed, one program, one fault script, and how they are written.

    seed=17 executors=50 faults=5..50 program=join                 all faults of that seed
    seed=17 executors=50 faults=5..50 program=join keep=3,7 on=12  two of them, on 12 executors

A case is all that a run depends on: the same line is the same run.
"""
import dataclasses

from rushlight import _engine

MODEL = "model"


@dataclasses.dataclass(frozen=True)
class Case:
    """What is run.

    >>> Case.parse("seed=17 executors=50 faults=5..50 keep=3,7 on=12").line()
    'seed=17 executors=50 faults=5..50 program=model keep=3,7 on=12'
    """

    seed: int
    executors: int
    faults: tuple
    program: str = MODEL
    keep: tuple = None
    on: int = 0

    def line(self):
        """The case as text that parse () reads.

        >>> Case(1, 12, (5, 30)).line()
        'seed=1 executors=12 faults=5..30 program=model'
        """
        parts = [f"seed={self.seed}", f"executors={self.executors}",
                 f"faults={self.faults[0]}..{self.faults[1]}", f"program={self.program}"]
        if self.keep is not None:
            parts.append("keep=" + ",".join(map(str, self.keep)))
        if self.on:
            parts.append(f"on={self.on}")
        return " ".join(parts)

    @classmethod
    def parse(cls, line):
        """The case of a line; ValueError says what is wrong with it.

        >>> Case.parse("seed=1 executors=12 faults=5..30").seed
        1
        """
        values = {}
        for part in line.split():
            key, equals, text = part.partition("=")
            if not equals or key not in _READERS or key in values:
                raise ValueError(f"{part!r} has no place in a line such as "
                                 f"'seed=1 executors=12 faults=5..30 program=model'")
            values[key] = _READERS[key](text)
        missing = {"seed", "executors", "faults"} - set(values)
        if missing:
            raise ValueError(f"{', '.join(sorted(missing))} missing in {line!r}")
        return cls(**values)

    def part(self, keep, on):
        """The same with some of its faults, on fewer executors.

        >>> Case(1, 12, (5, 30)).part([2], 3).line()
        'seed=1 executors=12 faults=5..30 program=model keep=2 on=3'
        """
        return dataclasses.replace(self, keep=tuple(keep), on=on)

    def for_engine(self):
        """The arguments of the engine's functions on cases.

        >>> Case(1, 12, (5, 30)).for_engine()
        (1, 12, 5, 30, None, 0)
        """
        keep = None if self.keep is None else list(self.keep)
        return (self.seed, self.executors, *self.faults, keep, self.on)


def bounds(text):
    """Two numbers: "5..50", or one for both.

    >>> bounds("5..50"), bounds("7")
    ((5, 50), (7, 7))
    """
    first, dots, last = text.partition("..")
    pair = int(first), int(last if dots else first)
    if pair[0] > pair[1] or pair[0] < 0:
        raise ValueError(f"{text!r} is not FIRST..LAST")
    return pair


def _numbers(text):
    return tuple(int(number) for number in text.split(",") if number)


_READERS = {"seed": int, "executors": int, "faults": bounds, "program": str, "keep": _numbers,
            "on": int}


def judge(case):
    """Runs it: a dict of violations (sentences), n_faults, and reason (why it aborted, or None).

    >>> judge(Case(1, 3, (1, 2)))["violations"]
    []
    """
    if case.program != MODEL:
        from rushlight import _chaos_programs
        return _chaos_programs.judge(case)
    verdict = _engine.chaos_run(*case.for_engine())
    return {name: verdict[name] for name in ("violations", "n_faults", "reason")}


def scenario(case):
    """Its cluster and faults, as JSON text.

    >>> '"manager"' in scenario(Case(1, 3, (1, 2)))
    True
    """
    if case.program != MODEL:
        from rushlight import _chaos_programs
        return _chaos_programs.script(case)[0]
    return _engine.chaos_scenario(*case.for_engine())


def shrink(case, fails):
    """The smallest part of a case that fails, as `fails (case)` says, which is asked often.

    >>> shrink(Case(1, 9, (5, 5)), lambda case: 3 in case.keep and case.on > 2).line()
    'seed=1 executors=9 faults=5..5 program=model keep=3 on=3'
    """
    everything = list(range(case.faults[1]) if case.keep is None else case.keep)
    keep, on, _ = _engine.chaos_shrink(everything, case.on or case.executors,
                                       lambda keep, on: fails(case.part(keep, on)))
    return case.part(keep, on)
