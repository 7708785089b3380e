/* test_grants_table.c - the table of sim/managers/README.md, asked of each manager; and ten
 * thousand executors from each. */
#include "tests/sim/manager_story.h"

#define N_COLUMNS 6

typedef struct
{
  const char *name;
  ManagerNew new_manager;
  const char *json;
  gboolean kubernetes, python;
} Column;

static const Column columns[N_COLUMNS] = {
  { "standalone", rush_standalone_manager_new, "{}", FALSE, FALSE },
  { "yarn", rush_yarn_manager_new, "{}", FALSE, FALSE },
  { "yarn, fair, 512 MiB", rush_yarn_manager_new,
    "{\"scheduler\": \"fair\", \"increment_allocation\": \"512m\"}", FALSE, FALSE },
  { "kubernetes", rush_kubernetes_manager_new, "{\"image_pull\": 0}", TRUE, FALSE },
  { "kubernetes, Python", rush_kubernetes_manager_new, "{\"image_pull\": 0}", TRUE, TRUE },
  { "mesos", rush_mesos_manager_new, "{}", FALSE, FALSE },
};

static const struct
{
  const char *settings;
  gint64 mib[N_COLUMNS];
} rows[] = {
  { "spark.executor.memory=1g", { 1024, 2048, 1536, 1408, 1433, 1408 } },
  { "spark.executor.memory=3333m", { 3333, 4096, 4096, 3717, 4666, 3717 } },
  { "spark.executor.memory=4g spark.memory.offHeap.enabled=true spark.memory.offHeap.size=1500m",
    { 4096, 6144, 6144, 6005, 7234, 4505 } },
  { "spark.executor.memory=4g spark.executor.memoryOverhead=1g spark.executor.pyspark.memory=2g",
    { 4096, 7168, 7168, 7168, 7168, 4505 } },
};

static void
test_table (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    for (guint k = 0; k < N_COLUMNS; k++)
      {
        g_autofree char *settings = g_strconcat (rows[i].settings, " spark.executor.cores=1", NULL);
        g_autoptr (ManagerStory) story = manager_story_new (1, 4, 16384, settings);
        const char *id = columns[k].new_manager == rush_standalone_manager_new ||
                                 columns[k].new_manager == rush_mesos_manager_new
                             ? "0"
                             : "1";
        g_autofree char *line = g_strdup_printf (
            "%s on host-0: 1 cores, %" G_GINT64_FORMAT " MiB\n", id, rows[i].mib[k]);

        g_test_message ("%s: %s", columns[k].name, rows[i].settings);
        story->kubernetes = columns[k].kubernetes;
        story->python = columns[k].python;
        manager_story_begin (story, columns[k].new_manager, columns[k].json);
        manager_story_request (story, 1);
        manager_story_run (story, 20);
        manager_story_assert_ready (story, line);
      }
}

/* On a thousand hosts; and when all have what they asked for, nothing is left in the heap. */
static void
test_ten_thousand (void)
{
  for (guint k = 0; k < N_COLUMNS; k++)
    {
      g_autoptr (ManagerStory) story =
          manager_story_new (1000, 48, 96 * 1024,
                             "spark.executor.cores=4 spark.executor.memory=4g "
                             "spark.kubernetes.allocation.batch.size=500");

      g_test_message ("%s", columns[k].name);
      story->kubernetes = columns[k].kubernetes;
      story->python = columns[k].python;
      manager_story_begin (story, columns[k].new_manager, columns[k].json);
      manager_story_request (story, 10000);
      manager_story_run (story, 120);
      g_assert_cmpuint (manager_story_n_ready (story), ==, 10000);
      g_assert_cmpuint (rush_event_heap_size (story->heap), ==, 0);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/grants/table", test_table);
  g_test_add_func ("/grants/ten-thousand", test_ten_thousand);
  return g_test_run ();
}
