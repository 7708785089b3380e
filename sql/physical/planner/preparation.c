/* preparation.c - what happens to every physical plan before it runs, in this order:
 *
 *   subqueries · exchanges and sorts · aggregates made simpler · sorts of sorted rows left out
 *   · [adaptive: the rest happens there] · fused stages · narrow joins · reuse of exchanges
 *
 * Mirrors: QueryExecution.preparations, InsertAdaptiveSparkPlan.
 */
#include "sql/physical/adaptive/adaptive_plan.h"
#include "sql/physical/adaptive/query_stage.h"
#include "sql/physical/operators/aggregate.h"
#include "sql/physical/operators/basic.h"
#include "sql/physical/operators/broadcast_exchange.h"
#include "sql/physical/operators/exchange.h"
#include "sql/physical/operators/sort.h"
#include "sql/physical/planner/planner.h"
#include "sql/physical/query_private.h"

/* ---- aggregates ---- */

/* Calls of @step, each COMPLETE. */
static RushExprList *
complete_calls (const RushExprList *calls)
{
  g_autofree RushExpr **items = g_new (RushExpr *, calls->n + 1);

  for (guint c = 0; c < calls->n; c++)
    items[c] = rush_expr_with_aggregate_mode (calls->items[c], RUSH_AGG_COMPLETE);
  return rush_expr_list_new (calls->n, items);
}

/* An aggregate of groups without calls has a required distribution if it is the final one. */
static gboolean
has_mode (const RushAggregateStep *step, RushAggregateMode mode)
{
  for (guint c = 0; c < step->calls->n; c++)
    if (step->calls->items[c]->as.aggregate.mode != mode)
      return FALSE;
  return step->calls->n > 0 || (step->required != NULL) == (mode == RUSH_AGG_FINAL);
}

/* Final (partial (rows)) is complete (rows). */
static RushExec *
combine_adjacent (RushExec *self, GError **error)
{
  const RushAggregateStep *final, *partial;
  RushAggregateStep step;

  if (!rush_exec_is_aggregate (self) || !rush_exec_is_aggregate (self->children[0]))
    return rush_exec_ref (self);
  final = rush_aggregate_exec_step (self);
  partial = rush_aggregate_exec_step (self->children[0]);
  if (!has_mode (final, RUSH_AGG_FINAL) || !has_mode (partial, RUSH_AGG_PARTIAL) ||
      final->calls->n != partial->calls->n || final->grouping->n != partial->grouping->n)
    return rush_exec_ref (self);
  step = (RushAggregateStep){
    .form = final->form,
    .required = rush_expr_list_ref (final->required),
    .grouping = rush_expr_list_ref (partial->grouping),
    .calls = complete_calls (partial->calls),
    .attributes = rush_expr_list_ref (final->attributes),
    .results = rush_expr_list_ref (final->results),
  };
  return rush_aggregate_exec_new (&step, rush_exec_ref (self->children[0]->children[0]), error);
}

/* Rows that come sorted by the groups need no table of them. */
static RushExec *
sort_instead_of_hash (RushExec *self, GError **error)
{
  const RushAggregateStep *step;
  g_autoptr (RushExprList) have = NULL;
  g_autofree RushExpr **orders = NULL;
  g_autoptr (RushExprList) required = NULL;
  RushAggregateStep sorted;

  if (!rush_exec_is_aggregate (self))
    return rush_exec_ref (self);
  step = rush_aggregate_exec_step (self);
  if (step->form != RUSH_AGGREGATE_HASH || step->grouping->n == 0)
    return rush_exec_ref (self);
  orders = g_new (RushExpr *, step->grouping->n);
  for (guint k = 0; k < step->grouping->n; k++)
    orders[k] =
        rush_expr_sort_order (rush_expr_to_attribute (step->grouping->items[k]), FALSE, FALSE);
  required = rush_expr_list_new (step->grouping->n, orders);
  have = rush_exec_output_ordering (self->children[0]);
  if (!rush_ordering_satisfies (have, required))
    return rush_exec_ref (self);
  sorted = *step;
  sorted.form = RUSH_AGGREGATE_SORT;
  if (sorted.required != NULL)
    rush_expr_list_ref (sorted.required);
  rush_expr_list_ref (sorted.grouping);
  rush_expr_list_ref (sorted.calls);
  rush_expr_list_ref (sorted.attributes);
  rush_expr_list_ref (sorted.results);
  return rush_aggregate_exec_new (&sorted, rush_exec_ref (self->children[0]), error);
}

static RushExec *
simplify_node (RushExec *self /* taken over */, gpointer data, GError **error)
{
  const RushEvalSettings *settings = data;
  g_autoptr (RushExec) owned = self;
  g_autoptr (RushExec) combined = combine_adjacent (self, error);

  if (combined == NULL ||
      !rush_settings_get_bool (settings, "spark.sql.execution.replaceHashWithSortAgg"))
    return g_steal_pointer (&combined);
  return sort_instead_of_hash (combined, error);
}

RushExec *
rush_simplify_aggregates (RushExec *plan, const RushEvalSettings *settings, GError **error)
{
  return rush_exec_transform_up (plan, simplify_node, (gpointer)settings, error);
}

/* ---- sorts ---- */

