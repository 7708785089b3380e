/* first_last.c - first (), last (), any_value (), max_by (), min_by (): a value that stands for a
 * group.
 *
 *   first, any_value    the first row's  IGNORE NULLS, or a second argument that is true: the first
 *   last                the last row's       that is not null
 *   max_by (x, y)       x of the row with the largest y; rows without y do not count
 *
 * Mirrors:  org.apache.spark.sql.catalyst.expressions.aggregate.{First, Last, AnyValue, MaxMinBy}.
 */
#include "sql/functions/aggregate/aggregates_private.h"
#include "sql/functions/aggregate/value_state_private.h"
#include "sql/functions/families_private.h"

#include <string.h>

typedef struct
{
  RushValueState value;
  RushValueState order; /* max_by, min_by */
} Choice;

static gsize
choice_bytes (const RushExpr *call)
{
  return sizeof (Choice);
}

static gboolean
named (const RushExpr *call, const char *start)
{
  return g_str_has_prefix (call->as.aggregate.function->name, start);
}

static void
clear (const RushExpr *call, RushAggregateStates *states, guint first, guint n)
{
  for (guint i = first; i < first + n; i++)
    {
      rush_value_state_clear (&RUSH_STATES (Choice, states)[i].value, states->allocator);
      rush_value_state_clear (&RUSH_STATES (Choice, states)[i].order, states->allocator);
    }
}

static RushColumn *
result (const RushExpr *call, const RushAggregateStates *states, guint first, guint n,
        RushEvalContext *ctx, GError **error)
{
  return rush_value_states_column (call->type, &RUSH_STATES (Choice, states)[first].value,
                                   sizeof (Choice), n, ctx->allocator, error);
}

/* ── first, last ── */

static gboolean
ignores_nulls (const RushExpr *call)
{
  if (named (call, "pivot"))
    return TRUE;
  guint n = call->n_children - (call->as.aggregate.has_filter ? 1 : 0);
  return call->as.aggregate.ignore_nulls || (n > 1 && rush_expr_is_true (call->children[1]));
}

static gboolean
update_place (const RushExpr *call, RushAggregateStates *states, const guint32 *groups,
              RushColumn *const *args, const RushRows *rows, RushEvalContext *ctx, GError **error)
{
  gboolean last = named (call, "last"), ignore = ignores_nulls (call);

  for (guint i = 0; i < rows->n; i++)
    {
      guint row = rush_eval_row (rows, i);
      RushValueState *value = &RUSH_STATES (Choice, states)[groups[i]].value;
      if ((!last && rush_value_state_is_set (value)) ||
          (ignore && !rush_column_is_valid (args[0], row)))
        continue;
      if (!rush_value_state_set (value, args[0], row, states->allocator, error))
        return FALSE;
    }
  return TRUE;
}

/* Parts without a row say so in their second buffer. */
static gboolean
merge_place (const RushExpr *call, RushAggregateStates *states, const guint32 *groups,
             RushColumn *const *buffers, const RushRows *rows, RushEvalContext *ctx, GError **error)
{
  gboolean last = named (call, "last");

  for (guint i = 0; i < rows->n; i++)
    {
      guint row = rush_eval_row (rows, i);
      RushValueState *value = &RUSH_STATES (Choice, states)[groups[i]].value;
      if (rush_column_get_bool (buffers[1], row) && (last || !rush_value_state_is_set (value)) &&
          !rush_value_state_set (value, buffers[0], row, states->allocator, error))
        return FALSE;
    }
  return TRUE;
}

static guint
buffer_place (const RushExpr *call, const RushType **types, const char **names, gboolean *nullable)
{
  types[0] = call->type;
  names[0] = named (call, "last") ? "last" : "first";
  nullable[0] = TRUE;
  types[1] = &RUSH_BOOL;
  names[1] = "valueSet";
  nullable[1] = FALSE;
  return 2;
}

static gboolean
write_place (const RushExpr *call, const RushAggregateStates *states, guint first, guint n,
             RushColumn **out, RushEvalContext *ctx, GError **error)
{
  g_auto (RushColumnWriter) writer = { NULL };

  if (!rush_column_writer_init (&writer, &RUSH_BOOL, n, TRUE, ctx->allocator, error))
    return FALSE;
  for (guint i = 0; i < n; i++)
    if (rush_value_state_is_set (&RUSH_STATES (Choice, states)[first + i].value))
      rush_bit_set (writer.values->bytes, i);
  out[0] = result (call, states, first, n, ctx, error);
  if (out[0] == NULL)
    return FALSE;
  out[1] = rush_column_writer_finish (&writer);
  return TRUE;
}

/* ── max_by, min_by ── */

