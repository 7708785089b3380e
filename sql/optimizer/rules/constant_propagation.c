/* constant_propagation.c - a column that must equal a constant is that constant.
 *
 *   Filter ((k#1 = 5) AND (v#2 = (k#1 + 1)))    →    Filter ((k#1 = 5) AND (v#2 = (5 + 1)))
 *
 * Within one conjunction, in other equalities alone (they may become keys, or true or false), and
 * not in the equality itself.  Under OR each side has a conjunction of
 * its own; under NOT nothing is known.
 */
#include "sql/optimizer/optimizer_private.h"

/* k = 5 or 5 = k: the column; or NULL. */
static RushExpr *
fixed_column (const RushExpr *conjunct, RushExpr **out_value)
{
  if (conjunct->kind != RUSH_EXPR_EQUAL)
    return NULL;
  for (guint side = 0; side < 2; side++)
    {
      RushExpr *column = conjunct->children[side], *value = conjunct->children[1 - side];
      if (column->kind == RUSH_EXPR_ATTRIBUTE && value->kind == RUSH_EXPR_LITERAL &&
          !rush_expr_is_literal_null (value) && column->type->kind != RUSH_TYPE_FLOAT32 &&
          column->type->kind != RUSH_TYPE_FLOAT64)
        {
          *out_value = value;
          return column;
        }
    }
  return NULL;
}

static RushExpr *
in_equality (RushExpr *node, gpointer data, GError **error)
{
  if (node->kind != RUSH_EXPR_EQUAL && node->kind != RUSH_EXPR_EQUAL_NULL_SAFE)
    return rush_expr_ref (node);
  return rush_substitute (node, data);
}

static RushExpr *
in_conjunction (RushExpr *condition)
{
  g_autoptr (GPtrArray) conjuncts = rush_expr_ptr_array ();
  g_autoptr (RushAliases) fixed = rush_aliases_new ();
  RushExpr *value;
  guint n_fixed = 0;

  if (condition->kind == RUSH_EXPR_OR)
    return rush_expr_with_children (condition,
                                    (RushExpr *[]){ in_conjunction (condition->children[0]),
                                                    in_conjunction (condition->children[1]) });
  if (condition->kind != RUSH_EXPR_AND)
    return rush_expr_ref (condition);
  rush_expr_split_conjuncts (condition, conjuncts);
  for (guint i = 0; i < conjuncts->len; i++)
    {
      RushExpr *column = fixed_column (conjuncts->pdata[i], &value);
      if (column == NULL || rush_aliases_get (fixed, rush_expr_named_id (column)) != NULL)
        continue;
      rush_aliases_set (fixed, rush_expr_named_id (column), rush_expr_ref (value));
      n_fixed++;
    }
  if (n_fixed == 0)
    return rush_expr_ref (condition);
  gboolean changed = FALSE;
  for (guint i = 0; i < conjuncts->len; i++)
    {
      RushExpr *conjunct = conjuncts->pdata[i];
      if (fixed_column (conjunct, &value) != NULL)
        continue;
      RushExpr *made = rush_expr_transform_up (conjunct, in_equality, fixed, NULL);
      changed |= made != conjunct;
      conjuncts->pdata[i] = made;
      rush_expr_unref (conjunct);
    }
  return changed ? rush_all_of (g_steal_pointer (&conjuncts)) : rush_expr_ref (condition);
}

static RushPlan *
rewrite (RushPlan *node, gpointer data, GError **error)
{
  if (node->kind != RUSH_PLAN_FILTER)
    return rush_plan_ref (node);
  RushExpr *condition = in_conjunction (node->lists[0]->items[0]);
  return rush_with_list (node, 0, rush_expr_list_new (1, &condition));
}

RUSH_PLAN_RULE_UP (constant_propagation, "ConstantPropagation");
