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
 * When the table is larger than the task may hold (worker_memory.h), all of it goes to disk, cut in
 * 16 parts by four bits of the keys' hashes, and an empty one goes on:
 *
 *     input ──▶ table ══▶ file 0   │ part 0 │ part 1 │ … │ part 15 │     every entry of a key is
 *                                      │                                 in the same part
 *                     table ◀──────────┘   entries of a key: merged ([k], c)
 *                       ║  still too large
 *                       ╚═▶ file 1  │ part 0 │ … │ part 15 │             by the next four bits
 *
 * Parts are read one by one, each is merged in a table of its own and given out before the next is
 * read.  One that is too large is cut again: files stand on a stack; the uppermost is read from.
 * With 64 bits of hash there are at most 16; keys that no bit tells apart stay in one table.
 *
 * A combined value is one object of the user's and a group is a list: neither can be cut.  A group
 * that alone takes half of what a task may is an error that says so, before the machine suffers.
 *
 * Mirrors: pyspark.shuffle.ExternalMerger, ExternalGroupBy.
 */
#include "py/ext/worker_combine_private.h"

/* ── one pair into the table ── */

/* @function, which is NULL where it is our own, has failed for @value. */
static void
explain_value (Combine *self, PyObject *function, PyObject *value)
{
  if (function != NULL)
    worker_explain_call (self->stage.place, function, value);
}

/* By how much @combined, made of @old and @value, is larger than @old was.  What was merged in
 * place is taken to have been kept; worker_combine_make_room () measures before it spills. */
static inline gint64
growth (PyObject *old, PyObject *combined, PyObject *value)
{
  if (worker_is_small_number (old) && worker_is_small_number (combined))
    return 0;
  if (combined == old)
    return worker_size_of (value) + (gint64)sizeof value;
  return worker_size_of (combined) - worker_size_of (old);
}

static inline __attribute__ ((always_inline)) gboolean
fold (Combine *self, PyObject *pair, FirstValue first, NextValue again)
{
  PyObject *key = PyTuple_GET_ITEM (pair, 0), *value = PyTuple_GET_ITEM (pair, 1);
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
    return FALSE;
  *place = combined;
  worker_share_add (&self->share, is_new ? worker_combine_entry_bytes (key, combined)
                                         : growth (old, combined, value));
  Py_XDECREF (old);
  return !worker_share_is_full (&self->share) || worker_combine_make_room (self);
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
      gboolean ok = fold (self, x, first, again);
      Py_DECREF (x);
      if (!ok)
        return FALSE;
    }
  return !PyErr_Occurred () && worker_combine_end_of_source (self);
}

/* ── the four ops ── */

static PyObject *
create_value (Combine *self, PyObject *value)
{
  PyObject *created = worker_call (self->create, value);
  if (created == NULL)
    explain_value (self, self->create, value);
  return created;
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
  PyObject *merged = worker_call_two (self->merge, old, value);
  if (merged == NULL)
    explain_value (self, self->merge, value);
  return merged;
}

static PyObject *
merge_combiner (Combine *self, PyObject *old, PyObject *other)
{
  PyObject *merged = worker_call_two (self->merge_combiners, old, other);
  if (merged == NULL)
    explain_value (self, self->merge_combiners, other);
  return merged;
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
  /* Most groups of one partition have one value. */
  gboolean single = PyList_CheckExact (value) && PyList_GET_SIZE (value) == 1;
  int failed = single ? PyList_Append (old, PyList_GET_ITEM (value, 0))
                      : PyList_SetSlice (old, PyList_GET_SIZE (old), PyList_GET_SIZE (old), value);
  if (failed)
    return NULL;
  Py_INCREF (old);
  return old;
}

static gboolean
combine_start (Stage *stage)
{
  return consume (stage, create_value, merge_value);
}

/* combine without `create`: a value is its own combiner. */
static gboolean
reduce_start (Stage *stage)
{
  return consume (stage, same_value, merge_value);
}

static gboolean
merge_combiners_start (Stage *stage)
{
  return consume (stage, same_value, merge_combiner);
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

gboolean
worker_combine_fold_back (Combine *self, PyObject *pair)
{
  return fold (self, pair, same_value, self->is_group ? extend_by_value : merge_combiner);
}

/* ── giving out ── */

static PyObject *
combine_next (Stage *stage)
{
  Combine *self = (Combine *)stage;

  while (self->at == self->table.n_entries)
    if (!worker_combine_next_part (self))
      return NULL;
  if (self->at == 0)
    self->entry_bytes = self->share.held / self->table.n_entries;
  worker_share_add (&self->share, -self->entry_bytes);
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
  worker_combine_close_files (self);
  worker_share_clear (&self->share);
  Py_CLEAR (self->create);
  Py_CLEAR (self->merge);
  Py_CLEAR (self->merge_combiners);
  g_free (self);
}

static Combine *
combine_new (Stage *source, WorkerMemory *memory, gboolean (*start) (Stage *))
{
  Combine *self = g_new0 (Combine, 1);

  self->stage = (Stage){ combine_next, start, combine_free, source };
  worker_share_init (&self->share, memory);
  return self;
}

Stage *
worker_combine_new (Stage *source, WorkerMemory *memory, PyObject *create, PyObject *merge,
                    PyObject *merge_combiners)
{
  Combine *self = combine_new (source, memory, create == Py_None ? reduce_start : combine_start);
  Py_INCREF (create);
  Py_INCREF (merge);
  Py_INCREF (merge_combiners);
  self->create = create;
  self->merge = merge;
  self->merge_combiners = merge_combiners;
  return &self->stage;
}

Stage *
worker_merge_combiners_new (Stage *source, WorkerMemory *memory, PyObject *merge)
{
  Combine *self = combine_new (source, memory, merge_combiners_start);
  Py_INCREF (merge);
  self->merge_combiners = merge;
  return &self->stage;
}

Stage *
worker_group_new (Stage *source, WorkerMemory *memory)
{
  Combine *self = combine_new (source, memory, group_start);
  self->is_group = TRUE;
  return &self->stage;
}

Stage *
worker_merge_groups_new (Stage *source, WorkerMemory *memory)
{
  Combine *self = combine_new (source, memory, merge_groups_start);
  self->is_group = TRUE;
  return &self->stage;
}
