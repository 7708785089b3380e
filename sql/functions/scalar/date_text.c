/* date_text.c - dates and timestamps written and read by patterns: date_format (), to_timestamp ()
 * …
 *
 * A pattern that is a literal is compiled once a task.
 *
 * Mirrors:  DateFormatClass, ParseToDate, ParseToTimestamp, UnixTimestamp, FromUnixTime, DayName.
 */
#include "sql/functions/scalar/scalar_private.h"
#include "sql/types/datetime_pattern.h"
#include "sql/types/timestamp.h"

typedef struct
{
  const char *fallback; /* without an argument for it */
  gint argument;
  gboolean for_parsing;
  RushColumn *column;
} PatternSource;

static gpointer
make_pattern (const RushExpr *call, gpointer data, GError **error)
{
  const PatternSource *source = data;

  if (source->column == NULL)
    return rush_datetime_pattern_new (source->fallback, source->for_parsing, error);
  RushText text = rush_text_arg (source->column, 0);
  g_autofree char *pattern = g_strndup (text.bytes, text.length);
  return rush_datetime_pattern_new (pattern, source->for_parsing, error);
}

/* The pattern of a row: the prepared one, or one in *own (whose former one is freed). */
static const RushDatetimePattern *
pattern_of (const RushExpr *call, RushColumn *const *args, guint argument, gboolean for_parsing,
            guint row, RushDatetimePattern **own, RushEvalContext *ctx, GError **error)
{
  PatternSource source = { "yyyy-MM-dd HH:mm:ss", (gint)argument, for_parsing, NULL };

  if (call->n_children > argument)
    {
      source.column = args[argument];
      if (call->children[argument]->kind != RUSH_EXPR_LITERAL)
        {
          g_autoptr (RushColumn) one = rush_column_slice (args[argument], row, 1);
          source.column = one;
          g_clear_pointer (own, rush_datetime_pattern_free);
          *own = make_pattern (call, &source, error);
          return *own;
        }
    }
  return rush_eval_prepared (ctx, call, make_pattern, &source,
                             (GDestroyNotify)rush_datetime_pattern_free, error);
}

/* An instant to text; @UNIT: microseconds in what the argument counts. */
static RushColumn *
format (const RushExpr *call, RushColumn *const *args, gint64 unit, const RushRows *rows,
        RushEvalContext *ctx, GError **error)
{
  const RushTimeZone *zone = rush_time_zone_get (ctx->time_zone, error);
  g_autoptr (RushDatetimePattern) own = NULL;
  g_autoptr (GString) out = g_string_new (NULL);
  g_auto (RushTextWriter) writer = { .blocks = NULL };

  if (zone == NULL ||
      !rush_text_writer_init (&writer, &RUSH_STRING, rows->length, ctx->allocator, error))
    return NULL;
  RUSH_FOR_ROWS (rows, row, {
    const RushDatetimePattern *pattern = pattern_of (call, args, 1, FALSE, row, &own, ctx, error);
    if (pattern == NULL)
      return NULL;
    g_string_truncate (out, 0);
    rush_datetime_pattern_format (pattern, RUSH_INT_ARG (0) * unit, zone, out);
    if (!rush_text_writer_set (&writer, row, out->str, out->len, error))
      return NULL;
  });
  return rush_text_writer_finish (&writer);
}

RUSH_EVALUATOR (date_format)
{
  return format (call, args, 1, rows, ctx, error);
}

RUSH_EVALUATOR (from_unixtime)
{
  return format (call, args, RUSH_MICROS_PER_SECOND, rows, ctx, error);
}

