"""Records what PySpark does with the programs of tests/py/rdd_programs.py: rdd_programs.json.

    SPARK_LOCAL_IP=127.0.0.1 python make_rdd_programs.py        with pyspark 4.3 and Java 17; 3 min
"""
import os
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))

subprocess.run([sys.executable, os.path.join(HERE, "..", "py", "rdd_record.py"),
                os.path.join(HERE, "rdd_programs.json")],
               env=dict(os.environ, PYTHONHASHSEED="0", PYTHONDONTWRITEBYTECODE="1"), check=True)
