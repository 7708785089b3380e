"""What the subcommands of `rushlight lesson` do; each gives the exit status.

    0  done, and all is well        1  something is not solved or not true        2  misuse
"""
import os
import sys

from rushlight.lesson import asking, folder, grading, loading, running
from rushlight.lesson import state as states
from rushlight.lesson.model import SHORT_KINDS, LessonError
from rushlight.lesson.proof import prove
from rushlight.lesson.telling import Telling, is_whole


class Desk:
    """A student's folder and its labs: what most commands begin with."""

    def __init__(self, told=None):
        self.state = states.here()
        self.labs = loading.labs(self.state.labs)
        self.told = told or Telling()

    @property
    def exercises(self):
        """All of them, in the order in which they are worked on."""
        return [exercise for lab in self.labs for exercise in lab.exercises]

    def exercise(self, name):
        """The one that is named; of a lab alone, its first; without a name, the current one."""
        if name is not None:
            return loading.exercises_of(name, self.labs)[0]
        known = {exercise.name: exercise for exercise in self.exercises}
        return known.get(self.state.current) or self.next_of(None)

    def next_of(self, exercise):
        """The unsolved one that comes after another, or first of all; of the same kind as long as
        there is one, since who works in Python need not have a C compiler.  If all are solved,
        any."""
        at = self.exercises.index(exercise) + 1 if exercise else 0
        in_turn = self.exercises[at:] + self.exercises[:at]
        unsolved = [e for e in in_turn if not self.state.has_passed(e)] or in_turn[-1:]
        kind = exercise.kind if exercise else "python"
        return next((e for e in unsolved if e.kind == kind), unsolved[0])

    def need_started(self, exercise):
        """That there is a file."""
        if not folder.is_started(self.state, exercise):
            raise LessonError(f"{exercise.lab.name}/{exercise.file} is not there: "
                              f"`rushlight lesson start {exercise.name}` hands it out")

    def make_current(self, exercise):
        self.state.current = exercise.name
        self.state.save()

    def grade(self, exercise, seed=None):
        """The verdicts on the student's file, noted."""
        self.need_started(exercise)
        verdicts = grading.grade(exercise, folder.path_of(self.state, exercise),
                                 student=self.state.student, seed=seed)
        if is_whole(verdicts) and seed is None and not self.state.has_passed(exercise):
            self.state.note_pass(exercise)
            self.state.save()
        return verdicts

    def lines(self):
        """A line for each lab: its number, its title, and how its exercises stand."""
        return [list_line(self.told, lab, self.state) for lab in self.labs]


def list_line(told, lab, state):
    """How a lab stands for a student; without one, what it has."""
    words = []
    for kind in SHORT_KINDS:
        exercise = lab.exercise(kind)
        standing, colour = _standing(state, exercise) if exercise else ("", "dim")
        text = f"{kind}: {standing}".rstrip(": ") if exercise else ""
        words.append(told.paint(text, colour) + " " * (16 - len(text)))
    return f"{lab.number:2}  {lab.title:<42.42}  {''.join(words)}".rstrip()


def _standing(state, exercise):
    if state is None:
        return "", "dim"
    if state.has_passed(exercise):
        return "passed", "green"
    if folder.is_begun(state, exercise):
        return "begun", "yellow"
    return "open", "dim"


# ── for students ──
def init(options):
    """Makes a folder."""
    told = Telling()
    if options.labs:
        loading.labs(options.labs)      # says what is wrong with them
    state, is_new = folder.init(options.folder, options.student, options.labs)
    if is_new:
        told.say(f"{options.folder}: lessons for {state.student}")
    else:
        told.say(f"{options.folder} is {state.student}'s already; nothing was changed")
    told.say(f"next:  cd {options.folder} && rushlight lesson start 1")
    return 0


def list_labs(options):
    """One numbered line a lab."""
    told = Telling()
    place = states.find()
    state = states.load(place) if place else None
    for lab in loading.labs(state and state.labs):
        told.say(list_line(told, lab, state))
    return 0


