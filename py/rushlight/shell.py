"""The start of a shell: makes `spark` and `sc`, and says what is there.

Three ways lead here: `rushlight shell` makes this file Python's PYTHONSTARTUP, so that its names
become those of the prompt; `import pyspark.shell` in a notebook after rushlight.activate(); and
`from rushlight.shell import *`.

Mirrors pyspark.shell.
"""
from rushlight.cli.prompt import start as _start

spark, sc = _start(globals())

import pyspark  # noqa: E402, F401  (the alias is there from now on)
from pyspark import SparkContext  # noqa: E402, F401
from pyspark.sql import SparkSession  # noqa: E402, F401
