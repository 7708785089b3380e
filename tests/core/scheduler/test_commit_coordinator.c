/* Who may commit: the first attempt that asks, until it fails; nobody before a stage or after it,
 * and nobody whom the scheduler has given up. */
#include "core/scheduler/commit_coordinator.h"

#include "core/base/thread.h"

#include <stdatomic.h>

#define STAGE 3

static RushCommitCoordinator *
started (void)
{
  RushCommitCoordinator *self = rush_commit_coordinator_new ();

  rush_commit_coordinator_stage_start (self, STAGE);
  return self;
}

static gboolean
ask (RushCommitCoordinator *self, gint stage_attempt, guint partition, gint64 task_id)
{
  return rush_commit_coordinator_may_commit (self, STAGE, stage_attempt, partition, task_id);
}

static void
fail (RushCommitCoordinator *self, guint partition, gint64 task_id)
{
  rush_commit_coordinator_task_ended (self, STAGE, partition, task_id, FALSE);
}

static void
test_first_wins (void)
{
  RushCommitCoordinator *self = started ();

  g_assert_true (ask (self, 0, 2, 41));
  g_assert_false (ask (self, 0, 2, 57));
  g_assert_true (ask (self, 0, 2, 41)); /* the answer stays */
  g_assert_true (ask (self, 0, 5, 57)); /* of another partition */
  rush_commit_coordinator_task_ended (self, STAGE, 2, 41, TRUE);
  g_assert_false (ask (self, 0, 2, 58)); /* it has been committed */
  rush_commit_coordinator_free (self);
}

static void
test_released_by_failure (void)
{
  RushCommitCoordinator *self = started ();

  g_assert_true (ask (self, 0, 2, 41));
  fail (self, 2, 57); /* one that was denied */
  g_assert_false (ask (self, 0, 2, 58));
  fail (self, 2, 41);
  g_assert_false (ask (self, 0, 2, 41)); /* it was given up, and does not know it */
  g_assert_false (ask (self, 0, 2, 57));
  g_assert_true (ask (self, 0, 2, 59));
  rush_commit_coordinator_free (self);
}

static void
test_later_stage_attempt (void)
{
  RushCommitCoordinator *self = started ();

  g_assert_true (ask (self, 0, 2, 41));
  rush_commit_coordinator_stage_start (self, STAGE);
  g_assert_false (ask (self, 1, 2, 57)); /* task 41 may still run, or has committed */
  g_assert_true (ask (self, 1, 3, 58));
  g_assert_false (ask (self, 0, 3, 42));
  rush_commit_coordinator_free (self);
}

/* What the first attempt committed was made from rows that are no more. */
static void
test_roll_back (void)
{
  RushCommitCoordinator *self = started ();

  g_assert_true (ask (self, 0, 2, 41));
  rush_commit_coordinator_roll_back (self, STAGE, 1);
  g_assert_false (ask (self, 0, 2, 41));
  g_assert_false (ask (self, 0, 3, 42));
  g_assert_true (ask (self, 1, 2, 57));
  rush_commit_coordinator_roll_back (self, STAGE, 1);
  g_assert_true (ask (self, 1, 2, 57));
  rush_commit_coordinator_free (self);
}

static void
test_not_running (void)
{
  RushCommitCoordinator *self = rush_commit_coordinator_new ();

  g_assert_false (ask (self, 0, 2, 41));
  fail (self, 2, 41);
  rush_commit_coordinator_roll_back (self, STAGE, 1);
  rush_commit_coordinator_stage_start (self, STAGE);
  g_assert_cmpuint (rush_commit_coordinator_n_stages (self), ==, 1);
  g_assert_true (ask (self, 0, 2, 41));
  rush_commit_coordinator_stage_end (self, STAGE);
  g_assert_false (ask (self, 0, 2, 41));
  fail (self, 2, 41);
  rush_commit_coordinator_stage_end (self, STAGE);
  g_assert_cmpuint (rush_commit_coordinator_n_stages (self), ==, 0);
  rush_commit_coordinator_free (self);
  rush_commit_coordinator_free (NULL);
}

/* ---- all at once ---- */

#define N_THREADS 4
#define N_PARTITIONS 1000

typedef struct
{
  RushCommitCoordinator *coordinator;
  gint64 task_id;
  atomic_uint *n_granted; /* by partition */
} Asker;

static void *
ask_for_all (void *data)
{
  Asker *self = data;

  for (guint p = 0; p < N_PARTITIONS; p++)
    if (ask (self->coordinator, 0, p, self->task_id))
      atomic_fetch_add (&self->n_granted[p], 1);
  return NULL;
}

static void
test_threads (void)
{
  RushCommitCoordinator *self = started ();
  atomic_uint n_granted[N_PARTITIONS] = { 0 };
  pthread_t threads[N_THREADS];
  Asker askers[N_THREADS];

  for (guint i = 0; i < N_THREADS; i++)
    {
      askers[i] = (Asker){ self, i, n_granted };
      g_assert_true (rush_thread_start (&threads[i], "test-ask", ask_for_all, &askers[i], NULL));
    }
  for (guint i = 0; i < N_THREADS; i++)
    rush_thread_join (threads[i]);
  for (guint p = 0; p < N_PARTITIONS; p++)
    g_assert_cmpuint (n_granted[p], ==, 1);
  rush_commit_coordinator_free (self);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/scheduler/commit-coordinator/first-wins", test_first_wins);
  g_test_add_func ("/scheduler/commit-coordinator/released-by-failure", test_released_by_failure);
  g_test_add_func ("/scheduler/commit-coordinator/later-stage-attempt", test_later_stage_attempt);
  g_test_add_func ("/scheduler/commit-coordinator/roll-back", test_roll_back);
  g_test_add_func ("/scheduler/commit-coordinator/not-running", test_not_running);
  g_test_add_func ("/scheduler/commit-coordinator/threads", test_threads);
  return g_test_run ();
}
