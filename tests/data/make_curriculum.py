"""Writes curriculum/NAME.out: what real PySpark prints for each program of that folder.

    SPARK_LOCAL_IP=127.0.0.1 python tests/data/make_curriculum.py [NAME ...]     with pyspark,
                                                                    pandas and pyarrow installed
"""
import pathlib
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).parent / "curriculum"


def main(names):
    for program in sorted(HERE.glob("*.py")):
        if names and program.stem not in names:
            continue
        with tempfile.TemporaryDirectory() as folder:
            for file in HERE.iterdir():
                shutil.copy(file, folder)
            printed = subprocess.run([sys.executable, program.name], cwd=folder, check=True,
                                     stdout=subprocess.PIPE, text=True).stdout
        program.with_suffix(".out").write_text(printed)


if __name__ == "__main__":
    main(sys.argv[1:])
