/* worker_combine.c - one entry a key: combine, mergeCombiners, group, mergeGroups.
 *
 *     element (k, v)          dict
 *        k is new    ──▶  [k] = first (v)             create (v), v, or [v]
 *        k is there  ──▶  [k] = again ([k], v)        merge ([k], v), append, or extend
 *
 * and when the input has ended, its items, in the order in which their keys first came.
 *
 * The four ops differ in `first` and `again` alone; consume () is inlined once for each.  A key is
 * hashed once a pair: the dict's look-up and its store would hash it again each (strings remember
 * their hash, tuples and objects with a __hash__ of their own do not).  Merging in place, as an
 * aggregateByKey of lists does, gives the same object back: then nothing is stored.
 *
 * Mirrors: pyspark.shuffle.ExternalMerger, without its spilling.
 */
#include "py/ext/worker_private.h"

typedef struct
{
  Stage stage;
  PyObject *create; /* (owned) combine: NULL: the value itself */
  PyObject *merge;  /* (owned) combine, mergeCombiners */
  PyObject *dict;   /* (owned) */
  Py_ssize_t at;    /* while giving out: PyDict_Next's position */
} Combine;

typedef PyObject *(*FirstValue) (Combine *self, PyObject *value);
typedef PyObject *(*NextValue) (Combine *self, PyObject *old, PyObject *value);

/* ── the dict, by a hash that is known ── */

#ifdef HAVE_PYDICT_KNOWN_HASH
#define dict_get(dict, key, hash) _PyDict_GetItem_KnownHash (dict, key, hash)
#define dict_set(dict, key, value, hash) _PyDict_SetItem_KnownHash (dict, key, value, hash)
#else
#define dict_get(dict, key, hash) PyDict_GetItemWithError (dict, key)
#define dict_set(dict, key, value, hash) PyDict_SetItem (dict, key, value)
#endif

/* Folds one pair into the dict. */
static inline __attribute__ ((always_inline)) gboolean
fold (Combine *self, PyObject *key, PyObject *value, FirstValue first, NextValue again)
{
  Py_hash_t hash = PyObject_Hash (key);
  if (hash == -1)
    return FALSE;

  PyObject *old = dict_get (self->dict, key, hash), *new;
  if (old != NULL)
    {
      Py_INCREF (old); /* `again` may run any code */
      new = again (self, old, value);
    }
  else
    new = PyErr_Occurred () ? NULL : first (self, value);

  gboolean ok = new != NULL && (new == old || dict_set (self->dict, key, new, hash) == 0);
  Py_XDECREF (new);
  Py_XDECREF (old);
  return ok;
}

static inline __attribute__ ((always_inline)) gboolean
consume (Stage *stage, FirstValue first, NextValue again)
{
  Combine *self = (Combine *) stage;
  Stage *source = stage->source;
  PyObject *x;

  self->dict = PyDict_New ();
  if (self->dict == NULL)
    return FALSE;
  while ((x = source->next (source)) != NULL)
    {
      x = worker_pair (x);
      if (x == NULL)
        return FALSE;
      gboolean ok
          = fold (self, PyTuple_GET_ITEM (x, 0), PyTuple_GET_ITEM (x, 1), first, again);
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
  Combine *self = (Combine *) stage;
  PyObject *key, *value;

  if (self->dict == NULL || !PyDict_Next (self->dict, &self->at, &key, &value))
    {
      Py_CLEAR (self->dict);
      return NULL;
    }
  Py_INCREF (key);
  Py_INCREF (value);
  return worker_tuple_two (key, value);
}

static void
combine_free (Stage *stage)
{
  Combine *self = (Combine *) stage;

  Py_CLEAR (self->dict);
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
