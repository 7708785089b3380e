/* worker_sort_plain.c - pairs that are sorted before they are objects.
 *
 * What a shuffle brings are bytes (worker_plain.h).  A pair made of them takes ten times their room
 * and lies anywhere; to sort it, it is not needed: only its key is.  So pairs whose keys are
 * numbers are kept as the bytes that came, and made when they are given out, in the right order,
 * one at a time, in memory that the one before has left warm:
 *
 *     bytes     (7, "a") (3, "b") (5, "c") …
 *               ▲        ▲
 *     entries   7 · 0    3 · 9    5 · 18         key as a number, and where the pair begins
 *     sorted    3 · 9    5 · 18   7 · 0          worker_sort_numbers.c
 *
 * A pair that names another value of its run, by KEPT or AGAIN, cannot be kept so.
 */
#include "py/ext/worker_sort_private.h"

#define FIRST_BYTES 4096
#define FIRST_ENTRIES 256
#define AHEAD 16 /* pairs are asked of the memory so far ahead */

/* The key of a pair as a number; FALSE: it is none, or of another kind than those before. */
static gboolean
number_of (WorkerSortPlain *self, const WorkerPlainElement *x, guint64 *out)
{
  gboolean is_float = x->key == WORKER_PLAIN_KEY_FLOAT;

  if (x->key == WORKER_PLAIN_KEY_OTHER || (self->n > 0 && self->is_float != is_float))
    return FALSE;
  self->is_float = is_float;
  if (is_float)
    return worker_sort_number_of_float (x->key_float, out);
  *out = worker_sort_number_of_int (x->key_int);
  return TRUE;
}

static gboolean
reserve (WorkerSortPlain *self, gsize n_bytes)
{
  if (self->capacity - self->length < n_bytes)
    {
      gsize capacity = MAX (MAX (2 * self->capacity, FIRST_BYTES), self->length + n_bytes);
      guint8 *bytes = PyMem_Realloc (self->bytes, capacity);
      if (bytes == NULL)
        return FALSE;
      self->bytes = bytes;
      self->capacity = capacity;
    }
  if (self->n == self->most)
    {
      gsize most = MAX (2 * self->most, FIRST_ENTRIES);
      WorkerSortEntry *entries = PyMem_Realloc (self->entries, most * sizeof *entries);
      if (entries == NULL)
        return FALSE;
      self->entries = entries;
      self->most = most;
    }
  return TRUE;
}

gboolean
worker_sort_plain_add (WorkerSortPlain *self, const WorkerPlainElement *x)
{
  guint64 number;

  if (!number_of (self, x, &number) || !reserve (self, x->length))
    return FALSE;
  memcpy (self->bytes + self->length, x->bytes, x->length);
  self->entries[self->n++] = (WorkerSortEntry){ number, self->length };
  self->length += x->length;
  return TRUE;
}

gboolean
worker_sort_plain_sort (WorkerSortPlain *self, gboolean ascending)
{
  if (worker_sort_entries (&self->entries, self->n, ascending))
    {
      self->most = self->n;
      return TRUE;
    }
  PyErr_NoMemory ();
  return FALSE;
}

PyObject *
worker_sort_plain_next (WorkerSortPlain *self)
{
  if (self->at == self->n)
    return NULL;
  if (self->at + AHEAD < self->n)
    __builtin_prefetch (self->bytes + self->entries[self->at + AHEAD].element);
  gsize offset = self->entries[self->at++].element;
  return worker_plain_read_value (self->bytes + offset, self->length - offset);
}

void
worker_sort_plain_clear (WorkerSortPlain *self)
{
  PyMem_Free (self->bytes);
  PyMem_Free (self->entries);
  *self = (WorkerSortPlain){ 0 };
}
