"""The command line of `rushlight submit`: flags into settings, and what it refuses."""
import pytest

from rushlight.cli import launched, main
from rushlight.cli.options import FLAGS, UsageError, help_text, parse
from rushlight.cli.properties import read_properties
from rushlight.errors import PySparkRuntimeError


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch):
    for name in launched._NAMES:
        monkeypatch.delenv(name, raising=False)


def settings(*arguments):
    return parse([*arguments, "folder/app.py"]).settings()


def test_defaults():
    assert settings() == {"spark.master": "local[*]", "spark.app.name": "app.py",
                          "spark.submit.deployMode": "client"}


@pytest.mark.parametrize("flags,key,value", [
    (["--master", "local[3]"], "spark.master", "local[3]"),
    (["--master=local[3]"], "spark.master", "local[3]"),
    (["--name", "a b"], "spark.app.name", "a b"),
    (["--conf", "spark.x=a=b"], "spark.x", "a=b"),
    (["-c", "spark.x = 1 "], "spark.x", "1"),
    (["--conf=spark.x="], "spark.x", ""),
    (["--driver-memory", "2g"], "spark.driver.memory", "2g"),
    (["--executor-memory", "2g"], "spark.executor.memory", "2g"),
    (["--executor-cores", "2"], "spark.executor.cores", "2"),
    (["--num-executors", "2"], "spark.executor.instances", "2"),
    (["--total-executor-cores", "2"], "spark.cores.max", "2"),
    (["--py-files", "a.py,b.zip"], "spark.submit.pyFiles", "a.py,b.zip"),
    (["--deploy-mode", "client"], "spark.submit.deployMode", "client"),
    (["--trace-bridge"], "spark.rushlight.trace.bridge", "true"),
    (["--files", "a,b"], "spark.files", "a,b"),
    (["--simulate", "a.json"], "spark.rushlight.simulate", "a.json"),
    (["--simulate", "a.json"], "spark.master", "sim://"),      # this machine has no scenario
    (["--simulate", "a.json", "--master", "yarn"], "spark.master", "yarn"),
    (["--jars", "a.jar"], "spark.jars", "a.jar"),
    (["--packages", "g:a:1"], "spark.jars.packages", "g:a:1"),
    (["--supervise"], "spark.driver.supervise", "true"),
    (["--queue", "q"], "spark.yarn.queue", "q"),
    (["--executor-memory", "2g", "--conf", "spark.executor.memory=1g"], "spark.executor.memory",
     "2g"),         # a flag of its own wins, wherever it stands
])
def test_flags_become_settings(flags, key, value):
    assert settings(*flags)[key] == value


def test_what_follows_the_program_is_the_programs():
    options = parse(["-v", "app.py", "--master", "x", "-o", "--", "y"])
    assert options.program == "app.py" and options.switches == {"--verbose"}
    assert options.arguments == ["--master", "x", "-o", "--", "y"]


def test_flags_win_over_the_properties_file(tmp_path):
    path = tmp_path / "spark.conf"
    path.write_text("spark.master local[5]\nspark.x=1\n")
    got = settings("--properties-file", str(path), "--conf", "spark.x=2")
    assert (got["spark.master"], got["spark.x"]) == ("local[5]", "2")


def test_properties_files(tmp_path):
    path = tmp_path / "spark.conf"
    path.write_text("# a comment\n! another\n\n  spark.a   some words \nspark.b=1\nspark.c: 2\n"
                    "spark.d = 3=4\nother.key 5\nspark.e\n")
    assert read_properties(path) == {"spark.a": "some words", "spark.b": "1", "spark.c": "2",
                                     "spark.d": "3=4", "other.key": "5", "spark.e": ""}


def test_properties_that_are_not_sparks_are_left_out(tmp_path):
    path = tmp_path / "spark.conf"
    path.write_text("other.key 5\nspark.x 1\n")
    options = parse(["--properties-file", str(path), "--conf", "foo=1", "app.py"])
    settings = options.settings()
    assert settings["spark.x"] == "1" and not settings.keys() & {"foo", "other.key"}
    assert options.ignored == ["other.key", "foo"]


