"""Grades the submission of an autograder's folder, as otter does in its own containers."""
import sys

from otter.run.run_autograder import main

main(sys.argv[1])
