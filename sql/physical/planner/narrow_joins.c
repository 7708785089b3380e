/* narrow_joins.c - joins learn which of their columns someone reads; the others are not copied.
 *
 *     Project [a, d]                      Project [a, d]
 *     └── Join k = k         ─▶           └── Join k = k      gathers a and d; k and b are nulls
 *         ├── Scan [k, a]                     ├── …
 *         └── Scan [k, b, d]                  └── …
 *
 * The plan looks as before, as does what a join promises: a column stays in its place.  In Spark
 * the same comes from one generated loop for both operators, which evaluates a join's columns when
 * the projection asks for them.
 *
 * What is read is known below a Project and below an aggregate that reads rows; a Filter and
 * another join pass on what is asked of them, and read columns of their own.  All other operators
 * read all.
 *
 * Mirrors: CodegenSupport.usedInputs, deferred evaluation of BroadcastHashJoinExec's variables.
 */
#include "sql/physical/operators/aggregate.h"
#include "sql/physical/operators/basic.h"
#include "sql/physical/operators/joins.h"
#include "sql/physical/planner/planner.h"

/* Adds what the expressions of @self name. */
static void
add_references (const RushExec *self, RushExprIdSet *into)
{
  g_autoptr (GPtrArray) exprs = g_ptr_array_new ();

  self->klass->expressions (self, exprs);
  for (guint i = 0; i < exprs->len; i++)
    rush_expr_collect_references (exprs->pdata[i], into);
}

/* Its calls read columns of the input, not buffers. */
static gboolean
reads_rows (const RushExec *self)
{
  const RushAggregateStep *step = rush_aggregate_exec_step (self);

  for (guint c = 0; c < step->calls->n; c++)
    if (step->calls->items[c]->as.aggregate.mode != RUSH_AGG_PARTIAL &&
        step->calls->items[c]->as.aggregate.mode != RUSH_AGG_COMPLETE)
      return FALSE;
  return TRUE;
}

/* What @self, of which @wanted is read (NULL: all), reads of its children; NULL: all. */
static RushExprIdSet *
columns_read (const RushExec *self, const RushExprIdSet *wanted)
{
  gboolean computes =
      rush_exec_is_project (self) || (rush_exec_is_aggregate (self) && reads_rows (self));
  gboolean passes = rush_exec_is_filter (self) || rush_exec_is_join (self);
  RushExprIdSet *read;

  if (!computes && (!passes || wanted == NULL))
    return NULL;
  read = rush_expr_id_set_new ();
  for (guint i = 0; passes && i < self->output->n; i++)
    {
      RushExprId id = rush_expr_named_id (self->output->items[i]);
      if (rush_expr_id_set_has (wanted, id))
        rush_expr_id_set_add (read, id);
    }
  add_references (self, read);
  return read;
}

static RushExec *
narrow (RushExec *self, const RushExprIdSet *wanted)
{
  g_autofree RushExec **children = g_new (RushExec *, self->n_children + 1);
  g_autoptr (RushExprIdSet) read = NULL;

  if (self->n_children == 0)
    return rush_exec_ref (self);
  read = columns_read (self, wanted);
  for (guint i = 0; i < self->n_children; i++)
    children[i] = narrow (self->children[i], read);
  return wanted != NULL && rush_exec_is_join (self) ? rush_join_exec_narrow (self, children, wanted)
                                                    : rush_exec_with_children (self, children);
}

RushExec *
rush_narrow_joins (RushExec *plan)
{
  return narrow (plan, NULL);
}
