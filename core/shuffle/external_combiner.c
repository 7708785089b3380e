/* external_combiner.c - combine in memory; under pressure, divide by hash and conquer.
 *
 *     rows ─▶ combiner (a table in memory)
 *                │ no memory: drain it all, each row to one of 16 hash partitions
 *                ▼
 *        spill file  │ 3 │ 0 │ 7 │ … │ 3 │ 0 │ …      frames, each of one hash partition
 *                      └── chains: where the frames of each partition are
 *
 * All rows of a key are in the same hash partition, so at the end each partition is combined on its
 * own, by a child that is like its parent but looks at the next four bits of the hash.  A child
 * that does not fit either spills in turn; 16 levels consume the 64 bits.
 *
 * Dividing ends where a partition has a single hash.  Its child is then as a rule a single key:
 * sums and counts do not grow, but a table that keeps all values of the key (groupByKey) may be
 * larger than memory.  Such a child does not spill when it finds no room, since its own child would
 * find none either: it fails, and says what to use instead.
 *
 *     INSERTING ──end, never spilled──▶ DRAINING ──asked to spill──▶ REPLAYING
 *         └───────end, spilled────────▶ CHILDREN (partition 0 … 15, one after another)
 *
 *     INSERTING   rows are folded into the table
 *     DRAINING    the table is handed out batch by batch; nothing was ever spilled
 *     REPLAYING   the rest of the table stands in the file, and is read from it: somebody else in
 *                 the task needed the memory while we were handing out
 *     CHILDREN    the table is empty; the child of the current partition does the work
 *
 * Merging sorted runs, as Spark does, needs an order of keys or of hashes and as many open runs as
 * there were spills; hash partitions need neither.
 *
 * Whoever asks for memory may be ourselves, in the middle of an insert or a drain.  The consumer
 * is `busy` then, the request is refused, and we spill when the combiner is whole again.
 */
#include "core/shuffle/external_combiner.h"

#include "core/memory/task_memory.h"
#include "core/shuffle/key_block.h"

#include <string.h>

#define N_PARTITIONS 16
#define BITS_PER_LEVEL 4
#define N_LEVELS (64 / BITS_PER_LEVEL)

typedef enum
{
  INSERTING,
  DRAINING,
  REPLAYING,
  CHILDREN,
} State;

typedef struct
{
  guint64 start;
  guint64 end;
} FrameRange;

/* The frames of a hash partition. */
typedef struct
{
  GArray *ranges; /* of FrameRange */
  guint64 hash;   /* of its first row */
  gboolean many;  /* other rows have other hashes */
} Chain;

struct _RushExternalCombiner
{
  RushMemoryConsumer consumer;
  RushCombineSpec spec;
  guint level;       /* which bits of the hash divide */
  gboolean one_hash; /* all rows have the same */
  State state;
  RushCombiner *combiner; /* NULL once it is drained for good, or if what was made is none */

  RushSpillFile *file; /* NULL: not spilled yet */
  Chain chains[N_PARTITIONS];
  RushIterator *replay;        /* REPLAYING */
  guint partition;             /* CHILDREN: of the child */
  RushExternalCombiner *child; /* CHILDREN: NULL: not begun */
};

static RushExternalCombiner *combiner_new_at (const RushCombineSpec *spec, guint level);

/* ---- the one that another file has made ---- */

static gboolean
is_complete (const RushCombiner *combiner)
{
  const RushCombinerClass *klass = combiner != NULL ? combiner->klass : NULL;

  return klass != NULL && klass->insert != NULL && klass->memory_bytes != NULL &&
         klass->drain != NULL && klass->free != NULL;
}

static gboolean
check_combiner (const RushExternalCombiner *self, GError **error)
{
  if (self->combiner != NULL)
    return TRUE;
  g_set_error_literal (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT,
                       "The combiner's make () has made none: it must return one whose class has "
                       "insert, memory_bytes, drain and free (core/lineage/dependency.h)");
  return FALSE;
}

/* ---- to disk ---- */

static gboolean
open_file (RushExternalCombiner *self, GError **error)
{
  static atomic_uint next_number; /* tells the files of a task apart */
  g_autofree char *name = g_strdup_printf ("temp_combine_%" G_GINT64_FORMAT "_%u",
                                           self->spec.ctx->task_id, next_number++);
  g_autofree char *path = rush_local_dir_file (self->spec.dir, name, error);

  if (path == NULL)
    return FALSE;
  self->file = rush_spill_file_create (path, self->spec.codec, error);
  return self->file != NULL;
}

