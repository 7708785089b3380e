/* percentile.c - median (), percentile (), percentile_approx (): from all values of a group.
 *
 *   percentile (x, p)          position (n − 1)·p in the sorted values, between two: interpolated
 *   percentile_approx (x, p)   the value at rank ⌈p·n⌉: one that there is
 *
 * The states keep all values, as doubles.  Spark's approximate one keeps a sketch whose answer may
 * be off by n / accuracy ranks; the exact rank is within that bound, and the same as Spark's while
 * n is at most the accuracy (10,000 unless given).
 *
 * A percentage may be an array: then so is the answer.
 *
 * Mirrors:  Percentile, Median, ApproximatePercentile.
 */
#include "sql/functions/aggregate/aggregates_private.h"
#include "sql/functions/aggregate/growing_private.h"
#include "sql/functions/families_private.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static gsize
state_bytes (const RushExpr *call)
{
  return sizeof (RushGrowing);
}

static gboolean
is_approximate (const RushExpr *call)
{
  return strstr (call->as.aggregate.function->name, "approx") != NULL;
}

/* Numbers of all kinds as doubles; dates and the like by their integers. */
static double
number_at (const RushColumn *column, guint row)
{
  const RushType *type = column->type;
  if (type == &RUSH_FLOAT32 || type == &RUSH_FLOAT64)
    return rush_column_get_double (column, row);
  if (type->kind == RUSH_TYPE_DECIMAL)
    return (double)rush_column_get_int128 (column, row) / pow (10, type->scale);
  return (double)rush_column_get_int (column, row);
}

static gboolean
add (RushAggregateStates *states, guint group, double value, GError **error)
{
  double *place = rush_growing_add (&RUSH_STATES (RushGrowing, states)[group], sizeof *place,
                                    states->allocator, error);
  if (place == NULL)
    return FALSE;
  *place = value;
  return TRUE;
}

static guint
n_args (const RushExpr *call)
{
  return call->n_children - (call->as.aggregate.has_filter ? 1 : 0);
}

static gboolean
update (const RushExpr *call, RushAggregateStates *states, const guint32 *groups,
        RushColumn *const *args, const RushRows *rows, RushEvalContext *ctx, GError **error)
{
  gboolean has_frequency = !is_approximate (call) && n_args (call) > 2;

  for (guint i = 0; i < rows->n; i++)
    {
      guint row = rush_eval_row (rows, i);
      if (!rush_column_is_valid (args[0], row))
        continue;
      gint64 times =
          has_frequency
              ? (rush_column_is_valid (args[2], row) ? rush_column_get_int (args[2], row) : 0)
              : 1;
      for (; times > 0; times--)
        if (!add (states, groups[i], number_at (args[0], row), error))
          return FALSE;
    }
  return TRUE;
}

static gboolean
merge (const RushExpr *call, RushAggregateStates *states, const guint32 *groups,
       RushColumn *const *buffers, const RushRows *rows, RushEvalContext *ctx, GError **error)
{
  const RushColumn *elements = rush_column_child (buffers[0], 0);

  for (guint i = 0; i < rows->n; i++)
    {
      RushListView list = rush_column_get_list (buffers[0], rush_eval_row (rows, i));
      for (gint32 k = 0; k < list.length; k++)
        if (!add (states, groups[i], rush_column_get_double (elements, (guint)(list.offset + k)),
                  error))
          return FALSE;
    }
  return TRUE;
}

static guint
buffer (const RushExpr *call, const RushType **types, const char **names, gboolean *nullable)
{
  types[0] = rush_type_array (&RUSH_FLOAT64, FALSE);
  names[0] = "buf";
  nullable[0] = FALSE;
  return 1;
}

/* A column of lists over @elements, which is taken. */
static RushColumn *
lists_of (const RushType *type, const guint32 *lengths, guint n, RushColumn *elements,
          RushAllocator *allocator, GError **error)
{
  RushBuffer *views = rush_buffer_new (allocator, MAX (1, n) * sizeof (RushListView), error);
  guint32 offset = 0;

  if (views == NULL)
    {
      rush_column_unref (elements);
      return NULL;
    }
  for (guint i = 0; i < n; i++)
    {
      ((RushListView *)views->bytes)[i] = (RushListView){ (gint32)offset, (gint32)lengths[i] };
      offset += lengths[i];
    }
  return rush_column_new_list (type, n, NULL, 0, views, &elements);
}

