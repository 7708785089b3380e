/* range_bounds.c - rows that divide all rows into ranges of about equal size.
 *
 *     each partition   how many rows, and a sample of them (a reservoir: Vitter, 1985)
 *     the driver       samples weighed by how many rows each one stands for, sorted, and cut:
 *
 *          weight  │ 1 1 1 │ 4 │ 1 1 4 …       a bound wherever another n-th of the weight is full
 *
 * The sample of a partition is three times its share, as in Spark, so that partitions may be of
 * unequal size.  Spark samples partitions that are much larger than that once more; here their
 * samples only weigh more.
 *
 * Mirrors: org.apache.spark.{RangePartitioner.sketch,RangePartitioner.determineBounds},
 *          SamplingUtils.reservoirSampleAndCount.
 */
#include "core/data/gather.h"
#include "rdd/random.h"
#include "sql/physical/operators/basic.h"
#include "sql/physical/operators/exchange.h"
#include "sql/physical/pipeline.h"
#include "sql/physical/query.h"
#include "sql/physical/query_private.h"
#include "sql/physical/tables/sort_order.h"

#include <math.h>
#include <string.h>

/* What tasks share. */
typedef struct
{
  RushExprList *keys; /* bound */
  RushSchema *schema; /* of the keys */
  guint n_sample;     /* rows a partition, at most */
  guint rdd_id;
  RushTaskSettings *settings;
} Sketch;

/* What a task gives. */
typedef struct
{
  gint64 n_rows;
  GPtrArray *pieces; /* RushBatch of one row each, or of all while the reservoir fills */
} Sample;

static void
sample_free (gpointer data)
{
  Sample *self = data;

  g_ptr_array_unref (self->pieces);
  g_free (self);
}

/* ---- in tasks ---- */

static guint32
swap_bytes (guint32 value)
{
  return GUINT32_SWAP_LE_BE (value);
}

/* Copies row @row of @keys into slot @slot of the reservoir. */
static gboolean
put_row (Sample *self, guint slot, RushBatch *keys, guint row, GError **error)
{
  RushRowId id = { 0, row };
  RushBatch *copy =
      rush_batch_gather (keys->schema, &keys, &id, 1, rush_allocator_system (), error);

  if (copy == NULL)
    return FALSE;
  if (slot < self->pieces->len)
    {
      rush_batch_unref (self->pieces->pdata[slot]);
      self->pieces->pdata[slot] = copy;
    }
  else
    g_ptr_array_add (self->pieces, copy);
  return TRUE;
}