/* Rows that lie as a sort would put them need none. */
static RushExec *
remove_redundant_sort (RushExec *self /* taken over */, gpointer data, GError **error)
{
  g_autoptr (RushExec) owned = self;
  g_autoptr (RushExprList) wanted = NULL;
  g_autoptr (RushExprList) have = NULL;
  g_autoptr (RushPartitioning) partitioning = NULL;
  RushDistribution required = { RUSH_DISTRIBUTION_ANY, NULL };

  if (!rush_exec_is_sort (self))
    return g_steal_pointer (&owned);
  wanted = rush_exec_output_ordering (self);
  have = rush_exec_output_ordering (self->children[0]);
  partitioning = rush_exec_output_partitioning (self->children[0]);
  if (self->klass->required_distribution != NULL)
    required = self->klass->required_distribution (self, 0);
  if (have == NULL || !rush_ordering_satisfies (have, wanted) ||
      !rush_partitioning_satisfies (partitioning, &required))
    return g_steal_pointer (&owned);
  return rush_exec_ref (self->children[0]);
}

/* ---- fused stages ---- */

typedef struct
{
  gint last;
} Collapse;

static RushExec *number_stages (RushExec *self, Collapse *state);

/* A node of a stage, and those of its children that are in it, too; the number is given when all
 * below are done.  Both sides of a join of two streams are stages of their own. */
static RushExec *
collect_stage (RushExec *self, GPtrArray *members, Collapse *state)
{
  g_autofree RushExec **children = g_new (RushExec *, self->n_children + 1);
  RushExec *copy;

  for (guint i = 0; i < self->n_children; i++)
    children[i] = rush_exec_can_fuse (self->children[i]) && !self->klass->reads_streams
                      ? collect_stage (self->children[i], members, state)
                      : number_stages (self->children[i], state);
  if (self->n_children == 0)
    {
      /* A leaf may stand in another plan, too: it keeps what it is, and a copy gets the number. */
      copy = self->klass->with_children != NULL
                 ? rush_exec_share (self->klass->with_children (self, NULL), self)
                 : rush_exec_ref (self);
    }
  else
    copy = rush_exec_share (self->klass->with_children (self, children), self);
  g_ptr_array_add (members, copy);
  return copy;
}

static RushExec *
number_stages (RushExec *self, Collapse *state)
{
  g_autoptr (GPtrArray) members = g_ptr_array_new ();
  g_autofree RushExec **children = NULL;
  RushExec *copy;

  if (self->codegen_stage_id != 0 || rush_exec_is_stage (self))
    return rush_exec_ref (self);
  if (rush_exec_can_fuse (self))
    {
      copy = collect_stage (self, members, state);
      state->last++;
      for (guint m = 0; m < members->len; m++)
        ((RushExec *)members->pdata[m])->codegen_stage_id = state->last;
      return copy;
    }
  if (self->n_children == 0)
    return rush_exec_ref (self);
  children = g_new (RushExec *, self->n_children);
  for (guint i = 0; i < self->n_children; i++)
    children[i] = number_stages (self->children[i], state);
  return rush_exec_with_children (self, children);
}

RushExec *
rush_collapse_codegen_stages (RushExec *plan, const RushEvalSettings *settings, gint *inout_last)
{
  Collapse state = { *inout_last };
  g_autoptr (RushExec) with_transitions = rush_insert_transitions (plan);
  RushExec *numbered;

  if (!rush_settings_get_bool (settings, "spark.sql.codegen.wholeStage"))
    return g_steal_pointer (&with_transitions);
  numbered = number_stages (with_transitions, &state);
  *inout_last = state.last;
  return numbered;
}

/* ---- reuse ---- */

/* Exchanges met so far; what is alike is replaced by a ReusedExchange of the first. */
static RushExec *
reuse_node (RushExec *self /* taken over */, gpointer data, GError **error)
{
  GPtrArray *seen = data;

  if (!rush_exec_is_exchange (self) && !rush_exec_is_broadcast_exchange (self))
    return self;
  for (guint i = 0; i < seen->len; i++)
    if (rush_exec_same_result (seen->pdata[i], self))
      {
        RushExec *reused = rush_reused_exchange_exec_new (rush_expr_list_ref (self->output),
                                                          rush_exec_ref (seen->pdata[i]));
        rush_exec_unref (self);
        return reused;
      }
  g_ptr_array_add (seen, rush_exec_ref (self));
  return self;
}

RushExec *
rush_reuse_exchanges (RushExec *plan, const RushEvalSettings *settings, GError **error)
{
  g_autoptr (GPtrArray) seen = g_ptr_array_new_with_free_func ((GDestroyNotify)rush_exec_unref);

  if (!rush_settings_get_bool (settings, "spark.sql.exchange.reuse"))
    return rush_exec_ref (plan);
  return rush_exec_transform_up (plan, reuse_node, seen, error);
}

/* ---- all of it ---- */

RushExec *
rush_prepare_for_execution (RushQuery *query, RushExec *plan, GError **error)
{
  const RushEvalSettings *settings = rush_query_settings (query);
  g_autoptr (RushExec) required = rush_ensure_requirements (plan, settings, error);
  g_autoptr (RushExec) simple =
      required != NULL ? rush_simplify_aggregates (required, settings, error) : NULL;
  g_autoptr (RushExec) sorted = NULL;
  g_autoptr (RushExec) fused = NULL;
  g_autoptr (RushExec) narrow = NULL;
  gint last = 0;

  if (simple == NULL)
    return NULL;
  sorted = rush_settings_get_bool (settings, "spark.sql.execution.removeRedundantSorts")
               ? rush_exec_transform_up (simple, remove_redundant_sort, NULL, error)
               : rush_exec_ref (simple);
  /* A subquery is, whatever there is to adapt, since the plan around it is. */
  if (rush_adaptive_applies (plan, settings) ||
      (rush_query_is_subquery (query) &&
       rush_settings_get_bool (settings, "spark.sql.adaptive.enabled")))
    return rush_adaptive_exec_new (plan, sorted);
  fused = rush_collapse_codegen_stages (sorted, settings, &last);
  narrow = rush_narrow_joins (fused);
  return rush_reuse_exchanges (narrow, settings, error);
}
