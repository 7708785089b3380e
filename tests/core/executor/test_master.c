/* Master URLs: what Spark's regular expressions take, and what the refusals say. */
#include "core/executor/master.h"

#include <string.h>

static void
assert_master (const char *url, gboolean is_cluster, guint n_executors, guint cores, gint64 mib,
               guint max_failures)
{
  g_autoptr (GError) error = NULL;
  RushMaster master;

  g_assert_true (rush_master_parse (url, &master, &error));
  g_assert_no_error (error);
  g_assert_cmpint (master.is_cluster, ==, is_cluster);
  g_assert_cmpuint (master.n_executors, ==, n_executors);
  g_assert_cmpuint (master.cores, ==, cores);
  g_assert_cmpint (master.executor_mib, ==, mib);
  g_assert_cmpuint (master.max_task_failures, ==, max_failures);
}

static void
test_accepted (void)
{
  guint all = g_get_num_processors ();

  assert_master ("local", FALSE, 1, 1, 0, 1);
  assert_master ("local[4]", FALSE, 1, 4, 0, 1);
  assert_master ("local[*]", FALSE, 1, all, 0, 1);
  assert_master ("local[4,3]", FALSE, 1, 4, 0, 3);
  assert_master ("local[ 4 , 3 ]", FALSE, 1, 4, 0, 3);
  assert_master ("local[*,2]", FALSE, 1, all, 0, 2);
  assert_master ("local-cluster[2,1,512]", TRUE, 2, 1, 512, 0);
  assert_master ("local-cluster[ 3 , 2 , 1024 ]", TRUE, 3, 2, 1024, 0);
}

static void
assert_refused (const char *url, RushCoreError code, const char *words)
{
  RushMaster master = { .cores = 77 };
  g_autoptr (GError) error = NULL;

  g_test_message ("%s", url);
  g_assert_false (rush_master_parse (url, &master, &error));
  g_assert_error (error, RUSH_CORE_ERROR, (gint)code);
  g_assert_nonnull (strstr (error->message, words));
  g_assert_cmpuint (master.cores, ==, 77);
}

static void
test_refused (void)
{
  static const char *nonsense[] = {
    "",
    "loca",
    "local[",
    "local[]",
    "local[4",
    "local[-1]",
    "local[x]",
    "local[ 4 ]",
    "local[4,]",
    "local[4,*]",
    "local[4,3,2]",
    "localhost",
    "local-cluster",
    "local-cluster[2,1]",
    "local-cluster[*,1,512]",
    "local-cluster[2,1,512,4]",
    "local[99999999999]",
  };

  for (guint i = 0; i < G_N_ELEMENTS (nonsense); i++)
    assert_refused (nonsense[i], RUSH_CORE_ERROR_INVALID_ARGUMENT, "Could not parse Master URL");
  assert_refused ("sim", RUSH_CORE_ERROR_INVALID_ARGUMENT, "sim://?executors=");
  assert_refused ("local[0]", RUSH_CORE_ERROR_INVALID_ARGUMENT,
                  "Asked to run locally with 0 threads: local[N] needs an N of 1 or more");
  assert_refused ("local[2,0]", RUSH_CORE_ERROR_INVALID_ARGUMENT, "at least 1");
  assert_refused ("local-cluster[0,1,512]", RUSH_CORE_ERROR_INVALID_ARGUMENT, "at least 1");
  assert_refused ("spark://host:7077", RUSH_CORE_ERROR_UNSUPPORTED, "standalone");
  assert_refused ("yarn", RUSH_CORE_ERROR_UNSUPPORTED, "YARN");
  assert_refused ("k8s://https://host", RUSH_CORE_ERROR_UNSUPPORTED, "Kubernetes");
  assert_refused ("mesos://host", RUSH_CORE_ERROR_UNSUPPORTED, "Mesos");
  assert_refused ("sim://ten-hosts", RUSH_CORE_ERROR_UNSUPPORTED, "simulated");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/executor/master/accepted", test_accepted);
  g_test_add_func ("/executor/master/refused", test_refused);
  return g_test_run ();
}
