"""The programs of courses and slides, as people type them: they print what PySpark printed.

tests/data/make_curriculum.py made the .out files with real PySpark 4.3.
"""
import pathlib
import shutil
import subprocess
import sys

import pytest
from conftest import ROOT

FOLDER = pathlib.Path(ROOT) / "tests" / "data" / "curriculum"
PROGRAMS = sorted(FOLDER.glob("*.py"))
TIMEOUT_S = 120


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda path: path.stem)
def test_a_program_prints_what_pyspark_printed(program, tmp_path):
    for file in FOLDER.iterdir():
        shutil.copy(file, tmp_path)
    done = subprocess.run([sys.executable, "-m", "rushlight.cli", "submit", program.name],
                          cwd=tmp_path, capture_output=True, text=True, timeout=TIMEOUT_S)
    assert done.returncode == 0, done.stderr
    assert done.stdout == program.with_suffix(".out").read_text()