/* Text to an instant; FALSE: an error, which TRY and LEGACY make a null of. */
static RushColumn *
parse (const RushExpr *call, RushColumn *const *args, gint64 unit, const char *advice,
       const RushRows *rows, RushEvalContext *ctx, GError **error)
{
  const RushTimeZone *zone = rush_time_zone_get (ctx->time_zone, error);
  gboolean tries =
      g_str_has_prefix (call->as.function.function->name, "try_") || call->mode != RUSH_EVAL_ANSI;
  g_autoptr (RushDatetimePattern) own = NULL;
  g_auto (RushColumnWriter) writer = { NULL };

  if (zone == NULL ||
      !rush_column_writer_init (&writer, call->type, rows->length, TRUE, ctx->allocator, error))
    return NULL;
  RUSH_FOR_ROWS (rows, row, {
    RushText text = RUSH_TEXT_ARG (0);
    GError *failure = NULL;
    gint64 instant = 0;
    const RushDatetimePattern *pattern = pattern_of (call, args, 1, TRUE, row, &own, ctx, error);
    if (pattern == NULL)
      return NULL;
    if (rush_datetime_pattern_parse_instant (pattern, text.bytes, text.length, zone, advice,
                                             &instant, &failure))
      ((gint64 *)writer.values->bytes)[row] = rush_floor_div (instant, unit);
    else if (!tries)
      {
        g_propagate_error (error, failure);
        return NULL;
      }
    else
      {
        g_error_free (failure);
        if (!rush_column_writer_set_null (&writer, row, error))
          return NULL;
      }
  });
  return rush_column_writer_finish (&writer);
}

RUSH_EVALUATOR (parse_timestamp)
{
  return parse (call, args, 1, "`try_to_timestamp`", rows, ctx, error);
}

/* unix_timestamp (text or timestamp or date[, pattern]) */
RUSH_EVALUATOR (unix_timestamp)
{
  const RushTimeZone *zone = rush_time_zone_get (ctx->time_zone, error);
  g_auto (RushColumnWriter) writer = { NULL };

  if (zone == NULL)
    return NULL;
  if (call->n_children == 0)
    return rush_column_new_constant_int (&RUSH_INT64, ctx->now_us / RUSH_MICROS_PER_SECOND,
                                         rows->length, ctx->allocator, error);
  if (args[0]->type == &RUSH_STRING)
    return parse (call, args, RUSH_MICROS_PER_SECOND, "`try_to_timestamp`", rows, ctx, error);
  if (!rush_column_writer_init (&writer, &RUSH_INT64, rows->length, TRUE, ctx->allocator, error))
    return NULL;
  RUSH_FOR_ROWS (rows, row, {
    gint64 value = RUSH_INT_ARG (0);
    if (args[0]->type == &RUSH_DATE)
      value = rush_timestamp_from_days (value, zone);
    else if (args[0]->type == &RUSH_TIMESTAMP_NTZ)
      value = rush_time_zone_to_instant (zone, value, RUSH_NO_OFFSET);
    ((gint64 *)writer.values->bytes)[row] = rush_floor_div (value, RUSH_MICROS_PER_SECOND);
  });
  return rush_column_writer_finish (&writer);
}

RUSH_TEXT_EVALUATOR (day_name, {
  static const char *const names[] = { "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun" };
  g_string_append (out, names[rush_civil_day_of_week (RUSH_INT_ARG (0)) - 1]);
})
RUSH_TEXT_EVALUATOR (month_name, {
  static const char *const names[] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                       "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
  g_string_append (out, names[rush_civil_date (RUSH_INT_ARG (0)).month - 1]);
})

/* ── rewrites: without a pattern it is a cast ── */

static RushExpr *
parsed_or_cast (const RushType *type, const char *parser, guint n, RushExpr *const *args,
                RushEvalMode mode)
{
  if (n < 2)
    return rush_expr_cast (rush_expr_ref (args[0]), type, mode, NULL, FALSE);
  RushExpr *both[] = { rush_expr_ref (args[0]), rush_expr_ref (args[1]) };
  const char *name[] = { parser, NULL };
  RushExpr *parsed = rush_expr_unresolved_function (name, 2, both, FALSE, NULL);
  return type == &RUSH_TIMESTAMP ? parsed : rush_expr_cast (parsed, type, mode, NULL, FALSE);
}

