/* worker_private.h - the pieces of rushlight._worker: what a Python worker does with a task, in C.
 *
 *     socket ─▶ channel ─▶ input ─▶ segment ─▶ break ─▶ segment ─▶ output ─▶ channel ─▶ socket
 *               messages   elements  map…      combine…  map…       runs      messages
 *                          └──────────── Stage: next () pulls ───────────┘
 *
 *   worker_module.c      the module: Worker, portable_hash
 *   worker_task.c        one task from TASK to DONE or ERROR
 *   worker_chain.c       the command as stages; segments: the ops that take one element at a time
 *   worker_join.c        joinSides: what values of one key make pairs
 *   worker_break.c       mapPartitions, glom, count: ops that want all of their input
 *   worker_combine.c     combine, mergeCombiners, group, mergeGroups: ops on a table
 *   worker_combine_spill.c   the same, of what is larger than memory
 *   worker_table.c       key → value, found once
 *   worker_sort.c        sort: pairs in the order of their keys
 *   worker_sort_numbers.c   keys that are numbers
 *   worker_sort_plain.c  pairs that are sorted before they are objects
 *   worker_merge.c       sorted runs on disk as one
 *   worker_memory.c      what stages hold, and how much they may
 *   worker_spill.c       a file of blocks of elements
 *   worker_format.c      what the rows of the input are
 *   worker_input.c       batches → elements
 *   worker_output.c      elements → runs or lines → batches
 *   worker_rows.c        batches of columns → Rows, and elements → batches of columns
 *   worker_partition.c   portable_hash; pairs → buckets → runs by reduce partition
 *   worker_sharing.c     what tasks share: accumulators, barriers
 *   worker_channel.c     messages on a socket
 *   worker_plain.c, worker_plain_read.c   lists of numbers, strings, tuples … as bytes
 *   worker_arenas.c      where Python's objects live
 *   worker_support.c     pickling, errors, pairs
 *
 * Failure: as in CPython, NULL or FALSE with an exception set.
 * Threads: the interpreter's main one; user code may start others, so reads and writes release the
 *          GIL, and the iterator that user code holds refuses to be entered twice.
 */
#pragma once

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include "core/data/builder.h"
#include "core/data/encoding.h"
#include "py/ext/worker_memory.h"
#include "py/ext/worker_plain.h"
#include "py/runner/protocol.h"

/* ── channel ── */

typedef struct
{
  int fd;
  gsize max_message; /* bytes of payload, of those that are written */
  guint8 *bytes;     /* what was read and is not yet used: [start, end) */
  gsize capacity, start, end;
  GByteArray *held;          /* (owned) a small message that is written with the next one */
  gboolean broken;           /* reading or writing has failed: no message can follow */
  gboolean reading, writing; /* a thread is in the middle of a message */
} WorkerChannel;

typedef struct
{
  RushPyMessageKind kind;
  const guint8 *payload; /* in the channel's buffer: until the next read */
  gsize length;
} WorkerMessage;

void worker_channel_init (WorkerChannel *self, int fd, gsize max_message);
void worker_channel_clear (WorkerChannel *self);
/* *@out_closed: the runner has closed its end between two messages; then FALSE, no exception. */
gboolean worker_channel_read (WorkerChannel *self, WorkerMessage *out, gboolean *out_closed);
/* @framed is room for the header, RUSH_PY_HEADER_BYTES, and the payload. */
gboolean worker_channel_write (WorkerChannel *self, RushPyMessageKind kind, GByteArray *framed);
/* The same, where another message follows at once: a small one is written with that, so that its
 * reader is woken once. */
gboolean worker_channel_hold (WorkerChannel *self, RushPyMessageKind kind, GByteArray *framed);

/* ── stages ── */

/* Gives elements, one a call: a new reference; NULL without an exception: there are no more. */
typedef struct _Stage Stage;
struct _Stage
{
  PyObject *(*next) (Stage *self);
  /* Before the first next (), upstream first: PySpark calls the function of a mapPartitions, and
   * fills the dict of a combine, before anything is pulled from behind.  Optional. */
  gboolean (*start) (Stage *self);
  void (*free) (Stage *self); /* frees what the stage holds, not its source */
  Stage *source;              /* (unowned) upstream; NULL: the input */
  PyObject *place;            /* (unowned) of a break: worker_explain () */
  gint64 n_elements;          /* of a segment: that it has taken, and walked over */
};

