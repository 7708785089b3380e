/* test_evaluate.c - a batch evaluated as a whole gives what its rows give one by one.
 *
 * Batches are random: all types, all layouts, slices, selections, nulls (tests/core/data/table.h).
 * The rows by themselves are plain columns of one row: no dictionary, no constant, no selection, no
 * word of bits beyond the first.  What single rows give is held against sums in 128 bits here, and
 * against a real Spark in tests/sql/functions.
 */
#include "sql/evaluate/evaluate.h"

#include "sql/types/decimal.h"
#include "table.h"

#include <math.h>

enum
{
  I8,
  I16,
  I32,
  I64,
  F32,
  F64,
  MONEY,
  WIDE,
  TEXT,
  TEXT_2,
  FLAG,
  DAY,
  TIME,
  LIST,
  SMALL, /* an int of small values */
  BYTES,
  N_COLUMNS
};

typedef struct
{
  RushSchema *schema;
  RushEvalContext *ctx;
  GRand *rand;
  RushBatch *batch;
} Fixture;

static void
set_up (Fixture *self, gconstpointer data)
{
  const RushType *types[N_COLUMNS] = { &RUSH_INT8,
                                       &RUSH_INT16,
                                       &RUSH_INT32,
                                       &RUSH_INT64,
                                       &RUSH_FLOAT32,
                                       &RUSH_FLOAT64,
                                       rush_type_decimal (15, 2),
                                       rush_type_decimal (30, 10),
                                       &RUSH_STRING,
                                       &RUSH_STRING,
                                       &RUSH_BOOL,
                                       &RUSH_DATE,
                                       &RUSH_TIMESTAMP,
                                       rush_type_array (&RUSH_INT32, TRUE),
                                       &RUSH_INT32,
                                       &RUSH_BINARY };
  RushField fields[N_COLUMNS];

  for (guint i = 0; i < N_COLUMNS; i++)
    fields[i] = (RushField){ (char *)"c", types[i], TRUE };
  self->schema = rush_schema_new (N_COLUMNS, fields);
  self->ctx = rush_eval_context_new (NULL, rush_allocator_system (), "America/Los_Angeles");
  self->rand = g_rand_new_with_seed (7);
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  rush_eval_context_free (self->ctx);
  rush_schema_unref (self->schema);
  g_rand_free (self->rand);
}

/* Values that mean something: decimals that fit, days and instants of this era, small integers. */
static void
tame (Fixture *self, Table *table)
{
  for (guint row = 0; row < table->n_rows; row++)
    {
      Cell *cells = table->cells + (gsize)row * N_COLUMNS;
      cells[MONEY].integer = g_rand_int_range (self->rand, -1000000, 1000000);
      cells[WIDE].integer = (rush_int128)g_rand_int_range (self->rand, -1000000, 1000000) *
                            G_GINT64_CONSTANT (10000000000);
      cells[DAY].integer = g_rand_int_range (self->rand, -100000, 100000);
      cells[TIME].integer = (gint64)g_rand_int (self->rand) * 1000003;
      cells[SMALL].integer = g_rand_int_range (self->rand, -3, 6);
    }
}

/* As random_batch (), with floats of one magnitude: of 1e300 beside 1 a variance is noise, and noise
 * by noise (kurtosis (), corr ()) is another number for each order of the rows. */
static RushBatch *
measured_batch (Fixture *self, guint n_rows)
{
  g_autoptr (Table) table = table_random_like (self->rand, self->schema, n_rows);
  tame (self, table);
  for (guint row = 0; row < n_rows; row++)
    {
      Cell *cells = table->cells + (gsize)row * N_COLUMNS;
      cells[F32].real = g_rand_int_range (self->rand, -1000, 1000) / 8.0;
      cells[F64].real = g_rand_int_range (self->rand, -1000, 1000) / 8.0;
    }
  return table_build (table, self->rand);
}

