/* aggregate_combiner.c - batches in: a number for each row's group, then each aggregate's update ()
 * over its own states, one column at a time.
 *
 * All that can be refused and tried again comes first: arguments, numbers of groups, room for
 * states, and for what states that grow themselves (collect_list's) will take of the rows.  Once an
 * update () has begun its rows have been taken in, and a refusal there ends the task: it must not
 * look like one that a spill could cure, or rows would count twice.
 *
 * Groups that were numbered when room for their states was refused have no states.  They are at the
 * end, and get theirs when the rows come again; until then they do not exist.
 */
#include "sql/physical/tables/aggregate_combiner.h"

#include "sql/physical/tables/group_table.h"
#include "sql/physical/tables/metered_allocator.h"

#include <string.h>

#define FEW_BYTES (256 * 1024) /* of states: not worth to be spilled for others */

typedef struct
{
  RushCombiner base;
  RushAggregateSpec *spec; /* (owned) */
  RushEvalContext *eval;
  RushAllocator *allocator;    /* (owned) of batches that are handed out */
  RushAllocator *meter;        /* (owned) of what stays */
  RushGroupTable *table;       /* NULL: no keys, one group */
  RushAggregateStates *states; /* [n_calls] */
  gsize *state_bytes;          /* [n_calls] bytes taken for states */
  guint capacity;              /* groups */
  guint n_groups;              /* with states */
  guint n_drained;
  gboolean updating; /* cannot make room now */
  gboolean finished; /* all has been handed out: without keys there is one row, not one a call */
} AggregateCombiner;

/* ---- specs ---- */

guint
rush_aggregate_buffers (const RushExpr *call, const RushType **types, const char **names,
                        gboolean *nullable)
{
  const RushAggregateClass *klass = call->as.aggregate.function->aggregate;
  guint n = klass->buffer (call, types, names, nullable);

  g_assert (n <= RUSH_MAX_LISTED_ARGS);
  return n;
}

/* "hash", keys, buffers of all calls: the names are for debuggers alone. */
static RushSchema *
spill_schema_of (const RushAggregateSpec *self)
{
  g_autofree RushField *fields =
      g_new0 (RushField, 1 + self->n_keys + self->n_calls * RUSH_MAX_LISTED_ARGS);
  guint n = 0;

  fields[n++] = (RushField){ (char *)"hash", &RUSH_INT64, FALSE };
  for (guint k = 0; k < self->n_keys; k++)
    fields[n++] = (RushField){ (char *)"key", self->keys[k]->type, TRUE };
  for (guint c = 0; c < self->n_calls; c++)
    {
      const RushType *types[RUSH_MAX_LISTED_ARGS];
      const char *names[RUSH_MAX_LISTED_ARGS];
      gboolean nullable[RUSH_MAX_LISTED_ARGS];
      guint n_buffers = rush_aggregate_buffers (self->calls[c].call, types, names, nullable);

      for (guint b = 0; b < n_buffers; b++)
        fields[n++] = (RushField){ (char *)names[b], types[b], TRUE };
    }
  return rush_schema_new (n, fields);
}

static RushSchema *
value_schema_of (const RushAggregateSpec *self)
{
  g_autofree RushField *fields = g_new0 (RushField, self->n_keys + self->n_calls + 1);
  guint n = 0;

  for (guint k = 0; k < self->n_keys; k++)
    fields[n++] = (RushField){ (char *)"key", self->keys[k]->type, TRUE };
  for (guint c = 0; c < self->n_calls; c++)
    fields[n++] = (RushField){ (char *)"value", self->calls[c].call->type, TRUE };
  return rush_schema_new (n, fields);
}

static gboolean
is_merging (const RushExpr *call)
{
  return call->as.aggregate.mode == RUSH_AGG_PARTIAL_MERGE ||
         call->as.aggregate.mode == RUSH_AGG_FINAL;
}

