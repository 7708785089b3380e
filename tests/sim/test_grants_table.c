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

static void
test_refusal_text (void)
{
  static const RushHostRoom rooms[] = { { "host-0", 1, 1024 * (gint64)1048576 },
                                        { "host-1", 4, 512 * (gint64)1048576 },
                                        { "host-2", 3, 1024 * (gint64)1048576 },
                                        { "host-3", 0, 0 },
                                        { "host-4", 0, 0 },
                                        { "host-5", 0, 0 },
                                        { "host-6", 9, 1048576 } };
  RushExecutorShape asked = { .cores = 4 };
  g_autofree char *many =
      rush_refusal_text (&asked, 2048 * (gint64)1048576, 2, rooms, 7, "no luck");
  g_autofree char *one = rush_refusal_text (&asked, 2048 * (gint64)1048576, 1, rooms, 1,
                                            "0/1 nodes are available: 1 Insufficient cpu.");
  g_autofree char *none = rush_refusal_text (&asked, 2048 * (gint64)1048576, 1, NULL, 0, "no luck");

  g_assert_cmpstr (
      many, ==,
      "2 executors of 2,048 MiB and 4 cores each are not granted: no luck. Free: host-2 "
      "3 cores, 1,024 MiB; host-0 1 core, 1,024 MiB; host-1 4 cores, 512 MiB; host-6 9 "
      "cores, 1 MiB; host-3 0 cores, 0 MiB; and 2 more hosts.");
  g_assert_cmpstr (one, ==,
                   "1 executor of 2,048 MiB and 4 cores is not granted: 0/1 nodes are available: 1 "
                   "Insufficient cpu. Free: host-0 1 core, 1,024 MiB.");
  g_assert_true (g_str_has_suffix (none, "no luck. Free: no host is there."));
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
  g_test_add_func ("/grants/refusal-text", test_refusal_text);
  g_test_add_func ("/grants/ten-thousand", test_ten_thousand);
  return g_test_run ();
}
