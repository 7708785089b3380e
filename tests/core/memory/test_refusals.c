/* test_refusals.c - what a task, a broadcast's table and a job's results say when there is no
 * memory for them: Spark's first sentence, who holds what, the sum; and that each setting they name
 * would indeed have sufficed. */
#include "core/memory/memory_report.h"
#include "core/memory/result_limit.h"
#include "tests/core/memory/memory_fixture.h"

#include <string.h>

#define MAX_TASKS 8

/* ---- situations ---- */

/* Who is there when a task asks. */
typedef struct
{
  gint64 heap_mib, reserved_mib;
  const char *fraction, *storage_fraction;
  gint64 storage_mib;
  guint n_tasks;          /* with the one that asks */
  gint64 others_hold_mib; /* each */
  gint64 holds_mib, asks_mib;
} Situation;

static RushConf *
conf_of (const Situation *told, const char *setting)
{
  RushConf *conf = rush_conf_new ();
  g_autofree char *heap = g_strdup_printf ("%" G_GINT64_FORMAT "m", told->heap_mib);
  g_autofree char *reserved = g_strdup_printf ("%" G_GINT64_FORMAT "m", told->reserved_mib);
  g_auto (GStrv) settings = g_strsplit (setting != NULL ? setting : "", " and ", -1);
  const char *const pairs[][2] = { { "spark.testing.memory", heap },
                                   { "spark.testing.reservedMemory", reserved },
                                   { "spark.memory.fraction", told->fraction },
                                   { "spark.memory.storageFraction", told->storage_fraction } };

  for (guint i = 0; i < G_N_ELEMENTS (pairs); i++)
    g_assert_true (rush_conf_set (conf, pairs[i][0], pairs[i][1], NULL));
  for (guint i = 0; settings[i] != NULL; i++)
    {
      g_auto (GStrv) parts = g_strsplit (settings[i], "=", 2);
      g_autoptr (GError) error = NULL;
      rush_conf_set (conf, parts[0], parts[1], &error);
      g_assert_no_error (error);
    }
  return conf;
}

/* Memory that is counted and not there: a gigabyte costs nothing. */
typedef struct
{
  RushMemoryConsumer base;
  gint64 bytes;
} Counted;

static gint64
counted_used (RushMemoryConsumer *base)
{
  return ((Counted *)base)->bytes;
}

static gint64
counted_spill (RushMemoryConsumer *base, GError **error)
{
  return 0;
}

static gint64
drop_blocks (gpointer manager, gint64 wanted)
{
  gint64 freed = MIN (wanted, stats_of (manager).storage_used);

  rush_memory_manager_release_storage (manager, freed);
  return freed;
}

static void
hold (Task *task, Counted *counted, gint64 bytes)
{
  *counted = (Counted){ { "HashAggregate", counted_used, counted_spill, FALSE, FALSE }, bytes };
  g_assert_true (rush_allocator_reserve (task->allocator, (gsize)bytes, NULL));
  rush_task_memory_add_consumer (task->memory, &counted->base);
}

static void
let_go (Task *task, Counted *counted)
{
  rush_task_memory_remove_consumer (task->memory, &counted->base);
  rush_allocator_release (task->allocator, (gsize)counted->bytes);
}

/* Whether the last task of @n_tasks gets what it asks for, with @setting (NULL: as it was). */
static gboolean
is_granted (const Situation *told, const char *setting, guint n_tasks, GError **error)
{
  g_autoptr (RushConf) conf = conf_of (told, setting);
  g_autoptr (RushMemoryManager) manager = rush_memory_manager_new (conf, 0, error);
  Task tasks[MAX_TASKS];
  Counted held[MAX_TASKS];
  gboolean granted;

  g_assert_nonnull (manager);
  rush_memory_manager_set_evictor (manager, drop_blocks, manager);
  g_assert_true (rush_memory_manager_acquire_storage (manager, told->storage_mib * MIB));
  for (guint i = 0; i < n_tasks; i++)
    {
      gboolean asks = i + 1 == n_tasks;

      task_begin (&tasks[i], manager, i + 1);
      rush_task_memory_set_stage (tasks[i].memory, 20);
      hold (&tasks[i], &held[i], (asks ? told->holds_mib : told->others_hold_mib) * MIB);
    }
  Task *last = &tasks[n_tasks - 1];
  granted = rush_allocator_reserve (last->allocator, (gsize)(told->asks_mib * MIB), error);
  if (granted)
    rush_allocator_release (last->allocator, (gsize)(told->asks_mib * MIB));
  for (guint i = 0; i < n_tasks; i++)
    {
      let_go (&tasks[i], &held[i]);
      task_end (&tasks[i]);
    }
  drop_blocks (manager, G_MAXINT64);
  rush_memory_manager_set_evictor (manager, NULL, NULL);
  return granted;
}

