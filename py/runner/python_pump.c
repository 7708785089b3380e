/* python_pump.c - a task and its worker: input goes out, output comes in, on one thread.
 *
 *     parent ─batches─▶ feed ─▶ ┌────────┐ ─▶ worker
 *                               │ socket │
 *     caller ◀─batches── pump ◀─└────────┘ ◀─
 *
 * next () turns until it has a batch: take a message if one is there; else send if the socket takes
 * it; else wait in poll () for either, and for the task's cancellation.  Nothing blocks on one
 * direction, so a function that writes much before it reads, or never reads, is as good as any.
 *
 * How a conversation ends, and what becomes of the worker:
 *
 *     DONE                       released, once its input is finished
 *     ERROR                      the same: an exception of user code leaves a healthy worker
 *     the socket closes          lost
 *     cancelled, parent failed,  killed: it must not take a cut-off input for the whole partition
 *     out of memory              and act upon it
 *     closed by the caller       killed, unless it has all of its input and finishes at once
 *     before the end
 *
 * A new worker costs half a millisecond, so killing one is no loss.
 *
 * Mirrors: org.apache.spark.api.python.BasePythonRunner (ReaderIterator and Writer).
 */
#include "py/runner/python_pump_private.h"

#include "core/base/json.h"
#include "core/data/encoding.h"
#include "py/runner/python_barrier_private.h"
#include "py/runner/python_feed_private.h"
#include "py/runner/python_task_private.h"

#include <errno.h>
#include <poll.h>
#include <sys/socket.h>

#define POLL_MS 1000 /* when cancellation wakes us; else POLL_SHORT_MS */
#define POLL_SHORT_MS 50
#define LEAVE_US 20000 /* for a worker that is as good as done when its caller leaves */
#define SKIP_US (30 * G_USEC_PER_SEC) /* for a worker that has answered, to skip its input */

typedef struct
{
  RushIterator base;
  const RushPythonWork *work;
  RushTaskContext *ctx;
  RushPythonWorker *worker; /* NULL: given back, one way or the other */
  RushPythonFeed feed;
  gint64 began_us; /* the worker has had the task since */

  /* The message that comes in. */
  guint8 header[RUSH_PY_HEADER_BYTES];
  gsize header_bytes;  /* received of it */
  RushBuffer *payload; /* NULL: the header is not complete */
  gsize payload_bytes; /* received of it */
} Pump;

typedef enum
{
  GOT_MESSAGE,
  GOT_NOTHING, /* not yet */
  GOT_CLOSED,
  GOT_FAILED,
} Got;

/* ── the worker's end ── */

static void
charge_run_time (Pump *self)
{
  self->ctx->metrics.python_run_us += rush_clock_now_us (self->ctx->clock) - self->began_us;
}

static void
give_up (Pump *self)
{
  if (self->worker == NULL)
    return;
  charge_run_time (self);
  rush_python_workers_kill (self->work->workers, g_steal_pointer (&self->worker));
}

static void
lose (Pump *self, GError **error)
{
  charge_run_time (self);
  rush_python_workers_lost (self->work->workers, g_steal_pointer (&self->worker), self->ctx, error);
}

/* ── waiting ── */

/* Until the socket is ready for @events or the task is cancelled, at most @timeout_ms. */
static void
wait_ready (Pump *self, short events, int timeout_ms)
{
  int cancel_fd = rush_task_context_cancel_fd (self->ctx);
  struct pollfd fds[2] = { { .fd = self->worker->fd, .events = events },
                           { .fd = cancel_fd, .events = POLLIN } };

  if (cancel_fd < 0)
    timeout_ms = MIN (timeout_ms, POLL_SHORT_MS);
  poll (fds, 2, timeout_ms); /* EINTR: as good as a time-out */
}

/* The worker has answered: what it still has to get of its input goes out, so that it is at the
 * beginning of the next task.  It reads without doing anything else now. */
static gboolean
finish_input (Pump *self)
{
  gint64 deadline_us = g_get_monotonic_time () + SKIP_US;

  rush_python_feed_cut (&self->feed);
  for (;;)
    switch (rush_python_feed_step (&self->feed, self->worker->fd, NULL))
      {
      case RUSH_PYTHON_FEED_SENT:
        break;
      case RUSH_PYTHON_FEED_DONE:
        return TRUE;
      case RUSH_PYTHON_FEED_BLOCKED:
        if (!rush_task_context_check (self->ctx, NULL) || g_get_monotonic_time () > deadline_us)
          return FALSE;
        wait_ready (self, POLLOUT, POLL_MS);
        break;
      case RUSH_PYTHON_FEED_LOST:
      case RUSH_PYTHON_FEED_FAILED:
        return FALSE;
      }
}

static void
release (Pump *self)
{
  if (!finish_input (self))
    {
      give_up (self);
      return;
    }
  charge_run_time (self);
  rush_python_workers_release (self->work->workers, g_steal_pointer (&self->worker));
}

/* ── messages from the worker ── */

