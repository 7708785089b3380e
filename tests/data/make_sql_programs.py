"""Records what PySpark does with the programs of tests/py/sql_programs_*.py: sql_programs.json.

    SPARK_LOCAL_IP=127.0.0.1 python make_sql_programs.py    with pyspark 4.3, pandas, pyarrow; 3 min
"""
import os
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))

subprocess.run([sys.executable, os.path.join(HERE, "..", "py", "sql_record.py"),
                os.path.join(HERE, "sql_programs.json")],
               env=dict(os.environ, PYTHONDONTWRITEBYTECODE="1", TZ="UTC"), check=True)
