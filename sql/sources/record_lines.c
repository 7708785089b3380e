/* record_lines.c - lines as RDDs of text have them (rdd/source/line_reader.h), or ended by
 * something else, which Spark's option lineSep says.
 *
 * For the latter the rule is the same: a line belongs to the piece of the file in which the byte
 * before it stands.  Its reader is a plain one, as files of that kind are rare: a block, and what
 * is left of the last line moves to the start of the next.
 *
 *     piece       [..............)
 *     bytes    a b ; c d ; e f ; g h ; i
 *                    ▲           ▲
 *                    first line  the last one: its separator ends behind the end of the piece
 */
#include "sql/sources/record_lines.h"

#include "core/data/builder.h"
#include "rdd/source/line_reader.h"

#include <string.h>

#define BLOCK_BYTES (1024 * 1024)

struct _RushLines
{
  RushTaskContext *ctx;   /* (unowned) */
  RushFileSplit split;    /* path: the index's */
  RushLineReader *reader; /* for the usual ends of lines, else: */
  char *separator;
  gsize separator_length;
  RushByteSource *source;
  RushBatchBuilder *builder;
  RushBuffer *block;
  gint64 block_start; /* in the file */
  gsize at;           /* where the next line begins */
  gboolean ended, drops, done;
};

static RushSchema *
lines_schema (void)
{
  static RushSchema *schema;
  static gsize once;

  if (g_once_init_enter (&once))
    {
      schema = rush_schema_of ("value", &RUSH_STRING, NULL);
      g_once_init_leave (&once, 1);
    }
  return schema;
}

/* ---- other separators ---- */

/* More bytes behind what is left of the block, in a new one. */
static gboolean
read_block (RushLines *self, GError **error)
{
  gsize carry = self->block != NULL ? self->block->size - self->at : 0;
  gint64 before = self->source->bytes_in;
  RushBuffer *block =
      rush_buffer_new (self->ctx->allocator, carry + MAX (carry, BLOCK_BYTES), error);
  gsize size = carry;

  if (block == NULL)
    return FALSE;
  if (carry > 0)
    memcpy (block->bytes, self->block->bytes + self->at, carry);
  while (size < block->capacity && !self->ended)
    {
      gssize got = self->source->klass->read (self->source, block->bytes + size,
                                              block->capacity - size, error);

      if (got < 0)
        {
          rush_buffer_unref (block);
          return FALSE;
        }
      size += (gsize)got;
      self->ended = got == 0;
    }
  block->size = size;
  self->ctx->metrics.input_bytes += self->source->bytes_in - before;
  self->block_start += self->block != NULL ? (gint64)self->at : 0;
  self->at = 0;
  rush_buffer_unref (self->block);
  self->block = block;
  return TRUE;
}

/* The line at the current position; FALSE: its end is not in the block. */
static gboolean
find_line (const RushLines *self, gsize *out_length, gsize *out_next)
{
  const guint8 *start = self->block->bytes + self->at;
  gsize left = self->block->size - self->at;
  const guint8 *found = memmem (start, left, self->separator, self->separator_length);

  if (found == NULL && !(self->ended && left > 0))
    return FALSE;
  *out_length = found != NULL ? (gsize)(found - start) : left;
  *out_next = self->at + *out_length + (found != NULL ? self->separator_length : 0);
  return TRUE;
}

static gboolean
is_past_end (const RushLines *self)
{
  return self->split.packing == RUSH_PACKING_NONE &&
         self->block_start + (gint64)self->at > self->split.start + self->split.length;
}

static gboolean
take_lines (RushLines *self, GError **error)
{
  gsize length, next;

  while (!rush_batch_builder_is_full (self->builder))
    {
      if (is_past_end (self) && !self->drops)
        {
          self->done = TRUE;
          return TRUE;
        }
      if (!find_line (self, &length, &next))
        {
          self->done = self->ended;
          return TRUE;
        }
      if (!self->drops)
        {
          if (!rush_batch_builder_append_bytes_shared (self->builder, 0, self->block, self->at,
                                                       length, error))
            return FALSE;
          rush_batch_builder_end_row (self->builder);
        }
      self->drops = FALSE;
      self->at = next;
    }
  return TRUE;
}

