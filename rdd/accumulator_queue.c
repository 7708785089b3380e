/* accumulator_queue.c - see the header. */
#include "rdd/accumulator_queue.h"

#include <pthread.h>

struct _RushAccumulatorQueue
{
  RushAccumulatorSink sink;
  pthread_mutex_t lock;
  GPtrArray *updates; /* GBytes * (owned), guarded by lock */
};

static GPtrArray *
no_updates (void)
{
  return g_ptr_array_new_with_free_func ((GDestroyNotify)g_bytes_unref);
}

static void
add (RushAccumulatorSink *sink, GPtrArray *updates)
{
  RushAccumulatorQueue *self = (RushAccumulatorQueue *)sink;

  pthread_mutex_lock (&self->lock);
  g_ptr_array_extend_and_steal (self->updates, updates);
  pthread_mutex_unlock (&self->lock);
}

GPtrArray *
rush_accumulator_queue_take (RushAccumulatorQueue *self)
{
  GPtrArray *empty = no_updates ();
  GPtrArray *taken;

  pthread_mutex_lock (&self->lock);
  taken = self->updates;
  self->updates = empty;
  pthread_mutex_unlock (&self->lock);
  return taken;
}

RushAccumulatorSink *
rush_accumulator_queue_sink (RushAccumulatorQueue *self)
{
  return &self->sink;
}

void
rush_accumulator_queue_free (RushAccumulatorQueue *self)
{
  if (self == NULL)
    return;
  g_ptr_array_unref (self->updates);
  pthread_mutex_destroy (&self->lock);
  g_free (self);
}

RushAccumulatorQueue *
rush_accumulator_queue_new (void)
{
  RushAccumulatorQueue *self = g_new0 (RushAccumulatorQueue, 1);

  self->sink.add = add;
  self->updates = no_updates ();
  pthread_mutex_init (&self->lock, NULL);
  return self;
}
