/* engine_jobs.c - Context's methods that run jobs and stop them.
 *
 * A job is waited for without the GIL.  When a signal interrupts the wait, the waiting thread takes
 * the GIL, lets Python run its handlers, and cancels the job if one of them raised: Ctrl-C leads to
 * KeyboardInterrupt in the user's program, and to an engine that is idle again.
 *
 * The same look a few times a second draws the progress bar: the progress hook is called on the
 * waiting thread, and once more when the job has ended, however it did.
 */
#include "py/ext/engine_private.h"

#include "core/event/job_summary.h"

/* ── progress ── */

static PyObject *progress_hook; /* (owned) or NULL */

PyObject *
engine_set_progress (PyObject *module, PyObject *callable)
{
  Py_XSETREF (progress_hook, callable == Py_None ? NULL : Py_NewRef (callable));
  Py_RETURN_NONE;
}

/* FALSE: the hook raised.  Python runs in it, so that Ctrl-C may come out of it. */
static gboolean
tell_progress (gboolean ended)
{
  if (progress_hook == NULL)
    return TRUE;
  PyObject *hook = Py_NewRef (progress_hook);
  PyObject *result = PyObject_CallOneArg (hook, ended ? Py_True : Py_False);
  Py_DECREF (hook);
  Py_XDECREF (result);
  return result != NULL;
}

/* After a job; keeps the exception that interrupted it. */
void
engine_end_progress (void)
{
  PyObject *type, *value, *traceback;
  PyErr_Fetch (&type, &value, &traceback);
  gboolean told = tell_progress (TRUE);
  if (type == NULL)
    return;
  if (!told)
    PyErr_WriteUnraisable (progress_hook);
  PyErr_Restore (type, value, traceback);
}

/* ── running ── */

/* Called without the GIL, on the thread that waits.  What a handler raises is set on this thread's
 * own state, and is still there when the GIL has been taken back for good. */
static gboolean
interrupted (gpointer data)
{
  PyGILState_STATE state = PyGILState_Ensure ();
  gboolean raised = PyErr_CheckSignals () < 0 || !tell_progress (FALSE);
  PyGILState_Release (state);
  return raised;
}

GHashTable *
engine_properties_from_dict (PyObject *dict)
{
  g_autoptr (GHashTable) table = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  PyObject *key, *value;
  Py_ssize_t position = 0;
  while (PyDict_Next (dict, &position, &key, &value))
    {
      const char *k = PyUnicode_AsUTF8 (key);
      const char *v = k ? PyUnicode_AsUTF8 (value) : NULL;
      if (v == NULL)
        return NULL;
      g_hash_table_insert (table, g_strdup (k), g_strdup (v));
    }
  return g_steal_pointer (&table);
}

/* Where the program asks, for jobs that will be named after a place in Spark: the long form begins
 * with that line, "main (/home/ada/app.py:9)". */
static void
add_place (GHashTable *properties, const EngineCall *call)
{
  const char *line = call->long_form;
  const char *end = strchrnul (line, '\n');
  const char *open = memchr (line, '(', (gsize)(end - line));
  if (open == NULL || end[-1] != ')')
    return;
  g_hash_table_insert (
      properties, g_strdup (RUSH_JOB_PLACE),
      g_strdup_printf ("%s at %.*s", call->operator_name, (int)(end - open - 2), open + 1));
}

RushJobOptions
engine_job_options (const EngineCall *call, const char *cause, GHashTable *properties)
{
  add_place (properties, call);
  return (RushJobOptions){ .short_form = call->short_form,
                           .long_form = call->long_form,
                           .cause = cause,
                           .properties = properties,
                           .interrupted = interrupted };
}

static gboolean
partition_from_object (PyObject *object, guint *out)
{
  int overflow;
  long number = PyLong_AsLongAndOverflow (object, &overflow);
  if (PyErr_Occurred () != NULL)
    return FALSE;
  if (overflow == 0 && number >= 0 && number <= G_MAXINT)
    {
      *out = (guint)number;
      return TRUE;
    }
  PyObject *text = PyObject_Str (object);
  const char *digits = text != NULL ? PyUnicode_AsUTF8 (text) : NULL;
  if (digits != NULL)
    engine_raise (g_error_new (RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT,
                               "Attempting to access a non-existent partition: %s", digits));
  Py_XDECREF (text);
  return FALSE;
}

