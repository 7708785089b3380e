/* test_dynamic_executors.c - executors of local-cluster that come when tasks wait and go when idle.
 *
 * Purpose: spark.dynamicAllocation.enabled on real executors: none at first, as many as there is
 * work for, never more than the master has, and none again in the end.
 */
#include "engine.h"

#include <poll.h>

#define DYNAMIC                                                                                    \
  "spark.dynamicAllocation.enabled", "true", "spark.dynamicAllocation.schedulerBacklogTimeout",    \
      "5ms"

#define HANG_S 60

static guint
n_executors (Engine *engine)
{
  g_auto (GStrv) ids = rush_executor_set_ids (rush_local_backend_executors (engine->backend));

  return g_strv_length (ids);
}

/* They come and go when the driver loop gets to it. */
static void
await_executors (Engine *engine, guint n)
{
  for (guint ms = 0; n_executors (engine) != n; ms++)
    {
      g_assert_cmpuint (ms, <, HANG_S * 1000);
      poll (NULL, 0, 1);
    }
}

static RushIterator *
numbers_behind_gate (guint split, RushTaskContext *ctx, gpointer data, GError **error)
{
  if (!gate_pass (data, ctx, error))
    return NULL;
  return thousand_numbers (split, ctx, NULL, error);
}

/* Three tasks run at once, so three executors of one core have come; the fourth has to wait. */
static void
test_as_many_as_there_is_work_for (void)
{
  Engine *engine = engine_new ("local-cluster[3,1,512]", DYNAMIC,
                               "spark.dynamicAllocation.executorIdleTimeout", "10ms", NULL);
  Gate gate;
  g_autoptr (GError) error = NULL;

  gate_init (&gate);
  g_assert_cmpuint (n_executors (engine), ==, 0);
  RushRdd *rdd = func_rdd_new (engine, 4, numbers_behind_gate, &gate);
  RushJobWaiter *waiter = engine_submit (engine, rdd, NULL);
  for (guint i = 0; i < 3; i++)
    gate_await_arrival (&gate);
  g_assert_cmpuint (n_executors (engine), ==, 3);
  gate_open (&gate);
  g_assert_cmpint (engine_sum_of (waiter, 4, &error), ==, 3999 * 4000 / 2);
  g_assert_no_error (error);
  await_executors (engine, 0);
  rush_job_waiter_free (waiter);
  /* And again, with fresh ones. */
  g_assert_cmpint (engine_sum (engine, rdd, &error), ==, 3999 * 4000 / 2);
  g_assert_no_error (error);
  rush_rdd_unref (rdd);
  engine_stop (engine);
  g_assert_nonnull (strstr (engine->events->str, "executor 0 removed\n"));
  g_assert_nonnull (strstr (engine->events->str, "executor 3 added on localhost, 1 cores\n"));
  gate_clear (&gate);
  engine_free (engine);
}

static void
test_initial_and_min_executors (void)
{
  Engine *engine =
      engine_new ("local-cluster[3,1,512]", DYNAMIC, "spark.dynamicAllocation.executorIdleTimeout",
                  "10ms", "spark.dynamicAllocation.initialExecutors", "2",
                  "spark.dynamicAllocation.minExecutors", "1", NULL);

  await_executors (engine, 1); /* the second is idle, and no stage comes */
  engine_stop (engine);
  g_assert_nonnull (strstr (engine->events->str, "executor 1 added on localhost, 1 cores\n"));
  engine_free (engine);
}

/* One that dies is replaced, as long as it is wanted. */
static void
test_a_dead_one_is_replaced (void)
{
  Engine *engine = engine_new ("local-cluster[2,1,512]", DYNAMIC,
                               "spark.dynamicAllocation.minExecutors", "1", NULL);
  RushRdd *rdd = func_rdd_new (engine, 4, thousand_numbers, NULL);
  g_autoptr (GError) error = NULL;

  await_executors (engine, 1);
  g_assert_true (rush_local_backend_kill_executor (engine->backend, "0", FALSE));
  await_executors (engine, 1);
  g_assert_cmpint (engine_sum (engine, rdd, &error), ==, 3999 * 4000 / 2);
  g_assert_no_error (error);
  rush_rdd_unref (rdd);
  engine_stop (engine);
  engine_free (engine);
}

/* Map outputs keep their executors as long as the shuffle is there; dropped, they let them go. */
static void
test_outputs_keep_their_executors (void)
{
  Engine *engine = engine_new ("local-cluster[2,1,512]", DYNAMIC,
                               "spark.dynamicAllocation.executorIdleTimeout", "10ms", NULL);
  RushRdd *maps = func_rdd_new (engine, 2, thousand_numbers, NULL);
  RushRdd *reduced = shuffled_rdd_new (maps, 2, NULL, NULL);
  gint shuffle_id = reduced->dependencies[0]->shuffle_id;
  g_autoptr (GError) error = NULL;
  RushMessage *message;

  g_assert_cmpint (engine_sum (engine, reduced, &error), ==, 1999 * 2000 / 2);
  g_assert_no_error (error);
  g_assert_cmpuint (n_executors (engine), >, 0);
  rush_rdd_unref (reduced);
  rush_rdd_unref (maps);
  message = rush_message_new (RUSH_MESSAGE_SHUFFLE_DROPPED);
  message->id = shuffle_id;
  rush_driver_loop_post (engine->loop, message);
  await_executors (engine, 0);
  engine_stop (engine);
  engine_free (engine);
}

static void
test_local_mode_has_its_one (void)
{
  Engine *engine =
      engine_new ("local[2]", DYNAMIC, "spark.dynamicAllocation.executorIdleTimeout", "1ms", NULL);
  RushRdd *rdd = func_rdd_new (engine, 4, thousand_numbers, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_cmpuint (n_executors (engine), ==, 1);
  g_assert_cmpint (engine_sum (engine, rdd, &error), ==, 3999 * 4000 / 2);
  g_assert_cmpuint (n_executors (engine), ==, 1);
  rush_rdd_unref (rdd);
  engine_stop (engine);
  engine_free (engine);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name) g_test_add_func ("/executor/dynamic-executors/" #name, test_##name)
  ADD (as_many_as_there_is_work_for);
  ADD (initial_and_min_executors);
  ADD (a_dead_one_is_replaced);
  ADD (outputs_keep_their_executors);
  ADD (local_mode_has_its_one);
  return g_test_run ();
}
