/* worker_sort_numbers.c - the order of keys that are numbers of one kind.
 *
 * list.sort () compares: log₂ n times a pair, each time two ints that lie anywhere in memory.
 * Numbers need not be compared.  They are made unsigned integers of 64 bits that have their order,
 * and dealt out by one byte after the other, the lowest first, into as many heaps as there are
 * bytes (LSD radix sort).  Each round keeps the order that the one before has made:
 *
 *     by the low digit     31 12 21 11   →   31 21 11 │ 12
 *     by the high digit    31 21 11 12   →   11 12 │ 21 │ 31        equal ones in their old order
 *
 *     int     v               →   v with its sign bit turned: −1 lies below 0
 *     float   bits, v ≥ 0     →   with its sign bit turned; v < 0: all bits, they count backwards
 *             −0.0            →   0.0, as they are equal; nan is in no order: not sorted here
 *     descending              →   all bits turned
 *
 * A byte that is the same in all keys takes no round: small numbers take few.
 *
 * Source: D. E. Knuth, The Art of Computer Programming 3, 5.2.5: distribution sorting.
 */
#include "py/ext/worker_sort_private.h"

#define HEAPS 256
#define SIGN_BIT ((guint64)1 << 63)

/* ── keys ── */

gboolean
worker_sort_number_of_float (double number, guint64 *out)
{
  number += 0.0; /* −0.0 + 0.0 is 0.0 */
  memcpy (out, &number, sizeof *out);
  *out = *out & SIGN_BIT ? ~*out : *out | SIGN_BIT;
  return number == number;
}

guint64
worker_sort_number_of_int (gint64 number)
{
  return (guint64)number ^ SIGN_BIT;
}

static gboolean
number_of (PyObject *x, PyTypeObject *type, guint64 *out)
{
  if (Py_TYPE (x) != type || !worker_is_small_number (x))
    return FALSE;
  if (type == &PyFloat_Type)
    return worker_sort_number_of_float (PyFloat_AS_DOUBLE (x), out);
  *out = worker_sort_number_of_int (PyLong_AsLong (x));
  return TRUE;
}

/* ── rounds ── */

/* The bits in which not all numbers are equal. */
static guint64
differing_bits (const WorkerSortEntry *entries, gsize n)
{
  guint64 differing = 0;

  for (gsize i = 1; i < n; i++)
    differing |= entries[i].number ^ entries[0].number;
  return differing;
}

/* Where each heap of the byte at @shift begins. */
static void
find_heaps (const WorkerSortEntry *entries, gsize n, guint shift, gsize *out_begins)
{
  gsize begin = 0;

  memset (out_begins, 0, HEAPS * sizeof *out_begins);
  for (gsize i = 0; i < n; i++)
    out_begins[entries[i].number >> shift & 0xff]++;
  for (guint heap = 0; heap < HEAPS; heap++)
    {
      gsize length = out_begins[heap];
      out_begins[heap] = begin;
      begin += length;
    }
}

gboolean
worker_sort_entries (WorkerSortEntry **inout_entries, gsize n, gboolean ascending)
{
  WorkerSortEntry *entries = *inout_entries;
  WorkerSortEntry *room = PyMem_Malloc (n * sizeof *room);

  if (room == NULL)
    return FALSE;
  for (gsize i = 0; !ascending && i < n; i++)
    entries[i].number = ~entries[i].number;
  guint64 differing = differing_bits (entries, n);
  for (guint shift = 0; shift < 64; shift += 8)
    {
      gsize begins[HEAPS];
      if ((differing >> shift & 0xff) == 0)
        continue;
      find_heaps (entries, n, shift, begins);
      for (gsize i = 0; i < n; i++)
        room[begins[entries[i].number >> shift & 0xff]++] = entries[i];
      WorkerSortEntry *dealt = room;
      room = entries;
      entries = dealt;
    }
  PyMem_Free (room);
  *inout_entries = entries;
  return TRUE;
}

/* ── a list ── */

static gboolean
list_entries (PyObject *list, WorkerSortEntry *entries)
{
  PyTypeObject *type = NULL;

  for (Py_ssize_t i = 0; i < PyList_GET_SIZE (list); i++)
    {
      PyObject *pair = PyList_GET_ITEM (list, i);
      if (!PyTuple_CheckExact (pair) || PyTuple_GET_SIZE (pair) == 0)
        return FALSE;
      PyObject *key = PyTuple_GET_ITEM (pair, 0);
      if (i == 0)
        type = Py_TYPE (key);
      if (!number_of (key, type, &entries[i].number))
        return FALSE;
      entries[i].element = (gsize)pair;
    }
  return TRUE;
}

gboolean
worker_sort_numbers (PyObject *list, gboolean ascending)
{
  gsize n = (gsize)PyList_GET_SIZE (list);
  WorkerSortEntry *entries = PyMem_Malloc (n * sizeof *entries);
  gboolean ok = entries != NULL && list_entries (list, entries) &&
                worker_sort_entries (&entries, n, ascending);

  for (gsize i = 0; ok && i < n; i++)
    PyList_SET_ITEM (list, (Py_ssize_t)i, (PyObject *)entries[i].element);
  PyMem_Free (entries);
  return ok;
}
