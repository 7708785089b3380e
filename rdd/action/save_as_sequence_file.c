/* save_as_sequence_file.c - rows as records.
 *
 *     saveAsSequenceFile    a row is a record
 *     saveAsObjectFile      ten rows are the value of a record, a Java array of byte arrays; the
 *                           key is nothing (NullWritable)
 *
 * The value of an object file is a BytesWritable: a length and the bytes.
 */
#include "rdd/action/save_as_sequence_file.h"

#include "rdd/action/sequence_writer.h"
#include "rdd/call_site.h"
#include "rdd/java_arrays.h"

#include <string.h>

#define LENGTH_BYTES 4
#define OBJECTS_PER_RECORD 10

/* ---- pairs ---- */

static gboolean
write_records (RushPartWriter *out, const RushBatch *batch, gpointer writer, GError **error)
{
  for (guint i = 0; i < batch->length; i++)
    {
      guint row = rush_batch_row (batch, i);
      gsize n;
      const guint8 *bytes = (const guint8 *)rush_column_get_bytes (batch->columns[0], row, &n);
      guint32 key_bytes = 0;

      if (n >= LENGTH_BYTES)
        memcpy (&key_bytes, bytes, LENGTH_BYTES);
      key_bytes = GUINT32_FROM_BE (key_bytes);
      if (n < LENGTH_BYTES || key_bytes > n - LENGTH_BYTES)
        {
          g_set_error_literal (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT,
                               "a record must be the length of its key, key and value");
          return FALSE;
        }
      if (!rush_sequence_writer_append (writer, bytes + LENGTH_BYTES, key_bytes,
                                        bytes + LENGTH_BYTES + key_bytes,
                                        n - LENGTH_BYTES - key_bytes, error))
        return FALSE;
    }
  rush_part_writer_ctx (out)->metrics.output_records += batch->length;
  return TRUE;
}

static gboolean
write_pairs (RushPartWriter *out, RushIterator *rows, gpointer header, GError **error)
{
  g_autoptr (RushSequenceWriter) writer = rush_sequence_writer_new (out, header, error);

  return writer != NULL && rush_part_writer_drain (out, rows, write_records, writer, error) &&
         rush_sequence_writer_finish (writer, error);
}

/* ---- objects ---- */

/* Up to ten objects that wait to be a record: their bytes are copied, as batches go. */
typedef struct
{
  RushSequenceWriter *writer;
  RushGrowingBytes value;
  RushJavaArraysWriter arrays; /* in the value; n is 0 before the first object */
} ObjectWriter;

static gboolean
put_objects (ObjectWriter *self, RushTaskContext *ctx, GError **error)
{
  guint32 length;

  if (self->arrays.n == 0)
    return TRUE;
  rush_java_arrays_end (&self->arrays);
  self->arrays.n = 0;
  length = GUINT32_TO_BE ((guint32)(self->value.n - LENGTH_BYTES));
  memcpy (self->value.bytes, &length, LENGTH_BYTES);
  ctx->metrics.output_records++;
  return rush_sequence_writer_append (self->writer, NULL, 0, self->value.bytes, self->value.n,
                                      error);
}

static gboolean
add_object (ObjectWriter *self, const guint8 *bytes, gsize n, GError **error)
{
  static const guint8 no_length[LENGTH_BYTES];

  if (self->arrays.n == 0)
    {
      self->value.n = 0;
      if (!rush_growing_bytes_append (&self->value, no_length, LENGTH_BYTES, error) ||
          !rush_java_arrays_begin (&self->arrays, &self->value, error))
        return FALSE;
    }
  return rush_java_arrays_add (&self->arrays, bytes, n, error);
}

static gboolean
write_objects (RushPartWriter *out, const RushBatch *batch, gpointer data, GError **error)
{
  ObjectWriter *self = data;

  for (guint i = 0; i < batch->length; i++)
    {
      gsize n;
      const char *bytes = rush_column_get_bytes (batch->columns[0], rush_batch_row (batch, i), &n);

      if (!add_object (self, (const guint8 *)bytes, n, error) ||
          (self->arrays.n == OBJECTS_PER_RECORD &&
           !put_objects (self, rush_part_writer_ctx (out), error)))
        return FALSE;
    }
  return TRUE;
}

static gboolean
write_object_part (RushPartWriter *out, RushIterator *rows, gpointer header, GError **error)
{
  g_autoptr (RushSequenceWriter) writer = rush_sequence_writer_new (out, header, error);
  ObjectWriter self = { .writer = writer };
  gboolean ok;

  rush_growing_bytes_init (&self.value, rush_part_writer_ctx (out)->allocator);
  ok = writer != NULL && rush_part_writer_drain (out, rows, write_objects, &self, error) &&
       put_objects (&self, rush_part_writer_ctx (out), error) &&
       rush_sequence_writer_finish (writer, error);
  rush_growing_bytes_clear (&self.value);
  return ok;
}

/* ---- the driver ---- */

static void
header_free (gpointer data)
{
  rush_sequence_header_clear (data);
  g_free (data);
}

static RushSequenceHeader *
header_new (const RushSequenceOutput *output)
{
  RushSequenceHeader *self = g_new0 (RushSequenceHeader, 1);

  self->key_class = g_strdup (output->key_class);
  self->value_class = g_strdup (output->value_class);
  self->kind = output->kind;
  self->packing = output->packing;
  return self;
}

gboolean
rush_rdd_save_as_sequence_file (RushContext *context, RushRdd *records, const char *path,
                                const RushSequenceOutput *output, const RushJobOptions *options,
                                GError **error)
{
  RUSH_OPERATOR ("saveAsSequenceFile");
  const RushPartFormat format = { .write = write_pairs,
                                  .data = header_new (output),
                                  .free_data = header_free,
                                  .prefix = output->prefix };

  return rush_rdd_save_parts (context, records, path, &format, options, error);
}

gboolean
rush_rdd_save_as_object_file (RushContext *context, RushRdd *objects, const char *path,
                              const RushJobOptions *options, GError **error)
{
  RUSH_OPERATOR ("saveAsObjectFile");
  const RushSequenceOutput output = { .key_class = "org.apache.hadoop.io.NullWritable",
                                      .value_class = "org.apache.hadoop.io.BytesWritable" };
  const RushPartFormat format = { .write = write_object_part,
                                  .data = header_new (&output),
                                  .free_data = header_free };

  g_return_val_if_fail (objects->schema->fields[0].type == &RUSH_BINARY, FALSE);
  return rush_rdd_save_parts (context, objects, path, &format, options, error);
}
