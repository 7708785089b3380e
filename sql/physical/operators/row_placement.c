/* row_placement.c - which reduce partition a row goes to.
 *
 *   hash of columns        a partitioner that reads the columns: nothing is added to the rows
 *   hash of expressions,   the map side writes the number of the partition beside each row, in a
 *   range, round-robin     last column; the partitioner reads that, and the reduce side drops it
 *
 * Spark makes (partition, row) pairs of all of them.  The first form is by far the most common.
 *
 *   hash          pmod (murmur3 (values, seed 42), n); a seam: placing_seam.h
 *   range         how many bounds are below the row; range_bounds.c finds the bounds
 *   round-robin   each task begins at a place drawn from its number and goes on by one a row
 *
 * Mirrors: ShuffleExchangeExec.prepareShuffleDependency, HashPartitioning.partitionIdExpression,
 *          RangePartitioner.getPartition.
 */
#include "rdd/random.h"
#include "rdd/transform/map_partitions.h"
#include "sql/physical/operators/basic.h"
#include "sql/physical/operators/exchange.h"
#include "sql/physical/operators/placing_seam.h"
#include "sql/physical/pipeline.h"
#include "sql/physical/query.h"
#include "sql/physical/tables/sort_order.h"

/* ---- hash of columns ---- */

typedef struct
{
  RushPartitioner base;
  const RushRowPlacing *placing;
  guint n_columns;
  guint *columns; /* (owned) */
} HashRowsPartitioner;

static gboolean
hash_rows (const RushRowPlacing *placing, const RushBatch *batch, const guint *columns,
           guint n_columns, guint n_partitions, guint32 *out, GError **error)
{
  placing->place (batch, columns, n_columns, n_partitions, out);
  return placing == &rush_row_placing_by_murmur3 ||
         rush_check_placing (placing->name, out, batch->length, n_partitions, error);
}

static gboolean
hash_rows_partition (const RushPartitioner *base, const RushBatch *batch, guint32 *out,
                     GError **error)
{
  const HashRowsPartitioner *self = (const HashRowsPartitioner *)base;

  return hash_rows (self->placing, batch, self->columns, self->n_columns, base->n_partitions, out,
                    error);
}

static gboolean
hash_rows_equal (const RushPartitioner *a, const RushPartitioner *b)
{
  return a == b;
}

static void
hash_rows_finalize (RushPartitioner *base)
{
  g_free (((HashRowsPartitioner *)base)->columns);
  g_free (base);
}

static const RushPartitionerClass hash_rows_class = { "HashRowsPartitioner", hash_rows_partition,
                                                      hash_rows_equal, hash_rows_finalize };

/* ---- numbers beside the rows ---- */

/* What tasks share. */
typedef struct
{
  RushPartitioningKind kind;
  const RushRowPlacing *placing; /* HASH */
  guint n;
  RushExprList *bound;    /* (owned) HASH: expressions; RANGE: SORT_ORDERs */
  RushSchema *key_schema; /* (owned) HASH: of the expressions */
  RushSortSpec *spec;     /* (owned) RANGE */
  RushColumn **bounds;    /* (owned) RANGE: one column a key */
  guint n_bounds;
  RushSchema *schema;         /* (owned) of rows with their numbers */
  RushTaskSettings *settings; /* (owned) */
} Placement;

typedef struct
{
  RushIterator base;
  const Placement *placement;
  RushIterator *rows;
  RushTaskContext *ctx;
  RushEvalContext *eval;
  guint position; /* ROUND_ROBIN: of the last row */
} PlacingIterator;

static gboolean
place_by_hash (PlacingIterator *self, const RushBatch *batch, guint32 *out, GError **error)
{
  const Placement *placement = self->placement;
  g_autoptr (RushBatch) keys =
      rush_project_batch (placement->bound, placement->key_schema, batch, self->eval, error);
  g_autofree guint *columns = g_new (guint, placement->bound->n + 1);

  for (guint c = 0; c < placement->bound->n; c++)
    columns[c] = c;
  return keys != NULL && hash_rows (placement->placing, keys, columns, placement->bound->n,
                                    placement->n, out, error);
}

/* How many bounds are below the row. */
static guint
find_range (const Placement *placement, RushColumn *const *keys, guint row)
{
  guint low = 0, high = placement->n_bounds;

  while (low < high)
    {
      guint middle = (low + high) / 2;
      if (rush_sort_compare (placement->spec, 0, keys, row, placement->bounds, middle) > 0)
        low = middle + 1;
      else
        high = middle;
    }
  return low;
}

