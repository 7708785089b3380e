/* combining_reader.c - pulls everything first, since the last row may belong to the first key.
 *
 *     fetched slices ──all of them──▶ external combiner ──▶ one row a key
 *
 * Until the last slice is in, nothing comes out: the pipeline of a reduce task breaks here.
 */
#include "core/shuffle/combining_reader.h"

typedef struct
{
  RushIterator base;
  RushIterator *rows; /* (owned) NULL once they are all in */
  gboolean combined;
  RushExternalCombiner *combiner;
} CombiningReader;

static gboolean
insert_all (CombiningReader *self, GError **error)
{
  g_autoptr (GError) failure = NULL;
  RushBatch *batch;
  gboolean inserted = TRUE;

  while (inserted && (batch = rush_iterator_next (self->rows, &failure)) != NULL)
    {
      inserted = rush_external_combiner_insert (self->combiner, batch, self->combined, error);
      rush_batch_unref (batch);
    }
  if (failure != NULL)
    g_propagate_error (error, g_steal_pointer (&failure));
  else if (inserted)
    {
      g_clear_pointer (&self->rows, rush_iterator_close);
      return TRUE;
    }
  return FALSE;
}

static RushBatch *
combining_next (RushIterator *base, GError **error)
{
  CombiningReader *self = (CombiningReader *)base;

  if (self->rows != NULL && !insert_all (self, error))
    return NULL;
  return rush_external_combiner_next (self->combiner, error);
}

static void
combining_close (RushIterator *base)
{
  CombiningReader *self = (CombiningReader *)base;

  rush_iterator_close (self->rows);
  rush_external_combiner_free (self->combiner);
  g_free (self);
}

static const RushIteratorClass combining_class = { combining_next, combining_close };

RushIterator *
rush_combining_reader_new (RushIterator *rows, gboolean combined, const RushCombineSpec *spec)
{
  CombiningReader *self = g_new0 (CombiningReader, 1);

  self->base.klass = &combining_class;
  self->rows = rows;
  self->combined = combined;
  self->combiner = rush_external_combiner_new (spec);
  return &self->base;
}
