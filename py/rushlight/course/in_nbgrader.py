"""What a built course's nbgrader_config.py puts into nbgrader: two of its steps, changed, and names
of files that are not handed out.

    generate_assignment … ClearSolutions ─▶ KeepStarter …       solutions become the starter
    autograde           … Execute        ─▶ RunToTheEnd …       a dead kernel is a failure

nbgrader must be installed.
"""
import glob
import os

from nbclient.exceptions import DeadKernelError
from nbformat.v4 import new_output
from nbgrader.converters.autograde import Autograde
from nbgrader.converters.generate_assignment import GenerateAssignment
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import ClearSolutions, Execute


class KeepStarter(ClearSolutions):
    """Clears solutions as nbgrader does; a cell that brings its starter gets that."""

    def preprocess_cell(self, cell, resources, cell_index):
        cell, resources = super().preprocess_cell(cell, resources, cell_index)
        starter = cell.metadata.pop("rushlight", {}).get("starter")
        if starter is not None:
            cell.source = starter.rstrip("\n")
        return cell, resources


class RunToTheEnd(Execute):
    """Executes as nbgrader does.  From the cell on that ends the kernel, every cell fails; nbgrader
    would give no grade at all."""

    _died_at = None

    def preprocess(self, nb, resources, km=None):
        self._died_at = None
        return super().preprocess(nb, resources, km)

    def preprocess_cell(self, cell, resources, index):
        if self._died_at is None:
            try:
                return super().preprocess_cell(cell, resources, index)
            except DeadKernelError:
                self._died_at = index
        if cell.cell_type == "code":
            words = ("this cell" if index == self._died_at else
                     f"cell {self._died_at + 1} of the notebook") + " ended the kernel"
            cell.outputs = [new_output("error", ename="DeadKernelError", evalue=words,
                                       traceback=[words])]
        return cell, resources


def configure(c):
    """Puts all that into nbgrader's settings.  What a source notebook leaves beside it when its
    teacher runs it is not handed out: among it is the program, solved."""
    written = [os.path.basename(path).removesuffix(".ipynb") + ".py"
               for path in glob.glob("source/*/*.ipynb")]
    c.CourseDirectory.ignore = [*CourseDirectory.ignore.default_args[0], *sorted(set(written)),
                                "picture.svg", "timeline.svg"]
    c.GenerateAssignment.preprocessors = _instead(GenerateAssignment.preprocessors,
                                                  ClearSolutions, KeepStarter)
    c.Autograde.autograde_preprocessors = _instead(Autograde.autograde_preprocessors,
                                                   Execute, RunToTheEnd)


def _instead(trait, old, new):
    """A list that nbgrader has as a default, with one class in another's place."""
    return [new if one is old else one for one in trait.default_args[0]]
