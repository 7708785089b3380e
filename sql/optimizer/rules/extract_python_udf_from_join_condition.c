/* extract_python_udf_from_join_condition.c - Python's functions of both sides go above the join.
 *
 *   Join Inner, a#1 = b#2 AND f (a#1, b#2)       Filter f (a#1, b#2)
 *   ├── l                                   →    └── Join Inner, a#1 = b#2
 *   └── r                                            ├── l
 *                                                    └── r
 *
 * Calls on columns of one side are evaluated there and stay.  An outer join cannot be filtered
 * afterwards: that is an error, as in Spark.
 *
 * Mirrors:  ExtractPythonUDFFromJoinCondition.
 */
#include "sql/optimizer/optimizer_private.h"
#include "sql/types/sql_error.h"

static const char *const type_names[] = {
  [RUSH_JOIN_LEFT_OUTER] = "LEFT OUTER", [RUSH_JOIN_RIGHT_OUTER] = "RIGHT OUTER",
  [RUSH_JOIN_FULL_OUTER] = "FULL OUTER", [RUSH_JOIN_LEFT_SEMI] = "LEFT SEMI",
  [RUSH_JOIN_LEFT_ANTI] = "LEFT ANTI",   [RUSH_JOIN_EXISTENCE] = "EXISTENCE",
};

typedef struct
{
  const RushPlan *join;
  gboolean found;
} Search;

static gboolean
find_call_over_both (const RushExpr *node, gpointer data)
{
  Search *search = data;

  if (node->kind == RUSH_EXPR_PYTHON_UDF)
    search->found |= !rush_uses_only (node, search->join->children[0]->output) &&
                     !rush_uses_only (node, search->join->children[1]->output);
  return search->found;
}

static gboolean
calls_over_both (const RushPlan *join, const RushExpr *conjunct)
{
  Search search = { join, FALSE };

  if (conjunct->flags & RUSH_EXPR_HAS_PYTHON)
    rush_expr_visit (conjunct, find_call_over_both, &search);
  return search.found;
}

static RushPlan *
rewrite (RushPlan *node, gpointer data, GError **error)
{
  if (node->kind != RUSH_PLAN_JOIN || !(node->flags & RUSH_EXPR_HAS_PYTHON))
    return rush_plan_ref (node);
  g_autoptr (GPtrArray) stay = rush_conjuncts_of (node->lists[0]);
  GPtrArray *above = rush_expr_ptr_array ();
  for (guint i = 0; i < stay->len;)
    if (calls_over_both (node, stay->pdata[i]))
      g_ptr_array_add (above, g_ptr_array_steal_index (stay, i));
    else
      i++;
  if (above->len > 0 && node->as.join.type != RUSH_JOIN_INNER &&
      node->as.join.type != RUSH_JOIN_CROSS)
    {
      g_ptr_array_unref (above);
      rush_sql_error_set (error, RUSH_SQL_CLASS_UNSUPPORTED_FEATURE_PYTHON_UDF_IN_ON_CLAUSE, NULL,
                          "joinType", type_names[node->as.join.type], NULL);
      return NULL;
    }
  if (above->len == 0)
    {
      g_ptr_array_unref (above);
      return rush_plan_ref (node);
    }
  RushExprList *condition =
      stay->len > 0
          ? rush_expr_list_new (1, (RushExpr *[]){ rush_all_of (g_steal_pointer (&stay)) })
          : rush_expr_list_new (0, NULL);
  return rush_filter_if_any (above, rush_with_list (node, 0, condition));
}

RUSH_PLAN_RULE_UP (extract_python_udf_from_join_condition, "ExtractPythonUDFFromJoinCondition");
