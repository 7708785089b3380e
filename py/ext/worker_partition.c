/* worker_partition.c - which reduce partition a pair goes to, and when the buckets are sent.
 *
 * Placement is PySpark's, so that glom () shows what Spark shows.  So is the rule of flushing: in
 * an RDD shuffle one record is one flushed run of pairs, and people count records.  All buckets
 * are flushed, in the order in which they got their first pair,
 *
 *   - when more than b pairs have come since the last time, where b begins at min (10 n, 1000) and
 *     becomes 1.5 b if the runs just flushed averaged below 1 MiB, b / 1.5 if above 10 MiB;
 *   - after each 1,000 pairs, when the process has grown over half of its memory limit.
 *
 * The bytes that are averaged are those of the runs as they are written here, mostly as plain data,
 * which differ from a pickle's by some percent: enough to tell 1 MiB from 10.
 *
 * Plain pairs are written into their bucket's run as they come; from the first on that cannot be
 * (worker_plain_add ()), buckets are lists of pairs, which are written when they are flushed.
 *
 * Mirrors: add_shuffle_key in pyspark.RDD.partitionBy.
 */
#include "py/ext/worker_private.h"

#include <fcntl.h>
#include <unistd.h>

/* ── portable_hash ── */

/* As CPython 2.7 hashed tuples, kept to 63 bits after each step; the sign of a part's hash plays
 * its role in the exclusive-or, hence arithmetic that wraps. */
static gboolean
hash_tuple (PyObject *tuple, gint64 *out)
{
  guint64 hash = 0x345678;

  if (Py_EnterRecursiveCall (" in portable_hash"))
    return FALSE;
  for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE (tuple); i++)
    {
      gint64 part;
      if (!worker_portable_hash (PyTuple_GET_ITEM (tuple, i), &part))
        {
          Py_LeaveRecursiveCall ();
          return FALSE;
        }
      hash = ((hash ^ (guint64)part) * 1000003) & G_MAXINT64;
    }
  Py_LeaveRecursiveCall ();
  *out = (gint64)(hash ^ (guint64)PyTuple_GET_SIZE (tuple));
  return TRUE;
}

gboolean
worker_portable_hash (PyObject *key, gint64 *out)
{
  if (key == Py_None)
    {
      *out = 0;
      return TRUE;
    }
  if (PyTuple_Check (key))
    return hash_tuple (key, out);
  *out = PyObject_Hash (key);
  return *out != -1;
}

/* ── the bucket of a key ── */

/* As Python's %: the sign is the divisor's. */
static gint64
floor_modulo (gint64 a, gint64 n)
{
  gint64 r = a % n;
  return r < 0 ? r + n : r;
}

/* What @function returned, consumed, as an int: itself, or what its __index__ gives (NumPy's). */
static PyObject *
as_int (PyObject *answer)
{
  if (answer == NULL || PyLong_Check (answer))
    return answer;
  PyObject *number = PyNumber_Index (answer);
  if (number == NULL && PyErr_ExceptionMatches (PyExc_TypeError))
    PyErr_Format (PyExc_TypeError, "a partition function must return an int, not %.200s",
                  Py_TYPE (answer)->tp_name);
  Py_DECREF (answer);
  return number;
}

/* f (key) % n; −1: failed. */
static gint64
bucket_by_function (PyObject *function, PyObject *key, gint64 n)
{
  PyObject *answer = as_int (worker_call (function, key));
  if (answer == NULL)
    return -1;

  int overflow;
  gint64 number = PyLong_AsLongLongAndOverflow (answer, &overflow);
  if (overflow != 0)
    {
      PyObject *divisor = PyLong_FromLongLong (n);
      PyObject *rest = divisor != NULL ? PyNumber_Remainder (answer, divisor) : NULL;
      Py_XDECREF (divisor);
      number = rest != NULL ? PyLong_AsLongLong (rest) : -1;
      Py_XDECREF (rest);
    }
  Py_DECREF (answer);
  return PyErr_Occurred () ? -1 : floor_modulo (number, n);
}

/* keyfunc (key), or the key itself. */
static PyObject *
compared_key (PyObject *keyfunc, PyObject *key)
{
  if (keyfunc != Py_None)
    return worker_call (keyfunc, key);
  Py_INCREF (key);
  return key;
}

static inline gboolean
is_small_int (PyObject *x)
{
  return PyLong_CheckExact (x) && worker_int_digits (x) <= 2;
}

