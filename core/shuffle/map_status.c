/* map_status.c - where a map output is and how large its slices are.
 *
 * One block: the struct, the sizes, both names.  A driver holds one for each map task of each
 * shuffle, millions of them in a large job.
 */
#include "core/shuffle/map_status.h"

#include <string.h>

RushMapStatus *
rush_map_status_ref (RushMapStatus *self)
{
  rush_ref_count_inc (&self->refs);
  return self;
}

void
rush_map_status_unref (RushMapStatus *self)
{
  if (self == NULL || !rush_ref_count_dec (&self->refs))
    return;
  g_free (self);
}

RushMapStatus *
rush_map_status_new (const char *executor_id, const char *host, gint64 map_task_id,
                     guint n_partitions)
{
  gsize id_size = strlen (executor_id) + 1, host_size = strlen (host) + 1;
  gsize names_at = sizeof (RushMapStatus) + n_partitions * sizeof (RushSliceSize);
  RushMapStatus *self = g_malloc (names_at + id_size + host_size);
  char *names = (char *)self + names_at;

  memset (self, 0, names_at);
  rush_ref_count_init (&self->refs);
  self->executor_id = memcpy (names, executor_id, id_size);
  self->host = memcpy (names + id_size, host, host_size);
  self->map_task_id = map_task_id;
  self->n_partitions = n_partitions;
  return self;
}
