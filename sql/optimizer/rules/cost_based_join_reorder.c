/* cost_based_join_reorder.c - which order of inner joins is the cheapest, by dynamic programming.
 *
 *   FROM big, mid, small WHERE big.k = mid.k AND mid.g = small.g
 *
 *   level 1   {big} {mid} {small}                 the items themselves, which cost nothing
 *   level 2   {big,mid} {mid,small}               pairs that a condition connects
 *   level 3   {big,mid,small}                     the cheaper of  {big,mid} ⋈ {small}
 *                                                            and  {mid,small} ⋈ {big}
 *
 * The best plan for a set of items is made of best plans for two parts of it, so each set is solved
 * once: 3ⁿ steps instead of n! orders.  The idea is System R's; there only left-deep trees were
 * tried, here any (a set's plan is joined with another set's).  What a plan costs is the rows, and
 * the bytes, of all its intermediate results:
 *
 *   cost (A ⋈ B) = cost (A) + cost (B) + |A| + |B|, items themselves count nothing
 *   better       (rows ÷ other's rows) ^ weight × (bytes ÷ other's bytes) ^ (1 − weight) < 1
 *
 * Runs when spark.sql.cbo.enabled and spark.sql.cbo.joinReorder.enabled say so, for 3 to
 * spark.sql.cbo.joinReorder.dp.threshold items whose rows are all known (ANALYZE TABLE), and never
 * joins what no condition connects.  A join with a hint stays.
 *
 * Source:   Selinger et al.: Access Path Selection in a Relational Database Management System
 *           (SIGMOD 1979).
 * Mirrors:  CostBasedJoinReorder, JoinReorderDP.
 */
#include "sql/optimizer/optimizer_private.h"
#include "sql/plan/estimation.h"

#include <math.h>

typedef struct
{
  guint64 items;      /* a bit each */
  RushPlan *plan;     /* (owned) */
  double rows, bytes; /* of intermediate results below the root */
} JoinPlan;

typedef struct
{
  GPtrArray *items;      /* RushPlan */
  GPtrArray *conditions; /* RushExpr */
  const RushExprList *output;
  RushEstimator *estimator;
  double weight;
} Search;

static RushPlan *reorder (RushPlan *plan, RushOptimization *self);

/* ---- the joins of a tree, taken apart ---- */

static gboolean
is_inner_with_condition (const RushPlan *plan)
{
  return plan->kind == RUSH_PLAN_JOIN &&
         (plan->as.join.type == RUSH_JOIN_INNER || plan->as.join.type == RUSH_JOIN_CROSS) &&
         plan->lists[0]->n > 0 && plan->as.join.left_hint == RUSH_HINT_NONE &&
         plan->as.join.right_hint == RUSH_HINT_NONE;
}

/* A join, or plain columns of one. */
static RushPlan *
join_in (RushPlan *plan)
{
  if (is_inner_with_condition (plan))
    return plan;
  if (plan->kind != RUSH_PLAN_PROJECT || !is_inner_with_condition (plan->children[0]))
    return NULL;
  for (guint i = 0; i < plan->lists[0]->n; i++)
    if (plan->lists[0]->items[i]->kind != RUSH_EXPR_ATTRIBUTE)
      return NULL;
  return plan->children[0];
}

static void
take_apart (RushPlan *plan, GPtrArray *items, GPtrArray *conditions)
{
  RushPlan *join = join_in (plan);

  if (join == NULL)
    {
      g_ptr_array_add (items, rush_plan_ref (plan));
      return;
    }
  g_autoptr (GPtrArray) own = rush_conjuncts_of (join->lists[0]);
  for (guint i = 0; i < own->len; i++)
    rush_add_if_new (conditions, rush_expr_ref (own->pdata[i]));
  take_apart (join->children[0], items, conditions);
  take_apart (join->children[1], items, conditions);
}

/* ---- plans ---- */

static void
join_plan_free (gpointer data)
{
  rush_plan_unref (((JoinPlan *)data)->plan);
  g_free (data);
}

static gboolean
uses_only_both (const RushExpr *condition, const RushPlan *a, const RushPlan *b)
{
  g_autoptr (RushExprIdSet) ids = rush_expr_id_set_new ();

  rush_expr_id_set_add_list (ids, a->output);
  rush_expr_id_set_add_list (ids, b->output);
  return rush_expr_references_subset (condition, ids);
}

