/* worker_break.c - ops that are given all of their input: mapPartitions, glom, count.
 *
 * A mapPartitions function wants a Python iterator, so here, and only here, one is made: a small
 * object whose __next__ pulls from the stage upstream.  User code may keep it longer than the task
 * lasts, or hand it to threads of its own; hence it can be cut off from the stage, and says so, and
 * refuses to be entered while it runs, as a generator does.
 */
#include "py/ext/worker_private.h"

/* ── the iterator that user code gets ── */

typedef struct
{
  PyObject_HEAD Stage *source; /* (unowned) NULL: cut off */
  gboolean running;
} PartitionIterator;

static PyObject *
partition_iterator_next (PyObject *object)
{
  PartitionIterator *self = (PartitionIterator *)object;

  if (self->source == NULL)
    {
      PyErr_SetString (PyExc_RuntimeError, "the iterator over a partition ends with its task");
      return NULL;
    }
  if (self->running)
    {
      PyErr_SetString (PyExc_ValueError, "the iterator over a partition is already executing");
      return NULL;
    }
  if (Py_EnterRecursiveCall (" in a chain of mapPartitions"))
    return NULL;
  self->running = TRUE;
  PyObject *x = self->source->next (self->source);
  self->running = FALSE;
  Py_LeaveRecursiveCall ();
  return x;
}

static void
partition_iterator_dealloc (PyObject *self)
{
  PyObject_Free (self);
}

PyTypeObject PartitionIterator_Type = {
  PyVarObject_HEAD_INIT (NULL, 0).tp_name = "rushlight._worker.PartitionIterator",
  .tp_doc = "The elements of one partition.",
  .tp_basicsize = sizeof (PartitionIterator),
  .tp_flags = Py_TPFLAGS_DEFAULT,
  .tp_dealloc = partition_iterator_dealloc,
  .tp_iter = PyObject_SelfIter,
  .tp_iternext = partition_iterator_next,
};

/* ── mapPartitions, mapPartitionsWithIndex ── */

typedef struct
{
  Stage stage;
  PyObject *function;
  gboolean with_index;
  guint partition;
  PartitionIterator *given; /* to the function */
  Walk walk;                /* over what it returned */
} MapPartitions;

static gboolean
map_partitions_start (Stage *stage)
{
  MapPartitions *self = (MapPartitions *)stage;

  self->given = PyObject_New (PartitionIterator, &PartitionIterator_Type);
  if (self->given == NULL)
    return FALSE;
  self->given->source = stage->source;
  self->given->running = FALSE;
  PyObject *result =
      self->with_index
          ? PyObject_CallFunction (self->function, "IO", self->partition, (PyObject *)self->given)
          : PyObject_CallFunctionObjArgs (self->function, self->given, NULL);
  if (result == NULL)
    worker_explain_call (stage->place, self->function, NULL);
  if (result == NULL || walk_begin (&self->walk, result))
    return result != NULL;
  worker_explain (stage->place, "result", result);
  Py_DECREF (result);
  return FALSE;
}

static PyObject *
map_partitions_next (Stage *stage)
{
  PyObject *x = walk_next (&((MapPartitions *)stage)->walk);
  if (x == NULL && PyErr_Occurred ())
    worker_explain (stage->place, "call", NULL);
  return x;
}

static void
map_partitions_free (Stage *stage)
{
  MapPartitions *self = (MapPartitions *)stage;

  /* The result first: a generator may have a finally that looks at the iterator once more. */
  walk_clear (&self->walk);
  if (self->given != NULL)
    self->given->source = NULL;
  Py_CLEAR (self->given);
  Py_CLEAR (self->function);
  g_free (self);
}

Stage *
worker_map_partitions_new (Stage *source, PyObject *function, gboolean with_index, guint partition)
{
  MapPartitions *self = g_new0 (MapPartitions, 1);

  self->stage = (Stage){ map_partitions_next, map_partitions_start, map_partitions_free, source };
  Py_INCREF (function);
  self->function = function;
  self->with_index = with_index;
  self->partition = partition;
  return &self->stage;
}

/* ── glom, count: one element is all they give ── */

typedef struct
{
  Stage stage;
  PyObject *count; /* (owned) NULL: not counted, or given */
  gboolean given;
} Single;

static void
single_free (Stage *stage)
{
  Py_CLEAR (((Single *)stage)->count);
  g_free (stage);
}

static PyObject *
glom_next (Stage *stage)
{
  Single *self = (Single *)stage;
  PyObject *list, *x;

  if (self->given)
    return NULL;
  self->given = TRUE;
  list = PyList_New (0);
  while (list != NULL && (x = stage->source->next (stage->source)) != NULL)
    {
      if (PyList_Append (list, x) < 0)
        Py_CLEAR (list);
      Py_DECREF (x);
    }
  if (PyErr_Occurred ())
    Py_CLEAR (list);
  return list;
}

Stage *
worker_glom_new (Stage *source)
{
  Single *self = g_new0 (Single, 1);
  self->stage = (Stage){ glom_next, NULL, single_free, source };
  return &self->stage;
}

static gboolean
count_start (Stage *stage)
{
  Single *self = (Single *)stage;
  Py_ssize_t n = 0;
  PyObject *x;

  for (; (x = stage->source->next (stage->source)) != NULL; n++)
    Py_DECREF (x);
  if (PyErr_Occurred ())
    return FALSE;
  self->count = PyLong_FromSsize_t (n);
  return self->count != NULL;
}

static PyObject *
count_next (Stage *stage)
{
  return g_steal_pointer (&((Single *)stage)->count);
}

Stage *
worker_count_new (Stage *source)
{
  Single *self = g_new0 (Single, 1);
  self->stage = (Stage){ count_next, count_start, single_free, source };
  return &self->stage;
}
