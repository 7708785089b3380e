/* value_user.c - values of user-defined types ⇄ objects of the classes that give them a form.
 *
 *   column ──▶ value of the SQL type ──▶ deserialize () ──▶ object
 *   object ──▶ serialize () ──▶ value of the SQL type ──▶ column
 *
 * Vectors are many and their numbers are bytes in both worlds, so they take a shorter way: a
 * DenseVector is made of bytes, and its array is read as a buffer.
 *
 * What is known of a type's class is found once and kept for the life of the process, as types are.
 */
#include "py/ext/values/values_private.h"

#include <string.h>

#define VECTOR_CLASS "org.apache.spark.ml.linalg.VectorUDT"
#define OLD_VECTOR_CLASS "org.apache.spark.mllib.linalg.VectorUDT"

enum
{
  KIND,
  SIZE,
  INDICES,
  VALUES,
};

typedef struct
{
  PyObject *udt;            /* the UserDefinedType */
  PyObject *dense, *sparse; /* of vectors: their classes; else NULL */
} UserClass;

static GHashTable *user_classes; /* RushType → UserClass; never freed; with the GIL */

/* ── classes ── */

/* The two classes of vectors that the type knows. */
static gboolean
find_vector_classes (UserClass *self)
{
  self->dense = PyObject_GetAttrString (self->udt, "_dense");
  self->sparse = self->dense != NULL ? PyObject_GetAttrString (self->udt, "_sparse") : NULL;
  return self->sparse != NULL;
}

/* NULL with an exception set. */
static UserClass *
make_class (const RushType *type)
{
  const RushUserType *user = type->user;
  gboolean vector = g_str_equal (user->jvm_class, VECTOR_CLASS) ||
                    g_str_equal (user->jvm_class, OLD_VECTOR_CLASS);
  PyObject *module = PyImport_ImportModule ("rushlight.sql.types");
  if (module == NULL)
    return NULL;
  UserClass *self = g_new0 (UserClass, 1);
  self->udt = PyObject_CallMethod (module, "_type_of_class", "ss", user->python_class,
                                   user->serialized_class);
  Py_DECREF (module);
  if (self->udt != NULL && (!vector || find_vector_classes (self)))
    return self;
  Py_XDECREF (self->udt);
  Py_XDECREF (self->dense);
  g_free (self);
  return NULL;
}

static UserClass *
class_of (const RushType *type)
{
  if (user_classes == NULL)
    user_classes = g_hash_table_new (NULL, NULL);
  UserClass *self = g_hash_table_lookup (user_classes, type);
  if (self == NULL)
    {
      self = make_class (type); /* imports: another thread may have been here meanwhile */
      if (self != NULL)
        g_hash_table_insert (user_classes, (gpointer)type, self);
    }
  return self;
}

/* One argument, which may be a tuple. */
static PyObject *
call (PyObject *object, const char *method, PyObject *argument)
{
  PyObject *name = PyUnicode_FromString (method);
  PyObject *result = name != NULL ? PyObject_CallMethodOneArg (object, name, argument) : NULL;
  Py_XDECREF (name);
  return result;
}

/* ── to Python ── */

static PyObject *
bytes_of_list (const RushColumn *lists, guint row)
{
  const RushColumn *elements = rush_column_child (lists, 0);
  RushListView view = rush_column_get_list (lists, row);
  guint width = elements->type->value_bytes;
  PyObject *bytes = PyBytes_FromStringAndSize (NULL, (Py_ssize_t)view.length * width);
  if (bytes == NULL)
    return NULL;
  char *out = PyBytes_AS_STRING (bytes);
  if (elements->layout == RUSH_LAYOUT_PLAIN)
    memcpy (out, elements->values->bytes + ((gsize)elements->offset + (gsize)view.offset) * width,
            (gsize)view.length * width);
  else
    for (gint32 i = 0; i < view.length; i++)
      {
        guint at = (guint)(view.offset + i);
        if (elements->type == &RUSH_FLOAT64)
          ((double *)(gpointer)out)[i] = rush_column_get_double (elements, at);
        else
          ((gint32 *)(gpointer)out)[i] = (gint32)rush_column_get_int (elements, at);
      }
  return bytes;
}

static PyObject *
vector_object (const UserClass *class, const RushColumn *column, guint row)
{
  guint at = rush_column_struct_row (column, row);
  PyObject *values = bytes_of_list (rush_column_child (column, VALUES), at);
  PyObject *object = NULL;
  if (values == NULL)
    return NULL;
  if (rush_column_get_int (rush_column_child (column, KIND), at) == 1)
    object = PyObject_CallOneArg (class->dense, values);
  else
    {
      PyObject *indices = bytes_of_list (rush_column_child (column, INDICES), at);
      if (indices != NULL)
        object = PyObject_CallFunction (
            class->sparse, "LOO",
            (long long)rush_column_get_int (rush_column_child (column, SIZE), at), indices, values);
      Py_XDECREF (indices);
    }
  Py_DECREF (values);
  return object;
}

