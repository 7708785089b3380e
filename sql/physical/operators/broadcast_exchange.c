/* broadcast_exchange.c - the build side of a broadcast join: a job collects its rows, the driver
 * makes one table of them, and all tasks of all executors look into that.  Rows that the driver has
 * (VALUES) go through a job, too: Spark's LocalTableScan saves it to collect () alone.  So do no
 * rows: the job without partitions is over at once, but it is a job, here as in Spark.
 *
 * Mirrors: org.apache.spark.sql.execution.exchange.{BroadcastExchangeExec,ReusedExchangeExec},
 *          joins.HashedRelationBroadcastMode.
 */
#include "sql/physical/operators/broadcast_exchange.h"

#include "core/base/size_string.h"
#include "sql/physical/adaptive/query_stage.h"
#include "sql/physical/operators/basic.h"
#include "sql/physical/operators/broadcast_memory.h"
#include "sql/physical/operators/exchange.h"
#include "sql/physical/query_private.h"
#include "sql/physical/text.h"

typedef struct
{
  RushExec base;
  RushExprList *keys;  /* (owned) */
  RushExprList *bound; /* (owned) */
  gboolean null_aware; /* for NOT IN: whoever prints the plan is told, and reuse heeds it */
  gint64 plan_id;
  /* made once, under the query's lock */
  RushJobWaiter *waiter; /* (owned) of the job that collects, until it is finished */
  gint job_id;
  guint n_partitions;
  RushJoinTable *table; /* (owned) */
} BroadcastExchangeExec;

#define MAX_BROADCAST_ROWS 512000000 /* BroadcastExchangeExec.MAX_BROADCAST_TABLE_ROWS */

enum
{
  METRIC_DATA_SIZE,
  METRIC_OUTPUT_ROWS,
  METRIC_COLLECT_TIME,
  METRIC_BUILD_TIME,
};

/* ---- collecting ---- */

gboolean
rush_broadcast_exchange_exec_start (RushExec *base, RushQuery *query, GError **error)
{
  BroadcastExchangeExec *self = (BroadcastExchangeExec *)base;
  RushExec *child = base->children[0];
  g_autoptr (RushRdd) rows = NULL;
  RushJobOptions options;

  if (self->table != NULL || self->waiter != NULL)
    return TRUE;
  rows = rush_exec_execute (child, query, error);
  if (rows == NULL || !rush_rdd_n_partitions (rows, &self->n_partitions, error))
    return FALSE;
  options = rush_query_job_options_because (query, "broadcast");
  self->waiter =
      rush_context_submit_job (rush_query_context (query), rows, NULL, 0, rush_collect_batches,
                               NULL, NULL, &options, &self->job_id, error);
  return self->waiter != NULL;
}

RushJobWaiter *
rush_broadcast_exchange_exec_waiter (const RushExec *base, gint *out_job_id)
{
  *out_job_id = ((const BroadcastExchangeExec *)base)->job_id;
  return ((const BroadcastExchangeExec *)base)->waiter;
}

static GPtrArray *
collected (BroadcastExchangeExec *self)
{
  GPtrArray *all = g_ptr_array_new_with_free_func ((GDestroyNotify)rush_batch_unref);

  for (guint p = 0; self->waiter != NULL && p < self->n_partitions; p++)
    {
      const GPtrArray *batches = rush_job_waiter_result (self->waiter, p)->value;
      for (guint b = 0; b < batches->len; b++)
        g_ptr_array_add (all, rush_batch_ref (batches->pdata[b]));
    }
  return all;
}

static gint64
bytes_of (const GPtrArray *rows)
{
  gint64 bytes = 0;

  for (guint b = 0; b < rows->len; b++)
    bytes += (gint64)rush_batch_memory_bytes (rows->pdata[b]);
  return bytes;
}

/* The columns, and an entry a row in each of the two arrays that lead from a key to its rows. */
static gint64
table_bytes (const GPtrArray *rows)
{
  gint64 bytes = bytes_of (rows);

  for (guint b = 0; b < rows->len; b++)
    bytes += ((const RushBatch *)rows->pdata[b])->length * 2 * (gint64)sizeof (guint32);
  return bytes;
}

