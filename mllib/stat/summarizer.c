/* summarizer.c - an aggregate function whose state is eight numbers a feature.
 *
 * Zeros are not looked at: what they would change follows from how much weight the others have.
 *
 *   a group      count  Σw  Σw²
 *   a feature    of its numbers that are not 0:
 *                mean, Σw(x−mean)² (Welford), Σw x², Σw|x|, Σw, how many, largest, smallest
 *
 *   mean      mean · Σw_feature / Σw
 *   variance  (m2 + mean² · Σw_feature (Σw − Σw_feature) / Σw) / (Σw − Σw² / Σw)
 *
 * Rows of weight 0 do not count.  A partial state travels as one dense vector:
 * count, Σw, Σw², then the eight arrays.
 */
#include "mllib/stat/summarizer.h"

#include <math.h>
#include <string.h>

#include "mllib/linalg/moments.h"
#include "mllib/linalg/vector_column.h"
#include "sql/kernels/columns.h"
#include "sql/types/type_rules.h"

enum
{
  MEAN,
  M2N,
  M2,
  L1,
  WEIGHT,
  NONZERO,
  LARGEST,
  SMALLEST,
  N_ARRAYS,
};

#define N_TOTALS 3 /* before the arrays in a partial state */

typedef struct
{
  double count, weight, weight_squares;
  guint n;         /* features; 0: nothing has come */
  double *numbers; /* [N_ARRAYS × n] */
} Summary;

typedef struct
{
  const char *name;
  /* Of feature @i; NULL: the count. */
  double (*value) (const Summary *self, guint i);
} Metric;

static double *
array_of (const Summary *self, guint which)
{
  return self->numbers + (gsize)which * self->n;
}

/* ---- metrics ---- */

static double
sum_of (const Summary *self, guint i)
{
  return array_of (self, MEAN)[i] * array_of (self, WEIGHT)[i];
}

static double
mean_of (const Summary *self, guint i)
{
  return sum_of (self, i) / self->weight;
}

static double
variance_of (const Summary *self, guint i)
{
  double denominator = self->weight - self->weight_squares / self->weight;
  double mean = array_of (self, MEAN)[i], weight = array_of (self, WEIGHT)[i];

  if (denominator <= 0)
    return 0;
  double variance =
      (array_of (self, M2N)[i] + mean * mean * weight * (self->weight - weight) / self->weight) /
      denominator;
  return variance < 0 ? 0 : variance; /* NaN stays */
}

static double
std_of (const Summary *self, guint i)
{
  return sqrt (variance_of (self, i));
}

static double
non_zeros_of (const Summary *self, guint i)
{
  return array_of (self, NONZERO)[i];
}

static double
max_of (const Summary *self, guint i)
{
  double largest = array_of (self, LARGEST)[i];
  return array_of (self, NONZERO)[i] < self->count && largest < 0 ? 0 : largest;
}

static double
min_of (const Summary *self, guint i)
{
  double smallest = array_of (self, SMALLEST)[i];
  return array_of (self, NONZERO)[i] < self->count && smallest > 0 ? 0 : smallest;
}

static double
l1_of (const Summary *self, guint i)
{
  return array_of (self, L1)[i];
}

static double
l2_of (const Summary *self, guint i)
{
  return sqrt (array_of (self, M2)[i]);
}

static const Metric METRICS[] = {
  { "mean", mean_of }, { "sum", sum_of }, { "variance", variance_of },
  { "std", std_of },   { "count", NULL }, { "numNonZeros", non_zeros_of },
  { "max", max_of },   { "min", min_of }, { "normL1", l1_of },
  { "normL2", l2_of },
};

static const Metric *
find_metric (const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (METRICS); i++)
    if (strcmp (METRICS[i].name, name) == 0)
      return &METRICS[i];
  return NULL;
}

/* ---- a state ---- */

static gsize
numbers_bytes (guint n)
{
  return N_ARRAYS * (gsize)n * sizeof (double);
}

/* Room for @n features, which all vectors of a group have. */
static gboolean
set_size (Summary *self, guint n, RushAllocator *allocator, GError **error)
{
  if (self->numbers == NULL)
    {
      self->numbers = rush_alloc (allocator, MAX (numbers_bytes (n), 1), error);
      if (self->numbers == NULL)
        return FALSE;
      self->n = n;
      memset (self->numbers, 0, numbers_bytes (n));
      for (guint i = 0; i < n; i++)
        {
          array_of (self, LARGEST)[i] = -G_MAXDOUBLE;
          array_of (self, SMALLEST)[i] = G_MAXDOUBLE;
        }
    }
  if (self->n == n)
    return TRUE;
  g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT,
               "requirement failed: Dimensions mismatch when adding new sample. Expecting %u but "
               "got %u.",
               self->n, n);
  return FALSE;
}

