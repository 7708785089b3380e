"""The conditions of errors that the package raises itself: their texts and SQLSTATEs.

The names, the parameters and, where a program may look at them, the words are PySpark's.  What the
engine raises has its table in sql/types/sql_error_classes.def.
"""

# condition: (text, SQLSTATE or None)
CONDITIONS = {
    "ARGUMENT_REQUIRED": ("Argument `{arg_name}` is required when {condition}.", None),
    "ATTRIBUTE_NOT_SUPPORTED": ("Attribute `{attr_name}` is not supported.", "0A000"),
    "BROADCAST_VARIABLE_NOT_LOADED": ("Broadcast variable `{variable}` not loaded.", None),
    "CALL_BEFORE_INITIALIZE": (
        "Not supported to call `{func_name}` before `{object}` is initialized{how}.", None),
    "CANNOT_APPLY_IN_FOR_COLUMN": (
        "Cannot apply 'in' operator against a column: please use 'contains' in a string"
        " column or 'array_contains' function for an array column.", None),
    "CANNOT_BE_EMPTY": ("At least one {item} must be specified.", None),
    "CANNOT_BE_NONE": ("Argument `{arg_name}` cannot be None.", None),
    "CANNOT_CONVERT_COLUMN_INTO_BOOL": (
        "Cannot convert column into bool (offending column: {column}): please use '&' "
        "for 'and', '|' for 'or', '~' for 'not' when building DataFrame boolean "
        "expressions.", None),
    "CANNOT_CONVERT_TYPE": ("Cannot convert {from_type} into {to_type}.", None),
    "CANNOT_DETERMINE_TYPE": ("Some of types cannot be determined after inferring.", None),
    "CANNOT_INFER_ARRAY_ELEMENT_TYPE": (
        "Can not infer the element data type, a non-empty list starting with a non-None"
        " value is required.", None),
    "CANNOT_INFER_EMPTY_SCHEMA": ("Can not infer schema from an empty dataset.", "42K09"),
    "CANNOT_INFER_SCHEMA_FOR_TYPE": ("Can not infer schema for type: `{data_type}`.", "42K09"),
    "CANNOT_INFER_TYPE_FOR_FIELD": (
        "Unable to infer the type of the field `{field_name}`.", "42K09"),
    "CANNOT_MERGE_TYPE": ("Can not merge type `{data_type1}` and `{data_type2}`.", "42K09"),
    "CANNOT_PARSE_DATATYPE": ("Unable to parse datatype. {msg}.", None),
    "CANNOT_SET_TOGETHER": ("{arg_list} should not be set together.", None),
    "CANNOT_SPECIFY_RETURN_TYPE_FOR_UDF": (
        "returnType can not be specified when `{arg_name}` is a user-defined function, "
        "but got {return_type}.", None),
    "COLUMN_IN_LIST": ("`{func_name}` does not allow a Column in a list.", None),
    "CONTEXT_ONLY_VALID_ON_DRIVER": (
        "A SparkContext was used inside a function that runs on workers. It lives on "
        "the driver alone: take what the function needs into a plain variable first.", None),
    "CONTEXT_STOPPED": (
        "Cannot call methods on a stopped SparkContext. Make a new one, or move stop() "
        "to the end.", None),
    "DIFFERENT_PANDAS_DATAFRAME": (
        "DataFrames are not almost equal:\nLeft:\n{left}\n{left_dtype}\nRight:\n{right}\n"
        "{right_dtype}", None),
    "DIFFERENT_ROWS": ("{error_msg}", None),
    "DIFFERENT_SCHEMA": (
        "Schemas do not match.\n--- actual\n+++ expected\n{error_msg}", None),
    "DISALLOWED_TYPE_FOR_CONTAINER": (
        "Argument `{arg_name}`(type: {arg_type}) should only contain a type in "
        "[{allowed_types}], got {item_type}", None),
    "FIELD_DATA_TYPE_UNACCEPTABLE": (
        "{data_type} can not accept object {obj} in type {obj_type}.", None),
    "FIELD_DATA_TYPE_UNACCEPTABLE_WITH_NAME": (
        "{field_name}: {data_type} can not accept object {obj} in type {obj_type}.", None),
    "FIELD_NOT_NULLABLE": ("Field is not nullable, but got None.", None),
    "FIELD_NOT_NULLABLE_WITH_NAME": (
        "{field_name}: This field is not nullable, but got None.", None),
    "FIELD_STRUCT_LENGTH_MISMATCH": (
        "Length of object ({object_length}) does not match with length of fields "
        "({field_length}).", None),
    "FIELD_STRUCT_LENGTH_MISMATCH_WITH_NAME": (
        "{field_name}: Length of object ({object_length}) does not match with length of"
        " fields ({field_length}).", None),
    "FIELD_TYPE_MISMATCH": ("{obj} is not an instance of type {data_type}.", None),
    "FIELD_TYPE_MISMATCH_WITH_NAME": (
        "{field_name}: {obj} is not an instance of type {data_type}.", None),
    "HIGHER_ORDER_FUNCTION_SHOULD_RETURN_COLUMN": (
        "Function `{func_name}` should return Column, got {return_type}.", None),
    "INCORRECT_CONF_FOR_PROFILE": (
        "There are no profiles: `spark.python.profile` must be `true` when SparkContext"
        " starts.", None),
    "INVALID_BROADCAST_OPERATION": (
        "Broadcast can only be {operation} in driver: a task reads its value.", None),
    "INVALID_INTERVAL_CASTING": ("Interval {start_field} to {end_field} is invalid.", None),
    "INVALID_PANDAS_UDF": ("Invalid function: {detail}", None),
    "INVALID_TYPE": ("Argument `{arg_name}` should not be a {arg_type}.", None),
    "INVALID_TYPENAME_CALL": (
        "StructField does not have typeName. Use typeName on its type explicitly "
        "instead.", None),
    "INVALID_TYPE_DF_EQUALITY_ARG": (
        "Expected type {expected_type} for `{arg_name}` but got type {actual_type}.", None),
    "KEY_NOT_EXISTS": ("Key `{key}` does not exist.", None),
    "KEY_VALUE_PAIR_REQUIRED": ("Either a key with its value or a list of pairs is needed.", None),
    "LENGTH_SHOULD_BE_THE_SAME": (
        "{arg1} and {arg2} should be of the same length, got {arg1_length} and "
        "{arg2_length}.", None),
    "MIXED_TYPE_REPLACEMENT": ("Mixed type replacements are not supported.", None),
    "NEGATIVE_VALUE": (
        "Value for `{arg_name}` must be greater than or equal to 0, got '{arg_value}'.", None),
    "NOT_EXPECTED_TYPE": (
        "Argument `{arg_name}` should be {expected_type}, got {arg_type}.", "42K09"),
    "NOT_IMPLEMENTED": (
        "{feature} is PySpark's, but not there yet in Rushlight {version}.{hint}", "0A000"),
    "NOT_IN_BARRIER_STAGE": (
        "It is not in a barrier stage: rdd.barrier().mapPartitions(f) runs f in one.", None),
    "NOT_ITERABLE": ("{objectName} is not iterable.", "42K09"),
    "NOT_SAME_TYPE": (
        "Argument `{arg_name1}` and `{arg_name2}` should be the same type, got "
        "{arg_type1} and {arg_type2}.", "42K09"),
    "NO_ACTIVE_OR_DEFAULT_SESSION": (
        "No active or default Spark session found. SparkSession.builder.getOrCreate() "
        "makes one.", None),
    "NO_JVM": (
        "{feature} leads into PySpark's JVM. There is none here: the engine is a part "
        "of this process.", None),
    "NO_OBSERVE_BEFORE_GET": ("Should observe by calling `DataFrame.observe` before `get`.", None),
    "ONLY_ALLOWED_FOR_SINGLE_COLUMN": (
        "Argument `{arg_name}` can only be provided for a single column.", None),
    "PACKAGE_NOT_INSTALLED": (
        "{package_name} >= {minimum_version} must be installed; however, it was not "
        "found.", None),
    "PIPE_FUNCTION_EXITED": (
        "Pipe function `{func_name}` exited with error code {error_code}.", None),
    "PYTHON_HASH_SEED_NOT_SET": (
        "The hash of a str differs from process to process unless the environment "
        "variable PYTHONHASHSEED is set; workers have it, a driver must be started with"
        " it.", None),
    "RDD_TRANSFORM_ONLY_VALID_ON_DRIVER": (
        "An RDD was used inside a function that runs on workers, as in rdd1.map(lambda "
        "x: rdd2.count() * x). RDDs can only be used on the driver: collect what the "
        "function needs first, or join the two.", None),
    "READ_ONLY": ("{object} is read-only.", None),
    "RESULT_COLUMN_NAMES_MISMATCH": (
        "Column names of the returned data do not match specified "
        "schema.{missing}{extra}", None),
    "RESULT_COLUMN_SCHEMA_MISMATCH": (
        "Number of columns of the returned data doesn't match specified schema. "
        "Expected: {expected} Actual: {actual}", None),
    "RESULT_ROWS_MISMATCH": (
        "The number of output rows ({output_length}) must match the number of input "
        "rows ({input_length}).", None),
    "REUSE_OBSERVATION": ("An Observation can be used with a DataFrame only once.", None),
    "SLICE_WITH_STEP": ("Slice with step is not supported.", None),
    "TYPE_HINT_SHOULD_BE_SPECIFIED": (
        "Type hints for {target} should be specified; however, got {sig}.", None),
    "UDF_RETURN_TYPE": (
        "Return type of the user-defined function should be {expected}, but is "
        "{actual}.", None),
    "UNEXPECTED_TUPLE_WITH_STRUCT": ("Unexpected tuple {tuple} with StructType.", None),
    "UNSUPPORTED_DATA_TYPE": ("Unsupported DataType `{data_type}`.", None),
    "UNSUPPORTED_DATA_TYPE_FOR_ARROW_CONVERSION": (
        "{data_type} is not supported in conversion to Arrow.", None),
    "UNSUPPORTED_LITERAL": ("Unsupported Literal '{literal}'.", None),
    "UNSUPPORTED_OPERATION": ("{operation} is not supported.", None),
    "UNSUPPORTED_PARAM_TYPE_FOR_HIGHER_ORDER_FUNCTION": (
        "Function `{func_name}` should use only POSITIONAL or POSITIONAL OR KEYWORD "
        "arguments.", None),
    "UNSUPPORTED_SIGNATURE": ("Unsupported signature: {signature}.", None),
    "VALUE_NOT_ACCESSIBLE": (
        "Value `{value}` cannot be accessed inside tasks: they add, and the driver "
        "reads.", None),
    "VALUE_NOT_ALLOWED": (
        "Value for `{arg_name}` has to be amongst the following values: "
        "{allowed_values}.", None),
    "VALUE_NOT_POSITIVE": ("Value for `{arg_name}` must be positive, got '{arg_value}'.", None),
    "VALUE_OUT_OF_BOUNDS": (
        "Value for `{arg_name}` must be between {lower_bound} and {upper_bound} "
        "(inclusive), got {actual}", None),
    "WRONG_NUM_ARGS_FOR_HIGHER_ORDER_FUNCTION": (
        "Function `{func_name}` should take between 1 and 3 arguments, but the provided"
        " function takes {num_args}.", None),
    "WRONG_NUM_COLUMNS": ("Function `{func_name}` should take at least {num_cols} columns.", None),
}