/* How the runs of a task are made and read; all zero: pickled, 1, 2, 4 … elements by size. */
typedef struct
{
  PyObject *read;    /* (unowned) (bytes) → list, or NULL: pickle */
  PyObject *write;   /* (unowned) (list) → bytes, or NULL: pickle */
  gint64 run_length; /* elements; 0: by size, −1: all */
  gboolean plain;    /* runs that only workers and their driver read: WorkerRunWriter */
} WorkerRecords;

typedef struct
{
  PyObject *command; /* (owned) holds the places of the ops */
  WorkerRecords records;
  Stage **stages; /* input first; all but that owned */
  guint n;
  guint partition;        /* of the task */
  WorkerMemory *memory;   /* (unowned) of the task */
  gboolean has_partition; /* the chain ends in `partition`: */
  Py_ssize_t n_partitions;
  PyObject *partition_function; /* (owned) or a range, a tuple; NULL: portable_hash */
  PyObject *partition_place;    /* (unowned) */
} WorkerChain;

/* Builds the stages of @command, a list of tuples (name, argument…, place), on top of @input. */
gboolean worker_chain_build (WorkerChain *self, PyObject *command, Stage *input, guint partition,
                             WorkerMemory *memory);
gboolean worker_chain_start (WorkerChain *self);
/* Downstream first: the clean-up of a generator may still pull from its source. */
/* That went through ops which take one at a time. */
gint64 worker_chain_n_elements (const WorkerChain *self);
void worker_chain_clear (WorkerChain *self);

static inline Stage *
worker_chain_end (const WorkerChain *self)
{
  return self->stages[self->n - 1];
}

Stage *worker_map_partitions_new (Stage *source, PyObject *function, gboolean with_index,
                                  guint partition);
Stage *worker_glom_new (Stage *source);
Stage *worker_count_new (Stage *source);
Stage *worker_combine_new (Stage *source, WorkerMemory *memory, PyObject *create, PyObject *merge,
                           PyObject *merge_combiners);
Stage *worker_merge_combiners_new (Stage *source, WorkerMemory *memory, PyObject *merge);
Stage *worker_group_new (Stage *source, WorkerMemory *memory);
Stage *worker_merge_groups_new (Stage *source, WorkerMemory *memory);
Stage *worker_sort_new (Stage *source, WorkerMemory *memory, PyObject *function,
                        PyObject *ascending);
extern PyTypeObject PartitionIterator_Type;
extern PyTypeObject SortKey_Type;

/* ── input ── */

typedef enum
{
  WORKER_LINES,
  WORKER_BYTES,
  WORKER_BINARY,
  WORKER_LONG,
  WORKER_RUNS,
  WORKER_ROWS,
  WORKER_ZIP, /* from here on: of two formats */
  WORKER_CARTESIAN,
} WorkerFormatKind;

typedef struct _WorkerFormat WorkerFormat;
struct _WorkerFormat
{
  WorkerFormatKind kind;
  guint column; /* the first of its columns */
  WorkerFormat *left, *right;
};

/* "runs", "zip(lines,runs)" …: protocol.h. */
WorkerFormat *worker_format_parse (const char *text);
void worker_format_free (WorkerFormat *self); /* NULL is fine */
RushSchema *worker_format_schema (const WorkerFormat *self);
/* A new list: what row @row of @batch stands for; @read as in WorkerRecords. */
PyObject *worker_format_elements (const WorkerFormat *self, PyObject *read, const RushBatch *batch,
                                  guint row);
/* FALSE with PySpark's ValueError if two lists cannot be zipped. */
gboolean worker_format_check_zip (PyObject *left, PyObject *right);
/* A line as str, or as the bytes of that: what is no UTF-8 is replaced as Java does it. */
PyObject *worker_line (const char *bytes, gsize length);
PyObject *worker_line_bytes (const char *bytes, gsize length);

