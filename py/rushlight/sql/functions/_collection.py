"""Arrays, maps and structs."""
from rushlight.errors import NotThereYet
from rushlight.sql._making import as_literal, call, flat, named_column, number_column

__all__ = [
    "array_insert", "array_sort", "arrays_zip", "map_concat", "map_from_entries",
    "array", "create_map", "named_struct", "struct",
    "array_append", "array_compact", "array_contains", "array_distinct", "array_except",
    "array_intersect", "array_join", "array_max", "array_min", "array_position",
    "array_prepend", "array_remove", "array_repeat", "array_size", "array_union",
    "arrays_overlap", "cardinality", "concat", "element_at", "flatten", "get",
    "map_contains_key", "map_entries", "map_from_arrays", "map_keys", "map_values",
    "reverse", "sequence", "size", "slice", "sort_array", "try_element_at", "explode",
    "explode_outer", "posexplode", "posexplode_outer", "inline", "inline_outer", "stack",
]


def array_append(col, value):
    """The array with one element more.

    >>> spark.range(1).select(array_append(array(lit(1)), 2).alias("v")).first().v
    [1, 2]
    """
    return call("array_append", named_column(col), as_literal(value))


def array_compact(col):
    """The array without nulls.

    >>> spark.range(1).select(array_compact(array(lit(1), lit(None))).alias("v")).first().v
    [1]
    """
    return call("array_compact", named_column(col))


def array_contains(col, value):
    """Whether an array holds a value.

    >>> spark.range(1).select(array_contains(array(lit(1), lit(2)), 2).alias("v")).first().v
    True
    """
    return call("array_contains", named_column(col), as_literal(value))


def array_distinct(col):
    """Each element once.

    >>> spark.range(1).select(array_distinct(array(lit(1), lit(1))).alias("v")).first().v
    [1]
    """
    return call("array_distinct", named_column(col))


def array_except(col1, col2):
    """What the other array has not.

    >>> spark.range(1).select(array_except(array(lit(1), lit(2)),
    ...     array(lit(2))).alias("v")).first().v
    [1]
    """
    return call("array_except", named_column(col1), named_column(col2))


def array_intersect(col1, col2):
    """What both arrays have.

    >>> spark.range(1).select(array_intersect(array(lit(1), lit(2)),
    ...     array(lit(2))).alias("v")).first().v
    [2]
    """
    return call("array_intersect", named_column(col1), named_column(col2))


def array_join(col, delimiter, null_replacement=None):
    """The elements as one text.

    >>> spark.range(1).select(array_join(array(lit("a"), lit("b")), "-").alias("v")).first().v
    'a-b'
    """
    args = [named_column(col), as_literal(delimiter)]
    if null_replacement is not None:
        args.append(as_literal(null_replacement))
    return call("array_join", *args)


def array_max(col):
    """The largest element.

    >>> spark.range(1).select(array_max(array(lit(1), lit(3))).alias("v")).first().v
    3
    """
    return call("array_max", named_column(col))


def array_min(col):
    """The smallest element.

    >>> spark.range(1).select(array_min(array(lit(1), lit(3))).alias("v")).first().v
    1
    """
    return call("array_min", named_column(col))


def array_position(col, value):
    """The position of a value, from 1; 0 for none.

    >>> spark.range(1).select(array_position(array(lit("a"), lit("b")), "b").alias("v")).first().v
    2
    """
    return call("array_position", named_column(col), as_literal(value))


def array_prepend(col, value):
    """The array with one element before.

    >>> spark.range(1).select(array_prepend(array(lit(1)), 2).alias("v")).first().v
    [2, 1]
    """
    return call("array_prepend", named_column(col), as_literal(value))


def array_remove(col, element):
    """The array without a value.

    >>> spark.range(1).select(array_remove(array(lit(1), lit(2)), 1).alias("v")).first().v
    [2]
    """
    return call("array_remove", named_column(col), as_literal(element))


def array_repeat(col, count):
    """A value some times over.

    >>> spark.range(1).select(array_repeat(lit("a"), 2).alias("v")).first().v
    ['a', 'a']
    """
    return call("array_repeat", named_column(col), number_column(count))


def array_size(col):
    """How many elements there are.

    >>> spark.range(1).select(array_size(array(lit(1), lit(2))).alias("v")).first().v
    2
    """
    return call("array_size", named_column(col))


