"""The sections of run.py that fit models: one program, run here, on PySpark, and its counterpart on
scikit-learn, with two threads each.

A program prints a line a fit: "linear 0.123 s, …".  The best of its fits counts, as the first ones
also load code; that the fits find the same is tested elsewhere (tests/py/test_ml_regression.py).
BENCH_ML_ROWS=20000 in the environment: so many rows, to see that it runs at all.
"""
import os

import measure
from sql_sections import HERE, PEER, SUBMIT, spark_env

ROWS = os.environ.get("BENCH_ML_ROWS", "1000000")
THREADS = {"OMP_NUM_THREADS": "2", "OPENBLAS_NUM_THREADS": "2"}


def best_fits(argv, env=None):
    """{name: seconds of the quickest fit, and those of the processors}; a JVM's are not seen"""
    best = {}
    for line in measure.once([*argv, ROWS], env, timeout=3600)[3].splitlines():
        name, seconds, _, used = line.split()[:4]
        best[name] = min(best.get(name, (float("inf"),)), (float(seconds), float(used)))
    return best


def told(name, ours, spark, sklearn):
    """One line of numbers; [0] of each: seconds, [1]: of the processors."""
    print(f"{name:<10}{ours[0]:>8.3f} s (processors {ours[1]:.3f} s)   PySpark {spark[0]:.3f} s   "
          f"scikit-learn {sklearn[0]:.3f} s (processors {sklearn[1]:.3f} s)")
    measure.ratio(f"{name}: of scikit-learn's seconds of processors", ours[1] / sklearn[1], 1,
                  at_most=True)


def regression(tmp):
    """Linear and logistic regression on 1,000,000 × 10 cached rows."""
    print(f"\nlinear and logistic regression, {int(ROWS):,} × 10 cached rows, two threads")
    program = str(HERE / "ml_regression.py")
    ours = best_fits([*SUBMIT, program, "spark"])
    spark = best_fits([PEER, program, "spark"], spark_env())
    sklearn = best_fits([PEER, "-W", "ignore", program, "sklearn"], THREADS)
    for name, goal in (("linear", 6), ("logistic", 10)):
        told(name, ours[name], spark[name], sklearn[name])
        measure.ratio(f"{name}: times faster than PySpark", spark[name][0] / ours[name][0], goal)
    measure.ratio("linear: of scikit-learn's time", ours["linear"][0] / sklearn["linear"][0], 1,
                  at_most=True)


def kmeans(tmp):
    """KMeans, ten iterations of Lloyd's, on 1,000,000 × 10 cached rows."""
    print(f"\nk-means, k = 8, ten iterations, {int(ROWS):,} × 10 cached rows, two threads")
    program = str(HERE / "ml_kmeans.py")
    ours = best_fits([*SUBMIT, program, "spark"])["kmeans"]
    spark = best_fits([PEER, program, "spark"], spark_env())["kmeans"]
    sklearn = best_fits([PEER, "-W", "ignore", program, "sklearn"], THREADS)["kmeans"]
    told("kmeans", ours, spark, sklearn)
    measure.ratio("kmeans: times faster than PySpark", spark[0] / ours[0], 20)
    measure.ratio("kmeans: of scikit-learn's time", ours[0] / sklearn[0], 1, at_most=True)


SECTIONS = {"ml_regression": regression, "ml_kmeans": kmeans}
