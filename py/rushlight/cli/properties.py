"""Files of settings: spark-defaults.conf, and what --properties-file names.

Java's format of properties: a key, then "=", ":" or blanks, then the value; "#" and "!" begin
comments.
"""
import os


def defaults_file():
    """The path of spark-defaults.conf, or None: in SPARK_CONF_DIR, else below SPARK_HOME."""
    folder = os.environ.get("SPARK_CONF_DIR")
    if not folder and os.environ.get("SPARK_HOME"):
        folder = os.path.join(os.environ["SPARK_HOME"], "conf")
    path = os.path.join(folder, "spark-defaults.conf") if folder else None
    return path if path and os.path.isfile(path) else None


def read_properties(path):
    """The settings of a file, as a dict; OSError or UnicodeDecodeError if it cannot be read."""
    with open(path, encoding="utf-8") as f:
        lines = f.read().splitlines()
    settings = {}
    for line in lines:
        line = line.strip()
        if line and line[0] not in "#!":
            key, value = _split(line)
            settings[key] = value
    return settings


def _split(line):
    for i, c in enumerate(line):
        if c in "=: \t":
            value = line[i:].lstrip()
            if value[:1] in ("=", ":"):
                value = value[1:].lstrip()
            return line[:i], value
    return line, ""