static gboolean
write_buffers (const RushExpr *call, const RushAggregateStates *states, guint first, guint n,
               RushColumn **out, RushEvalContext *ctx, GError **error)
{
  const RushGrowing *lists = RUSH_STATES (RushGrowing, states) + first;
  g_autofree guint32 *lengths = g_new (guint32, MAX (1, n));
  g_auto (RushColumnWriter) writer = { NULL };
  gsize total = 0, at = 0;

  for (guint i = 0; i < n; i++)
    {
      lengths[i] = lists[i].n;
      total += lists[i].n;
    }
  if (!rush_column_writer_init (&writer, &RUSH_FLOAT64, (guint)total, FALSE, ctx->allocator, error))
    return FALSE;
  for (guint i = 0; i < n; i++)
    {
      if (lists[i].n > 0)
        memcpy (writer.values->bytes + at * 8, lists[i].items, lists[i].n * sizeof (double));
      at += lists[i].n;
    }
  out[0] = lists_of (rush_type_array (&RUSH_FLOAT64, FALSE), lengths, n,
                     rush_column_writer_finish (&writer), ctx->allocator, error);
  return out[0] != NULL;
}

/* ── results ── */

static gint
compare_doubles (gconstpointer a, gconstpointer b)
{
  double x = *(const double *)a, y = *(const double *)b;
  return x < y ? -1 : x > y ? 1 : isnan (x) - isnan (y);
}

/* Quickselect: the k-th smallest value comes to its place, in linear time. */
static void
select_nth (double *values, guint n, guint k)
{
  guint low = 0, high = n;

  while (high - low > 16)
    {
      double pivot = values[low + (high - low) / 2];
      guint i = low, j = high - 1;
      for (;;)
        {
          while (compare_doubles (&values[i], &pivot) < 0)
            i++;
          while (compare_doubles (&values[j], &pivot) > 0)
            j--;
          if (i >= j)
            break;
          double swap = values[i];
          values[i++] = values[j];
          values[j--] = swap;
        }
      guint split = j + 1;
      if (compare_doubles (&values[j], &pivot) > 0)
        split = j;
      if (split <= low)
        split = low + 1;
      if (split >= high)
        split = high - 1;
      if (k < split)
        high = split;
      else
        low = split;
    }
  qsort (values + low, high - low, sizeof *values, compare_doubles);
}

/* @sorted: all of @values are in order; else only the places that are needed get their value. */
static double
at_rank (double *values, guint n, guint k, gboolean sorted)
{
  if (!sorted)
    select_nth (values, n, k);
  return values[k];
}

static double
percentile_of (const RushExpr *call, double *values, guint n, double p, gboolean sorted)
{
  if (is_approximate (call))
    {
      double rank = ceil (p * n);
      return at_rank (values, n, rank < 1 ? 0 : (guint)rank - 1, sorted);
    }
  double position = (n - 1) * p;
  guint lower = (guint)floor (position), higher = (guint)ceil (position);
  double low = at_rank (values, n, lower, sorted);
  if (higher == lower)
    return low;
  double high = at_rank (values, n, higher, sorted);
  if (high == low)
    return low;
  return (higher - position) * low + (position - lower) * high;
}

/* A double back as what it was taken from. */
static void
store (const RushType *type, guint row, double value, guint8 *out)
{
  if (type == &RUSH_FLOAT64)
    ((double *)out)[row] = value;
  else if (type == &RUSH_FLOAT32)
    ((float *)out)[row] = (float)value;
  else if (type->kind == RUSH_TYPE_DECIMAL)
    {
      rush_int128 unscaled = (rush_int128)round (value * pow (10, type->scale));
      if (type->value_bytes == 16)
        ((rush_int128 *)out)[row] = unscaled;
      else
        ((gint64 *)out)[row] = (gint64)unscaled;
    }
  else
    {
      gint64 whole = (gint64)value;
      memcpy (out + (gsize)row * type->value_bytes, &whole, type->value_bytes);
    }
}

/* The percentages: a literal, or median's half. */
static guint
percentages (const RushExpr *call, RushEvalContext *ctx, double **out, GError **error)
{
  if (n_args (call) < 2)
    {
      *out = g_new (double, 1);
      **out = 0.5;
      return 1;
    }
  RushRows one = { NULL, 1, 1 };
  g_autoptr (RushSchema) schema = rush_schema_new (0, NULL);
  g_autoptr (RushBatch) batch = rush_batch_new (schema, 1, NULL);
  g_autoptr (RushColumn) column = ctx->evaluate (call->children[1], batch, &one, ctx, error);
  if (column == NULL)
    return 0;
  if (column->type->kind != RUSH_TYPE_ARRAY)
    {
      *out = g_new (double, 1);
      **out = number_at (column, 0);
      return 1;
    }
  RushListView list = rush_column_get_list (column, 0);
  *out = g_new (double, MAX (1, list.length));
  for (gint32 i = 0; i < list.length; i++)
    (*out)[i] = number_at (rush_column_child (column, 0), (guint)(list.offset + i));
  return MAX (1, (guint)list.length);
}

