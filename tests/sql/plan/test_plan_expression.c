/* test_plan_expression.c - expressions: types, nullability, texts, equality, walks, depth. */
#include "sql/plan/logical.h"

#define DEEP 100000

static RushExpr *
column (const char *name, const RushType *type, gboolean nullable, RushExprId id)
{
  return rush_expr_attribute (name, type, nullable, id, NULL);
}

static RushExpr *
number (gint64 value)
{
  return rush_expr_literal_int (&RUSH_INT32, value);
}

static void
assert_string (const RushExpr *expr, const char *wanted)
{
  g_autofree char *text = rush_expr_to_string (expr);

  g_assert_cmpstr (text, ==, wanted);
}

static void
assert_pretty (const RushExpr *expr, const char *wanted)
{
  g_autofree char *text = rush_expr_to_pretty_sql (expr);

  g_assert_cmpstr (text, ==, wanted);
}

/* ── types ── */

static void
test_decimal_results (void)
{
  const RushType *price = rush_type_decimal (15, 2);
  g_autoptr (RushExpr) rest = rush_expr_binary (
      RUSH_EXPR_SUBTRACT,
      rush_expr_cast (number (1), rush_type_decimal (1, 0), RUSH_EVAL_ANSI, NULL, FALSE),
      column ("discount", price, FALSE, 4));
  g_autoptr (RushExpr) product = rush_expr_binary (
      RUSH_EXPR_MULTIPLY, column ("price", price, FALSE, 3), rush_expr_ref (rest));

  g_assert_cmpstr (rest->type->name, ==, "decimal(16,2)");
  g_assert_cmpstr (product->type->name, ==, "decimal(32,4)");
  assert_string (product, "(price#3 * (cast(1 as decimal(1,0)) - discount#4))");
  assert_pretty (product, "(price * (1 - discount))");
}

static void
test_misfits_have_no_type (void)
{
  g_autoptr (RushExpr) sum =
      rush_expr_binary (RUSH_EXPR_ADD, number (1), rush_expr_literal_int (&RUSH_INT64, 2));
  g_autoptr (RushExpr) equal =
      rush_expr_binary (RUSH_EXPR_EQUAL, number (1), rush_expr_literal_string ("1", -1));

  g_assert_null (sum->type);
  g_assert_null (equal->type);
  g_assert_false (rush_expr_is_resolved (sum));
}

static void
test_dates_move (void)
{
  const RushType *day = rush_type_day_time_interval (RUSH_INTERVAL_DAY, RUSH_INTERVAL_DAY);
  const RushType *hour = rush_type_day_time_interval (RUSH_INTERVAL_HOUR, RUSH_INTERVAL_HOUR);
  g_autoptr (RushExpr) by_day =
      rush_expr_binary (RUSH_EXPR_SUBTRACT, rush_expr_literal_int (&RUSH_DATE, 0),
                        rush_expr_literal_int (day, G_GINT64_CONSTANT (86400000000)));
  g_autoptr (RushExpr) by_hour = rush_expr_binary (
      RUSH_EXPR_ADD, rush_expr_literal_int (&RUSH_DATE, 0), rush_expr_literal_int (hour, 1));
  g_autoptr (RushExpr) apart =
      rush_expr_binary (RUSH_EXPR_SUBTRACT, rush_expr_literal_int (&RUSH_DATE, 3),
                        rush_expr_literal_int (&RUSH_DATE, 1));

  g_assert_true (by_day->type == &RUSH_DATE);
  g_assert_null (by_hour->type); /* it needs a timestamp */
  g_assert_true (apart->type == day);
}

