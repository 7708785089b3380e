/* chain_iterator.c - what a task of a union or of a coalesced RDD pulls from. */
#include "rdd/transform/chain_iterator.h"

typedef struct
{
  RushIterator base;
  GArray *pieces; /* RushPiece */
  RushTaskContext *ctx;
  guint next_piece;
  RushIterator *rows; /* of the current piece, or NULL */
} ChainIterator;

static gboolean
begin_piece (ChainIterator *self, GError **error)
{
  const RushPiece *piece = &g_array_index (self->pieces, RushPiece, self->next_piece);

  self->rows = rush_rdd_iterator (piece->rdd, piece->split, self->ctx, error);
  self->next_piece++;
  return self->rows != NULL;
}

static RushBatch *
chain_next (RushIterator *base, GError **error)
{
  ChainIterator *self = (ChainIterator *)base;

  for (;;)
    {
      g_autoptr (GError) failure = NULL;
      RushBatch *batch;

      if (self->rows == NULL &&
          (self->next_piece == self->pieces->len || !begin_piece (self, error)))
        return NULL;
      batch = rush_iterator_next (self->rows, &failure);
      if (batch != NULL)
        return batch;
      if (failure != NULL)
        {
          g_propagate_error (error, g_steal_pointer (&failure));
          return NULL;
        }
      g_clear_pointer (&self->rows, rush_iterator_close);
    }
}

static void
chain_close (RushIterator *base)
{
  ChainIterator *self = (ChainIterator *)base;

  rush_iterator_close (self->rows);
  g_array_unref (self->pieces);
  g_free (self);
}

static const RushIteratorClass chain_class = { chain_next, chain_close };

RushIterator *
rush_chain_iterator_new (GArray *pieces, RushTaskContext *ctx)
{
  ChainIterator *self = g_new0 (ChainIterator, 1);

  self->base.klass = &chain_class;
  self->pieces = pieces;
  self->ctx = ctx;
  return &self->base;
}
