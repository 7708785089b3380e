/* test_task_memory.c - steps, spills in order of size, the refusal's arithmetic, and what happens
 * to memory that outlives its task. */
#include "tests/core/memory/memory_fixture.h"

#include <pthread.h>

/* ---- steps ---- */

static void
test_memory_comes_in_steps (void)
{
  Task task;

  lone_task_begin (&task, 16 * STEP);
  gpointer a = take (&task, 1);
  g_assert_cmpint (stats_of (task.manager).execution_used, ==, STEP);
  gpointer b = take (&task, STEP - 1);
  g_assert_cmpint (stats_of (task.manager).execution_used, ==, STEP);
  gpointer c = take (&task, 3 * STEP);
  g_assert_cmpint (stats_of (task.manager).execution_used, ==, 4 * STEP);
  g_assert_cmpint (rush_task_memory_peak_bytes (task.memory), ==, 4 * STEP);

  /* What comes back goes back to the pool, but for a step that is kept at hand. */
  give (&task, c, 3 * STEP);
  g_assert_cmpint (stats_of (task.manager).execution_used, ==, 2 * STEP);
  give (&task, b, STEP - 1);
  give (&task, a, 1);
  g_assert_cmpint (stats_of (task.manager).execution_used, <=, 2 * STEP);
  g_assert_cmpint (rush_task_memory_peak_bytes (task.memory), ==, 4 * STEP);
  lone_task_end (&task);
}

/* The last bytes of a pool that is no whole number of steps can be had. */
static void
test_a_pool_can_be_used_up (void)
{
  Task task;
  g_autoptr (GError) error = NULL;

  lone_task_begin (&task, STEP + 100);
  g_assert_true (rush_allocator_reserve (task.allocator, STEP + 100, &error));
  g_assert_no_error (error);
  g_assert_false (rush_allocator_reserve (task.allocator, 1, NULL));
  rush_allocator_release (task.allocator, STEP + 100);
  lone_task_end (&task);
}

/* ---- spilling ---- */

/* Of ten steps a small consumer holds three, a large one five. */
typedef struct
{
  Task task;
  Hoard small, large;
} TwoHoards;

static void
two_hoards_begin (TwoHoards *self)
{
  lone_task_begin (&self->task, 10 * STEP);
  hoard_take (&self->small, "Small", &self->task, 3 * STEP);
  hoard_take (&self->large, "Large", &self->task, 5 * STEP);
}

static void
two_hoards_end (TwoHoards *self)
{
  hoard_drop (&self->small);
  hoard_drop (&self->large);
  lone_task_end (&self->task);
}

static void
test_the_largest_consumer_spills (void)
{
  TwoHoards two;

  two_hoards_begin (&two);
  gpointer block = take (&two.task, 4 * STEP);
  g_assert_cmpuint (two.large.n_spills, ==, 1);
  g_assert_cmpuint (two.small.n_spills, ==, 0);

  /* If that is not enough the next one follows. */
  gpointer more = take (&two.task, 6 * STEP);
  g_assert_cmpuint (two.small.n_spills, ==, 1);

  give (&two.task, block, 4 * STEP);
  give (&two.task, more, 6 * STEP);
  two_hoards_end (&two);
}

static void
test_a_consumer_that_cannot_is_passed_over (void)
{
  TwoHoards two;

  two_hoards_begin (&two);
  two.large.stubborn = TRUE;
  gpointer block = take (&two.task, 4 * STEP);
  g_assert_cmpuint (two.large.n_spills, ==, 1);
  g_assert_cmpuint (two.small.n_spills, ==, 1);
  give (&two.task, block, 4 * STEP);
  two_hoards_end (&two);
}

/* In the middle of something it is not even asked. */
static void
test_a_busy_consumer_is_left_alone (void)
{
  TwoHoards two;

  two_hoards_begin (&two);
  two.large.base.busy = TRUE;
  gpointer block = take (&two.task, 4 * STEP);
  g_assert_cmpuint (two.large.n_spills, ==, 0);
  g_assert_cmpuint (two.small.n_spills, ==, 1);
  g_assert_null (rush_alloc (two.task.allocator, 2 * STEP, NULL));
  two.large.base.busy = FALSE;
  gpointer more = take (&two.task, 2 * STEP);
  g_assert_cmpuint (two.large.n_spills, ==, 1);
  give (&two.task, block, 4 * STEP);
  give (&two.task, more, 2 * STEP);
  two_hoards_end (&two);
}

