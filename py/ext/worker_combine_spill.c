/* worker_combine_spill.c - a combine's table to disk and back, part by part: worker_combine.c. */
#include "py/ext/worker_combine_private.h"

#include "core/data/hash.h"

/* ── measuring ── */

/* A group is given out as one list. */
static gboolean
refuse_group (Combine *self, PyObject *key, gint64 bytes)
{
  gint64 limit = self->share.memory->limit;

  PyErr_Format (PyExc_MemoryError,
                "the values of the key %.200R take %lld MiB and there are more; one group may take "
                "half of spark.python.worker.memory, %lld MiB: combine the values of a key instead "
                "of listing them (reduceByKey, aggregateByKey, combineByKey), or set "
                "spark.python.worker.memory higher",
                key, (long long)(bytes >> 20), (long long)(limit / 2 >> 20));
  worker_explain (self->stage.place, "call", NULL);
  return FALSE;
}

/* Counts the table anew; FALSE: there is a group that is too large. */
static gboolean
measure (Combine *self)
{
  gint64 held = 0;

  for (Py_ssize_t i = 0; i < self->table.n_entries; i++)
    {
      WorkerEntry *entry = &self->table.entries[i];
      gint64 bytes = worker_combine_entry_bytes (entry->key, entry->value);
      if (self->is_group && bytes > self->share.memory->limit / 2)
        return refuse_group (self, entry->key, bytes);
      held += bytes;
    }
  worker_share_add (&self->share, held - self->share.held);
  return TRUE;
}

/* ── to disk ── */

/* Which part of level @level a key is in: Python's hash, as equal keys have equal ones of these
 * whatever other keys have come. */
static gboolean
part_of_key (PyObject *key, guint level, guint *out_part)
{
  Py_hash_t hash = PyObject_Hash (key);

  if (hash == -1)
    return FALSE;
  *out_part = (rush_hash64_int (hash) >> (COMBINE_PART_BITS * level)) & (COMBINE_PARTS - 1);
  return TRUE;
}

static gboolean
spill_entry (WorkerSpillFile *file, guint level, WorkerEntry *entry, gint64 bytes)
{
  guint part;

  if (!part_of_key (entry->key, level, &part))
    return FALSE;
  /* Referred to by the pair alone, they are not looked for a second time when it is written. */
  PyObject *key = g_steal_pointer (&entry->key), *value = g_steal_pointer (&entry->value);
  PyObject *pair = worker_tuple_two (key, value);
  if (pair == NULL)
    return FALSE;
  gboolean ok = worker_spill_file_add (file, part, pair, bytes);
  Py_DECREF (pair);
  return ok;
}

static gboolean
spill_table (Combine *self)
{
  CombineLevel *level = &self->levels[self->n_reading];
  WorkerTable *table = &self->table;

  if (level->file == NULL)
    {
      level->file = worker_spill_file_new (self->share.memory);
      if (level->file == NULL)
        return FALSE;
      level->next_part = 0;
    }
  gint64 bytes = table->n_entries > 0 ? self->share.held / table->n_entries : 0;
  for (Py_ssize_t i = 0; i < table->n_entries; i++)
    if (!spill_entry (level->file, self->n_reading, &table->entries[i], bytes))
      return FALSE;
  worker_table_clear (table);
  self->share.memory->spilled += self->share.held;
  worker_share_clear (&self->share);
  return worker_spill_file_flush (level->file);
}

gboolean
worker_combine_make_room (Combine *self)
{
  gint64 counted = self->share.held;

  if (self->n_reading == COMBINE_LEVELS || (self->table.n_entries == 1 && !self->is_group))
    return TRUE; /* there is nothing to cut */
  if (!measure (self))
    return FALSE;
  /* Values that are merged in place may be much smaller than what went into them.  A table that
   * has just gained a quarter so can go on for a while. */
  if (self->share.held < counted / 4 * 3 || self->table.n_entries == 1)
    return TRUE;
  return spill_table (self);
}

gboolean
worker_combine_end_of_source (Combine *self)
{
  if (self->levels[self->n_reading].file == NULL)
    return TRUE;
  if (!spill_table (self))
    return FALSE;
  self->n_reading++;
  return TRUE;
}

/* ── back ── */

static gboolean
fold_block (Combine *self, PyObject *list)
{
  for (Py_ssize_t i = 0; i < PyList_GET_SIZE (list); i++)
    {
      /* The list lets go of what the table has taken. */
      PyObject *pair = PyList_GET_ITEM (list, i);
      PyList_SET_ITEM (list, i, NULL);
      gboolean ok = worker_combine_fold_back (self, pair);
      Py_DECREF (pair);
      if (!ok)
        return FALSE;
    }
  return TRUE;
}

static gboolean
read_part (Combine *self, WorkerSpillFile *file, guint part)
{
  PyObject *list;

  for (guint i = 0; (list = worker_spill_file_read (file, part, i)) != NULL; i++)
    {
      gboolean ok = fold_block (self, list);
      Py_DECREF (list);
      if (!ok)
        return FALSE;
    }
  return !PyErr_Occurred () && worker_combine_end_of_source (self);
}

gboolean
worker_combine_next_part (Combine *self)
{
  worker_table_clear (&self->table);
  worker_share_clear (&self->share);
  self->at = 0;
  while (self->n_reading > 0)
    {
      CombineLevel *top = &self->levels[self->n_reading - 1];
      if (top->next_part < COMBINE_PARTS)
        return read_part (self, top->file, top->next_part++);
      g_clear_pointer (&top->file, worker_spill_file_free);
      self->n_reading--;
    }
  return FALSE;
}

void
worker_combine_close_files (Combine *self)
{
  for (guint i = 0; i <= COMBINE_LEVELS; i++)
    g_clear_pointer (&self->levels[i].file, worker_spill_file_free);
}
