/* floor_ext.c - the least that a word count with three Python functions can cost.
 *
 * No engine: a loop over the lines of a text that calls split (line), pair (word) and add (a, b)
 * and keeps a dict.  What a worker adds on top of this (sockets, batches, stages, pickling) is
 * Rushlight's own cost; bench/worker_chain.py prints the ratio.
 */
#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include <string.h>

static PyObject *
call_one (PyObject *function, PyObject *x)
{
  PyObject *args[2] = { NULL, x };
  return PyObject_Vectorcall (function, args + 1, 1 | PY_VECTORCALL_ARGUMENTS_OFFSET, NULL);
}

/* dict[key] = add (dict[key], n), or n for a new key.  Consumes @tuple, (key, n). */
static int
count (PyObject *dict, PyObject *tuple, PyObject *add)
{
  PyObject *key = PyTuple_GET_ITEM (tuple, 0), *n = PyTuple_GET_ITEM (tuple, 1);
  PyObject *old = PyDict_GetItemWithError (dict, key);
  int failed;

  if (old == NULL)
    failed = PyErr_Occurred () != NULL || PyDict_SetItem (dict, key, n) < 0;
  else
    {
      PyObject *args[3] = { NULL, old, n };
      PyObject *sum = PyObject_Vectorcall (add, args + 1, 2 | PY_VECTORCALL_ARGUMENTS_OFFSET, NULL);
      failed = sum == NULL || PyDict_SetItem (dict, key, sum) < 0;
      Py_XDECREF (sum);
    }
  Py_DECREF (tuple);
  return failed ? -1 : 0;
}

static int
count_line (PyObject *dict, const char *text, Py_ssize_t length, PyObject *const *functions)
{
  PyObject *line = PyUnicode_DecodeUTF8 (text, length, "replace");
  PyObject *words = line != NULL ? call_one (functions[0], line) : NULL;
  int status = words != NULL ? 0 : -1;

  for (Py_ssize_t i = 0; status == 0 && i < PyList_GET_SIZE (words); i++)
    {
      PyObject *tuple = call_one (functions[1], PyList_GET_ITEM (words, i));
      status = tuple != NULL ? count (dict, tuple, functions[2]) : -1;
    }
  Py_XDECREF (line);
  Py_XDECREF (words);
  return status;
}

static PyObject *
word_count (PyObject *module, PyObject *args)
{
  PyObject *functions[3], *dict;
  Py_buffer text;
  int status = 0;

  if (!PyArg_ParseTuple (args, "y*OOO", &text, &functions[0], &functions[1], &functions[2]))
    return NULL;
  dict = PyDict_New ();
  const char *at = text.buf, *end = at + text.len;
  while (dict != NULL && status == 0 && at < end)
    {
      const char *newline = memchr (at, '\n', (size_t)(end - at));
      const char *stop = newline != NULL ? newline : end;
      status = count_line (dict, at, stop - at, functions);
      at = stop + 1;
    }
  PyBuffer_Release (&text);
  if (status != 0)
    Py_CLEAR (dict);
  return dict;
}

static PyMethodDef methods[] = { { "word_count", word_count, METH_VARARGS,
                                   "word_count (text, split, pair, add) -> dict" },
                                 { NULL } };

static struct PyModuleDef module_def = {
  PyModuleDef_HEAD_INIT,
  .m_name = "floor_ext",
  .m_methods = methods,
};

PyMODINIT_FUNC PyInit_floor_ext (void);

PyMODINIT_FUNC
PyInit_floor_ext (void)
{
  return PyModule_Create (&module_def);
}
