/* scalar_private.h - what scalar functions share.
 *
 * A function that is null where an argument is sees valid rows alone (sql/evaluate/call.c), so its
 * loop is one over rows, without a look at nulls:
 *
 *   RUSH_FOR_ROWS (rows, row, { out[row] = …; });
 */
#pragma once

#include "core/base/json.h"
#include "sql/functions/families_private.h"
#include "sql/kernels/columns.h"

#include <string.h>

#define RUSH_FOR_ROWS(rows, row, ...)                                                              \
  do                                                                                               \
    {                                                                                              \
      for (guint i_ = 0; i_ < (rows)->n; i_++)                                                     \
        {                                                                                          \
          const guint row = rush_eval_row (rows, i_);                                              \
          __VA_ARGS__                                                                              \
        }                                                                                          \
    }                                                                                              \
  while (0)

/* The head of every evaluator. */
#define RUSH_EVALUATOR(name)                                                                       \
  static RushColumn *name (const RushExpr *call, RushColumn *const *args, const RushRows *rows,    \
                           RushEvalContext *ctx, GError **error)

#define RUSH_RESULT_TYPE(name)                                                                     \
  static const RushType *name (const RushFunction *self, guint n, RushExpr *const *args,           \
                               gboolean *inout_nullable, GError **error)

/* An evaluator whose result has a fixed width: BODY sets `value` of C type T for `row`; `null` =
 * TRUE makes it null. */
#define RUSH_FIXED_EVALUATOR(name, T, ...)                                                         \
  RUSH_EVALUATOR (name)                                                                            \
  {                                                                                                \
    g_auto (RushColumnWriter) writer = { NULL };                                                   \
    if (!rush_column_writer_init (&writer, call->type, rows->length, TRUE, ctx->allocator, error)) \
      return NULL;                                                                                 \
    T *out_ = (T *)writer.values->bytes;                                                           \
    RUSH_FOR_ROWS (rows, row, {                                                                    \
      T value = (T){ 0 };                                                                          \
      gboolean null = FALSE;                                                                       \
      __VA_ARGS__                                                                                  \
      out_[row] = value;                                                                           \
      if (G_UNLIKELY (null) && !rush_column_writer_set_null (&writer, row, error))                 \
        return NULL;                                                                               \
    });                                                                                            \
    return rush_column_writer_finish (&writer);                                                    \
  }

/* The same for bool. */
#define RUSH_BOOL_EVALUATOR(name, ...)                                                             \
  RUSH_EVALUATOR (name)                                                                            \
  {                                                                                                \
    g_auto (RushColumnWriter) writer = { NULL };                                                   \
    if (!rush_column_writer_init (&writer, &RUSH_BOOL, rows->length, TRUE, ctx->allocator, error)) \
      return NULL;                                                                                 \
    RUSH_FOR_ROWS (rows, row, {                                                                    \
      gboolean value = FALSE, null = FALSE;                                                        \
      __VA_ARGS__                                                                                  \
      if (value)                                                                                   \
        rush_bit_set (writer.values->bytes, row);                                                  \
      if (G_UNLIKELY (null) && !rush_column_writer_set_null (&writer, row, error))                 \
        return NULL;                                                                               \
    });                                                                                            \
    return rush_column_writer_finish (&writer);                                                    \
  }

/* The same for strings and binary: BODY appends to the GString `out`, or sets `null`. */
#define RUSH_TEXT_EVALUATOR(name, ...)                                                             \
  RUSH_EVALUATOR (name)                                                                            \
  {                                                                                                \
    g_autoptr (GString) out = g_string_new (NULL);                                                 \
    g_auto (RushTextWriter) writer = { .blocks = NULL };                                           \
    if (!rush_text_writer_init (&writer, call->type, rows->length, ctx->allocator, error))         \
      return NULL;                                                                                 \
    RUSH_FOR_ROWS (rows, row, {                                                                    \
      gboolean null = FALSE;                                                                       \
      g_string_truncate (out, 0);                                                                  \
      __VA_ARGS__                                                                                  \
      if (null ? !rush_column_writer_set_null (&writer.base, row, error)                           \
               : !rush_text_writer_set (&writer, row, out->str, out->len, error))                  \
        return NULL;                                                                               \
    });                                                                                            \
    return rush_text_writer_finish (&writer);                                                      \
  }

/* Arguments of a row. */
#define RUSH_INT_ARG(i) rush_column_get_int (args[i], row)
#define RUSH_DOUBLE_ARG(i) rush_column_get_double (args[i], row)

typedef struct
{
  const char *bytes;
  gsize length;
} RushText;

static inline RushText
rush_text_arg (const RushColumn *column, guint row)
{
  RushText text;
  text.bytes = rush_column_get_bytes (column, row, &text.length);
  return text;
}
#define RUSH_TEXT_ARG(i) rush_text_arg (args[i], row)

/* Entries of the tables. */
#define RUSH_SCALAR(NAME, MIN, MAX, TYPE, EVALUATE, USAGE, SINCE, ...)                             \
  { .name = NAME,                                                                                  \
    .kind = RUSH_FUNCTION_SCALAR,                                                                  \
    .min_args = MIN,                                                                               \
    .max_args = MAX,                                                                               \
    .fixed_type = TYPE,                                                                            \
    .evaluate = EVALUATE,                                                                          \
    .usage = USAGE,                                                                                \
    .since = SINCE,                                                                                \
    __VA_ARGS__ }
#define RUSH_ARGS(...) .args = { __VA_ARGS__ }

/* Result types that several families have. */
const RushType *rush_result_type_of_first (const RushFunction *self, guint n, RushExpr *const *args,
                                           gboolean *inout_nullable, GError **error);

/* Arrays joined, row by row. */
RushColumn *rush_concat_arrays (const RushExpr *call, RushColumn *const *args, const RushRows *rows,
                                RushEvalContext *ctx, GError **error);

/* A part of a JSON text as get_json_object () gives it: strings without quotes, the rest as
 * JSON. */
void rush_json_append_part (const RushJson *value, GString *out);

/* UTF-8, as far as it is that: what is not counts as one character a byte. */
static inline gsize
rush_utf8_bytes (const char *p, const char *end)
{
  guint8 c = (guint8)*p;
  gsize n = c < 0xc0 ? 1 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;
  return MIN (n, (gsize)(end - p));
}

/* Whether it is that at all (text_checks.c). */
gboolean rush_utf8_is_valid (RushText text);

/* Characters. */
static inline gsize
rush_utf8_length (const char *bytes, gsize length)
{
  gsize count = 0;
  for (gsize i = 0; i < length; i++)
    count += ((guint8)bytes[i] & 0xc0) != 0x80;
  return count;
}

/* Where character @n (from 0) begins; the end if there are fewer. */
static inline const char *
rush_utf8_at (const char *bytes, gsize length, gsize n)
{
  const char *p = bytes, *end = bytes + length;
  while (n > 0 && p < end)
    {
      p += rush_utf8_bytes (p, end);
      n--;
    }
  return p;
}