@pytest.mark.parametrize("arguments,words", [
    (["--nope"], "Unrecognized option: --nope"),
    (["-x"], "Unrecognized option: -x"),
    (["--verbose=1", "a.py"], "Unrecognized option: --verbose=1"),
    (["--master"], "Missing argument for option '--master'"),
    (["--conf", "novalue", "a.py"], "Invalid argument to --conf: novalue"),
    (["--conf", "=1", "a.py"], "Invalid argument to --conf: =1"),
    (["--deploy-mode", "somewhere", "a.py"], "must be client or cluster, not somewhere"),
    (["--executor-cores", "abc", "a.py"], "--executor-cores must be a positive number, not abc"),
    (["--total-executor-cores", "0", "a.py"], "must be a positive number, not 0"),
    (["--driver-cores", "-1", "a.py"], "must be a positive number, not -1"),
    (["--driver-memory", "x", "a.py"], "--driver-memory must be a positive number"),
    (["--executor-memory", "0m", "a.py"], "--executor-memory must be a positive number"),
    (["--remote", "sc://h", "--master", "local", "a.py"], "does not go together"),
    (["--proxy-user", "a", "--principal", "b", "a.py"], "does not go together"),
    (["--kill", "1", "--status", "1"], "does not go together"),
])
def test_refused(arguments, words):
    with pytest.raises(UsageError, match=words):
        parse(arguments)


def test_a_stage_may_have_no_executors_at_first():
    assert settings("--num-executors", "0")["spark.executor.instances"] == "0"


@pytest.mark.parametrize("arguments,words", [
    (["submit"], "no program given"),
    (["submit", "--nope", "a.py"], "Unrecognized option: --nope"),
    (["submit", "--deploy-mode", "cluster", "a.py"], "--deploy-mode cluster needs a cluster"),
    (["submit", "--proxy-user", "u", "a.py"], "--proxy-user is Hadoop's"),
    (["submit", "--kill", "driver-1"], "--kill asks a cluster"),
    (["submit", "--status", "driver-1"], "--status asks a cluster"),
    (["submit", "--ipython", "a.py"], "--ipython belongs to rushlight shell"),
    (["shell", "--nope"], "Unrecognized option: --nope"),
    (["shell", "a.py"], "a program is run by rushlight submit a.py"),
    (["shell", "words"], "takes no arguments, such as words"),
    (["shell", "--summary"], "sc.summary()"),
    (["shell", "--deploy-mode", "cluster"], "--deploy-mode cluster needs a cluster"),
    (["submit", "app.jar"], "app.jar is no Python program"),
    (["submit", "--properties-file", "nosuch.conf", "a.py"],
     "cannot read the properties file nosuch.conf: No such file or directory\n"),
    (["submit", "--py-files", __file__ + ",nope.zip", __file__],
     "rushlight submit: there is no file nope.zip"),
    (["submit", "--conf", "spark.submit.pyFiles=nope.py", __file__], "there is no file nope.py"),
    (["dag", "-o", "x.bmp", "a.py"], "cannot tell the format of x.bmp"),
    (["dag", "-o", "/nosuch/x.svg", "a.py"], "cannot write into the folder /nosuch"),
])
def test_a_wrong_command_line_says_what_is_wrong(capsys, arguments, words):
    """Status 1, as spark-submit has it."""
    assert main(arguments) == 1
    out, err = capsys.readouterr()
    assert out == "" and words in err


@pytest.mark.parametrize("arguments,words", [
    (["submit", "nosuch.py"], "can't open file 'nosuch.py': No such file or directory"),
    (["fly"], "no command 'fly'"),
    ([], "usage: rushlight submit"),
])
def test_nothing_to_run(capsys, arguments, words):
    """Status 2, as Python has it."""
    assert main(arguments) == 2
    out, err = capsys.readouterr()
    assert out == "" and words in err


def test_a_properties_file_that_is_no_text(capsys, tmp_path):
    (tmp_path / "spark.conf").write_bytes(b"\xff\xfe")
    assert main(["submit", "--properties-file", str(tmp_path / "spark.conf"), "a.py"]) == 1
    assert "spark.conf: it is not text in UTF-8\n" in capsys.readouterr().err


