/* partitioner.c - what all partitioners share: their count of owners, and equality.
 *
 * Equality is what saves shuffles: two RDDs whose partitioners are equal hold the same keys in
 * partitions of the same number, so that a join of them is narrow.  A partitioner is equal to
 * itself, to nothing of another class or size, and to what its class says.
 */
#include "core/lineage/partitioner.h"

RushPartitioner *
rush_partitioner_ref (RushPartitioner *self)
{
  rush_ref_count_inc (&self->refs);
  return self;
}

void
rush_partitioner_unref (RushPartitioner *self)
{
  if (self != NULL && rush_ref_count_dec (&self->refs))
    self->klass->finalize (self);
}

gboolean
rush_partitioner_equal (const RushPartitioner *a, const RushPartitioner *b)
{
  if (a == NULL || b == NULL)
    return FALSE;
  if (a == b)
    return TRUE;
  return a->klass == b->klass && a->n_partitions == b->n_partitions && a->klass->equal (a, b);
}
