/* worker_task.c - one task, from TASK to DONE or ERROR.
 *
 *     between tasks ──TASK, COMMAND──▶ running ──chain at its end──▶ DONE ──┐
 *          ▲                             └──────exception─────────▶ ERROR ──┤
 *          └── skips BATCH … until END_OF_INPUT, if that was not read yet ◀─┘
 *
 * An exception of user code ends the task and nothing else: the worker is ready for the next one.
 * Only a broken channel ends the worker.
 */
#include "py/ext/worker_task_private.h"

#include "core/base/json.h"
#include "sql/types/type_json.h"

typedef struct
{
  RushJson *json; /* (owned) */
  guint split;
  gint64 files_version;
  WorkerMemory memory;
  const char *input;
  const char *output;
  RushSchema *input_columns, *output_columns; /* (owned) of rows; else NULL */
} TaskHeader;

typedef struct
{
  gint64 began_us, ran_us; /* monotonic; ran_us: the command was there */
  gint64 objects_in, objects_out;
  gint64 elements;     /* that went through ops */
  gboolean is_virtual; /* times are the simulation's to say: these would not be the next run's */
} TaskCounts;

PyObject *worker_current_task;

/* ── what the runner says first ── */

static gboolean
expect (WorkerChannel *channel, RushPyMessageKind kind, WorkerMessage *out, gboolean *out_closed)
{
  if (!worker_channel_read (channel, out, out_closed))
    return FALSE;
  if (out->kind == kind)
    return TRUE;
  channel->broken = TRUE;
  PyErr_Format (PyExc_RuntimeError, "the runner sent message %d where %d was due", out->kind, kind);
  return FALSE;
}

static gboolean
skip_input (WorkerTaskLoop *self, gboolean *out_closed)
{
  WorkerMessage message;

  while (self->behind)
    {
      if (!worker_channel_read (&self->channel, &message, out_closed))
        return FALSE;
      self->behind = message.kind != RUSH_PY_END_OF_INPUT;
    }
  return TRUE;
}

static gboolean
parse_columns (const RushJson *json, const char *name, RushSchema **out)
{
  GError *error = NULL;
  const char *text = rush_json_get_string (json, name, NULL);
  if (text == NULL)
    return TRUE;
  const RushType *type = rush_type_from_json (text, -1, &error);
  if (type == NULL)
    return worker_raise (error);
  *out = rush_schema_from_type (type);
  return TRUE;
}

static gboolean
parse_header (const WorkerMessage *message, TaskHeader *out)
{
  GError *error = NULL;

  out->json = rush_json_parse ((const char *)message->payload, (gssize)message->length, &error);
  if (out->json == NULL)
    return worker_raise (error);
  out->split = (guint)rush_json_get_int (out->json, "split", 0);
  out->files_version = rush_json_get_int (out->json, "filesVersion", 0);
  out->memory.limit = rush_json_get_int (out->json, "memoryBytes", G_MAXINT64);
  out->memory.dir = rush_json_get_string (out->json, "localDir", g_get_tmp_dir ());
  out->output = rush_json_get_string (out->json, "output", "runs");
  out->input = rush_json_get_string (out->json, "input", "runs");
  return parse_columns (out->json, "inputColumns", &out->input_columns) &&
         parse_columns (out->json, "outputColumns", &out->output_columns);
}

/* random.seed (…), if the task says with what. */
static gboolean
begin_chance (const TaskHeader *header)
{
  const char *seed = rush_json_get_string (header->json, "seed", NULL);

  if (seed == NULL)
    return TRUE;
  PyObject *module = PyImport_ImportModule ("random");
  PyObject *none = module != NULL ? PyObject_CallMethod (module, "seed", "s", seed) : NULL;
  Py_XDECREF (none);
  Py_XDECREF (module);
  return none != NULL;
}

/* ── the chain ── */

