/* predicates.c - conditions taken apart and put together, and small questions that many rules ask.
 * */
#include "sql/optimizer/optimizer_private.h"

/* ---- lists ---- */

GPtrArray *
rush_expr_ptr_array (void)
{
  return g_ptr_array_new_with_free_func ((GDestroyNotify)rush_expr_unref);
}

GPtrArray *
rush_expr_list_copy (const RushExprList *list)
{
  GPtrArray *copy = rush_expr_ptr_array ();

  for (guint i = 0; list != NULL && i < list->n; i++)
    g_ptr_array_add (copy, rush_expr_ref (list->items[i]));
  return copy;
}

GPtrArray *
rush_conjuncts_of (const RushExprList *condition)
{
  GPtrArray *conjuncts = rush_expr_ptr_array ();

  for (guint i = 0; i < condition->n; i++)
    rush_expr_split_conjuncts (condition->items[i], conjuncts);
  return conjuncts;
}

RushExpr *
rush_all_of (GPtrArray *conjuncts)
{
  RushExpr *all = NULL;

  if (conjuncts->len > 0)
    all = rush_expr_and_all ((RushExpr *const *)conjuncts->pdata, conjuncts->len);
  g_ptr_array_unref (conjuncts);
  return all;
}

RushPlan *
rush_filter_if_any (GPtrArray *conjuncts, RushPlan *child)
{
  RushExpr *condition = rush_all_of (conjuncts);

  return condition != NULL ? rush_plan_filter (condition, child) : child;
}

/* ---- columns ---- */

static RushExprIdSet *
ids_of (const RushExprList *columns)
{
  RushExprIdSet *ids = rush_expr_id_set_new ();

  rush_expr_id_set_add_list (ids, columns);
  return ids;
}

gboolean
rush_uses_only (const RushExpr *expr, const RushExprList *columns)
{
  g_autoptr (RushExprIdSet) ids = ids_of (columns);

  return rush_expr_references_subset (expr, ids);
}

gboolean
rush_uses_any (const RushExpr *expr, const RushExprList *columns)
{
  g_autoptr (RushExprIdSet) used = rush_expr_id_set_new ();

  rush_expr_collect_references (expr, used);
  for (guint i = 0; i < columns->n; i++)
    if (rush_expr_id_set_has (used, rush_expr_named_id (columns->items[i])))
      return TRUE;
  return FALSE;
}

gboolean
rush_is_deterministic (const RushExpr *expr)
{
  return (expr->flags & RUSH_EXPR_DETERMINISTIC) != 0;
}

gboolean
rush_all_deterministic (const RushExprList *list)
{
  for (guint i = 0; i < list->n; i++)
    if (!rush_is_deterministic (list->items[i]))
      return FALSE;
  return TRUE;
}

gboolean
rush_list_has_flag (const RushExprList *list, RushExprFlags flag)
{
  for (guint i = 0; i < list->n; i++)
    if (list->items[i]->flags & flag)
      return TRUE;
  return FALSE;
}

GPtrArray *
rush_take_evaluable (GPtrArray *conjuncts, const RushExprList *from)
{
  GPtrArray *taken = rush_expr_ptr_array ();
  g_autoptr (RushExprIdSet) ids = ids_of (from);

  for (guint i = 0; i < conjuncts->len;)
    if (rush_is_deterministic (conjuncts->pdata[i]) &&
        rush_expr_references_subset (conjuncts->pdata[i], ids))
      g_ptr_array_add (taken, g_ptr_array_steal_index (conjuncts, i));
    else
      i++;
  return taken;
}

gboolean
rush_contains_semantic (const GPtrArray *items, const RushExpr *expr)
{
  for (guint i = 0; i < items->len; i++)
    if (rush_expr_semantic_equal (items->pdata[i], expr))
      return TRUE;
  return FALSE;
}

/* The columns whose null makes @expr null.  An IS NOT NULL inside is no such thing: its value is
 * false then. */
