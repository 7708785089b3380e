/* test_memory_manager.c - the unified pool: its size, who evicts whom, fair shares, and waiting.
 *
 * Waiting is made visible without sleeping: a task counts as active from the moment its request is
 * looked at, under the same lock that stats () takes; so an active task that has nothing yet waits.
 */
#include "tests/core/memory/memory_fixture.h"

#include <pthread.h>
#include <sched.h>

/* ---- the size of the pool ---- */

static RushMemoryManager *
manager_for_heap (const char *key, const char *value, gint64 heap_bytes, GError **error)
{
  g_autoptr (RushConf) conf = rush_conf_new ();

  if (key != NULL)
    g_assert_true (rush_conf_set (conf, key, value, NULL));
  return rush_memory_manager_new (conf, heap_bytes, error);
}

/* Spark's documentation: (heap − 300 MiB) × 0.6, half of it immune to eviction. */
static void
test_pool_of_four_gib (void)
{
  g_autoptr (RushMemoryManager) manager = manager_for_heap (NULL, NULL, 4096 * MIB, NULL);
  RushMemoryStats stats = stats_of (manager);

  g_assert_cmpint (stats.pool, ==, (gint64)(0.6 * (4096 - 300) * MIB));
  g_assert_cmpint (stats.storage_region, ==, (gint64)(0.5 * stats.pool));
  g_assert_cmpint (stats.execution_used, ==, 0);
  g_assert_cmpint (stats.storage_used, ==, 0);
  g_assert_cmpuint (stats.n_active_tasks, ==, 0);
}

static void
test_testing_memory_replaces_the_heap (void)
{
  g_autoptr (RushMemoryManager) manager =
      manager_for_heap ("spark.testing.memory", "1g", 4096 * MIB, NULL);

  g_assert_cmpint (stats_of (manager).pool, ==, (gint64)(0.6 * (1024 - 300) * MIB));
}

static void
test_small_heap_is_refused_in_sparks_words (void)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (manager_for_heap (NULL, NULL, 471859199, &error));
  g_assert_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT);
  g_assert_cmpstr (error->message, ==,
                   "[INVALID_DRIVER_MEMORY.SYSTEM_MEMORY] Insufficient driver memory: System "
                   "memory 471859199 must be at least 471859200.\nPlease increase heap size using "
                   "the --driver-memory option or \"spark.driver.memory\" in Spark configuration. "
                   "SQLSTATE: F0000");

  g_autoptr (RushMemoryManager) enough = manager_for_heap (NULL, NULL, 471859200, NULL);
  g_assert_nonnull (enough);
}

static void
test_small_executor_is_refused_in_sparks_words (void)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (manager_for_heap ("spark.executor.memory", "400m", 4096 * MIB, &error));
  g_assert_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT);
  g_assert_nonnull (strstr (error->message,
                            "Executor memory 419430400 must be at least 471859200.\nPlease "
                            "increase executor memory using the --executor-memory option"));
}

/* ---- storage and execution ---- */

/* Storage whose blocks can all be evicted; counts how often it was asked, and for how much. */
typedef struct
{
  RushMemoryManager *manager;
  gint64 evictable;
  guint n_calls;
  gint64 last_wanted;
} Evictor;

static gint64
evict (gpointer data, gint64 wanted)
{
  Evictor *self = data;
  gint64 freed = MIN (wanted, self->evictable);

  self->n_calls++;
  self->last_wanted = wanted;
  self->evictable -= freed;
  if (freed > 0)
    rush_memory_manager_release_storage (self->manager, freed);
  return freed;
}

