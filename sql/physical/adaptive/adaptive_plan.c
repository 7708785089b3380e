/* adaptive_plan.c - the loop: stages that can run are started; when one ends, the rest is planned
 * anew.
 *
 *     plan ──cut──▶ Sort                      stages without unfinished stages below run, all at
 *                   once └── Exchange              not yet: below it is something that has not run
 *                       └── Join
 *                           ├── stage 0 ⟲
 *                           └── stage 1 ⟲
 *           ▲                    │ one has ended
 *           └── rules with sizes ┘            until no exchange is left: then the last stage
 *
 * Mirrors: AdaptiveSparkPlanExec.{getFinalPhysicalPlan,createQueryStages}.
 */
#include "sql/physical/adaptive/adaptive_plan.h"

#include "sql/physical/adaptive/adaptive_rules.h"
#include "sql/physical/adaptive/query_stage.h"
#include "sql/physical/execution.h"
#include "sql/physical/operators/broadcast_exchange.h"
#include "sql/physical/operators/broadcast_memory.h"
#include "sql/physical/operators/exchange.h"
#include "sql/physical/operators/in_memory_scan.h"
#include "sql/physical/planner/planner.h"
#include "sql/physical/query_private.h"
#include "sql/physical/text.h"

typedef struct
{
  RushExec base;
  RushExec *input;   /* (owned) without exchanges, as it was planned */
  RushExec *initial; /* (owned) */
  /* under the query's lock */
  RushExec *current; /* (owned) */
  gboolean begun, final;
  GPtrArray *stages;    /* RushExec * (owned): all so far */
  GPtrArray *originals; /* RushExec * (owned): the exchange each was made of */
  GHashTable *started;  /* exchanges (of stages) whose jobs have been submitted */
  guint n_ids;
  gint last_codegen_id;
} AdaptiveExec;

/* ---- cutting ---- */

typedef struct
{
  AdaptiveExec *self;
  RushQuery *query;
  GPtrArray *made; /* RushExec *: stages of this round */
} Round;

/* @plan with its shuffles read in the pieces that fit their sizes. */
static RushExec *
read_well (Round *round, RushExec *plan, GError **error)
{
  const RushEvalSettings *settings = rush_query_settings (round->query);
  guint parallelism = rush_context_default_parallelism (rush_query_context (round->query));
  g_autoptr (RushExec) even = rush_adaptive_rebalance (plan, settings, error);
  g_autoptr (RushExec) coalesced =
      even != NULL ? rush_adaptive_coalesce_partitions (even, parallelism, settings, error) : NULL;

  return coalesced != NULL ? rush_adaptive_read_locally (coalesced, settings, error) : NULL;
}

/* What the rows of a stage are made by, in its last form; @is_last: the rows of the answer. */
static RushExec *
settle (Round *round, RushExec *plan, gboolean is_last, GError **error)
{
  const RushEvalSettings *settings = rush_query_settings (round->query);
  gboolean as_written =
      is_last &&
      !rush_settings_get_bool (settings, "spark.sql.adaptive.applyFinalStageShuffleOptimizations");
  g_autoptr (RushExec) read = as_written ? rush_exec_ref (plan) : read_well (round, plan, error);
  g_autoptr (RushExec) fused =
      read != NULL ? rush_collapse_codegen_stages (read, settings, &round->self->last_codegen_id)
                   : NULL;

  return fused != NULL ? rush_narrow_joins (fused) : NULL;
}

/* A stage that does the same already, read once more; NULL: there is none.  It is found when the
 * new stage has been settled, as in Spark, which shows in the numbers of fused stages. */
static RushExec *
find_same (Round *round, RushExec *exchange)
{
  AdaptiveExec *self = round->self;

  if (!rush_settings_get_bool (rush_query_settings (round->query), "spark.sql.exchange.reuse"))
    return NULL;
  for (guint s = 0; s < self->stages->len; s++)
    if (rush_exec_same_result (self->originals->pdata[s], exchange))
      return rush_query_stage_reuse (self->stages->pdata[s], self->n_ids++,
                                     rush_expr_list_ref (exchange->output));
  return NULL;
}

