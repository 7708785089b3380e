/* take_ordered_exec.c - ORDER BY with LIMIT: no partition sorts, each keeps its first rows.
 *
 *   at the top of a plan   one job; the driver merges the partitions' rows
 *   inside one             the partitions' rows go to one partition, which does
 *
 * Mirrors: org.apache.spark.sql.execution.TakeOrderedAndProjectExec.
 */
#include "rdd/result.h"
#include "rdd/transform/map_partitions.h"
#include "sql/physical/operators/basic.h"
#include "sql/physical/operators/limit.h"
#include "sql/physical/operators/sort.h"
#include "sql/physical/pipeline.h"
#include "sql/physical/query.h"
#include "sql/physical/query_private.h"
#include "sql/physical/tables/top_rows.h"
#include "sql/physical/text.h"

typedef struct
{
  RushExec base;
  gint64 limit, offset; /* limit counts the rows that are left out, too */
  RushExprList *orders; /* (owned) */
  RushExprList *named;  /* (owned) */
  RushExprList *bound_orders;
  RushExprList *bound_named;
  RushSchema *input;  /* (owned) */
  RushSchema *output; /* (owned) */
} TakeOrderedExec;

/* What tasks need. */
typedef struct
{
  RushExprList *orders; /* (owned) */
  RushSchema *schema;   /* (owned) */
  guint64 n;
  RushTaskSettings *settings; /* (owned) */
} TopData;

static TopData *
top_data_new (const TakeOrderedExec *self, RushQuery *query)
{
  TopData *data = g_new0 (TopData, 1);

  data->orders = rush_expr_list_ref (self->bound_orders);
  data->schema = rush_schema_ref (self->input);
  data->n = (guint64)self->limit;
  data->settings = rush_task_settings_new (query);
  return data;
}

static void
top_data_free (gpointer data)
{
  TopData *self = data;

  rush_expr_list_unref (self->orders);
  rush_schema_unref (self->schema);
  rush_task_settings_unref (self->settings);
  g_free (self);
}

/* The first rows of a partition, in order. */
static GPtrArray *
top_of (RushIterator *rows, RushTaskContext *ctx, const TopData *data, guint split, GError **error)
{
  g_autoptr (RushEvalContext) eval = rush_task_settings_open (data->settings, split, ctx);
  g_autoptr (RushTopRows) top = rush_top_rows_new (data->schema, data->orders, data->n, eval);
  g_autoptr (GError) failure = NULL;

  while (rush_task_context_check (ctx, &failure))
    {
      g_autoptr (RushBatch) batch = rush_iterator_next (rows, &failure);
      if (batch == NULL || !rush_top_rows_insert (top, batch, &failure))
        break;
    }
  if (failure == NULL)
    return rush_top_rows_finish (top, error);
  g_propagate_error (error, g_steal_pointer (&failure));
  return NULL;
}

/* ---- at the top of a plan ---- */

static gboolean
top_result (RushIterator *rows, RushTaskContext *ctx, gpointer data, RushTaskResult *out,
            GError **error)
{
  GPtrArray *top = top_of (rows, ctx, data, ctx->partition, error);

  if (top != NULL)
    rush_result_set_batches (out, top);
  return top != NULL;
}

/* Rows [offset, limit) of @sorted, projected. */
static GPtrArray *
project_all (const TakeOrderedExec *self, GPtrArray *sorted, RushEvalContext *eval, GError **error)
{
  g_autoptr (GPtrArray) out = g_ptr_array_new_with_free_func ((GDestroyNotify)rush_batch_unref);
  g_autoptr (RushIterator) rows = rush_limit_iterator_new (
      rush_iterator_of_batches ((RushBatch *const *)sorted->pdata, sorted->len), self->offset,
      self->limit - self->offset);
  RushBatch *batch;

  while ((batch = rush_iterator_next (rows, error)) != NULL)
    {
      RushBatch *projected =
          rush_project_batch (self->bound_named, self->output, batch, eval, error);
      rush_batch_unref (batch);
      if (projected == NULL)
        return NULL;
      g_ptr_array_add (out, projected);
    }
  return g_steal_pointer (&out);
}

