"""Asks a real PySpark how textFile cuts files into partitions, and what each partition holds.

    python make_text_file.py > text_file.json        (with pyspark 4 and Java 17)

The answer holds the files (name, text, how often it is repeated, how it is compressed) and, for each
case, the lines of each partition or the error.  ROOT stands for the folder of the files.  A case on
a folder has "any_order": a folder's own order is that of the file system.
"""
import glob
import gzip
import json
import os
import sys
import tempfile

from pyspark import SparkConf, SparkContext

FILES = [dict(name=n, text=t, times=k) for n, t, k in [
    ("letters/z", "z\n", 3), ("letters/b", "b\n", 3), ("letters/y", "y\n", 3), ("letters/a", "a\n", 3),
    ("with_empty/none", "", 1), ("with_empty/one", "x\n", 1),
    ("hidden/_x", "1\n", 1), ("hidden/.y", "2\n", 1), ("hidden/v", "3\n", 1), ("hidden/_d/w", "4\n", 1),
    ("nested/a", "1\n", 1), ("nested/d/b", "2\n", 1),
    ("mark", "\ufeffone\ntwo\n", 1), ("mark_alone", "\ufeff", 1), ("marks", "\ufeff\ufeffx\n\ufeffy\n", 1),
    ("endings", "a\rb\r\nc\n\rd\r\r\ne", 1), ("cr", "a\rb\rc\r", 1), ("lf", "\n\n\n", 1),
    ("no_end", "first\nlast", 1), ("utf8", "Größe\n日本語\n😀\n", 3),
    ("numbers", "0123456789\n", 20000), ("crlf", "0123456789\r\n", 20000),
    ("long", "x" * 70000 + "\n", 5), ("one_line", "word ", 30000),
    ("glob/ab1", "1\n", 1), ("glob/ab2", "2\n", 1), ("glob/cd1", "3\n", 1), ("glob/x{y", "4\n", 1),
    ("glob/_h1", "5\n", 1), ("glob/sp ace", "6\n", 1), ("glob/p%20q", "7\n", 1), ("glob/a+b(c)", "8\n", 1),
    ("glob/ü", "9\n", 1), ("deep/2023/01/part-0", "a\n", 1), ("deep/2023/02/part-0", "b\n", 1),
    ("deep/2024/01/part-0", "c\n", 1), ("deep/2024/01/_SUCCESS", "", 1),
    ("order/{x}", "1\n", 1), ("order/a!b", "2\n", 1), ("order/a\\b", "3\n", 1), ("order/a]", "4\n", 1),
    ("order/a^b", "5\n", 1), ("order/a}b", "6\n", 1), ("order/a*", "7\n", 1), ("order/a-b", "8\n", 1), ("order/aB", "9\n", 1),
]] + [dict(name=f"many/f{i:02}", text="line\n", times=i) for i in range(17)] + [
    dict(name="zip/lines.gz", text="line\n", times=1000, gzip=1),
    dict(name="zip/members.gz", text="a\nb\nc", times=1, gzip=3),
    dict(name="zip/empty.gz", text="", times=1, gzip=1),
]

CASES = [(p, m) for p, m in [
    ("ROOT/letters", 2), ("ROOT/letters/*", 2), ("ROOT/letters", 9), ("ROOT/letters/*", 7),
    ("ROOT/with_empty", 2), ("ROOT/with_empty/none", 2), ("ROOT/with_empty/*", 3),
    ("ROOT/hidden", 2), ("ROOT/hidden/_x", 2), ("ROOT/hidden/*", 2), ("ROOT/hidden/_*", 2), ("ROOT/hidden/_d/w", 1),
    ("ROOT/nested", 2), ("ROOT/nested/*", 2),
    ("ROOT/mark", 1), ("ROOT/mark", 2), ("ROOT/mark", 9), ("ROOT/mark_alone", 1), ("ROOT/marks", 1),
    ("ROOT/no_end", 1), ("ROOT/no_end", 2), ("ROOT/no_end", 3), ("ROOT/lf", 1), ("ROOT/lf", 2), ("ROOT/lf", 3),
    ("ROOT/cr", 1), ("ROOT/cr", 2), ("ROOT/cr", 3), ("ROOT/cr", 6), ("ROOT/utf8", 4),
] + [("ROOT/endings", m) for m in (1, 2, 3, 4, 5, 6, 7, 13, 100)]
  + [("ROOT/numbers", m) for m in (1, 2, 3, 5, 7, 10, 100)] + [("ROOT/crlf", m) for m in (1, 2, 3, 7, 11)]
  + [("ROOT/long", m) for m in (1, 2, 5, 9)] + [("ROOT/one_line", m) for m in (1, 2, 3)] + [
    ("ROOT/zip/lines.gz", 5), ("ROOT/zip/members.gz", 2), ("ROOT/zip/empty.gz", 2),
    ("ROOT/lf,ROOT/endings,ROOT/zip/lines.gz", 4), ("ROOT/glob/ab1,ROOT/glob/ab1", 2),
    ("ROOT/glob/{ab,cd}1", 2), ("ROOT/glob/{cd1,ab*}", 2), ("ROOT/glob/[a-b]b?", 2), ("ROOT/glob/[!a]*", 2),
    ("ROOT/glob/[^a]*", 2), ("ROOT/glob/x\\{y", 2), ("ROOT/glob/x{y", 2), ("ROOT/glob/[", 2), ("ROOT/glob/{a", 2),
    ("ROOT/{glob/ab1,letters/z}", 2), ("ROOT/{letters/z,glob/ab1}", 2), ("ROOT/{glob/{ab,cd}1,lf}", 2),
    ("ROOT/glob/sp ace", 2), ("ROOT/glob/p%20q", 2), ("ROOT/glob/a+b(c)", 2), ("ROOT/glob/a+b(?)", 2),
    ("ROOT/glob/?", 2), ("ROOT/glob/*b*", 1), ("ROOT/*/ab1", 1),
    ("ROOT/deep/*/*", 2), ("ROOT/deep/2023/*/part-*", 2), ("ROOT/deep/202[3-4]/01", 2), ("ROOT/deep/*/02/part-0", 2),
    ("file:ROOT/glob/ab1", 2), ("file://ROOT/glob/ab1", 2), ("file://ROOT/glob/p%20q", 2),
    ("ROOT//glob/", 2), ("ROOT/glob/ab1/", 2), ("ROOT/glob/../glob/./ab1", 2), ("glob/ab1", 2), ("glob/ab1, glob/ab2", 2),
    ("ROOT/order/*", 2), ("ROOT/order/**", 2), ("ROOT/order/a?", 2), ("ROOT/order/a*b", 2), ("ROOT/order/a\\*", 2),
    ("ROOT/order/a[]]", 2), ("ROOT/order/a[-]b", 2), ("ROOT/order/a[}]b", 2), ("ROOT/order/a[\\\\]b", 2), ("ROOT/order/a\\\\b", 2),
    ("ROOT/order/a[+--]b", 2), ("ROOT/order/a[!-]b", 2), ("ROOT/order/a[x!]b", 2), ("ROOT/order/a[B-^]b", 2), ("ROOT/order/a^*", 2),
    ("ROOT/order/\\{x\\}", 2), ("ROOT/order/{\\{x\\},a]}", 2), ("ROOT/order/{{a-b,q},{a^b}}", 2), ("ROOT/order/a{-,^}b", 2),
    ("ROOT/order/*}b", 2), ("ROOT/order/{a,}]", 2), ("ROOT/order/a[b[", 2), ("ROOT/deep/{2023/{01,02},2024/01}/p*", 2),
    ("ROOT/many/*", 2), ("ROOT/many/*", 20), ("ROOT/many/*", 100),
    ("ROOT/nope", 2), ("ROOT/nope*", 2), ("ROOT/nope,ROOT/nope*,ROOT/glob", 2), ("ROOT/{nope,nope2}", 2),
    ("ROOT/{no/pe,no/pe2}", 2), ("ROOT/glob/ab1/x", 2), ("ROOT/glob/ab1/*", 2), ("", 2),
]]


