/* runner_pool.c - one queue, and as many threads as there ever was work for at one moment.
 *
 *     submit ──▶ [ queue ] ──▶ runner 0 … runner n − 1, n <= max_runners
 *
 * Items that wait for each other in the middle (tasks of a barrier stage) would wait for ever if
 * some of them stood in the queue behind the others.  For such an item the limit does not hold:
 * there are never fewer runners than such items.
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
  const RushRunnerWork *work;
  gpointer data;
  RushQueue *queue;

  pthread_mutex_t lock;
  /* Guarded by lock. */
  guint outstanding;
  gboolean stopped;
  GArray *runners; /* of pthread_t */
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
      self->work->run (item, self->data);
      pthread_mutex_lock (&self->lock);
      g_assert (self->outstanding > 0);
      self->outstanding--;
      pthread_mutex_unlock (&self->lock);
      if (self->work->after != NULL)
        self->work->after (self->data);
    }
  return NULL;
}

/* Lock held, or nobody else there yet. */
static gboolean
add_runner (RushRunnerPool *self, GError **error)
{
  char name[32];
  pthread_t runner;

  snprintf (name, sizeof name, "rush-run-%u", self->runners->len);
  if (!rush_thread_start (&runner, name, runner_main, self, error))
    return FALSE;
  g_array_append_val (self->runners, runner);
  return TRUE;
}

static gboolean
submit (RushRunnerPool *self, gpointer item, guint max_runners)
{
  gboolean accepted;

  pthread_mutex_lock (&self->lock);
  accepted = !self->stopped;
  if (accepted)
    {
      self->outstanding++;
      if (self->outstanding > self->runners->len && self->runners->len < max_runners)
        add_runner (self, NULL);
      accepted = rush_queue_push (self->queue, item);
      g_assert (accepted); /* it is closed only after stopped is set */
    }
  pthread_mutex_unlock (&self->lock);
  return accepted;
}

gboolean
rush_runner_pool_submit (RushRunnerPool *self, gpointer item)
{
  return submit (self, item, self->max_runners);
}

gboolean
rush_runner_pool_submit_waiting (RushRunnerPool *self, gpointer item)
{
  return submit (self, item, G_MAXUINT);
}

void
rush_runner_pool_stop (RushRunnerPool *self)
{
  guint n;

  pthread_mutex_lock (&self->lock);
  n = self->stopped ? 0 : self->runners->len;
  self->stopped = TRUE;
  pthread_mutex_unlock (&self->lock);
  rush_queue_close (self->queue);
  for (guint i = 0; i < n; i++)
    rush_thread_join (g_array_index (self->runners, pthread_t, i));
}

void
rush_runner_pool_free (RushRunnerPool *self)
{
  if (self == NULL)
    return;
  rush_runner_pool_stop (self);
  rush_queue_free (self->queue, NULL);
  pthread_mutex_destroy (&self->lock);
  g_array_unref (self->runners);
  g_free (self);
}

guint
rush_runner_pool_advise (guint slots)
{
  guint sensible = MAX (FEWEST_RUNNERS, RUNNERS_PER_CORE * g_get_num_processors ());

  return MIN (MAX (slots, 1), sensible);
}

RushRunnerPool *
rush_runner_pool_new (guint max_runners, const RushRunnerWork *work, gpointer data, GError **error)
{
  RushRunnerPool *self = g_new0 (RushRunnerPool, 1);

  g_assert (max_runners > 0);
  self->max_runners = max_runners;
  self->work = work;
  self->data = data;
  self->queue = rush_queue_new (0);
  self->runners = g_array_new (FALSE, FALSE, sizeof (pthread_t));
  pthread_mutex_init (&self->lock, NULL);
  if (add_runner (self, error))
    return self;
  rush_runner_pool_free (self);
  return NULL;
}
