/* expand.c - each row as several: once for each grouping set, or each set of distinct values.
 *
 *   (a, b)  ─▶  (a, b, 0)  (a, null, 1)  (null, null, 3)       GROUP BY ROLLUP (a, b)
 *
 * A batch comes out once for each projection.
 *
 * Mirrors: org.apache.spark.sql.execution.ExpandExec.
 */
#include "sql/physical/operators/basic.h"
#include "sql/physical/operators/rows.h"
#include "sql/physical/text.h"

typedef struct
{
  RushExec base;
  guint n_projections;
  RushExprList *projections; /* (owned) */
  RushExprList **bound;      /* (owned) [n_projections] */
  RushSchema *schema;        /* (owned) */
} ExpandExec;

typedef struct
{
  RushIterator base;
  const ExpandExec *exec;
  RushIterator *rows;
  RushTaskContext *ctx;
  RushEvalContext *eval;
  RushBatch *batch; /* (owned) being expanded, or NULL */
  guint projection; /* the next one of it */
} ExpandIterator;

static RushBatch *
expand_next (RushIterator *base, GError **error)
{
  ExpandIterator *self = (ExpandIterator *)base;
  RushBatch *out;

  if (self->batch == NULL || self->projection == self->exec->n_projections)
    {
      g_clear_pointer (&self->batch, rush_batch_unref);
      self->batch = rush_iterator_next (self->rows, error);
      self->projection = 0;
      if (self->batch == NULL)
        return NULL;
    }
  out = rush_project_batch (self->exec->bound[self->projection++], self->exec->schema, self->batch,
                            self->eval, error);
  if (out != NULL)
    rush_exec_count (&self->exec->base, RUSH_METRIC_OUTPUT_ROWS, out->length);
  return out;
}

static void
expand_close (RushIterator *base)
{
  ExpandIterator *self = (ExpandIterator *)base;

  rush_iterator_close (self->rows);
  rush_batch_unref (self->batch);
  g_free (self);
}

static const RushIteratorClass expand_iterator_class = { expand_next, expand_close };

static RushIterator *
expand_open (const RushExec *base, RushIterator *child, guint split, RushTaskContext *ctx,
             RushEvalContext *eval, GError **error)
{
  ExpandIterator *self = g_new0 (ExpandIterator, 1);

  self->base.klass = &expand_iterator_class;
  self->exec = (const ExpandExec *)base;
  self->rows = child;
  self->ctx = ctx;
  self->eval = eval;
  return &self->base;
}

static RushExec *
expand_with_children (const RushExec *base, RushExec *const *children)
{
  const ExpandExec *self = (const ExpandExec *)base;

  return rush_expand_exec_new (self->n_projections, rush_expr_list_ref (self->projections),
                               rush_expr_list_ref (base->output), children[0]);
}

static RushPartitioning *
expand_partitioning (const RushExec *base)
{
  g_autoptr (RushPartitioning) below = rush_exec_output_partitioning (base->children[0]);

  return rush_partitioning_new (RUSH_PARTITIONING_UNKNOWN, below->n_partitions, NULL);
}

static RushExprList *
nth_projection (const RushExprList *projections, guint n_columns, guint p)
{
  g_autofree RushExpr **items = g_new (RushExpr *, n_columns + 1);

  for (guint c = 0; c < n_columns; c++)
    items[c] = rush_expr_ref (projections->items[p * n_columns + c]);
  return rush_expr_list_new (n_columns, items);
}

static char *
expand_arguments (const RushExec *base)
{
  const ExpandExec *self = (const ExpandExec *)base;
  g_autoptr (GString) out = g_string_new (" [");
  g_autofree char *output = rush_list_to_text (base->output);

  for (guint p = 0; p < self->n_projections; p++)
    {
      g_autoptr (RushExprList) list = nth_projection (self->projections, base->output->n, p);
      g_autofree char *text = rush_list_to_text (list);
      g_string_append_printf (out, "%s%s", p > 0 ? ", " : "", text);
    }
  g_string_append_printf (out, "], %s", output);
  return g_string_free (g_steal_pointer (&out), FALSE);
}

static void
expand_expressions (const RushExec *base, GPtrArray *into)
{
  const RushExprList *list = ((const ExpandExec *)base)->projections;

  for (guint i = 0; i < list->n; i++)
    g_ptr_array_add (into, list->items[i]);
}

static void
expand_finalize (RushExec *base)
{
  ExpandExec *self = (ExpandExec *)base;

  for (guint p = 0; p < self->n_projections; p++)
    rush_expr_list_unref (self->bound[p]);
  g_free (self->bound);
  rush_expr_list_unref (self->projections);
  rush_schema_unref (self->schema);
}

static const RushExecClass expand_class = {
  .name = "Expand",
  .fusible = TRUE,
  .finalize = expand_finalize,
  .with_children = expand_with_children,
  .arguments = expand_arguments,
  .expressions = expand_expressions,
  .output_partitioning = expand_partitioning,
  .open = expand_open,
};

RushExec *
rush_expand_exec_new (guint n_projections, RushExprList *projections, RushExprList *output,
                      RushExec *child)
{
  ExpandExec *self = rush_exec_alloc (sizeof *self, &expand_class, output, 1, &child);

  g_assert (projections->n == n_projections * output->n);
  self->n_projections = n_projections;
  self->projections = projections;
  self->bound = g_new (RushExprList *, n_projections + 1);
  for (guint p = 0; p < n_projections; p++)
    {
      g_autoptr (RushExprList) list = nth_projection (projections, output->n, p);
      self->bound[p] = rush_bind_list (list, child->output);
    }
  self->schema = rush_exec_schema (&self->base);
  rush_exec_add_metric (self, "numOutputRows", "number of output rows", RUSH_METRIC_SUM);
  return &self->base;
}
