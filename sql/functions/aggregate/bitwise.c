/* bitwise.c - bit_and (), bit_or (), bit_xor (), and count_if (): folds of integers.
 *
 * Mirrors:  BitAndAgg, BitOrAgg, BitXorAgg, CountIf.
 */
#include "sql/functions/aggregate/aggregates_private.h"
#include "sql/functions/families_private.h"

#include <string.h>

typedef struct
{
  gint64 value;
  gboolean seen;
} Fold;

static gsize
state_bytes (const RushExpr *call)
{
  return sizeof (Fold);
}

static gboolean
is_count (const RushExpr *call)
{
  return call->as.aggregate.function->name[0] == 'c';
}

static inline void
fold (char kind, Fold *state, gint64 value)
{
  if (!state->seen)
    state->value = value;
  else
    state->value = kind == 'a'   ? state->value & value
                   : kind == 'o' ? state->value | value
                                 : state->value ^ value;
  state->seen = TRUE;
}

static gboolean
update (const RushExpr *call, RushAggregateStates *states, const guint32 *groups,
        RushColumn *const *args, const RushRows *rows, RushEvalContext *ctx, GError **error)
{
  Fold *folds = RUSH_STATES (Fold, states);
  char kind = call->as.aggregate.function->name[4]; /* bit_and, bit_or, bit_xor */
  gboolean count = is_count (call), partial = count && args[0]->type == &RUSH_INT64;

  for (guint i = 0; i < rows->n; i++)
    {
      guint row = rush_eval_row (rows, i);
      if (!rush_column_is_valid (args[0], row))
        continue;
      if (partial)
        folds[groups[i]].value += rush_column_get_int (args[0], row);
      else if (count)
        folds[groups[i]].value += rush_column_get_bool (args[0], row);
      else
        fold (kind, &folds[groups[i]], rush_column_get_int (args[0], row));
    }
  return TRUE;
}

static guint
buffer (const RushExpr *call, const RushType **types, const char **names, gboolean *nullable)
{
  types[0] = call->type;
  names[0] = is_count (call) ? "count" : call->as.aggregate.function->name;
  nullable[0] = !is_count (call);
  return 1;
}

static RushColumn *
result (const RushExpr *call, const RushAggregateStates *states, guint first, guint n,
        RushEvalContext *ctx, GError **error)
{
  const Fold *folds = RUSH_STATES (Fold, states) + first;
  g_auto (RushColumnWriter) writer = { NULL };
  gsize width = call->type->value_bytes;

  if (!rush_column_writer_init (&writer, call->type, n, FALSE, ctx->allocator, error))
    return NULL;
  for (guint i = 0; i < n; i++)
    {
      memcpy (writer.values->bytes + i * width, &folds[i].value, width);
      if (!folds[i].seen && !is_count (call) && !rush_column_writer_set_null (&writer, i, error))
        return NULL;
    }
  return rush_column_writer_finish (&writer);
}

static gboolean
write_buffers (const RushExpr *call, const RushAggregateStates *states, guint first, guint n,
               RushColumn **out, RushEvalContext *ctx, GError **error)
{
  out[0] = result (call, states, first, n, ctx, error);
  return out[0] != NULL;
}

static const RushType *
result_type (const RushFunction *self, guint n, RushExpr *const *args, gboolean *inout_nullable,
             GError **error)
{
  *inout_nullable = TRUE;
  return args[0]->type;
}

static const RushAggregateClass fold_class = {
  .name = "BitAggregate",
  .state_bytes = state_bytes,
  .update = update,
  .merge = update,
  .buffer = buffer,
  .write_buffers = write_buffers,
  .result = result,
};

#define FOLD(NAME, USAGE)                                                                          \
  {                                                                                                \
    .name = NAME,                                                                                  \
    .kind = RUSH_FUNCTION_AGGREGATE,                                                               \
    .min_args = 1,                                                                                 \
    .max_args = 1,                                                                                 \
    .args = { RUSH_ARG_INTEGRAL },                                                                 \
    .result_type = result_type,                                                                    \
    .always_nullable = TRUE,                                                                       \
    .aggregate = &fold_class,                                                                      \
    .usage = NAME "(expr) - " USAGE,                                                               \
    .since = "3.0.0",                                                                              \
  }

const RushFunction rush_functions_bitwise[] = {
  FOLD ("bit_and", "the bits that all values have"),
  FOLD ("bit_or", "the bits that any value has"),
  FOLD ("bit_xor", "the bits that an odd number of values have"),
  {
      .name = "count_if",
      .kind = RUSH_FUNCTION_AGGREGATE,
      .min_args = 1,
      .max_args = 1,
      .args = { RUSH_ARG_BOOL },
      .fixed_type = &RUSH_INT64,
      .never_null = TRUE,
      .aggregate = &fold_class,
      .usage = "count_if(expr) - how many rows it is true for",
      .since = "3.0.0",
  },
  { NULL },
};
