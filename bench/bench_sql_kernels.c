/* bench_sql_kernels.c - nanoseconds a row of what TPC-H's first and sixth query do to lineitem.
 *
 *     meson setup build-bench -Dbench=true --buildtype=release && ninja -C build-bench
 *     build-bench/bench/bench_sql_kernels
 *
 * One full batch with lineitem's types and value ranges; each case runs again and again for a third
 * of a second, and the best run counts.  Beside it stands a memcpy () of a column of eight bytes.
 */
#include "sql/evaluate/evaluate.h"

#include <string.h>
#include <time.h>

#define N_ROWS RUSH_BATCH_MAX_ROWS
#define RUN_NS 300000000

enum
{
  QUANTITY,
  PRICE,
  DISCOUNT,
  TAX,
  SHIP_DATE,
  FLAG,
  N_COLUMNS
};

typedef struct
{
  RushBatch *batch;
  RushEvalContext *ctx;
  RushExpr *expr;
  const RushFunction *function;
  RushExpr *call;
  RushAggregateStates states;
  RushColumn *arg;
  guint32 groups[N_ROWS];
  guint8 *copy;
} Bench;

static const RushType *money;
static guint64 sink;

/* ---- the batch ---- */

static RushColumn *
int64_column (const RushType *type, gint64 low, gint64 high, GRand *random)
{
  RushBuffer *values = rush_buffer_new (rush_allocator_system (), N_ROWS * 8, NULL);
  for (guint i = 0; i < N_ROWS; i++)
    ((gint64 *)values->bytes)[i] = g_rand_int_range (random, (gint32)low, (gint32)high);
  return rush_column_new_plain (type, N_ROWS, NULL, 0, values, NULL, 0);
}

static RushColumn *
date_column (GRand *random)
{
  RushBuffer *values = rush_buffer_new (rush_allocator_system (), N_ROWS * 4, NULL);
  for (guint i = 0; i < N_ROWS; i++)
    ((gint32 *)values->bytes)[i] = g_rand_int_range (random, 8036, 10562);
  return rush_column_new_plain (&RUSH_DATE, N_ROWS, NULL, 0, values, NULL, 0);
}

static RushColumn *
flag_column (GRand *random)
{
  RushBuffer *views = rush_buffer_new (rush_allocator_system (), 3 * sizeof (RushView), NULL);
  RushBuffer *indices = rush_buffer_new (rush_allocator_system (), N_ROWS * 4, NULL);
  memset (views->bytes, 0, 3 * sizeof (RushView));
  for (guint i = 0; i < 3; i++)
    {
      ((RushView *)views->bytes)[i].length = 1;
      ((RushView *)views->bytes)[i].inlined[0] = "ANR"[i];
    }
  for (guint i = 0; i < N_ROWS; i++)
    ((gint32 *)indices->bytes)[i] = g_rand_int_range (random, 0, 3);
  return rush_column_new_dictionary (
      rush_column_new_plain (&RUSH_STRING, 3, NULL, 0, views, NULL, 0), N_ROWS, NULL, 0, indices);
}

static RushBatch *
new_batch (void)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (1);
  RushColumn *columns[N_COLUMNS] = {
    int64_column (money, 100, 5001, random),
    int64_column (money, 90000, 10495000, random),
    int64_column (money, 0, 11, random),
    int64_column (money, 0, 9, random),
    date_column (random),
    flag_column (random),
  };
  g_autoptr (RushSchema) schema =
      rush_schema_of ("quantity", money, "price", money, "discount", money, "tax", money,
                      "ship_date", &RUSH_DATE, "flag", &RUSH_STRING, NULL);
  return rush_batch_new (schema, N_ROWS, columns);
}

/* ---- expressions ---- */

static RushExpr *
column (guint i)
{
  const RushType *type = i < SHIP_DATE ? money : i == SHIP_DATE ? &RUSH_DATE : &RUSH_STRING;
  return rush_expr_bound (i, type, FALSE, "c");
}

static RushExpr *
decimal (const char *digits, guint precision, gint scale)
{
  gint64 value = g_ascii_strtoll (digits, NULL, 10);
  return rush_expr_literal_int (rush_type_decimal (precision, scale), value);
}

static RushExpr *
date (gint days)
{
  return rush_expr_literal_int (&RUSH_DATE, days);
}

static RushExpr *
discounted (void)
{
  return rush_expr_binary (
      RUSH_EXPR_MULTIPLY, column (PRICE),
      rush_expr_binary (RUSH_EXPR_SUBTRACT, decimal ("1", 1, 0), column (DISCOUNT)));
}

static RushExpr *
charge (void)
{
  return rush_expr_binary (RUSH_EXPR_MULTIPLY, discounted (),
                           rush_expr_binary (RUSH_EXPR_ADD, decimal ("1", 1, 0), column (TAX)));
}

static RushExpr *
q6_predicate (void)
{
  RushExpr *conjuncts[] = {
    rush_expr_binary (RUSH_EXPR_GREATER_EQUAL, column (SHIP_DATE), date (8766)),
    rush_expr_binary (RUSH_EXPR_LESS, column (SHIP_DATE), date (9131)),
    rush_expr_binary (RUSH_EXPR_GREATER_EQUAL, column (DISCOUNT), decimal ("5", 15, 2)),
    rush_expr_binary (RUSH_EXPR_LESS_EQUAL, column (DISCOUNT), decimal ("7", 15, 2)),
    rush_expr_binary (RUSH_EXPR_LESS, column (QUANTITY), decimal ("2400", 15, 2)),
  };
  RushExpr *all = conjuncts[0];
  for (guint i = 1; i < G_N_ELEMENTS (conjuncts); i++)
    all = rush_expr_binary (RUSH_EXPR_AND, all, conjuncts[i]);
  return all;
}

