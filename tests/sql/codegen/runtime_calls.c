/* runtime_calls.c - what the engine does for a stage: functions, aggregates and generators, on the
 * values of one row as a batch of it. */
#include "runtime.h"

#include "sql/functions/function.h"

static const RushRows one_row = { NULL, 1, 1 };

static const RushExpr *
reference (rl_stage *stage, int i)
{
  return stage->code->references->pdata[i];
}

/* ---- a batch of one row ---- */

typedef struct
{
  const RushType **types;
  guint n;
} Types;

static gboolean
note_type (const RushExpr *node, gpointer data)
{
  Types *types = data;

  if (node->kind == RUSH_EXPR_BOUND && node->as.bound.ordinal < types->n)
    types->types[node->as.bound.ordinal] = node->type;
  return FALSE;
}

/* The arguments of @expr, by the types that it says they have. */
static RushBatch *
batch_of (const RushExpr *expr, int n, const rl_datum *arguments, GError **error)
{
  g_autofree const RushType **types = g_new0 (const RushType *, n + 1);
  g_autofree RushColumn **columns = g_new0 (RushColumn *, n + 1);
  g_autofree RushField *fields = g_new0 (RushField, n + 1);
  Types found = { types, (guint)n };
  g_autoptr (RushSchema) schema = NULL;

  rush_expr_visit (expr, note_type, &found);
  for (int i = 0; i < n; i++)
    {
      g_assert (types[i] != NULL);
      fields[i] = (RushField){ (char *)"argument", types[i], TRUE };
      columns[i] = runtime_column (types[i], &arguments[i], error);
      if (columns[i] == NULL)
        return NULL;
    }
  schema = rush_schema_new ((guint)n, fields);
  return rush_batch_new (schema, 1, columns);
}

static RushColumn *
evaluate (rl_stage *stage, const RushExpr *expr, const RushBatch *batch, GError **error)
{
  RushColumn *column = rush_evaluate (expr, batch, stage->eval, error);

  if (column != NULL)
    runtime_keep (stage, column, (GDestroyNotify)rush_column_unref);
  return column;
}

static gboolean
evaluate_arguments (rl_stage *stage, const RushExpr *call, int n, const rl_datum *arguments,
                    RushColumn **out, GError **error)
{
  RushBatch *batch = batch_of (call, n, arguments, error);

  if (batch == NULL)
    return FALSE;
  runtime_keep (stage, batch, (GDestroyNotify)rush_batch_unref);
  for (guint i = 0; i < call->n_children; i++)
    {
      out[i] = evaluate (stage, call->children[i], batch, error);
      if (out[i] == NULL)
        return FALSE;
    }
  return TRUE;
}

/* ---- functions ---- */

bool
rl_call (rl_stage *stage, const char *name, int i, int n, const rl_datum *arguments,
         rl_datum *result)
{
  GError *error = NULL;
  RushBatch *batch = batch_of (reference (stage, i), n, arguments, &error);
  RushColumn *column = NULL;

  if (batch != NULL)
    {
      runtime_keep (stage, batch, (GDestroyNotify)rush_batch_unref);
      column = evaluate (stage, reference (stage, i), batch, &error);
    }
  if (column == NULL)
    return runtime_fail (stage, error);
  *result = runtime_get (stage, column, 0);
  return true;
}

/* ---- aggregates ---- */

struct rl_aggregate
{
  rl_stage *stage;
  const RushExpr *call;
  const RushAggregateClass *klass;
  RushAggregateStates states; /* of one group */
};

static void
aggregate_free (gpointer data)
{
  rl_aggregate *self = data;

  if (self->klass->clear != NULL)
    self->klass->clear (self->call, &self->states, 0, 1);
  g_free (self->states.states);
  g_free (self);
}

rl_aggregate *
rl_aggregate_new (rl_stage *stage, const char *name, int i)
{
  rl_aggregate *self = g_new0 (rl_aggregate, 1);

  self->stage = stage;
  self->call = reference (stage, i);
  self->klass = self->call->as.aggregate.function->aggregate;
  self->states.state_bytes = self->klass->state_bytes (self->call);
  self->states.states = g_malloc0 (self->states.state_bytes);
  self->states.allocator = rush_allocator_system ();
  if (self->klass->init != NULL)
    self->klass->init (self->call, &self->states, 0, 1);
  runtime_keep (stage, self, aggregate_free);
  return self;
}