/* Buffers stand at the end of the input. */
static void
place_buffers (RushAggregateSpec *self, guint n_input_columns)
{
  guint at = n_input_columns;

  for (guint c = 0; c < self->n_calls; c++)
    at -= self->calls[c].merges ? self->calls[c].n_buffers : 0;
  for (guint c = 0; c < self->n_calls; c++)
    if (self->calls[c].merges)
      {
        self->calls[c].first_buffer = at;
        at += self->calls[c].n_buffers;
      }
  g_assert (at == n_input_columns);
}

RushAggregateSpec *
rush_aggregate_spec_new (const RushExprList *keys, const RushExprList *calls, guint n_input_columns,
                         RushExprList *results, RushSchema *output_schema, GError **error)
{
  g_autoptr (RushAggregateSpec) self = g_new0 (RushAggregateSpec, 1);
  g_autofree const RushType **types = g_new0 (const RushType *, keys->n + 1);

  rush_ref_count_init (&self->refs);
  self->n_keys = keys->n;
  self->keys = g_new0 (RushExpr *, keys->n + 1);
  for (guint k = 0; k < keys->n; k++)
    {
      self->keys[k] = rush_expr_ref (keys->items[k]);
      types[k] = keys->items[k]->type;
    }
  self->layout = rush_key_layout_new (keys->n, types, TRUE, error);
  if (self->layout == NULL)
    return NULL;
  self->n_calls = calls->n;
  self->calls = g_new0 (RushAggregateCall, calls->n + 1);
  for (guint c = 0; c < calls->n; c++)
    {
      RushExpr *call = calls->items[c];
      const RushType *buffer_types[RUSH_MAX_LISTED_ARGS];
      const char *names[RUSH_MAX_LISTED_ARGS];
      gboolean nullable[RUSH_MAX_LISTED_ARGS];

      g_assert (call->kind == RUSH_EXPR_AGGREGATE);
      self->calls[c] = (RushAggregateCall){
        .call = rush_expr_ref (call),
        .klass = call->as.aggregate.function->aggregate,
        .merges = is_merging (call),
        .n_buffers = rush_aggregate_buffers (call, buffer_types, names, nullable),
      };
    }
  place_buffers (self, n_input_columns);
  self->spill_schema = spill_schema_of (self);
  self->output_schema = rush_schema_ref (output_schema);
  if (results != NULL)
    {
      self->results = rush_expr_list_ref (results);
      self->value_schema = value_schema_of (self);
    }
  return g_steal_pointer (&self);
}

RushAggregateSpec *
rush_aggregate_spec_ref (RushAggregateSpec *self)
{
  rush_ref_count_inc (&self->refs);
  return self;
}

void
rush_aggregate_spec_unref (RushAggregateSpec *self)
{
  if (self == NULL || !rush_ref_count_dec (&self->refs))
    return;
  for (guint k = 0; k < self->n_keys; k++)
    rush_expr_unref (self->keys[k]);
  for (guint c = 0; c < self->n_calls; c++)
    rush_expr_unref (self->calls[c].call);
  g_free (self->keys);
  g_free (self->calls);
  rush_key_layout_unref (self->layout);
  g_clear_pointer (&self->spill_schema, rush_schema_unref);
  g_clear_pointer (&self->output_schema, rush_schema_unref);
  g_clear_pointer (&self->value_schema, rush_schema_unref);
  rush_expr_list_unref (self->results);
  g_free (self);
}

/* ---- columns of a batch ---- */

static RushRows
rows_of (const RushBatch *batch)
{
  return (RushRows){ batch->selection != NULL ? (const guint16 *)batch->selection->bytes : NULL,
                     batch->length, batch->physical_length };
}

static void
unref_columns (RushColumn **columns, guint n)
{
  for (guint c = 0; c < n; c++)
    if (columns[c] != NULL)
      rush_column_unref (columns[c]);
  g_free (columns);
}

/* All of @exprs over @batch; NULL: one of them failed. */
static RushColumn **
evaluate_all (AggregateCombiner *self, RushExpr *const *exprs, guint n, const RushBatch *batch,
              GError **error)
{
  RushColumn **columns = g_new0 (RushColumn *, n + 1);

  for (guint i = 0; i < n; i++)
    {
      columns[i] = rush_evaluate (exprs[i], batch, self->eval, error);
      if (columns[i] == NULL)
        {
          unref_columns (columns, n);
          return NULL;
        }
    }
  return columns;
}