/* One recv; *@out_n: how much came. */
static Got
receive_some (Pump *self, guint8 *bytes, gsize size, gsize *out_n)
{
  gssize n;

  do
    n = recv (self->worker->fd, bytes, size, MSG_DONTWAIT);
  while (n < 0 && errno == EINTR);
  if (n == 0 || (n < 0 && errno == ECONNRESET))
    return GOT_CLOSED;
  if (n < 0)
    return GOT_NOTHING;
  *out_n = (gsize)n;
  self->ctx->metrics.python_bytes_out += n;
  return GOT_MESSAGE;
}

/* Reads on at @bytes[*inout_received …@size): a long rest straight into its place, else as much as
 * there is of several messages at once. */
static Got
receive_into (Pump *self, guint8 *bytes, gsize size, gsize *inout_received)
{
  while (*inout_received < size)
    {
      RushPythonWorker *worker = self->worker;
      gsize wanted = size - *inout_received;
      gsize n = MIN (wanted, worker->ahead_end - worker->ahead_start);
      Got got = GOT_MESSAGE;

      if (n > 0)
        {
          memcpy (bytes + *inout_received, worker->ahead + worker->ahead_start, n);
          worker->ahead_start += n;
        }
      else if (wanted >= sizeof worker->ahead)
        got = receive_some (self, bytes + *inout_received, wanted, &n);
      else
        {
          worker->ahead_start = worker->ahead_end = 0;
          got = receive_some (self, worker->ahead, sizeof worker->ahead, &worker->ahead_end);
        }
      if (got != GOT_MESSAGE)
        return got;
      *inout_received += n;
    }
  return GOT_MESSAGE;
}

static guint32
header_word (const Pump *self, guint i)
{
  guint32 word;

  memcpy (&word, self->header + 4 * i, sizeof word);
  return GUINT32_FROM_LE (word);
}

/* On GOT_MESSAGE the payload is the caller's. */
static Got
receive (Pump *self, RushPyMessageKind *out_kind, RushBuffer **out_payload, GError **error)
{
  Got got = receive_into (self, self->header, sizeof self->header, &self->header_bytes);

  if (got != GOT_MESSAGE)
    return got;
  if (self->payload == NULL)
    {
      if (header_word (self, 1) > RUSH_PY_MAX_MESSAGE)
        {
          g_set_error_literal (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_CORRUPT,
                               "a Python worker sent something that is no message: does user code "
                               "write to descriptors that it did not open?");
          return GOT_FAILED;
        }
      self->payload = rush_buffer_new (self->ctx->allocator, header_word (self, 1), error);
      if (self->payload == NULL)
        return GOT_FAILED;
      self->payload_bytes = 0;
    }
  got = receive_into (self, self->payload->bytes, self->payload->size, &self->payload_bytes);
  if (got != GOT_MESSAGE)
    return got;
  *out_kind = (RushPyMessageKind)header_word (self, 0);
  *out_payload = g_steal_pointer (&self->payload);
  self->header_bytes = 0;
  return GOT_MESSAGE;
}

static void
raise_python (const RushBuffer *payload, GError **error)
{
  g_autoptr (RushJson) json =
      rush_json_parse ((const char *)payload->bytes, (gssize)payload->size, NULL);

  g_set_error_literal (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_PYTHON,
                       rush_json_get_string (json, "traceback", "an exception without a text"));
}

static void
take_accumulators (Pump *self, const RushBuffer *payload)
{
  rush_task_context_add_accumulator_updates (self->ctx,
                                             g_bytes_new (payload->bytes, payload->size));
}

static void
note_counts (Pump *self, const RushBuffer *payload)
{
  g_autoptr (RushJson) json =
      rush_json_parse ((const char *)payload->bytes, (gssize)payload->size, NULL);

  self->ctx->metrics.memory_bytes_spilled += rush_json_get_int (json, "memoryBytesSpilled", 0);
  self->ctx->metrics.disk_bytes_spilled += rush_json_get_int (json, "diskBytesSpilled", 0);
  self->ctx->python_objects += rush_json_get_int (json, "objectsIn", 0);
  self->ctx->python_objects += rush_json_get_int (json, "objectsOut", 0);
  self->ctx->python_objects += rush_json_get_int (json, "elements", 0);
}

/* Nothing is fed meanwhile: the worker reads no input, and what is on its way it keeps. */
static void
meet_others (Pump *self, RushBuffer *payload, GError **error)
{
  switch (rush_python_barrier_meet (&self->feed, payload, self->worker->fd, self->ctx, error))
    {
    case RUSH_PYTHON_BARRIER_ANSWERED:
      break;
    case RUSH_PYTHON_BARRIER_LOST:
      lose (self, error);
      break;
    case RUSH_PYTHON_BARRIER_FAILED:
      give_up (self);
      break;
    }
}

/* A message that has arrived: a batch, or NULL if it was something else; the worker is gone at the
 * end, in success or failure. */