typedef struct
{
  Stage stage;
  WorkerChannel *channel;
  RushSchema *schema;
  RushBatch *batch;      /* or NULL; its strings stand in `held`, or else in the channel's buffer */
  const guint8 *payload; /* of the batch */
  gsize payload_bytes;
  GBytes *held; /* (owned) or NULL */
  GQueue kept;  /* of GBytes: batches that came while a barrier was waited for */
  guint row;
  PyObject *read; /* (unowned) as in WorkerRecords */
  WorkerFormat *format;
  PyObject *run; /* the list being walked, or NULL; of rows: those of the batch */
  Py_ssize_t at;
  WorkerPlainReader plain; /* of a run that is read one element at a time */
  PyObject *names;         /* rows: of the columns */
  PyObject *other;         /* pairs: the list on the right, or NULL */
  Py_ssize_t other_at;
  gint64 objects; /* given out */
  gboolean ended; /* END_OF_INPUT has been read */
} WorkerInput;

/* Takes over @format.  @columns: of rows; else NULL. */
void worker_input_init (WorkerInput *self, WorkerChannel *channel, WorkerFormat *format,
                        RushSchema *columns);
void worker_input_clear (WorkerInput *self);
/* The next batch with rows in it; FALSE without an exception: the input has ended. */
gboolean worker_input_next_batch (WorkerInput *self);
/* The next of the rows that the input is. */
PyObject *worker_rows_next (Stage *stage);
/* The next element of @stage as bytes, if it is an input, and has it so.  FALSE: an exception, or
 * it is to be asked for the element itself, which it may have. */
gboolean worker_input_take_plain (Stage *stage, WorkerPlainElement *out);
/* Reads messages until one of @kind is there, and keeps the input that comes before it. */
gboolean worker_input_await (WorkerInput *self, RushPyMessageKind kind, WorkerMessage *out);

/* ── output ── */

typedef struct
{
  WorkerChannel *channel;
  RushSchema *schema;
  RushBatchBuilder *builder;
  GByteArray *framed; /* header and encoded batch */
  gsize bytes;        /* in the builder */
  gint64 objects;
} WorkerOutput;

/* Each pulls @chain to its end and sends all that comes. */
gboolean worker_output_runs (WorkerChannel *channel, WorkerChain *chain, gint64 *out_objects);
gboolean worker_output_lines (WorkerChannel *channel, WorkerChain *chain, gint64 *out_objects);
gboolean worker_output_rows (WorkerChannel *channel, WorkerChain *chain, RushSchema *columns,
                             gint64 *out_objects);
gboolean worker_output_pairs (WorkerChannel *channel, WorkerChain *chain, gint64 memory_bytes,
                              gint64 *out_objects);

void worker_output_init (WorkerOutput *self, WorkerChannel *channel, RushSchema *schema);
void worker_output_clear (WorkerOutput *self);
/* One row (partition, run, objects), or (run, objects) with @partition −1. */
gboolean worker_output_run (WorkerOutput *self, gint64 partition, const char *bytes, gsize length,
                            gint64 n_objects);
gboolean worker_output_flush (WorkerOutput *self);

/* PySpark's portable_hash. */
gboolean worker_portable_hash (PyObject *key, gint64 *out);

/* ── sharing ── */

/* Tells the Python half of a new task. */
gboolean worker_begin_task (gint64 files_version);
/* Sends what the task has added to accumulators, if there is anything. */
gboolean worker_send_accumulators (WorkerChannel *channel);
extern WorkerInput *worker_current_input; /* of the task that runs, or NULL */
/* barrier_sync (method, message) → list of str: the module's function. */
PyObject *worker_barrier_sync (PyObject *module, PyObject *args);

/* ── support ── */

