/* test_fair_shares.c - tasks that wait for each other: who has nothing to spill waits until others
 * give back, who holds more than his share gives back at his next request, and when nobody is left
 * who could give, one is refused and the rest go on.
 *
 * That somebody waits is seen from what another one owes: nothing, unless somebody waits. */
#include "tests/core/memory/memory_fixture.h"

#include <pthread.h>

/* ---- the manager's side ---- */

typedef struct
{
  RushMemoryManager *manager;
  gint64 task_id;
  gint64 bytes;
  gint64 held; /* is given back in the end */
  atomic_bool cancelled;
  gboolean granted;
} Awaiting;

static void *
await (void *data)
{
  Awaiting *self = data;

  self->granted = rush_memory_manager_await_execution (self->manager, self->task_id, self->bytes,
                                                       &self->cancelled);
  self->held += self->granted ? self->bytes : 0;
  rush_memory_manager_release_execution (self->manager, self->task_id, self->held);
  return NULL;
}

/* Task @id, that waits in a thread of its own once it owes. */
static void
wait_until_owes (RushMemoryManager *manager, gint64 id)
{
  const Task probe = { .manager = manager, .id = id };

  wait_until_owing (&probe);
}

static void
acquire (RushMemoryManager *manager, gint64 id, gint64 bytes)
{
  g_assert_cmpint (rush_memory_manager_acquire_execution (manager, id, bytes, NULL), ==, bytes);
}

/* Between 1/2N and 1/N: the first task has 700 of 1,000, the second 250 and nothing to spill. */
static void
begin_waiting (RushMemoryManager *manager, Awaiting *second, pthread_t *out_thread)
{
  acquire (manager, 1, 700);
  acquire (manager, 2, 250);
  g_assert_cmpint (rush_memory_manager_owed_execution (manager, 1), ==, 0); /* nobody waits */
  *second = (Awaiting){ .manager = manager, .task_id = 2, .bytes = 200, .held = 250 };
  pthread_create (out_thread, NULL, await, second);
  wait_until_owes (manager, 1);
  g_assert_cmpint (rush_memory_manager_owed_execution (manager, 1), ==, 200);
  g_assert_cmpint (rush_memory_manager_owed_execution (manager, 2), ==, 0);
}

static void
test_all_or_nothing_is_waited_for (void)
{
  g_autoptr (RushMemoryManager) manager = manager_with_pool (1000);
  Awaiting second;
  pthread_t thread;

  begin_waiting (manager, &second, &thread);
  rush_memory_manager_release_execution (manager, 1, 149); /* 1 too few */
  g_assert_cmpint (rush_memory_manager_owed_execution (manager, 1), ==, 51);
  rush_memory_manager_release_execution (manager, 1, 1);
  pthread_join (thread, NULL);
  g_assert_true (second.granted);
  g_assert_cmpint (rush_memory_manager_owed_execution (manager, 1), ==, 0);
  rush_memory_manager_release_execution (manager, 1, 550);
}

static void
test_cancellation_ends_the_wait (void)
{
  g_autoptr (RushMemoryManager) manager = manager_with_pool (1000);
  Awaiting second;
  pthread_t thread;

  begin_waiting (manager, &second, &thread);
  atomic_store (&second.cancelled, TRUE);
  rush_memory_manager_wake (manager);
  pthread_join (thread, NULL);
  g_assert_false (second.granted);
  rush_memory_manager_release_execution (manager, 1, 700);
}

/* Nobody is there to wait for, or waiting cannot help. */
static void
test_hopeless_requests_do_not_wait (void)
{
  g_autoptr (RushMemoryManager) manager = manager_with_pool (1000);

  acquire (manager, 1, 600);
  g_assert_false (rush_memory_manager_await_execution (manager, 1, 401, NULL));
  g_assert_true (rush_memory_manager_await_execution (manager, 1, 400, NULL));
  /* Even when the first has ended, 1,001 will not be there. */
  g_assert_false (rush_memory_manager_await_execution (manager, 2, 1001, NULL));
  rush_memory_manager_release_execution (manager, 1, 1000);
  g_assert_cmpuint (stats_of (manager).n_active_tasks, ==, 0);
}

#define N_STUCK 4

/* All hold their share and want more: those that give up make room for the others.  Who is the only
 * one left gets what he wants. */
static void
test_not_all_wait_for_ever (void)
{
  g_autoptr (RushMemoryManager) manager = manager_with_pool (1000);
  Awaiting tasks[N_STUCK];
  pthread_t threads[N_STUCK];
  guint n_granted = 0;

  for (guint t = 0; t < N_STUCK; t++)
    {
      acquire (manager, t, 200);
      tasks[t] = (Awaiting){ .manager = manager, .task_id = t, .bytes = 300, .held = 200 };
    }
  for (guint t = 0; t < N_STUCK; t++)
    pthread_create (&threads[t], NULL, await, &tasks[t]);
  for (guint t = 0; t < N_STUCK; t++)
    {
      pthread_join (threads[t], NULL);
      n_granted += tasks[t].granted;
    }
  g_assert_cmpuint (n_granted, >=, 1);
  g_assert_cmpuint (n_granted, <, N_STUCK);
  g_assert_cmpint (stats_of (manager).execution_used, ==, 0);
}