static RushBatch *
random_batch (Fixture *self, guint n_rows)
{
  g_autoptr (Table) table = table_random_like (self->rand, self->schema, n_rows);
  tame (self, table);
  return table_build (table, self->rand);
}

static RushExpr *
column (Fixture *self, guint i)
{
  return rush_expr_bound (i, self->schema->fields[i].type, TRUE, "c");
}

static void
assert_same (const RushColumn *a, guint row_a, const RushColumn *b, guint row_b, const char *what)
{
  if (rush_compare_rows (a, row_a, b, row_b) == 0)
    return;
  g_autoptr (GString) x = g_string_new (NULL), y = g_string_new (NULL);
  rush_column_append_text (a, row_a, x);
  rush_column_append_text (b, row_b, y);
  g_error ("%s: %s of the whole, %s of the row", what, x->str, y->str);
}

/* Takes @expr over.  If a row fails, the whole must fail, and the other way round. */
static void
check_expr (Fixture *self, const RushBatch *batch, RushExpr *expr)
{
  g_autofree char *text = rush_expr_to_string (expr);
  g_autoptr (GError) error = NULL;
  g_autoptr (RushColumn) whole = rush_evaluate (expr, batch, self->ctx, &error);
  guint failed = 0;

  g_assert_true ((whole == NULL) == (error != NULL));
  for (guint i = 0; i < batch->length; i++)
    {
      guint32 row = rush_batch_row (batch, i);
      g_autoptr (GError) row_error = NULL;
      g_autoptr (RushBatch) one =
          rush_batch_take ((RushBatch *)batch, &row, 1, rush_allocator_system (), NULL);
      g_autoptr (RushColumn) value = rush_evaluate (expr, one, self->ctx, &row_error);
      failed += value == NULL;
      if (value != NULL && whole != NULL)
        assert_same (whole, row, value, 0, text);
    }
  if ((failed > 0) != (whole == NULL))
    g_error ("%s: %u rows fail, and the whole says %s", text, failed,
             error != NULL ? error->message : "nothing");
  rush_expr_unref (expr);
}

static void
check_filter (Fixture *self, RushBatch *batch, RushExpr *expr)
{
  g_autoptr (RushColumn) values = rush_evaluate (expr, batch, self->ctx, NULL);
  g_autoptr (RushBatch) kept = rush_evaluate_filter (expr, batch, self->ctx, NULL);
  guint n = 0;

  for (guint i = 0; i < batch->length; i++)
    {
      guint row = rush_batch_row (batch, i);
      if (rush_column_is_valid (values, row) && rush_column_get_bool (values, row))
        g_assert_cmpuint (rush_batch_row (kept, n++), ==, row);
    }
  g_assert_cmpuint (n, ==, kept != NULL ? kept->length : 0);
  rush_expr_unref (expr);
}

#define ROUNDS 12

/* ── arithmetic ── */

static void
test_integers (Fixture *self, gconstpointer data)
{
  static const RushExprKind kinds[] = { RUSH_EXPR_ADD, RUSH_EXPR_SUBTRACT, RUSH_EXPR_MULTIPLY };
  static const RushEvalMode modes[] = { RUSH_EVAL_LEGACY, RUSH_EVAL_TRY };

  for (guint round = 0; round < ROUNDS; round++)
    {
      g_autoptr (RushBatch) batch = random_batch (self, 1 + round * 40);
      for (guint c = I8; c <= I64; c++)
        for (guint k = 0; k < 3; k++)
          for (guint m = 0; m < 2; m++)
            {
              g_autoptr (RushExpr) expr = rush_expr_arithmetic (
                  kinds[k], modes[m], column (self, c), column (self, c == I64 ? I64 : c));
              g_autoptr (RushColumn) out = rush_evaluate (expr, batch, self->ctx, NULL);
              guint bits = expr->type->value_bytes * 8;
              for (guint i = 0; i < batch->length; i++)
                {
                  guint row = rush_batch_row (batch, i);
                  RushColumn *in = batch->columns[c];
                  if (!rush_column_is_valid (in, row))
                    {
                      g_assert_false (rush_column_is_valid (out, row));
                      continue;
                    }
                  rush_int128 x = rush_column_get_int (in, row);
                  rush_int128 r = k == 0 ? x + x : k == 1 ? x - x : x * x;
                  gboolean fits = r >= -((rush_int128)1 << (bits - 1)) && r < (rush_int128)1
                                                                                  << (bits - 1);
                  if (modes[m] == RUSH_EVAL_TRY)
                    g_assert_true (rush_column_is_valid (out, row) == fits);
                  if (fits)
                    g_assert_true (rush_column_get_int (out, row) == (gint64)r);
                }
            }
    }
}

