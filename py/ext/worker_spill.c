/* worker_spill.c - elements → blocks, written as shuffles are → one file, and back.
 *
 *     part 0   [e e e e]  [e …                 being filled, written when large enough
 *     part 1   [e e]                               │
 *                                                  ▼
 *     file     │ 0: 61 kB │ 1: 60 kB │ 1: 62 kB │ 0: 60 kB │ …       append only
 *     index    part 0 → (0, 61 kB), (183 kB, 60 kB) …                in memory
 *
 * One descriptor serves all parts, as a block says where it lies.  Blocks are cut by their size in
 * memory, not on disk, so that a reader knows what it takes in.
 *
 * The file loses its name as soon as it is open.  Nobody has to remove it: the kernel does, when
 * the stage closes it, when the task fails and when the worker is killed.
 */
#include "py/ext/worker_spill.h"
#include "py/ext/worker_private.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <unistd.h>

typedef struct
{
  gint64 at;
  gsize length;
} Block;

typedef struct
{
  PyObject *list; /* (owned) being filled, or NULL */
  gint64 bytes;   /* that it counts */
  GArray *blocks; /* of Block: written */
} Part;

struct _WorkerSpillFile
{
  WorkerMemory *memory;
  int fd;
  gint64 end;
  gint64 block_bytes;
  WorkerRunWriter writer;
  GArray *parts; /* of Part */
};

/* ── the file ── */

static gboolean
raise_os_error (const char *path)
{
  PyErr_SetFromErrnoWithFilename (PyExc_OSError, path);
  return FALSE;
}

static gboolean
open_nameless (WorkerSpillFile *self)
{
  g_autofree char *path = g_build_filename (self->memory->dir, "python-spill-XXXXXX", NULL);

  self->fd = g_mkstemp_full (path, O_RDWR | O_CLOEXEC, 0600);
  if (self->fd < 0)
    return raise_os_error (path);
  g_unlink (path);
  return TRUE;
}

static gboolean
write_at_end (WorkerSpillFile *self, const char *bytes, gsize length)
{
  for (gsize done = 0; done < length;)
    {
      gssize n;
      Py_BEGIN_ALLOW_THREADS n =
          pwrite (self->fd, bytes + done, length - done, self->end + (gint64)done);
      Py_END_ALLOW_THREADS if (n < 0 && errno == EINTR) continue;
      if (n < 0)
        return raise_os_error (self->memory->dir);
      done += (gsize)n;
    }
  self->end += (gint64)length;
  self->memory->disk_bytes += (gint64)length;
  return TRUE;
}

static gboolean
read_block (WorkerSpillFile *self, const Block *block, char *out)
{
  for (gsize done = 0; done < block->length;)
    {
      gssize n;
      Py_BEGIN_ALLOW_THREADS n =
          pread (self->fd, out + done, block->length - done, block->at + (gint64)done);
      Py_END_ALLOW_THREADS if (n < 0 && errno == EINTR) continue;
      if (n < 0)
        return raise_os_error (self->memory->dir);
      if (n == 0)
        {
          PyErr_SetString (PyExc_OSError, "a spill file is shorter than what was written to it");
          return FALSE;
        }
      done += (gsize)n;
    }
  return TRUE;
}

/* ── parts ── */

static Part *
part_at (WorkerSpillFile *self, guint number)
{
  if (number >= self->parts->len)
    g_array_set_size (self->parts, number + 1);
  Part *part = &g_array_index (self->parts, Part, number);
  if (part->blocks == NULL)
    part->blocks = g_array_new (FALSE, FALSE, sizeof (Block));
  return part;
}

static gboolean
write_part (WorkerSpillFile *self, Part *part)
{
  if (part->list == NULL)
    return TRUE;
  PyObject *list = g_steal_pointer (&part->list);
  gboolean ok = worker_run_writer_write (&self->writer, list);
  Py_DECREF (list);
  part->bytes = 0;
  Block block = { self->end, self->writer.length };
  if (!ok || !write_at_end (self, self->writer.bytes, block.length))
    return FALSE;
  g_array_append_val (part->blocks, block);
  return TRUE;
}

gboolean
worker_spill_file_add (WorkerSpillFile *self, guint number, PyObject *element, gint64 bytes)
{
  Part *part = part_at (self, number);

  if (part->list == NULL && (part->list = PyList_New (0)) == NULL)
    return FALSE;
  if (PyList_Append (part->list, element) < 0)
    return FALSE;
  part->bytes += bytes;
  return part->bytes < self->block_bytes || write_part (self, part);
}

gboolean
worker_spill_file_flush (WorkerSpillFile *self)
{
  for (guint i = 0; i < self->parts->len; i++)
    if (!write_part (self, &g_array_index (self->parts, Part, i)))
      return FALSE;
  return TRUE;
}

PyObject *
worker_spill_file_read (WorkerSpillFile *self, guint number, guint i)
{
  const Part *part = part_at (self, number);

  if (i >= part->blocks->len)
    return NULL;
  const Block *block = &g_array_index (part->blocks, Block, i);
  char *bytes = PyMem_Malloc (block->length);
  if (bytes == NULL)
    return PyErr_NoMemory ();
  PyObject *list =
      read_block (self, block, bytes) ? worker_read_run (NULL, bytes, block->length) : NULL;
  PyMem_Free (bytes);
  return list;
}

/* ── life ── */

void
worker_spill_file_free (WorkerSpillFile *self)
{
  if (self == NULL)
    return;
  for (guint i = 0; i < self->parts->len; i++)
    {
      Part *part = &g_array_index (self->parts, Part, i);
      Py_CLEAR (part->list);
      g_clear_pointer (&part->blocks, g_array_unref);
    }
  g_array_unref (self->parts);
  worker_run_writer_clear (&self->writer);
  if (self->fd >= 0)
    close (self->fd);
  g_free (self);
}

WorkerSpillFile *
worker_spill_file_new (WorkerMemory *memory)
{
  WorkerSpillFile *self = g_new0 (WorkerSpillFile, 1);

  self->memory = memory;
  self->block_bytes = worker_memory_block_bytes (memory);
  self->parts = g_array_new (FALSE, TRUE, sizeof (Part));
  worker_run_writer_init (&self->writer, NULL, TRUE);
  if (open_nameless (self))
    return self;
  self->fd = -1;
  worker_spill_file_free (self);
  return NULL;
}
