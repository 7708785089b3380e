/* array.c - arrays made, searched, sorted and cut.
 *
 * Most of them choose elements: which ones is listed as positions, and one gather () copies them
 * (nested_private.h).
 *
 * Mirrors:  CreateArray, Size, ArrayContains, ElementAt, SortArray, Flatten, Slice, Sequence, …
 */
#include "sql/functions/scalar/nested_private.h"
#include "sql/kernels/compare.h"

#include <stdlib.h>

/* ── made ── */

RUSH_EVALUATOR (array)
{
  g_auto (RushListWriter) writer = { .picks = NULL };

  if (!rush_list_writer_init (&writer, call->type, rows, ctx, error))
    return NULL;
  RUSH_FOR_ROWS (rows, row, {
    rush_list_writer_begin (&writer);
    for (guint i = 0; i < call->n_children; i++)
      rush_list_writer_add (&writer, i, row);
    rush_list_writer_end (&writer, row);
  });
  if (call->n_children > 0)
    return rush_list_writer_finish (&writer, args, call->n_children, ctx, error);
  g_autoptr (RushColumn) none =
      rush_column_new_constant_null (rush_type_element (call->type), 0, ctx->allocator, error);
  return none != NULL ? rush_list_writer_finish (&writer, &none, 1, ctx, error) : NULL;
}

RUSH_RESULT_TYPE (array_type)
{
  gboolean nulls = FALSE;
  for (guint i = 0; i < n; i++)
    nulls = nulls || args[i]->nullable;
  *inout_nullable = FALSE;
  return rush_type_array (n > 0 ? args[0]->type : &RUSH_NULL, nulls);
}

RUSH_EVALUATOR (array_repeat)
{
  g_auto (RushListWriter) writer = { .picks = NULL };

  if (!rush_list_writer_init (&writer, call->type, rows, ctx, error))
    return NULL;
  RUSH_FOR_ROWS (rows, row, {
    rush_list_writer_begin (&writer);
    if (!rush_column_is_valid (args[1], row) &&
        !rush_column_writer_set_null (&writer.lists, row, error))
      return NULL;
    for (gint64 k = rush_column_is_valid (args[1], row) ? RUSH_INT_ARG (1) : 0; k > 0; k--)
      rush_list_writer_add (&writer, 0, row);
    rush_list_writer_end (&writer, row);
  });
  return rush_list_writer_finish (&writer, args, 1, ctx, error);
}

RUSH_RESULT_TYPE (repeat_type)
{
  *inout_nullable = args[1]->nullable;
  return rush_type_array (args[0]->type, args[0]->nullable);
}

/* ── asked ── */

#define LIST(i) rush_column_get_list (args[i], row)

RUSH_FIXED_EVALUATOR (size, gint32, { value = LIST (0).length; })

/* Null if it is not there but a null is. */
RUSH_BOOL_EVALUATOR (array_contains, {
  RushListView list = LIST (0);
  const RushColumn *elements = rush_column_child (args[0], 0);
  gboolean has_null = FALSE;
  for (guint k = (guint)list.offset; !value && k < (guint)(list.offset + list.length); k++)
    {
      if (!rush_column_is_valid (elements, k))
        has_null = TRUE;
      else
        value = rush_compare_rows (elements, k, args[1], row) == 0;
    }
  null = !value && has_null;
})

RUSH_FIXED_EVALUATOR (array_position, gint64, {
  RushListView list = LIST (0);
  const RushColumn *elements = rush_column_child (args[0], 0);
  for (gint32 k = 0; value == 0 && k < list.length; k++)
    if (rush_column_is_valid (elements, (guint)(list.offset + k)) &&
        rush_compare_rows (elements, (guint)(list.offset + k), args[1], row) == 0)
      value = k + 1;
})

