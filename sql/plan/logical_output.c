/* logical_output.c - what a plan puts out, and whether it is resolved.
 *
 *   PROJECT [a#1, b#2 + 1 AS c#7]   →  a#1, c#7
 *   JOIN LeftOuter                  →  left's columns; right's, which may now be null
 *   UNION                           →  the first child's ids; null where any child may be null
 *
 * A plan is resolved if all below it is, its expressions have types, and what its kind demands
 * holds: conditions are boolean, the columns of a set operation have equal types, the two sides of
 * a join share no ids, windows and generators have been taken out of projections.
 *
 * Mirrors: the output and resolved of each LogicalPlan.
 */
#include "sql/plan/logical_private.h"

/* ── flags ── */

static const RushExprFlags kept = RUSH_EXPR_HAS_AGGREGATE | RUSH_EXPR_HAS_WINDOW |
                                  RUSH_EXPR_HAS_SUBQUERY | RUSH_EXPR_HAS_PYTHON |
                                  RUSH_EXPR_HAS_OUTER | RUSH_EXPR_HAS_GENERATOR;

static RushExprFlags
all_flags (const RushPlan *self)
{
  RushExprFlags flags = 0;

  for (guint i = 0; i < self->n_lists; i++)
    for (guint j = 0; j < self->lists[i]->n; j++)
      flags |= self->lists[i]->items[j]->flags & kept;
  return flags;
}

static gboolean
expressions_resolved (const RushPlan *self)
{
  for (guint i = 0; i < self->n_lists; i++)
    for (guint j = 0; j < self->lists[i]->n; j++)
      if (!rush_expr_is_resolved (self->lists[i]->items[j]))
        return FALSE;
  return TRUE;
}

static gboolean
children_resolved (const RushPlan *self)
{
  for (guint i = 0; i < self->n_children; i++)
    if (!self->children[i]->resolved)
      return FALSE;
  return TRUE;
}

/* ── resolvedness ── */

static gboolean
condition_is_boolean (const RushPlan *self)
{
  return self->lists[0]->n == 0 || self->lists[0]->items[0]->type == &RUSH_BOOL;
}

static gboolean
sides_share_no_ids (const RushPlan *self)
{
  g_autoptr (RushExprIdSet) left = rush_expr_id_set_new ();
  const RushExprList *right = self->children[1]->output;

  rush_expr_id_set_add_list (left, self->children[0]->output);
  for (guint i = 0; i < right->n; i++)
    if (rush_expr_id_set_has (left, right->items[i]->as.attribute.id))
      return FALSE;
  return TRUE;
}

static gboolean
outputs_match (const RushPlan *self)
{
  const RushExprList *first = self->children[0]->output;

  for (guint i = 1; i < self->n_children; i++)
    {
      const RushExprList *other = self->children[i]->output;

      if (other->n != first->n)
        return FALSE;
      for (guint j = 0; j < first->n; j++)
        if (!rush_type_same_shape (first->items[j]->type, other->items[j]->type))
          return FALSE;
    }
  return TRUE;
}

static gboolean
kind_resolved (const RushPlan *self)
{
  switch ((int)self->kind)
    {
    case RUSH_PLAN_UNRESOLVED_RELATION:
    case RUSH_PLAN_UNRESOLVED_TABLE_FUNCTION:
    case RUSH_PLAN_UNRESOLVED_INLINE_TABLE:
    case RUSH_PLAN_UNRESOLVED_HAVING:
    case RUSH_PLAN_UNRESOLVED_QUALIFY:
    case RUSH_PLAN_UNRESOLVED_WITH:
    case RUSH_PLAN_UNRESOLVED_WINDOWS:
    case RUSH_PLAN_UNRESOLVED_COLUMN_ALIASES:
    case RUSH_PLAN_UNRESOLVED_HINT:
    case RUSH_PLAN_UNRESOLVED_PIVOT:
    case RUSH_PLAN_UNRESOLVED_UNPIVOT:
      return FALSE;
    case RUSH_PLAN_PROJECT:
      return !(self->flags &
               (RUSH_EXPR_HAS_AGGREGATE | RUSH_EXPR_HAS_WINDOW | RUSH_EXPR_HAS_GENERATOR));
    case RUSH_PLAN_AGGREGATE:
      return !(self->flags & (RUSH_EXPR_HAS_WINDOW | RUSH_EXPR_HAS_GENERATOR));
    case RUSH_PLAN_FILTER:
      return condition_is_boolean (self);
    case RUSH_PLAN_GENERATE:
      return self->lists[1]->n > 0;
    case RUSH_PLAN_UNION_LOOP:
    case RUSH_PLAN_UNION_LOOP_REF:
      return self->lists[0]->n > 0;
    case RUSH_PLAN_JOIN:
      return !self->as.join.natural && self->as.join.using_columns == NULL &&
             condition_is_boolean (self) && sides_share_no_ids (self);
    case RUSH_PLAN_LATERAL_JOIN:
      return condition_is_boolean (self) && sides_share_no_ids (self);
    case RUSH_PLAN_UNION:
      return !self->as.setop.by_name && outputs_match (self);
    case RUSH_PLAN_INTERSECT:
    case RUSH_PLAN_EXCEPT:
      return outputs_match (self) && sides_share_no_ids (self);
    default:
      return TRUE;
    }
}

