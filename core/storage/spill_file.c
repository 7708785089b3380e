/* spill_file.c - frames to disk and back.
 *
 *     append ──▶ [ buffer: frames, up to 256 KiB ] ──write ()──▶ file
 *
 *     read       file ──pread ()──▶ [ window: 64 KiB, or the one frame that is larger ]
 *                                      └─▶ check, decompress ─▶ batches
 *
 * Reading uses pread () only, so that readers do not share a position.  A mapped file was not
 * taken: a bad sector or a file that somebody cut short would be a SIGBUS instead of an error.
 *
 * A task that is short of memory makes a thousand spills and keeps them until it merges them.  A
 * file that is complete is therefore closed, which lets go of its descriptor and of its buffers,
 * and is opened again for each range that is copied out of it.
 */
#include "core/storage/spill_file.h"

#include "core/base/io.h"
#include "core/storage/wire.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define FLUSH_BYTES (256 * 1024)
#define WINDOW_BYTES (64 * 1024)
#define COPY_BYTES (256 * 1024)
#define STORED_BYTES_AT 12 /* in a frame's header: u32 */

struct _RushSpillFile
{
  RushRefCount refs;
  char *path;
  int fd; /* −1: closed */
  gboolean keep;
  RushCodec codec;
  guint64 written;    /* bytes in the file */
  GByteArray *buffer; /* bytes that follow; NULL: opened for reading, or closed */
  GByteArray *scratch;
};

/* ---- writing ---- */

guint64
rush_spill_file_size (const RushSpillFile *self)
{
  return self->written + (self->buffer != NULL ? self->buffer->len : 0);
}

gboolean
rush_spill_file_flush (RushSpillFile *self, GError **error)
{
  if (!rush_write_fully (self->fd, self->buffer->data, self->buffer->len, self->path, error))
    return FALSE;
  self->written += self->buffer->len;
  g_byte_array_set_size (self->buffer, 0);
  return TRUE;
}

gboolean
rush_spill_file_append (RushSpillFile *self, const RushBatch *batch, GError **error)
{
  return rush_wire_encode (batch, self->codec, self->scratch, self->buffer, error) &&
         (self->buffer->len < FLUSH_BYTES || rush_spill_file_flush (self, error));
}

gboolean
rush_spill_file_append_frames (RushSpillFile *self, const guint8 *frames, gsize size,
                               GError **error)
{
  if (!rush_spill_file_flush (self, error) ||
      !rush_write_fully (self->fd, frames, size, self->path, error))
    return FALSE;
  self->written += size;
  return TRUE;
}

gboolean
rush_spill_file_close (RushSpillFile *self, GError **error)
{
  if (!rush_spill_file_flush (self, error))
    return FALSE;
  g_clear_pointer (&self->buffer, g_byte_array_unref);
  g_clear_pointer (&self->scratch, g_byte_array_unref);
  close (self->fd);
  self->fd = -1;
  return TRUE;
}

/* ---- copying ---- */

/* Reads exactly @size bytes at @at from @fd, which is open for @self. */
static gboolean
read_fully (const RushSpillFile *self, int fd, guint64 at, guint8 *out, gsize size, GError **error)
{
  gsize done = 0;

  while (done < size)
    {
      gssize n = pread (fd, out + done, size - done, (off_t)(at + done));
      if (n < 0 && errno == EINTR)
        continue;
      if (n < 0)
        {
          rush_set_error_errno (error, errno, "cannot read", self->path);
          return FALSE;
        }
      if (n == 0)
        {
          g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_CORRUPT,
                       "%s: ends at byte %" G_GUINT64_FORMAT " instead of %" G_GUINT64_FORMAT,
                       self->path, at + done, at + size);
          return FALSE;
        }
      done += (gsize)n;
    }
  return TRUE;
}