static GPtrArray *
connecting (const Search *self, const RushPlan *a, const RushPlan *b)
{
  GPtrArray *found = rush_expr_ptr_array ();

  for (guint i = 0; i < self->conditions->len; i++)
    {
      RushExpr *condition = self->conditions->pdata[i];
      if (!rush_uses_only (condition, a->output) && !rush_uses_only (condition, b->output) &&
          uses_only_both (condition, a, b))
        g_ptr_array_add (found, rush_expr_ref (condition));
    }
  return found;
}

/* What of @join's columns is asked for above: by the output, or by a condition not checked yet. */
static RushPlan *
cut (const Search *self, RushPlan *join)
{
  g_autoptr (RushExprIdSet) needed = rush_expr_id_set_new ();
  GPtrArray *kept = rush_expr_ptr_array ();

  rush_expr_id_set_add_list (needed, self->output);
  for (guint i = 0; i < self->conditions->len; i++)
    if (!rush_uses_only (self->conditions->pdata[i], join->output))
      rush_expr_collect_references (self->conditions->pdata[i], needed);
  for (guint i = 0; i < join->output->n; i++)
    if (rush_expr_id_set_has (needed, rush_expr_named_id (join->output->items[i])))
      g_ptr_array_add (kept, rush_expr_ref (join->output->items[i]));
  gboolean all = kept->len == join->output->n;
  g_autoptr (RushExprList) list = rush_expr_list_from_array (kept);
  return all ? join : rush_plan_project (g_steal_pointer (&list), join);
}

/* What a part adds to the cost of what it is joined into: an item nothing. */
static void
add_root (const Search *self, const JoinPlan *part, JoinPlan *to)
{
  to->rows += part->rows;
  to->bytes += part->bytes;
  if ((part->items & (part->items - 1)) == 0)
    return;
  const RushEstimate *estimate = rush_estimator_of (self->estimator, part->plan);
  to->rows += MAX (estimate->row_count, 0);
  to->bytes += estimate->size_bytes;
}

/* NULL: they overlap, or nothing connects them. */
static JoinPlan *
build_join (const Search *self, const JoinPlan *one, const JoinPlan *other)
{
  gboolean deeper = __builtin_popcountll (one->items) >= __builtin_popcountll (other->items);
  const JoinPlan *left = deeper ? one : other, *right = deeper ? other : one;

  if (one->items & other->items)
    return NULL;
  GPtrArray *conditions = connecting (self, one->plan, other->plan);
  if (conditions->len == 0)
    {
      g_ptr_array_unref (conditions);
      return NULL;
    }
  JoinPlan *made = g_new0 (JoinPlan, 1);
  made->items = one->items | other->items;
  made->plan = cut (self, rush_plan_join (RUSH_JOIN_INNER, rush_all_of (conditions),
                                          rush_plan_ref (left->plan), rush_plan_ref (right->plan)));
  add_root (self, one, made);
  add_root (self, other, made);
  return made;
}

static gboolean
is_better (const Search *self, const JoinPlan *a, const JoinPlan *b)
{
  if (b->rows == 0 || b->bytes == 0)
    return FALSE;
  return pow (a->rows / b->rows, self->weight) * pow (a->bytes / b->bytes, 1 - self->weight) < 1;
}

/* ---- levels ---- */

static void
keep_if_best (const Search *self, GPtrArray *level, JoinPlan *plan)
{
  for (guint i = 0; plan != NULL && i < level->len; i++)
    {
      JoinPlan *there = level->pdata[i];
      if (there->items != plan->items)
        continue;
      gboolean better = is_better (self, plan, there);
      if (better)
        level->pdata[i] = plan;
      join_plan_free (better ? there : plan);
      return;
    }
  if (plan != NULL)
    g_ptr_array_add (level, plan);
}

