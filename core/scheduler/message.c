/* message.c - what the scheduler is told. */
#include "core/scheduler/scheduler.h"

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
