/* worker_sharing.c - what a task shares with others: accumulators and barriers.
 *
 * The variables themselves are Python's (rushlight/accumulators.py, broadcast.py, taskcontext.py):
 * begin_task forgets those of the last task, end_task gives what this one has added.  Here are the
 * messages.
 *
 * A barrier in the middle of a task:
 *
 *     worker                                runner
 *       ├── BARRIER (allGather, "7") ────────▶ waits for the other tasks of the stage
 *       │   BATCH  ◀── was on its way ───────┤
 *       │   BATCH  ◀─────────────────────────┤
 *       ◀── BARRIER_ANSWER ["4", "7", …] ────┘
 *
 * The input goes on afterwards with the batches that came in between (worker_input.c).
 */
#include "py/ext/worker_private.h"

WorkerInput *worker_current_input;

gboolean
worker_begin_task (gint64 files_version)
{
  PyObject *none = PyObject_CallFunction (worker_hooks.begin_task, "L", (long long)files_version);

  Py_XDECREF (none);
  return none != NULL;
}

/* ── messages ── */

static GByteArray *
frame_new (void)
{
  GByteArray *framed = g_byte_array_new ();

  return g_byte_array_set_size (framed, RUSH_PY_HEADER_BYTES);
}

/* Consumes @framed. */
static gboolean
send_frame (WorkerChannel *channel, RushPyMessageKind kind, GByteArray *framed)
{
  gboolean ok = worker_channel_write (channel, kind, framed);

  g_byte_array_unref (framed);
  return ok;
}

static gboolean
check_size (const WorkerChannel *channel, gsize bytes, const char *what)
{
  if (bytes < channel->max_message)
    return TRUE;
  PyErr_Format (PyExc_ValueError, "%s takes %zu bytes; at most %zu can go to the driver at once",
                what, bytes, channel->max_message);
  return FALSE;
}

/* ── accumulators ── */

gboolean
worker_send_accumulators (WorkerChannel *channel)
{
  PyObject *updates = PyObject_CallNoArgs (worker_hooks.end_task);
  gboolean ok = updates != NULL;

  if (ok && PyBytes_Check (updates))
    {
      gsize bytes = (gsize)PyBytes_GET_SIZE (updates);
      ok = check_size (channel, bytes, "what a task has added to its accumulators");
      if (ok)
        {
          GByteArray *framed = frame_new ();
          g_byte_array_append (framed, (const guint8 *)PyBytes_AS_STRING (updates), (guint)bytes);
          ok = send_frame (channel, RUSH_PY_ACCUMULATORS, framed);
        }
    }
  Py_XDECREF (updates);
  return ok;
}

/* ── barriers ── */

static PyObject *
raise_refusal (const WorkerMessage *answer)
{
  PyObject *text = PyUnicode_DecodeUTF8 ((const char *)answer->payload + 1,
                                         (Py_ssize_t)answer->length - 1, "replace");
  if (text != NULL)
    PyErr_SetObject (PyExc_RuntimeError, text);
  Py_XDECREF (text);
  return NULL;
}

/* The messages of all partitions, in their order. */
static PyObject *
list_from_answer (const WorkerMessage *answer)
{
  gsize at = 1;
  PyObject *list = PyList_New (0);

  while (list != NULL && at + sizeof (guint32) <= answer->length)
    {
      guint32 length;
      memcpy (&length, answer->payload + at, sizeof length);
      length = GUINT32_FROM_LE (length);
      at += sizeof length;
      g_assert (length <= answer->length - at);
      PyObject *text = PyUnicode_DecodeUTF8 ((const char *)answer->payload + at, length, NULL);
      at += length;
      if (text == NULL || PyList_Append (list, text) < 0)
        Py_CLEAR (list);
      Py_XDECREF (text);
    }
  return list;
}

PyObject *
worker_barrier_sync (PyObject *module, PyObject *args)
{
  WorkerInput *input = worker_current_input;
  WorkerMessage answer;
  const char *text;
  Py_ssize_t bytes;
  guint8 method;

  if (!PyArg_ParseTuple (args, "bs#:barrier_sync", &method, &text, &bytes))
    return NULL;
  if (input == NULL)
    {
      PyErr_SetString (PyExc_RuntimeError, "no task is running");
      return NULL;
    }
  if (!check_size (input->channel, (gsize)bytes, "a message to the other tasks of a stage"))
    return NULL;
  GByteArray *framed = g_byte_array_append (frame_new (), &method, 1);
  g_byte_array_append (framed, (const guint8 *)text, (guint)bytes);
  if (!send_frame (input->channel, RUSH_PY_BARRIER, framed) ||
      !worker_input_await (input, RUSH_PY_BARRIER_ANSWER, &answer))
    return NULL;
  if (answer.length > 0 && answer.payload[0] == 1)
    return list_from_answer (&answer);
  return raise_refusal (&answer);
}
