/* worker_support.c - pickling, exceptions and pairs, as the stages want them. */
#include "py/ext/worker_private.h"

WorkerHooks worker_hooks;

/* ── exceptions ── */

gboolean
worker_raise (GError *error)
{
  PyErr_SetString (g_error_matches (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_OUT_OF_MEMORY)
                       ? PyExc_MemoryError
                       : PyExc_RuntimeError,
                   error->message);
  g_error_free (error);
  return FALSE;
}

PyObject *
worker_take_exception (void)
{
  PyObject *type, *value, *frames;

  PyErr_Fetch (&type, &value, &frames);
  PyErr_NormalizeException (&type, &value, &frames);
  if (frames != NULL)
    PyException_SetTraceback (value, frames);
  Py_XDECREF (type);
  Py_XDECREF (frames);
  return value;
}

PyObject *
worker_call_failed (void)
{
  if (!PyErr_ExceptionMatches (PyExc_StopIteration))
    return NULL;
  PyObject *stop = worker_take_exception ();
  PyObject *instead = PyObject_CallFunctionObjArgs (worker_hooks.stop_iteration, stop, NULL);
  if (instead != NULL)
    {
      PyException_SetContext (instead, stop); /* consumes it */
      PyErr_SetObject ((PyObject *)Py_TYPE (instead), instead);
      Py_DECREF (instead);
    }
  else
    Py_DECREF (stop);
  return NULL;
}

void
worker_explain (PyObject *place, const char *fault, PyObject *thing)
{
  if (place == NULL)
    return;
  PyObject *exception = worker_take_exception ();
  PyObject *none = PyObject_CallFunction (worker_hooks.explain, thing != NULL ? "OOsO" : "OOs",
                                          exception, place, fault, thing);
  Py_XDECREF (none);
  PyErr_Clear (); /* what cannot be explained is still told */
  PyErr_SetObject ((PyObject *)Py_TYPE (exception), exception);
  Py_DECREF (exception);
}

void
worker_explain_call (PyObject *place, PyObject *function, PyObject *x)
{
  gboolean callable = PyCallable_Check (function);
  worker_explain (place, callable ? "call" : "function", callable ? x : function);
}

/* ── pickling ── */

PyObject *
worker_loads (const void *bytes, gsize length)
{
  PyObject *view = PyMemoryView_FromMemory ((char *)bytes, (Py_ssize_t)length, PyBUF_READ);
  if (view == NULL)
    return NULL;
  PyObject *object = PyObject_CallFunctionObjArgs (worker_hooks.loads, view, NULL);
  Py_DECREF (view);
  return object;
}

static PyObject *
dumps (PyObject *list)
{
  static PyObject *protocol; /* 5: PySpark's on every Python that both run on */

  if (protocol == NULL && (protocol = PyLong_FromLong (5)) == NULL)
    return NULL;
  return PyObject_CallFunctionObjArgs (worker_hooks.dumps, list, protocol, NULL);
}

/* pickle takes what is importable by name, which is nearly everything that a task gives.  What the
 * user's script defines (a class, a lambda) is pickled by value, as cloudpickle does, slowly. */
static PyObject *
dumps_any (PyObject *list, gboolean *inout_by_value)
{
  PyObject *run;

  if (!*inout_by_value)
    {
      run = dumps (list);
      if (run != NULL || !PyErr_ExceptionMatches (PyExc_Exception) ||
          PyErr_ExceptionMatches (PyExc_MemoryError))
        return run;
      PyErr_Clear ();
      *inout_by_value = TRUE;
    }
  run = PyObject_CallFunctionObjArgs (worker_hooks.dumps_by_value, list, NULL);
  if (run != NULL && !PyBytes_CheckExact (run))
    {
      PyErr_SetString (PyExc_TypeError, "dumps_by_value must return bytes");
      Py_CLEAR (run);
    }
  return run;
}

/* ── serializers of the user's ── */

