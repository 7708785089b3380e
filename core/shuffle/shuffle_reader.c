/* shuffle_reader.c - the reduce side: one slice of every map output, in the order of the maps.
 *
 *     tracker ─▶ statuses ─▶ map 0: on executor 1, 3 rows ─▶ its block store ─▶ batches
 *                            map 1: no rows                  not asked
 *                            map 2: on executor 0 (ours)  ─▶ by reference ─▶ batches
 *
 * The statuses are taken once, when the reader is made: what is registered then is what the task
 * reads.  That an output has gone since shows when its slice is asked for, and whether it is whole
 * only when its last frame has been read.  Both are a failed fetch, which is no fault of this task:
 * the scheduler is told which output of which executor it was and runs that map again.
 *
 *     READING ──bad checksum──▶ AGAIN, behind the rows that have come ──bad checksum──▶ failed
 *        └──────end───▶ next map ◀───end──┘
 *
 * A slice that proves to be damaged is fetched once more first: it may have been hurt on its way
 * only.  The batches that came before the damage were whole and have been handed on, so the second
 * reading passes over as many rows.
 *
 * Slices come in the order of the maps, not of arrival, so that equal runs give equal results.
 */
#include "core/shuffle/shuffle.h"

#include "core/shuffle/combining_reader.h"
#include "core/shuffle/slice_meter.h"

typedef struct
{
  RushIterator base;
  gint shuffle_id;
  gint pairs_column;
  guint start, end;
  guint map_end;
  RushShuffleFetch fetch;
  RushTaskContext *ctx;
  GPtrArray *statuses; /* by map index */
  guint map_index;     /* of slice, or the next one */
  RushIterator *slice; /* being read, or NULL */
  guint64 rows_read;   /* of slice, handed on */
  guint64 rows_to_skip;
  gboolean again; /* slice was damaged when it was first read */
} FetchIterator;

/* ---- failures ---- */

/* Whether @error says that the output is gone or damaged, rather than that we could not take it. */
static gboolean
is_fetch_failure (const GError *error)
{
  return g_error_matches (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_NOT_FOUND) ||
         g_error_matches (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_CORRUPT) ||
         g_error_matches (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_IO);
}

static gboolean
has_rows (const FetchIterator *self, const RushMapStatus *status)
{
  for (guint p = self->start; p < self->end; p++)
    if (status->sizes[p].records > 0)
      return TRUE;
  return FALSE;
}

static gboolean
is_lost (const FetchIterator *self, guint map_index)
{
  const RushMapStatus *status = g_ptr_array_index (self->statuses, map_index);
  RushBlockStore *store = self->fetch.lookup (self->fetch.lookup_data, status->executor_id);
  RushMapOutputId id = { self->shuffle_id, map_index, status->map_task_id };

  return has_rows (self, status) && (store == NULL || !rush_block_store_has (store, &id));
}

/* Which of the lost outputs this task complains of.  If all tasks took the first, each attempt of
 * their stage would find one more, and a few lost outputs would exhaust its attempts; Spark's tasks
 * ask in an order of chance.  So each looks from another place on. */
static guint
lost_map (const FetchIterator *self)
{
  guint n = self->map_end - self->map_index;
  guint first = self->start % n;

  for (guint i = 0;; i++) /* it comes to the one that was missed, if to no other before */
    {
      guint map_index = self->map_index + (first + i) % n;

      if (map_index == self->map_index || is_lost (self, map_index))
        return map_index;
    }
}

/* Takes over @failure. */
static void
report (FetchIterator *self, GError *failure, GError **error)
{
  guint map_index;
  const RushMapStatus *status;

  if (!is_fetch_failure (failure))
    {
      g_propagate_error (error, failure);
      return;
    }
  map_index = g_error_matches (failure, RUSH_CORE_ERROR, RUSH_CORE_ERROR_NOT_FOUND)
                  ? lost_map (self)
                  : self->map_index;
  status = g_ptr_array_index (self->statuses, map_index);
  g_autofree char *message = g_strdup_printf (
      "Failed to fetch map %u of shuffle %d for reduce partition %u from executor %s (%s): %s",
      map_index, self->shuffle_id, self->start, status->executor_id, status->host,
      map_index == self->map_index ? failure->message : "the output is lost");
  g_error_free (failure);
  rush_task_context_set_fetch_failed (self->ctx, self->shuffle_id, (gint)map_index, self->start,
                                      status->executor_id, message, error);
}

