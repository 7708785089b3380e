/* message.c - what the scheduler is told, and the request behind a job. */
#include "core/scheduler/scheduler.h"

void
rush_job_request_free (RushJobRequest *self)
{
  if (self == NULL)
    return;
  if (self->free_func_data != NULL)
    self->free_func_data (self->func_data);
  rush_rdd_unref (self->rdd);
  rush_dependency_unref (self->dependency);
  g_free (self->partitions);
  g_free (self->call_site.short_form);
  g_free (self->call_site.long_form);
  g_free (self->cause);
  g_clear_pointer (&self->properties, g_hash_table_unref);
  g_free (self);
}

RushMessage *
rush_message_new (RushMessageKind kind)
{
  RushMessage *self = g_new0 (RushMessage, 1);

  self->kind = kind;
  return self;
}

void
rush_message_free (RushMessage *self)
{
  if (self == NULL)
    return;
  rush_job_request_free (self->job);
  rush_task_outcome_free (self->outcome);
  g_free (self->text);
  g_free (self->reason);
  g_free (self->host);
  g_free (self->rack);
  g_free (self);
}
