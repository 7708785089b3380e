"""rushlight shell, driven through a terminal as a person drives it."""
import os
import stat
import sys
import threading
import time

import pytest

from conftest import has_ended, rushlight_command
from pty_terminal import Terminal

PROMPT = r">>> $"
LONG_JOB = "print(sc.parallelize([3600], 1).map(__import__('time').sleep).count())\n"


@pytest.fixture
def home(tmp_path):
    path = tmp_path / "home"
    path.mkdir()
    return path


@pytest.fixture
def shell(home):
    """Starts a shell: shell (*flags) as a context manager."""

    def start(*flags, env=None, **kwargs):
        return Terminal(rushlight_command("shell", *flags),
                        env={"HOME": str(home), "LC_ALL": "C.UTF-8", **(env or {})}, cwd=home,
                        **kwargs)

    return start


def ask(terminal, text, answer):
    """Types a line at the prompt; the match of what comes, when the prompt is there again."""
    terminal.type(text + "\n")
    found = terminal.wait_for(answer)
    terminal.wait_for(PROMPT)
    return found


def test_welcome_and_names(shell):
    with shell("--master", "local[2]", "--conf", "spark.my.x=5") as terminal:
        terminal.wait_for(PROMPT)
        assert "Rushlight 0.1.0, which behaves as Apache Spark 4.3.0" in terminal.output
        assert "SparkContext, master local[2], application local-" in terminal.output
        ask(terminal, "spark.sparkContext is sc, sc.appName", r"\(True, 'PySparkShell'\)")
        ask(terminal, "sc.getConf().get('spark.my.x'), pyspark.__version__", r"\('5', '4.3.0'\)")
        ask(terminal, "sc.getConf().get('spark.ui.showConsoleProgress')", "'true'")
        ask(terminal, "from pyspark import SparkConf; SparkContext is type(sc)", "True")
        terminal.type("exit()\n")
        assert terminal.wait() == 0


def test_jobs_and_functions_typed_over_several_lines(shell):
    with shell("--master", "local[2]") as terminal:
        terminal.wait_for(PROMPT)
        terminal.type("def twice(x):\n    return 2 * x\n\n")
        terminal.wait_for(r"\.\.\. \r\n>>> $")
        ask(terminal, "sc.parallelize(range(4)).map(twice).collect()", r"\[0, 2, 4, 6\]")
        ask(terminal, "sc.parallelize(range(4)).map(twice).setName('n').toDebugString()",
            "PythonRDD|n ")
        ask(terminal, "print(sc.summary())", r"job 0  collect at <stdin>(-\d+)?:1")


def test_ctrl_c_cancels_the_job_and_leads_back(shell):
    with shell("--master", "local[2]") as terminal:
        terminal.wait_for(PROMPT)
        terminal.type(LONG_JOB)
        terminal.wait_for(r"\[Stage 0:.*\(0 \+ 1\) / 1\]")      # the bar says that it runs
        terminal.type("\x03")
        terminal.wait_for("KeyboardInterrupt")
        terminal.wait_for(PROMPT)
        ask(terminal, "sc.statusTracker().getActiveJobsIds()", r"\[\]")
        ask(terminal, "sc.parallelize(range(10)).sum()", "45")
        terminal.press_until("\x03", "KeyboardInterrupt")       # at the prompt, as Python has it
        terminal.wait_for(PROMPT)
        terminal.type("\x04")                                   # Ctrl-D ends
        assert terminal.wait() == 0


def test_the_end_leaves_nothing_behind(shell, home):
    with shell("--conf", f"spark.local.dir={home}") as terminal:
        terminal.wait_for(PROMPT)
        ask(terminal, "pids = sc.parallelize([0], 1).map(lambda x: __import__('os').getpid())"
                      ".collect()", "")
        worker = int(ask(terminal, "pids[0]", r"\n(\d+)\r").group(1))
        terminal.type("exit(3)\n")
        assert terminal.wait() == 3
    assert os.listdir(home) == [".rushlight_history"]
    guard = time.monotonic() + 30
    while not has_ended(worker):
        assert time.monotonic() < guard