static void
add_columns_of_value (const RushExpr *expr, GPtrArray *into)
{
  switch ((int)expr->kind)
    {
    case RUSH_EXPR_ATTRIBUTE:
      if (expr->nullable)
        {
          g_autoptr (RushExpr) check =
              rush_expr_unary (RUSH_EXPR_IS_NOT_NULL, rush_expr_ref ((RushExpr *)expr));
          if (!rush_contains_semantic (into, check))
            g_ptr_array_add (into, g_steal_pointer (&check));
        }
      return;
    case RUSH_EXPR_EQUAL:
    case RUSH_EXPR_LESS:
    case RUSH_EXPR_LESS_EQUAL:
    case RUSH_EXPR_GREATER:
    case RUSH_EXPR_GREATER_EQUAL:
    case RUSH_EXPR_LIKE:
    case RUSH_EXPR_NOT:
    case RUSH_EXPR_CAST:
    case RUSH_EXPR_ADD:
    case RUSH_EXPR_SUBTRACT:
    case RUSH_EXPR_MULTIPLY:
      if (expr->kind == RUSH_EXPR_NOT && expr->children[0]->kind != RUSH_EXPR_EQUAL &&
          expr->children[0]->kind != RUSH_EXPR_LIKE &&
          expr->children[0]->kind != RUSH_EXPR_FUNCTION &&
          expr->children[0]->kind != RUSH_EXPR_ATTRIBUTE)
        return;
      G_GNUC_FALLTHROUGH;
    case RUSH_EXPR_FUNCTION:
      if (expr->kind == RUSH_EXPR_FUNCTION &&
          (expr->as.function.function->handles_nulls ||
           expr->as.function.function->kind != RUSH_FUNCTION_SCALAR))
        return;
      for (guint i = 0; i < expr->n_children; i++)
        add_columns_of_value (expr->children[i], into);
      return;
    default:
      return;
    }
}

void
rush_add_not_null (const RushExpr *expr, GPtrArray *into)
{
  add_columns_of_value (expr->kind == RUSH_EXPR_IS_NOT_NULL ? expr->children[0] : expr, into);
}

void
rush_add_if_new (GPtrArray *into, RushExpr *expr)
{
  if (rush_contains_semantic (into, expr))
    rush_expr_unref (expr);
  else
    g_ptr_array_add (into, expr);
}

static gboolean
find_correlated (const RushExpr *node, gpointer data)
{
  gboolean subquery = node->kind == RUSH_EXPR_EXISTS || node->kind == RUSH_EXPR_IN_SUBQUERY ||
                      node->kind == RUSH_EXPR_SCALAR_SUBQUERY;

  if (subquery && (node->kind != RUSH_EXPR_IN_SUBQUERY ||
                   (node->as.subquery.conditions != NULL && node->as.subquery.conditions->n > 0)))
    *(gboolean *)data = TRUE;
  return FALSE;
}

gboolean
rush_has_correlated_subquery (const RushExpr *expr)
{
  gboolean found = FALSE;

  if (expr->flags & RUSH_EXPR_HAS_SUBQUERY)
    rush_expr_visit (expr, find_correlated, &found);
  return found;
}

void
rush_add_constraints (const RushPlan *plan, GPtrArray *into)
{
  while (TRUE)
    {
      if (plan->kind == RUSH_PLAN_FILTER)
        {
          g_autoptr (GPtrArray) own = rush_conjuncts_of (plan->lists[0]);
          for (guint i = 0; i < own->len; i++)
            if (rush_is_deterministic (own->pdata[i]) &&
                !rush_has_correlated_subquery (own->pdata[i]))
              rush_add_if_new (into, rush_expr_ref (own->pdata[i]));
        }
      else if (plan->kind == RUSH_PLAN_JOIN &&
               (plan->as.join.type == RUSH_JOIN_INNER || plan->as.join.type == RUSH_JOIN_CROSS))
        {
          g_autoptr (GPtrArray) own = rush_conjuncts_of (plan->lists[0]);
          for (guint i = 0; i < own->len; i++)
            rush_add_if_new (into, rush_expr_ref (own->pdata[i]));
          rush_add_constraints (plan->children[0], into);
          rush_add_constraints (plan->children[1], into);
          return;
        }
      else if (plan->kind == RUSH_PLAN_JOIN && (plan->as.join.type == RUSH_JOIN_LEFT_SEMI ||
                                                plan->as.join.type == RUSH_JOIN_LEFT_ANTI ||
                                                plan->as.join.type == RUSH_JOIN_LEFT_OUTER))
        ; /* what holds on the left */
      else if (plan->kind != RUSH_PLAN_PROJECT && plan->kind != RUSH_PLAN_SORT &&
               plan->kind != RUSH_PLAN_GLOBAL_LIMIT && plan->kind != RUSH_PLAN_LOCAL_LIMIT &&
               plan->kind != RUSH_PLAN_DISTINCT)
        return;
      plan = plan->children[0];
    }
}

gboolean
rush_same_columns (const RushExprList *a, const RushExprList *b)
{
  if (a->n != b->n)
    return FALSE;
  for (guint i = 0; i < a->n; i++)
    if (rush_expr_named_id (a->items[i]) != rush_expr_named_id (b->items[i]))
      return FALSE;
  return TRUE;
}

/* ---- plans ---- */

