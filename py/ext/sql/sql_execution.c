/* sql_execution.c - what surrounds a call that may run jobs: analysis, a statement, an action. */
#include "py/ext/sql/sql_private.h"

/* Spark names many jobs of queries after a place in its own files.  People are shown where their
 * program asked: the long form begins with that line, "main (/home/ada/app.py:9)". */
static void
add_place (EngineExecution *self)
{
  const char *line = self->call.long_form;
  const char *end = strchrnul (line, '\n');
  const char *open = memchr (line, '(', (gsize)(end - line));
  if (open == NULL || end[-1] != ')')
    return;
  g_autofree char *place =
      g_strdup_printf ("%s at %.*s", self->call.operator_name, (int)(end - open - 2), open + 1);
  if (strcmp (place, self->call.short_form) != 0)
    g_hash_table_insert (self->properties, g_strdup ("spark.rushlight.job.place"),
                         g_steal_pointer (&place));
}

gboolean
engine_execution_init (EngineExecution *self, PyObject *call, PyObject *properties)
{
  if (!engine_call_converter (call, &self->call))
    return FALSE;
  self->properties = engine_properties_from_dict (properties);
  if (self->properties == NULL)
    return FALSE;
  add_place (self);
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
