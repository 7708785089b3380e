/* worker_sort.c - sort: a partition's pairs in the order of their keys.
 *
 *     (k, v) …  ──▶  list  ──list.sort──▶  given out from its front
 *       │              └── SortKey: k, or f (k), once a pair
 *       │ as bytes, k a number
 *       └───────▶  plain  ──radix sort──▶  made when they are given out     worker_sort_plain.c
 *
 * Keys that are numbers are not compared (worker_sort_numbers.c), and as long as their pairs come
 * as bytes out of a shuffle these are kept.  The first pair of another kind turns them into a list:
 * either there is a list, or all that is held is plain.
 *
 * Keys of any other kind are CPython's to sort: list.sort () is stable, merges what is sorted
 * already, and compares strings without a call once it has seen that all keys are such.  It asks a
 * function for each element's key; SortKey is that function, in C, so that nothing of Python runs
 * for a pair but what the user gave.  As in sorted (reverse=True), equal keys keep their order in a
 * descending sort, too.
 *
 * Sorted pairs lie anywhere in memory.  So those that come next are asked of it while the ones
 * before them are given out:
 *
 *     list    p₀ p₁ … p₈ … p₁₆         p₀ is given out
 *                      │    └ the pair itself is on its way
 *                      └ it is there: its key and value are on their way
 *
 * When the list is larger than the task may hold (worker_memory.h) it is sorted and goes to disk as
 * a run, and an empty one goes on.  In the end runs are merged (worker_merge.c).  A merge has one
 * block of each run in memory, hence at most 64 runs: as many become one as soon as they are there.
 *
 * Mirrors: the sort in pyspark.RDD.sortByKey, pyspark.shuffle.ExternalSorter.
 */
#include "py/ext/worker_sort_private.h"

#define MOST_RUNS 64
#define PLACE_BYTES 40 /* of an element in the list, and in what is needed to sort that */
#define AHEAD 8        /* elements */

typedef struct
{
  Stage stage;
  PyObject *function;  /* (owned) or NULL */
  PyObject *ascending; /* (owned) */
  SortKey *key;        /* (owned) */
  gboolean is_plain;   /* what is held is this: */
  WorkerSortPlain plain;
  PyObject *list; /* (owned) or this; NULL: not begun, or given out */
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
  if (self->function == NULL && worker_sort_numbers (self->list, self->key->ascending))
    return TRUE;
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
  self->at = 0;
  return self->list != NULL;
}

/* Asks memory for what will be given out soon. */
static inline void
look_ahead (const Sort *self)
{
  if (self->at + 2 * AHEAD >= PyList_GET_SIZE (self->list))
    return;
  PyObject *x = PyList_GET_ITEM (self->list, self->at + AHEAD);
  if (PyTuple_CheckExact (x) && PyTuple_GET_SIZE (x) == 2)
    {
      __builtin_prefetch (PyTuple_GET_ITEM (x, 0), TRUE);
      __builtin_prefetch (PyTuple_GET_ITEM (x, 1), TRUE);
    }
  x = PyList_GET_ITEM (self->list, self->at + 2 * AHEAD);
  __builtin_prefetch ((const guint8 *)x - WORKER_COLLECTOR_BYTES, TRUE);
  __builtin_prefetch (((PyTupleObject *)x)->ob_item, TRUE);
}

static PyObject *
next_of_list (Sort *self)
{
  if (self->list == NULL || self->at == PyList_GET_SIZE (self->list))
    return NULL;
  /* Its reference goes along: what is given out is kept no longer.  Nobody else knows the list. */
  look_ahead (self);
  PyObject *x = PyList_GET_ITEM (self->list, self->at);
  PyList_SET_ITEM (self->list, self->at, NULL);
  self->at++;
  worker_share_add (&self->share, -self->element_bytes);
  return x;
}

static gboolean
sort_held (Sort *self)
{
  if (self->is_plain)
    return worker_sort_plain_sort (&self->plain, self->key->ascending);
  if (!sort_list (self))
    return FALSE;
  Py_ssize_t n = PyList_GET_SIZE (self->list);
  self->element_bytes = n > 0 ? self->share.held / n : 0;
  return TRUE;
}