/* Nothing is built of rows that are too many, or too large. */
static gboolean
check_size (const GPtrArray *rows, RushQuery *query, GError **error)
{
  gint64 limit =
      rush_settings_get_bytes (rush_query_settings (query), "spark.sql.maxBroadcastTableSize");
  gint64 n_rows = 0, bytes = bytes_of (rows);

  for (guint b = 0; b < rows->len; b++)
    n_rows += ((const RushBatch *)rows->pdata[b])->length;
  if (n_rows >= MAX_BROADCAST_ROWS)
    g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_OUT_OF_MEMORY,
                 "Cannot broadcast the table over %d rows: %" G_GINT64_FORMAT " rows.",
                 MAX_BROADCAST_ROWS, n_rows);
  else if (bytes >= limit)
    {
      g_autofree char *most = rush_format_bytes (limit);
      g_autofree char *size = rush_format_bytes (bytes);

      g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_OUT_OF_MEMORY,
                   "Cannot broadcast the table that is larger than %s: %s.", most, size);
    }
  return n_rows < MAX_BROADCAST_ROWS && bytes < limit;
}

/* A refusal of memory with Spark's advice in front of it. */
static void
advise (GError **error, GError *failure)
{
  if (g_error_matches (failure, RUSH_CORE_ERROR, RUSH_CORE_ERROR_OUT_OF_MEMORY))
    g_prefix_error (&failure, "Not enough memory to build and broadcast the table to all worker "
                              "nodes. As a workaround, you can either disable broadcast by setting "
                              "spark.sql.autoBroadcastJoinThreshold to -1 or increase the spark "
                              "driver memory by setting spark.driver.memory to a higher value, or "
                              "ask for a sort merge join with the hint MERGE.\nCaused by: ");
  g_propagate_error (error, failure);
}

static gboolean
build_table (BroadcastExchangeExec *self, GPtrArray *rows, RushQuery *query, GError **error)
{
  g_autoptr (RushSchema) schema = rush_exec_schema (&self->base);
  g_autoptr (RushEvalContext) eval = rush_query_eval_context_new (query);
  g_autoptr (RushAllocator) memory = rush_broadcast_table_allocator_new (query, table_bytes (rows));
  GError *failure = NULL;

  if (!check_size (rows, query, error))
    return FALSE;
  self->table = rush_join_table_new (rows, schema, self->bound, eval, memory, &failure);
  if (self->table == NULL)
    advise (error, failure);
  return self->table != NULL;
}

gboolean
rush_broadcast_exchange_exec_finish (RushExec *base, RushQuery *query, GError **error)
{
  BroadcastExchangeExec *self = (BroadcastExchangeExec *)base;
  g_autoptr (GPtrArray) rows = NULL;

  if (self->table != NULL)
    return TRUE;
  if (self->waiter != NULL)
    rush_query_wait_any (query, &self->waiter, &self->job_id, 1);
  if (self->waiter != NULL && !rush_job_waiter_wait (self->waiter, error))
    return FALSE;
  rows = collected (self);
  g_clear_pointer (&self->waiter, rush_job_waiter_free);
  if (!build_table (self, rows, query, error))
    return FALSE;
  rush_exec_count (base, METRIC_OUTPUT_ROWS, self->table->n_rows);
  rush_exec_count (base, METRIC_DATA_SIZE, (gint64)rush_join_table_memory_bytes (self->table));
  return TRUE;
}

static gboolean
broadcast_prepare (RushExec *base, RushQuery *query, GError **error)
{
  return rush_broadcast_exchange_exec_start (base, query, error) &&
         rush_broadcast_exchange_exec_finish (base, query, error);
}

/* ---- the operator ---- */

static RushExec *
broadcast_with_children (const RushExec *base, RushExec *const *children)
{
  const BroadcastExchangeExec *self = (const BroadcastExchangeExec *)base;

  return rush_broadcast_exchange_exec_new (self->keys, self->null_aware, children[0]);
}

static RushPartitioning *
broadcast_partitioning (const RushExec *base)
{
  return rush_partitioning_new (RUSH_PARTITIONING_BROADCAST, 1, NULL);
}

/* "input[0, bigint, false]" */
static char *
bound_text (const RushExpr *bound)
{
  if (bound->kind == RUSH_EXPR_BOUND)
    return g_strdup_printf ("input[%u, %s, %s]", bound->as.bound.ordinal, bound->type->name,
                            bound->nullable ? "true" : "false");
  return rush_expr_to_string (bound);
}

/* Bits of an integer; 0: not one. */
static guint
integer_bits (const RushType *type)
{
  return type == &RUSH_INT8    ? 8
         : type == &RUSH_INT16 ? 16
         : type == &RUSH_INT32 ? 32
         : type == &RUSH_INT64 ? 64
                               : 0;
}

