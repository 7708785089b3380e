/* query_stage.c - see query_stage.h.
 *
 * Stages that reuse an exchange of another stage share its job: whoever starts first runs it.
 */
#include "sql/physical/adaptive/query_stage.h"

#include "sql/physical/cache_manager.h"
#include "sql/physical/counted_rows.h"
#include "sql/physical/operators/broadcast_exchange.h"
#include "sql/physical/operators/exchange.h"
#include "sql/physical/operators/in_memory_scan.h"
#include "sql/physical/query_private.h"
#include "sql/physical/text.h"

typedef struct
{
  RushExec base;
  RushStageKind kind;
  guint id;
  RushExec *plan;     /* (owned) not a child: it is settled */
  RushExec *original; /* (owned) the stage whose exchange this one reuses; or NULL */
  /* under the query's lock */
  RushJobWaiter *waiter; /* (owned) of the map stage, or NULL */
  gint job_id;
  RushStageFacts facts;
  gint64 *bytes;   /* (owned) */
  GPtrArray *maps; /* (owned) or NULL */
} QueryStageExec;

/* ---- filling caches ---- */

/* Asking for a partition is enough: what is not there yet is computed and kept before its first row
 * is given. */
static gboolean
read_nothing (RushIterator *rows, RushTaskContext *ctx, gpointer data, RushTaskResult *out,
              GError **error)
{
  return TRUE;
}

/* A job over all partitions, named after the action itself; none if they are kept already. */
static gboolean
start_filling (QueryStageExec *self, RushQuery *query, GError **error)
{
  RushCachedData *data = rush_in_memory_scan_exec_data (self->plan);
  g_autoptr (RushRdd) rows = rush_cached_data_rdd (data, rush_query_job_options (query), error);
  RushJobOptions options = rush_query_job_options_because (query, "filling a cache");
  guint n;

  if (rows == NULL || !rush_rdd_n_partitions (rows, &n, error))
    return FALSE;
  if (n == 0 || rush_cached_data_is_whole (data))
    return TRUE;
  options.short_form = rush_query_call_site (query);
  self->waiter = rush_context_submit_job (rush_query_context (query), rows, NULL, 0, read_nothing,
                                          NULL, NULL, &options, &self->job_id, error);
  return self->waiter != NULL;
}

/* ---- running ---- */

gboolean
rush_query_stage_start (RushExec *base, RushQuery *query, GError **error)
{
  QueryStageExec *self = (QueryStageExec *)base;
  RushExec *exchange = rush_query_stage_exchange (base);
  RushDependency *dependency;
  RushJobOptions options;
  guint n;

  if (self->original != NULL)
    return TRUE;
  if (self->kind == RUSH_STAGE_TABLE_CACHE)
    return start_filling (self, query, error);
  if (!rush_exec_prepare (exchange->children[0], query, error))
    return FALSE;
  if (self->kind == RUSH_STAGE_BROADCAST)
    return rush_broadcast_exchange_exec_start (exchange, query, error);
  dependency = rush_exchange_exec_dependency (exchange, query, error);
  if (dependency == NULL || !rush_rdd_n_partitions (dependency->rdd, &n, error))
    return FALSE;
  if (n == 0)
    return TRUE; /* there is nothing to shuffle */
  options = rush_query_job_options_because (query, "adaptive stage");
  self->waiter = rush_context_submit_map_stage (rush_query_context (query), dependency, &options,
                                                &self->job_id, error);
  return self->waiter != NULL;
}

RushJobWaiter *
rush_query_stage_waiter (const RushExec *base, gint *out_job_id)
{
  const QueryStageExec *self = (const QueryStageExec *)base;

  if (self->original != NULL)
    return rush_query_stage_waiter (self->original, out_job_id);
  if (self->kind == RUSH_STAGE_BROADCAST)
    return rush_broadcast_exchange_exec_waiter (rush_query_stage_exchange (base), out_job_id);
  *out_job_id = self->job_id;
  return self->waiter;
}

/* ---- what is known then ---- */

static void
shuffle_facts (QueryStageExec *self, RushQuery *query)
{
  RushExec *exchange = rush_query_stage_exchange (&self->base);
  RushDependency *dependency = rush_exchange_exec_dependency (exchange, query, NULL);
  guint n = dependency->partitioner->n_partitions;
  GPtrArray *statuses = NULL;
  gint64 total = 0;

  /* Not what the tracker has now: an executor may have gone since, and a stage of which nothing is
   * known is not an empty one. */
  if (self->waiter != NULL)
    statuses = rush_job_waiter_map_statuses (self->waiter);
  self->bytes = g_new0 (gint64, n + 1);
  for (guint m = 0; statuses != NULL && m < statuses->len; m++)
    {
      const RushMapStatus *status = statuses->pdata[m];
      for (guint p = 0; p < n; p++)
        {
          self->bytes[p] += status->sizes[p].bytes;
          self->facts.n_rows += status->sizes[p].records;
          total += status->sizes[p].bytes;
        }
    }
  self->maps = statuses;
  self->facts.maps = statuses;
  self->facts.n_partitions = n;
  self->facts.bytes = self->bytes;
  self->facts.n_maps = statuses != NULL ? statuses->len : 0;
  self->facts.data_bytes = rush_unsafe_row_bytes (self->base.output, self->facts.n_rows, total);
}

