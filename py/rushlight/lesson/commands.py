"""What the subcommands of `rushlight lesson` do; each gives the exit status.

    0  done, and all is well        1  something is not solved or not true        2  misuse
"""
import os
import shutil
import sys

from rushlight.lesson import asking, folder, grading, loading, running
from rushlight.lesson import state as states
from rushlight.lesson.desk import KIND_WORDS, Desk, no_lab
from rushlight.lesson.listing import list_lines
from rushlight.lesson.model import LessonError
from rushlight.lesson.proof import prove
from rushlight.lesson.telling import Telling, is_whole


# ── for students ──
def init(options):
    """Makes a folder."""
    told = Telling()
    labs, broken = loading.readable_labs(options.labs)
    if not labs:
        no_lab(options.labs, broken)
    for error in broken.values():
        told.say(told.paint(str(error), "red"))
    state, is_new = folder.init(options.folder, options.student, options.labs)
    if is_new:
        told.say(f"{options.folder}: lessons for {state.student}")
    else:
        told.say(f"{options.folder} is {state.student}'s already; nothing was changed")
    activate = os.path.join(os.path.dirname(sys.executable), "activate")
    if shutil.which("rushlight") is None and os.path.isfile(activate):
        told.say(f"first: . {activate}   (so that `rushlight` is found)")
    told.say(f"next:  cd {options.folder} && rushlight lesson start {labs[0].number}")
    return 0


def list_labs(options):
    """One numbered line a lab; at a terminal also how far the student is, and what comes next."""
    told = Telling()
    here = states.find() is not None
    desk = Desk(told) if here else None
    labs, broken = (desk.labs, desk.broken) if here else loading.readable_labs()
    for line in list_lines(told, labs, broken, desk and desk.state):
        told.say(line)
    if told.stream.isatty():
        told.say(f"\nsolved:  {desk.progress()}" if here else "")
        told.then(("next", desk.step_of(desk.exercise(None)) if here else "init course"))
    return 1 if broken else 0


def start(options):
    """Hands out a lab, shows its text up to where one stops to think, asks what the student
    expects."""
    desk = Desk()
    exercise = desk.exercise(options.exercise)
    introduce(desk, exercise, can_ask=sys.stdin.isatty())
    return 0


def introduce(desk, exercise, can_ask):
    """As above, for an exercise; asks only if somebody is there."""
    new = folder.hand_out(desk.state, exercise.lab)
    desk.make_current(exercise)
    asks = not desk.state.is_asked(exercise)
    whole = loading.read_text(exercise.lab.text)
    desk.told.text(_before_the_answers(whole) if asks else whole)
    desk.told.say()
    for name in new:
        desk.told.say(f"handed out: {exercise.lab.name}/{name}")
    if asks and can_ask:
        desk.told.say(f"Have a look at {exercise.lab.name}/{exercise.file} before you answer.")
        ask(desk, exercise)
    elif asks:
        desk.told.then(("first", f"predict {exercise.word}"))
    desk.told.then(("then", _after_predictions(desk, exercise)))


def _after_predictions(desk, exercise):
    """The command that shows, or needs, what was predicted."""
    runs = folder.program_of(desk.state, exercise) is not None
    return f"{'run' if runs else 'check'} {exercise.word}"


def _before_the_answers(text):
    """A lab's text up to the end of its section Predict: what comes next shows what happens."""
    head, predict, rest = text.partition("\n## Predict\n")
    return head + predict + rest.partition("\n## ")[0]


def _after_the_answers(text):
    """The rest of it; nothing if it has no such section."""
    before = _before_the_answers(text)
    return text[len(before):].lstrip("\n")


def predict(options):
    """Asks, and keeps the answers."""
    desk = Desk()
    exercise = desk.exercise(options.exercise)
    if not exercise.predictions:
        desk.told.say(f"lab {exercise.word} asks for no predictions")
    else:
        if options.anew:
            desk.state.predictions.pop(exercise.name, None)
            desk.state.save()       # they are gone even if nothing is answered now
        ask(desk, exercise)
    desk.told.then(("next", _after_predictions(desk, exercise)))
    return 0


def ask(desk, exercise):
    """Asks those of an exercise's questions that are open, and notes the answers."""
    said = desk.state.answers(exercise)
    if len(said) < len(exercise.predictions):
        desk.told.say("What do you expect?  An empty line passes a question over;\n"
                      "Ctrl-D leaves the rest for later.")
    answers = desk.state.predictions.setdefault(exercise.name, {})
    for id, answer in asking.ask(desk.told, exercise, said, input):
        answers[id] = answer
        desk.state.save()           # each at once: Ctrl-C loses none
    desk.told.say(f"noted: {len(desk.state.answers(exercise))} of {len(exercise.predictions)}")
    if said:
        desk.told.then(("anew", f"predict {exercise.word} --anew"))


def run(options):
    """Runs the program; shows what it did beside what was expected."""
    desk = Desk()
    exercise = desk.exercise(options.exercise)
    status = run_program(desk, exercise)
    desk.told.say()
    if desk.state.has_passed(exercise):
        desk.told.then(("next", desk.step_of(exercise)))
    else:
        if _after_the_answers(loading.read_text(exercise.lab.text)):
            desk.told.then(("read on", f"text {exercise.word}"))
        desk.told.say(f"write:   in {exercise.lab.name}/{exercise.file}")
        desk.told.then(("next", f"check {exercise.word}"))
    return status


