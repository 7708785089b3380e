"""The start of a shell: makes `spark` and `sc`, and says what is there.

Three ways lead here: `rushlight shell` makes this file Python's PYTHONSTARTUP, so that its names
become those of the prompt; `import pyspark.shell` in a notebook after rushlight.activate(); and
`from rushlight.shell import *`.

Mirrors pyspark.shell.
"""
from rushlight.cli.prompt import start as _start

_start(globals())       # spark, sc, and what pyspark.shell has imported besides