static gboolean
sample_batch (const Sketch *sketch, Sample *self, RushXorShift *random, const RushBatch *batch,
              RushEvalContext *eval, GError **error)
{
  g_autoptr (RushBatch) keys =
      rush_project_batch (sketch->keys, sketch->schema, batch, eval, error);

  if (keys == NULL)
    return FALSE;
  for (guint i = 0; i < keys->length; i++)
    {
      gint64 slot = self->n_rows++;

      if (slot >= sketch->n_sample)
        slot = (gint64)(rush_xor_shift_next_double (random) * (double)self->n_rows);
      if (slot < sketch->n_sample && !put_row (self, (guint)slot, keys, i, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
sketch_partition (RushIterator *rows, RushTaskContext *ctx, gpointer data, RushTaskResult *out,
                  GError **error)
{
  const Sketch *sketch = data;
  g_autoptr (RushEvalContext) eval =
      rush_task_settings_open (sketch->settings, ctx->partition, ctx);
  g_autoptr (GError) failure = NULL;
  Sample *self = g_new0 (Sample, 1);
  RushXorShift random;

  self->pieces = g_ptr_array_new_with_free_func ((GDestroyNotify)rush_batch_unref);
  rush_xor_shift_init (&random, (gint32)swap_bytes (ctx->partition ^ (sketch->rdd_id << 16)));
  while (rush_task_context_check (ctx, &failure))
    {
      g_autoptr (RushBatch) batch = rush_iterator_next (rows, &failure);
      if (batch == NULL || !sample_batch (sketch, self, &random, batch, eval, &failure))
        break;
    }
  if (failure != NULL)
    {
      sample_free (self);
      g_propagate_error (error, g_steal_pointer (&failure));
      return FALSE;
    }
  out->value = self;
  out->free_value = sample_free;
  return TRUE;
}

/* ---- on the driver ---- */

/* All samples as one batch of keys a piece, with the weight of each. */
typedef struct
{
  GPtrArray *keys;     /* RushColumn **, (unowned columns) of pieces */
  GArray *weights;     /* double */
  RushSortItem *items; /* [2 × n] */
  guint n;
} Candidates;

static void
collect_candidates (Candidates *self, RushJobWaiter *waiter, guint n_partitions)
{
  guint at = 0;

  for (guint p = 0; p < n_partitions; p++)
    {
      const Sample *sample = rush_job_waiter_result (waiter, p)->value;
      double weight = (double)sample->n_rows / MAX (sample->pieces->len, 1);

      for (guint i = 0; i < sample->pieces->len; i++)
        {
          g_ptr_array_add (self->keys, ((RushBatch *)sample->pieces->pdata[i])->columns);
          g_array_append_val (self->weights, weight);
        }
    }
  self->n = self->keys->len;
  self->items = g_new0 (RushSortItem, 2 * (gsize)self->n + 1);
  for (guint i = 0; i < self->n; i++)
    self->items[at++].batch = i;
}

/* Positions of the bounds among the sorted candidates. */
static GArray *
cut (const Candidates *self, const RushSortSpec *spec, guint n)
{
  GArray *bounds = g_array_new (FALSE, FALSE, sizeof (guint));
  double total = 0, step, reached = 0, target;
  RushColumn *const *last = NULL;

  for (guint i = 0; i < self->n; i++)
    total += g_array_index (self->weights, double, i);
  step = target = total / n;
  for (guint i = 0; i < self->n && bounds->len + 1 < n; i++)
    {
      guint candidate = self->items[i].batch;
      RushColumn *const *keys = self->keys->pdata[candidate];

      reached += g_array_index (self->weights, double, candidate);
      if (reached < target || (last != NULL && rush_sort_compare (spec, 0, keys, 0, last, 0) <= 0))
        continue;
      g_array_append_val (bounds, candidate);
      target += step;
      last = keys;
    }
  return bounds;
}

/* The keys of the bounds, one column a key. */
static RushColumn **
bound_columns (const Candidates *self, const GArray *bounds, guint n_keys, GError **error)
{
  RushColumn **columns = g_new0 (RushColumn *, n_keys + 1);

  for (guint k = 0; k < n_keys && bounds->len > 0; k++)
    {
      g_autofree RushColumn **rows = g_new (RushColumn *, bounds->len);

      for (guint b = 0; b < bounds->len; b++)
        rows[b] = ((RushColumn **)self->keys->pdata[g_array_index (bounds, guint, b)])[k];
      columns[k] = rush_column_concat (rows, bounds->len, rush_allocator_system (), error);
      if (columns[k] == NULL)
        {
          rush_sort_keys_free (columns, k);
          return NULL;
        }
    }
  for (guint k = 0; k < n_keys && bounds->len == 0; k++)
    columns[k] = rush_column_new_void (0);
  return columns;
}

static RushColumn **
determine_bounds (RushJobWaiter *waiter, guint n_partitions, const RushExprList *bound, guint n,
                  guint *out_n_bounds, GError **error)
{
  g_autofree RushSortSpec *spec = rush_sort_spec_new (bound);
  Candidates candidates = { g_ptr_array_new (), g_array_new (FALSE, FALSE, sizeof (double)), NULL,
                            0 };
  g_autoptr (GArray) bounds = NULL;
  RushColumn **columns;

  collect_candidates (&candidates, waiter, n_partitions);
  rush_sort_items (spec, (RushColumn *const *const *)candidates.keys->pdata, candidates.items,
                   candidates.items + candidates.n, candidates.n);
  bounds = cut (&candidates, spec, MIN (n, MAX (candidates.n, 1)));
  columns = bound_columns (&candidates, bounds, bound->n, error);
  *out_n_bounds = bounds->len;
  g_ptr_array_unref (candidates.keys);
  g_array_unref (candidates.weights);
  g_free (candidates.items);
  return columns;
}

static RushExprList *
without_orders (const RushExprList *bound)
{
  g_autofree RushExpr **keys = g_new (RushExpr *, bound->n + 1);

  for (guint k = 0; k < bound->n; k++)
    keys[k] = rush_expr_ref (bound->items[k]->children[0]);
  return rush_expr_list_new (bound->n, keys);
}

static RushSchema *
schema_of_keys (const RushExprList *keys)
{
  g_autofree RushField *fields = g_new (RushField, keys->n + 1);

  for (guint k = 0; k < keys->n; k++)
    fields[k] = (RushField){ (char *)"key", keys->items[k]->type, TRUE };
  return rush_schema_new (keys->n, fields);
}

#define MAX_SAMPLE_ROWS 1000000.0

RushColumn **
rush_range_bounds_sample (RushRdd *rdd, const RushExprList *bound, guint n, RushQuery *query,
                          guint *out_n_bounds, GError **error)
{
  g_autoptr (RushExprList) keys = without_orders (bound);
  g_autoptr (RushSchema) schema = schema_of_keys (keys);
  gint64 per_partition = rush_settings_get_int (
      rush_query_settings (query), "spark.sql.execution.rangeExchange.sampleSizePerPartition");
  Sketch sketch = { .keys = keys, .schema = schema, .rdd_id = (guint)rdd->id };
  RushJobOptions options = rush_query_job_options_because (query, "sampling");
  g_autoptr (RushJobWaiter) waiter = NULL;
  guint n_partitions;

  if (!rush_rdd_n_partitions (rdd, &n_partitions, error))
    return NULL;
  sketch.n_sample =
      (guint)ceil (3.0 * MIN ((double)per_partition * n, MAX_SAMPLE_ROWS) / MAX (n_partitions, 1));
  sketch.settings = rush_task_settings_new (query);
  waiter = rush_context_run_job (rush_query_context (query), rdd, NULL, 0, sketch_partition,
                                 &sketch, NULL, &options, error);
  rush_task_settings_unref (sketch.settings);
  return waiter != NULL ? determine_bounds (waiter, n_partitions, bound, n, out_n_bounds, error)
                        : NULL;
}