static void
test_a_failed_spill_fails_the_request (void)
{
  Task task;
  g_autoptr (GError) error = NULL;
  Hoard hoard;

  lone_task_begin (&task, 4 * STEP);
  hoard_take (&hoard, "Hoard", &task, 3 * STEP);
  hoard.broken = TRUE;
  g_assert_null (rush_alloc (task.allocator, 2 * STEP, &error));
  g_assert_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_IO);
  hoard_drop (&hoard);
  lone_task_end (&task);
}

/* With the pool used up, a spill still gets what it needs to write its first batch. */
static void
test_a_spill_may_take_a_little_more (void)
{
  Task task;
  g_autoptr (GError) error = NULL;
  Hoard hoard;

  lone_task_begin (&task, 4 * STEP);
  hoard_take (&hoard, "Hoard", &task, 4 * STEP);
  hoard.scratch_bytes = STEP;
  gpointer block = take (&task, 2 * STEP);
  g_assert_true (hoard.got_scratch);
  g_assert_cmpint (stats_of (task.manager).execution_used, <=, 4 * STEP);
  give (&task, block, 2 * STEP);
  hoard_drop (&hoard);
  lone_task_end (&task);
}

/* ---- refusals ---- */

/* What was granted in vain goes back.  What the refusal says: test_refusals.c. */
static void
test_a_refusal_gives_back (void)
{
  Task task;
  g_autoptr (GError) error = NULL;
  Hoard hoard;

  lone_task_begin (&task, 1024 * KIB);
  hoard_take (&hoard, "Hoard", &task, 640 * KIB);
  hoard.stubborn = TRUE;
  g_assert_null (rush_alloc (task.allocator, 500 * KIB, &error));
  g_assert_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_OUT_OF_MEMORY);
  g_assert_cmpint (stats_of (task.manager).execution_used, ==, 640 * KIB);
  hoard_drop (&hoard);
  lone_task_end (&task);
}

/* Outside the pool there is room for what nobody can spill; it goes back before anything else. */
static void
test_user_memory_is_borrowed_last (void)
{
  g_autoptr (RushMemoryManager) manager = manager_with_user_memory (4 * STEP, 2 * STEP);
  g_autoptr (GError) error = NULL;
  Hoard hoard;
  Task task;

  task_begin (&task, manager, 7);
  hoard_take (&hoard, "Hoard", &task, 3 * STEP);
  gpointer first = take (&task, 4 * STEP); /* the hoard makes room */
  g_assert_cmpuint (hoard.n_spills, ==, 1);
  g_assert_cmpint (stats_of (manager).user_used, ==, 0);
  gpointer second = take (&task, 2 * STEP);
  g_assert_cmpint (stats_of (manager).user_used, ==, 2 * STEP);
  g_assert_null (rush_alloc (task.allocator, 1, &error));
  g_assert_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_OUT_OF_MEMORY);
  give (&task, first, 4 * STEP);
  g_assert_cmpint (stats_of (manager).user_used, ==, 0);
  give (&task, second, 2 * STEP);
  hoard_drop (&hoard);
  task_end (&task);
  g_assert_cmpuint (stats_of (manager).n_active_tasks, ==, 0);
}

/* ---- batches on their way spare storage ---- */

static gint64
count_call (gpointer data, gint64 wanted)
{
  ++*(guint *)data;
  return 0;
}

/* A pool of four steps, all of them with storage, which could give two of them up. */
static void
full_pool_begin (Task *task, RushMemoryManager *manager, guint *n_evictions)
{
  rush_memory_manager_set_evictor (manager, count_call, n_evictions);
  g_assert_true (rush_memory_manager_acquire_storage (manager, 4 * STEP));
  task_begin (task, manager, 7);
}