PyObject *
worker_read_run (PyObject *read, const void *bytes, gsize length)
{
  if (read == NULL)
    return worker_plain_is (bytes, length) ? worker_plain_read (bytes, length)
                                           : worker_loads (bytes, length);
  PyObject *copy = PyBytes_FromStringAndSize (bytes, (Py_ssize_t)length);
  PyObject *run = copy != NULL ? worker_call (read, copy) : NULL;
  Py_XDECREF (copy);
  if (run == NULL || PyList_CheckExact (run))
    return run;
  PyObject *list = PySequence_List (run);
  Py_DECREF (run);
  return list;
}

static PyObject *
write_run (PyObject *write, PyObject *list, gboolean *inout_by_value)
{
  if (write == NULL)
    return dumps_any (list, inout_by_value);
  PyObject *run = worker_call (write, list);
  if (run == NULL || PyBytes_CheckExact (run))
    return run;
  PyObject *bytes = PyBytes_FromObject (run);
  Py_DECREF (run);
  return bytes;
}

/* ── runs ── */

void
worker_run_writer_init (WorkerRunWriter *self, PyObject *write, gboolean plain)
{
  *self = (WorkerRunWriter){ .write = write };
  self->plain = plain && write == NULL ? worker_plain_new () : NULL;
}

void
worker_run_writer_clear (WorkerRunWriter *self)
{
  g_clear_pointer (&self->plain, worker_plain_free);
  Py_CLEAR (self->pickled);
}

gboolean
worker_run_writer_write (WorkerRunWriter *self, PyObject *list)
{
  Py_CLEAR (self->pickled);
  if (self->plain != NULL)
    {
      if (worker_plain_write (self->plain, list, &self->bytes, &self->length))
        return TRUE;
      g_clear_pointer (&self->plain, worker_plain_free); /* what follows will be like this */
    }
  self->pickled = write_run (self->write, list, &self->by_value);
  if (self->pickled == NULL)
    return FALSE;
  self->bytes = PyBytes_AS_STRING (self->pickled);
  self->length = (gsize)PyBytes_GET_SIZE (self->pickled);
  return TRUE;
}

/* ── pairs ── */

/* for k, v in …: what Python says when an element is not two things. */
static PyObject *
unpack_two (PyObject *iterator)
{
  PyObject *parts[3] = { NULL, NULL, NULL };
  guint n = 0;

  while (n < 3 && (parts[n] = PyIter_Next (iterator)) != NULL)
    n++;
  if (n == 2 && !PyErr_Occurred ())
    return worker_tuple_two (parts[0], parts[1]);
  if (n == 3)
    PyErr_SetString (PyExc_ValueError, "too many values to unpack (expected 2)");
  else if (!PyErr_Occurred ())
    PyErr_Format (PyExc_ValueError, "not enough values to unpack (expected 2, got %u)", n);
  for (guint i = 0; i < 3; i++)
    Py_XDECREF (parts[i]);
  return NULL;
}

PyObject *
worker_pair_from_iterable (PyObject *element, PyObject *place)
{
  PyObject *pair = NULL, *iterator = PyObject_GetIter (element);

  if (iterator != NULL)
    {
      pair = unpack_two (iterator);
      Py_DECREF (iterator);
    }
  else if (PyErr_ExceptionMatches (PyExc_TypeError))
    PyErr_Format (PyExc_TypeError, "cannot unpack non-iterable %.200s object",
                  Py_TYPE (element)->tp_name);
  if (pair == NULL)
    worker_explain (place, "pair", element);
  Py_DECREF (element);
  return pair;
}

PyObject *
worker_item_of_any (PyObject *x, guint i, PyObject *place)
{
  PyObject *number = PyLong_FromUnsignedLong (i);
  PyObject *y = number != NULL ? PyObject_GetItem (x, number) : NULL;

  Py_XDECREF (number);
  if (y == NULL)
    worker_explain (place, "pair", x);
  return y;
}
