"""The processes that run Python tasks: a helper that forks, and the workers that it forks.

    driver ──── control socket ────▶ helper: one thread, pickle and cloudpickle imported
    (threads)                          │ fork
    a runner ◀──── its own socket ────▶ worker: _worker.Worker runs task after task

A process with threads must not fork, so the driver does not: it hands the helper one end of a
socket pair with each request (py/runner/protocol.h has the words).  The helper starts before the
first task does, and a fork of it takes half a millisecond.

Nobody outlives the driver: the helper ends when the control socket closes or its parent changes,
workers are killed by the kernel when the helper ends.

Only what a worker needs is imported here.
"""
import gc
import os
import pickle
import select
import signal
import sys
import traceback

import _socket      # the socket module proper takes a tenth of the helper's start
import cloudpickle

from rushlight import _worker

CHECK_MS = 1000     # how often the helper looks whether the driver is still its parent

# Garbage is collected after so many new objects, instead of 700: pairs and groups are objects by
# the million, which are in no cycle and have to be looked at each time.
YOUNG_OBJECTS = 50_000

_PACKAGE = os.path.dirname(os.path.abspath(__file__)) + os.sep

in_worker = False   # whether this process is a worker: there is no SparkContext in one


# ── the worker: what its C half asks of Python ──
def describe(error):
    """(class name, traceback text) of what user code raised, without this package's frames above
    the user's."""
    if isinstance(error, MemoryError):
        _tell_of_limit(error)
    frames = error.__traceback__
    while frames is not None and frames.tb_frame.f_code.co_filename.startswith(_PACKAGE):
        frames = frames.tb_next
    kind = type(error)
    name = kind.__qualname__
    if kind.__module__ not in ("builtins", "__main__"):
        name = f"{kind.__module__}.{name}"
    lines = traceback.format_exception(kind, error, frames)
    if sys.version_info < (3, 11):      # later ones show notes themselves
        lines += [f"{note}\n" for note in getattr(error, "__notes__", ())]
    return name, "".join(lines)


def _tell_of_limit(error):
    """Why a worker got no memory, if it was because of the limit that it has."""
    mib = os.environ.get("PYSPARK_EXECUTOR_MEMORY_MB")
    if mib is not None:
        error.__notes__ = getattr(error, "__notes__", []) + [
            f"This worker may take {mib} MiB of address space: spark.executor.pyspark.memory ÷ "
            "spark.executor.cores. More of the one, less of the other, or smaller partitions "
            "give a task more."]


# What an operator at its place (worker_explain in worker_private.h) has to say about a thing.
_FAULTS = {
    "pair": "needs (key, value) pairs, but an element is {}",
    "key": "needs keys that can be hashed (a tuple instead of a list, …), but a key is {}",
    "result": "needs a function that returns a list, a generator or the like, but it returned {}",
    "function": "needs a function, but was given {}",
    "call": "fails for {}",
}


def explain(error, place, fault, *thing):
    """Adds the operator, and what it failed on, to an error that shows no line of the user's."""
    if not hasattr(error, "__notes__") and not _has_frame_of_users(error):
        if isinstance(error, MemoryError):
            said = "runs out of memory"
        else:
            said = _FAULTS[fault].format(_shown(thing[0])) if thing else "fails"
        error.__notes__ = [f"{place} {said}"]


def _has_frame_of_users(error):
    return any(not frame.f_code.co_filename.startswith(_PACKAGE)
               for frame, _ in traceback.walk_tb(error.__traceback__))


def _shown(thing):
    import reprlib
    short = reprlib.Repr()
    short.maxstring = short.maxother = 80
    return f"{short.repr(thing)} ({type(thing).__name__})"


def stop_iteration(error):
    """What is raised where a function given to map, filter, … raised StopIteration."""
    from rushlight.errors import PySparkRuntimeError
    return PySparkRuntimeError(
        "A function raised StopIteration, which would have ended its partition early and "
        f"quietly; the task fails instead: {error}", errorClass="STOP_ITERATION_OCCURRED")


