"""Watch mode: an exercise is graded each time that its file is saved.

    ┌─▶ look at the files, every half second ──changed──▶ grade, show ─┐
    └── a key: n r t h s l c x p q ◀───────────────────────────────────┘

Files are looked at (time, size, inode), not waited for: file events get lost on shared folders and
in containers, and editors that replace a file by renaming another show as a change, too.  A file
that is saved while it is graded is graded again.  Saving another exercise's file turns to that one.
"""
import os

from rushlight.lesson import commands, folder, listing
from rushlight.lesson.keys import Ended, Keys
from rushlight.lesson.model import LessonError
from rushlight.lesson.telling import is_whole

POLL_S = 0.5
_KEYS = ("n next   r run   t text   h hint   s solution   l list   c check all",
         "x reset   p predict   q quit")


class Watch:
    """One session; `desk` is a desk.Desk."""

    def __init__(self, desk, exercise):
        self.desk, self.told, self.exercise = desk, desk.told, exercise
        self.keys = Keys()
        self.seen = {}          # path → what was seen of it last
        self.is_whole = False   # what the last grade was
        self.sure = False       # x was pressed once

    def once(self):
        """Grades the exercise, shows it and ends; the exit status."""
        self._begin()
        self._grade()
        return 0 if self.is_whole else 1

    def run(self):
        """Until q, Ctrl-C or a signal; the exit status."""
        try:
            with self.keys:
                self._turn_to(self.exercise)
                while True:
                    key = self.keys.wait(POLL_S)
                    if key in ("q", ""):
                        return 0
                    if key:
                        self._guarded(self._press, key)
                    for exercise in self._note_changes()[:1]:
                        self.exercise = exercise
                        self._check()
        except KeyboardInterrupt:
            self.told.say()
            return 0
        except Ended as e:
            return 128 + e.number

    # ── files ──
    def _begin(self):
        folder.hand_out(self.desk.state, self.exercise.lab)
        self.desk.make_current(self.exercise)

    def _note_changes(self):
        """The exercises whose files are new or others than at the last look."""
        changed = []
        for exercise in self.desk.exercises:
            path = folder.path_of(self.desk.state, exercise)
            try:
                now = os.stat(path)
            except OSError:
                continue            # an editor is about to put it there, or it is not begun
            mark = now.st_mtime_ns, now.st_size, now.st_ino
            if self.seen.get(path) != mark:
                self.seen[path] = mark
                changed.append(exercise)
        return changed

    # ── what is shown ──
    def _check(self):
        """Grades, shows, and says what can be done next."""
        self.told.clear()
        self._headline()
        self.told.say(self.told.paint(f"checking {self._place()} …", "dim"))
        self._grade()
        self._footer()

    def _grade(self):
        self.is_whole = False
        self._guarded(self._show_verdicts)

    def _show_verdicts(self):
        self.desk.make_current(self.exercise)
        verdicts = self.desk.grade(self.exercise)
        self.is_whole = is_whole(verdicts)
        if self.told.stream.isatty():
            self._alone()
        self.told.verdicts(self.exercise, verdicts)

    def _guarded(self, do, *arguments):
        """Does it; what the student can mend is said, and watching goes on."""
        try:
            do(*arguments)
        except LessonError as e:
            self.told.say(self.told.indented(str(e), 2, "red"))

    def _headline(self):
        self.told.say(self.told.apart(f"rushlight lesson · {self.desk.state.student}",
                                      f"solved: {self.desk.progress()}", "dim"))

    def _place(self):
        return f"{self.exercise.lab.name}/{self.exercise.file}"

    def _footer(self):
        told = self.told
        told.say()
        if self.is_whole:
            told.say(told.paint("solved: n goes to the next one", "green"))
        elif not self.desk.state.is_asked(self.exercise):
            told.say("p asks what you expect: best before you run it")
        elif not folder.is_begun(self.desk.state, self.exercise):
            told.say("r runs the program, beside what you expect; t reads on: what to write;")
            told.say("saving the file grades it")
        if not self.keys.are_there:
            told.say(f"watching {self._place()}; stdin is no terminal, so there are no")
            told.say("keys: Ctrl-C ends this")
            return
        told.say(told.paint(f"watching {self._place()}; the text is lab.md beside it", "dim"))
        for line in _KEYS:
            told.say(told.paint(line, "bold"))

    # ── keys ──
    def _press(self, key):
        sure, self.sure = self.sure and key == "x", False
        do = {"n": self._next, "r": self._run, "h": self._hint, "l": self._list,
              "c": self._check_all, "p": self._predict, "t": self._text,
              "s": self._solution}.get(key)
        if key == "x":
            self._reset(sure)
        elif do:
            do()

    def _next(self):
        self._turn_to(self.desk.next_of(self.exercise))

    def _turn_to(self, exercise):
        """Grades it; but verdicts would answer what is to be predicted first, so one that was not
        begun is introduced instead."""
        self.exercise = exercise
        begun = folder.is_begun(self.desk.state, exercise)
        self._begin()
        self._note_changes()
        if begun or self.desk.state.is_asked(exercise):
            self._check()
        else:
            self._introduce()

    def _introduce(self):
        self.is_whole = False
        self._alone()
        with self.keys.lines():
            self._guarded(commands.introduce, self.desk, self.exercise, self.keys.are_there)
        self._footer()

    def _run(self):
        self._alone()
        with self.keys.lines():
            self._guarded(commands.run_program, self.desk, self.exercise)
        self._footer()

    def _text(self):
        self._alone()
        with self.keys.lines():
            commands.show_text(self.desk, self.exercise)
        self._footer()

    def _solution(self):
        self._alone()
        with self.keys.lines():
            commands.show_solution(self.desk, self.exercise)
        self._footer()

    def _hint(self):
        self.told.say()
        commands.show_hint(self.desk, self.exercise)

    def _list(self):
        self._alone()
        for line in listing.list_lines(self.told, self.desk.labs, self.desk.broken,
                                       self.desk.state):
            self.told.say(line)
        self._footer()

    def _check_all(self):
        self._alone()
        for exercise in self.desk.exercises:
            if exercise == self.exercise or folder.is_begun(self.desk.state, exercise):
                self._guarded(self._summarize, exercise)
        self._footer()

    def _summarize(self, exercise):
        self.told.say(self.told.summary(exercise, self.desk.grade(exercise)))

    def _predict(self):
        self.told.say()
        with self.keys.lines():
            commands.ask(self.desk, self.exercise)
        self._footer()

    def _reset(self, sure):
        if not sure:
            self.sure = True
            self.told.say(f"x again puts {self._place()} aside and hands it out anew")
            return
        commands.reset_file(self.desk, self.exercise)

    def _alone(self):
        """An empty screen with the headline."""
        self.told.clear()
        self._headline()
        self.told.say()