/* The @i-th setting that a message names, or NULL. (transfer full) */
static char *
setting_of (const char *message, guint i)
{
  const char *line = strstr (message, "would have sufficed:\n");

  while (line != NULL && (line = strchr (line, '\n')) != NULL && i-- > 0)
    line++;
  if (line == NULL || !g_str_has_prefix (line, "\n      "))
    return NULL;
  line += strlen ("\n      ");
  const char *end = strstr (line, "  "); /* what follows is why */
  gsize length = strcspn (line, "\n");
  return g_strndup (line, end != NULL ? MIN (length, (gsize)(end - line)) : length);
}

/* ---- tasks ---- */

static void
test_the_sum (void)
{
  static const Situation situation = { 512, 300, "0.6", "0.5", 26, 2, 40, 45, 150 };
  g_autoptr (GError) error = NULL;

  g_assert_false (is_granted (&situation, NULL, 2, &error));
  g_assert_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_OUT_OF_MEMORY);
  g_assert_cmpstr (error->message, ==,
                   "[UNABLE_TO_ACQUIRE_MEMORY] Unable to acquire 157286400 bytes of memory, got "
                   "5872025. SQLSTATE: 53200\n"
                   "Task 2 asked for 150.0 MiB and holds 45.0 MiB:\n"
                   "          45.0 MiB  HashAggregate\n"
                   "             0.0 B  batches on their way\n"
                   "It may have at most 1/2 of what execution may:\n"
                   "         512.0 MiB  heap (spark.testing.memory)\n"
                   "    −    300.0 MiB  reserved for Spark itself\n"
                   "    ×          0.6  spark.memory.fraction\n"
                   "    =    127.2 MiB  the unified pool\n"
                   "    −     26.0 MiB  storage that cannot be evicted (26.0 MiB held; × 0.5 "
                   "spark.memory.storageFraction are safe)\n"
                   "    ÷            2  tasks that hold or want memory\n"
                   "    =     50.6 MiB  for each (all of them hold 85.0 MiB, and nothing more can "
                   "be spilled)\n"
                   "and 42.4 MiB outside of the pool, for batches on their way (tables of "
                   "broadcasts hold 0.0 B there).\n"
                   "Each of these alone would have sufficed:\n"
                   "      spark.testing.memory=717m\n"
                   "      spark.sql.shuffle.partitions=42  if the stage, of 20 tasks, reads a "
                   "shuffle whose rows then spread evenly; of RDDs spark.default.parallelism, or "
                   "repartition ()\n"
                   "      spark.sql.files.maxPartitionBytes=62511k  if it reads files");
}

/* Storage in its region and beyond it, many tasks, and a request that is a hundred times the pool.
 * All ask for more than even a task alone could have. */
static const Situation situations[] = {
  { 512, 300, "0.6", "0.5", 26, 2, 40, 45, 150 },   { 512, 300, "0.9", "0.5", 110, 1, 0, 40, 80 },
  { 1024, 300, "0.6", "0.9", 300, 3, 30, 40, 220 }, { 1024, 300, "0.2", "0", 100, 2, 30, 70, 400 },
  { 1000, 0, "0.5", "0.5", 200, 4, 60, 60, 400 },   { 450, 300, "0.6", "0.5", 0, 1, 0, 10, 9000 },
  { 700, 300, "0.3", "0.3", 30, 8, 10, 10, 200 },
};

/* With "spark.master=local[2]" there are two. */
static guint
n_tasks_with (const char *setting, guint n_tasks)
{
  static const char local[] = "spark.master=local[";

  return g_str_has_prefix (setting, local) ? (guint)g_ascii_digit_value (setting[strlen (local)])
                                           : n_tasks;
}

static void
check_settings (const Situation *situation, const char *message)
{
  for (guint i = 0; i < RUSH_REPORT_SETTINGS; i++)
    {
      g_autofree char *setting = setting_of (message, i);
      g_autoptr (GError) error = NULL;

      g_assert_nonnull (setting);
      g_test_message ("%s", setting);
      if (g_str_has_prefix (setting, "spark.sql."))
        continue;
      is_granted (situation, setting, n_tasks_with (setting, situation->n_tasks), &error);
      g_assert_no_error (error);
    }
}

static void
test_what_would_have_sufficed (void)
{
  for (guint s = 0; s < G_N_ELEMENTS (situations); s++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_false (is_granted (&situations[s], NULL, situations[s].n_tasks, &error));
      check_settings (&situations[s], error->message);
    }
}

