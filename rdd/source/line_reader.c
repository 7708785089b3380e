/* line_reader.c - which lines a split owns, and how they are found at the speed of memchr ().
 *
 * A split is cut at a byte, hence mostly in the middle of a line.  Hadoop's rule, which needs no
 * talk between the readers of two splits: a line belongs to the split in which the byte *before* it
 * stands (the first line of a file to the first split).
 *
 *     bytes    a a a \n b b b \n c c c \n d d \n
 *     splits   [ 0 ......... )[ 1 ........ )[ 2 .. )
 *     split 0: aaa, bbb      it begins with a line; reads bbb to its end, past the split's
 *     split 1: ccc           drops up to the first line end (the rest of bbb), then begins
 *     split 2: dd
 *
 * So a reader that does not start at 0 drops its first, mostly partial, line, and everybody goes on
 * as long as a line begins at or before the end of the split: at the end itself, too, since the
 * next one drops that line.
 *
 * A line ends with LF, CRLF or CR.  A CR that is the last byte of a block may be either of the last
 * two: the line is then not complete yet.  A UTF-8 byte order mark at the start of a file is no
 * part of its first line; a file that is nothing else has no line.
 *
 * Blocks.  Lines are views into the block that was read; a block is never written once lines of it
 * are out.  What is left of a line at the end of a block is copied to the start of the next:
 *
 *     block k    │ line │ line │ line │ par│
 *     block k+1  │par│tial │ line │ line …
 *
 * A line that fills its block is carried to one of twice its size, which is then filled piece by
 * piece: a line of n bytes costs at most 2n bytes of copying.
 *
 * The positions of the next LF and the next CR are kept and searched for only when they have been
 * passed: a file of one kind is scanned once for the other kind, block by block, not once a line.
 */
#include "rdd/source/line_reader.h"

#include "core/data/builder.h"

#include <string.h>

#define FIRST_BLOCK_BYTES (64 * 1024)
#define BLOCK_BYTES (1024 * 1024)
#define TAIL_BYTES (64 * 1024) /* read at a time behind the end of the split */
#define MARK "\xef\xbb\xbf"
#define MARK_BYTES 3

struct _RushLineReader
{
  RushTaskContext *ctx; /* (unowned) */
  RushFileSplit split;
  RushByteSource *source;
  RushBatchBuilder *builder;
  guint line_column; /* 1: its position in the file stands before it */
  gint64 end;        /* lines that begin behind it are somebody else's */
  gsize block_bytes; /* to read next, before the end */
  gboolean source_ended;
  gboolean drops; /* the first line has still to be dropped */
  gboolean done;

  RushBuffer *block;  /* or NULL: before the first */
  gint64 block_start; /* its first byte: the split's start, and what was unpacked before it */
  gsize size;         /* bytes in it */
  gsize at;           /* where the next line begins */
  gsize next_lf;      /* the first LF at or behind it, or size */
  gsize next_cr;      /* the first CR at or behind it, or size */
};

/* ---- blocks ---- */

static inline gsize
find_byte (const RushLineReader *self, char byte, gsize from)
{
  const guint8 *start = self->block->bytes;
  const guint8 *found = memchr (start + from, byte, self->size - from);

  return found != NULL ? (gsize)(found - start) : self->size;
}

/* How much is read next. */
static gsize
bytes_to_read (RushLineReader *self)
{
  gint64 left = self->end - self->block_start - (gint64)self->size;
  gsize wish = TAIL_BYTES;

  if (left > 0)
    {
      wish = (gsize)MIN ((gint64)self->block_bytes, left);
      self->block_bytes = MIN (self->block_bytes * 4, BLOCK_BYTES);
    }
  return (gsize)MIN ((gint64)wish, self->source->bytes_left);
}

/* The length of a packed file says nothing about what is in it; that of a .bz2 file shows when the
 * next split's first block has been read. */
