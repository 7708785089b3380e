"""nbgrader's preprocessors for a release version in which solution cells are the lab's starters.

nbgrader_config.py of a built course names them; nbgrader must be installed.
"""
from nbgrader.converters.generate_assignment import GenerateAssignment
from nbgrader.preprocessors import ClearSolutions


class KeepStarter(ClearSolutions):
    """Clears solutions as nbgrader does; a cell that brings its starter gets that."""

    def preprocess_cell(self, cell, resources, cell_index):
        cell, resources = super().preprocess_cell(cell, resources, cell_index)
        starter = cell.metadata.pop("rushlight", {}).get("starter")
        if starter is not None:
            cell.source = starter.rstrip("\n")
        return cell, resources


def preprocessors():
    """nbgrader's own list, with KeepStarter in the place of ClearSolutions."""
    return [KeepStarter if one is ClearSolutions else one
            for one in GenerateAssignment.preprocessors.default_args[0]]