static gboolean
place_by_range (PlacingIterator *self, const RushBatch *batch, guint32 *out, GError **error)
{
  const Placement *placement = self->placement;
  RushColumn **keys = rush_sort_keys_new (placement->bound, batch, self->eval, error);

  if (keys == NULL)
    return FALSE;
  for (guint i = 0; i < batch->length; i++)
    out[i] = find_range (placement, keys, rush_batch_row (batch, i));
  rush_sort_keys_free (keys, placement->bound->n);
  return TRUE;
}

static void
place_in_turn (PlacingIterator *self, const RushBatch *batch, guint32 *out)
{
  for (guint i = 0; i < batch->length; i++)
    {
      self->position = (self->position + 1) % self->placement->n;
      out[i] = self->position;
    }
}

static gboolean
place (PlacingIterator *self, const RushBatch *batch, guint32 *out, GError **error)
{
  switch (self->placement->kind)
    {
    case RUSH_PARTITIONING_HASH:
      return place_by_hash (self, batch, out, error);
    case RUSH_PARTITIONING_RANGE:
      return place_by_range (self, batch, out, error);
    case RUSH_PARTITIONING_ROUND_ROBIN:
      place_in_turn (self, batch, out);
      return TRUE;
    case RUSH_PARTITIONING_UNKNOWN:
    case RUSH_PARTITIONING_SINGLE:
    case RUSH_PARTITIONING_BROADCAST:
    case RUSH_PARTITIONING_COLLECTION:
      break;
    }
  g_assert_not_reached ();
}

/* @batch and its numbers, under the same selection. */
static RushBatch *
with_numbers (PlacingIterator *self, const RushBatch *batch, const guint32 *numbers, GError **error)
{
  guint n_columns = batch->schema->n_fields;
  g_autofree RushColumn **columns = g_new (RushColumn *, n_columns + 1);
  RushBuffer *values =
      rush_buffer_new (self->ctx->allocator, batch->physical_length * sizeof (gint32), error);
  RushBatch *all, *selected;

  if (values == NULL)
    return NULL;
  for (guint row = 0; batch->selection != NULL && row < batch->physical_length; row++)
    ((gint32 *)values->bytes)[row] = 0;
  for (guint i = 0; i < batch->length; i++)
    ((guint32 *)values->bytes)[rush_batch_row (batch, i)] = numbers[i];
  for (guint c = 0; c < n_columns; c++)
    columns[c] = rush_column_ref (batch->columns[c]);
  columns[n_columns] =
      rush_column_new_plain (&RUSH_INT32, batch->physical_length, NULL, 0, values, NULL, 0);
  all = rush_batch_new (self->placement->schema, batch->physical_length, columns);
  if (batch->selection == NULL)
    return all;
  selected = rush_batch_select (all, rush_buffer_ref (batch->selection), batch->length);
  rush_batch_unref (all);
  return selected;
}

static RushBatch *
placing_next (RushIterator *base, GError **error)
{
  PlacingIterator *self = (PlacingIterator *)base;
  g_autoptr (RushBatch) batch = rush_iterator_next (self->rows, error);
  guint32 numbers[RUSH_BATCH_MAX_ROWS];

  if (batch == NULL || !place (self, batch, numbers, error))
    return NULL;
  return with_numbers (self, batch, numbers, error);
}

static void
placing_close (RushIterator *base)
{
  PlacingIterator *self = (PlacingIterator *)base;

  rush_iterator_close (self->rows);
  rush_eval_context_free (self->eval);
  g_free (self);
}

static const RushIteratorClass placing_class = { placing_next, placing_close };

static RushIterator *
placing_open (RushIterator *rows, guint split, RushTaskContext *ctx, gpointer data, GError **error)
{
  const Placement *placement = data;
  PlacingIterator *self = g_new0 (PlacingIterator, 1);

  self->base.klass = &placing_class;
  self->placement = placement;
  self->rows = rows;
  self->ctx = ctx;
  self->eval = rush_task_settings_open (placement->settings, split, ctx);
  if (placement->kind == RUSH_PARTITIONING_ROUND_ROBIN && placement->n > 1)
    {
      RushXorShift random;
      rush_xor_shift_init (&random, split);
      self->position = rush_xor_shift_next (&random, placement->n);
    }
  return &self->base;
}

static void
placement_free (gpointer data)
{
  Placement *self = data;

  rush_sort_keys_free (self->bounds, self->bounds != NULL ? self->bound->n : 0);
  rush_expr_list_unref (self->bound);
  g_clear_pointer (&self->key_schema, rush_schema_unref);
  g_clear_pointer (&self->schema, rush_schema_unref);
  g_free (self->spec);
  rush_task_settings_unref (self->settings);
  g_free (self);
}

/* ---- dependencies ---- */

