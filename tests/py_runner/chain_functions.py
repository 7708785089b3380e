"""What the tests of py/runner have workers do; commands name these functions."""
import itertools
import os
import signal
import sys
import time


def upper(line):
    return line.upper()


def split(line):
    return line.split()


def with_one(word):
    return word, 1


def add(a, b):
    return a + b


def show(pair):
    return f"{pair[0]}={pair[1]}"


def type_name(x):
    return type(x).__name__


def pid(_):
    return os.getpid()


def length(x):
    return len(x)


def divide(line):
    return 1 // (len(line) - 3)


def raise_long(_):
    raise ValueError("x" * 300_000)


def stop(_):
    raise StopIteration


def exit_3(_):
    os._exit(3)


def sys_exit(_):
    sys.exit("enough")


def kill_self(_):
    os.kill(os.getpid(), signal.SIGKILL)


def kill_helper(_):
    os.kill(os.getppid(), signal.SIGKILL)
    time.sleep(1000)


def stop_helper(_):
    os.kill(os.getppid(), signal.SIGSTOP)


def sleep_forever(_):
    time.sleep(1000)


def spin_forever(_):
    while True:
        pass


def first_two(iterator):
    return itertools.islice(iterator, 2)


def nothing(iterator):
    return []


def write_much(iterator):
    """Writes 16 MB before it reads."""
    for _ in range(256):
        yield "y" * 65536
    yield sum(len(line) for line in iterator)


def widen(line):
    for _ in range(1000):
        yield line * 1000


def hash_seed(_):
    return os.environ["PYTHONHASHSEED"]


def open_descriptors(_):
    return ",".join(sorted(os.listdir("/proc/self/fd"), key=int))


def process_groups(_):
    return f"{os.getpgrp() == os.getpid()}"


def stdin_text(_):
    return repr(sys.stdin.read())


def task_field(name):
    from rushlight.worker import current_task
    task = current_task()
    return task["properties"].get(name) if name in task["properties"] else task.get(name)


def spoil_socket(_):
    """Writes to the worker's own socket."""
    for fd in map(int, os.listdir("/proc/self/fd")):
        try:
            if fd > 2 and os.readlink(f"/proc/self/fd/{fd}").startswith("socket:"):
                os.write(fd, b"\xff" * 64)
        except OSError:
            pass
    time.sleep(1000)


# ── what tasks share (test_python_sharing.c) ──
def add_length(line):
    """Adds to an accumulator, as a function does that has one in its closure."""
    from rushlight import accumulators
    param = accumulators.INT_ACCUMULATOR_PARAM
    accumulators._deserialize_accumulator(5, 0, param).add(len(line))
    return line


def broadcast_value(bid):
    from rushlight.broadcast import _from_id
    return _from_id(int(bid)).value


def is_in_barrier_stage(_):
    from rushlight import BarrierTaskContext, TaskContext
    return str(isinstance(TaskContext.get(), BarrierTaskContext))


def meet(lines):
    """Reads a line, tells it to all, and reads on."""
    from rushlight import BarrierTaskContext
    context = BarrierTaskContext.get()
    yield "|".join(context.allGather(next(lines)))
    context.barrier()
    yield from lines


def meet_or_die(lines):
    """The task whose input is "die" is killed while it waits."""
    import signal
    lines = list(lines)
    if lines == ["die"]:
        signal.setitimer(signal.ITIMER_REAL, 0.02)
    return meet(iter(lines))
