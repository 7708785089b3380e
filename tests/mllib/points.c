#include "points.h"

#include "rdd/source/parallelize.h"

#include <math.h>
#include <string.h>

static void
append_features (RushVectorBuilder *builder, const Points *points, guint row)
{
  guint d = points->n_features, n = 0;
  const double *values = points->features + (gsize)row * d;
  g_autofree gint32 *indices = g_new (gint32, d + 1);
  g_autofree double *stored = g_new (double, d + 1);

  if (points->has_null && row + 1 == points->n)
    {
      rush_vector_builder_append_null (builder);
      return;
    }
  if (!points->sparse)
    {
      double *room = rush_vector_builder_append_dense (builder, d);

      for (guint k = 0; k < d; k++)
        room[k] = values[k];
      return;
    }
  for (guint k = 0; k < d; k++)
    if (values[k] != 0)
      {
        indices[n] = (gint32)k;
        stored[n++] = values[k];
      }
  rush_vector_builder_append_sparse (builder, d, n, indices, stored);
}

static gboolean
is_in (const Points *points, guint row, guint partition)
{
  return (points->one_side ? points->n_partitions - 1 : row % points->n_partitions) == partition;
}

static RushColumn *
numbers_of (const Points *points, const double *values, guint partition)
{
  g_autoptr (RushColumnBuilder) builder =
      rush_column_builder_new (&RUSH_FLOAT64, rush_allocator_system ());

  for (guint i = 0; i < points->n; i++)
    if (is_in (points, i, partition))
      rush_column_builder_append_double (builder, values != NULL ? values[i] : 0, NULL);
  return rush_column_builder_finish (builder);
}

/* label | weight | features */
static RushBatch *
batch_of (RushSchema *schema, const Points *points, guint partition)
{
  g_autoptr (RushVectorBuilder) vectors = rush_vector_builder_new (rush_allocator_system ());

  for (guint i = 0; i < points->n; i++)
    if (is_in (points, i, partition))
      append_features (vectors, points, i);
  RushColumn *columns[] = { numbers_of (points, points->labels, partition),
                            numbers_of (points, points->weights, partition),
                            rush_vector_builder_finish (vectors, NULL) };
  return rush_batch_new (schema, columns[0]->length, columns);
}

static PointsApp
begin (const Points *points, RushContext *context)
{
  g_autoptr (RushSchema) schema = rush_schema_of ("label", &RUSH_FLOAT64, "weight", &RUSH_FLOAT64,
                                                  "features", rush_vector_type (), NULL);
  g_autoptr (GPtrArray) all = g_ptr_array_new_with_free_func ((GDestroyNotify)g_ptr_array_unref);
  PointsApp self = { .context = context };

  for (guint p = 0; p < points->n_partitions; p++)
    {
      GPtrArray *batches = g_ptr_array_new_with_free_func ((GDestroyNotify)rush_batch_unref);

      g_ptr_array_add (batches, batch_of (schema, points, p));
      g_ptr_array_add (all, batches);
    }
  self.rdd = rush_rdd_parallelize (rush_context_lineage (context), schema,
                                   (GPtrArray *const *)all->pdata, points->n_partitions);
  self.instances =
      (RushInstances){ .context = context,
                       .rdd = self.rdd,
                       .columns = { points->labels != NULL ? 0 : -1,
                                    points->weights != NULL ? 1 : -1, 2, points->checks },
                       .n_features = points->n_features };
  return self;
}

PointsApp
points_begin (const Points *points)
{
  return begin (points, app_new (1));
}

PointsApp
points_begin_with (const Points *points, const char *key, const char *value, const char *other_key,
                   const char *other_value)
{
  return begin (points, app_new_with ("local[2]", key, value, other_key, other_value, NULL));
}

void
points_end (PointsApp *self)
{
  rush_rdd_unref (self->rdd);
  app_free (self->context);
}

double
points_random (guint64 *state)
{
  *state = *state * G_GUINT64_CONSTANT (6364136223846793005) + 1442695040888963407u;
  return (double)(*state >> 40) / (1 << 24);
}

void
points_assert_near (guint n, const double *found, const double *wanted, double epsilon)
{
  for (guint i = 0; i < n; i++)
    if (found[i] != wanted[i])
      g_assert_cmpfloat_with_epsilon (found[i], wanted[i], epsilon);
}

void
points_assert_refused (GError **error, const char *words)
{
  g_assert_nonnull (*error);
  if (strstr ((*error)->message, words) == NULL)
    g_error ("\"%s\" does not hold \"%s\"", (*error)->message, words);
  g_clear_error (error);
}
