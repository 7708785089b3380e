/* aggregation.c - an aggregate in steps, so that little has to cross the exchange.
 *
 *   SELECT k, sum (v) + 1 … GROUP BY k
 *
 *     HashAggregate (keys=[k], functions=[sum (v)])           buffers → results: sum + 1
 *     └── (an exchange by k, where that is required)
 *         └── HashAggregate (keys=[k], functions=[partial_sum (v)])      rows → buffers
 *
 *   SELECT k, sum (v), count (DISTINCT d) … GROUP BY k
 *
 *     final sum, final count (d)           by k           counts of d, added up
 *     merge sum, partial count (d)         by k           each d is one row here: counting is right
 *     merge sum                            by k, d        (exchange by k, d)
 *     partial sum                          by k, d
 *
 * Several DISTINCT sets have become one, with rows expanded, in the optimizer.
 *
 * Which form a step has follows from its buffers: all of fixed width are hashed; states that grow
 * are hashed as objects; others (a string's maximum) are sorted first, as in Spark.
 *
 * Mirrors: org.apache.spark.sql.execution.aggregate.AggUtils, PhysicalAggregation.
 */
#include "sql/physical/operators/aggregate.h"
#include "sql/physical/operators/basic.h"
#include "sql/physical/planner/planner.h"
#include "sql/physical/tables/aggregate_combiner.h"

#include <string.h>

/* What the logical aggregate is made of. */
typedef struct
{
  RushExprList *grouping; /* named */
  RushExprList *keys;     /* their attributes */
  GPtrArray *calls;       /* RushExpr * (owned): each AGGREGATE once */
  GPtrArray *results;     /* attributes that stand for the calls' results */
  RushExprList *outputs;  /* what comes out, over keys and results */
} Parts;

static GPtrArray *
new_exprs (void)
{
  return g_ptr_array_new_with_free_func ((GDestroyNotify)rush_expr_unref);
}

static RushExprList *
list_of (const GPtrArray *exprs)
{
  for (guint i = 0; i < exprs->len; i++)
    rush_expr_ref (exprs->pdata[i]);
  return rush_expr_list_new (exprs->len, (RushExpr *const *)exprs->pdata);
}

/* ---- taking it apart ---- */

/* A call of what is not deterministic equals itself alone. */
static guint
find_call (const GPtrArray *calls, const RushExpr *call)
{
  guint i;

  for (i = 0; i < calls->len; i++)
    if (calls->pdata[i] == call || rush_expr_semantic_equal (calls->pdata[i], call))
      break;
  return i;
}

static gboolean
collect_call (const RushExpr *node, gpointer data)
{
  Parts *parts = data;
  g_autofree char *name = NULL;

  if (node->kind != RUSH_EXPR_AGGREGATE)
    return FALSE;
  if (find_call (parts->calls, node) < parts->calls->len)
    return TRUE;
  name = rush_expr_to_string (node);
  g_ptr_array_add (parts->calls, rush_expr_ref ((RushExpr *)node));
  g_ptr_array_add (parts->results, rush_expr_attribute (name, node->type, node->nullable,
                                                        node->as.aggregate.result_id, NULL));
  return TRUE;
}

static RushExpr *
refer_to_parts (RushExpr *node, gpointer data, GError **error)
{
  Parts *parts = data;

  if (node->kind == RUSH_EXPR_AGGREGATE)
    return rush_expr_ref (parts->results->pdata[find_call (parts->calls, node)]);
  for (guint k = 0; k < parts->grouping->n; k++)
    {
      const RushExpr *group = parts->grouping->items[k];
      const RushExpr *value = group->kind == RUSH_EXPR_ALIAS ? group->children[0] : group;
      if (rush_expr_semantic_equal (node, value))
        return rush_expr_ref (parts->keys->items[k]);
    }
  return rush_expr_ref (node);
}

/* Results go down: the whole call is met before its arguments. */
static RushExpr *
rewrite_result (RushExpr *result, Parts *parts)
{
  RushExpr *rewritten = rush_expr_transform_down (result, refer_to_parts, parts, NULL);

  if (rewritten->kind != RUSH_EXPR_ALIAS && rewritten->kind != RUSH_EXPR_ATTRIBUTE)
    return rush_expr_alias (rewritten, rush_expr_name (result), rush_expr_named_id (result));
  if (rewritten->kind == RUSH_EXPR_ATTRIBUTE &&
      rush_expr_named_id (rewritten) != rush_expr_named_id (result))
    return rush_expr_alias (rewritten, rush_expr_name (result), rush_expr_named_id (result));
  return rewritten;
}

