/* generate.c - rows to rows.
 *
 *   (1, [a, b])   counts 2     (1, a) (1, b)        the child's columns are taken once for each row
 *   that (2, [])       counts 0                          the generator gives, and its columns stand
 *   beside (3, [c])      counts 1     (3, c)
 *
 * Mirrors: org.apache.spark.sql.execution.GenerateExec.
 */
#include "sql/physical/operators/generate.h"

#include "core/data/gather.h"
#include "sql/physical/text.h"

typedef struct
{
  RushExec base;
  RushPlan *plan;  /* (owned) */
  RushExpr *bound; /* (owned) the generator */
  guint n_required;
  guint *required;    /* (owned) columns of the child that come out */
  RushSchema *schema; /* (owned) */
} GenerateExec;

typedef struct
{
  RushIterator base;
  const GenerateExec *exec;
  RushIterator *rows;
  RushTaskContext *ctx;
  RushEvalContext *eval;
  /* of the batch that is being handed out */
  RushBatch *batch;     /* (owned) or NULL */
  GPtrArray *generated; /* RushColumn (owned) */
  GArray *from;         /* guint32: which physical row each new one comes from */
  guint next;
} GenerateIterator;

static void
drop_batch (GenerateIterator *self)
{
  g_clear_pointer (&self->batch, rush_batch_unref);
  g_clear_pointer (&self->generated, g_ptr_array_unref);
  g_array_set_size (self->from, 0);
  self->next = 0;
}

static gboolean
generate (GenerateIterator *self, GError **error)
{
  const RushExpr *call = self->exec->bound;
  RushRows rows = { self->batch->selection != NULL ? (const guint16 *)self->batch->selection->bytes
                                                   : NULL,
                    self->batch->length, self->batch->physical_length };
  g_autofree RushColumn **args = g_new0 (RushColumn *, call->n_children + 1);
  guint32 counts[RUSH_BATCH_MAX_ROWS];
  RushGenerated out = { counts,
                        g_ptr_array_new_with_free_func ((GDestroyNotify)rush_column_unref) };
  gboolean made = TRUE;

  for (guint i = 0; i < call->n_children && made; i++)
    {
      args[i] = rush_evaluate (call->children[i], self->batch, self->eval, error);
      made = args[i] != NULL;
    }
  made = made && call->as.function.function->generate (call, args, &rows,
                                                       self->exec->plan->as.generate.outer, &out,
                                                       self->eval, error);
  for (guint i = 0; i < call->n_children; i++)
    if (args[i] != NULL)
      rush_column_unref (args[i]);
  self->generated = out.columns;
  for (guint i = 0; made && i < rows.n; i++)
    {
      guint32 row = rush_eval_row (&rows, i);
      for (guint k = 0; k < counts[i]; k++)
        g_array_append_val (self->from, row);
    }
  return made;
}

/* The next of the rows that were made of the batch. */
static RushBatch *
hand_out (GenerateIterator *self, GError **error)
{
  const GenerateExec *exec = self->exec;
  guint n = MIN (self->from->len - self->next, RUSH_BATCH_MAX_ROWS);
  guint n_columns = exec->schema->n_fields;
  g_autofree RushColumn **columns = g_new0 (RushColumn *, n_columns + 1);

  for (guint c = 0; c < exec->n_required; c++)
    {
      columns[c] = rush_column_take (self->batch->columns[exec->required[c]],
                                     &g_array_index (self->from, guint32, self->next), n,
                                     self->eval->allocator, error);
      if (columns[c] == NULL)
        {
          while (c-- > 0)
            rush_column_unref (columns[c]);
          return NULL;
        }
    }
  for (guint c = exec->n_required; c < n_columns; c++)
    columns[c] = rush_column_slice (self->generated->pdata[c - exec->n_required], self->next, n);
  self->next += n;
  rush_exec_count (&exec->base, RUSH_METRIC_OUTPUT_ROWS, n);
  return rush_batch_new (exec->schema, n, columns);
}

static RushBatch *
generate_next (RushIterator *base, GError **error)
{
  GenerateIterator *self = (GenerateIterator *)base;

  while (self->batch == NULL || self->next == self->from->len)
    {
      drop_batch (self);
      if (!rush_task_context_check (self->ctx, error))
        return NULL;
      self->batch = rush_iterator_next (self->rows, error);
      if (self->batch == NULL || !generate (self, error))
        return NULL;
    }
  return hand_out (self, error);
}

