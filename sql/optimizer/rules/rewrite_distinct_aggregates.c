/* rewrite_distinct_aggregates.c - several DISTINCTs at once: each row is expanded into one for each
 * of them.
 *
 *   Aggregate [k#1] [count(distinct a#2), count(distinct b#3), sum(c#4)]
 *   └── t
 *                                    ↓
 *   Aggregate [k#1] [count(a#5) FILTER (gid#7 = 1), count(b#6) FILTER (gid#7 = 2),
 *   │                first(sum#9) FILTER (gid#7 = 0)]
 *   └── Aggregate [k#1, a#5, b#6, gid#7] [k#1, a#5, b#6, gid#7, sum(c#8) AS sum#9]
 *  └── Expand [[k#1, null, null, 0, c#4], [k#1, a#2, null, 1, null], [k#1, null, b#3, 2, null]]
 *           └── t
 *
 * The inner aggregate leaves one row for each different value (of the group that gid names), so
 * that the outer one need not look for equal values; what is not distinct is computed in the rows
 * of group 0 and passed on.  One set of distinct columns alone is the physical planner's business.
 */
#include "sql/optimizer/optimizer_private.h"

/* An expression of the input, and the column of Expand that carries it. */
typedef struct
{
  GPtrArray *exprs;   /* RushExpr */
  GPtrArray *columns; /* RushExpr: attributes */
} Inputs;

typedef struct
{
  GPtrArray *args; /* RushExpr: the distinct columns */
} Group;

typedef struct
{
  RushPlan *node;
  GPtrArray *groups; /* Group */
  Inputs distinct, regular;
  GPtrArray *partials; /* aliases of the inner aggregate */
  RushExpr *gid;
} Rewrite;

/* ---- which distincts there are ---- */

static guint
n_args (const RushExpr *aggregate)
{
  return aggregate->n_children - aggregate->as.aggregate.has_filter;
}

static void
group_free (gpointer data)
{
  g_ptr_array_unref (((Group *)data)->args);
  g_free (data);
}

/* What is counted: the argument, or null where the filter leaves the row out. (transfer full) */
static RushExpr *
distinct_arg (const RushExpr *aggregate, guint i)
{
  RushExpr *arg = rush_expr_ref (aggregate->children[i]);

  if (!aggregate->as.aggregate.has_filter)
    return arg;
  return rush_expr_new (RUSH_EXPR_IF, 3,
                        (RushExpr *[]){ rush_expr_ref (aggregate->children[n_args (aggregate)]),
                                        arg, rush_expr_literal_null (arg->type) });
}

static GPtrArray *
distinct_args (const RushExpr *aggregate)
{
  GPtrArray *args = rush_expr_ptr_array ();

  for (guint i = 0; i < n_args (aggregate); i++)
    rush_add_if_new (args, distinct_arg (aggregate, i));
  return args;
}

static gboolean
same_args (const GPtrArray *a, const GPtrArray *b)
{
  if (a->len != b->len)
    return FALSE;
  for (guint i = 0; i < a->len; i++)
    if (!rush_contains_semantic (b, a->pdata[i]))
      return FALSE;
  return TRUE;
}

/* The number of the group, from 1; a new one if there is none yet. */
static guint
group_of (GPtrArray *groups, const RushExpr *aggregate)
{
  g_autoptr (GPtrArray) args = distinct_args (aggregate);

  for (guint i = 0; i < groups->len; i++)
    if (same_args (((Group *)groups->pdata[i])->args, args))
      return i + 1;
  Group *group = g_new0 (Group, 1);
  group->args = g_steal_pointer (&args);
  g_ptr_array_add (groups, group);
  return groups->len;
}

typedef struct
{
  GPtrArray *groups;
  gboolean filtered;
} Found;

static gboolean
find_distinct (const RushExpr *node, gpointer data)
{
  Found *found = data;

  if (node->kind != RUSH_EXPR_AGGREGATE)
    return FALSE;
  if (node->as.aggregate.distinct)
    {
      group_of (found->groups, node);
      found->filtered |= node->as.aggregate.has_filter;
    }
  return TRUE;
}

/* ---- inputs ---- */