/* As a real Spark answers printSchema (). */
static void
test_nullability (void)
{
  g_autoptr (RushExpr) sum = rush_expr_binary (RUSH_EXPR_ADD, number (1), number (2));
  g_autoptr (RushExpr) rest = rush_expr_binary (RUSH_EXPR_REMAINDER, number (1), number (2));
  g_autoptr (RushExpr) narrow = rush_expr_cast (
      rush_expr_literal_int (&RUSH_INT64, 1), rush_type_decimal (1, 0), RUSH_EVAL_ANSI, NULL, TRUE);
  g_autoptr (RushExpr) wide =
      rush_expr_cast (rush_expr_literal_int (&RUSH_INT64, 1), rush_type_decimal (20, 0),
                      RUSH_EVAL_ANSI, NULL, TRUE);
  g_autoptr (RushExpr) chosen =
      rush_expr_binary (RUSH_EXPR_COALESCE, column ("a", &RUSH_INT32, TRUE, 1), number (0));

  g_assert_false (sum->nullable);
  g_assert_true (rest->nullable);
  g_assert_true (narrow->nullable);
  g_assert_false (wide->nullable);
  g_assert_false (chosen->nullable);
}

static void
test_case_without_else_is_nullable (void)
{
  g_autoptr (RushExpr) open = rush_expr_new (
      RUSH_EXPR_CASE_WHEN, 2, (RushExpr *[]){ rush_expr_literal_bool (TRUE), number (1) });
  g_autoptr (RushExpr) closed =
      rush_expr_new (RUSH_EXPR_CASE_WHEN, 3,
                     (RushExpr *[]){ rush_expr_literal_bool (TRUE), number (1), number (2) });

  g_assert_true (open->nullable);
  g_assert_false (closed->nullable);
  assert_pretty (closed, "CASE WHEN true THEN 1 ELSE 2 END");
  g_assert_true ((closed->flags & RUSH_EXPR_FOLDABLE) != 0);
}

/* ── texts ── */

static void
test_texts (void)
{
  g_autoptr (RushExpr) k = column ("k", &RUSH_INT64, TRUE, 7);
  g_autoptr (RushExpr) in =
      rush_expr_new (RUSH_EXPR_IN, 3,
                     (RushExpr *[]){ rush_expr_ref (k), rush_expr_literal_int (&RUSH_INT64, 1),
                                     rush_expr_literal_int (&RUSH_INT64, 2) });
  g_autoptr (RushExpr) alias =
      rush_expr_alias (rush_expr_unary (RUSH_EXPR_NEGATE, rush_expr_ref (k)), "n", 9);
  g_autoptr (RushExpr) cast =
      rush_expr_cast (rush_expr_ref (k), rush_type_decimal (10, 2), RUSH_EVAL_ANSI, NULL, TRUE);
  g_autoptr (RushExpr) name =
      rush_expr_unresolved_attribute ((const char *[]){ "t", "a b", NULL }, -1);
  g_autofree char *sql = rush_expr_to_sql (in);

  assert_string (in, "k#7L IN (1,2)");
  assert_pretty (in, "(k IN (1, 2))");
  g_assert_cmpstr (sql, ==, "(k IN (1L, 2L))");
  assert_string (alias, "-k#7L AS n#9L");
  assert_string (cast, "cast(k#7L as decimal(10,2))");
  assert_pretty (cast, "CAST(k AS DECIMAL(10,2))");
  assert_string (name, "'t.`a b`");
}

static void
test_literals (void)
{
  g_autoptr (RushExpr) text = rush_expr_literal_string ("it's", -1);
  g_autoptr (RushExpr) nothing = rush_expr_literal_null (&RUSH_INT32);
  g_autoptr (RushExpr) date = rush_expr_literal_int (&RUSH_DATE, 0);
  g_autoptr (RushExpr) amount = rush_expr_literal_decimal (rush_type_decimal (3, 2), 150);
  g_autofree char *quoted = rush_expr_to_sql (text), *null = rush_expr_to_sql (nothing);
  g_autofree char *exact = rush_expr_to_sql (amount);

  g_assert_cmpstr (quoted, ==, "'it\\'s'");
  g_assert_cmpstr (null, ==, "CAST(NULL AS INT)");
  g_assert_cmpstr (exact, ==, "1.50BD");
  assert_string (date, "1970-01-01");
  assert_pretty (date, "DATE '1970-01-01'");
  assert_pretty (nothing, "NULL");
}

/* ── equality ── */