/* ---- tasks that wait for each other ---- */

typedef struct
{
  const Situation *told;
  RushMemoryManager *manager;
  guint n_tasks;
  gint64 id;
  atomic_uint *n_holding;
  GError *error;
} Waiting;

/* Holds; when all do, asks. */
static gpointer
hold_and_ask (gpointer data)
{
  Waiting *self = data;
  Task task;
  Counted held;

  task_begin (&task, self->manager, self->id);
  rush_task_memory_set_stage (task.memory, 20);
  hold (&task, &held, self->told->holds_mib * MIB);
  atomic_fetch_add (self->n_holding, 1);
  while (atomic_load (self->n_holding) < self->n_tasks)
    g_thread_yield ();
  if (rush_allocator_reserve (task.allocator, (gsize)(self->told->asks_mib * MIB), &self->error))
    rush_allocator_release (task.allocator, (gsize)(self->told->asks_mib * MIB));
  let_go (&task, &held);
  task_end (&task);
  return NULL;
}

/* The first refusal, or NULL. (transfer full) */
static char *
refusal_among (const Situation *told, guint n_tasks)
{
  g_autoptr (RushConf) conf = conf_of (told, NULL);
  g_autoptr (RushMemoryManager) manager = rush_memory_manager_new (conf, 0, NULL);
  atomic_uint n_holding = 0;
  Waiting tasks[MAX_TASKS];
  GThread *threads[MAX_TASKS];
  char *message = NULL;

  for (guint i = 0; i < n_tasks; i++)
    {
      tasks[i] = (Waiting){ told, manager, n_tasks, i + 1, &n_holding, NULL };
      threads[i] = g_thread_new ("task", hold_and_ask, &tasks[i]);
    }
  for (guint i = 0; i < n_tasks; i++)
    {
      g_thread_join (threads[i]);
      if (tasks[i].error != NULL && message == NULL)
        message = g_strdup (tasks[i].error->message);
      g_clear_error (&tasks[i].error);
    }
  return message;
}

/* Three that could go on one after the other, but have all begun. */
static void
test_fewer_tasks_would_have_sufficed (void)
{
  static const Situation situation = { 512, 300, "0.9", "0.5", 0, 3, 0, 60, 35 };
  g_autofree char *message = refusal_among (&situation, 3);
  g_autofree char *alone = refusal_among (&situation, 2);
  g_autofree char *setting = NULL;

  g_assert_nonnull (message);
  setting = setting_of (message, 1);
  g_assert_cmpstr (setting, ==, "spark.master=local[2]");
  g_assert_cmpstr (alone, ==, NULL);
}

