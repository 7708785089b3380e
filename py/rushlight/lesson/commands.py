"""What the subcommands of `rushlight lesson` do; each gives the exit status.

    0  done, and all is well        1  something is not solved or not true        2  misuse
"""
from rushlight.lesson import grading, loading
from rushlight.lesson.model import LessonError
from rushlight.lesson.proof import prove
from rushlight.lesson.telling import Telling, is_whole


def author(options):
    """Proves labs: what an author runs after each change."""
    told = Telling()
    all_ok = True
    for folder in options.folders:
        lab = loading.load(folder)
        report = prove(lab, text=not options.no_text)
        all_ok = all_ok and report.ok
        told.say(told.apart(f"{lab.number}  {lab.title}",
                            f"{'proved' if report.ok else 'not proved'}, {report.seconds:g} s",
                            "bold", "green" if report.ok else "red"))
        told.say(f"   {report.n_checks} checks, {report.n_predictions} predictions, "
                 f"{report.n_mutants} mutants, {report.n_blocks} blocks of lab.md")
        for problem in report.problems:
            told.say(f"   - {problem}")
    return 0 if all_ok else 1


def check(options):
    """Grades exercises of the student's, or one file."""
    told = Telling()
    all_labs = [loading.load(options.lab)] if options.lab else loading.labs()
    name = options.exercise or (str(all_labs[0].number) if options.lab else None)
    exercises = loading.exercises_of(name, all_labs)
    if options.file and len(exercises) > 1:
        names = " and ".join(exercise.name for exercise in exercises)
        raise LessonError(f"--file is one exercise's, and lab {name} has {names}: say which")
    whole = True
    for exercise in exercises:
        verdicts = grading.grade(exercise, options.file, student=options.student or "",
                                 seed=options.seed)
        told.verdicts(exercise, verdicts)
        whole = whole and is_whole(verdicts)
    return 0 if whole else 1