/* ---- room ---- */

static gboolean
reserve_states (AggregateCombiner *self, guint n_groups, GError **error)
{
  guint capacity = MAX (n_groups, MIN (self->capacity, G_MAXUINT32 / 2) * 2);

  if (n_groups > self->capacity)
    {
      for (guint c = 0; c < self->spec->n_calls; c++)
        {
          RushAggregateStates *states = &self->states[c];
          gsize bytes = (gsize)capacity * states->state_bytes;
          gpointer moved;

          if (bytes <= self->state_bytes[c])
            continue;
          moved = rush_realloc (self->meter, states->states, self->state_bytes[c], bytes, error);
          if (moved == NULL)
            return FALSE;
          states->states = moved;
          self->state_bytes[c] = bytes;
        }
      self->capacity = capacity;
    }
  for (guint c = 0; c < self->spec->n_calls && n_groups > self->n_groups; c++)
    {
      const RushAggregateCall *call = &self->spec->calls[c];
      RushAggregateStates *states = &self->states[c];

      memset (states->states + (gsize)self->n_groups * states->state_bytes, 0,
              (gsize)(n_groups - self->n_groups) * states->state_bytes);
      if (call->klass->init != NULL)
        call->klass->init (call->call, states, self->n_groups, n_groups - self->n_groups);
    }
  self->n_groups = MAX (self->n_groups, n_groups);
  return TRUE;
}

/* Numbers the groups of the rows, with room for their states. */
static gboolean
number_groups (AggregateCombiner *self, RushColumn *const *keys, const RushRows *rows,
               guint32 *out_groups, GError **error)
{
  if (self->table == NULL)
    {
      memset (out_groups, 0, rows->n * sizeof *out_groups);
      return reserve_states (self, 1, error);
    }
  return rush_group_table_find_or_add (self->table, keys, rows, out_groups, error) &&
         reserve_states (self, rush_group_table_n_groups (self->table), error);
}

/* ---- rows in ---- */

/* Rows have been taken in: a spill would not help. */
static gboolean
end_update (gboolean updated, GError *failure, GError **error)
{
  if (updated)
    return TRUE;
  if (g_error_matches (failure, RUSH_CORE_ERROR, RUSH_CORE_ERROR_OUT_OF_MEMORY))
    {
      failure->code = RUSH_CORE_ERROR_JOB_ABORTED;
      g_prefix_error (&failure, "The state of one group's aggregate does not fit into memory. ");
    }
  g_propagate_error (error, failure);
  return FALSE;
}

static gboolean
update_call (AggregateCombiner *self, guint c, const guint32 *groups, RushColumn *const *args,
             const RushRows *rows, GError **error)
{
  const RushAggregateCall *call = &self->spec->calls[c];
  GError *failure = NULL;
  gboolean updated;

  if (call->merges)
    updated =
        call->klass->merge (call->call, &self->states[c], groups, args, rows, self->eval, &failure);
  else if (self->table == NULL && call->klass->update_one != NULL)
    updated =
        call->klass->update_one (call->call, &self->states[c], 0, args, rows, self->eval, &failure);
  else
    updated = call->klass->update (call->call, &self->states[c], groups, args, rows, self->eval,
                                   &failure);
  return end_update (updated, failure, error);
}

/* The same for the rows alone that pass the call's filter, the last of its arguments. */
static gboolean
update_filtered (AggregateCombiner *self, guint c, const guint32 *groups, RushColumn *const *args,
                 guint n_args, const RushRows *rows, GError **error)
{
  const RushColumn *filter = args[n_args - 1];
  guint16 positions[RUSH_BATCH_MAX_ROWS];
  guint32 their_groups[RUSH_BATCH_MAX_ROWS];
  RushRows some = { positions, 0, rows->length };

  for (guint i = 0; i < rows->n; i++)
    {
      guint row = rush_eval_row (rows, i);
      if (!rush_column_is_valid (filter, row) || !rush_column_get_bool (filter, row))
        continue;
      their_groups[some.n] = groups[i];
      positions[some.n++] = (guint16)row;
    }
  return some.n == 0 || update_call (self, c, their_groups, args, &some, error);
}

