/* project.c - new columns of a batch from its old ones; columns that only pass through are shared.
 *
 * Mirrors: org.apache.spark.sql.execution.ProjectExec.
 */
#include "sql/physical/operators/basic.h"
#include "sql/physical/pipeline.h"
#include "sql/physical/text.h"

typedef struct
{
  RushExec base;
  RushExprList *named; /* (owned) */
  RushExprList *bound; /* (owned) */
  RushSchema *schema;  /* (owned) */
} ProjectExec;

/* ---- for all who compute lists ---- */

RushExprList *
rush_named_to_attributes (const RushExprList *named)
{
  g_autofree RushExpr **items = g_new (RushExpr *, named->n + 1);

  for (guint i = 0; i < named->n; i++)
    items[i] = rush_expr_to_attribute (named->items[i]);
  return rush_expr_list_new (named->n, items);
}

RushExprList *
rush_bind_list (const RushExprList *list, const RushExprList *input)
{
  g_autofree RushExpr **items = g_new (RushExpr *, list->n + 1);

  for (guint i = 0; i < list->n; i++)
    items[i] = rush_expr_bind (list->items[i], input);
  return rush_expr_list_new (list->n, items);
}

RushBatch *
rush_project_batch (const RushExprList *bound, RushSchema *schema, const RushBatch *batch,
                    RushEvalContext *eval, GError **error)
{
  g_autofree RushColumn **columns = g_new0 (RushColumn *, bound->n + 1);
  RushBatch *projected;

  for (guint i = 0; i < bound->n; i++)
    {
      columns[i] = rush_evaluate (bound->items[i], batch, eval, error);
      if (columns[i] == NULL)
        {
          for (guint k = 0; k < i; k++)
            rush_column_unref (columns[k]);
          return NULL;
        }
    }
  projected = rush_batch_new (schema, batch->physical_length, columns);
  if (batch->selection != NULL)
    {
      RushBatch *selected =
          rush_batch_select (projected, rush_buffer_ref (batch->selection), batch->length);
      rush_batch_unref (projected);
      projected = selected;
    }
  return projected;
}

/* ---- the operator ---- */

static RushBatch *
project_map (const RushExec *base, RushBatch *batch, RushEvalContext *eval, GError **error)
{
  const ProjectExec *self = (const ProjectExec *)base;
  RushBatch *projected = rush_project_batch (self->bound, self->schema, batch, eval, error);

  rush_batch_unref (batch);
  return projected;
}

static RushIterator *
project_open (const RushExec *base, RushIterator *child, guint split, RushTaskContext *ctx,
              RushEvalContext *eval, GError **error)
{
  return rush_map_iterator_new (base, child, project_map, ctx, eval);
}

static RushExec *
project_with_children (const RushExec *base, RushExec *const *children)
{
  return rush_project_exec_new (rush_expr_list_ref (((const ProjectExec *)base)->named),
                                children[0]);
}

static RushPartitioning *
project_partitioning (const RushExec *base)
{
  g_autoptr (RushPartitioning) below = rush_exec_output_partitioning (base->children[0]);

  return rush_partitioning_project (below, ((const ProjectExec *)base)->named);
}

static RushExprList *
project_ordering (const RushExec *base)
{
  g_autoptr (RushExprList) below = rush_exec_output_ordering (base->children[0]);

  return rush_ordering_project (below, ((const ProjectExec *)base)->named);
}

static char *
project_arguments (const RushExec *base)
{
  const ProjectExec *self = (const ProjectExec *)base;
  g_autofree char *text = rush_list_to_text (self->named);

  return self->named->n > 0 ? g_strdup_printf (" %s", text) : NULL;
}

static char *
project_formatted (const RushExec *base)
{
  GString *out = g_string_new (NULL);

  rush_append_list_line (out, "Output", ((const ProjectExec *)base)->named);
  rush_append_list_line (out, "Input", base->children[0]->output);
  return g_string_free (out, FALSE);
}

static void
project_expressions (const RushExec *base, GPtrArray *into)
{
  const ProjectExec *self = (const ProjectExec *)base;

  for (guint i = 0; i < self->named->n; i++)
    g_ptr_array_add (into, self->named->items[i]);
}

static void
project_finalize (RushExec *base)
{
  ProjectExec *self = (ProjectExec *)base;

  rush_expr_list_unref (self->named);
  rush_expr_list_unref (self->bound);
  rush_schema_unref (self->schema);
}

static const RushExecClass project_class = {
  .name = "Project",
  .fusible = TRUE,
  .finalize = project_finalize,
  .with_children = project_with_children,
  .arguments = project_arguments,
  .formatted = project_formatted,
  .expressions = project_expressions,
  .output_partitioning = project_partitioning,
  .output_ordering = project_ordering,
  .open = project_open,
};

gboolean
rush_exec_is_project (const RushExec *self)
{
  return self->klass == &project_class;
}

RushExprList *
rush_project_exec_list (const RushExec *self)
{
  g_assert (rush_exec_is_project (self));
  return ((const ProjectExec *)self)->named;
}

RushExec *
rush_project_exec_new (RushExprList *named, RushExec *child)
{
  ProjectExec *self =
      rush_exec_alloc (sizeof *self, &project_class, rush_named_to_attributes (named), 1, &child);

  self->named = named;
  self->bound = rush_bind_list (named, child->output);
  self->schema = rush_exec_schema (&self->base);
  return &self->base;
}
