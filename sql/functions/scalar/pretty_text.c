/* pretty_text.c - to_pretty_string (): any value as show () prints it.
 *
 * Not a function of Spark's SQL: DataFrame.show () puts it around every column.
 * Mirrors:  org.apache.spark.sql.catalyst.expressions.ToPrettyString.
 */
#include "sql/functions/scalar/scalar_private.h"
#include "sql/types/value_text.h"

RUSH_EVALUATOR (to_pretty_string)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_auto (RushTextWriter) writer = { .blocks = NULL };
  RushValueWriter values;
  const RushTimeZone *zone = rush_time_zone_get (ctx->time_zone, error);

  if (zone == NULL)
    return NULL;
  rush_value_writer_init (&values, RUSH_TEXT_PRETTY, zone);
  if (!rush_text_writer_init (&writer, &RUSH_STRING, rows->length, ctx->allocator, error))
    return NULL;
  RUSH_FOR_ROWS (rows, row, {
    g_string_truncate (text, 0);
    rush_value_write (&values, args[0], row, text);
    if (!rush_text_writer_set (&writer, row, text->str, text->len, error))
      return NULL;
  });
  return rush_text_writer_finish (&writer);
}

const RushFunction rush_functions_pretty[] = {
  RUSH_SCALAR ("to_pretty_string", 1, 1, &RUSH_STRING, to_pretty_string,
               "to_pretty_string(value) - as show () prints it", "3.5.0", RUSH_ARGS (RUSH_ARG_ANY),
               .never_null = TRUE, .handles_nulls = TRUE, .needs_time_zone = TRUE,
               .internal = TRUE),
  { NULL },
};