static RushBatch *
understand (Pump *self, RushPyMessageKind kind, RushBuffer *payload, GError **error)
{
  RushBatch *batch;
  gsize offset = 0;

  switch (kind)
    {
    case RUSH_PY_BATCH:
      batch = rush_batch_decode (payload, &offset, self->work->output_schema, self->ctx->allocator,
                                 error);
      if (batch == NULL)
        give_up (self);
      return batch;
    case RUSH_PY_ACCUMULATORS:
      take_accumulators (self, payload);
      return NULL;
    case RUSH_PY_BARRIER:
      meet_others (self, payload, error);
      return NULL;
    case RUSH_PY_DONE:
      note_counts (self, payload);
      release (self);
      return NULL;
    case RUSH_PY_ERROR:
      raise_python (payload, error);
      release (self);
      return NULL;
    case RUSH_PY_TASK:
    case RUSH_PY_COMMAND:
    case RUSH_PY_END_OF_INPUT:
    case RUSH_PY_BARRIER_ANSWER:
      break;
    }
  g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_CORRUPT,
               "a Python worker sent message %d: does user code write to descriptors that it did "
               "not open?",
               (int)kind);
  give_up (self);
  return NULL;
}

/* ── the iterator ── */

/* FALSE: the conversation is over, with @error set. */
static gboolean
feed (Pump *self, GError **error)
{
  switch (rush_python_feed_step (&self->feed, self->worker->fd, error))
    {
    case RUSH_PYTHON_FEED_SENT:
      return TRUE;
    case RUSH_PYTHON_FEED_BLOCKED:
      wait_ready (self, POLLIN | POLLOUT, POLL_MS);
      return TRUE;
    case RUSH_PYTHON_FEED_DONE:
    case RUSH_PYTHON_FEED_LOST: /* what it said before it went is still to be read */
      wait_ready (self, POLLIN, POLL_MS);
      return TRUE;
    case RUSH_PYTHON_FEED_FAILED:
      break;
    }
  give_up (self);
  return FALSE;
}

static RushBatch *
pump_next (RushIterator *base, GError **error)
{
  Pump *self = (Pump *)base;
  RushPyMessageKind kind;

  while (self->worker != NULL)
    {
      g_autoptr (RushBuffer) payload = NULL;
      RushBatch *batch;

      if (!rush_task_context_check (self->ctx, error))
        {
          give_up (self);
          return NULL;
        }
      /* Of a task that the worker has not been told of, nothing can have come. */
      switch (self->feed.begun ? receive (self, &kind, &payload, error) : GOT_NOTHING)
        {
        case GOT_MESSAGE:
          batch = understand (self, kind, payload, error);
          if (batch != NULL)
            return batch;
          break;
        case GOT_CLOSED:
          lose (self, error);
          return NULL;
        case GOT_FAILED:
          give_up (self);
          return NULL;
        case GOT_NOTHING:
          if (!feed (self, error))
            return NULL;
        }
    }
  return NULL;
}

/* Whether the worker says DONE within a moment, whatever it gives until then. */
static gboolean
is_about_done (Pump *self)
{
  gint64 deadline_us = g_get_monotonic_time () + LEAVE_US;

  while (!rush_python_feed_is_pending (&self->feed) && g_get_monotonic_time () < deadline_us &&
         rush_task_context_check (self->ctx, NULL))
    {
      g_autoptr (RushBuffer) payload = NULL;
      RushPyMessageKind kind;

      switch (receive (self, &kind, &payload, NULL))
        {
        case GOT_MESSAGE:
          if (kind == RUSH_PY_ACCUMULATORS)
            take_accumulators (self, payload);
          else if (kind != RUSH_PY_BATCH)
            return kind == RUSH_PY_DONE || kind == RUSH_PY_ERROR;
          break;
        case GOT_NOTHING:
          wait_ready (self, POLLIN, LEAVE_US / 1000);
          break;
        case GOT_CLOSED:
        case GOT_FAILED:
          return FALSE;
        }
    }
  return FALSE;
}

static void
pump_close (RushIterator *base)
{
  Pump *self = (Pump *)base;

  if (self->worker != NULL)
    {
      if (is_about_done (self))
        release (self);
      else
        give_up (self);
    }
  rush_python_feed_clear (&self->feed);
  rush_buffer_unref (self->payload);
  g_free (self);
}

static const RushIteratorClass pump_class = { .next = pump_next, .close = pump_close };

/* ── the beginning ── */

RushIterator *
rush_python_pump_new (const RushPythonWork *work, RushIterator *parent, guint split,
                      RushTaskContext *ctx, GError **error)
{
  RushPythonWorker *worker = rush_python_workers_acquire (work->workers, ctx, error);
  if (worker == NULL)
    {
      rush_iterator_close (parent);
      return NULL;
    }
  Pump *self = g_new0 (Pump, 1);
  self->base.klass = &pump_class;
  self->work = work;
  self->ctx = ctx;
  self->worker = worker;
  worker->ahead_start = worker->ahead_end = 0;
  self->began_us = rush_clock_now_us (ctx->clock);
  rush_python_feed_init (&self->feed, parent, ctx);

  GString *task = rush_python_describe_task (work, split, ctx);
  rush_python_feed_say (&self->feed, RUSH_PY_TASK, task->str, task->len);
  rush_python_feed_say (&self->feed, RUSH_PY_COMMAND, work->command, work->command_bytes);
  g_string_free (task, TRUE);
  return &self->base;
}