static void
test_execution_evicts_storage_above_its_region_only (void)
{
  g_autoptr (RushMemoryManager) manager = manager_with_pool (1000);
  Evictor evictor = { .manager = manager, .evictable = 800 };

  rush_memory_manager_set_evictor (manager, evict, &evictor);
  g_assert_true (rush_memory_manager_acquire_storage (manager, 800));

  /* 200 are free; 150 cost nobody anything. */
  g_assert_cmpint (rush_memory_manager_acquire_execution (manager, 1, 150, NULL), ==, 150);
  g_assert_cmpuint (evictor.n_calls, ==, 0);
  /* 150 more need 100 of storage. */
  g_assert_cmpint (rush_memory_manager_acquire_execution (manager, 1, 150, NULL), ==, 150);
  g_assert_cmpint (evictor.last_wanted, ==, 100);
  g_assert_cmpint (stats_of (manager).storage_used, ==, 700);
  /* However much is asked for, 500 stay with storage. */
  g_assert_cmpint (rush_memory_manager_acquire_execution (manager, 1, 600, NULL), ==, 200);
  g_assert_cmpint (stats_of (manager).storage_used, ==, 500);
  g_assert_cmpint (stats_of (manager).execution_used, ==, 500);
  g_assert_cmpint (rush_memory_manager_acquire_execution (manager, 1, 1, NULL), ==, 0);

  rush_memory_manager_release_execution (manager, 1, 500);
  rush_memory_manager_release_storage (manager, 500);
  rush_memory_manager_set_evictor (manager, NULL, NULL);
}

static void
test_storage_never_evicts_execution (void)
{
  g_autoptr (RushMemoryManager) manager = manager_with_pool (1000);
  Evictor evictor = { .manager = manager };

  rush_memory_manager_set_evictor (manager, evict, &evictor);
  /* Execution may have everything while storage does not need it… */
  g_assert_cmpint (rush_memory_manager_acquire_execution (manager, 1, 900, NULL), ==, 900);
  /* … and keeps it: storage gets what is free, though its region is 500. */
  g_assert_false (rush_memory_manager_acquire_storage (manager, 101));
  g_assert_cmpuint (evictor.n_calls, ==, 0); /* an empty storage would not help either */
  g_assert_true (rush_memory_manager_acquire_storage (manager, 100));
  g_assert_cmpint (stats_of (manager).execution_used, ==, 900);

  rush_memory_manager_release_execution (manager, 1, 900);
  rush_memory_manager_release_storage (manager, 100);
  rush_memory_manager_set_evictor (manager, NULL, NULL);
}

static void
test_storage_makes_room_for_newer_storage (void)
{
  g_autoptr (RushMemoryManager) manager = manager_with_pool (1000);
  Evictor evictor = { .manager = manager, .evictable = 700 };

  rush_memory_manager_set_evictor (manager, evict, &evictor);
  g_assert_true (rush_memory_manager_acquire_storage (manager, 700));
  g_assert_true (rush_memory_manager_acquire_storage (manager, 600));
  g_assert_cmpint (evictor.last_wanted, ==, 300);
  g_assert_cmpint (stats_of (manager).storage_used, ==, 1000);

  /* More than the pool is refused without emptying it first. */
  g_assert_false (rush_memory_manager_acquire_storage (manager, 1001));
  g_assert_cmpint (stats_of (manager).storage_used, ==, 1000);

  rush_memory_manager_release_storage (manager, 1000);
  rush_memory_manager_set_evictor (manager, NULL, NULL);
}

static void
test_evictor_that_cannot_is_asked_once (void)
{
  g_autoptr (RushMemoryManager) manager = manager_with_pool (1000);
  Evictor evictor = { .manager = manager, .evictable = 0 };

  rush_memory_manager_set_evictor (manager, evict, &evictor);
  g_assert_true (rush_memory_manager_acquire_storage (manager, 900));
  g_assert_cmpint (rush_memory_manager_acquire_execution (manager, 1, 200, NULL), ==, 100);
  g_assert_cmpuint (evictor.n_calls, ==, 1);

  rush_memory_manager_release_execution (manager, 1, 100);
  rush_memory_manager_release_storage (manager, 900);
  rush_memory_manager_set_evictor (manager, NULL, NULL);
}

/* ---- shares ---- */

static void
test_a_task_gets_one_nth_at_most (void)
{
  g_autoptr (RushMemoryManager) manager = manager_with_pool (1200);

  /* Alone it may have all. */
  g_assert_cmpint (rush_memory_manager_acquire_execution (manager, 1, 300, NULL), ==, 300);
  g_assert_cmpint (rush_memory_manager_acquire_execution (manager, 2, 300, NULL), ==, 300);
  g_assert_cmpint (rush_memory_manager_acquire_execution (manager, 3, 300, NULL), ==, 300);
  /* 300 are free, but of three tasks each gets 400 at most. */
  g_assert_cmpint (rush_memory_manager_acquire_execution (manager, 1, 300, NULL), ==, 100);
  g_assert_cmpint (rush_memory_manager_acquire_execution (manager, 1, 1, NULL), ==, 0);
  g_assert_cmpint (rush_memory_manager_acquire_execution (manager, 2, 300, NULL), ==, 100);

  /* When one has given everything back there are two shares again. */
  rush_memory_manager_release_execution (manager, 3, 300);
  g_assert_cmpuint (stats_of (manager).n_active_tasks, ==, 2);
  g_assert_cmpint (rush_memory_manager_acquire_execution (manager, 1, 300, NULL), ==, 200);

  rush_memory_manager_release_execution (manager, 1, 600);
  rush_memory_manager_release_execution (manager, 2, 400);
  g_assert_cmpint (stats_of (manager).execution_used, ==, 0);
  g_assert_cmpuint (stats_of (manager).n_active_tasks, ==, 0);
}

