/* python_evaluate.c - one task's calls of functions that SQL text or Columns name.
 *
 *     columns of arguments ──▶ worker: f (row[0], row[1]), g (row[0]) … ──▶ columns of results
 *
 * The worker gets the pickled functions one behind the other, and in TASK which columns each is
 * called with; the rest is the conversation that a PythonRDD has.
 */
#include "py/runner/python_evaluate.h"

#include "core/base/json.h"
#include "py/runner/python_pump_private.h"
#include "sql/types/type_json.h"

/* The iterator owns what it was asked to do. */
typedef struct
{
  RushIterator base;
  RushPythonWork work;
  GByteArray *command;
  char *calls;
  RushIterator *pump;
} Evaluation;

static RushBatch *
evaluation_next (RushIterator *base, GError **error)
{
  return rush_iterator_next (((Evaluation *)base)->pump, error);
}

static void
evaluation_close (RushIterator *base)
{
  Evaluation *self = (Evaluation *)base;

  if (self->pump != NULL)
    rush_iterator_close (self->pump);
  rush_python_workers_unref (self->work.workers);
  rush_schema_unref (self->work.input_schema);
  rush_schema_unref (self->work.output_schema);
  g_ptr_array_unref (self->work.broadcasts);
  g_byte_array_unref (self->command);
  g_free (self->calls);
  g_free (self);
}

static const RushIteratorClass evaluation_class = { evaluation_next, evaluation_close };

/* Appends the function; how many bytes it takes. */
static gint64
put_function (Evaluation *self, const RushPythonFunction *function)
{
  gsize bytes;
  const guint8 *command = g_bytes_get_data (function->command, &bytes);

  g_byte_array_append (self->command, command, (guint)bytes);
  return (gint64)bytes;
}

static void
put_names (RushJsonWriter *w, const RushPythonFunction *function)
{
  char *const *names = function->argument_names;

  rush_json_begin_array (w);
  for (guint i = 0; names != NULL && names[i] != NULL; i++)
    rush_json_string (w, names[i]);
  rush_json_end_array (w);
}

/* Those that are called first come first. */
static void
put_call (Evaluation *self, RushJsonWriter *w, const RushPythonCall *call)
{
  g_autofree char *type = rush_type_to_json (call->function->return_type);

  rush_json_begin_object (w);
  rush_json_member (w, "args");
  rush_json_begin_array (w);
  for (guint i = 0; i < call->n_args; i++)
    rush_json_int (w, call->args[i]);
  rush_json_end_array (w);
  rush_json_member (w, "keys");
  rush_json_int (w, call->n_keys);
  rush_json_member (w, "name");
  rush_json_string (w, call->function->name);
  rush_json_member (w, "evalType");
  rush_json_int (w, call->function->eval_type);
  rush_json_member (w, "bytes");
  rush_json_begin_array (w);
  for (guint i = 0; i < call->n_inner; i++)
    rush_json_int (w, put_function (self, call->inner[i]));
  rush_json_int (w, put_function (self, call->function));
  rush_json_end_array (w);
  rush_json_member (w, "argumentNames");
  rush_json_begin_array (w);
  for (guint i = 0; i < call->n_inner; i++)
    put_names (w, call->inner[i]);
  put_names (w, call->function);
  rush_json_end_array (w);
  rush_json_member (w, "type");
  rush_json_string (w, type);
  rush_json_end_object (w);
}

/* Fills in self->command and self->calls. */
static void
put_calls (Evaluation *self, const RushPythonSettings *settings, const RushPythonCall *calls,
           guint n)
{
  GString *json = g_string_new (NULL);
  RushJsonWriter w;

  rush_json_writer_init (&w, json);
  rush_json_begin_object (&w);
  rush_json_member (&w, "batchRows");
  rush_json_int (&w, settings->batch_rows);
  rush_json_member (&w, "timeZone");
  rush_json_string (&w, settings->time_zone);
  rush_json_member (&w, "calls");
  rush_json_begin_array (&w);
  for (guint i = 0; i < n; i++)
    put_call (self, &w, &calls[i]);
  rush_json_end_array (&w);
  rush_json_end_object (&w);
  self->calls = g_string_free (json, FALSE);
}

static gboolean
put_broadcasts_of (Evaluation *self, const RushPythonFunction *function, GError **error)
{
  const GPtrArray *used = function->broadcasts;

  for (guint b = 0; used != NULL && b < used->len; b++)
    {
      if (!rush_python_broadcast_check (used->pdata[b], error))
        return FALSE;
      g_ptr_array_add (self->work.broadcasts, rush_python_broadcast_ref (used->pdata[b]));
    }
  return TRUE;
}

/* What all functions use, which may have been destroyed since the query was made. */
static gboolean
put_broadcasts (Evaluation *self, const RushPythonCall *calls, guint n, GError **error)
{
  for (guint i = 0; i < n; i++)
    {
      for (guint f = 0; f < calls[i].n_inner; f++)
        if (!put_broadcasts_of (self, calls[i].inner[f], error))
          return FALSE;
      if (!put_broadcasts_of (self, calls[i].function, error))
        return FALSE;
    }
  return TRUE;
}

RushIterator *
rush_python_evaluate (const RushPythonSettings *settings, const RushPythonCall *calls,
                      guint n_calls, RushSchema *arguments, RushSchema *results, RushIterator *rows,
                      guint split, RushTaskContext *ctx, GError **error)
{
  Evaluation *self = g_new0 (Evaluation, 1);

  self->base.klass = &evaluation_class;
  self->command = g_byte_array_new ();
  put_calls (self, settings, calls, n_calls);
  self->work = (RushPythonWork){ .workers = rush_python_workers_ref (settings->workers),
                                 .input_schema = rush_schema_ref (arguments),
                                 .output_schema = rush_schema_ref (results),
                                 .command = self->command->data,
                                 .command_bytes = self->command->len,
                                 .input = "rows",
                                 .output = "rows",
                                 .calls = self->calls };
  self->work.broadcasts =
      g_ptr_array_new_with_free_func ((GDestroyNotify)rush_python_broadcast_unref);
  if (put_broadcasts (self, calls, n_calls, error))
    self->pump = rush_python_pump_new (&self->work, rows, split, ctx, error);
  else
    rush_iterator_close (rows);
  if (self->pump != NULL)
    return &self->base;
  evaluation_close (&self->base);
  return NULL;
}