static gboolean
fit_one_long (const RushExprList *keys)
{
  guint bits = 0;

  for (guint k = 0; k < keys->n; k++)
    {
      guint more = integer_bits (keys->items[k]->type);

      if (more == 0)
        return FALSE;
      bits += more;
    }
  return bits <= 64;
}

/* Integers that fit one long are one key in Spark's table, and its plans say so: the first is the
 * highest part, each further one shifts it to the left. */
static char *
keys_text (const RushExprList *keys)
{
  gboolean one_long = fit_one_long (keys);
  GString *out = g_string_new (NULL);

  for (guint k = 0; k < keys->n; k++)
    {
      const RushExpr *key = keys->items[k];
      g_autofree char *bound = bound_text (key);
      g_autofree char *text = one_long && key->type != &RUSH_INT64
                                  ? g_strdup_printf ("cast(%s as bigint)", bound)
                                  : g_strdup (bound);
      guint bits = integer_bits (key->type);

      if (k == 0 || !one_long)
        g_string_append_printf (out, "%s%s", k > 0 ? ", " : "", text);
      else
        {
          g_autofree char *high = g_strdup (out->str);
          guint64 mask = (G_GUINT64_CONSTANT (1) << bits) - 1;

          g_string_printf (out, "(shiftleft(%s, %u) | (%s & %" G_GUINT64_FORMAT "))", high, bits,
                           text, mask);
        }
    }
  return g_string_free (out, FALSE);
}

static char *
described (const RushExec *base)
{
  const BroadcastExchangeExec *self = (const BroadcastExchangeExec *)base;
  g_autofree char *keys = keys_text (self->bound);

  if (self->bound->n == 0)
    return g_strdup_printf ("IdentityBroadcastMode, [plan_id=%" G_GINT64_FORMAT "]", self->plan_id);
  return g_strdup_printf ("HashedRelationBroadcastMode(List(%s),%s), [plan_id=%" G_GINT64_FORMAT
                          "]",
                          keys, self->null_aware ? "true" : "false", self->plan_id);
}

static char *
broadcast_arguments (const RushExec *base)
{
  g_autofree char *text = described (base);

  return g_strdup_printf (" %s", text);
}

static char *
broadcast_formatted (const RushExec *base)
{
  g_autofree char *text = described (base);
  GString *out = g_string_new (NULL);

  rush_append_list_line (out, "Input", base->children[0]->output);
  g_string_append_printf (out, "Arguments: %s\n", text);
  return g_string_free (out, FALSE);
}

/* The mode of a broadcast is a part of what it is: as in Spark, a null-aware one is not reused by a
 * join that is not. */
static char *
broadcast_alike (const RushExec *base)
{
  return g_strdup (((const BroadcastExchangeExec *)base)->null_aware ? " null-aware" : "");
}

static void
broadcast_expressions (const RushExec *base, GPtrArray *into)
{
  const RushExprList *keys = ((const BroadcastExchangeExec *)base)->keys;

  for (guint k = 0; k < keys->n; k++)
    g_ptr_array_add (into, keys->items[k]);
}

static RushRdd *
broadcast_execute (RushExec *base, RushQuery *query, GError **error)
{
  g_set_error_literal (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_UNSUPPORTED,
                       "BroadcastExchange does not support the execute() code path.");
  return NULL;
}

static void
broadcast_finalize (RushExec *base)
{
  BroadcastExchangeExec *self = (BroadcastExchangeExec *)base;

  if (self->waiter != NULL)
    {
      rush_job_waiter_wait (self->waiter, NULL);
      rush_job_waiter_free (self->waiter);
    }
  rush_join_table_unref (self->table);
  rush_expr_list_unref (self->keys);
  rush_expr_list_unref (self->bound);
}

static const RushExecClass broadcast_class = {
  .name = "BroadcastExchange",
  .finalize = broadcast_finalize,
  .with_children = broadcast_with_children,
  .arguments = broadcast_arguments,
  .formatted = broadcast_formatted,
  .alike = broadcast_alike,
  .expressions = broadcast_expressions,
  .output_partitioning = broadcast_partitioning,
  .execute = broadcast_execute,
  .prepare = broadcast_prepare,
};

gboolean
rush_exec_is_broadcast_exchange (const RushExec *self)
{
  return self->klass == &broadcast_class;
}

