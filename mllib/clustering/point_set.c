/* point_set.c - see point_set.h. */
#include "mllib/clustering/point_set.h"

#include <string.h>

RushPointSet *
rush_point_set_new (guint n_features)
{
  RushPointSet *self = g_new0 (RushPointSet, 1);

  self->n_features = n_features;
  self->values = g_array_new (FALSE, TRUE, sizeof (double));
  return self;
}

void
rush_point_set_free (RushPointSet *self)
{
  g_array_unref (self->values);
  g_free (self);
}

void
rush_point_set_append (RushPointSet *self, const double *point)
{
  g_array_append_vals (self->values, point, self->n_features);
  self->n++;
}

void
rush_point_set_append_row (RushPointSet *self, const RushInstanceBlock *block, guint row)
{
  const gint32 *indices;
  const double *values;
  guint n = rush_instance_row (block, row, &indices, &values);

  g_assert (block->n_features == self->n_features);
  if (indices == NULL)
    {
      rush_point_set_append (self, values);
      return;
    }
  g_array_set_size (self->values, (self->n + 1) * self->n_features); /* zeros */
  for (guint i = 0; i < n; i++)
    rush_point (self, self->n)[indices[i]] = values[i];
  self->n++;
}

/* 0 and −0 are the same. */
static guint
hash_point (const double *point, guint n)
{
  guint hash = 0;

  for (guint i = 0; i < n; i++)
    {
      double x = point[i] + 0.0;
      guint64 bits;

      memcpy (&bits, &x, sizeof bits);
      hash = hash * 31 + (guint)(bits ^ (bits >> 32));
    }
  return hash;
}

static gboolean
equal_points (const double *a, const double *b, guint n)
{
  for (guint i = 0; i < n; i++)
    if (a[i] != b[i])
      return FALSE;
  return TRUE;
}

void
rush_point_set_make_distinct (RushPointSet *self)
{
  g_autoptr (GHashTable) first = g_hash_table_new (NULL, NULL); /* hash → 1 + the last such point */
  g_autofree guint *before = g_new (guint, MAX (self->n, 1));   /* the one before it, or 0 */
  guint n = 0;

  for (guint i = 0; i < self->n; i++)
    {
      gpointer hash = GUINT_TO_POINTER (hash_point (rush_point (self, i), self->n_features));
      guint last = GPOINTER_TO_UINT (g_hash_table_lookup (first, hash)), other = last;

      while (other > 0 &&
             !equal_points (rush_point (self, other - 1), rush_point (self, i), self->n_features))
        other = before[other - 1];
      if (other > 0)
        continue;
      memmove (rush_point (self, n), rush_point (self, i), self->n_features * sizeof (double));
      before[n++] = last;
      g_hash_table_insert (first, hash, GUINT_TO_POINTER (n));
    }
  self->n = n;
  g_array_set_size (self->values, n * self->n_features);
}
