"""What is turned into bytes, where, and how many bytes that is.

    $ rushlight dag --trace-bridge --master 'local[2]' -o serialization.svg serialization.py
"""
import pickle

import cloudpickle
from pyspark import SparkContext

sc = SparkContext(appName="Serialization")
table = {n: f"name {n}" for n in range(10_000)}
shared = sc.broadcast(table)

with_table = lambda n: table[n]                         # noqa: E731
with_broadcast = lambda n: shared.value[n]              # noqa: E731
print("bytes of the table:", len(pickle.dumps(table)))
print("bytes of a function that uses it:", len(cloudpickle.dumps(with_table)))
print("bytes of a function that uses the broadcast:", len(cloudpickle.dumps(with_broadcast)))

numbers = sc.parallelize(range(1000), 8)
print(numbers.map(with_table).first(), numbers.map(with_broadcast).first())

lock = __import__("threading").Lock()
try:
    numbers.map(lambda n: (n, lock)).count()
except Exception as error:
    print("a lock:", str(error).splitlines()[0])
