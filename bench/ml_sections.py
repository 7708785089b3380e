"""The sections of run.py that fit models: one program, run here, on PySpark, and its counterpart on
scikit-learn, with two threads each.

A program prints a line a fit: "linear 0.123 s, …".  The best of its fits counts, as the first ones
also load code; that the fits find the same is tested elsewhere (tests/py/test_ml_regression.py).
"""
import measure
from sql_sections import HERE, PEER, SUBMIT, spark_env

THREADS = {"OMP_NUM_THREADS": "2", "OPENBLAS_NUM_THREADS": "2"}


def best_fits(argv, env=None):
    """{name: seconds of the quickest fit}"""
    best = {}
    for line in measure.once(argv, env, timeout=3600)[3].splitlines():
        name, seconds = line.split()[:2]
        best[name] = min(best.get(name, float("inf")), float(seconds))
    return best


def regression(tmp):
    """Linear and logistic regression on 1,000,000 × 10 cached rows."""
    print("\nlinear and logistic regression, 1,000,000 × 10 cached rows, two threads")
    program = str(HERE / "ml_regression.py")
    ours = best_fits([*SUBMIT, program, "spark"])
    spark = best_fits([PEER, program, "spark"], spark_env())
    sklearn = best_fits([PEER, "-W", "ignore", program, "sklearn"], THREADS)
    for name, goal in (("linear", 6), ("logistic", 10)):
        print(f"{name:<12}{ours[name]:>9.3f} s   PySpark {spark[name]:.3f} s   "
              f"scikit-learn {sklearn[name]:.3f} s")
        measure.ratio(f"{name}: times faster than PySpark", spark[name] / ours[name], goal)
    measure.ratio("linear: of scikit-learn's time", ours["linear"] / sklearn["linear"], 1,
                  at_most=True)


def kmeans(tmp):
    """KMeans, ten iterations of Lloyd's, on 1,000,000 × 10 cached rows."""
    print("\nk-means, k = 8, ten iterations, 1,000,000 × 10 cached rows, two threads")
    program = str(HERE / "ml_kmeans.py")
    ours = best_fits([*SUBMIT, program, "spark"])["kmeans"]
    spark = best_fits([PEER, program, "spark"], spark_env())["kmeans"]
    sklearn = best_fits([PEER, "-W", "ignore", program, "sklearn"], THREADS)["kmeans"]
    print(f"kmeans      {ours:>9.3f} s   PySpark {spark:.3f} s   scikit-learn {sklearn:.3f} s")
    measure.ratio("kmeans: times faster than PySpark", spark / ours, 20)
    measure.ratio("kmeans: of scikit-learn's time", ours / sklearn, 1, at_most=True)


SECTIONS = {"ml_regression": regression, "ml_kmeans": kmeans}
