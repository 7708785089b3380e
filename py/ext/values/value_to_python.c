/* value_to_python.c - values of columns become objects of Python; see values.h.
 *
 * A batch is turned a column at a time into objects, then these are dealt into rows: what a column
 * is like is looked at once a column and batch, not once a value.
 *
 *   columns          objects                 rows
 *   k  [1, 2]        [1, 2]                  Row(k=1, v='a')
 *   v  ['a', 'b']    ['a', 'b']       ──▶    Row(k=2, v='b')
 */
#include "py/ext/values/values_private.h"
#include "sql/types/civil_time.h"
#include "sql/types/decimal.h"

#include <datetime.h>
#include <time.h>

#define SECONDS_A_DAY 86400

static PyObject *decimal_class; /* decimal.Decimal */
static PyObject *fields_name;   /* "__fields__" */

gboolean
values_ready (void)
{
  if (decimal_class != NULL)
    return TRUE;
  PyDateTime_IMPORT;
  if (PyDateTimeAPI == NULL)
    return FALSE;
  PyObject *module = PyImport_ImportModule ("decimal");
  if (module == NULL)
    return FALSE;
  fields_name = PyUnicode_InternFromString ("__fields__");
  decimal_class = PyObject_GetAttrString (module, "Decimal");
  Py_DECREF (module);
  return decimal_class != NULL && fields_name != NULL;
}

/* ── single values ── */

static PyObject *
date_object (gint64 days)
{
  RushCivilDate date = rush_civil_date (days);
  return PyDate_FromDate ((int)date.year, date.month,
                          date.day); /* outside the years 1…9999 it raises */
}

static PyObject *
datetime_of_civil (gint64 seconds, int microsecond)
{
  gint64 days = seconds / SECONDS_A_DAY;
  gint64 rest = seconds % SECONDS_A_DAY;
  if (rest < 0)
    {
      rest += SECONDS_A_DAY;
      days--;
    }
  RushCivilDate date = rush_civil_date (days);
  return PyDateTime_FromDateAndTime ((int)date.year, date.month, date.day, (int)(rest / 3600),
                                     (int)(rest / 60 % 60), (int)(rest % 60), microsecond);
}

static void
split_micros (gint64 micros, gint64 *seconds, int *microsecond)
{
  *seconds = micros / G_USEC_PER_SEC;
  *microsecond = (int)(micros % G_USEC_PER_SEC);
  if (*microsecond < 0)
    {
      *microsecond += G_USEC_PER_SEC;
      (*seconds)--;
    }
}

/* As datetime.fromtimestamp () has it: the clock on the wall of this process. */
static PyObject *
timestamp_object (gint64 micros)
{
  gint64 seconds;
  int microsecond;
  split_micros (micros, &seconds, &microsecond);
  time_t instant = (time_t)seconds;
  struct tm local;
  if (localtime_r (&instant, &local) == NULL)
    return PyErr_SetFromErrno (PyExc_OSError);
  return PyDateTime_FromDateAndTimeAndFold (local.tm_year + 1900, local.tm_mon + 1, local.tm_mday,
                                            local.tm_hour, local.tm_min, MIN (local.tm_sec, 59),
                                            microsecond, 0);
}

static PyObject *
duration_object (gint64 micros)
{
  gint64 seconds;
  int microsecond;
  split_micros (micros, &seconds, &microsecond);
  gint64 days = seconds / SECONDS_A_DAY;
  gint64 rest = seconds % SECONDS_A_DAY;
  if (rest < 0)
    {
      rest += SECONDS_A_DAY;
      days--;
    }
  return PyDelta_FromDSU ((int)days, (int)rest, microsecond);
}

static PyObject *
decimal_object (rush_int128 unscaled, gint scale)
{
  char text[RUSH_DECIMAL_TEXT_SIZE];
  rush_decimal_to_plain_text (unscaled, scale, text);
  return PyObject_CallFunction (decimal_class, "s", text);
}

PyObject *
values_row_new (PyObject *row_class, PyObject *names, Py_ssize_t n)
{
  PyTypeObject *type = (PyTypeObject *)row_class;
  PyObject *row = type->tp_alloc (type, n);
  if (row != NULL && PyObject_SetAttr (row, fields_name, names) < 0)
    Py_CLEAR (row);
  return row;
}

PyObject *
values_names (const RushType *type)
{
  PyObject *names = PyList_New (type->n_fields);
  for (guint i = 0; names != NULL && i < type->n_fields; i++)
    {
      PyObject *name = PyUnicode_InternFromString (type->fields[i].name);
      if (name == NULL)
        Py_CLEAR (names);
      else
        PyList_SET_ITEM (names, i, name);
    }
  return names;
}

static PyObject *
struct_object (const RushColumn *column, guint row, PyObject *row_class)
{
  PyObject *names = values_names (column->type);
  PyObject *object = names ? values_row_new (row_class, names, column->type->n_fields) : NULL;
  Py_XDECREF (names);
  guint at = rush_column_struct_row (column, row);
  for (guint i = 0; object != NULL && i < column->type->n_fields; i++)
    {
      PyObject *value = value_to_python (rush_column_child (column, i), at, row_class);
      if (value == NULL)
        Py_CLEAR (object);
      else
        PyTuple_SET_ITEM (object, i, value);
    }
  return object;
}

