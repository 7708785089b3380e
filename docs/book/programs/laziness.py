"""What runs, and when: nothing before the first action, and then everything again.

    $ rushlight dag --master 'local[2]' -o laziness.svg laziness.py
"""
from pyspark import SparkContext

sc = SparkContext(appName="Laziness")
looked_at = sc.accumulator(0)


def loud(word):
    looked_at.add(1)
    return word.upper()


def tell(what):
    jobs = len(sc.statusTracker().getJobIdsForGroup())
    print(f"jobs {what}: {jobs}")
    print(f"words looked at {what}: {looked_at.value}")


words = sc.parallelize(["a", "rush", "light", "is", "small", "and", "cheap", "too"], 4)
upper = words.map(loud).filter(lambda word: len(word) > 2)
broken = upper.map(lambda word: word / 2)       # cannot work, and nobody notices
tell("before any action")

upper.count()
tell("after count")

upper.collect()
tell("after collect")

print(upper.take(1))
tell("after take")

try:
    broken.count()
except Exception as error:
    print("TypeError at the action:", "TypeError" in str(error))