/* bound < x: 1, 0, or −1 with an exception set. */
static inline int
is_below (PyObject *bound, PyObject *x)
{
  if (is_small_int (bound) && is_small_int (x))
    return PyLong_AsLong (bound) < PyLong_AsLong (x);
  return PyObject_RichCompareBool (bound, x, Py_LT);
}

/* How many of the sorted @bounds lie below @x: bisect_left.  −1: failed. */
static gint64
count_below (PyObject *bounds, PyObject *x)
{
  Py_ssize_t low = 0, high = PyList_GET_SIZE (bounds);

  while (low < high)
    {
      Py_ssize_t middle = (low + high) / 2;
      int below = is_below (PyList_GET_ITEM (bounds, middle), x);
      if (below < 0)
        return -1;
      if (below > 0)
        low = middle + 1;
      else
        high = middle;
    }
  return low;
}

/* @range is (bounds, keyfunc or None, last or None): counted from `last` if that is there. */
static gint64
bucket_by_range (PyObject *range, PyObject *key, gint64 n)
{
  PyObject *last = PyTuple_GET_ITEM (range, 2);
  PyObject *x = compared_key (PyTuple_GET_ITEM (range, 1), key);
  gint64 below = x != NULL ? count_below (PyTuple_GET_ITEM (range, 0), x) : -1;

  Py_XDECREF (x);
  if (below < 0 || last == Py_None)
    return below < 0 ? -1 : floor_modulo (below, n);
  gint64 number = PyLong_AsLongLong (last);
  return PyErr_Occurred () ? -1 : floor_modulo (number - below, n);
}

static gint64
bucket_of (const WorkerChain *chain, PyObject *key)
{
  gint64 hash;

  if (chain->partition_function != NULL && PyTuple_Check (chain->partition_function))
    return bucket_by_range (chain->partition_function, key, chain->n_partitions);
  if (chain->partition_function != NULL)
    return bucket_by_function (chain->partition_function, key, chain->n_partitions);
  return worker_portable_hash (key, &hash) ? floor_modulo (hash, chain->n_partitions) : -1;
}

/* No bucket was found for @key. */
static void
explain_key (const WorkerChain *chain, PyObject *key)
{
  if (chain->partition_function != NULL && PyTuple_Check (chain->partition_function))
    worker_explain (chain->partition_place, "call", key);
  else if (chain->partition_function != NULL)
    worker_explain_call (chain->partition_place, chain->partition_function, key);
  else
    worker_explain (chain->partition_place, "key", key);
}

/* ── buckets ── */

typedef struct
{
  WorkerPlain *plain; /* (owned) of pairs that are written already, or NULL */
  PyObject *list;     /* (owned) pairs that are to be written, or NULL */
  gint64 n;           /* in either */
} Bucket;

typedef struct
{
  WorkerOutput output;
  Bucket *buckets; /* [n_partitions] */
  gint32 *order;   /* of those that are not empty */
  gint32 n_filled;
  gboolean is_plain;      /* so far each pair could be written at once */
  WorkerRunWriter writer; /* of lists */
} Buckets;

/* Pairs that have been written are read back: another run than this must be made of them. */
static gboolean
use_list (Bucket *self)
{
  const char *bytes;
  gsize length;

  if (self->list != NULL)
    return TRUE;
  if (self->n > 0)
    worker_plain_end (self->plain, &bytes, &length);
  self->list = self->n > 0 ? worker_plain_read (bytes, length) : PyList_New (0);
  g_clear_pointer (&self->plain, worker_plain_free);
  return self->list != NULL;
}

static gboolean
add_pair (Buckets *self, gint64 number, PyObject *pair)
{
  Bucket *bucket = &self->buckets[number];

  if (bucket->n == 0)
    self->order[self->n_filled++] = (gint32)number;
  if (self->is_plain && bucket->plain == NULL)
    bucket->plain = worker_plain_new ();
  self->is_plain = self->is_plain && worker_plain_add (bucket->plain, pair);
  if (!self->is_plain && (!use_list (bucket) || PyList_Append (bucket->list, pair) < 0))
    return FALSE;
  bucket->n++;
  return TRUE;
}

