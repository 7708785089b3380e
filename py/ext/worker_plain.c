/* worker_plain.c - a list of plain data → bytes: the runs that pass between workers.
 *
 * Pairs that are shuffled are mostly numbers and words.  pickle is a language for any object: it
 * keeps each tuple in a dict of those that it may have to name again, and its reader a table of
 * them, which is most of what a shuffle's pickles cost.  So runs of exact int of 64 bits, float,
 * str, bytes, None, bool, and tuples, lists and groups (ResultIterable) of them, are written here
 * in a form that says no more than that; the first thing of another kind leaves the run to pickle.
 *
 *     [("a", 1), ("bc", 300)]
 *
 *     01  02 00 00 00   PAIR ASCII 01 'a'      INT1 01
 *     │   └ elements    PAIR ASCII 02 'b' 'c'  INT4 2c 01 00 00
 *     └ WORKER_PLAIN_MARK
 *
 * A value is a tag and what the tag says; numbers are the machine's: no other one reads them.
 *
 * Shared objects stay shared, and cycles stay cycles, as with pickle.  But only what somebody else
 * refers to as well, by its count of references, can come a second time: that is marked KEPT, and a
 * second time only its number is written, AGAIN.  Short strings are written as often as they come.
 *
 * A run can also be written element by element (worker_plain_add ()), each as it comes and while it
 * is in the processor's caches, and gone before the next one is made.  It must then be what it will
 * be when the run ends: what nobody else refers to is, and so are numbers, strings, and tuples of
 * them.  Lists that somebody else may still change are refused, for the caller to keep.  What is
 * KEPT is held until the run ends, so that its address is nobody else's.
 *
 * The reader (worker_plain_read.c) tells the garbage collector to forget tuples of numbers and
 * strings at once: they can be in no cycle.  CPython finds that out, too, but by looking at each
 * when it collects.
 *
 * The form is for what workers and the driver of one application tell each other, and lives in
 * shuffles and spill files: nothing that other programs read is written so.
 *
 * Compare: marshal, which keeps what is referred to twice likewise.
 */
#include "py/ext/worker_plain.h"

#include "core/data/hash.h"

#define MOST_FIXED 16 /* bytes of a tag and what stands before characters or values */
#define SHORT_TEXT 16 /* bytes: a str takes 49 anyhow */
#define FIRST_KEPT 64
#define AHEAD 8 /* items of a list are asked of the memory so far ahead: they lie anywhere */

/* ── writing ── */

typedef struct
{
  PyObject *object; /* (owned) NULL: free */
  guint32 number;
} Kept;

struct _WorkerPlain
{
  guint8 *bytes;
  gsize length, capacity;
  Kept *kept; /* open addressing; NULL: none yet */
  gsize mask;
  guint32 n_kept;
  guint32 n_added;     /* elements of the run that is written one by one */
  gboolean by_element; /* what is written may be changed before the run ends */
};

static gboolean write_value (WorkerPlain *self, PyObject *x, guint level);

/* Room for @n more bytes. */
static inline gboolean
reserve (WorkerPlain *self, gsize n)
{
  if (G_LIKELY (self->capacity - self->length >= n))
    return TRUE;
  gsize capacity = MAX (2 * self->capacity, self->length + n);
  guint8 *bytes = PyMem_Realloc (self->bytes, capacity);
  if (bytes == NULL)
    return FALSE; /* pickle will say it */
  self->bytes = bytes;
  self->capacity = capacity;
  return TRUE;
}

/* Where reserve () has made room. */
static inline void
put (WorkerPlain *self, const void *bytes, gsize n)
{
  memcpy (self->bytes + self->length, bytes, n);
  self->length += n;
}

static inline void
put_u8 (WorkerPlain *self, guint8 number)
{
  self->bytes[self->length++] = number;
}

static inline void
put_u32 (WorkerPlain *self, guint32 number)
{
  put (self, &number, sizeof number);
}

