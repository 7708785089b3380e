/* worker_merge.c - sorted runs → one sorted sequence: a heap of cursors.
 *
 *     run 0   1 4 4 9 …   ◀ cursor: a block in memory, its first element's key
 *     run 1   2 4 7 …     ◀                    heap: the cursor with the smallest key on top
 *     last    3 5 …       ◀ a list             give its element, move it on, let it sink
 *
 * Stable: of equal keys the earlier run's goes first, as runs are in the order in which their pairs
 * came.  That takes one comparison: of an earlier run a and a later b, a goes first unless b < a.
 *
 * Mirrors: heapq.merge in pyspark.shuffle.ExternalSorter.
 */
#include "py/ext/worker_sort_private.h"

typedef struct
{
  guint run;        /* of the file; its number of runs: the list `last` */
  guint next_block; /* to be read */
  PyObject *list;   /* (owned) NULL: at the end */
  Py_ssize_t at;
  PyObject *key; /* (owned) of the element at `at` */
} Cursor;

struct _WorkerMerge
{
  WorkerSpillFile *file;
  guint n_runs;
  SortKey *key;    /* (owned) */
  Cursor *cursors; /* [n_runs + 1] */
  Cursor **heap;   /* of those that are not at their end */
  guint n_heap;
  gboolean begun;
};

/* ── a cursor ── */

/* Finds the next element and its key; *@out_ended: there is none. */
static gboolean
cursor_load (WorkerMerge *self, Cursor *cursor, gboolean *out_ended)
{
  Py_CLEAR (cursor->key);
  while (cursor->list != NULL && cursor->at == PyList_GET_SIZE (cursor->list))
    {
      Py_CLEAR (cursor->list);
      cursor->at = 0;
      if (cursor->run < self->n_runs)
        cursor->list = worker_spill_file_read (self->file, cursor->run, cursor->next_block++);
    }
  *out_ended = cursor->list == NULL;
  if (*out_ended)
    return !PyErr_Occurred ();
  cursor->key = worker_sort_key (self->key, PyList_GET_ITEM (cursor->list, cursor->at));
  return cursor->key != NULL;
}

static PyObject *
cursor_take (Cursor *cursor)
{
  PyObject *x = PyList_GET_ITEM (cursor->list, cursor->at);
  PyList_SET_ITEM (cursor->list, cursor->at, NULL);
  cursor->at++;
  return x;
}

/* Whether a's element goes before b's: 1, 0, or −1 with an exception set. */
static int
goes_first (const WorkerMerge *self, const Cursor *a, const Cursor *b)
{
  gboolean a_is_earlier = a->run < b->run;
  PyObject *earlier = a_is_earlier ? a->key : b->key, *later = a_is_earlier ? b->key : a->key;
  int later_wins = self->key->ascending ? PyObject_RichCompareBool (later, earlier, Py_LT)
                                        : PyObject_RichCompareBool (earlier, later, Py_LT);

  return later_wins < 0 ? -1 : later_wins != a_is_earlier;
}

/* ── the heap ── */

static gboolean
sink (WorkerMerge *self, guint at)
{
  for (;;)
    {
      guint first = at;
      for (guint child = 2 * at + 1; child <= 2 * at + 2 && child < self->n_heap; child++)
        {
          int answer = goes_first (self, self->heap[child], self->heap[first]);
          if (answer < 0)
            return FALSE;
          if (answer > 0)
            first = child;
        }
      if (first == at)
        return TRUE;
      Cursor *cursor = self->heap[at];
      self->heap[at] = self->heap[first];
      self->heap[first] = cursor;
      at = first;
    }
}

static gboolean
begin (WorkerMerge *self)
{
  self->begun = TRUE;
  for (guint i = 0; i <= self->n_runs; i++)
    {
      gboolean ended;
      Cursor *cursor = &self->cursors[i];
      if (i < self->n_runs)
        cursor->list = worker_spill_file_read (self->file, i, cursor->next_block++);
      if (PyErr_Occurred () || !cursor_load (self, cursor, &ended))
        return FALSE;
      if (!ended)
        self->heap[self->n_heap++] = cursor;
    }
  for (guint i = self->n_heap / 2; i-- > 0;)
    if (!sink (self, i))
      return FALSE;
  return TRUE;
}

PyObject *
worker_merge_next (WorkerMerge *self)
{
  gboolean ended;

  if ((!self->begun && !begin (self)) || self->n_heap == 0)
    return NULL;
  Cursor *top = self->heap[0];
  PyObject *x = cursor_take (top);
  if (cursor_load (self, top, &ended))
    {
      if (ended)
        self->heap[0] = self->heap[--self->n_heap];
      if (sink (self, 0))
        return x;
    }
  Py_DECREF (x);
  return NULL;
}

/* ── life ── */

void
worker_merge_free (WorkerMerge *self)
{
  if (self == NULL)
    return;
  for (guint i = 0; i <= self->n_runs; i++)
    {
      Py_CLEAR (self->cursors[i].list);
      Py_CLEAR (self->cursors[i].key);
    }
  Py_DECREF (self->key);
  g_free (self->cursors);
  g_free (self->heap);
  g_free (self);
}

WorkerMerge *
worker_merge_new (WorkerSpillFile *file, guint n_runs, PyObject *last, SortKey *key)
{
  WorkerMerge *self = g_new0 (WorkerMerge, 1);

  self->file = file;
  self->n_runs = n_runs;
  Py_INCREF (key);
  self->key = key;
  self->cursors = g_new0 (Cursor, n_runs + 1);
  self->heap = g_new (Cursor *, n_runs + 1);
  for (guint i = 0; i <= n_runs; i++)
    self->cursors[i].run = i;
  Py_INCREF (last);
  self->cursors[n_runs].list = last;
  return self;
}