RushExec *
rush_broadcast_exchange_exec_new (const RushExprList *keys, gboolean null_aware, RushExec *child)
{
  BroadcastExchangeExec *self = rush_exec_alloc (sizeof *self, &broadcast_class,
                                                 rush_expr_list_ref (child->output), 1, &child);

  self->keys =
      keys != NULL ? rush_expr_list_ref ((RushExprList *)keys) : rush_expr_list_new (0, NULL);
  self->bound = rush_bind_list (self->keys, child->output);
  self->null_aware = null_aware;
  self->plan_id = rush_exec_next_plan_id ();
  rush_exec_add_metric (self, "dataSize", "data size", RUSH_METRIC_SIZE);
  rush_exec_add_metric (self, "numOutputRows", "number of output rows", RUSH_METRIC_SUM);
  rush_exec_add_metric (self, "collectTime", "time to collect", RUSH_METRIC_TIMING);
  rush_exec_add_metric (self, "buildTime", "time to build", RUSH_METRIC_TIMING);
  return &self->base;
}

RushJoinTable *
rush_exec_broadcast_table (const RushExec *exec)
{
  if (rush_exec_is_reused_exchange (exec))
    return rush_exec_broadcast_table (rush_reused_exchange_exec_exchange (exec));
  if (rush_exec_is_stage (exec))
    return rush_exec_broadcast_table (rush_query_stage_plan (exec));
  g_assert (rush_exec_is_broadcast_exchange (exec));
  return ((const BroadcastExchangeExec *)exec)->table;
}

/* ---- reuse ---- */

typedef struct
{
  RushExec base;
  RushExec *exchange; /* (owned) not a child: it runs, and is printed, where it stands */
} ReusedExchangeExec;

static RushRdd *
reused_execute (RushExec *base, RushQuery *query, GError **error)
{
  return rush_exec_execute (((ReusedExchangeExec *)base)->exchange, query, error);
}

static gboolean
reused_prepare (RushExec *base, RushQuery *query, GError **error)
{
  return rush_exec_prepare (((ReusedExchangeExec *)base)->exchange, query, error);
}

static RushExec *
reused_copy (const RushExec *base, RushExec *const *children)
{
  return rush_reused_exchange_exec_new (
      rush_expr_list_ref (base->output),
      rush_exec_ref (((const ReusedExchangeExec *)base)->exchange));
}

/* The exchange's own, in the names of this one. */
static RushPartitioning *
reused_partitioning (const RushExec *base)
{
  RushExec *exchange = ((const ReusedExchangeExec *)base)->exchange;
  g_autoptr (RushPartitioning) below = rush_exec_output_partitioning (exchange);
  g_autoptr (RushExprList) named = rush_list_renamed (exchange->output, base->output);

  return rush_partitioning_project (below, named);
}

static char *
reused_arguments (const RushExec *base)
{
  const ReusedExchangeExec *self = (const ReusedExchangeExec *)base;
  g_autofree char *columns = rush_list_to_text (base->output);
  g_autofree char *arguments = self->exchange->klass->arguments (self->exchange);

  return g_strdup_printf (" %s, %s%s", columns, self->exchange->klass->name, arguments);
}

static char *
reused_formatted (const RushExec *base)
{
  GString *out = g_string_new (NULL);

  rush_append_list_line (out, "Output", base->output);
  return g_string_free (out, FALSE);
}

static gconstpointer
reused_identity (const RushExec *base)
{
  return ((const ReusedExchangeExec *)base)->exchange;
}

static void
reused_finalize (RushExec *base)
{
  rush_exec_unref (((ReusedExchangeExec *)base)->exchange);
}

static const RushExecClass reused_class = {
  .name = "ReusedExchange",
  .finalize = reused_finalize,
  .with_children = reused_copy,
  .arguments = reused_arguments,
  .formatted = reused_formatted,
  .identity = reused_identity,
  .output_partitioning = reused_partitioning,
  .execute = reused_execute,
  .prepare = reused_prepare,
};

gboolean
rush_exec_is_reused_exchange (const RushExec *self)
{
  return self->klass == &reused_class;
}

RushExec *
rush_reused_exchange_exec_exchange (const RushExec *self)
{
  g_assert (rush_exec_is_reused_exchange (self));
  return ((const ReusedExchangeExec *)self)->exchange;
}

RushExec *
rush_reused_exchange_exec_new (RushExprList *output, RushExec *exchange)
{
  ReusedExchangeExec *self = rush_exec_alloc (sizeof *self, &reused_class, output, 0, NULL);

  self->exchange = exchange;
  return &self->base;
}