static RushExec *
make_stage (Round *round, RushExec *exchange, RushExec *child, GError **error)
{
  AdaptiveExec *self = round->self;
  g_autoptr (RushExec) settled = settle (round, child, FALSE, error);
  RushExec *stage = settled != NULL ? find_same (round, exchange) : NULL;

  if (stage != NULL || settled == NULL)
    return stage;
  stage = rush_query_stage_new (
      rush_exec_is_exchange (exchange) ? RUSH_STAGE_SHUFFLE : RUSH_STAGE_BROADCAST, self->n_ids++,
      rush_exec_with_children (exchange, (RushExec *[]){ rush_exec_ref (settled) }));
  g_ptr_array_add (self->stages, rush_exec_ref (stage));
  g_ptr_array_add (self->originals, rush_exec_ref (exchange));
  g_ptr_array_add (round->made, stage);
  return stage;
}

/* A cache is filled by a job of its own, before what reads it. */
static RushExec *
read_cache (Round *round, RushExec *scan)
{
  AdaptiveExec *self = round->self;
  RushExec *stage =
      rush_query_stage_new (RUSH_STAGE_TABLE_CACHE, self->n_ids++, rush_exec_ref (scan));

  g_ptr_array_add (self->stages, rush_exec_ref (stage));
  g_ptr_array_add (self->originals, rush_exec_ref (scan));
  g_ptr_array_add (round->made, stage);
  return stage;
}

static RushExec *cut (Round *round, RushExec *plan, gboolean *out_ready, GError **error);

static RushExec *
cut_children (Round *round, RushExec *plan, gboolean *out_ready, GError **error)
{
  g_autofree RushExec **children = g_new (RushExec *, plan->n_children + 1);

  *out_ready = TRUE;
  for (guint i = 0; i < plan->n_children; i++)
    {
      gboolean ready;

      children[i] = cut (round, plan->children[i], &ready, error);
      if (children[i] == NULL)
        {
          while (i-- > 0)
            rush_exec_unref (children[i]);
          return NULL;
        }
      *out_ready &= ready;
    }
  return plan->n_children > 0 ? rush_exec_with_children (plan, children) : rush_exec_ref (plan);
}

/* @plan with stages in place of the exchanges that can run; *@out_ready: all stages in it have. */
static RushExec *
cut (Round *round, RushExec *plan, gboolean *out_ready, GError **error)
{
  g_autoptr (RushExec) below = NULL;
  gboolean ready;

  if (rush_exec_is_stage (plan))
    {
      *out_ready = rush_query_stage_facts (plan).known;
      return rush_exec_ref (plan);
    }
  if (!rush_exec_is_exchange (plan) && !rush_exec_is_broadcast_exchange (plan) &&
      !rush_exec_is_in_memory_scan (plan))
    return cut_children (round, plan, out_ready, error);
  *out_ready = FALSE;
  if (rush_exec_is_in_memory_scan (plan))
    return read_cache (round, plan);
  below = cut_children (round, plan, &ready, error);
  if (below == NULL || !ready)
    return g_steal_pointer (&below);
  return make_stage (round, below, below->children[0], error);
}

/* ---- running ---- */

static void
collect_stages (const RushExec *plan, GPtrArray *into)
{
  if (rush_exec_is_stage (plan))
    g_ptr_array_add (into, (gpointer)plan);
  for (guint i = 0; i < plan->n_children; i++)
    collect_stages (plan->children[i], into);
}

static gboolean
has_started (const AdaptiveExec *self, const RushExec *stage)
{
  return g_hash_table_contains (self->started, rush_query_stage_exchange (stage));
}

/* What reads runtime filters waits until their keys are there. */
static gboolean
must_wait (const RushExec *stage, RushQuery *query)
{
  return rush_query_stage_kind (stage) != RUSH_STAGE_TABLE_CACHE &&
         rush_runtime_filters_are_awaited (rush_query_runtime_filters (query),
                                           rush_query_stage_exchange (stage)->children[0]);
}

/* Those that can run; broadcasts first: what waits for them is often the larger part.
 * *@out_running: there is something to wait for. */
