/* test_plan_rules.c - batches to a fixed point, the story of changes, verification, settings. */
#include "sql/plan/rule.h"
#include "sql/plan/settings.h"

#include <string.h>

static RushPlan *
filtered (gint64 n)
{
  return rush_plan_filter (rush_expr_binary (RUSH_EXPR_LESS, rush_expr_literal_int (&RUSH_INT64, n),
                                             rush_expr_literal_int (&RUSH_INT64, 100)),
                           rush_plan_range (0, 10, 1, 0));
}

static RushExpr *
count_down (RushExpr *node, gpointer data, GError **error)
{
  gint64 value;

  if (node->kind != RUSH_EXPR_LITERAL)
    return rush_expr_ref (node);
  value = rush_column_get_int (node->as.literal.value, 0);
  return value > 0 && value < 100 ? rush_expr_literal_int (&RUSH_INT64, value - 1)
                                  : rush_expr_ref (node);
}

static RushPlan *
apply_count_down (RushPlan *plan, gpointer data, GError **error)
{
  return rush_plan_transform_all_expressions (plan, count_down, data, error);
}

/* Makes the plan anew, and equal. */
static RushPlan *
apply_copy (RushPlan *plan, gpointer data, GError **error)
{
  return rush_plan_with_id (plan, plan->plan_id);
}

static RushPlan *
apply_breakage (RushPlan *plan, gpointer data, GError **error)
{
  RushExpr *column = rush_expr_attribute ("nowhere", &RUSH_INT32, TRUE, 4711, NULL);

  return rush_plan_project (rush_expr_list_new (1, &column), rush_plan_ref (plan));
}

static const RushRule counting = { "CountDown", apply_count_down };
static const RushRule copying = { "Copy", apply_copy };
static const RushRule breaking = { "Break", apply_breakage };

static void
test_fixed_point (void)
{
  const RushRule *const rules[] = { &counting, &copying, NULL };
  const RushRuleBatch batch = { "Counting", 100, rules };
  g_autoptr (RushRuleTracker) tracker = rush_rule_tracker_new ();
  g_autoptr (RushPlan) plan = filtered (3);
  g_autoptr (GError) error = NULL;
  g_autoptr (RushPlan) done = rush_run_rules (plan, &batch, 1, NULL, NULL, tracker, &error);
  g_autofree char *node = rush_plan_node_string (done), *story = NULL;

  g_assert_no_error (error);
  g_assert_cmpstr (node, ==, "Filter (0 < 100)");
  g_assert_cmpuint (rush_rule_tracker_n_changes (tracker), ==, 3); /* copies do not count */
  g_assert_cmpstr (rush_rule_tracker_change (tracker, 0)->rule, ==, "CountDown");
  story = rush_rule_tracker_to_string (tracker);
  g_assert_nonnull (strstr (story, "1. CountDown (batch Counting)\n  - Filter (3 < 100)"));
}

static void
test_excluded (void)
{
  const RushRule *const rules[] = { &counting, NULL };
  const RushRuleBatch batch = { "Counting", 100, rules };
  g_autoptr (RushPlan) plan = filtered (3);
  g_autoptr (RushPlan) done =
      rush_run_rules (plan, &batch, 1, NULL, (const char *[]){ "CountDown", NULL }, NULL, NULL);

  g_assert_true (done == plan);
}

static void
test_no_rest (void)
{
  const RushRule *const rules[] = { &counting, NULL };
  const RushRuleBatch batch = { "Counting", 2, rules };
  g_autoptr (RushPlan) plan = filtered (50);
  g_autoptr (GError) error = NULL;
  g_autoptr (RushPlan) done = rush_run_rules (plan, &batch, 1, NULL, NULL, NULL, &error);

  g_assert_nonnull (done);
  rush_plan_set_verifying (TRUE);
  g_assert_null (rush_run_rules (plan, &batch, 1, NULL, NULL, NULL, &error));
  g_assert_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT);
  rush_plan_set_verifying (FALSE);
}

static void
test_broken_plans_name_the_rule (void)
{
  const RushRule *const rules[] = { &breaking, NULL };
  const RushRuleBatch batch = { "Breaking", 1, rules };
  g_autoptr (RushPlan) plan = filtered (0);
  g_autoptr (GError) error = NULL;

  rush_plan_set_verifying (TRUE);
  g_assert_null (rush_run_rules (plan, &batch, 1, NULL, NULL, NULL, &error));
  g_assert_true (g_str_has_prefix (
      error->message, "after rule Break of batch Breaking: the plan is broken: nowhere#4711"));
  rush_plan_set_verifying (FALSE);
}

static void
test_settings (void)
{
  g_autoptr (GHashTable) conf = g_hash_table_new (g_str_hash, g_str_equal);
  RushEvalSettings settings = { .ansi = TRUE, .conf = conf };

  g_assert_cmpint (rush_settings_get_int (&settings, "spark.sql.shuffle.partitions"), ==, 200);
  g_assert_cmpint (rush_settings_get_bytes (&settings, "spark.sql.autoBroadcastJoinThreshold"), ==,
                   10 * 1024 * 1024);
  g_assert_true (rush_settings_get_bool (&settings, "spark.sql.adaptive.enabled"));
  g_assert_null (rush_settings_get_string (&settings, "spark.sql.optimizer.excludedRules"));
  g_hash_table_insert (conf, (gpointer) "spark.sql.shuffle.partitions", (gpointer) "7");
  g_hash_table_insert (conf, (gpointer) "spark.sql.autoBroadcastJoinThreshold", (gpointer) "-1");
  g_hash_table_insert (conf, (gpointer) "spark.sql.adaptive.enabled", (gpointer) "False");
  g_assert_cmpint (rush_settings_get_int (&settings, "spark.sql.shuffle.partitions"), ==, 7);
  g_assert_cmpint (rush_settings_get_bytes (&settings, "spark.sql.autoBroadcastJoinThreshold"), ==,
                   -1);
  g_assert_false (rush_settings_get_bool (&settings, "spark.sql.adaptive.enabled"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/rules/fixed-point", test_fixed_point);
  g_test_add_func ("/rules/excluded", test_excluded);
  g_test_add_func ("/rules/no-rest", test_no_rest);
  g_test_add_func ("/rules/verified", test_broken_plans_name_the_rule);
  g_test_add_func ("/settings", test_settings);
  return g_test_run ();
}
