/* hash_aggregate_code.c - HashAggregate: a group is found for each row, and brought up to date.
 *
 *   struct group { int64_t sum; bool sum_is_null; … };       what the calls keep
 *
 *   group = rl_groups_find (groups, keys, &is_new);          in the loop below
 *   group->sum += quantity;
 *
 *   while ((group = rl_groups_next (groups, &key)) …)        after it, the loop above
 *
 * Without keys there is one group, a variable, also of no rows.  Partial steps give the fields
 * themselves (buffers), final ones add buffers up and give results.
 *
 * Mirrors: HashAggregateExec.doProduceWithKeys, doProduceWithoutKeys.
 */
#include "sql/codegen/codegen_private.h"

#include "sql/physical/operators/aggregate.h"
#include "sql/physical/operators/basic.h"

typedef struct
{
  const char *type;   /* "struct group" */
  const char *groups; /* the table; NULL: there is one group */
  const char *only;   /* … which is called so */
} AggregateNote;

static gboolean
merges (const RushExpr *call)
{
  return call->as.aggregate.mode == RUSH_AGG_PARTIAL_MERGE ||
         call->as.aggregate.mode == RUSH_AGG_FINAL;
}

static gboolean
gives_buffers (const RushAggregateStep *step)
{
  return step->calls->n > 0 && (step->calls->items[0]->as.aggregate.mode == RUSH_AGG_PARTIAL ||
                                step->calls->items[0]->as.aggregate.mode == RUSH_AGG_PARTIAL_MERGE);
}

/* ---- calls ---- */

/* What is known of a call is the same each time it is asked for but for fields: those are kept. */
static RushCallCode *
calls_of (RushStageCode *self, const RushExec *exec)
{
  RushCallCode *calls = g_hash_table_lookup (self->call_codes, exec);
  const RushAggregateStep *step = rush_aggregate_exec_step (exec);

  if (calls != NULL)
    return calls;
  calls = g_new0 (RushCallCode, step->calls->n + 1); /* ends where there is no expression */
  for (guint c = 0; c < step->calls->n; c++)
    rush_code_call_init (self, &calls[c], step->calls->items[c]);
  g_hash_table_insert (self->call_codes, (gpointer)exec, calls);
  return calls;
}

static void
write_struct (RushStageCode *self, const RushCallCode *calls, const char *type)
{
  GPtrArray *body = self->lines;
  guint indent = self->indent;

  self->lines = self->types;
  self->indent = 0;
  rush_code_line (self, "%s", type);
  rush_code_line (self, "{");
  self->indent = 2;
  for (guint c = 0; calls[c].call != NULL; c++)
    rush_code_call_declare (self, &calls[c]);
  if (calls[0].call == NULL)
    rush_code_line (self, "char nothing; // groups alone");
  self->indent = 0;
  rush_code_line (self, "};");
  rush_code_line (self, "%s", "");
  self->lines = body;
  self->indent = indent;
}

static void
write_begin (RushStageCode *self, const RushCallCode *calls, const char *group)
{
  for (guint c = 0; calls[c].call != NULL; c++)
    rush_code_call_begin (self, &calls[c], group);
}

/* ---- out ---- */

/* Attributes that stand for what the calls give. */
static void
set_results (RushStageCode *self, const RushExec *exec, const char *group)
{
  const RushAggregateStep *step = rush_aggregate_exec_step (exec);
  const RushCallCode *calls = calls_of (self, exec);
  guint next = step->grouping->n;

  if (!gives_buffers (step))
    {
      for (guint c = 0; c < step->calls->n; c++)
        rush_code_set (self, step->attributes->items[c],
                       rush_code_call_result (self, &calls[c], group));
      rush_code_project (self, step->results, exec->output);
      return;
    }
  for (guint k = 0; k < step->grouping->n; k++)
    rush_code_set (self, exec->output->items[k], rush_code_get (self, step->grouping->items[k]));
  for (guint c = 0; c < step->calls->n; c++)
    {
      RushCode buffers[8];
      rush_code_call_buffers (self, &calls[c], group, buffers);
      for (guint b = 0; b < calls[c].n_buffers; b++)
        rush_code_set (self, exec->output->items[next++], buffers[b]);
    }
}

