"""What a fit asks of a dataset: labels, weights and features as a query, and how many features.

    dataset ── select label, weight as doubles, features ──▶ a query ──▶ the engine's passes

Jobs are named as Spark names them, after the files of Spark's that ask for them; the long form of
their call sites is the user's stack.

Mirrors org.apache.spark.ml.util.{DatasetUtils,Instrumentation}.
"""
from rushlight._callsite import renamed, user_call
from rushlight.ml._attributes import attribute_of, group_size
from rushlight.ml._stages import check_new, check_numeric, check_vector, column, field_of


def check_outputs(stage, schema):
    """Raises an error if a column that a model would add is there."""
    for name in ("predictionCol", "rawPredictionCol", "probabilityCol"):
        if stage.hasParam(name) and stage.getOrDefault(name):
            check_new(schema, stage.getOrDefault(name), "Column {} already exists.")


class Fit:
    """The instances of one fit, of the parameters of a stage: labelCol, weightCol, featuresCol.

    `engine_fit (function, …)` calls a function of the engine with the query and what surrounds it.
    """

    def __init__(self, stage, dataset, file):
        self.dataset, self._call = dataset, user_call("fit")
        self._features, self._file = stage.getFeaturesCol(), file
        schema = dataset.schema
        check_vector(schema, self._features)
        check_numeric(schema, stage.getLabelCol())
        check_outputs(stage, schema)
        weight = stage.isDefined("weightCol") and stage.getOrDefault("weightCol")
        selected = [column(stage.getLabelCol()).cast("double").alias("label")]
        if weight:
            check_numeric(schema, weight)
            selected.append(column(weight).cast("double").alias("weight"))
        selected.append(column(self._features).alias("features"))
        self._instances = dataset.select(*selected)
        self._places = (*((0, 1, 2) if weight else (0, -1, 1)), stage.getMaxBlockSizeInMB())
        self._told("Instrumentation.scala")

    def _told(self, file):
        """Spark logs how many partitions a dataset has, and so makes an RDD of it."""
        self.dataset._query().to_rdd(renamed(self._call, f"rdd at {file}"),
                                     self.dataset._properties(), True)

    def number_of_features(self):
        """From the metadata of the column; where they do not say, from the first row, by a job."""
        known = group_size(field_of(self.dataset.schema, self._features))
        if known >= 0:
            return known
        from rushlight.sql.row import Row
        first = self.dataset.select(column(self._features)).limit(1)
        rows = first._query().collect(Row, renamed(self._call, "head at DatasetUtils.scala"),
                                      first._properties())
        if not rows:
            from rushlight.errors import SparkNoSuchElementException
            raise SparkNoSuchElementException("head of empty array")
        if rows[0][0] is None:
            from rushlight.sql.functions import raise_error
            first.select(raise_error("Vectors MUST NOT be Null")).collect()
        return rows[0][0].size

    def engine_fit(self, function, *arguments):
        """Runs it."""
        query = self._instances._query()
        return function(query, self._places, *arguments,
                        renamed(self._call, f"rdd at {self._file}"),
                        self._instances._properties())


def collected(frame, call):
    """The rows of a query that Spark writes as operations of RDDs: one job, nothing is planned anew
    while it runs."""
    from rushlight.sql.row import Row
    query = frame._session._engine_session.query(frame._plan, "spark.sql.adaptive.enabled", "false")
    return query.collect(Row, call, frame._properties())


def number_of_classes(field):
    """How many classes the metadata of a column of labels name; 0: they do not say."""
    known = attribute_of(field) or {}
    if known.get("type") == "binary":
        return 2
    return known.get("num_vals") or len(known.get("vals", ()))
