"""python -m rushlight.cli: the command without its script."""
import sys

from rushlight.cli import main

sys.exit(main())