/* The arguments of all calls: [c] is NULL for those that merge. */
static gboolean
evaluate_arguments (AggregateCombiner *self, const RushBatch *batch, RushColumn ***out_args,
                    GError **error)
{
  for (guint c = 0; c < self->spec->n_calls; c++)
    {
      const RushAggregateCall *call = &self->spec->calls[c];

      if (call->merges)
        continue;
      out_args[c] = evaluate_all (self, call->call->children, call->call->n_children, batch, error);
      if (out_args[c] == NULL)
        return FALSE;
    }
  return TRUE;
}

static gboolean
update_all (AggregateCombiner *self, const RushBatch *batch, const guint32 *groups,
            RushColumn ***args, GError **error)
{
  RushRows rows = rows_of (batch);

  for (guint c = 0; c < self->spec->n_calls; c++)
    {
      const RushAggregateCall *call = &self->spec->calls[c];
      gboolean filtered = !call->merges && call->call->as.aggregate.has_filter;
      RushColumn *const *columns =
          call->merges ? (RushColumn *const *)&batch->columns[call->first_buffer] : args[c];
      gboolean updated = filtered ? update_filtered (self, c, groups, columns,
                                                     call->call->n_children, &rows, error)
                                  : update_call (self, c, groups, columns, &rows, error);

      if (!updated)
        return FALSE;
    }
  return TRUE;
}

/* Whether states that grow have room for the rows, or nothing would be won by spilling those that
 * there are: twice the batch, as arrays grow by doubling.  It may be a slice of a larger one, so
 * that is a bound, not a measure. */
static gboolean
has_room_to_grow (AggregateCombiner *self, const RushBatch *batch, GError **error)
{
  gsize bytes = 2 * (rush_batch_memory_bytes (batch) + batch->length * sizeof (gpointer));
  gboolean grows = FALSE;

  for (guint c = 0; c < self->spec->n_calls; c++)
    grows |= self->spec->calls[c].klass->clear != NULL;
  if (!grows || self->table == NULL || rush_metered_allocator_in_use (self->meter) < FEW_BYTES)
    return TRUE;
  if (!rush_allocator_reserve (self->meter, bytes, error))
    return FALSE;
  rush_allocator_release (self->meter, bytes);
  return TRUE;
}

static gboolean
aggregate_insert (RushCombiner *base, const RushBatch *batch, GError **error)
{
  AggregateCombiner *self = (AggregateCombiner *)base;
  const RushAggregateSpec *spec = self->spec;
  RushRows rows = rows_of (batch);
  guint32 groups[RUSH_BATCH_MAX_ROWS];
  g_autofree RushColumn ***args = g_new0 (RushColumn **, spec->n_calls + 1);
  RushColumn **keys = evaluate_all (self, spec->keys, spec->n_keys, batch, error);
  gboolean inserted;

  g_return_val_if_fail (self->n_drained == 0, FALSE); /* drain to the end first */
  if (keys == NULL)
    return FALSE;
  inserted = evaluate_arguments (self, batch, args, error) &&
             number_groups (self, keys, &rows, groups, error) &&
             has_room_to_grow (self, batch, error);
  self->updating = inserted;
  inserted = inserted && update_all (self, batch, groups, args, error);
  self->updating = FALSE;
  unref_columns (keys, spec->n_keys);
  for (guint c = 0; c < spec->n_calls; c++)
    if (args[c] != NULL)
      unref_columns (args[c], spec->calls[c].call->n_children);
  return inserted;
}

