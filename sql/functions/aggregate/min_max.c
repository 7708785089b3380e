/* min_max.c - min () and max (); and bool_and (), bool_or (), which are the same over bools.
 *
 *   numbers, dates …     the value itself in the state, 16 bytes at most
 *   strings, binary      a copy of the bytes, grown when a longer one wins
 *   arrays, structs      a column of one row
 *
 * Mirrors:  org.apache.spark.sql.catalyst.expressions.aggregate.{Min, Max}.
 */
#include "sql/functions/aggregate/aggregates_private.h"
#include "sql/functions/aggregate/value_state_private.h"
#include "sql/functions/families_private.h"
#include "sql/kernels/compare.h"

#include <string.h>

typedef struct
{
  guint8 value[16];
  gboolean seen;
} RushExtreme;

#define LT(x, y) ((x) < (y))
#define FLOAT_LT(x, y) (((x) < (y)) | (((x) == (x)) & ((y) != (y))))

#define RUSH_T gint8
#define RUSH_FN(name) name##_i8
#define RUSH_LT LT
#include "sql/functions/aggregate/min_max_template.h"
#define RUSH_T gint16
#define RUSH_FN(name) name##_i16
#define RUSH_LT LT
#include "sql/functions/aggregate/min_max_template.h"
#define RUSH_T gint32
#define RUSH_FN(name) name##_i32
#define RUSH_LT LT
#include "sql/functions/aggregate/min_max_template.h"
#define RUSH_T gint64
#define RUSH_FN(name) name##_i64
#define RUSH_LT LT
#include "sql/functions/aggregate/min_max_template.h"
#define RUSH_T rush_int128
#define RUSH_FN(name) name##_i128
#define RUSH_LT LT
#include "sql/functions/aggregate/min_max_template.h"
#define RUSH_T float
#define RUSH_FN(name) name##_f32
#define RUSH_LT FLOAT_LT
#include "sql/functions/aggregate/min_max_template.h"
#define RUSH_T double
#define RUSH_FN(name) name##_f64
#define RUSH_LT FLOAT_LT
#include "sql/functions/aggregate/min_max_template.h"

typedef void (*UpdateFunc) (const RushVector *in, gboolean max, const guint32 *groups, guint group,
                            const RushRows *rows, RushExtreme *states);

static const UpdateFunc typed[] = {
  [RUSH_STORAGE_I8] = update_i8,     [RUSH_STORAGE_I16] = update_i16,
  [RUSH_STORAGE_I32] = update_i32,   [RUSH_STORAGE_I64] = update_i64,
  [RUSH_STORAGE_I128] = update_i128, [RUSH_STORAGE_F32] = update_f32,
  [RUSH_STORAGE_F64] = update_f64,   [RUSH_STORAGE_VOID] = NULL,
};

static const RushAggregateClass max_class;

static gboolean
is_max (const RushExpr *call)
{
  return call->as.aggregate.function->aggregate == &max_class;
}

static gsize
state_bytes (const RushExpr *call)
{
  return typed[call->type->storage] != NULL ? sizeof (RushExtreme) : sizeof (RushValueState);
}

