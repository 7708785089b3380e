/* byte_source.c - a file as it is, and the choice of what is put on it.
 *
 * The disk is asked for whole chunks of 64 KiB, counted from where the reader starts, straight into
 * the caller's memory; of the last one what was not asked for waits in a buffer:
 *
 *     asked for    ├──────── 150,000 ────────┤
 *     read         ├─ 65,536 ─┼─ 65,536 ─┼─ 65,536 ─┤
 *                                        └ 18,928 ┘└ buffered ┘
 *
 * Hadoop's streams do the same (io.file.buffer.size), so the bytes that a task is said to have read
 * are those that Spark shows.
 */
#include "rdd/source/byte_source.h"

#include "rdd/source/local_path.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define CHUNK_BYTES (64 * 1024)

typedef struct
{
  RushByteSource base;
  char *path;
  int fd;
  gint64 position;  /* of what is read from disk next */
  gsize n_buffered; /* bytes in the buffer that nobody has had: its last ones */
  gsize buffer_size;
  guint8 buffer[CHUNK_BYTES];
} FileSource;

/* ---- a file ---- */

static gssize
read_chunks (FileSource *self, guint8 *into, gsize n, GError **error)
{
  ssize_t got;

  do
    got = pread (self->fd, into, n, self->position);
  while (got < 0 && errno == EINTR);
  if (got < 0)
    {
      rush_set_error_errno (error, errno, "Cannot read", self->path);
      return -1;
    }
  self->position += got;
  self->base.bytes_in += got;
  return got;
}

static gssize
file_read (RushByteSource *base, guint8 *into, gsize n, GError **error)
{
  FileSource *self = (FileSource *)base;
  gssize got;

  if (self->n_buffered == 0 && n >= CHUNK_BYTES)
    got = read_chunks (self, into, n - n % CHUNK_BYTES, error);
  else
    {
      if (self->n_buffered == 0)
        {
          got = read_chunks (self, self->buffer, CHUNK_BYTES, error);
          if (got < 0)
            return -1;
          self->buffer_size = self->n_buffered = (gsize)got;
        }
      got = (gssize)MIN (n, self->n_buffered);
      memcpy (into, self->buffer + self->buffer_size - self->n_buffered, (gsize)got);
      self->n_buffered -= (gsize)got;
    }
  if (got >= 0)
    base->bytes_left = got > 0 ? MAX (base->bytes_left - got, 0) : 0;
  return got;
}

static void
file_close (RushByteSource *base)
{
  FileSource *self = (FileSource *)base;

  close (self->fd);
  g_free (self->path);
  g_free (self);
}

static const RushByteSourceClass file_class = { file_read, file_close };

static void
set_open_error (GError **error, const char *path)
{
  g_autofree char *uri = rush_local_path_to_uri (path);

  if (errno == ENOENT)
    g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_NOT_FOUND,
                 "File %s does not exist: it was there when its partitions were counted", uri);
  else
    rush_set_error_errno (error, errno, "Cannot open", uri);
}

static RushByteSource *
file_source_open (const char *path, gint64 start, GError **error)
{
  FileSource *self;
  struct stat status;
  int fd = open (path, O_RDONLY | O_CLOEXEC);

  if (fd < 0)
    {
      set_open_error (error, path);
      return NULL;
    }
  if (fstat (fd, &status) != 0)
    {
      rush_set_error_errno (error, errno, "Cannot look at", path);
      close (fd);
      return NULL;
    }
  posix_fadvise (fd, start, 0, POSIX_FADV_SEQUENTIAL);
  self = g_new0 (FileSource, 1);
  self->base.klass = &file_class;
  self->base.bytes_left = MAX (status.st_size - start, 0);
  self->fd = fd;
  self->position = start;
  self->path = g_strdup (path);
  return &self->base;
}

/* ---- bytes in memory ---- */

typedef struct
{
  RushByteSource base;
  const guint8 *bytes;
  gsize n_left;
} MemorySource;

static gssize
memory_read (RushByteSource *base, guint8 *into, gsize n, GError **error)
{
  MemorySource *self = (MemorySource *)base;
  gsize got = MIN (n, self->n_left);

  memcpy (into, self->bytes, got);
  self->bytes += got;
  self->n_left -= got;
  base->bytes_in += (gint64)got;
  base->bytes_left = (gint64)self->n_left;
  return (gssize)got;
}

static void
memory_close (RushByteSource *base)
{
  g_free (base);
}

static const RushByteSourceClass memory_class = { memory_read, memory_close };

RushByteSource *
rush_byte_source_of_memory (const guint8 *bytes, gsize n)
{
  MemorySource *self = g_new0 (MemorySource, 1);

  self->base.klass = &memory_class;
  self->base.bytes_left = (gint64)n;
  self->bytes = bytes;
  self->n_left = n;
  return &self->base;
}

/* ---- the source ---- */

void
rush_byte_source_close (RushByteSource *self)
{
  if (self != NULL)
    self->klass->close (self);
}

RushByteSource *
rush_byte_source_open (const char *path, gint64 start, RushPacking packing, GError **error)
{
  g_autoptr (RushByteSource) file = NULL;

  g_return_val_if_fail (packing == RUSH_PACKING_NONE || start == 0, NULL);
  file = file_source_open (path, start, error);
  if (file == NULL || packing == RUSH_PACKING_NONE)
    return g_steal_pointer (&file);
  return rush_unpack_source_new (g_steal_pointer (&file), packing, path, error);
}
