"""The floor of the word count: its three functions in a bare C loop (floor_ext.c), half the file a
process, two processes, the two dicts merged.  No engine could call the same functions for less.

    PYTHONPATH=build-bench/bench python bench/floor_wordcount.py TEXT
"""
import mmap
import os
import pickle
import sys

import floor_ext


def split(line):
    return line.split()


def pair(word):
    return (word, 1)


def add(a, b):
    return a + b


def main(path):
    with open(path, "rb") as f:
        text = mmap.mmap(f.fileno(), 0, access=mmap.ACCESS_READ)
    middle = text.find(b"\n", len(text) // 2) + 1
    read_end, write_end = os.pipe()
    child = os.fork()
    view = memoryview(text)
    if child == 0:
        counts = floor_ext.word_count(view[middle:], split, pair, add)
        with os.fdopen(write_end, "wb") as out:
            pickle.dump(counts, out)
        os._exit(0)
    os.close(write_end)
    counts = floor_ext.word_count(view[:middle], split, pair, add)
    with os.fdopen(read_end, "rb") as f:
        for word, n in pickle.load(f).items():
            counts[word] = add(counts[word], n) if word in counts else n
    os.waitpid(child, 0)
    print(len(counts), sum(counts.values()))


main(sys.argv[1])