/* ---- waiting ---- */

typedef struct
{
  RushMemoryManager *manager;
  gint64 task_id;
  gint64 bytes;
  gint64 granted;
  atomic_bool cancelled;
} Request;

static void *
request (void *data)
{
  Request *self = data;

  self->granted = rush_memory_manager_acquire_execution (self->manager, self->task_id, self->bytes,
                                                         &self->cancelled);
  return NULL;
}

static void
wait_for_active_tasks (RushMemoryManager *manager, guint n)
{
  while (stats_of (manager).n_active_tasks < n)
    sched_yield ();
}

static void
test_blocked_at_half_a_share_proceeds_when_memory_frees (void)
{
  g_autoptr (RushMemoryManager) manager = manager_with_pool (1000);
  Request second = { .manager = manager, .task_id = 2, .bytes = 400 };
  pthread_t thread;

  g_assert_cmpint (rush_memory_manager_acquire_execution (manager, 1, 1000, NULL), ==, 1000);
  pthread_create (&thread, NULL, request, &second);
  wait_for_active_tasks (manager, 2);

  /* 1/2N of 1000 is 250: with 100 and with 249 it still waits. */
  rush_memory_manager_release_execution (manager, 1, 100);
  rush_memory_manager_release_execution (manager, 1, 149);
  g_assert_cmpint (stats_of (manager).execution_used, ==, 751);
  rush_memory_manager_release_execution (manager, 1, 1);
  pthread_join (thread, NULL);
  g_assert_cmpint (second.granted, ==, 250);

  rush_memory_manager_release_execution (manager, 1, 750);
  rush_memory_manager_release_execution (manager, 2, 250);
}

/* The end of a task makes N smaller, which alone may be enough. */
static void
test_blocked_proceeds_when_a_task_ends (void)
{
  g_autoptr (RushMemoryManager) manager = manager_with_pool (1000);
  Request third = { .manager = manager, .task_id = 3, .bytes = 600 };
  pthread_t thread;

  g_assert_cmpint (rush_memory_manager_acquire_execution (manager, 1, 500, NULL), ==, 500);
  g_assert_cmpint (rush_memory_manager_acquire_execution (manager, 2, 500, NULL), ==, 500);
  pthread_create (&thread, NULL, request, &third);
  wait_for_active_tasks (manager, 3);
  rush_memory_manager_release_execution (manager, 2, 500);
  pthread_join (thread, NULL);
  g_assert_cmpint (third.granted, ==, 500); /* 1/2 of the pool */

  rush_memory_manager_release_execution (manager, 1, 500);
  rush_memory_manager_release_execution (manager, 3, 500);
}

static void
test_cancellation_wakes_a_waiter (void)
{
  g_autoptr (RushMemoryManager) manager = manager_with_pool (1000);
  Request second = { .manager = manager, .task_id = 2, .bytes = 400 };
  pthread_t thread;

  g_assert_cmpint (rush_memory_manager_acquire_execution (manager, 1, 1000, NULL), ==, 1000);
  pthread_create (&thread, NULL, request, &second);
  wait_for_active_tasks (manager, 2);
  atomic_store (&second.cancelled, TRUE);
  rush_memory_manager_wake (manager);
  pthread_join (thread, NULL);
  g_assert_cmpint (second.granted, ==, 0);
  g_assert_cmpuint (stats_of (manager).n_active_tasks, ==, 1);

  rush_memory_manager_release_execution (manager, 1, 1000);
}

#define N_TASKS 4
#define N_ROUNDS 300

