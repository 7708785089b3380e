/* csv_options.h - how a CSV file is written, as its reader or writer was told.
 *
 * Ownership:  refcounted, immutable.   Threads: any.
 * Mirrors:    org.apache.spark.sql.catalyst.csv.CSVOptions.
 */
#pragma once

#include "core/base/refcount.h"
#include "sql/records/field_text.h"
#include "sql/records/record_options.h"
#include "sql/records/parse_mode.h"

typedef struct
{
  RushRefCount refs;
  char *separator; /* one character or several */
  gsize separator_length;
  char quote;         /* '\0': there is none */
  char escape;        /* '\0': likewise */
  char escape_escape; /* what makes an escape before a quote an ordinary character; '\0': none */
  char comment;       /* '\0': likewise */
  gboolean header, infers, multi_line, enforces_schema, prefers_dates;
  gboolean trims_left, trims_right; /* ignoreLeadingWhiteSpace, ignoreTrailingWhiteSpace */
  double sampling_ratio;
  char *line_separator; /* or NULL: LF, CRLF, CR */
  char *null_value, *empty_value;
  gsize null_length, empty_length;
  char *nan_value, *positive_inf, *negative_inf;
  gint64 max_columns, max_chars;
  RushParseMode mode;
  char *corrupt_column;
  RushDatetimePattern *date_pattern, *timestamp_pattern, *timestamp_ntz_pattern; /* or NULL */
  const char *time_zone;                                                         /* interned */
  /* of writers */
  gboolean quotes_all, escapes_quotes;
} RushCsvOptions;

/* INVALID_DELIMITER_VALUE.…, and for each option what it must be. */
RushCsvOptions *rush_csv_options_new (const RushOptions *options, const RushEvalSettings *settings,
                                      gboolean writing, GError **error);
RushCsvOptions *rush_csv_options_ref (RushCsvOptions *self);
void rush_csv_options_unref (RushCsvOptions *self); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RushCsvOptions, rush_csv_options_unref)

/* For values of @type in these files; the parser refers to @self. */
gboolean rush_csv_options_parser (const RushCsvOptions *self, const RushType *type,
                                  RushFieldParser *out, GError **error);
