/* iterator.c - the two iterators that need no RDD behind them, and the end of all of them.
 *
 * A partition is pulled, never pushed: the task asks its last RDD's iterator for a batch, that one
 * asks its parent's, and so on to the source.  Rows of one partition are thus never all in memory,
 * and a narrow chain of operators is one loop (Spark's pipelining):
 *
 *     task ── next ──▶ filter ── next ──▶ map ── next ──▶ text file
 *          ◀─ batch ──        ◀─ batch ──     ◀─ batch ──
 */
#include "core/lineage/iterator.h"

typedef struct
{
  RushIterator base;
  guint n;
  guint at;
  RushBatch *batches[]; /* [n] (owned) */
} GivenIterator;

void
rush_iterator_close (RushIterator *self)
{
  if (self != NULL)
    self->klass->close (self);
}

/* ---- nothing ---- */

static RushBatch *
empty_next (RushIterator *self, GError **error)
{
  return NULL;
}

static void
empty_close (RushIterator *self)
{
}

static const RushIteratorClass empty_class = { empty_next, empty_close };

/* It has no state, so that one serves everybody. */
static RushIterator empty_iterator = { &empty_class };

RushIterator *
rush_iterator_empty (void)
{
  return &empty_iterator;
}

/* ---- given batches ---- */

static RushBatch *
given_next (RushIterator *base, GError **error)
{
  GivenIterator *self = (GivenIterator *)base;

  return self->at < self->n ? rush_batch_ref (self->batches[self->at++]) : NULL;
}

static void
given_close (RushIterator *base)
{
  GivenIterator *self = (GivenIterator *)base;

  for (guint i = 0; i < self->n; i++)
    rush_batch_unref (self->batches[i]);
  g_free (self);
}

static const RushIteratorClass given_class = { given_next, given_close };

RushIterator *
rush_iterator_of_batches (RushBatch *const *batches, guint n)
{
  GivenIterator *self = g_malloc0 (sizeof *self + n * sizeof self->batches[0]);

  self->base.klass = &given_class;
  self->n = n;
  for (guint i = 0; i < n; i++)
    self->batches[i] = rush_batch_ref (batches[i]);
  return &self->base;
}
