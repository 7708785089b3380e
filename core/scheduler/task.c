/* task.c - the life of a stage's work and of a task.
 *
 *     attempt 0 of stage 3          attempt 1 of stage 3
 *     ┌───────────────┐             ┌───────────────┐
 *     │ RushStageWork │◀── origin ──│ RushStageWork │◀── work ── RushTask, RushTask …
 *     │ func_data     │             │ func_data     │
 *     └───────────────┘             └───────────────┘
 *
 * A task of attempt 0 may still run when attempt 1 starts, and even when the job is over, so the
 * function's data cannot belong to the job.  It belongs to the first work, and who holds a later
 * work holds that one too.
 */
#include "core/scheduler/task.h"

RushStageWork *
rush_stage_work_ref (RushStageWork *self)
{
  rush_ref_count_inc (&self->refs);
  return self;
}

void
rush_stage_work_unref (RushStageWork *self)
{
  if (self == NULL || !rush_ref_count_dec (&self->refs))
    return;
  if (self->free_func_data != NULL)
    self->free_func_data (self->func_data);
  rush_stage_work_unref (self->origin); /* one level: an origin has none */
  rush_dependency_unref (self->dependency);
  rush_rdd_unref (self->rdd);
  g_hash_table_unref (self->properties);
  g_free (self);
}

RushStageWork *
rush_stage_work_new (RushTaskKind kind, gint stage_id, gint stage_attempt, RushRdd *rdd,
                     GHashTable *properties)
{
  RushStageWork *self = g_new0 (RushStageWork, 1);

  rush_ref_count_init (&self->refs);
  self->kind = kind;
  self->stage_id = stage_id;
  self->stage_attempt = stage_attempt;
  self->rdd = rush_rdd_ref (rdd);
  self->properties = properties != NULL ? g_hash_table_ref (properties)
                                        : g_hash_table_new (g_str_hash, g_str_equal);
  return self;
}

static GHashTable *
copy_properties (GHashTable *from)
{
  GHashTable *copy = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  GHashTableIter iter;
  gpointer key, value;

  g_hash_table_iter_init (&iter, from);
  while (g_hash_table_iter_next (&iter, &key, &value))
    g_hash_table_insert (copy, g_strdup (key), g_strdup (value));
  return copy;
}

RushStageWork *
rush_stage_work_with_property (RushStageWork *self, const char *key, const char *value)
{
  g_autoptr (GHashTable) properties = copy_properties (self->properties);
  RushStageWork *copy =
      rush_stage_work_new (self->kind, self->stage_id, self->stage_attempt, self->rdd, properties);

  g_hash_table_insert (properties, g_strdup (key), g_strdup (value));
  if (self->dependency != NULL)
    copy->dependency = rush_dependency_ref (self->dependency);
  copy->func = self->func;
  copy->func_data = self->func_data;
  copy->origin = rush_stage_work_ref (self->origin != NULL ? self->origin : self);
  return copy;
}

void
rush_task_free (RushTask *self)
{
  if (self == NULL)
    return;
  rush_stage_work_unref (self->work);
  g_free (self);
}