static RushExprList *
name_grouping (const RushExprList *grouping)
{
  g_autofree RushExpr **named = g_new (RushExpr *, grouping->n + 1);

  for (guint k = 0; k < grouping->n; k++)
    {
      RushExpr *group = grouping->items[k];
      gboolean has_name = group->kind == RUSH_EXPR_ATTRIBUTE || group->kind == RUSH_EXPR_ALIAS;
      g_autofree char *name = has_name ? NULL : rush_expr_to_pretty_sql (group);

      named[k] =
          has_name ? rush_expr_ref (group) : rush_expr_alias (rush_expr_ref (group), name, 0);
    }
  return rush_expr_list_new (grouping->n, named);
}

static void
take_apart (Parts *self, const RushPlan *plan)
{
  const RushExprList *outputs = plan->lists[1];
  g_autofree RushExpr **rewritten = g_new (RushExpr *, outputs->n + 1);

  self->grouping = name_grouping (plan->lists[0]);
  self->keys = rush_named_to_attributes (self->grouping);
  self->calls = new_exprs ();
  self->results = new_exprs ();
  for (guint i = 0; i < outputs->n; i++)
    rush_expr_visit (outputs->items[i], collect_call, self);
  for (guint i = 0; i < outputs->n; i++)
    rewritten[i] = rewrite_result (outputs->items[i], self);
  self->outputs = rush_expr_list_new (outputs->n, rewritten);
}

static void
clear_parts (Parts *self)
{
  rush_expr_list_unref (self->grouping);
  rush_expr_list_unref (self->keys);
  rush_expr_list_unref (self->outputs);
  g_ptr_array_unref (self->calls);
  g_ptr_array_unref (self->results);
}

/* ---- calls and buffers ---- */

static gboolean
is_fixed_width (const RushType *type)
{
  return type->storage != RUSH_STORAGE_VIEW && type->storage != RUSH_STORAGE_LIST &&
         type->storage != RUSH_STORAGE_STRUCT;
}

/* Its state is numbers in a row to Spark, whatever it is here. */
static gboolean
is_imperative (const RushExpr *call)
{
  return call->as.aggregate.function->aggregate->imperative;
}

static RushAggregateForm
form_of (const GPtrArray *calls, const RushEvalSettings *settings)
{
  gboolean fixed = TRUE, objects = FALSE;

  for (guint c = 0; c < calls->len; c++)
    {
      const RushType *types[RUSH_MAX_LISTED_ARGS];
      const char *names[RUSH_MAX_LISTED_ARGS];
      gboolean nullable[RUSH_MAX_LISTED_ARGS];
      guint n = rush_aggregate_buffers (calls->pdata[c], types, names, nullable);

      for (guint b = 0; b < n; b++)
        {
          fixed = fixed && (is_imperative (calls->pdata[c]) || is_fixed_width (types[b]));
          objects |= strcmp (names[b], "buf") == 0;
        }
    }
  if (fixed)
    return RUSH_AGGREGATE_HASH;
  return objects &&
                 rush_settings_get_bool (settings, "spark.sql.execution.useObjectHashAggregateExec")
             ? RUSH_AGGREGATE_OBJECT_HASH
             : RUSH_AGGREGATE_SORT;
}

/* One attribute a buffer of each call, with new ids. */
static void
add_buffers (GPtrArray *into, const GPtrArray *calls)
{
  for (guint c = 0; c < calls->len; c++)
    {
      const RushType *types[RUSH_MAX_LISTED_ARGS];
      const char *names[RUSH_MAX_LISTED_ARGS];
      gboolean nullable[RUSH_MAX_LISTED_ARGS];
      guint n = rush_aggregate_buffers (calls->pdata[c], types, names, nullable);

      for (guint b = 0; b < n; b++)
        g_ptr_array_add (
            into, rush_expr_attribute (names[b], types[b], nullable[b], rush_expr_id_new (), NULL));
    }
}

static RushExprList *
keys_and_buffers (const RushExprList *keys, const GPtrArray *calls)
{
  GPtrArray *all = new_exprs ();

  for (guint k = 0; k < keys->n; k++)
    g_ptr_array_add (all, rush_expr_ref (keys->items[k]));
  add_buffers (all, calls);
  return rush_expr_list_from_array (all);
}

