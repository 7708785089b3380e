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

gboolean
rush_check_placing (const char *name, const guint32 *partitions, guint n_rows, guint n_partitions,
                    GError **error)
{
  for (guint i = 0; i < n_rows; i++)
    if (partitions[i] >= n_partitions)
      {
        g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT,
                     "The rule \"%s\" puts a row into partition %u of %u: it must give each row a "
                     "number from 0 to %u.",
                     name, partitions[i], n_partitions, n_partitions - 1);
        return FALSE;
      }
  return TRUE;
}
