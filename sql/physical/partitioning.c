/* partitioning.c - what is known of where rows are, and whether it is enough.
 *
 *   required \ have   single   hash (e…)              range (o…)               others
 *   all tuples        yes      n = 1                  n = 1                    n = 1
 *   clustered (k…)    yes      every e is one of k    every o is one of k      n = 1
 *   ordered (o…)      yes      n = 1                  one is the other's start n = 1
 *
 * A join on (a, b) is content with rows hashed by (a) alone: who has equal (a, b) has equal (a).
 *
 * Mirrors: org.apache.spark.sql.catalyst.plans.physical.{Partitioning,Distribution}.
 */
#include "sql/physical/exec.h"

RushPartitioning *
rush_partitioning_new (RushPartitioningKind kind, guint n_partitions, RushExprList *expressions)
{
  RushPartitioning *self = g_new0 (RushPartitioning, 1);

  rush_ref_count_init (&self->refs);
  self->kind = kind;
  self->n_partitions = kind == RUSH_PARTITIONING_SINGLE ? 1 : n_partitions;
  self->expressions = expressions;
  return self;
}

RushPartitioning *
rush_partitioning_either (RushPartitioning *a, RushPartitioning *b)
{
  RushPartitioning *self =
      rush_partitioning_new (RUSH_PARTITIONING_COLLECTION, a->n_partitions, NULL);

  self->n_alternatives = 2;
  self->alternatives = g_new (RushPartitioning *, 2);
  self->alternatives[0] = a;
  self->alternatives[1] = b;
  return self;
}

RushPartitioning *
rush_partitioning_ref (RushPartitioning *self)
{
  rush_ref_count_inc (&self->refs);
  return self;
}

void
rush_partitioning_unref (RushPartitioning *self)
{
  if (self == NULL || !rush_ref_count_dec (&self->refs))
    return;
  rush_expr_list_unref (self->expressions);
  for (guint i = 0; i < self->n_alternatives; i++)
    rush_partitioning_unref (self->alternatives[i]);
  g_free (self->alternatives);
  g_free (self);
}

/* ---- text ---- */

static char *
call_text (const char *name, const RushExprList *expressions, guint n)
{
  g_autoptr (GString) out = g_string_new (name);

  g_string_append_c (out, '(');
  for (guint i = 0; i < expressions->n; i++)
    {
      g_autofree char *text = rush_expr_to_string (expressions->items[i]);
      g_string_append_printf (out, "%s, ", text);
    }
  g_string_append_printf (out, "%u)", n);
  return g_string_free (g_steal_pointer (&out), FALSE);
}

char *
rush_partitioning_to_string (const RushPartitioning *self)
{
  switch (self->kind)
    {
    case RUSH_PARTITIONING_UNKNOWN:
      return g_strdup_printf ("UnknownPartitioning(%u)", self->n_partitions);
    case RUSH_PARTITIONING_SINGLE:
      return g_strdup ("SinglePartition");
    case RUSH_PARTITIONING_HASH:
      return call_text ("hashpartitioning", self->expressions, self->n_partitions);
    case RUSH_PARTITIONING_RANGE:
      return call_text ("rangepartitioning", self->expressions, self->n_partitions);
    case RUSH_PARTITIONING_ROUND_ROBIN:
      return g_strdup_printf ("RoundRobinPartitioning(%u)", self->n_partitions);
    case RUSH_PARTITIONING_BROADCAST:
      return g_strdup ("BroadcastPartitioning");
    case RUSH_PARTITIONING_COLLECTION:
      return rush_partitioning_to_string (self->alternatives[0]);
    }
  g_assert_not_reached ();
}

/* ---- what is required ---- */

static const RushExpr *
without_order (const RushExpr *expr)
{
  return expr->kind == RUSH_EXPR_SORT_ORDER ? expr->children[0] : expr;
}

static gboolean
contains (const RushExprList *list, const RushExpr *expr)
{
  for (guint i = 0; i < list->n; i++)
    if (rush_expr_semantic_equal (without_order (list->items[i]), without_order (expr)))
      return TRUE;
  return FALSE;
}

static gboolean
is_subset (const RushExprList *some, const RushExprList *of)
{
  for (guint i = 0; i < some->n; i++)
    if (!contains (of, some->items[i]))
      return FALSE;
  return some->n > 0;
}

gboolean
rush_ordering_satisfies (const RushExprList *have, const RushExprList *required)
{
  if (required == NULL || required->n == 0)
    return TRUE;
  if (have == NULL || have->n < required->n)
    return FALSE;
  for (guint i = 0; i < required->n; i++)
    if (!rush_expr_semantic_equal (have->items[i], required->items[i]))
      return FALSE;
  return TRUE;
}

static gboolean
satisfies_clustered (const RushPartitioning *self, const RushExprList *keys)
{
  return (self->kind == RUSH_PARTITIONING_HASH || self->kind == RUSH_PARTITIONING_RANGE) &&
         is_subset (self->expressions, keys);
}

static gboolean
satisfies_ordered (const RushPartitioning *self, const RushExprList *orders)
{
  return self->kind == RUSH_PARTITIONING_RANGE &&
         (rush_ordering_satisfies (self->expressions, orders) ||
          rush_ordering_satisfies (orders, self->expressions));
}