/* Rows of spill_schema: what another table of this kind drained. */
static gboolean
aggregate_merge (RushCombiner *base, const RushBatch *batch, GError **error)
{
  AggregateCombiner *self = (AggregateCombiner *)base;
  RushRows rows = rows_of (batch);
  guint32 groups[RUSH_BATCH_MAX_ROWS];
  guint column = 1 + self->spec->n_keys;

  if (!number_groups (self, (RushColumn *const *)&batch->columns[1], &rows, groups, error) ||
      !has_room_to_grow (self, batch, error))
    return FALSE;
  for (guint c = 0; c < self->spec->n_calls; c++)
    {
      const RushAggregateCall *call = &self->spec->calls[c];
      GError *failure = NULL;
      gboolean merged;

      self->updating = TRUE;
      merged = call->klass->merge (call->call, &self->states[c], groups,
                                   (RushColumn *const *)&batch->columns[column], &rows, self->eval,
                                   &failure);

      self->updating = FALSE;
      if (!end_update (merged, failure, error))
        return FALSE;
      column += call->n_buffers;
    }
  return TRUE;
}

/* What could be spilled: one group that must always be there cannot be divided, and is small. */
static gsize
aggregate_memory_bytes (const RushCombiner *base)
{
  const AggregateCombiner *self = (const AggregateCombiner *)base;

  return self->table != NULL && !self->updating ? rush_metered_allocator_in_use (self->meter) : 0;
}

/* ---- rows out ---- */

static void
clear (AggregateCombiner *self)
{
  for (guint c = 0; c < self->spec->n_calls; c++)
    {
      const RushAggregateCall *call = &self->spec->calls[c];
      RushAggregateStates *states = &self->states[c];

      if (call->klass->clear != NULL && self->n_groups > 0)
        call->klass->clear (call->call, states, 0, self->n_groups);
      rush_free (self->meter, states->states, self->state_bytes[c]);
      states->states = NULL;
      self->state_bytes[c] = 0;
    }
  self->capacity = self->n_groups = self->n_drained = 0;
  if (self->table != NULL)
    rush_group_table_clear (self->table);
}

static RushColumn *
hash_column (AggregateCombiner *self, guint n, GError **error)
{
  RushBuffer *values = rush_buffer_new (self->allocator, n * sizeof (gint64), error);

  if (values == NULL)
    return NULL;
  for (guint i = 0; i < n; i++)
    ((guint64 *)values->bytes)[i] =
        self->table != NULL ? rush_group_table_hash (self->table, self->n_drained + i) : 0;
  return rush_column_new_plain (&RUSH_INT64, n, NULL, 0, values, NULL, 0);
}

/* Columns of the next @n groups: the hash if @with_hash, keys, then buffers or results. */
static gboolean
write_columns (AggregateCombiner *self, guint n, gboolean with_hash, gboolean results,
               RushColumn **out, GError **error)
{
  guint at = 0;

  if (with_hash && (out[at++] = hash_column (self, n, error)) == NULL)
    return FALSE;
  for (guint k = 0; k < self->spec->n_keys; k++)
    {
      out[at] =
          rush_group_table_key_column (self->table, k, self->n_drained, n, self->allocator, error);
      if (out[at++] == NULL)
        return FALSE;
    }
  for (guint c = 0; c < self->spec->n_calls; c++)
    {
      const RushAggregateCall *call = &self->spec->calls[c];

      if (results)
        out[at] = call->klass->result (call->call, &self->states[c], self->n_drained, n, self->eval,
                                       error);
      else if (!call->klass->write_buffers (call->call, &self->states[c], self->n_drained, n,
                                            &out[at], self->eval, error))
        return FALSE;
      if (out[at] == NULL)
        return FALSE;
      at += results ? 1 : call->n_buffers;
    }
  return TRUE;
}

/* The next groups as rows of @schema; NULL without error: there are none, and all is clear. */
static RushBatch *
next_groups (AggregateCombiner *self, RushSchema *schema, gboolean with_hash, gboolean results,
             GError **error)
{
  guint n = MIN (self->n_groups - self->n_drained, RUSH_BATCH_MAX_ROWS);
  g_autofree RushColumn **columns = g_new0 (RushColumn *, schema->n_fields + 1);
  RushBatch *batch;

  if (n == 0)
    {
      clear (self);
      return NULL;
    }
  if (!write_columns (self, n, with_hash, results, columns, error))
    {
      unref_columns (g_steal_pointer (&columns), schema->n_fields);
      return NULL;
    }
  batch = rush_batch_new (schema, n, columns);
  self->n_drained += n;
  return batch;
}

