"""Records what PySpark does with the calls of tests/py/misuse_cases.py: misuse.json.

    SPARK_LOCAL_IP=127.0.0.1 python make_misuse.py        with pyspark 4.3 and Java 17; 5 min
"""
import os
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))

subprocess.run([sys.executable, os.path.join(HERE, "..", "py", "misuse_cases.py"),
                os.path.join(HERE, "misuse.json")],
               env=dict(os.environ, PYTHONHASHSEED="0", PYTHONDONTWRITEBYTECODE="1"), check=True)