static gboolean
write_int (WorkerPlain *self, PyObject *x)
{
  int overflow;
  gint64 number = PyLong_AsLongLongAndOverflow (x, &overflow);
  gint32 number4 = (gint32)number;

  if (overflow != 0)
    return FALSE;
  if (number == (gint8)number)
    {
      put_u8 (self, WORKER_PLAIN_INT1);
      put_u8 (self, (guint8)number);
    }
  else if (number == number4)
    {
      put_u8 (self, WORKER_PLAIN_INT4);
      put (self, &number4, sizeof number4);
    }
  else
    {
      put_u8 (self, WORKER_PLAIN_INT8);
      put (self, &number, sizeof number);
    }
  return TRUE;
}

static gboolean
write_float (WorkerPlain *self, PyObject *x)
{
  double number = PyFloat_AS_DOUBLE (x);

  put_u8 (self, WORKER_PLAIN_FLOAT);
  put (self, &number, sizeof number);
  return TRUE;
}

static gboolean
write_bytes (WorkerPlain *self, const void *bytes, gsize length)
{
  if (!reserve (self, length))
    return FALSE;
  put (self, bytes, length);
  return TRUE;
}

static gboolean
write_str (WorkerPlain *self, PyObject *x)
{
  gsize n = (gsize)PyUnicode_GET_LENGTH (x);
  guint8 kind = (guint8)PyUnicode_KIND (x);

  if (PyUnicode_IS_COMPACT_ASCII (x) && n <= G_MAXUINT8)
    {
      put_u8 (self, WORKER_PLAIN_ASCII);
      put_u8 (self, (guint8)n);
    }
  else if (n <= G_MAXINT32)
    {
      put_u8 (self, WORKER_PLAIN_TEXT);
      put_u8 (self, kind);
      put_u32 (self, (guint32)n);
    }
  else
    return FALSE;
  return write_bytes (self, PyUnicode_DATA (x), n * kind);
}

static gboolean
write_bytes_object (WorkerPlain *self, PyObject *x)
{
  gsize n = (gsize)PyBytes_GET_SIZE (x);

  if (n > G_MAXINT32)
    return FALSE;
  put_u8 (self, WORKER_PLAIN_BYTES);
  put_u32 (self, (guint32)n);
  return write_bytes (self, PyBytes_AS_STRING (x), n);
}

static gboolean
write_items (WorkerPlain *self, PyObject *const *items, Py_ssize_t n, guint level)
{
  if (level >= WORKER_PLAIN_LEVELS)
    return FALSE;
  for (Py_ssize_t i = 0; i < n; i++)
    {
      if (i + AHEAD < n)
        __builtin_prefetch (items[i + AHEAD]);
      if (!write_value (self, items[i], level + 1))
        return FALSE;
    }
  return TRUE;
}

static gboolean
write_tuple (WorkerPlain *self, PyObject *x, guint level)
{
  Py_ssize_t n = PyTuple_GET_SIZE (x);

  if (n > G_MAXINT32)
    return FALSE;
  put_u8 (self, n == 2 ? WORKER_PLAIN_PAIR : WORKER_PLAIN_TUPLE);
  if (n != 2)
    put_u32 (self, (guint32)n);
  return write_items (self, ((PyTupleObject *)x)->ob_item, n, level);
}

static gboolean
write_list (WorkerPlain *self, PyObject *x, guint level)
{
  Py_ssize_t n = PyList_GET_SIZE (x);

  if (n > G_MAXINT32)
    return FALSE;
  put_u8 (self, n <= G_MAXUINT8 ? WORKER_PLAIN_LIST1 : WORKER_PLAIN_LIST4);
  if (n <= G_MAXUINT8)
    put_u8 (self, (guint8)n);
  else
    put_u32 (self, (guint32)n);
  return write_items (self, ((PyListObject *)x)->ob_item, n, level);
}

/* ── groups ── */

PyTypeObject *
worker_plain_group_type (void)
{
  static PyTypeObject *type;

  if (type == NULL)
    {
      PyObject *module = PyImport_ImportModule ("rushlight.resultiterable");
      if (module != NULL)
        type = (PyTypeObject *)PyObject_GetAttrString (module, "ResultIterable");
      Py_XDECREF (module);
    }
  return type;
}