static void
test_arithmetic_by_rows (Fixture *self, gconstpointer data)
{
  for (guint round = 0; round < ROUNDS; round++)
    {
      g_autoptr (RushBatch) batch = random_batch (self, 1 + round * 10);
      for (guint kind = RUSH_EXPR_ADD; kind <= RUSH_EXPR_REMAINDER; kind++)
        for (guint mode = RUSH_EVAL_LEGACY; mode <= RUSH_EVAL_TRY; mode++)
          for (guint c = I8; c <= WIDE; c++)
            {
              gboolean whole = c <= I64;
              if ((kind == RUSH_EXPR_DIVIDE && (whole || c == F32)) ||
                  (kind == RUSH_EXPR_INTEGRAL_DIVIDE && c != I64 && c != MONEY))
                continue;
              check_expr (self, batch,
                          rush_expr_arithmetic (kind, mode, column (self, c), column (self, c)));
              if (c == I32)
                check_expr (
                    self, batch,
                    rush_expr_arithmetic (kind, mode, column (self, I32), column (self, SMALL)));
            }
      check_expr (self, batch, rush_expr_unary (RUSH_EXPR_NEGATE, column (self, MONEY)));
    }
}

/* In 64 bits where it can, in 128 where it must: the same as one operation after the other. */
static void
test_decimal_trees (Fixture *self, gconstpointer data)
{
  for (guint round = 0; round < ROUNDS; round++)
    {
      g_autoptr (RushBatch) batch = random_batch (self, 1 + round * 30);
      for (guint c = MONEY; c <= WIDE; c++)
        {
          RushExpr *one = rush_expr_literal_int (rush_type_decimal (1, 0), 1);
          RushExpr *left =
              rush_expr_arithmetic (RUSH_EXPR_SUBTRACT, RUSH_EVAL_TRY, one, column (self, MONEY));
          RushExpr *right = rush_expr_arithmetic (RUSH_EXPR_ADD, RUSH_EVAL_TRY, column (self, c),
                                                  column (self, MONEY));
          check_expr (self, batch,
                      rush_expr_arithmetic (RUSH_EXPR_MULTIPLY, RUSH_EVAL_TRY, left, right));
        }
    }
}

/* ── comparisons and logic ── */

static void
test_comparisons (Fixture *self, gconstpointer data)
{
  static const RushExprKind kinds[] = { RUSH_EXPR_EQUAL,         RUSH_EXPR_LESS,
                                        RUSH_EXPR_LESS_EQUAL,    RUSH_EXPR_GREATER,
                                        RUSH_EXPR_GREATER_EQUAL, RUSH_EXPR_EQUAL_NULL_SAFE };

  for (guint round = 0; round < ROUNDS; round++)
    {
      g_autoptr (RushBatch) batch = random_batch (self, 1 + round * 15);
      for (guint k = 0; k < G_N_ELEMENTS (kinds); k++)
        {
          for (guint c = 0; c < N_COLUMNS; c++)
            check_expr (self, batch,
                        rush_expr_binary (kinds[k], column (self, c), column (self, c)));
          check_expr (self, batch,
                      rush_expr_binary (kinds[k], column (self, TEXT), column (self, TEXT_2)));
          check_expr (self, batch,
                      rush_expr_binary (kinds[k], column (self, SMALL),
                                        rush_expr_literal_int (&RUSH_INT32, 2)));
          check_expr (
              self, batch,
              rush_expr_binary (kinds[k], column (self, TEXT), rush_expr_literal_string ("a", 1)));
        }
    }
}

