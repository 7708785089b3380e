/* map_status.c - where a map output is and how large its slices are. */
#include "core/shuffle/map_status.h"

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
  g_free (self->executor_id);
  g_free (self->host);
  g_free (self);
}

RushMapStatus *
rush_map_status_new (const char *executor_id, const char *host, gint64 map_task_id,
                     guint n_partitions)
{
  RushMapStatus *self = g_malloc0 (sizeof *self + n_partitions * sizeof self->sizes[0]);

  rush_ref_count_init (&self->refs);
  self->executor_id = g_strdup (executor_id);
  self->host = g_strdup (host);
  self->map_task_id = map_task_id;
  self->n_partitions = n_partitions;
  return self;
}