RushPlan *
rush_with_child (RushPlan *node, RushPlan *child)
{
  return rush_plan_with_children (node, &child);
}

RushPlan *
rush_with_list (RushPlan *node, guint i, RushExprList *list)
{
  RushExprList *lists[4];

  for (guint j = 0; j < node->n_lists; j++)
    lists[j] = j == i ? list : rush_expr_list_ref (node->lists[j]);
  return rush_plan_with_lists (node, lists);
}

RushPlan *
rush_project_onto (const RushExprList *columns, RushPlan *child)
{
  if (rush_same_columns (columns, child->output))
    return child;
  return rush_plan_project (rush_expr_list_from_array (rush_expr_list_copy (columns)), child);
}

RushExpr *
rush_null_safe_equal (const RushPlan *left, const RushPlan *right)
{
  GPtrArray *all = rush_expr_ptr_array ();

  for (guint i = 0; i < left->output->n; i++)
    g_ptr_array_add (all, rush_expr_binary (RUSH_EXPR_EQUAL_NULL_SAFE,
                                            rush_expr_ref (left->output->items[i]),
                                            rush_expr_ref (right->output->items[i])));
  return rush_all_of (all);
}

RushPlan *
rush_empty_relation (const RushExprList *output)
{
  return rush_plan_local (rush_expr_list_from_array (rush_expr_list_copy (output)),
                          g_ptr_array_new_with_free_func ((GDestroyNotify)rush_batch_unref));
}

gboolean
rush_limit_of (const RushPlan *limit, gint64 *out)
{
  const RushExpr *n = limit->lists[0]->items[0];

  if (n->kind != RUSH_EXPR_LITERAL || rush_expr_is_literal_null (n) ||
      !rush_type_is_integral (n->type))
    return FALSE;
  *out = rush_column_get_int (n->as.literal.value, 0);
  return TRUE;
}

RushPlan *
rush_map_expressions (RushPlan *node, RushExprTransform func, gpointer data, GError **error)
{
  RushExprList *lists[G_N_ELEMENTS (node->lists)];

  for (guint i = 0; i < node->n_lists; i++)
    {
      g_autoptr (GPtrArray) items = rush_expr_ptr_array ();
      for (guint j = 0; j < node->lists[i]->n; j++)
        {
          RushExpr *item = func (node->lists[i]->items[j], data, error);
          if (item == NULL)
            {
              while (i-- > 0)
                rush_expr_list_unref (lists[i]);
              return NULL;
            }
          g_ptr_array_add (items, item);
        }
      lists[i] = rush_expr_list_from_array (g_steal_pointer (&items));
    }
  return rush_plan_with_lists (node, lists);
}

/* ---- aggregates ---- */

gboolean
rush_ignores_duplicates (const RushExpr *aggregate)
{
  static const char *const names[] = { "max", "min",  "bool_and",    "bool_or", "every",
                                       "any", "some", "collect_set", "first",   "last" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if (g_str_equal (aggregate->as.aggregate.function->name, names[i]))
      return TRUE;
  return FALSE;
}

gboolean
rush_aggregate_is_agnostic (const RushExpr *aggregate)
{
  return aggregate->as.aggregate.distinct || rush_ignores_duplicates (aggregate);
}

RushExpr *
rush_aggregate_of_no_rows (const RushExpr *aggregate)
{
  const char *name = aggregate->as.aggregate.function->name;
  gboolean counts = g_str_equal (name, "count") || g_str_equal (name, "count_if") ||
                    g_str_equal (name, "regr_count") || g_str_equal (name, "approx_count_distinct");

  return counts ? rush_expr_literal_int (aggregate->type, 0)
                : rush_expr_literal_null (aggregate->type);
}

/* ---- settings ---- */

static const char *
setting (const RushOptimization *self, const char *key)
{
  GHashTable *conf = self->options->conf;
  return conf != NULL ? g_hash_table_lookup (conf, key) : NULL;
}

gboolean
rush_optimization_flag (const RushOptimization *self, const char *key, gboolean otherwise)
{
  const char *value = setting (self, key);
  return value != NULL ? g_ascii_strcasecmp (value, "true") == 0 : otherwise;
}

gint64
rush_optimization_number (const RushOptimization *self, const char *key, gint64 otherwise)
{
  const char *value = setting (self, key);
  gint64 number = otherwise;

  if (value != NULL)
    g_ascii_string_to_signed (value, 10, G_MININT64, G_MAXINT64, &number, NULL);
  return number;
}

double
rush_optimization_double (const RushOptimization *self, const char *key, double otherwise)
{
  const char *value = setting (self, key);

  return value != NULL ? g_ascii_strtod (value, NULL) : otherwise;
}
