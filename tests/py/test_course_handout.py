"""What students get where there is no `rushlight lesson`: its text says what to type, which works."""
import os
import re
import shutil
import subprocess
import sys

import course_labs
import pytest

from rushlight.course import FORMATS, open_lab
from rushlight.course.carried import Carried
from rushlight.course.submission import verdict_text
from rushlight.lesson import labs, sandbox
from rushlight.lesson.model import Verdict

HANG_S = 300
FOLDERS = {"gradescope": ("handout", "lab.md"), "classroom": ("", "README.md")}


def handed_out(lab, format, out, kinds=("python", "c")):
    """(the folder, its text, the section on it) of a lab."""
    FORMATS[format].build(lab, str(out), Carried(kinds=kinds))
    inside, name = FOLDERS[format]
    folder = out / format / lab.name / inside
    text = (folder / name).read_text()
    return folder, text, text.partition("\n## In this folder\n")[2].partition("\n## ")[0]


def typed(section, folder, status=0):
    """What each of the section's commands prints, typed in the folder."""
    said = {}
    for command in re.findall(r"(?m)^ {6}(\S.*)$", section):
        line = command.replace("rushlight", f"{sys.executable} -m rushlight.cli", 1).replace(
            "YOU", "ada")
        ended = subprocess.run(["bash", "-c", line], cwd=folder, env=sandbox.environment(),
                               timeout=HANG_S, text=True, stdout=subprocess.PIPE,
                               stderr=subprocess.STDOUT)
        assert ended.returncode == (1 if " check " in command else 0), f"{line}\n{ended.stdout}"
        said[command.split()[1]] = ended.stdout
    return said


def commands_of(text):
    """The commands of `rushlight lesson` that a text names, of any lab."""
    return set(re.findall(r"rushlight lesson (\w+ \d+c?)", text))


@pytest.mark.parametrize("format", FOLDERS)
def test_what_the_text_says_for_a_lab_of_the_package_works(tmp_path, format):
    folder, _, section = handed_out(open_lab("1"), format, tmp_path)
    said = typed(section, folder)
    assert "job 0  collect at word_count.py:66: 2 stages" in said["dag"]
    assert (folder / "picture.svg").exists()
    assert "no job before an action" in said["lesson"]


@pytest.mark.parametrize("format", FOLDERS)
def test_of_a_teachers_own_lab_students_run_the_program_and_hand_it_in(tmp_path, format):
    lab = open_lab(course_labs.write_lab(str(tmp_path / "labs")))
    folder, _, section = handed_out(lab, format, tmp_path)
    assert list(typed(section, folder)) == ["dag"]
    assert "`rushlight lesson check 42`: hand in your file" in section
    assert "`evens.py` and `predictions.txt`" in section


def test_an_exercise_in_c_is_built_and_runs_the_labs_program(tmp_path):
    lab = next(lab for lab in labs() if lab.exercise("c")
               and os.path.exists(f"{lab.exercise('c').folder}/program.py"))
    folder, _, section = handed_out(lab, "gradescope", tmp_path, ("c",))
    exercise = lab.exercise("c")
    shutil.copy(exercise.solution, folder / exercise.file)
    section = section.partition(" lesson check")[0]
    assert list(typed(section, folder)) == ["plugin", "dag"]


@pytest.mark.parametrize("format, text, install", [
    ("gradescope", "handout/lab.md", "`pip install WHEEL`"),
    ("classroom", "README.md", "`pip install .github/rushlight/WHEEL`"),
    ("watch", "../README.md", "`pip install WHEEL`")])
def test_students_are_told_of_a_rushlight_that_there_is(tmp_path, format, text, install):
    lab = open_lab(course_labs.write_lab(str(tmp_path / "labs")))
    wheel = "rushlight-0.1.0-cp311-cp311-linux_x86_64.whl"
    path = tmp_path / format / (lab.name if format != "watch" else "labs") / text
    FORMATS[format].build(lab, str(tmp_path), Carried())
    said = " ".join(path.read_text().split())
    assert "the wheel that your teacher gives you, or `make build` in Rushlight's source" in said
    assert "rushlight==" not in said
    FORMATS[format].build(lab, str(tmp_path), Carried(course_labs.write(f"{tmp_path}/{wheel}", "")))
    said = " ".join(path.read_text().split())
    command = install.replace("WHEEL", wheel)
    assert command in said and "make build" not in said
    assert (path.parent / command.strip("`").removeprefix("pip install ")).is_file()


@pytest.mark.parametrize("format", FOLDERS)
def test_a_wrong_guess_costs_nothing_in_what_is_handed_out_too(tmp_path, format):
    folder, _, section = handed_out(open_lab("1"), format, tmp_path)
    predictions = (folder / "predictions.txt").read_text()
    for said in (section, predictions.replace("\n# ", " ")):
        assert "An answer has its point, right or wrong" in " ".join(said.split()).replace(
            "graded: an", "graded. An")
    assert "Numbers are digits" in predictions


@pytest.mark.parametrize("lab", labs(), ids=lambda lab: lab.name)
def test_each_command_of_each_text_is_explained(lab, tmp_path):
    _, text, section = handed_out(lab, "gradescope", tmp_path)
    known = commands_of(section)
    named = commands_of(text.replace(section, ""))
    if lab.exercise("python") is None:      # there are hints of one exercise, whatever it is called
        named = {name for name in named if not name.startswith("hint")}
    assert {name.removesuffix("c") if name.startswith("hint") else name for name in named} <= known


def test_the_section_stands_ahead_of_the_texts_own_and_nothing_is_lost(tmp_path):
    lab = open_lab("1")
    _, text, section = handed_out(lab, "gradescope", tmp_path)
    with open(lab.text) as f:
        own = f.read()
    assert text.index("## In this folder") < text.index("## What it is about")
    assert text.replace(f"## In this folder\n{section}\n", "") == own


def test_a_failure_of_a_teachers_own_lab_is_played_again_with_its_folder(tmp_path):
    name = open_lab("1").name
    for folder in ("copied", "changed"):        # the first as it lies in Gradescope's zip
        shutil.copytree(open_lab("1").folder, tmp_path / folder / name)
    with open(tmp_path / "changed" / name / "python" / "check.py", "a") as f:
        f.write("# stricter\n")
    for word, end in (("1", "--file word_count.py"),
                      (tmp_path / "copied" / name, "--file word_count.py"),
                      (tmp_path / "changed" / name, f"--file word_count.py --lab {name}   "
                       "(your teacher has that folder)"),
                      (course_labs.write_lab(str(tmp_path)), "--file evens.py --lab "
                       f"{course_labs.NAME}   (your teacher has that folder)")):
        exercise = open_lab(word).exercise("python")
        verdict = Verdict(1, "python", "lazy", "lazily", 0, 3, "failed", "no", replay="type this")
        assert verdict_text(exercise, verdict).splitlines()[-1] == f"Again: type this {end}"