gboolean
rush_partitioning_satisfies (const RushPartitioning *self, const RushDistribution *required)
{
  gboolean one = self->n_partitions == 1 && self->kind != RUSH_PARTITIONING_BROADCAST;

  for (guint i = 0; i < self->n_alternatives; i++)
    if (rush_partitioning_satisfies (self->alternatives[i], required))
      return TRUE;
  switch (required->kind)
    {
    case RUSH_DISTRIBUTION_ANY:
      return self->kind != RUSH_PARTITIONING_BROADCAST;
    case RUSH_DISTRIBUTION_ALL_TUPLES:
      return one;
    case RUSH_DISTRIBUTION_CLUSTERED:
      return one || satisfies_clustered (self, required->expressions);
    case RUSH_DISTRIBUTION_ORDERED:
      return one || satisfies_ordered (self, required->expressions);
    case RUSH_DISTRIBUTION_BROADCAST:
    case RUSH_DISTRIBUTION_NULL_AWARE_BROADCAST:
      return self->kind == RUSH_PARTITIONING_BROADCAST;
    }
  g_assert_not_reached ();
}

/* ---- through a projection ---- */

/* What an attribute is called behind a projection. */
static RushExpr *
renamed (const RushExpr *attribute, const RushExprList *named)
{
  RushExpr *alias = NULL;

  for (guint i = 0; i < named->n; i++)
    {
      RushExpr *item = named->items[i];

      if (item->kind == RUSH_EXPR_ATTRIBUTE && item->as.attribute.id == attribute->as.attribute.id)
        return rush_expr_ref (item);
      if (alias == NULL && item->kind == RUSH_EXPR_ALIAS &&
          item->children[0]->kind == RUSH_EXPR_ATTRIBUTE &&
          item->children[0]->as.attribute.id == attribute->as.attribute.id)
        alias = item;
    }
  return alias != NULL ? rush_expr_to_attribute (alias) : NULL;
}

typedef struct
{
  const RushExprList *named;
  gboolean lost;
} Projection;

static RushExpr *
project_node (RushExpr *node, gpointer data, GError **error)
{
  Projection *projection = data;
  RushExpr *other;

  if (node->kind != RUSH_EXPR_ATTRIBUTE)
    return rush_expr_ref (node);
  other = renamed (node, projection->named);
  projection->lost |= other == NULL;
  return other != NULL ? other : rush_expr_ref (node);
}

/* NULL: an attribute of it is gone. */
static RushExpr *
project_expr (RushExpr *expr, const RushExprList *named)
{
  Projection projection = { named, FALSE };
  g_autoptr (RushExpr) result = NULL;

  for (guint i = 0; i < named->n; i++)
    if (named->items[i]->kind == RUSH_EXPR_ALIAS && expr->kind != RUSH_EXPR_SORT_ORDER &&
        rush_expr_semantic_equal (named->items[i]->children[0], expr))
      return rush_expr_to_attribute (named->items[i]);
  result = rush_expr_transform_up (expr, project_node, &projection, NULL);
  return projection.lost ? NULL : g_steal_pointer (&result);
}

RushExprList *
rush_ordering_project (const RushExprList *orders, const RushExprList *named)
{
  g_autoptr (GPtrArray) kept = g_ptr_array_new_with_free_func ((GDestroyNotify)rush_expr_unref);

  for (guint i = 0; orders != NULL && i < orders->n; i++)
    {
      RushExpr *order = project_expr (orders->items[i], named);
      if (order == NULL)
        break;
      g_ptr_array_add (kept, order);
    }
  return kept->len > 0 ? rush_expr_list_from_array (g_steal_pointer (&kept)) : NULL;
}

RushExprList *
rush_list_renamed (const RushExprList *from, const RushExprList *to)
{
  g_autofree RushExpr **named = g_new (RushExpr *, to->n + 1);

  g_assert (from->n == to->n);
  for (guint i = 0; i < to->n; i++)
    {
      guint64 id = rush_expr_named_id (to->items[i]);

      named[i] =
          id == rush_expr_named_id (from->items[i])
              ? rush_expr_ref (to->items[i])
              : rush_expr_alias (rush_expr_ref (from->items[i]), rush_expr_name (to->items[i]), id);
    }
  return rush_expr_list_new (to->n, named);
}

RushPartitioning *
rush_partitioning_project (RushPartitioning *self, const RushExprList *named)
{
  GPtrArray *exprs;

  for (guint i = 0; i < self->n_alternatives; i++)
    {
      g_autoptr (RushPartitioning) other = rush_partitioning_project (self->alternatives[i], named);
      if (other->kind != RUSH_PARTITIONING_UNKNOWN)
        return g_steal_pointer (&other);
    }
  if (self->kind == RUSH_PARTITIONING_COLLECTION)
    return rush_partitioning_new (RUSH_PARTITIONING_UNKNOWN, self->n_partitions, NULL);
  if (self->expressions == NULL)
    return rush_partitioning_ref (self);
  exprs = g_ptr_array_new_with_free_func ((GDestroyNotify)rush_expr_unref);
  for (guint i = 0; i < self->expressions->n; i++)
    {
      RushExpr *expr = project_expr (self->expressions->items[i], named);
      if (expr == NULL)
        {
          g_ptr_array_unref (exprs);
          return rush_partitioning_new (RUSH_PARTITIONING_UNKNOWN, self->n_partitions, NULL);
        }
      g_ptr_array_add (exprs, expr);
    }
  return rush_partitioning_new (self->kind, self->n_partitions, rush_expr_list_from_array (exprs));
}
