/* test_decimal.c - arithmetic, types of results and texts as a real Spark has them; 128-bit results
 * against a slow reference that adds and doubles digit by digit; overflow, ties, extremes. */
#include "sql/types/decimal.h"
#include "tests/sql/types/answers.h"

#include <string.h>

/* ---- a real Spark's answers ---- */

static RushDecimalOp
op_named (const char *name)
{
  switch (name[0])
    {
    case '+':
      return RUSH_DECIMAL_ADD;
    case '-':
      return RUSH_DECIMAL_SUBTRACT;
    case '*':
      return RUSH_DECIMAL_MULTIPLY;
    case '/':
      return RUSH_DECIMAL_DIVIDE;
    case '%':
      return RUSH_DECIMAL_REMAINDER;
    case 'd':
      return RUSH_DECIMAL_INTEGRAL_DIVIDE;
    default:
      return RUSH_DECIMAL_PMOD;
    }
}

static guint n_overflows, n_values;

static void
check_answer (const RushJson *row)
{
  const char *op_name = answer_text (row, 0), *expected = answer_text (row, 6);
  gboolean allow_loss = op_name[strlen (op_name) - 1] != '!';
  RushDecimalOp op = op_named (op_name);
  const RushType *type_a = type_named (answer_text (row, 1));
  const RushType *type_b = type_named (answer_text (row, 3));
  rush_int128 a, b, value;

  g_assert_cmpint (
      rush_decimal_parse (answer_text (row, 2), strlen (answer_text (row, 2)), type_a, &a), ==,
      RUSH_DECIMAL_TEXT_OK);
  g_assert_cmpint (
      rush_decimal_parse (answer_text (row, 4), strlen (answer_text (row, 4)), type_b, &b), ==,
      RUSH_DECIMAL_TEXT_OK);
  const RushType *type = rush_decimal_result_type (op, type_a, type_b, allow_loss);
  if (op != RUSH_DECIMAL_INTEGRAL_DIVIDE)
    g_assert_cmpstr (type->name, ==, answer_text (row, 5));
  if (b == 0 && op >= RUSH_DECIMAL_DIVIDE)
    {
      g_assert_null (expected);
      return;
    }

  RushDecimalPlan plan;
  rush_decimal_plan_init (&plan, op, type_a, type_b, type);
  if (!rush_decimal_run (&plan, a, b, &value))
    {
      g_assert_null (expected);
      n_overflows++;
      return;
    }
  n_values++;
  if (op == RUSH_DECIMAL_INTEGRAL_DIVIDE)
    {
      gint64 narrow;
      (void)rush_decimal_to_int64 (value, type->scale, &narrow); /* wraps around */
      g_assert_nonnull (expected);
      g_assert_cmpint (narrow, ==, g_ascii_strtoll (expected, NULL, 10));
      return;
    }
  char out[RUSH_DECIMAL_TEXT_SIZE];
  rush_decimal_to_text (value, type->scale, out);
  if (g_strcmp0 (out, expected) != 0)
    g_error ("%s %s %s %s %s: %s, Spark: %s", answer_text (row, 2), type_a->name, op_name,
             answer_text (row, 4), type_b->name, out, expected);
}

static void
test_as_spark (void)
{
  answers_each ("decimals.jsonl", check_answer);
  g_assert_cmpuint (n_values, >, 500);
  g_assert_cmpuint (n_overflows, >, 20);
}

/* ---- against a slow reference ---- */

/* Numbers of 100 decimal digits, least significant first. */
#define SLOW 100
typedef struct
{
  gint8 digits[SLOW];
} SlowInt;

static SlowInt
slow_of (rush_int128 value)
{
  SlowInt out = { { 0 } };
  unsigned __int128 rest = value < 0 ? -(unsigned __int128)value : (unsigned __int128)value;

  for (guint i = 0; rest != 0; i++, rest /= 10)
    out.digits[i] = (gint8)(rest % 10);
  return out;
}

static SlowInt
slow_product (const SlowInt *a, const SlowInt *b)
{
  SlowInt out = { { 0 } };

  for (guint i = 0; i < SLOW / 2; i++)
    for (guint j = 0, carry = 0; i + j < SLOW; j++)
      {
        guint digit = (guint)(out.digits[i + j] + a->digits[i] * b->digits[j]) + carry;
        out.digits[i + j] = (gint8)(digit % 10);
        carry = digit / 10;
      }
  return out;
}

/* Drops digits, HALF_UP; FALSE: more than 38 are left. */
static gboolean
slow_round (const SlowInt *in, guint drop, rush_int128 *out)
{
  rush_int128 value = 0;

  for (guint i = SLOW; i-- > drop;)
    {
      if (i - drop >= 38 && in->digits[i] != 0)
        return FALSE;
      value = value * 10 + in->digits[i];
    }
  value += drop > 0 && in->digits[drop - 1] >= 5;
  *out = value;
  return value < rush_decimal_power[38];
}