/* What the Python half gives: rushlight.worker. */
typedef struct
{
  PyObject *loads;          /* pickle.loads */
  PyObject *dumps;          /* pickle.dumps */
  PyObject *dumps_by_value; /* (list) → bytes: for what pickle refuses */
  PyObject *describe;       /* (exception) → (class name, traceback) */
  PyObject *stop_iteration; /* (exception) → the exception to raise instead */
  PyObject *explain;        /* (exception, place, fault, [thing]): notes them with it */
  PyObject *before_answer;  /* () → None: flushes what user code has printed */
  PyObject *begin_task;     /* (files version) → None: nothing of the last task's is left */
  PyObject *chain_of_calls; /* (JSON, bytes) → ops that call functions of SQL with columns */
  PyObject *end_task;       /* () → bytes: what was added to accumulators; or None */
} WorkerHooks;
extern WorkerHooks worker_hooks;

PyObject *worker_loads (const void *bytes, gsize length);
/* A list from a run, through what a command says, or if that is NULL from what WorkerRunWriter
 * writes: a pickle, or plain data. */
PyObject *worker_read_run (PyObject *read, const void *bytes, gsize length);

/* Writes runs; those that only workers and their driver read as plain data (worker_plain.h), as
 * long as there is nothing else in them. */
typedef struct
{
  PyObject *write;    /* (unowned) as in WorkerRecords */
  WorkerPlain *plain; /* (owned) NULL: no run will be plain any more */
  PyObject *pickled;  /* (owned) the last one, if it was not plain */
  gboolean by_value;  /* pickle has refused something */
  const char *bytes;  /* the last one, until the next is written */
  gsize length;
} WorkerRunWriter;

void worker_run_writer_init (WorkerRunWriter *self, PyObject *write, gboolean plain);
void worker_run_writer_clear (WorkerRunWriter *self);
gboolean worker_run_writer_write (WorkerRunWriter *self, PyObject *list);

/* An exception from @error, which is freed. Returns FALSE. */
gboolean worker_raise (GError *error);
/* The exception that is set, as an instance with its traceback; none is set any more. */
PyObject *worker_take_exception (void);
/* After a user function returned NULL: a StopIteration becomes a RuntimeError, as it would
 * otherwise end a loop quietly (fail_on_stopiteration).  Returns NULL. */
PyObject *worker_call_failed (void);

/* After an op has failed: notes its @place (NULL: unknown) and what it failed on with the exception
 * that is set, unless that has frames of the user's, or was explained further upstream.  Off the
 * hot path.  @thing, or NULL, is by @fault:
 *
 *   "pair"      an element that is no (key, value)
 *   "key"       a key that cannot be hashed
 *   "result"    what a function returned, which cannot be iterated over
 *   "function"  what is called, but is no function
 *   "call"      what a function was called with */
void worker_explain (PyObject *place, const char *fault, PyObject *thing);
/* The last two: after a call of @function with @x (or NULL) has failed. */
void worker_explain_call (PyObject *place, PyObject *function, PyObject *x);

static inline PyObject *
worker_call (PyObject *function, PyObject *x)
{
  PyObject *args[2] = { NULL, x };
  PyObject *y = PyObject_Vectorcall (function, args + 1, 1 | PY_VECTORCALL_ARGUMENTS_OFFSET, NULL);
  return G_LIKELY (y != NULL) ? y : worker_call_failed ();
}

static inline PyObject *
worker_call_two (PyObject *function, PyObject *x, PyObject *y)
{
  PyObject *args[3] = { NULL, x, y };
  PyObject *z = PyObject_Vectorcall (function, args + 1, 2 | PY_VECTORCALL_ARGUMENTS_OFFSET, NULL);
  return G_LIKELY (z != NULL) ? z : worker_call_failed ();
}

/* Replaces @element, which is consumed, by an exact tuple of two; NULL on failure. */
PyObject *worker_pair_from_iterable (PyObject *element, PyObject *place);

static inline PyObject *
worker_pair (PyObject *element, PyObject *place)
{
  if (G_LIKELY (PyTuple_CheckExact (element) && PyTuple_GET_SIZE (element) == 2))
    return element;
  return worker_pair_from_iterable (element, place);
}

