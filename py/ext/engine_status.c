/* engine_status.c - Context's methods that say how jobs, stages, and executors are: copies of what
 * the job statistics remember, and of what executors count, as dicts.
 */
#include "py/ext/engine_private.h"

#include "core/event/event_text.h"

static const char *const stage_status_names[] = {
  [RUSH_STAGE_PENDING] = "PENDING",     [RUSH_STAGE_RUNNING] = "RUNNING",
  [RUSH_STAGE_SUCCEEDED] = "SUCCEEDED", [RUSH_STAGE_FAILED] = "FAILED",
  [RUSH_STAGE_SKIPPED] = "SKIPPED",
};

static PyObject *
list_from_ids (GArray *ids)
{
  PyObject *list = PyList_New (ids->len);
  for (guint i = 0; list != NULL && i < ids->len; i++)
    PyList_SET_ITEM (list, i, PyLong_FromLong (g_array_index (ids, gint, i)));
  g_array_unref (ids);
  return list;
}

/* @job: one that names it, or NULL. */
static PyObject *
dict_from_stage (const RushStageSummary *stage, const RushJobSummary *job)
{
  const RushTaskMetrics *m = &stage->metrics;
  g_autofree char *recomputed = rush_stage_summary_describe_recomputed (stage);
  return Py_BuildValue (
      "{s:z,s:z,s:i,s:i,s:s,s:s,s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:L,s:L,s:L,s:L,s:L,s:L,s:L,s:L,s:L,"
      "s:L,s:L,s:s}",
      "recomputed", recomputed, "because", stage->because, "id", stage->info->stage_id, "attempt",
      stage->info->attempt, "name", stage->info->name, "status", stage_status_names[stage->status],
      "n_attempts", stage->n_attempts, "n_tasks", stage->n_tasks, "n_active", stage->n_active,
      "n_completed", stage->n_completed, "n_failed", stage->n_failed, "n_succeeded",
      stage->n_succeeded, "n_recomputed", stage->n_recomputed, "input_records",
      (long long)m->input_records, "input_bytes", (long long)m->input_bytes, "shuffle_pairs_read",
      (long long)m->shuffle_read_pairs, "shuffle_pairs_written", (long long)m->shuffle_write_pairs,
      "shuffle_bytes_written", (long long)m->shuffle_write_bytes, "disk_bytes_spilled",
      (long long)m->disk_bytes_spilled, "run_us", (long long)m->run_us, "python_us",
      (long long)m->python_run_us, "submission_ms", (long long)stage->submission_ms,
      "kept_blocks_read", (long long)m->kept_blocks_read, "kept_blocks_computed",
      (long long)m->kept_blocks_computed, "place",
      job != NULL ? rush_job_summary_place_of_stage (job, stage) : stage->info->name);
}

/* A str, or None for NULL: the names of files in an error may be any bytes. */
static PyObject *
text_or_none (const char *text)
{
  if (text == NULL)
    Py_RETURN_NONE;
  return PyUnicode_DecodeUTF8 (text, (Py_ssize_t)strlen (text), "replace");
}

static PyObject *
list_from_stage_ids (const RushJobSummary *job)
{
  GArray *ids = g_array_sized_new (FALSE, FALSE, sizeof (gint), job->n_stage_ids);
  g_array_append_vals (ids, job->stage_ids, job->n_stage_ids);
  return list_from_ids (ids);
}

static PyObject *
dict_from_job (const RushJobSummary *job)
{
  PyObject *stages = PyList_New (job->n_stages);
  for (guint i = 0; stages != NULL && i < job->n_stages; i++)
    {
      PyObject *stage = dict_from_stage (&job->stages[i], job);
      if (stage == NULL)
        Py_CLEAR (stages);
      else
        PyList_SET_ITEM (stages, i, stage);
    }
  if (stages == NULL)
    return NULL;
  g_autofree char *reason = job->error != NULL ? rush_format_error (job->error) : NULL;
  return Py_BuildValue (
      "{s:i,s:s,s:z,s:s,s:z,s:z,s:s,s:N,s:N,s:L,s:L,s:N,s:N,s:I,s:I}", "id", job->job_id, "name",
      job->call_site, "place", job->place, "cause", job->cause, "group", job->group, "description",
      job->description, "status", rush_job_status_name (job->status), "error",
      text_or_none (job->error), "reason", text_or_none (reason), "submission_ms",
      (long long)job->submission_ms, "completion_ms", (long long)job->completion_ms, "stages",
      stages, "stage_ids", list_from_stage_ids (job), "n_skipped", job->n_skipped, "n_succeeded",
      job->n_succeeded_tasks);
}