/* The next of what is held, in order. */
static PyObject *
next_held (Sort *self)
{
  return self->is_plain ? worker_sort_plain_next (&self->plain) : next_of_list (self);
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
  gboolean ok = TRUE;
  PyObject *x;

  while (ok && (x = next_held (self)) != NULL)
    {
      ok = worker_spill_file_add (self->file, self->n_runs, x, worker_size_of (x));
      Py_DECREF (x);
    }
  self->n_runs++;
  return ok && !PyErr_Occurred () && worker_spill_file_flush (self->file);
}

static gboolean
spill (Sort *self)
{
  gint64 bytes = self->share.held;

  if (self->file == NULL && (self->file = worker_spill_file_new (self->share.memory)) == NULL)
    return FALSE;
  if (!sort_held (self) || !write_run (self) || !new_list (self))
    return FALSE;
  worker_sort_plain_clear (&self->plain);
  self->share.memory->spilled += bytes;
  worker_share_clear (&self->share);
  return self->n_runs < MOST_RUNS || merge_runs (self);
}

/* ── what comes in ── */

static gboolean
add_to_list (Sort *self, PyObject *x)
{
  if (PyList_Append (self->list, x) < 0)
    return FALSE;
  worker_share_add (&self->share, worker_size_of (x) + PLACE_BYTES);
  return !worker_share_is_full (&self->share) || spill (self);
}

/* Pairs that were kept as bytes are put into the list as they have come. */
static gboolean
leave_plain (Sort *self)
{
  WorkerSortPlain plain = self->plain;
  gboolean ok = TRUE;
  PyObject *x;

  self->plain = (WorkerSortPlain){ 0 };
  self->is_plain = FALSE;
  worker_share_clear (&self->share);
  while (ok && (x = worker_sort_plain_next (&plain)) != NULL)
    {
      ok = add_to_list (self, x);
      Py_DECREF (x);
    }
  worker_sort_plain_clear (&plain);
  return ok && !PyErr_Occurred ();
}

static gboolean
add (Sort *self, PyObject *x)
{
  return (!self->is_plain || leave_plain (self)) && add_to_list (self, x);
}

static gboolean
add_plain (Sort *self, const WorkerPlainElement *element)
{
  if (worker_sort_plain_add (&self->plain, element))
    {
      worker_share_add (&self->share, (gint64)(element->length + 2 * sizeof (WorkerSortEntry)));
      return !worker_share_is_full (&self->share) || spill (self);
    }
  PyObject *x = worker_plain_read_value (element->bytes, element->length);
  gboolean ok = x != NULL && add (self, x);
  Py_XDECREF (x);
  return ok;
}

/* ── the stage ── */

/* All of the input. */
static gboolean
take_input (Sort *self)
{
  Stage *source = self->stage.source;
  WorkerPlainElement element;
  gboolean ok = TRUE;
  PyObject *x;

  while (ok && self->is_plain && worker_input_take_plain (source, &element))
    ok = add_plain (self, &element);
  ok = ok && !PyErr_Occurred ();
  while (ok && (x = source->next (source)) != NULL)
    {
      ok = add (self, x);
      Py_DECREF (x);
    }
  return ok && !PyErr_Occurred ();
}

static gboolean
sort_start (Stage *stage)
{
  Sort *self = (Sort *)stage;

  self->key = sort_key_new (self);
  self->is_plain = self->function == NULL;
  if (self->key == NULL || !new_list (self) || !take_input (self))
    return FALSE;
  /* A merge's last run is a list. */
  if (self->file != NULL && self->is_plain ? !spill (self) : !sort_held (self))
    return FALSE;
  if (self->file != NULL)
    self->merge = worker_merge_new (self->file, self->n_runs, self->list, self->key);
  return TRUE;
}

static PyObject *
sort_next (Stage *stage)
{
  Sort *self = (Sort *)stage;
  PyObject *x = self->merge != NULL ? worker_merge_next (self->merge) : next_held (self);

  if (x == NULL && PyErr_Occurred ())
    worker_explain (stage->place, "call", NULL);
  else if (x == NULL)
    {
      Py_CLEAR (self->list);
      worker_sort_plain_clear (&self->plain);
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
  worker_sort_plain_clear (&self->plain);
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

  self->stage = (Stage){ sort_next, sort_start, sort_free, source, NULL };
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