/* Fills @counts and @rows: the rows of @batch in the order of their hash partitions. */
static void
divide_rows (RushExternalCombiner *self, const RushBatch *batch, guint counts[N_PARTITIONS],
             RushRowId *rows)
{
  guint shift = 64 - (self->level + 1) * BITS_PER_LEVEL, at[N_PARTITIONS], total = 0;
  g_autofree guint8 *partitions = g_malloc (batch->length);
  RushKeyBlock block;

  memset (counts, 0, N_PARTITIONS * sizeof counts[0]);
  for (guint start = 0; start < batch->length; start += RUSH_KEY_BLOCK_ROWS)
    {
      rush_key_block_load (&block, batch, 0, start,
                           MIN (batch->length - start, RUSH_KEY_BLOCK_ROWS));
      for (guint i = 0; i < block.n; i++)
        {
          guint partition = (block.hashes[i] >> shift) % N_PARTITIONS;
          Chain *chain = &self->chains[partition];
          if (chain->ranges->len == 0 && counts[partition] == 0)
            chain->hash = block.hashes[i];
          chain->many |= block.hashes[i] != chain->hash;
          partitions[start + i] = (guint8)partition;
          counts[partition]++;
        }
    }
  for (guint p = 0; p < N_PARTITIONS; p++)
    {
      at[p] = total;
      total += counts[p];
    }
  for (guint i = 0; i < batch->length; i++)
    rows[at[partitions[i]]++] = (RushRowId){ 0, i };
}

/* One batch of what the combiner held, to its hash partitions.  The pieces that are being written
 * are not charged: they are small, and there is no memory left. */
static gboolean
write_divided (RushExternalCombiner *self, RushBatch *batch, GError **error)
{
  g_autofree RushRowId *rows = g_new (RushRowId, batch->length);
  guint counts[N_PARTITIONS];
  const RushRowId *next = rows;

  divide_rows (self, batch, counts, rows);
  for (guint p = 0; p < N_PARTITIONS; next += counts[p], p++)
    {
      if (counts[p] == 0)
        continue;
      g_autoptr (RushBatch) piece = rush_batch_gather (batch->schema, &batch, next, counts[p],
                                                       rush_allocator_system (), error);
      FrameRange range = { .start = rush_spill_file_size (self->file) };
      if (piece == NULL || !rush_spill_file_append (self->file, piece, error))
        return FALSE;
      range.end = rush_spill_file_size (self->file);
      g_array_append_val (self->chains[p].ranges, range);
    }
  return TRUE;
}

static gboolean
write_undivided (RushExternalCombiner *self, RushBatch *batch, GError **error)
{
  return rush_spill_file_append (self->file, batch, error);
}

typedef RushBatch *(*Drain) (RushCombiner *combiner, GError **error);

/* How the combiner hands out what is at its end. */
static Drain
finish_of (const RushExternalCombiner *self)
{
  const RushCombinerClass *klass = self->combiner->klass;

  return klass->finish != NULL ? klass->finish : klass->drain;
}

/* Empties the combiner into the file. */
static gboolean
drain_to_file (RushExternalCombiner *self, Drain drain,
               gboolean (*write) (RushExternalCombiner *, RushBatch *, GError **), GError **error)
{
  g_autoptr (GError) failure = NULL;
  RushBatch *batch;
  gboolean written = TRUE;

  while (written && (batch = drain (self->combiner, &failure)) != NULL)
    {
      written = write (self, batch, error);
      rush_batch_unref (batch);
    }
  if (failure != NULL)
    g_propagate_error (error, g_steal_pointer (&failure));
  else if (written)
    return rush_spill_file_flush (self->file, error);
  return FALSE;
}

/* DRAINING ─▶ REPLAYING. */
static gboolean
divert_to_file (RushExternalCombiner *self, GError **error)
{
  RushSchema *schema =
      self->spec.finish_schema != NULL ? self->spec.finish_schema : self->spec.schema;

  if (!open_file (self, error) || !drain_to_file (self, finish_of (self), write_undivided, error))
    return FALSE;
  self->replay = rush_spill_file_read (self->file, 0, rush_spill_file_size (self->file), schema,
                                       self->spec.ctx->allocator);
  self->state = REPLAYING;
  return TRUE;
}

static gboolean
spill_table (RushExternalCombiner *self, GError **error)
{
  return (self->file != NULL || open_file (self, error)) &&
         drain_to_file (self, self->combiner->klass->drain, write_divided, error);
}

