/* cogroup.c - two parents, one table: rows are tagged with their side, clustered by key, grouped.
 *
 *     left   (k, v) ──▶ (k, 0, v, –) ─┐
 *                                     ├─▶ external combiner ──▶ group iterator ──▶ (k, [v…], [w…])
 *     right  (k, w) ──▶ (k, 1, –, w) ─┘   (clusters)
 *
 * Tagging copies nothing: the side and the other side's nulls are constant columns.  What comes
 * over a shuffle and what is read in place are tagged alike.
 *
 * Spark's CoGroupedRDD does the same with one map from keys to arrays of buffers; the values and
 * mapValues steps above it are its own, and ours, so that ids and pictures agree.
 */
#include "rdd/transform/cogroup.h"

#include "core/executor/env.h"
#include "core/shuffle/external_combiner.h"
#include "rdd/call_site.h"
#include "rdd/transform/cluster_combiner.h"
#include "rdd/transform/combine_iterator.h"
#include "rdd/transform/group_iterator.h"
#include "rdd/transform/map_partitions.h"
#include "rdd/transform/partition_by.h"

#define SIDE_COLUMN 1

typedef struct
{
  RushRdd base;
  RushSchema *tagged_schema; /* (owned) key, side, left's values, right's values */
  RushGrouping *grouping;    /* (owned) */
} CoGroupedRdd;

/* ---- tagged rows ---- */

/* (key, side, left…, right…); the values of the other side are null. */
static RushSchema *
tagged_schema_of (RushSchema *left, RushSchema *right)
{
  guint n = left->n_fields + right->n_fields;
  g_autofree RushField *fields = g_new (RushField, n);
  guint at = 2;

  fields[0] = left->fields[0];
  fields[0].nullable = left->fields[0].nullable || right->fields[0].nullable;
  fields[SIDE_COLUMN] = (RushField){ (char *)"side", &RUSH_INT8, FALSE };
  for (guint i = 1; i < left->n_fields; i++)
    fields[at++] = left->fields[i];
  for (guint i = 1; i < right->n_fields; i++)
    fields[at++] = right->fields[i];
  for (guint i = 2; i < n; i++)
    fields[i].nullable = TRUE;
  g_assert (at == n);
  return rush_schema_new (n, fields);
}

/* Which tagged columns hold the values of @side. */
static RushGroupColumns
columns_of_side (const RushRdd *left, const RushRdd *right, guint side)
{
  guint n_left = left->schema->n_fields - 1;

  return side == 0 ? (RushGroupColumns){ 2, n_left }
                   : (RushGroupColumns){ 2 + n_left, right->schema->n_fields - 1 };
}

/* Fills @columns with the columns of @batch as seen from the tagged schema; those that could not be
 * made stay NULL, with @error. */
static gboolean
tag_columns (const CoGroupedRdd *self, RushBatch *batch, guint side, RushColumn **columns,
             RushAllocator *allocator, GError **error)
{
  const RushGroupColumns *mine = &self->grouping->groups[side];
  guint n_rows = batch->physical_length;

  columns[0] = rush_column_ref (batch->columns[0]);
  columns[SIDE_COLUMN] =
      rush_column_new_constant_int (&RUSH_INT8, side, n_rows, allocator, error);
  if (columns[SIDE_COLUMN] == NULL)
    return FALSE;
  for (guint c = 2; c < self->tagged_schema->n_fields; c++)
    {
      if (c >= mine->first_column && c < mine->first_column + mine->n_columns)
        columns[c] = rush_column_ref (batch->columns[c - mine->first_column + 1]);
      else
        columns[c] = rush_column_new_constant_null (self->tagged_schema->fields[c].type, n_rows,
                                                    allocator, error);
      if (columns[c] == NULL)
        return FALSE;
    }
  return TRUE;
}

static RushBatch *
tag_batch (const CoGroupedRdd *self, RushBatch *batch, guint side, RushAllocator *allocator,
           GError **error)
{
  guint n = self->tagged_schema->n_fields;
  g_autofree RushColumn **columns = g_new0 (RushColumn *, n);
  g_autoptr (RushBatch) all = NULL;

  if (!tag_columns (self, batch, side, columns, allocator, error))
    {
      for (guint c = 0; c < n; c++)
        g_clear_pointer (&columns[c], rush_column_unref);
      return NULL;
    }
  all = rush_batch_new (self->tagged_schema, batch->physical_length, columns);
  if (batch->selection == NULL)
    return g_steal_pointer (&all);
  return rush_batch_select (all, rush_buffer_ref (batch->selection), batch->length);
}

/* ---- both parents, one after the other ---- */

typedef struct
{
  RushIterator base;
  CoGroupedRdd *rdd; /* (unowned) lives as long as the task */
  guint split;
  RushTaskContext *ctx;
  guint side;         /* being read */
  RushIterator *rows; /* of that side, or NULL */
} TaggedIterator;

