/* json_options.h - which JSON is understood, and how its values are read and written.
 *
 * Ownership:  refcounted, immutable.   Threads: any.
 * Mirrors:    org.apache.spark.sql.catalyst.json.JSONOptions.
 */
#pragma once

#include "core/base/refcount.h"
#include "sql/records/field_text.h"
#include "sql/records/record_options.h"
#include "sql/records/parse_mode.h"

typedef struct
{
  RushRefCount refs;
  /* what JSON may look like */
  gboolean comments, unquoted_names, single_quotes, leading_zeros, non_numeric_numbers;
  gboolean any_escape, control_chars;
  /* what is made of it */
  gboolean multi_line, primitives_as_string, prefers_decimal, drops_all_null, infers_timestamps;
  double sampling_ratio;
  char *line_separator; /* or NULL */
  RushParseMode mode;
  char *corrupt_column;
  RushDatetimePattern *date_pattern, *timestamp_pattern, *timestamp_ntz_pattern; /* or NULL */
  const char *time_zone;                                                         /* interned */
  gboolean ignores_null_fields;                                                  /* of writers */
  gboolean case_sensitive;
} RushJsonOptions;

RushJsonOptions *rush_json_options_new (const RushOptions *options,
                                        const RushEvalSettings *settings, gboolean writing,
                                        GError **error);
RushJsonOptions *rush_json_options_ref (RushJsonOptions *self);
void rush_json_options_unref (RushJsonOptions *self); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RushJsonOptions, rush_json_options_unref)
