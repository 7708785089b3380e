/* test_functions.c - calls of functions give what a real Spark gave (tests/data/sql/functions.txt,
 * made by make_functions.py).
 *
 * The calls are of literals alone, so a reader of twenty lines does: it makes the call as the
 * analyzer would, casts included, and evaluates it.
 */
#include "sql/evaluate/evaluate.h"

#include "sql/types/datetime_text.h"
#include "sql/types/decimal.h"
#include "sql/types/type_rules.h"
#include "sql/types/value_text.h"

#include <math.h>
#include <string.h>

#define ZONE "America/Los_Angeles"

typedef struct
{
  const char *p;
  RushEvalContext *ctx;
} Reader;

static RushExpr *read_value (Reader *self);

/* ── literals ── */

static char *
read_quoted (Reader *self)
{
  GString *text = g_string_new (NULL);
  g_assert_cmpint (*self->p, ==, '\'');
  for (self->p++; *self->p != '\''; self->p++)
    {
      if (*self->p == '\\')
        self->p++;
      g_string_append_c (text, *self->p);
    }
  self->p++;
  return g_string_free (text, FALSE);
}

static RushExpr *
read_time (Reader *self, gboolean date)
{
  g_autofree char *text = read_quoted (self);
  gint32 days;
  gint64 instant;
  if (date)
    {
      g_assert_true (rush_text_to_date (text, strlen (text), &days));
      return rush_expr_literal_int (&RUSH_DATE, days);
    }
  g_assert_true (
      rush_text_to_timestamp (text, strlen (text), rush_time_zone_get (ZONE, NULL), 0, &instant));
  return rush_expr_literal_int (&RUSH_TIMESTAMP, instant);
}

static RushExpr *
read_number (Reader *self)
{
  gsize n = strspn (self->p, "-+0123456789.e");
  g_autofree char *text = g_strndup (self->p, n);
  rush_int128 unscaled;
  gint scale;

  self->p += n;
  if (*self->p == 'D')
    {
      self->p++;
      return rush_expr_literal_double (g_ascii_strtod (text, NULL));
    }
  if (strchr (text, '.') == NULL)
    {
      gint64 value = g_ascii_strtoll (text, NULL, 10);
      return rush_expr_literal_int (value == (gint32)value ? &RUSH_INT32 : &RUSH_INT64, value);
    }
  g_assert_cmpint (rush_decimal_parse_literal (text, n, &unscaled, &scale), ==,
                   RUSH_DECIMAL_TEXT_OK);
  return rush_expr_literal_int (rush_decimal_of_value (unscaled, scale), (gint64)unscaled);
}

/* ── casts, as the analyzer puts them in ── */

static RushExpr *
cast (RushExpr *arg, const RushType *type)
{
  return arg->type == type
             ? arg
             : rush_expr_cast (arg, type, RUSH_EVAL_ANSI, g_intern_string (ZONE), FALSE);
}

static const RushType *
type_for (RushArgType wanted, const RushType *type)
{
  switch ((guint)wanted)
    {
    case RUSH_ARG_INT:
      return &RUSH_INT32;
    case RUSH_ARG_LONG:
      return &RUSH_INT64;
    case RUSH_ARG_DOUBLE:
      return &RUSH_FLOAT64;
    case RUSH_ARG_STRING:
      return &RUSH_STRING;
    case RUSH_ARG_BINARY:
      return &RUSH_BINARY;
    case RUSH_ARG_DATE:
      return &RUSH_DATE;
    case RUSH_ARG_TIMESTAMP:
      return &RUSH_TIMESTAMP;
    case RUSH_ARG_BOOL:
      return &RUSH_BOOL;
    default:
      return type;
    }
}