static PyObject *
list_object (const RushColumn *column, guint row, PyObject *row_class)
{
  RushListView view = rush_column_get_list (column, row);
  PyObject *list = PyList_New (view.length);
  for (gint32 i = 0; list != NULL && i < view.length; i++)
    {
      PyObject *item =
          value_to_python (rush_column_child (column, 0), (guint)(view.offset + i), row_class);
      if (item == NULL)
        Py_CLEAR (list);
      else
        PyList_SET_ITEM (list, i, item);
    }
  return list;
}

static PyObject *
map_object (const RushColumn *column, guint row, PyObject *row_class)
{
  RushListView view = rush_column_get_list (column, row);
  PyObject *map = PyDict_New ();
  for (gint32 i = 0; map != NULL && i < view.length; i++)
    {
      guint at = (guint)(view.offset + i);
      PyObject *key = value_to_python (rush_column_child (column, 0), at, row_class);
      PyObject *value = key ? value_to_python (rush_column_child (column, 1), at, row_class) : NULL;
      if (value == NULL || PyDict_SetItem (map, key, value) < 0)
        Py_CLEAR (map);
      Py_XDECREF (key);
      Py_XDECREF (value);
    }
  return map;
}

PyObject *
value_to_python (const RushColumn *column, guint row, PyObject *row_class)
{
  if (column->type->kind == RUSH_TYPE_NULL || !rush_column_is_valid (column, row))
    Py_RETURN_NONE;
  if (column->type->user != NULL)
    return value_user_to_python (column, row, row_class);
  return value_plain_to_python (column, row, row_class);
}

PyObject *
value_plain_to_python (const RushColumn *column, guint row, PyObject *row_class)
{
  gsize length;
  const char *bytes;
  switch (column->type->kind)
    {
    case RUSH_TYPE_BOOL:
      return PyBool_FromLong (rush_column_get_bool (column, row));
    case RUSH_TYPE_INT8:
    case RUSH_TYPE_INT16:
    case RUSH_TYPE_INT32:
    case RUSH_TYPE_INT64:
    case RUSH_TYPE_YEAR_MONTH_INTERVAL:
      return PyLong_FromLongLong (rush_column_get_int (column, row));
    case RUSH_TYPE_FLOAT32:
    case RUSH_TYPE_FLOAT64:
      return PyFloat_FromDouble (rush_column_get_double (column, row));
    case RUSH_TYPE_STRING:
      bytes = rush_column_get_bytes (column, row, &length);
      return PyUnicode_DecodeUTF8 (bytes, (Py_ssize_t)length, "replace");
    case RUSH_TYPE_BINARY:
      bytes = rush_column_get_bytes (column, row, &length);
      return PyBytes_FromStringAndSize (bytes, (Py_ssize_t)length);
    case RUSH_TYPE_DATE:
      return date_object (rush_column_get_int (column, row));
    case RUSH_TYPE_TIMESTAMP:
      return timestamp_object (rush_column_get_int (column, row));
    case RUSH_TYPE_TIMESTAMP_NTZ:
      {
        gint64 seconds;
        int microsecond;
        split_micros (rush_column_get_int (column, row), &seconds, &microsecond);
        return datetime_of_civil (seconds, microsecond);
      }
    case RUSH_TYPE_DECIMAL:
      return decimal_object (rush_column_get_int128 (column, row), column->type->scale);
    case RUSH_TYPE_DAY_TIME_INTERVAL:
      return duration_object (rush_column_get_int (column, row));
    case RUSH_TYPE_ARRAY:
      return list_object (column, row, row_class);
    case RUSH_TYPE_MAP:
      return map_object (column, row, row_class);
    case RUSH_TYPE_STRUCT:
      return struct_object (column, row, row_class);
    case RUSH_TYPE_CALENDAR_INTERVAL:
      values_raise (
          g_error_new (RUSH_CORE_ERROR, RUSH_CORE_ERROR_UNSUPPORTED,
                       "a value of type interval has no form in Python: cast it to string first"));
      return NULL;
    case RUSH_TYPE_NULL:
      break;
    }
  g_assert_not_reached ();
}

/* ── whole batches ── */

/* The objects of one column, for all rows that count; FALSE with an exception set. */
static gboolean
column_objects (const RushBatch *batch, guint c, PyObject *row_class, PyObject **out)
{
  const RushColumn *column = batch->columns[c];
  for (guint i = 0; i < batch->length; i++)
    {
      out[i] = value_to_python (column, rush_batch_row (batch, i), row_class);
      if (out[i] == NULL)
        {
          while (i-- > 0)
            Py_DECREF (out[i]);
          return FALSE;
        }
    }
  return TRUE;
}

/* Appends the rows of one batch. */
gboolean
values_append_rows (PyObject *rows, const RushBatch *batch, PyObject *names, PyObject *row_class)
{
  guint n_columns = batch->schema->n_fields;
  g_autofree PyObject **made = g_new (PyObject *, MAX (batch->length, 1));
  for (guint i = 0; i < batch->length; i++)
    {
      PyObject *row = values_row_new (row_class, names, n_columns);
      if (row == NULL || PyList_Append (rows, row) < 0)
        {
          Py_XDECREF (row);
          return FALSE;
        }
      made[i] = row;
      Py_DECREF (row); /* the list holds it */
    }
  g_autofree PyObject **objects = g_new (PyObject *, MAX (batch->length, 1));
  for (guint c = 0; c < n_columns; c++)
    {
      if (!column_objects (batch, c, row_class, objects))
        return FALSE;
      for (guint i = 0; i < batch->length; i++)
        PyTuple_SET_ITEM (made[i], c, objects[i]);
    }
  return TRUE;
}