/* As the public function; @from is open as @fd. */
static gboolean
append_copy (RushSpillFile *self, const RushSpillFile *from, int fd, guint64 start, guint64 end,
             GError **error)
{
  while (start < end)
    {
      gsize n = MIN (end - start, COPY_BYTES);
      guint room = self->buffer->len;

      g_byte_array_set_size (self->buffer, room + (guint)n);
      if (!read_fully (from, fd, start, self->buffer->data + room, n, error))
        return FALSE;
      start += n;
      if (self->buffer->len >= FLUSH_BYTES && !rush_spill_file_flush (self, error))
        return FALSE;
    }
  return TRUE;
}

gboolean
rush_spill_file_append_copy (RushSpillFile *self, const RushSpillFile *from, guint64 start,
                             guint64 end, GError **error)
{
  if (start == end)
    return TRUE;
  if (from->fd >= 0)
    return append_copy (self, from, from->fd, start, end, error);

  int fd = open (from->path, O_RDONLY | O_CLOEXEC);
  if (fd < 0)
    {
      rush_set_error_errno (error, errno, "cannot open", from->path);
      return FALSE;
    }
  gboolean copied = append_copy (self, from, fd, start, end, error);
  close (fd);
  return copied;
}

/* ---- reading ---- */

typedef struct
{
  RushIterator base;
  RushSpillFile *file; /* (owned) a ref */
  guint64 at;          /* of the next frame in the file */
  guint64 end;
  RushSchema *schema;       /* (owned) */
  RushAllocator *allocator; /* (owned) */
  RushWireFrame frame;      /* being read */

  /* Bytes [window_at, window_at + window_used) of the file. */
  guint8 *window;
  gsize window_bytes;
  guint64 window_at;
  gsize window_used;
} FrameIterator;

/* Moves the window so that it begins at the next frame and has @size bytes at least. */
static gboolean
fill_window (FrameIterator *self, gsize size, GError **error)
{
  if (self->at + size <= self->window_at + self->window_used)
    return TRUE;
  gsize wanted = MIN (MAX (size, WINDOW_BYTES), self->end - self->at);
  if (wanted > self->window_bytes)
    {
      guint8 *window =
          rush_realloc (self->allocator, self->window, self->window_bytes, wanted, error);
      if (window == NULL)
        return FALSE;
      self->window = window;
      self->window_bytes = wanted;
    }
  self->window_used = 0;
  if (!read_fully (self->file, self->file->fd, self->at, self->window, wanted, error))
    return FALSE;
  self->window_at = self->at;
  self->window_used = wanted;
  return TRUE;
}

static gboolean
refuse_length (const FrameIterator *self, GError **error)
{
  g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_CORRUPT,
               "frame at byte %" G_GUINT64_FORMAT " reaches beyond its range, which ends at "
               "%" G_GUINT64_FORMAT,
               self->at, self->end);
  return FALSE;
}

/* Brings the frame at @at into the window; the range has at least one byte left. */
static gboolean
load_frame (FrameIterator *self, const guint8 **out_frame, gsize *out_bytes, GError **error)
{
  guint32 stored_bytes;

  if (self->end - self->at < RUSH_FRAME_HEADER_BYTES)
    return refuse_length (self, error);
  if (!fill_window (self, RUSH_FRAME_HEADER_BYTES, error))
    return FALSE;
  memcpy (&stored_bytes, self->window + (self->at - self->window_at) + STORED_BYTES_AT,
          sizeof stored_bytes);
  gsize frame_bytes = RUSH_FRAME_HEADER_BYTES + (gsize)stored_bytes;
  if (frame_bytes > self->end - self->at)
    return refuse_length (self, error);
  if (!fill_window (self, frame_bytes, error))
    return FALSE;
  *out_frame = self->window + (self->at - self->window_at);
  *out_bytes = frame_bytes;
  return TRUE;
}

static gboolean
next_frame (FrameIterator *self, GError **error)
{
  const guint8 *frame;
  gsize frame_bytes, offset = 0;

  if (!load_frame (self, &frame, &frame_bytes, error))
    return FALSE;
  self->frame.raw = rush_frame_decode (frame, frame_bytes, &offset, self->allocator, error);
  if (self->frame.raw == NULL)
    return FALSE;
  self->at += offset;
  return TRUE;
}