static void
full_pool_end (Task *task, RushMemoryManager *manager)
{
  task_end (task);
  rush_memory_manager_release_storage (manager, 4 * STEP);
  rush_memory_manager_set_evictor (manager, NULL, NULL);
}

/* Who only reads a cached RDD must not make it smaller. */
static void
test_batches_borrow_before_they_evict (void)
{
  g_autoptr (RushMemoryManager) manager = manager_with_user_memory (4 * STEP, 2 * STEP);
  guint n_evictions = 0;
  Task task;

  full_pool_begin (&task, manager, &n_evictions);
  gpointer batch = take (&task, 2 * STEP);
  g_assert_cmpuint (n_evictions, ==, 0);
  g_assert_cmpint (stats_of (manager).user_used, ==, 2 * STEP);
  g_assert_cmpint (stats_of (manager).execution_used, ==, 0);
  g_assert_null (rush_alloc (task.allocator, 1, NULL)); /* its share is used up */
  g_assert_cmpuint (n_evictions, >, 0);
  give (&task, batch, 2 * STEP);
  full_pool_end (&task, manager);
}

/* A block that is being unrolled counts as storage: it is no reason to evict for a batch. */
static void
test_an_unrolled_block_is_no_table (void)
{
  g_autoptr (RushMemoryManager) manager = manager_with_user_memory (4 * STEP, 2 * STEP);
  Hoard block = { 0 };
  guint n_evictions = 0;
  Task task;

  task_begin (&task, manager, 7);
  hoard_take (&block, "UnrolledBlock", &task, STEP);
  block.base.is_storage = TRUE;
  g_assert_true (rush_memory_manager_acquire_storage (manager, 3 * STEP));
  rush_memory_manager_set_evictor (manager, count_call, &n_evictions);
  gpointer batch = take (&task, STEP);
  g_assert_cmpuint (n_evictions, ==, 0);
  g_assert_cmpuint (block.n_spills, ==, 0);
  block.base.is_storage = FALSE; /* a table may evict, and spill */
  block.stubborn = TRUE;
  gpointer other = take (&task, STEP);
  g_assert_cmpuint (n_evictions, >, 0);
  give (&task, batch, STEP);
  give (&task, other, STEP);
  hoard_drop (&block);
  task_end (&task);
  rush_memory_manager_release_storage (manager, 3 * STEP);
  rush_memory_manager_set_evictor (manager, NULL, NULL);
}

/* Each of N tasks may borrow 1/N. */
static void
test_user_memory_is_shared (void)
{
  g_autoptr (RushMemoryManager) manager = manager_with_user_memory (4 * STEP, 4 * STEP);

  g_assert_true (rush_memory_manager_acquire_user (manager, 1, STEP));
  g_assert_true (rush_memory_manager_acquire_user (manager, 2, 2 * STEP));
  g_assert_false (rush_memory_manager_acquire_user (manager, 1, 2 * STEP));
  g_assert_true (rush_memory_manager_acquire_user (manager, 1, STEP));
  rush_memory_manager_release_user (manager, 2, 2 * STEP);
  g_assert_true (rush_memory_manager_acquire_user (manager, 1, 2 * STEP)); /* alone */
  rush_memory_manager_release_user (manager, 1, 4 * STEP);
  g_assert_cmpint (stats_of (manager).user_used, ==, 0);
  g_assert_cmpuint (stats_of (manager).n_active_tasks, ==, 0);
}

/* A table of all tasks may take three quarters of it; the tasks share what is left. */
static void
test_user_memory_of_tables (void)
{
  g_autoptr (RushMemoryManager) manager = manager_with_user_memory (4 * STEP, 4 * STEP);
  g_autoptr (RushAllocator) tables = rush_user_allocator_new (manager);
  g_autoptr (GError) error = NULL;
  gpointer table = rush_alloc (tables, 3 * STEP, &error);

  g_assert_no_error (error);
  g_assert_cmpint (stats_of (manager).user_tables, ==, 3 * STEP);
  g_assert_null (rush_alloc (tables, 1, &error));
  g_assert_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_OUT_OF_MEMORY);
  g_assert_true (rush_memory_manager_acquire_user (manager, 1, STEP));
  g_assert_false (rush_memory_manager_acquire_user (manager, 2, 1));
  rush_memory_manager_release_user (manager, 1, STEP);
  rush_free (tables, table, 3 * STEP);
  g_assert_cmpint (stats_of (manager).user_used, ==, 0);
}

