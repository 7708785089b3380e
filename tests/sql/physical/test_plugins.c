/* test_plugins.c - queries whose every part is a plug-in's (all_seams.c), many tasks at once and
 * two queries at once: the answers stay what they are. */
#include "queries.h"

#include "core/base/thread.h"

static const char *path;

static const struct
{
  const char *text, *rows;
} CASES[] = {
  /* a partial aggregate, an exchange, coalesced partitions */
  { "select id % 3 as k, count(*) as n, sum(id) as s from range(0, 3000, 1, 8) group by 1",
    "0|1000|1498500; 1|1000|1499500; 2|1000|1500500" },
  /* filters above a join, columns that nobody asks for */
  { "select /*+ shuffle_hash(b) */ count(*) as n, sum(a.id) as s from range(0, 400, 1, 6) a "
    "join range(0, 200, 1, 4) b on a.id = b.id where b.id >= 100 and 1 + 1 = 2",
    "100|14950" },
  { "select /*+ merge(b) */ count(*) as n from range(0, 400, 1, 6) a "
    "join range(0, 200, 1, 4) b on a.id = b.id",
    "200" },
  { "select /*+ broadcast(b) */ count(*) as n from range(0, 400, 1, 6) a "
    "join range(0, 200, 1, 4) b on a.id = b.id",
    "200" },
  /* one partition of the join is skewed */
  { "select /*+ merge(b) */ count(*) as n from "
    "(select if(id % 10 < 9, 7L, id) as k from range(0, 1000, 1, 6)) a "
    "join range(0, 20, 1, 2) b on a.k = b.id",
    "902" },
};

static RushContext *
begin (void)
{
  return queries_begin ("local[4]", "spark.rushlight.plugins", path,
                        "spark.sql.autoBroadcastJoinThreshold", "-1",
                        "spark.sql.adaptive.skewJoin.skewedPartitionThresholdInBytes", "100", NULL);
}

static void
ask_all (RushContext *context)
{
  for (guint i = 0; i < G_N_ELEMENTS (CASES); i++)
    queries_assert_sorted (context, CASES[i].text, CASES[i].rows);
}

static void
test_adaptive (void)
{
  RushContext *context = begin ();

  ask_all (context);
  queries_end (context);
}

static void
test_not_adaptive (void)
{
  RushContext *context = begin ();

  queries_set ("spark.sql.adaptive.enabled", "false");
  ask_all (context);
  queries_end (context);
}

static void *
ask_in_a_thread (void *context)
{
  ask_all (context);
  return NULL;
}

static void
test_two_at_once (void)
{
  RushContext *context = begin ();
  pthread_t threads[2];

  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    g_assert_true (rush_thread_start (&threads[i], "asker", ask_in_a_thread, context, NULL));
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    rush_thread_join (threads[i]);
  queries_end (context);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  path = argv[1];
  g_test_add_func ("/physical/plugins/adaptive", test_adaptive);
  g_test_add_func ("/physical/plugins/not_adaptive", test_not_adaptive);
  g_test_add_func ("/physical/plugins/two_at_once", test_two_at_once);
  return g_test_run ();
}
