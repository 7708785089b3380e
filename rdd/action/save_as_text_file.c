/* save_as_text_file.c - lines as files.
 *
 * A line goes out as its bytes and a newline, whatever is in it: a line that holds one becomes two,
 * as in Spark.  How they come to be files is told in save_parts.c.
 */
#include "rdd/action/save_as_text_file.h"

#include "rdd/call_site.h"

static gboolean
write_lines (RushPartWriter *writer, const RushBatch *batch, gpointer data, GError **error)
{
  const RushColumn *lines = batch->columns[0];

  for (guint i = 0; i < batch->length; i++)
    {
      guint row = rush_batch_row (batch, i);
      const char *bytes;
      gsize length;

      if (!rush_column_is_valid (lines, row))
        {
          g_set_error_literal (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT,
                               "text files do not allow null rows");
          return FALSE;
        }
      bytes = rush_column_get_bytes (lines, row, &length);
      if (!rush_part_writer_append (writer, (const guint8 *)bytes, length, error) ||
          !rush_part_writer_append (writer, (const guint8 *)"\n", 1, error))
        return FALSE;
    }
  rush_part_writer_ctx (writer)->metrics.output_records += batch->length;
  return TRUE;
}

gboolean
rush_write_text (RushPartWriter *writer, RushIterator *rows, gpointer data, GError **error)
{
  return rush_part_writer_drain (writer, rows, write_lines, NULL, error);
}

gboolean
rush_rdd_save_as_packed_text_file (RushContext *context, RushRdd *lines, const char *path,
                                   RushPacking packing, const char *prefix,
                                   const RushJobOptions *options, GError **error)
{
  RUSH_OPERATOR ("saveAsTextFile");
  const RushPartFormat format = { .write = rush_write_text, .packing = packing, .prefix = prefix };

  g_return_val_if_fail (lines->schema->n_fields == 1, FALSE);
  g_return_val_if_fail (lines->schema->fields[0].type == &RUSH_STRING, FALSE);
  return rush_rdd_save_parts (context, lines, path, &format, options, error);
}

gboolean
rush_rdd_save_as_text_file (RushContext *context, RushRdd *lines, const char *path,
                            const RushJobOptions *options, GError **error)
{
  return rush_rdd_save_as_packed_text_file (context, lines, path, RUSH_PACKING_NONE, NULL, options,
                                            error);
}
