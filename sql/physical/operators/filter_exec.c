/* filter_exec.c - the rows for which a condition is true: a selection, nothing is copied.
 *
 * Mirrors: org.apache.spark.sql.execution.FilterExec.
 */
#include "sql/physical/operators/basic.h"
#include "sql/physical/pipeline.h"
#include "sql/physical/text.h"

typedef struct
{
  RushExec base;
  RushExpr *condition; /* (owned) */
  RushExpr *bound;     /* (owned) */
} FilterExec;

static RushBatch *
filter_map (const RushExec *base, RushBatch *batch, RushEvalContext *eval, GError **error)
{
  RushBatch *kept = rush_evaluate_filter (((const FilterExec *)base)->bound, batch, eval, error);

  rush_batch_unref (batch);
  if (kept != NULL)
    rush_exec_count (base, RUSH_METRIC_OUTPUT_ROWS, kept->length);
  return kept;
}

static RushIterator *
filter_open (const RushExec *base, RushIterator *child, guint split, RushTaskContext *ctx,
             RushEvalContext *eval, GError **error)
{
  return rush_map_iterator_new (base, child, filter_map, ctx, eval);
}

static RushExec *
filter_with_children (const RushExec *base, RushExec *const *children)
{
  return rush_filter_exec_new (rush_expr_ref (((const FilterExec *)base)->condition), children[0]);
}

static RushExprList *
filter_ordering (const RushExec *base)
{
  return rush_exec_output_ordering (base->children[0]);
}

static char *
filter_arguments (const RushExec *base)
{
  g_autofree char *text = rush_expr_to_string (((const FilterExec *)base)->condition);

  return g_strdup_printf (" %s", text);
}

static char *
filter_formatted (const RushExec *base)
{
  GString *out = g_string_new (NULL);
  g_autofree char *text = rush_expr_to_string (((const FilterExec *)base)->condition);

  rush_append_list_line (out, "Input", base->children[0]->output);
  g_string_append_printf (out, "Condition : %s\n", text);
  return g_string_free (out, FALSE);
}

static void
filter_expressions (const RushExec *base, GPtrArray *into)
{
  g_ptr_array_add (into, ((const FilterExec *)base)->condition);
}

static void
filter_finalize (RushExec *base)
{
  FilterExec *self = (FilterExec *)base;

  rush_expr_unref (self->condition);
  rush_expr_unref (self->bound);
}

static const RushExecClass filter_class = {
  .name = "Filter",
  .fusible = TRUE,
  .finalize = filter_finalize,
  .with_children = filter_with_children,
  .arguments = filter_arguments,
  .formatted = filter_formatted,
  .expressions = filter_expressions,
  .output_ordering = filter_ordering,
  .open = filter_open,
};

gboolean
rush_exec_is_filter (const RushExec *self)
{
  return self->klass == &filter_class;
}

RushExpr *
rush_filter_exec_condition (const RushExec *self)
{
  g_assert (rush_exec_is_filter (self));
  return ((const FilterExec *)self)->condition;
}

/* What a row that passed cannot be null in: columns that the condition says so of. */
static RushExprList *
filtered_output (const RushExpr *condition, const RushExprList *input)
{
  g_autoptr (GPtrArray) conjuncts =
      g_ptr_array_new_with_free_func ((GDestroyNotify)rush_expr_unref);
  GPtrArray *output = g_ptr_array_new_with_free_func ((GDestroyNotify)rush_expr_unref);

  rush_expr_split_conjuncts ((RushExpr *)condition, conjuncts);
  for (guint i = 0; i < input->n; i++)
    {
      RushExpr *attribute = rush_expr_ref (input->items[i]);

      for (guint c = 0; c < conjuncts->len; c++)
        {
          const RushExpr *conjunct = conjuncts->pdata[c];
          if (conjunct->kind == RUSH_EXPR_IS_NOT_NULL &&
              conjunct->children[0]->kind == RUSH_EXPR_ATTRIBUTE &&
              rush_expr_named_id (conjunct->children[0]) == rush_expr_named_id (attribute) &&
              attribute->nullable)
            {
              RushExpr *sure = rush_expr_with_nullable (attribute, FALSE);
              rush_expr_unref (attribute);
              attribute = sure;
            }
        }
      g_ptr_array_add (output, attribute);
    }
  return rush_expr_list_from_array (output);
}

RushExec *
rush_filter_exec_new (RushExpr *condition, RushExec *child)
{
  FilterExec *self = rush_exec_alloc (sizeof *self, &filter_class,
                                      filtered_output (condition, child->output), 1, &child);

  self->condition = condition;
  self->bound = rush_expr_bind (condition, child->output);
  rush_exec_add_metric (self, "numOutputRows", "number of output rows", RUSH_METRIC_SUM);
  return &self->base;
}