static gint64
end_of (const RushFileSplit *split, const RushByteSource *source)
{
  if (split->packing == RUSH_PACKING_NONE)
    return split->start + split->length;
  return source->split_bytes > 0 ? split->start + source->split_bytes : G_MAXINT64;
}

/* Replaces the block by one that begins with what is left of it and has room for @wish bytes. */
static gboolean
move_to_next_block (RushLineReader *self, gsize wish, GError **error)
{
  gsize carry = self->size - self->at;
  RushBuffer *block;

  if (carry > G_MAXINT32)
    {
      g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT,
                   "Too many bytes before newline: a line may have 2147483647 bytes at most");
      return FALSE;
    }
  block = rush_buffer_new (self->ctx->allocator, carry + MAX (wish, carry), error);
  if (block == NULL)
    return FALSE;
  if (carry > 0)
    memcpy (block->bytes, self->block->bytes + self->at, carry);
  rush_buffer_unref (self->block);
  self->block = block;
  self->block_start += (gint64)self->at;
  self->at = 0;
  self->size = carry;
  return TRUE;
}

/* Reads @wish bytes, or up to the end, behind those that are in the block. */
static gboolean
read_into_block (RushLineReader *self, gsize wish, GError **error)
{
  gint64 before = self->source->bytes_in;
  gsize old_size = self->size;

  while (self->size < old_size + wish && !self->source_ended)
    {
      gssize got = self->source->klass->read (self->source, self->block->bytes + self->size,
                                              old_size + wish - self->size, error);

      if (got < 0)
        return FALSE;
      self->size += (gsize)got;
      self->source_ended = got == 0 || self->source->bytes_left == 0;
    }
  self->block->size = self->size;
  self->end = end_of (&self->split, self->source);
  self->ctx->metrics.input_bytes += self->source->bytes_in - before;
  return TRUE;
}

/* Reads on.  Only a block of which no line is out yet is written again. */
static gboolean
read_on (RushLineReader *self, GError **error)
{
  gsize wish = bytes_to_read (self);
  gboolean has_room =
      self->block != NULL && self->at == 0 && self->size + wish <= self->block->capacity;
  gsize old_size;

  if (wish == 0)
    {
      self->source_ended = TRUE;
      return TRUE;
    }
  if (!has_room && !move_to_next_block (self, wish, error))
    return FALSE;
  old_size = self->size;
  if (!read_into_block (self, wish, error))
    return FALSE;
  /* What was there before holds no line end, but for a CR as its last byte. */
  self->next_lf = find_byte (self, '\n', old_size);
  self->next_cr = find_byte (self, '\r', old_size > 0 ? old_size - 1 : 0);
  return TRUE;
}

/* ---- lines ---- */

/* The line at the current position: its length, and where the next begins.  FALSE: its end is not
 * in this block. */
static inline gboolean
find_line (const RushLineReader *self, gsize *out_length, gsize *out_next)
{
  if (self->next_lf < self->next_cr)
    {
      *out_length = self->next_lf - self->at;
      *out_next = self->next_lf + 1;
      return TRUE;
    }
  if (self->next_cr < self->size)
    {
      gboolean is_last = self->next_cr + 1 == self->size;

      *out_length = self->next_cr - self->at;
      *out_next = self->next_cr + 1 + (!is_last && self->next_lf == self->next_cr + 1);
      return !is_last || self->source_ended;
    }
  *out_length = self->size - self->at;
  *out_next = self->size;
  return self->source_ended && *out_length > 0;
}

static inline void
go_to (RushLineReader *self, gsize next)
{
  g_assert (next <= self->size);
  self->at = next;
  if (self->next_lf < next)
    self->next_lf = find_byte (self, '\n', next);
  if (self->next_cr < next)
    self->next_cr = find_byte (self, '\r', next);
}

/* The line that begins at `at`; its text, at @offset, may begin behind a mark. */
static inline gboolean
take_line (RushLineReader *self, gsize offset, gsize length, GError **error)
{
  if (self->line_column > 0 && !rush_batch_builder_append_int (
                                   self->builder, 0, self->block_start + (gint64)self->at, error))
    return FALSE;
  if (!rush_batch_builder_append_bytes_shared (self->builder, self->line_column, self->block,
                                               offset, length, error))
    return FALSE;
  rush_batch_builder_end_row (self->builder);
  return TRUE;
}

