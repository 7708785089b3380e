/* parse_mode.h - what becomes of records that cannot be read: CSV and JSON alike.
 *
 *   PERMISSIVE      what can be read stays, the rest is null; the text goes to the column of
 *                   corrupt records, if the schema has one
 *   DROPMALFORMED   the row is left out
 *   FAILFAST        an error
 *
 * Mirrors: org.apache.spark.sql.catalyst.util.{ParseMode,FailureSafeParser}.
 */
#pragma once

#include "core/data/batch.h"
#include "sql/plan/settings.h"
#include "sql/records/record_options.h"

typedef enum
{
  RUSH_PARSE_PERMISSIVE,
  RUSH_PARSE_DROP_MALFORMED,
  RUSH_PARSE_FAIL_FAST,
} RushParseMode;

/* Unknown words are PERMISSIVE, as in Spark. */
RushParseMode rush_parse_mode_of (const RushOptions *options);
/* The option columnNameOfCorruptRecord, else the setting. (transfer full) */
char *rush_corrupt_column_of (const RushOptions *options, const RushEvalSettings *settings);
/* Where @schema has that column; −1: nowhere.  INVALID_CORRUPT_RECORD_TYPE if it is no string. */
gboolean rush_corrupt_column_find (const RushSchema *schema, const char *name, gint *out,
                                   GError **error);
/* FAILFAST: MALFORMED_RECORD_IN_PARSING of @record. */
void rush_set_malformed (GError **error, const char *record, gsize length);