static void
coerce (const RushFunction *function, guint n, RushExpr **args)
{
  const RushType *types[16];
  guint n_same = 0;

  for (guint i = 0; i < n; i++)
    {
      RushArgType wanted = rush_function_arg (function, i);
      args[i] = cast (args[i], type_for (wanted, args[i]->type));
      if (wanted == RUSH_ARG_SAME || wanted == RUSH_ARG_ARRAYS)
        types[n_same++] = args[i]->type;
    }
  const RushType *common = n_same > 0 ? rush_type_wider_common_of (types, n_same, TRUE) : NULL;
  for (guint i = 0; common != NULL && i < n; i++)
    args[i] = cast (args[i], common);
}

/* ── calls ── */

static RushExpr *new_call (const char *name, guint n, RushExpr **args);

/* What a rewrite has left to the analyzer: calls by name. */
static RushExpr *
resolve (RushExpr *node, gpointer data, GError **error)
{
  RushExpr *args[16];

  if (node->kind != RUSH_EXPR_UNRESOLVED_FUNCTION)
    return rush_expr_ref (node);
  for (guint i = 0; i < node->n_children; i++)
    args[i] = rush_expr_ref (node->children[i]);
  return new_call (node->as.call.parts[0], node->n_children, args);
}

static RushExpr *
new_call (const char *name, guint n, RushExpr **args)
{
  const RushFunction *function = rush_function_find (name);
  gboolean nullable = TRUE;
  g_autoptr (GError) error = NULL;

  if (function == NULL)
    g_error ("%s() is not there", name);
  if (function->kind == RUSH_FUNCTION_REWRITE)
    {
      RushExpr *expr = function->rewrite (function, n, args, RUSH_EVAL_ANSI, &error);
      g_assert_no_error (error);
      for (guint i = 0; i < n; i++)
        rush_expr_unref (args[i]);
      RushExpr *resolved = rush_expr_transform_up (expr, resolve, NULL, &error);
      g_assert_no_error (error);
      rush_expr_unref (expr);
      return resolved;
    }
  coerce (function, n, args);
  const RushType *type = function->fixed_type != NULL
                             ? function->fixed_type
                             : function->result_type (function, n, args, &nullable, &error);
  g_assert_no_error (error);
  return rush_expr_function (function, g_intern_string (name), type, TRUE, RUSH_EVAL_ANSI, n, args);
}

static RushExpr *
read_call (Reader *self, const char *name)
{
  RushExpr *args[16];
  guint n = 0;

  for (self->p++; *self->p != ')';)
    {
      args[n++] = read_value (self);
      self->p += strspn (self->p, ", ");
    }
  self->p++;
  return new_call (name, n, args);
}

static RushExpr *
read_value (Reader *self)
{
  gsize n = strcspn (self->p, "(',) ");
  g_autofree char *word = g_strndup (self->p, n);

  if (*self->p == '\'')
    {
      g_autofree char *text = read_quoted (self);
      return rush_expr_literal_string (text, -1);
    }
  if (*self->p == '-' || g_ascii_isdigit (*self->p))
    return read_number (self);
  self->p += n;
  if (strcmp (word, "null") == 0)
    return rush_expr_literal_null (&RUSH_NULL);
  if (strcmp (word, "true") == 0 || strcmp (word, "false") == 0)
    return rush_expr_literal_bool (*word == 't');
  if (*self->p == '\'' && (strcmp (word, "date") == 0 || strcmp (word, "timestamp") == 0))
    return read_time (self, *word == 'd');
  return read_call (self, word);
}

/* Java's and C's functions of doubles may round the last bit to different sides. */
static gboolean
is_same (const RushType *type, const char *got, const char *wanted)
{
  if (strcmp (got, wanted) == 0)
    return TRUE;
  double x = g_ascii_strtod (got, NULL), y = g_ascii_strtod (wanted, NULL);
  return type == &RUSH_FLOAT64 && fabs (x - y) <= 0x1p-52 * fabs (y);
}

