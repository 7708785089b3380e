/* python_barrier.c - between a worker that asks and the coordinator of its executor.
 *
 *     worker ──BARRIER──▶ enter ──▶ poll () for: an answer · the task's cancellation ·
 *                                                the worker's end · the time-out
 *     worker ◀──BARRIER_ANSWER── messages of all, or why there are none
 *
 * A barrier that fails is answered, too: the exception is raised in the user's function, where its
 * traceback says which barrier it was.
 *
 * Mirrors: org.apache.spark.api.python.BasePythonRunner.barrierAndServe, BarrierTaskContext.
 */
#include "py/runner/python_barrier_private.h"

#include "core/executor/barrier_coordinator.h"

#include <poll.h>
#include <string.h>
#include <sys/socket.h>

#define LOOK_MS 1000     /* at the time-out */
#define LOOK_OFTEN_MS 20 /* when the process has no descriptors to wait with */

/* ── the answer ── */

static void
append_u32 (GByteArray *out, gsize number)
{
  guint32 word = GUINT32_TO_LE ((guint32)number);

  g_byte_array_append (out, (const guint8 *)&word, sizeof word);
}

static void
answer_messages (RushPythonFeed *feed, const RushBarrierMessages *messages)
{
  g_autoptr (GByteArray) out = g_byte_array_new ();
  guint8 met = 1;

  g_byte_array_append (out, &met, 1);
  for (guint i = 0; i < messages->n; i++)
    {
      const RushBarrierMessage *message = &messages->messages[i];

      append_u32 (out, message->length);
      g_byte_array_append (out, (const guint8 *)message->text, (guint)message->length);
    }
  rush_python_feed_say (feed, RUSH_PY_BARRIER_ANSWER, out->data, out->len);
}

static void
answer_refusal (RushPythonFeed *feed, const char *text)
{
  g_autofree char *answer = g_strconcat ("?", text, NULL);

  answer[0] = 0;
  rush_python_feed_say (feed, RUSH_PY_BARRIER_ANSWER, answer, 1 + strlen (text));
}

static gsize
answer_bytes (const RushBarrierMessages *messages)
{
  gsize bytes = 1;

  for (guint i = 0; i < messages->n; i++)
    bytes += sizeof (guint32) + messages->messages[i].length;
  return bytes;
}

/* ── waiting ── */

/* The worker waits for an answer: that it says something can only mean its end. */
static gboolean
has_closed (int fd)
{
  guint8 byte;

  return recv (fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 0;
}

static void
wait_for_news (RushBarrierMember *member, int fd, RushTaskContext *ctx)
{
  int cancel_fd = rush_task_context_cancel_fd (ctx), barrier_fd = rush_barrier_member_fd (member);
  struct pollfd fds[3] = { { .fd = fd, .events = POLLRDHUP },
                           { .fd = cancel_fd, .events = POLLIN },
                           { .fd = barrier_fd, .events = POLLIN } };

  poll (fds, 3, cancel_fd >= 0 && barrier_fd >= 0 ? LOOK_MS : LOOK_OFTEN_MS);
}

RushPythonBarrierEnd
rush_python_barrier_meet (RushPythonFeed *feed, const RushBuffer *question, int fd,
                          RushTaskContext *ctx, GError **error)
{
  RushBarrierMember *member = ctx->barrier;
  g_autoptr (RushBarrierMessages) messages = NULL;
  g_autoptr (GError) refusal = NULL;

  if (question->size == 0 || question->bytes[0] > RUSH_BARRIER_ALL_GATHER || member == NULL)
    {
      g_set_error_literal (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_CORRUPT,
                           "a Python worker waits for a barrier that there is not");
      return RUSH_PYTHON_BARRIER_FAILED;
    }
  rush_barrier_enter (member, question->bytes[0], (const char *)question->bytes + 1,
                      question->size - 1, rush_clock_now_us (ctx->clock));
  for (;;)
    {
      if (!rush_task_context_check (ctx, error))
        return RUSH_PYTHON_BARRIER_FAILED;
      switch (rush_barrier_poll (member, rush_clock_now_us (ctx->clock), &messages, &refusal))
        {
        case RUSH_BARRIER_MET:
          if (answer_bytes (messages) > RUSH_PY_MAX_MESSAGE)
            answer_refusal (feed, "the messages of allGather are larger than 1 GiB in all");
          else
            answer_messages (feed, messages);
          return RUSH_PYTHON_BARRIER_ANSWERED;
        case RUSH_BARRIER_FAILED:
          answer_refusal (feed, refusal->message);
          return RUSH_PYTHON_BARRIER_ANSWERED;
        case RUSH_BARRIER_WAITING:
          if (has_closed (fd))
            return RUSH_PYTHON_BARRIER_LOST;
          wait_for_news (member, fd, ctx);
        }
    }
}