typedef struct
{
  RushMemoryManager *manager;
  gint64 task_id;
} Worker;

/* Takes up to two thirds of a share in pieces and gives all back, again and again. */
static void *
take_and_give (void *data)
{
  const Worker *self = data;

  for (guint round = 0; round < N_ROUNDS; round++)
    {
      gint64 held = 0;
      for (guint i = 0; i < 5; i++)
        held += rush_memory_manager_acquire_execution (self->manager, self->task_id, 40 + i, NULL);
      g_assert_cmpint (held, >, 0);
      RushMemoryStats stats = stats_of (self->manager);
      g_assert_cmpint (stats.execution_used + stats.storage_used, <=, stats.pool);
      if (rush_memory_manager_acquire_storage (self->manager, 10))
        rush_memory_manager_release_storage (self->manager, 10);
      rush_memory_manager_release_execution (self->manager, self->task_id, held);
    }
  return NULL;
}

/* Nobody starves, the sums hold at every moment, nothing is left at the end. */
static void
test_many_tasks_at_once (void)
{
  g_autoptr (RushMemoryManager) manager = manager_with_pool (600);
  pthread_t threads[N_TASKS];
  Worker workers[N_TASKS];

  for (guint t = 0; t < N_TASKS; t++)
    {
      workers[t] = (Worker){ manager, t };
      pthread_create (&threads[t], NULL, take_and_give, &workers[t]);
    }
  for (guint t = 0; t < N_TASKS; t++)
    pthread_join (threads[t], NULL);
  g_assert_cmpint (stats_of (manager).execution_used, ==, 0);
  g_assert_cmpint (stats_of (manager).storage_used, ==, 0);
  g_assert_cmpuint (stats_of (manager).n_active_tasks, ==, 0);
}

/* ---- the allocator of storage ---- */

static void
test_storage_allocator (void)
{
  g_autoptr (RushMemoryManager) manager = manager_with_pool (4096);
  g_autoptr (RushAllocator) allocator = rush_storage_allocator_new (manager);
  g_autoptr (GError) error = NULL;

  gpointer block = rush_alloc (allocator, 3000, &error);
  g_assert_no_error (error);
  g_assert_cmpint (stats_of (manager).storage_used, ==, 3000);

  g_assert_null (rush_alloc (allocator, 2048, &error));
  g_assert_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_OUT_OF_MEMORY);
  g_assert_cmpstr (error->message, ==,
                   "storage memory: 2.0 KiB asked, but of the unified pool of 4.0 KiB tasks hold "
                   "0.0 B and storage 2.9 KiB, of which no more can be moved to disk");
  g_assert_cmpint (stats_of (manager).storage_used, ==, 3000);
  rush_free (allocator, block, 3000);
  g_assert_cmpint (stats_of (manager).storage_used, ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/memory_manager/pool_of_four_gib", test_pool_of_four_gib);
  g_test_add_func ("/memory_manager/testing_memory", test_testing_memory_replaces_the_heap);
  g_test_add_func ("/memory_manager/small_heap", test_small_heap_is_refused_in_sparks_words);
  g_test_add_func ("/memory_manager/small_executor",
                   test_small_executor_is_refused_in_sparks_words);
  g_test_add_func ("/memory_manager/execution_evicts_storage",
                   test_execution_evicts_storage_above_its_region_only);
  g_test_add_func ("/memory_manager/storage_spares_execution", test_storage_never_evicts_execution);
  g_test_add_func ("/memory_manager/storage_evicts_storage",
                   test_storage_makes_room_for_newer_storage);
  g_test_add_func ("/memory_manager/evictor_that_cannot", test_evictor_that_cannot_is_asked_once);
  g_test_add_func ("/memory_manager/one_nth", test_a_task_gets_one_nth_at_most);
  g_test_add_func ("/memory_manager/blocked_until_memory_frees",
                   test_blocked_at_half_a_share_proceeds_when_memory_frees);
  g_test_add_func ("/memory_manager/blocked_until_a_task_ends",
                   test_blocked_proceeds_when_a_task_ends);
  g_test_add_func ("/memory_manager/cancellation", test_cancellation_wakes_a_waiter);
  g_test_add_func ("/memory_manager/many_tasks", test_many_tasks_at_once);
  g_test_add_func ("/memory_manager/storage_allocator", test_storage_allocator);
  return g_test_run ();
}