static void
test_recorded (void)
{
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "data/sql/functions.txt", NULL);
  g_autofree char *contents = NULL;
  g_autoptr (RushEvalContext) ctx = rush_eval_context_new (NULL, rush_allocator_system (), ZONE);
  guint wrong = 0, right = 0;

  g_assert_true (g_file_get_contents (path, &contents, NULL, NULL));
  g_auto (GStrv) lines = g_strsplit (contents, "\n", -1);
  for (guint i = 0; lines[i] != NULL && *lines[i] != '\0'; i++)
    {
      g_auto (GStrv) parts = g_strsplit (lines[i], "\t", 3);
      Reader reader = { parts[0], ctx };
      g_autoptr (GError) error = NULL;
      g_autoptr (RushExpr) expr = read_value (&reader);
      g_autoptr (RushExpr) value = rush_evaluate_constant (expr, ctx, &error);
      g_assert_no_error (error);
      g_autoptr (RushExpr) text = cast (rush_expr_ref (value), &RUSH_STRING);
      g_autoptr (RushExpr) shown = rush_evaluate_constant (text, ctx, &error);
      g_assert_no_error (error);
      gsize length = 4;
      const char *bytes = rush_expr_is_literal_null (shown)
                              ? "NULL"
                              : rush_column_get_bytes (shown->as.literal.value, 0, &length);
      g_autofree char *got = g_strndup (bytes, length);
      g_auto (GStrv) halves = g_strsplit (got, "\\", -1);
      g_autofree char *escaped = g_strjoinv ("\\\\", halves);
      if (!is_same (expr->type, escaped, parts[2]) || strcmp (expr->type->name, parts[1]) != 0)
        {
          g_printerr ("# %s: %s %s, not %s %s\n", parts[0], expr->type->name, escaped, parts[1],
                      parts[2]);
          wrong++;
        }
      else
        right++;
    }
  g_assert_cmpuint (wrong, ==, 0);
  g_assert_cmpuint (right, >, 200);
}

static void
test_random (void)
{
  g_autoptr (RushEvalContext) ctx = rush_eval_context_new (NULL, rush_allocator_system (), "UTC");
  static const double uniform[] = { 0.619189370225301, 0.5096018842446481, 0.8325259388871524 };
  static const double normal[] = { 2.384479054241165, 0.1920934041293524, 0.7337336533286575 };
  g_autoptr (RushSchema) schema = rush_schema_new (0, NULL);
  g_autoptr (RushBatch) batch = rush_batch_new (schema, 3, NULL);

  for (guint k = 0; k < 2; k++)
    {
      const char *name = k == 0 ? "rand" : "randn";
      RushExpr *seed = rush_expr_literal_int (&RUSH_INT64, 42);
      g_autoptr (RushExpr) call = rush_expr_function (
          rush_function_find (name), name, &RUSH_FLOAT64, FALSE, RUSH_EVAL_ANSI, 1, &seed);
      g_autoptr (RushColumn) out = rush_evaluate (call, batch, ctx, NULL);
      for (guint i = 0; i < 3; i++)
        g_assert_cmpfloat (rush_column_get_double (out, i), ==, (k == 0 ? uniform : normal)[i]);
    }
}

/* Every name is there once, or known to be missing; names come sorted, and in any case. */
static void
test_registry (void)
{
  const char *const *names = rush_function_names ();

  for (guint i = 0; names[i] != NULL; i++)
    {
      const RushFunction *function = rush_function_find (names[i]);
      g_assert_cmpstr (function->name, ==, names[i]);
      g_assert_nonnull (function->usage);
      g_assert_true (i == 0 || strcmp (names[i - 1], names[i]) < 0);
      g_assert_false (rush_function_is_known_missing (names[i]));
      g_assert_true (function->kind == RUSH_FUNCTION_REWRITE ||
                     (function->fixed_type != NULL) != (function->result_type != NULL));
    }
  g_assert_true (rush_function_find ("SUM") == rush_function_find ("sum"));
  g_assert_null (rush_function_find ("no_such_function"));
  g_assert_false (rush_function_is_known_missing ("no_such_function"));
  g_assert_true (rush_function_is_known_missing ("from_avro"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/functions/registry", test_registry);
  g_test_add_func ("/functions/random", test_random);
  g_test_add_func ("/functions/recorded", test_recorded);
  return g_test_run ();
}