def write(root, spec):
    path = os.path.join(root, spec["name"])
    os.makedirs(os.path.dirname(path), exist_ok=True)
    data = (spec["text"] * spec["times"]).encode()
    with open(path, "wb") as f:
        f.write(b"".join([gzip.compress(data)] * spec["gzip"]) if "gzip" in spec else data)


def summary(lines):
    """All lines of a small partition; of a large one their number, the first and the last."""
    if sum(map(len, lines)) < 100:
        return lines
    return {"n": len(lines), "first": lines[0][:20], "last": lines[-1][-20:], "chars": sum(map(len, lines))}


def message(error, root):
    java = str(error.java_exception) if hasattr(error, "java_exception") else str(error)
    return java.split(": ", 1)[-1].replace(root, "ROOT")


def ask(sc, root, number, paths, minimum):
    case = {"paths": paths, "min": minimum}
    try:
        lines = sc.textFile(paths.replace("ROOT", root), minimum)
        case["partitions"] = [summary(p) for p in lines.glom().collect()]
        sc.setJobGroup(str(number), "")
        lines.count()
        sc.setLocalProperty("spark.jobGroup.id", None)
        if any(os.path.isdir(p) for p in glob.glob(paths.replace("ROOT", root))):
            case["any_order"] = True
    except Exception as error:
        case["error"] = message(error, root)
    return case


def bytes_read(log):
    """{job group: {partition: bytes}} of an event log."""
    group_of_stage, found = {}, {}
    for line in open(log):
        event = json.loads(line)
        if event["Event"] == "SparkListenerJobStart":
            for stage in event["Stage IDs"]:
                group_of_stage[stage] = event["Properties"].get("spark.jobGroup.id")
        elif event["Event"] == "SparkListenerTaskEnd" and group_of_stage[event["Stage ID"]] is not None:
            found.setdefault(group_of_stage[event["Stage ID"]], {})[event["Task Info"]["Index"]] = (
                event["Task Metrics"]["Input Metrics"]["Bytes Read"])
    return found


def main():
    with tempfile.TemporaryDirectory() as top:
        root, logs = top + "/root", top + "/logs"
        os.makedirs(logs)
        for spec in FILES:
            write(root, spec)
        os.chdir(root)
        conf = SparkConf().setMaster("local[2]").setAppName("textFile")
        for key, value in [("spark.ui.enabled", "false"), ("spark.eventLog.enabled", "true"), ("spark.eventLog.dir", logs),
                           ("spark.eventLog.rolling.enabled", "false"), ("spark.eventLog.compress", "false")]:
            conf.set(key, value)
        sc = SparkContext(conf=conf)
        sc.setLogLevel("OFF")
        cases = [ask(sc, root, i, paths, minimum) for i, (paths, minimum) in enumerate(CASES)]
        sc.stop()
        for group, read in bytes_read(glob.glob(logs + "/*")[0]).items():
            cases[int(group)]["bytes"] = [read[i] for i in sorted(read)]
    out = {"files": FILES, "cases": cases}
    sys.stdout.write('{"files":[\n' + ",\n".join(json.dumps(f) for f in out["files"]) + '\n],"cases":[\n'
                     + ",\n".join(json.dumps(c) for c in out["cases"]) + "\n]}\n")


main()