static void *
acquire_some (void *data)
{
  Awaiting *self = data;

  gint64 granted = rush_memory_manager_acquire_execution (self->manager, self->task_id, self->bytes,
                                                          &self->cancelled);
  self->granted = granted > 0;
  rush_memory_manager_release_execution (self->manager, self->task_id, granted);
  return NULL;
}

/* One with nothing to spill waits for one that will not give, then a third comes, which waits for
 * its 1/2N: when the first ends up waiting too, one of those with nothing to spill gives up. */
static void
test_both_kinds_of_waiting (void)
{
  g_autoptr (RushMemoryManager) manager = manager_with_pool (1000);
  Awaiting second, third = { .manager = manager, .task_id = 3, .bytes = 300 };
  pthread_t second_thread, third_thread;

  begin_waiting (manager, &second, &second_thread);
  pthread_create (&third_thread, NULL, acquire_some, &third);
  gboolean first_granted = rush_memory_manager_await_execution (manager, 1, 300, NULL);
  rush_memory_manager_release_execution (manager, 1, first_granted ? 1000 : 700);
  pthread_join (second_thread, NULL);
  pthread_join (third_thread, NULL);
  g_assert_true (third.granted);
  g_assert_true (first_granted || second.granted);
  g_assert_cmpint (stats_of (manager).execution_used, ==, 0);
}

/* ---- the tasks' side ---- */

/* A second task that wants more than the first one has left of the pool. */
typedef struct
{
  Task task;
  gint64 bytes;
} Newcomer;

static void *
take_and_end (void *data)
{
  Newcomer *self = data;

  give (&self->task, take (&self->task, self->bytes), self->bytes);
  task_end (&self->task);
  return NULL;
}

static void
newcomer_begin (Newcomer *self, RushMemoryManager *manager, gint64 bytes, pthread_t *out_thread)
{
  task_begin (&self->task, manager, 8);
  self->bytes = bytes;
  pthread_create (out_thread, NULL, take_and_end, self);
}

static void
test_too_large_a_share_is_given_back (void)
{
  Task task;
  Hoard hoard;
  Newcomer newcomer;
  pthread_t thread;

  lone_task_begin (&task, 10 * STEP);
  hoard_take (&hoard, "Hoard", &task, 8 * STEP);
  give (&task, take (&task, 100), 100);
  g_assert_cmpuint (hoard.n_spills, ==, 0); /* nobody waits */
  newcomer_begin (&newcomer, task.manager, 4 * STEP, &thread);
  wait_until_owing (&task);

  /* The grant has room for a few bytes more; but somebody waits. */
  gpointer block = take (&task, 100);
  g_assert_cmpuint (hoard.n_spills, ==, 1);
  pthread_join (thread, NULL);
  give (&task, block, 100);
  hoard_drop (&hoard);
  lone_task_end (&task);
}

/* A busy one is refused, so that it spills by itself; at the latest at the next request after that
 * it has to. */
static void
test_busy_consumers_give_back_later (void)
{
  Task task;
  Hoard hoard;
  Newcomer newcomer;
  pthread_t thread;

  lone_task_begin (&task, 10 * STEP);
  hoard_take (&hoard, "Hoard", &task, 8 * STEP);
  hoard.base.busy = TRUE;
  newcomer_begin (&newcomer, task.manager, 4 * STEP, &thread);
  wait_until_owing (&task);
  g_assert_null (rush_alloc (task.allocator, 100, NULL));
  g_assert_cmpuint (hoard.n_spills, ==, 0);
  hoard.base.busy = FALSE;
  give (&task, take (&task, 100), 100);
  g_assert_cmpuint (hoard.n_spills, ==, 1);
  pthread_join (thread, NULL);
  hoard_drop (&hoard);
  lone_task_end (&task);
}

/* Who can spill something of its own when refused does not wait for others. */
static void
test_spilling_comes_before_waiting (void)
{
  Task first, second;
  Hoard hoard;
  g_autoptr (GError) error = NULL;

  lone_task_begin (&first, 10 * STEP);
  gpointer block = take (&first, 4 * STEP);
  task_begin (&second, first.manager, 8);
  hoard_take (&hoard, "Hoard", &second, 4 * STEP);
  hoard.base.busy = TRUE;
  g_assert_null (rush_alloc (second.allocator, 2 * STEP, &error));
  g_assert_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_OUT_OF_MEMORY);
  hoard.base.busy = FALSE;
  hoard_drop (&hoard);
  task_end (&second);
  give (&first, block, 4 * STEP);
  lone_task_end (&first);
}

