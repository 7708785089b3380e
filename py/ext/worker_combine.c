/* worker_combine.c - one entry a key: combine, mergeCombiners, group, mergeGroups.
 *
 *     element (k, v)          table
 *        k is new    ──▶  [k] = first (v)             create (v), v, or [v]
 *        k is there  ──▶  [k] = again ([k], v)        merge ([k], v), append, or extend
 *
 * and when the input has ended, its items, in the order in which their keys first came.
 *
 * The four ops differ in `first` and `again` alone; consume () is inlined once for each.  The table
 * (worker_table.h) is a dict that is asked once a pair.  Merging in place, as an aggregateByKey of
 * lists does, gives the same object back: then nothing is stored.
 *
 * Mirrors: pyspark.shuffle.ExternalMerger, without its spilling.
 */
#include "py/ext/worker_private.h"
#include "py/ext/worker_table.h"

typedef struct
{
  Stage stage;
  PyObject *create; /* (owned) combine: NULL: the value itself */
  PyObject *merge;  /* (owned) combine, mergeCombiners */
  WorkerTable table;
  Py_ssize_t at; /* while giving out: the next entry */
} Combine;

typedef PyObject *(*FirstValue) (Combine *self, PyObject *value);
typedef PyObject *(*NextValue) (Combine *self, PyObject *old, PyObject *value);

/* The function for a first value, or a next one, has failed. */
static void
explain_value (Combine *self, gboolean is_new, PyObject *value)
{
  PyObject *function = is_new ? self->create : self->merge;
  if (function != NULL)
    worker_explain_call (self->stage.place, function, value);
}

/* Folds one pair into the table. */
static inline __attribute__ ((always_inline)) gboolean
fold (Combine *self, PyObject *key, PyObject *value, FirstValue first, NextValue again)
{
  gboolean is_new;
  PyObject **place = worker_table_place (&self->table, key, &is_new);
  if (place == NULL)
    {
      worker_explain (self->stage.place, "key", key);
      return FALSE;
    }

  /* Whatever code the two run, it cannot reach the table: the place stays where it is. */
  PyObject *old = *place;
  PyObject *combined = is_new ? first (self, value) : again (self, old, value);
  if (combined == NULL)
    {
      explain_value (self, is_new, value);
      return FALSE;
    }
  *place = combined;
  Py_XDECREF (old);
  return TRUE;
}

static inline __attribute__ ((always_inline)) gboolean
consume (Stage *stage, FirstValue first, NextValue again)
{
  Combine *self = (Combine *)stage;
  Stage *source = stage->source;
  PyObject *x;

  while ((x = source->next (source)) != NULL)
    {
      x = worker_pair (x, stage->place);
      if (x == NULL)
        return FALSE;
      gboolean ok = fold (self, PyTuple_GET_ITEM (x, 0), PyTuple_GET_ITEM (x, 1), first, again);
      Py_DECREF (x);
      if (!ok)
        return FALSE;
    }
  return !PyErr_Occurred ();
}

/* ── the four ops ── */

static PyObject *
create_value (Combine *self, PyObject *value)
{
  return worker_call (self->create, value);
}

static PyObject *
same_value (Combine *self, PyObject *value)
{
  Py_INCREF (value);
  return value;
}

static PyObject *
merge_value (Combine *self, PyObject *old, PyObject *value)
{
  return worker_call_two (self->merge, old, value);
}

static PyObject *
list_of_value (Combine *self, PyObject *value)
{
  PyObject *list = PyList_New (1);
  if (list != NULL)
    {
      Py_INCREF (value);
      PyList_SET_ITEM (list, 0, value);
    }
  return list;
}

static PyObject *
append_value (Combine *self, PyObject *old, PyObject *value)
{
  if (PyList_Append (old, value) < 0)
    return NULL;
  Py_INCREF (old);
  return old;
}

static PyObject *
extend_by_value (Combine *self, PyObject *old, PyObject *value)
{
  if (!PyList_Check (old))
    {
      PyErr_Format (PyExc_TypeError, "groups to be merged must be lists, not %R", old);
      return NULL;
    }
  if (PyList_SetSlice (old, PyList_GET_SIZE (old), PyList_GET_SIZE (old), value) < 0)
    return NULL;
  Py_INCREF (old);
  return old;
}

static gboolean
combine_start (Stage *stage)
{
  return consume (stage, create_value, merge_value);
}

static gboolean
merge_combiners_start (Stage *stage)
{
  return consume (stage, same_value, merge_value);
}

static gboolean
group_start (Stage *stage)
{
  return consume (stage, list_of_value, append_value);
}

static gboolean
merge_groups_start (Stage *stage)
{
  return consume (stage, same_value, extend_by_value);
}

/* ── giving out ── */

static PyObject *
combine_next (Stage *stage)
{
  Combine *self = (Combine *)stage;

  if (self->at == self->table.n_entries)
    {
      worker_table_clear (&self->table);
      self->at = 0;
      return NULL;
    }
  /* The pair takes the references over: what is given out is kept no longer. */
  WorkerEntry *entry = &self->table.entries[self->at++];
  PyObject *key = g_steal_pointer (&entry->key), *value = g_steal_pointer (&entry->value);
  return worker_tuple_two (key, value);
}

static void
combine_free (Stage *stage)
{
  Combine *self = (Combine *)stage;

  worker_table_clear (&self->table);
  Py_CLEAR (self->create);
  Py_CLEAR (self->merge);
  g_free (self);
}

static Stage *
combine_new (Stage *source, gboolean (*start) (Stage *), PyObject *create, PyObject *merge)
{
  Combine *self = g_new0 (Combine, 1);

  self->stage = (Stage){ combine_next, start, combine_free, source };
  Py_XINCREF (create);
  Py_XINCREF (merge);
  self->create = create;
  self->merge = merge;
  return &self->stage;
}

Stage *
worker_combine_new (Stage *source, PyObject *create, PyObject *merge)
{
  if (create == Py_None)
    return worker_merge_combiners_new (source, merge);
  return combine_new (source, combine_start, create, merge);
}

Stage *
worker_merge_combiners_new (Stage *source, PyObject *merge)
{
  return combine_new (source, merge_combiners_start, NULL, merge);
}

Stage *
worker_group_new (Stage *source)
{
  return combine_new (source, group_start, NULL, NULL);
}

Stage *
worker_merge_groups_new (Stage *source)
{
  return combine_new (source, merge_groups_start, NULL, NULL);
}