static PyObject *
context_active_job_ids (EngineContext *self, PyObject *unused)
{
  if (!engine_context_ready (self))
    return NULL;
  return list_from_ids (rush_job_stats_active_job_ids (rush_context_job_stats (self->context)));
}

static PyObject *
context_active_stage_ids (EngineContext *self, PyObject *unused)
{
  if (!engine_context_ready (self))
    return NULL;
  return list_from_ids (rush_job_stats_active_stage_ids (rush_context_job_stats (self->context)));
}

static PyObject *
context_job_ids_for_group (EngineContext *self, PyObject *args)
{
  const char *group;
  if (!PyArg_ParseTuple (args, "z", &group) || !engine_context_ready (self))
    return NULL;
  return list_from_ids (
      rush_job_stats_job_ids_for_group (rush_context_job_stats (self->context), group));
}

static PyObject *
context_job_ids (EngineContext *self, PyObject *unused)
{
  if (!engine_context_ready (self))
    return NULL;
  return list_from_ids (rush_job_stats_job_ids (rush_context_job_stats (self->context)));
}

static PyObject *
context_job_info (EngineContext *self, PyObject *args)
{
  int id;
  if (!PyArg_ParseTuple (args, "i", &id) || !engine_context_ready (self))
    return NULL;
  g_autoptr (RushJobSummary) job = rush_job_stats_job (rush_context_job_stats (self->context), id);
  if (job == NULL)
    Py_RETURN_NONE;
  return dict_from_job (job);
}

static PyObject *
context_stage_info (EngineContext *self, PyObject *args)
{
  int id;
  if (!PyArg_ParseTuple (args, "i", &id) || !engine_context_ready (self))
    return NULL;
  g_autoptr (RushStageSummary) stage =
      rush_job_stats_stage (rush_context_job_stats (self->context), id);
  if (stage == NULL)
    Py_RETURN_NONE;
  return dict_from_stage (stage, NULL);
}

static PyObject *
context_executors (EngineContext *self, PyObject *unused)
{
  if (!engine_context_ready (self))
    return NULL;
  g_autoptr (GArray) statuses = rush_executor_set_statuses (rush_context_executors (self->context));
  PyObject *list = PyList_New (statuses->len);
  for (guint i = 0; list != NULL && i < statuses->len; i++)
    {
      const RushExecutorStatus *executor = &g_array_index (statuses, RushExecutorStatus, i);
      PyObject *item = Py_BuildValue ("{s:s,s:s,s:I,s:L,s:L}", "id", executor->executor_id, "host",
                                      executor->host, "n_running", executor->n_running_tasks,
                                      "storage_used", (long long)executor->storage_used,
                                      "storage_pool", (long long)executor->storage_pool);
      if (item == NULL)
        Py_CLEAR (list);
      else
        PyList_SET_ITEM (list, i, item);
    }
  return list;
}

PyMethodDef engine_status_methods[] = {
  { "job_ids", (PyCFunction)context_job_ids, METH_NOARGS, "All jobs that are remembered." },
  { "active_job_ids", (PyCFunction)context_active_job_ids, METH_NOARGS, "Jobs that run." },
  { "active_stage_ids", (PyCFunction)context_active_stage_ids, METH_NOARGS, "Stages that run." },
  { "job_ids_for_group", (PyCFunction)context_job_ids_for_group, METH_VARARGS,
    "job_ids_for_group (group or None)" },
  { "job_info", (PyCFunction)context_job_info, METH_VARARGS, "job_info (id) -> dict or None" },
  { "stage_info", (PyCFunction)context_stage_info, METH_VARARGS,
    "stage_info (id) -> dict or None" },
  { "executors", (PyCFunction)context_executors, METH_NOARGS,
    "What the executors that are alive do at this moment: a dict each." },
  { NULL }
};