static void
take (Summary *self, const RushVectorView *vector, double weight)
{
  for (guint k = 0; k < vector->n_values; k++)
    {
      double *at = self->numbers + (vector->indices != NULL ? (guint)vector->indices[k] : k);
      double x = vector->values[k];
      gsize n = self->n;
      if (x == 0)
        continue;
      rush_moments_add (&at[MEAN * n], &at[M2N * n], &at[WEIGHT * n], x, weight);
      at[M2 * n] += weight * x * x;
      at[L1 * n] += weight * fabs (x);
      at[NONZERO * n]++;
      /* NaN is neither. */
      if (at[LARGEST * n] < x)
        at[LARGEST * n] = x;
      if (at[SMALLEST * n] > x)
        at[SMALLEST * n] = x;
    }
  self->count++;
  self->weight += weight;
  self->weight_squares += weight * weight;
}

static void
join (Summary *a, const double *totals, const double *other)
{
  gsize n = a->n;

  for (guint i = 0; i < n; i++)
    {
      double *mine = a->numbers + i;
      const double *theirs = other + i;
      if (theirs[WEIGHT * n] > 0)
        rush_moments_merge (&mine[MEAN * n], &mine[M2N * n], mine[WEIGHT * n], theirs[MEAN * n],
                            theirs[M2N * n], theirs[WEIGHT * n]);
      mine[M2 * n] += theirs[M2 * n];
      mine[L1 * n] += theirs[L1 * n];
      mine[WEIGHT * n] += theirs[WEIGHT * n];
      mine[NONZERO * n] += theirs[NONZERO * n];
      mine[LARGEST * n] = MAX (mine[LARGEST * n], theirs[LARGEST * n]);
      mine[SMALLEST * n] = MIN (mine[SMALLEST * n], theirs[SMALLEST * n]);
    }
  a->count += totals[0];
  a->weight += totals[1];
  a->weight_squares += totals[2];
}

/* ---- the aggregate ---- */

static gsize
state_bytes (const RushExpr *call)
{
  return sizeof (Summary);
}

static gboolean
update (const RushExpr *call, RushAggregateStates *states, const guint32 *groups,
        RushColumn *const *args, const RushRows *rows, RushEvalContext *ctx, GError **error)
{
  Summary *summaries = (Summary *)(gpointer)states->states;
  g_auto (RushVectorReader) reader = { 0 };
  RushVectorView vector;

  if (!rush_vector_reader_init (&reader, args[0], ctx->allocator, error))
    return FALSE;
  for (guint i = 0; i < rows->n; i++)
    {
      guint row = rush_eval_row (rows, i);
      if (!rush_column_is_valid (args[1], row))
        continue;
      if (!rush_vector_reader_get (&reader, row, &vector))
        {
          g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT,
                       "a row of aggregate_metrics() has null in place of its vector");
          return FALSE;
        }
      double weight = rush_column_get_double (args[1], row);
      if (weight < 0)
        {
          g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT,
                       "requirement failed: sample weight, %g has to be >= 0.0", weight);
          return FALSE;
        }
      if (weight == 0)
        continue;
      if (!set_size (&summaries[groups[i]], vector.size, states->allocator, error))
        return FALSE;
      take (&summaries[groups[i]], &vector, weight);
    }
  return TRUE;
}

static gboolean
merge (const RushExpr *call, RushAggregateStates *states, const guint32 *groups,
       RushColumn *const *buffers, const RushRows *rows, RushEvalContext *ctx, GError **error)
{
  Summary *summaries = (Summary *)(gpointer)states->states;
  g_auto (RushVectorReader) reader = { 0 };
  RushVectorView buffer;

  if (!rush_vector_reader_init (&reader, buffers[0], ctx->allocator, error))
    return FALSE;
  for (guint i = 0; i < rows->n; i++)
    {
      if (!rush_vector_reader_get (&reader, rush_eval_row (rows, i), &buffer) ||
          buffer.size <= N_TOTALS)
        continue;
      guint n = (buffer.size - N_TOTALS) / N_ARRAYS;
      if (!set_size (&summaries[groups[i]], n, states->allocator, error))
        return FALSE;
      join (&summaries[groups[i]], buffer.values, buffer.values + N_TOTALS);
    }
  return TRUE;
}

static guint
buffer (const RushExpr *call, const RushType **types, const char **names, gboolean *nullable)
{
  types[0] = rush_vector_type ();
  names[0] = "buf";
  nullable[0] = TRUE;
  return 1;
}

static gboolean
write_buffers (const RushExpr *call, const RushAggregateStates *states, guint first, guint n,
               RushColumn **out, RushEvalContext *ctx, GError **error)
{
  const Summary *summaries = (const Summary *)(gpointer)states->states + first;
  g_autoptr (RushVectorBuilder) builder = rush_vector_builder_new (ctx->allocator);

  for (guint i = 0; i < n; i++)
    {
      const Summary *self = &summaries[i];
      double *room = rush_vector_builder_append_dense (builder, N_TOTALS + N_ARRAYS * self->n);
      room[0] = self->count;
      room[1] = self->weight;
      room[2] = self->weight_squares;
      if (self->n > 0)
        memcpy (room + N_TOTALS, self->numbers, numbers_bytes (self->n));
    }
  out[0] = rush_vector_builder_finish (builder, error);
  return out[0] != NULL;
}

