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
 * When the list is larger than the task may hold (worker_memory.h) it is sorted and goes to disk as
 * a run, and an empty one goes on.  In the end runs are merged (worker_merge.c).  A merge has one
 * block of each run in memory, hence at most 64 runs: as many become one as soon as they are there.
 *
 * Mirrors: the sort in pyspark.RDD.sortByKey, pyspark.shuffle.ExternalSorter.
 */
#include "py/ext/worker_sort_private.h"

#define MOST_RUNS 64
#define PLACE_BYTES 32 /* of an element in the list, and in what list.sort () needs besides */

typedef struct
{
  Stage stage;
  PyObject *function; /* (owned) or NULL */
  PyObject *ascending; /* (owned) */
  SortKey *key;        /* (owned) */
  PyObject *list; /* (owned) NULL: not begun, or given out */
  Py_ssize_t at;  /* the next to be given out */
  WorkerShare share;
  gint64 element_bytes;  /* while giving out: what each counts */
  WorkerSpillFile *file; /* (owned) NULL: nothing was spilled */
  guint n_runs;          /* parts of the file */
  WorkerMerge *merge;    /* (owned) NULL: the list is all there is */
} Sort;

/* ── a key ── */

PyObject *
worker_sort_key (const SortKey *self, PyObject *pair)
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
  return worker_sort_key ((const SortKey *)self, args[0]);
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

static SortKey *
sort_key_new (const Sort *sort)
{
  int ascending = PyObject_IsTrue (sort->ascending);
  SortKey *self = ascending >= 0 ? PyObject_New (SortKey, &SortKey_Type) : NULL;

  if (self == NULL)
    return NULL;
  self->vectorcall = sort_key_call;
  Py_XINCREF (sort->function);
  self->function = sort->function;
  self->place = sort->stage.place;
  self->ascending = ascending;
  return self;
}

/* ── in memory ── */

/* self.list.sort (key=…, reverse=not ascending) */
static gboolean
sort_list (Sort *self)
{
  PyObject *method = PyObject_GetAttrString (self->list, "sort");
  PyObject *none = PyTuple_New (0);
  PyObject *named = Py_BuildValue ("{s:O,s:O}", "key", self->key, "reverse",
                                   self->key->ascending ? Py_False : Py_True);
  PyObject *done =
      method != NULL && none != NULL && named != NULL ? PyObject_Call (method, none, named) : NULL;

  Py_XDECREF (named);
  Py_XDECREF (none);
  Py_XDECREF (method);
  if (done == NULL)
    worker_explain (self->stage.place, "call", NULL); /* keys that cannot be compared */
  Py_XDECREF (done);
  return done != NULL;
}

static gboolean
new_list (Sort *self)
{
  Py_XSETREF (self->list, PyList_New (0));
  return self->list != NULL;
}

/* ── runs ── */

/* Many runs become one, in a file of their own. */
static gboolean
merge_runs (Sort *self)
{
  WorkerSpillFile *merged = worker_spill_file_new (self->share.memory);
  WorkerMerge *merge = worker_merge_new (self->file, self->n_runs, self->list, self->key);
  gboolean ok = merged != NULL;
  PyObject *x;

  while (ok && (x = worker_merge_next (merge)) != NULL)
    {
      ok = worker_spill_file_add (merged, 0, x, worker_size_of (x));
      Py_DECREF (x);
    }
  ok = ok && !PyErr_Occurred () && worker_spill_file_flush (merged);
  worker_merge_free (merge);
  worker_spill_file_free (self->file);
  self->file = merged;
  self->n_runs = 1;
  return ok;
}

static gboolean
write_run (Sort *self)
{
  gint64 bytes = self->share.held / PyList_GET_SIZE (self->list);

  for (Py_ssize_t i = 0; i < PyList_GET_SIZE (self->list); i++)
    if (!worker_spill_file_add (self->file, self->n_runs, PyList_GET_ITEM (self->list, i), bytes))
      return FALSE;
  self->n_runs++;
  return worker_spill_file_flush (self->file);
}

static gboolean
spill_list (Sort *self)
{
  if (self->file == NULL && (self->file = worker_spill_file_new (self->share.memory)) == NULL)
    return FALSE;
  if (!sort_list (self) || !write_run (self) || !new_list (self))
    return FALSE;
  self->share.memory->spilled += self->share.held;
  worker_share_clear (&self->share);
  return self->n_runs < MOST_RUNS || merge_runs (self);
}

/* ── the stage ── */

static gboolean
add (Sort *self, PyObject *x)
{
  if (PyList_Append (self->list, x) < 0)
    return FALSE;
  worker_share_add (&self->share, worker_size_of (x) + PLACE_BYTES);
  return !worker_share_is_full (&self->share) || spill_list (self);
}

static gboolean
sort_start (Stage *stage)
{
  Sort *self = (Sort *)stage;
  PyObject *x;

  self->key = sort_key_new (self);
  if (self->key == NULL || !new_list (self))
    return FALSE;
  while ((x = stage->source->next (stage->source)) != NULL)
    {
      gboolean ok = add (self, x);
      Py_DECREF (x);
      if (!ok)
        return FALSE;
    }
  if (PyErr_Occurred () || !sort_list (self))
    return FALSE;
  if (PyList_GET_SIZE (self->list) > 0)
    self->element_bytes = self->share.held / PyList_GET_SIZE (self->list);
  if (self->file != NULL)
    self->merge = worker_merge_new (self->file, self->n_runs, self->list, self->key);
  return TRUE;
}

static PyObject *
next_of_list (Sort *self)
{
  if (self->list == NULL || self->at == PyList_GET_SIZE (self->list))
    return NULL;
  /* Its reference goes along: what is given out is kept no longer.  Nobody else knows the list. */
  PyObject *x = PyList_GET_ITEM (self->list, self->at);
  PyList_SET_ITEM (self->list, self->at, NULL);
  self->at++;
  worker_share_add (&self->share, -self->element_bytes);
  return x;
}

static PyObject *
sort_next (Stage *stage)
{
  Sort *self = (Sort *)stage;
  PyObject *x = self->merge != NULL ? worker_merge_next (self->merge) : next_of_list (self);

  if (x == NULL && PyErr_Occurred ())
    worker_explain (stage->place, "call", NULL);
  else if (x == NULL)
    {
      Py_CLEAR (self->list);
      worker_share_clear (&self->share);
    }
  return x;
}

static void
sort_free (Stage *stage)
{
  Sort *self = (Sort *)stage;

  g_clear_pointer (&self->merge, worker_merge_free);
  g_clear_pointer (&self->file, worker_spill_file_free);
  worker_share_clear (&self->share);
  Py_CLEAR (self->list);
  Py_CLEAR (self->key);
  Py_CLEAR (self->function);
  Py_CLEAR (self->ascending);
  g_free (self);
}

Stage *
worker_sort_new (Stage *source, WorkerMemory *memory, PyObject *function, PyObject *ascending)
{
  Sort *self = g_new0 (Sort, 1);

  self->stage = (Stage){ sort_next, sort_start, sort_free, source };
  Py_INCREF (ascending);
  self->ascending = ascending;
  worker_share_init (&self->share, memory);
  if (function != Py_None)
    {
      Py_INCREF (function);
      self->function = function;
    }
  return &self->stage;
}
