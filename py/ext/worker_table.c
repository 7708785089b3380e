/* worker_table.c - one look-up a pair, and for strings a hash that costs a third of Python's.
 *
 *   slots    ┌─────┬───┐          entries  ┌──────┬─────┬───────┐
 *            │ tag │ 0 │ ───────────────▶  │ hash │ "to"│ 4 … 2 │   arrival order
 *            │  –  │ – │          ┌─────▶  │ hash │ "be"│ 2     │
 *            │ tag │ 1 │ ─────────┘        └──────┴─────┴───────┘
 *            └─────┴───┘  power of two, at most 2/3 full, linear probing
 *
 * A dict must be asked twice a pair: once for the old value and once to store the new one, and the
 * second look-up costs as much as the first.  Here the place is found once and its value replaced.
 *
 * Most keys are words or numbers.  As long as all of them are exact str, they are hashed by their
 * bytes (CPython keeps equal strings in equal bytes) with core/data's quick hash, not SipHash.
 * As long as all are small ints, their hash is a bijection of them: where hashes are equal, no key
 * is looked at, which saves a cache miss a pair.  The first key of another type switches the table
 * to Python's own hashes for good, as a key must then meet whatever is equal to it.  No order and
 * no placement depends on these hashes.
 *
 * Measured on the word count of 100 MB (bench/worker_chain.py): see bench/README.md.
 */
#include "py/ext/worker_table.h"
#include "core/data/hash.h"
#include "py/ext/worker_memory.h"

#include <string.h>

struct WorkerSlot
{
  guint32 tag;  /* upper half of the hash */
  gint32 index; /* −1: empty */
};

#define FIRST_SLOTS 64

/* ── hash and equality ── */

static inline guint64
hash_string (PyObject *key)
{
  return rush_hash64_bytes (PyUnicode_DATA (key),
                            (gsize)(PyUnicode_GET_LENGTH (key) * PyUnicode_KIND (key)));
}

static inline WorkerKeys
kind_of_key (PyObject *key)
{
  if (PyUnicode_CheckExact (key))
    return WORKER_KEYS_STRINGS;
  return PyLong_CheckExact (key) && worker_int_digits (key) <= 2 ? WORKER_KEYS_INTS
                                                                 : WORKER_KEYS_ANY;
}

static inline gboolean
hash_of_key (const WorkerTable *self, PyObject *key, guint64 *out_hash)
{
  if (self->keys != WORKER_KEYS_ANY)
    {
      *out_hash = self->keys == WORKER_KEYS_STRINGS ? hash_string (key)
                                                    : rush_hash64_int (PyLong_AsLong (key));
      return TRUE;
    }
  Py_hash_t hash = PyObject_Hash (key);
  if (hash == -1)
    return FALSE;
  /* Small ints hash to themselves: spread them over the slots. */
  *out_hash = rush_hash64_int (hash);
  return TRUE;
}

static inline gboolean
equal_strings (PyObject *a, PyObject *b)
{
  Py_ssize_t length = PyUnicode_GET_LENGTH (a);
  unsigned kind = PyUnicode_KIND (a);
  return length == PyUnicode_GET_LENGTH (b) && kind == PyUnicode_KIND (b) &&
         memcmp (PyUnicode_DATA (a), PyUnicode_DATA (b), (gsize)(length * kind)) == 0;
}

/* Of keys with equal hashes: 1, 0, or −1 with an exception set. */
static inline int
equal_keys (const WorkerTable *self, PyObject *a, PyObject *b)
{
  if (a == b || self->keys == WORKER_KEYS_INTS)
    return 1;
  return self->keys == WORKER_KEYS_STRINGS ? equal_strings (a, b)
                                           : PyObject_RichCompareBool (a, b, Py_EQ);
}

/* ── growth ── */

static void
fill_slots (WorkerTable *self)
{
  memset (self->slots, 0xff, (self->mask + 1) * sizeof *self->slots);
  for (Py_ssize_t i = 0; i < self->n_entries; i++)
    {
      gsize at = self->entries[i].hash & self->mask;
      while (self->slots[at].index >= 0)
        at = (at + 1) & self->mask;
      self->slots[at] = (struct WorkerSlot){ (guint32)(self->entries[i].hash >> 32), (gint32)i };
    }
}

static gboolean
grow (WorkerTable *self)
{
  gsize n_slots = self->mask == 0 ? FIRST_SLOTS : 2 * (self->mask + 1);
  Py_ssize_t capacity = (Py_ssize_t)(n_slots / 3 * 2);
  if (capacity > G_MAXINT32)
    {
      PyErr_SetString (PyExc_MemoryError, "more than 2^31 keys in one partition");
      return FALSE;
    }
  WorkerEntry *entries = PyMem_Realloc (self->entries, (gsize)capacity * sizeof *self->entries);
  if (entries == NULL)
    return PyErr_NoMemory (), FALSE;
  self->entries = entries;
  self->capacity = capacity;
  struct WorkerSlot *slots = PyMem_Realloc (self->slots, n_slots * sizeof *self->slots);
  if (slots == NULL)
    return PyErr_NoMemory (), FALSE;
  self->slots = slots;
  self->mask = n_slots - 1;
  fill_slots (self);
  return TRUE;
}

/* A key of another kind has come: from now on Python's hashes. */
static gboolean
rehash (WorkerTable *self)
{
  self->keys = WORKER_KEYS_ANY;
  for (Py_ssize_t i = 0; i < self->n_entries; i++)
    if (!hash_of_key (self, self->entries[i].key, &self->entries[i].hash))
      return FALSE;
  if (self->mask != 0)
    fill_slots (self);
  return TRUE;
}

/* ── the interface ── */

PyObject **
worker_table_place (WorkerTable *self, PyObject *key, gboolean *out_is_new)
{
  WorkerKeys kind = kind_of_key (key);
  if (self->n_entries == 0)
    self->keys = kind;
  else if (self->keys != kind && self->keys != WORKER_KEYS_ANY && !rehash (self))
    return NULL;
  if (self->n_entries == self->capacity && !grow (self))
    return NULL;

  guint64 hash;
  if (!hash_of_key (self, key, &hash))
    return NULL;
  guint32 tag = (guint32)(hash >> 32);
  gsize at = hash & self->mask;
  for (; self->slots[at].index >= 0; at = (at + 1) & self->mask)
    if (self->slots[at].tag == tag)
      {
        WorkerEntry *entry = &self->entries[self->slots[at].index];
        int equal = entry->hash == hash ? equal_keys (self, entry->key, key) : 0;
        if (equal < 0)
          return NULL;
        if (equal > 0)
          {
            *out_is_new = FALSE;
            return &entry->value;
          }
      }

  WorkerEntry *entry = &self->entries[self->n_entries];
  Py_INCREF (key);
  *entry = (WorkerEntry){ hash, key, NULL };
  self->slots[at] = (struct WorkerSlot){ tag, (gint32)self->n_entries };
  self->n_entries++;
  *out_is_new = TRUE;
  return &entry->value;
}

void
worker_table_clear (WorkerTable *self)
{
  /* What a destructor runs must find the table empty. */
  WorkerTable old = *self;
  *self = (WorkerTable){ 0 };
  for (Py_ssize_t i = 0; i < old.n_entries; i++)
    {
      Py_XDECREF (old.entries[i].key);
      Py_XDECREF (old.entries[i].value);
    }
  PyMem_Free (old.entries);
  PyMem_Free (old.slots);
}
