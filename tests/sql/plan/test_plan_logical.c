/* test_plan_logical.c - logical plans: output, resolvedness, texts, statistics, same results. */
#include "sql/plan/logical.h"

static RushExprList *
list_of (guint n, ...)
{
  GPtrArray *items = g_ptr_array_new ();
  va_list args;

  va_start (args, n);
  for (guint i = 0; i < n; i++)
    g_ptr_array_add (items, va_arg (args, RushExpr *));
  va_end (args);
  return rush_expr_list_from_array (items);
}

static RushPlan *
table (RushExprId first)
{
  return rush_plan_local (list_of (2, rush_expr_attribute ("k", &RUSH_INT32, FALSE, first, NULL),
                                   rush_expr_attribute ("v", &RUSH_INT64, FALSE, first + 1, NULL)),
                          NULL);
}

static RushExpr *
k (RushExprId id)
{
  return rush_expr_attribute ("k", &RUSH_INT32, FALSE, id, NULL);
}

static void
assert_tree (const RushPlan *plan, const char *wanted)
{
  g_autofree char *text = rush_plan_to_tree_string (plan);

  g_assert_cmpstr (text, ==, wanted);
}

/* ── output ── */

static void
test_outer_joins_make_nulls (void)
{
  RushExpr *condition = rush_expr_binary (RUSH_EXPR_EQUAL, k (1), k (3));
  g_autoptr (RushPlan) join =
      rush_plan_join (RUSH_JOIN_LEFT_OUTER, condition, table (1), table (3));

  g_assert_true (join->resolved);
  g_assert_cmpuint (join->output->n, ==, 4);
  g_assert_false (join->output->items[0]->nullable);
  g_assert_true (join->output->items[2]->nullable);
  assert_tree (join, "Join LeftOuter, (k#1 = k#3)\n"
                     ":- LocalRelation <empty>, [k#1, v#2L]\n"
                     "+- LocalRelation <empty>, [k#3, v#4L]\n");
}

static void
test_semi_join_keeps_the_left (void)
{
  g_autoptr (RushPlan) join = rush_plan_join (
      RUSH_JOIN_LEFT_SEMI, rush_expr_binary (RUSH_EXPR_EQUAL, k (1), k (3)), table (1), table (3));

  g_assert_cmpuint (join->output->n, ==, 2);
}

static void
test_self_join_is_not_resolved (void)
{
  g_autoptr (RushPlan) join = rush_plan_join (RUSH_JOIN_INNER, NULL, table (1), table (1));

  g_assert_false (join->resolved);
}

static void
test_union_merges (void)
{
  RushPlan *nullable =
      rush_plan_local (list_of (2, rush_expr_attribute ("x", &RUSH_INT32, TRUE, 8, NULL),
                                rush_expr_attribute ("y", &RUSH_INT64, FALSE, 9, NULL)),
                       NULL);
  g_autoptr (RushPlan) both =
      rush_plan_union (FALSE, FALSE, 2, (RushPlan *[]){ table (1), nullable });
  g_autoptr (RushPlan) odd = rush_plan_union (
      FALSE, FALSE, 2,
      (RushPlan *[]){ table (1), rush_plan_project (list_of (1, k (3)), table (3)) });

  g_assert_true (both->resolved);
  g_assert_cmpuint (rush_expr_named_id (both->output->items[0]), ==, 1);
  g_assert_true (both->output->items[0]->nullable);
  g_assert_false (both->output->items[1]->nullable);
  g_assert_false (odd->resolved);
}

static void
test_alias_qualifies (void)
{
  g_autoptr (RushPlan) alias = rush_plan_subquery_alias ((const char *[]){ "t", NULL }, table (1));
  g_autofree char *sql = rush_expr_to_sql (alias->output->items[0]);

  g_assert_cmpstr (sql, ==, "t.k");
}

static void
test_unresolved (void)
{
  RushExpr *name = rush_expr_unresolved_attribute ((const char *[]){ "a", NULL }, -1);
  g_autoptr (RushPlan) project = rush_plan_project (
      list_of (1, name), rush_plan_unresolved_relation ((const char *[]){ "t", NULL }, NULL));

  g_assert_false (project->resolved);
  g_assert_null (project->output);
  assert_tree (project, "'Project ['a]\n"
                        "+- 'UnresolvedRelation [t], [], false\n");
}

/* ── copies ── */

static void
test_same_children_same_node (void)
{
  g_autoptr (RushPlan) project = rush_plan_project (list_of (1, k (1)), table (1));
  g_autoptr (RushPlan) again =
      rush_plan_with_children (project, &(RushPlan *){ rush_plan_ref (project->children[0]) });
  g_autoptr (RushPlan) other = rush_plan_with_lists (
      project, &(RushExprList *){ list_of (1, rush_expr_alias (k (1), "x", 7)) });

  g_assert_true (again == project);
  g_assert_cmpstr (rush_expr_name (other->output->items[0]), ==, "x");
}

/* ── sizes ── */