RUSH_BOOL_EVALUATOR (arrays_overlap, {
  RushListView a = LIST (0);
  RushListView b = LIST (1);
  const RushColumn *xs = rush_column_child (args[0], 0);
  const RushColumn *ys = rush_column_child (args[1], 0);
  gboolean has_null = FALSE;
  for (gint32 i = 0; !value && i < a.length; i++)
    for (gint32 k = 0; !value && k < b.length; k++)
      {
        guint x = (guint)(a.offset + i);
        guint y = (guint)(b.offset + k);
        if (!rush_column_is_valid (xs, x) || !rush_column_is_valid (ys, y))
          has_null = TRUE;
        else
          value = rush_compare_rows (xs, x, ys, y) == 0;
      }
  null = !value && has_null;
})

/* element_at (array, 1 …; −1 is the last), element_at (map, key). */
RUSH_EVALUATOR (element_at)
{
  gboolean map = args[0]->type->kind == RUSH_TYPE_MAP;
  gboolean tries =
      g_str_has_prefix (call->as.function.function->name, "try_") || call->mode != RUSH_EVAL_ANSI;
  g_autofree guint32 *found = g_new (guint32, MAX (1, rows->length));

  for (guint i = 0; i < rows->length; i++)
    found[i] = RUSH_NO_ROW;
  RUSH_FOR_ROWS (rows, row, {
    RushListView list = LIST (0);
    if (map)
      {
        for (gint32 k = 0; k < list.length && found[row] == RUSH_NO_ROW; k++)
          if (rush_compare_rows (rush_column_child (args[0], 0), (guint)(list.offset + k), args[1],
                                 row) == 0)
            found[row] = (guint32)(list.offset + k);
        continue;
      }
    gint64 index = RUSH_INT_ARG (1);
    if (index == 0)
      {
        rush_sql_error_set (error, RUSH_SQL_CLASS_INVALID_INDEX_OF_ZERO, &call->context, NULL);
        return NULL;
      }
    gint64 at = index > 0 ? index - 1 : list.length + index;
    if (at >= 0 && at < list.length)
      found[row] = (guint32)(list.offset + at);
    else if (!tries)
      {
        g_autofree char *value = g_strdup_printf ("%" G_GINT64_FORMAT, index);
        g_autofree char *n = g_strdup_printf ("%d", list.length);
        rush_sql_error_set (error, RUSH_SQL_CLASS_INVALID_ARRAY_INDEX_IN_ELEMENT_AT, &call->context,
                            "indexValue", value, "arraySize", n, NULL);
        return NULL;
      }
  });
  return rush_column_take (rush_column_child (args[0], map ? 1 : 0), found, rows->length,
                           ctx->allocator, error);
}

/* get (array, 0 …): null outside. */
RUSH_EVALUATOR (get)
{
  g_autofree guint32 *found = g_new (guint32, MAX (1, rows->length));

  for (guint i = 0; i < rows->length; i++)
    found[i] = RUSH_NO_ROW;
  RUSH_FOR_ROWS (rows, row, {
    RushListView list = LIST (0);
    gint64 at = RUSH_INT_ARG (1);
    if (at >= 0 && at < list.length)
      found[row] = (guint32)(list.offset + at);
  });
  return rush_column_take (rush_column_child (args[0], 0), found, rows->length, ctx->allocator,
                           error);
}

RUSH_RESULT_TYPE (element_type)
{
  *inout_nullable = TRUE;
  return args[0]->type->fields[args[0]->type->n_fields - 1].type;
}

/* ── chosen elements ── */

typedef struct
{
  const RushColumn *elements;
  gboolean descending;
  gboolean nulls_first;
} SortBy;

static gint
compare_elements (gconstpointer a, gconstpointer b, gpointer data)
{
  const SortBy *by = data;
  guint32 x = *(const guint32 *)a, y = *(const guint32 *)b;
  gboolean null_x = !rush_column_is_valid (by->elements, x);
  gboolean null_y = !rush_column_is_valid (by->elements, y);

  if (null_x || null_y)
    return (null_x - null_y) * (by->nulls_first ? -1 : 1);
  gint order = rush_compare_rows (by->elements, x, by->elements, y);
  return by->descending ? -order : order;
}