static RushExpr *
random_predicate (Fixture *self, guint depth)
{
  switch (g_rand_int_range (self->rand, 0, depth > 0 ? 8 : 4))
    {
    case 0:
      return column (self, FLAG);
    case 1:
      return rush_expr_binary (RUSH_EXPR_GREATER, column (self, SMALL),
                               rush_expr_literal_int (&RUSH_INT32, 1));
    case 2:
      return rush_expr_unary (RUSH_EXPR_IS_NULL, column (self, TEXT));
    case 3:
      return rush_expr_like (column (self, TEXT), rush_expr_literal_string ("%a_", 3), '\\');
    case 4:
      return rush_expr_unary (RUSH_EXPR_NOT, random_predicate (self, depth - 1));
    case 5:
      {
        RushExpr *all[] = { column (self, SMALL), rush_expr_literal_int (&RUSH_INT32, 1),
                            rush_expr_literal_int (&RUSH_INT32, 3),
                            rush_expr_literal_null (&RUSH_INT32) };
        if (g_rand_boolean (self->rand))
          return rush_expr_new (RUSH_EXPR_IN, 4, all);
        rush_expr_unref (all[3]);
        return rush_expr_new (RUSH_EXPR_IN, 3, all);
      }
    case 6:
      return rush_expr_binary (RUSH_EXPR_OR, random_predicate (self, depth - 1),
                               random_predicate (self, depth - 1));
    default:
      return rush_expr_binary (RUSH_EXPR_AND, random_predicate (self, depth - 1),
                               random_predicate (self, depth - 1));
    }
}

static void
test_predicates (Fixture *self, gconstpointer data)
{
  for (guint round = 0; round < ROUNDS * 4; round++)
    {
      g_autoptr (RushBatch) batch = random_batch (self, 1 + round * 5);
      RushExpr *predicate = random_predicate (self, 4);
      check_expr (self, batch, rush_expr_ref (predicate));
      check_filter (self, batch, predicate);
    }
}

/* 1 / x where x is not 0 alone: what a condition keeps away must not be computed. */
static void
test_choices (Fixture *self, gconstpointer data)
{
  for (guint round = 0; round < ROUNDS; round++)
    {
      g_autoptr (RushBatch) batch = random_batch (self, 1 + round * 15);
      RushExpr *ten = rush_expr_literal_int (&RUSH_INT32, 10);
      RushExpr *zero = rush_expr_binary (RUSH_EXPR_EQUAL, column (self, SMALL),
                                         rush_expr_literal_int (&RUSH_INT32, 0));
      RushExpr *rest =
          rush_expr_arithmetic (RUSH_EXPR_REMAINDER, RUSH_EVAL_ANSI, ten, column (self, SMALL));
      RushExpr *pick[] = { zero, rush_expr_literal_int (&RUSH_INT32, -1), rest };
      g_autoptr (RushExpr) guarded = rush_expr_new (RUSH_EXPR_IF, 3, pick);
      g_autoptr (GError) error = NULL;
      g_autoptr (RushColumn) out = rush_evaluate (guarded, batch, self->ctx, &error);
      g_assert_no_error (error);
      check_expr (self, batch, g_steal_pointer (&guarded));

      for (guint c = 0; c < N_COLUMNS; c++)
        {
          RushExpr *branches[] = { column (self, FLAG), column (self, c), column (self, FLAG),
                                   column (self, c), column (self, c) };
          RushExpr *both[] = { column (self, c), column (self, c) };
          check_expr (self, batch, rush_expr_new (RUSH_EXPR_CASE_WHEN, 5, branches));
          check_expr (self, batch, rush_expr_new (RUSH_EXPR_COALESCE, 2, both));
        }
    }
}

