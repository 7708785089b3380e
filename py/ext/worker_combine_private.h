/* worker_combine_private.h - the table of a combine, and where it goes when it is too large. */
#pragma once

#include "py/ext/worker_private.h"
#include "py/ext/worker_spill.h"
#include "py/ext/worker_table.h"

#define COMBINE_PART_BITS 4
#define COMBINE_PARTS (1 << COMBINE_PART_BITS)
#define COMBINE_LEVELS (64 / COMBINE_PART_BITS)

typedef struct
{
  WorkerSpillFile *file; /* (owned) NULL: nothing was spilled at this level */
  guint next_part;       /* to be read */
} CombineLevel;

typedef struct
{
  Stage stage;
  PyObject *create;          /* (owned) combine */
  PyObject *merge;           /* (owned) combine */
  PyObject *merge_combiners; /* (owned) combine, mergeCombiners */
  gboolean is_group;         /* values are lists */
  WorkerTable table;
  WorkerShare share;
  Py_ssize_t at;      /* while giving out: the next entry, */
  gint64 entry_bytes; /* and what each counts */

  /* [0, n_reading) are read from, the last one first; what is spilled now goes to [n_reading]. */
  CombineLevel levels[COMBINE_LEVELS + 1];
  guint n_reading;
} Combine;

typedef PyObject *(*FirstValue) (Combine *self, PyObject *value);
typedef PyObject *(*NextValue) (Combine *self, PyObject *old, PyObject *value);

/* What an entry counts: the pair, and its place in the table. */
static inline gint64
worker_combine_entry_bytes (PyObject *key, PyObject *value)
{
  return worker_size_of (key) + worker_size_of (value) + (gint64)sizeof (WorkerEntry) + 24;
}

/* Folds a pair (key, combined value) that was spilled. */
gboolean worker_combine_fold_back (Combine *self, PyObject *pair);

/* The share is full: measures the table, and spills it if that is so. */
gboolean worker_combine_make_room (Combine *self);
/* The input, or a part, has been folded in. */
gboolean worker_combine_end_of_source (Combine *self);
/* When the table has been given out: reads the next part into it.  FALSE without an exception:
 * there is none. */
gboolean worker_combine_next_part (Combine *self);
void worker_combine_close_files (Combine *self);
