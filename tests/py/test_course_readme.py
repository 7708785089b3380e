"""The teacher's way that course's README describes, typed as it stands, where it needs no other tools;
with nbgrader and otter: test_course_tools.py."""
import os

import course_labs

import rushlight

PACKAGE = os.path.dirname(os.path.dirname(rushlight.__file__))
WHEEL = "rushlight-0.1.0-cp311-cp311-linux_x86_64.whl"
GIT = {f"GIT_{who}_{what}": "ada@example.org" for who in ("AUTHOR", "COMMITTER")
       for what in ("NAME", "EMAIL")}


def follow(heading, folder):
    course_labs.write(f"{folder}/dist/{WHEEL}", "a wheel")
    return course_labs.follow(heading, str(folder), os.environ["PATH"], PACKAGE, **GIT)


def test_a_lab_is_proved(tmp_path):
    command, *table = course_labs.readme_commands("First: prove the lab")
    assert command == "rushlight course check 1"
    assert table[0].split() == ["lab", "checks", "mutants", "predictions", "seconds"]


def test_with_gradescope(tmp_path):
    said = follow("Gradescope", tmp_path)
    assert "3 of 16 points\ndata of: ada\n" in list(said.values())[-1]
    folder = tmp_path / "out" / "gradescope" / "01_lazy_word_count"
    assert sorted(os.listdir(folder)) == ["autograder.zip", "handout"]


def test_with_classroom(tmp_path):
    said = follow("GitHub Classroom", tmp_path)
    assert "3 of 16 points\ndata of: course/lab1-ada\n" in list(said.values())[-1]


def test_with_watch_mode(tmp_path):
    said = follow("Watch mode", tmp_path)
    assert "3 of 11 points" in said["rushlight lesson check 1"]
    single, several = (text for line, text in said.items()
                       if line.startswith("rushlight course grade"))
    assert "3 of 16 points" in single
    assert [line.split()[:4] for line in several.splitlines()] == [
        ["ada", "3", "of", "16"], ["bob", "3", "of", "16"], ["2", "of", "2", "submissions"]]
    lessons = tmp_path / "out" / "watch" / "my-lessons"
    assert (lessons / ".rushlight.json").exists()
    assert sorted(os.listdir(tmp_path / "out" / "watch" / "labs")) == [
        "01_lazy_word_count", "03_partitions"]