/* (@a, @b), both references consumed, also on failure; NULL for either is passed on. */
static inline PyObject *
worker_tuple_two (PyObject *a, PyObject *b)
{
  PyObject *tuple = G_LIKELY (a != NULL && b != NULL) ? PyTuple_New (2) : NULL;
  if (G_UNLIKELY (tuple == NULL))
    {
      Py_XDECREF (a);
      Py_XDECREF (b);
      return NULL;
    }
  PyTuple_SET_ITEM (tuple, 0, a);
  PyTuple_SET_ITEM (tuple, 1, b);
  return tuple;
}

/* x[i] of an element that is no tuple, or a short one; explained with @place if it fails. */
PyObject *worker_item_of_any (PyObject *x, guint i, PyObject *place);

/* x[i], with a quick way for the tuples that pairs are. */
static inline PyObject *
worker_item (PyObject *x, guint i, PyObject *place)
{
  if (G_UNLIKELY (!PyTuple_CheckExact (x) || PyTuple_GET_SIZE (x) <= (Py_ssize_t)i))
    return worker_item_of_any (x, i, place);
  PyObject *y = PyTuple_GET_ITEM (x, i);
  Py_INCREF (y);
  return y;
}

/* ── walking what a function returned ── */

typedef enum
{
  WALK_NOTHING,
  WALK_LIST,
  WALK_TUPLE,
  WALK_ITERATOR,
  WALK_PRODUCT,
} WalkKind;

typedef struct
{
  WalkKind kind;
  Py_ssize_t at;
  PyObject *walked; /* (owned) */
  PyObject *right;  /* (owned) a product's second list; NULL in all others */
  Py_ssize_t at_right;
} Walk;

/* A new reference to an item that is not asked for again.  It goes out of a list that nobody else
 * holds: whoever gets it can then see that it is the only one who has it. */
static inline PyObject *
worker_take_item (PyObject *list, Py_ssize_t i)
{
  PyObject *x = PyList_GET_ITEM (list, i);

  if (Py_REFCNT (list) == 1)
    PyList_SET_ITEM (list, i, NULL);
  else
    Py_INCREF (x);
  return x;
}

/* Begins a walk over the pairs (v, w) of what joinSides is given, which it does not consume. */
gboolean worker_walk_sides (Walk *walk, PyObject *tagged, PyObject *fill_left, PyObject *fill_right,
                            PyObject *place);
/* The next of them. */
PyObject *worker_walk_product (Walk *walk);

/* Consumes @iterable, unless it fails.  Exact lists and tuples are walked by index, without an
 * iterator. */
static inline gboolean
walk_begin (Walk *self, PyObject *iterable)
{
  self->at = 0;
  self->walked = iterable;
  if (PyList_CheckExact (iterable))
    self->kind = WALK_LIST;
  else if (PyTuple_CheckExact (iterable))
    self->kind = WALK_TUPLE;
  else
    {
      self->walked = PyObject_GetIter (iterable);
      if (self->walked == NULL)
        return FALSE;
      Py_DECREF (iterable);
      self->kind = WALK_ITERATOR;
    }
  return TRUE;
}

static inline void
walk_clear (Walk *self)
{
  self->kind = WALK_NOTHING;
  Py_CLEAR (self->walked);
  Py_CLEAR (self->right);
}

static inline PyObject *
walk_next (Walk *self)
{
  PyObject *x = NULL;

  switch (self->kind)
    {
    case WALK_LIST: /* the size is looked at each time: user code may hold the list, and change it
                     */
      return self->at < PyList_GET_SIZE (self->walked) ? worker_take_item (self->walked, self->at++)
                                                       : NULL;
    case WALK_TUPLE:
      if (self->at < PyTuple_GET_SIZE (self->walked))
        x = PyTuple_GET_ITEM (self->walked, self->at++);
      Py_XINCREF (x);
      return x;
    case WALK_ITERATOR:
      x = Py_TYPE (self->walked)->tp_iternext (self->walked);
      if (x == NULL && PyErr_Occurred () && PyErr_ExceptionMatches (PyExc_StopIteration))
        PyErr_Clear ();
      return x;
    case WALK_PRODUCT:
      return worker_walk_product (self);
    case WALK_NOTHING:
      break;
    }
  return NULL;
}