bool
rl_aggregate_update (rl_aggregate *self, int n, const rl_datum *arguments)
{
  g_autofree RushColumn **columns = g_new0 (RushColumn *, self->call->n_children + 1);
  guint32 group = 0;
  GError *error = NULL;

  return (evaluate_arguments (self->stage, self->call, n, arguments, columns, &error) &&
          self->klass->update (self->call, &self->states, &group, columns, &one_row,
                               self->stage->eval, &error)) ||
         runtime_fail (self->stage, error);
}

bool
rl_aggregate_merge (rl_aggregate *self, int n, const rl_datum *buffers)
{
  const RushType *types[RUSH_MAX_LISTED_ARGS];
  const char *names[RUSH_MAX_LISTED_ARGS];
  gboolean nullable[RUSH_MAX_LISTED_ARGS];
  RushColumn *columns[RUSH_MAX_LISTED_ARGS];
  guint32 group = 0;
  GError *error = NULL;

  g_assert (n == (int)self->klass->buffer (self->call, types, names, nullable));
  for (int b = 0; b < n; b++)
    {
      columns[b] = runtime_column (types[b], &buffers[b], &error);
      if (columns[b] == NULL)
        return runtime_fail (self->stage, error);
      runtime_keep (self->stage, columns[b], (GDestroyNotify)rush_column_unref);
    }
  return self->klass->merge (self->call, &self->states, &group, columns, &one_row,
                             self->stage->eval, &error) ||
         runtime_fail (self->stage, error);
}

bool
rl_aggregate_buffers (rl_aggregate *self, int n, rl_datum *buffers)
{
  RushColumn *columns[RUSH_MAX_LISTED_ARGS] = { NULL };
  GError *error = NULL;

  if (!self->klass->write_buffers (self->call, &self->states, 0, 1, columns, self->stage->eval,
                                   &error))
    return runtime_fail (self->stage, error);
  for (int b = 0; b < n; b++)
    {
      runtime_keep (self->stage, columns[b], (GDestroyNotify)rush_column_unref);
      buffers[b] = runtime_get (self->stage, columns[b], 0);
    }
  return true;
}

bool
rl_aggregate_result (rl_aggregate *self, rl_datum *result)
{
  GError *error = NULL;
  RushColumn *column =
      self->klass->result (self->call, &self->states, 0, 1, self->stage->eval, &error);

  if (column == NULL)
    return runtime_fail (self->stage, error);
  runtime_keep (self->stage, column, (GDestroyNotify)rush_column_unref);
  *result = runtime_get (self->stage, column, 0);
  return true;
}

/* ---- generators ---- */

struct rl_generated
{
  rl_stage *stage;
  GPtrArray *columns;
  guint n, next;
};

static rl_generated *
generate (rl_stage *stage, int i, int n, const rl_datum *arguments, gboolean outer)
{
  const RushExpr *call = reference (stage, i);
  g_autofree RushColumn **columns = g_new0 (RushColumn *, call->n_children + 1);
  rl_generated *self = runtime_alloc (stage, sizeof *self);
  guint32 count = 0;
  RushGenerated out = { &count,
                        g_ptr_array_new_with_free_func ((GDestroyNotify)rush_column_unref) };
  GError *error = NULL;

  runtime_keep (stage, out.columns, (GDestroyNotify)g_ptr_array_unref);
  if (!evaluate_arguments (stage, call, n, arguments, columns, &error) ||
      !call->as.function.function->generate (call, columns, &one_row, outer, &out, stage->eval,
                                             &error))
    {
      runtime_fail (stage, error);
      return NULL;
    }
  *self = (rl_generated){ stage, out.columns, count, 0 };
  return self;
}

rl_generated *
rl_generate (rl_stage *stage, const char *name, int i, int n, const rl_datum *arguments)
{
  return generate (stage, i, n, arguments, FALSE);
}

rl_generated *
rl_generate_outer (rl_stage *stage, const char *name, int i, int n, const rl_datum *arguments)
{
  return generate (stage, i, n, arguments, TRUE);
}

const rl_row *
rl_generated_next (rl_generated *self)
{
  g_autofree rl_datum *values = g_new (rl_datum, self->columns->len + 1);

  if (self->next == self->n)
    return NULL;
  for (guint c = 0; c < self->columns->len; c++)
    values[c] = runtime_get (self->stage, self->columns->pdata[c], self->next);
  self->next++;
  return runtime_row (self->stage, (int)self->columns->len, values);
}