/* Takes the first line of the file, without the mark. */
static gboolean
take_first_line (RushLineReader *self, gsize length, gsize next, GError **error)
{
  gboolean has_mark =
      length >= MARK_BYTES && memcmp (self->block->bytes + self->at, MARK, MARK_BYTES) == 0;
  gsize skip = has_mark ? MARK_BYTES : 0;

  /* Nothing behind the mark, not even a line end. */
  if (has_mark && next - self->at == MARK_BYTES)
    return TRUE;
  return take_line (self, self->at + skip, length - skip, error);
}

/* Goes behind the first line end, if it is in the block.  Else nothing of the block need be carried
 * along, but for a CR that may have an LF behind it. */
static void
drop_line (RushLineReader *self)
{
  gsize length, next;

  if (find_line (self, &length, &next))
    {
      go_to (self, next);
      self->drops = FALSE;
    }
  else
    self->at = self->next_cr;
}

static inline gboolean
is_past_end (const RushLineReader *self)
{
  return self->block_start + (gint64)self->at > self->end;
}

/* Takes lines until the batch is full or the block is used up; FALSE with @error. */
static gboolean
take_lines (RushLineReader *self, GError **error)
{
  gsize length, next;

  while (!is_past_end (self) && find_line (self, &length, &next))
    {
      gboolean ok = G_UNLIKELY (self->block_start + (gint64)self->at == 0)
                        ? take_first_line (self, length, next, error)
                        : take_line (self, self->at, length, error);

      if (!ok)
        return FALSE;
      go_to (self, next);
      if (rush_batch_builder_is_full (self->builder))
        return TRUE;
    }
  return TRUE;
}

/* ---- the reader ---- */

/* Adds to the batch what the next block gives; FALSE with @error. */
static gboolean
advance (RushLineReader *self, GError **error)
{
  if (self->drops)
    drop_line (self);
  if (!self->drops && !take_lines (self, error))
    return FALSE;
  if (rush_batch_builder_is_full (self->builder))
    return TRUE;
  self->done = (is_past_end (self) && !self->drops) || self->source_ended;
  return self->done || (rush_task_context_check (self->ctx, error) && read_on (self, error));
}

RushBatch *
rush_line_reader_next (RushLineReader *self, GError **error)
{
  RushBatch *batch;

  if (!rush_task_context_check (self->ctx, error))
    return NULL;
  while (!self->done && !rush_batch_builder_is_full (self->builder))
    if (!advance (self, error))
      return NULL;
  batch = rush_batch_builder_finish (self->builder, error);
  if (batch != NULL)
    self->ctx->metrics.input_records += batch->length;
  return batch;
}

void
rush_line_reader_close (RushLineReader *self)
{
  rush_buffer_unref (self->block);
  rush_batch_builder_free (self->builder);
  rush_byte_source_close (self->source);
  g_free (self);
}

RushLineReader *
rush_line_reader_open (const RushFileSplit *split, RushSchema *schema, RushTaskContext *ctx,
                       GError **error)
{
  RushByteSource *source =
      split->packing == RUSH_PACKING_BZIP2
          ? rush_bzip2_source_open (split->path, split->start, split->start + split->length, error)
          : rush_byte_source_open (split->path, split->start, split->packing, error);
  RushLineReader *self;

  if (source == NULL)
    return NULL;
  self = g_new0 (RushLineReader, 1);
  self->ctx = ctx;
  self->source = source;
  self->builder = rush_batch_builder_new (schema, ctx->allocator);
  self->line_column = schema->n_fields - 1;
  self->split = *split;
  self->end = end_of (split, source);
  self->block_bytes = FIRST_BLOCK_BYTES;
  self->block_start = split->start;
  self->drops = split->start > 0;
  return self;
}