#define N_TASKS 3
#define N_ROUNDS 50

/* A table that grows, is spilled when it must, and beside it batches that cannot be spilled: at
 * most 4 of 15 steps, which is less than a third. */
static void *
run_tasks (void *data)
{
  for (guint round = 0; round < N_ROUNDS; round++)
    {
      Task task;
      Hoard table;

      task_begin (&task, data, (gint64)(g_random_int () / 2));
      hoard_take (&table, "Table", &task, STEP);
      for (guint i = 0; i < 20; i++)
        {
          gpointer first = take (&task, 2 * STEP - 100), second = take (&task, 2 * STEP - 200);
          give (&task, first, 2 * STEP - 100);
          give (&task, second, 2 * STEP - 200);
          if (table.block == NULL)
            hoard_refill (&table, (i % 3 + 1) * STEP);
        }
      hoard_drop (&table);
      task_end (&task);
    }
  return NULL;
}

/* However the threads fall, no request fails: take () asserts that. */
static void
test_no_task_fails_for_another (void)
{
  g_autoptr (RushMemoryManager) manager = manager_with_pool (15 * STEP);
  pthread_t threads[N_TASKS];

  for (guint t = 0; t < N_TASKS; t++)
    pthread_create (&threads[t], NULL, run_tasks, manager);
  for (guint t = 0; t < N_TASKS; t++)
    pthread_join (threads[t], NULL);
  g_assert_cmpint (stats_of (manager).execution_used, ==, 0);
  g_assert_cmpuint (stats_of (manager).n_active_tasks, ==, 0);
}

/* Tasks of virtual time are one after the other in the world's: they count without holding. */
static void
test_those_that_joined_count (void)
{
  g_autoptr (RushMemoryManager) manager = manager_with_pool (1000);

  for (gint64 id = 1; id <= 4; id++)
    rush_memory_manager_join (manager, id);
  rush_memory_manager_join (manager, 1); /* twice is once */
  g_assert_cmpuint (stats_of (manager).n_active_tasks, ==, 4);
  g_assert_cmpint (rush_memory_manager_acquire_execution (manager, 1, 600, NULL), ==, 250);
  rush_memory_manager_leave (manager, 3);
  rush_memory_manager_leave (manager, 4);
  rush_memory_manager_leave (manager, 5); /* has never joined */
  g_assert_cmpint (rush_memory_manager_acquire_execution (manager, 1, 600, NULL), ==, 250);
  rush_memory_manager_leave (manager, 1); /* it holds something: it stays one of them */
  g_assert_cmpuint (stats_of (manager).n_active_tasks, ==, 2);
  rush_memory_manager_release_execution (manager, 1, 500);
  rush_memory_manager_leave (manager, 2);
  g_assert_cmpuint (stats_of (manager).n_active_tasks, ==, 0);
}

/* Who has nothing to spill would wait until the others have ended: they never will, as time stands
 * still.  It gets what it would have then, or nothing, but does not wait. */
static void
test_nobody_waits_for_those_that_joined (void)
{
  g_autoptr (RushMemoryManager) manager = manager_with_pool (1000);

  rush_memory_manager_join (manager, 1);
  rush_memory_manager_join (manager, 2);
  g_assert_true (rush_memory_manager_await_execution (manager, 1, 900, NULL));
  g_assert_false (rush_memory_manager_await_execution (manager, 1, 101, NULL));
  rush_memory_manager_release_execution (manager, 1, 900);
  rush_memory_manager_leave (manager, 1);
  rush_memory_manager_leave (manager, 2);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/fair_shares/all_or_nothing", test_all_or_nothing_is_waited_for);
  g_test_add_func ("/fair_shares/cancelled", test_cancellation_ends_the_wait);
  g_test_add_func ("/fair_shares/hopeless", test_hopeless_requests_do_not_wait);
  g_test_add_func ("/fair_shares/stuck", test_not_all_wait_for_ever);
  g_test_add_func ("/fair_shares/both_kinds", test_both_kinds_of_waiting);
  g_test_add_func ("/fair_shares/given_back", test_too_large_a_share_is_given_back);
  g_test_add_func ("/fair_shares/given_back_later", test_busy_consumers_give_back_later);
  g_test_add_func ("/fair_shares/spill_before_wait", test_spilling_comes_before_waiting);
  g_test_add_func ("/fair_shares/no_task_fails", test_no_task_fails_for_another);
  g_test_add_func ("/fair_shares/joined", test_those_that_joined_count);
  g_test_add_func ("/fair_shares/joined_waits", test_nobody_waits_for_those_that_joined);
  return g_test_run ();
}