/* ── output ── */

static RushExprList *
output_of (const RushPlan *child)
{
  return child->output != NULL ? rush_expr_list_ref (child->output) : NULL;
}

/* Attributes of named expressions; NULL if one is not named or has no type yet. */
static RushExprList *
attributes_of (const RushExprList *named)
{
  g_autoptr (GPtrArray) items = g_ptr_array_new_with_free_func ((GDestroyNotify)rush_expr_unref);

  for (guint i = 0; i < named->n; i++)
    {
      RushExpr *item = named->items[i];

      if ((item->kind != RUSH_EXPR_ATTRIBUTE && item->kind != RUSH_EXPR_ALIAS) ||
          item->type == NULL)
        return NULL;
      g_ptr_array_add (items, rush_expr_to_attribute (item));
    }
  return rush_expr_list_from_array (g_steal_pointer (&items));
}

typedef enum
{
  KEEP,
  MAKE_NULLABLE,
} Nullability;

static void
add_all (GPtrArray *into, const RushExprList *attributes, Nullability nullability)
{
  for (guint i = 0; i < attributes->n; i++)
    g_ptr_array_add (into, nullability == KEEP
                               ? rush_expr_ref (attributes->items[i])
                               : rush_expr_with_nullable (attributes->items[i], TRUE));
}

static RushExprList *
join_output (const RushPlan *self)
{
  const RushExprList *left = self->children[0]->output, *right = self->children[1]->output;
  RushJoinType type = self->as.join.type;
  gboolean left_nullable = type == RUSH_JOIN_RIGHT_OUTER || type == RUSH_JOIN_FULL_OUTER;
  gboolean right_nullable = type == RUSH_JOIN_LEFT_OUTER || type == RUSH_JOIN_FULL_OUTER;
  GPtrArray *items;

  if (left == NULL || right == NULL)
    return NULL;
  items = g_ptr_array_new ();
  add_all (items, left, left_nullable ? MAKE_NULLABLE : KEEP);
  if (type == RUSH_JOIN_EXISTENCE)
    g_ptr_array_add (items, rush_expr_ref (self->as.join.exists));
  else if (type != RUSH_JOIN_LEFT_SEMI && type != RUSH_JOIN_LEFT_ANTI)
    add_all (items, right, right_nullable ? MAKE_NULLABLE : KEEP);
  return rush_expr_list_from_array (items);
}

/* Column @i of all children as one: the first one's, with the types and nullability of all. */
static RushExpr *
merged_column (const RushPlan *self, guint i)
{
  RushExpr *first = self->children[0]->output->items[i];
  const RushType *type = first->type;
  gboolean nullable = first->nullable, both = self->kind == RUSH_PLAN_INTERSECT;

  for (guint c = 1; c < self->n_children && self->kind != RUSH_PLAN_EXCEPT; c++)
    {
      const RushExpr *other = self->children[c]->output->items[i];
      const RushType *merged = rush_type_merge (type, other->type);

      type = merged != NULL ? merged : type;
      nullable = both ? nullable && other->nullable : nullable || other->nullable;
    }
  return rush_expr_with_type (first, type, nullable);
}

static RushExprList *
setop_output (const RushPlan *self)
{
  GPtrArray *items;

  for (guint i = 0; i < self->n_children; i++)
    if (self->children[i]->output == NULL ||
        self->children[i]->output->n != self->children[0]->output->n)
      return self->children[0]->output != NULL ? output_of (self->children[0]) : NULL;
  items = g_ptr_array_new ();
  for (guint i = 0; i < self->children[0]->output->n; i++)
    g_ptr_array_add (items, merged_column (self, i));
  return rush_expr_list_from_array (items);
}

static RushExprList *
generate_output (const RushPlan *self)
{
  const RushExprList *child = self->children[0]->output, *own = self->lists[1];
  GArray *unrequired = self->as.generate.unrequired;
  GPtrArray *items;

  if (child == NULL || own->n == 0)
    return NULL;
  items = g_ptr_array_new ();
  for (guint i = 0, skip = 0; i < child->n; i++)
    if (unrequired != NULL && skip < unrequired->len &&
        g_array_index (unrequired, guint, skip) == i)
      skip++;
    else
      g_ptr_array_add (items, rush_expr_ref (child->items[i]));
  for (guint i = 0; i < own->n; i++)
    {
      RushExpr *nullable = self->as.generate.outer ? rush_expr_with_nullable (own->items[i], TRUE)
                                                   : rush_expr_ref (own->items[i]);
      const char *qualifier[] = { self->as.generate.qualifier, NULL };

      if (qualifier[0] == NULL)
        g_ptr_array_add (items, nullable);
      else
        {
          g_ptr_array_add (items, rush_expr_with_qualifier (nullable, qualifier));
          rush_expr_unref (nullable);
        }
    }
  return rush_expr_list_from_array (items);
}

