"""More rows than memory has room for, through your writer: `rushlight lesson run 7`."""
import os
import random
import tempfile

from pyspark import SparkConf, SparkContext

POOL = {"spark.testing.memory": "2m", "spark.testing.reservedMemory": "0"}    # 1.2 MB for tasks


def rows(part):
    """2,500 pairs of 1,000 bytes; half of each is one letter."""
    source = random.Random(part)
    for _ in range(2500):
        yield source.randrange(1000), source.randbytes(500) + b"x" * 500


def shuffle_files(folder):
    """(name, size) of each, by name."""
    return sorted((name, os.path.getsize(os.path.join(at, name)))
                  for at, _, names in os.walk(folder) for name in names if "shuffle" in name)


def main():
    with tempfile.TemporaryDirectory() as folder:
        conf = SparkConf().setAppName("Spill").setAll(POOL.items())
        sc = SparkContext(conf=conf.set("spark.local.dir", folder))
        placed = sc.parallelize(range(2), 2).flatMap(rows).partitionBy(4)
        print("rows:", placed.count())
        for name, size in shuffle_files(folder):
            print(f"  {name:19}  {size:,} bytes")
        print(sc.summary())
        sc.stop()


if __name__ == "__main__":
    main()