static gint64
used_bytes (RushMemoryConsumer *consumer)
{
  const RushExternalCombiner *self = (RushExternalCombiner *)consumer;

  return self->combiner != NULL ? (gint64)self->combiner->klass->memory_bytes (self->combiner) : 0;
}

/* Whether its table can go to hash partitions: a single hash cannot be divided. */
static gboolean
can_divide (const RushExternalCombiner *self)
{
  return self->level < N_LEVELS && !self->one_hash;
}

static gint64
spill (RushMemoryConsumer *consumer, GError **error)
{
  RushExternalCombiner *self = (RushExternalCombiner *)consumer;
  gint64 bytes = used_bytes (consumer);
  guint64 file_bytes = self->file != NULL ? rush_spill_file_size (self->file) : 0;
  gboolean can_spill = self->state == DRAINING || (self->state == INSERTING && can_divide (self));

  if (bytes == 0 || !can_spill)
    return 0;
  gboolean spilled =
      self->state == DRAINING ? divert_to_file (self, error) : spill_table (self, error);
  if (!spilled)
    return -1;
  self->spec.ctx->metrics.memory_bytes_spilled += bytes;
  self->spec.ctx->metrics.disk_bytes_spilled +=
      (gint64)(rush_spill_file_size (self->file) - file_bytes);
  return bytes;
}

/* ---- rows in ---- */

static gboolean
fold (RushExternalCombiner *self, const RushBatch *batch, gboolean combined, GError **error)
{
  const RushCombinerClass *klass = self->combiner->klass;
  gboolean merge = combined && klass->merge != NULL;

  self->consumer.busy = can_divide (self);
  gboolean folded = (merge ? klass->merge : klass->insert) (self->combiner, batch, error);
  self->consumer.busy = FALSE;
  return folded;
}

static gboolean
is_out_of_memory (const GError *error)
{
  return g_error_matches (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_OUT_OF_MEMORY);
}

/* Folds, if necessary into a table that has been emptied for it. */
static gboolean
fold_or_spill (RushExternalCombiner *self, const RushBatch *batch, gboolean combined,
               GError **error)
{
  g_autoptr (GError) failure = NULL;

  if (fold (self, batch, combined, &failure))
    return TRUE;
  if (is_out_of_memory (failure) && self->one_hash)
    g_prefix_error (&failure, "The values of one key do not fit into memory. groupByKey, cogroup "
                              "and join hold all values of a key at once; reduceByKey and "
                              "aggregateByKey combine them as they come. ");
  else if (is_out_of_memory (failure))
    {
      gint64 freed = rush_task_memory_spill (self->spec.ctx->memory, &self->consumer, error);
      if (freed != 0)
        return freed > 0 && fold (self, batch, combined, error);
    }
  g_propagate_error (error, g_steal_pointer (&failure));
  return FALSE;
}

/* What does not fit an empty table goes in halves. */
gboolean
rush_external_combiner_insert (RushExternalCombiner *self, RushBatch *batch, gboolean combined,
                               GError **error)
{
  GError *failure = NULL;

  g_return_val_if_fail (self->state == INSERTING, FALSE);
  if (!rush_task_context_check (self->spec.ctx, error) || !check_combiner (self, error))
    return FALSE;
  if (fold_or_spill (self, batch, combined, &failure))
    return TRUE;
  if (!is_out_of_memory (failure) || batch->length < 2)
    {
      g_propagate_error (error, failure);
      return FALSE;
    }
  g_error_free (failure);
  guint half = batch->length / 2;
  g_autoptr (RushBatch) first = rush_batch_slice (batch, 0, half);
  g_autoptr (RushBatch) rest = rush_batch_slice (batch, half, batch->length - half);
  return rush_external_combiner_insert (self, first, combined, error) &&
         rush_external_combiner_insert (self, rest, combined, error);
}

/* ---- rows out ---- */

static gboolean
end_inserting (RushExternalCombiner *self, GError **error)
{
  if (self->file == NULL)
    {
      self->state = DRAINING;
      return TRUE;
    }
  /* The rest goes the same way: a child combines all rows of its partition. */
  if (rush_task_memory_spill (self->spec.ctx->memory, &self->consumer, error) < 0)
    return FALSE;
  self->combiner->klass->free (self->combiner);
  self->combiner = NULL;
  self->state = CHILDREN;
  return TRUE;
}

