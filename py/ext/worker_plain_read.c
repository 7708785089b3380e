/* worker_plain_read.c - bytes of worker_plain.c → a list of plain data.
 *
 * A container is numbered before what is in it is read, as that may refer back to it.  What is
 * numbered is held until the run ends: its element may be gone by then.
 */
#include "py/ext/worker_plain.h"

#define FIRST_KEPT 64

typedef WorkerPlainReader Reader;

static PyObject *read_value (Reader *self, guint level);

static PyObject *
corrupt (void)
{
  if (!PyErr_Occurred ())
    PyErr_SetString (PyExc_ValueError, "a run of plain data is cut off, or is none");
  return NULL;
}

static inline gboolean
take (Reader *self, void *out, gsize n)
{
  if (G_UNLIKELY ((gsize)(self->end - self->at) < n))
    return FALSE;
  memcpy (out, self->at, n);
  self->at += n;
  return TRUE;
}

/* @n bytes where they stand, or NULL. */
static inline const guint8 *
take_bytes (Reader *self, gsize n)
{
  const guint8 *bytes = self->at;

  if (G_UNLIKELY ((gsize)(self->end - bytes) < n))
    return NULL;
  self->at += n;
  return bytes;
}

static PyObject *
read_int (Reader *self, guint8 tag)
{
  gint64 number;
  gint32 number4;
  gint8 number1;

  if (tag == WORKER_PLAIN_INT4 && take (self, &number4, sizeof number4))
    return PyLong_FromLong (number4);
  if (tag == WORKER_PLAIN_INT1 && take (self, &number1, sizeof number1))
    return PyLong_FromLong (number1);
  if (tag == WORKER_PLAIN_INT8 && take (self, &number, sizeof number))
    return PyLong_FromLongLong (number);
  return corrupt ();
}

static PyObject *
read_ascii (Reader *self)
{
  guint8 n;
  const guint8 *bytes = take (self, &n, sizeof n) ? take_bytes (self, n) : NULL;
  PyObject *x = bytes != NULL ? PyUnicode_New (n, 127) : corrupt ();

  if (x != NULL && n > 0)
    memcpy (PyUnicode_1BYTE_DATA (x), bytes, n);
  return x;
}

static PyObject *
read_text (Reader *self)
{
  guint8 kind;
  guint32 n;

  if (!take (self, &kind, sizeof kind) || !take (self, &n, sizeof n) ||
      (kind != PyUnicode_1BYTE_KIND && kind != PyUnicode_2BYTE_KIND &&
       kind != PyUnicode_4BYTE_KIND))
    return corrupt ();
  const guint8 *bytes = take_bytes (self, (gsize)n * kind);
  return bytes != NULL ? PyUnicode_FromKindAndData (kind, bytes, (Py_ssize_t)n) : corrupt ();
}

static PyObject *
read_bytes (Reader *self)
{
  guint32 n;
  const guint8 *bytes = take (self, &n, sizeof n) ? take_bytes (self, n) : NULL;

  return bytes != NULL ? PyBytes_FromStringAndSize ((const char *)bytes, (Py_ssize_t)n)
                       : corrupt ();
}

/* The number of values that follow; each takes a byte or more. */
static inline gboolean
take_count (Reader *self, guint8 tag, guint32 *out)
{
  guint8 n = 2;

  *out = 0;
  if (tag == WORKER_PLAIN_LIST1 && !take (self, &n, sizeof n))
    return FALSE;
  *out = n;
  if ((tag == WORKER_PLAIN_TUPLE || tag == WORKER_PLAIN_LIST4) && !take (self, out, sizeof *out))
    return FALSE;
  return *out <= (gsize)(self->end - self->at);
}