PyObject *const *
worker_plain_group_names (void)
{
  static PyObject *names[WORKER_PLAIN_GROUP_NAMES];

  if (names[WORKER_PLAIN_GROUP_NAMES - 1] == NULL)
    {
      names[0] = PyUnicode_InternFromString ("data");
      names[1] = PyUnicode_InternFromString ("index");
      names[2] = PyUnicode_InternFromString ("maxindex");
    }
  return names[0] != NULL && names[1] != NULL && names[2] != NULL ? names : NULL;
}

/* The attributes of @x.  Nothing else that is called here makes an object that is collected, and no
 * finalizer is to change what is being walked. */
static PyObject *
attributes_of (PyObject *x)
{
  int collects = PyGC_Disable ();
  PyObject *attributes = PyObject_GenericGetDict (x, NULL);

  if (collects)
    PyGC_Enable ();
  return attributes;
}

/* One with more attributes than its own is pickle's. */
static gboolean
write_group (WorkerPlain *self, PyObject *x, guint level)
{
  PyObject *const *names = worker_plain_group_names ();
  PyObject *attributes = names != NULL ? attributes_of (x) : NULL;
  gboolean ok = attributes != NULL && PyDict_GET_SIZE (attributes) == WORKER_PLAIN_GROUP_NAMES &&
                level < WORKER_PLAIN_LEVELS;

  PyErr_Clear ();
  put_u8 (self, WORKER_PLAIN_GROUP);
  for (guint i = 0; ok && i < WORKER_PLAIN_GROUP_NAMES; i++)
    {
      PyObject *value = PyDict_GetItem (attributes, names[i]);
      ok = value != NULL && write_value (self, value, level + 1);
    }
  Py_XDECREF (attributes); /* @x holds it */
  return ok;
}

static gboolean
is_group (PyObject *x)
{
  PyTypeObject *type = worker_plain_group_type ();

  if (type == NULL)
    PyErr_Clear ();
  return Py_TYPE (x) == type;
}

/* ── what may come again ── */

static Kept *
place_of (const WorkerPlain *self, PyObject *x)
{
  gsize at = rush_hash64_int ((gint64)(gintptr)x) & self->mask;

  while (self->kept[at].object != NULL && self->kept[at].object != x)
    at = (at + 1) & self->mask;
  return &self->kept[at];
}

static gboolean
grow_kept (WorkerPlain *self)
{
  WorkerPlain old = *self;
  gsize n_old = old.kept != NULL ? old.mask + 1 : 0, n = MAX (2 * n_old, FIRST_KEPT);

  self->kept = PyMem_Calloc (n, sizeof *self->kept);
  if (self->kept == NULL)
    {
      self->kept = old.kept;
      return FALSE;
    }
  self->mask = n - 1;
  for (gsize i = 0; i < n_old; i++)
    if (old.kept[i].object != NULL)
      *place_of (self, old.kept[i].object) = old.kept[i];
  PyMem_Free (old.kept);
  return TRUE;
}

typedef enum
{
  KEEP_FIRST, /* marked: the value follows */
  KEEP_AGAIN, /* written */
  KEEP_FAILED,
} KeepOutcome;

/* Whether nobody can change @x, whoever refers to it. */
static gboolean
is_frozen (PyObject *x, guint level)
{
  if (!PyTuple_CheckExact (x))
    return !PyType_IS_GC (Py_TYPE (x));
  for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE (x); i++)
    if (level == WORKER_PLAIN_LEVELS || !is_frozen (PyTuple_GET_ITEM (x, i), level + 1))
      return FALSE;
  return TRUE;
}

static KeepOutcome
keep (WorkerPlain *self, PyObject *x)
{
  if ((self->kept == NULL || self->n_kept > self->mask / 2) && !grow_kept (self))
    return KEEP_FAILED;
  Kept *place = place_of (self, x);
  if (place->object != NULL)
    {
      put_u8 (self, WORKER_PLAIN_AGAIN);
      put_u32 (self, place->number);
      return KEEP_AGAIN;
    }
  if (self->by_element && !is_frozen (x, 0))
    return KEEP_FAILED;
  Py_INCREF (x);
  *place = (Kept){ x, self->n_kept++ };
  put_u8 (self, WORKER_PLAIN_KEPT);
  return KEEP_FIRST;
}