def start(options):
    """Hands out a lab, shows its text up to where one stops to think, asks what the student
    expects."""
    desk = Desk()
    exercise = desk.exercise(options.exercise)
    new = folder.hand_out(desk.state, exercise.lab)
    desk.make_current(exercise)
    asks = bool(exercise.predictions) and not desk.state.predictions.get(exercise.name)
    whole = loading.read_text(exercise.lab.text)
    desk.told.text(_before_the_answers(whole) if asks else whole)
    desk.told.say()
    for name in new:
        desk.told.say(f"handed out: {exercise.lab.name}/{name}")
    if asks and sys.stdin.isatty():
        desk.told.say(f"Have a look at {exercise.lab.name}/{exercise.file} before you answer.")
        ask(desk, exercise)
    elif asks:
        desk.told.say(f"first:   rushlight lesson predict {exercise.name}")
    if asks:
        desk.told.say(f"read on: rushlight lesson text {exercise.name}   (or {exercise.lab.name}/"
                      "lab.md)")
    desk.told.say(f"then:    rushlight lesson run {exercise.name}")
    return 0


def _before_the_answers(text):
    """A lab's text up to the end of its section Predict: what comes next shows what happens."""
    head, predict, rest = text.partition("\n## Predict\n")
    return head + predict + rest.partition("\n## ")[0]


def predict(options):
    """Asks, and keeps the answers."""
    desk = Desk()
    exercise = desk.exercise(options.exercise)
    if not exercise.predictions:
        desk.told.say(f"{exercise.name} asks for no predictions")
        return 0
    ask(desk, exercise)
    return 0


def ask(desk, exercise):
    """Asks an exercise's questions, and notes the answers."""
    desk.told.say("What do you expect?  An empty line passes a question over.")
    answers = desk.state.predictions.setdefault(exercise.name, {})
    n = 0
    for id, answer in asking.ask(desk.told, exercise, input):
        answers[id] = answer
        desk.state.save()           # each at once: Ctrl-C loses none
        n += 1
    desk.told.say(f"noted: {n} of {len(exercise.predictions)}")


def run(options):
    """Runs the program; shows what it did beside what was expected."""
    desk = Desk()
    return run_program(desk, desk.exercise(options.exercise))


def run_program(desk, exercise):
    """As above, for an exercise."""
    desk.need_started(exercise)
    told, program = desk.told, folder.program_of(desk.state, exercise)
    if program is None:
        told.say(f"{exercise.name} is a part of the engine and has no program of its own: "
                 f"`rushlight lesson check {exercise.name}` runs it")
        return 0
    status, traces, pictures = running.run(program, exercise, _plugin_of(desk, exercise))
    for trace in traces:
        told.say()
        told.say(trace)
    if pictures:
        told.say()
        told.say(f"drawn: {' and '.join(pictures)}, in {exercise.lab.name}/")
    if status:
        told.say(f"the program ended with status {status}")
        return 1
    answers = desk.state.predictions.get(exercise.name, {})
    if exercise.predictions:
        told.say()
        asking.compare(told, exercise, answers, grading.truths(exercise) if answers else {})
    return 0


def _plugin_of(desk, exercise):
    """The settings that put the student's file in C into the engine."""
    if exercise.kind != "c":
        return {}
    from rushlight import plugin
    try:
        return {"spark.rushlight.plugins": plugin.build(folder.path_of(desk.state, exercise))}
    except plugin.PluginBuildError as e:
        raise LessonError(str(e)) from None


def hint(options):
    """The next hint."""
    desk = Desk()
    show_hint(desk, desk.exercise(options.exercise))
    return 0


def show_hint(desk, exercise):
    """The next one; the last one again when there are no more."""
    texts = loading.hints(exercise)
    shown = min(desk.state.hints.get(exercise.name, 0) + 1, len(texts))
    desk.state.hints[exercise.name] = shown
    desk.state.save()
    last = " (the last one)" if shown == len(texts) else ""
    desk.told.say(desk.told.paint(f"hint {shown} of {len(texts)}{last}", "bold"))
    desk.told.text(texts[shown - 1])