/* Keeps @x under the next number, before what is in it is read: that may refer to it. */
static gboolean
keep_read (Reader *self, PyObject *x)
{
  if (self->n_kept == self->most_kept)
    {
      guint32 most = MAX (2 * self->most_kept, FIRST_KEPT);
      PyObject **kept = PyMem_Realloc (self->kept, most * sizeof *kept);
      if (kept == NULL)
        return PyErr_NoMemory (), FALSE;
      self->kept = kept;
      self->most_kept = most;
    }
  Py_INCREF (x);
  self->kept[self->n_kept++] = x;
  return TRUE;
}

static PyObject *
read_tuple (Reader *self, guint8 tag, gboolean is_kept, guint level)
{
  guint32 n;
  gboolean is_acyclic = TRUE;
  PyObject *x = take_count (self, tag, &n) ? PyTuple_New ((Py_ssize_t)n) : corrupt ();

  if (x == NULL || (is_kept && !keep_read (self, x)))
    goto failed;
  for (guint32 i = 0; i < n; i++)
    {
      PyObject *item = read_value (self, level + 1);
      if (item == NULL)
        goto failed;
      PyTuple_SET_ITEM (x, i, item);
      is_acyclic = is_acyclic && worker_plain_is_acyclic (item);
    }
  if (is_acyclic && n > 0)
    PyObject_GC_UnTrack (x);
  return x;
failed:
  Py_XDECREF (x);
  return NULL;
}

static PyObject *
read_list (Reader *self, guint8 tag, gboolean is_kept, guint level)
{
  guint32 n;
  PyObject *x = take_count (self, tag, &n) ? PyList_New ((Py_ssize_t)n) : corrupt ();

  if (x == NULL || (is_kept && !keep_read (self, x)))
    goto failed;
  for (guint32 i = 0; i < n; i++)
    {
      PyObject *item = read_value (self, level + 1);
      if (item == NULL)
        goto failed;
      PyList_SET_ITEM (x, i, item);
    }
  return x;
failed:
  Py_XDECREF (x);
  return NULL;
}

static PyObject *
read_group (Reader *self, gboolean is_kept, guint level)
{
  PyTypeObject *type = worker_plain_group_type ();
  PyObject *const *names = worker_plain_group_names ();
  PyObject *none = type != NULL && names != NULL ? PyTuple_New (0) : NULL;
  PyObject *x = none != NULL ? type->tp_new (type, none, NULL) : NULL;
  gboolean ok = x != NULL && (!is_kept || keep_read (self, x));

  Py_XDECREF (none);
  for (guint i = 0; ok && i < WORKER_PLAIN_GROUP_NAMES; i++)
    {
      PyObject *value = read_value (self, level + 1);
      ok = value != NULL && PyObject_SetAttr (x, names[i], value) == 0;
      Py_XDECREF (value);
    }
  if (!ok)
    Py_CLEAR (x);
  return x;
}

/* A value that is not marked as kept. */
static inline PyObject *
read_tagged (Reader *self, guint8 tag, gboolean is_kept, guint level)
{
  double number;

  switch ((WorkerPlainTag)tag)
    {
    case WORKER_PLAIN_NONE:
      Py_RETURN_NONE;
    case WORKER_PLAIN_FALSE:
      Py_RETURN_FALSE;
    case WORKER_PLAIN_TRUE:
      Py_RETURN_TRUE;
    case WORKER_PLAIN_INT1:
    case WORKER_PLAIN_INT4:
    case WORKER_PLAIN_INT8:
      return read_int (self, tag);
    case WORKER_PLAIN_FLOAT:
      return take (self, &number, sizeof number) ? PyFloat_FromDouble (number) : corrupt ();
    case WORKER_PLAIN_ASCII:
      return read_ascii (self);
    case WORKER_PLAIN_TEXT:
      return read_text (self);
    case WORKER_PLAIN_BYTES:
      return read_bytes (self);
    case WORKER_PLAIN_PAIR:
    case WORKER_PLAIN_TUPLE:
      return read_tuple (self, tag, is_kept, level);
    case WORKER_PLAIN_LIST1:
    case WORKER_PLAIN_LIST4:
      return read_list (self, tag, is_kept, level);
    case WORKER_PLAIN_GROUP:
      return read_group (self, is_kept, level);
    case WORKER_PLAIN_KEPT:
    case WORKER_PLAIN_AGAIN:
      break;
    }
  return corrupt ();
}