/* The key is that of the master; a heap of whole MiB stays one. */
static void
test_where_a_heap_is_set (void)
{
  static const char *const masters[][3] = {
    { "local[4]", "spark.driver.memory=2000m", "spark.master=local[3]" },
    { "local", "spark.driver.memory=2000m", "spark.master=local[3]" },
    { "local-cluster[2, 4, 1024]", "spark.master=local-cluster[2,4,2000]",
      "spark.master=local-cluster[2,3,1024]" },
    { "sim://", "spark.executor.memory=2000m", "spark.executor.cores=3" },
    { "yarn", "spark.executor.memory=2000m", "spark.executor.cores=3" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (masters); i++)
    {
      g_autoptr (RushConf) conf = rush_conf_new ();
      g_assert_true (rush_conf_set (conf, "spark.master", masters[i][0], NULL));
      g_autofree char *heap = rush_heap_setting (conf, 2000 * MIB);
      g_autofree char *cores = rush_cores_setting (conf, 3);

      g_assert_cmpstr (heap, ==, masters[i][1]);
      g_assert_cmpstr (cores, ==, masters[i][2]);
    }
}

/* ---- tables of broadcasts ---- */

static gboolean
table_is_granted (const Situation *told, const char *setting, gint64 bytes, GError **error)
{
  g_autoptr (RushConf) conf = conf_of (told, setting);
  g_autoptr (RushMemoryManager) manager = rush_memory_manager_new (conf, 0, error);
  g_autoptr (RushAllocator) tables = rush_user_allocator_new (manager);
  gboolean granted;

  g_assert_true (rush_allocator_reserve (tables, 10 * MIB, NULL));
  granted = rush_allocator_reserve (tables, (gsize)bytes, error);
  if (granted)
    rush_allocator_release (tables, (gsize)bytes);
  rush_allocator_release (tables, 10 * MIB);
  return granted;
}

static void
test_a_table_of_a_broadcast (void)
{
  static const Situation situation = { 512, 300, "0.6", "0.5", 0, 0, 0, 0, 0 };
  g_autoptr (GError) error = NULL;

  g_assert_false (table_is_granted (&situation, NULL, 60 * MIB, &error));
  g_assert_cmpstr (error->message, ==,
                   "user memory: a table of 60.0 MiB more does not fit. There may be:\n"
                   "         512.0 MiB  heap (spark.testing.memory)\n"
                   "    −    300.0 MiB  reserved for Spark itself\n"
                   "    −    127.2 MiB  the unified pool, × 0.6 spark.memory.fraction\n"
                   "    =     84.8 MiB  user memory\n"
                   "    ×         0.75  for tables, the rest for batches on their way (0.0 B now)\n"
                   "    −     10.0 MiB  that tables hold already\n"
                   "    =     53.6 MiB  are left\n"
                   "Each of these alone would have sufficed:\n"
                   "      spark.testing.memory=534m\n"
                   "      spark.memory.fraction=0.55\n"
                   "      spark.sql.autoBroadcastJoinThreshold=-1  both sides go through a "
                   "shuffle, and to disk if need be");
  for (guint i = 0; i < 2; i++)
    {
      g_autofree char *setting = setting_of (error->message, i);
      g_autoptr (GError) again = NULL;

      table_is_granted (&situation, setting, 60 * MIB, &again);
      g_assert_no_error (again);
    }
}

/* No fraction could ever make room for it. */
static void
test_a_table_beyond_the_heap (void)
{
  static const Situation situation = { 512, 300, "0.6", "0.5", 0, 0, 0, 0, 0 };
  g_autoptr (GError) error = NULL;

  g_assert_false (table_is_granted (&situation, NULL, 600 * MIB, &error));
  g_assert_null (strstr (error->message, "spark.memory.fraction="));
  g_autofree char *setting = setting_of (error->message, 0);
  g_assert_true (table_is_granted (&situation, setting, 600 * MIB, NULL));
}

/* ---- results ---- */

static gboolean
results_fit (const char *max, const char *heap, gint64 mib, guint n_done, guint n_tasks,
             GError **error)
{
  g_autoptr (RushConf) conf = rush_conf_new ();
  RushResultLimit limit;

  g_assert_true (rush_conf_set (conf, "spark.driver.maxResultSize", max, NULL));
  g_assert_true (rush_conf_set (conf, "spark.driver.memory", heap, NULL));
  rush_result_limit_read (conf, &limit);
  return rush_result_limit_check (&limit, mib * MIB, n_done, n_tasks, error);
}

/* What all tasks would bring is more than this driver can hold: the settings come in pairs. */
static void
test_results_of_the_whole_job (void)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (results_fit ("1g", "2g", 1024, 4, 10, NULL));
  g_assert_false (results_fit ("1g", "2g", 1025, 4, 10, &error));
  g_assert_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_JOB_ABORTED);
  g_assert_true (g_str_has_prefix (error->message,
                                   "Total size of serialized results of 4 tasks (1025.0 MiB) is "
                                   "bigger than spark.driver.maxResultSize (1024.0 MiB)\n"));
  g_assert_nonnull (strstr (
      error->message, "\n      spark.driver.maxResultSize=2819m and spark.driver.memory=3119m\n"
                      "      spark.driver.maxResultSize=0 and spark.driver.memory=3119m  no "
                      "limit\n"));
  g_assert_true (results_fit ("2819m", "3119m", 1025 * 10 / 4, 10, 10, NULL));
  g_assert_true (results_fit ("0", "450m", 150, 1, 1, NULL)); /* the least that starts */
  g_assert_false (results_fit ("0", "450m", 151, 1, 1, NULL));
  g_assert_true (results_fit ("0", "3119m", 1025 * 10 / 4, 10, 10, NULL));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/refusals/sum", test_the_sum);
  g_test_add_func ("/refusals/what_would_have_sufficed", test_what_would_have_sufficed);
  g_test_add_func ("/refusals/fewer_tasks_would_have_sufficed",
                   test_fewer_tasks_would_have_sufficed);
  g_test_add_func ("/refusals/where_a_heap_is_set", test_where_a_heap_is_set);
  g_test_add_func ("/refusals/table", test_a_table_of_a_broadcast);
  g_test_add_func ("/refusals/table_beyond_the_heap", test_a_table_beyond_the_heap);
  g_test_add_func ("/refusals/results_of_the_whole_job", test_results_of_the_whole_job);
  return g_test_run ();
}