static RushBatch *
frame_next (RushIterator *base, GError **error)
{
  FrameIterator *self = (FrameIterator *)base;
  g_autoptr (GError) failure = NULL;
  RushBatch *batch;

  do
    batch = rush_wire_frame_next (&self->frame, self->schema, self->allocator, &failure);
  while (batch == NULL && failure == NULL && self->at < self->end && next_frame (self, &failure));
  if (failure != NULL)
    {
      g_prefix_error (&failure, "%s: ", self->file->path);
      g_propagate_error (error, g_steal_pointer (&failure));
    }
  return batch;
}

static void
frame_close (RushIterator *base)
{
  FrameIterator *self = (FrameIterator *)base;

  rush_wire_frame_clear (&self->frame);
  rush_free (self->allocator, self->window, self->window_bytes);
  rush_spill_file_unref (self->file);
  rush_schema_unref (self->schema);
  rush_allocator_unref (self->allocator);
  g_free (self);
}

static const RushIteratorClass frame_class = { frame_next, frame_close };

RushIterator *
rush_spill_file_read (RushSpillFile *self, guint64 start, guint64 end, RushSchema *schema,
                      RushAllocator *allocator)
{
  FrameIterator *iterator = g_new0 (FrameIterator, 1);

  g_assert (start <= end && self->fd >= 0 && (self->buffer == NULL || end <= self->written));
  iterator->base.klass = &frame_class;
  iterator->file = rush_spill_file_ref (self);
  iterator->at = start;
  iterator->end = end;
  iterator->schema = rush_schema_ref (schema);
  iterator->allocator = rush_allocator_ref (allocator);
  return &iterator->base;
}

gboolean
rush_spill_file_check (RushSpillFile *self, guint64 size, RushAllocator *allocator, GError **error)
{
  FrameIterator frames = { .file = self, .end = size, .allocator = allocator };
  const guint8 *frame;
  gsize frame_bytes;
  gboolean holds = TRUE;

  while (holds && frames.at < size)
    {
      gsize offset = 0;

      holds = load_frame (&frames, &frame, &frame_bytes, error) &&
              rush_frame_check (frame, frame_bytes, &offset, error);
      frames.at += offset;
    }
  rush_free (allocator, frames.window, frames.window_bytes);
  if (!holds)
    g_prefix_error (error, "%s: ", self->path);
  return holds;
}

/* ---- the file ---- */

void
rush_spill_file_keep (RushSpillFile *self)
{
  self->keep = TRUE;
}

RushSpillFile *
rush_spill_file_ref (RushSpillFile *self)
{
  rush_ref_count_inc (&self->refs);
  return self;
}

void
rush_spill_file_unref (RushSpillFile *self)
{
  if (self == NULL || !rush_ref_count_dec (&self->refs))
    return;
  if (!self->keep)
    unlink (self->path);
  if (self->fd >= 0)
    close (self->fd);
  if (self->buffer != NULL)
    {
      g_byte_array_unref (self->buffer);
      g_byte_array_unref (self->scratch);
    }
  g_free (self->path);
  g_free (self);
}

static RushSpillFile *
open_file (const char *path, int flags, const char *what, GError **error)
{
  int fd = open (path, flags | O_CLOEXEC, 0600);

  if (fd < 0)
    {
      rush_set_error_errno (error, errno, what, path);
      return NULL;
    }
  RushSpillFile *self = g_new0 (RushSpillFile, 1);
  rush_ref_count_init (&self->refs);
  self->path = g_strdup (path);
  self->fd = fd;
  return self;
}

RushSpillFile *
rush_spill_file_open (const char *path, GError **error)
{
  RushSpillFile *self = open_file (path, O_RDONLY, "cannot open", error);

  if (self != NULL)
    self->keep = TRUE;
  return self;
}

RushSpillFile *
rush_spill_file_create (const char *path, RushCodec codec, GError **error)
{
  RushSpillFile *self = open_file (path, O_RDWR | O_CREAT | O_EXCL, "cannot make", error);

  if (self != NULL)
    {
      self->codec = codec;
      self->buffer = g_byte_array_new ();
      self->scratch = g_byte_array_new ();
    }
  return self;
}
