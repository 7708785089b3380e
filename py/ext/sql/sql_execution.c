/* sql_execution.c - what surrounds a call that may run jobs: analysis, a statement, an action. */
#include "py/ext/sql/sql_private.h"

gboolean
engine_execution_init (EngineExecution *self, PyObject *call, PyObject *properties)
{
  if (!engine_call_converter (call, &self->call))
    return FALSE;
  self->properties = engine_properties_from_dict (properties);
  if (self->properties == NULL)
    return FALSE;
  self->job = engine_job_options (&self->call, NULL, self->properties);
  self->options = (RushExecutionOptions){ .description = self->call.short_form,
                                          .details = self->call.long_form,
                                          .job = &self->job };
  return TRUE;
}

void
engine_execution_clear (EngineExecution *self)
{
  g_hash_table_unref (self->properties);
  engine_end_progress ();
}
