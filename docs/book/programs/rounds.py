"""Five rounds over the same numbers: read and parsed each time, or kept in memory.

    $ rushlight submit --master 'local[2]' rounds.py
"""
from pyspark import SparkContext

sc = SparkContext(appName="Rounds")
with open("numbers.txt", "w") as file:
    file.writelines(f"{n % 100}\n" for n in range(1000))
parsed = sc.accumulator(0)


def parse(line):
    parsed.add(1)
    return float(line)


def mean_of(numbers):
    """Gradient descent: each round looks at all numbers and takes a step."""
    mean = 0.0
    for _ in range(5):
        mean -= 0.5 * numbers.map(lambda x: mean - x).mean()
    return mean


numbers = sc.textFile("numbers.txt").map(parse)
print("the mean is about:", round(mean_of(numbers), 1))
print("lines parsed, without cache:", parsed.value)

parsed.value = 0
kept = sc.textFile("numbers.txt").map(parse).cache()
print("the same with cache:", round(mean_of(kept), 1))
print("lines parsed, with cache:", parsed.value)

sc.dag(9).save("rounds.svg")        # Rushlight's own: a picture of job 9, the last round
