"""The process between the grader and the student's code: it runs each step in a fork of its own.

    grader ══ stdin: job ══▶ supervisor ──fork──▶ one step ──▶ whatever the student starts
           ◀═ a line each ══     │  ◀── outcome ──┘ (own session, limits.py)
                                 └ reaps and kills all that is left after each step

Everything slow is imported here once, so a step costs a fork and an engine.  Each step begins from
the same clean process: what student's code patches, caches or leaves open is gone with it.

An outcome must bear a mark that the step's program is not told: what that writes into the pipe by
itself is none.  (It runs in the same process, so it can look for the mark: this is no jail.)

A step ends when its outcome has come, its process has died, or it has used up its time, its
output, its processes or its disk.  Then every descendant is killed: this process is a subreaper,
so an orphan becomes its child and cannot hide.  If the grader goes away, so does all of this, with
the job's folder; and if this process is killed, so is the step.
"""
import json
import os
import secrets
import shutil
import signal
import sys
import time
import traceback

from rushlight.lesson import believed, limits, processes

_POLL_S = 0.05
_BEAT_S = 1.0           # the grader takes a supervisor that says nothing for dead
_KEPT_OUTPUT = 20_000
_LONGEST_OUTCOME = 1 << 20
_CANNOT_TELL = 97       # exit status of a step that is done and cannot write its outcome


class GraderIsGone(Exception):
    """Nobody listens any more."""


class Supervisor:
    """Runs a job's steps; what it has to say goes to `tell`, a file descriptor."""

    def __init__(self, job, tell):
        self.job, self.tell_fd, self.grader = job, tell, os.getppid()
        self.limits = limits.Limits(**job["limits"])
        self.folder = os.path.join(job["base"], "step")     # all that a step can write to
        self.plugins = {}       # number of a submission → its plug-in, or None
        self.limits.prepare(job["base"])

    def run(self):
        """The steps that the job's outcomes lack; those that an earlier supervisor had are kept."""
        outcomes = self.job["outcomes"]
        for step in self.job["steps"][len(outcomes):]:
            self.tell({"begin": len(outcomes)})
            missing = [at for at in step["needs"] if outcomes[at]["status"] != "passed"]
            outcome = self._skipped(missing) if missing else self._outcome_of(step)
            outcomes.append(outcome)
            self.tell({"outcome": outcome})

    def _skipped(self, missing):
        names = ", ".join(self.job["steps"][at]["title"] for at in missing)
        return {"status": "skipped", "message": f"first: {names}"}

    def tell(self, what):
        """Tells the grader."""
        try:
            _write(self.tell_fd, what)
        except BrokenPipeError:
            raise GraderIsGone from None

    def look_for_grader(self, has_word):
        """Raises if it is gone.  Its end of stdin may be held open by a step that has taken it."""
        if has_word and not os.read(0, 1) or os.getppid() != self.grader:
            raise GraderIsGone

    # ── a plug-in ──
    def _outcome_of(self, step):
        """Of a step; in an exercise in C, once the file is built.  One that does not compile is
        told of once."""
        number = step["submission"]
        if self.job["kind"] != "c":
            return self._attempt(step)
        if number not in self.plugins:
            outcome = self._attempt({**step, "is_build": True})
            self.plugins[number] = self._kept_plugin(number) if (
                outcome["status"] == "passed") else None
            if self.plugins[number] is None:
                return outcome
        if self.plugins[number] is None:
            return {"status": "skipped", "message": "first: a file that compiles"}
        return self._attempt({**step, "plugin": self.plugins[number]})

    def _kept_plugin(self, number):
        """What was built, where no later step can write."""
        path = os.path.join(self.job["base"], f"submission-{number}", "plugin.so")
        shutil.copyfile(os.path.join(self.folder, "work", "plugin.so"), path)
        return path

    # ── a step ──
    def _attempt(self, step):
        processes.remove_folder(self.folder)
        for name in ("", "work", "scratch"):
            os.mkdir(os.path.join(self.folder, name))
            os.chmod(os.path.join(self.folder, name), 0o777)
        result_in, result_out = os.pipe()
        output_in, output_out = os.pipe()
        mark, supervisor = secrets.token_hex(16), os.getpid()
        child = os.fork()
        if child == 0:
            self._be_step(step, result_out, output_out, mark, supervisor)
        os.close(result_out)
        os.close(output_out)
        watched = _Watched(self, step, child, mark, result_in, output_in)
        try:
            return watched.watch()
        finally:
            processes.kill_descendants()
            os.close(result_in)
            os.close(output_in)

    def _be_step(self, step, result, output, mark, supervisor):
        """In the fork; does not return."""
        status = 1
        try:
            os.setsid()
            signal.signal(signal.SIGINT, signal.default_int_handler)
            nothing = os.open(os.devnull, os.O_RDONLY)
            os.dup2(nothing, 0)
            os.dup2(output, 1)
            os.dup2(output, 2)
            result = os.dup2(result, 3, inheritable=False)
            os.closerange(4, 4096)
            scratch = os.path.join(self.folder, "scratch")
            os.environ.update(HOME=scratch, TMPDIR=scratch)
            self.limits.apply(self.folder, step["seconds"])
            processes.die_with(supervisor)      # after apply(): another user's is forgotten
            from rushlight.lesson import within
            do = within.build if step.get("is_build") else within.run_step
            outcome = do(self.job, step, os.path.join(self.folder, "work"), scratch)
            sys.stdout.flush()
            sys.stderr.flush()
            status = _CANNOT_TELL
            _write(result, {**outcome, "mark": mark})
            status = 0
        except BaseException:
            traceback.print_exc()       # becomes what the step printed
        finally:
            os._exit(status)


