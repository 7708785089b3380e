/* runner_pool.c - one queue, and as many threads as there ever was work for at one moment.
 *
 *     submit ──▶ [ queue ] ──▶ runner 0 … runner n − 1, n <= max_runners
 *
 * outstanding counts what is queued or running.  A new thread starts when that exceeds the threads
 * there are, so a program that never runs two tasks at once never has two.  The first one starts
 * with the pool: whoever has a pool has somebody who works.  If the system has no thread for
 * another one, tasks wait for those that are there.
 *
 * Why not a thread a slot: local-cluster[100,8,1024] is a fine way to study a scheduler, and 800
 * threads on a laptop are not.  Tasks beyond the runners wait in the queue; that they are launched
 * is the scheduler's view, when they run is the machine's.
 */
#include "core/executor/runner_pool.h"

#include "core/base/queue.h"
#include "core/base/thread.h"

#include <stdio.h>

struct _RushRunnerPool
{
  guint max_runners;
  RushRunnerFunc func;
  gpointer data;
  RushQueue *queue;

  pthread_mutex_t lock;
  /* Guarded by lock. */
  guint outstanding;
  gboolean stopped;
  guint n_runners;
  pthread_t *runners; /* [max_runners] */
};

#define RUNNERS_PER_CORE 4
#define FEWEST_RUNNERS 32

static void *
runner_main (void *data)
{
  RushRunnerPool *self = data;
  gpointer item;

  while ((item = rush_queue_pop (self->queue)) != NULL)
    {
      self->func (item, self->data);
      pthread_mutex_lock (&self->lock);
      g_assert (self->outstanding > 0);
      self->outstanding--;
      pthread_mutex_unlock (&self->lock);
    }
  return NULL;
}

/* Lock held, or nobody else there yet. */
static gboolean
add_runner (RushRunnerPool *self, GError **error)
{
  char name[32];

  snprintf (name, sizeof name, "rush-run-%u", self->n_runners);
  if (!rush_thread_start (&self->runners[self->n_runners], name, runner_main, self, error))
    return FALSE;
  self->n_runners++;
  return TRUE;
}

gboolean
rush_runner_pool_submit (RushRunnerPool *self, gpointer item)
{
  gboolean accepted;

  pthread_mutex_lock (&self->lock);
  accepted = !self->stopped;
  if (accepted)
    {
      self->outstanding++;
      if (self->outstanding > self->n_runners && self->n_runners < self->max_runners)
        add_runner (self, NULL);
      accepted = rush_queue_push (self->queue, item);
      g_assert (accepted); /* it is closed only after stopped is set */
    }
  pthread_mutex_unlock (&self->lock);
  return accepted;
}

void
rush_runner_pool_stop (RushRunnerPool *self)
{
  guint n;

  pthread_mutex_lock (&self->lock);
  n = self->stopped ? 0 : self->n_runners;
  self->stopped = TRUE;
  pthread_mutex_unlock (&self->lock);
  rush_queue_close (self->queue);
  for (guint i = 0; i < n; i++)
    rush_thread_join (self->runners[i]);
}

void
rush_runner_pool_free (RushRunnerPool *self)
{
  if (self == NULL)
    return;
  rush_runner_pool_stop (self);
  rush_queue_free (self->queue, NULL);
  pthread_mutex_destroy (&self->lock);
  g_free (self->runners);
  g_free (self);
}

guint
rush_runner_pool_advise (guint slots)
{
  guint sensible = MAX (FEWEST_RUNNERS, RUNNERS_PER_CORE * g_get_num_processors ());

  return MIN (MAX (slots, 1), sensible);
}

RushRunnerPool *
rush_runner_pool_new (guint max_runners, RushRunnerFunc func, gpointer data, GError **error)
{
  RushRunnerPool *self = g_new0 (RushRunnerPool, 1);

  g_assert (max_runners > 0);
  self->max_runners = max_runners;
  self->func = func;
  self->data = data;
  self->queue = rush_queue_new (0);
  self->runners = g_new0 (pthread_t, max_runners);
  pthread_mutex_init (&self->lock, NULL);
  if (add_runner (self, error))
    return self;
  rush_runner_pool_free (self);
  return NULL;
}