/* All sets of @levels->len + 1 items: of k + 1 and the rest, each pair once. */
static GPtrArray *
next_level (const Search *self, const GPtrArray *levels)
{
  GPtrArray *level = g_ptr_array_new_with_free_func (join_plan_free);
  guint last = levels->len - 1;

  for (guint k = 0; k <= last - k && k <= last; k++)
    {
      const GPtrArray *ones = levels->pdata[k], *others = levels->pdata[last - k];
      for (guint i = 0; i < ones->len; i++)
        for (guint j = ones == others ? i : 0; j < others->len; j++)
          keep_if_best (self, level, build_join (self, ones->pdata[i], others->pdata[j]));
    }
  return level;
}

/* NULL: the items do not all hang together. */
static RushPlan *
search (const Search *self)
{
  g_autoptr (GPtrArray) levels = g_ptr_array_new_with_free_func ((GDestroyNotify)g_ptr_array_unref);
  GPtrArray *first = g_ptr_array_new_with_free_func (join_plan_free);

  for (guint i = 0; i < self->items->len; i++)
    {
      JoinPlan *item = g_new0 (JoinPlan, 1);
      item->items = (guint64)1 << i;
      item->plan = rush_plan_ref (self->items->pdata[i]);
      g_ptr_array_add (first, item);
    }
  g_ptr_array_add (levels, first);
  while (levels->len < self->items->len)
    g_ptr_array_add (levels, next_level (self, levels));
  const GPtrArray *top = levels->pdata[levels->len - 1];
  return top->len == 1 ? rush_plan_ref (((JoinPlan *)top->pdata[0])->plan) : NULL;
}

/* ---- the rule ---- */

static gboolean
all_known (const Search *self)
{
  for (guint i = 0; i < self->items->len; i++)
    if (rush_estimator_of (self->estimator, self->items->pdata[i])->row_count < 0)
      return FALSE;
  return TRUE;
}

static RushPlan *
with_output (const RushExprList *output, RushPlan *plan)
{
  if (plan->kind == RUSH_PLAN_PROJECT && !rush_same_columns (plan->output, output))
    {
      RushPlan *below = rush_plan_ref (plan->children[0]);
      rush_plan_unref (plan);
      plan = below;
    }
  return rush_project_onto (output, plan);
}

/* The joins of @plan in their best order; NULL: as they are. */
static RushPlan *
best_order (RushPlan *plan, RushOptimization *self)
{
  g_autoptr (GPtrArray) items = g_ptr_array_new_with_free_func ((GDestroyNotify)rush_plan_unref);
  g_autoptr (GPtrArray) conditions = rush_expr_ptr_array ();
  g_autoptr (RushEstimator) estimator = rush_estimator_new ();
  gint64 most = rush_optimization_number (self, "spark.sql.cbo.joinReorder.dp.threshold", 12);
  Search searched = { items, conditions, plan->output, estimator,
                      rush_optimization_double (self, "spark.sql.cbo.joinReorder.card.weight",
                                                0.7) };

  take_apart (plan, items, conditions);
  for (guint i = 0; i < items->len; i++)
    {
      RushPlan *item = reorder (items->pdata[i], self);
      rush_plan_unref (items->pdata[i]);
      items->pdata[i] = item;
    }
  if (items->len < 3 || items->len > MIN (most, 63) || conditions->len == 0 ||
      !all_known (&searched))
    return NULL;
  RushPlan *best = search (&searched);
  return best != NULL ? with_output (plan->output, best) : NULL;
}

static RushPlan *
reorder (RushPlan *plan, RushOptimization *self)
{
  RushPlan *best = join_in (plan) != NULL ? best_order (plan, self) : NULL;

  if (best != NULL || plan->n_children == 0)
    return best != NULL ? best : rush_plan_ref (plan);
  g_autofree RushPlan **children = g_new (RushPlan *, plan->n_children);
  for (guint i = 0; i < plan->n_children; i++)
    children[i] = reorder (plan->children[i], self);
  return rush_plan_with_children (plan, children);
}

static RushPlan *
apply (RushPlan *plan, gpointer data, GError **error)
{
  if (!rush_optimization_flag (data, "spark.sql.cbo.enabled", FALSE) ||
      !rush_optimization_flag (data, "spark.sql.cbo.joinReorder.enabled", FALSE))
    return rush_plan_ref (plan);
  return reorder (plan, data);
}

const RushRule rush_optimizer_cost_based_join_reorder = { "CostBasedJoinReorder", apply };