static void
test_casts (Fixture *self, gconstpointer data)
{
  const RushType *targets[] = { &RUSH_INT8,
                                &RUSH_INT32,
                                &RUSH_INT64,
                                &RUSH_FLOAT32,
                                &RUSH_FLOAT64,
                                rush_type_decimal (10, 1),
                                rush_type_decimal (38, 4),
                                &RUSH_STRING,
                                &RUSH_BOOL };

  for (guint round = 0; round < ROUNDS; round++)
    {
      g_autoptr (RushBatch) batch = random_batch (self, 1 + round * 10);
      for (guint c = I8; c <= FLAG; c++)
        for (guint t = 0; t < G_N_ELEMENTS (targets); t++)
          for (guint mode = RUSH_EVAL_LEGACY; mode <= RUSH_EVAL_TRY; mode++)
            check_expr (self, batch,
                        rush_expr_cast (column (self, c), targets[t], mode, NULL, TRUE));
      check_expr (self, batch,
                  rush_expr_cast (column (self, LIST), rush_type_array (&RUSH_STRING, TRUE),
                                  RUSH_EVAL_ANSI, NULL, TRUE));
      check_expr (self, batch,
                  rush_expr_cast (column (self, DAY), &RUSH_TIMESTAMP, RUSH_EVAL_ANSI, NULL, TRUE));
      check_expr (self, batch,
                  rush_expr_cast (column (self, TIME), &RUSH_STRING, RUSH_EVAL_ANSI, NULL, TRUE));
    }
}

/* ── every function ── */

/* The column that an argument of a kind gets; −1: this test does not know one. */
static gint
column_for (RushArgType type)
{
  switch (type)
    {
    case RUSH_ARG_BOOL:
      return FLAG;
    case RUSH_ARG_INT:
    case RUSH_ARG_INTEGRAL:
      return SMALL;
    case RUSH_ARG_LONG:
      return I64;
    case RUSH_ARG_DOUBLE:
      return F64;
    case RUSH_ARG_NUMERIC:
    case RUSH_ARG_NUMERIC_OR_INTERVAL:
      return MONEY;
    case RUSH_ARG_STRING:
    case RUSH_ARG_STRING_OR_BINARY:
    case RUSH_ARG_ORDERED:
      return TEXT;
    case RUSH_ARG_BINARY:
      return BYTES;
    case RUSH_ARG_DATE:
    case RUSH_ARG_DATE_OR_TIMESTAMP:
      return DAY;
    case RUSH_ARG_TIMESTAMP:
      return TIME;
    case RUSH_ARG_ARRAY:
    case RUSH_ARG_ARRAY_OR_MAP:
      return LIST;
    case RUSH_ARG_SAME:
      return SMALL;
    case RUSH_ARG_CONCAT:
      return TEXT;
    case RUSH_ARG_ARRAYS:
      return LIST;
    case RUSH_ARG_ELEMENT:
    case RUSH_ARG_INDEX_OR_KEY:
      return SMALL;
    case RUSH_ARG_AS_BEFORE:
    case RUSH_ARG_ANY:
    case RUSH_ARG_ARRAY_OF_STRINGS:
    case RUSH_ARG_MAP:
    case RUSH_ARG_STRUCT:
    case RUSH_ARG_LAMBDA:
    default:
      return -1;
    }
}

static gboolean
arguments_for (Fixture *self, const RushFunction *function, guint n, RushExpr **out)
{
  for (guint i = 0; i < n; i++)
    {
      gint c = column_for (rush_function_arg (function, i));
      if (c < 0)
        {
          while (i > 0)
            rush_expr_unref (out[--i]);
          return FALSE;
        }
      out[i] = column (self, (guint)c);
    }
  return TRUE;
}

