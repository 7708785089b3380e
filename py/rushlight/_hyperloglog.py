"""HyperLogLog++: how many different values there are, in a few hundred bytes.

Hash each value to 64 random-looking bits.  Among n different hashes one is expected to begin with
about log₂ n zeros: the longest run of zeros seen tells n, roughly, and duplicates do not change it.
To be less rough, the first p bits of a hash choose one of m = 2^p registers, and each register
keeps the longest run it has seen:

    hash   101 │ 00010110…        p = 3: register 5, run 4 (the place of the first one)
    registers   2 0 3 1 0 4 2 1   merged with another set by taking the greater of each

    raw estimate    α m² / Σ 2^−register              relative error 1.04 / √m
    few values      m ln (m / zeros)                  while registers are empty (linear counting)

In between the raw estimate is too high, by an amount that depends on n/m only.  Spark looks it up
in a table that was measured (Heule, Nunkesser, Hall 2013); here it is computed: with n/m = λ values
a register, a register is ≤ k with probability exp (−λ 2^−k), so the expected sum of 2^−register,
and with it the raw estimate that n values lead to, is a formula, which is inverted by bisection.
Below and above that range answers equal Spark's exactly; within, to about a standard error.

Spark hashes text, and numbers as text, with MurmurHash64A; so does this.  Only what a worker needs
is imported here.  Mirrors com.clearspring.analytics.stream.cardinality.HyperLogLogPlus.
"""
import math

BITS = 64
MASK = (1 << BITS) - 1
RELATIVE_ERROR = 1.054      # × 1/√m, with which Spark chooses p
FEWEST_BITS = 4
BIAS_UP_TO = 5              # × m: from there on the raw estimate is good

# Linear counting is used below this estimate, by p from 4 to 18 (Heule et al., table of section 5).
THRESHOLDS = (10, 20, 40, 80, 220, 400, 900, 1800, 3100, 6500, 15500, 20000, 50000, 120000, 350000)

_MULTIPLIER = 0xC6A4A7935BD1E995
_SEED = 0xE17A1465


def murmur64(data):
    """MurmurHash64A (Austin Appleby) of some bytes."""
    h = (_SEED ^ (len(data) * _MULTIPLIER)) & MASK
    whole = len(data) // 8 * 8
    for i in range(0, whole, 8):
        k = int.from_bytes(data[i:i + 8], "little") * _MULTIPLIER & MASK
        k = (k ^ (k >> 47)) * _MULTIPLIER & MASK
        h = (h ^ k) * _MULTIPLIER & MASK
    if whole < len(data):
        h = (h ^ int.from_bytes(data[whole:], "little")) * _MULTIPLIER & MASK
    h = (h ^ (h >> 47)) * _MULTIPLIER & MASK
    return h ^ (h >> 47)


def bits_for(relative_sd):
    """The p whose relative error is at most `relative_sd`."""
    return max(math.ceil(2.0 * math.log(RELATIVE_ERROR / relative_sd) / math.log(2)), FEWEST_BITS)


class HyperLogLog:
    """Registers of 2^p runs.

    >>> few, many = HyperLogLog(9, range(10)), HyperLogLog(9, range(10000))
    >>> few.cardinality(), many.cardinality(), many.merge(few).cardinality()
    (10, 9760, 9760)
    """

    def __init__(self, p, numbers=()):
        self.p = p
        self.registers = bytearray(1 << p)
        for number in numbers:
            self.offer(str(number).encode())

    def offer(self, data):
        """Sees a value, as bytes."""
        h = murmur64(data)
        rest = BITS - self.p
        run = rest - (h & ((1 << rest) - 1)).bit_length() + 1
        register = h >> rest
        if run > self.registers[register]:
            self.registers[register] = run

    def merge(self, other):
        """Sees what another one has seen.  Returns this one."""
        self.registers = bytearray(map(max, self.registers, other.registers))
        return self

    def cardinality(self):
        """How many different values have been seen, about."""
        m = len(self.registers)
        zeros = self.registers.count(0)
        raw = _alpha(m) * m * m / sum(2.0 ** -run * self.registers.count(run)
                                      for run in set(self.registers))
        corrected = _without_bias(raw, m) if raw <= BIAS_UP_TO * m else raw
        linear = m * math.log(m / zeros) if zeros else corrected
        few = (linear < THRESHOLDS[self.p - FEWEST_BITS]
               if self.p - FEWEST_BITS < len(THRESHOLDS) else raw <= BIAS_UP_TO * m)
        return math.floor((linear if few else corrected) + 0.5)


def _alpha(m):
    return {16: 0.673, 32: 0.697, 64: 0.709}.get(m) or 0.7213 / (1 + 1.079 / m)


def _expected_raw(n, m):
    """The raw estimate that n different values lead to on average, about."""
    load = n / m
    mean, below = 0.0, 0.0      # of 2^-register; the probability that a register is < run
    for run in range(BITS):
        up_to = math.exp(-load * 2.0 ** -run)
        mean += (up_to - below) * 2.0 ** -run
        below = up_to
    return _alpha(m) * m / mean


def _without_bias(raw, m):
    low, high = 0.0, raw
    for _ in range(BITS):
        n = (low + high) / 2
        if _expected_raw(n, m) < raw:
            low = n
        else:
            high = n
    return high
