"""Every lab of lessons/labs is proved (see rushlight.lesson.proof), which takes minutes: by `make
check`, which sets RUSH_LABS to all; else one in Python and one in C."""
import os

import pytest

from conftest import ROOT
from rushlight.lesson.loading import load, labs
from rushlight.lesson.proof import prove

FOLDER = os.path.join(ROOT, "lessons", "labs")
FOLDERS = sorted(name for name in os.listdir(FOLDER)
                 if os.path.isdir(os.path.join(FOLDER, name)))


PROVED = FOLDERS if os.environ.get("RUSH_LABS") == "all" else [
    "01_lazy_word_count", "09_fault_tolerance"]


@pytest.mark.parametrize("name", PROVED)
def test_a_lab_is_proved(name):
    report = prove(load(os.path.join(FOLDER, name)))
    assert report.problems == []


def test_labs_are_numbered_as_their_folders():
    assert [f"{lab.number:02}" for lab in labs(FOLDER)] == [name[:2] for name in FOLDERS]
