/* partition_file.c - rows in reduce order to frames, and where each partition's frames begin.
 *
 * No frame holds rows of two partitions: a slice of partitions is then a range of bytes, and
 * merging spills means copying ranges, without decoding anything.
 *
 * Each entry of the index says which partition it is for and carries its own checksum, so that a
 * reader who wants two of a thousand entries reads two, and still notices damage.
 */
#include "core/shuffle/partition_file.h"

#include "core/base/io.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

typedef struct
{
  guint64 offset;
  guint32 partition;
  guint32 checksum; /* CRC-32C of the two before */
} IndexEntry;

G_STATIC_ASSERT (sizeof (IndexEntry) == 16);
G_STATIC_ASSERT (G_BYTE_ORDER == G_LITTLE_ENDIAN);

/* ---- frames ---- */

void
rush_partition_file_begin (RushPartitionFile *self, guint partition)
{
  g_assert (partition <= self->n_partitions);

  while (self->n_begun <= partition)
    self->offsets[self->n_begun++] = rush_spill_file_size (self->file);
}

/* The partition that row @row belongs to, looked for from @partition on. */
static guint
partition_of (const guint64 *index, guint partition, guint64 row)
{
  while (index[partition + 1] <= row)
    partition++;
  return partition;
}

/* Begins all partitions up to @partition, each with a word to the caller. */
static gboolean
begin_up_to (RushPartitionFile *self, guint partition, RushBeforePartition before, gpointer data,
             GError **error)
{
  while (self->n_begun <= partition)
    {
      guint next = self->n_begun;
      rush_partition_file_begin (self, next);
      if (before != NULL && !before (self, next, data, error))
        return FALSE;
    }
  return TRUE;
}

gboolean
rush_partition_file_append (RushPartitionFile *self, RushBatch *rows, guint64 first,
                            const guint64 *index, RushBeforePartition before_partition,
                            gpointer data, GError **error)
{
  guint partition = self->n_begun > 0 ? self->n_begun - 1 : 0;

  for (guint done = 0; done < rows->length;)
    {
      partition = partition_of (index, partition, first + done);
      g_assert (partition < self->n_partitions && index[partition] <= first + done);
      guint n = (guint)MIN (index[partition + 1] - (first + done), rows->length - done);
      g_autoptr (RushBatch) slice = rush_batch_slice (rows, done, n);

      if (!begin_up_to (self, partition, before_partition, data, error) ||
          !rush_spill_file_append (self->file, slice, error))
        return FALSE;
      done += n;
    }
  return TRUE;
}

gboolean
rush_partition_file_append_copy (RushPartitionFile *self, const RushPartitionFile *from,
                                 guint partition, GError **error)
{
  g_assert (partition + 1 == self->n_begun && from->n_begun == from->n_partitions + 1);

  return rush_spill_file_append_copy (self->file, from->file, from->offsets[partition],
                                      from->offsets[partition + 1], error);
}

gboolean
rush_partition_file_finish (RushPartitionFile *self, GError **error)
{
  rush_partition_file_begin (self, self->n_partitions);
  return rush_spill_file_close (self->file, error);
}

/* ---- the index file ---- */

static guint32
entry_checksum (const IndexEntry *entry)
{
  return rush_crc32c (0, (const guint8 *)entry, offsetof (IndexEntry, checksum));
}

gboolean
rush_partition_file_write_index (const RushPartitionFile *self, const char *path, GError **error)
{
  guint n = self->n_partitions + 1;
  g_autofree IndexEntry *entries = g_new (IndexEntry, n);
  int fd = open (path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

  if (fd < 0)
    {
      rush_set_error_errno (error, errno, "cannot make", path);
      return FALSE;
    }
  for (guint p = 0; p < n; p++)
    {
      entries[p] = (IndexEntry){ .offset = self->offsets[p], .partition = p };
      entries[p].checksum = entry_checksum (&entries[p]);
    }
  gboolean written = rush_write_fully (fd, entries, n * sizeof entries[0], path, error);
  close (fd);
  if (!written)
    unlink (path);
  return written;
}

static gboolean
read_entry (int fd, const char *path, guint partition, guint64 *out_offset, GError **error)
{
  IndexEntry entry;
  gssize n;

  do
    n = pread (fd, &entry, sizeof entry, (off_t)(partition * sizeof entry));
  while (n < 0 && errno == EINTR);
  if (n < 0)
    {
      rush_set_error_errno (error, errno, "cannot read", path);
      return FALSE;
    }
  if (n != sizeof entry || entry.partition != partition ||
      entry.checksum != entry_checksum (&entry))
    {
      g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_CORRUPT,
                   "%s: the entry of partition %u is damaged", path, partition);
      return FALSE;
    }
  *out_offset = entry.offset;
  return TRUE;
}

gboolean
rush_partition_index_lookup (const char *path, guint start, guint end, guint64 *out_start,
                             guint64 *out_end, GError **error)
{
  int fd = open (path, O_RDONLY | O_CLOEXEC);

  if (fd < 0)
    {
      rush_set_error_errno (error, errno, "cannot open", path);
      return FALSE;
    }
  gboolean found =
      read_entry (fd, path, start, out_start, error) && read_entry (fd, path, end, out_end, error);
  close (fd);
  if (found && *out_start > *out_end)
    {
      g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_CORRUPT,
                   "%s: partition %u ends before it begins", path, start);
      return FALSE;
    }
  return found;
}

/* ---- the file ---- */

void
rush_partition_file_free (RushPartitionFile *self)
{
  if (self == NULL)
    return;
  rush_spill_file_unref (self->file);
  g_free (self->offsets);
  g_free (self);
}

RushPartitionFile *
rush_partition_file_new (const char *path, RushCodec codec, guint n_partitions, GError **error)
{
  RushSpillFile *file = rush_spill_file_create (path, codec, error);

  if (file == NULL)
    return NULL;
  RushPartitionFile *self = g_new0 (RushPartitionFile, 1);
  self->file = file;
  self->n_partitions = n_partitions;
  self->offsets = g_new0 (guint64, n_partitions + 1);
  return self;
}
