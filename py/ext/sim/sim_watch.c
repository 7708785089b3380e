/* sim_watch.c - Watch: every invariant of an application of Python's, looked at as it runs.
 *
 *   _engine.Watch (context)   from now on; best before the first job
 *     .finish ()              the application has been stopped: whatever began must have ended
 *     .violations ()          -> list of sentences
 *
 * GIL: the watch works on engine threads and touches no Python object.
 */
#include "py/ext/sim/sim_private.h"

#include "core/executor/executor.h"
#include "sim/chaos/invariant_watch.h"

typedef struct
{
  PyObject_HEAD RushContext *context; /* (owned) */
  RushInvariantWatch *watch;          /* the context's bus' */
  GPtrArray *violations;              /* (owned) */
  gboolean finished;
} EngineWatch;

/* ---- what it asks ---- */

static gboolean
memory_of (gpointer data, const char *executor_id, RushMemoryStats *out)
{
  RushLocalExecutor *executor = rush_executor_set_find (data, executor_id);

  if (executor == NULL || !rush_local_executor_is_alive (executor))
    return FALSE;
  rush_memory_manager_stats (executor->env.memory, out);
  return TRUE;
}

static void
know_executors (RushInvariantWatch *watch, RushExecutorSet *executors)
{
  g_autoptr (GPtrArray) all = rush_executor_set_all (executors);

  for (guint i = 0; i < all->len; i++)
    {
      RushLocalExecutor *executor = g_ptr_array_index (all, i);

      if (rush_local_executor_is_alive (executor))
        rush_invariant_watch_know_executor (watch, executor->env.executor_id, executor->env.host,
                                            executor->cores);
    }
}

/* ---- life ---- */

static void
begin (EngineWatch *self, RushContext *context)
{
  const RushConf *conf = rush_context_conf (context);
  RushExecutorSet *executors = rush_context_executors (context);
  const RushInvariantRules rules = {
    .max_task_failures = (guint)rush_conf_get_int (conf, "spark.task.maxFailures"),
    .max_stage_attempts = (guint)rush_conf_get_int (conf, "spark.stage.maxConsecutiveAttempts"),
    .cores_per_task = (guint)rush_conf_get_int (conf, "spark.task.cpus"),
    .outputs_outlive = rush_conf_get_bool (conf, "spark.shuffle.service.enabled"),
    .tracker = rush_context_tracker (context),
    .memory = memory_of,
    .memory_data = executors
  };

  self->context = rush_context_ref (context);
  self->violations = g_ptr_array_new_with_free_func (g_free);
  self->watch = rush_invariant_watch_new (&rules, self->violations);
  rush_event_bus_add_inline (rush_context_bus (context),
                             rush_invariant_watch_listener (self->watch));
  know_executors (self->watch, executors);
  rush_context_observe (context, rush_invariant_watch_observer (self->watch));
}

static PyObject *
watch_new (PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
  EngineContext *context;
  EngineWatch *self;

  if (!PyArg_ParseTuple (args, "O!", &EngineContext_Type, &context) ||
      !engine_context_ready (context))
    return NULL;
  self = (EngineWatch *)type->tp_alloc (type, 0);
  if (self != NULL)
    begin (self, context->context);
  return (PyObject *)self;
}

static void
watch_dealloc (PyObject *object)
{
  EngineWatch *self = (EngineWatch *)object;

  if (self->context != NULL)
    {
      Py_BEGIN_ALLOW_THREADS rush_context_unref (self->context);
      Py_END_ALLOW_THREADS g_ptr_array_unref (self->violations);
    }
  Py_TYPE (object)->tp_free (object);
}

static PyObject *
watch_finish (PyObject *object, PyObject *unused)
{
  EngineWatch *self = (EngineWatch *)object;

  if (!rush_context_is_stopped (self->context))
    {
      PyErr_SetString (PyExc_ValueError, "the application still runs");
      return NULL;
    }
  if (!self->finished)
    {
      rush_invariant_watch_finish (self->watch);
      rush_invariant_watch_forget_world (self->watch);
    }
  self->finished = TRUE;
  Py_RETURN_NONE;
}

/* Once the application has been stopped, as nobody adds to them any more. */
static PyObject *
watch_violations (PyObject *object, PyObject *unused)
{
  EngineWatch *self = (EngineWatch *)object;

  if (!self->finished)
    {
      PyErr_SetString (PyExc_ValueError, "finish () comes first");
      return NULL;
    }
  return engine_sim_sentences (self->violations);
}

static PyMethodDef watch_methods[] = {
  { "finish", watch_finish, METH_NOARGS, NULL },
  { "violations", watch_violations, METH_NOARGS, NULL },
  { NULL, NULL, 0, NULL },
};

PyTypeObject EngineWatch_Type = {
  PyVarObject_HEAD_INIT (NULL, 0).tp_name = "rushlight._engine.Watch",
  .tp_basicsize = sizeof (EngineWatch),
  .tp_flags = Py_TPFLAGS_DEFAULT,
  .tp_new = watch_new,
  .tp_dealloc = watch_dealloc,
  .tp_methods = watch_methods,
};
