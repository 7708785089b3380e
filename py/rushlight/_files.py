"""Files: what SparkContext reads and RDD writes, besides lines.

    wholeTextFiles, binaryFiles    each file an element, with its path
    binaryRecords                  elements of equal length, one behind the other
    pickleFile                     what saveAsPickleFile wrote: runs of pickled elements
    sequenceFile, hadoopFile …     pairs in Hadoop's formats (_writables.py has the values)

Object files and sequence files are Hadoop's own, byte for byte, so that Spark reads what is written
here, and the other way round.  Of Hadoop's many formats there are those that files of pairs are in:
text and sequence files; other classes are refused by name.
"""
import functools
import os

from rushlight import _writables as writables
from rushlight._callsite import current_call, operator
from rushlight.errors.engine import SparkRuntimeException, UnsupportedOperationException

# Spark looks at the first pair before it reads or writes any, in jobs of these names.
LOOK_TO_READ = "take at SerDeUtil.scala:179"
LOOK_TO_WRITE = "take at SerDeUtil.scala:210"
LOOK_AT_KINDS = "first at PythonRDD.scala:598"

SEQUENCE, TEXT, KEY_VALUE_TEXT = "SequenceFile", "Text", "KeyValueText"
_OLD, _NEW_IN, _NEW_OUT = ("org.apache.hadoop.mapred.", "org.apache.hadoop.mapreduce.lib.input.",
                           "org.apache.hadoop.mapreduce.lib.output.")
_SEPARATOR_IN = "mapreduce.input.keyvaluelinerecordreader.key.value.separator"
_SEPARATOR_OUT = "mapreduce.output.textoutputformat.separator"
_INPUT_DIRS = ("mapreduce.input.fileinputformat.inputdir", "mapred.input.dir")
_OUTPUT_DIRS = ("mapreduce.output.fileoutputformat.outputdir", "mapred.output.dir")
_COMPRESS = "mapreduce.output.fileoutputformat.compress"


def _refuse(what):
    raise UnsupportedOperationException(what, "UNSUPPORTED")


def _refuse_converters(keyConverter, valueConverter):
    if keyConverter or valueConverter:
        _refuse("keyConverter and valueConverter are classes of the JVM's, and there is none; "
                "convert keys and values with map")


def _format_of(class_name, package, suffix, kinds):
    """Which of `kinds` a format class of Hadoop's is; others are refused."""
    for kind in kinds:
        if class_name == package + kind + suffix:
            return kind
    _refuse(f"the format {class_name} is not there; there are "
            + ", ".join(package + kind + suffix for kind in kinds))


def _first_set(conf, keys, what):
    for key in keys:
        if (conf or {}).get(key):
            return conf[key]
    raise SparkRuntimeException(f"{what} is not set: conf needs {keys[0]}", "INVALID_ARGUMENT")


