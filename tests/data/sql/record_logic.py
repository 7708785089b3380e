"""Records real Spark's answers to the queries of tests/sql/logic.

    TZ=UTC SPARK_LOCAL_IP=127.0.0.1 python record_logic.py [FILE.test …]   with pyspark 4.3, Java 17

Each file runs in a session of its own.  What stands behind `----`, the letters of the columns'
types and the classes of errors are written anew; a record of another kind than what happened (a
query that fails, an error that does not come) is said and left as it is: its author errs there.
"""
import os
import pathlib
import sys
import time

os.environ["TZ"] = "UTC"
time.tzset()

from pyspark.sql import SparkSession    # noqa: E402 (the time zone comes first)

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "py"))
import logic_files    # noqa: E402


def record_answer(spark, record):
    """Fills in one record; a sentence if it is not what its author thought."""
    expects_error = record.arguments[0] == "error"
    try:
        found = logic_files.answer(spark, record)
    except Exception as e:      # any failure is an answer
        if expects_error:
            record.arguments[1] = logic_files.error_class(e)
            return None
        return f"failed: {str(e)[:400]}"
    if expects_error:
        return f"does not fail, but gives {found}"
    if record.kind == "query":
        record.arguments[0], record.rows = found
    return None


def main():
    paths = [pathlib.Path(p) for p in sys.argv[1:]] or sorted(logic_files.FOLDER.glob("*.test"))
    spark = (SparkSession.builder.master("local[2]").config("spark.ui.enabled", False)
             .config("spark.sql.session.timeZone", "UTC")
             .config("spark.sql.shuffle.partitions", 2).getOrCreate())
    spark.sparkContext.setLogLevel("OFF")
    for path in paths:
        session = spark.newSession()
        records = logic_files.read(path)
        for record in records:
            fault = record_answer(session, record) if record.kind else None
            if fault:
                print(f"{path.name}:{record.line} {record.text}\n    {fault}", flush=True)
        logic_files.write(path, records)
    spark.stop()


if __name__ == "__main__":
    main()
