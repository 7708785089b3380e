"""Records what PySpark does with the programs of tests/py/sql_jobs_*.py: sql/jobs.json.

    SPARK_LOCAL_IP=127.0.0.1 python make_sql_jobs.py    with pyspark 4.3; 5 min
"""
import os
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))

subprocess.run([sys.executable, os.path.join(HERE, "..", "py", "sql_jobs_record.py"),
                os.path.join(HERE, "sql", "jobs.json")],
               env=dict(os.environ, PYTHONDONTWRITEBYTECODE="1", PYTHONHASHSEED="0"), check=True)
