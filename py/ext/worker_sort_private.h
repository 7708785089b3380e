/* worker_sort_private.h - what a sort is made of: its keys, what it holds, its runs. */
#pragma once

#include "py/ext/worker_private.h"
#include "py/ext/worker_spill.h"

/* Called by list.sort (), and by the merge. */
typedef struct
{
  PyObject_HEAD vectorcallfunc vectorcall;
  PyObject *function; /* (owned) or NULL: the key itself */
  PyObject *place;    /* (unowned) */
  gboolean ascending;
} SortKey;

PyObject *worker_sort_key (const SortKey *self, PyObject *pair);

/* ── keys that are numbers: worker_sort_numbers.c ── */

typedef struct
{
  guint64 number; /* in the order of the keys */
  gsize element;  /* whose key it is: what the caller likes */
} WorkerSortEntry;

guint64 worker_sort_number_of_int (gint64 number);
/* FALSE: nan. */
gboolean worker_sort_number_of_float (double number, guint64 *out);
/* Sorts *@inout_entries, allocated by PyMem_Malloc (), by their numbers, stable also where it
 * descends; they are another allocation then, of @n.  FALSE: no memory. */
gboolean worker_sort_entries (WorkerSortEntry **inout_entries, gsize n, gboolean ascending);
/* Sorts a list of pairs by their keys likewise.  FALSE: not all keys are numbers of one kind that
 * is sorted here, and the list is as it was.  Never an exception. */
gboolean worker_sort_numbers (PyObject *list, gboolean ascending);

/* ── pairs that are no objects yet: worker_sort_plain.c ── */

typedef struct
{
  guint8 *bytes; /* pairs, one behind the other */
  gsize length, capacity;
  WorkerSortEntry *entries; /* each with its offset in bytes */
  gsize n, most;
  gsize at; /* the next to be given out */
  gboolean is_float;
} WorkerSortPlain; /* all zero: empty */

/* FALSE, and no exception: the key of @x is no number of the kind of those before. */
gboolean worker_sort_plain_add (WorkerSortPlain *self, const WorkerPlainElement *x);
/* Before the first is taken; FALSE with an exception: no memory. */
gboolean worker_sort_plain_sort (WorkerSortPlain *self, gboolean ascending);
/* A new reference; NULL: no more, or an exception. */
PyObject *worker_sort_plain_next (WorkerSortPlain *self);
void worker_sort_plain_clear (WorkerSortPlain *self);

/* ── runs: worker_merge.c ── */

typedef struct _WorkerMerge WorkerMerge;

/* Parts [0, @n_runs) of @file, and @last (a list, may be empty) behind them, each sorted. */
WorkerMerge *worker_merge_new (WorkerSpillFile *file, guint n_runs, PyObject *last, SortKey *key);
void worker_merge_free (WorkerMerge *self); /* or NULL; the file is its owner's */
/* The next element; NULL: no more, or an exception. */
PyObject *worker_merge_next (WorkerMerge *self);