/* Partition numbers as C has them; NULL for None.  FALSE with an exception set. */
static gboolean
partitions_from_list (PyObject *list, guint **out_partitions, guint *out_n)
{
  *out_partitions = NULL;
  *out_n = 0;
  if (list == Py_None)
    return TRUE;
  PyObject *sequence = PySequence_Fast (list, "partitions must be a list of int, or None");
  if (sequence == NULL)
    return FALSE;
  guint n = (guint)PySequence_Fast_GET_SIZE (sequence);
  guint *partitions = g_new (guint, MAX (n, 1));
  for (guint i = 0; i < n; i++)
    {
      if (!partition_from_object (PySequence_Fast_GET_ITEM (sequence, i), &partitions[i]))
        {
          g_free (partitions);
          Py_DECREF (sequence);
          return FALSE;
        }
    }
  Py_DECREF (sequence);
  *out_partitions = partitions;
  *out_n = n;
  return TRUE;
}

static PyObject *
value_of_column (const RushColumn *column, const RushType *type, guint row, Py_ssize_t *inout_bytes)
{
  gsize size;

  if (type == &RUSH_INT32 || type == &RUSH_INT64)
    return PyLong_FromLongLong (rush_column_get_int (column, row));
  const char *bytes = rush_column_get_bytes (column, row, &size);
  *inout_bytes += (Py_ssize_t)size;
  return PyBytes_FromStringAndSize (bytes, (Py_ssize_t)size);
}

/* A line or a run is its bytes; records side by side, of a zip, are a tuple of all columns. */
static PyObject *
record_as_object (const RushBatch *batch, guint row, Py_ssize_t *inout_bytes)
{
  const RushSchema *schema = batch->schema;

  if (schema->n_fields == 1 || rush_schema_equal (schema, rush_python_schema_runs ()))
    return value_of_column (batch->columns[0], schema->fields[0].type, row, inout_bytes);
  PyObject *record = PyTuple_New (schema->n_fields);
  for (guint c = 0; record != NULL && c < schema->n_fields; c++)
    {
      PyObject *value =
          value_of_column (batch->columns[c], schema->fields[c].type, row, inout_bytes);
      if (value == NULL)
        Py_CLEAR (record);
      else
        PyTuple_SET_ITEM (record, c, value);
    }
  return record;
}

PyObject *
engine_records_from_batches (GPtrArray *batches, Py_ssize_t *inout_bytes)
{
  Py_ssize_t n = 0, at = 0;
  for (guint b = 0; b < batches->len; b++)
    n += ((RushBatch *)batches->pdata[b])->length;
  PyObject *list = PyList_New (n);
  for (guint b = 0; list != NULL && b < batches->len; b++)
    {
      const RushBatch *batch = batches->pdata[b];
      for (guint i = 0; i < batch->length; i++)
        {
          PyObject *item = record_as_object (batch, rush_batch_row (batch, i), inout_bytes);
          if (item == NULL)
            {
              Py_CLEAR (list);
              break;
            }
          PyList_SET_ITEM (list, at++, item);
        }
    }
  return list;
}

static PyObject *
results_as_list (RushJobWaiter *waiter, guint n, Py_ssize_t *out_bytes)
{
  PyObject *results = PyList_New (n);
  for (guint i = 0; results != NULL && i < n; i++)
    {
      PyObject *one =
          engine_records_from_batches (rush_job_waiter_result (waiter, i)->value, out_bytes);
      if (one == NULL)
        Py_CLEAR (results);
      else
        PyList_SET_ITEM (results, i, one);
    }
  return results;
}

