/* shuffled_row_rdd.c - see shuffled_row_rdd.h. */
#include "sql/physical/operators/shuffled_row_rdd.h"

#include "core/executor/env.h"
#include "rdd/call_site.h"

typedef struct
{
  RushRdd base;
  guint n_specs;
  RushShuffleSpec *specs; /* (owned) */
  guint *columns;         /* (owned) those that stay; NULL: all */
} ShuffledRowRdd;

typedef struct
{
  RushIterator base;
  const ShuffledRowRdd *rdd;
  RushIterator *rows;
} DropColumnsIterator;

static gboolean
shuffled_row_partitions (RushRdd *base, guint *out_n, GError **error)
{
  *out_n = ((ShuffledRowRdd *)base)->n_specs;
  return TRUE;
}

/* ---- a column that only said where the row goes ---- */

static RushBatch *
drop_columns_next (RushIterator *base, GError **error)
{
  DropColumnsIterator *self = (DropColumnsIterator *)base;
  g_autoptr (RushBatch) batch = rush_iterator_next (self->rows, error);

  return batch != NULL ? rush_batch_project (batch, self->rdd->base.schema, self->rdd->columns)
                       : NULL;
}

static void
drop_columns_close (RushIterator *base)
{
  rush_iterator_close (((DropColumnsIterator *)base)->rows);
  g_free (base);
}

static const RushIteratorClass drop_columns_class = { drop_columns_next, drop_columns_close };

static RushIterator *
shuffled_row_compute (RushRdd *base, guint split, RushTaskContext *ctx, GError **error)
{
  ShuffledRowRdd *self = (ShuffledRowRdd *)base;
  const RushShuffleSpec *spec = &self->specs[split];
  RushIterator *rows = rush_shuffle_reader_new_of_maps (base->dependencies[0], spec->start,
                                                        spec->end, spec->map_start, spec->map_end,
                                                        &ctx->env->fetch, ctx, error);
  DropColumnsIterator *dropping;

  if (rows == NULL || self->columns == NULL)
    return rows;
  dropping = g_new0 (DropColumnsIterator, 1);
  dropping->base.klass = &drop_columns_class;
  dropping->rdd = self;
  dropping->rows = rows;
  return &dropping->base;
}

static void
shuffled_row_finalize (RushRdd *base)
{
  ShuffledRowRdd *self = (ShuffledRowRdd *)base;

  g_free (self->specs);
  g_free (self->columns);
}

static const RushRddClass shuffled_row_class = {
  .name = "ShuffledRowRDD",
  .partitions = shuffled_row_partitions,
  .compute = shuffled_row_compute,
  .finalize = shuffled_row_finalize,
};

RushRdd *
rush_shuffled_row_rdd_new (RushDependency *dependency, RushSchema *schema,
                           const RushShuffleSpec *specs, guint n_specs)
{
  RUSH_OPERATOR ("shuffle");
  RushDependency *owned = rush_dependency_ref (dependency);
  ShuffledRowRdd *self = rush_rdd_alloc (sizeof *self, &shuffled_row_class,
                                         dependency->rdd->lineage, schema, &owned, 1);

  self->n_specs = n_specs;
  self->specs = g_memdup2 (specs, n_specs * sizeof *specs);
  if (schema->n_fields < dependency->schema->n_fields)
    {
      self->columns = g_new (guint, schema->n_fields + 1);
      for (guint c = 0; c < schema->n_fields; c++)
        self->columns[c] = c;
    }
  return &self->base;
}