static void
generate_close (RushIterator *base)
{
  GenerateIterator *self = (GenerateIterator *)base;

  drop_batch (self);
  g_array_unref (self->from);
  rush_iterator_close (self->rows);
  g_free (self);
}

static const RushIteratorClass generate_iterator_class = { generate_next, generate_close };

static RushIterator *
generate_open (const RushExec *base, RushIterator *child, guint split, RushTaskContext *ctx,
               RushEvalContext *eval, GError **error)
{
  GenerateIterator *self = g_new0 (GenerateIterator, 1);

  self->base.klass = &generate_iterator_class;
  self->exec = (const GenerateExec *)base;
  self->rows = child;
  self->ctx = ctx;
  self->eval = eval;
  self->from = g_array_new (FALSE, FALSE, sizeof (guint32));
  return &self->base;
}

static RushExec *
generate_with_children (const RushExec *base, RushExec *const *children)
{
  return rush_generate_exec_new (((const GenerateExec *)base)->plan, children[0]);
}

static char *
generate_arguments (const RushExec *base)
{
  const GenerateExec *self = (const GenerateExec *)base;
  g_autofree char *generator = rush_expr_to_string (self->plan->lists[0]->items[0]);
  g_autofree char *made = rush_list_to_text (self->plan->lists[1]);
  g_autoptr (GPtrArray) kept = g_ptr_array_new_with_free_func ((GDestroyNotify)rush_expr_unref);
  g_autoptr (RushExprList) list = NULL;
  g_autofree char *required = NULL;

  for (guint c = 0; c < self->n_required; c++)
    g_ptr_array_add (kept, rush_expr_ref (base->output->items[c]));
  list = rush_expr_list_from_array (g_steal_pointer (&kept));
  required = rush_list_to_text (list);
  return g_strdup_printf (" %s, %s, %s, %s", generator, required,
                          self->plan->as.generate.outer ? "true" : "false", made);
}

static void
generate_expressions (const RushExec *base, GPtrArray *into)
{
  g_ptr_array_add (into, ((const GenerateExec *)base)->plan->lists[0]->items[0]);
}

static RushPartitioning *
generate_partitioning (const RushExec *base)
{
  g_autoptr (RushPartitioning) below = rush_exec_output_partitioning (base->children[0]);

  return rush_partitioning_project (below, base->output);
}

static void
generate_finalize (RushExec *base)
{
  GenerateExec *self = (GenerateExec *)base;

  rush_plan_unref (self->plan);
  rush_expr_unref (self->bound);
  g_free (self->required);
  rush_schema_unref (self->schema);
}

static const RushExecClass generate_class = {
  .name = "Generate",
  .fusible = TRUE,
  .finalize = generate_finalize,
  .with_children = generate_with_children,
  .arguments = generate_arguments,
  .expressions = generate_expressions,
  .output_partitioning = generate_partitioning,
  .open = generate_open,
};

RushPlan *
rush_generate_exec_plan (const RushExec *generate)
{
  g_assert (generate->klass == &generate_class);
  return ((const GenerateExec *)generate)->plan;
}

RushExec *
rush_generate_exec_new (RushPlan *plan, RushExec *child)
{
  GenerateExec *self =
      rush_exec_alloc (sizeof *self, &generate_class, rush_expr_list_ref (plan->output), 1, &child);

  self->plan = rush_plan_ref (plan);
  self->bound = rush_expr_bind (plan->lists[0]->items[0], child->output);
  self->n_required = plan->output->n - plan->lists[1]->n;
  self->required = g_new (guint, self->n_required + 1);
  for (guint r = 0; r < self->n_required; r++)
    for (guint c = 0; c < child->output->n; c++)
      if (rush_expr_named_id (child->output->items[c]) ==
          rush_expr_named_id (plan->output->items[r]))
        self->required[r] = c;
  self->schema = rush_exec_schema (&self->base);
  rush_exec_add_metric (self, "numOutputRows", "number of output rows", RUSH_METRIC_SUM);
  return &self->base;
}