def test_history_is_kept_for_its_owner_alone(shell, home):
    for line in ("'the first'", "'the second'"):
        with shell() as terminal:
            terminal.wait_for(PROMPT)
            ask(terminal, line, line)
            terminal.type("exit()\n")
            terminal.wait()
    history = home / ".rushlight_history"
    assert stat.S_IMODE(history.stat().st_mode) == 0o600
    text = history.read_text()
    assert text.index("'the first'") < text.index("'the second'")
    with shell() as terminal:
        terminal.wait_for(PROMPT)
        terminal.type("\x1b[A\x1b[A\n")         # two lines up: that before exit()
        terminal.wait_for(r"\r\n'the second'\r\n")


def test_history_elsewhere_and_nowhere(shell, home):
    with shell(env={"PYTHON_HISTORY": str(home / "mine")}) as terminal:
        terminal.wait_for(PROMPT)
        ask(terminal, "1", "1")
        terminal.type("exit()\n")
        assert terminal.wait() == 0
    assert stat.S_IMODE((home / "mine").stat().st_mode) == 0o600
    with shell(env={"HOME": "/nosuch/home"}) as terminal:
        terminal.wait_for(PROMPT)
        ask(terminal, "6 * 7", "42")
        terminal.type("exit()\n")
        assert terminal.wait() == 0
    assert "Traceback" not in terminal.output


def test_completion(shell):
    with shell() as terminal:
        terminal.wait_for(PROMPT)
        terminal.type("sc.statusTr\t")
        terminal.wait_for(r"sc\.statusTracker\(")


def test_the_users_startup_file_counts(shell, home):
    (home / "start.py").write_text("mine = sc.master + '!'\n")
    with shell("--master", "local[3]", env={"PYTHONSTARTUP": str(home / "start.py")}) as terminal:
        terminal.wait_for(PROMPT)
        ask(terminal, "mine", r"'local\[3\]!'")
        ask(terminal, "[path for path in __import__('sys').path if path.endswith('rushlight')]",
            r"\[\]")


def test_settings_that_make_no_context(shell):
    with shell("--master", "nonsense") as terminal:
        assert terminal.wait() == 1
    assert "rushlight shell: " in terminal.output and "nonsense" in terminal.output
    assert "Traceback" not in terminal.output


def test_py_files(shell, home):
    (home / "helper.py").write_text("def f(x):\n    return x + 100\n")
    with shell("--py-files", "helper.py") as terminal:
        terminal.wait_for(PROMPT)
        terminal.type("import helper\n")
        ask(terminal, "sc.parallelize([1]).map(helper.f).collect()", r"\[101\]")


def test_lines_from_a_pipe(home, run_program):
    import subprocess
    done = subprocess.run(rushlight_command("shell", "--master", "local[2]"), text=True,
                          input="print(sc.parallelize(range(5)).sum(), sc.master)\n",
                          capture_output=True, timeout=60, cwd=home,
                          env=dict(os.environ, HOME=str(home)))
    assert done.returncode == 0 and "10 local[2]" in done.stdout, done.stderr


# ── which Python ──
def test_another_python(shell, home):
    python = home / "python"
    python.write_text(f"#!/bin/sh\nWRAPPED=yes exec {sys.executable} \"$@\"\n")
    python.chmod(0o755)
    with shell(env={"PYSPARK_DRIVER_PYTHON": str(python)}) as terminal:
        terminal.wait_for(PROMPT)
        ask(terminal, "__import__('os').environ['WRAPPED']", "'yes'")
    with shell(env={"PYSPARK_DRIVER_PYTHON": "nosuch"}) as terminal:
        assert terminal.wait() == 1
    assert "there is no Python 'nosuch'" in terminal.output


def test_a_front_end_gets_the_shell_as_its_startup_file(shell, home):
    """As with PYSPARK_DRIVER_PYTHON=jupyter PYSPARK_DRIVER_PYTHON_OPTS="lab --no-browser"."""
    front = home / "front"
    front.write_text("#!/bin/sh\necho \"args $*\"\necho \"words $PYSPARK_SUBMIT_ARGS\"\n"
                     f"exec {sys.executable} -c 'import os; "
                     "exec(open(os.environ[\"PYTHONSTARTUP\"]).read()); print(sc.master)'\n")
    front.chmod(0o755)
    env = {"PYSPARK_DRIVER_PYTHON": str(front), "PYSPARK_DRIVER_PYTHON_OPTS": "lab '--a b'"}
    with shell("--master", "local[5]", env=env) as terminal:
        assert terminal.wait() == 0
    lines = terminal.output.splitlines()
    assert "args lab --a b" in lines and lines[-1] == "local[5]"
    assert "words --name PySparkShell --master 'local[5]' pyspark-shell" in lines