static RushExprList *
qualified_output (const RushPlan *self)
{
  const RushExprList *child = self->children[0]->output;
  GPtrArray *items;

  if (child == NULL)
    return NULL;
  items = g_ptr_array_new ();
  for (guint i = 0; i < child->n; i++)
    g_ptr_array_add (items, rush_expr_with_qualifier (child->items[i],
                                                      (const char *const *)self->as.names.names));
  return rush_expr_list_from_array (items);
}

/* The child's columns and those of @more. */
static RushExprList *
child_and (const RushPlan *self, const RushExprList *more)
{
  g_autoptr (RushExprList) own = attributes_of (more);
  GPtrArray *items;

  if (self->children[0]->output == NULL || own == NULL)
    return NULL;
  items = g_ptr_array_new ();
  add_all (items, self->children[0]->output, KEEP);
  add_all (items, own, KEEP);
  return rush_expr_list_from_array (items);
}

static RushExprList *
derive_output (const RushPlan *self)
{
  switch (self->kind)
    {
    case RUSH_PLAN_UNRESOLVED_RELATION:
    case RUSH_PLAN_UNRESOLVED_TABLE_FUNCTION:
    case RUSH_PLAN_UNRESOLVED_INLINE_TABLE:
    case RUSH_PLAN_UNRESOLVED_WITH:
    case RUSH_PLAN_UNRESOLVED_COLUMN_ALIASES:
    case RUSH_PLAN_UNRESOLVED_PIVOT:
    case RUSH_PLAN_UNRESOLVED_UNPIVOT:
    case RUSH_PLAN_N_KINDS:
      return NULL;
    case RUSH_PLAN_ONE_ROW:
    case RUSH_PLAN_COMMAND:
      return rush_expr_list_new (0, NULL);
    case RUSH_PLAN_LOCAL_RELATION:
    case RUSH_PLAN_RANGE:
    case RUSH_PLAN_RELATION:
    case RUSH_PLAN_RDD_RELATION:
    case RUSH_PLAN_CACHED_RELATION:
    case RUSH_PLAN_CTE_REFERENCE:
    case RUSH_PLAN_UNION_LOOP:
    case RUSH_PLAN_UNION_LOOP_REF:
    case RUSH_PLAN_EXPAND:
      return rush_expr_list_ref (self->lists[0]);
    case RUSH_PLAN_PROJECT:
      return attributes_of (self->lists[0]);
    case RUSH_PLAN_AGGREGATE:
    case RUSH_PLAN_MAP_IN_PYTHON:
      return attributes_of (self->lists[1]);
    case RUSH_PLAN_WINDOW:
      return child_and (self, self->lists[0]);
    case RUSH_PLAN_PYTHON_EVAL:
      return child_and (self, self->lists[1]);
    case RUSH_PLAN_GENERATE:
      return generate_output (self);
    case RUSH_PLAN_SUBQUERY_ALIAS:
      return qualified_output (self);
    case RUSH_PLAN_JOIN:
    case RUSH_PLAN_LATERAL_JOIN:
      return join_output (self);
    case RUSH_PLAN_UNION:
    case RUSH_PLAN_INTERSECT:
    case RUSH_PLAN_EXCEPT:
      return setop_output (self);
    case RUSH_PLAN_WITH_CTE:
      return output_of (self->children[self->n_children - 1]);
    case RUSH_PLAN_UNRESOLVED_HAVING:
    case RUSH_PLAN_UNRESOLVED_QUALIFY:
    case RUSH_PLAN_UNRESOLVED_WINDOWS:
    case RUSH_PLAN_UNRESOLVED_HINT:
    case RUSH_PLAN_FILTER:
    case RUSH_PLAN_SORT:
    case RUSH_PLAN_GLOBAL_LIMIT:
    case RUSH_PLAN_LOCAL_LIMIT:
    case RUSH_PLAN_OFFSET:
    case RUSH_PLAN_TAIL:
    case RUSH_PLAN_DISTINCT:
    case RUSH_PLAN_DEDUPLICATE:
    case RUSH_PLAN_SAMPLE:
    case RUSH_PLAN_REPARTITION:
    case RUSH_PLAN_REPARTITION_BY:
    case RUSH_PLAN_VIEW:
    case RUSH_PLAN_RESOLVED_HINT:
    case RUSH_PLAN_WINDOW_GROUP_LIMIT:
      return output_of (self->children[0]);
    }
  return NULL;
}

RushPlan *
rush_plan_derive (RushPlan *self)
{
  self->flags = all_flags (self);
  self->output = derive_output (self);
  self->resolved = self->output != NULL && children_resolved (self) &&
                   expressions_resolved (self) && kind_resolved (self);
  return self;
}