static gboolean
start_stages (AdaptiveExec *self, const GPtrArray *stages, RushQuery *query, gboolean *out_running,
              GError **error)
{
  *out_running = FALSE;
  for (guint pass = 0; pass < 2; pass++)
    for (guint s = 0; s < stages->len; s++)
      {
        RushExec *stage = stages->pdata[s];
        gboolean broadcast = rush_query_stage_kind (stage) == RUSH_STAGE_BROADCAST;

        if (broadcast == (pass == 0) && !has_started (self, stage) && !must_wait (stage, query))
          {
            g_hash_table_add (self->started, rush_query_stage_exchange (stage));
            if (!rush_query_stage_start (stage, query, error))
              return FALSE;
          }
        *out_running |= has_started (self, stage) && !rush_query_stage_facts (stage).known;
      }
  return TRUE;
}

/* If all wait for what never comes (a part of the plan that was dropped), they wait no longer. */
static gboolean
start_some (AdaptiveExec *self, const GPtrArray *stages, RushQuery *query, GError **error)
{
  gboolean running;

  if (!start_stages (self, stages, query, &running, error))
    return FALSE;
  if (running)
    return TRUE;
  rush_runtime_filters_give_up (rush_query_runtime_filters (query));
  return start_stages (self, stages, query, &running, error);
}

/* All that can be finished without waiting; returns whether there was one. */
static gboolean
finish_stages (AdaptiveExec *self, const GPtrArray *stages, RushQuery *query, gboolean *out_any,
               GError **error)
{
  *out_any = FALSE;
  for (guint s = 0; s < stages->len; s++)
    {
      RushExec *stage = stages->pdata[s];
      gint job_id;
      RushJobWaiter *waiter = rush_query_stage_waiter (stage, &job_id);

      if (rush_query_stage_facts (stage).known || !has_started (self, stage) ||
          (waiter != NULL && !rush_job_waiter_is_done (waiter)))
        continue;
      if (!rush_query_stage_finish (stage, query, error))
        return FALSE;
      rush_runtime_filters_note_finished (rush_query_runtime_filters (query),
                                          rush_query_stage_exchange (stage));
      *out_any = TRUE;
    }
  return TRUE;
}

static void
wait_for_stages (const GPtrArray *stages, RushQuery *query)
{
  g_autoptr (GPtrArray) waiters = g_ptr_array_new ();
  g_autoptr (GArray) job_ids = g_array_new (FALSE, FALSE, sizeof (gint));

  for (guint s = 0; s < stages->len; s++)
    {
      gint job_id;
      RushJobWaiter *waiter = rush_query_stage_waiter (stages->pdata[s], &job_id);

      if (rush_query_stage_facts (stages->pdata[s]).known || waiter == NULL)
        continue;
      g_ptr_array_add (waiters, waiter);
      g_array_append_val (job_ids, job_id);
    }
  if (waiters->len == 0)
    return;
  rush_query_wait_any (query, (RushJobWaiter *const *)waiters->pdata, (gint *)job_ids->data,
                       waiters->len);
  rush_query_wait_briefly (query, (RushJobWaiter *const *)waiters->pdata, waiters->len);
}

/* What still runs for a query that has failed. */
static void
cancel_stages (AdaptiveExec *self, RushQuery *query)
{
  for (guint s = 0; s < self->stages->len; s++)
    {
      gint job_id;
      RushJobWaiter *waiter = rush_query_stage_waiter (self->stages->pdata[s], &job_id);

      if (waiter != NULL && !rush_job_waiter_is_done (waiter))
        rush_context_cancel_job (rush_query_context (query), job_id,
                                 "another stage of the query has failed");
    }
}

static gboolean
plan_anew (AdaptiveExec *self, RushQuery *query, GError **error)
{
  const RushEvalSettings *settings = rush_query_settings (query);
  g_autoptr (RushExec) smaller = rush_adaptive_propagate_empty (self->current, settings, error);
  g_autoptr (RushExec) joined =
      smaller != NULL ? rush_adaptive_switch_joins (smaller, settings, error) : NULL;
  g_autoptr (RushExec) limited =
      joined != NULL ? rush_adaptive_drop_limits (joined, settings, error) : NULL;
  RushExec *split = limited != NULL ? rush_adaptive_split_skewed (limited, settings, error) : NULL;

  if (split == NULL)
    return FALSE;
  rush_exec_unref (self->current);
  self->current = split;
  return TRUE;
}