def array_union(col1, col2):
    """What one of the arrays has.

    >>> spark.range(1).select(array_union(array(lit(1)), array(lit(2))).alias("v")).first().v
    [1, 2]
    """
    return call("array_union", named_column(col1), named_column(col2))


def arrays_overlap(a1, a2):
    """Whether two arrays have an element in common.

    >>> spark.range(1).select(arrays_overlap(array(lit(1)), array(lit(1),
    ...     lit(2))).alias("v")).first().v
    True
    """
    return call("arrays_overlap", named_column(a1), named_column(a2))


def cardinality(col):
    """How many elements there are.

    >>> spark.range(1).select(cardinality(array(lit(1), lit(2))).alias("v")).first().v
    2
    """
    return call("cardinality", named_column(col))


def concat(*cols):
    """Texts, bytes or arrays one behind the other.

    >>> spark.range(1).select(concat(lit("a"), lit("b")).alias("v")).first().v
    'ab'
    """
    return call("concat", *map(named_column, flat(cols)))


def element_at(col, extraction):
    """The element at a position from 1, or of a key.

    >>> spark.range(1).select(element_at(array(lit("a"), lit("b")), 2).alias("v")).first().v
    'b'
    """
    return call("element_at", named_column(col), as_literal(extraction))


def flatten(col):
    """An array of arrays as one.

    >>> spark.range(1).select(flatten(array(array(lit(1)), array(lit(2)))).alias("v")).first().v
    [1, 2]
    """
    return call("flatten", named_column(col))


def get(col, index):
    """The element at a position from 0, or null.

    >>> spark.range(1).select(get(array(lit("a")), 5).alias("v")).first().v
    """
    return call("get", named_column(col), number_column(index))


def map_contains_key(col, value):
    """Whether a map has a key.

    >>> spark.range(1).select(map_contains_key(create_map(lit("a"), lit(1)),
    ...     "a").alias("v")).first().v
    True
    """
    return call("map_contains_key", named_column(col), as_literal(value))


def map_entries(col):
    """A map as an array of structs.

    >>> spark.range(1).select(size(map_entries(create_map(lit("a"), lit(1)))).alias("v")).first().v
    1
    """
    return call("map_entries", named_column(col))


def map_from_arrays(col1, col2):
    """A map of keys and values.

    >>> spark.range(1).select(map_from_arrays(array(lit("a")), array(lit(1))).alias("v")).first().v
    {'a': 1}
    """
    return call("map_from_arrays", named_column(col1), named_column(col2))


def map_keys(col):
    """The keys.

    >>> spark.range(1).select(map_keys(create_map(lit("a"), lit(1))).alias("v")).first().v
    ['a']
    """
    return call("map_keys", named_column(col))


def map_values(col):
    """The values.

    >>> spark.range(1).select(map_values(create_map(lit("a"), lit(1))).alias("v")).first().v
    [1]
    """
    return call("map_values", named_column(col))


def reverse(col):
    """Text, or an array, the other way round.

    >>> spark.range(1).select(reverse(lit("abc")).alias("v")).first().v
    'cba'
    """
    return call("reverse", named_column(col))


def sequence(start, stop, step=None):
    """Numbers, or times, from one to another.

    >>> spark.range(1).select(sequence(lit(1), lit(3)).alias("v")).first().v
    [1, 2, 3]
    """
    args = [named_column(start), named_column(stop)]
    if step is not None:
        args.append(named_column(step))
    return call("sequence", *args)


def size(col):
    """How many elements an array or a map has.

    >>> spark.range(1).select(size(array(lit(1), lit(2))).alias("v")).first().v
    2
    """
    return call("size", named_column(col))


def slice(x, start, length):
    """A piece of an array, from position 1 on.

    >>> spark.range(1).select(slice(array(lit(1), lit(2), lit(3)), 2, 2).alias("v")).first().v
    [2, 3]
    """
    return call("slice", named_column(x), number_column(start), number_column(length))


def sort_array(col, asc=True):
    """The elements in order.

    >>> spark.range(1).select(sort_array(array(lit(3), lit(1)), False).alias("v")).first().v
    [3, 1]
    """
    return call("sort_array", named_column(col), as_literal(asc))