/* Containers keep themselves, before they are complete; the others do here. */
static PyObject *
read_kept (Reader *self, guint level)
{
  guint8 tag;

  if (!take (self, &tag, sizeof tag))
    return corrupt ();
  guint32 n_kept = self->n_kept;
  PyObject *x = read_tagged (self, tag, TRUE, level);
  if (x == NULL || self->n_kept > n_kept || keep_read (self, x))
    return x;
  Py_DECREF (x);
  return NULL;
}

static PyObject *
read_again (Reader *self)
{
  guint32 number;

  if (!take (self, &number, sizeof number) || number >= self->n_kept)
    return corrupt ();
  Py_INCREF (self->kept[number]);
  return self->kept[number];
}

static PyObject *
read_value (Reader *self, guint level)
{
  guint8 tag;

  if (level > WORKER_PLAIN_LEVELS + 1 || !take (self, &tag, sizeof tag))
    return corrupt ();
  if (G_UNLIKELY (tag >= WORKER_PLAIN_KEPT))
    return tag == WORKER_PLAIN_KEPT ? read_kept (self, level) : read_again (self);
  return read_tagged (self, tag, FALSE, level);
}

/* ── values that are not made ── */

static gboolean skip_value (Reader *self, guint level);

static gboolean
skip_values (Reader *self, guint32 n, guint level)
{
  for (guint32 i = 0; i < n; i++)
    if (!skip_value (self, level))
      return FALSE;
  return TRUE;
}

/* FALSE: it shares something, or is corrupt. */
static gboolean
skip_value (Reader *self, guint level)
{
  guint8 tag, n1;
  guint32 n;

  if (level > WORKER_PLAIN_LEVELS + 1 || !take (self, &tag, sizeof tag))
    return FALSE;
  switch ((WorkerPlainTag)tag)
    {
    case WORKER_PLAIN_NONE:
    case WORKER_PLAIN_FALSE:
    case WORKER_PLAIN_TRUE:
      return TRUE;
    case WORKER_PLAIN_INT1:
      return take_bytes (self, 1) != NULL;
    case WORKER_PLAIN_INT4:
      return take_bytes (self, 4) != NULL;
    case WORKER_PLAIN_INT8:
    case WORKER_PLAIN_FLOAT:
      return take_bytes (self, 8) != NULL;
    case WORKER_PLAIN_ASCII:
      return take (self, &n1, sizeof n1) && take_bytes (self, n1) != NULL;
    case WORKER_PLAIN_TEXT:
      return take (self, &n1, sizeof n1) && take (self, &n, sizeof n) &&
             take_bytes (self, (gsize)n * n1) != NULL;
    case WORKER_PLAIN_BYTES:
      return take (self, &n, sizeof n) && take_bytes (self, n) != NULL;
    case WORKER_PLAIN_PAIR:
    case WORKER_PLAIN_TUPLE:
    case WORKER_PLAIN_LIST1:
    case WORKER_PLAIN_LIST4:
      return take_count (self, tag, &n) && skip_values (self, n, level + 1);
    case WORKER_PLAIN_GROUP:
      return skip_values (self, WORKER_PLAIN_GROUP_NAMES, level + 1);
    case WORKER_PLAIN_KEPT:
    case WORKER_PLAIN_AGAIN:
      break;
    }
  return FALSE;
}

