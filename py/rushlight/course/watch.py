"""Labs for `rushlight lesson`, where each student works in a folder of his own.

    OUT/watch/
        README.md           what a student types
        labs/01_name/       the labs that were chosen, and no others
            │ rushlight lesson init FOLDER --labs labs
            ▼
        FOLDER/01_name/     lab.md, word_count.py; checked whenever a file is saved

The checks run on the student's machine, so the labs are whole: who looks for the solutions finds
them, as in the package.  Data are the student's own, by the name that init notes.
"""
import os

from rushlight.course import carried as parts

_README = """\
# Labs

Rushlight must be installed: {install}. Then, in this folder:

    rushlight lesson init my-lessons --labs labs
    cd my-lessons
    rushlight lesson list
    rushlight lesson start {number}
    rushlight lesson watch

`start` hands out a lab and shows its text. `watch` checks your file whenever you save it; `h` gives
a hint, `q` ends it. `init` takes your login's name for yours, and with it your data; `--student
NAME` says another.
"""


def build(lab, out, carried):
    """Adds a lab to the folder; the paths to tell of."""
    folder = os.path.join(out, "watch")
    parts.fresh(os.path.join(folder, "labs", lab.name))
    parts.copy_lab(lab, os.path.join(folder, "labs"))
    carried.copy_wheel(folder)
    first = sorted(os.listdir(os.path.join(folder, "labs")))[0]
    parts.write(folder, "README.md", _README.format(
        install=carried.how_to_install("."), number=int(first.split("_")[0])))
    return [os.path.join(folder, "labs", lab.name)]
