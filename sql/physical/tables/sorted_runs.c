/* sorted_runs.c - runs in one file, merged by a heap of their next rows.
 *
 *     file │ run 0 … │ run 1 … │ … │ run 40 … │ 0–15 │ 16–31 │ 32–40 │
 *            └── pieces of rows, in order        └── merged, as they were too many at once
 *
 * A merge holds a piece of each run, so how many runs it may have is a question of memory: sixteen
 * are some 2 MiB.  More than that are merged to fewer, longer runs first.  (Spark opens all of
 * them, with a buffer of 1 MiB each that nobody counts.)  Neighbours are merged with neighbours and
 * the result takes their place, so that equal rows stay in the order of their runs.
 *
 * A merge goes on only after there was not enough memory, so what it gives are small batches, too.
 *
 * Keys that are expressions are computed again for rows that come back from disk.
 */
#include "sql/physical/tables/sorted_runs.h"

#include "core/data/gather.h"
#include "sql/physical/tables/spill_pieces.h"

#define MAX_MERGED 16   /* runs at a time */
#define OUTPUT_PIECES 4 /* a batch that is handed out is as large as so many pieces */

typedef struct
{
  guint64 start, end; /* bytes of the file */
} RunRange;

/* A run that is being merged. */
typedef struct
{
  RushIterator *batches;
  RushBatch *batch; /* (owned) that the next row is in; NULL: at its end */
  RushColumn **keys;
  guint row;
  guint source; /* index of batch among those of the batch that is made; NO_SOURCE: not yet */
} Run;
#define NO_SOURCE G_MAXUINT

struct _RushSortedRuns
{
  RushSchema *schema;   /* (owned) */
  RushExprList *orders; /* (owned) */
  RushSortSpec *spec;   /* (owned) */
  RushTaskContext *ctx;
  RushEvalContext *eval;

  RushSpillFile *file; /* (owned) */
  GArray *ranges;      /* RunRange */
  guint64 run_start;   /* of the run that is being written */
  guint piece_rows;    /* of the widest rows so far */

  Run runs[MAX_MERGED];
  guint n_runs;
  guint heap[MAX_MERGED]; /* of runs that are not at their end, the smallest first */
  guint n_heap;
};

/* ---- writing ---- */

gboolean
rush_sorted_runs_append (RushSortedRuns *self, RushBatch *batch, GError **error)
{
  if (batch->length == 0)
    return TRUE;
  self->piece_rows =
      MIN (self->piece_rows,
           rush_spill_piece_rows ((gint64)rush_batch_memory_bytes (batch), batch->length));
  return rush_spill_pieces_append (self->file, batch, error);
}

/* The bytes since the last run was ended are a run. */
static gboolean
end_run (RushSortedRuns *self, RunRange *out, GError **error)
{
  *out = (RunRange){ self->run_start, rush_spill_file_size (self->file) };
  self->run_start = out->end;
  return rush_spill_file_flush (self->file, error);
}

gboolean
rush_sorted_runs_end (RushSortedRuns *self, GError **error)
{
  RunRange range;

  if (!end_run (self, &range, error))
    return FALSE;
  if (range.start < range.end)
    g_array_append_val (self->ranges, range);
  return TRUE;
}

guint64
rush_sorted_runs_disk_bytes (const RushSortedRuns *self)
{
  return rush_spill_file_size (self->file);
}

/* ---- a run ---- */

static void
run_leave_batch (RushSortedRuns *self, Run *run)
{
  rush_sort_keys_free (run->keys, self->spec->n);
  g_clear_pointer (&run->batch, rush_batch_unref);
  run->keys = NULL;
}

/* To the first row of the next batch. */
static gboolean
run_next_batch (RushSortedRuns *self, Run *run, GError **error)
{
  g_autoptr (GError) failure = NULL;

  run_leave_batch (self, run);
  run->batch = rush_iterator_next (run->batches, &failure);
  run->row = 0;
  run->source = NO_SOURCE;
  if (failure != NULL)
    g_propagate_error (error, g_steal_pointer (&failure));
  else if (run->batch == NULL)
    return TRUE;
  else
    run->keys = rush_sort_keys_new (self->orders, run->batch, self->eval, error);
  return run->keys != NULL;
}

static void
close_runs (RushSortedRuns *self)
{
  for (guint r = 0; r < self->n_runs; r++)
    {
      run_leave_batch (self, &self->runs[r]);
      rush_iterator_close (self->runs[r].batches);
    }
  self->n_runs = self->n_heap = 0;
}

gint64
rush_sorted_runs_memory_bytes (const RushSortedRuns *self)
{
  gint64 bytes = 0;

  for (guint r = 0; r < self->n_runs; r++)
    if (self->runs[r].batch != NULL)
      bytes += (gint64)rush_batch_memory_bytes (self->runs[r].batch);
  return bytes;
}

/* ---- the heap ---- */

/* Equal rows come in the order of their runs. */
static gboolean
run_is_before (const RushSortedRuns *self, guint a, guint b)
{
  const Run *x = &self->runs[a], *y = &self->runs[b];
  gint result = rush_sort_compare (self->spec, 0, x->keys, x->row, y->keys, y->row);

  return result < 0 || (result == 0 && a < b);
}

static void
sift_down (RushSortedRuns *self, guint at)
{
  guint run = self->heap[at];

  while (2 * at + 1 < self->n_heap)
    {
      guint child = 2 * at + 1;

      if (child + 1 < self->n_heap &&
          run_is_before (self, self->heap[child + 1], self->heap[child]))
        child++;
      if (!run_is_before (self, self->heap[child], run))
        break;
      self->heap[at] = self->heap[child];
      at = child;
    }
  self->heap[at] = run;
}

