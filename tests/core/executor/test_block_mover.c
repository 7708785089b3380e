/* test_block_mover.c - what executors hold goes to others before they go, and lost copies are made
 * again.
 *
 * Purpose: after a decommissioning with migration nothing is computed again, neither map outputs nor
 * blocks, in memory or on disk; without it, all of it is; two executors that are lost one after the
 * other take no replicated block along.
 */
#include "engine.h"

#include "core/executor/block_mover.h"

#include <poll.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#define MIGRATION "spark.decommission.enabled", "true", "spark.storage.decommission.enabled", "true"
#define DECOMMISSION "{\"do\": \"decommission_executor\", \"executor\": \"1\""
#define SUM (6000 * 5999 / 2)

static guint
count (const Engine *engine, const char *words)
{
  guint n = 0;

  for (const char *at = engine->events->str; (at = strstr (at, words)) != NULL; at++)
    n++;
  return n;
}

static void
assert_sum (Engine *engine, RushRdd *rdd)
{
  g_autoptr (GError) error = NULL;
  gint64 sum = engine_sum (engine, rdd, &error);

  g_assert_no_error (error);
  g_assert_cmpint (sum, ==, SUM);
}

static void
inject (Engine *engine, const char *fault)
{
  g_autoptr (GError) error = NULL;

  rush_local_backend_inject (engine->backend, fault, &error);
  g_assert_no_error (error);
}

/* ---- waiting ---- */

static void
signal_event (gpointer data, RushLocalExecutor *executor)
{
  eventfd_write (*(int *)data, 1);
}

static void
ignore_move (gpointer data, const RushMapOutputId *id, const char *executor_id)
{
}

/* All that the mover has been asked before is done. */
static void
flush (Engine *engine)
{
  RushExecutorSet *executors = rush_local_backend_executors (engine->backend);
  g_auto (GStrv) ids = rush_executor_set_ids (executors);
  int done = eventfd (0, EFD_CLOEXEC);
  eventfd_t value;
  const RushMoveListener listener = { ignore_move, signal_event, &done };
  struct pollfd wait = { .fd = done, .events = POLLIN };
  g_autoptr (GPtrArray) all = rush_executor_set_all (executors);

  rush_block_mover_empty (rush_executor_set_mover (executors),
                          g_ptr_array_index (all, all->len - 1), &listener);
  g_assert_cmpint (poll (&wait, 1, 60 * 1000), ==, 1); /* a hang guard */
  g_assert_cmpint (eventfd_read (done, &value), ==, 0);
  close (done);
}

/* One of two executors goes when its last task has ended, and what it holds has been moved. */
static void
await_departure (Engine *engine)
{
  RushExecutorSet *executors = rush_local_backend_executors (engine->backend);
  gint64 deadline_us = g_get_monotonic_time () + 60 * G_USEC_PER_SEC;

  while (rush_executor_set_n_alive (executors) > 1)
    {
      g_assert_cmpint (g_get_monotonic_time (), <, deadline_us);
      flush (engine);
    }
}

/* ---- decommissioning ---- */

/* Six maps ═▶ four reduces, twice; executor 1 is decommissioned in between the stages. */
static Engine *
run_shuffle (const char *key, const char *value)
{
  Engine *engine = engine_new ("local-cluster[2,1,512]", MIGRATION, key, value, NULL);
  g_autoptr (RushRdd) rdd = func_rdd_new (engine, 6, thousand_numbers, NULL);
  g_autoptr (RushRdd) shuffled = shuffled_rdd_new (rdd, 4, NULL, NULL);

  inject (engine, DECOMMISSION ", \"when\": {\"stage\": 1}}");
  assert_sum (engine, shuffled);
  await_departure (engine);
  assert_sum (engine, shuffled);
  engine_stop (engine);
  return engine;
}

static void
test_moved_outputs_are_not_computed_again (void)
{
  for (guint i = 0; i < 2; i++)
    {
      Engine *engine = run_shuffle ("spark.rushlight.shuffle.byReference", i ? "true" : "false");

      g_assert_cmpuint (count (engine, "executor 1 removed"), ==, 1);
      g_assert_cmpuint (count (engine, ": Success"), ==, 6 + 4 + 4);
      g_assert_cmpuint (count (engine, ": Resubmitted"), ==, 0);
      engine_free (engine);
    }
}

static void
test_unless_outputs_stay (void)
{
  Engine *engine = run_shuffle ("spark.storage.decommission.shuffleBlocks.enabled", "false");

  g_assert_cmpuint (count (engine, "executor 1 removed"), ==, 1);
  g_assert_cmpuint (count (engine, ": Success"), >, 6 + 4 + 4);
  engine_free (engine);
}