static const RushType *
type_of_call (const RushFunction *function, guint n, RushExpr **args)
{
  gboolean nullable = TRUE;
  return function->fixed_type != NULL ? function->fixed_type
                                      : function->result_type (function, n, args, &nullable, NULL);
}

static void
test_scalar_functions (Fixture *self, gconstpointer data)
{
  const char *const *names = rush_function_names ();
  g_autoptr (RushBatch) small = random_batch (self, 40);
  g_autoptr (RushBatch) large = random_batch (self, 130);
  guint tested = 0;

  for (guint f = 0; names[f] != NULL; f++)
    {
      const RushFunction *function = rush_function_find (names[f]);
      RushExpr *args[4];
      if (function->kind != RUSH_FUNCTION_SCALAR || function->nondeterministic)
        continue;
      for (guint n = MAX (1, function->min_args); n <= MIN (3, function->max_args); n++)
        {
          if (!arguments_for (self, function, n, args))
            continue;
          const RushType *type = type_of_call (function, n, args);
          if (type == NULL)
            {
              for (guint i = 0; i < n; i++)
                rush_expr_unref (args[i]);
              continue;
            }
          RushExpr *call = rush_expr_function (function, g_intern_string (names[f]), type, TRUE,
                                               RUSH_EVAL_TRY, n, args);
          check_expr (self, small, rush_expr_ref (call));
          check_expr (self, large, call);
          tested++;
        }
    }
  g_assert_cmpuint (tested, >, 120);
}

/* ── every aggregate ── */

#define N_GROUPS 5

static RushAggregateStates
new_states (const RushExpr *call, guint n)
{
  const RushAggregateClass *klass = call->as.aggregate.function->aggregate;
  RushAggregateStates states = { NULL, klass->state_bytes (call), rush_allocator_system () };
  states.states = rush_alloc (states.allocator, states.state_bytes * n, NULL);
  memset (states.states, 0, states.state_bytes * n);
  if (klass->init != NULL)
    klass->init (call, &states, 0, n);
  return states;
}

static void
free_states (const RushExpr *call, RushAggregateStates *states, guint n)
{
  const RushAggregateClass *klass = call->as.aggregate.function->aggregate;
  if (klass->clear != NULL)
    klass->clear (call, states, 0, n);
  rush_free (states->allocator, states->states, states->state_bytes * n);
}

static RushColumn *
result_of (Fixture *self, const RushExpr *call, const RushAggregateStates *states)
{
  g_autoptr (GError) error = NULL;
  RushColumn *out =
      call->as.aggregate.function->aggregate->result (call, states, 0, N_GROUPS, self->ctx, &error);
  g_assert_no_error (error);
  return out;
}

/* Doubles whose rows were added in another order may differ in the last digits. */
static void
assert_close (const RushColumn *a, const RushColumn *b, const char *name)
{
  for (guint i = 0; i < N_GROUPS; i++)
    {
      if (a->type == &RUSH_FLOAT64 && rush_column_is_valid (a, i) && rush_column_is_valid (b, i))
        {
          double x = rush_column_get_double (a, i), y = rush_column_get_double (b, i);
          if (isfinite (x) && isfinite (y) &&
              fabs (x - y) <= 1e-6 * MAX (fabs (x), fabs (y)) + 1e-9)
            continue;
          if (!isfinite (x) || !isfinite (y)) /* infinities cancel out or not by order */
            continue;
        }
      assert_same (a, i, b, i, name);
    }
}

