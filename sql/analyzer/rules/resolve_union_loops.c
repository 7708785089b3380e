/* resolve_union_loops.c - ResolveWithCTE: a definition that uses itself gets its columns.
 *
 *   'UnionLoop 0                             UnionLoop 0, putting out [1#9]
 *   :- Project [1 AS 1#3]                    :- Project [1 AS 1#3]
 *   +- 'Project [('n + 1)]              →    +- Project [(n#6 + 1) AS (n + 1)#7]
 *      +- 'SubqueryAlias r                      +- SubqueryAlias r
 *         +- 'UnionLoopRef 0                       +- … UnionLoopRef 0, [1#5]
 *
 * The anchor decides on names and types.  References get columns like its own (any of which may be
 * null: what the recursion makes is not known yet); then names resolve in it as anywhere; then its
 * types must fit those of the anchor.
 *
 * Mirrors: ResolveWithCTE, TypeCoercionBase.WidenSetOperationTypes of UnionLoop, CTESubstitution.
 */
#include "sql/analyzer/analysis_private.h"

/* Columns as the anchor has them, with ids of their own. */
static RushExprList *
columns_like (const RushPlan *anchor, const RushPlan *recursion)
{
  GPtrArray *columns = rush_expr_array_new ();

  for (guint i = 0; i < anchor->output->n; i++)
    {
      const RushExpr *column = anchor->output->items[i];
      gboolean nullable =
          recursion == NULL || column->nullable || recursion->output->items[i]->nullable;

      g_ptr_array_add (columns, rush_expr_attribute (rush_expr_name (column), column->type,
                                                     nullable, rush_expr_id_new (), NULL));
    }
  return rush_expr_list_from_array (columns);
}

/* ── references ── */

static RushPlan *
give_columns (RushPlan *node, gpointer data, GError **error)
{
  const RushPlan *loop = data;

  if (node->kind != RUSH_PLAN_UNION_LOOP_REF || node->as.cte.id != loop->as.cte.id ||
      node->resolved)
    return rush_plan_ref (node);
  return rush_plan_union_loop_ref (node->as.cte.id, columns_like (loop->children[0], NULL));
}

/* ── types ── */

static void
set_incompatible (GError **error, const RushType *left, const RushType *right)
{
  g_autofree char *a = rush_quote_type (left), *b = rush_quote_type (right);

  rush_sql_error_set (error, RUSH_SQL_CLASS_CANNOT_MERGE_INCOMPATIBLE_DATA_TYPE, NULL, "left", a,
                      "right", b, NULL);
}

static gboolean
check_width (const RushPlan *loop, GError **error)
{
  guint n = loop->children[0]->output->n, m = loop->children[1]->output->n;
  g_autofree char *first = g_strdup_printf ("%u", n), *second = g_strdup_printf ("%u", m);

  if (n == m)
    return TRUE;
  rush_sql_error_set (error, RUSH_SQL_CLASS_NUM_COLUMNS_MISMATCH, &loop->context, "operator",
                      "UNION", "firstNumColumns", first, "invalidOrdinalNum", "second",
                      "invalidNumColumns", second, NULL);
  return FALSE;
}

/* The recursion with the anchor's types; NULL with @error. */
static RushPlan *
fit (const RushAnalysis *self, const RushPlan *anchor, RushPlan *recursion, GError **error)
{
  g_autoptr (GPtrArray) columns = rush_expr_array_new ();
  gboolean fits = TRUE;

  for (guint i = 0; i < anchor->output->n; i++)
    {
      const RushType *type = anchor->output->items[i]->type;
      RushExpr *column = recursion->output->items[i];
      gboolean same = column->type == type;

      if (!rush_type_same_shape (type, column->type) &&
          rush_analysis_tightest_type (self, type, column->type) != type)
        {
          set_incompatible (error, type, column->type);
          return NULL;
        }
      fits = fits && same;
      g_ptr_array_add (
          columns, same ? rush_expr_ref (column)
                        : rush_expr_alias (rush_analysis_cast (self, rush_expr_ref (column), type),
                                           rush_expr_name (column), 0));
    }
  return fits ? rush_plan_ref (recursion)
              : rush_plan_project (rush_expr_list_from_array (g_steal_pointer (&columns)),
                                   rush_plan_ref (recursion));
}

/* ── where a reference may stand ── */

static gboolean
find_reference (const RushPlan *node, gpointer data)
{
  gint64 *id = data;

  if (node->kind == RUSH_PLAN_UNION_LOOP_REF && node->as.cte.id == *id)
    *id = -1;
  return *id == -1;
}

static gboolean
refers_to (const RushPlan *plan, gint64 id)
{
  rush_plan_visit (plan, find_reference, &id);
  return id == -1;
}

/* Rows that the last step did not make would be missing on the inner side of an outer join, from a
 * sum, from an order. */
static gboolean
needs_all_rows (const RushPlan *node, guint child)
{
  switch ((int)node->kind)
    {
    case RUSH_PLAN_AGGREGATE:
    case RUSH_PLAN_WINDOW:
    case RUSH_PLAN_SORT:
    case RUSH_PLAN_DISTINCT:
      return TRUE;
    case RUSH_PLAN_JOIN:
      return node->as.join.type == RUSH_JOIN_FULL_OUTER ||
             (child == 0 ? node->as.join.type == RUSH_JOIN_RIGHT_OUTER
                         : node->as.join.type == RUSH_JOIN_LEFT_OUTER ||
                               node->as.join.type == RUSH_JOIN_LEFT_SEMI ||
                               node->as.join.type == RUSH_JOIN_LEFT_ANTI);
    default:
      return FALSE;
    }
}

static gboolean
check_places (const RushPlan *node, gint64 id, GError **error)
{
  for (guint i = 0; i < node->n_children; i++)
    {
      if (!refers_to (node->children[i], id))
        continue;
      if (needs_all_rows (node, i))
        {
          rush_sql_error_set (error, RUSH_SQL_CLASS_INVALID_RECURSIVE_REFERENCE_PLACE,
                              &node->context, NULL);
          return FALSE;
        }
      if (!check_places (node->children[i], id, error))
        return FALSE;
    }
  return TRUE;
}

/* ── the rule ── */

static RushPlan *
resolve (RushPlan *node, gpointer data, GError **error)
{
  RushPlan *anchor, *recursion;

  if (node->kind != RUSH_PLAN_UNION_LOOP || node->resolved || !node->children[0]->resolved)
    return rush_plan_ref (node);
  anchor = node->children[0];
  if (!node->children[1]->resolved)
    {
      recursion =
          rush_plan_transform_up_with_subqueries (node->children[1], give_columns, node, error);
      return recursion != NULL ? rush_plan_with_children (
                                     node, (RushPlan *[]){ rush_plan_ref (anchor), recursion })
                               : NULL;
    }
  if (!check_width (node, error) || !check_places (node->children[1], node->as.cte.id, error) ||
      (recursion = fit (data, anchor, node->children[1], error)) == NULL)
    return NULL;
  return rush_plan_union_loop (node->as.cte.id, node->as.cte.max_depth,
                               columns_like (anchor, recursion), rush_plan_ref (anchor), recursion);
}

static RushPlan *
apply (RushPlan *plan, gpointer data, GError **error)
{
  return rush_plan_transform_up (plan, resolve, data, error);
}

const RushRule rush_rule_resolve_union_loops = { "ResolveWithCTE", apply };