static gboolean
flush_bucket (Buckets *self, gint32 number, gint64 *inout_bytes)
{
  Bucket *bucket = &self->buckets[number];
  WorkerRunWriter *writer = &self->writer;
  const char *bytes;
  gsize length;

  if (bucket->list == NULL)
    worker_plain_end (bucket->plain, &bytes, &length);
  else
    {
      gboolean ok = worker_run_writer_write (writer, bucket->list);
      Py_CLEAR (bucket->list);
      if (!ok)
        return FALSE;
      bytes = writer->bytes;
      length = writer->length;
    }
  *inout_bytes += (gint64)length;
  gint64 n = bucket->n;
  bucket->n = 0;
  return worker_output_run (&self->output, number, bytes, length, n);
}

/* Sends all buckets; the bytes of their runs are added up. */
static gboolean
flush_buckets (Buckets *self, gint64 *out_bytes)
{
  *out_bytes = 0;
  for (gint32 i = 0; i < self->n_filled; i++)
    if (!flush_bucket (self, self->order[i], out_bytes))
      return FALSE;
  self->n_filled = 0;
  return TRUE;
}

/* What the process holds in memory, in MiB, as PySpark measures it. */
static gint64
resident_mib (void)
{
  char text[128];
  int fd = open ("/proc/self/statm", O_RDONLY | O_CLOEXEC);
  if (fd < 0)
    return 0;
  gssize n = read (fd, text, sizeof text - 1);
  close (fd);
  text[MAX (n, 0)] = '\0';
  const char *second = strchr (text, ' ');
  return second != NULL ? (g_ascii_strtoll (second, NULL, 10) * sysconf (_SC_PAGESIZE)) >> 20 : 0;
}

/* The next b.  PySpark's numbers: an int at first, a float once it has grown. */
static double
adjust_threshold (double threshold, gint64 bytes, gint32 n_runs)
{
  gint64 average_mib = (gint64)((double)bytes / n_runs) >> 20;

  if (average_mib < 1)
    return MIN ((double)G_MAXINT64, threshold * 1.5);
  if (average_mib > 10)
    return MAX ((double)(gint64)(threshold / 1.5), 1);
  return threshold;
}

static gboolean
send_pairs (Buckets *self, WorkerChain *chain, gint64 memory_bytes)
{
  Stage *source = worker_chain_end (chain);
  double threshold = MIN (10 * (double)chain->n_partitions, 1000);
  gint64 pairs = 0, limit_mib = (memory_bytes >> 20) / 2, bytes;
  PyObject *x;

  while ((x = source->next (source)) != NULL)
    {
      x = worker_pair (x, chain->partition_place);
      if (x == NULL)
        return FALSE;
      gint64 bucket = bucket_of (chain, PyTuple_GET_ITEM (x, 0));
      if (bucket < 0)
        explain_key (chain, PyTuple_GET_ITEM (x, 0));
      gboolean ok = bucket >= 0 && add_pair (self, bucket, x);
      Py_DECREF (x);
      if (!ok)
        return FALSE;
      pairs++;
      if ((double)pairs > threshold || (pairs % 1000 == 0 && resident_mib () > limit_mib))
        {
          gint32 n_runs = self->n_filled;
          if (!flush_buckets (self, &bytes))
            return FALSE;
          threshold = adjust_threshold (threshold, bytes, n_runs);
          pairs = 0;
        }
    }
  return !PyErr_Occurred () && flush_buckets (self, &bytes) && worker_output_flush (&self->output);
}

gboolean
worker_output_pairs (WorkerChannel *channel, WorkerChain *chain, gint64 memory_bytes,
                     gint64 *out_objects)
{
  gsize n = (gsize)chain->n_partitions;
  Buckets self = { .buckets = g_new0 (Bucket, n), .order = g_new (gint32, n) };

  self.is_plain = chain->records.write == NULL;
  worker_run_writer_init (&self.writer, chain->records.write, TRUE);
  worker_output_init (&self.output, channel, rush_schema_of (RUSH_PY_PAIRS_FIELDS, NULL));
  gboolean ok = send_pairs (&self, chain, memory_bytes);
  *out_objects = self.output.objects;

  for (gsize i = 0; i < n; i++)
    {
      g_clear_pointer (&self.buckets[i].plain, worker_plain_free);
      Py_CLEAR (self.buckets[i].list);
    }
  g_free (self.buckets);
  g_free (self.order);
  worker_run_writer_clear (&self.writer);
  worker_output_clear (&self.output);
  return ok;
}
