/* sql_rows.c - rows of Python ⇄ batches, on the driver: collect (), createDataFrame (), lit (). */
#include "py/ext/sql/sql_private.h"
#include "py/ext/values/values.h"
#include "sql/types/decimal.h"

#include <datetime.h>

gboolean
values_raise (GError *error)
{
  engine_raise (error);
  return FALSE;
}

/* ── batches → rows ── */

PyObject *
engine_rows_from_batches (GPtrArray *batches, const RushSchema *schema, PyObject *row_class)
{
  if (!values_ready ())
    return NULL;
  if (!PyType_Check (row_class) || !PyType_IsSubtype ((PyTypeObject *)row_class, &PyTuple_Type))
    return PyErr_Format (PyExc_TypeError, "rows are a subclass of tuple");
  PyObject *names = values_names (rush_schema_to_type (schema));
  PyObject *rows = names ? PyList_New (0) : NULL;
  for (guint b = 0; rows != NULL && b < batches->len; b++)
    if (!values_append_rows (rows, batches->pdata[b], names, row_class))
      Py_CLEAR (rows);
  Py_XDECREF (names);
  return rows;
}

/* ── rows → batches ── */

/* FALSE with an exception set. */
static gboolean
finish_batch (RushBatchBuilder *builder, GPtrArray *batches)
{
  GError *error = NULL;
  RushBatch *batch = rush_batch_builder_finish (builder, &error);
  if (batch != NULL)
    g_ptr_array_add (batches, batch);
  return error == NULL || values_raise (error);
}

GPtrArray *
engine_batches_from_rows (PyObject *rows, Py_ssize_t start, Py_ssize_t end, RushSchema *schema)
{
  g_autoptr (GPtrArray) batches = g_ptr_array_new_with_free_func ((GDestroyNotify)rush_batch_unref);
  g_autoptr (RushBatchBuilder) builder = rush_batch_builder_new (schema, rush_allocator_system ());
  if (!values_ready ())
    return NULL;
  for (Py_ssize_t r = start; r < end; r++)
    {
      if (!values_append_row (builder, schema, PyList_GET_ITEM (rows, r)))
        return NULL;
      if (rush_batch_builder_is_full (builder) && !finish_batch (builder, batches))
        return NULL;
    }
  if (!finish_batch (builder, batches))
    return NULL;
  return g_steal_pointer (&batches);
}

/* ── literals ── */

/* What a value is by itself, as Spark's Literal has it; NULL with an exception set. */
static const RushType *
type_of_value (PyObject *value)
{
  if (value == Py_None)
    return &RUSH_NULL;
  if (PyBool_Check (value))
    return &RUSH_BOOL;
  if (PyLong_Check (value))
    {
      long long number = PyLong_AsLongLong (value);
      if (number == -1 && PyErr_Occurred ())
        return NULL;
      return number >= G_MININT32 && number <= G_MAXINT32 ? &RUSH_INT32 : &RUSH_INT64;
    }
  if (PyFloat_Check (value))
    return &RUSH_FLOAT64;
  if (PyUnicode_Check (value))
    return &RUSH_STRING;
  if (PyBytes_Check (value) || PyByteArray_Check (value))
    return &RUSH_BINARY;
  if (PyDateTime_Check (value))
    return &RUSH_TIMESTAMP;
  if (PyDate_Check (value))
    return &RUSH_DATE;
  if (PyDelta_Check (value))
    return rush_type_day_time_interval (RUSH_INTERVAL_DAY, RUSH_INTERVAL_SECOND);
  PyErr_Format (PyExc_TypeError, "%R in type %s is no value of SQL", value,
                Py_TYPE (value)->tp_name);
  return NULL;
}

/* Of a Decimal, by its own digits. */
static const RushType *
type_of_decimal (PyObject *value)
{
  PyObject *text = PyObject_Str (value);
  Py_ssize_t length;
  const char *digits = text ? PyUnicode_AsUTF8AndSize (text, &length) : NULL;
  rush_int128 unscaled;
  gint scale;
  const RushType *type = NULL;
  if (digits != NULL)
    {
      if (rush_decimal_parse_literal (digits, (gsize)length, &unscaled, &scale) ==
          RUSH_DECIMAL_TEXT_OK)
        type = rush_decimal_of_value (unscaled, scale);
      else
        PyErr_Format (PyExc_ValueError, "%R does not fit a decimal of 38 digits", value);
    }
  Py_XDECREF (text);
  return type;
}

RushExpr *
engine_literal (PyObject *value, const RushType *type)
{
  if (PyDateTimeAPI == NULL)
    PyDateTime_IMPORT;
  if (PyDateTimeAPI == NULL || !values_ready ())
    return NULL;
  if (type == NULL)
    type = g_str_equal (Py_TYPE (value)->tp_name, "decimal.Decimal") ? type_of_decimal (value)
                                                                     : type_of_value (value);
  if (type == NULL)
    return NULL;
  if (value == Py_None)
    return rush_expr_literal_null (type);
  g_autoptr (RushColumnBuilder) builder = rush_column_builder_new (type, rush_allocator_system ());
  if (!value_append (builder, type, value))
    return NULL;
  return rush_expr_literal (rush_column_builder_finish (builder));
}