static PyObject *
context_run_job (EngineContext *self, PyObject *args)
{
  EngineRdd *rdd;
  PyObject *partition_list, *property_dict;
  const char *cause;
  EngineCall call;
  if (!PyArg_ParseTuple (args, "O!OsO!O&", &EngineRdd_Type, &rdd, &partition_list, &cause,
                         &PyDict_Type, &property_dict, engine_call_converter, &call) ||
      !engine_context_ready (self))
    return NULL;
  g_autofree guint *partitions = NULL;
  guint n;
  if (!partitions_from_list (partition_list, &partitions, &n))
    return NULL;
  g_autoptr (GHashTable) properties = engine_properties_from_dict (property_dict);
  if (properties == NULL)
    return NULL;

  RushJobOptions options = engine_job_options (&call, cause, properties);
  GError *error = NULL;
  RushJobWaiter *waiter = NULL;
  Py_BEGIN_ALLOW_THREADS if (partitions != NULL || rush_rdd_n_partitions (rdd->rdd, &n, &error))
      waiter = rush_context_run_job (self->context, rdd->rdd, partitions, n, rush_collect_batches,
                                     NULL, NULL, &options, &error);
  Py_END_ALLOW_THREADS engine_end_progress ();
  if (waiter == NULL)
    return engine_raise (error);

  /* A job that ended just as Ctrl-C came has results, but the user wants the prompt. */
  Py_ssize_t bytes = 0;
  PyObject *results = PyErr_Occurred () ? NULL : results_as_list (waiter, n, &bytes);
  Py_BEGIN_ALLOW_THREADS rush_job_waiter_free (waiter);
  Py_END_ALLOW_THREADS if (results != NULL && !engine_trace ("Context.run_job", rdd->rdd->id, cause,
                                                             bytes)) Py_CLEAR (results);
  return results;
}

static PyObject *
context_take_accumulator_updates (EngineContext *self, PyObject *unused)
{
  if (!engine_context_ready (self))
    return NULL;
  g_autoptr (GPtrArray) updates = rush_context_take_accumulator_updates (self->context);
  PyObject *list = PyList_New (updates->len);
  for (guint i = 0; list != NULL && i < updates->len; i++)
    {
      gsize size;
      const char *bytes = g_bytes_get_data (updates->pdata[i], &size);
      PyObject *item = PyBytes_FromStringAndSize (bytes, (Py_ssize_t)size);
      if (item == NULL)
        Py_CLEAR (list);
      else
        PyList_SET_ITEM (list, i, item);
    }
  return list;
}

/* ── stopping ── */

static PyObject *
context_cancel_group (EngineContext *self, PyObject *args)
{
  const char *group, *reason;
  if (!PyArg_ParseTuple (args, "ss", &group, &reason) || !engine_context_ready (self))
    return NULL;
  rush_context_cancel_group (self->context, group, reason);
  Py_RETURN_NONE;
}

static PyObject *
context_cancel_tag (EngineContext *self, PyObject *args)
{
  const char *tag, *reason;
  if (!PyArg_ParseTuple (args, "ss", &tag, &reason) || !engine_context_ready (self))
    return NULL;
  rush_context_cancel_tag (self->context, tag, reason);
  Py_RETURN_NONE;
}

static PyObject *
context_cancel_all (EngineContext *self, PyObject *args)
{
  const char *reason;
  if (!PyArg_ParseTuple (args, "s", &reason) || !engine_context_ready (self))
    return NULL;
  rush_context_cancel_all (self->context, reason);
  Py_RETURN_NONE;
}

/* ── what jobs leave behind ── */

static PyObject *
context_clean_shuffles (EngineContext *self, PyObject *args)
{
  EngineRdd *rdd;
  if (!PyArg_ParseTuple (args, "O!", &EngineRdd_Type, &rdd) || !engine_context_ready (self))
    return NULL;
  Py_BEGIN_ALLOW_THREADS rush_context_clean_shuffles (self->context, rdd->rdd);
  Py_END_ALLOW_THREADS if (!engine_trace ("Context.clean_shuffles", rdd->rdd->id, "",
                                          0)) return NULL;
  Py_RETURN_NONE;
}

PyMethodDef engine_jobs_methods[] = {
  { "run_job", (PyCFunction)context_run_job, METH_VARARGS,
    "run_job (rdd, partitions or None, cause, properties, call) -> a list of bytes a partition" },
  { "take_accumulator_updates", (PyCFunction)context_take_accumulator_updates, METH_NOARGS,
    "What tasks have added to accumulators since the last call, as a list of bytes." },
  { "cancel_group", (PyCFunction)context_cancel_group, METH_VARARGS,
    "cancel_group (group, reason)" },
  { "submit_job", (PyCFunction)engine_submit_job, METH_VARARGS,
    "submit_job (rdd, cause, properties, call) -> a Job that runs" },
  { "cancel_tag", (PyCFunction)context_cancel_tag, METH_VARARGS, "cancel_tag (tag, reason)" },
  { "clean_shuffles", (PyCFunction)context_clean_shuffles, METH_VARARGS, "clean_shuffles (rdd)" },
  { "cancel_all", (PyCFunction)context_cancel_all, METH_VARARGS, "cancel_all (reason)" },
  { NULL }
};
