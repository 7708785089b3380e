"""Plays the runner for tests and benchmarks of rushlight._worker: messages, batches, a forked
worker at the other end of a socket pair.  py/runner/protocol.h and core/data/encoding.h have the
formats; they are written down here a second time on purpose, so that a change of one is seen."""
import array
import json
import os
import pickle
import select
import socket
import struct
import subprocess
import sys

from plain_data import is_plain, load_run

(TASK, COMMAND, BATCH, END_OF_INPUT, DONE, ERROR, ACCUMULATORS, BARRIER,
 BARRIER_ANSWER) = range(1, 10)
INT32, STRING, BINARY = 3, 7, 8
GUARD_S = 60        # nothing here takes that long


# ── messages ──
def message(kind, payload=b""):
    return struct.pack("<II", kind, len(payload)) + payload


def column(kind, values):
    head = struct.pack("<BBBBI", kind, 0, 0, 0, len(values))
    if kind == INT32:
        return head + struct.pack(f"<{len(values)}i", *values)
    return (head + struct.pack(f"<{len(values)}I", *map(len, values))
            + struct.pack("<Q", sum(map(len, values))) + b"".join(values))


def batch(*columns):
    return message(BATCH, b"RBT1" + struct.pack("<II", len(columns[0][1]), len(columns))
                   + b"".join(column(*c) for c in columns))


def lines_batch(lines):
    return batch((STRING, [x.encode() if isinstance(x, str) else x for x in lines]))


def runs_batch(*runs):
    return batch((BINARY, [pickle.dumps(list(r), 5) for r in runs]),
                 (INT32, [len(r) for r in runs]))


def plain_batches(worker, pairs):
    """Pairs in runs of plain data, some runs a batch, as a worker writes them for a shuffle."""
    answer = worker.run([("partition", 1, None)], [runs_batch(pairs)], output="pairs")
    rows = [(run, n) for _, run, n in answer.rows]
    assert all(is_plain(run) for run, _ in rows)
    return [batch((BINARY, [run for run, _ in some]), (INT32, [n for _, n in some]))
            for some in (rows[i:i + 3] for i in range(0, len(rows), 3))]


def barrier_answer(*messages):
    """All tasks are there."""
    texts = [text.encode() for text in messages]
    return message(BARRIER_ANSWER,
                   b"\1" + b"".join(struct.pack("<I", len(t)) + t for t in texts))


def barrier_refusal(text):
    return message(BARRIER_ANSWER, b"\0" + text.encode())


def read_batch(payload):
    """The columns of an encoded batch (plain ones, without nulls) as lists."""
    magic, rows, n_columns = struct.unpack_from("<4sII", payload)
    assert magic == b"RBT1"
    at, columns = 12, []
    for _ in range(n_columns):
        kind, layout, has_validity, zero, n = struct.unpack_from("<BBBBI", payload, at)
        assert (layout, has_validity, zero, n) == (0, 0, 0, rows)
        at += 8
        if kind == INT32:
            columns.append(list(struct.unpack_from(f"<{n}i", payload, at)))
            at += 4 * n
            continue
        lengths = struct.unpack_from(f"<{n}I", payload, at)
        total, = struct.unpack_from("<Q", payload, at + 4 * n)
        at += 4 * n + 8
        assert sum(lengths) == total
        values = []
        for length in lengths:
            values.append(bytes(payload[at:at + length]))
            at += length
        columns.append(values)
    assert at == len(payload)
    return columns


def take_messages(received):
    """The whole messages (kind, payload) at the beginning of a bytearray, removed from it."""
    messages, at = [], 0
    while len(received) - at >= 8:
        kind, length = struct.unpack_from("<II", received, at)
        if len(received) - at < 8 + length:
            break
        messages.append((kind, bytes(memoryview(received)[at + 8:at + 8 + length])))
        at += 8 + length
    del received[:at]
    return messages


# ── a worker ──
class Answer:
    """What came back for one task."""

    def __init__(self):
        self.rows = []          # of all batches: tuples as the columns have them
        self.batches = []       # rows a batch
        self.done = self.error = None
        self.accumulators = None    # [(id, what was added) …]
        self.barriers = []          # (method, message) of each question
        self.lost = False       # the worker closed its end

    def add(self, kind, payload):
        """A message of the worker's: nothing may follow DONE or ERROR."""
        assert self.done is None and self.error is None
        if kind == BATCH:
            rows = list(zip(*read_batch(payload)))
            self.rows += rows
            self.batches.append(len(rows))
        elif kind == ACCUMULATORS:
            assert self.accumulators is None
            self.accumulators = pickle.loads(payload)
        elif kind == BARRIER:
            self.barriers.append((payload[0], payload[1:].decode()))
        elif kind == DONE:
            self.done = json.loads(payload)
        else:
            assert kind == ERROR
            self.error = json.loads(payload)

    @property
    def runs(self):
        """The objects of each run, in order of arrival; for pairs (partition, objects)."""
        out = []
        for row in self.rows:
            objects = load_run(row[-2])
            assert len(objects) == row[-1]
            out.append(objects if len(row) == 2 else (row[0], objects))
        return out

    @property
    def objects(self):
        assert self.error is None, self.error
        return [x for run in self.runs for x in run]


