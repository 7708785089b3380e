/* row_filter.c - the evaluator on the batches of a scan, before anybody sees them.
 *
 * The plan filters again.  What is gained is that rows which are filtered out are never counted as
 * read, as in Spark, whose CSV and JSON parsers look at filters, too.
 */
#include "sql/sources/row_filter.h"

#include "sql/evaluate/evaluate.h"

struct _RushRowFilter
{
  RushExpr *bound;
  RushEvalContext *eval;
};

static RushExpr *
bind_by_name (RushExpr *node, gpointer data, GError **error)
{
  const RushSchema *schema = data;

  for (guint c = 0; node->kind == RUSH_EXPR_ATTRIBUTE && c < schema->n_fields; c++)
    if (g_ascii_strcasecmp (schema->fields[c].name, node->as.attribute.name) == 0)
      return rush_expr_bound (c, node->type, TRUE, node->as.attribute.name);
  return rush_expr_ref (node);
}

gboolean
rush_row_filter_new (const RushReadRequest *request, RushTaskContext *ctx, RushRowFilter **out,
                     GError **error)
{
  g_autoptr (RushExpr) all = NULL;
  RushExpr *bound;

  *out = NULL;
  if (request->filters == NULL || request->filters->n == 0)
    return TRUE;
  all = rush_expr_and_all (request->filters->items, request->filters->n);
  bound = rush_expr_transform_up (all, bind_by_name, request->schema, error);
  if (bound == NULL)
    return FALSE;
  *out = g_new (RushRowFilter, 1);
  (*out)->bound = bound;
  (*out)->eval = rush_eval_context_new (ctx, ctx->allocator, request->settings->time_zone);
  return TRUE;
}

void
rush_row_filter_free (RushRowFilter *self)
{
  if (self == NULL)
    return;
  rush_eval_context_free (self->eval);
  rush_expr_unref (self->bound);
  g_free (self);
}

RushBatch *
rush_row_filter_apply (RushRowFilter *self, RushBatch *batch, GError **error)
{
  RushBatch *kept;

  if (self == NULL)
    return batch;
  kept = rush_evaluate_filter (self->bound, batch, self->eval, error);
  rush_batch_unref (batch);
  return kept;
}
