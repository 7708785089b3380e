/* value_from_python.c - objects of Python become values of columns; see values.h. */
#include "py/ext/values/values_private.h"
#include "sql/types/civil_time.h"
#include "sql/types/decimal.h"

#include <datetime.h>
#include <string.h>

static PyObject *utc_timestamp_method; /* "timestamp" */

/* A refused append becomes a Python exception.  @error by pointer: arguments have no order. */
static gboolean
appended (gboolean ok, GError **error)
{
  return ok || values_raise (*error);
}

static gboolean
wrong_type (const RushType *type, PyObject *value)
{
  PyErr_Format (PyExc_TypeError, "%R in type %s cannot become %s", value, Py_TYPE (value)->tp_name,
                type->name);
  return FALSE;
}

/* Anything is text, as Java writes it where it is true or false, else as Python does. */
static PyObject *
text_of (PyObject *value)
{
  if (PyUnicode_Check (value))
    return Py_NewRef (value);
  return PyBool_Check (value) ? PyUnicode_FromString (value == Py_True ? "true" : "false")
                              : PyObject_Str (value);
}

static gboolean
append_text (RushColumnBuilder *builder, PyObject *value)
{
  GError *error = NULL;
  PyObject *text = text_of (value);
  Py_ssize_t length;
  const char *bytes = text ? PyUnicode_AsUTF8AndSize (text, &length) : NULL;
  gboolean ok =
      bytes != NULL &&
      appended (rush_column_builder_append_bytes (builder, bytes, (gsize)length, &error), &error);
  Py_XDECREF (text);
  return ok;
}

static gboolean
append_bytes (RushColumnBuilder *builder, const RushType *type, PyObject *value)
{
  GError *error = NULL;
  Py_buffer view;
  if (!PyObject_CheckBuffer (value))
    return wrong_type (type, value);
  if (PyObject_GetBuffer (value, &view, PyBUF_SIMPLE) < 0)
    return FALSE;
  gboolean ok = rush_column_builder_append_bytes (builder, view.buf, (gsize)view.len, &error);
  PyBuffer_Release (&view);
  return appended (ok, &error);
}

static gboolean
append_integer (RushColumnBuilder *builder, PyObject *value)
{
  GError *error = NULL;
  long long number = PyLong_AsLongLong (value);
  if (number == -1 && PyErr_Occurred ())
    return FALSE;
  return appended (rush_column_builder_append_int (builder, number, &error), &error);
}

static gboolean
append_float (RushColumnBuilder *builder, PyObject *value)
{
  GError *error = NULL;
  double number = PyFloat_AsDouble (value);
  if (number == -1.0 && PyErr_Occurred ())
    return FALSE;
  return appended (rush_column_builder_append_double (builder, number, &error), &error);
}

static gboolean
append_decimal (RushColumnBuilder *builder, const RushType *type, PyObject *value)
{
  GError *error = NULL;
  PyObject *text = PyObject_Str (value);
  Py_ssize_t length;
  const char *digits = text ? PyUnicode_AsUTF8AndSize (text, &length) : NULL;
  rush_int128 unscaled = 0;
  gboolean ok = digits != NULL;
  RushDecimalTextStatus status = ok ? rush_decimal_parse (digits, (gsize)length, type, &unscaled)
                                    : RUSH_DECIMAL_TEXT_MALFORMED;
  Py_XDECREF (text);
  if (!ok)
    return FALSE;
  if (status == RUSH_DECIMAL_TEXT_MALFORMED)
    return wrong_type (type, value);
  if (status == RUSH_DECIMAL_TEXT_OVERFLOW) /* as Spark: what has no place in the type is null */
    return appended (rush_column_builder_append_null (builder, &error), &error);
  return appended (rush_column_builder_append_int128 (builder, unscaled, &error), &error);
}