class FileSources:
    """The part of SparkContext that reads files which are not lines."""

    def _min_partitions(self, wanted):
        return wanted or self.defaultMinPartitions

    @operator
    def wholeTextFiles(self, path, minPartitions=None, use_unicode=True):
        """(path, content) of each text file that textFile would read: for many small files, as each
        is held in memory.  Packed files are unpacked.

        >>> import os, tempfile
        >>> folder = tempfile.mkdtemp()
        >>> with open(os.path.join(folder, "a.txt"), "w") as f:
        ...     _ = f.write("to be\\nor not\\n")
        >>> [(os.path.basename(path), text) for path, text in sc.wholeTextFiles(folder).collect()]
        [('a.txt', 'to be\\nor not\\n')]
        """
        from rushlight.rdd import RDD
        lines = ("lines", bool(use_unicode))
        return RDD(self._engine.whole_text_files(
            os.fspath(path), self._min_partitions(minPartitions), current_call()), self,
            ("zip", lines, lines))

    @operator
    def binaryFiles(self, path, minPartitions=None):
        """(path, bytes) of each file, as it is.

        >>> import os, tempfile
        >>> folder = tempfile.mkdtemp()
        >>> with open(os.path.join(folder, "a.bin"), "wb") as f:
        ...     _ = f.write(bytes(3))
        >>> sc.binaryFiles(folder).values().collect()
        [b'\\x00\\x00\\x00']
        """
        from rushlight.rdd import RDD
        return RDD(self._engine.binary_files(
            os.fspath(path), self._min_partitions(minPartitions), current_call()), self,
            ("zip", ("lines", True), ("binary",)))

    @operator
    def binaryRecords(self, path, recordLength):
        """The records of files in which all are `recordLength` bytes long, without anything between
        them.

        >>> import os, struct, tempfile
        >>> path = os.path.join(tempfile.mkdtemp(), "numbers")
        >>> with open(path, "wb") as f:
        ...     _ = f.write(struct.pack("<3i", 1, 2, 3))
        >>> sc.binaryRecords(path, 4).map(lambda record: struct.unpack("<i", record)[0]).sum()
        6
        """
        from rushlight.rdd import RDD
        return RDD(self._engine.binary_records(os.fspath(path), recordLength, current_call()), self,
                   ("binary",))

    @operator
    def pickleFile(self, name, minPartitions=None):
        """What saveAsPickleFile wrote, here or in PySpark.  Read only what you trust: to unpickle
        is to run what the file says.

        >>> import os, tempfile
        >>> folder = os.path.join(tempfile.mkdtemp(), "numbers")
        >>> sc.parallelize(range(5), 2).saveAsPickleFile(folder)
        >>> sorted(sc.pickleFile(folder).collect())
        [0, 1, 2, 3, 4]
        """
        from rushlight.rdd import RDD
        return RDD(self._engine.object_file(
            os.fspath(name), self._min_partitions(minPartitions), current_call()), self,
            ("runs", 0))

    # ── pairs ──
    def _pairs_of_sequence_file(self, path, min_partitions, new_api, batchSize):
        from rushlight.rdd import RDD
        path = os.fspath(path)
        classes = self._engine.sequence_file_classes(path)
        for name in classes:
            if name is not None and name.removeprefix(writables.PACKAGE) not in writables.READERS:
                _refuse(f"{path} holds values of {name}; there are "
                        + ", ".join(writables.READERS) + f" of {writables.PACKAGE[:-1]}")
        records = RDD(self._engine.sequence_file(path, min_partitions, *classes, new_api,
                                                 current_call()),
                      self, ("zip", ("binary",), ("binary",)))
        if classes[0] is None:      # no file is there that could have a record
            return records
        return self._in_batches(records._then("mapPartitions", functools.partial(
            writables.read_pairs, *classes)), batchSize)

    def _pairs_of_text(self, path, min_partitions, conf, batchSize):
        separator = (conf or {}).get(_SEPARATOR_IN, "\t")
        lines = self.textFile(path, min_partitions)
        return self._in_batches(lines.map(functools.partial(writables.split_line, separator)),
                                batchSize)

    @staticmethod
    def _in_batches(rdd, batchSize):
        rdd._take(1, job_name=LOOK_TO_READ)
        return rdd._in_runs_of(batchSize) if batchSize > 0 else rdd

    @operator
    def sequenceFile(self, path, keyClass=None, valueClass=None, keyConverter=None,
                     valueConverter=None, minSplits=None, batchSize=0):
        """The pairs of Hadoop's sequence files.  The files say themselves what their keys and
        values are; keyClass and valueClass need not be given, and nothing depends on them.

        >>> import os, tempfile
        >>> folder = os.path.join(tempfile.mkdtemp(), "pairs")
        >>> sc.parallelize([(1, "a"), (2, "b")], 1).saveAsSequenceFile(folder)
        >>> sc.sequenceFile(folder).collect()
        [(1, 'a'), (2, 'b')]
        """
        _refuse_converters(keyConverter, valueConverter)
        splits = minSplits or min(self.defaultParallelism, 2)
        return self._pairs_of_sequence_file(path, splits, False, batchSize)

    def _hadoop_pairs(self, path, class_name, new_api, conf, batchSize):
        kind = _format_of(class_name, _NEW_IN if new_api else _OLD, "InputFormat",
                          (SEQUENCE, TEXT, KEY_VALUE_TEXT))
        splits = 1 if new_api else self.defaultMinPartitions
        if kind == SEQUENCE:
            return self._pairs_of_sequence_file(path, splits, new_api, batchSize)
        if kind == TEXT:
            return self._in_batches(self._lines_with_positions(path, splits, new_api), batchSize)
        return self._pairs_of_text(path, splits, conf, batchSize)

    def _lines_with_positions(self, path, min_partitions, new_api):
        from rushlight.rdd import RDD
        return RDD(self._engine.text_file_positions(os.fspath(path), min_partitions, new_api,
                                                    current_call()),
                   self, ("zip", ("long",), ("lines", True)))

    @operator
    def hadoopFile(self, path, inputFormatClass, keyClass, valueClass, keyConverter=None,
                   valueConverter=None, conf=None, batchSize=0):
        """Pairs in a format of Hadoop's older kind: SequenceFileInputFormat, TextInputFormat (where
        a line begins, and the line) or KeyValueTextInputFormat of org.apache.hadoop.mapred.

        >>> import os, tempfile
        >>> folder = os.path.join(tempfile.mkdtemp(), "pairs")
        >>> sc.parallelize([("a", "1")], 1).saveAsHadoopFile(
        ...     folder, "org.apache.hadoop.mapred.TextOutputFormat")
        >>> kind = "org.apache.hadoop.mapred.KeyValueTextInputFormat"
        >>> text = "org.apache.hadoop.io.Text"
        >>> sc.hadoopFile(folder, kind, text, text).collect()
        [('a', '1')]
        """
        _refuse_converters(keyConverter, valueConverter)
        return self._hadoop_pairs(path, inputFormatClass, False, conf, batchSize)

    @operator
    def newAPIHadoopFile(self, path, inputFormatClass, keyClass, valueClass, keyConverter=None,
                         valueConverter=None, conf=None, batchSize=0):
        """Pairs in a format of Hadoop's newer kind: SequenceFileInputFormat, TextInputFormat or
        KeyValueTextInputFormat of org.apache.hadoop.mapreduce.lib.input.

        >>> import os, tempfile
        >>> folder = os.path.join(tempfile.mkdtemp(), "pairs")
        >>> sc.parallelize([("a", 1)], 1).saveAsSequenceFile(folder)
        >>> kind = "org.apache.hadoop.mapreduce.lib.input.SequenceFileInputFormat"
        >>> sc.newAPIHadoopFile(folder, kind, "org.apache.hadoop.io.Text",
        ...                     "org.apache.hadoop.io.IntWritable").collect()
        [('a', 1)]
        """
        _refuse_converters(keyConverter, valueConverter)
        return self._hadoop_pairs(path, inputFormatClass, True, conf, batchSize)

    @operator
    def hadoopRDD(self, inputFormatClass, keyClass, valueClass, keyConverter=None,
                  valueConverter=None, conf=None, batchSize=0):
        """As hadoopFile, of the path that conf names.

        >>> import os, tempfile
        >>> folder = os.path.join(tempfile.mkdtemp(), "pairs")
        >>> sc.parallelize([("a", 1)], 1).saveAsSequenceFile(folder)
        >>> sc.hadoopRDD("org.apache.hadoop.mapred.SequenceFileInputFormat",
        ...              "org.apache.hadoop.io.Text", "org.apache.hadoop.io.IntWritable",
        ...              conf={"mapreduce.input.fileinputformat.inputdir": folder}).collect()
        [('a', 1)]
        """
        _refuse_converters(keyConverter, valueConverter)
        path = _first_set(conf, _INPUT_DIRS, "the input path")
        return self._hadoop_pairs(path, inputFormatClass, False, conf, batchSize)

    @operator
    def newAPIHadoopRDD(self, inputFormatClass, keyClass, valueClass, keyConverter=None,
                        valueConverter=None, conf=None, batchSize=0):
        """As newAPIHadoopFile, of the path that conf names.

        >>> import os, tempfile
        >>> folder = os.path.join(tempfile.mkdtemp(), "pairs")
        >>> sc.parallelize([("a", 1)], 1).saveAsSequenceFile(folder)
        >>> sc.newAPIHadoopRDD("org.apache.hadoop.mapreduce.lib.input.SequenceFileInputFormat",
        ...                    "org.apache.hadoop.io.Text", "org.apache.hadoop.io.IntWritable",
        ...                    conf={"mapreduce.input.fileinputformat.inputdir": folder}).collect()
        [('a', 1)]
        """
        _refuse_converters(keyConverter, valueConverter)
        path = _first_set(conf, _INPUT_DIRS, "the input path")
        return self._hadoop_pairs(path, inputFormatClass, True, conf, batchSize)


