/* rule_tracker.c - the story of a query: which rule changed what.
 *
 * Only the part of the plan that a rule touched is kept: from the root down as long as the node is
 * the same and one child alone differs.
 *
 * Mirrors: QueryPlanningTracker, PlanChangeLogger.
 */
#include <string.h>

#include "sql/plan/rule_private.h"

struct _RushRuleTracker
{
  GArray *changes; /* RushRuleChange */
};

static void
clear_change (gpointer data)
{
  RushRuleChange *change = data;

  g_free (change->before);
  g_free (change->after);
}

RushRuleTracker *
rush_rule_tracker_new (void)
{
  RushRuleTracker *self = g_new (RushRuleTracker, 1);

  self->changes = g_array_new (FALSE, FALSE, sizeof (RushRuleChange));
  g_array_set_clear_func (self->changes, clear_change);
  return self;
}

void
rush_rule_tracker_free (RushRuleTracker *self)
{
  if (self == NULL)
    return;
  g_array_unref (self->changes);
  g_free (self);
}

static gboolean
same_node (const RushPlan *a, const RushPlan *b)
{
  g_autofree char *x = NULL, *y = NULL;

  if (a->kind != b->kind || a->n_children != b->n_children)
    return FALSE;
  x = rush_plan_node_string (a);
  y = rush_plan_node_string (b);
  return strcmp (x + (*x == '\''), y + (*y == '\'')) == 0;
}

/* The one child that differs; −1: none or several. */
static gint
only_change (const RushPlan *a, const RushPlan *b)
{
  gint changed = -1;

  for (guint i = 0; i < a->n_children; i++)
    if (a->children[i] != b->children[i])
      {
        if (changed >= 0)
          return -1;
        changed = i;
      }
  return changed;
}

void
rush_rule_tracker_add (RushRuleTracker *self, const char *batch, const char *rule,
                       const RushPlan *before, const RushPlan *after)
{
  RushRuleChange change = { batch, rule, NULL, NULL };

  while (same_node (before, after))
    {
      gint child = only_change (before, after);

      if (child < 0)
        break;
      before = before->children[child];
      after = after->children[child];
    }
  change.before = rush_plan_to_tree_string (before);
  change.after = rush_plan_to_tree_string (after);
  g_array_append_val (self->changes, change);
}

guint
rush_rule_tracker_n_changes (const RushRuleTracker *self)
{
  return self->changes->len;
}

const RushRuleChange *
rush_rule_tracker_change (const RushRuleTracker *self, guint i)
{
  g_return_val_if_fail (i < self->changes->len, NULL);
  return &g_array_index (self->changes, RushRuleChange, i);
}

static void
append_indented (const char *text, const char *mark, GString *out)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);

  for (guint i = 0; lines[i] != NULL; i++)
    if (*lines[i] != '\0')
      g_string_append_printf (out, "%s %s\n", mark, lines[i]);
}

char *
rush_rule_tracker_to_string (const RushRuleTracker *self)
{
  GString *out = g_string_new ("== Rules ==\n");

  for (guint i = 0; i < self->changes->len; i++)
    {
      const RushRuleChange *change = &g_array_index (self->changes, RushRuleChange, i);

      g_string_append_printf (out, "%u. %s (batch %s)\n", i + 1, change->rule, change->batch);
      append_indented (change->before, "  -", out);
      append_indented (change->after, "  +", out);
    }
  return g_string_free (out, FALSE);
}