static void
add_with_mode (GPtrArray *into, const GPtrArray *calls, RushAggregateMode mode)
{
  for (guint c = 0; c < calls->len; c++)
    g_ptr_array_add (into, rush_expr_with_aggregate_mode (calls->pdata[c], mode));
}

/* ---- steps ---- */

/* A step that gives buffers.  Takes over the lists but @keys, and @child. */
static RushExec *
buffer_step (RushAggregateForm form, RushExprList *required, RushExprList *grouping,
             const RushExprList *keys, GPtrArray *calls, RushExec *child, GError **error)
{
  g_autoptr (GPtrArray) attributes = new_exprs ();
  RushAggregateStep step = { .form = form, .required = required, .grouping = grouping };

  add_buffers (attributes, calls);
  step.attributes = list_of (attributes);
  step.results = keys_and_buffers (keys, calls);
  step.calls = rush_expr_list_from_array (calls);
  return rush_aggregate_exec_new (&step, child, error);
}

static RushExec *
final_step (RushAggregateForm form, const Parts *parts, GPtrArray *calls, GPtrArray *results,
            RushExprList *outputs, RushExec *child, GError **error)
{
  RushAggregateStep step = {
    .form = form,
    .required = rush_expr_list_ref (parts->keys),
    .grouping = rush_expr_list_ref (parts->keys),
    .attributes = list_of (results),
    .results = outputs,
    .calls = rush_expr_list_from_array (calls),
  };

  return rush_aggregate_exec_new (&step, child, error);
}

static RushExec *
without_distinct (const Parts *parts, const RushEvalSettings *settings, RushExec *child,
                  GError **error)
{
  RushAggregateForm form = form_of (parts->calls, settings);
  GPtrArray *partial = new_exprs (), *final = new_exprs ();

  add_with_mode (partial, parts->calls, RUSH_AGG_PARTIAL);
  add_with_mode (final, parts->calls, RUSH_AGG_FINAL);
  child = buffer_step (form, NULL, rush_expr_list_ref (parts->grouping), parts->keys, partial,
                       child, error);
  if (child == NULL)
    {
      g_ptr_array_unref (final);
      return NULL;
    }
  return final_step (form, parts, final, parts->results, rush_expr_list_ref (parts->outputs), child,
                     error);
}

/* ---- one set of distinct values ---- */

/* The distinct expressions as more groups. */
typedef struct
{
  GPtrArray *plain;       /* calls without DISTINCT */
  GPtrArray *distinct;    /* calls with it, over the attributes below */
  RushExprList *grouping; /* groups and distinct expressions, named */
  RushExprList *keys;     /* their attributes */
} Distinct;

static RushExpr *
over_attributes (const RushExpr *call, const GPtrArray *exprs, const GPtrArray *attributes)
{
  g_autofree RushExpr **children = g_new (RushExpr *, call->n_children + 1);

  for (guint i = 0; i < call->n_children; i++)
    {
      children[i] = rush_expr_ref (call->children[i]);
      for (guint e = 0; e < exprs->len; e++)
        if (rush_expr_semantic_equal (children[i], exprs->pdata[e]))
          {
            rush_expr_unref (children[i]);
            children[i] = rush_expr_ref (attributes->pdata[e]);
            break;
          }
    }
  return rush_expr_with_children ((RushExpr *)call, children);
}

static gboolean
is_in (const GPtrArray *exprs, const RushExpr *expr)
{
  for (guint e = 0; e < exprs->len; e++)
    if (rush_expr_semantic_equal (exprs->pdata[e], expr))
      return TRUE;
  return FALSE;
}