def check(options):
    """Grades exercises of the student's, or one file."""
    if options.file:
        return _check_file(options)
    if options.lab:
        raise LessonError("--lab goes with --file: your own folder has its labs already")
    desk = Desk()
    if options.student not in (None, desk.state.student):
        raise LessonError(f"this folder is {desk.state.student}'s: --student goes with --file")
    exercises = ([desk.exercise(None)] if options.exercise is None else
                 loading.exercises_of(options.exercise, desk.labs))
    begun = [e for e in exercises if folder.is_begun(desk.state, e)] or exercises[:1]
    all_whole = True
    for exercise in begun:
        verdicts = desk.grade(exercise, options.seed)
        desk.told.verdicts(exercise, verdicts)
        whole = is_whole(verdicts)
        all_whole = all_whole and whole
        if whole and options.seed is None:
            desk.told.say(f"solved.  a solution to compare with: rushlight lesson solution "
                          f"{exercise.name}")
    if all_whole and options.seed is None:
        following = desk.next_of(begun[0])
        desk.told.say("all labs are solved" if desk.state.has_passed(following) else
                      f"next:    rushlight lesson start {following.name}")
    return 0 if all_whole else 1


def _check_file(options):
    if options.exercise is None and options.lab is None:
        raise LessonError("which exercise is the file of?  rushlight lesson check 4py --file …")
    all_labs = loading.labs(options.lab)
    name = options.exercise or str(all_labs[0].number)
    exercises = loading.exercises_of(name, all_labs)
    if len(exercises) > 1:
        names = " or ".join(exercise.name for exercise in exercises)
        raise LessonError(f"--file is one exercise's: say {names}")
    verdicts = grading.grade(exercises[0], options.file, student=options.student or "",
                             seed=options.seed)
    Telling().verdicts(exercises[0], verdicts)
    return 0 if is_whole(verdicts) else 1


def reset(options):
    """The starter again."""
    desk = Desk()
    reset_file(desk, desk.exercise(options.exercise))
    return 0


def reset_file(desk, exercise):
    """As above, for an exercise."""
    kept = folder.reset(desk.state, exercise)
    place = f"{exercise.lab.name}/{exercise.file}"
    desk.told.say(f"{place} is as it was handed out" + (
        f"; yours is kept as {os.path.basename(kept)}" if kept else ""))


def solution(options):
    """The reference, for who has passed."""
    desk = Desk()
    exercise = desk.exercise(options.exercise)
    if not desk.state.has_passed(exercise):
        desk.told.say(f"{exercise.name} is not solved yet: its solution is shown when all checks "
                      f"pass.  rushlight lesson hint {exercise.name} helps")
        return 1
    desk.told.say(loading.read_text(exercise.solution).rstrip())
    return 0


def text(options):
    """The lab's text."""
    desk = Desk()
    desk.told.text(loading.read_text(desk.exercise(options.exercise).lab.text))
    return 0


def watch(options):
    """Checks whenever a file is saved."""
    from rushlight.lesson.watch import Watch
    desk = Desk()
    return Watch(desk, desk.exercise(options.exercise)).once() if options.once else (
        Watch(desk, desk.exercise(options.exercise)).run())


# ── for authors ──
def author(options):
    """Proves labs: what an author runs after each change."""
    told = Telling()
    all_ok = True
    for place in options.folders:
        report = prove(loading.load(place), text=not options.no_text)
        all_ok = all_ok and report.ok
        told.say(told.apart(f"{report.lab.number}  {report.lab.title}",
                            f"{'proved' if report.ok else 'not proved'}, {report.seconds:g} s",
                            "bold", "green" if report.ok else "red"))
        told.say(f"   {report.n_checks} checks, {report.n_predictions} predictions, "
                 f"{report.n_mutants} mutants, {report.n_blocks} blocks of lab.md")
        for problem in report.problems:
            told.say(f"   - {problem}")
    return 0 if all_ok else 1