static void
produce_groups (RushStageCode *self, const RushExec *exec, AggregateNote *note)
{
  const RushAggregateStep *step = rush_aggregate_exec_step (exec);
  g_autoptr (RushExprList) keys = rush_named_to_attributes (step->grouping);
  const char *row, *group;

  note->groups = rush_code_name (self, "groups");
  rush_code_line (self, "rl_groups *%s = rl_groups_new (stage, %u, sizeof (%s));", note->groups,
                  step->grouping->n, note->type);
  rush_code_produce_child (self, exec);
  row = rush_code_name (self, "group_keys");
  group = rush_code_name (self, "group");
  rush_code_line (self, "%s", "");
  rush_code_comment (self, "the groups");
  rush_code_line (self, "%s *%s;", note->type, group);
  rush_code_line (self, "const rl_row *%s;", row);
  rush_code_open (self, "while ((%s = rl_groups_next (%s, &%s)) != NULL)", group, note->groups,
                  row);
  rush_code_load_row (self, keys, row, TRUE);
  set_results (self, exec, group);
  rush_code_consume (self, exec);
  rush_code_close_loop (self);
}

static void
produce_one (RushStageCode *self, const RushExec *exec, AggregateNote *note)
{
  const char *all = rush_code_name (self, "all"), *once = rush_code_name (self, "once");

  note->only = rush_code_name (self, "group");
  rush_code_line (self, "%s %s = { 0 }, *%s = &%s;", note->type, all, note->only, all);
  write_begin (self, calls_of (self, exec), note->only);
  rush_code_produce_child (self, exec);
  rush_code_line (self, "%s", "");
  rush_code_comment (self, "one row");
  rush_code_open (self, "for (bool %s = true; %s; %s = false)", once, once, once);
  set_results (self, exec, note->only);
  rush_code_consume (self, exec);
  rush_code_close_loop (self);
}

static void
aggregate_produce (RushStageCode *self, const RushExec *exec)
{
  AggregateNote *note = rush_code_note (self, exec, sizeof *note);

  note->type = rush_code_text (self, "struct %s", rush_code_name (self, "aggregates"));
  write_struct (self, calls_of (self, exec), note->type);
  rush_code_announce (self, exec);
  if (rush_aggregate_exec_step (exec)->grouping->n > 0)
    produce_groups (self, exec, note);
  else
    produce_one (self, exec, note);
}

/* ---- in ---- */

/* A row, or the buffers of a part of the rows, which stand behind the other columns. */
static void
write_updates (RushStageCode *self, const RushExec *exec, const RushExec *child, const char *group)
{
  const RushCallCode *calls = calls_of (self, exec);
  guint next = child->output->n;

  for (guint c = 0; calls[c].call != NULL; c++)
    next -= merges (calls[c].call) ? calls[c].n_buffers : 0;
  for (guint c = 0; calls[c].call != NULL; c++)
    {
      RushCode buffers[8];

      if (!merges (calls[c].call))
        {
          rush_code_call_update (self, &calls[c], group);
          continue;
        }
      for (guint b = 0; b < calls[c].n_buffers; b++)
        buffers[b] = rush_code_get (self, child->output->items[next++]);
      rush_code_call_merge (self, &calls[c], group, buffers);
    }
}

static void
aggregate_consume (RushStageCode *self, const RushExec *exec, const RushExec *child)
{
  const RushAggregateStep *step = rush_aggregate_exec_step (exec);
  const AggregateNote *note = rush_code_noted (self, exec);
  const char *group = note->only, *is_new, *is_null, *keys;

  rush_code_line (self, "%s", "");
  rush_code_comment (self, rush_code_text (self, "%s: %s", exec->klass->name,
                                           note->only != NULL ? "a row more" : "the row's group"));
  if (note->only == NULL)
    {
      is_new = rush_code_name (self, "is_new");
      group = rush_code_name (self, "group");
      keys = rush_code_keys (self, step->grouping, &is_null);
      rush_code_line (self, "bool %s;", is_new);
      rush_code_line (self, "%s *%s = rl_groups_find (%s, %s, &%s);", note->type, group,
                      note->groups, keys, is_new);
      rush_code_if (self, "return false;", "%s == NULL", group);
      rush_code_open (self, "if (%s)", is_new);
      write_begin (self, calls_of (self, exec), group);
      rush_code_close (self);
    }
  write_updates (self, exec, child, group);
}

const RushOperatorCode rush_hash_aggregate_code = { "HashAggregate", aggregate_produce,
                                                    aggregate_consume };
/* Of rows that come sorted by the groups: the same answer, and the same text. */
const RushOperatorCode rush_sort_aggregate_code = { "SortAggregate", aggregate_produce,
                                                    aggregate_consume };
