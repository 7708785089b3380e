/* worker_table.h - key → value for combine and its kin: a dict that finds a place once.
 *
 *   PyObject **value = worker_table_place (&table, key, &is_new);   // NULL: an exception is set
 *   if (is_new) *value = …; else { swap what stands there }
 *
 * Keys are equal as in a dict (the same object, or ==), and come out in the order in which they
 * first came in.
 *
 * Ownership:  the table owns its keys and values.  A new place holds NULL until the caller fills
 *             it; it must, or clear the table.
 * Threads:    the worker's one.
 */
#pragma once

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <glib.h>

typedef struct
{
  guint64 hash;
  PyObject *key;
  PyObject *value;
} WorkerEntry;

typedef enum
{
  WORKER_KEYS_ANY,
  WORKER_KEYS_STRINGS, /* exact str: hashed by their bytes */
  WORKER_KEYS_INTS,    /* exact int of up to 60 bits: equal if and only if their hashes are */
} WorkerKeys;

typedef struct
{
  WorkerEntry *entries; /* in order of arrival */
  Py_ssize_t n_entries;
  Py_ssize_t capacity;
  struct WorkerSlot *slots; /* open addressing: a tag of the hash, and an index into entries */
  gsize mask;               /* number of slots − 1; 0: no slots yet */
  WorkerKeys keys;          /* what every one so far is */
} WorkerTable;

PyObject **worker_table_place (WorkerTable *self, PyObject *key, gboolean *out_is_new);
void worker_table_clear (WorkerTable *self); /* empty again, memory given back */