static RushExpr *
column_for (Inputs *inputs, RushExpr *expr)
{
  for (guint i = 0; i < inputs->exprs->len; i++)
    if (rush_expr_semantic_equal (inputs->exprs->pdata[i], expr))
      return rush_expr_ref (inputs->columns->pdata[i]);
  g_autofree char *name = rush_expr_to_pretty_sql (expr);
  RushExpr *column = rush_expr_attribute (name, expr->type, TRUE, rush_expr_id_new (), NULL);
  g_ptr_array_add (inputs->exprs, rush_expr_ref (expr));
  g_ptr_array_add (inputs->columns, rush_expr_ref (column));
  return column;
}

static RushExpr *
gid_is (Rewrite *self, guint gid)
{
  return rush_expr_binary (RUSH_EXPR_EQUAL, rush_expr_ref (self->gid),
                           rush_expr_literal_int (&RUSH_INT32, gid));
}

/* ---- the outer aggregate's functions ---- */

static RushExpr *
of_distinct (Rewrite *self, RushExpr *node)
{
  guint n = n_args (node), gid = group_of (self->groups, node);
  g_autofree RushExpr **args = g_new (RushExpr *, n);

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (RushExpr) arg = distinct_arg (node, i);
      args[i] = column_for (&self->distinct, arg);
    }
  g_autoptr (RushExpr) made =
      rush_expr_aggregate (node->as.aggregate.function, node->type, node->nullable, node->mode,
                           FALSE, gid_is (self, gid), n, args);
  return rush_expr_with_id (made, node->as.aggregate.result_id);
}

/* Computed by the inner aggregate in the rows of group 0, passed on by first (). */
static RushExpr *
of_regular (Rewrite *self, RushExpr *node)
{
  g_autofree RushExpr **children = g_new (RushExpr *, node->n_children);

  for (guint i = 0; i < node->n_children; i++)
    children[i] = node->children[i]->flags & RUSH_EXPR_FOLDABLE
                      ? rush_expr_ref (node->children[i])
                      : column_for (&self->regular, node->children[i]);
  RushExpr *inner = rush_expr_with_children (node, children);
  RushExpr *alias = rush_expr_alias (inner, node->as.aggregate.function->name, 0);
  g_ptr_array_add (self->partials, alias);
  RushExpr *passed = rush_expr_to_attribute (alias);
  /* Rows of other groups must not be seen by count (1), which looks at no column. */
  RushExpr *first = rush_expr_aggregate (rush_function_find ("first"), node->type, TRUE, node->mode,
                                         FALSE, gid_is (self, 0), 1, &passed);
  first->as.aggregate.ignore_nulls = TRUE;
  if (!g_str_equal (node->as.aggregate.function->name, "count"))
    return first;
  return rush_expr_new (RUSH_EXPR_COALESCE, 2,
                        (RushExpr *[]){ first, rush_expr_literal_int (node->type, 0) });
}

static RushExpr *
replace (RushExpr *node, gpointer data, GError **error)
{
  if (node->kind != RUSH_EXPR_AGGREGATE)
    return rush_expr_ref (node);
  return node->as.aggregate.distinct ? of_distinct (data, node) : of_regular (data, node);
}

/* ---- Expand ---- */

static void
add_inputs (GPtrArray *into, const Inputs *inputs, const GPtrArray *wanted, gboolean all)
{
  for (guint i = 0; i < inputs->exprs->len; i++)
    {
      RushExpr *expr = inputs->exprs->pdata[i];
      gboolean carried = all || (wanted != NULL && rush_contains_semantic (wanted, expr));
      g_ptr_array_add (into, carried ? rush_expr_ref (expr) : rush_expr_literal_null (expr->type));
    }
}

/* The projection of group @gid; 0: what is not distinct. */
static void
add_projection (Rewrite *self, GPtrArray *into, const GPtrArray *keys, guint gid)
{
  const GPtrArray *args = gid > 0 ? ((Group *)self->groups->pdata[gid - 1])->args : NULL;

  for (guint i = 0; i < keys->len; i++)
    g_ptr_array_add (into, rush_expr_ref (keys->pdata[i]));
  add_inputs (into, &self->distinct, args, FALSE);
  g_ptr_array_add (into, rush_expr_literal_int (&RUSH_INT32, gid));
  add_inputs (into, &self->regular, NULL, gid == 0);
}

