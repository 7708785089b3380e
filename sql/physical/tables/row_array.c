/* row_array.c - batches in memory; under pressure, all that there are go to disk.
 *
 *     batches   0   1   2   3   4   5   6
 *             └─── in the file ───┘ └─ in memory
 *             starts[i]: where batch i begins in the file
 *
 * A reader may stand in the middle when the batches ahead of it leave memory: it counts batches, so
 * it finds the next one wherever that is.  In the file batches are in pieces; what a reader gives
 * is a piece then.
 */
#include "sql/physical/tables/row_array.h"

#include "core/memory/task_memory.h"
#include "sql/physical/tables/spill_pieces.h"

#define MIN_PART_BYTES (128 * 1024)
#define MAX_PART_BYTES (16 * 1024 * 1024)
#define PARTS_PER_SHARE 16

struct _RushRowArray
{
  RushMemoryConsumer consumer;
  RushSchema *schema; /* (owned) */
  RushTaskContext *ctx;
  guint64 n_rows;

  RushSpillFile *file; /* NULL: nothing spilled */
  GArray *starts;      /* guint64, of the batches in the file, and where the last one ends */
  GPtrArray *batches;  /* RushBatch (owned): those behind them */
  gint64 batch_bytes;
  gint64 spilled_bytes;
  guint n_readers;
};

/* How many batches are in the file. */
static guint
n_written (const RushRowArray *self)
{
  return self->starts->len > 0 ? self->starts->len - 1 : 0;
}

/* ---- to disk ---- */

static gint64
used_bytes (RushMemoryConsumer *consumer)
{
  return ((const RushRowArray *)consumer)->batch_bytes;
}

static void
note_end (RushRowArray *self)
{
  guint64 end = rush_spill_file_size (self->file);

  g_array_append_val (self->starts, end);
}

static gboolean
write_batches (RushRowArray *self, GError **error)
{
  if (self->file == NULL)
    {
      self->file = rush_spill_pieces_file (self->ctx, "rows", error);
      if (self->file == NULL)
        return FALSE;
      note_end (self);
    }
  for (guint b = 0; b < self->batches->len; b++)
    {
      if (!rush_spill_pieces_append (self->file, self->batches->pdata[b], error))
        return FALSE;
      note_end (self);
    }
  return rush_spill_file_flush (self->file, error);
}

static gint64
spill (RushMemoryConsumer *consumer, GError **error)
{
  RushRowArray *self = (RushRowArray *)consumer;
  gint64 bytes = self->batch_bytes;
  guint64 before = self->file != NULL ? rush_spill_file_size (self->file) : 0;

  if (self->batches->len == 0)
    return 0;
  if (!write_batches (self, error))
    return -1;
  g_ptr_array_set_size (self->batches, 0);
  self->batch_bytes = 0;
  self->spilled_bytes += bytes;
  self->ctx->metrics.memory_bytes_spilled += bytes;
  self->ctx->metrics.disk_bytes_spilled += (gint64)(rush_spill_file_size (self->file) - before);
  return bytes;
}

/* ---- rows in ---- */

/* Batches were paid for by whoever made them: nothing is asked for here. */
gboolean
rush_row_array_append (RushRowArray *self, RushBatch *batch, GError **error)
{
  g_assert (batch->selection == NULL);
  if (!rush_task_context_check (self->ctx, error))
    return FALSE;
  if (batch->length == 0)
    return TRUE;
  self->n_rows += batch->length;
  self->batch_bytes += (gint64)rush_batch_memory_bytes (batch);
  g_ptr_array_add (self->batches, rush_batch_ref (batch));
  return TRUE;
}

guint64
rush_row_array_n_rows (const RushRowArray *self)
{
  return self->n_rows;
}

gint64
rush_row_array_spilled_bytes (const RushRowArray *self)
{
  return self->spilled_bytes;
}

/* ---- rows out ---- */

gint64
rush_row_array_part_bytes (RushTaskContext *ctx)
{
  if (ctx->memory == NULL)
    return MAX_PART_BYTES;
  return CLAMP (rush_task_memory_share_bytes (ctx->memory) / PARTS_PER_SHARE, MIN_PART_BYTES,
                MAX_PART_BYTES);
}

typedef struct
{
  RushIterator base;
  RushRowArray *array;
  guint next;           /* batch */
  RushIterator *pieces; /* of the batches before it that are in the file, or NULL */
} Reader;

/* Opens what is in the file from the next batch on. */
static void
open_file_part (Reader *self)
{
  const RushRowArray *array = self->array;
  guint end = n_written (array);

  self->pieces = rush_spill_file_read (
      array->file, g_array_index (array->starts, guint64, self->next),
      g_array_index (array->starts, guint64, end), array->schema, array->ctx->allocator);
  self->next = end;
}

static RushBatch *
reader_next (RushIterator *base, GError **error)
{
  Reader *self = (Reader *)base;
  const RushRowArray *array = self->array;
  g_autoptr (GError) failure = NULL;

  if (!rush_task_context_check (array->ctx, error))
    return NULL;
  while (self->pieces != NULL || self->next < n_written (array))
    {
      RushBatch *piece;

      if (self->pieces == NULL)
        open_file_part (self);
      piece = rush_iterator_next (self->pieces, &failure);
      if (piece != NULL)
        return piece;
      if (failure != NULL)
        {
          g_propagate_error (error, g_steal_pointer (&failure));
          return NULL;
        }
      rush_iterator_close (g_steal_pointer (&self->pieces));
    }
  if (self->next == n_written (array) + array->batches->len)
    return NULL;
  return rush_batch_ref (array->batches->pdata[self->next++ - n_written (array)]);
}

static void
reader_close (RushIterator *base)
{
  Reader *self = (Reader *)base;

  rush_iterator_close (self->pieces);
  self->array->n_readers--;
  g_free (self);
}

static const RushIteratorClass reader_class = { reader_next, reader_close };

RushIterator *
rush_row_array_read (RushRowArray *self)
{
  Reader *reader = g_new0 (Reader, 1);

  reader->base.klass = &reader_class;
  reader->array = self;
  self->n_readers++;
  return &reader->base;
}

/* ---- the array ---- */

void
rush_row_array_clear (RushRowArray *self)
{
  g_assert (self->n_readers == 0);
  g_ptr_array_set_size (self->batches, 0);
  g_array_set_size (self->starts, 0);
  g_clear_pointer (&self->file, rush_spill_file_unref);
  self->batch_bytes = 0;
  self->n_rows = 0;
}

void
rush_row_array_free (RushRowArray *self)
{
  if (self == NULL)
    return;
  rush_row_array_clear (self);
  if (self->ctx->memory != NULL)
    rush_task_memory_remove_consumer (self->ctx->memory, &self->consumer);
  g_ptr_array_unref (self->batches);
  g_array_unref (self->starts);
  rush_schema_unref (self->schema);
  g_free (self);
}

RushRowArray *
rush_row_array_new (const char *name, RushSchema *schema, RushTaskContext *ctx)
{
  RushRowArray *self = g_new0 (RushRowArray, 1);

  self->consumer = (RushMemoryConsumer){ .name = name, .used_bytes = used_bytes, .spill = spill };
  self->schema = rush_schema_ref (schema);
  self->ctx = ctx;
  self->batches = g_ptr_array_new_with_free_func ((GDestroyNotify)rush_batch_unref);
  self->starts = g_array_new (FALSE, FALSE, sizeof (guint64));
  if (ctx->memory != NULL)
    rush_task_memory_add_consumer (ctx->memory, &self->consumer);
  return self;
}
