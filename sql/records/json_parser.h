/* json_parser.h - JSON texts as rows.
 *
 * Threads:  one.
 * Mirrors:  org.apache.spark.sql.catalyst.json.JacksonParser.
 */
#pragma once

#include "core/data/builder.h"
#include "sql/records/json_scanner.h"

typedef struct _RushJsonParser RushJsonParser;

/* Rows go to @builder, of @schema's columns.  INVALID_CORRUPT_RECORD_TYPE. */
RushJsonParser *rush_json_parser_new (const RushSchema *schema, const RushJsonOptions *options,
                                      RushBatchBuilder *builder, RushAllocator *allocator,
                                      GError **error);
void rush_json_parser_free (RushJsonParser *self); /* NULL is fine */
/* The rows of one text: an object is one, an array as many as it has objects.  @buffer: where it
 * stands, if strings may stay there; or NULL. */
gboolean rush_json_parser_add (RushJsonParser *self, const char *text, gsize length,
                               RushBuffer *buffer, GError **error);
/* The builder is full, and the text has more rows: finish the batch, then resume (); the text and
 * the buffer must still be there. */
gboolean rush_json_parser_is_pending (const RushJsonParser *self);
gboolean rush_json_parser_resume (RushJsonParser *self, GError **error);
/* Rows so far, also if they have no columns. */
guint64 rush_json_parser_rows (const RushJsonParser *self);
/* from_json (): one value a text, of the only column's type; null for a blank text.  Takes the
 * place of add (). */
gboolean rush_json_parser_add_value (RushJsonParser *self, const char *text, gsize length,
                                     GError **error);
