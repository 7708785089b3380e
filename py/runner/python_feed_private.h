/* python_feed_private.h - the input half of a conversation: batches of the parent as messages. */
#pragma once

#include "core/lineage/iterator.h"
#include "core/lineage/task_context.h"
#include "py/runner/protocol.h"

typedef struct
{
  RushIterator *parent; /* (owned) NULL: exhausted, or not wanted any more */
  RushTaskContext *ctx;
  RushBatch *batch; /* (owned) being sent in slices, or NULL */
  guint row;        /* of it, the next to be sent */
  GByteArray *out;  /* what is to be sent now */
  gsize sent;       /* of out */
  gsize charged;    /* bytes of out, to the task's memory */
  gboolean begun;   /* the first message of the input is in out, or sent */
  gboolean ended;   /* END_OF_INPUT is in out, or sent */
} RushPythonFeed;

typedef enum
{
  RUSH_PYTHON_FEED_SENT,    /* something; there may be more */
  RUSH_PYTHON_FEED_BLOCKED, /* the socket is full */
  RUSH_PYTHON_FEED_DONE,    /* all has been sent, END_OF_INPUT too */
  RUSH_PYTHON_FEED_LOST,    /* the worker has closed its end */
  RUSH_PYTHON_FEED_FAILED,  /* the parent has, or memory: @error */
} RushPythonFeedStep;

/* Takes over @parent. */
void rush_python_feed_init (RushPythonFeed *self, RushIterator *parent, RushTaskContext *ctx);
void rush_python_feed_clear (RushPythonFeed *self);
/* Appends a message, behind what is being sent. */
void rush_python_feed_say (RushPythonFeed *self, RushPyMessageKind kind, gconstpointer payload,
                           gsize bytes);
/* Sends what is pending; when nothing is, pulls a batch first. */
RushPythonFeedStep rush_python_feed_step (RushPythonFeed *self, int fd, GError **error);
/* The worker wants no more: what is under way is finished, then END_OF_INPUT follows. */
void rush_python_feed_cut (RushPythonFeed *self);

static inline gboolean
rush_python_feed_is_pending (const RushPythonFeed *self)
{
  return self->sent < self->out->len || !self->ended;
}