/* The last one has nobody to give anything to. */
static void
test_without_peers_it_goes_all_the_same (void)
{
  Engine *engine = engine_new ("local-cluster[1,1,512]", MIGRATION, NULL);
  g_autoptr (RushRdd) rdd = func_rdd_new (engine, 6, thousand_numbers, NULL);
  g_autoptr (RushRdd) shuffled = shuffled_rdd_new (rdd, 4, NULL, NULL);

  assert_sum (engine, shuffled);
  inject (engine, "{\"do\": \"decommission_executor\", \"executor\": \"0\", \"replace\": true}");
  assert_sum (engine, shuffled);
  engine_stop (engine);
  g_assert_cmpuint (count (engine, "executor 0 removed"), ==, 1);
  g_assert_cmpuint (count (engine, ": Success"), >, 6 + 4 + 4);
  engine_free (engine);
}

/* ---- blocks ---- */

static RushIterator *
count_computed (guint split, RushTaskContext *ctx, gpointer data, GError **error)
{
  atomic_fetch_add ((atomic_uint *)data, 1);
  return thousand_numbers (split, ctx, NULL, error);
}

static RushRdd *
persisted_rdd (Engine *engine, const RushStorageLevel *level, atomic_uint *n_computed)
{
  RushRdd *rdd = func_rdd_new (engine, 6, count_computed, n_computed);

  atomic_init (n_computed, 0);
  g_assert_true (rush_rdd_persist (rdd, level, NULL));
  assert_sum (engine, rdd);
  g_assert_cmpuint (*n_computed, ==, 6);
  return rdd;
}

static void
test_moved_blocks_are_not_computed_again (void)
{
  static const RushStorageLevel *const levels[] = { &RUSH_STORAGE_MEMORY_ONLY,
                                                    &RUSH_STORAGE_DISK_ONLY };

  for (guint i = 0; i < G_N_ELEMENTS (levels); i++)
    {
      Engine *engine = engine_new ("local-cluster[2,1,512]", MIGRATION, NULL);
      atomic_uint n_computed;
      g_autoptr (RushRdd) rdd = persisted_rdd (engine, levels[i], &n_computed);

      inject (engine, DECOMMISSION "}");
      await_departure (engine);
      assert_sum (engine, rdd);
      g_assert_cmpuint (n_computed, ==, 6);
      engine_stop (engine);
      g_assert_cmpuint (count (engine, "executor 1 removed"), ==, 1);
      engine_free (engine);
    }
}

static void
test_unless_blocks_stay (void)
{
  Engine *engine = engine_new ("local-cluster[2,1,512]", MIGRATION,
                               "spark.storage.decommission.rddBlocks.enabled", "false", NULL);
  atomic_uint n_computed;
  g_autoptr (RushRdd) rdd = persisted_rdd (engine, &RUSH_STORAGE_MEMORY_ONLY, &n_computed);
  RushBlockManagerStats stats;
  RushExecutorSet *executors = rush_local_backend_executors (engine->backend);

  rush_block_manager_stats (rush_executor_set_env (executors, "1")->block_manager, &stats);
  inject (engine, DECOMMISSION "}");
  await_departure (engine);
  assert_sum (engine, rdd);
  g_assert_cmpuint (n_computed, ==, 6 + stats.n_blocks);
  engine_stop (engine);
  engine_free (engine);
}

/* ---- lost copies ---- */

static guint
computed_after_two_losses (const char *proactive)
{
  Engine *engine =
      engine_new ("local-cluster[3,1,512]", "spark.storage.replication.proactive", proactive, NULL);
  RushExecutorSet *executors = rush_local_backend_executors (engine->backend);
  atomic_uint n_computed;
  g_autoptr (RushRdd) rdd = persisted_rdd (engine, &RUSH_STORAGE_MEMORY_ONLY_2, &n_computed);

  for (guint i = 0; i < 2; i++)
    {
      g_assert_true (rush_local_backend_kill_executor (engine->backend, i == 0 ? "0" : "1", FALSE));
      if (g_str_equal (proactive, "true"))
        flush (engine);
    }
  g_assert_cmpuint (rush_executor_set_n_alive (executors), ==, 1);
  assert_sum (engine, rdd);
  guint n = n_computed;
  engine_stop (engine);
  engine_free (engine);
  return n;
}

static void
test_lost_copies_are_made_again (void)
{
  g_assert_cmpuint (computed_after_two_losses ("true"), ==, 6);
}

static void
test_unless_they_are_not_to_be (void)
{
  g_assert_cmpuint (computed_after_two_losses ("false"), >, 6);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name) g_test_add_func ("/executor/block-mover/" #name, test_##name)
  ADD (moved_outputs_are_not_computed_again);
  ADD (unless_outputs_stay);
  ADD (without_peers_it_goes_all_the_same);
  ADD (moved_blocks_are_not_computed_again);
  ADD (unless_blocks_stay);
  ADD (lost_copies_are_made_again);
  ADD (unless_they_are_not_to_be);
  return g_test_run ();
}