/* sort_array: nulls first ascending, last descending; array_sort: nulls last. */
RUSH_EVALUATOR (sort_array)
{
  gboolean last = g_str_has_prefix (call->as.function.function->name, "array_");
  g_autoptr (GArray) order = g_array_new (FALSE, FALSE, sizeof (guint32));
  RushColumn *elements = rush_column_child (args[0], 0);
  g_auto (RushListWriter) writer = { .picks = NULL };

  if (!rush_list_writer_init (&writer, call->type, rows, ctx, error))
    return NULL;
  RUSH_FOR_ROWS (rows, row, {
    RushListView list = LIST (0);
    SortBy by = { elements, call->n_children > 1 && !rush_column_get_bool (args[1], row), FALSE };
    by.nulls_first = !last && !by.descending;
    g_array_set_size (order, (guint)list.length);
    for (gint32 k = 0; k < list.length; k++)
      g_array_index (order, guint32, k) = (guint32)(list.offset + k);
    g_array_sort_with_data (order, compare_elements, &by);
    rush_list_writer_begin (&writer);
    for (guint k = 0; k < order->len; k++)
      rush_list_writer_add (&writer, 0, g_array_index (order, guint32, k));
    rush_list_writer_end (&writer, row);
  });
  return rush_list_writer_finish (&writer, &elements, 1, ctx, error);
}

RUSH_EVALUATOR (array_sort)
{
  return call->n_children > 1 ? rush_sort_by_comparator (call, args, rows, ctx, error)
                              : sort_array (call, args, rows, ctx, error);
}

static gboolean
listed (const RushListWriter *writer, RushColumn *const *sources, guint source, guint element)
{
  for (guint i = writer->start; i < writer->picks->len; i++)
    {
      RushRowId pick = g_array_index (writer->picks, RushRowId, i);
      if (rush_compare_rows (sources[pick.batch], pick.row, sources[source], element) == 0)
        return TRUE;
    }
  return FALSE;
}

static gboolean
in_list (const RushColumn *list_column, guint row, const RushColumn *elements, guint element)
{
  RushListView list = rush_column_get_list (list_column, row);
  for (guint k = (guint)list.offset; k < (guint)(list.offset + list.length); k++)
    if (rush_compare_rows (rush_column_child (list_column, 0), k, elements, element) == 0)
      return TRUE;
  return FALSE;
}

/* array_distinct, array_union, array_intersect, array_except: sets, in the order of first places.
 * */
RUSH_EVALUATOR (set_operation)
{
  const char *name = call->as.function.function->name;
  gboolean both = strcmp (name, "array_union") == 0;
  gboolean intersect = strcmp (name, "array_intersect") == 0;
  gboolean except = strcmp (name, "array_except") == 0;
  RushColumn *sources[2] = { rush_column_child (args[0], 0),
                             call->n_children > 1 ? rush_column_child (args[1], 0) : NULL };
  g_auto (RushListWriter) writer = { .picks = NULL };

  if (!rush_list_writer_init (&writer, call->type, rows, ctx, error))
    return NULL;
  RUSH_FOR_ROWS (rows, row, {
    rush_list_writer_begin (&writer);
    for (guint s = 0; s < (both ? 2u : 1u); s++)
      {
        RushListView list = LIST (s);
        for (guint k = (guint)list.offset; k < (guint)(list.offset + list.length); k++)
          if (!((intersect && !in_list (args[1], row, sources[0], k)) ||
                (except && in_list (args[1], row, sources[0], k)) ||
                listed (&writer, sources, s, k)))
            rush_list_writer_add (&writer, s, k);
      }
    rush_list_writer_end (&writer, row);
  });
  return rush_list_writer_finish (&writer, sources, both ? 2 : 1, ctx, error);
}