/* One turn of the loop; *@out_done: all that is left is the last stage. */
static gboolean
turn (AdaptiveExec *self, RushQuery *query, gboolean *out_done, GError **error)
{
  g_autoptr (GPtrArray) made = g_ptr_array_new ();
  g_autoptr (GPtrArray) stages = g_ptr_array_new ();
  Round round = { self, query, made };
  RushExec *plan = cut (&round, self->current, out_done, error);
  gboolean any = FALSE;

  if (plan == NULL)
    return FALSE;
  rush_exec_unref (self->current);
  self->current = plan;
  if (*out_done)
    return TRUE;
  if (made->len > 0)
    rush_execution_plan_changed (query);
  collect_stages (plan, stages);
  if (!start_some (self, stages, query, error))
    return FALSE;
  while (!any)
    {
      if (!finish_stages (self, stages, query, &any, error))
        return FALSE;
      if (!any)
        wait_for_stages (stages, query);
    }
  return plan_anew (self, query, error);
}

static gboolean
run_stages (AdaptiveExec *self, RushQuery *query, GError **error)
{
  g_autoptr (GPtrArray) none = g_ptr_array_new ();
  g_autoptr (RushAllocator) storage = rush_broadcast_allocator_new (query);
  Round round = { self, query, none };
  gboolean done = FALSE;
  RushExec *settled;

  if (self->final)
    return TRUE;
  self->begun = TRUE;
  rush_query_set_runtime_filters (
      query, rush_runtime_filters_plan (self->current, rush_query_settings (query), storage));
  while (!done)
    if (!turn (self, query, &done, error))
      {
        cancel_stages (self, query);
        return FALSE;
      }
  settled = settle (&round, self->current, TRUE, error);
  if (settled == NULL)
    return FALSE;
  rush_exec_unref (self->current);
  self->current = rush_query_stage_new (RUSH_STAGE_RESULT, self->n_ids++, settled);
  self->final = TRUE;
  rush_execution_plan_changed (query);
  return TRUE;
}

RushExec *
rush_adaptive_exec_settle (RushExec *base, RushQuery *query, GError **error)
{
  AdaptiveExec *self = (AdaptiveExec *)base;
  RushExec *plan;

  if (!run_stages (self, query, error))
    return NULL;
  plan = rush_query_stage_plan (self->current);
  return rush_exec_prepare (plan, query, error) ? plan : NULL;
}

GPtrArray *
rush_adaptive_exec_collect (RushExec *base, RushQuery *query, GError **error)
{
  RushExec *plan = rush_adaptive_exec_settle (base, query, error);

  return plan != NULL ? rush_query_collect_exec (query, plan, error) : NULL;
}

RushRdd *
rush_adaptive_exec_rdd (RushExec *base, RushQuery *query, GError **error)
{
  return rush_adaptive_exec_settle (base, query, error) != NULL
             ? rush_exec_execute (((AdaptiveExec *)base)->current, query, error)
             : NULL;
}

/* ---- the operator ---- */

/* Whether a child must be spread in some way, even if it is already. */
static gboolean
needs_distribution (const RushExec *plan)
{
  for (guint i = 0; plan->klass->required_distribution != NULL && i < plan->n_children; i++)
    if (plan->klass->required_distribution (plan, i).kind != RUSH_DISTRIBUTION_ANY)
      return TRUE;
  return FALSE;
}

static gboolean
reads_adaptive_cache (const RushExec *plan)
{
  RushExec *kept = rush_exec_is_in_memory_scan (plan) ? rush_in_memory_scan_exec_plan (plan) : NULL;

  return kept != NULL && rush_exec_is_adaptive (kept);
}

