/* worker_module.c - rushlight._worker: the chain loop of a Python worker, and portable_hash.
 *
 *   worker = _worker.Worker (fd, describe, dumps_by_value, stop_iteration, before_answer,
 *                           explain, begin_task, chain_of_calls, end_task, max_message)
 *   while worker.run_task (): pass
 *
 * rushlight/worker.py has the rest of a worker: processes, signals, the text of a traceback.
 */
#include "py/ext/worker_arenas.h"
#include "py/ext/worker_task_private.h"

#include <signal.h>
#include <sys/prctl.h>
#include <unistd.h>

/* ── Worker ── */

typedef struct
{
  PyObject_HEAD WorkerTaskLoop loop;
  gboolean running;
} Worker;

static int
worker_init (PyObject *object, PyObject *args, PyObject *unused)
{
  Worker *self = (Worker *)object;
  PyObject *hooks[8];
  unsigned max_message;
  int fd;

  if (!PyArg_ParseTuple (args, "iOOOOOOOOI:Worker", &fd, &hooks[0], &hooks[1], &hooks[2], &hooks[3],
                         &hooks[4], &hooks[5], &hooks[6], &hooks[7], &max_message))
    return -1;
  PyObject **const slots[8] = { &worker_hooks.describe,       &worker_hooks.dumps_by_value,
                                &worker_hooks.stop_iteration, &worker_hooks.before_answer,
                                &worker_hooks.explain,        &worker_hooks.begin_task,
                                &worker_hooks.chain_of_calls, &worker_hooks.end_task };
  for (guint i = 0; i < G_N_ELEMENTS (slots); i++)
    {
      Py_INCREF (hooks[i]);
      Py_XSETREF (*slots[i], hooks[i]);
    }
  worker_channel_clear (&self->loop.channel);
  worker_channel_init (&self->loop.channel, fd, MIN (max_message, RUSH_PY_MAX_MESSAGE));
  worker_arenas_install ();
  return 0;
}

static void
worker_dealloc (PyObject *object)
{
  worker_channel_clear (&((Worker *)object)->loop.channel);
  PyObject_Free (object);
}

static PyObject *
worker_run_task_method (PyObject *object, PyObject *unused)
{
  Worker *self = (Worker *)object;
  gboolean closed;

  if (self->running || self->loop.channel.bytes == NULL)
    {
      PyErr_SetString (PyExc_RuntimeError, "a worker runs one task at a time");
      return NULL;
    }
  self->running = TRUE;
  gboolean ok = worker_run_task (&self->loop, &closed);
  self->running = FALSE;
  if (!ok && !closed)
    return NULL;
  return PyBool_FromLong (ok);
}

static PyMethodDef worker_methods[] = {
  { "run_task", worker_run_task_method, METH_NOARGS,
    "Waits for a task, runs it and answers; False when the runner has closed its end." },
  { NULL }
};

static PyTypeObject Worker_Type = {
  PyVarObject_HEAD_INIT (NULL, 0).tp_name = "rushlight._worker.Worker",
  .tp_doc = "Runs tasks that come over a socket.",
  .tp_basicsize = sizeof (Worker),
  .tp_flags = Py_TPFLAGS_DEFAULT,
  .tp_new = PyType_GenericNew,
  .tp_init = worker_init,
  .tp_dealloc = worker_dealloc,
  .tp_methods = worker_methods,
};

/* ── functions ── */

static PyObject *
portable_hash (PyObject *module, PyObject *key)
{
  gint64 hash;
  return worker_portable_hash (key, &hash) ? PyLong_FromLongLong (hash) : NULL;
}

static PyObject *
load_run (PyObject *module, PyObject *run)
{
  Py_buffer bytes;

  if (PyObject_GetBuffer (run, &bytes, PyBUF_SIMPLE) < 0)
    return NULL;
  PyObject *list = worker_read_run (NULL, bytes.buf, (gsize)bytes.len);
  PyBuffer_Release (&bytes);
  return list;
}

static PyObject *
current_task (PyObject *module, PyObject *unused)
{
  PyObject *task = worker_current_task != NULL ? worker_current_task : Py_None;
  Py_INCREF (task);
  return task;
}

/* The kernel's promise holds from now on; a parent that is gone already is seen by getppid (). */
static PyObject *
die_with_parent (PyObject *module, PyObject *args)
{
  int parent;

  if (!PyArg_ParseTuple (args, "i:die_with_parent", &parent))
    return NULL;
  if (prctl (PR_SET_PDEATHSIG, SIGKILL) != 0)
    return PyErr_SetFromErrno (PyExc_OSError);
  if (getppid () != parent)
    kill (getpid (), SIGKILL);
  Py_RETURN_NONE;
}

static PyMethodDef module_methods[] = {
  { "portable_hash", portable_hash, METH_O,
    "The hash by which PySpark places a key: the same in every process." },
  { "load_run", load_run, METH_O,
    "The elements of a run, which is a pickle, or plain data of a shuffle." },
  { "current_task", current_task, METH_NOARGS,
    "The running task's description, JSON as bytes; None between tasks." },
  { "barrier_sync", worker_barrier_sync, METH_VARARGS,
    "barrier_sync (method, message) -> [str …]: waits at the barrier of the running task." },
  { "die_with_parent", die_with_parent, METH_VARARGS,
    "die_with_parent (pid): this process is killed when its parent, of that id, ends." },
  { NULL }
};

static struct PyModuleDef module_def = {
  PyModuleDef_HEAD_INIT,
  .m_name = "rushlight._worker",
  .m_doc = "What a Python worker does with a task, in C.",
  .m_size = -1,
  .m_methods = module_methods,
};

static gboolean
import_pickle (void)
{
  PyObject *pickle = PyImport_ImportModule ("_pickle");
  if (pickle == NULL)
    return FALSE;
  worker_hooks.loads = PyObject_GetAttrString (pickle, "loads");
  worker_hooks.dumps = PyObject_GetAttrString (pickle, "dumps");
  Py_DECREF (pickle);
  return worker_hooks.loads != NULL && worker_hooks.dumps != NULL;
}

PyMODINIT_FUNC PyInit__worker (void);

PyMODINIT_FUNC
PyInit__worker (void)
{
  if (PyType_Ready (&Worker_Type) < 0 || PyType_Ready (&PartitionIterator_Type) < 0 ||
      PyType_Ready (&SortKey_Type) < 0 || !import_pickle ())
    return NULL;
  PyObject *module = PyModule_Create (&module_def);
  if (module == NULL)
    return NULL;
  Py_INCREF (&Worker_Type);
  if (PyModule_AddIntConstant (module, "MAX_MESSAGE", RUSH_PY_MAX_MESSAGE) < 0 ||
      PyModule_AddObject (module, "Worker", (PyObject *)&Worker_Type) < 0)
    {
      Py_DECREF (&Worker_Type);
      Py_DECREF (module);
      return NULL;
    }
  return module;
}