/* Elements of args[0] for which KEEP holds; k is an element's row, list its list. */
#define CHOOSE(name, SETUP, KEEP)                                                                  \
  RUSH_EVALUATOR (name)                                                                            \
  {                                                                                                \
    RushColumn *elements = rush_column_child (args[0], 0);                                         \
    g_auto (RushListWriter) writer = { .picks = NULL };                                            \
    if (!rush_list_writer_init (&writer, call->type, rows, ctx, error))                            \
      return NULL;                                                                                 \
    RUSH_FOR_ROWS (rows, row, {                                                                    \
      RushListView list = LIST (0);                                                                \
      SETUP;                                                                                       \
      rush_list_writer_begin (&writer);                                                            \
      for (guint k = (guint)list.offset; k < (guint)(list.offset + list.length); k++)              \
        if (KEEP)                                                                                  \
          rush_list_writer_add (&writer, 0, k);                                                    \
      rush_list_writer_end (&writer, row);                                                         \
    });                                                                                            \
    return rush_list_writer_finish (&writer, &elements, 1, ctx, error);                            \
  }

CHOOSE (array_remove, (void)0, rush_compare_rows (elements, k, args[1], row) != 0)
CHOOSE (array_compact, (void)0, rush_column_is_valid (elements, k))

/* It counts from 1, or from -1 at the end. */
static void
set_slice_error (GError **error, gint64 start, gint64 n, const RushSqlContext *context)
{
  g_autofree char *length = g_strdup_printf ("%" G_GINT64_FORMAT, n);

  if (start == 0)
    rush_sql_error_set (error, RUSH_SQL_CLASS_INVALID_PARAMETER_VALUE_START, context, "parameter",
                        "`start`", "functionName", "`slice`", NULL);
  else
    rush_sql_error_set (error, RUSH_SQL_CLASS_INVALID_PARAMETER_VALUE_LENGTH, context, "parameter",
                        "`length`", "functionName", "`slice`", "length", length, NULL);
}

RUSH_EVALUATOR (slice)
{
  RushColumn *elements = rush_column_child (args[0], 0);
  g_auto (RushListWriter) writer = { .picks = NULL };

  if (!rush_list_writer_init (&writer, call->type, rows, ctx, error))
    return NULL;
  RUSH_FOR_ROWS (rows, row, {
    RushListView list = LIST (0);
    gint64 start = RUSH_INT_ARG (1);
    gint64 n = RUSH_INT_ARG (2);
    if (start == 0 || n < 0)
      {
        set_slice_error (error, start, n, &call->context);
        return NULL;
      }
    gint64 first = start > 0 ? start - 1 : list.length + start;
    rush_list_writer_begin (&writer);
    for (gint64 k = first; first >= 0 && k < first + n && k < list.length; k++)
      rush_list_writer_add (&writer, 0, (guint32)(list.offset + k));
    rush_list_writer_end (&writer, row);
  });
  return rush_list_writer_finish (&writer, &elements, 1, ctx, error);
}

RUSH_EVALUATOR (flatten)
{
  RushColumn *inner = rush_column_child (args[0], 0), *elements = rush_column_child (inner, 0);
  g_auto (RushListWriter) writer = { .picks = NULL };

  if (!rush_list_writer_init (&writer, call->type, rows, ctx, error))
    return NULL;
  RUSH_FOR_ROWS (rows, row, {
    RushListView list = LIST (0);
    gboolean null = FALSE;
    rush_list_writer_begin (&writer);
    for (guint k = (guint)list.offset; k < (guint)(list.offset + list.length); k++)
      {
        RushListView part = rush_column_get_list (inner, k);
        null = null || !rush_column_is_valid (inner, k);
        for (gint32 j = 0; !null && j < part.length; j++)
          rush_list_writer_add (&writer, 0, (guint32)(part.offset + j));
      }
    rush_list_writer_end (&writer, row);
    if (null && !rush_column_writer_set_null (&writer.lists, row, error))
      return NULL;
  });
  return rush_list_writer_finish (&writer, &elements, 1, ctx, error);
}

RUSH_RESULT_TYPE (flatten_type)
{
  if (rush_type_element (args[0]->type)->kind != RUSH_TYPE_ARRAY)
    {
      rush_set_unexpected_type (error, self, n, args, 0, "\"ARRAY\" of \"ARRAY\"");
      return NULL;
    }
  return rush_type_element (args[0]->type);
}