@pytest.mark.parametrize("arguments,words", [
    (["--help"], "usage:"), (["--version"], "rushlight 0.1.0"),
    (["submit", "--help"], "--py-files"),
    (["submit", "--version"], "Apache Spark 4.3.0"), (["dag", "--help"], "rushlight dag"),
    (["dag", "--help"], "--dag, -o FILE"), (["dag", "--help"], "app.py's into app.svg"),
    (["--help"], "rushlight dag [-o FILE]"), (["shell", "--help"], "usage: rushlight shell"),
    (["submit", "--help"], "--conf, -c KEY=VALUE"), (["shell", "--version"], "rushlight 0.1.0"),
])
def test_help_and_version(capsys, arguments, words):
    assert main(arguments) == 0
    out, err = capsys.readouterr()
    assert words in out and err == ""


def test_help_has_every_flag():
    text = help_text("submit")
    assert [flag.name for flag in FLAGS if flag.name not in text] == []
    assert max(map(len, text.splitlines())) <= 100


# ── spark-defaults.conf and the environment ──
def test_spark_defaults(monkeypatch, tmp_path):
    (tmp_path / "conf").mkdir()
    (tmp_path / "conf" / "spark-defaults.conf").write_text("spark.x 1\nspark.y 1\n")
    (tmp_path / "mine.conf").write_text("spark.x 2\n")
    mine = ["--properties-file", str(tmp_path / "mine.conf")]
    assert "spark.x" not in settings()
    monkeypatch.setenv("SPARK_HOME", str(tmp_path))
    assert settings()["spark.x"] == "1"
    assert settings("--conf", "spark.x=3")["spark.x"] == "3"
    got = settings(*mine)
    assert got["spark.x"] == "2" and "spark.y" not in got
    got = settings(*mine, "--load-spark-defaults")
    assert (got["spark.x"], got["spark.y"]) == ("2", "1")
    monkeypatch.setenv("SPARK_CONF_DIR", str(tmp_path))     # it wins over SPARK_HOME/conf
    assert "spark.x" not in settings()


def test_variables_of_old(monkeypatch, tmp_path):
    monkeypatch.setenv("MASTER", "local[7]")
    monkeypatch.setenv("SPARK_DRIVER_MEMORY", "555m")
    assert settings()["spark.master"] == "local[7]"
    assert settings("--master", "local")["spark.master"] == "local"
    assert settings("--conf", "spark.driver.memory=1g")["spark.driver.memory"] == "1g"
    assert "spark.master" not in settings("--remote", "sc://h")


# ── a program that nothing has launched ──
def test_plain_python_is_a_shell_to_spark():
    assert launched.defaults() == {"spark.master": "local[*]", "spark.app.name": "pyspark-shell",
                                   "spark.submit.deployMode": "client",
                                   "spark.ui.showConsoleProgress": "true"}


def test_pyspark_submit_args(monkeypatch):
    monkeypatch.setenv("PYSPARK_SUBMIT_ARGS",
                       "--master local[3] --conf 'spark.x=a b' pyspark-shell")
    got = launched.defaults()
    assert (got["spark.master"], got["spark.x"]) == ("local[3]", "a b")
    assert got["spark.app.name"] == "pyspark-shell"
    assert got["spark.ui.showConsoleProgress"] == "true"


@pytest.mark.parametrize("words,why", [("--master local[3]", "must end with pyspark-shell"),
                                       ("--nope pyspark-shell", "Unrecognized option")])
def test_wrong_pyspark_submit_args(monkeypatch, words, why):
    """PySpark's gateway does not start, either."""
    monkeypatch.setenv("PYSPARK_SUBMIT_ARGS", words)
    with pytest.raises(PySparkRuntimeError, match=why):
        launched.defaults()


def test_a_context_has_them(run_program):
    program = """
from rushlight import SparkConf, SparkContext
with SparkContext(conf=SparkConf().set("spark.y", "mine")) as sc:
    conf = sc.getConf()
    print(sc.master, sc.appName, conf.get("spark.x"), conf.get("spark.y"),
          conf.get("spark.ui.showConsoleProgress"))
"""
    words = ("--master local[3] --conf spark.executorEnv.A=1 --name n --conf spark.x=theirs "
             "--conf spark.y=theirs pyspark-shell")
    status, out, err = run_program(program, env={"PYSPARK_SUBMIT_ARGS": words})
    assert (status, out) == (0, "local[3] n theirs mine true\n"), err


def test_help_fits_a_terminal():
    assert [line for line in help_text("submit").splitlines() if len(line) > 100] == []
