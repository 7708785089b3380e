#include "fake_rdd.h"

typedef struct
{
  RushRdd base;
  guint n_partitions;
} FakeRdd;

atomic_uint fake_n_counts;
atomic_uint fake_n_finalized;

static gboolean
fake_partitions (RushRdd *self, guint *out_n, GError **error)
{
  fake_n_counts++;
  *out_n = ((FakeRdd *)self)->n_partitions;
  return TRUE;
}

static RushIterator *
fake_compute (RushRdd *self, guint split, RushTaskContext *ctx, GError **error)
{
  return rush_iterator_empty ();
}

static RushIterator *
fake_map_compute (RushRdd *self, guint split, RushTaskContext *ctx, GError **error)
{
  return rush_rdd_iterator (self->dependencies[0]->rdd, split, ctx, error);
}

static void
fake_finalize (RushRdd *self)
{
  fake_n_finalized++;
}

#define FAKE_CLASS(spark_name, partitions_func, compute_func)                                      \
  { .name = spark_name,                                                                            \
    .partitions = partitions_func,                                                                 \
    .compute = compute_func,                                                                       \
    .finalize = fake_finalize }

const RushRddClass fake_parallel_class =
    FAKE_CLASS ("ParallelCollectionRDD", fake_partitions, fake_compute);
const RushRddClass fake_hadoop_class = FAKE_CLASS ("HadoopRDD", fake_partitions, fake_compute);
const RushRddClass fake_shuffled_class = FAKE_CLASS ("ShuffledRDD", fake_partitions, fake_compute);
const RushRddClass fake_union_class = FAKE_CLASS ("UnionRDD", fake_partitions, fake_compute);
const RushRddClass fake_cogroup_class = FAKE_CLASS ("CoGroupedRDD", fake_partitions, fake_compute);
const RushRddClass fake_map_class = FAKE_CLASS ("MapPartitionsRDD", NULL, fake_map_compute);

RushRdd *
fake_rdd_new (RushLineage *lineage, const RushRddClass *klass, const char *site, guint n_partitions,
              ...)
{
  g_autoptr (GPtrArray) dependencies = g_ptr_array_new ();
  g_autoptr (RushSchema) schema = rush_schema_of ("value", &RUSH_STRING, NULL);
  RushDependency *dep;
  FakeRdd *self;
  va_list rest;

  va_start (rest, n_partitions);
  while ((dep = va_arg (rest, RushDependency *)) != NULL)
    g_ptr_array_add (dependencies, dep);
  va_end (rest);
  rush_lineage_push_call (site, site, "");
  self = rush_rdd_alloc (sizeof *self, klass, lineage, schema,
                         (RushDependency **)dependencies->pdata, dependencies->len);
  rush_lineage_pop_call ();
  self->n_partitions = n_partitions;
  return &self->base;
}

RushRdd *
fake_map (RushRdd *parent, const char *site)
{
  return fake_rdd_new (parent->lineage, &fake_map_class, site, 0,
                       rush_dependency_one_to_one (parent), NULL);
}

RushRdd *
fake_shuffled (RushRdd *parent, const char *site, guint n_partitions)
{
  RushPartitioner *partitioner = rush_hash_partitioner_new (n_partitions, 0);
  RushDependency *dep = rush_dependency_shuffle (parent, partitioner, parent->schema);
  RushRdd *self;

  self = fake_rdd_new (parent->lineage, &fake_shuffled_class, site, n_partitions, dep, NULL);
  self->partitioner = partitioner;
  return self;
}