/* Runs [first, first + n) are being merged from now on. */
static gboolean
open_runs (RushSortedRuns *self, guint first, guint n, GError **error)
{
  g_assert (n <= MAX_MERGED && self->n_runs == 0);
  for (guint r = 0; r < n; r++)
    {
      const RunRange *range = &g_array_index (self->ranges, RunRange, first + r);
      Run *run = &self->runs[r];

      *run = (Run){ .batches = rush_spill_file_read (self->file, range->start, range->end,
                                                     self->schema, self->ctx->allocator) };
      self->n_runs++;
      if (!run_next_batch (self, run, error))
        return FALSE;
      if (run->batch != NULL)
        self->heap[self->n_heap++] = r;
    }
  for (guint at = self->n_heap / 2; at-- > 0;)
    sift_down (self, at);
  return TRUE;
}

/* ---- rows out ---- */

/* The batches whose rows the next batch is made of. */
typedef struct
{
  GPtrArray *sources; /* RushBatch (owned) */
  RushRowId rows[RUSH_BATCH_MAX_ROWS];
  guint n;
} Merged;

/* Takes the smallest row. */
static gboolean
take_row (RushSortedRuns *self, Merged *merged, GError **error)
{
  Run *run = &self->runs[self->heap[0]];

  if (run->source == NO_SOURCE)
    {
      run->source = merged->sources->len;
      g_ptr_array_add (merged->sources, rush_batch_ref (run->batch));
    }
  merged->rows[merged->n++] = (RushRowId){ run->source, run->row++ };
  if (run->row == run->batch->length && !run_next_batch (self, run, error))
    return FALSE;
  if (run->batch == NULL)
    self->heap[0] = self->heap[--self->n_heap];
  if (self->n_heap > 0)
    sift_down (self, 0);
  return TRUE;
}

RushBatch *
rush_sorted_runs_next (RushSortedRuns *self, GError **error)
{
  guint max_rows = MIN (RUSH_BATCH_MAX_ROWS, OUTPUT_PIECES * self->piece_rows);
  g_autofree Merged *merged = g_new (Merged, 1);
  g_autoptr (GPtrArray) sources = g_ptr_array_new_with_free_func ((GDestroyNotify)rush_batch_unref);

  merged->n = 0;
  merged->sources = sources;
  for (guint r = 0; r < self->n_runs; r++)
    self->runs[r].source = NO_SOURCE;
  while (merged->n < max_rows && self->n_heap > 0)
    if (!take_row (self, merged, error))
      return NULL;
  return merged->n > 0 ? rush_batch_gather (self->schema, (RushBatch *const *)sources->pdata,
                                            merged->rows, merged->n, self->ctx->allocator, error)
                       : NULL;
}

/* ---- fewer, longer runs ---- */

/* Runs [first, first + n) become one, which is appended to the file. */
static gboolean
merge_to_run (RushSortedRuns *self, guint first, guint n, RunRange *out, GError **error)
{
  g_autoptr (GError) failure = NULL;
  gboolean written = open_runs (self, first, n, &failure);

  while (written && rush_task_context_check (self->ctx, &failure))
    {
      g_autoptr (RushBatch) batch = rush_sorted_runs_next (self, &failure);
      if (batch == NULL)
        break;
      written = rush_sorted_runs_append (self, batch, &failure);
    }
  close_runs (self);
  if (failure == NULL)
    return end_run (self, out, error);
  g_propagate_error (error, g_steal_pointer (&failure));
  return FALSE;
}

static gboolean
merge_neighbours (RushSortedRuns *self, GError **error)
{
  GArray *longer = g_array_new (FALSE, FALSE, sizeof (RunRange));
  gboolean merged = TRUE;

  for (guint first = 0; first < self->ranges->len && merged; first += MAX_MERGED)
    {
      RunRange range = g_array_index (self->ranges, RunRange, first);
      guint n = MIN (self->ranges->len - first, MAX_MERGED);

      merged = n == 1 || merge_to_run (self, first, n, &range, error);
      g_array_append_val (longer, range);
    }
  g_array_unref (self->ranges);
  self->ranges = longer;
  return merged;
}

gboolean
rush_sorted_runs_merge (RushSortedRuns *self, GError **error)
{
  while (self->ranges->len > MAX_MERGED)
    if (!merge_neighbours (self, error))
      return FALSE;
  return open_runs (self, 0, self->ranges->len, error);
}

/* ---- the runs ---- */

void
rush_sorted_runs_free (RushSortedRuns *self)
{
  if (self == NULL)
    return;
  close_runs (self);
  g_array_unref (self->ranges);
  rush_spill_file_unref (self->file);
  rush_schema_unref (self->schema);
  rush_expr_list_unref (self->orders);
  g_free (self->spec);
  g_free (self);
}

RushSortedRuns *
rush_sorted_runs_new (RushSchema *schema, RushExprList *orders, RushTaskContext *ctx,
                      RushEvalContext *eval, GError **error)
{
  RushSpillFile *file = rush_spill_pieces_file (ctx, "sort", error);

  if (file == NULL)
    return NULL;
  RushSortedRuns *self = g_new0 (RushSortedRuns, 1);
  self->schema = rush_schema_ref (schema);
  self->orders = rush_expr_list_ref (orders);
  self->spec = rush_sort_spec_new (orders);
  self->ctx = ctx;
  self->eval = eval;
  self->file = file;
  self->ranges = g_array_new (FALSE, FALSE, sizeof (RunRange));
  self->piece_rows = RUSH_BATCH_MAX_ROWS;
  return self;
}