#define PARSER(name, TYPE, CALL, MODE)                                                             \
  static RushExpr *name (const RushFunction *self, guint n, RushExpr *const *args,                 \
                         RushEvalMode mode, GError **error)                                        \
  {                                                                                                \
    return parsed_or_cast (TYPE, CALL, n, args, MODE);                                             \
  }
PARSER (to_date, &RUSH_DATE, "parse_timestamp", mode)
PARSER (try_to_date, &RUSH_DATE, "try_parse_timestamp", RUSH_EVAL_TRY)
PARSER (to_timestamp, &RUSH_TIMESTAMP, "parse_timestamp", mode)
PARSER (try_to_timestamp, &RUSH_TIMESTAMP, "try_parse_timestamp", RUSH_EVAL_TRY)
PARSER (to_timestamp_ntz, &RUSH_TIMESTAMP_NTZ, "parse_timestamp", mode)

#define PARSE(NAME, FUNC, USAGE)                                                                   \
  {                                                                                                \
    .name = NAME,                                                                                  \
    .kind = RUSH_FUNCTION_REWRITE,                                                                 \
    .min_args = 1,                                                                                 \
    .max_args = 2,                                                                                 \
    .args = { RUSH_ARG_ANY, RUSH_ARG_STRING },                                                     \
    .rewrite = FUNC,                                                                               \
    .usage = USAGE,                                                                                \
    .since = "2.2.0",                                                                              \
  }
#define INTERNAL(NAME)                                                                             \
  RUSH_SCALAR (NAME, 2, 2, &RUSH_TIMESTAMP, parse_timestamp,                                       \
               "what to_timestamp() with a pattern becomes", "2.2.0", RUSH_ARGS (RUSH_ARG_STRING), \
               .always_nullable = TRUE, .needs_time_zone = TRUE, .internal = TRUE)
#define UNIX(NAME)                                                                                 \
  RUSH_SCALAR (NAME, 0, 2, &RUSH_INT64, unix_timestamp,                                            \
               NAME "([time[, pattern]]) - seconds since 1970", "1.5.0",                           \
               RUSH_ARGS (RUSH_ARG_ANY, RUSH_ARG_STRING), .always_nullable = TRUE,                 \
               .needs_time_zone = TRUE)

const RushFunction rush_functions_date_text[] = {
  RUSH_SCALAR ("date_format", 2, 2, &RUSH_STRING, date_format,
               "date_format(timestamp, pattern) - as text", "1.5.0",
               RUSH_ARGS (RUSH_ARG_TIMESTAMP, RUSH_ARG_STRING), .needs_time_zone = TRUE),
  RUSH_SCALAR ("from_unixtime", 1, 2, &RUSH_STRING, from_unixtime,
               "from_unixtime(seconds[, pattern]) - as text", "1.5.0",
               RUSH_ARGS (RUSH_ARG_LONG, RUSH_ARG_STRING), .needs_time_zone = TRUE),
  UNIX ("unix_timestamp"),
  UNIX ("to_unix_timestamp"),
  INTERNAL ("parse_timestamp"),
  INTERNAL ("try_parse_timestamp"),
  PARSE ("to_date", to_date, "to_date(text[, pattern])"),
  PARSE ("try_to_date", try_to_date, "try_to_date(text[, pattern]) - null if it is none"),
  PARSE ("to_timestamp", to_timestamp, "to_timestamp(text[, pattern])"),
  PARSE ("try_to_timestamp", try_to_timestamp, "try_to_timestamp(text[, pattern])"),
  PARSE ("to_timestamp_ntz", to_timestamp_ntz, "to_timestamp_ntz(text[, pattern])"),
  RUSH_SCALAR ("dayname", 1, 1, &RUSH_STRING, day_name, "dayname(date) - Mon to Sun", "4.0.0",
               RUSH_ARGS (RUSH_ARG_DATE)),
  RUSH_SCALAR ("monthname", 1, 1, &RUSH_STRING, month_name, "monthname(date) - Jan to Dec", "4.0.0",
               RUSH_ARGS (RUSH_ARG_DATE)),
  { NULL },
};