static void
clear (const RushExpr *call, RushAggregateStates *states, guint first, guint n)
{
  Summary *summaries = (Summary *)(gpointer)states->states + first;

  for (guint i = 0; i < n; i++)
    rush_free (states->allocator, summaries[i].numbers, MAX (numbers_bytes (summaries[i].n), 1));
}

/* ---- its result ---- */

static RushColumn *
metric_column (const Metric *metric, const Summary *summaries, guint n, RushEvalContext *ctx,
               GError **error)
{
  if (metric->value == NULL)
    {
      g_auto (RushColumnWriter) writer = { NULL };
      if (!rush_column_writer_init (&writer, &RUSH_INT64, n, TRUE, ctx->allocator, error))
        return NULL;
      for (guint i = 0; i < n; i++)
        ((gint64 *)(gpointer)writer.values->bytes)[i] = (gint64)summaries[i].count;
      return rush_column_writer_finish (&writer);
    }
  g_autoptr (RushVectorBuilder) builder = rush_vector_builder_new (ctx->allocator);
  for (guint i = 0; i < n; i++)
    {
      double *room = rush_vector_builder_append_dense (builder, summaries[i].n);
      for (guint k = 0; k < summaries[i].n; k++)
        room[k] = metric->value (&summaries[i], k);
    }
  return rush_vector_builder_finish (builder, error);
}

static RushColumn *
result (const RushExpr *call, const RushAggregateStates *states, guint first, guint n,
        RushEvalContext *ctx, GError **error)
{
  const Summary *summaries = (const Summary *)(gpointer)states->states + first;
  const RushType *type = call->type;
  g_autofree RushColumn **children = g_new0 (RushColumn *, type->n_fields);

  for (guint i = 0; i < n; i++)
    if (summaries[i].weight <= 0)
      {
        g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT,
                     "requirement failed: Nothing has been added to this summarizer.");
        return NULL;
      }
  for (guint f = 0; f < type->n_fields; f++)
    {
      children[f] = metric_column (find_metric (type->fields[f].name), summaries, n, ctx, error);
      if (children[f] == NULL)
        {
          while (f > 0)
            rush_column_unref (children[--f]);
          return NULL;
        }
    }
  return rush_column_new_struct (type, n, NULL, 0, children);
}

/* A field a metric, of the names in the constant behind the weight. */
static const RushType *
result_type (const RushFunction *self, guint n, RushExpr *const *args, gboolean *inout_nullable,
             GError **error)
{
  if (rush_type_sql_type (args[0]->type) != rush_type_sql_type (rush_vector_type ()))
    {
      g_autofree char *wanted = rush_type_sql_id (rush_vector_type ());
      rush_set_unexpected_type (error, self, n, args, 0, wanted);
      return NULL;
    }
  g_return_val_if_fail (args[2]->kind == RUSH_EXPR_LITERAL, NULL);
  gsize length;
  const char *bytes = rush_column_get_bytes (args[2]->as.literal.value, 0, &length);
  g_autofree char *text = g_strndup (bytes, length);
  g_auto (GStrv) names = g_strsplit (text, ",", -1);
  guint n_fields = g_strv_length (names);
  g_autofree RushTypeField *fields = g_new0 (RushTypeField, MAX (n_fields, 1));
  for (guint i = 0; i < n_fields; i++)
    {
      const Metric *metric = find_metric (names[i]);
      g_return_val_if_fail (metric != NULL, NULL); /* Python has looked */
      fields[i] =
          (RushTypeField){ names[i], metric->value != NULL ? rush_vector_type () : &RUSH_INT64,
                           FALSE };
    }
  *inout_nullable = FALSE;
  return rush_type_struct (n_fields, fields);
}

/* Without the names of the metrics, which its result has. */
static char *
to_sql (const RushExpr *call, char *const *args)
{
  return g_strdup_printf ("aggregate_metrics(%s, %s)", args[0], args[1]);
}

static const RushAggregateClass summarizer_class = { .name = "aggregate_metrics",
                                                     .state_bytes = state_bytes,
                                                     .update = update,
                                                     .merge = merge,
                                                     .buffer = buffer,
                                                     .write_buffers = write_buffers,
                                                     .result = result,
                                                     .clear = clear,
                                                     .imperative = TRUE };

const RushFunction rush_functions_summarizer[] = {
  { .name = "aggregate_metrics",
    .kind = RUSH_FUNCTION_AGGREGATE,
    .to_sql = to_sql,
    .min_args = 3,
    .max_args = 3,
    .args = { RUSH_ARG_ANY, RUSH_ARG_DOUBLE, RUSH_ARG_ANY },
    .result_type = result_type,
    .internal = TRUE,
    .aggregate = &summarizer_class },
  { .name = NULL },
};
