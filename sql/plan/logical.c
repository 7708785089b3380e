/* logical.c - making, copying and freeing logical plans.
 *
 *   constructor ─► alloc ─► payload ─► derive (logical_output.c): resolved, flags, output
 *   with_…      ─► copy  ─► one thing changed ─► derive
 *
 * As expressions, plans are never written once they are made; a program that adds columns one by
 * one makes them thousands of nodes deep, hence the work list in rush_plan_unref ().
 *
 * Mirrors:
 org.apache.spark.sql.catalyst.plans.logical.basicLogicalOperators. */
#include <string.h>

#include "sql/plan/logical_private.h"

/* ── nodes ── */

RushPlan *
rush_plan_alloc (RushPlanKind kind, guint n_children, RushPlan *const *children, guint n_lists,
                 RushExprList *const *lists)
{
  RushPlan *self = g_malloc0 (sizeof (RushPlan) + n_children * sizeof (RushPlan *));

  rush_ref_count_init (&self->refs);
  self->kind = kind;
  self->plan_id = -1;
  self->n_children = n_children;
  for (guint i = 0; i < n_children; i++)
    self->children[i] = children[i];
  self->n_lists = n_lists;
  for (guint i = 0; i < n_lists; i++)
    self->lists[i] = lists[i] != NULL ? lists[i] : rush_expr_list_new (0, NULL);
  return self;
}

RushPlan *
rush_plan_ref (RushPlan *self)
{
  rush_ref_count_inc (&self->refs);
  return self;
}

static void
free_node (RushPlan *self)
{
  rush_plan_payload_clear (self);
  for (guint i = 0; i < self->n_lists; i++)
    rush_expr_list_unref (self->lists[i]);
  rush_expr_list_unref (self->output);
  rush_sql_text_unref (self->context.text);
  g_free (self);
}

void
rush_plan_unref (RushPlan *self)
{
  g_autoptr (GPtrArray) dead = NULL;

  if (self == NULL || !rush_ref_count_dec (&self->refs))
    return;
  while (self != NULL)
    {
      for (guint i = 0; i <= self->n_children; i++)
        {
          RushPlan *held = i < self->n_children ? self->children[i] : self->written;
          if (held == NULL || !rush_ref_count_dec (&held->refs))
            continue;
          if (dead == NULL)
            dead = g_ptr_array_new ();
          g_ptr_array_add (dead, held);
        }
      free_node (self);
      self =
          dead != NULL && dead->len > 0 ? g_ptr_array_steal_index_fast (dead, dead->len - 1) : NULL;
    }
}

RushPlan *
rush_plan_copy_shallow (const RushPlan *self, guint n_children)
{
  RushPlan *copy = g_malloc0 (sizeof (RushPlan) + n_children * sizeof (RushPlan *));

  rush_ref_count_init (&copy->refs);
  copy->kind = self->kind;
  copy->plan_id = self->plan_id;
  copy->context = self->context;
  if (copy->context.text != NULL)
    rush_sql_text_ref (copy->context.text);
  copy->as = self->as;
  rush_plan_payload_own (copy);
  copy->n_children = n_children;
  copy->n_lists = self->n_lists;
  return copy;
}

static RushPlan *
copy_whole (const RushPlan *self)
{
  RushPlan *copy = rush_plan_copy_shallow (self, self->n_children);

  copy->written = self->written != NULL ? rush_plan_ref (self->written) : NULL;
  for (guint i = 0; i < self->n_children; i++)
    copy->children[i] = rush_plan_ref (self->children[i]);
  for (guint i = 0; i < self->n_lists; i++)
    copy->lists[i] = rush_expr_list_ref (self->lists[i]);
  return copy;
}

/* ── copies with a change ── */

RushPlan *
rush_plan_with_children (RushPlan *self, RushPlan *const *children)
{
  gboolean same = TRUE;
  RushPlan *copy;

  for (guint i = 0; i < self->n_children; i++)
    same = same && self->children[i] == children[i];
  if (same)
    {
      for (guint i = 0; i < self->n_children; i++)
        rush_plan_unref (children[i]);
      return rush_plan_ref (self);
    }
  copy = rush_plan_copy_shallow (self, self->n_children);
  for (guint i = 0; i < self->n_children; i++)
    copy->children[i] = children[i];
  for (guint i = 0; i < self->n_lists; i++)
    copy->lists[i] = rush_expr_list_ref (self->lists[i]);
  return rush_plan_derive (copy);
}

