/* worker_memory.c - how large a Python object is, about.
 *
 * A stage that keeps its input (combine, group, sort) must know when to go to disk.  What could be
 * asked is the size of the process, as PySpark does: but that hardly falls when objects are freed,
 * is the sum of everything that has ever happened in this worker, and differs from run to run.  So
 * it is counted instead, object by object as they come to be held, and the same data spills at the
 * same pair each time.
 *
 * What is counted: for each object what the allocator takes for it (its __sizeof__, the collector's
 * header, rounded up to 16 bytes), and the same for all that it refers to, as the garbage collector
 * sees it (tp_traverse), four levels deep.  Some 32 items of a long list stand for all, at equal
 * distances; of a dict or a set the first 32.  Classes, modules and functions are not counted: they
 * are the program's.
 *
 *     ("to", [1, 2, 3 … n])     tuple 64 + str 64 + list 64 + 8 n + n × 32, by 32 of the ints
 *
 * What is not: that objects are shared, which counts them twice (it spills early, never late), and
 * what is on its way through the stage: the run being read, the block being written.  The measured
 * peak of a worker stays below twice the limit plus what an idle worker takes
 * (tests/py/test_worker_spill.py).
 *
 * Compare: org.apache.spark.util.SizeEstimator, which samples large arrays likewise.
 */
#include "py/ext/worker_memory.h"

#define MOST_SAMPLES 32
#define MOST_LEVELS 4

static gint64 size_at_level (PyObject *x, guint level);

/* ── an object alone ── */

static gint64
rounded (gint64 bytes)
{
  return (bytes + 15) & ~(gint64)15;
}

static gint64
size_by_method (PyObject *x)
{
  PyObject *size = PyObject_CallMethod (x, "__sizeof__", NULL);
  gint64 bytes = size != NULL ? PyLong_AsLongLong (size) : -1;

  Py_XDECREF (size);
  if (bytes >= 0)
    return bytes;
  PyErr_Clear ();
  return Py_TYPE (x)->tp_basicsize;
}

static gint64
size_alone (PyObject *x)
{
  gint64 bytes;

  if (PyTuple_CheckExact (x))
    bytes = (gint64)offsetof (PyTupleObject, ob_item) + 8 * PyTuple_GET_SIZE (x);
  else if (PyList_CheckExact (x))
    bytes = (gint64)sizeof (PyListObject) + 8 * ((PyListObject *)x)->allocated;
  else if (PyUnicode_CheckExact (x) && PyUnicode_IS_COMPACT_ASCII (x))
    bytes = (gint64)sizeof (PyASCIIObject) + PyUnicode_GET_LENGTH (x) + 1;
  else if (PyBytes_CheckExact (x))
    bytes = (gint64)sizeof (PyBytesObject) + PyBytes_GET_SIZE (x);
  else
    bytes = size_by_method (x);
  return rounded (bytes + (PyType_IS_GC (Py_TYPE (x)) ? WORKER_COLLECTOR_BYTES : 0));
}

/* ── and what it refers to ── */

static gboolean
belongs_to_program (PyObject *x)
{
  return PyType_Check (x) || PyModule_Check (x) || PyFunction_Check (x) || PyCFunction_Check (x);
}

static gint64
scaled (gint64 bytes, gint64 measured, gint64 n)
{
  return measured > 0 ? (gint64)((double)bytes / (double)measured * (double)n) : 0;
}

static gint64
size_of_items (PyObject *const *items, Py_ssize_t n, guint level)
{
  Py_ssize_t stride = MAX (1, n / MOST_SAMPLES);
  gint64 bytes = 0, measured = 0;

  for (Py_ssize_t i = 0; i < n; i += stride, measured++)
    bytes += items[i] != NULL ? size_at_level (items[i], level) : 0;
  return scaled (bytes, measured, n);
}

typedef struct
{
  guint level;
  gint64 n; /* seen */
  gint64 bytes;
} Referents;

static int
visit (PyObject *x, void *data)
{
  Referents *self = data;

  if (!belongs_to_program (x))
    {
      self->bytes += size_at_level (x, self->level);
      self->n++;
    }
  return self->n == MOST_SAMPLES; /* ends the traversal */
}

/* A dict's or set's number of referents is known; other objects of many are rare. */
static gint64
size_of_referents (PyObject *x, guint level)
{
  Referents seen = { .level = level };

  if (Py_TYPE (x)->tp_traverse == NULL)
    return 0;
  Py_TYPE (x)->tp_traverse (x, visit, &seen);
  if (PyDict_Check (x))
    return scaled (seen.bytes, seen.n, 2 * PyDict_Size (x));
  if (PyAnySet_Check (x))
    return scaled (seen.bytes, seen.n, PySet_GET_SIZE (x));
  return seen.bytes;
}

static gint64
size_at_level (PyObject *x, guint level)
{
  if (worker_is_small_number (x))
    return 32;
  if (x == Py_None || PyBool_Check (x) || level > MOST_LEVELS)
    return 0;
  gint64 bytes = size_alone (x);
  if (PyTuple_Check (x))
    return bytes + size_of_items (((PyTupleObject *)x)->ob_item, PyTuple_GET_SIZE (x), level + 1);
  if (PyList_Check (x))
    return bytes + size_of_items (((PyListObject *)x)->ob_item, PyList_GET_SIZE (x), level + 1);
  return bytes + (PyType_IS_GC (Py_TYPE (x)) ? size_of_referents (x, level + 1) : 0);
}

gint64
worker_size_of_any (PyObject *x)
{
  return size_at_level (x, 0);
}