/* The whole with group numbers; row after row; and as two parts whose buffers are merged. */
static void
check_aggregate (Fixture *self, const RushExpr *call, const RushBatch *batch,
                 RushColumn *const *args)
{
  const RushAggregateClass *klass = call->as.aggregate.function->aggregate;
  const char *name = call->as.aggregate.function->name;
  RushRows rows = { batch->selection != NULL ? (const guint16 *)batch->selection->bytes : NULL,
                    batch->length, batch->physical_length };
  g_autofree guint32 *groups = g_new (guint32, rows.n + 1);
  RushAggregateStates whole = new_states (call, N_GROUPS), single = new_states (call, N_GROUPS);
  RushAggregateStates part = new_states (call, N_GROUPS), merged = new_states (call, N_GROUPS);
  const RushType *types[RUSH_MAX_LISTED_ARGS];
  const char *names[RUSH_MAX_LISTED_ARGS];
  gboolean nullable[RUSH_MAX_LISTED_ARGS];
  RushColumn *buffers[RUSH_MAX_LISTED_ARGS];
  guint n_buffers = klass->buffer (call, types, names, nullable);
  guint half = rows.n / 2;

  for (guint i = 0; i < rows.n; i++)
    groups[i] = (guint32)g_rand_int_range (self->rand, 0, N_GROUPS - 1); /* the last stays empty */
  g_assert_true (klass->update (call, &whole, groups, args, &rows, self->ctx, NULL));
  for (guint i = 0; i < rows.n; i++)
    {
      guint16 row = (guint16)rush_eval_row (&rows, i);
      RushRows one = { &row, 1, rows.length };
      gboolean ok = klass->update_one != NULL
                        ? klass->update_one (call, &single, groups[i], args, &one, self->ctx, NULL)
                        : klass->update (call, &single, &groups[i], args, &one, self->ctx, NULL);
      g_assert_true (ok);
    }

  static const guint32 each[N_GROUPS] = { 0, 1, 2, 3, 4 };
  g_autofree guint16 *positions = g_new (guint16, rows.n + 1);
  for (guint i = 0; i < rows.n; i++)
    positions[i] = (guint16)rush_eval_row (&rows, i);
  for (guint p = 0; p < 2; p++)
    {
      RushRows some = { positions + (p == 0 ? 0 : half), p == 0 ? half : rows.n - half,
                        rows.length };
      RushRows all_groups = { NULL, N_GROUPS, N_GROUPS };
      g_assert_true (
          klass->update (call, &part, groups + (p == 0 ? 0 : half), args, &some, self->ctx, NULL));
      g_assert_true (klass->write_buffers (call, &part, 0, N_GROUPS, buffers, self->ctx, NULL));
      for (guint b = 0; b < n_buffers; b++)
        {
          g_assert_true (buffers[b]->type == types[b]);
          g_assert_true (nullable[b] || buffers[b]->null_count == 0);
        }
      g_assert_true (klass->merge (call, &merged, each, buffers, &all_groups, self->ctx, NULL));
      for (guint b = 0; b < n_buffers; b++)
        rush_column_unref (buffers[b]);
      free_states (call, &part, N_GROUPS);
      part = new_states (call, N_GROUPS);
    }

  g_autoptr (RushColumn) a = result_of (self, call, &whole);
  g_autoptr (RushColumn) b = result_of (self, call, &single);
  g_autoptr (RushColumn) c = result_of (self, call, &merged);
  g_assert_true (a->type == call->type);
  assert_close (a, b, name);
  assert_close (a, c, name);
  free_states (call, &whole, N_GROUPS);
  free_states (call, &single, N_GROUPS);
  free_states (call, &part, N_GROUPS);
  free_states (call, &merged, N_GROUPS);
}

static void
check_aggregate_of (Fixture *self, const RushFunction *function, const RushBatch *batch, guint n,
                    RushExpr **args)
{
  const RushType *type = type_of_call (function, n, args);
  RushColumn *columns[4];
  for (guint i = 0; i < n; i++)
    columns[i] = rush_evaluate (args[i], batch, self->ctx, NULL);
  g_autoptr (RushExpr) call =
      rush_expr_aggregate (function, type, TRUE, RUSH_EVAL_TRY, FALSE, NULL, n, args);
  check_aggregate (self, call, batch, columns);
  for (guint i = 0; i < n; i++)
    rush_column_unref (columns[i]);
}

