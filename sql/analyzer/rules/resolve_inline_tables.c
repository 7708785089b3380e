/* resolve_inline_tables.c - ResolveInlineTables: VALUES (1, 'a'), (2, NULL).
 *
 *   'UnresolvedInlineTable [a, b], [1, a, 2, null]   →   LocalRelation [a#1, b#2]
 *
 * Values are constants: they are cast to the common type of their column and computed at once.
 *
 * Mirrors: ResolveInlineTables,
 EvaluateUnresolvedInlineTable. */
#include "core/data/builder.h"
#include "sql/analyzer/analysis_private.h"
#include "sql/evaluate/evaluate.h"

static gboolean
is_ready (const RushPlan *table)
{
  for (guint i = 0; i < table->lists[0]->n; i++)
    if (!rush_expr_is_resolved (table->lists[0]->items[i]))
      return FALSE;
  return TRUE;
}

static const RushType *
column_type (const RushAnalysis *self, const RushPlan *table, guint column, GError **error)
{
  guint n = table->as.inline_table.n_columns;
  g_autoptr (GPtrArray) values = g_ptr_array_new ();
  const RushType *type;

  for (guint i = column; i < table->lists[0]->n; i += n)
    g_ptr_array_add (values, table->lists[0]->items[i]);
  type = rush_analysis_wider_of (self, values);
  if (type == NULL)
    {
      g_autofree char *name = rush_sql_id_of (table->as.inline_table.names[column]);

      rush_sql_error_set (error,
                          RUSH_SQL_CLASS_INVALID_INLINE_TABLE_INCOMPATIBLE_TYPES_IN_INLINE_TABLE,
                          &table->context, "colName", name, NULL);
    }
  return type;
}

static RushExprList *
make_output (const RushAnalysis *self, const RushPlan *table, GError **error)
{
  guint n = table->as.inline_table.n_columns;
  g_autoptr (GPtrArray) columns = rush_expr_array_new ();

  for (guint c = 0; c < n; c++)
    {
      const RushType *type = column_type (self, table, c, error);
      gboolean nullable = FALSE;

      if (type == NULL)
        return NULL;
      for (guint i = c; i < table->lists[0]->n; i += n)
        nullable = nullable || table->lists[0]->items[i]->nullable;
      g_ptr_array_add (
          columns, rush_expr_attribute (table->as.inline_table.names[c], type, nullable, 0, NULL));
    }
  return rush_expr_list_from_array (g_steal_pointer (&columns));
}

static void
set_subquery (GError **error, const RushExpr *value)
{
  RushSqlErrorClass class = RUSH_SQL_CLASS_COUNT;

  /* By its name: the constant's is longer than a line. */
  rush_sql_error_class_find ("UNSUPPORTED_SUBQUERY_EXPRESSION_CATEGORY.SCALAR_SUBQUERY_IN_VALUES",
                             &class);
  rush_sql_error_set (error, class, &value->context, NULL);
}

static gboolean
append_value (const RushAnalysis *self, RushBatchBuilder *builder, guint column, RushExpr *value,
              const RushType *type, RushEvalContext *ctx, GError **error)
{
  g_autoptr (RushExpr) cast = rush_analysis_cast (self, rush_expr_ref (value), type);
  g_autoptr (RushExpr) constant = NULL;

  if (cast->flags & RUSH_EXPR_HAS_SUBQUERY)
    {
      set_subquery (error, value);
      return FALSE;
    }
  if (!(cast->flags & RUSH_EXPR_FOLDABLE))
    {
      rush_sql_error_set (
          error, RUSH_SQL_CLASS_INVALID_INLINE_TABLE_CANNOT_EVALUATE_EXPRESSION_IN_INLINE_TABLE,
          &value->context, NULL);
      return FALSE;
    }
  constant = rush_evaluate_constant (cast, ctx, error);
  if (constant == NULL)
    return FALSE;
  if (rush_expr_is_literal_null (constant))
    return rush_batch_builder_append_null (builder, column, error);
  return rush_batch_builder_append_from (builder, column, constant->as.literal.value, 0, error);
}

/* All rows as batches. */
static GPtrArray *
make_batches (const RushAnalysis *self, const RushPlan *table, const RushExprList *output,
              GError **error)
{
  guint n = output->n;
  g_autofree RushField *fields = g_new (RushField, MAX (n, 1));
  g_autoptr (RushSchema) schema = NULL;
  g_autoptr (RushBatchBuilder) builder = NULL;
  g_autoptr (RushEvalContext) ctx =
      rush_eval_context_new (NULL, rush_allocator_system (), self->options->time_zone);
  g_autoptr (GPtrArray) batches = g_ptr_array_new_with_free_func ((GDestroyNotify)rush_batch_unref);

  for (guint i = 0; i < n; i++)
    fields[i] = (RushField){ (char *)rush_expr_name (output->items[i]), output->items[i]->type,
                             output->items[i]->nullable };
  schema = rush_schema_new (n, fields);
  builder = rush_batch_builder_new (schema, rush_allocator_system ());
  for (guint i = 0; i < table->lists[0]->n; i++)
    {
      if (!append_value (self, builder, i % n, table->lists[0]->items[i],
                         output->items[i % n]->type, ctx, error))
        return NULL;
      if (i % n < n - 1)
        continue;
      rush_batch_builder_end_row (builder);
      if (rush_batch_builder_is_full (builder) || i + 1 == table->lists[0]->n)
        {
          RushBatch *batch = rush_batch_builder_finish (builder, error);

          if (batch == NULL)
            return NULL;
          g_ptr_array_add (batches, batch);
        }
    }
  return g_steal_pointer (&batches);
}

static RushPlan *
resolve (RushPlan *node, gpointer data, GError **error)
{
  g_autoptr (RushExprList) output = NULL;
  GPtrArray *batches;

  if (node->kind != RUSH_PLAN_UNRESOLVED_INLINE_TABLE || !is_ready (node))
    return rush_plan_ref (node);
  output = make_output (data, node, error);
  if (output == NULL)
    return NULL;
  batches = make_batches (data, node, output, error);
  return batches != NULL ? rush_plan_local (g_steal_pointer (&output), batches) : NULL;
}

static RushPlan *
apply (RushPlan *plan, gpointer data, GError **error)
{
  return rush_plan_transform_up (plan, resolve, data, error);
}

const RushRule rush_rule_resolve_inline_tables = { "ResolveInlineTables", apply };
