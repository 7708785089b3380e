/* pairwise_rdd.c - what stands around the shuffle of Python pairs.
 *
 *     PythonRDD ──▶ PairwiseRDD ══shuffle══▶ ShuffledRDD ──▶ MapPartitionsRDD ──▶ runs
 *     partition │ run │ objects                              valueOfPair: run │ objects
 *
 * The engine never opens a run.  A worker has bucketed the pairs and written the reduce partition
 * beside each run of them; the shuffle goes by that column, which is of no use behind it.
 *
 * Where Spark hands elements over to the JVM (before a file is written, say), it unpickles them in
 * RDDs of their own.  A run needs no such thing here, but lineages, pictures and the numbers of
 * RDDs shall be Spark's: those RDDs pass the parent's rows on as they are.
 *
 * Mirrors: org.apache.spark.api.python.PairwiseRDD, PythonRDD.valueOfPair.
 */
#include "py/runner/python_rdd.h"

/* ── PairwiseRDD, and what Spark hands over: the parent's rows as they are ── */

static RushIterator *
same_rows_compute (RushRdd *self, guint split, RushTaskContext *ctx, GError **error)
{
  return rush_rdd_iterator (self->dependencies[0]->rdd, split, ctx, error);
}

static const RushRddClass pairwise_class = {
  .name = "PairwiseRDD",
  .compute = same_rows_compute,
};

RushRdd *
rush_pairwise_rdd_new (RushRdd *parent)
{
  RushDependency *dependency;

  g_return_val_if_fail (rush_schema_equal (parent->schema, rush_python_schema_pairs ()), NULL);
  dependency = rush_dependency_one_to_one (parent);
  return rush_rdd_alloc (sizeof (RushRdd), &pairwise_class, parent->lineage, parent->schema,
                         &dependency, 1);
}

static const RushRddClass handed_over_class = {
  .name = "MapPartitionsRDD",
  .compute = same_rows_compute,
};

RushRdd *
rush_handed_over_rdd_new (RushRdd *parent)
{
  RushDependency *dependency = rush_dependency_one_to_one (parent);

  return rush_rdd_alloc (sizeof (RushRdd), &handed_over_class, parent->lineage, parent->schema,
                         &dependency, 1);
}

/* ── valueOfPair ── */

typedef struct
{
  RushIterator base;
  RushIterator *parent; /* (owned) */
} ValueOfPair;

static RushBatch *
value_of_pair_next (RushIterator *base, GError **error)
{
  static const guint run_and_objects[] = { 1, 2 };
  g_autoptr (RushBatch) batch = rush_iterator_next (((ValueOfPair *)base)->parent, error);

  return batch != NULL ? rush_batch_project (batch, rush_python_schema_runs (), run_and_objects)
                       : NULL;
}

static void
value_of_pair_close (RushIterator *base)
{
  rush_iterator_close (((ValueOfPair *)base)->parent);
  g_free (base);
}

static const RushIteratorClass value_of_pair_iterator_class = {
  .next = value_of_pair_next,
  .close = value_of_pair_close,
};

static RushIterator *
value_of_pair_compute (RushRdd *self, guint split, RushTaskContext *ctx, GError **error)
{
  RushIterator *parent = rush_rdd_iterator (self->dependencies[0]->rdd, split, ctx, error);

  if (parent == NULL)
    return NULL;
  ValueOfPair *iterator = g_new0 (ValueOfPair, 1);
  iterator->base.klass = &value_of_pair_iterator_class;
  iterator->parent = parent;
  return &iterator->base;
}

static const RushRddClass value_of_pair_class = {
  .name = "MapPartitionsRDD",
  .compute = value_of_pair_compute,
};

RushRdd *
rush_value_of_pair_rdd_new (RushRdd *shuffled)
{
  RushDependency *dependency;

  g_return_val_if_fail (rush_schema_equal (shuffled->schema, rush_python_schema_pairs ()), NULL);
  dependency = rush_dependency_one_to_one (shuffled);
  RushRdd *self = rush_rdd_alloc (sizeof *self, &value_of_pair_class, shuffled->lineage,
                                  rush_python_schema_runs (), &dependency, 1);
  if (shuffled->partitioner != NULL)
    self->partitioner = rush_partitioner_ref (shuffled->partitioner); /* keys stay where they are */
  return self;
}