static void
test_semantic_equality (void)
{
  g_autoptr (RushExpr) a = column ("a", &RUSH_INT32, TRUE, 1);
  g_autoptr (RushExpr) b = column ("b", &RUSH_INT32, TRUE, 2);
  g_autoptr (RushExpr) b_called_c = column ("c", &RUSH_INT32, TRUE, 2);
  g_autoptr (RushExpr) x = rush_expr_binary (
      RUSH_EXPR_ADD,
      rush_expr_binary (RUSH_EXPR_ADD, rush_expr_ref (b_called_c), rush_expr_ref (a)), number (3));
  g_autoptr (RushExpr) y =
      rush_expr_binary (RUSH_EXPR_ADD, number (3),
                        rush_expr_binary (RUSH_EXPR_ADD, rush_expr_ref (a), rush_expr_ref (b)));
  g_autoptr (RushExpr) less =
      rush_expr_binary (RUSH_EXPR_LESS, rush_expr_ref (a), rush_expr_ref (b));
  g_autoptr (RushExpr) greater =
      rush_expr_binary (RUSH_EXPR_GREATER, rush_expr_ref (b), rush_expr_ref (a));
  g_autoptr (RushExpr) other = rush_expr_binary (RUSH_EXPR_ADD, rush_expr_ref (a), number (3));

  g_assert_true (rush_expr_semantic_equal (x, y));
  g_assert_cmpuint (rush_expr_semantic_hash (x), ==, rush_expr_semantic_hash (y));
  g_assert_false (rush_expr_equal (x, y));
  g_assert_true (rush_expr_semantic_equal (less, greater));
  g_assert_cmpuint (rush_expr_semantic_hash (less), ==, rush_expr_semantic_hash (greater));
  g_assert_false (rush_expr_semantic_equal (x, other));
}

/* A bag, not a set: a + a + b is not a + b + b. */
static void
test_operands_are_a_bag (void)
{
  g_autoptr (RushExpr) a = column ("a", &RUSH_INT32, TRUE, 1);
  g_autoptr (RushExpr) b = column ("b", &RUSH_INT32, TRUE, 2);
  g_autoptr (RushExpr) aab = rush_expr_binary (
      RUSH_EXPR_ADD, rush_expr_binary (RUSH_EXPR_ADD, rush_expr_ref (a), rush_expr_ref (a)),
      rush_expr_ref (b));
  g_autoptr (RushExpr) abb = rush_expr_binary (
      RUSH_EXPR_ADD, rush_expr_binary (RUSH_EXPR_ADD, rush_expr_ref (a), rush_expr_ref (b)),
      rush_expr_ref (b));

  g_assert_false (rush_expr_semantic_equal (aab, abb));
}

/* ── walks ── */

static RushExpr *
same (RushExpr *node, gpointer data, GError **error)
{
  return rush_expr_ref (node);
}

static RushExpr *
one_to_two (RushExpr *node, gpointer data, GError **error)
{
  if (node->kind == RUSH_EXPR_LITERAL && rush_column_get_int (node->as.literal.value, 0) == 1)
    return number (2);
  return rush_expr_ref (node);
}

static RushExpr *
fail_at_literal (RushExpr *node, gpointer data, GError **error)
{
  if (node->kind != RUSH_EXPR_LITERAL)
    return rush_expr_ref (node);
  g_set_error_literal (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT, "no");
  return NULL;
}

static void
test_transforms (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (RushExpr) sum = rush_expr_binary (RUSH_EXPR_ADD, number (1), number (5));
  g_autoptr (RushExpr) unchanged = rush_expr_transform_up (sum, same, NULL, &error);
  g_autoptr (RushExpr) up = rush_expr_transform_up (sum, one_to_two, NULL, &error);
  g_autoptr (RushExpr) down = rush_expr_transform_down (sum, one_to_two, NULL, &error);

  g_assert_true (unchanged == sum);
  assert_string (up, "(2 + 5)");
  assert_string (down, "(2 + 5)");
  g_assert_null (rush_expr_transform_up (sum, fail_at_literal, NULL, &error));
  g_assert_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT);
}

static gboolean
count_node (const RushExpr *node, gpointer count)
{
  ++*(guint *)count;
  return FALSE;
}