def test_import_pyspark_shell(run_program):
    status, out, err = run_program("""
import rushlight
rushlight.activate()
import pyspark.shell
print(pyspark.shell.sc is pyspark.shell.spark.sparkContext)
""", env={"PYSPARK_SUBMIT_ARGS": "--master local[2] pyspark-shell"})
    assert (status, err) == (0, "") and out.endswith("True\n") and "master local[2]" in out


# ── IPython ──
IN_IPYTHON = """
from IPython.core.interactiveshell import InteractiveShell
shell = InteractiveShell.instance()
def say(line):
    result = shell.run_cell(line)
    result.raise_error()
    return result.result
"""


def test_ipython_extension(run_program):
    pytest.importorskip("IPython")
    status, out, err = run_program(IN_IPYTHON + """
say("%load_ext rushlight")
print(say("import pyspark; (sc.parallelize([1, 2]).sum(), spark.version, pyspark.__version__)"))
""")
    assert (status, err) == (0, "") and "(3, '4.3.0', '4.3.0')" in out


def test_ipython_shell(shell):
    pytest.importorskip("IPython")
    for flags, env in ((["--ipython"], {}),
                       ([], {"PYSPARK_DRIVER_PYTHON": os.path.join(os.path.dirname(sys.executable),
                                                                   "ipython")})):
        env["PYSPARK_DRIVER_PYTHON_OPTS"] = "--simple-prompt"
        with shell(*flags, env=env) as terminal:
            terminal.wait_for(r"In \[1\]: ")
            terminal.type("def f(x): return x * 10\n\n")
            terminal.type("sc.parallelize([1, 2]).map(f).sum(), spark.version\n")
            terminal.wait_for(r"Out\[\d+\]: \(30, '4.3.0'\)")
            terminal.type(LONG_JOB)
            terminal.wait_for(r"\[Stage \d+:")
            terminal.type("\x03")
            terminal.wait_for("KeyboardInterrupt")
            terminal.type("exit()\n")
            assert terminal.wait() == 0


def test_jupyter_kernel(home, monkeypatch):
    """PYTHONSTARTUP, jobs, interruption, no word on stderr, and pyspark.shell once more."""
    manager = pytest.importorskip("jupyter_client").KernelManager()
    pytest.importorskip("ipykernel")
    import rushlight
    startup = os.path.join(os.path.dirname(rushlight.__file__), "shell.py")
    for name, value in (("PYTHONSTARTUP", startup), ("HOME", str(home)), ("OLD_PYTHONSTARTUP", ""),
                        ("PYSPARK_SUBMIT_ARGS", "--master local[2] pyspark-shell")):
        monkeypatch.setenv(name, value)
    manager.start_kernel()
    client = manager.client()
    client.start_channels()
    try:
        client.wait_for_ready(timeout=60)

        def say(code, at_start=lambda: None):
            """What a cell gives: its texts by kind."""
            seen = {}

            def note(message):
                kind, content = message["msg_type"], message["content"]
                if kind == "execute_input":
                    at_start()
                key = content.get("name", kind)
                text = content.get("data", {}).get("text/plain", "")
                seen[key] = seen.get(key, "") + (content.get("text") or content.get("ename")
                                                 or text)
            client.execute_interactive(code, timeout=60, output_hook=note)
            return {key: text for key, text in seen.items()
                    if key not in ("status", "execute_input")}

        assert say("sc.master, spark.version") == {"execute_result": "('local[2]', '4.3.0')"}
        wait = "__import__('time').sleep"
        assert say(f"sc.parallelize([0.8], 1).map({wait}).count()") == {"execute_result": "1"}
        interrupt = threading.Timer(1, manager.interrupt_kernel)
        assert say(f"sc.parallelize([3600], 1).map({wait}).count()",
                   interrupt.start) == {"error": "KeyboardInterrupt"}
        assert say("sc.statusTracker().getActiveJobsIds()") == {"execute_result": "[]"}
        again = say("import pyspark.shell; sc is pyspark.shell.sc")
        assert again["execute_result"] == "True" and again.keys() == {"stdout", "execute_result"}
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