/* array_append, array_prepend: one more at an end. */
RUSH_EVALUATOR (array_add)
{
  gboolean front = strcmp (call->as.function.function->name, "array_prepend") == 0;
  RushColumn *sources[] = { rush_column_child (args[0], 0), args[1] };
  g_auto (RushListWriter) writer = { .picks = NULL };

  if (!rush_list_writer_init (&writer, call->type, rows, ctx, error))
    return NULL;
  RUSH_FOR_ROWS (rows, row, {
    RushListView list = LIST (0);
    if (!rush_column_is_valid (args[0], row))
      {
        if (!rush_column_writer_set_null (&writer.lists, row, error))
          return NULL;
        continue;
      }
    rush_list_writer_begin (&writer);
    if (front)
      rush_list_writer_add (&writer, 1, row);
    for (gint32 k = 0; k < list.length; k++)
      rush_list_writer_add (&writer, 0, (guint32)(list.offset + k));
    if (!front)
      rush_list_writer_add (&writer, 1, row);
    rush_list_writer_end (&writer, row);
  });
  return rush_list_writer_finish (&writer, sources, 2, ctx, error);
}

RUSH_RESULT_TYPE (add_type)
{
  *inout_nullable = args[0]->nullable;
  return rush_type_array (rush_type_element (args[0]->type), TRUE);
}

/* ── numbers ── */

/* sequence (start, stop[, step]) of whole numbers. */
RUSH_EVALUATOR (sequence)
{
  g_auto (RushColumnWriter) lists = { NULL }, values = { NULL };
  g_autoptr (GArray) numbers = g_array_new (FALSE, FALSE, sizeof (gint64));
  const RushType *element = rush_type_element (call->type);

  if (!rush_column_writer_init (&lists, call->type, rows->length, TRUE, ctx->allocator, error))
    return NULL;
  RUSH_FOR_ROWS (rows, row, {
    gint64 start = RUSH_INT_ARG (0);
    gint64 stop = RUSH_INT_ARG (1);
    gint64 step = call->n_children > 2 ? RUSH_INT_ARG (2) : start <= stop ? 1 : -1;
    guint first = numbers->len;
    if ((step == 0 && start != stop) || (step > 0 && start > stop) || (step < 0 && start < stop))
      {
        g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT,
                     "sequence() never comes from %" G_GINT64_FORMAT " to %" G_GINT64_FORMAT
                     " by steps of %" G_GINT64_FORMAT,
                     start, stop, step);
        return NULL;
      }
    for (rush_int128 x = start; step > 0 ? x <= stop : x >= stop; x += step)
      {
        gint64 number = (gint64)x;
        g_array_append_val (numbers, number);
        if (step == 0)
          break;
      }
    ((RushListView *)lists.values->bytes)[row] =
        (RushListView){ (gint32)first, (gint32)(numbers->len - first) };
  });
  if (!rush_column_writer_init (&values, element, numbers->len, FALSE, ctx->allocator, error))
    return NULL;
  for (guint i = 0; i < numbers->len; i++)
    memcpy (values.values->bytes + (gsize)i * element->value_bytes,
            &g_array_index (numbers, gint64, i), element->value_bytes);
  RushColumn *elements = rush_column_writer_finish (&values);
  return rush_column_new_list (call->type, rows->length, NULL, 0, g_steal_pointer (&lists.values),
                               &elements);
}

RUSH_RESULT_TYPE (sequence_type)
{
  if (!rush_type_is_integral (args[0]->type))
    {
      g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_UNSUPPORTED,
                   "sequence() of %s is not there yet: only of whole numbers", args[0]->type->name);
      return NULL;
    }
  return rush_type_array (args[0]->type, FALSE);
}

