"""On PYTHONPATH this hides NumPy: PySpark's statistics are other numbers where NumPy is installed
(max: 5.0 for 5), and what tests compare with was recorded where it was not."""
raise ImportError("NumPy is hidden: tests/py/without_numpy")