/* Hands out the table; if there is no memory for a batch of it, the rest goes to disk first. */
static RushBatch *
drain_table (RushExternalCombiner *self, GError **error)
{
  g_autoptr (GError) failure = NULL;

  if (!check_combiner (self, error))
    return NULL;
  self->consumer.busy = TRUE;
  RushBatch *batch = finish_of (self) (self->combiner, &failure);
  self->consumer.busy = FALSE;
  if (failure == NULL)
    return batch;
  if (is_out_of_memory (failure))
    {
      gint64 freed = rush_task_memory_spill (self->spec.ctx->memory, &self->consumer, error);
      if (freed != 0)
        return freed > 0 ? rush_iterator_next (self->replay, error) : NULL;
    }
  g_propagate_error (error, g_steal_pointer (&failure));
  return NULL;
}

/* Makes the child of the current partition and gives it all its rows. */
static gboolean
begin_child (RushExternalCombiner *self, GError **error)
{
  const Chain *chain = &self->chains[self->partition];

  self->child = combiner_new_at (&self->spec, self->level + 1);
  self->child->one_hash = !chain->many;
  for (guint i = 0; i < chain->ranges->len; i++)
    {
      const FrameRange *range = &g_array_index (chain->ranges, FrameRange, i);
      g_autoptr (RushIterator) frames = rush_spill_file_read (
          self->file, range->start, range->end, self->spec.schema, self->spec.ctx->allocator);
      g_autoptr (GError) failure = NULL;
      gboolean inserted = TRUE;

      while (inserted)
        {
          g_autoptr (RushBatch) batch = rush_iterator_next (frames, &failure);
          if (batch == NULL)
            break;
          inserted = rush_external_combiner_insert (self->child, batch, TRUE, error);
        }
      if (failure != NULL)
        g_propagate_error (error, g_steal_pointer (&failure));
      else if (inserted)
        continue;
      return FALSE;
    }
  return TRUE;
}

static RushBatch *
next_of_children (RushExternalCombiner *self, GError **error)
{
  g_autoptr (GError) failure = NULL;

  for (; self->partition < N_PARTITIONS; self->partition++)
    {
      RushBatch *batch = NULL;

      if (self->child != NULL || begin_child (self, &failure))
        batch = rush_external_combiner_next (self->child, &failure);
      if (batch != NULL)
        return batch;
      g_clear_pointer (&self->child, rush_external_combiner_free);
      if (failure != NULL)
        {
          g_propagate_error (error, g_steal_pointer (&failure));
          break;
        }
    }
  return NULL;
}

RushBatch *
rush_external_combiner_next (RushExternalCombiner *self, GError **error)
{
  if (!rush_task_context_check (self->spec.ctx, error) ||
      (self->state == INSERTING && !end_inserting (self, error)))
    return NULL;
  switch (self->state)
    {
    case DRAINING:
      return drain_table (self, error);
    case REPLAYING:
      return rush_iterator_next (self->replay, error);
    case CHILDREN:
      return next_of_children (self, error);
    case INSERTING:
      break;
    }
  g_assert_not_reached ();
}

/* ---- the combiner ---- */

void
rush_external_combiner_free (RushExternalCombiner *self)
{
  if (self == NULL)
    return;
  rush_external_combiner_free (self->child);
  if (self->spec.ctx->memory != NULL)
    rush_task_memory_remove_consumer (self->spec.ctx->memory, &self->consumer);
  if (self->combiner != NULL)
    self->combiner->klass->free (self->combiner);
  rush_iterator_close (self->replay);
  rush_spill_file_unref (self->file);
  for (guint p = 0; p < N_PARTITIONS; p++)
    g_array_unref (self->chains[p].ranges);
  g_free (self);
}

static RushExternalCombiner *
combiner_new_at (const RushCombineSpec *spec, guint level)
{
  RushExternalCombiner *self = g_new0 (RushExternalCombiner, 1);

  self->consumer =
      (RushMemoryConsumer){ .name = "Combiner", .used_bytes = used_bytes, .spill = spill };
  self->spec = *spec;
  self->level = level;
  self->combiner = spec->combiner_new (spec->combiner_data, spec->schema, spec->ctx->allocator);
  if (!is_complete (self->combiner))
    self->combiner = NULL;
  for (guint p = 0; p < N_PARTITIONS; p++)
    self->chains[p].ranges = g_array_new (FALSE, FALSE, sizeof (FrameRange));
  if (spec->ctx->memory != NULL)
    rush_task_memory_add_consumer (spec->ctx->memory, &self->consumer);
  return self;
}

RushExternalCombiner *
rush_external_combiner_new (const RushCombineSpec *spec)
{
  return combiner_new_at (spec, 0);
}
