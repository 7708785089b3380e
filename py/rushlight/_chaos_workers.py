"""Processes that run cases of `rushlight chaos`: each one case after the other.

A case may end its process (a failed assertion, a crash) or never come back: that, too, is a
violation of that seed, and the next case gets a new process.
"""
import contextlib
import json
import queue
import subprocess
import sys
import tempfile
import threading

from rushlight._chaos_cases import Case, judge

SECONDS = 120  # that a case may take; it is wall time, as nothing else ends a true hang
_PROGRAM = "from rushlight._chaos_workers import serve; serve()"


class Worker:
    """One process, and the next one after it has died.

    >>> with Worker() as worker:
    ...     worker.judge(Case(1, 3, (1, 2)))["violations"]
    []
    """

    def __init__(self, seconds=SECONDS):
        self._seconds = seconds
        self._process = self._words = None

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        self._end()

    def judge(self, case):
        """As judge () of cases; what its process dies of is a violation."""
        self._begin()
        late = threading.Event()
        timer = threading.Timer(self._seconds, lambda: (late.set(), self._process.kill()))
        timer.start()
        try:
            self._process.stdin.write(case.line() + "\n")
            self._process.stdin.flush()
            answer = self._process.stdout.readline()
        except BrokenPipeError:
            answer = ""
        timer.cancel()
        if answer.endswith("\n"):
            return json.loads(answer)
        return {"violations": [self._last_words(late.is_set())], "n_faults": case.faults[1],
                "reason": None}

    def _begin(self):
        if self._process is None:
            self._words = tempfile.TemporaryFile("w+")
            self._process = subprocess.Popen([sys.executable, "-c", _PROGRAM], text=True,
                                             stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                             stderr=self._words)

    def _end(self):
        if self._process is not None:
            with contextlib.suppress(BrokenPipeError):  # what it has not read any more
                self._process.stdin.close()
            self._process.stdout.close()
            self._process.wait()
            self._words.close()
        self._process = None

    def _last_words(self, late):
        status = self._process.wait()
        self._words.seek(0)
        words = self._words.read().strip().splitlines()
        self._end()
        if late:
            return f"it has not ended after {self._seconds} s"
        return f"its process ended with status {status}: {words[-1] if words else 'without a word'}"


def judge_all(cases, n_workers):
    """Yields (case, verdict) in the order in which they end.

    >>> [verdict["violations"] for _, verdict in judge_all([Case(1, 3, (1, 2))], 1)]
    [[]]
    """
    waiting, ended = iter(cases), queue.Queue()
    lock = threading.Lock()

    def work():
        with Worker() as worker:
            while True:
                with lock:
                    case = next(waiting, None)
                if case is None:
                    break
                ended.put((case, worker.judge(case)))
        ended.put(None)

    threads = [threading.Thread(target=work, daemon=True) for _ in range(n_workers)]
    for thread in threads:
        thread.start()
    n_left = n_workers
    while n_left:
        item = ended.get()
        if item is None:
            n_left -= 1
        else:
            yield item


def serve():
    """The process: a case a line in, a verdict a line out.  What programs print goes to stderr."""
    out, sys.stdout = sys.stdout, sys.stderr
    for line in sys.stdin:
        print(json.dumps(judge(Case.parse(line))), file=out, flush=True)