static void
test_a_cancelled_task_gets_nothing (void)
{
  Task task;
  g_autoptr (GError) error = NULL;

  lone_task_begin (&task, 4 * STEP);
  atomic_store (&task.cancelled, TRUE);
  g_assert_true (rush_memory_manager_acquire_storage (task.manager, 4 * STEP));
  g_assert_null (rush_alloc (task.allocator, 1, &error));
  g_assert_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_CANCELLED);
  rush_memory_manager_release_storage (task.manager, 4 * STEP);
  lone_task_end (&task);
}

/* ---- after the task ---- */

static void
test_memory_may_outlive_its_task (void)
{
  Task task;

  lone_task_begin (&task, 4 * STEP);
  g_autoptr (RushAllocator) allocator = rush_allocator_ref (task.allocator);
  gpointer block = take (&task, 1000);
  lone_task_end (&task); /* all goes back to the pool */
  rush_free (allocator, block, 1000);
}

#define N_BLOCKS 2000

typedef struct
{
  RushAllocator *allocator; /* (owned) a ref */
  gpointer blocks[N_BLOCKS];
} Leftovers;

static void *
free_blocks (void *data)
{
  Leftovers *self = data;

  for (guint i = 0; i < N_BLOCKS; i++)
    rush_free (self->allocator, self->blocks[i], 1000);
  rush_allocator_unref (self->allocator);
  return NULL;
}

/* A reader of another task frees what this task built, while the task goes on and ends. */
static void
test_another_thread_frees (void)
{
  Task task;
  pthread_t thread;

  lone_task_begin (&task, 64 * STEP);
  g_autofree Leftovers *leftovers = g_new (Leftovers, 1);
  leftovers->allocator = rush_allocator_ref (task.allocator);
  for (guint i = 0; i < N_BLOCKS; i++)
    leftovers->blocks[i] = take (&task, 1000);
  pthread_create (&thread, NULL, free_blocks, leftovers);
  for (guint i = 0; i < N_BLOCKS; i++)
    give (&task, take (&task, 5000), 5000);
  lone_task_end (&task);
  pthread_join (thread, NULL);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/task_memory/steps", test_memory_comes_in_steps);
  g_test_add_func ("/task_memory/used_up", test_a_pool_can_be_used_up);
  g_test_add_func ("/task_memory/largest_spills", test_the_largest_consumer_spills);
  g_test_add_func ("/task_memory/passed_over", test_a_consumer_that_cannot_is_passed_over);
  g_test_add_func ("/task_memory/busy", test_a_busy_consumer_is_left_alone);
  g_test_add_func ("/task_memory/failed_spill", test_a_failed_spill_fails_the_request);
  g_test_add_func ("/task_memory/spill_allowance", test_a_spill_may_take_a_little_more);
  g_test_add_func ("/task_memory/refusal_gives_back", test_a_refusal_gives_back);
  g_test_add_func ("/task_memory/user_memory_is_borrowed_last", test_user_memory_is_borrowed_last);
  g_test_add_func ("/task_memory/batches_borrow_before_they_evict",
                   test_batches_borrow_before_they_evict);
  g_test_add_func ("/task_memory/an_unrolled_block_is_no_table",
                   test_an_unrolled_block_is_no_table);
  g_test_add_func ("/task_memory/user_memory_is_shared", test_user_memory_is_shared);
  g_test_add_func ("/task_memory/user_memory_of_tables", test_user_memory_of_tables);
  g_test_add_func ("/task_memory/cancelled", test_a_cancelled_task_gets_nothing);
  g_test_add_func ("/task_memory/outlives", test_memory_may_outlive_its_task);
  g_test_add_func ("/task_memory/another_thread", test_another_thread_frees);
  return g_test_run ();
}