static void
test_statistics (void)
{
  g_autoptr (RushPlan) range = rush_plan_range (0, 1000, 1, 2);
  g_autoptr (RushPlan) other = rush_plan_range (0, 10, 3, 0);
  g_autoptr (RushPlan) join =
      rush_plan_join (RUSH_JOIN_INNER, NULL, rush_plan_ref (range), rush_plan_ref (other));
  g_autoptr (RushPlan) limit =
      rush_plan_limit (rush_expr_literal_int (&RUSH_INT32, 7), rush_plan_ref (range));

  g_assert_cmpfloat (rush_plan_statistics (range).size_bytes, ==, 8000);
  g_assert_cmpfloat (rush_plan_statistics (range).row_count, ==, 1000);
  g_assert_cmpfloat (rush_plan_statistics (other).row_count, ==, 4);
  g_assert_cmpfloat (rush_plan_statistics (join).size_bytes, ==, 8000 * 32);
  g_assert_cmpfloat (rush_plan_statistics (limit).size_bytes, ==, 7 * 16);
  g_assert_cmpint (rush_plan_max_rows (limit), ==, 7);
  g_assert_cmpint (rush_plan_max_rows (join), ==, 4000);
}

static void
test_global_aggregate_is_one_row (void)
{
  g_autoptr (RushPlan) aggregate = rush_plan_aggregate (
      NULL, list_of (1, rush_expr_alias (rush_expr_literal_bool (TRUE), "x", 5)), table (1));

  g_assert_cmpint (rush_plan_max_rows (aggregate), ==, 1);
}

/* ── same results ── */

static RushPlan *
query (RushExprId first, gint64 bound)
{
  return rush_plan_project (
      list_of (1, rush_expr_alias (k (first), first == 1 ? "x" : "y", first + 10)),
      rush_plan_filter (rush_expr_binary (RUSH_EXPR_GREATER, k (first),
                                          rush_expr_literal_int (&RUSH_INT32, bound)),
                        rush_plan_range (0, bound, 1, 0)));
}

static void
renumber (RushPlan *copy, gpointer id)
{
  RushExpr *column = rush_expr_attribute ("k", &RUSH_INT32, FALSE, *(RushExprId *)id, NULL);

  rush_expr_list_unref (copy->lists[0]);
  copy->lists[0] = rush_expr_list_new (1, &column);
}

static RushPlan *
with_range_id (RushExprId id, gint64 bound)
{
  g_autoptr (RushPlan) plan = query (id, bound);
  g_autoptr (RushPlan) range = rush_plan_edit (plan->children[0]->children[0], renumber, &id);
  g_autoptr (RushPlan) filter =
      rush_plan_with_children (plan->children[0], &(RushPlan *){ rush_plan_ref (range) });

  return rush_plan_with_children (plan, &(RushPlan *){ rush_plan_ref (filter) });
}

static void
test_same_result (void)
{
  g_autoptr (RushPlan) a = with_range_id (1, 5), b = with_range_id (40, 5);
  g_autoptr (RushPlan) c = with_range_id (40, 6);

  g_assert_true (rush_plan_same_result (a, b));
  g_assert_false (rush_plan_equal (a, b));
  g_assert_false (rush_plan_same_result (a, c));
}

static void
test_subqueries_in_trees (void)
{
  RushExpr *subquery = rush_expr_subquery (RUSH_EXPR_EXISTS, table (3), 0, NULL);
  g_autoptr (RushExpr) numbered = rush_expr_with_id (subquery, 9);
  g_autoptr (RushPlan) filter = rush_plan_filter (rush_expr_ref (numbered), table (1));

  rush_expr_unref (subquery);
  assert_tree (filter, "Filter exists#9 []\n"
                       ":  +- LocalRelation <empty>, [k#3, v#4L]\n"
                       "+- LocalRelation <empty>, [k#1, v#2L]\n");
}

static void
test_deep_plans (void)
{
  RushPlan *deep = table (1);

  for (guint i = 0; i < 20000; i++)
    deep = rush_plan_filter (rush_expr_literal_bool (TRUE), deep);
  rush_plan_unref (deep);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/logical/output/outer-join", test_outer_joins_make_nulls);
  g_test_add_func ("/logical/output/semi-join", test_semi_join_keeps_the_left);
  g_test_add_func ("/logical/output/union", test_union_merges);
  g_test_add_func ("/logical/output/alias", test_alias_qualifies);
  g_test_add_func ("/logical/resolved/self-join", test_self_join_is_not_resolved);
  g_test_add_func ("/logical/resolved/names", test_unresolved);
  g_test_add_func ("/logical/copy", test_same_children_same_node);
  g_test_add_func ("/logical/statistics", test_statistics);
  g_test_add_func ("/logical/max-rows", test_global_aggregate_is_one_row);
  g_test_add_func ("/logical/same-result", test_same_result);
  g_test_add_func ("/logical/text/subquery", test_subqueries_in_trees);
  g_test_add_func ("/logical/deep", test_deep_plans);
  return g_test_run ();
}