def dumps_by_value(objects):
    """The pickle of a list of elements that the standard pickler has refused."""
    try:
        return cloudpickle.dumps(objects, 5)
    except Exception as e:
        error = e
    kind = type(_unpicklable_part(objects))
    raise pickle.PicklingError(
        f"Could not serialize object: {type(error).__name__}: {error}\n"
        f"An element that a task gives holds a {kind.__module__}.{kind.__qualname__}, which cannot "
        "leave its process: give plain data instead, or make and use the object in one function.")


def _unpicklable_part(x):
    """The innermost part of `x`, in its lists, tuples and dicts, that cannot be pickled."""
    parts = x.values() if type(x) is dict else x if type(x) in (list, tuple) else ()
    for part in parts:
        try:
            cloudpickle.dumps(part, 5)
        except Exception:
            return _unpicklable_part(part)
    return x


def before_answer():
    """Shows what user code has printed, before the driver hears that the task is done."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (AttributeError, OSError, ValueError):
            pass        # closed, or set to None, by user code or by whoever started the driver


# What tasks share is imported when the first one needs it, and told of each one from then on.
_SHARING = [f"rushlight.{name}" for name in ("accumulators", "broadcast", "taskcontext")]
_seen_files = 0     # files version (TASK in protocol.h) of the last task


def begin_task(files_version):
    """Before a task's functions are unpickled: what the last task had is not this one's."""
    global _seen_files
    for name in _SHARING:
        module = sys.modules.get(name)
        if module is not None:
            module.begin_task()
    if files_version != _seen_files:
        from rushlight import files
        files.use_in_worker()
        _seen_files = files_version


def chain_of_calls(calls, functions):
    """The ops that call functions of SQL with columns (TASK's "calls" in protocol.h)."""
    from rushlight.sql import udf_worker
    return udf_worker.chain_of_calls(calls, functions)


def end_task():
    """What the task has added to accumulators, pickled, or None."""
    accumulators = sys.modules.get("rushlight.accumulators")
    return accumulators.end_task() if accumulators is not None else None


_described = None, None     # the last task that was asked for: its JSON, and what that says


def current_task():
    """The description of the running task (the JSON of TASK in protocol.h) as a dict, or None."""
    global _described
    raw = _worker.current_task()
    if raw is None:
        return None
    if raw is not _described[0]:
        import json
        _described = raw, json.loads(raw)
    return _described[1]


def limit_memory():
    """What spark.executor.pyspark.memory leaves to each worker is all the address space it gets:
    an allocation beyond that raises MemoryError, which fails the task and nobody else."""
    mib = int(os.environ.get("PYSPARK_EXECUTOR_MEMORY_MB", 0))
    if mib <= 0:
        return
    import resource
    limit = mib << 20
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    if soft == resource.RLIM_INFINITY or limit < soft:
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))


def run_worker(fd, max_message=_worker.MAX_MESSAGE):
    """Tasks, one after the other, until the runner closes its end.  No message to the runner takes
    more than `max_message` bytes."""
    global in_worker
    in_worker = True
    gc.set_threshold(YOUNG_OBJECTS, 20, 20)
    os.register_at_fork(after_in_child=lambda: hang_up(fd))
    worker = _worker.Worker(fd, describe, dumps_by_value, stop_iteration, before_answer, explain,
                            begin_task, chain_of_calls, end_task, max_message)
    while worker.run_task():
        pass


def hang_up(fd):
    """In a child that user code has forked: it finds the socket closed at the other end.

    It must not answer in its worker's place, nor keep the socket open when the worker has died.
    """
    try:
        here, there = _socket.socketpair()
    except OSError:
        os.close(fd)        # as good, while nobody else gets the number
        return
    os.dup2(here.fileno(), fd, inheritable=False)
    here.close()
    there.close()