gboolean
rush_query_stage_finish (RushExec *base, RushQuery *query, GError **error)
{
  QueryStageExec *self = (QueryStageExec *)base;
  RushExec *exchange = rush_query_stage_exchange (base);

  if (self->facts.known)
    return TRUE;
  if (self->original != NULL)
    {
      if (!rush_query_stage_finish (self->original, query, error))
        return FALSE;
      self->facts = rush_query_stage_facts (self->original);
      return TRUE;
    }
  if (self->kind == RUSH_STAGE_BROADCAST)
    {
      if (!rush_broadcast_exchange_exec_finish (exchange, query, error))
        return FALSE;
      self->facts.n_rows = rush_exec_broadcast_table (exchange)->n_rows;
      self->facts.data_bytes =
          (double)rush_join_table_memory_bytes (rush_exec_broadcast_table (exchange));
    }
  else
    {
      if (self->waiter != NULL && !rush_job_waiter_wait (self->waiter, error))
        return FALSE;
      if (self->kind == RUSH_STAGE_SHUFFLE)
        shuffle_facts (self, query);
      else
        self->facts.n_rows = -1;
    }
  self->facts.known = TRUE;
  return TRUE;
}

/* ---- the operator ---- */

static RushRdd *
stage_execute (RushExec *base, RushQuery *query, GError **error)
{
  return rush_exec_execute (((QueryStageExec *)base)->plan, query, error);
}

static RushPartitioning *
stage_partitioning (const RushExec *base)
{
  return rush_exec_output_partitioning (((const QueryStageExec *)base)->plan);
}

static RushExprList *
stage_ordering (const RushExec *base)
{
  return rush_exec_output_ordering (((const QueryStageExec *)base)->plan);
}

static char *
stage_arguments (const RushExec *base)
{
  return g_strdup_printf (" %u", ((const QueryStageExec *)base)->id);
}

static char *
stage_formatted (const RushExec *base)
{
  GString *out = g_string_new (NULL);

  rush_append_list_line (out, "Output", base->output);
  g_string_append_printf (out, "Arguments: %u\n", ((const QueryStageExec *)base)->id);
  return g_string_free (out, FALSE);
}

/* Sizes, once they are known. */
static char *
stage_formatted_name (const RushExec *base)
{
  const QueryStageExec *self = (const QueryStageExec *)base;
  g_autofree char *size = NULL;

  if (!self->facts.known || self->kind == RUSH_STAGE_TABLE_CACHE)
    return NULL;
  size = rush_size_to_text (self->facts.data_bytes);
  return g_strdup_printf (", Statistics(sizeInBytes=%s, rowCount=%" G_GINT64_FORMAT ")", size,
                          self->facts.n_rows);
}

static gconstpointer
stage_identity (const RushExec *base)
{
  return rush_query_stage_exchange (base);
}

static void
stage_finalize (RushExec *base)
{
  QueryStageExec *self = (QueryStageExec *)base;

  if (self->waiter != NULL)
    {
      rush_job_waiter_wait (self->waiter, NULL);
      rush_job_waiter_free (self->waiter);
    }
  rush_exec_unref (self->plan);
  rush_exec_unref (self->original);
  g_free (self->bytes);
  g_clear_pointer (&self->maps, g_ptr_array_unref);
}

#define STAGE_CLASS(name_)                                                                         \
  {                                                                                                \
    .name = name_,                                                                                 \
    .finalize = stage_finalize,                                                                    \
    .arguments = stage_arguments,                                                                  \
    .formatted = stage_formatted,                                                                  \
    .formatted_name = stage_formatted_name,                                                        \
    .identity = stage_identity,                                                                    \
    .output_partitioning = stage_partitioning,                                                     \
    .output_ordering = stage_ordering,                                                             \
    .execute = stage_execute,                                                                      \
  }
static const RushExecClass stage_classes[] = {
  [RUSH_STAGE_SHUFFLE] = STAGE_CLASS ("ShuffleQueryStage"),
  [RUSH_STAGE_BROADCAST] = STAGE_CLASS ("BroadcastQueryStage"),
  [RUSH_STAGE_RESULT] = STAGE_CLASS ("ResultQueryStage"),
  [RUSH_STAGE_TABLE_CACHE] = STAGE_CLASS ("TableCacheQueryStage"),
};

gboolean
rush_exec_is_stage (const RushExec *self)
{
  return self->klass->execute == stage_execute;
}

RushStageKind
rush_query_stage_kind (const RushExec *self)
{
  g_assert (rush_exec_is_stage (self));
  return ((const QueryStageExec *)self)->kind;
}

guint
rush_query_stage_id (const RushExec *self)
{
  return ((const QueryStageExec *)self)->id;
}

RushExec *
rush_query_stage_plan (const RushExec *self)
{
  g_assert (rush_exec_is_stage (self));
  return ((const QueryStageExec *)self)->plan;
}

RushExec *
rush_query_stage_exchange (const RushExec *self)
{
  RushExec *plan = rush_query_stage_plan (self);

  return rush_exec_is_reused_exchange (plan) ? rush_reused_exchange_exec_exchange (plan) : plan;
}

RushStageFacts
rush_query_stage_facts (const RushExec *self)
{
  return ((const QueryStageExec *)self)->facts;
}

RushExec *
rush_query_stage_new (RushStageKind kind, guint id, RushExec *plan)
{
  QueryStageExec *self = rush_exec_alloc (sizeof *self, &stage_classes[kind],
                                          rush_expr_list_ref (plan->output), 0, NULL);

  self->kind = kind;
  self->id = id;
  self->plan = plan;
  return &self->base;
}

RushExec *
rush_query_stage_reuse (RushExec *original, guint id, RushExprList *output)
{
  RushExec *exchange = rush_exec_ref (rush_query_stage_exchange (original));
  RushExec *self = rush_query_stage_new (rush_query_stage_kind (original), id,
                                         rush_reused_exchange_exec_new (output, exchange));

  ((QueryStageExec *)self)->original = rush_exec_ref (original);
  return self;
}