def run_program(desk, exercise):
    """As above, for an exercise."""
    desk.need_started(exercise)
    told, program = desk.told, folder.program_of(desk.state, exercise)
    if program is None:
        told.say(f"lab {exercise.word} is a part of the engine and has no program of its own: its "
                 "checks run it")
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
    answers = desk.state.answers(exercise)
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
    exercise = desk.exercise(options.exercise)
    show_hint(desk, exercise)
    desk.told.say()
    desk.told.then(("next", f"check {exercise.word}"))
    return 0


def show_hint(desk, exercise):
    """The next one that helps with the check that failed first the last time; the last one of them
    again when there are no more."""
    hints = loading.hints(exercise)
    shown = desk.state.hints.setdefault(exercise.name, [])
    number = _next_hint(hints, shown, desk.state.failing.get(exercise.name))
    n_unseen = sum(n not in shown for n in range(1, len(hints) + 1))
    remark = {1: " (the last one)", 0: " (again: all were shown)"}.get(n_unseen, "")
    if n_unseen:
        shown.append(number)
        desk.state.save()
    desk.told.say(desk.told.paint(f"hint {number} of {len(hints)}{remark}", "bold"))
    desk.told.text(hints[number - 1].text)


def _next_hint(hints, shown, failing):
    """The number of the next one: for the failing check, then for any, then what is left."""
    def usefulness(number):
        hint = hints[number - 1]
        return 0 if hint.helps(failing) else 1 if not hint.checks else 2

    in_turn = sorted(range(1, len(hints) + 1), key=usefulness)
    unseen = [number for number in in_turn if number not in shown]
    return unseen[0] if unseen else max(
        (number for number in in_turn if usefulness(number) == usefulness(in_turn[0])))


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
                 desk.exercises_of(options.exercise))
    begun = [e for e in exercises if folder.is_begun(desk.state, e)] or exercises[:1]
    all_whole = True
    for exercise in begun:
        verdicts = desk.grade(exercise, options.seed)
        desk.told.verdicts(exercise, verdicts)
        whole = is_whole(verdicts)
        all_whole = all_whole and whole
        if whole and options.seed is None:
            desk.told.say(f"solved.  a solution to compare with: rushlight lesson solution "
                          f"{exercise.word}")
        elif not whole:
            desk.told.then(("help", f"hint {exercise.word}"))
    if all_whole and options.seed is None:
        say_next(desk, begun[0])
    return 0 if all_whole else 1


def say_next(desk, exercise):
    """What comes after one that is solved."""
    following = desk.next_of(exercise)
    desk.told.say(f"so far:  {desk.progress()}")
    if desk.state.has_passed(following):
        desk.told.say("all labs are solved")
        return
    if following.kind != exercise.kind:
        desk.told.say(f"That was the last one in {KIND_WORDS[exercise.kind]}; those in "
                      f"{KIND_WORDS[following.kind]} are for those who want them.")
    desk.told.then(("next", f"start {following.word}"))


def _check_file(options):
    if options.exercise is None and options.lab is None:
        raise LessonError("which exercise is the file of?  rushlight lesson check 4py --file …")
    all_labs = loading.labs(options.lab)
    name = options.exercise or str(all_labs[0].number)
    exercises = loading.exercises_of(name, all_labs)
    if len(exercises) > 1:
        names = " or ".join(exercise.word for exercise in exercises)
        raise LessonError(f"--file is one exercise's: say {names}")
    verdicts = grading.grade(exercises[0], options.file, student=options.student or "",
                             seed=options.seed)
    Telling().verdicts(exercises[0], verdicts)
    return 0 if is_whole(verdicts) else 1


def reset(options):
    """The starter again."""
    desk = Desk()
    exercise = desk.exercise(options.exercise)
    reset_file(desk, exercise)
    desk.told.then(("next", _after_predictions(desk, exercise)))
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
    return 0 if show_solution(desk, desk.exercise(options.exercise)) else 1


def show_solution(desk, exercise):
    """As above, for an exercise; whether it was shown."""
    if not desk.state.has_passed(exercise):
        desk.told.say(f"lab {exercise.word} is not solved yet: its solution is shown when all "
                      f"checks pass.  rushlight lesson hint {exercise.word} helps")
        return False
    desk.told.long(loading.read_text(exercise.solution).rstrip())
    return True


def text(options):
    """The lab's text."""
    desk = Desk()
    exercise = desk.exercise(options.exercise)
    show_text(desk, exercise, options.all)
    desk.told.say()
    desk.told.then(("next", desk.step_of(exercise)))
    return 0


def show_text(desk, exercise, whole=False):
    """From its beginning, or if the predictions were made what follows them."""
    text = loading.read_text(exercise.lab.text)
    rest = _after_the_answers(text) if desk.state.is_asked(exercise) else ""
    desk.told.text(text if whole else rest or text)


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