/* ---- slices ---- */

static gboolean
is_local (const FetchIterator *self, const RushMapStatus *status)
{
  return g_strcmp0 (status->executor_id, self->ctx->executor_id) == 0;
}

static RushIterator *
ask_store (const FetchIterator *self, const RushMapStatus *status, GError **error)
{
  RushBlockStore *store = self->fetch.lookup (self->fetch.lookup_data, status->executor_id);

  if (store == NULL)
    {
      g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_NOT_FOUND, "the executor is lost");
      return NULL;
    }
  return rush_block_store_read (
      store, self->shuffle_id, self->map_index, status->map_task_id, self->start, self->end,
      self->fetch.by_reference && is_local (self, status), self->ctx->allocator, error);
}

/* Once a slice, however often it is read. */
static void
count_block (const FetchIterator *self, const RushMapStatus *status, gint64 bytes)
{
  RushTaskMetrics *metrics = &self->ctx->metrics;

  if (self->fetch.fetched != NULL)
    self->fetch.fetched (self->fetch.fetched_data, status->executor_id, bytes);
  if (is_local (self, status))
    {
      metrics->shuffle_local_blocks++;
      metrics->shuffle_local_bytes += bytes;
    }
  else
    {
      metrics->shuffle_remote_blocks++;
      metrics->shuffle_remote_bytes += bytes;
    }
}

static gboolean
open_slice (FetchIterator *self, const RushMapStatus *status, GError **error)
{
  self->slice = ask_store (self, status, error);
  self->rows_to_skip = self->rows_read;
  return self->slice != NULL;
}

/* The next slice that has rows; FALSE without error: there is none. */
static gboolean
next_slice (FetchIterator *self, GError **error)
{
  self->rows_read = 0;
  self->again = FALSE;
  for (; self->map_index < self->map_end; self->map_index++)
    {
      const RushMapStatus *status = g_ptr_array_index (self->statuses, self->map_index);
      gint64 bytes = 0, records = 0;

      for (guint p = self->start; p < self->end; p++)
        {
          bytes += status->sizes[p].bytes;
          records += status->sizes[p].records;
        }
      if (records > 0)
        {
          count_block (self, status, bytes);
          return open_slice (self, status, error);
        }
    }
  return FALSE;
}

/* What @batch has behind the rows that have been read before; NULL: none.
 * (transfer full: @batch) */
static RushBatch *
skip_rows (FetchIterator *self, RushBatch *batch)
{
  g_autoptr (RushBatch) whole = batch;
  guint skipped = (guint)MIN (self->rows_to_skip, whole->length);

  self->rows_to_skip -= skipped;
  if (skipped == 0)
    return g_steal_pointer (&whole);
  return skipped < whole->length ? rush_batch_slice (whole, skipped, whole->length - skipped)
                                 : NULL;
}

/* The next batch of the slice; NULL without error: it is at its end. */
static RushBatch *
read_slice (FetchIterator *self, GError **error)
{
  RushBatch *batch;

  while ((batch = rush_iterator_next (self->slice, error)) != NULL)
    {
      batch = skip_rows (self, batch);
      if (batch == NULL)
        continue;
      self->rows_read += batch->length;
      break;
    }
  return batch;
}

/* If @failure, which is then taken, says that the slice is damaged for the first time, opens it
 * again, which may fail in turn. */
static gboolean
fetch_again (FetchIterator *self, GError **inout_failure)
{
  const RushMapStatus *status = g_ptr_array_index (self->statuses, self->map_index);

  if (self->again || !g_error_matches (*inout_failure, RUSH_CORE_ERROR, RUSH_CORE_ERROR_CORRUPT))
    return FALSE;
  g_debug ("map %u of shuffle %d came damaged from executor %s, fetching it again: %s",
           self->map_index, self->shuffle_id, status->executor_id, (*inout_failure)->message);
  g_clear_error (inout_failure);
  self->again = TRUE;
  return open_slice (self, status, inout_failure);
}

/* A slice may prove damaged before its first batch, when it is opened, or later. */
static RushBatch *
next_batch (FetchIterator *self, GError **error)
{
  GError *failure = NULL;

  while (self->slice != NULL || next_slice (self, &failure) ||
         (failure != NULL && fetch_again (self, &failure)))
    {
      RushBatch *batch = read_slice (self, &failure);
      if (batch != NULL)
        return batch;
      g_clear_pointer (&self->slice, rush_iterator_close);
      if (failure == NULL)
        self->map_index++;
      else if (!fetch_again (self, &failure))
        break;
    }
  if (failure != NULL)
    report (self, failure, error);
  return NULL;
}