static RushBatch *
next_separated (RushLines *self, GError **error)
{
  while (!self->done && !rush_batch_builder_is_full (self->builder))
    {
      gsize length, next;
      gboolean has_line = self->block != NULL && find_line (self, &length, &next);

      if (!rush_task_context_check (self->ctx, error) ||
          (!has_line && !self->ended && !read_block (self, error)) || !take_lines (self, error))
        return NULL;
    }
  return rush_batch_builder_finish (self->builder, error);
}

static gboolean
open_separated (RushLines *self, const char *separator, GError **error)
{
  gint64 back;

  self->separator = g_strdup (separator);
  self->separator_length = strlen (separator);
  /* A separator may stand across the start of the piece. */
  back = self->split.packing == RUSH_PACKING_NONE
             ? MIN (self->split.start, (gint64)self->separator_length - 1)
             : 0;
  self->block_start = self->split.start - back;
  self->drops = self->split.start > 0;
  self->builder = rush_batch_builder_new (lines_schema (), self->ctx->allocator);
  self->source =
      rush_byte_source_open (self->split.path, self->block_start, self->split.packing, error);
  return self->source != NULL;
}

/* ---- lines ---- */

RushLines *
rush_lines_open (const RushPartitionedFile *file, const char *separator, RushTaskContext *ctx,
                 GError **error)
{
  g_autoptr (RushLines) self = g_new0 (RushLines, 1);

  self->ctx = ctx;
  self->split = (RushFileSplit){ file->path, file->start, file->length, RUSH_PACKING_NONE };
  if (!rush_packing_of (file->path, &self->split.packing, error))
    return NULL;
  if (separator != NULL)
    return open_separated (self, separator, error) ? g_steal_pointer (&self) : NULL;
  self->reader = rush_line_reader_open (&self->split, lines_schema (), ctx, error);
  return self->reader != NULL ? g_steal_pointer (&self) : NULL;
}

RushBatch *
rush_lines_next (RushLines *self, GError **error)
{
  gint64 records = self->ctx->metrics.input_records;
  RushBatch *batch;

  if (self->reader == NULL)
    return next_separated (self, error);
  batch = rush_line_reader_next (self->reader, error);
  self->ctx->metrics.input_records = records;
  return batch;
}

void
rush_lines_close (RushLines *self)
{
  if (self == NULL)
    return;
  if (self->reader != NULL)
    rush_line_reader_close (self->reader);
  g_clear_pointer (&self->builder, rush_batch_builder_free);
  rush_byte_source_close (self->source);
  rush_buffer_unref (self->block);
  g_free (self->separator);
  g_free (self);
}

gboolean
rush_lines_splittable (const char *path)
{
  RushPacking packing;

  return rush_packing_of (path, &packing, NULL) && packing == RUSH_PACKING_NONE;
}

/* ---- whole files ---- */

RushBuffer *
rush_read_whole (const RushPartitionedFile *file, RushTaskContext *ctx, GError **error)
{
  RushPacking packing;
  g_autoptr (RushByteSource) source = rush_packing_of (file->path, &packing, error)
                                          ? rush_byte_source_open (file->path, 0, packing, error)
                                          : NULL;
  g_autoptr (RushBuffer) buffer = NULL;
  gsize size = 0;

  if (source == NULL)
    return NULL;
  buffer = rush_buffer_new (ctx->allocator, (gsize)file->file_size + 1, error);
  while (buffer != NULL)
    {
      gssize got =
          source->klass->read (source, buffer->bytes + size, buffer->capacity - size, error);

      if (got < 0 || !rush_task_context_check (ctx, error))
        return NULL;
      size += (gsize)got;
      if (got == 0)
        break;
      if (size == buffer->capacity)
        {
          RushBuffer *larger = rush_buffer_new (ctx->allocator, 2 * size, error);

          if (larger == NULL)
            return NULL;
          memcpy (larger->bytes, buffer->bytes, size);
          rush_buffer_unref (buffer);
          buffer = larger;
        }
    }
  if (buffer == NULL)
    return NULL;
  buffer->size = size;
  ctx->metrics.input_bytes += source->bytes_in;
  return g_steal_pointer (&buffer);
}
