/* worker_sort.c - sort: a partition's pairs in the order of their keys.
 *
 *     (k, v) …  ──▶  list  ──list.sort──▶  given out from its front
 *                      └── SortKey: k, or f (k), once a pair
 *
 * The sorting itself is CPython's: list.sort () is stable, merges what is sorted already, and
 * compares ints, floats and strings without a call once it has seen that all keys are of one such
 * type.  It asks a function for each element's key; SortKey is that function, in C, so that nothing
 * of Python runs for a pair but what the user gave.  As in sorted (reverse=True), equal keys keep
 * their order in a descending sort, too.
 *
 * Mirrors: the sort in pyspark.RDD.sortByKey, pyspark.shuffle.ExternalSorter.
 */
#include "py/ext/worker_private.h"

/* ── a key ── */

typedef struct
{
  PyObject_HEAD vectorcallfunc vectorcall;
  PyObject *function; /* (owned) or NULL: the key itself */
  PyObject *place;    /* (unowned) */
} SortKey;

static PyObject *
key_of (const SortKey *self, PyObject *pair)
{
  PyObject *key = worker_item (pair, 0, self->place);
  if (key == NULL || self->function == NULL)
    return key;
  PyObject *sort_key = worker_call (self->function, key);
  if (sort_key == NULL)
    worker_explain_call (self->place, self->function, key);
  Py_DECREF (key);
  return sort_key;
}

/* list.sort () calls it with one element at a time. */
static PyObject *
sort_key_call (PyObject *self, PyObject *const *args, size_t n, PyObject *names)
{
  return key_of ((const SortKey *)self, args[0]);
}

static void
sort_key_dealloc (PyObject *object)
{
  Py_CLEAR (((SortKey *)object)->function);
  PyObject_Free (object);
}

PyTypeObject SortKey_Type = {
  PyVarObject_HEAD_INIT (NULL, 0).tp_name = "rushlight._worker.SortKey",
  .tp_doc = "The key that a pair is sorted by.",
  .tp_basicsize = sizeof (SortKey),
  .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_VECTORCALL,
  .tp_vectorcall_offset = offsetof (SortKey, vectorcall),
  .tp_call = PyVectorcall_Call,
  .tp_dealloc = sort_key_dealloc,
};

/* ── the stage ── */

typedef struct
{
  Stage stage;
  PyObject *function;  /* (owned) or NULL */
  PyObject *ascending; /* (owned) */
  PyObject *list;      /* (owned) NULL: not sorted, or given out */
  Py_ssize_t at;       /* the next to be given out */
} Sort;

static PyObject *
sort_key_new (const Sort *sort)
{
  SortKey *self = PyObject_New (SortKey, &SortKey_Type);

  if (self == NULL)
    return NULL;
  self->vectorcall = sort_key_call;
  Py_XINCREF (sort->function);
  self->function = sort->function;
  self->place = sort->stage.place;
  return (PyObject *)self;
}

/* self.list.sort (key=…, reverse=not ascending) */
static gboolean
sort_list (Sort *self)
{
  int up = PyObject_IsTrue (self->ascending);
  PyObject *key = up >= 0 ? sort_key_new (self) : NULL;
  PyObject *method = key != NULL ? PyObject_GetAttrString (self->list, "sort") : NULL;
  PyObject *none = PyTuple_New (0);
  PyObject *named = Py_BuildValue ("{s:O,s:O}", "key", key != NULL ? key : Py_None, "reverse",
                                   up ? Py_False : Py_True);
  PyObject *done =
      method != NULL && none != NULL && named != NULL ? PyObject_Call (method, none, named) : NULL;

  Py_XDECREF (named);
  Py_XDECREF (none);
  Py_XDECREF (method);
  Py_XDECREF (key);
  if (done == NULL)
    worker_explain (self->stage.place, "call", NULL); /* keys that cannot be compared */
  Py_XDECREF (done);
  return done != NULL;
}

static gboolean
sort_start (Stage *stage)
{
  Sort *self = (Sort *)stage;
  PyObject *x;

  self->list = PyList_New (0);
  if (self->list == NULL)
    return FALSE;
  while ((x = stage->source->next (stage->source)) != NULL)
    {
      int failed = PyList_Append (self->list, x);
      Py_DECREF (x);
      if (failed)
        return FALSE;
    }
  return !PyErr_Occurred () && sort_list (self);
}

static PyObject *
sort_next (Stage *stage)
{
  Sort *self = (Sort *)stage;

  if (self->list == NULL || self->at == PyList_GET_SIZE (self->list))
    {
      Py_CLEAR (self->list);
      return NULL;
    }
  /* Its reference goes along: what is given out is kept no longer.  Nobody else knows the list. */
  PyObject *x = PyList_GET_ITEM (self->list, self->at);
  PyList_SET_ITEM (self->list, self->at, NULL);
  self->at++;
  return x;
}

static void
sort_free (Stage *stage)
{
  Sort *self = (Sort *)stage;

  Py_CLEAR (self->list);
  Py_CLEAR (self->function);
  Py_CLEAR (self->ascending);
  g_free (self);
}

Stage *
worker_sort_new (Stage *source, PyObject *function, PyObject *ascending)
{
  Sort *self = g_new0 (Sort, 1);

  self->stage = (Stage){ sort_next, sort_start, sort_free, source };
  if (function != Py_None)
    {
      Py_INCREF (function);
      self->function = function;
    }
  Py_INCREF (ascending);
  self->ascending = ascending;
  return &self->stage;
}