GPtrArray *
rush_take_ordered_exec_collect (RushExec *base, RushQuery *query, GError **error)
{
  const TakeOrderedExec *self = (const TakeOrderedExec *)base;
  g_autoptr (RushRdd) rows = rush_exec_execute (base->children[0], query, error);
  g_autoptr (RushEvalContext) eval = rush_query_eval_context_new (query);
  g_autoptr (RushTopRows) top =
      rush_top_rows_new (self->input, self->bound_orders, (guint64)self->limit, eval);
  g_autoptr (RushJobWaiter) waiter = NULL;
  g_autoptr (GPtrArray) sorted = NULL;
  guint n;

  if (rows == NULL || !rush_rdd_n_partitions (rows, &n, error))
    return NULL;
  waiter = rush_context_run_job (rush_query_context (query), rows, NULL, 0, top_result,
                                 top_data_new (self, query), top_data_free,
                                 rush_query_job_options (query), error);
  if (waiter == NULL)
    return NULL;
  for (guint p = 0; p < n; p++)
    {
      const GPtrArray *batches = rush_job_waiter_result (waiter, p)->value;

      for (guint b = 0; b < batches->len; b++)
        if (!rush_top_rows_insert (top, batches->pdata[b], error))
          return NULL;
    }
  sorted = rush_top_rows_finish (top, error);
  return sorted != NULL ? project_all (self, sorted, eval, error) : NULL;
}

/* ---- inside a plan ---- */

static RushIterator *
top_partition (RushIterator *rows, guint split, RushTaskContext *ctx, gpointer data, GError **error)
{
  g_autoptr (GPtrArray) top = top_of (rows, ctx, data, split, error);

  rush_iterator_close (rows);
  return top != NULL ? rush_iterator_of_batches ((RushBatch *const *)top->pdata, top->len) : NULL;
}

typedef struct
{
  RushExec *exec; /* (owned) */
  TopData *top;   /* (owned) */
} LastData;

static void
last_data_free (gpointer data)
{
  LastData *self = data;

  rush_exec_unref (self->exec);
  top_data_free (self->top);
  g_free (self);
}

static RushIterator *
last_partition (RushIterator *rows, guint split, RushTaskContext *ctx, gpointer data,
                GError **error)
{
  const LastData *last = data;
  g_autoptr (RushEvalContext) eval = rush_task_settings_open (last->top->settings, split, ctx);
  g_autoptr (GPtrArray) top = top_of (rows, ctx, last->top, split, error);
  g_autoptr (GPtrArray) out = NULL;

  rush_iterator_close (rows);
  if (top != NULL)
    out = project_all ((const TakeOrderedExec *)last->exec, top, eval, error);
  return out != NULL ? rush_iterator_of_batches ((RushBatch *const *)out->pdata, out->len) : NULL;
}

static RushExec *take_ordered_with_children (const RushExec *base, RushExec *const *children);

static RushRdd *
take_ordered_execute (RushExec *base, RushQuery *query, GError **error)
{
  TakeOrderedExec *self = (TakeOrderedExec *)base;
  g_autoptr (RushRdd) rows = rush_exec_execute (base->children[0], query, error);
  g_autoptr (RushRdd) single = NULL;
  RushExec *child = rush_exec_ref (base->children[0]);
  LastData *last;
  guint n;

  if (rows == NULL || !rush_rdd_n_partitions (rows, &n, error))
    {
      rush_exec_unref (child);
      return NULL;
    }
  if (n > 1)
    {
      g_autoptr (RushRdd) tops = rush_rdd_map_partitions (
          rows, self->input, top_partition, top_data_new (self, query), top_data_free, FALSE);
      single = rush_single_partition_rdd (tops);
    }
  else
    single = rush_rdd_ref (rows);
  last = g_new0 (LastData, 1);
  last->exec = take_ordered_with_children (base, &child); /* not the node that owns the RDD */
  last->top = top_data_new (self, query);
  return rush_rdd_map_partitions (single, self->output, last_partition, last, last_data_free,
                                  FALSE);
}