/* Strings and nested values: whoever wins is copied. */
static gboolean
update_values (gboolean max, RushAggregateStates *states, const guint32 *groups, guint group,
               RushColumn *values, const RushRows *rows, GError **error)
{
  for (guint i = 0; i < rows->n; i++)
    {
      guint row = rush_eval_row (rows, i);
      RushValueState *state =
          &RUSH_STATES (RushValueState, states)[groups != NULL ? groups[i] : group];
      if (!rush_column_is_valid (values, row))
        continue;
      if (rush_value_state_is_set (state))
        {
          gint order = rush_value_state_compare (state, values, row);
          if (max ? order >= 0 : order <= 0)
            continue;
        }
      if (!rush_value_state_set (state, values, row, states->allocator, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
update_any (const RushExpr *call, RushAggregateStates *states, const guint32 *groups, guint group,
            RushColumn *values, const RushRows *rows, RushEvalContext *ctx, GError **error)
{
  UpdateFunc func = typed[call->type->storage];
  g_auto (RushVector) in = { NULL };

  if (rush_column_is_constant_null (values))
    return TRUE;
  if (func == NULL)
    return update_values (is_max (call), states, groups, group, values, rows, error);
  if (!rush_vector_open (&in, values, ctx->allocator, error))
    return FALSE;
  func (&in, is_max (call), groups, group, rows, RUSH_STATES (RushExtreme, states));
  return TRUE;
}

static gboolean
update (const RushExpr *call, RushAggregateStates *states, const guint32 *groups,
        RushColumn *const *args, const RushRows *rows, RushEvalContext *ctx, GError **error)
{
  return update_any (call, states, groups, 0, args[0], rows, ctx, error);
}

static gboolean
update_one (const RushExpr *call, RushAggregateStates *states, guint group, RushColumn *const *args,
            const RushRows *rows, RushEvalContext *ctx, GError **error)
{
  return update_any (call, states, NULL, group, args[0], rows, ctx, error);
}

static guint
buffer (const RushExpr *call, const RushType **types, const char **names, gboolean *nullable)
{
  types[0] = call->type;
  names[0] = call->as.aggregate.function->name;
  nullable[0] = TRUE;
  return 1;
}

static RushColumn *
result (const RushExpr *call, const RushAggregateStates *states, guint first, guint n,
        RushEvalContext *ctx, GError **error)
{
  g_auto (RushColumnWriter) writer = { NULL };
  gsize width = call->type->value_bytes;

  if (typed[call->type->storage] == NULL)
    return rush_value_states_column (call->type, RUSH_STATES (RushValueState, states) + first,
                                     sizeof (RushValueState), n, ctx->allocator, error);
  const RushExtreme *extremes = RUSH_STATES (RushExtreme, states) + first;
  if (!rush_column_writer_init (&writer, call->type, n, FALSE, ctx->allocator, error))
    return NULL;
  for (guint i = 0; i < n; i++)
    {
      memcpy (writer.values->bytes + i * width, extremes[i].value, width);
      if (!extremes[i].seen && !rush_column_writer_set_null (&writer, i, error))
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

static void
clear (const RushExpr *call, RushAggregateStates *states, guint first, guint n)
{
  if (typed[call->type->storage] == NULL)
    for (guint i = first; i < first + n; i++)
      rush_value_state_clear (&RUSH_STATES (RushValueState, states)[i], states->allocator);
}

static const RushType *
result_type (const RushFunction *self, guint n, RushExpr *const *args, gboolean *inout_nullable,
             GError **error)
{
  *inout_nullable = TRUE;
  return args[0]->type;
}

#define CLASS(NAME)                                                                                \
  {                                                                                                \
    .name = NAME,                                                                                  \
    .state_bytes = state_bytes,                                                                    \
    .update = update,                                                                              \
    .merge = update,                                                                               \
    .update_one = update_one,                                                                      \
    .buffer = buffer,                                                                              \
    .write_buffers = write_buffers,                                                                \
    .result = result,                                                                              \
    .clear = clear,                                                                                \
  }

static const RushAggregateClass min_class = CLASS ("Min");
static const RushAggregateClass max_class = CLASS ("Max");

/* All are true where the least of them is. */
#define OF_BOOLS(NAME, CLASS, USAGE)                                                               \
  {                                                                                                \
    .name = NAME,                                                                                  \
    .kind = RUSH_FUNCTION_AGGREGATE,                                                               \
    .min_args = 1,                                                                                 \
    .max_args = 1,                                                                                 \
    .args = { RUSH_ARG_BOOL },                                                                     \
    .fixed_type = &RUSH_BOOL,                                                                      \
    .always_nullable = TRUE,                                                                       \
    .aggregate = CLASS,                                                                            \
    .usage = NAME "(expr) - " USAGE,                                                               \
    .since = "3.0.0",                                                                              \
  }

const RushFunction rush_functions_min_max[] = {
  {
      .name = "min",
      .kind = RUSH_FUNCTION_AGGREGATE,
      .min_args = 1,
      .max_args = 1,
      .args = { RUSH_ARG_ORDERED },
      .result_type = result_type,
      .always_nullable = TRUE,
      .aggregate = &min_class,
      .usage = "min(expr) - the smallest value that is not null",
      .since = "1.0.0",
  },
  {
      .name = "max",
      .kind = RUSH_FUNCTION_AGGREGATE,
      .min_args = 1,
      .max_args = 1,
      .args = { RUSH_ARG_ORDERED },
      .result_type = result_type,
      .always_nullable = TRUE,
      .aggregate = &max_class,
      .usage = "max(expr) - the largest value that is not null",
      .since = "1.0.0",
  },
  OF_BOOLS ("bool_and", &min_class, "are all true?"),
  OF_BOOLS ("every", &min_class, "are all true?"),
  OF_BOOLS ("bool_or", &max_class, "is any true?"),
  OF_BOOLS ("any", &max_class, "is any true?"),
  OF_BOOLS ("some", &max_class, "is any true?"),
  { NULL },
};
