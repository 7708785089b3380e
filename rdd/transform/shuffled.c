/* shuffled.c - partition r of a shuffle: what every map output has for r.
 *
 * The map side is not here: it is the last step of the parent's stage, which writes what the
 * dependency asks for.
 */
#include "rdd/transform/shuffled.h"

#include "core/executor/env.h"
#include "rdd/call_site.h"

static gboolean
shuffled_partitions (RushRdd *self, guint *out_n, GError **error)
{
  *out_n = self->dependencies[0]->partitioner->n_partitions;
  return TRUE;
}

static RushIterator *
shuffled_compute (RushRdd *self, guint split, RushTaskContext *ctx, GError **error)
{
  return rush_shuffle_reader_new (self->dependencies[0], split, split + 1, &ctx->env->fetch, ctx,
                                  error);
}

static const RushRddClass shuffled_class = {
  .name = "ShuffledRDD",
  .partitions = shuffled_partitions,
  .compute = shuffled_compute,
};

RushRdd *
rush_rdd_shuffled_new (RushDependency *dependency)
{
  RUSH_OPERATOR ("shuffle");
  RushRdd *self;

  g_return_val_if_fail (dependency->kind == RUSH_DEPENDENCY_SHUFFLE, NULL);
  self = rush_rdd_alloc (sizeof *self, &shuffled_class, dependency->rdd->lineage,
                         dependency->schema, &dependency, 1);
  self->partitioner = rush_partitioner_ref (dependency->partitioner);
  return self;
}

RushRdd *
rush_rdd_shuffled (RushRdd *parent, RushPartitioner *partitioner)
{
  return rush_rdd_shuffled_new (rush_dependency_shuffle (parent, partitioner, parent->schema));
}
