"""StringIndexer and IndexToString: labels as numbers, and back.

    fit     words    cat 3 ×, dog 1 ×, owl 2 ×      labels  [cat, owl, dog]     most frequent first
    apply   owl → 1.0       the metadata has the labels, where IndexToString reads them

Labels of all columns are counted in one query: each value becomes a row (column, value).

Mirrors pyspark.ml.feature.{StringIndexer,StringIndexerModel,IndexToString}.
"""
from rushlight.errors import IllegalArgumentException, SparkRuntimeException
from rushlight.ml._attributes import attribute_of, nominal
from rushlight.ml._stages import (
    OneColumn, SomeColumns, SparkEstimator, SparkModel, SparkTransformer, add_column, check_new,
    column, field_of, find_field, getter, given, in_out_cols, parameter, params_setter, require,
    scala_type_name, setter)
from rushlight.ml.param import Param, Params, ParamValidators, TypeConverters
from rushlight.ml.param.shared import HasHandleInvalid
from rushlight.sql import functions as F
from rushlight.sql._making import as_literal, make_call
from rushlight.sql.types import NumericType, StringType
from rushlight.util import keyword_only

_MOST = (1 << 31) - 1      # of an int
_ORDERS = ("frequencyDesc", "frequencyAsc", "alphabetDesc", "alphabetAsc")


class _StringIndexerParams(HasHandleInvalid, SomeColumns):
    """What an indexer and its model share."""

    handleInvalid = Param(
        Params._dummy(), "handleInvalid", "what to do about null and labels that the fit has not "
        "seen: 'skip' leaves these rows out, 'error' raises an error, 'keep' gives them the index "
        "behind the last label", TypeConverters.toString,
        ParamValidators.inArray("skip", "error", "keep"))
    stringOrderType = Param(
        Params._dummy(), "stringOrderType", "which label gets index 0: frequencyDesc (the most "
        "frequent one), frequencyAsc, alphabetDesc or alphabetAsc; labels of equal frequency are "
        "in alphabetical order", TypeConverters.toString, ParamValidators.inArray(*_ORDERS))

    def __init__(self):
        super().__init__()
        self._setDefault(handleInvalid="error", stringOrderType="frequencyDesc")

    getStringOrderType = getter("stringOrderType")

    def _columns(self, schema, skip_missing=False):
        """[(input column's field or None, output column's name)], checked."""
        inputs, outputs = in_out_cols(self)
        require(len(inputs) == len(outputs),
                "The number of input columns does not match output columns")
        require(len(set(outputs)) == len(outputs), "Output columns should not be duplicate.")
        pairs = []
        for name, output in zip(inputs, outputs):
            field = find_field(schema, name)
            if field is None:
                if not skip_missing:
                    raise SparkRuntimeException(f"Input column {name} does not exist.")
                pairs.append((None, output))
                continue
            require(isinstance(field.dataType, (StringType, NumericType)),
                    f"The input column {name} must be either string type or numeric type, but got "
                    f"{scala_type_name(field.dataType)}.")
            check_new(schema, output)
            pairs.append((field, output))
        return pairs


class StringIndexer(SparkEstimator, _StringIndexerParams):
    """Learns the labels in columns of strings (or numbers), and gives each an index.

    >>> df = spark.createDataFrame([("b",), ("a",), ("b",)], ["word"])
    >>> model = StringIndexer(inputCol="word", outputCol="i").fit(df)
    >>> model.labels
    ['b', 'a']
    >>> model.transform(df).collect()
    [Row(word='b', i=0.0), Row(word='a', i=1.0), Row(word='b', i=0.0)]
    """

    @keyword_only
    def __init__(self, *, inputCol=None, outputCol=None, inputCols=None, outputCols=None,
                 handleInvalid="error", stringOrderType="frequencyDesc"):
        super().__init__()
        self._set(**self._input_kwargs)

    setParams = params_setter(__init__)
    setHandleInvalid = setter("handleInvalid")
    setStringOrderType = setter("stringOrderType")

    def _train(self, dataset):
        fields = [field for field, _ in self._columns(dataset.schema)]
        values = dataset.select(F.posexplode(F.array(*map(_counted, fields)))) \
            .toDF("column", "value").where(F.col("value").isNotNull())
        order = self.getStringOrderType()
        labels = _by_frequency(values, order == "frequencyAsc") if order.startswith("freq") \
            else _by_alphabet(values, order == "alphabetDesc")
        return StringIndexerModel([labels.get(i, []) for i in range(len(fields))])


def _counted(field):
    """A column as strings; NaN counts as no value."""
    col = column(field.name)
    if isinstance(field.dataType, StringType):
        return col
    return F.when(~F.isnan(col), col).cast("string")


def _by_frequency(values, ascending):
    """{number of the column: its labels}."""
    counts = values.groupBy("column", "value").count()
    rows = counts.groupBy("column").agg(F.collect_list(F.struct("count", "value"))).collect()
    sign = 1 if ascending else -1
    return {at: [value for _, value in sorted(pairs, key=lambda p: (sign * p[0], p[1]))]
            for at, pairs in rows}


def _by_alphabet(values, descending):
    rows = values.groupBy("column").agg(F.collect_set("value")).collect()
    return {at: sorted(labels, reverse=descending) for at, labels in rows}


