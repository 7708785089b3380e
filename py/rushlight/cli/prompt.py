"""What a shell is besides Python's own prompt: a session, words of welcome, a history.

The history of what was typed is kept in ~/.rushlight_history, readable by its owner alone: lines at
a prompt hold passwords.  PYTHON_HISTORY names another file.

    Ctrl-C      cancels the job that runs and leads back to the prompt (py/ext/engine_jobs.c)
    exit()      stops the engine and its workers (_lifecycle.py)
"""
import atexit
import builtins
import os
import platform
import site
import sys

HISTORY = "~/.rushlight_history"

_WELCOME = """\
    ,
   (_)    Rushlight {both}
    |     Python {python}
    |     sc      SparkContext, master {master}, application {application}
  __|__   spark   SparkSession
"""


def start(names):
    """For shell.py, whose names are those of the prompt if it is run as PYTHONSTARTUP: adds those
    that a shell has."""
    is_startup = names.get("__name__") == "__main__"
    _leave_the_packages_folder(names)
    spark = _session(is_startup)
    import pyspark          # Rushlight, from now on
    names.update(spark=spark, sc=spark.sparkContext, pyspark=pyspark,
                 SparkContext=pyspark.SparkContext, SparkSession=type(spark))
    if is_startup and not in_ipython():
        _keep_history()
    print(_welcome(spark.sparkContext))
    if is_startup:
        _run_users_startup(names)


def extend(ipython):
    """For `%load_ext rushlight`: `import pyspark` finds Rushlight, and the notebook has `sc` and
    `spark`."""
    spark = _session(exits=False)
    ipython.push({"spark": spark, "sc": spark.sparkContext})


def in_ipython():
    """Whether this is IPython or a Jupyter kernel."""
    return getattr(builtins, "__IPYTHON__", False)


def _session(exits):
    from rushlight import _alias
    from rushlight.errors import PySparkException
    _alias.install()
    from rushlight.sql import SparkSession
    try:
        return SparkSession.builder.getOrCreate()
    except (PySparkException, ValueError) as e:
        if not exits:
            raise
        print(f"rushlight shell: {e}", file=sys.stderr)
        sys.exit(1)


def _welcome(sc):
    from rushlight._version import BOTH
    return _WELCOME.format(both=BOTH, master=sc.master,
                           application=sc.applicationId,
                           python=f"{platform.python_version()} ({platform.python_build()[0]}, "
                                  f"{platform.python_build()[1]})")


def _leave_the_packages_folder(names):
    """IPython puts the folder of PYTHONSTARTUP on sys.path while it runs it, and from there workers
    would get it: `import conf` must not find ours."""
    folder = os.path.dirname(os.path.abspath(names.get("__file__", "")))
    if folder == os.path.dirname(os.path.dirname(os.path.abspath(__file__))):
        sys.path[:] = [path for path in sys.path if path != folder]


def _run_users_startup(names):
    path = os.environ.get("OLD_PYTHONSTARTUP")
    if not path or not os.path.isfile(path):
        return
    with open(path, "rb") as f:
        source = f.read()
    exec(compile(source, path, "exec", dont_inherit=True), names)


# ── history ──
def _keep_history():
    """Python sets up its prompt after PYTHONSTARTUP, by sys.__interactivehook__: since 3.13 that
    takes the history's name from the environment; before, we do it in its place."""
    path = os.path.expanduser(os.environ.get("PYTHON_HISTORY") or HISTORY)
    try:
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
        os.chmod(path, 0o600)
    except OSError:
        return              # no home that can be written to: no history
    if hasattr(site, "gethistoryfile"):
        os.environ["PYTHON_HISTORY"] = path
        atexit.register(_make_private, path)    # after Python has written it: last in, first out
    elif hasattr(sys, "__interactivehook__"):
        sys.__interactivehook__ = lambda: _edit_lines(path)


def _make_private(path):
    try:
        os.chmod(path, 0o600)
    except OSError:
        pass


def _edit_lines(path):
    """Completion and history by readline, as site.py does them."""
    try:
        import readline
        import rlcompleter  # noqa: F401  (it becomes readline's completer)
    except ImportError:
        return
    is_libedit = "libedit" in (readline.__doc__ or "")
    readline.parse_and_bind("bind ^I rl_complete" if is_libedit else "tab: complete")
    try:
        readline.read_init_file()
    except OSError:
        pass                # there is none
    try:
        readline.read_history_file(path)
    except OSError:
        pass                # it is empty, for libedit

    def write():
        try:
            readline.write_history_file(path)
        except OSError:
            pass
        _make_private(path)

    atexit.register(write)