static gboolean
send_output (WorkerChannel *channel, WorkerChain *chain, const TaskHeader *header,
             gint64 *out_objects)
{
  gboolean pairs = strcmp (header->output, "pairs") == 0;

  if (pairs != chain->has_partition)
    {
      PyErr_SetString (PyExc_ValueError,
                       "a command ends in `partition` if and only if its output is pairs");
      return FALSE;
    }
  if (pairs)
    return worker_output_pairs (channel, chain, header->memory.limit, out_objects);
  if (header->output_columns != NULL)
    return worker_output_rows (channel, chain, header->output_columns, out_objects);
  if (strcmp (header->output, "lines") == 0)
    return worker_output_lines (channel, chain, out_objects);
  return worker_output_runs (channel, chain, out_objects);
}

/* The ops, as a list: pickled, or made by Python's half of the functions that SQL calls. */
static PyObject *
load_command (const TaskHeader *header, const WorkerMessage *message)
{
  const char *calls = rush_json_get_string (header->json, "calls", NULL);
  if (calls == NULL)
    return worker_loads (message->payload, message->length);
  return PyObject_CallFunction (worker_hooks.chain_of_calls, "sy#", calls, message->payload,
                                (Py_ssize_t)message->length);
}

/* Runs what stands in the message COMMAND.  The exception, if there is one, outlives the clean-up
 * of the user's generators. */
static gboolean
run_command (WorkerTaskLoop *self, TaskHeader *header, TaskCounts *counts)
{
  WorkerChain chain = { 0 };
  WorkerInput input;
  WorkerMessage message;
  gboolean closed = FALSE;

  WorkerFormat *format = worker_format_parse (header->input);
  if (format == NULL)
    return FALSE;
  worker_input_init (&input, &self->channel, format, header->input_columns);
  worker_current_input = &input;
  gboolean ok = expect (&self->channel, RUSH_PY_COMMAND, &message, &closed);
  PyObject *command = ok ? load_command (header, &message) : NULL;
  ok = command != NULL &&
       worker_chain_build (&chain, command, &input.stage, header->split, &header->memory);
  Py_XDECREF (command); /* the chain holds it */
  input.read = chain.records.read;
  counts->ran_us = g_get_monotonic_time ();
  ok = ok && worker_chain_start (&chain) &&
       send_output (&self->channel, &chain, header, &counts->objects_out);

  PyObject *exception = ok ? NULL : worker_take_exception ();
  counts->elements = worker_chain_n_elements (&chain);
  worker_chain_clear (&chain);
  worker_current_input = NULL;
  counts->objects_in = input.objects;
  self->behind = !input.ended;
  worker_input_clear (&input);
  if (exception != NULL)
    {
      PyErr_SetObject ((PyObject *)Py_TYPE (exception), exception);
      Py_DECREF (exception);
    }
  return ok;
}

/* ── the answer ── */

static gboolean
answer (WorkerChannel *channel, RushPyMessageKind kind, GString *json)
{
  GByteArray *framed = g_byte_array_sized_new ((guint)(RUSH_PY_HEADER_BYTES + json->len));

  g_byte_array_set_size (framed, RUSH_PY_HEADER_BYTES);
  g_byte_array_append (framed, (const guint8 *)json->str, (guint)json->len);
  gboolean ok = worker_channel_write (channel, kind, framed);
  g_byte_array_unref (framed);
  return ok;
}

static gboolean
answer_done (WorkerChannel *channel, const TaskCounts *counts, const WorkerMemory *memory)
{
  g_autoptr (GString) json = g_string_new (NULL);
  RushJsonWriter w;

  rush_json_writer_init (&w, json);
  rush_json_begin_object (&w);
  rush_json_member (&w, "startUs");
  rush_json_int (&w, counts->is_virtual ? 0 : counts->ran_us - counts->began_us);
  rush_json_member (&w, "runUs");
  rush_json_int (&w, counts->is_virtual ? 0 : g_get_monotonic_time () - counts->ran_us);
  rush_json_member (&w, "objectsIn");
  rush_json_int (&w, counts->objects_in);
  rush_json_member (&w, "objectsOut");
  rush_json_int (&w, counts->objects_out);
  rush_json_member (&w, "elements");
  rush_json_int (&w, counts->elements);
  rush_json_member (&w, "memoryBytesSpilled");
  rush_json_int (&w, memory->spilled);
  rush_json_member (&w, "diskBytesSpilled");
  rush_json_int (&w, memory->disk_bytes);
  rush_json_end_object (&w);
  return answer (channel, RUSH_PY_DONE, json);
}

