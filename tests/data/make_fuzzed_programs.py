"""Records again what PySpark does with the programs in fuzzed_programs.json; new ones can be added.

    SPARK_LOCAL_IP=127.0.0.1 python make_fuzzed_programs.py [MORE.json]     with pyspark 4.3 and Java

MORE.json is {name: text}, as tests/py/fuzz_programs.py prints it; names begin with a p.
"""
import json
import os
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
KEPT = os.path.join(HERE, "fuzzed_programs.json")
RECORD = os.path.join(HERE, "..", "py", "fuzz_record.py")

with open(KEPT) as f:
    programs = {name: kept["text"] for name, kept in json.load(f).items()}
for path in sys.argv[1:]:
    with open(path) as f:
        programs.update(json.load(f))

with tempfile.TemporaryDirectory() as folder:
    given, out = os.path.join(folder, "programs.json"), os.path.join(folder, "seen.json")
    with open(given, "w") as f:
        json.dump(programs, f)
    subprocess.run([sys.executable, RECORD, given, out], check=True,
                   env=dict(os.environ, PYTHONHASHSEED="0", PYTHONDONTWRITEBYTECODE="1"))
    with open(out) as f:
        seen = json.load(f)
with open(KEPT, "w") as f:
    json.dump({name: {"text": text, **seen[name]} for name, text in programs.items()}, f, indent=1)
    f.write("\n")