gboolean
rush_adaptive_applies (const RushExec *plan, const RushEvalSettings *settings)
{
  g_autoptr (GPtrArray) exprs = g_ptr_array_new ();

  if (!rush_settings_get_bool (settings, "spark.sql.adaptive.enabled"))
    return FALSE;
  if (rush_exec_is_exchange (plan) || rush_exec_is_broadcast_exchange (plan) ||
      needs_distribution (plan) || reads_adaptive_cache (plan))
    return TRUE;
  if (plan->klass->expressions != NULL)
    plan->klass->expressions (plan, exprs);
  for (guint i = 0; i < exprs->len; i++)
    if (((RushExpr *)exprs->pdata[i])->flags & RUSH_EXPR_HAS_SUBQUERY)
      return TRUE;
  for (guint i = 0; i < plan->n_children; i++)
    if (rush_adaptive_applies (plan->children[i], settings))
      return TRUE;
  return FALSE;
}

static RushRdd *
adaptive_execute (RushExec *base, RushQuery *query, GError **error)
{
  return rush_adaptive_exec_rdd (base, query, error);
}

static char *
adaptive_arguments (const RushExec *base)
{
  return g_strdup_printf (" isFinalPlan=%s",
                          ((const AdaptiveExec *)base)->final ? "true" : "false");
}

static char *
adaptive_formatted (const RushExec *base)
{
  g_autofree char *arguments = adaptive_arguments (base);
  GString *out = g_string_new (NULL);

  rush_append_list_line (out, "Output", base->output);
  g_string_append_printf (out, "Arguments:%s\n", arguments);
  return g_string_free (out, FALSE);
}

static RushPartitioning *
adaptive_partitioning (const RushExec *base)
{
  return rush_exec_output_partitioning (((const AdaptiveExec *)base)->current);
}

static void
adaptive_finalize (RushExec *base)
{
  AdaptiveExec *self = (AdaptiveExec *)base;

  rush_exec_unref (self->input);
  rush_exec_unref (self->initial);
  rush_exec_unref (self->current);
  g_ptr_array_unref (self->stages);
  g_ptr_array_unref (self->originals);
  g_hash_table_unref (self->started);
}

static const RushExecClass adaptive_class = {
  .name = "AdaptiveSparkPlan",
  .finalize = adaptive_finalize,
  .arguments = adaptive_arguments,
  .formatted = adaptive_formatted,
  .output_partitioning = adaptive_partitioning,
  .execute = adaptive_execute,
};

gboolean
rush_exec_is_adaptive (const RushExec *self)
{
  return self->klass == &adaptive_class;
}

RushExec *
rush_adaptive_exec_initial (const RushExec *self)
{
  return ((const AdaptiveExec *)self)->initial;
}

RushExec *
rush_adaptive_exec_current (const RushExec *self)
{
  return ((const AdaptiveExec *)self)->current;
}

gboolean
rush_adaptive_exec_is_final (const RushExec *self)
{
  return ((const AdaptiveExec *)self)->final;
}

gboolean
rush_adaptive_exec_has_begun (const RushExec *self)
{
  return ((const AdaptiveExec *)self)->begun;
}

gboolean
rush_adaptive_exec_is_as (const RushExec *base, const RushExec *snapshot)
{
  const AdaptiveExec *self = (const AdaptiveExec *)base, *as = (const AdaptiveExec *)snapshot;

  return self->current == as->current && self->begun == as->begun && self->final == as->final;
}

RushExec *
rush_adaptive_exec_snapshot (RushExec *base)
{
  const AdaptiveExec *self = (const AdaptiveExec *)base;
  AdaptiveExec *snapshot = (AdaptiveExec *)rush_adaptive_exec_new (self->input, self->initial);

  rush_exec_unref (snapshot->current);
  snapshot->current = rush_exec_ref (self->current);
  snapshot->begun = self->begun;
  snapshot->final = self->final;
  return &snapshot->base;
}

RushExec *
rush_adaptive_exec_new (RushExec *plan, RushExec *required)
{
  AdaptiveExec *self =
      rush_exec_alloc (sizeof *self, &adaptive_class, rush_expr_list_ref (plan->output), 0, NULL);

  self->input = rush_exec_ref (plan);
  self->initial = rush_exec_ref (required);
  self->current = rush_exec_ref (required);
  self->stages = g_ptr_array_new_with_free_func ((GDestroyNotify)rush_exec_unref);
  self->originals = g_ptr_array_new_with_free_func ((GDestroyNotify)rush_exec_unref);
  self->started = g_hash_table_new (NULL, NULL);
  return &self->base;
}