RUSH_EVALUATOR (array_extreme)
{
  gboolean max = strcmp (call->as.function.function->name, "array_max") == 0;
  RushColumn *elements = rush_column_child (args[0], 0);
  g_autofree guint32 *found = g_new (guint32, MAX (1, rows->length));

  for (guint i = 0; i < rows->length; i++)
    found[i] = RUSH_NO_ROW;
  RUSH_FOR_ROWS (rows, row, {
    RushListView list = LIST (0);
    for (guint k = (guint)list.offset; k < (guint)(list.offset + list.length); k++)
      {
        if (!rush_column_is_valid (elements, k))
          continue;
        gint order = found[row] == RUSH_NO_ROW
                         ? (max ? 1 : -1)
                         : rush_compare_rows (elements, k, elements, found[row]);
        if (max ? order > 0 : order < 0)
          found[row] = k;
      }
  });
  return rush_column_take (elements, found, rows->length, ctx->allocator, error);
}

RUSH_TEXT_EVALUATOR (array_join, {
  RushListView list = LIST (0);
  const RushColumn *elements = rush_column_child (args[0], 0);
  RushText separator = RUSH_TEXT_ARG (1);
  gboolean first = TRUE;
  for (guint k = (guint)list.offset; k < (guint)(list.offset + list.length); k++)
    {
      gboolean there = rush_column_is_valid (elements, k);
      if (!there && call->n_children < 3)
        continue;
      RushText part = there ? rush_text_arg (elements, k) : RUSH_TEXT_ARG (2);
      if (!first)
        g_string_append_len (out, separator.bytes, (gssize)separator.length);
      g_string_append_len (out, part.bytes, (gssize)part.length);
      first = FALSE;
    }
})

#define ARRAY_FUNCTION(NAME, MIN, MAX, TYPE, FUNC, USAGE, ...)                                     \
  RUSH_SCALAR (NAME, MIN, MAX, TYPE, FUNC, NAME USAGE, "2.4.0", __VA_ARGS__)
#define SET_FUNCTION(NAME, N)                                                                      \
  RUSH_SCALAR (NAME, N, N, NULL, set_operation, NAME "(array, …) - each value once", "2.4.0",      \
               RUSH_ARGS (RUSH_ARG_ARRAYS), .result_type = rush_result_type_of_first)
#define SIZE(NAME)                                                                                 \
  ARRAY_FUNCTION (NAME, 1, 1, &RUSH_INT32, size, "(array or map) - how many elements",             \
                  RUSH_ARGS (RUSH_ARG_ARRAY_OR_MAP))

