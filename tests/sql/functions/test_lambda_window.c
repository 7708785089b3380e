/* test_lambda_window.c - functions that take a lambda, see a partition, or make several rows of
 * one. */
#include "sql/evaluate/evaluate.h"

#include <string.h>

typedef struct
{
  RushEvalContext *ctx;
  RushBatch *batch; /* xs: array<int>, rate: int */
} Fixture;

#define N_ROWS 4

static RushColumn *
ints (const gint32 *values, guint n, const guint8 *validity, guint nulls)
{
  RushAllocator *system = rush_allocator_system ();
  RushBuffer *buffer = rush_buffer_new (system, n * sizeof (gint32), NULL);
  RushBuffer *bits = NULL;
  memcpy (buffer->bytes, values, n * sizeof (gint32));
  if (validity != NULL)
    {
      bits = rush_buffer_new (system, 1, NULL);
      bits->bytes[0] = *validity;
    }
  return rush_column_new_plain (&RUSH_INT32, n, bits, nulls, buffer, NULL, 0);
}

/* [1, 2, 3] · 10,  [] · 20,  null · 30,  [4, null] · 40 */
static void
set_up (Fixture *self, gconstpointer data)
{
  static const gint32 numbers[] = { 1, 2, 3, 4, 0 }, rates[] = { 10, 20, 30, 40 };
  static const RushListView lists[] = { { 0, 3 }, { 3, 0 }, { 0, 0 }, { 3, 2 } };
  static const guint8 there = 0x0f;
  const RushType *type = rush_type_array (&RUSH_INT32, TRUE);
  RushAllocator *system = rush_allocator_system ();
  RushBuffer *views = rush_buffer_new (system, sizeof lists, NULL);
  RushBuffer *validity = rush_buffer_new (system, 1, NULL);
  RushColumn *elements = ints (numbers, 5, &there, 1);
  RushField fields[] = { { (char *)"xs", type, TRUE }, { (char *)"rate", &RUSH_INT32, FALSE } };
  g_autoptr (RushSchema) schema = rush_schema_new (2, fields);

  memcpy (views->bytes, lists, sizeof lists);
  validity->bytes[0] = 0x0b;
  RushColumn *columns[] = { rush_column_new_list (type, N_ROWS, validity, 1, views, &elements),
                            ints (rates, N_ROWS, NULL, 0) };
  self->batch = rush_batch_new (schema, N_ROWS, columns);
  self->ctx = rush_eval_context_new (NULL, system, "UTC");
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  rush_batch_unref (self->batch);
  rush_eval_context_free (self->ctx);
}

static RushExpr *
xs (void)
{
  return rush_expr_bound (0, rush_type_array (&RUSH_INT32, TRUE), TRUE, "xs");
}

static RushExpr *
rate (void)
{
  return rush_expr_bound (1, &RUSH_INT32, FALSE, "rate");
}

static RushExpr *
variable (const char *name, RushExprId id)
{
  return rush_expr_lambda_variable (name, &RUSH_INT32, TRUE, id);
}

static RushExpr *
call (const char *name, guint n, RushExpr **args)
{
  const RushFunction *function = rush_function_find (name);
  gboolean nullable = TRUE;
  const RushType *type = function->fixed_type != NULL
                             ? function->fixed_type
                             : function->result_type (function, n, args, &nullable, NULL);
  return rush_expr_function (function, g_intern_string (name), type, TRUE, RUSH_EVAL_ANSI, n, args);
}

/* Rows as text, blanks between; takes @expr over. */
static void
assert_rows (Fixture *self, RushExpr *expr, const char *wanted)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (RushColumn) out = rush_evaluate (expr, self->batch, self->ctx, &error);
  g_autoptr (GString) text = g_string_new (NULL);

  g_assert_no_error (error);
  for (guint i = 0; i < N_ROWS; i++)
    {
      if (i > 0)
        g_string_append_c (text, ' ');
      rush_column_append_text (out, i, text);
    }
  g_assert_cmpstr (text->str, ==, wanted);
  rush_expr_unref (expr);
}

static RushExpr *
with_one (const char *name, RushExprKind kind, RushExpr *right)
{
  RushExprId id = rush_expr_id_new ();
  RushExpr *parts[] = { rush_expr_arithmetic (kind, RUSH_EVAL_ANSI, variable ("x", id), right),
                        variable ("x", id) };
  if (kind >= RUSH_EXPR_EQUAL)
    {
      rush_expr_unref (parts[0]);
      parts[0] =
          rush_expr_binary (kind, variable ("x", id), rush_expr_literal_int (&RUSH_INT32, 1));
    }
  RushExpr *args[] = { xs (), rush_expr_new (RUSH_EXPR_LAMBDA, 2, parts) };
  return call (name, 2, args);
}

static void
test_lambdas (Fixture *self, gconstpointer data)
{
  assert_rows (self, with_one ("transform", RUSH_EXPR_MULTIPLY, rate ()),
               "[10, 20, 30] [] null [160, null]");
  assert_rows (self, with_one ("filter", RUSH_EXPR_GREATER, rate ()), "[2, 3] [] null [4]");
  assert_rows (self, with_one ("exists", RUSH_EXPR_EQUAL, rate ()), "true false null null");
  assert_rows (self, with_one ("forall", RUSH_EXPR_GREATER, rate ()), "false true null null");

  RushExprId acc = rush_expr_id_new (), x = rush_expr_id_new ();
  RushExpr *parts[] = { rush_expr_arithmetic (RUSH_EXPR_ADD, RUSH_EVAL_ANSI, variable ("acc", acc),
                                              variable ("x", x)),
                        variable ("acc", acc), variable ("x", x) };
  RushExpr *args[] = { xs (), rate (), rush_expr_new (RUSH_EXPR_LAMBDA, 3, parts) };
  assert_rows (self, call ("aggregate", 3, args), "16 20 null null");
}

