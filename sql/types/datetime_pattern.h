/* datetime_pattern.h - Java's patterns of dates and times, compiled once, used for many values.
 *
 *   yyyy-MM-dd HH:mm:ss.SSS      dd/MM/yyyy[ 'at' h:mm a] XXX
 *
 *   G era · y year · M L month · d day · D day of year · E day of week · F day within its week of
 *   the month · Q q quarter · a AM/PM · H k K h hour · m minute · s second · S fraction
 *   V z O X x Z zone · '…' text · […] optional
 *
 * What Spark refuses, is refused with its words: week-based letters, patterns that only the
 * formatter of Spark 2 knew, E, F, Q and q where a text is read.
 *
 * Long names of zones (zzzz) are known for the zones of Europe, America, India, Japan and
 * Australia; others are written as Java writes a zone without a name, "GMT+08:00".
 *
 * Threads:  immutable, hence any.
 * Mirrors:  DateTimeFormatterHelper, TimestampFormatter; java.time.format.DateTimeFormatter.
 */
#pragma once

#include "sql/types/time_zone.h"

typedef struct _RushDatetimePattern RushDatetimePattern;

/* NULL: INVALID_DATETIME_PATTERN.…, or INCONSISTENT_BEHAVIOR_CROSS_VERSION.… */
RushDatetimePattern *rush_datetime_pattern_new (const char *pattern, gboolean for_parsing,
                                                GError **error);
void rush_datetime_pattern_free (RushDatetimePattern *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RushDatetimePattern, rush_datetime_pattern_free)

/* Appends the time that the zone shows at an instant. */
void rush_datetime_pattern_format (const RushDatetimePattern *self, gint64 instant_us,
                                   const RushTimeZone *zone, GString *out);

/* What a text says; fields that it does not name are those of 1970-01-01 00:00. */
typedef struct
{
  gint64 local_us;
  const RushTimeZone *zone; /* NULL: the text names none */
} RushParsedTime;

/* All of @text.  FALSE: CANNOT_PARSE_TIMESTAMP; @function is what the message advises to use
 * ("`try_to_timestamp`"). */
gboolean rush_datetime_pattern_parse (const RushDatetimePattern *self, const char *text,
                                      gsize length, const char *function, RushParsedTime *out,
                                      GError **error);
/* The same as an instant; @zone is for texts that name none. */
gboolean rush_datetime_pattern_parse_instant (const RushDatetimePattern *self, const char *text,
                                              gsize length, const RushTimeZone *zone,
                                              const char *function, gint64 *out_us, GError **error);
