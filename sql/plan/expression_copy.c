/* expression_copy.c - expressions with one thing changed, and small questions about them.
 *
 * A node is never written after it was made: "changing" means a copy that shares the children, and
 * finding type and flags anew, as they may follow from what was
 changed. */
#include <string.h>

#include "sql/plan/expression_private.h"
#include "sql/plan/logical.h"

static RushExpr *
derived (RushExpr *self)
{
  rush_expr_derive (self);
  return self;
}

RushExpr *
rush_expr_with_children (RushExpr *self, RushExpr *const *children)
{
  RushExpr *copy;
  gboolean same = TRUE;

  for (guint i = 0; i < self->n_children; i++)
    same = same && self->children[i] == children[i];
  if (same)
    {
      for (guint i = 0; i < self->n_children; i++)
        rush_expr_unref (children[i]);
      return rush_expr_ref (self);
    }
  copy = rush_expr_copy_shallow (self);
  for (guint i = 0; i < self->n_children; i++)
    copy->children[i] = children[i];
  return derived (copy);
}

RushExpr *
rush_expr_with_context (RushExpr *self, const RushSqlContext *context)
{
  RushExpr *copy = rush_expr_copy (self);

  if (context->text != NULL)
    rush_sql_text_ref (context->text);
  rush_sql_text_unref (copy->context.text);
  copy->context = *context;
  return derived (copy);
}

RushExpr *
rush_expr_with_type (RushExpr *self, const RushType *type, gboolean nullable)
{
  RushExpr *copy;

  if (self->type == type && self->nullable == nullable)
    return rush_expr_ref (self);
  copy = rush_expr_copy (self);
  copy->type = type;
  copy->nullable = nullable;
  return derived (copy);
}

RushExpr *
rush_expr_with_nullable (RushExpr *self, gboolean nullable)
{
  return rush_expr_with_type (self, self->type, nullable);
}

RushExpr *
rush_expr_with_qualifier (RushExpr *self, const char *const *qualifier)
{
  RushExpr *copy = rush_expr_copy (self);

  g_strfreev (copy->as.attribute.qualifier);
  copy->as.attribute.qualifier = g_strdupv ((char **)qualifier);
  return derived (copy);
}

RushExpr *
rush_expr_with_name (RushExpr *self, const char *name)
{
  RushExpr *copy;

  if (strcmp (self->as.attribute.name, name) == 0)
    return rush_expr_ref (self);
  copy = rush_expr_copy (self);
  g_free (copy->as.attribute.name);
  copy->as.attribute.name = g_strdup (name);
  return derived (copy);
}

RushExpr *
rush_expr_with_id (RushExpr *self, RushExprId id)
{
  RushExpr *copy = rush_expr_copy (self);

  switch ((int)self->kind)
    {
    case RUSH_EXPR_AGGREGATE:
      copy->as.aggregate.result_id = id;
      break;
    case RUSH_EXPR_PYTHON_UDF:
      copy->as.python.result_id = id;
      break;
    case RUSH_EXPR_SCALAR_SUBQUERY:
    case RUSH_EXPR_EXISTS:
    case RUSH_EXPR_IN_SUBQUERY:
      copy->as.subquery.id = id;
      break;
    default:
      copy->as.attribute.id = id;
      break;
    }
  return derived (copy);
}

RushExpr *
rush_expr_with_mode (RushExpr *self, RushEvalMode mode)
{
  RushExpr *copy;

  if (self->mode == mode)
    return rush_expr_ref (self);
  copy = rush_expr_copy (self);
  copy->mode = mode;
  return derived (copy);
}

RushExpr *
rush_expr_in_set (RushExpr *in)
{
  RushExpr *copy = rush_expr_copy (in);

  copy->as.in.set = TRUE;
  return derived (copy);
}

RushExpr *
rush_expr_with_environment (RushExpr *self, const char *time_zone, gint64 seed)
{
  RushExpr *copy = rush_expr_copy (self);

  copy->as.function.time_zone = time_zone;
  copy->as.function.seed = seed;
  return derived (copy);
}

RushExpr *
rush_expr_with_ignore_nulls (RushExpr *self)
{
  RushExpr *copy = rush_expr_copy (self);

  if (self->kind == RUSH_EXPR_AGGREGATE)
    copy->as.aggregate.ignore_nulls = TRUE;
  else
    copy->as.function.ignore_nulls = TRUE;
  return derived (copy);
}

RushExpr *
rush_expr_with_aggregate_mode (RushExpr *self, RushAggregateMode mode)
{
  RushExpr *copy = rush_expr_copy (self);

  copy->as.aggregate.mode = mode;
  return derived (copy);
}

RushExpr *
rush_expr_with_frame (RushExpr *self, const RushWindowFrame *frame)
{
  RushExpr *copy = rush_expr_copy (self);

  rush_expr_unref (copy->as.window.frame.lower_offset);
  rush_expr_unref (copy->as.window.frame.upper_offset);
  copy->as.window.frame = *frame;
  if (frame->lower_offset != NULL)
    rush_expr_ref (frame->lower_offset);
  if (frame->upper_offset != NULL)
    rush_expr_ref (frame->upper_offset);
  return derived (copy);
}

RushExpr *
rush_expr_with_plan (RushExpr *self, RushPlan *plan)
{
  RushExpr *copy;

  if (self->as.subquery.plan == plan)
    {
      rush_plan_unref (plan);
      return rush_expr_ref (self);
    }
  copy = rush_expr_copy (self);
  rush_plan_unref (copy->as.subquery.plan);
  copy->as.subquery.plan = plan;
  return derived (copy);
}

