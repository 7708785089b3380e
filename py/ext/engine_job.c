/* engine_job.c - Job: a job that runs while Python goes on, and what it has found so far.
 *
 *   job = context.submit_job (rdd, cause, properties, call)
 *   job.wait (seconds)    True: it has ended
 *   job.results ()        a list of bytes for each partition, None for one that is not there yet
 *
 * For approximate actions, which answer when their time is up with the partitions that are ready;
 * the job itself goes on, as in Spark.
 *
 * A waiter can only be freed when its job has ended.  So a handle that goes before gives its waiter
 * to a thread that waits for the end; stopping the context ends every job, and so that thread.
 * Mirrors: org.apache.spark.partial.ApproximateActionListener.
 */
#include "core/base/thread.h"
#include "py/ext/engine_private.h"

#include <poll.h>
#include <unistd.h>

#define LOOK_MS 200 /* how often signals are looked for */

typedef struct
{
  PyObject_HEAD RushContext *context; /* (owned) */
  RushJobWaiter *waiter;              /* (owned) */
  guint n_partitions;
  pid_t process; /* that made it */
} EngineJob;

/* ── making ── */

PyObject *
engine_submit_job (EngineContext *self, PyObject *args)
{
  EngineRdd *rdd;
  PyObject *property_dict;
  const char *cause;
  EngineCall call;
  if (!PyArg_ParseTuple (args, "O!sO!O&", &EngineRdd_Type, &rdd, &cause, &PyDict_Type,
                         &property_dict, engine_call_converter, &call) ||
      !engine_context_ready (self))
    return NULL;
  g_autoptr (GHashTable) properties = engine_properties_from_dict (property_dict);
  if (properties == NULL)
    return NULL;
  EngineJob *job = PyObject_New (EngineJob, &EngineJob_Type);
  if (job == NULL)
    return NULL;
  job->context = rush_context_ref (self->context);
  job->process = getpid ();

  RushJobOptions options = { .short_form = call.short_form,
                             .long_form = call.long_form,
                             .cause = cause,
                             .properties = properties };
  GError *error = NULL;
  Py_BEGIN_ALLOW_THREADS job->waiter = rush_context_submit_job (
      self->context, rdd->rdd, NULL, 0, rush_collect_batches, NULL, NULL, &options, NULL, &error);
  if (job->waiter != NULL)
    rush_rdd_n_partitions (rdd->rdd, &job->n_partitions, NULL); /* counted by now */
  Py_END_ALLOW_THREADS if (job->waiter == NULL)
  {
    Py_DECREF (job);
    return engine_raise (error);
  }
  if (!engine_trace ("Context.submit_job", rdd->rdd->id, cause, 0))
    Py_CLEAR (job);
  return (PyObject *)job;
}

/* ── waiting ── */

static PyObject *
job_wait (EngineJob *self, PyObject *seconds)
{
  double most = PyFloat_AsDouble (seconds);
  if (PyErr_Occurred () != NULL)
    return NULL;
  gint64 until_us = g_get_monotonic_time () + (gint64)(most * G_USEC_PER_SEC);
  gint64 left_ms;
  rush_job_waiter_enter (self->waiter);
  while (!rush_job_waiter_is_done (self->waiter) &&
         (left_ms = (until_us - g_get_monotonic_time ()) / 1000) > 0)
    {
      struct pollfd ended = { rush_job_waiter_fd (self->waiter), POLLIN, 0 };
      Py_BEGIN_ALLOW_THREADS poll (&ended, 1, (int)MIN (left_ms, LOOK_MS));
      Py_END_ALLOW_THREADS if (PyErr_CheckSignals () < 0) break;
    }
  rush_job_waiter_leave (self->waiter);
  if (PyErr_Occurred () != NULL)
    return NULL;
  return PyBool_FromLong (rush_job_waiter_is_done (self->waiter));
}

static PyObject *
job_results (EngineJob *self, PyObject *unused)
{
  GError *error = NULL;
  if (rush_job_waiter_is_done (self->waiter) && !rush_job_waiter_wait (self->waiter, &error))
    return engine_raise (error);
  PyObject *results = PyList_New (self->n_partitions);
  Py_ssize_t bytes = 0;
  for (guint i = 0; results != NULL && i < self->n_partitions; i++)
    {
      GPtrArray *batches = rush_job_waiter_peek (self->waiter, i);
      PyObject *one =
          batches != NULL ? engine_records_from_batches (batches, &bytes) : Py_NewRef (Py_None);
      if (one == NULL)
        Py_CLEAR (results);
      else
        PyList_SET_ITEM (results, i, one);
    }
  return results;
}

/* ── the end ── */

static void *
free_at_the_end (void *waiter)
{
  rush_job_waiter_wait (waiter, NULL);
  rush_job_waiter_free (waiter);
  return NULL;
}

/* @waiter is leaked if the system has no thread left: its job may still write to it. */
static void
let_go (RushJobWaiter *waiter)
{
  pthread_t thread;
  if (rush_job_waiter_is_done (waiter))
    rush_job_waiter_free (waiter);
  else if (rush_thread_start (&thread, "job-end", free_at_the_end, waiter, NULL))
    pthread_detach (thread);
}

static void
job_dealloc (EngineJob *self)
{
  if (self->process == getpid ())
    {
      if (self->waiter != NULL)
        let_go (self->waiter);
      rush_context_unref (self->context);
    }
  PyObject_Free (self);
}

static PyMethodDef job_methods[] = {
  { "wait", (PyCFunction)job_wait, METH_O,
    "wait (seconds) -> whether the job has ended, waiting for it that long." },
  { "results", (PyCFunction)job_results, METH_NOARGS,
    "A list of bytes for each partition, None for those not there yet; raises if the job failed." },
  { NULL }
};

PyTypeObject EngineJob_Type = {
  PyVarObject_HEAD_INIT (NULL, 0).tp_name = "rushlight._engine.Job",
  .tp_basicsize = sizeof (EngineJob),
  .tp_flags = Py_TPFLAGS_DEFAULT,
  .tp_doc = "A job that runs while Python goes on.",
  .tp_dealloc = (destructor)job_dealloc,
  .tp_methods = job_methods,
};