/* A lambda in a lambda sees the variables of both: transform (xs, x -> size (filter (xs, y -> y >
 * x))) */
static void
test_nested_lambdas (Fixture *self, gconstpointer data)
{
  RushExprId x = rush_expr_id_new (), y = rush_expr_id_new ();
  RushExpr *inner[] = { rush_expr_binary (RUSH_EXPR_GREATER, variable ("y", y), variable ("x", x)),
                        variable ("y", y) };
  RushExpr *filter[] = { xs (), rush_expr_new (RUSH_EXPR_LAMBDA, 2, inner) };
  RushExpr *kept = call ("filter", 2, filter);
  RushExpr *outer[] = { call ("size", 1, &kept), variable ("x", x) };
  RushExpr *args[] = { xs (), rush_expr_new (RUSH_EXPR_LAMBDA, 2, outer) };
  assert_rows (self, call ("transform", 2, args), "[2, 1, 0] [] null [0, 0]");
}

static void
test_windows (Fixture *self, gconstpointer data)
{
  static const guint32 start[] = { 0, 1, 1, 3 }, end[] = { 1, 3, 3, 4 };
  static const guint32 frame_start[] = { 0, 0, 0, 0 }, frame_end[] = { 1, 2, 3, 4 };
  static const struct
  {
    const char *name, *wanted;
    guint n_args;
  } cases[] = { { "row_number", "1 2 3 4", 0 }, { "rank", "1 2 2 4", 0 },
                { "dense_rank", "1 2 2 3", 0 }, { "cume_dist", "0.25 0.75 0.75 1", 0 },
                { "ntile", "1 1 1 1", 0 },      { "lag", "null 10 20 30", 1 },
                { "lead", "20 30 40 null", 1 }, { "nth_value", "null 20 20 20", 2 } };
  g_autoptr (RushColumn) two =
      rush_column_new_constant_int (&RUSH_INT32, 2, N_ROWS, rush_allocator_system (), NULL);
  RushColumn *columns[] = { self->batch->columns[1], two };
  RushWindowPartition partition = { .n_rows = N_ROWS,
                                    .n = N_ROWS,
                                    .args = columns,
                                    .peers_start = start,
                                    .peers_end = end,
                                    .frame_start = frame_start,
                                    .frame_end = frame_end };

  for (guint c = 0; c < G_N_ELEMENTS (cases); c++)
    {
      RushExpr *args[] = { rate (), rush_expr_literal_int (&RUSH_INT32, 2) };
      for (guint i = cases[c].n_args; i < 2; i++)
        rush_expr_unref (args[i]);
      g_autoptr (RushExpr) expr = call (cases[c].name, cases[c].n_args, args);
      g_autoptr (RushColumn) out =
          expr->as.function.function->window (expr, &partition, self->ctx, NULL);
      g_autoptr (GString) text = g_string_new (NULL);
      for (guint i = 0; i < N_ROWS; i++)
        {
          g_string_append (text, i > 0 ? " " : "");
          rush_column_append_text (out, i, text);
        }
      g_assert_cmpstr (text->str, ==, cases[c].wanted);
    }
}

static void
test_generators (Fixture *self, gconstpointer data)
{
  static const struct
  {
    const char *name, *wanted;
    gboolean outer;
    guint counts[N_ROWS];
  } cases[] = {
    { "explode", "1 2 3 4 null", FALSE, { 3, 0, 0, 2 } },
    { "explode", "1 2 3 null null 4 null", TRUE, { 3, 1, 1, 2 } },
    { "posexplode_outer", "0 1 2 null null 0 1", FALSE, { 3, 1, 1, 2 } },
  };
  RushRows rows = { NULL, N_ROWS, N_ROWS };

  for (guint c = 0; c < G_N_ELEMENTS (cases); c++)
    {
      guint32 counts[N_ROWS];
      RushExpr *arg = xs ();
      g_autoptr (RushExpr) expr = call (cases[c].name, 1, &arg);
      g_autoptr (GPtrArray) columns =
          g_ptr_array_new_with_free_func ((GDestroyNotify)rush_column_unref);
      g_autoptr (GString) text = g_string_new (NULL);
      RushGenerated out = { counts, columns };
      g_assert_true (expr->as.function.function->generate (expr, self->batch->columns, &rows,
                                                           cases[c].outer, &out, self->ctx, NULL));
      g_assert_cmpmem (counts, sizeof counts, cases[c].counts, sizeof counts);
      g_assert_cmpuint (columns->len, ==, expr->type->n_fields);
      RushColumn *first = columns->pdata[0];
      for (guint i = 0; i < first->length; i++)
        {
          g_string_append (text, i > 0 ? " " : "");
          rush_column_append_text (first, i, text);
        }
      g_assert_cmpstr (text->str, ==, cases[c].wanted);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define TEST(name) g_test_add ("/functions/" #name, Fixture, NULL, set_up, test_##name, tear_down)
  TEST (lambdas);
  TEST (nested_lambdas);
  TEST (windows);
  TEST (generators);
  return g_test_run ();
}
