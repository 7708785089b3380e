/* csv_record.h - a CSV record taken apart into its fields.
 *
 * Ownership:  fields point into the record, or into the splitter's own scratch, until the next
 * call.
 * Threads:    one.
 * Mirrors:    com.univocity.parsers.csv.CsvParser, as Spark sets it up.
 */
#pragma once

#include "sql/records/csv_options.h"

typedef struct
{
  const char *text; /* NULL: nothing stood there, not even quotes */
  guint length;
  gboolean in_scratch; /* it was changed, and does not stand in the record any more */
} RushCsvField;

typedef struct
{
  const RushCsvOptions *options; /* (unowned) */
  RushAllocator *allocator;      /* (unowned) of scratch */
  RushCsvField *fields;
  guint n_fields, n_allocated;
  char *scratch; /* of a record's size */
  gsize scratch_used, scratch_size;
  /* Fields from this number on are not wanted: they need not be taken apart. */
  guint n_wanted;
} RushCsvSplitter;

void rush_csv_splitter_init (RushCsvSplitter *self, const RushCsvOptions *options,
                             RushAllocator *allocator);
void rush_csv_splitter_clear (RushCsvSplitter *self);
/* A line, without what ends it. */
gboolean rush_csv_split_line (RushCsvSplitter *self, const char *line, gsize length,
                              GError **error);
/* The record that begins at *@at of a whole file, which may go over several lines; empty lines and
 * comments before it are passed over.  *@at is moved behind it.  FALSE without @error: the end. */
gboolean rush_csv_split_next (RushCsvSplitter *self, const char **at, const char *end,
                              GError **error);
/* Whether a line has no record: it is blank, or a comment. */
gboolean rush_csv_is_ignored (const RushCsvOptions *options, const char *line, gsize length);
