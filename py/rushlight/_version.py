"""Two versions: our own, and that of the Spark whose behaviour is mirrored."""

RUSHLIGHT = "0.1.0"
SPARK = "4.3.0"

BOTH = f"{RUSHLIGHT}, which behaves as Apache Spark {SPARK}"     # for people