static void
forget_kept (WorkerPlain *self)
{
  gsize n = self->n_kept > 0 ? self->mask + 1 : 0;

  self->n_kept = 0;
  for (gsize i = 0; i < n; i++)
    Py_CLEAR (self->kept[i].object);
}

/* ── a value ── */

/* Whether @x, which is referred to more than once, is large enough, or of a kind, that two of it
 * would be more, or other, than one. */
static inline gboolean
is_worth_keeping (PyObject *x)
{
  if (PyUnicode_CheckExact (x))
    return PyUnicode_GET_LENGTH (x) * PyUnicode_KIND (x) >= SHORT_TEXT;
  if (PyBytes_CheckExact (x))
    return PyBytes_GET_SIZE (x) >= SHORT_TEXT;
  if (PyTuple_CheckExact (x))
    return PyTuple_GET_SIZE (x) > 0;
  return PyList_CheckExact (x) || (x != Py_None && !PyBool_Check (x) && is_group (x));
}

static gboolean
write_value (WorkerPlain *self, PyObject *x, guint level)
{
  PyTypeObject *type = Py_TYPE (x);

  if (!reserve (self, MOST_FIXED))
    return FALSE;
  if (type == &PyLong_Type)
    return write_int (self, x);
  if (type == &PyFloat_Type)
    return write_float (self, x);
  if (Py_REFCNT (x) > 1 && is_worth_keeping (x))
    {
      KeepOutcome outcome = keep (self, x);
      if (outcome != KEEP_FIRST)
        return outcome == KEEP_AGAIN;
    }
  if (type == &PyTuple_Type)
    return write_tuple (self, x, level);
  if (type == &PyUnicode_Type)
    return write_str (self, x);
  if (type == &PyList_Type)
    return write_list (self, x, level);
  if (type == &PyBytes_Type)
    return write_bytes_object (self, x);
  if (x != Py_None && type != &PyBool_Type)
    return is_group (x) && write_group (self, x, level);
  put_u8 (self, x == Py_None   ? WORKER_PLAIN_NONE
                : x == Py_True ? WORKER_PLAIN_TRUE
                               : WORKER_PLAIN_FALSE);
  return TRUE;
}

/* ── a run ── */

static gboolean
begin_run (WorkerPlain *self, guint32 n, gboolean by_element)
{
  forget_kept (self);
  self->by_element = by_element;
  self->n_added = 0;
  self->length = 0;
  if (!reserve (self, MOST_FIXED))
    return FALSE;
  put_u8 (self, WORKER_PLAIN_MARK);
  put_u32 (self, n);
  return TRUE;
}

gboolean
worker_plain_write (WorkerPlain *self, PyObject *list, const char **out_bytes, gsize *out_length)
{
  Py_ssize_t n = PyList_GET_SIZE (list);

  gboolean ok = n <= G_MAXINT32 && begin_run (self, (guint32)n, FALSE) &&
                write_items (self, ((PyListObject *)list)->ob_item, n, 0);
  forget_kept (self);
  *out_bytes = (const char *)self->bytes;
  *out_length = self->length;
  return ok;
}

gboolean
worker_plain_add (WorkerPlain *self, PyObject *x)
{
  if (self->n_added == 0 && !begin_run (self, 0, TRUE))
    return FALSE;
  gsize length = self->length;
  if (self->n_added == G_MAXINT32 || !write_value (self, x, 1))
    {
      self->length = length;
      return FALSE;
    }
  self->n_added++;
  return TRUE;
}

void
worker_plain_end (WorkerPlain *self, const char **out_bytes, gsize *out_length)
{
  memcpy (self->bytes + 1, &self->n_added, sizeof self->n_added);
  forget_kept (self);
  self->n_added = 0;
  *out_bytes = (const char *)self->bytes;
  *out_length = self->length;
}

WorkerPlain *
worker_plain_new (void)
{
  /* Imported now: it is asked for where nothing but values must be touched. */
  if (worker_plain_group_type () == NULL)
    PyErr_Clear ();
  return g_new0 (WorkerPlain, 1);
}

void
worker_plain_free (WorkerPlain *self)
{
  if (self == NULL)
    return;
  forget_kept (self);
  PyMem_Free (self->bytes);
  PyMem_Free (self->kept);
  g_free (self);
}