static RushDependency *
shuffle_by (RushRdd *rows, RushPartitioner *partitioner /* taken over */, RushSchema *schema)
{
  RushDependency *dependency = rush_dependency_shuffle (rows, partitioner, schema);

  rush_partitioner_unref (partitioner);
  return dependency;
}

/* FALSE: an expression is more than a column. */
static gboolean
all_columns (const RushExprList *bound)
{
  for (guint i = 0; i < bound->n; i++)
    if (bound->items[i]->kind != RUSH_EXPR_BOUND)
      return FALSE;
  return TRUE;
}

/* The plug-ins' rule, or Spark's. */
static const RushRowPlacing *
placing_of (RushQuery *query)
{
  const RushRowPlacing *theirs =
      rush_plugins_find (rush_query_settings (query)->plugins, "hash-partitioning");

  return theirs != NULL ? theirs : &rush_row_placing_by_murmur3;
}

static RushDependency *
by_columns (const RushExprList *bound, guint n, const RushRowPlacing *placing, RushSchema *schema,
            RushRdd *rows)
{
  HashRowsPartitioner *partitioner = g_new0 (HashRowsPartitioner, 1);

  partitioner->base.klass = &hash_rows_class;
  rush_ref_count_init (&partitioner->base.refs);
  partitioner->base.n_partitions = n;
  partitioner->placing = placing;
  partitioner->n_columns = bound->n;
  partitioner->columns = g_new (guint, bound->n + 1);
  for (guint i = 0; i < bound->n; i++)
    partitioner->columns[i] = bound->items[i]->as.bound.ordinal;
  return shuffle_by (rows, &partitioner->base, schema);
}

static RushSchema *
schema_with_number (const RushSchema *schema)
{
  g_autofree RushField *fields = g_new (RushField, schema->n_fields + 1);

  for (guint c = 0; c < schema->n_fields; c++)
    fields[c] = schema->fields[c];
  fields[schema->n_fields] = (RushField){ (char *)"partition", &RUSH_INT32, FALSE };
  return rush_schema_new (schema->n_fields + 1, fields);
}

static RushSchema *
schema_of_list (const RushExprList *list)
{
  g_autofree RushField *fields = g_new (RushField, list->n + 1);

  for (guint i = 0; i < list->n; i++)
    fields[i] = (RushField){ (char *)"key", list->items[i]->type, TRUE };
  return rush_schema_new (list->n, fields);
}

/* FALSE with @error: the sampling job failed.  Few values have few bounds, and so few ranges. */
static gboolean
prepare_placement (Placement *self, RushRdd *rows, RushQuery *query, GError **error)
{
  if (self->kind == RUSH_PARTITIONING_HASH)
    self->key_schema = schema_of_list (self->bound);
  if (self->kind != RUSH_PARTITIONING_RANGE)
    return TRUE;
  self->spec = rush_sort_spec_new (self->bound);
  self->bounds =
      rush_range_bounds_sample (rows, self->bound, self->n, query, &self->n_bounds, error);
  self->n = self->n_bounds + 1;
  return self->bounds != NULL;
}

RushDependency *
rush_row_placement_dependency (RushPartitioning *partitioning, const RushExprList *input,
                               RushSchema *schema, RushRdd *child, RushQuery *query, GError **error)
{
  g_autoptr (RushExprList) none = rush_expr_list_new (0, NULL);
  g_autoptr (RushExprList) bound =
      rush_bind_list (partitioning->expressions != NULL ? partitioning->expressions : none, input);
  g_autoptr (RushRdd) placed = NULL;
  Placement *placement;

  if (partitioning->n_partitions == 1)
    return by_columns (none, 1, placing_of (query), schema, child);
  if (partitioning->kind == RUSH_PARTITIONING_HASH && all_columns (bound))
    return by_columns (bound, partitioning->n_partitions, placing_of (query), schema, child);
  placement = g_new0 (Placement, 1);
  placement->kind = partitioning->kind;
  placement->placing = placing_of (query);
  placement->n = partitioning->n_partitions;
  placement->bound = g_steal_pointer (&bound);
  placement->schema = schema_with_number (schema);
  placement->settings = rush_task_settings_new (query);
  if (!prepare_placement (placement, child, query, error))
    {
      placement_free (placement);
      return NULL;
    }
  placed = rush_rdd_map_partitions (child, placement->schema, placing_open, placement,
                                    placement_free, FALSE);
  /* Rows are dealt in the order in which they come. */
  if (partitioning->kind == RUSH_PARTITIONING_ROUND_ROBIN &&
      rush_rdd_determinism (child) != RUSH_DETERMINATE)
    placed->determinism = RUSH_INDETERMINATE;
  return shuffle_by (
      placed, rush_given_partitioner_new (placement->n, schema->n_fields, (guint64)placed->id),
      placed->schema);
}
