/* worker_plain.h - a list of plain data as bytes: the runs that pass between workers.
 *
 *   WorkerPlain *plain = worker_plain_new ();
 *   if (worker_plain_write (plain, list, &bytes, &length)) …   // else: pickle it
 *   list = worker_plain_read (bytes, length);
 *
 * or one element at a time:
 *
 *   worker_plain_add (plain, x) …  worker_plain_end (plain, &bytes, &length);
 *   worker_plain_reader_begin (reader, bytes, length);
 *   while ((x = worker_plain_reader_next (reader)) != NULL) …
 *
 * Threads:  the worker's one; a reader on the driver holds the GIL.
 */
#pragma once

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <glib.h>

#define WORKER_PLAIN_MARK 0x01 /* the first byte; a pickle's is 0x80 */

/* Room to write in, kept from one list to the next. */
typedef struct _WorkerPlain WorkerPlain;

WorkerPlain *worker_plain_new (void);
void worker_plain_free (WorkerPlain *self); /* NULL is fine */

/* *@out_bytes stand until the next call.  FALSE, and no exception: @list holds something that is
 * not plain. */
gboolean worker_plain_write (WorkerPlain *self, PyObject *list, const char **out_bytes,
                             gsize *out_length);

/* Writes one more element of a run.  FALSE, and no exception: it is not plain, or somebody could
 * still change it; nothing of it was written. */
gboolean worker_plain_add (WorkerPlain *self, PyObject *x);
/* The run of what was added since the last one; it stands until the next call. */
void worker_plain_end (WorkerPlain *self, const char **out_bytes, gsize *out_length);

static inline gboolean
worker_plain_is (const void *bytes, gsize length)
{
  return length > 0 && *(const guint8 *)bytes == WORKER_PLAIN_MARK;
}

/* A new list.  NULL with a ValueError: these are not bytes that were written here. */
PyObject *worker_plain_read (const void *bytes, gsize length);

typedef struct
{
  const guint8 *bytes; /* (unowned) of the run; NULL: none is being read */
  const guint8 *at, *end;
  guint32 n_left;  /* elements */
  PyObject **kept; /* (owned) */
  guint32 n_kept, most_kept;
} WorkerPlainReader; /* all zero: reads nothing yet */

/* FALSE with a ValueError. */
gboolean worker_plain_reader_begin (WorkerPlainReader *self, const void *bytes, gsize length);
/* The next element; NULL without an exception: there are no more, and it reads nothing. */
PyObject *worker_plain_reader_next (WorkerPlainReader *self);
/* The run stands somewhere else from now on. */
void worker_plain_reader_move (WorkerPlainReader *self, const void *bytes);
void worker_plain_reader_clear (WorkerPlainReader *self);

/* An element that is not made yet. */
typedef enum
{
  WORKER_PLAIN_KEY_OTHER,
  WORKER_PLAIN_KEY_INT,
  WORKER_PLAIN_KEY_FLOAT,
} WorkerPlainKey;

typedef struct
{
  const guint8 *bytes; /* where it stands */
  gsize length;
  WorkerPlainKey key; /* of a tuple: what its first value is; and that value */
  gint64 key_int;
  double key_float;
} WorkerPlainElement;

/* The next element as bytes, which can be read alone.  FALSE, and no exception: there is none, or
 * it shares something with others of its run; then worker_plain_reader_next () is to be asked. */
gboolean worker_plain_reader_take (WorkerPlainReader *self, WorkerPlainElement *out);
/* What begins there. */
PyObject *worker_plain_read_value (const void *bytes, gsize length);

/* What a value begins with: worker_plain.c. */
typedef enum
{
  WORKER_PLAIN_NONE,
  WORKER_PLAIN_FALSE,
  WORKER_PLAIN_TRUE,
  WORKER_PLAIN_INT1, /* i8 */
  WORKER_PLAIN_INT4, /* i32 */
  WORKER_PLAIN_INT8, /* i64 */
  WORKER_PLAIN_FLOAT,
  WORKER_PLAIN_ASCII, /* u8 length · characters */
  WORKER_PLAIN_TEXT,  /* u8 bytes a character, 1, 2 or 4 · u32 their number · as CPython has them */
  WORKER_PLAIN_BYTES, /* u32 length · bytes */
  WORKER_PLAIN_PAIR,  /* two values */
  WORKER_PLAIN_TUPLE, /* u32 n · values */
  WORKER_PLAIN_LIST1, /* u8 n · values */
  WORKER_PLAIN_LIST4, /* u32 n · values */
  WORKER_PLAIN_GROUP, /* ResultIterable: its data, index and maxindex */
  WORKER_PLAIN_KEPT,  /* value: the next number */
  WORKER_PLAIN_AGAIN, /* u32 number of one that was kept */
} WorkerPlainTag;

/* rushlight.resultiterable.ResultIterable; NULL with an exception. */
PyTypeObject *worker_plain_group_type (void);
/* The names of its attributes, in the order in which they are written; likewise. */
PyObject *const *worker_plain_group_names (void);
#define WORKER_PLAIN_GROUP_NAMES 3

#define WORKER_PLAIN_LEVELS 100 /* of containers in each other; deeper ones are pickle's */

/* Whether @x is a tuple, or no container, that can be part of no cycle. */
static inline gboolean
worker_plain_is_acyclic (PyObject *x)
{
  return !PyType_IS_GC (Py_TYPE (x)) || (PyTuple_CheckExact (x) && !PyObject_GC_IsTracked (x));
}