/* ---- the work ---- */

static void
evaluate (Bench *self)
{
  g_autoptr (RushColumn) out = rush_evaluate (self->expr, self->batch, self->ctx, NULL);
  sink += out->length;
}

static void
filter (Bench *self)
{
  g_autoptr (RushBatch) out = rush_evaluate_filter (self->expr, self->batch, self->ctx, NULL);
  sink += out->length;
}

static void
update (Bench *self)
{
  RushRows rows = { NULL, N_ROWS, N_ROWS };
  sink += self->function->aggregate->update (self->call, &self->states, self->groups, &self->arg,
                                             &rows, self->ctx, NULL);
}

static void
update_one (Bench *self)
{
  RushRows rows = { NULL, N_ROWS, N_ROWS };
  sink += self->function->aggregate->update_one (self->call, &self->states, 0, &self->arg, &rows,
                                                 self->ctx, NULL);
}

static void
copy (Bench *self)
{
  memcpy (self->copy, self->batch->columns[PRICE]->values->bytes, N_ROWS * 8);
  sink += self->copy[sink % N_ROWS];
}

static gint64
now_ns (void)
{
  struct timespec time;
  clock_gettime (CLOCK_MONOTONIC, &time);
  return (gint64)time.tv_sec * 1000000000 + time.tv_nsec;
}

static void
run (Bench *self, const char *name, void (*work) (Bench *self))
{
  gint64 best = G_MAXINT64, end = now_ns () + RUN_NS;
  while (now_ns () < end)
    {
      gint64 start = now_ns ();
      for (guint i = 0; i < 16; i++)
        work (self);
      best = MIN (best, now_ns () - start);
    }
  g_print ("%-44s %7.3f ns/row\n", name, (double)best / 16 / N_ROWS);
}

static void
run_expr (Bench *self, const char *name, RushExpr *expr, void (*work) (Bench *self))
{
  self->expr = expr;
  run (self, name, work);
  rush_expr_unref (expr);
}

static void
run_aggregate (Bench *self, const char *name, const char *function, RushExpr *arg, guint n_groups)
{
  gboolean nullable = FALSE;
  self->function = rush_function_find (function);
  const RushType *type =
      self->function->fixed_type != NULL
          ? self->function->fixed_type
          : self->function->result_type (self->function, 1, &arg, &nullable, NULL);
  self->arg = rush_evaluate (arg, self->batch, self->ctx, NULL);
  self->call =
      rush_expr_aggregate (self->function, type, TRUE, RUSH_EVAL_ANSI, FALSE, NULL, 1, &arg);
  self->states.state_bytes = self->function->aggregate->state_bytes (self->call);
  self->states.states = g_malloc0 (self->states.state_bytes * MAX (n_groups, 1));
  for (guint i = 0; i < N_ROWS; i++)
    self->groups[i] = n_groups > 0 ? (i * 2654435761u >> 7) % n_groups : 0;
  run (self, name, n_groups > 0 ? update : update_one);
  g_free (self->states.states);
  rush_column_unref (self->arg);
  rush_expr_unref (self->call);
}

int
main (void)
{
  Bench self = { .copy = g_malloc (N_ROWS * 8) };
  money = rush_type_decimal (15, 2);
  self.batch = new_batch ();
  self.ctx = rush_eval_context_new (NULL, rush_allocator_system (), "UTC");
  self.states.allocator = rush_allocator_system ();

  run (&self, "memcpy of 8 bytes", copy);
  run_expr (&self, "Q1 filter: ship_date <= d",
            rush_expr_binary (RUSH_EXPR_LESS_EQUAL, column (SHIP_DATE), date (10471)), filter);
  run_expr (&self, "Q1 price * (1 - discount)", discounted (), evaluate);
  run_expr (&self, "Q1 price * (1 - discount) * (1 + tax)", charge (), evaluate);
  run_aggregate (&self, "Q1 sum (quantity), 4 groups", "sum", column (QUANTITY), 4);
  run_aggregate (&self, "Q1 sum (charge), 4 groups", "sum", charge (), 4);
  run_aggregate (&self, "Q1 avg (price), 4 groups", "avg", column (PRICE), 4);
  run_aggregate (&self, "Q1 count (*), 4 groups", "count", column (PRICE), 4);
  run_aggregate (&self, "sum (price), 100000 groups", "sum", column (PRICE), 100000);
  run_aggregate (&self, "min (price), 4 groups", "min", column (PRICE), 4);
  run_expr (&self, "Q6 filter: five comparisons", q6_predicate (), filter);
  run_expr (&self, "Q6 price * discount",
            rush_expr_binary (RUSH_EXPR_MULTIPLY, column (PRICE), column (DISCOUNT)), evaluate);
  run_aggregate (&self, "Q6 sum (price * discount), one group", "sum",
                 rush_expr_binary (RUSH_EXPR_MULTIPLY, column (PRICE), column (DISCOUNT)), 0);
  run_expr (&self, "flag = 'R', a dictionary",
            rush_expr_binary (RUSH_EXPR_EQUAL, column (FLAG), rush_expr_literal_string ("R", 1)),
            filter);

  rush_eval_context_free (self.ctx);
  rush_batch_unref (self.batch);
  g_free (self.copy);
  return sink == 0;
}
