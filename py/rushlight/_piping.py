"""pipe: a partition through a command of the system's, line by line.

    elements ──thread──▶ stdin │ command │ stdout ──▶ lines

The command is started without a shell.  A thread writes to it while lines are read from it, so that
neither waits for the other for ever.  It ends with the task: when nobody wants its lines any more
it is killed, and a worker that is killed takes along what it has started.
"""
import functools
import shlex
import subprocess
import threading

from rushlight._callsite import operator
from rushlight.errors import PySparkRuntimeError


def _write_elements(child, elements, failures):
    try:
        with child.stdin as stdin:
            for x in elements:
                stdin.write((str(x).rstrip("\n") + "\n").encode("utf-8"))
    except BrokenPipeError:
        pass            # it has read as much as it wanted
    except BaseException as e:      # of the user's functions: told on the task's own thread
        failures.append(e)


def pipe_through(command, env, check_code, elements):
    child = subprocess.Popen(shlex.split(command), env=env, stdin=subprocess.PIPE,
                             stdout=subprocess.PIPE)
    failures = []
    writer = threading.Thread(target=_write_elements, args=(child, elements, failures), daemon=True)
    writer.start()
    try:
        for line in child.stdout:
            yield line.rstrip(b"\n").decode("utf-8")
        status = child.wait()
        writer.join()
        if failures:
            raise failures[0]
        if check_code and status != 0:
            raise PySparkRuntimeError(errorClass="PIPE_FUNCTION_EXITED", messageParameters={
                "func_name": command, "error_code": str(status)})
    finally:
        child.kill()
        child.stdout.close()
        child.wait()
        # It may be in the middle of the task's input, which nobody else can read meanwhile.
        writer.join()


class Piping:
    """The part of RDD that runs commands."""

    @operator
    def pipe(self, command, env=None, checkCode=False):
        """The lines that a command prints when it is given the elements of a partition, one a line.
        It runs once for each partition, without a shell, and with no environment but `env`.  Its
        status is looked at if checkCode is true.

        >>> sc.parallelize(["b", "a"], 1).pipe("sort").collect()
        ['a', 'b']
        """
        return self.mapPartitions(functools.partial(pipe_through, command, env or {}, checkCode))
