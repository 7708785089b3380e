/* logical_equal.c - when two plans are the same.
 *
 *   equal        every node, payload and expression is equal
 *   same result  the same rows, though ids and names differ:
 *
 *     Project [a#1]          Project [a#7]        #1 ↔ #7
 *     +- Relation [a#1,b#2]  +- Relation [a#7,b#8]
 *
 * same_result walks both plans from the leaves up and notes which id of the first stands for which
 * of the second; expressions of the first are compared with those ids put in.
 *
 * Mirrors:
 QueryPlan.{sameResult,canonicalized,doCanonicalize}. */
#include "sql/plan/logical_private.h"

gboolean
rush_plan_equal (const RushPlan *a, const RushPlan *b)
{
  if (a == b)
    return TRUE;
  if (a->kind != b->kind || a->n_children != b->n_children || a->n_lists != b->n_lists ||
      a->plan_id != b->plan_id || !rush_plan_payload_equal (a, b))
    return FALSE;
  for (guint i = 0; i < a->n_lists; i++)
    {
      if (a->lists[i]->n != b->lists[i]->n)
        return FALSE;
      for (guint j = 0; j < a->lists[i]->n; j++)
        if (!rush_expr_equal (a->lists[i]->items[j], b->lists[i]->items[j]))
          return FALSE;
    }
  for (guint i = 0; i < a->n_children; i++)
    if (!rush_plan_equal (a->children[i], b->children[i]))
      return FALSE;
  return TRUE;
}

/* ── the same rows ── */

static void
map_id (GHashTable *ids, RushExprId from, RushExprId to)
{
  g_hash_table_insert (ids, GSIZE_TO_POINTER (from), GSIZE_TO_POINTER (to));
}

static RushExpr *
put_id (RushExpr *node, gpointer data, GError **error)
{
  GHashTable *ids = data;
  gpointer to;

  if ((node->kind != RUSH_EXPR_ATTRIBUTE && node->kind != RUSH_EXPR_LAMBDA_VARIABLE) ||
      !g_hash_table_lookup_extended (ids, GSIZE_TO_POINTER (node->as.attribute.id), NULL, &to))
    return rush_expr_ref (node);
  return rush_expr_with_id (node, GPOINTER_TO_SIZE (to));
}

static gboolean
same_expression (const RushExpr *a, const RushExpr *b, GHashTable *ids)
{
  gboolean alias = a->kind == RUSH_EXPR_ALIAS && b->kind == RUSH_EXPR_ALIAS;
  RushExpr *inner = alias ? a->children[0] : (RushExpr *)a;
  g_autoptr (RushExpr) mapped = rush_expr_transform_up (inner, put_id, ids, NULL);

  if (!rush_expr_semantic_equal (mapped, alias ? b->children[0] : b))
    return FALSE;
  if (alias)
    map_id (ids, a->as.attribute.id, b->as.attribute.id);
  return TRUE;
}

/* Lists of new columns have nothing to compare but types: which ones they are follows from the
 * payload or from the other lists. */
static gboolean
is_new_output (const RushPlan *self, guint list)
{
  switch ((int)self->kind)
    {
    case RUSH_PLAN_LOCAL_RELATION:
    case RUSH_PLAN_RANGE:
    case RUSH_PLAN_RELATION:
    case RUSH_PLAN_RDD_RELATION:
    case RUSH_PLAN_CACHED_RELATION:
    case RUSH_PLAN_CTE_REFERENCE:
    case RUSH_PLAN_UNION_LOOP:
    case RUSH_PLAN_UNION_LOOP_REF:
    case RUSH_PLAN_EXPAND:
      return list == 0;
    case RUSH_PLAN_GENERATE:
    case RUSH_PLAN_PYTHON_EVAL:
    case RUSH_PLAN_MAP_IN_PYTHON:
      return list == 1;
    default:
      return FALSE;
    }
}

/* A relation's columns are told apart by name: a pruned scan of other columns is another scan. */
static gboolean
same_output (const RushPlan *a, const RushExprList *x, const RushExprList *y, GHashTable *ids)
{
  for (guint i = 0; i < x->n; i++)
    {
      const RushExpr *p = x->items[i], *q = y->items[i];

      if (p->type != q->type || (a->kind == RUSH_PLAN_RELATION &&
                                 g_strcmp0 (p->as.attribute.name, q->as.attribute.name) != 0))
        return FALSE;
      map_id (ids, p->as.attribute.id, q->as.attribute.id);
    }
  return TRUE;
}

static gboolean
same_list (const RushPlan *a, const RushPlan *b, guint list, GHashTable *ids)
{
  const RushExprList *x = a->lists[list], *y = b->lists[list];

  if (x->n != y->n)
    return FALSE;
  if (is_new_output (a, list))
    return same_output (a, x, y, ids);
  for (guint i = 0; i < x->n; i++)
    if (!same_expression (x->items[i], y->items[i], ids))
      return FALSE;
  return TRUE;
}

/* Names of tables in a query do not change its rows. */
static const RushPlan *
without_aliases (const RushPlan *self)
{
  while (self->kind == RUSH_PLAN_SUBQUERY_ALIAS || self->kind == RUSH_PLAN_VIEW)
    self = self->children[0];
  return self;
}

static gboolean
same_result (const RushPlan *a, const RushPlan *b, GHashTable *ids)
{
  a = without_aliases (a);
  b = without_aliases (b);
  if (a->kind != b->kind || a->n_children != b->n_children || a->n_lists != b->n_lists ||
      !rush_plan_payload_equal (a, b))
    return FALSE;
  for (guint i = 0; i < a->n_children; i++)
    if (!same_result (a->children[i], b->children[i], ids))
      return FALSE;
  if (a->kind == RUSH_PLAN_JOIN && a->as.join.exists != NULL)
    map_id (ids, a->as.join.exists->as.attribute.id, b->as.join.exists->as.attribute.id);
  for (guint i = 0; i < a->n_lists; i++)
    if (!same_list (a, b, i, ids))
      return FALSE;
  return TRUE;
}

gboolean
rush_plan_same_result (const RushPlan *a, const RushPlan *b)
{
  g_autoptr (GHashTable) ids = NULL;

  if (a == b)
    return TRUE;
  ids = g_hash_table_new (NULL, NULL);
  return same_result (a, b, ids);
}