static RushColumn *
result (const RushExpr *call, const RushAggregateStates *states, guint first, guint n,
        RushEvalContext *ctx, GError **error)
{
  gboolean array = call->type->kind == RUSH_TYPE_ARRAY;
  const RushType *type = array ? rush_type_element (call->type) : call->type;
  g_autofree double *wanted = NULL;
  g_autofree guint32 *lengths = g_new0 (guint32, MAX (1, n));
  g_auto (RushColumnWriter) writer = { NULL };
  guint n_wanted = percentages (call, ctx, &wanted, error), at = 0;

  if (n_wanted == 0 ||
      !rush_column_writer_init (&writer, type, n * n_wanted, TRUE, ctx->allocator, error))
    return NULL;
  for (guint i = 0; i < n; i++)
    {
      RushGrowing *list = &RUSH_STATES (RushGrowing, states)[first + i];
      double *values = (double *)list->items;
      if (n_wanted > 1 && list->n > 0)
        qsort (values, list->n, sizeof *values, compare_doubles);
      for (guint k = 0; k < n_wanted; k++)
        if (list->n > 0)
          store (type, at++, percentile_of (call, values, list->n, wanted[k], n_wanted > 1),
                 writer.values->bytes);
        else if (!array && !rush_column_writer_set_null (&writer, at++, error))
          return NULL;
      lengths[i] = list->n > 0 ? n_wanted : 0;
    }
  RushColumn *values = rush_column_writer_finish (&writer);
  if (!array)
    return values;

  RushColumn *lists = lists_of (call->type, lengths, n, values, ctx->allocator, error);
  if (lists == NULL)
    return NULL;
  /* Groups without a value are null. */
  g_auto (RushColumnWriter) mask = { NULL };
  if (!rush_column_writer_init (&mask, &RUSH_BOOL, n, TRUE, ctx->allocator, error))
    {
      rush_column_unref (lists);
      return NULL;
    }
  for (guint i = 0; i < n; i++)
    if (lengths[i] == 0 && !rush_column_writer_set_null (&mask, i, error))
      {
        rush_column_unref (lists);
        return NULL;
      }
  g_autoptr (RushColumn) empty = rush_column_writer_finish (&mask);
  return rush_column_null_where_null (lists, &empty, 1, ctx->allocator, error);
}

static void
clear (const RushExpr *call, RushAggregateStates *states, guint first, guint n)
{
  for (guint i = first; i < first + n; i++)
    rush_growing_clear (&RUSH_STATES (RushGrowing, states)[i], sizeof (double), states->allocator);
}

static const RushType *
result_type (const RushFunction *self, guint n, RushExpr *const *args, gboolean *inout_nullable,
             GError **error)
{
  const RushType *type = strstr (self->name, "approx") != NULL ? args[0]->type : &RUSH_FLOAT64;

  *inout_nullable = TRUE;
  if (n > 1 && args[1]->type->kind == RUSH_TYPE_ARRAY)
    return rush_type_array (type, FALSE);
  return type;
}

static const RushAggregateClass percentile_class = {
  .name = "Percentile",
  .state_bytes = state_bytes,
  .update = update,
  .merge = merge,
  .buffer = buffer,
  .write_buffers = write_buffers,
  .result = result,
  .clear = clear,
};

#define PERCENTILE(NAME, MIN, MAX, ARG, USAGE)                                                     \
  {                                                                                                \
    .name = NAME,                                                                                  \
    .kind = RUSH_FUNCTION_AGGREGATE,                                                               \
    .min_args = MIN,                                                                               \
    .max_args = MAX,                                                                               \
    .args = { ARG, RUSH_ARG_ANY, RUSH_ARG_LONG },                                                  \
    .result_type = result_type,                                                                    \
    .always_nullable = TRUE,                                                                       \
    .aggregate = &percentile_class,                                                                \
    .usage = USAGE,                                                                                \
    .since = "2.1.0",                                                                              \
  }

const RushFunction rush_functions_percentile[] = {
  PERCENTILE ("median", 1, 1, RUSH_ARG_NUMERIC, "median(expr) - the value in the middle"),
  PERCENTILE ("percentile", 2, 3, RUSH_ARG_NUMERIC,
              "percentile(expr, p[, frequency]) - exact, interpolated; p may be an array"),
  PERCENTILE ("percentile_approx", 2, 3, RUSH_ARG_ANY,
              "percentile_approx(expr, p[, accuracy]) - a value near the rank p"),
  PERCENTILE ("approx_percentile", 2, 3, RUSH_ARG_ANY,
              "approx_percentile(expr, p[, accuracy]) - a value near the rank p"),
  { NULL },
};
