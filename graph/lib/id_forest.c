#include "graph/lib/id_forest.h"

static inline gint32 *
parents_of (const RushIdForest *self)
{
  return (gint32 *)(gpointer)self->parents->bytes;
}

gboolean
rush_id_forest_init (RushIdForest *self, const gint64 *ids, guint n, RushAllocator *allocator,
                     GError **error)
{
  *self = (RushIdForest){ .allocator = allocator, .ids = ids, .n = n };
  self->parents = rush_buffer_new (allocator, (gsize)n * sizeof (gint32), error);
  if (self->parents == NULL)
    return FALSE;
  for (guint i = 0; i < n; i++)
    parents_of (self)[i] = (gint32)i;
  return TRUE;
}

void
rush_id_forest_clear (RushIdForest *self)
{
  g_clear_pointer (&self->parents, rush_buffer_unref);
}

static inline gint32
root_of (const RushIdForest *self, gint32 number)
{
  gint32 *parents = parents_of (self);

  while (parents[number] != number)
    number = parents[number] = parents[parents[number]];
  return number;
}

void
rush_id_forest_join (RushIdForest *self, gint32 a, gint32 b)
{
  a = root_of (self, a);
  b = root_of (self, b);
  if (self->ids[a] < self->ids[b])
    parents_of (self)[b] = a;
  else
    parents_of (self)[a] = b; /* of its own, if they are one */
}

gboolean
rush_id_forest_stars (RushIdForest *self, RushColumn **out_leaves, RushColumn **out_centres,
                      GError **error)
{
  guint n = 0;
  RushBuffer *leaves, *centres;

  for (guint i = 0; i < self->n; i++)
    n += parents_of (self)[i] != (gint32)i;
  leaves = rush_buffer_new (self->allocator, (gsize)n * sizeof (gint64), error);
  centres =
      leaves != NULL ? rush_buffer_new (self->allocator, (gsize)n * sizeof (gint64), error) : NULL;
  if (centres == NULL)
    {
      rush_buffer_unref (leaves);
      return FALSE;
    }
  n = 0;
  for (guint i = 0; i < self->n; i++)
    if (parents_of (self)[i] != (gint32)i)
      {
        ((gint64 *)(gpointer)leaves->bytes)[n] = self->ids[i];
        ((gint64 *)(gpointer)centres->bytes)[n++] = self->ids[root_of (self, (gint32)i)];
      }
  *out_leaves = rush_array_numbers (&RUSH_INT64, n, leaves);
  *out_centres = rush_array_numbers (&RUSH_INT64, n, centres);
  return TRUE;
}
