/* test_type_rules.c - common types and casts of 32 × 32 pairs of types as a real Spark has them;
 * types as JSON and back; names in messages; broken JSON. */
#include "sql/types/sql_error.h"
#include "sql/types/type_json.h"
#include "sql/types/type_rules.h"
#include "tests/sql/types/answers.h"

static const RushType *
type_of (const char *json)
{
  g_autoptr (GError) error = NULL;
  const RushType *type;

  if (json == NULL)
    return NULL;
  type = rush_type_from_json (json, -1, &error);
  g_assert_no_error (error);
  g_autofree char *back = rush_type_to_json (type);
  g_assert_cmpstr (back, ==, json);
  return type;
}

static void
check_same (const char *what, const RushJson *row, const RushType *got, const char *expected)
{
  if (got != type_of (expected))
    g_error ("%s of %s and %s: %s, Spark: %s", what, answer_text (row, 0), answer_text (row, 1),
             got != NULL ? got->name : "none", expected);
}

static void
check_flag (const char *what, const RushJson *row, gboolean got, guint i)
{
  if (got != rush_json_as_bool (rush_json_item (row, i), -1))
    g_error ("%s of %s and %s: %d", what, answer_text (row, 0), answer_text (row, 1), got);
}

static void
check_answer (const RushJson *row)
{
  const RushType *a = type_of (answer_text (row, 0)), *b = type_of (answer_text (row, 1));

  check_same ("tightest", row, rush_type_tightest_common (a, b, FALSE), answer_text (row, 2));
  check_same ("wider", row, rush_type_wider_common (a, b, FALSE), answer_text (row, 3));
  check_same ("ANSI tightest", row, rush_type_tightest_common (a, b, TRUE), answer_text (row, 4));
  check_same ("ANSI wider", row, rush_type_wider_common (a, b, TRUE), answer_text (row, 5));
  check_flag ("cast", row, rush_type_can_cast (a, b, FALSE), 6);
  check_flag ("ANSI cast", row, rush_type_can_cast (a, b, TRUE), 7);
  check_flag ("up-cast", row, rush_type_can_up_cast (a, b), 8);
  check_flag ("store assignment", row, rush_type_can_store_assign (a, b), 9);
}

static void
test_as_spark (void)
{
  g_assert_cmpuint (answers_each ("rules.jsonl", check_answer), >=, 1024);
}

static void
test_several (void)
{
  const RushType *mixed[] = { &RUSH_INT32, &RUSH_NULL, &RUSH_STRING, &RUSH_FLOAT64 };

  g_assert_true (rush_type_wider_common_of (mixed, 4, TRUE) == &RUSH_FLOAT64);
  g_assert_true (rush_type_wider_common_of (mixed, 4, FALSE) == &RUSH_STRING);
  g_assert_true (rush_type_wider_common_of (mixed, 0, TRUE) == &RUSH_NULL);
  g_assert_true (rush_type_wider_common_of (mixed, 1, FALSE) == &RUSH_INT32);
  const RushType *none[] = { &RUSH_INT32, &RUSH_DATE };
  g_assert_null (rush_type_wider_common_of (none, 2, TRUE));
}

static void
test_nullability (void)
{
  const RushType *strings = rush_type_array (&RUSH_STRING, FALSE);
  const RushType *numbers = rush_type_array (&RUSH_INT32, FALSE);

  /* A bad string becomes null with ANSI off, and elements must not. */
  g_assert_false (rush_type_can_cast (strings, numbers, FALSE));
  g_assert_true (rush_type_can_cast (strings, numbers, TRUE));
  g_assert_true (rush_type_can_cast (numbers, strings, FALSE));
  g_assert_false (rush_type_can_cast (rush_type_array (&RUSH_INT32, TRUE), numbers, TRUE));
}

static void
test_names (void)
{
  RushTypeField fields[] = { { "a", &RUSH_INT32, TRUE }, { "b c", &RUSH_STRING, FALSE } };
  const RushType *type =
      rush_type_map (&RUSH_STRING, rush_type_array (rush_type_struct (2, fields), TRUE), TRUE);
  g_autofree char *sql = rush_type_sql (type);
  g_autofree char *id = rush_type_sql_id (rush_type_decimal (15, 2));

  g_assert_cmpstr (sql, ==, "MAP<STRING, ARRAY<STRUCT<a: INT, `b c`: STRING NOT NULL>>>");
  g_assert_cmpstr (id, ==, "\"DECIMAL(15,2)\"");
}

static void
test_broken_json (void)
{
  static const char *const bad[] = { "",
                                     "1",
                                     "null",
                                     "\"integers\"",
                                     "\"decimal(39,0)\"",
                                     "\"decimal(3,4)\"",
                                     "\"decimal(3,2)x\"",
                                     "\"interval second to day\"",
                                     "\"interval month to day\"",
                                     "{\"type\":\"array\"}",
                                     "{\"type\":\"struct\"}",
                                     "{\"type\":\"struct\",\"fields\":[1]}",
                                     "{\"type\":\"struct\",\"fields\":[{\"type\":\"integer\"}]}",
                                     "{\"type\":\"set\"}",
                                     "{\"type\":\"map\",\"keyType\":\"string\"}" };

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;
      g_assert_null (rush_type_from_json (bad[i], -1, &error));
      g_assert_nonnull (error);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name) g_test_add_func ("/sql/types/type_rules/" #name, test_##name)
  ADD (as_spark);
  ADD (several);
  ADD (nullability);
  ADD (names);
  ADD (broken_json);
  return g_test_run ();
}
