"""The command line of `rushlight submit`: flags into settings, and what it refuses."""
import pytest

from rushlight.cli import main
from rushlight.cli.options import UsageError, parse, read_properties


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
    (["--nope"], "no option '--nope'"),
    (["--master"], "--master needs a value"),
    (["--conf", "novalue", "a.py"], "--conf needs KEY=VALUE"),
    (["--conf", "=1", "a.py"], "--conf needs KEY=VALUE"),
    (["--deploy-mode", "cluster", "a.py"], "needs a cluster"),
    (["--jars", "a.jar", "a.py"], "--jars is spark-submit's, but not there yet"),
    (["--verbose=1", "a.py"], "no option"),
])
def test_refused(arguments, words):
    with pytest.raises(UsageError, match=words):
        parse(arguments)


@pytest.mark.parametrize("arguments,words", [
    (["submit"], "no program given"),
    (["submit", "--nope", "a.py"], "no option '--nope'"),
    (["submit", "nosuch.py"], "can't open file 'nosuch.py': No such file or directory"),
    (["submit", "app.jar"], "app.jar is no Python program"),
    (["submit", "--properties-file", "nosuch.conf", "a.py"],
     "cannot read the properties file nosuch.conf: No such file or directory\n"),
    (["submit", "--py-files", __file__ + ",nope.zip", __file__],
     "rushlight submit: there is no file nope.zip"),
    (["submit", "--conf", "spark.submit.pyFiles=nope.py", __file__], "there is no file nope.py"),
    (["dag", "-o", "x.bmp", "a.py"], "cannot tell the format of x.bmp"),
    (["dag", "-o", "/nosuch/x.svg", "a.py"], "cannot write into the folder /nosuch"),
    (["fly"], "no command 'fly'"),
    ([], "usage: rushlight submit"),
])
def test_a_wrong_command_line_says_what_is_wrong(capsys, arguments, words):
    assert main(arguments) == 2
    out, err = capsys.readouterr()
    assert out == "" and words in err


def test_a_properties_file_that_is_no_text(capsys, tmp_path):
    (tmp_path / "spark.conf").write_bytes(b"\xff\xfe")
    assert main(["submit", "--properties-file", str(tmp_path / "spark.conf"), "a.py"]) == 2
    assert "spark.conf: it is not text in UTF-8\n" in capsys.readouterr().err


@pytest.mark.parametrize("arguments,words", [
    (["--help"], "usage:"), (["--version"], "rushlight 0.1.0"),
    (["submit", "--help"], "--py-files"),
    (["submit", "--version"], "Apache Spark 4.3.0"), (["dag", "--help"], "rushlight dag"),
    (["dag", "--help"], "--dag, -o FILE"), (["dag", "--help"], "app.py's into app.svg"),
    (["--help"], "rushlight dag [-o FILE]"),
])
def test_help_and_version(capsys, arguments, words):
    assert main(arguments) == 0
    out, err = capsys.readouterr()
    assert words in out and err == ""