class StringIndexerModel(SparkModel, _StringIndexerParams):
    """What a StringIndexer has learned, or what from_labels() was given: labels.

    >>> model = StringIndexerModel.from_labels(["no", "yes"], inputCol="s", outputCol="i")
    >>> model.transform(spark.createDataFrame([("yes",)], ["s"])).head().i
    1.0
    """

    def __init__(self, labelsArray=None):
        super().__init__()
        self._labels = [list(labels) for labels in labelsArray or []]

    setHandleInvalid = setter("handleInvalid")

    @classmethod
    def from_labels(cls, labels, inputCol, outputCol=None, handleInvalid=None):
        """A model of labels that are known, for one column."""
        return cls._made([labels], inputCol=inputCol, outputCol=outputCol,
                         handleInvalid=handleInvalid)

    @classmethod
    def from_arrays_of_labels(cls, arrayOfLabels, inputCols, outputCols=None, handleInvalid=None):
        """The same for several columns: a list of labels for each."""
        return cls._made(arrayOfLabels, inputCols=inputCols, outputCols=outputCols,
                         handleInvalid=handleInvalid)

    @classmethod
    def _made(cls, labels, **params):
        model = cls(labels)
        return model._resetUid(model.uid.replace("StringIndexerModel", "strIdx"))._set(
            **{name: value for name, value in params.items() if value is not None})

    @property
    def _shown(self):
        return ("handleInvalid", *_counts_shown(self))

    numInputCols = property(lambda self: len(self.getInputCols()))
    numOutputCols = property(lambda self: len(self.getOutputCols()))

    @property
    def labelsArray(self):
        """The labels, a list for each column."""
        return self._labels

    @property
    def labels(self):
        """The labels of the one column."""
        require(len(self._labels) == 1, "This StringIndexerModel is fit on multiple columns. Call "
                "`labelsArray` instead.")
        return self._labels[0]

    def _transform(self, dataset):
        how = self.getHandleInvalid()
        pairs = [(field, output, labels) for (field, output), labels
                 in zip(self._columns(dataset.schema, skip_missing=True), self._labels)
                 if field is not None]
        if how == "skip" and pairs:
            dataset = dataset.na.drop(subset=[field.name for field, _, _ in pairs])
            for field, _, labels in pairs:
                dataset = dataset.where(_index(field, labels, True) < float(len(labels)))
        for field, output, labels in pairs:
            values = [*labels, "__unknown"] if how == "keep" else labels
            dataset = add_column(dataset, output, _index(field, labels, how == "keep"),
                                 nominal(output, values))
        return dataset

    def _saved_data(self, spark):
        return spark.createDataFrame([(self._labels,)], "labelsArray array<array<string>>")

    def _take_data(self, data):
        self._labels = [list(labels) for labels in data.head().labelsArray]


def _counts_shown(stage):
    """What a repr() tells of a stage of several columns."""
    return [name for name, cols in (("numInputCols", "inputCols"), ("numOutputCols", "outputCols"))
            if stage.isSet(cols)]


def _index(field, labels, keep):
    return make_call("ml_string_index", column(field.name).cast("string"),
                     parameter(labels, "array<string>"), keep)


class IndexToString(SparkTransformer, OneColumn):
    """The labels of indices: those of the metadata, or `labels`.

    >>> df = spark.createDataFrame([(1.0,)], ["i"])
    >>> IndexToString(inputCol="i", outputCol="s", labels=["no", "yes"]).transform(df).collect()
    [Row(i=1.0, s='yes')]
    """

    labels = Param(Params._dummy(), "labels", "the labels, in the order of their indices; without "
                   "them, those in the metadata of inputCol", TypeConverters.toListString)

    @keyword_only
    def __init__(self, *, inputCol=None, outputCol=None, labels=None):
        super().__init__()
        self._set(**self._input_kwargs)

    setParams = params_setter(__init__)
    setLabels = setter("labels")
    getLabels = getter("labels")

    def _transform(self, dataset):
        name, output = given(self, "inputCol"), self.getOutputCol()
        field = field_of(dataset.schema, name)
        require(isinstance(field.dataType, NumericType),
                f"The input column {name} must be a numeric type, but got "
                f"{scala_type_name(field.dataType)}.")
        check_new(dataset.schema, output)
        labels = self._known(field)
        index = column(name)    # cut as the JVM cuts a double to an int
        at = F.when(F.isnan(index), 0).when(index >= _MOST, _MOST).when(index < 0, -1) \
            .otherwise(index.cast("int"))
        unseen = F.raise_error(F.printf(F.lit("Unseen index: %s ??"), at.cast("string")))
        label = F.when((as_literal(0) <= at) & (at < len(labels)),
                       parameter(labels, "array<string>")[at]).otherwise(unseen)
        return add_column(dataset, output, label)

    def _known(self, field):
        if self.isDefined("labels") and self.getLabels():
            return self.getLabels()
        labels = (attribute_of(field) or {}).get("vals")
        if labels is None:
            raise IllegalArgumentException(
                f"column {field.name} has no labels in its metadata, as a StringIndexer leaves "
                "them: set the parameter labels", "INVALID_ARGUMENT")
        return labels
