/* map_values.c - row steps that know about keys, and the two projections. */
#include "rdd/transform/map_values.h"

#include "rdd/call_site.h"
#include "rdd/transform/map_partitions.h"
#include "rdd/transform/row_iterator.h"

static RushRdd *
map_values (const char *name, gboolean one_for_one, RushRdd *pairs, RushSchema *schema,
            RushRowFunc func, gpointer data, GDestroyNotify free_data)
{
  RUSH_OPERATOR (name);
  RushRowStep *step;

  g_return_val_if_fail (schema->n_fields >= 2, NULL);
  g_return_val_if_fail (schema->fields[0].type == pairs->schema->fields[0].type, NULL);
  step = rush_row_step_new (name, schema, func, data, free_data);
  step->one_for_one = one_for_one;
  step->keep_key = TRUE;
  return rush_rdd_map_partitions (pairs, schema, rush_row_step_apply, step, rush_row_step_free,
                                  TRUE);
}

RushRdd *
rush_rdd_map_values (RushRdd *pairs, RushSchema *schema, RushRowFunc func, gpointer data,
                     GDestroyNotify free_data)
{
  return map_values ("mapValues", TRUE, pairs, schema, func, data, free_data);
}

RushRdd *
rush_rdd_flat_map_values (RushRdd *pairs, RushSchema *schema, RushRowFunc func, gpointer data,
                          GDestroyNotify free_data)
{
  return map_values ("flatMapValues", FALSE, pairs, schema, func, data, free_data);
}

RushRdd *
rush_rdd_key_by (RushRdd *parent, const char *key_name, const RushType *key_type, RushRowFunc func,
                 gpointer data, GDestroyNotify free_data)
{
  RUSH_OPERATOR ("keyBy");
  guint n = parent->schema->n_fields;
  g_autofree RushField *fields = g_new (RushField, n + 1);
  g_autoptr (RushSchema) schema = NULL;
  RushRowStep *step;

  fields[0] = (RushField){ (char *)key_name, key_type, TRUE };
  for (guint i = 0; i < n; i++)
    fields[i + 1] = parent->schema->fields[i];
  schema = rush_schema_new (n + 1, fields);
  step = rush_row_step_new ("keyBy", schema, func, data, free_data);
  step->one_for_one = TRUE;
  step->append_row = TRUE;
  return rush_rdd_map_partitions (parent, schema, rush_row_step_apply, step, rush_row_step_free,
                                  FALSE);
}

/* ---- columns of a pair ---- */

typedef struct
{
  RushSchema *schema;
  guint columns[]; /* [schema->n_fields] */
} Projection;

typedef struct
{
  RushIterator base;
  RushIterator *rows;
  const Projection *projection;
} ProjectIterator;

static RushBatch *
project_next (RushIterator *base, GError **error)
{
  ProjectIterator *self = (ProjectIterator *)base;
  g_autoptr (RushBatch) batch = rush_iterator_next (self->rows, error);

  return batch != NULL
             ? rush_batch_project (batch, self->projection->schema, self->projection->columns)
             : NULL;
}

static void
project_close (RushIterator *base)
{
  rush_iterator_close (((ProjectIterator *)base)->rows);
  g_free (base);
}

static const RushIteratorClass project_class = { project_next, project_close };

static RushIterator *
project (RushIterator *rows, guint split, RushTaskContext *ctx, gpointer projection, GError **error)
{
  ProjectIterator *self = g_new0 (ProjectIterator, 1);

  self->base.klass = &project_class;
  self->rows = rows;
  self->projection = projection;
  return &self->base;
}

static void
projection_free (gpointer data)
{
  rush_schema_unref (((Projection *)data)->schema);
  g_free (data);
}

static RushRdd *
project_columns (RushRdd *parent, guint first, guint n)
{
  Projection *projection = g_malloc (sizeof *projection + n * sizeof projection->columns[0]);

  for (guint i = 0; i < n; i++)
    projection->columns[i] = first + i;
  projection->schema = rush_schema_new (n, parent->schema->fields + first);
  return rush_rdd_map_partitions (parent, projection->schema, project, projection, projection_free,
                                  FALSE);
}

RushRdd *
rush_rdd_keys (RushRdd *pairs)
{
  RUSH_OPERATOR ("keys");
  return project_columns (pairs, 0, 1);
}

RushRdd *
rush_rdd_values (RushRdd *pairs)
{
  RUSH_OPERATOR ("values");
  g_return_val_if_fail (pairs->schema->n_fields >= 2, NULL);
  return project_columns (pairs, 1, pairs->schema->n_fields - 1);
}
