/* my_rdd.c - see the header. */
#include "my_rdd.h"

static gboolean
partitions (RushRdd *rdd, guint *out_n, GError **error)
{
  MyRdd *self = (MyRdd *)rdd;

  if (self->partitions_fail)
    {
      g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_IO, "the folder is gone");
      return FALSE;
    }
  *out_n = self->n_partitions;
  return TRUE;
}

static RushIterator *
compute (RushRdd *rdd, guint split, RushTaskContext *ctx, GError **error)
{
  g_assert_not_reached (); /* the scheduler never touches data */
}

static char **
preferred_locations (RushRdd *rdd, guint split)
{
  MyRdd *self = (MyRdd *)rdd;

  return self->locations != NULL ? g_strdupv (self->locations[split]) : NULL;
}

static void
finalize (RushRdd *rdd)
{
  MyRdd *self = (MyRdd *)rdd;

  for (guint i = 0; self->locations != NULL && i < self->n_partitions; i++)
    g_strfreev (self->locations[i]);
  g_free (self->locations);
}

static const RushRddClass my_class = {
  .name = "MyRDD",
  .partitions = partitions,
  .compute = compute,
  .preferred_locations = preferred_locations,
  .finalize = finalize,
};

RushRdd *
my_rdd_new (RushLineage *lineage, guint n_partitions, ...)
{
  g_autoptr (RushSchema) schema = rush_schema_of ("value", &RUSH_INT64, NULL);
  g_autoptr (GPtrArray) dependencies = g_ptr_array_new ();
  RushDependency *dependency;
  va_list args;
  MyRdd *self;

  va_start (args, n_partitions);
  while ((dependency = va_arg (args, RushDependency *)) != NULL)
    g_ptr_array_add (dependencies, dependency);
  va_end (args);
  self = rush_rdd_alloc (sizeof *self, &my_class, lineage, schema,
                         (RushDependency **)dependencies->pdata, dependencies->len);
  self->n_partitions = n_partitions;
  return &self->base;
}

void
my_rdd_set_locations (RushRdd *rdd, const char *places)
{
  MyRdd *self = (MyRdd *)rdd;
  g_auto (GStrv) each = g_strsplit (places, "|", -1);

  g_assert_cmpuint (g_strv_length (each), ==, self->n_partitions);
  g_assert_null (self->locations);
  self->locations = g_new0 (char **, self->n_partitions);
  for (guint i = 0; i < self->n_partitions; i++)
    self->locations[i] = each[i][0] != '\0' ? g_strsplit (each[i], " ", -1) : g_new0 (char *, 1);
}

void
my_rdd_fail_partitions (RushRdd *rdd)
{
  ((MyRdd *)rdd)->partitions_fail = TRUE;
}

RushDependency *
my_shuffle (RushRdd *parent, guint n_reduces)
{
  g_autoptr (RushPartitioner) partitioner = rush_hash_partitioner_new (n_reduces, 0);

  return rush_dependency_shuffle (parent, partitioner, parent->schema);
}

RushRdd *
my_shuffled_rdd (RushLineage *lineage, guint n_maps, guint n_reduces)
{
  g_autoptr (RushRdd) maps = my_rdd_new (lineage, n_maps, NULL);

  return my_rdd_new (lineage, n_reduces, my_shuffle (maps, n_reduces), NULL);
}

gint
my_shuffle_id (RushRdd *rdd, guint dependency)
{
  return rdd->dependencies[dependency]->shuffle_id;
}