# ── the helper ──
class Helper:
    """Forks, kills and reaps workers as the control socket says, until that closes."""

    def __init__(self, control_fd):
        self.control = _socket.socket(fileno=control_fd)
        self.driver = os.getppid()
        self.pids = {}          # worker id → pid, of those not reaped yet
        self.wakeup = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)

    def run(self):
        signal.signal(signal.SIGINT, signal.SIG_IGN)    # Ctrl-C is the driver's
        signal.signal(signal.SIGTTOU, signal.SIG_IGN)   # workers may print from the background
        signal.signal(signal.SIGCHLD, lambda *_: None)  # only to write to the wakeup pipe
        signal.set_wakeup_fd(self.wakeup[1], warn_on_full_buffer=False)
        poll = select.poll()
        poll.register(self.control, select.POLLIN)
        poll.register(self.wakeup[0], select.POLLIN)
        try:
            while os.getppid() == self.driver:
                ready = dict(poll.poll(CHECK_MS))
                if self.wakeup[0] in ready:
                    os.read(self.wakeup[0], 4096)
                if self.control.fileno() in ready and not self.obey():
                    return
                self.reap()
        except (BrokenPipeError, ConnectionError):
            pass                # the driver is gone
        finally:
            self.end()

    def obey(self):
        """One packet from the driver; False: there will be no more."""
        packet, ancillary, _, _ = self.control.recvmsg(
            256, _socket.CMSG_SPACE(4), _socket.MSG_CMSG_CLOEXEC)
        if not packet:
            return False
        verb, worker_id = packet.decode().split()
        if verb == "fork":
            self.fork(worker_id, int.from_bytes(ancillary[0][2], sys.byteorder))
        elif verb == "kill":
            self.kill(worker_id)
        return True

    def fork(self, worker_id, fd):
        me = os.getpid()
        try:
            pid = os.fork()
        except OSError as e:
            self.control.send(f"failed {worker_id} {e.strerror}".encode())
        else:
            if pid == 0:
                self.become_worker(fd, me)
            set_group(pid)
            self.pids[worker_id] = pid
            self.control.send(f"forked {worker_id} {pid}".encode())
        finally:
            os.close(fd)

    def become_worker(self, fd, helper):
        """In the child; does not return."""
        status = 1
        try:
            _worker.die_with_parent(helper)
            set_group(0)
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            self.control.close()
            for end in self.wakeup:
                os.close(end)
            limit_memory()
            run_worker(fd)
            status = 0
        except BaseException:
            traceback.print_exc()
        finally:
            before_answer()
            os._exit(status)

    def kill(self, worker_id):
        pid = self.pids.get(worker_id)
        if pid is None:
            return              # reaped: its id may be somebody else's by now
        if not kill_group(pid):
            os.kill(pid, signal.SIGKILL)

    def reap(self):
        while self.pids:
            ended = os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
            if ended is None:
                return
            pid = ended.si_pid
            # What it has started itself goes too.  Not reaped yet, its number is nobody else's.
            kill_group(pid)
            _, status = os.waitpid(pid, 0)
            worker_id = next(w for w, p in self.pids.items() if p == pid)
            del self.pids[worker_id]
            self.control.send(f"exited {worker_id} {status}".encode())

    def end(self):
        for worker_id in self.pids:
            self.kill(worker_id)
        for pid in self.pids.values():
            os.waitpid(pid, 0)


def set_group(pid):
    """A group of its own, so that a worker is killed with its children; asked for on both sides of
    the fork, as either may come first."""
    try:
        os.setpgid(pid, pid)
    except OSError:
        pass


def kill_group(pid):
    """Kills a worker with whatever it has started itself; False if it has no group yet."""
    try:
        os.killpg(pid, signal.SIGKILL)
    except OSError:
        return False
    return True


def close_above(last_fd):
    """What the driver has open is no business of workers."""
    for name in os.listdir("/proc/self/fd"):
        if int(name) > last_fd:
            try:
                os.close(int(name))
            except OSError:
                pass            # the folder's own, closed by now


def main(control_fd, alias_pyspark):
    """The helper: sys.path is the driver's, stdin is /dev/null, `control_fd` the control socket."""
    close_above(control_fd)
    sys.argv = ["rushlight-worker"]
    if sys.stdout is not None:
        sys.stdout.reconfigure(line_buffering=True)     # one write a line: workers share it
    if alias_pyspark:
        from rushlight import _alias
        _alias.install()
    gc.collect()
    gc.freeze()         # what is here now is shared with every worker: never touch its pages
    Helper(control_fd).run()