class FileOutputs:
    """The part of RDD that writes files."""

    @operator
    def saveAsTextFile(self, path, compressionCodecClass=None):
        """Writes str(x) of each element as a line, one file for each partition, into a folder that
        must not exist yet.  When all is written, a file _SUCCESS says so.  A codec of Hadoop's,
        "org.apache.hadoop.io.compress.GzipCodec" and the like, packs the files.

        >>> import os, tempfile
        >>> folder = os.path.join(tempfile.mkdtemp(), "numbers")
        >>> sc.parallelize([1, 2, 3], 2).saveAsTextFile(folder)
        >>> sorted(name for name in os.listdir(folder) if not name.startswith("."))
        ['_SUCCESS', 'part-00000', 'part-00001']
        """
        self._save_lines(self, path, compressionCodecClass, False)

    def _save_lines(self, rdd, path, codec, new_api, handed_over=2):
        from rushlight.rdd import PipelinedRDD
        lines = PipelinedRDD(rdd, (), output="lines")       # a worker writes str(x)
        self.ctx._save("save_as_text_file", lines._handed_over(handed_over), path, codec or None,
                       new_api)

    @operator
    def saveAsPickleFile(self, path, batchSize=10):
        """Writes the elements pickled, `batchSize` of them at a time (0: by their size), as
        pickleFile reads them, here or in PySpark.

        >>> import os, tempfile
        >>> folder = os.path.join(tempfile.mkdtemp(), "words")
        >>> sc.parallelize(["a", "b"], 1).saveAsPickleFile(folder)
        >>> sc.pickleFile(folder).collect()
        ['a', 'b']
        """
        self.ctx._save("save_as_object_file", self._in_runs_of(batchSize)._handed_over(2), path)

    # ── pairs ──
    def _first_pair(self, of_known_kinds):
        """The first pair, or None.  Spark looks at it again if it must know what is in it."""
        first = self._take(1, job_name=LOOK_TO_WRITE)
        if first and not writables.is_pair(first[0]):
            raise SparkRuntimeException(
                f"RDD element of type {type(first[0]).__name__} cannot be used: a pair is needed",
                "INVALID_ARGUMENT")
        if not of_known_kinds:
            first = self._take(1, job_name=LOOK_AT_KINDS)
            if not first:
                _refuse("empty collection: what the files hold is seen from the first pair")
        return first[0] if first else (None, None)

    @staticmethod
    def _writable_classes(keyClass, valueClass, first):
        """The Writable classes that are given, or those of the first pair."""
        found = []
        for given, x in zip((keyClass, valueClass), first):
            name = (given or "").removeprefix(writables.PACKAGE) or writables.class_of(x)
            if given and name not in writables.WRITERS:
                _refuse(f"the class {given} is not there; there are "
                        + ", ".join(writables.WRITERS))
            if name is None:
                raise SparkRuntimeException(f"Data of type {type(x).__name__} cannot be used",
                                            "INVALID_ARGUMENT")
            found.append(writables.PACKAGE + name)
        return found

    def _save_sequence(self, path, classes, codec, in_blocks, new_api):
        from rushlight.rdd import PipelinedRDD
        records = PipelinedRDD(self, (("mapPartitions", functools.partial(
            writables.write_records, *classes)),), output="lines")
        self.ctx._save("save_as_sequence_file", records._handed_over(3), path, *classes, codec,
                       in_blocks, new_api)

    @operator
    def saveAsSequenceFile(self, path, compressionCodecClass=None):
        """Writes pairs as Hadoop's sequence files.  The first pair says what keys and values are,
        and all others must be alike.

        >>> import os, tempfile
        >>> folder = os.path.join(tempfile.mkdtemp(), "pairs")
        >>> sc.parallelize([("a", 1.5)], 1).saveAsSequenceFile(folder)
        >>> sc.sequenceFile(folder).collect()
        [('a', 1.5)]
        """
        classes = self._writable_classes(None, None, self._first_pair(of_known_kinds=False))
        self._save_sequence(path, classes, compressionCodecClass, True, False)

    def _save_pairs(self, path, class_name, new_api, keyClass, valueClass, conf, codec=None,
                    of_known_kinds=False):
        kind = _format_of(class_name, _NEW_OUT if new_api else _OLD, "OutputFormat",
                          (SEQUENCE, TEXT))
        conf = conf or {}
        in_blocks = codec is not None or conf.get(_COMPRESS + ".type", "RECORD") == "BLOCK"
        if codec is None and str(conf.get(_COMPRESS, "false")).lower() == "true":
            codec = conf.get(_COMPRESS + ".codec", "org.apache.hadoop.io.compress.DefaultCodec")
        first = self._first_pair(of_known_kinds or bool(keyClass and valueClass))
        if kind == SEQUENCE:
            classes = self._writable_classes(keyClass, valueClass, first)
            self._save_sequence(path, classes, codec, in_blocks, new_api)
        else:
            lines = self.mapPartitions(functools.partial(
                writables.text_lines, conf.get(_SEPARATOR_OUT, "\t")))
            self._save_lines(lines, path, codec, new_api, handed_over=3)

    @operator
    def saveAsHadoopFile(self, path, outputFormatClass, keyClass=None, valueClass=None,
                         keyConverter=None, valueConverter=None, conf=None,
                         compressionCodecClass=None):
        """Writes pairs in a format of Hadoop's older kind: TextOutputFormat (key, a tab, value) or
        SequenceFileOutputFormat of org.apache.hadoop.mapred.

        >>> import os, tempfile
        >>> folder = os.path.join(tempfile.mkdtemp(), "pairs")
        >>> sc.parallelize([("a", 1)], 1).saveAsHadoopFile(
        ...     folder, "org.apache.hadoop.mapred.TextOutputFormat")
        >>> sc.textFile(folder).collect()
        ['a\\t1']
        """
        _refuse_converters(keyConverter, valueConverter)
        self._save_pairs(path, outputFormatClass, False, keyClass, valueClass, conf,
                         compressionCodecClass)

    @operator
    def saveAsNewAPIHadoopFile(self, path, outputFormatClass, keyClass=None, valueClass=None,
                               keyConverter=None, valueConverter=None, conf=None):
        """Writes pairs in a format of Hadoop's newer kind: TextOutputFormat or
        SequenceFileOutputFormat of org.apache.hadoop.mapreduce.lib.output.

        >>> import os, tempfile
        >>> folder = os.path.join(tempfile.mkdtemp(), "pairs")
        >>> kind = "org.apache.hadoop.mapreduce.lib.output.SequenceFileOutputFormat"
        >>> sc.parallelize([(1, {3.0: "bb"})], 1).saveAsNewAPIHadoopFile(folder, kind)
        >>> sc.sequenceFile(folder).collect()
        [(1, {3.0: 'bb'})]
        """
        _refuse_converters(keyConverter, valueConverter)
        self._save_pairs(path, outputFormatClass, True, keyClass, valueClass, conf)

    def _save_as_conf_says(self, conf, new_api, format_key):
        self._save_pairs(_first_set(conf, _OUTPUT_DIRS, "the output path"),
                         _first_set(conf, (format_key,), "the output format"), new_api,
                         conf.get("mapreduce.job.output.key.class"),
                         conf.get("mapreduce.job.output.value.class"), conf, of_known_kinds=True)

    @operator
    def saveAsHadoopDataset(self, conf, keyConverter=None, valueConverter=None):
        """As saveAsHadoopFile, with all that it needs in conf.

        >>> import os, tempfile
        >>> folder = os.path.join(tempfile.mkdtemp(), "pairs")
        >>> sc.parallelize([("a", 1)], 1).saveAsHadoopDataset({
        ...     "mapred.output.format.class": "org.apache.hadoop.mapred.TextOutputFormat",
        ...     "mapreduce.output.fileoutputformat.outputdir": folder})
        >>> sc.textFile(folder).collect()
        ['a\\t1']
        """
        _refuse_converters(keyConverter, valueConverter)
        self._save_as_conf_says(conf, False, "mapred.output.format.class")

    @operator
    def saveAsNewAPIHadoopDataset(self, conf, keyConverter=None, valueConverter=None):
        """As saveAsNewAPIHadoopFile, with all that it needs in conf.

        >>> import os, tempfile
        >>> folder = os.path.join(tempfile.mkdtemp(), "pairs")
        >>> sc.parallelize([("a", 1)], 1).saveAsNewAPIHadoopDataset({
        ...     "mapreduce.job.outputformat.class":
        ...         "org.apache.hadoop.mapreduce.lib.output.TextOutputFormat",
        ...     "mapreduce.output.fileoutputformat.outputdir": folder})
        >>> sc.textFile(folder).collect()
        ['a\\t1']
        """
        _refuse_converters(keyConverter, valueConverter)
        self._save_as_conf_says(conf, True, "mapreduce.job.outputformat.class")