static RushBatch *
aggregate_drain (RushCombiner *base, GError **error)
{
  AggregateCombiner *self = (AggregateCombiner *)base;

  return next_groups (self, self->spec->spill_schema, TRUE, FALSE, error);
}

/* Keys and results become what the operator promises. */
static RushBatch *
project_results (AggregateCombiner *self, const RushBatch *values, GError **error)
{
  const RushAggregateSpec *spec = self->spec;
  g_autofree RushColumn **columns =
      evaluate_all (self, spec->results->items, spec->results->n, values, error);

  return columns != NULL ? rush_batch_new (spec->output_schema, values->length, columns) : NULL;
}

static RushBatch *
aggregate_finish (RushCombiner *base, GError **error)
{
  AggregateCombiner *self = (AggregateCombiner *)base;
  const RushAggregateSpec *spec = self->spec;
  guint before = self->n_drained;
  g_autoptr (RushBatch) values = NULL;
  RushBatch *batch;

  if (self->table == NULL && !self->finished && !reserve_states (self, 1, error))
    return NULL;
  self->finished = TRUE;
  if (spec->results == NULL)
    return next_groups (self, spec->output_schema, FALSE, FALSE, error);
  values = next_groups (self, spec->value_schema, FALSE, TRUE, error);
  if (values == NULL)
    return NULL;
  batch = project_results (self, values, error);
  if (batch == NULL)
    self->n_drained = before; /* to be tried again */
  return batch;
}

/* ---- the combiner ---- */

static void
aggregate_free (RushCombiner *base)
{
  AggregateCombiner *self = (AggregateCombiner *)base;

  clear (self);
  rush_group_table_free (self->table);
  rush_aggregate_spec_unref (self->spec);
  rush_allocator_unref (self->allocator);
  rush_allocator_unref (self->meter);
  g_free (self->states);
  g_free (self->state_bytes);
  g_free (self);
}

static const RushCombinerClass aggregate_class = {
  .name = "aggregate",
  .insert = aggregate_insert,
  .memory_bytes = aggregate_memory_bytes,
  .drain = aggregate_drain,
  .free = aggregate_free,
  .merge = aggregate_merge,
  .finish = aggregate_finish,
};

/* Ahead of a shuffle.  (DISTINCT has no call that tells.) */
static gboolean
is_partial (const RushAggregateSpec *spec)
{
  return spec->n_calls > 0 && spec->calls[0].call->as.aggregate.mode == RUSH_AGG_PARTIAL;
}

RushCombiner *
rush_aggregate_combiner_new (gpointer aggregate_task, RushSchema *schema, RushAllocator *allocator)
{
  const RushAggregateTask *task = aggregate_task;
  RushAggregateSpec *spec = task->spec;
  AggregateCombiner *self = g_new0 (AggregateCombiner, 1);

  self->base.klass = &aggregate_class;
  self->spec = rush_aggregate_spec_ref (spec);
  self->eval = task->eval;
  self->allocator = rush_allocator_ref (allocator);
  self->meter = rush_metered_allocator_new (allocator);
  self->states = g_new0 (RushAggregateStates, spec->n_calls + 1);
  self->state_bytes = g_new0 (gsize, spec->n_calls + 1);
  for (guint c = 0; c < spec->n_calls; c++)
    {
      self->states[c].state_bytes = spec->calls[c].klass->state_bytes (spec->calls[c].call);
      self->states[c].allocator = self->meter;
    }
  if (spec->n_keys > 0)
    self->table = rush_group_table_new_with (
        is_partial (spec) ? rush_plugins_find (self->eval->plugins, "partial-aggregate") : NULL,
        spec->layout, self->meter);
  return &self->base;
}