static gint64
civil_micros (PyObject *value)
{
  gint64 days = rush_civil_days (PyDateTime_GET_YEAR (value), PyDateTime_GET_MONTH (value),
                                 PyDateTime_GET_DAY (value));
  gint64 seconds = days * 86400 + PyDateTime_DATE_GET_HOUR (value) * 3600 +
                   PyDateTime_DATE_GET_MINUTE (value) * 60 + PyDateTime_DATE_GET_SECOND (value);
  return seconds * G_USEC_PER_SEC + PyDateTime_DATE_GET_MICROSECOND (value);
}

/* datetime.timestamp () loses microseconds of far years: whole seconds of it, then the rest. */
static gboolean
instant_micros (PyObject *value, gint64 *out)
{
  if (utc_timestamp_method == NULL)
    utc_timestamp_method = PyUnicode_InternFromString ("timestamp");
  PyObject *seconds = PyObject_CallMethodNoArgs (value, utc_timestamp_method);
  if (seconds == NULL)
    return FALSE;
  double at = PyFloat_AsDouble (seconds);
  Py_DECREF (seconds);
  gint64 microsecond = PyDateTime_DATE_GET_MICROSECOND (value);
  double whole = at - (double)microsecond / G_USEC_PER_SEC;
  *out = (gint64)(whole < 0 ? whole - 0.5 : whole + 0.5) * G_USEC_PER_SEC + microsecond;
  return TRUE;
}

static gboolean
append_time (RushColumnBuilder *builder, const RushType *type, PyObject *value)
{
  GError *error = NULL;
  gint64 number = 0;
  if (type->kind == RUSH_TYPE_DATE && PyDate_Check (value))
    number = rush_civil_days (PyDateTime_GET_YEAR (value), PyDateTime_GET_MONTH (value),
                              PyDateTime_GET_DAY (value));
  else if (type->kind == RUSH_TYPE_DAY_TIME_INTERVAL && PyDelta_Check (value))
    number =
        ((gint64)PyDateTime_DELTA_GET_DAYS (value) * 86400 + PyDateTime_DELTA_GET_SECONDS (value)) *
            G_USEC_PER_SEC +
        PyDateTime_DELTA_GET_MICROSECONDS (value);
  else if (type->kind == RUSH_TYPE_TIMESTAMP_NTZ && PyDateTime_Check (value))
    number = civil_micros (value);
  else if (type->kind == RUSH_TYPE_TIMESTAMP && PyDateTime_Check (value))
    {
      if (!instant_micros (value, &number))
        return FALSE;
    }
  else
    return wrong_type (type, value);
  return appended (rush_column_builder_append_int (builder, number, &error), &error);
}

static gboolean
append_list (RushColumnBuilder *builder, const RushType *type, PyObject *value)
{
  GError *error = NULL;
  PyObject *items = PySequence_Fast (value, "an array needs a list");
  if (items == NULL)
    return FALSE;
  gboolean ok = TRUE;
  for (Py_ssize_t i = 0; ok && i < PySequence_Fast_GET_SIZE (items); i++)
    ok = value_append (rush_column_builder_child (builder, 0), type->fields[0].type,
                       PySequence_Fast_GET_ITEM (items, i));
  Py_DECREF (items);
  return ok && appended (rush_column_builder_end_list (builder, &error), &error);
}

static gboolean
append_map (RushColumnBuilder *builder, const RushType *type, PyObject *value)
{
  GError *error = NULL;
  PyObject *key, *item;
  Py_ssize_t position = 0;
  if (!PyDict_Check (value))
    return wrong_type (type, value);
  while (PyDict_Next (value, &position, &key, &item))
    if (!value_append (rush_column_builder_child (builder, 0), type->fields[0].type, key) ||
        !value_append (rush_column_builder_child (builder, 1), type->fields[1].type, item))
      return FALSE;
  return appended (rush_column_builder_end_list (builder, &error), &error);
}

