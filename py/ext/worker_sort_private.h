/* worker_sort_private.h - the key that pairs are sorted by, and sorted runs as one. */
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

typedef struct _WorkerMerge WorkerMerge;

/* Parts [0, @n_runs) of @file, and @last (a list, may be empty) behind them, each sorted. */
WorkerMerge *worker_merge_new (WorkerSpillFile *file, guint n_runs, PyObject *last, SortKey *key);
void worker_merge_free (WorkerMerge *self); /* or NULL; the file is its owner's */
/* The next element; NULL: no more, or an exception. */
PyObject *worker_merge_next (WorkerMerge *self);