const RushFunction rush_functions_array[] = {
  RUSH_SCALAR ("array", 0, G_MAXUINT, NULL, array, "array(a, …)", "1.1.0",
               RUSH_ARGS (RUSH_ARG_SAME), .result_type = array_type, .never_null = TRUE,
               .handles_nulls = TRUE),
  ARRAY_FUNCTION ("array_repeat", 2, 2, NULL, array_repeat, "(a, n) - n times",
                  RUSH_ARGS (RUSH_ARG_ANY, RUSH_ARG_INT), .result_type = repeat_type,
                  .handles_nulls = TRUE),
  SIZE ("size"),
  SIZE ("cardinality"),
  ARRAY_FUNCTION ("array_size", 1, 1, &RUSH_INT32, size, "(array) - how many elements",
                  RUSH_ARGS (RUSH_ARG_ARRAY)),
  ARRAY_FUNCTION ("array_contains", 2, 2, &RUSH_BOOL, array_contains, "(array, a) - is it in it?",
                  RUSH_ARGS (RUSH_ARG_ARRAY, RUSH_ARG_ELEMENT), .always_nullable = TRUE),
  ARRAY_FUNCTION ("array_position", 2, 2, &RUSH_INT64, array_position, "(array, a) - from 1, or 0",
                  RUSH_ARGS (RUSH_ARG_ARRAY, RUSH_ARG_ELEMENT)),
  ARRAY_FUNCTION ("arrays_overlap", 2, 2, &RUSH_BOOL, arrays_overlap, "(a, b) - a common element?",
                  RUSH_ARGS (RUSH_ARG_ARRAYS), .always_nullable = TRUE),
  ARRAY_FUNCTION ("element_at", 2, 2, NULL, element_at, "(array or map, index or key)",
                  RUSH_ARGS (RUSH_ARG_ARRAY_OR_MAP, RUSH_ARG_INDEX_OR_KEY),
                  .result_type = element_type),
  ARRAY_FUNCTION ("try_element_at", 2, 2, NULL, element_at, "(array or map, index or key)",
                  RUSH_ARGS (RUSH_ARG_ARRAY_OR_MAP, RUSH_ARG_INDEX_OR_KEY),
                  .result_type = element_type),
  ARRAY_FUNCTION ("get", 2, 2, NULL, get, "(array, index) - from 0, null outside",
                  RUSH_ARGS (RUSH_ARG_ARRAY, RUSH_ARG_INT), .result_type = element_type),
  ARRAY_FUNCTION ("sort_array", 1, 2, NULL, sort_array, "(array[, ascending])",
                  RUSH_ARGS (RUSH_ARG_ARRAY, RUSH_ARG_BOOL),
                  .result_type = rush_result_type_of_first),
  ARRAY_FUNCTION ("array_sort", 1, 2, NULL, array_sort,
                  "(array[, (a, b) -> …]) - nulls last, or by a comparison",
                  RUSH_ARGS (RUSH_ARG_ARRAY, RUSH_ARG_LAMBDA), .result_type = rush_array_sort_type),
  SET_FUNCTION ("array_distinct", 1),
  SET_FUNCTION ("array_union", 2),
  SET_FUNCTION ("array_intersect", 2),
  SET_FUNCTION ("array_except", 2),
  ARRAY_FUNCTION ("array_remove", 2, 2, NULL, array_remove, "(array, a) - without it",
                  RUSH_ARGS (RUSH_ARG_ARRAY, RUSH_ARG_ELEMENT),
                  .result_type = rush_result_type_of_first),
  ARRAY_FUNCTION ("array_compact", 1, 1, NULL, array_compact, "(array) - without nulls",
                  RUSH_ARGS (RUSH_ARG_ARRAY), .result_type = rush_result_type_of_first),
  ARRAY_FUNCTION ("slice", 3, 3, NULL, slice, "(array, start, length) - from 1",
                  RUSH_ARGS (RUSH_ARG_ARRAY, RUSH_ARG_INT, RUSH_ARG_INT),
                  .result_type = rush_result_type_of_first),
  ARRAY_FUNCTION ("flatten", 1, 1, NULL, flatten, "(array of arrays) - one array",
                  RUSH_ARGS (RUSH_ARG_ARRAY), .result_type = flatten_type, .always_nullable = TRUE),
  ARRAY_FUNCTION ("array_append", 2, 2, NULL, array_add, "(array, a) - one more at the end",
                  RUSH_ARGS (RUSH_ARG_ARRAY, RUSH_ARG_ELEMENT), .result_type = add_type,
                  .handles_nulls = TRUE),
  ARRAY_FUNCTION ("array_prepend", 2, 2, NULL, array_add, "(array, a) - one more at the start",
                  RUSH_ARGS (RUSH_ARG_ARRAY, RUSH_ARG_ELEMENT), .result_type = add_type,
                  .handles_nulls = TRUE),
  ARRAY_FUNCTION ("sequence", 2, 3, NULL, sequence, "(start, stop[, step])",
                  RUSH_ARGS (RUSH_ARG_SAME), .result_type = sequence_type),
  ARRAY_FUNCTION ("array_min", 1, 1, NULL, array_extreme, "(array) - the smallest",
                  RUSH_ARGS (RUSH_ARG_ARRAY), .result_type = element_type),
  ARRAY_FUNCTION ("array_max", 1, 1, NULL, array_extreme, "(array) - the largest",
                  RUSH_ARGS (RUSH_ARG_ARRAY), .result_type = element_type),
  ARRAY_FUNCTION ("array_join", 2, 3, &RUSH_STRING, array_join, "(array, separator[, for nulls])",
                  RUSH_ARGS (RUSH_ARG_ARRAY_OF_STRINGS, RUSH_ARG_STRING, RUSH_ARG_STRING)),
  { NULL },
};
