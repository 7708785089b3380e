/* value_text.h - the value of any row of any column as text.
 *
 *   CAST_ANSI      cast (x as string)         [1, null]  0.0000001   {k -> 1}   bytes as they are
 *   CAST_LEGACY    the same, ANSI off                    1E-7
 *   PRETTY         show ()                    [1, NULL]  0.0000001              [1A 2B]
 *   SQL            a literal                  array(1, NULL), DATE '2020-01-01', 1.5BD, 2L, 'str'
 *
 * Threads:  any; the zone's cursor of a writer belongs to one.
 * Mirrors:  ToStringBase (Cast, ToPrettyString), Literal.sql.
 */
#pragma once

#include "core/data/column.h"
#include "sql/types/time_zone.h"

typedef enum
{
  RUSH_TEXT_CAST_ANSI,
  RUSH_TEXT_CAST_LEGACY,
  RUSH_TEXT_PRETTY,
  RUSH_TEXT_SQL,
} RushValueTextStyle;

/* Lives on the stack of a loop; nothing to free. */
typedef struct
{
  RushValueTextStyle style;
  RushZoneCursor cursor;
} RushValueWriter;

void rush_value_writer_init (RushValueWriter *self, RushValueTextStyle style,
                             const RushTimeZone *zone);
/* Appends row @row of @column; a null is "null" (casts: inside of arrays, maps and structs only,
 * for a null itself casts to null) or "NULL". */
void rush_value_write (RushValueWriter *self, const RushColumn *column, guint row, GString *out);
/* One value, (transfer full). */
char *rush_value_to_text (const RushColumn *column, guint row, RushValueTextStyle style,
                          const RushTimeZone *zone);

/* How a user-defined type's values are cast to string and shown: as toString () of its JVM class
 * has them.  Those of other classes look as their SQL type does.  Said when the program starts,
 * before any value is written. */
typedef void (*RushUserText) (const RushColumn *column, guint row, GString *out);
void rush_value_text_add_user (const char *jvm_class, RushUserText write);

/* A string literal in SQL: 'it\'s'. */
void rush_value_write_sql_string (const char *bytes, gsize length, GString *out);
