"""OneHotEncoder: categories as vectors with a single 1.

    category   0 → [1, 0]     1 → [0, 1]     2 → [0, 0]        of three, the last one dropped

How many categories a column has stands in its metadata (a StringIndexer writes it), or is one more
than the largest index in it.  The last one is dropped since it follows from the others: with it,
the columns of a regression would add up to its intercept.

Mirrors pyspark.ml.feature.{OneHotEncoder,OneHotEncoderModel}.
"""
from rushlight._callsite import renamed
from rushlight.errors import SparkRuntimeException
from rushlight.ml._attributes import attribute_of, group_metadata
from rushlight.ml._fitting import collected, user_call
from rushlight.ml._stages import (
    SomeColumns, SparkEstimator, SparkModel, add_column, check_new, check_numeric, column, getter,
    in_out_cols, params_setter, require, setter)
from rushlight.ml.feature._indexing import _counts_shown
from rushlight.ml.param import Param, Params, ParamValidators, TypeConverters
from rushlight.ml.param.shared import HasHandleInvalid
from rushlight.ml.util import shown_as_scala
from rushlight.sql import functions as F
from rushlight.sql._making import make_call
from rushlight.util import keyword_only

_MOST = (1 << 31) - 1


class _OneHotEncoderParams(HasHandleInvalid, SomeColumns):
    """What an encoder and its model share."""

    handleInvalid = Param(
        Params._dummy(), "handleInvalid", "what to do about categories that the fit has not seen: "
        "'keep' makes one more category of them, 'error' raises an error", TypeConverters.toString,
        ParamValidators.inArray("keep", "error"))
    dropLast = Param(Params._dummy(), "dropLast", "whether the last category has no place in the "
                     "vector", TypeConverters.toBoolean)

    def __init__(self):
        super().__init__()
        self._setDefault(handleInvalid="error", dropLast=True)

    getDropLast = getter("dropLast")

    def _columns(self, schema):
        """[(input column's field, output column's name)], checked."""
        inputs, outputs = in_out_cols(self)
        require(len(inputs) == len(outputs),
                f"The number of input columns {len(inputs)} must be the same as the number of "
                f"output columns {len(outputs)}.")
        fields = [check_numeric(schema, name) for name in inputs]
        for output in outputs:
            check_new(schema, output, "Column {} already exists.")
        return list(zip(fields, outputs))

    def _size(self, categories):
        """How long the vectors of a column with so many categories are."""
        return categories + (self.getHandleInvalid() == "keep") - self.getDropLast()

    def _attributes(self, names):
        """What the metadata tells of a vector for categories of these names."""
        names = [*names, "invalidValues"][:self._size(len(names))]
        return group_metadata([{"type": "binary", "name": name} for name in names])


def _categories(field):
    """The names of a column's categories, as far as its metadata has them, else None."""
    known = attribute_of(field) or {}
    if known.get("type") == "numeric":
        raise SparkRuntimeException(f"The input column {field.name} cannot be continuous-value.")
    if "vals" in known:
        return known["vals"]
    if "num_vals" in known:
        return [str(i) for i in range(known["num_vals"])]
    return ["0", "1"] if known.get("type") == "binary" else None


class OneHotEncoder(SparkEstimator, _OneHotEncoderParams):
    """Learns how many categories there are in columns of indices.

    >>> df = spark.createDataFrame([(0.0,), (2.0,)], ["i"])
    >>> model = OneHotEncoder(inputCol="i", outputCol="v").fit(df)
    >>> model.categorySizes
    [3]
    >>> model.transform(df).collect()
    [Row(i=0.0, v=SparseVector(2, {0: 1.0})), Row(i=2.0, v=SparseVector(2, {}))]
    """

    @keyword_only
    def __init__(self, *, inputCols=None, outputCols=None, handleInvalid="error", dropLast=True,
                 inputCol=None, outputCol=None):
        super().__init__()
        self._set(**self._input_kwargs)

    setParams = params_setter(__init__)
    setHandleInvalid = setter("handleInvalid")
    setDropLast = setter("dropLast")

    def _train(self, dataset):
        fields = [field for field, _ in self._columns(dataset.schema)]
        sizes = {field.name: len(names) for field in fields
                 if (names := _categories(field)) is not None}
        unknown = [field.name for field in fields if field.name not in sizes]
        if unknown:
            sizes.update(_scanned(dataset, unknown))
        return OneHotEncoderModel([sizes[field.name] for field in fields])


def _scanned(dataset, names):
    """{name: how many categories}, from the values of the columns, which must be indices."""
    wanted = []
    for name in names:
        col = column(name).cast("double")
        wrong = F.isnan(col) | (col > _MOST) | (col < 0) | (col != F.floor(col))
        wanted += [F.max(col), F.min(F.when(wrong, col)), F.count(F.when(col.isNull(), 1))]
    query = dataset.select([col.alias(f"_{i}") for i, col in enumerate(wanted)])
    found = collected(query, renamed(user_call("fit"), "treeAggregate at OneHotEncoder.scala"))[0]
    sizes = {}
    for i, name in enumerate(names):
        largest, wrong, nulls = found[3 * i:3 * i + 3]
        if nulls:
            raise SparkRuntimeException(
                f"[ROW_VALUE_IS_NULL] Found NULL in a row at the index {i}, expected a non-NULL "
                "value. SQLSTATE: 22023")
        if wrong is not None and not wrong <= _MOST:
            raise SparkRuntimeException(f"OneHotEncoder only supports up to {_MOST} indices, but "
                                        f"got {shown_as_scala(wrong)}.")
        if wrong is not None:
            raise SparkRuntimeException(
                f"Values from column {name} must be indices, but got {shown_as_scala(wrong)}.")
        sizes[name] = 1 if largest is None else int(largest) + 1
    return sizes


class OneHotEncoderModel(SparkModel, _OneHotEncoderParams):
    """What a OneHotEncoder has learned; see there."""

    def __init__(self, categorySizes=None):
        super().__init__()
        self._sizes = categorySizes

    setHandleInvalid = setter("handleInvalid")
    setDropLast = setter("dropLast")

    numInputCols = property(lambda self: len(self.getInputCols()))
    numOutputCols = property(lambda self: len(self.getOutputCols()))

    @property
    def _shown(self):
        return ("dropLast", "handleInvalid", *_counts_shown(self))

    @property
    def categorySizes(self):
        """How many categories each column had."""
        return self._sizes

    def _transform(self, dataset):
        pairs = self._columns(dataset.schema)
        require(len(pairs) == len(self._sizes),
                f"The number of input columns {len(pairs)} must be the same as the number of "
                f"features {len(self._sizes)} during fitting.")
        for at, ((field, output), n) in enumerate(zip(pairs, self._sizes)):
            names = _categories(field)
            if names is None:
                names = [str(i) for i in range(n)]
            require(len(names) == n,
                    f"OneHotEncoderModel expected {n} categorical values for input column "
                    f"{field.name}, but the input column had metadata specifying {len(names)} "
                    "values.")
            vector = make_call("ml_one_hot", column(field.name).cast("double"), at, n,
                               self._size(n), self.getHandleInvalid() == "keep")
            dataset = add_column(dataset, output, vector, self._attributes(names))
        return dataset

    def _saved_data(self, spark):
        return spark.createDataFrame([(self._sizes,)], "categorySizes array<int>")

    def _take_data(self, data):
        self._sizes = data.head().categorySizes
