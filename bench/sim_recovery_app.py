"""k-means over points that are kept in memory: an ordinary PySpark program.

    rushlight submit --master sim:// --simulate bench/k-means-75-nodes.json \\
        bench/sim_recovery_app.py POINTS ITERATIONS

POINTS is a folder with one file a partition, each line of it several points. A round is one job of
one stage, so the job's number is the round's. The last line that it prints is the answer.
"""
import sys

from pyspark import SparkContext

CENTRES = [(10.0 * i, 10.0 * ((3 * i) % 8)) for i in range(8)]


def parse(line):
    """A block of points."""
    numbers = [float(word) for word in line.split()]
    return list(zip(numbers[::2], numbers[1::2]))


def nearest(point, centres):
    return min(range(len(centres)), key=lambda i: (point[0] - centres[i][0]) ** 2
               + (point[1] - centres[i][1]) ** 2)


def add_point(sums, found):
    i, (x, y) = found
    sums[i] = (sums[i][0] + x, sums[i][1] + y, sums[i][2] + 1)
    return sums


def add_sums(one, other):
    return [tuple(a + b for a, b in zip(left, right)) for left, right in zip(one, other)]


def main(folder, rounds):
    sc = SparkContext()
    blocks = sc.textFile(folder).map(parse).cache()
    centres = CENTRES
    for _ in range(rounds):
        found = blocks.flatMap(
            lambda block, now=centres: [(nearest(point, now), point) for point in block])
        sums = found.aggregate([(0.0, 0.0, 0)] * len(centres), add_point, add_sums)
        centres = [(x / n, y / n) if n else old for (x, y, n), old in zip(sums, centres)]
    print([(round(x, 6), round(y, 6)) for x, y in centres])
    sc.stop()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
