/* engine_error.c - a GError becomes a Python exception of the package's own classes.
 *
 * Which class that is, rushlight.errors decides: it hands in a factory (code, message) →
 * exception.  Without one (the module used alone) it is a RuntimeError.
 */
#include "py/ext/engine_private.h"
#include "sql/types/sql_error.h"

#include <unistd.h>

static PyObject *error_factory; /* (owned) or NULL */

static const char *const code_names[] = {
  [RUSH_CORE_ERROR_INVALID_ARGUMENT] = "INVALID_ARGUMENT",
  [RUSH_CORE_ERROR_OUT_OF_MEMORY] = "OUT_OF_MEMORY",
  [RUSH_CORE_ERROR_IO] = "IO",
  [RUSH_CORE_ERROR_NOT_FOUND] = "NOT_FOUND",
  [RUSH_CORE_ERROR_EXISTS] = "EXISTS",
  [RUSH_CORE_ERROR_CORRUPT] = "CORRUPT",
  [RUSH_CORE_ERROR_CANCELLED] = "CANCELLED",
  [RUSH_CORE_ERROR_UNSUPPORTED] = "UNSUPPORTED",
  [RUSH_CORE_ERROR_JOB_ABORTED] = "JOB_ABORTED",
  [RUSH_CORE_ERROR_STOPPED] = "STOPPED",
  [RUSH_CORE_ERROR_PYTHON] = "PYTHON",
  [RUSH_CORE_ERROR_WORKER_LOST] = "WORKER_LOST",
  [RUSH_CORE_ERROR_FETCH_FAILED] = "FETCH_FAILED",
  [RUSH_CORE_ERROR_COMMIT_DENIED] = "COMMIT_DENIED",
};

static const char *const sql_code_names[] = {
  [RUSH_SQL_ERROR_ANALYSIS] = "SQL_ANALYSIS",
  [RUSH_SQL_ERROR_PARSE] = "SQL_PARSE",
  [RUSH_SQL_ERROR_ILLEGAL_ARGUMENT] = "SQL_ILLEGAL_ARGUMENT",
  [RUSH_SQL_ERROR_NUMBER_FORMAT] = "SQL_NUMBER_FORMAT",
  [RUSH_SQL_ERROR_ARITHMETIC] = "SQL_ARITHMETIC",
  [RUSH_SQL_ERROR_UNSUPPORTED] = "SQL_UNSUPPORTED",
  [RUSH_SQL_ERROR_ARRAY_INDEX] = "SQL_ARRAY_INDEX",
  [RUSH_SQL_ERROR_DATETIME] = "SQL_DATETIME",
  [RUSH_SQL_ERROR_RUNTIME] = "SQL_RUNTIME",
  [RUSH_SQL_ERROR_UPGRADE] = "SQL_UPGRADE",
  [RUSH_SQL_ERROR_NO_SUCH_ELEMENT] = "SQL_NO_SUCH_ELEMENT",
  [RUSH_SQL_ERROR_SPARK] = "SQL_SPARK",
};

static const char *
code_name (const GError *error)
{
  if (error->domain == RUSH_SQL_ERROR && (gsize)error->code < G_N_ELEMENTS (sql_code_names))
    return sql_code_names[error->code];
  if (error->domain != RUSH_CORE_ERROR || (gsize)error->code >= G_N_ELEMENTS (code_names))
    return "JOB_ABORTED";
  return code_names[error->code];
}

PyObject *
engine_raise (GError *error)
{
  g_assert (error != NULL);
  if (PyErr_Occurred () != NULL)
    {
      /* A signal handler raised (Ctrl-C): that is what the user wants to see. */
      g_error_free (error);
      return NULL;
    }
  PyObject *message =
      PyUnicode_DecodeUTF8 (error->message, (Py_ssize_t)strlen (error->message), "replace");
  const char *code = code_name (error);
  const char *place = rush_sql_error_get_place (error);
  if (message == NULL)
    {
      g_error_free (error);
      return NULL;
    }
  if (error_factory == NULL)
    PyErr_SetObject (PyExc_RuntimeError, message);
  else
    {
      PyObject *exception = PyObject_CallFunction (error_factory, "sOz", code, message, place);
      if (exception != NULL)
        PyErr_SetObject ((PyObject *)Py_TYPE (exception), exception);
      Py_XDECREF (exception);
    }
  Py_DECREF (message);
  g_error_free (error);
  return NULL;
}

/* sql_error_class (name) -> (code, state or None, template), or None: the engine has no such
 * class */
PyObject *
engine_sql_error_class (PyObject *module, PyObject *name)
{
  RushSqlErrorClass found;
  const char *text = PyUnicode_AsUTF8 (name);
  if (text == NULL)
    return NULL;
  if (!rush_sql_error_class_find (text, &found))
    Py_RETURN_NONE;
  return Py_BuildValue ("szs", sql_code_names[rush_sql_error_class_kind (found)],
                        rush_sql_error_class_state (found), rush_sql_error_class_template (found));
}

PyObject *
engine_set_error_factory (PyObject *module, PyObject *factory)
{
  Py_INCREF (factory);
  Py_XSETREF (error_factory, factory);
  Py_RETURN_NONE;
}

gboolean
engine_context_ready (EngineContext *self)
{
  if (self->context == NULL)
    {
      PyErr_SetString (PyExc_RuntimeError, "the engine context was not initialized");
      return FALSE;
    }
  if (self->process != getpid ())
    {
      PyErr_Format (PyExc_RuntimeError,
                    "this SparkContext belongs to process %d, of which this one (%d) is a fork: "
                    "use it there alone",
                    (int)self->process, (int)getpid ());
      return FALSE;
    }
  return TRUE;
}
