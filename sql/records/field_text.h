/* field_text.h - values as text in files and folder names, and back.
 *
 * Casts (sql/evaluate) have rules of their own: blanks around numbers, "t" and "yes" for true. 
 * Files are read as Java's parsers read them.
 *
 * Threads:  a parser or writer belongs to one.
 * Mirrors:  UnivocityParser.makeConverter, UnivocityGenerator.makeConverter.
 */
#pragma once

#include "core/data/column_builder.h"
#include "sql/types/datetime_pattern.h"
#include "sql/types/value_text.h"

typedef enum
{
  RUSH_FIELD_OK,
  RUSH_FIELD_MALFORMED, /* nothing was appended */
  RUSH_FIELD_ERROR,     /* @error is set: memory */
} RushFieldStatus;

typedef struct
{
  const RushType *type;
  const RushTimeZone *zone;
  const RushDatetimePattern *pattern; /* (unowned) of dates and times; NULL: as casts */
  const char *nan_value, *positive_inf, *negative_inf; /* "NaN", "Inf", "-Inf" */
  gsize nan_length, positive_length, negative_length;
} RushFieldParser;

/* FALSE: the zone is none, or values of @type cannot be read from text. */
gboolean rush_field_parser_init (RushFieldParser *self, const RushType *type, const char *time_zone,
                                 GError **error);
gboolean rush_field_parser_supports (const RushType *type);
/* Appends one value. */
RushFieldStatus rush_field_parse (const RushFieldParser *self, const char *text, gsize length,
                                  RushColumnBuilder *into, GError **error);

/* How values are written where casts to string do it otherwise. */
typedef struct
{
  RushValueWriter value;
  const RushTimeZone *zone;
  const RushDatetimePattern *dates, *timestamps, *timestamps_ntz; /* (unowned) or NULL: as casts */
} RushFieldWriter;

void rush_field_writer_init (RushFieldWriter *self, RushValueTextStyle style,
                             const char *time_zone);
/* Appends a value that is not null, of a type that rush_field_parser_supports (). */
void rush_field_write (RushFieldWriter *self, const RushColumn *column, guint row, GString *out);