class WorkerUnderTest:
    def __init__(self, stdout=None, **limits):
        import cloudpickle  # noqa: F401  here, so that each worker need not import it again
        self.socket, end = socket.socketpair()
        self.pid = os.fork()
        if self.pid == 0:
            try:
                # Not before the fork: whoever has imported this module takes itself for a worker.
                from rushlight import worker
                self.socket.close()
                if stdout is not None:
                    os.dup2(stdout, 1)
                    sys.stdout = open(1, "w", closefd=False)    # the test runner has its own there
                worker.run_worker(end.fileno(), **limits)
            finally:
                os._exit(0)
        end.close()
        self.status = None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        """Ends the worker as a runner does; its exit status as waitpid gives it."""
        self.socket.close()
        if self.status is None:
            _, self.status = os.waitpid(self.pid, 0)
        return self.status

    def run(self, chain, batches=(), output="runs", input="runs", split=0, command=None,
            timeout=60, answers=(), answer_last=False, **task):
        """One task: `batches` are encoded; both directions flow at once.  The worker's questions at
        barriers get the `answers` in turn, before what is not sent yet or behind all of it."""
        import cloudpickle
        header = dict(stage=1, stageAttempt=0, partition=9, split=split, attempt=0, taskId=7,
                      input=input, output=output, properties={})
        header.update(task)
        command = cloudpickle.dumps(chain, 5) if command is None else command
        out = [message(TASK, json.dumps(header).encode()), message(COMMAND, command)]
        out += list(batches)
        return self.exchange(out, timeout, list(answers), answer_last)

    def exchange(self, out, timeout=60, answers=(), answer_last=False):
        """Sends messages and END_OF_INPUT, and reads until the task has its answer."""
        pending = [memoryview(m) for m in [*out, message(END_OF_INPUT)]]
        answer, received = Answer(), bytearray()
        self.socket.setblocking(False)
        while pending or answer.done is answer.error:
            readable, writable, _ = select.select(
                [self.socket], [self.socket] if pending else [], [], timeout)
            assert readable or writable, "the worker does not answer"
            if readable:
                try:
                    got = self.socket.recv(1 << 20)
                except ConnectionResetError:
                    got = b""
                if not got:
                    answer.lost = True
                    return answer
                received += got
                for kind, payload in take_messages(received):
                    answer.add(kind, payload)
                    if kind == BARRIER:     # its answer goes between two messages
                        at = len(pending) if answer_last else min(1, len(pending))
                        pending.insert(at, memoryview(answers.pop(0)))
            if writable and pending:
                try:
                    pending[0] = pending[0][self.socket.send(pending[0]):]
                except BrokenPipeError:
                    answer.lost = True
                    return answer
                if not pending[0]:
                    pending.pop(0)
        return answer


# ── the helper ──
class HelperUnderTest:
    """A helper process of its own, with this end of its control socket."""

    def __init__(self, alias_pyspark=False, env=None):
        self.control, end = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        text = ("import sys; sys.path[:] = sys.argv[3:];"
                "from rushlight.worker import main; main(int(sys.argv[1]), sys.argv[2] == '1')")
        self.process = subprocess.Popen(
            [sys.executable, "-c", text, str(end.fileno()), str(int(alias_pyspark)), *sys.path],
            pass_fds=[end.fileno()], stdin=subprocess.DEVNULL, env=env)
        end.close()
        self.control.settimeout(GUARD_S)

    def say(self, text, fd=None):
        rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [fd]))] if fd else []
        self.control.sendmsg([text.encode()], rights)

    def hear(self):
        return self.control.recv(256).decode().split(" ", 2)

    def fork(self, worker_id):
        """A worker of the helper's, to be driven as those of worker_driver are."""
        ours, theirs = socket.socketpair()
        self.say(f"fork {worker_id}", theirs.fileno())
        theirs.close()
        verb, answered, pid = self.hear()
        assert (verb, answered) == ("forked", str(worker_id))
        worker = WorkerUnderTest.__new__(WorkerUnderTest)
        worker.socket, worker.pid, worker.status = ours, int(pid), 0
        return worker

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.control.close()
        assert self.process.wait(GUARD_S) == 0