RushExpr *
rush_expr_with_outer (RushExpr *self, guint n, RushExpr *const *outer)
{
  guint n_values = self->as.subquery.n_values;
  RushExpr *whole = rush_expr_copy_shallow (self);
  RushExpr *copy = g_realloc (whole, sizeof (RushExpr) + (n_values + n) * sizeof (RushExpr *));

  copy->n_children = n_values + n;
  for (guint i = 0; i < n_values; i++)
    copy->children[i] = rush_expr_ref (self->children[i]);
  for (guint i = 0; i < n; i++)
    copy->children[n_values + i] = outer[i];
  return derived (copy);
}

RushExpr *
rush_expr_with_conditions (RushExpr *self, RushExprList *conditions)
{
  RushExpr *copy = rush_expr_copy (self);

  rush_expr_list_unref (copy->as.subquery.conditions);
  copy->as.subquery.conditions = conditions;
  return derived (copy);
}

RushExpr *
rush_expr_to_attribute (RushExpr *self)
{
  RushExpr *attribute;

  if (self->kind == RUSH_EXPR_ATTRIBUTE)
    return rush_expr_ref (self);
  g_return_val_if_fail (self->kind == RUSH_EXPR_ALIAS, NULL);
  attribute = rush_expr_attribute (self->as.attribute.name, self->type, self->nullable,
                                   self->as.attribute.id,
                                   (const char *const *)self->as.attribute.qualifier);
  /* A new name alone changes nothing of what is known about the values. */
  const RushExpr *named =
      self->as.attribute.metadata == NULL && self->children[0]->kind == RUSH_EXPR_ATTRIBUTE
          ? self->children[0]
          : self;
  attribute->as.attribute.metadata = g_strdup (named->as.attribute.metadata);
  return attribute;
}

/* ── questions ── */

gboolean
rush_expr_is_resolved (const RushExpr *self)
{
  return (self->flags & RUSH_EXPR_RESOLVED) != 0;
}

gboolean
rush_expr_is_literal_null (const RushExpr *self)
{
  return self->kind == RUSH_EXPR_LITERAL && self->as.literal.value->null_count > 0;
}

static gboolean
is_bool (const RushExpr *self, gboolean value)
{
  return self->kind == RUSH_EXPR_LITERAL && self->type == &RUSH_BOOL &&
         !rush_expr_is_literal_null (self) &&
         rush_column_get_bool (self->as.literal.value, 0) == value;
}

gboolean
rush_expr_is_true (const RushExpr *self)
{
  return is_bool (self, TRUE);
}

gboolean
rush_expr_is_false (const RushExpr *self)
{
  return is_bool (self, FALSE);
}

static gboolean
is_named (const RushExpr *self)
{
  return self->kind == RUSH_EXPR_ATTRIBUTE || self->kind == RUSH_EXPR_ALIAS ||
         self->kind == RUSH_EXPR_LAMBDA_VARIABLE;
}

const char *
rush_expr_name (const RushExpr *self)
{
  return is_named (self) ? self->as.attribute.name : NULL;
}

RushExprId
rush_expr_named_id (const RushExpr *self)
{
  g_return_val_if_fail (is_named (self), 0);
  return self->as.attribute.id;
}

/* ── sets of ids ── */

struct _RushExprIdSet
{
  GHashTable *ids; /* the id as a pointer */
};

RushExprIdSet *
rush_expr_id_set_new (void)
{
  RushExprIdSet *self = g_new (RushExprIdSet, 1);

  self->ids = g_hash_table_new (NULL, NULL);
  return self;
}

void
rush_expr_id_set_free (RushExprIdSet *self)
{
  if (self == NULL)
    return;
  g_hash_table_unref (self->ids);
  g_free (self);
}

void
rush_expr_id_set_add (RushExprIdSet *self, RushExprId id)
{
  g_hash_table_add (self->ids, GSIZE_TO_POINTER (id));
}

void
rush_expr_id_set_add_list (RushExprIdSet *self, const RushExprList *named)
{
  for (guint i = 0; named != NULL && i < named->n; i++)
    if (is_named (named->items[i]))
      rush_expr_id_set_add (self, named->items[i]->as.attribute.id);
}

gboolean
rush_expr_id_set_has (const RushExprIdSet *self, RushExprId id)
{
  return g_hash_table_contains (self->ids, GSIZE_TO_POINTER (id));
}

guint
rush_expr_id_set_size (const RushExprIdSet *self)
{
  return g_hash_table_size (self->ids);
}

/* OUTER: its attribute belongs to another query, it is no reference to an input of this one. */
static gboolean
add_reference (const RushExpr *node, gpointer into)
{
  if (node->kind == RUSH_EXPR_ATTRIBUTE)
    rush_expr_id_set_add (into, node->as.attribute.id);
  return node->kind == RUSH_EXPR_OUTER;
}

void
rush_expr_collect_references (const RushExpr *self, RushExprIdSet *into)
{
  rush_expr_visit (self, add_reference, into);
}

typedef struct
{
  const RushExprIdSet *of;
  gboolean all;
} SubsetCheck;

static gboolean
check_reference (const RushExpr *node, gpointer data)
{
  SubsetCheck *check = data;

  if (node->kind == RUSH_EXPR_ATTRIBUTE && !rush_expr_id_set_has (check->of, node->as.attribute.id))
    check->all = FALSE;
  return !check->all || node->kind == RUSH_EXPR_OUTER;
}

gboolean
rush_expr_references_subset (const RushExpr *self, const RushExprIdSet *of)
{
  SubsetCheck check = { of, TRUE };

  rush_expr_visit (self, check_reference, &check);
  return check.all;
}
