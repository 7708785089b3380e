"""Reads runs of plain data (py/ext/worker_plain.c), for tests: a second writing-down of the format,
so that a change of it is seen."""
import pickle
import struct

NONE, FALSE, TRUE, INT1, INT4, INT8, FLOAT, ASCII, TEXT, BYTES, PAIR, TUPLE, LIST1, LIST4, \
    GROUP, KEPT, AGAIN = range(17)
MARK = 1
NUMBERS = {INT1: "<b", INT4: "<i", INT8: "<q", FLOAT: "<d"}
ENCODINGS = {1: "latin-1", 2: "utf-16-le", 4: "utf-32-le"}


def is_plain(run):
    return run[0] == MARK


def load_run(run):
    """The elements of a run, plain or pickled."""
    return _Reader(run).run() if is_plain(run) else pickle.loads(run)


class _Reader:
    def __init__(self, run):
        self.bytes, self.at, self.kept = run, 1, []

    def run(self):
        elements = [self.value() for _ in range(self.number("<I"))]
        assert self.at == len(self.bytes)
        return elements

    def take(self, n):
        self.at += n
        return self.bytes[self.at - n:self.at]

    def number(self, form):
        return struct.unpack(form, self.take(struct.calcsize(form)))[0]

    def value(self):
        tag = self.number("<B")
        if tag == AGAIN:
            return self.kept[self.number("<I")]
        if tag != KEPT:
            return self.tagged(tag)
        number = len(self.kept)
        self.kept.append(None)          # its place: what is in it comes later
        self.kept[number] = self.tagged(self.number("<B"))
        return self.kept[number]

    def tagged(self, tag):
        if tag in (NONE, FALSE, TRUE):
            return {NONE: None, FALSE: False, TRUE: True}[tag]
        if tag in NUMBERS:
            return self.number(NUMBERS[tag])
        if tag == ASCII:
            return self.take(self.number("<B")).decode("ascii")
        if tag == TEXT:
            size, n = self.number("<B"), self.number("<I")
            return self.take(size * n).decode(ENCODINGS[size], "surrogatepass")
        if tag == BYTES:
            return self.take(self.number("<I"))
        if tag in (PAIR, TUPLE):
            return tuple(self.value() for _ in range(2 if tag == PAIR else self.number("<I")))
        if tag in (LIST1, LIST4):
            return [self.value() for _ in range(self.number("<B" if tag == LIST1 else "<I"))]
        assert tag == GROUP
        from rushlight.resultiterable import ResultIterable
        group = ResultIterable(self.value())
        group.index, group.maxindex = self.value(), self.value()
        return group