static rush_int128
random_decimal (guint precision)
{
  guint digits = (guint)g_test_rand_int_range (0, (gint)precision + 1);
  rush_int128 value = 0;

  for (guint i = 0; i < digits; i++)
    value = value * 10 + (g_test_rand_int () & 8 ? 9 : g_test_rand_int_range (0, 10));
  return g_test_rand_int () & 1 ? value : -value;
}

static const RushType *
random_type (void)
{
  guint precision = (guint)g_test_rand_int_range (1, 39);

  return rush_type_decimal (precision, g_test_rand_int_range (0, (gint)precision + 1));
}

static void
test_products (void)
{
  for (guint i = 0; i < 20000; i++)
    {
      const RushType *type_a = random_type (), *type_b = random_type ();
      const RushType *type = rush_decimal_result_type (RUSH_DECIMAL_MULTIPLY, type_a, type_b, TRUE);
      rush_int128 a = random_decimal (type_a->precision), b = random_decimal (type_b->precision);
      rush_int128 value = 0, expected = 0;
      RushDecimalPlan plan;
      SlowInt slow_a = slow_of (a), slow_b = slow_of (b), product = slow_product (&slow_a, &slow_b);

      rush_decimal_plan_init (&plan, RUSH_DECIMAL_MULTIPLY, type_a, type_b, type);
      gboolean fits = rush_decimal_run (&plan, a, b, &value);
      g_assert_cmpint (
          fits, ==,
          slow_round (&product, (guint)(type_a->scale + type_b->scale - type->scale), &expected));
      if (fits)
        g_assert_true (value == ((a < 0) != (b < 0) ? -expected : expected));
    }
}

/* (a / b) · b is within half a unit of the quotient's last digit of a. */
static void
test_quotients (void)
{
  const RushType *type = rush_type_decimal (38, 6);

  for (guint i = 0; i < 20000; i++)
    {
      const RushType *operand = rush_type_decimal (15, 2);
      rush_int128 a = random_decimal (15), b = random_decimal (15), q;
      RushDecimalPlan plan;

      if (b == 0)
        continue;
      rush_decimal_plan_init (&plan, RUSH_DECIMAL_DIVIDE, operand, operand, type);
      g_assert_true (rush_decimal_run (&plan, a, b, &q));
      rush_int128 error = 2 * (a * 1000000 - q * b); /* |a·10⁶ − q·b| ≤ |b| / 2 */
      g_assert_true ((error < 0 ? -error : error) <= (b < 0 ? -b : b));
    }
}

static void
test_remainders (void)
{
  for (guint i = 0; i < 20000; i++)
    {
      const RushType *type_a = rush_type_decimal (38, 10), *type_b = rush_type_decimal (38, 10);
      rush_int128 a = random_decimal (38), b = random_decimal (38), r, m;
      RushDecimalPlan plan;

      if (b == 0)
        continue;
      rush_decimal_plan_init (&plan, RUSH_DECIMAL_REMAINDER, type_a, type_b, type_a);
      g_assert_true (rush_decimal_run (&plan, a, b, &r));
      g_assert_true (r == a % b);
      rush_decimal_plan_init (&plan, RUSH_DECIMAL_PMOD, type_a, type_b, type_a);
      g_assert_true (rush_decimal_run (&plan, a, b, &m));
      g_assert_true (m == (r >= 0  ? r
                           : b > 0 ? r + b
                                   : r % b + (r + b == r ? b : 0)) ||
                     m >= 0 || b < 0);
    }
}

/* ---- single values ---- */

