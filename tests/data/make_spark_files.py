"""Writes spark_files/ with real PySpark: python make_spark_files.py, where that is installed.

Each file is one part file of a small RDD; test_rdd_files.py says what is in them.
"""
import os
import shutil
import tempfile

from pyspark import SparkContext

HERE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "spark_files")
COMPRESS = "mapreduce.output.fileoutputformat.compress"
SEQUENCE = "org.apache.hadoop.mapred.SequenceFileOutputFormat"


def main():
    sc = SparkContext("local[1]", "spark_files")
    pairs = sc.parallelize([(i, "v%d" % i) for i in range(50)], 1)

    def packed(kind):
        return lambda path: pairs.saveAsHadoopFile(
            path, SEQUENCE, conf={COMPRESS: "true", COMPRESS + ".type": kind})

    for name, save in {
            "pickle": sc.parallelize(list(range(12)), 1).saveAsPickleFile,
            "int_text.seq": sc.parallelize([(1, "a"), (2, "bcd"), (3, "é")], 1).saveAsSequenceFile,
            "text_map.seq": sc.parallelize([("a", {"k": 1})], 1).saveAsSequenceFile,
            "record.seq": packed("RECORD"), "block.seq": packed("BLOCK")}.items():
        folder = os.path.join(tempfile.mkdtemp(), "out")
        save(folder)
        shutil.copy(os.path.join(folder, "part-00000"), os.path.join(HERE, name))


if __name__ == "__main__":
    main()