def _write(fd, what):
    """A line of JSON, whole; what JSON has no words for, as text."""
    left = (json.dumps(what, default=str) + "\n").encode()
    while left:
        left = left[os.write(fd, left):]


class _Watched:
    """A step that runs."""

    def __init__(self, supervisor, step, child, mark, result, output):
        self.supervisor, self.step, self.child, self.mark = supervisor, step, child, mark
        self.result, self.output = result, output
        self.begin = self.beat = time.monotonic()
        self.outcome_text, self.text = b"", b""
        self.n_output = 0

    def watch(self):
        """Until the step's end; its outcome, with its output."""
        why = self._wait()
        self._drain()
        outcome = self._outcome()
        if outcome is None:
            outcome = {"status": "killed", "message": why or self._death()}
        outcome.setdefault("seconds", round(time.monotonic() - self.begin, 3))
        outcome["output"] = self.text.decode("utf-8", "replace")
        outcome.setdefault("seed", self.step["seeds"][0][0])
        return believed.written(outcome)

    def _wait(self):
        """None when the outcome is there or the process has closed its end; or why to kill."""
        open_fds = [self.result, self.output, 0]
        while True:
            ended = processes.has_ended(self.child)     # before looking: it may write, then end
            ready = processes.readable(open_fds, _POLL_S)
            self.supervisor.look_for_grader(0 in ready)
            if self.output in ready and not self._read_output():
                open_fds.remove(self.output)
            if self.result in ready:
                data = os.read(self.result, 65536)
                if not data:
                    return None
                self.outcome_text += data
                if data.endswith(b"\n") or len(self.outcome_text) > _LONGEST_OUTCOME:
                    return None         # whole, or none; others may hold the pipe open
            elif ended:
                return None
            now = time.monotonic()
            if now - self.beat > _BEAT_S:
                self.beat = now
                self.supervisor.tell({"beat": True})
            why = self.supervisor.limits.exceeded(
                self.supervisor.folder, self.step["seconds"], now - self.begin, self.n_output)
            if why:
                return why

    def _read_output(self):
        data = os.read(self.output, 65536)
        self.n_output += len(data)
        self.text += data[:max(0, _KEPT_OUTPUT - len(self.text))]
        return bool(data)

    def _drain(self):
        while processes.readable([self.output], 0) and self._read_output():
            if self.n_output > self.supervisor.limits.output_bytes:
                return

    def _outcome(self):
        """What the step said, if it is whole, and the step that said it."""
        outcome = believed.read(self.outcome_text)
        if not isinstance(outcome, dict) or outcome.pop("mark", None) != self.mark:
            return None
        flaw = believed.flaw(outcome, self.step)
        if flaw:
            return {"status": "killed", "message": "the program wrote into the pipe over which its "
                    f"result goes, and no check gives such a result: {flaw}"}
        return outcome

    def _death(self):
        """How the process ended, in words."""
        if self.outcome_text:
            return "the program wrote into the pipe over which its result goes"
        status = processes.end_of(self.child)
        if status is None or os.WIFEXITED(status) and os.WEXITSTATUS(status) == _CANNOT_TELL:
            return "the program closed the pipe over which its result goes"
        if os.WIFSIGNALED(status):
            name = signal.Signals(os.WTERMSIG(status)).name
            return f"the program was ended by {name}" + _SIGNAL_WORDS.get(name, "")
        return f"the program ended the process, with status {os.WEXITSTATUS(status)} (os._exit?)"


_SIGNAL_WORDS = {"SIGXCPU": ": it used up its processor time", "SIGSEGV": ", an invalid access",
                 "SIGKILL": ": somebody killed it, or the machine ran out of memory"}


def main():
    """Takes a job from stdin: a line of JSON."""
    tell = int(sys.argv[1])
    line = b""
    while not line.endswith(b"\n"):
        data = os.read(0, 65536)
        if not data:
            return
        line += data
    processes.become_subreaper()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    from rushlight.lesson import within
    within.preload()
    job = json.loads(line)
    try:
        Supervisor(job, tell).run()
    except GraderIsGone:
        processes.remove_folder(job["base"])
        sys.exit(1)


if __name__ == "__main__":
    main()