static RushIterator *
open_side (const TaggedIterator *self, GError **error)
{
  RushDependency *dep = self->rdd->base.dependencies[self->side];

  if (dep->kind == RUSH_DEPENDENCY_SHUFFLE)
    return rush_shuffle_reader_new (dep, self->split, self->split + 1, &self->ctx->env->fetch,
                                    self->ctx, error);
  return rush_rdd_iterator (dep->rdd, self->split, self->ctx, error);
}

static RushBatch *
tagged_next (RushIterator *base, GError **error)
{
  TaggedIterator *self = (TaggedIterator *)base;

  for (; self->side < 2; self->side++)
    {
      g_autoptr (GError) failure = NULL;
      g_autoptr (RushBatch) batch = NULL;

      if (self->rows == NULL)
        self->rows = open_side (self, error);
      if (self->rows == NULL)
        return NULL;
      batch = rush_iterator_next (self->rows, &failure);
      if (batch != NULL)
        return tag_batch (self->rdd, batch, self->side, self->ctx->allocator, error);
      if (failure != NULL)
        {
          g_propagate_error (error, g_steal_pointer (&failure));
          return NULL;
        }
      g_clear_pointer (&self->rows, rush_iterator_close);
    }
  return NULL;
}

static void
tagged_close (RushIterator *base)
{
  rush_iterator_close (((TaggedIterator *)base)->rows);
  g_free (base);
}

static const RushIteratorClass tagged_class = { tagged_next, tagged_close };

/* ---- the RDD ---- */

static gboolean
cogrouped_partitions (RushRdd *self, guint *out_n, GError **error)
{
  *out_n = self->partitioner->n_partitions;
  return TRUE;
}

static RushIterator *
cogrouped_compute (RushRdd *base, guint split, RushTaskContext *ctx, GError **error)
{
  CoGroupedRdd *self = (CoGroupedRdd *)base;
  TaggedIterator *tagged = g_new0 (TaggedIterator, 1);
  RushIterator *clustered;

  tagged->base.klass = &tagged_class;
  tagged->rdd = self;
  tagged->split = split;
  tagged->ctx = ctx;
  clustered = rush_combine_iterator_new (&tagged->base, rush_cluster_combiner_new, NULL,
                                         self->tagged_schema, ctx);
  return rush_group_iterator_new (clustered, self->grouping, ctx);
}

static void
cogrouped_finalize (RushRdd *base)
{
  CoGroupedRdd *self = (CoGroupedRdd *)base;

  rush_schema_unref (self->tagged_schema);
  rush_grouping_free (self->grouping);
}

static const RushRddClass cogrouped_class = {
  .name = "CoGroupedRDD",
  .partitions = cogrouped_partitions,
  .compute = cogrouped_compute,
  .finalize = cogrouped_finalize,
};

static RushDependency *
depend_on (RushRdd *parent, RushPartitioner *partitioner)
{
  if (rush_partitioner_equal (parent->partitioner, partitioner))
    return rush_dependency_one_to_one (parent);
  return rush_dependency_shuffle (parent, partitioner, parent->schema);
}

static RushRdd *
cogrouped_new (RushRdd *left, RushRdd *right, RushPartitioner *partitioner)
{
  static const char *const names[] = { "left", "right" };
  g_autoptr (RushSchema) tagged_schema = tagged_schema_of (left->schema, right->schema);
  RushGroupColumns columns[] = { columns_of_side (left, right, 0),
                                 columns_of_side (left, right, 1) };
  RushGrouping *grouping = rush_grouping_new (tagged_schema, SIDE_COLUMN, 2, columns, names);
  RushDependency *dependencies[] = { depend_on (left, partitioner),
                                     depend_on (right, partitioner) };
  CoGroupedRdd *self = rush_rdd_alloc (sizeof *self, &cogrouped_class, left->lineage,
                                       grouping->schema, dependencies, 2);

  self->tagged_schema = g_steal_pointer (&tagged_schema);
  self->grouping = grouping;
  self->base.partitioner = rush_partitioner_ref (partitioner);
  return &self->base;
}

/* In Scala the step from an array of buffers to a tuple of iterables. */
static RushIterator *
pass_groups (RushIterator *rows, guint split, RushTaskContext *ctx, gpointer data, GError **error)
{
  return rows;
}

RushRdd *
rush_rdd_cogroup (RushRdd *left, RushRdd *right, guint n_partitions, GError **error)
{
  RUSH_OPERATOR ("cogroup");
  RushRdd *parents[] = { left, right };
  g_autoptr (RushPartitioner) partitioner = NULL;
  g_autoptr (RushRdd) grouped = NULL;

  g_return_val_if_fail (left->schema->n_fields >= 2 && right->schema->n_fields >= 2, NULL);
  g_return_val_if_fail (left->schema->fields[0].type == right->schema->fields[0].type, NULL);
  partitioner = rush_rdd_choose_partitioner (parents, 2, n_partitions, error);
  if (partitioner == NULL)
    return NULL;
  grouped = cogrouped_new (left, right, partitioner);
  return rush_rdd_map_partitions (grouped, grouped->schema, pass_groups, NULL, NULL, TRUE);
}
