/* sql_types.c - data types cross as text: JSON as DataType.json () has it, or DDL; so do names. */
#include "py/ext/sql/sql_private.h"
#include "sql/functions/function.h"
#include "sql/types/type_json.h"

#include <string.h>

/* Takes over @text. */
PyObject *
engine_text (char *text)
{
  PyObject *result = PyUnicode_DecodeUTF8 (text, (Py_ssize_t)strlen (text), "replace");
  g_free (text);
  return result;
}

PyObject *
engine_type_to_python (const RushType *type)
{
  return engine_text (rush_type_to_json (type));
}

/* parse_schema (text): DDL of columns, or of one type → JSON */
static PyObject *
parse_schema (PyObject *module, PyObject *text)
{
  const char *ddl = PyUnicode_AsUTF8 (text);
  if (ddl == NULL)
    return NULL;
  GError *error = NULL;
  g_autoptr (RushSchema) schema = rush_parse_schema (ddl, &error);
  if (schema == NULL)
    return engine_raise (error);
  return engine_type_to_python (rush_schema_to_type (schema));
}

/* parse_type (text): DDL or JSON of one type → JSON */
static PyObject *
parse_type (PyObject *module, PyObject *text)
{
  const RushType *type;
  if (!engine_type_converter (text, &type))
    return NULL;
  return engine_type_to_python (type);
}

static PyObject *
parse_identifier (PyObject *module, PyObject *text)
{
  const char *name = PyUnicode_AsUTF8 (text);
  if (name == NULL)
    return NULL;
  GError *error = NULL;
  g_auto (GStrv) parts = rush_parse_multipart_identifier (name, &error);
  if (parts == NULL)
    return engine_raise (error);
  PyObject *list = PyList_New (0);
  for (char **part = parts; list != NULL && *part != NULL; part++)
    {
      PyObject *item = PyUnicode_FromString (*part);
      if (item == NULL || PyList_Append (list, item) < 0)
        Py_CLEAR (list);
      Py_XDECREF (item);
    }
  return list;
}

/* function_names () -> the functions that SQL text can call, sorted */
static PyObject *
function_names (PyObject *module, PyObject *unused)
{
  PyObject *list = PyList_New (0);
  for (const char *const *name = rush_function_names (); list != NULL && *name != NULL; name++)
    {
      PyObject *item = PyUnicode_FromString (*name);
      if (item == NULL || PyList_Append (list, item) < 0)
        Py_CLEAR (list);
      Py_XDECREF (item);
    }
  return list;
}

PyMethodDef engine_type_functions[] = {
  { "parse_schema", parse_schema, METH_O, "parse_schema (DDL) -> JSON of a struct" },
  { "parse_type", parse_type, METH_O, "parse_type (DDL or JSON) -> JSON" },
  { "function_names", function_names, METH_NOARGS, "function_names () -> list of str" },
  { "parse_identifier", parse_identifier, METH_O, "parse_identifier (\"a.`b c`\") -> list of str" },
  { NULL }
};
