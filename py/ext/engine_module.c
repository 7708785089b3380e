/* engine_module.c - rushlight._engine: the module, and the trace of what crosses into the engine.
 */
#include "py/ext/graph/graph_private.h"
#include "py/ext/ml/ml_private.h"
#include "py/ext/sim/sim_private.h"

static PyObject *trace_hook; /* (owned) or NULL */

PyObject *
engine_set_trace (PyObject *module, PyObject *callable)
{
  Py_XSETREF (trace_hook, callable == Py_None ? NULL : Py_NewRef (callable));
  Py_RETURN_NONE;
}

gboolean
engine_trace (const char *name, long handle, const char *arguments, Py_ssize_t bytes)
{
  if (trace_hook == NULL)
    return TRUE;
  PyObject *hook = Py_NewRef (trace_hook); /* while it runs, another thread may set another one */
  PyObject *result = PyObject_CallFunction (hook, "slsn", name, handle, arguments, bytes);
  Py_DECREF (hook);
  Py_XDECREF (result);
  return result != NULL;
}

static PyObject *
redact (PyObject *module, PyObject *args)
{
  const char *key, *value;
  if (!PyArg_ParseTuple (args, "ss", &key, &value))
    return NULL;
  return PyUnicode_FromString (rush_conf_redact (key, value));
}

static PyObject *
conf_default (PyObject *module, PyObject *args)
{
  const char *key;
  if (!PyArg_ParseTuple (args, "s", &key))
    return NULL;
  g_autoptr (RushConf) conf = rush_conf_new ();
  g_autofree char *value = rush_conf_get_string (conf, key);
  return Py_BuildValue ("z", value);
}

static PyMethodDef module_methods[] = {
  { "set_error_factory", engine_set_error_factory, METH_O,
    "factory (code, message) -> exception, for errors of the engine." },
  { "sql_error_class", engine_sql_error_class, METH_O,
    "sql_error_class (name) -> (code, state or None, template), or None" },
  { "set_trace", engine_set_trace, METH_O,
    "hook (name, handle, arguments, bytes), called for each call into the engine; None: off." },
  { "set_progress", engine_set_progress, METH_O,
    "hook (ended), called a few times a second by who waits for a job, and at its end; None: "
    "off." },
  { "redact", redact, METH_VARARGS,
    "redact (key, value) -> the value of a setting as it may be shown." },
  { "conf_default", conf_default, METH_VARARGS,
    "conf_default (key) -> the value of a setting that nobody has set, or None." },
  { NULL }
};

static struct PyModuleDef module_def = {
  PyModuleDef_HEAD_INIT,
  .m_name = "rushlight._engine",
  .m_doc = "Rushlight's engine, as the Python package sees it.",
  .m_size = -1,
  .m_methods = module_methods,
};

PyMODINIT_FUNC PyInit__engine (void);

/* Context's methods stand in one table a file; a type takes one table. */
static PyMethodDef *
join_method_tables (void)
{
  PyMethodDef *const tables[] = { engine_context_methods,  engine_sources_methods,
                                  engine_outputs_methods,  engine_python_methods,
                                  engine_layout_methods,   engine_sharing_methods,
                                  engine_jobs_methods,     engine_status_methods,
                                  engine_pictures_methods, engine_executions_methods,
                                  engine_storage_methods,  engine_plugins_methods };
  GArray *all = g_array_new (TRUE, TRUE, sizeof (PyMethodDef));
  for (guint t = 0; t < G_N_ELEMENTS (tables); t++)
    for (const PyMethodDef *m = tables[t]; m->ml_name != NULL; m++)
      g_array_append_vals (all, m, 1);
  return (PyMethodDef *)(gpointer)g_array_free (all, FALSE); /* lives as long as the type */
}

PyMODINIT_FUNC
PyInit__engine (void)
{
  EngineContext_Type.tp_methods = join_method_tables ();
  if (PyType_Ready (&EngineContext_Type) < 0 || PyType_Ready (&EngineJob_Type) < 0 ||
      PyType_Ready (&EngineRdd_Type) < 0 || PyType_Ready (&EngineBroadcast_Type) < 0)
    return NULL;
  PyObject *module = PyModule_Create (&module_def);
  if (module == NULL)
    return NULL;
  if (PyModule_AddObjectRef (module, "Context", (PyObject *)&EngineContext_Type) < 0 ||
      PyModule_AddObjectRef (module, "Rdd", (PyObject *)&EngineRdd_Type) < 0 ||
      PyModule_AddObjectRef (module, "Broadcast", (PyObject *)&EngineBroadcast_Type) < 0 ||
      PyModule_AddFunctions (module, engine_plugins_functions) < 0 ||
      engine_sql_add_to_module (module) < 0 || engine_ml_add_to_module (module) < 0 ||
      engine_graph_add_to_module (module) < 0 || engine_sim_add_to_module (module) < 0)
    {
      Py_DECREF (module);
      return NULL;
    }
  return module;
}
