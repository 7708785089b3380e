/* worker_memory.h - what the stages of a task hold in memory, by count, and how much they may.
 *
 *   worker_share_add (&share, worker_size_of (value));
 *   if (worker_share_is_full (&share)) { write all of it to disk; worker_share_clear (&share); }
 *
 * Threads:  the worker's one.
 */
#pragma once

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <glib.h>

#define WORKER_COLLECTOR_BYTES 16 /* PyGC_Head */

/* One task's. */
typedef struct
{
  const char *dir;   /* (unowned) for spill files */
  gint64 limit;      /* bytes: spark.python.worker.memory */
  gint64 used;       /* by all shares */
  guint n_shares;    /* stages of the chain that count here */
  gint64 spilled;    /* bytes, as counted, that have gone to disk */
  gint64 disk_bytes; /* that they have become there */
} WorkerMemory;

/* One stage's part of it. */
typedef struct
{
  WorkerMemory *memory; /* (unowned) */
  gint64 held;          /* bytes */
} WorkerShare;

static inline void
worker_share_init (WorkerShare *self, WorkerMemory *memory)
{
  *self = (WorkerShare){ .memory = memory };
  memory->n_shares++;
}

/* @bytes may be negative. */
static inline void
worker_share_add (WorkerShare *self, gint64 bytes)
{
  self->held += bytes;
  self->memory->used += bytes;
}

static inline void
worker_share_clear (WorkerShare *self)
{
  worker_share_add (self, -self->held);
}

/* Whether this stage is to write to disk what it holds: the task is over its limit, and it is not
 * only others who hold much.  So a task holds less than twice its limit. */
static inline gboolean
worker_share_is_full (const WorkerShare *self)
{
  const WorkerMemory *memory = self->memory;
  return G_UNLIKELY (memory->used > memory->limit) && self->held > memory->limit / memory->n_shares;
}

/* How much of its memory one spilled block may take again: with as many blocks in memory as a merge
 * reads at once, half of the limit is left. */
static inline gint64
worker_memory_block_bytes (const WorkerMemory *self)
{
  return CLAMP (self->limit / 128, 4096, 1 << 20);
}

/* About how many bytes @x takes, with what it refers to.  Never fails, runs no code of the user's
 * but a __sizeof__. */
gint64 worker_size_of_any (PyObject *x);

static inline gsize
worker_int_digits (PyObject *x)
{
#if PY_VERSION_HEX >= 0x030c0000
  return ((PyLongObject *)x)->long_value.lv_tag >> 3;
#else
  return (gsize)ABS (Py_SIZE (x));
#endif
}

/* Numbers, quickly: nearly everything that is reduced by key. */
static inline gboolean
worker_is_small_number (PyObject *x)
{
  return PyLong_CheckExact (x) ? worker_int_digits (x) <= 2 : PyFloat_CheckExact (x);
}

static inline gint64
worker_size_of (PyObject *x)
{
  return worker_is_small_number (x) ? 32 : worker_size_of_any (x);
}
