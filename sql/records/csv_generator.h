/* csv_generator.h - values as fields of CSV.
 *
 * Threads: one.
 * Mirrors: org.apache.spark.sql.catalyst.csv.UnivocityGenerator.
 */
#pragma once

#include "sql/records/csv_options.h"

typedef struct
{
  const RushCsvOptions *options; /* (unowned) of writing */
  RushFieldWriter values;
  GString *field;
} RushCsvGenerator;

void rush_csv_generator_init (RushCsvGenerator *self, const RushCsvOptions *options);
void rush_csv_generator_clear (RushCsvGenerator *self); /* zeroed is fine */
/* Appends a field, in quotes if it needs them. */
void rush_csv_generate_text (const RushCsvOptions *options, const char *text, gsize length,
                             GString *out);
/* Appends @row of each column, without what ends a line. */
void rush_csv_generate_row (RushCsvGenerator *self, guint n, RushColumn *const *columns, guint row,
                            GString *out);