static gboolean
update_by (const RushExpr *call, RushAggregateStates *states, const guint32 *groups,
           RushColumn *const *args, const RushRows *rows, RushEvalContext *ctx, GError **error)
{
  gboolean max = named (call, "max");

  for (guint i = 0; i < rows->n; i++)
    {
      guint row = rush_eval_row (rows, i);
      Choice *choice = &RUSH_STATES (Choice, states)[groups[i]];
      if (!rush_column_is_valid (args[1], row))
        continue;
      if (rush_value_state_is_set (&choice->order))
        {
          gint order = rush_value_state_compare (&choice->order, args[1], row);
          if (max ? order > 0 : order < 0)
            continue;
        }
      if (!rush_value_state_set (&choice->value, args[0], row, states->allocator, error) ||
          !rush_value_state_set (&choice->order, args[1], row, states->allocator, error))
        return FALSE;
    }
  return TRUE;
}

static guint
buffer_by (const RushExpr *call, const RushType **types, const char **names, gboolean *nullable)
{
  types[0] = call->type;
  names[0] = "valueWithExtremumOrdering";
  nullable[0] = TRUE;
  types[1] = call->children[1]->type;
  names[1] = "extremumOrdering";
  nullable[1] = TRUE;
  return 2;
}

static gboolean
write_by (const RushExpr *call, const RushAggregateStates *states, guint first, guint n,
          RushColumn **out, RushEvalContext *ctx, GError **error)
{
  out[0] = result (call, states, first, n, ctx, error);
  if (out[0] == NULL)
    return FALSE;
  out[1] =
      rush_value_states_column (call->children[1]->type, &RUSH_STATES (Choice, states)[first].order,
                                sizeof (Choice), n, ctx->allocator, error);
  if (out[1] == NULL)
    g_clear_pointer (&out[0], rush_column_unref);
  return out[1] != NULL;
}

static const RushType *
result_type (const RushFunction *self, guint n, RushExpr *const *args, gboolean *inout_nullable,
             GError **error)
{
  *inout_nullable = TRUE;
  return args[0]->type;
}

static const RushAggregateClass place_class = {
  .name = "First",
  .state_bytes = choice_bytes,
  .update = update_place,
  .merge = merge_place,
  .buffer = buffer_place,
  .write_buffers = write_place,
  .result = result,
  .clear = clear,
};

/* What ResolvePivot makes of one value's rows. */
static const RushAggregateClass pivot_class = {
  .name = "PivotFirst",
  .imperative = TRUE,
  .state_bytes = choice_bytes,
  .update = update_place,
  .merge = merge_place,
  .buffer = buffer_place,
  .write_buffers = write_place,
  .result = result,
  .clear = clear,
};

static const RushAggregateClass by_class = {
  .name = "MaxMinBy",
  .state_bytes = choice_bytes,
  .update = update_by,
  .merge = update_by,
  .buffer = buffer_by,
  .write_buffers = write_by,
  .result = result,
  .clear = clear,
};

#define PLACE(NAME, USAGE)                                                                         \
  {                                                                                                \
    .name = NAME,                                                                                  \
    .kind = RUSH_FUNCTION_AGGREGATE,                                                               \
    .min_args = 1,                                                                                 \
    .max_args = 2,                                                                                 \
    .args = { RUSH_ARG_ANY, RUSH_ARG_BOOL },                                                       \
    .result_type = result_type,                                                                    \
    .always_nullable = TRUE,                                                                       \
    .aggregate = &place_class,                                                                     \
    .usage = NAME "(expr[, ignoreNulls]) - " USAGE,                                                \
    .since = "2.0.0",                                                                              \
  }
#define BY(NAME, USAGE)                                                                            \
  {                                                                                                \
    .name = NAME,                                                                                  \
    .kind = RUSH_FUNCTION_AGGREGATE,                                                               \
    .min_args = 2,                                                                                 \
    .max_args = 2,                                                                                 \
    .args = { RUSH_ARG_ANY, RUSH_ARG_ORDERED },                                                    \
    .result_type = result_type,                                                                    \
    .always_nullable = TRUE,                                                                       \
    .aggregate = &by_class,                                                                        \
    .usage = NAME "(x, y) - " USAGE,                                                               \
    .since = "3.0.0",                                                                              \
  }

const RushFunction rush_functions_first_last[] = {
  PLACE ("first", "the first row's value"),
  PLACE ("first_value", "the first row's value"),
  PLACE ("any_value", "some row's value"),
  PLACE ("last", "the last row's value"),
  PLACE ("last_value", "the last row's value"),
  BY ("max_by", "x where y is largest"),
  BY ("min_by", "x where y is smallest"),
  {
      .name = "pivotfirst",
      .kind = RUSH_FUNCTION_AGGREGATE,
      .min_args = 1,
      .max_args = 1,
      .args = { RUSH_ARG_ANY },
      .result_type = result_type,
      .always_nullable = TRUE,
      .aggregate = &pivot_class,
      .usage = "pivotfirst(expr) - the first value that is not null: a pivot's own",
      .since = "1.6.0",
  },
  { NULL },
};