static void
test_deep_trees (void)
{
  RushExpr *deep = rush_expr_literal_bool (TRUE);
  guint count = 0;

  for (guint i = 0; i < DEEP; i++)
    deep = rush_expr_binary (RUSH_EXPR_OR, deep, rush_expr_literal_bool (FALSE));
  {
    g_autoptr (RushExpr) owned = deep;
    g_autoptr (RushExpr) copy = rush_expr_transform_up (deep, same, NULL, NULL);
    g_autofree char *text = rush_expr_to_string (deep);

    rush_expr_visit (deep, count_node, &count);
    g_assert_cmpuint (count, ==, 2 * DEEP + 1);
    g_assert_true (copy == deep);
    g_assert_true (rush_expr_semantic_equal (deep, copy));
    g_assert_true (g_str_has_suffix (text, " OR false)"));
  }
}

static void
test_conjuncts (void)
{
  g_autoptr (RushExpr) a = column ("a", &RUSH_BOOL, TRUE, 1);
  g_autoptr (RushExpr) b = column ("b", &RUSH_BOOL, TRUE, 2);
  g_autoptr (RushExpr) all = rush_expr_and_all ((RushExpr *[]){ a, b, a }, 3);
  g_autoptr (RushExpr) none = rush_expr_and_all (NULL, 0);
  g_autoptr (GPtrArray) parts = g_ptr_array_new_with_free_func ((GDestroyNotify)rush_expr_unref);

  assert_string (all, "((a#1 AND b#2) AND a#1)");
  rush_expr_split_conjuncts (all, parts);
  g_assert_cmpuint (parts->len, ==, 3);
  g_assert_true (parts->pdata[1] == b);
  g_assert_true (rush_expr_is_true (none));
}

static void
test_bind (void)
{
  RushExpr *columns[] = { column ("a", &RUSH_INT32, TRUE, 1), column ("b", &RUSH_INT32, FALSE, 2) };
  g_autoptr (RushExprList) input = rush_expr_list_new (2, columns);
  g_autoptr (RushExpr) sum =
      rush_expr_binary (RUSH_EXPR_ADD, column ("b", &RUSH_INT32, TRUE, 2), number (1));
  g_autoptr (RushExpr) bound = rush_expr_bind (sum, input);

  g_assert_cmpint (bound->children[0]->kind, ==, RUSH_EXPR_BOUND);
  g_assert_cmpuint (bound->children[0]->as.bound.ordinal, ==, 1);
  g_assert_false (bound->nullable); /* as the input says */
}

static void
test_references (void)
{
  g_autoptr (RushExprIdSet) known = rush_expr_id_set_new ();
  g_autoptr (RushExpr) local =
      rush_expr_binary (RUSH_EXPR_EQUAL, column ("a", &RUSH_INT32, TRUE, 1),
                        rush_expr_unary (RUSH_EXPR_OUTER, column ("k", &RUSH_INT32, TRUE, 5)));

  rush_expr_id_set_add (known, 1);
  g_assert_true (rush_expr_references_subset (local, known)); /* #5 is of the query around */
  g_assert_true ((local->flags & RUSH_EXPR_HAS_OUTER) != 0);
  assert_string (local, "(a#1 = outer(k#5))");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/expression/type/decimal", test_decimal_results);
  g_test_add_func ("/expression/type/misfits", test_misfits_have_no_type);
  g_test_add_func ("/expression/type/dates", test_dates_move);
  g_test_add_func ("/expression/nullable", test_nullability);
  g_test_add_func ("/expression/nullable/case", test_case_without_else_is_nullable);
  g_test_add_func ("/expression/text", test_texts);
  g_test_add_func ("/expression/text/literals", test_literals);
  g_test_add_func ("/expression/equal", test_semantic_equality);
  g_test_add_func ("/expression/equal/bag", test_operands_are_a_bag);
  g_test_add_func ("/expression/transform", test_transforms);
  g_test_add_func ("/expression/transform/deep", test_deep_trees);
  g_test_add_func ("/expression/conjuncts", test_conjuncts);
  g_test_add_func ("/expression/bind", test_bind);
  g_test_add_func ("/expression/references", test_references);
  return g_test_run ();
}
