/* window_aggregate.c - an aggregate over the frame of each row.
 *
 *   frames of rows 0, 1, 2 …    [0, 1)  [0, 2)  [0, 3)     each row taken in once
 *                               [0, 3)  [1, 4)  [2, 5)     those that leave retracted, if the
 *                                                          aggregate can, or all taken in anew
 *
 * There is one state.  FILTER (WHERE …) is the call's last argument: rows that do not pass it are
 * neither taken in nor retracted.
 *
 * Mirrors: org.apache.spark.sql.execution.window.{SlidingWindowFunctionFrame,
 *          UnboundedPrecedingWindowFunctionFrame}, AggregateProcessor.
 */
#include "sql/physical/operators/window_aggregate.h"

#include <string.h>

/* Rows of the partition as an aggregate wants them. */
typedef struct
{
  RushColumn **args;
  RushRows rows;
  guint16 positions[RUSH_BATCH_MAX_ROWS];
} Taken;

/* Rows [start, start + n) that pass the filter; n ≤ RUSH_BATCH_MAX_ROWS. */
static void
taken_init (Taken *self, const RushExpr *call, RushColumn *const *args, guint32 start, guint n)
{
  const RushColumn *filter;

  self->args = g_new (RushColumn *, call->n_children + 1);
  self->rows = (RushRows){ NULL, n, n };
  for (guint a = 0; a < call->n_children; a++)
    self->args[a] = rush_column_slice (args[a], start, n);
  if (!call->as.aggregate.has_filter)
    return;
  filter = self->args[call->n_children - 1];
  self->rows = (RushRows){ self->positions, 0, n };
  for (guint i = 0; i < n; i++)
    if (rush_column_is_valid (filter, i) && rush_column_get_bool (filter, i))
      self->positions[self->rows.n++] = (guint16)i;
}

static void
taken_clear (Taken *self, const RushExpr *call)
{
  for (guint a = 0; a < call->n_children; a++)
    rush_column_unref (self->args[a]);
  g_free (self->args);
}

static gboolean
update_range (const RushExpr *call, RushAggregateStates *states, RushColumn *const *args,
              guint32 start, guint32 end, RushEvalContext *eval, GError **error)
{
  static const guint32 zeros[RUSH_BATCH_MAX_ROWS];
  const RushAggregateClass *klass = call->as.aggregate.function->aggregate;
  gboolean updated = TRUE;

  for (; start < end && updated; start += RUSH_BATCH_MAX_ROWS)
    {
      Taken taken;

      taken_init (&taken, call, args, start, MIN (end - start, RUSH_BATCH_MAX_ROWS));
      updated = klass->update (call, states, zeros, taken.args, &taken.rows, eval, error);
      taken_clear (&taken, call);
    }
  return updated;
}

static void
reset_state (const RushExpr *call, RushAggregateStates *states, gboolean used)
{
  const RushAggregateClass *klass = call->as.aggregate.function->aggregate;

  if (used && klass->clear != NULL)
    klass->clear (call, states, 0, 1);
  memset (states->states, 0, states->state_bytes);
  if (klass->init != NULL)
    klass->init (call, states, 0, 1);
}

/* Rows that have left the frame; FALSE: it has to be computed anew. */
static gboolean
retract (const RushExpr *call, RushAggregateStates *states, RushColumn *const *args, guint32 start,
         guint32 end, RushEvalContext *eval)
{
  const RushAggregateClass *klass = call->as.aggregate.function->aggregate;
  gboolean retracted;
  Taken taken;

  if (klass->retract == NULL || end - start > RUSH_BATCH_MAX_ROWS)
    return FALSE;
  taken_init (&taken, call, args, start, end - start);
  retracted = klass->retract (call, states, 0, taken.args, &taken.rows, eval, NULL);
  taken_clear (&taken, call);
  return retracted;
}

gboolean
rush_window_aggregate (const RushExpr *call, RushColumn *const *args, guint n,
                       const guint32 *starts, const guint32 *ends, GPtrArray *out,
                       RushEvalContext *eval, GError **error)
{
  const RushAggregateClass *klass = call->as.aggregate.function->aggregate;
  gsize bytes = klass->state_bytes (call);
  RushAggregateStates states = { rush_alloc (eval->allocator, bytes, error), bytes,
                                 eval->allocator };
  guint32 from = 0, to = 0;
  gboolean made = states.states != NULL;

  if (made)
    reset_state (call, &states, FALSE);
  for (guint i = 0, end; made && i < n; i = end)
    {
      RushColumn *value;

      for (end = i + 1; end < n && starts[end] == starts[i] && ends[end] == ends[i]; end++)
        ;
      if (starts[i] < from || starts[i] >= to || ends[i] < to ||
          (starts[i] > from && !retract (call, &states, args, from, starts[i], eval)))
        {
          reset_state (call, &states, TRUE);
          to = starts[i];
        }
      from = starts[i];
      made = update_range (call, &states, args, to, ends[i], eval, error);
      to = ends[i];
      value = made ? klass->result (call, &states, 0, 1, eval, error) : NULL;
      made = value != NULL;
      for (guint k = i; made && k < end; k++)
        g_ptr_array_add (out, rush_column_ref (value));
      if (made)
        rush_column_unref (value);
    }
  if (states.states != NULL)
    {
      if (klass->clear != NULL)
        klass->clear (call, &states, 0, 1);
      rush_free (eval->allocator, states.states, bytes);
    }
  return made;
}