static void
add_all (GPtrArray *into, const GPtrArray *items)
{
  for (guint i = 0; i < items->len; i++)
    g_ptr_array_add (into, rush_expr_ref (items->pdata[i]));
}

static RushPlan *
expanded (Rewrite *self, const GPtrArray *keys)
{
  GPtrArray *projections = rush_expr_ptr_array (), *output = rush_expr_ptr_array ();
  guint first = self->partials->len > 0 ? 0 : 1;

  for (guint gid = first; gid <= self->groups->len; gid++)
    add_projection (self, projections, keys, gid);
  add_all (output, keys);
  add_all (output, self->distinct.columns);
  g_ptr_array_add (output, rush_expr_ref (self->gid));
  add_all (output, self->regular.columns);
  return rush_plan_expand (self->groups->len + 1 - first, rush_expr_list_from_array (projections),
                           rush_expr_list_from_array (output),
                           rush_plan_ref (self->node->children[0]));
}

/* ---- putting it together ---- */

static GPtrArray *
key_columns (const RushExprList *grouping)
{
  GPtrArray *keys = rush_expr_ptr_array ();

  for (guint i = 0; i < grouping->n; i++)
    if (grouping->items[i]->kind == RUSH_EXPR_ATTRIBUTE)
      rush_add_if_new (keys, rush_expr_ref (grouping->items[i]));
  return keys;
}

static RushPlan *
build (Rewrite *self, RushExprList *results)
{
  g_autoptr (GPtrArray) keys = key_columns (self->node->lists[0]);
  GPtrArray *grouping = rush_expr_ptr_array ();

  add_all (grouping, keys);
  add_all (grouping, self->distinct.columns);
  g_ptr_array_add (grouping, rush_expr_ref (self->gid));
  GPtrArray *inner = rush_expr_ptr_array ();
  add_all (inner, grouping);
  add_all (inner, self->partials);
  RushPlan *below = rush_plan_aggregate (rush_expr_list_from_array (grouping),
                                         rush_expr_list_from_array (inner), expanded (self, keys));
  return rush_plan_aggregate (rush_expr_list_ref (self->node->lists[0]), results, below);
}

static RushPlan *
rewrite_aggregate (RushPlan *node, GPtrArray *groups, GError **error)
{
  Rewrite self = { .node = node,
                   .groups = groups,
                   .distinct = { rush_expr_ptr_array (), rush_expr_ptr_array () },
                   .regular = { rush_expr_ptr_array (), rush_expr_ptr_array () },
                   .partials = rush_expr_ptr_array (),
                   .gid =
                       rush_expr_attribute ("gid", &RUSH_INT32, FALSE, rush_expr_id_new (), NULL) };
  RushExprList *results = rush_expr_list_transform_up (node->lists[1], replace, &self, error);
  RushPlan *made = results != NULL ? build (&self, results) : NULL;

  g_ptr_array_unref (self.distinct.exprs);
  g_ptr_array_unref (self.distinct.columns);
  g_ptr_array_unref (self.regular.exprs);
  g_ptr_array_unref (self.regular.columns);
  g_ptr_array_unref (self.partials);
  rush_expr_unref (self.gid);
  return made;
}

static RushPlan *
rewrite (RushPlan *node, gpointer data, GError **error)
{
  if (node->kind != RUSH_PLAN_AGGREGATE)
    return rush_plan_ref (node);
  g_autoptr (GPtrArray) groups = g_ptr_array_new_with_free_func (group_free);
  Found found = { groups, FALSE };
  for (guint i = 0; i < node->lists[1]->n; i++)
    rush_expr_visit (node->lists[1]->items[i], find_distinct, &found);
  if (groups->len < 2 && !found.filtered)
    return rush_plan_ref (node);
  return rewrite_aggregate (node, groups, error);
}

RUSH_PLAN_RULE_UP (rewrite_distinct_aggregates, "RewriteDistinctAggregates");
