/* worker_format.c - what the rows of an input are: a small language, of which TASK holds a word.
 *
 *     format  =  "lines" | "bytes" | "binary" | "long" | "runs" | "rows"
 *             |  "zip(" format "," format ")"  |  "cartesian(" format "," format ")"
 *
 * A row always stands for a list of elements: a line is a list of one, a run is its objects.  The
 * engine pairs rows and does not look into them (RDD.zip, RDD.cartesian); which pairs of elements
 * such a pair of rows stands for is known here:
 *
 *     runs                 [1, 2]
 *     zip(runs,runs)       [1, 2] │ [7, 8]       (1, 7) (2, 8)
 *     cartesian(…)         [1, 2] │ [7, 8]       (1, 7) (1, 8) (2, 7) (2, 8)
 *
 * Mirrors: pyspark.serializers' PairDeserializer and CartesianDeserializer.
 */
#include "py/ext/worker_private.h"

/* ── the word ── */

static const char *const format_names[] = {
  [WORKER_LINES] = "lines",
  [WORKER_BYTES] = "bytes",
  [WORKER_BINARY] = "binary",
  [WORKER_LONG] = "long",
  [WORKER_RUNS] = "runs",
  [WORKER_ROWS] = "rows",
  [WORKER_ZIP] = "zip(",
  [WORKER_CARTESIAN] = "cartesian(",
};

/* Takes @what from the beginning of *@inout_text, if that stands there. */
static gboolean
skip (const char **inout_text, const char *what)
{
  if (!g_str_has_prefix (*inout_text, what))
    return FALSE;
  *inout_text += strlen (what);
  return TRUE;
}

/* format; NULL without an exception: that is none. */
static WorkerFormat *
parse_format (const char **inout_text, guint *inout_column)
{
  WorkerFormat *self = g_new0 (WorkerFormat, 1);

  while (self->kind < G_N_ELEMENTS (format_names) && !skip (inout_text, format_names[self->kind]))
    self->kind++;
  self->column = *inout_column;
  if (self->kind < WORKER_ZIP)
    {
      *inout_column += self->kind == WORKER_RUNS ? 2 : 1;
      return self;
    }
  if (self->kind < G_N_ELEMENTS (format_names) &&
      (self->left = parse_format (inout_text, inout_column)) != NULL && skip (inout_text, ",") &&
      (self->right = parse_format (inout_text, inout_column)) != NULL && skip (inout_text, ")"))
    return self;
  worker_format_free (self);
  return NULL;
}

WorkerFormat *
worker_format_parse (const char *text)
{
  const char *rest = text;
  guint column = 0;
  WorkerFormat *self = parse_format (&rest, &column);

  if (self != NULL && *rest == '\0')
    return self;
  worker_format_free (self);
  PyErr_Format (PyExc_ValueError, "the runner sent an input of the unknown kind %s", text);
  return NULL;
}

void
worker_format_free (WorkerFormat *self)
{
  if (self == NULL)
    return;
  worker_format_free (self->left);
  worker_format_free (self->right);
  g_free (self);
}

/* ── the columns ── */

static void
append_field (GArray *fields, const char *name, const RushType *type)
{
  RushField field = { (char *)name, type, FALSE };

  g_array_append_val (fields, field);
}

static void
append_fields (const WorkerFormat *self, GArray *fields)
{
  switch (self->kind)
    {
    case WORKER_LINES:
    case WORKER_BYTES:
      append_field (fields, "line", &RUSH_STRING);
      return;
    case WORKER_BINARY:
      append_field (fields, "record", &RUSH_BINARY);
      return;
    case WORKER_LONG:
      append_field (fields, "number", &RUSH_INT64);
      return;
    case WORKER_RUNS:
      append_field (fields, "run", &RUSH_BINARY);
      append_field (fields, "objects", &RUSH_INT32);
      return;
    case WORKER_ROWS: /* TASK says which; beside others they stand as runs */
      break;
    case WORKER_ZIP:
    case WORKER_CARTESIAN:
      append_fields (self->left, fields);
      append_fields (self->right, fields);
      return;
    }
  g_assert_not_reached ();
}

RushSchema *
worker_format_schema (const WorkerFormat *self)
{
  g_autoptr (GArray) fields = g_array_new (FALSE, FALSE, sizeof (RushField));

  append_fields (self, fields);
  return rush_schema_new (fields->len, (const RushField *)fields->data);
}

/* ── the elements ── */

/* A list of @element, which is consumed. */
static PyObject *
list_of_one (PyObject *element)
{
  PyObject *list = element != NULL ? PyList_New (1) : NULL;
  if (list == NULL)
    {
      Py_XDECREF (element);
      return NULL;
    }
  PyList_SET_ITEM (list, 0, element);
  return list;
}