static void
divide (Distinct *self, const Parts *parts)
{
  g_autoptr (GPtrArray) exprs = new_exprs ();
  g_autoptr (GPtrArray) attributes = new_exprs ();
  g_autoptr (GPtrArray) named = new_exprs ();

  self->plain = new_exprs ();
  self->distinct = new_exprs ();
  for (guint k = 0; k < parts->grouping->n; k++)
    g_ptr_array_add (named, rush_expr_ref (parts->grouping->items[k]));
  for (guint c = 0; c < parts->calls->len; c++)
    {
      const RushExpr *call = parts->calls->pdata[c];

      for (guint i = 0; call->as.aggregate.distinct && i < call->n_children; i++)
        {
          RushExpr *expr = call->children[i], *name;
          g_autofree char *text = NULL;

          if (is_in (exprs, expr) || (expr->flags & RUSH_EXPR_FOLDABLE))
            continue;
          text = rush_expr_to_pretty_sql (expr);
          name = expr->kind == RUSH_EXPR_ATTRIBUTE
                     ? rush_expr_ref (expr)
                     : rush_expr_alias (rush_expr_ref (expr), text, 0);
          g_ptr_array_add (exprs, rush_expr_ref (expr));
          g_ptr_array_add (attributes, rush_expr_to_attribute (name));
          g_ptr_array_add (named, name);
        }
    }
  for (guint c = 0; c < parts->calls->len; c++)
    {
      RushExpr *call = parts->calls->pdata[c];

      if (call->as.aggregate.distinct)
        g_ptr_array_add (self->distinct, over_attributes (call, exprs, attributes));
      else
        g_ptr_array_add (self->plain, rush_expr_ref (call));
    }
  self->grouping = list_of (named);
  self->keys = rush_named_to_attributes (self->grouping);
}

static void
clear_distinct (Distinct *self)
{
  g_ptr_array_unref (self->plain);
  g_ptr_array_unref (self->distinct);
  rush_expr_list_unref (self->grouping);
  rush_expr_list_unref (self->keys);
}

/* Results in the order of the calls: plain ones first. */
static GPtrArray *
results_in_order (const Parts *parts)
{
  GPtrArray *results = new_exprs ();

  for (guint pass = 0; pass < 2; pass++)
    for (guint c = 0; c < parts->calls->len; c++)
      if ((((RushExpr *)parts->calls->pdata[c])->as.aggregate.distinct != 0) == (pass == 1))
        g_ptr_array_add (results, rush_expr_ref (parts->results->pdata[c]));
  return results;
}

static RushExec *
with_distinct (const Parts *parts, const RushEvalSettings *settings, RushExec *child,
               GError **error)
{
  RushAggregateForm form = form_of (parts->calls, settings);
  GPtrArray *first = new_exprs (), *second = new_exprs (), *third = new_exprs ();
  GPtrArray *last = new_exprs ();
  g_autoptr (GPtrArray) results = results_in_order (parts);
  Distinct distinct;

  divide (&distinct, parts);
  add_with_mode (first, distinct.plain, RUSH_AGG_PARTIAL);
  add_with_mode (second, distinct.plain, RUSH_AGG_PARTIAL_MERGE);
  add_with_mode (third, distinct.plain, RUSH_AGG_PARTIAL_MERGE);
  add_with_mode (third, distinct.distinct, RUSH_AGG_PARTIAL);
  add_with_mode (last, distinct.plain, RUSH_AGG_FINAL);
  add_with_mode (last, distinct.distinct, RUSH_AGG_FINAL);
  child = buffer_step (form, NULL, rush_expr_list_ref (distinct.grouping), distinct.keys, first,
                       child, error);
  if (child != NULL)
    child = buffer_step (form, rush_expr_list_ref (distinct.keys),
                         rush_expr_list_ref (distinct.keys), distinct.keys, second, child, error);
  else
    g_ptr_array_unref (second);
  if (child != NULL)
    child = buffer_step (form, NULL, rush_expr_list_ref (parts->keys), parts->keys, third, child,
                         error);
  else
    g_ptr_array_unref (third);
  if (child != NULL)
    child =
        final_step (form, parts, last, results, rush_expr_list_ref (parts->outputs), child, error);
  else
    g_ptr_array_unref (last);
  clear_distinct (&distinct);
  return child;
}

RushExec *
rush_plan_aggregation (RushQuery *query, RushPlan *plan, GError **error)
{
  const RushEvalSettings *settings = rush_query_settings (query);
  gboolean has_distinct = FALSE;
  RushExec *child, *exec;
  Parts parts;

  if (plan->kind != RUSH_PLAN_AGGREGATE)
    return NULL;
  child = rush_plan_later (query, plan->children[0], error);
  if (child == NULL)
    return NULL;
  take_apart (&parts, plan);
  for (guint c = 0; c < parts.calls->len; c++)
    has_distinct |= ((RushExpr *)parts.calls->pdata[c])->as.aggregate.distinct;
  exec = has_distinct ? with_distinct (&parts, settings, child, error)
                      : without_distinct (&parts, settings, child, error);
  clear_parts (&parts);
  return exec;
}
