#include "graph/lib/id_list.h"

#include <string.h>

RushIdList *
rush_id_list_new (const gint64 *ids, guint n)
{
  RushIdList *self = g_malloc (sizeof *self + n * sizeof *ids);

  rush_ref_count_init (&self->refs);
  self->n = n;
  if (n > 0)
    memcpy (self->ids, ids, n * sizeof *ids);
  return self;
}

gpointer
rush_id_list_ref (gpointer self)
{
  rush_ref_count_inc (&((RushIdList *)self)->refs);
  return self;
}

void
rush_id_list_unref (gpointer self)
{
  if (rush_ref_count_dec (&((RushIdList *)self)->refs))
    g_free (self);
}

gboolean
rush_id_list_has (const RushIdList *self, gint64 id)
{
  for (guint i = 0; i < self->n; i++)
    if (self->ids[i] == id)
      return TRUE;
  return FALSE;
}