PyObject *
value_user_to_python (const RushColumn *column, guint row, PyObject *row_class)
{
  const UserClass *class = class_of (column->type);
  if (class == NULL)
    return NULL;
  if (class->dense != NULL)
    return vector_object (class, column, row);
  PyObject *datum = value_plain_to_python (column, row, row_class);
  PyObject *object = datum != NULL ? call (class->udt, "deserialize", datum) : NULL;
  Py_XDECREF (datum);
  return object;
}

/* ── from Python ── */

static gboolean
done (gboolean ok, GError **error)
{
  return ok || values_raise (*error);
}

/* The attribute's numbers as a list of @builder; they are of @format, as NumPy's arrays say. */
static gboolean
append_numbers (RushColumnBuilder *builder, PyObject *object, const char *name, const char *format)
{
  GError *error = NULL;
  Py_buffer view;
  RushColumnBuilder *elements = rush_column_builder_child (builder, 0);
  PyObject *array = PyObject_GetAttrString (object, name);
  if (array == NULL)
    return FALSE;
  int status = PyObject_GetBuffer (array, &view, PyBUF_FORMAT | PyBUF_C_CONTIGUOUS);
  Py_DECREF (array);
  if (status < 0)
    return FALSE;
  gboolean ok = g_strcmp0 (view.format, format) == 0;
  if (!ok)
    PyErr_Format (PyExc_TypeError, "the %s of a vector are of type \"%s\", not \"%s\"", name,
                  view.format != NULL ? view.format : "B", format);
  else
    ok = done (rush_column_builder_append_values (
                   elements, view.buf, (guint)MIN (view.len / view.itemsize, G_MAXUINT), &error),
               &error);
  PyBuffer_Release (&view);
  return ok && done (rush_column_builder_end_list (builder, &error), &error);
}

static gboolean
append_dense (RushColumnBuilder *builder, PyObject *vector)
{
  GError *error = NULL;
  return done (rush_column_builder_append_int (rush_column_builder_child (builder, KIND), 1,
                                               &error) &&
                   rush_column_builder_append_null (rush_column_builder_child (builder, SIZE),
                                                    &error) &&
                   rush_column_builder_append_null (rush_column_builder_child (builder, INDICES),
                                                    &error),
               &error) &&
         append_numbers (rush_column_builder_child (builder, VALUES), vector, "array", "d") &&
         done (rush_column_builder_end_struct (builder, &error), &error);
}

static gboolean
append_sparse (RushColumnBuilder *builder, PyObject *vector)
{
  GError *error = NULL;
  PyObject *number = PyObject_GetAttrString (vector, "size");
  long long size = number != NULL ? PyLong_AsLongLong (number) : -1;
  Py_XDECREF (number);
  if (size == -1 && PyErr_Occurred ())
    return FALSE;
  return done (rush_column_builder_append_int (rush_column_builder_child (builder, KIND), 0,
                                               &error) &&
                   rush_column_builder_append_int (rush_column_builder_child (builder, SIZE), size,
                                                   &error),
               &error) &&
         append_numbers (rush_column_builder_child (builder, INDICES), vector, "indices", "i") &&
         append_numbers (rush_column_builder_child (builder, VALUES), vector, "values", "d") &&
         done (rush_column_builder_end_struct (builder, &error), &error);
}

/* Whether the vector's array is one row of doubles, which it is but for odd subclasses. */
static gboolean
is_flat (PyObject *vector)
{
  PyObject *array = PyObject_GetAttrString (vector, "array");
  PyObject *dimensions = array != NULL ? PyObject_GetAttrString (array, "ndim") : NULL;
  gboolean flat = dimensions != NULL && PyLong_AsLong (dimensions) == 1;
  Py_XDECREF (array);
  Py_XDECREF (dimensions);
  PyErr_Clear ();
  return flat;
}

gboolean
value_user_append (RushColumnBuilder *builder, const RushType *type, PyObject *value)
{
  const UserClass *class = class_of (type);
  if (class == NULL)
    return FALSE;
  if ((PyObject *)Py_TYPE (value) == class->dense && is_flat (value))
    return append_dense (builder, value);
  if ((PyObject *)Py_TYPE (value) == class->sparse)
    return append_sparse (builder, value);
  PyObject *datum = call (class->udt, "serialize", value);
  gboolean ok = datum != NULL && value_append (builder, type->user->sql_type, datum);
  Py_XDECREF (datum);
  return ok;
}