/* The first value of the tuple that stands at @self. */
static void
find_key (Reader self, WorkerPlainElement *out)
{
  guint8 tag;
  guint32 n;
  gint8 number1;
  gint32 number4;

  out->key = WORKER_PLAIN_KEY_OTHER;
  if (!take (&self, &tag, sizeof tag) || (tag != WORKER_PLAIN_PAIR && tag != WORKER_PLAIN_TUPLE) ||
      !take_count (&self, tag, &n) || n == 0 || !take (&self, &tag, sizeof tag))
    return;
  if (tag == WORKER_PLAIN_FLOAT && take (&self, &out->key_float, sizeof out->key_float))
    out->key = WORKER_PLAIN_KEY_FLOAT;
  else if (tag == WORKER_PLAIN_INT8 && take (&self, &out->key_int, sizeof out->key_int))
    out->key = WORKER_PLAIN_KEY_INT;
  else if (tag == WORKER_PLAIN_INT4 && take (&self, &number4, sizeof number4))
    {
      out->key = WORKER_PLAIN_KEY_INT;
      out->key_int = number4;
    }
  else if (tag == WORKER_PLAIN_INT1 && take (&self, &number1, sizeof number1))
    {
      out->key = WORKER_PLAIN_KEY_INT;
      out->key_int = number1;
    }
}

gboolean
worker_plain_reader_take (WorkerPlainReader *self, WorkerPlainElement *out)
{
  const guint8 *begin = self->at;

  if (self->n_left == 0)
    return FALSE;
  find_key (*self, out);
  if (!skip_value (self, 1))
    {
      self->at = begin;
      return FALSE;
    }
  self->n_left--;
  out->bytes = begin;
  out->length = (gsize)(self->at - begin);
  return TRUE;
}

/* ── a run ── */

gboolean
worker_plain_reader_begin (WorkerPlainReader *self, const void *bytes, gsize length)
{
  guint8 mark;

  worker_plain_reader_clear (self);
  self->bytes = self->at = bytes;
  self->end = self->at + length;
  return (take (self, &mark, sizeof mark) && mark == WORKER_PLAIN_MARK &&
          take_count (self, WORKER_PLAIN_LIST4, &self->n_left)) ||
         corrupt () != NULL;
}

PyObject *
worker_plain_reader_next (WorkerPlainReader *self)
{
  if (G_UNLIKELY (self->n_left == 0))
    {
      gboolean is_whole = self->at == self->end;
      worker_plain_reader_clear (self);
      return is_whole ? NULL : corrupt ();
    }
  self->n_left--;
  int collects = PyGC_Disable (); /* nothing here is garbage, and half of it is not made yet */
  PyObject *x = read_value (self, 1);
  if (collects)
    PyGC_Enable ();
  return x;
}

PyObject *
worker_plain_read_value (const void *bytes, gsize length)
{
  WorkerPlainReader reader = { .at = bytes, .n_left = 1 };

  reader.end = reader.at + length;
  return worker_plain_reader_next (&reader);
}

void
worker_plain_reader_move (WorkerPlainReader *self, const void *bytes)
{
  const guint8 *there = bytes;

  self->at = there + (self->at - self->bytes);
  self->end = there + (self->end - self->bytes);
  self->bytes = there;
}

void
worker_plain_reader_clear (WorkerPlainReader *self)
{
  WorkerPlainReader old = *self;

  *self = (WorkerPlainReader){ 0 };
  for (guint32 i = 0; i < old.n_kept; i++)
    Py_DECREF (old.kept[i]);
  PyMem_Free (old.kept);
}

PyObject *
worker_plain_read (const void *bytes, gsize length)
{
  WorkerPlainReader reader = { 0 };
  PyObject *list = NULL, *x;

  if (worker_plain_reader_begin (&reader, bytes, length))
    list = PyList_New ((Py_ssize_t)reader.n_left);
  for (Py_ssize_t i = 0; list != NULL && (x = worker_plain_reader_next (&reader)) != NULL; i++)
    PyList_SET_ITEM (list, i, x);
  if (PyErr_Occurred ())
    Py_CLEAR (list);
  worker_plain_reader_clear (&reader);
  return list;
}
