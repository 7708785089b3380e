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

#include "core/data/gather.h"

#include <string.h>

struct _RushFrameAggregate
{
  const RushExpr *call;
  RushEvalContext *eval;
  RushAggregateStates states; /* one */
  guint32 from, to;           /* the rows that it is of */
  RushColumn *value;          /* (owned) of those, or NULL */
};

/* Rows of the partition as an aggregate wants them. */
typedef struct
{
  RushColumn **args;
  RushRows rows;
  guint16 positions[RUSH_BATCH_MAX_ROWS];
} Taken;

/* Rows [start, start + n) that pass the filter; n ≤ RUSH_BATCH_MAX_ROWS. */
static gboolean
taken_init (Taken *self, const RushExpr *call, const RushWindowArgs *args, guint32 start, guint n,
            GError **error)
{
  const RushColumn *filter;

  self->args = args->slice (args->data, start, n, error);
  if (self->args == NULL)
    return FALSE;
  self->rows = (RushRows){ NULL, n, n };
  if (!call->as.aggregate.has_filter)
    return TRUE;
  filter = self->args[call->n_children - 1];
  self->rows = (RushRows){ self->positions, 0, n };
  for (guint i = 0; i < n; i++)
    if (rush_column_is_valid (filter, i) && rush_column_get_bool (filter, i))
      self->positions[self->rows.n++] = (guint16)i;
  return TRUE;
}

static void
taken_clear (Taken *self, const RushExpr *call)
{
  for (guint a = 0; a < call->n_children; a++)
    rush_column_unref (self->args[a]);
  g_free (self->args);
}

static const RushAggregateClass *
class_of (const RushFrameAggregate *self)
{
  return self->call->as.aggregate.function->aggregate;
}

/* Takes in rows up to @end. */
static gboolean
update_to (RushFrameAggregate *self, const RushWindowArgs *args, guint32 end, GError **error)
{
  static const guint32 zeros[RUSH_BATCH_MAX_ROWS];

  while (self->to < end)
    {
      guint n = MIN (end - self->to, RUSH_BATCH_MAX_ROWS);
      gboolean updated;
      Taken taken;

      if (!taken_init (&taken, self->call, args, self->to, n, error))
        return FALSE;
      updated = class_of (self)->update (self->call, &self->states, zeros, taken.args, &taken.rows,
                                         self->eval, error);
      taken_clear (&taken, self->call);
      if (!updated)
        return FALSE;
      self->to += n;
    }
  return TRUE;
}

static void
init_state (RushFrameAggregate *self)
{
  memset (self->states.states, 0, self->states.state_bytes);
  if (class_of (self)->init != NULL)
    class_of (self)->init (self->call, &self->states, 0, 1);
}

static void
clear_state (RushFrameAggregate *self)
{
  if (class_of (self)->clear != NULL)
    class_of (self)->clear (self->call, &self->states, 0, 1);
}

/* Takes out the rows before @start; FALSE: the frame has to be computed anew. */
static gboolean
retract_to (RushFrameAggregate *self, const RushWindowArgs *args, guint32 start)
{
  gboolean retracted;
  Taken taken;

  if (class_of (self)->retract == NULL || start - self->from > RUSH_BATCH_MAX_ROWS ||
      !taken_init (&taken, self->call, args, self->from, start - self->from, NULL))
    return FALSE;
  retracted = class_of (self)->retract (self->call, &self->states, 0, taken.args, &taken.rows,
                                        self->eval, NULL);
  taken_clear (&taken, self->call);
  return retracted;
}

/* The state becomes that of rows [start, end). */
static gboolean
move_to (RushFrameAggregate *self, const RushWindowArgs *args, guint32 start, guint32 end,
         GError **error)
{
  g_clear_pointer (&self->value, rush_column_unref);
  if (start < self->from || start >= self->to || end < self->to ||
      (start > self->from && !retract_to (self, args, start)))
    {
      clear_state (self);
      init_state (self);
      self->to = start;
    }
  self->from = start;
  if (!update_to (self, args, end, error))
    return FALSE;
  self->value = class_of (self)->result (self->call, &self->states, 0, 1, self->eval, error);
  return self->value != NULL;
}

/* A column of one row is as large as one of many: not too many at a time. */
#define FOLDED_ROWS 256

static gboolean
run_some (RushFrameAggregate *self, const RushWindowArgs *args, guint n, const guint32 *starts,
          const guint32 *ends, GPtrArray *out, GError **error)
{
  g_autoptr (GPtrArray) values = g_ptr_array_new_with_free_func ((GDestroyNotify)rush_column_unref);
  RushColumn *column;

  for (guint i = 0; i < n; i++)
    {
      gboolean same = self->value != NULL && self->from == starts[i] && self->to == ends[i];

      if (!same && !move_to (self, args, starts[i], ends[i], error))
        return FALSE;
      g_ptr_array_add (values, rush_column_ref (self->value));
    }
  column = rush_column_concat ((RushColumn *const *)values->pdata, n, self->eval->allocator, error);
  if (column != NULL)
    g_ptr_array_add (out, column);
  return column != NULL;
}

gboolean
rush_frame_aggregate_run (RushFrameAggregate *self, const RushWindowArgs *args, guint n,
                          const guint32 *starts, const guint32 *ends, GPtrArray *out,
                          GError **error)
{
  for (guint i = 0; i < n; i += FOLDED_ROWS)
    if (!run_some (self, args, MIN (n - i, FOLDED_ROWS), starts + i, ends + i, out, error))
      return FALSE;
  return TRUE;
}

guint32
rush_frame_aggregate_first (const RushFrameAggregate *self)
{
  return self->from;
}

void
rush_frame_aggregate_free (RushFrameAggregate *self)
{
  if (self == NULL)
    return;
  clear_state (self);
  rush_free (self->eval->allocator, self->states.states, self->states.state_bytes);
  g_clear_pointer (&self->value, rush_column_unref);
  g_free (self);
}

RushFrameAggregate *
rush_frame_aggregate_new (const RushExpr *call, RushEvalContext *eval, GError **error)
{
  gsize bytes = call->as.aggregate.function->aggregate->state_bytes (call);
  gpointer states = rush_alloc (eval->allocator, bytes, error);

  if (states == NULL)
    return NULL;
  RushFrameAggregate *self = g_new0 (RushFrameAggregate, 1);
  self->call = call;
  self->eval = eval;
  self->states = (RushAggregateStates){ states, bytes, eval->allocator };
  init_state (self);
  return self;
}