def try_element_at(col, extraction):
    """As element_at(), with null for what is not there.

    >>> spark.range(1).select(try_element_at(array(lit("a")), lit(5)).alias("v")).first().v
    """
    return call("try_element_at", named_column(col), named_column(extraction))


def explode(col):
    """A row for each element of an array, or each entry of a map.

    >>> spark.range(1).select(explode(array(lit(1), lit(2)))).collect()
    [Row(col=1), Row(col=2)]
    """
    return call("explode", named_column(col))


def explode_outer(col):
    """As explode(), with a row of null for an empty one.

    >>> spark.range(1).select(explode_outer(array(lit(1)))).collect()
    [Row(col=1)]
    """
    return call("explode_outer", named_column(col))


def posexplode(col):
    """A row for each element, with its position.

    >>> spark.range(1).select(posexplode(array(lit("a")))).collect()
    [Row(pos=0, col='a')]
    """
    return call("posexplode", named_column(col))


def posexplode_outer(col):
    """As posexplode(), with a row of nulls for an empty one.

    >>> spark.range(1).select(posexplode_outer(array(lit("a")))).collect()
    [Row(pos=0, col='a')]
    """
    return call("posexplode_outer", named_column(col))


def inline(col):
    """A row for each struct of an array.

    >>> spark.range(1).select(inline(array(struct(lit(1))))).collect()
    [Row(col1=1)]
    """
    return call("inline", named_column(col))


def inline_outer(col):
    """As inline(), with a row of nulls for an empty one.

    >>> spark.range(1).select(inline_outer(array(struct(lit(1))))).collect()
    [Row(col1=1)]
    """
    return call("inline_outer", named_column(col))


def stack(*cols):
    """Values laid out in some rows.

    >>> spark.range(1).select(stack(lit(2), lit(1), lit(2))).collect()
    [Row(col0=1), Row(col0=2)]
    """
    return call("stack", *map(named_column, flat(cols)))


def array(*cols):
    """An array of values.

    >>> spark.range(1).select(array(lit(1), lit(2)).alias("v")).first().v
    [1, 2]
    """
    return call("array", *map(named_column, flat(cols)))


def create_map(*cols):
    """A map of keys and values in turn.

    >>> spark.range(1).select(create_map(lit("a"), lit(1)).alias("v")).first().v
    {'a': 1}
    """
    return call("map", *map(named_column, flat(cols)))


def struct(*cols):
    """Columns as the fields of one.

    >>> spark.range(1).select(struct("id", lit("a").alias("b")).alias("v")).first().v
    Row(id=0, b='a')
    """
    return call("struct", *map(named_column, flat(cols)))


def named_struct(*cols):
    """Names and values in turn as the fields of one column.

    >>> spark.range(1).select(named_struct(lit("x"), lit(1)).alias("v")).first().v
    Row(x=1)
    """
    return call("named_struct", *map(named_column, cols))


def array_sort(col, comparator=None):
    """The elements in order, nulls at the end.

    >>> spark.range(1).select(array_sort(array(lit(3), lit(1))).alias("v")).first().v
    [1, 3]
    """
    if comparator is not None:
        raise NotThereYet("functions.array_sort(comparator=…)")
    return call("array_sort", named_column(col))


def arrays_zip(*cols):
    """Elements at the same place, as structs.

    >>> pairs = arrays_zip(array(lit(1)), array(lit(2)))
    >>> spark.range(1).select(size(pairs).alias("v")).first().v
    1
    """
    return call("arrays_zip", *map(named_column, flat(cols)))


def map_concat(*cols):
    """Maps put together.

    >>> both = map_concat(create_map(lit(1), lit(2)), create_map(lit(3), lit(4)))
    >>> spark.range(1).select(size(both).alias("v")).first().v
    2
    """
    return call("map_concat", *map(named_column, flat(cols)))


def map_from_entries(col):
    """A map of an array of structs.

    >>> entries = array(struct(lit("a"), lit(1)))
    >>> spark.range(1).select(map_from_entries(entries).alias("v")).first().v
    {'a': 1}
    """
    return call("map_from_entries", named_column(col))


def array_insert(arr, pos, value):
    """The array with a value at a position from 1, or from -1, behind the last.

    >>> spark.range(1).select(array_insert(array(lit(1), lit(2)), 2, 9).alias("v")).first().v
    [1, 9, 2]
    """
    return call("array_insert", named_column(arr), as_literal(pos), as_literal(value))