/* ---- the operator ---- */

static RushExec *
take_ordered_with_children (const RushExec *base, RushExec *const *children)
{
  const TakeOrderedExec *self = (const TakeOrderedExec *)base;

  return rush_take_ordered_exec_new (self->limit, self->offset, rush_expr_list_ref (self->orders),
                                     rush_expr_list_ref (self->named), children[0]);
}

static RushPartitioning *
take_ordered_partitioning (const RushExec *base)
{
  return rush_partitioning_new (RUSH_PARTITIONING_SINGLE, 1, NULL);
}

static RushExprList *
take_ordered_ordering (const RushExec *base)
{
  const TakeOrderedExec *self = (const TakeOrderedExec *)base;

  return rush_ordering_project (self->orders, self->named);
}

static char *
take_ordered_arguments (const RushExec *base)
{
  const TakeOrderedExec *self = (const TakeOrderedExec *)base;
  g_autofree char *orders = rush_list_to_text_tight (self->orders);
  g_autofree char *output = rush_list_to_text_tight (base->output);
  g_autofree char *offset = self->offset > 0
                                ? g_strdup_printf (", offset=%" G_GINT64_FORMAT, self->offset)
                                : g_strdup ("");

  return g_strdup_printf ("(limit=%" G_GINT64_FORMAT "%s, orderBy=%s, output=%s)", self->limit,
                          offset, orders, output);
}

static char *
take_ordered_formatted (const RushExec *base)
{
  const TakeOrderedExec *self = (const TakeOrderedExec *)base;
  g_autofree char *orders = rush_list_to_text (self->orders);
  g_autofree char *named = rush_list_to_text (self->named);
  GString *out = g_string_new (NULL);

  rush_append_list_line (out, "Input", base->children[0]->output);
  g_string_append_printf (out, "Arguments: %" G_GINT64_FORMAT ", %s, %s\n", self->limit, orders,
                          named);
  return g_string_free (out, FALSE);
}

static void
take_ordered_expressions (const RushExec *base, GPtrArray *into)
{
  const TakeOrderedExec *self = (const TakeOrderedExec *)base;

  for (guint i = 0; i < self->orders->n; i++)
    g_ptr_array_add (into, self->orders->items[i]);
  for (guint i = 0; i < self->named->n; i++)
    g_ptr_array_add (into, self->named->items[i]);
}

static void
take_ordered_finalize (RushExec *base)
{
  TakeOrderedExec *self = (TakeOrderedExec *)base;

  rush_expr_list_unref (self->orders);
  rush_expr_list_unref (self->named);
  rush_expr_list_unref (self->bound_orders);
  rush_expr_list_unref (self->bound_named);
  rush_schema_unref (self->input);
  rush_schema_unref (self->output);
}

static const RushExecClass take_ordered_class = {
  .name = "TakeOrderedAndProject",
  .finalize = take_ordered_finalize,
  .with_children = take_ordered_with_children,
  .arguments = take_ordered_arguments,
  .formatted = take_ordered_formatted,
  .expressions = take_ordered_expressions,
  .output_partitioning = take_ordered_partitioning,
  .output_ordering = take_ordered_ordering,
  .execute = take_ordered_execute,
};

gboolean
rush_exec_is_take_ordered (const RushExec *self)
{
  return self->klass == &take_ordered_class;
}

RushExec *
rush_take_ordered_exec_new (gint64 limit, gint64 offset, RushExprList *orders, RushExprList *named,
                            RushExec *child)
{
  TakeOrderedExec *self = rush_exec_alloc (sizeof *self, &take_ordered_class,
                                           rush_named_to_attributes (named), 1, &child);

  self->limit = limit;
  self->offset = offset;
  self->orders = orders;
  self->named = named;
  self->bound_orders = rush_bind_list (orders, child->output);
  self->bound_named = rush_bind_list (named, child->output);
  self->input = rush_exec_schema (child);
  self->output = rush_exec_schema (&self->base);
  return &self->base;
}
