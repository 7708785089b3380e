/* Runners: as many as there was work for at once, never more; nothing submitted is forgotten. */
#include "core/base/queue.h"
#include "core/executor/runner_pool.h"

#include <pthread.h>
#include <stdatomic.h>

#define N_ITEMS 2000

typedef struct
{
  atomic_uint n_run;
  pthread_barrier_t *meet; /* all items wait for each other; NULL: they do not */
  pthread_mutex_t lock;
  GHashTable *threads; /* guarded by lock */
} Work;

static const char waits_for_none; /* an item */

static void
run (gpointer item, gpointer data)
{
  Work *work = data;

  if (work->meet != NULL && item != &waits_for_none)
    pthread_barrier_wait (work->meet);
  atomic_fetch_add (&work->n_run, 1);
  pthread_mutex_lock (&work->lock);
  g_hash_table_add (work->threads, (gpointer)pthread_self ());
  pthread_mutex_unlock (&work->lock);
}

static const RushRunnerWork runs = { .run = run };

static void
work_init (Work *work)
{
  atomic_init (&work->n_run, 0);
  work->meet = NULL;
  pthread_mutex_init (&work->lock, NULL);
  work->threads = g_hash_table_new (NULL, NULL);
}

static void
work_clear (Work *work)
{
  g_hash_table_unref (work->threads);
  pthread_mutex_destroy (&work->lock);
}

static void
test_all_run (void)
{
  RushRunnerPool *pool;
  Work work;

  work_init (&work);
  pool = rush_runner_pool_new (3, &runs, &work, NULL);
  for (guint i = 1; i <= N_ITEMS; i++)
    g_assert_true (rush_runner_pool_submit (pool, GUINT_TO_POINTER (i)));
  rush_runner_pool_stop (pool);
  g_assert_cmpuint (work.n_run, ==, N_ITEMS);
  g_assert_cmpuint (g_hash_table_size (work.threads), <=, 3);
  g_assert_false (rush_runner_pool_submit (pool, GUINT_TO_POINTER (1)));
  rush_runner_pool_stop (pool);
  rush_runner_pool_free (pool);
  work_clear (&work);
}

/* Four that wait for each other need four threads; they would hang with fewer. */
static void
test_at_once (void)
{
  pthread_barrier_t meet;
  RushRunnerPool *pool;
  Work work;

  work_init (&work);
  pthread_barrier_init (&meet, NULL, 4);
  work.meet = &meet;
  pool = rush_runner_pool_new (4, &runs, &work, NULL);
  for (guint round = 0; round < 10; round++)
    for (guint i = 1; i <= 4; i++)
      g_assert_true (rush_runner_pool_submit (pool, GUINT_TO_POINTER (i)));
  rush_runner_pool_free (pool);
  g_assert_cmpuint (work.n_run, ==, 40);
  pthread_barrier_destroy (&meet);
  work_clear (&work);
}

/* However few are allowed, and though others stand in the queue before them. */
static void
test_more_that_wait_than_runners (void)
{
  pthread_barrier_t meet;
  RushRunnerPool *pool;
  Work work;

  work_init (&work);
  pthread_barrier_init (&meet, NULL, 7);
  work.meet = &meet;
  pool = rush_runner_pool_new (2, &runs, &work, NULL);
  for (guint i = 1; i <= 3; i++)
    g_assert_true (rush_runner_pool_submit (pool, (gpointer)&waits_for_none));
  for (guint i = 1; i <= 7; i++)
    g_assert_true (rush_runner_pool_submit_waiting (pool, GUINT_TO_POINTER (i)));
  rush_runner_pool_stop (pool);
  g_assert_cmpuint (work.n_run, ==, 10);
  g_assert_false (rush_runner_pool_submit_waiting (pool, GUINT_TO_POINTER (1)));
  rush_runner_pool_free (pool);
  pthread_barrier_destroy (&meet);
  work_clear (&work);
}

/* ---- what follows an item ---- */

typedef struct
{
  Work work;
  RushRunnerPool *pool;
  RushQueue *done;
  guint n_after; /* of the one runner there is */
} Chain;

static void
run_of_chain (gpointer item, gpointer data)
{
  run (item, &((Chain *)data)->work);
}

static void
submit_next (gpointer data)
{
  Chain *chain = data;

  if (++chain->n_after < N_ITEMS)
    g_assert_true (rush_runner_pool_submit (chain->pool, GUINT_TO_POINTER (1)));
  else
    rush_queue_close (chain->done);
}

/* A runner that submits the next item after the last counts as free: nobody else is started. */
static void
test_runner_that_submits_needs_no_other (void)
{
  static const RushRunnerWork chained = { .run = run_of_chain, .after = submit_next };
  Chain chain = { .done = rush_queue_new (0) };

  work_init (&chain.work);
  chain.pool = rush_runner_pool_new (4, &chained, &chain, NULL);
  g_assert_true (rush_runner_pool_submit (chain.pool, GUINT_TO_POINTER (1)));
  g_assert_null (rush_queue_pop (chain.done)); /* closed by the last */
  rush_runner_pool_free (chain.pool);
  g_assert_cmpuint (chain.work.n_run, ==, N_ITEMS);
  g_assert_cmpuint (g_hash_table_size (chain.work.threads), ==, 1);
  rush_queue_free (chain.done, NULL);
  work_clear (&chain.work);
}

static void
test_never_used (void)
{
  rush_runner_pool_free (rush_runner_pool_new (8, &runs, NULL, NULL));
  rush_runner_pool_free (NULL);
}

static void
test_advice (void)
{
  g_assert_cmpuint (rush_runner_pool_advise (0), ==, 1);
  g_assert_cmpuint (rush_runner_pool_advise (1), ==, 1);
  g_assert_cmpuint (rush_runner_pool_advise (8), ==, 8);
  g_assert_cmpuint (rush_runner_pool_advise (100000), <=, MAX (32, 4 * g_get_num_processors ()));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/executor/runner-pool/all-run", test_all_run);
  g_test_add_func ("/executor/runner-pool/at-once", test_at_once);
  g_test_add_func ("/executor/runner-pool/more-that-wait-than-runners",
                   test_more_that_wait_than_runners);
  g_test_add_func ("/executor/runner-pool/runner-that-submits-needs-no-other",
                   test_runner_that_submits_needs_no_other);
  g_test_add_func ("/executor/runner-pool/never-used", test_never_used);
  g_test_add_func ("/executor/runner-pool/advice", test_advice);
  return g_test_run ();
}