/* The same items: a list that was made anew from them. */
static gboolean
same_items (const RushExprList *a, const RushExprList *b)
{
  return a == b || (a->n == b->n && memcmp (a->items, b->items, a->n * sizeof *a->items) == 0);
}

RushPlan *
rush_plan_with_lists (RushPlan *self, RushExprList *const *lists)
{
  gboolean same = TRUE;
  RushPlan *copy;

  for (guint i = 0; i < self->n_lists; i++)
    same = same && same_items (self->lists[i], lists[i]);
  if (same)
    {
      for (guint i = 0; i < self->n_lists; i++)
        rush_expr_list_unref (lists[i]);
      return rush_plan_ref (self);
    }
  copy = rush_plan_copy_shallow (self, self->n_children);
  for (guint i = 0; i < self->n_children; i++)
    copy->children[i] = rush_plan_ref (self->children[i]);
  for (guint i = 0; i < self->n_lists; i++)
    copy->lists[i] = lists[i];
  return rush_plan_derive (copy);
}

RushPlan *
rush_plan_with_written (RushPlan *self, RushPlan *written)
{
  RushPlan *copy = copy_whole (self);

  if (copy->written != NULL)
    rush_plan_unref (copy->written);
  copy->written = rush_plan_ref (written);
  return rush_plan_derive (copy);
}

RushPlan *
rush_plan_with_id (RushPlan *self, gint64 plan_id)
{
  RushPlan *copy = copy_whole (self);

  copy->plan_id = plan_id;
  return rush_plan_derive (copy);
}

RushPlan *
rush_plan_with_context (RushPlan *self, const RushSqlContext *context)
{
  RushPlan *copy = copy_whole (self);

  if (context->text != NULL)
    rush_sql_text_ref (context->text);
  rush_sql_text_unref (copy->context.text);
  copy->context = *context;
  return rush_plan_derive (copy);
}

RushPlan *
rush_plan_edit (RushPlan *self, RushPlanEdit edit, gpointer data)
{
  RushPlan *copy = copy_whole (self);

  edit (copy, data);
  return rush_plan_derive (copy);
}

/* ── commands ── */

RushCommand *
rush_command_new (RushCommandKind kind)
{
  RushCommand *self = g_new0 (RushCommand, 1);

  rush_ref_count_init (&self->refs);
  self->kind = kind;
  return self;
}

RushCommand *
rush_command_ref (RushCommand *self)
{
  rush_ref_count_inc (&self->refs);
  return self;
}

void
rush_command_unref (RushCommand *self)
{
  if (self == NULL || !rush_ref_count_dec (&self->refs))
    return;
  g_strfreev (self->names);
  rush_sql_text_unref (self->names_context.text);
  g_strfreev (self->columns);
  g_strfreev (self->column_comments);
  g_strfreev (self->partitioning);
  g_strfreev (self->bucket_columns);
  g_strfreev (self->sort_columns);
  g_clear_pointer (&self->static_partition, g_ptr_array_unref);
  g_clear_pointer (&self->schema, rush_schema_unref);
  g_free (self->text);
  g_free (self->query_text);
  g_free (self->comment);
  g_free (self->location);
  g_clear_pointer (&self->options, g_ptr_array_unref);
  g_clear_pointer (&self->properties, g_ptr_array_unref);
  g_free (self);
}

/* ── small questions ── */

const char *
rush_plan_kind_name (RushPlanKind kind)
{
  static const char *const names[] = {
#define RUSH_PLAN_KIND(kind, name, payload, children, lists) #name,
#include "sql/plan/logical_kinds.def"
#undef RUSH_PLAN_KIND
  };

  g_return_val_if_fail (kind < RUSH_PLAN_N_KINDS, "?");
  return names[kind];
}

RushSchema *
rush_plan_schema (const RushPlan *self)
{
  g_return_val_if_fail (self->output != NULL, NULL);
  g_autofree RushField *fields = g_new (RushField, MAX (self->output->n, 1));
  for (guint i = 0; i < self->output->n; i++)
    {
      const RushExpr *attribute = self->output->items[i];

      fields[i] = (RushField){ attribute->as.attribute.name, attribute->type, attribute->nullable };
    }
  return rush_schema_new (self->output->n, fields);
}

void
rush_plan_collect_output_ids (const RushPlan *self, RushExprIdSet *into)
{
  rush_expr_id_set_add_list (into, self->output);
}

gboolean
rush_plan_has_subquery (const RushPlan *self)
{
  return (self->flags & RUSH_EXPR_HAS_SUBQUERY) != 0;
}
