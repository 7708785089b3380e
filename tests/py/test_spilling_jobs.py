"""Jobs on more than spark.python.worker.memory: the same answers, counted as spilled, nothing left
in spark.local.dir, and workers that stay small."""
import json

PROGRAM = """
import json, os, sys
from rushlight import SparkConf, SparkContext

conf = (SparkConf().setMaster("local[2]").setAppName("spills")
        .set("spark.python.worker.memory", "4m").set("spark.local.dir", sys.argv[1])
        .set("spark.eventLog.enabled", "true").set("spark.eventLog.dir", sys.argv[2]))
sc = SparkContext(conf=conf)


def peak(part):
    n = sum(1 for _ in part)
    with open("/proc/self/status") as f:
        peak_kib = next(int(line.split()[1]) for line in f if line.startswith("VmHWM"))
    return [(n, peak_kib)]


def files(folder):
    return sorted(f for _, _, found in os.walk(folder) for f in found if "spill" in f)


idle = max(kib for _, kib in sc.parallelize(range(4), 2).mapPartitions(peak).collect())
pairs = sc.parallelize(range(100), 4).flatMap(
    lambda b: [((b * 7919 + i * 31) % 50_021, b * 4000 + i) for i in range(4000)])
BODY
print(json.dumps(out))
sc.stop()
"""


def run(run_program, tmp_path, body):
    local, log = tmp_path / "local", tmp_path / "log"
    local.mkdir()
    log.mkdir()
    status, out, err = run_program(PROGRAM.replace("BODY", body), local, log)
    assert status == 0, err
    assert list(local.iterdir()) == []
    return json.loads(out.splitlines()[-1]), spilled(log)


def spilled(log):
    """Bytes spilled by tasks, (in memory, on disk), as the event log has them."""
    events = [json.loads(line) for path in log.iterdir() for line in path.open()]
    metrics = [e["Task Metrics"] for e in events if e["Event"] == "SparkListenerTaskEnd"]
    return (sum(m["Memory Bytes Spilled"] for m in metrics),
            sum(m["Disk Bytes Spilled"] for m in metrics))


def test_group_by_key_of_many_times_the_limit(run_program, tmp_path):
    out, (memory, disk) = run(run_program, tmp_path, """
groups = pairs.groupByKey(2).mapValues(len)
sizes = groups.mapPartitions(lambda it: [list(it)]).map(
    lambda kvs: (len(kvs), sum(v for _, v in kvs)))
out = dict(sizes=sizes.collect(), seen=groups.mapPartitions(peak).collect(), idle=idle,
           files=files(sys.argv[1]))
""")
    assert sum(n for n, _ in out["sizes"]) == 50_021
    assert sum(values for _, values in out["sizes"]) == 400_000
    # Twice four MiB, and what pickles and sockets take.
    assert memory > 10 * 4 * 1024 * 1024 and disk > 1_000_000
    assert max(kib for _, kib in out["seen"]) - out["idle"] < 16 * 1024
    assert out["files"] == []       # a spill file has no name while it is in use, either


def test_sums_and_joins_and_their_metrics(run_program, tmp_path):
    out, (memory, disk) = run(run_program, tmp_path, """
sums = pairs.reduceByKey(lambda a, b: a + b)
total = sums.values().sum()
joined = sums.join(pairs.mapValues(lambda v: 1).reduceByKey(lambda a, b: a + b)).count()
out = dict(total=total, joined=joined)
""")
    assert out == {"total": sum(range(400_000)), "joined": 50_021}
    assert memory > 4 * 1024 * 1024 and disk > 100_000