static void
test_rounding (void)
{
  static const struct
  {
    gint value, digits, half_up, half_even, down, floor, ceiling;
  } cases[] = {
    { 25, 1, 3, 2, 2, 2, 3 },   { -25, 1, -3, -2, -2, -3, -2 }, { 35, 1, 4, 4, 3, 3, 4 },
    { 24, 1, 2, 2, 2, 2, 3 },   { -24, 1, -2, -2, -2, -3, -2 }, { 26, 1, 3, 3, 2, 2, 3 },
    { 0, 3, 0, 0, 0, 0, 0 },    { 5, 1, 1, 0, 0, 0, 1 },        { 5, 2, 0, 0, 0, 0, 1 },
    { -1, 40, 0, 0, 0, -1, 0 }, { 20, 1, 2, 2, 2, 2, 2 },       { 7, 0, 7, 7, 7, 7, 7 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      gint v = cases[i].value, d = cases[i].digits;
      g_assert_true (rush_decimal_drop (v, d, RUSH_ROUND_HALF_UP) == cases[i].half_up);
      g_assert_true (rush_decimal_drop (v, d, RUSH_ROUND_HALF_EVEN) == cases[i].half_even);
      g_assert_true (rush_decimal_drop (v, d, RUSH_ROUND_DOWN) == cases[i].down);
      g_assert_true (rush_decimal_drop (v, d, RUSH_ROUND_FLOOR) == cases[i].floor);
      g_assert_true (rush_decimal_drop (v, d, RUSH_ROUND_CEILING) == cases[i].ceiling);
    }
}

static void
test_texts (void)
{
  static const struct
  {
    const char *digits;
    gint scale;
    const char *plain, *java;
  } cases[] = {
    { "0", 0, "0", "0" },
    { "0", 3, "0.000", "0.000" },
    { "0", 10, "0.0000000000", "0E-10" },
    { "5", 3, "0.005", "0.005" },
    { "-5", 3, "-0.005", "-0.005" },
    { "1", 7, "0.0000001", "1E-7" },
    { "-123", 10, "-0.0000000123", "-1.23E-8" },
    { "12345", 2, "123.45", "123.45" },
    { "99999999999999999999999999999999999999", 0, "99999999999999999999999999999999999999",
      "99999999999999999999999999999999999999" },
    { "-99999999999999999999999999999999999999", 38, "-0.99999999999999999999999999999999999999",
      "-0.99999999999999999999999999999999999999" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      char out[RUSH_DECIMAL_TEXT_SIZE];
      gsize n = rush_decimal_to_plain_text (int128_of (cases[i].digits), cases[i].scale, out);
      g_assert_cmpstr (out, ==, cases[i].plain);
      g_assert_cmpuint (n, ==, strlen (out));
      n = rush_decimal_to_text (int128_of (cases[i].digits), cases[i].scale, out);
      g_assert_cmpstr (out, ==, cases[i].java);
      g_assert_cmpuint (n, ==, strlen (out));
    }
}

static void
test_literals (void)
{
  rush_int128 value;
  gint scale;

  g_assert_cmpint (rush_decimal_parse_literal ("1.50", 4, &value, &scale), ==,
                   RUSH_DECIMAL_TEXT_OK);
  g_assert_true (value == 150 && scale == 2);
  g_assert_cmpstr (rush_decimal_of_value (value, scale)->name, ==, "decimal(3,2)");
  g_assert_cmpint (rush_decimal_parse_literal ("1e3", 3, &value, &scale), ==, RUSH_DECIMAL_TEXT_OK);
  g_assert_true (value == 1000 && scale == 0);
  g_assert_cmpint (rush_decimal_parse_literal (".001", 4, &value, &scale), ==,
                   RUSH_DECIMAL_TEXT_OK);
  g_assert_true (value == 1 && scale == 3);
  g_assert_cmpstr (rush_decimal_of_value (value, scale)->name, ==, "decimal(3,3)");
  g_assert_cmpint (rush_decimal_parse_literal ("1e38", 4, &value, &scale), ==,
                   RUSH_DECIMAL_TEXT_OVERFLOW);
  g_assert_cmpint (rush_decimal_parse_literal ("1..", 3, &value, &scale), ==,
                   RUSH_DECIMAL_TEXT_MALFORMED);
}

static void
test_compare (void)
{
  rush_int128 most = rush_decimal_power[38] - 1;

  g_assert_cmpint (rush_decimal_compare (10, 1, 1, 0), ==, 0);
  g_assert_cmpint (rush_decimal_compare (11, 1, 1, 0), >, 0);
  g_assert_cmpint (rush_decimal_compare (most, 0, most, 38), >, 0);
  g_assert_cmpint (rush_decimal_compare (-most, 0, most, 38), <, 0);
  g_assert_cmpint (rush_decimal_compare (most, 38, -most, 0), >, 0);
}

static void
test_overflow_message (void)
{
  const RushType *type = rush_type_decimal (38, 0);
  RushDecimalPlan plan;
  rush_int128 value;
  g_autoptr (GError) error = NULL;

  rush_decimal_plan_init (&plan, RUSH_DECIMAL_MULTIPLY, type, rush_type_decimal (2, 0), type);
  g_assert_false (rush_decimal_run (&plan, rush_decimal_power[38] - 1, 10, &value));
  g_autofree char *text = rush_decimal_run_text (&plan, rush_decimal_power[38] - 1, 10);
  g_assert_cmpstr (text, ==, "999999999999999999999999999999999999990");
  rush_decimal_set_overflow (&error, text, type, NULL);
  g_assert_cmpstr (error->message, ==,
                   "[NUMERIC_VALUE_OUT_OF_RANGE.WITH_SUGGESTION]  "
                   "999999999999999999999999999999999999990 cannot be represented as Decimal(38, "
                   "0). If necessary set \"spark.sql.ansi.enabled\" to \"false\" to bypass this "
                   "error, and return NULL instead. SQLSTATE: 22003");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name) g_test_add_func ("/sql/types/decimal/" #name, test_##name)
  ADD (as_spark);
  ADD (products);
  ADD (quotients);
  ADD (remainders);
  ADD (rounding);
  ADD (texts);
  ADD (literals);
  ADD (compare);
  ADD (overflow_message);
  return g_test_run ();
}
