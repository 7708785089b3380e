/* test_plan_estimation.c - how many rows plans are expected to give, from statistics of columns.
 *
 * A table of 1000 rows: k is 0 … 999, all different; g is 0 … 9, a tenth of it null.  Filters,
 * joins, groups; a table that was never counted; filters that nothing is known of.
 */
#include "sql/plan/estimation.h"
#include "sql/plan/relation.h"

typedef struct
{
  RushSource base;
  RushStatistics known;
  GPtrArray *columns; /* RushColumnEstimate */
} Table;

static void
table_free (RushSource *base)
{
  Table *self = (Table *)base;

  rush_schema_unref (base->schema);
  g_ptr_array_unref (self->columns);
  g_free (self);
}

static gboolean
same_table (const RushSource *a, const RushSource *b)
{
  return a == b;
}

static RushStatistics
known_of (const RushSource *base)
{
  return ((const Table *)base)->known;
}

static const GPtrArray *
columns_of (const RushSource *base)
{
  return ((const Table *)base)->columns;
}

static const RushSourceClass table_class = { .name = "Table",
                                             .finalize = table_free,
                                             .equal = same_table,
                                             .statistics = known_of,
                                             .column_statistics = columns_of };

static void
add_column (GPtrArray *into, const char *name, double n_distinct, double n_nulls, double max)
{
  RushColumnEstimate *column = g_new0 (RushColumnEstimate, 1);

  *column = (RushColumnEstimate){ .name = (char *)name,
                                  .n_distinct = n_distinct,
                                  .n_nulls = n_nulls,
                                  .has_range = TRUE,
                                  .max = max,
                                  .mean_bytes = 4,
                                  .max_bytes = 4 };
  g_ptr_array_add (into, column);
}

/* @rows −1: never counted. */
static RushPlan *
table_new (double rows)
{
  Table *self = g_new0 (Table, 1);
  RushField fields[] = { { .name = (char *)"k", .type = &RUSH_INT32, .nullable = TRUE },
                         { .name = (char *)"g", .type = &RUSH_INT32, .nullable = TRUE } };
  RushExpr *columns[2];

  self->base.klass = &table_class;
  rush_ref_count_init (&self->base.refs);
  self->base.schema = rush_schema_new (2, fields);
  self->known = (RushStatistics){ 12345, rows };
  self->columns = g_ptr_array_new_with_free_func (g_free);
  if (rows >= 0)
    {
      add_column (self->columns, "k", 1000, 0, 999);
      add_column (self->columns, "g", 10, 100, 9);
    }
  for (guint i = 0; i < 2; i++)
    columns[i] = rush_expr_attribute (fields[i].name, &RUSH_INT32, TRUE, 0, NULL);
  return rush_plan_relation (&self->base, rush_expr_list_new (2, columns), NULL);
}

static RushExpr *
column (const RushPlan *plan, guint i)
{
  return rush_expr_ref (plan->output->items[i]);
}

static RushExpr *
compared (RushExprKind kind, const RushPlan *plan, guint i, gint64 value)
{
  return rush_expr_binary (kind, column (plan, i), rush_expr_literal_int (&RUSH_INT32, value));
}

static double
rows_of (RushPlan *plan /* taken over */)
{
  RushStatistics found = rush_plan_statistics_by (plan, TRUE);

  rush_plan_unref (plan);
  return found.row_count;
}

static double
filtered (RushPlan *table, RushExpr *condition)
{
  return rows_of (rush_plan_filter (condition, rush_plan_ref (table)));
}