static void
test_aggregates (Fixture *self, gconstpointer data)
{
  static const guint sizes[] = { 1, 30, 700 };
  const char *const *names = rush_function_names ();
  guint tested = 0;

  for (guint s = 0; s < G_N_ELEMENTS (sizes); s++)
    {
      g_autoptr (RushBatch) batch = measured_batch (self, sizes[s]);
      for (guint f = 0; names[f] != NULL; f++)
        {
          const RushFunction *function = rush_function_find (names[f]);
          RushExpr *args[4];
          if (function->kind != RUSH_FUNCTION_AGGREGATE)
            continue;
          guint n = MAX (1, function->min_args);
          if (n == 2 && strstr (names[f], "percentile") != NULL)
            {
              args[0] = column (self, MONEY);
              args[1] = rush_expr_literal_double (0.3);
              check_aggregate_of (self, function, batch, 2, args);
              tested++;
              continue;
            }
          /* Of one argument: every type that it may have. */
          for (guint c = 0; c < N_COLUMNS; c++)
            {
              gint wanted = column_for (function->args[0]);
              gboolean any = function->args[0] == RUSH_ARG_ANY ||
                             (function->args[0] == RUSH_ARG_ORDERED) ||
                             (wanted == MONEY && c <= WIDE);
              if (!any && (gint)c != wanted)
                continue;
              /* Whether a sum of huge numbers overflows on the way depends on its parts. */
              if (c == I64 && strstr (names[f], "sum") != NULL)
                continue;
              args[0] = column (self, c);
              if (n > 1)
                args[1] = column (self, function->args[0] == RUSH_ARG_DOUBLE ? F64 : c);
              check_aggregate_of (self, function, batch, n, args);
              tested++;
            }
        }
    }
  g_assert_cmpuint (tested, >, 300);
}

/* An allocator that refuses: clean errors, nothing lost. */
static gboolean
run_refused (RushAllocator *allocator, gpointer data, GError **error)
{
  Fixture *self = data;
  g_autoptr (RushEvalContext) ctx = rush_eval_context_new (NULL, allocator, "UTC");
  RushExpr *product = rush_expr_arithmetic (RUSH_EXPR_MULTIPLY, RUSH_EVAL_TRY, column (self, MONEY),
                                            column (self, MONEY));
  g_autoptr (RushExpr) predicate = rush_expr_binary (
      RUSH_EXPR_AND, rush_expr_unary (RUSH_EXPR_IS_NOT_NULL, product), column (self, FLAG));
  RushExpr *text = column (self, TEXT);
  const RushFunction *upper = rush_function_find ("upper");
  g_autoptr (RushExpr) call =
      rush_expr_function (upper, "upper", &RUSH_STRING, TRUE, RUSH_EVAL_ANSI, 1, &text);
  g_autoptr (RushColumn) out = rush_evaluate (call, self->batch, ctx, error);

  if (out == NULL)
    return FALSE;
  GError *failed = NULL;
  g_autoptr (RushBatch) kept = rush_evaluate_filter (predicate, self->batch, ctx, &failed);
  if (failed != NULL)
    g_propagate_error (error, failed);
  return failed == NULL;
}

static void
test_refusals (Fixture *self, gconstpointer data)
{
  self->batch = random_batch (self, 50);
  check_every_refusal (run_refused, self);
  rush_batch_unref (self->batch);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define TEST(name) g_test_add ("/evaluate/" #name, Fixture, NULL, set_up, test_##name, tear_down)
  TEST (integers);
  TEST (arithmetic_by_rows);
  TEST (decimal_trees);
  TEST (comparisons);
  TEST (predicates);
  TEST (choices);
  TEST (casts);
  TEST (scalar_functions);
  TEST (aggregates);
  TEST (refusals);
  return g_test_run ();
}