static RushBatch *
fetch_next (RushIterator *base, GError **error)
{
  FetchIterator *self = (FetchIterator *)base;
  RushTaskMetrics *metrics = &self->ctx->metrics;
  gint64 start_us = rush_clock_now_us (self->ctx->clock);

  if (!rush_task_context_check (self->ctx, error))
    return NULL;
  RushBatch *batch = next_batch (self, error);
  metrics->shuffle_fetch_wait_us += rush_clock_now_us (self->ctx->clock) - start_us;
  if (batch != NULL)
    {
      metrics->shuffle_read_records += batch->length;
      metrics->shuffle_read_pairs += rush_count_pairs (batch, self->pairs_column);
    }
  return batch;
}

static void
fetch_close (RushIterator *base)
{
  FetchIterator *self = (FetchIterator *)base;

  rush_iterator_close (self->slice);
  g_ptr_array_unref (self->statuses);
  g_free (self);
}

static const RushIteratorClass fetch_class = { fetch_next, fetch_close };

/* ---- the reader ---- */

/* All or none: Spark's MetadataFetchFailedException, which knows of no map. */
static GPtrArray *
take_statuses (const RushDependency *dependency, guint start, const RushShuffleFetch *fetch,
               RushTaskContext *ctx, GError **error)
{
  GPtrArray *statuses = rush_map_output_tracker_statuses (fetch->tracker, dependency->shuffle_id);

  if (statuses != NULL)
    return statuses;
  g_autofree char *message = g_strdup_printf (
      "Missing an output location for shuffle %d partition %u", dependency->shuffle_id, start);
  rush_task_context_set_fetch_failed (ctx, dependency->shuffle_id, -1, start, NULL, message, error);
  return NULL;
}

/* Takes over @rows, also on failure. */
static RushIterator *
combine (RushIterator *rows, const RushDependency *dependency, const RushShuffleFetch *fetch,
         RushTaskContext *ctx, GError **error)
{
  RushBlockStore *own_store = fetch->lookup (fetch->lookup_data, ctx->executor_id);

  if (own_store == NULL)
    {
      g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_CANCELLED, "executor %s is lost",
                   ctx->executor_id);
      rush_iterator_close (rows);
      return NULL;
    }
  RushCombineSpec spec = {
    .combiner_new = dependency->combiner_new,
    .combiner_data = dependency->combiner_data,
    .schema = dependency->schema,
    .ctx = ctx,
    .dir = rush_block_store_dir (own_store),
    .codec = rush_block_store_spill_codec (own_store),
  };

  return rush_combining_reader_new (rows, dependency->map_side_combine, &spec);
}

RushIterator *
rush_shuffle_reader_new (const RushDependency *dependency, guint start, guint end,
                         const RushShuffleFetch *fetch, RushTaskContext *ctx, GError **error)
{
  return rush_shuffle_reader_new_of_maps (dependency, start, end, 0, G_MAXUINT, fetch, ctx, error);
}

RushIterator *
rush_shuffle_reader_new_of_maps (const RushDependency *dependency, guint start, guint end,
                                 guint map_start, guint map_end, const RushShuffleFetch *fetch,
                                 RushTaskContext *ctx, GError **error)
{
  g_return_val_if_fail (dependency->kind == RUSH_DEPENDENCY_SHUFFLE, NULL);
  g_return_val_if_fail (start <= end && end <= dependency->partitioner->n_partitions, NULL);

  GPtrArray *statuses = take_statuses (dependency, start, fetch, ctx, error);
  if (statuses == NULL)
    return NULL;
  FetchIterator *self = g_new0 (FetchIterator, 1);
  self->base.klass = &fetch_class;
  self->shuffle_id = dependency->shuffle_id;
  self->pairs_column = dependency->pairs_column;
  self->start = start;
  self->end = end;
  self->map_index = map_start;
  self->map_end = MIN (map_end, statuses->len);
  self->fetch = *fetch;
  self->ctx = ctx;
  self->statuses = statuses;
  return dependency->combiner_new != NULL ? combine (&self->base, dependency, fetch, ctx, error)
                                          : &self->base;
}