static void
test_filters (void)
{
  g_autoptr (RushPlan) t = table_new (1000);

  g_assert_cmpfloat (rows_of (rush_plan_ref (t)), ==, 1000);
  g_assert_cmpfloat (filtered (t, compared (RUSH_EXPR_EQUAL, t, 0, 5)), ==, 1);
  g_assert_cmpfloat (filtered (t, compared (RUSH_EXPR_EQUAL, t, 0, 5000)), ==, 0);
  g_assert_cmpfloat (filtered (t, compared (RUSH_EXPR_LESS, t, 1, 3)), ==, 334); /* 3 ÷ 9 */
  g_assert_cmpfloat (filtered (t, compared (RUSH_EXPR_LESS, t, 0, 2000)), ==, 1000);
  g_assert_cmpfloat (filtered (t, compared (RUSH_EXPR_GREATER, t, 0, 2000)), ==, 0);
  g_assert_cmpfloat (filtered (t, rush_expr_unary (RUSH_EXPR_IS_NULL, column (t, 1))), ==, 100);
  g_assert_cmpfloat (filtered (t, rush_expr_unary (RUSH_EXPR_IS_NOT_NULL, column (t, 1))), ==, 900);
  RushExpr *both = rush_expr_binary (RUSH_EXPR_AND, compared (RUSH_EXPR_LESS, t, 1, 3),
                                     compared (RUSH_EXPR_EQUAL, t, 1, 1));
  g_assert_cmpfloat (filtered (t, both), ==, 84); /* of g < 3 there are 4 values: 1/3 × 1/4 */
  RushExpr *either = rush_expr_binary (RUSH_EXPR_OR, compared (RUSH_EXPR_EQUAL, t, 1, 1),
                                       compared (RUSH_EXPR_EQUAL, t, 1, 2));
  g_assert_cmpfloat (filtered (t, either), ==, 190);
  RushExpr *not = rush_expr_unary (RUSH_EXPR_NOT, compared (RUSH_EXPR_EQUAL, t, 1, 1));
  g_assert_cmpfloat (filtered (t, not), ==, 900);
}

static void
test_joins_and_groups (void)
{
  g_autoptr (RushPlan) a = table_new (1000), b = table_new (1000);
  RushExpr *same_g = rush_expr_binary (RUSH_EXPR_EQUAL, column (a, 1), column (b, 1));
  RushExpr *same_k = rush_expr_binary (RUSH_EXPR_EQUAL, column (a, 0), column (b, 0));
  RushExpr *key = column (a, 1), *result = column (a, 1);

  g_assert_cmpfloat (
      rows_of (rush_plan_join (RUSH_JOIN_INNER, same_g, rush_plan_ref (a), rush_plan_ref (b))), ==,
      100000);
  g_assert_cmpfloat (
      rows_of (rush_plan_join (RUSH_JOIN_INNER, same_k, rush_plan_ref (a), rush_plan_ref (b))), ==,
      1000);
  g_assert_cmpfloat (
      rows_of (rush_plan_join (RUSH_JOIN_INNER, NULL, rush_plan_ref (a), rush_plan_ref (b))), ==,
      1000000);
  g_assert_cmpfloat (
      rows_of (rush_plan_aggregate (rush_expr_list_new (1, &key), rush_expr_list_new (1, &result),
                                    rush_plan_ref (a))),
      ==, 10);
}

static void
test_nothing_known (void)
{
  g_autoptr (RushPlan) t = table_new (-1);
  g_autoptr (RushPlan) filter =
      rush_plan_filter (compared (RUSH_EXPR_LESS, t, 0, 3), rush_plan_ref (t));
  RushStatistics by_size = rush_plan_statistics_by (filter, FALSE);
  RushStatistics by_rows = rush_plan_statistics_by (filter, TRUE);

  g_assert_cmpfloat (by_rows.row_count, ==, -1);
  g_assert_cmpfloat (by_rows.size_bytes, ==, by_size.size_bytes);
}

static void
test_sizes_as_text (void)
{
  g_autofree char *some = rush_size_to_text (1536), *many = rush_size_to_text (10 << 20),
                  *most = rush_size_to_text (1e24);

  g_assert_cmpstr (some, ==, "1536.0 B");
  g_assert_cmpstr (many, ==, "10.0 MiB");
  g_assert_cmpstr (most, ==, "1.00E+24 B");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/estimation/filters", test_filters);
  g_test_add_func ("/estimation/joins-and-groups", test_joins_and_groups);
  g_test_add_func ("/estimation/nothing-known", test_nothing_known);
  g_test_add_func ("/estimation/sizes-as-text", test_sizes_as_text);
  return g_test_run ();
}
