"""Takes the error conditions that sql/types names out of a real Spark and prints one JSON array a line.

    python make_error_conditions.py > error_conditions.jsonl        (needs pyspark)

Each line is [class, SQLSTATE, template]; the template of a condition of a family is the family's
text, a blank, and its own.
"""
import glob
import json
import os
import re
import zipfile

import pyspark

HERE = os.path.dirname(os.path.abspath(__file__))
DEF = os.path.join(HERE, "..", "..", "..", "sql", "types", "sql_error_classes.def")


def conditions():
    for jar in glob.glob(os.path.join(os.path.dirname(pyspark.__file__), "jars", "spark-common-utils*.jar")):
        with zipfile.ZipFile(jar) as archive:
            if "error/error-conditions.json" in archive.namelist():
                return json.loads(archive.read("error/error-conditions.json"))
    raise SystemExit("no error-conditions.json among Spark's jars")


def main():
    known = conditions()
    with open(DEF, encoding="utf-8") as f:
        names = re.findall(r'^ERROR_CLASS \(\w+, "([^"]+)"', f.read(), re.M)
    for name in names:
        family, _, own = name.partition(".")
        entry = known[family]
        template = "\n".join(entry["message"])
        state = entry.get("sqlState")
        if own:
            entry = entry["subClass"][own]
            template += " " + "\n".join(entry["message"])
            state = entry.get("sqlState", state)
        print(json.dumps([name, state, template]))


main()