/* The field of a struct: by position of a tuple, by name of a dict or an object. (new reference) */
static PyObject *
field_of (PyObject *value, const RushType *type, guint i)
{
  if (PyTuple_Check (value) || PyList_Check (value))
    {
      PyObject *item = (gsize)i < (gsize)PySequence_Fast_GET_SIZE (value)
                           ? PySequence_Fast_GET_ITEM (value, i)
                           : Py_None;
      return Py_NewRef (item);
    }
  if (PyDict_Check (value))
    {
      PyObject *item = PyDict_GetItemString (value, type->fields[i].name);
      return Py_NewRef (item ? item : Py_None);
    }
  PyObject *item = PyObject_GetAttrString (value, type->fields[i].name);
  if (item == NULL && PyErr_ExceptionMatches (PyExc_AttributeError))
    {
      PyErr_Clear ();
      return Py_NewRef (Py_None);
    }
  return item;
}

static gboolean
append_struct (RushColumnBuilder *builder, const RushType *type, PyObject *value)
{
  GError *error = NULL;
  for (guint i = 0; i < type->n_fields; i++)
    {
      PyObject *item = field_of (value, type, i);
      gboolean ok = item != NULL && value_append (rush_column_builder_child (builder, i),
                                                  type->fields[i].type, item);
      Py_XDECREF (item);
      if (!ok)
        return FALSE;
    }
  return appended (rush_column_builder_end_struct (builder, &error), &error);
}

gboolean
value_append (RushColumnBuilder *builder, const RushType *type, PyObject *value)
{
  if (PyDateTimeAPI == NULL)
    PyDateTime_IMPORT;
  GError *error = NULL;
  if (value == Py_None)
    return appended (rush_column_builder_append_null (builder, &error), &error);
  if (type->user != NULL)
    return value_user_append (builder, type, value);
  switch (type->kind)
    {
    case RUSH_TYPE_BOOL:
      return appended (
          rush_column_builder_append_bool (builder, PyObject_IsTrue (value) == 1, &error), &error);
    case RUSH_TYPE_INT8:
    case RUSH_TYPE_INT16:
    case RUSH_TYPE_INT32:
    case RUSH_TYPE_INT64:
    case RUSH_TYPE_YEAR_MONTH_INTERVAL:
      return append_integer (builder, value);
    case RUSH_TYPE_FLOAT32:
    case RUSH_TYPE_FLOAT64:
      return append_float (builder, value);
    case RUSH_TYPE_STRING:
      return append_text (builder, value);
    case RUSH_TYPE_BINARY:
      return append_bytes (builder, type, value);
    case RUSH_TYPE_DECIMAL:
      return append_decimal (builder, type, value);
    case RUSH_TYPE_DATE:
    case RUSH_TYPE_TIMESTAMP:
    case RUSH_TYPE_TIMESTAMP_NTZ:
    case RUSH_TYPE_DAY_TIME_INTERVAL:
      return append_time (builder, type, value);
    case RUSH_TYPE_ARRAY:
      return append_list (builder, type, value);
    case RUSH_TYPE_MAP:
      return append_map (builder, type, value);
    case RUSH_TYPE_STRUCT:
      return append_struct (builder, type, value);
    case RUSH_TYPE_NULL:
    case RUSH_TYPE_CALENDAR_INTERVAL:
      break;
    }
  return wrong_type (type, value);
}

gboolean
values_append_row (RushBatchBuilder *builder, const RushSchema *schema, PyObject *row)
{
  if (!PyTuple_Check (row) || PyTuple_GET_SIZE (row) != schema->n_fields)
    {
      PyErr_Format (PyExc_ValueError, "a row has not the %u columns that the schema has: %R",
                    schema->n_fields, row);
      return FALSE;
    }
  for (guint c = 0; c < schema->n_fields; c++)
    if (!value_append (rush_batch_builder_column (builder, c), schema->fields[c].type,
                       PyTuple_GET_ITEM (row, c)))
      return FALSE;
  rush_batch_builder_end_row (builder);
  return TRUE;
}