/* UTF-8 of a str that may hold lone surrogates (file names do). */
static PyObject *
encode_lossy (PyObject *text)
{
  return PyUnicode_Check (text) ? PyUnicode_AsEncodedString (text, "utf-8", "backslashreplace")
                                : NULL;
}

/* Consumes @exception. */
static gboolean
answer_error (WorkerChannel *channel, PyObject *exception)
{
  g_autoptr (GString) json = g_string_new (NULL);
  PyObject *name = NULL, *text = NULL;
  RushJsonWriter w;

  PyObject *told = PyObject_CallFunctionObjArgs (worker_hooks.describe, exception, NULL);
  if (told != NULL && PyTuple_Check (told) && PyTuple_GET_SIZE (told) == 2)
    {
      name = encode_lossy (PyTuple_GET_ITEM (told, 0));
      text = encode_lossy (PyTuple_GET_ITEM (told, 1));
    }
  PyErr_Clear (); /* what cannot be told in full is told by the name of its class */
  const char *class_name = Py_TYPE (exception)->tp_name;

  rush_json_writer_init (&w, json);
  rush_json_begin_object (&w);
  rush_json_member (&w, "class");
  rush_json_string (&w, name != NULL ? PyBytes_AS_STRING (name) : class_name);
  rush_json_member (&w, "traceback");
  rush_json_string (&w, text != NULL ? PyBytes_AS_STRING (text) : class_name);
  rush_json_end_object (&w);
  Py_XDECREF (name);
  Py_XDECREF (text);
  Py_XDECREF (told);
  Py_DECREF (exception);
  return answer (channel, RUSH_PY_ERROR, json);
}

/* What user code has printed is seen before the answer is. */
static void
flush_prints (void)
{
  PyObject *none = PyObject_CallFunctionObjArgs (worker_hooks.before_answer, NULL);
  Py_XDECREF (none);
  PyErr_Clear ();
}

static void
set_current_task (const WorkerMessage *message)
{
  Py_CLEAR (worker_current_task);
  if (message != NULL)
    worker_current_task =
        PyBytes_FromStringAndSize ((const char *)message->payload, (Py_ssize_t)message->length);
}

/* ── the loop's body ── */

gboolean
worker_run_task (WorkerTaskLoop *self, gboolean *out_closed)
{
  TaskHeader header = { 0 };
  TaskCounts counts = { 0 };
  WorkerMessage message;

  *out_closed = FALSE;
  if (!skip_input (self, out_closed) ||
      !expect (&self->channel, RUSH_PY_TASK, &message, out_closed))
    {
      if (!*out_closed && PyErr_ExceptionMatches (PyExc_EOFError))
        {
          PyErr_Clear ();
          *out_closed = TRUE;
        }
      return FALSE;
    }
  counts.began_us = g_get_monotonic_time ();
  self->behind = TRUE;
  set_current_task (&message);
  gboolean ok = parse_header (&message, &header) && worker_begin_task (header.files_version) &&
                begin_chance (&header) && run_command (self, &header, &counts) &&
                worker_send_accumulators (&self->channel);
  counts.is_virtual = header.json != NULL && rush_json_get_bool (header.json, "virtualTime", FALSE);
  g_clear_pointer (&header.json, rush_json_free);
  g_clear_pointer (&header.input_columns, rush_schema_unref);
  g_clear_pointer (&header.output_columns, rush_schema_unref);

  PyObject *exception = ok ? NULL : worker_take_exception ();
  if (self->channel.broken)
    {
      /* The runner has gone, or given up on this task: nobody is left to be told. */
      set_current_task (NULL);
      Py_XDECREF (exception);
      *out_closed = TRUE;
      return FALSE;
    }
  flush_prints ();
  set_current_task (NULL);
  ok = ok ? answer_done (&self->channel, &counts, &header.memory)
          : answer_error (&self->channel, exception);
  if (ok)
    return TRUE;
  *out_closed = TRUE;
  PyErr_Clear ();
  return FALSE;
}
