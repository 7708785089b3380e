/* iterator.h - a partition being computed: a stream of batches that is pulled.
 *
 * Interface:  next () returns a batch, or NULL: with @error set it failed, without it is done, and
 *             stays so.  close () frees the iterator at any point, also half-way.
 * Ownership:  batches are (transfer full); an iterator owns its parent iterators.
 * Threads:    the runner that computes the task, alone.
 * Mirrors:    scala.collection.Iterator in RDD.compute; close () is what Spark does with task
 *             completion listeners.
 */
#pragma once

#include "core/data/batch.h"

RUSH_BEGIN_PUBLIC

typedef struct _RushIterator RushIterator;

typedef struct
{
  RushBatch *(*next) (RushIterator *self, GError **error);
  void (*close) (RushIterator *self);
} RushIteratorClass;

struct _RushIterator
{
  const RushIteratorClass *klass;
};

static inline RushBatch *
rush_iterator_next (RushIterator *self, GError **error)
{
  return self->klass->next (self, error);
}

void rush_iterator_close (RushIterator *self); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RushIterator, rush_iterator_close)

/* No batches at all. */
RushIterator *rush_iterator_empty (void);
/* The given batches, one by one; takes a ref on each. */
RushIterator *rush_iterator_of_batches (RushBatch *const *batches, guint n);

RUSH_END_PUBLIC