gboolean
worker_format_check_zip (PyObject *left, PyObject *right)
{
  if (PyList_GET_SIZE (left) == PyList_GET_SIZE (right))
    return TRUE;
  PyErr_Format (PyExc_ValueError,
                "Can not deserialize PairRDD with different number of items in batches: (%zd, %zd)",
                PyList_GET_SIZE (left), PyList_GET_SIZE (right));
  return FALSE;
}

/* One tuple for each pair that @kind makes of two lists. */
static PyObject *
pair_lists (WorkerFormatKind kind, PyObject *left, PyObject *right)
{
  Py_ssize_t n_left = PyList_GET_SIZE (left), n_right = PyList_GET_SIZE (right), at = 0;

  if (kind == WORKER_ZIP && !worker_format_check_zip (left, right))
    return NULL;
  PyObject *list = PyList_New (kind == WORKER_ZIP ? n_left : n_left * n_right);
  for (Py_ssize_t i = 0; list != NULL && i < n_left; i++)
    {
      Py_ssize_t first = kind == WORKER_ZIP ? i : 0, end = kind == WORKER_ZIP ? i + 1 : n_right;
      for (Py_ssize_t j = first; list != NULL && j < end; j++)
        {
          PyObject *pair = PyTuple_Pack (2, PyList_GET_ITEM (left, i), PyList_GET_ITEM (right, j));
          if (pair == NULL)
            Py_CLEAR (list);
          else
            PyList_SET_ITEM (list, at++, pair);
        }
    }
  return list;
}

static PyObject *
paired_elements (const WorkerFormat *self, PyObject *read, const RushBatch *batch, guint row)
{
  PyObject *left = worker_format_elements (self->left, read, batch, row);
  PyObject *right = left != NULL ? worker_format_elements (self->right, read, batch, row) : NULL;
  PyObject *pairs = right != NULL ? pair_lists (self->kind, left, right) : NULL;

  Py_XDECREF (left);
  Py_XDECREF (right);
  return pairs;
}

/* ── lines: as Java reads them, so that each sees what it would see in Spark ── */

/* What is no UTF-8 becomes replacement characters.  Java takes the three bytes of a surrogate for
 * one thing that is wrong, Python for three. */
static PyObject *
mended_line (const char *bytes, gsize length)
{
  g_autofree char *copy = g_memdup2 (bytes, length);

  for (gsize i = 0; i + 2 < length; i++)
    if ((guint8)copy[i] == 0xed && ((guint8)copy[i + 1] & 0xe0) == 0xa0 &&
        ((guint8)copy[i + 2] & 0xc0) == 0x80)
      memcpy (copy + i, "\xef\xbf\xbd", 3);
  return PyUnicode_DecodeUTF8 (copy, (Py_ssize_t)length, "replace");
}

PyObject *
worker_line (const char *bytes, gsize length)
{
  PyObject *line = PyUnicode_DecodeUTF8 (bytes, (Py_ssize_t)length, NULL);

  if (line != NULL || !PyErr_ExceptionMatches (PyExc_UnicodeDecodeError))
    return line;
  PyErr_Clear ();
  return mended_line (bytes, length);
}

PyObject *
worker_line_bytes (const char *bytes, gsize length)
{
  if (G_LIKELY (g_utf8_validate_len (bytes, length, NULL)))
    return PyBytes_FromStringAndSize (bytes, (Py_ssize_t)length);
  PyObject *line = worker_line (bytes, length); /* is wrong, or has a NUL */
  PyObject *as_utf8 = line != NULL ? PyUnicode_AsUTF8String (line) : NULL;
  Py_XDECREF (line);
  return as_utf8;
}

/* ── elements ── */

PyObject *
worker_format_elements (const WorkerFormat *self, PyObject *read, const RushBatch *batch, guint row)
{
  gsize length;
  const char *bytes;

  if (self->kind >= WORKER_ZIP)
    return paired_elements (self, read, batch, row);
  if (self->kind == WORKER_LONG)
    return list_of_one (
        PyLong_FromLongLong (rush_column_get_int (batch->columns[self->column], row)));
  bytes = rush_column_get_bytes (batch->columns[self->column], row, &length);
  if (self->kind == WORKER_RUNS)
    return worker_read_run (read, bytes, length);
  return list_of_one (self->kind == WORKER_LINES ? worker_line (bytes, length)
                      : self->kind == WORKER_BYTES
                          ? worker_line_bytes (bytes, length)
                          : PyBytes_FromStringAndSize (bytes, (Py_ssize_t)length));
}
