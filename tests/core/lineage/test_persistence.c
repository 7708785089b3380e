/* test_persistence.c - storage levels and checkpoint marks; how a checkpoint takes the place of the
 * dependencies, and when these go. */
#include "core/lineage/persistence.h"

#include "fake_rdd.h"

#include <pthread.h>
#include <string.h>

/* ---- levels ---- */

static void
assert_level (RushRdd *rdd, const RushStorageLevel *expected)
{
  RushStorageLevel level = rush_rdd_storage_level (rdd);

  g_assert_true (rush_storage_level_equal (&level, expected));
}

static void
test_level_is_set_once (void)
{
  g_autoptr (RushLineage) lineage = rush_lineage_new ();
  g_autoptr (RushRdd) rdd = fake_rdd_new (lineage, &fake_parallel_class, "parallelize", 2, NULL);
  g_autoptr (GError) error = NULL;

  assert_level (rdd, &RUSH_STORAGE_NONE);
  g_assert_true (rush_rdd_persist (rdd, &RUSH_STORAGE_MEMORY_ONLY, NULL));
  g_assert_true (rush_rdd_persist (rdd, &RUSH_STORAGE_MEMORY_ONLY, NULL));
  g_assert_false (rush_rdd_persist (rdd, &RUSH_STORAGE_DISK_ONLY, &error));
  g_assert_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_UNSUPPORTED);
  assert_level (rdd, &RUSH_STORAGE_MEMORY_ONLY);
  rush_rdd_clear_storage_level (rdd);
  g_assert_true (rush_rdd_persist (rdd, &RUSH_STORAGE_DISK_ONLY, NULL));
}

static void
test_levels_in_words (void)
{
  static const struct
  {
    const RushStorageLevel *level;
    const char *words;
  } rows[] = {
    { &RUSH_STORAGE_NONE, "Serialized 1x Replicated" },
    { &RUSH_STORAGE_MEMORY_ONLY, "Memory Deserialized 1x Replicated" },
    { &RUSH_STORAGE_MEMORY_AND_DISK_SER_2, "Disk Memory Serialized 2x Replicated" },
    { &RUSH_STORAGE_DISK_ONLY_3, "Disk Serialized 3x Replicated" },
    { &RUSH_STORAGE_OFF_HEAP, "Disk Memory (off heap) Serialized 1x Replicated" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *words = rush_storage_level_describe (rows[i].level);

      g_assert_cmpstr (words, ==, rows[i].words);
      g_assert_true (rush_storage_level_is_valid (rows[i].level) == (i > 0));
    }
}

static void
test_a_local_checkpoint_needs_the_disk (void)
{
  g_autoptr (RushLineage) lineage = rush_lineage_new ();
  g_autoptr (RushRdd) fresh = fake_rdd_new (lineage, &fake_parallel_class, "a", 2, NULL);
  g_autoptr (RushRdd) kept = fake_rdd_new (lineage, &fake_parallel_class, "b", 2, NULL);

  rush_rdd_mark_checkpoint (fresh, RUSH_CHECKPOINT_LOCAL);
  assert_level (fresh, &RUSH_STORAGE_MEMORY_AND_DISK);
  g_assert_true (rush_rdd_persist (fresh, &RUSH_STORAGE_MEMORY_ONLY_SER_2, NULL));
  assert_level (fresh, &RUSH_STORAGE_MEMORY_AND_DISK_SER_2);
  g_assert_true (rush_rdd_persist (kept, &RUSH_STORAGE_MEMORY_ONLY_SER, NULL));
  rush_rdd_mark_checkpoint (kept, RUSH_CHECKPOINT_LOCAL);
  assert_level (kept, &RUSH_STORAGE_MEMORY_AND_DISK_SER);
}

static void
note_dropped (RushDroppedKind kind, gint id, gpointer data)
{
  g_string_append_printf (data, "%d:%d ", kind, id);
}

static void
test_who_is_told_of_the_end (void)
{
  g_autoptr (RushLineage) lineage = rush_lineage_new ();
  g_autoptr (GString) dropped = g_string_new (NULL);
  RushRdd *plain = fake_rdd_new (lineage, &fake_parallel_class, "a", 2, NULL);
  RushRdd *kept = fake_rdd_new (lineage, &fake_parallel_class, "b", 2, NULL);

  rush_lineage_set_dropped (lineage, note_dropped, dropped);
  g_assert_true (rush_rdd_persist (kept, &RUSH_STORAGE_MEMORY_ONLY, NULL));
  rush_rdd_unref (plain);
  g_assert_cmpstr (dropped->str, ==, "");
  rush_rdd_unref (kept);
  g_autofree char *expected = g_strdup_printf ("%d:1 ", RUSH_DROPPED_CACHE);
  g_assert_cmpstr (dropped->str, ==, expected);
  rush_lineage_set_dropped (lineage, NULL, NULL);
}

/* ---- checkpoints ---- */

static void
test_marks (void)
{
  g_autoptr (RushLineage) lineage = rush_lineage_new ();
  g_autoptr (RushRdd) rdd = fake_rdd_new (lineage, &fake_parallel_class, "a", 2, NULL);

  g_assert_cmpint (rush_rdd_checkpoint_kind (rdd), ==, RUSH_CHECKPOINT_NONE);
  rush_rdd_mark_checkpoint (rdd, RUSH_CHECKPOINT_RELIABLE);
  g_assert_cmpint (rush_rdd_checkpoint_kind (rdd), ==, RUSH_CHECKPOINT_RELIABLE);
  rush_rdd_mark_checkpoint (rdd, RUSH_CHECKPOINT_LOCAL);
  g_assert_cmpint (rush_rdd_checkpoint_kind (rdd), ==, RUSH_CHECKPOINT_LOCAL);
  rush_rdd_mark_checkpoint (rdd, RUSH_CHECKPOINT_RELIABLE);
  g_assert_cmpint (rush_rdd_checkpoint_kind (rdd), ==, RUSH_CHECKPOINT_LOCAL);
  g_assert_true (rush_rdd_consider_checkpoint (rdd));
  g_assert_false (rush_rdd_consider_checkpoint (rdd));
}

/* A loop of 1,000 steps over a shuffle; all of it goes at once, and the end of the shuffle is
 * told. */
static void
test_the_lineage_is_cut_off (void)
{
  g_autoptr (RushLineage) lineage = rush_lineage_new ();
  g_autoptr (GString) dropped = g_string_new (NULL);
  RushRdd *last = fake_rdd_new (lineage, &fake_parallel_class, "parallelize", 4, NULL);
  RushRdd *shuffled = fake_shuffled (last, "reduceByKey", 3);
  guint n_before, n;

  rush_lineage_set_dropped (lineage, note_dropped, dropped);
  rush_rdd_unref (last);
  last = shuffled;
  for (guint i = 0; i < 1000; i++)
    {
      RushRdd *next = fake_map (last, "map");
      rush_rdd_unref (last);
      last = next;
    }
  g_assert_true (rush_rdd_n_partitions (last, &n, NULL));
  g_autoptr (RushRdd) checkpoint =
      fake_rdd_new (lineage, &fake_parallel_class, "checkpoint", 3, NULL);
  last->determinism = RUSH_INDETERMINATE;
  rush_rdd_mark_checkpoint (last, RUSH_CHECKPOINT_RELIABLE);
  n_before = fake_n_finalized;
  rush_rdd_set_checkpointed (last, checkpoint);
  g_assert_true (rush_rdd_is_checkpointed (last));
  g_assert_cmpuint (fake_n_finalized - n_before, ==, 1001); /* all but itself and the checkpoint */
  g_assert_cmpstr (dropped->str, ==, "0:0 ");

  RushDependency *const *dependencies = rush_rdd_dependencies (last, &n);
  g_assert_cmpuint (n, ==, 1);
  g_assert_true (dependencies[0]->rdd == checkpoint);
  g_assert_cmpint (rush_rdd_determinism (last), ==, RUSH_DETERMINATE);
  g_autofree char *text = rush_rdd_to_debug_string (last, NULL);
  g_assert_nonnull (strstr (text, "checkpoint"));
  g_assert_null (strstr (text, "+-"));
  rush_rdd_unref (last);
  rush_lineage_set_dropped (lineage, NULL, NULL);
}

/* Who looks at dependencies, or computes with them, still finds them. */
static void
test_readers_keep_what_they_see (void)
{
  g_autoptr (RushLineage) lineage = rush_lineage_new ();
  g_autoptr (RushRdd) source = fake_rdd_new (lineage, &fake_parallel_class, "a", 4, NULL);
  RushRdd *mapped = fake_map (source, "b");
  g_autoptr (RushRdd) last = fake_map (mapped, "c");
  g_autoptr (RushRdd) checkpoint = fake_rdd_new (lineage, &fake_parallel_class, "d", 4, NULL);
  guint n, n_before = fake_n_finalized;

  rush_rdd_unref (mapped);
  rush_lineage_begin_reading (lineage);
  rush_lineage_begin_reading (lineage); /* a task, say, and the scheduler */
  RushDependency *const *seen = rush_rdd_dependencies (last, &n);
  rush_rdd_set_checkpointed (last, checkpoint);
  g_assert_cmpstr (seen[0]->rdd->operator_name, ==, "b");
  g_assert_cmpuint (fake_n_finalized, ==, n_before);
  rush_lineage_end_reading (lineage);
  g_assert_cmpuint (fake_n_finalized, ==, n_before);
  rush_lineage_end_reading (lineage);
  g_assert_cmpuint (fake_n_finalized, ==, n_before + 1);
}

#define N_STEPS 2000

static void *
walk_again_and_again (void *data)
{
  RushRdd *last = data;

  for (guint i = 0; i < 200; i++)
    {
      guint n;

      g_assert_true (rush_rdd_count_lineage (last, &n, NULL));
      g_assert_cmpuint (n, ==, 4);
    }
  return NULL;
}

static void
test_walked_while_it_is_cut_off (void)
{
  g_autoptr (RushLineage) lineage = rush_lineage_new ();
  GPtrArray *rdds = g_ptr_array_new_with_free_func ((GDestroyNotify)rush_rdd_unref);
  pthread_t threads[3];

  g_ptr_array_add (rdds, fake_rdd_new (lineage, &fake_parallel_class, "a", 4, NULL));
  for (guint i = 0; i < N_STEPS; i++)
    g_ptr_array_add (rdds, fake_map (g_ptr_array_index (rdds, i), "map"));
  g_autoptr (RushRdd) last = rush_rdd_ref (g_ptr_array_index (rdds, N_STEPS));
  for (guint t = 0; t < G_N_ELEMENTS (threads); t++)
    pthread_create (&threads[t], NULL, walk_again_and_again, last);
  for (guint i = 100; i <= N_STEPS; i += 100)
    {
      g_autoptr (RushRdd) checkpoint =
          fake_rdd_new (lineage, &fake_parallel_class, "checkpoint", 4, NULL);
      g_autoptr (RushRdd) rdd = rush_rdd_ref (g_ptr_array_index (rdds, i));

      rush_rdd_set_checkpointed (rdd, checkpoint);
    }
  g_ptr_array_unref (rdds);
  for (guint t = 0; t < G_N_ELEMENTS (threads); t++)
    pthread_join (threads[t], NULL);
}

/* ---- the status, for people ---- */

static void
give_status (gint rdd_id, RushStorageStatus *out, gpointer data)
{
  if (rdd_id == 1)
    *out = (RushStorageStatus){ 3, 1536, 0 };
}

static void
test_debug_string_says_what_is_kept (void)
{
  g_autoptr (RushLineage) lineage = rush_lineage_new ();
  g_autoptr (RushRdd) source = fake_rdd_new (lineage, &fake_parallel_class, "a", 4, NULL);
  g_autoptr (RushRdd) mapped = fake_map (source, "b");
  g_autoptr (RushRdd) last = fake_shuffled (mapped, "c", 12);

  rush_lineage_set_storage_status (lineage, give_status, NULL);
  g_assert_true (rush_rdd_persist (mapped, &RUSH_STORAGE_MEMORY_ONLY, NULL));
  g_autofree char *below = rush_rdd_to_debug_string (last, NULL);
  g_autofree char *first = rush_rdd_to_debug_string (mapped, NULL);
  g_assert_cmpstr (below, ==,
                   "(12) ShuffledRDD[2] at c []\n"
                   " +-(4) MapPartitionsRDD[1] at b []\n"
                   "    |      CachedPartitions: 3; MemorySize: 1536.0 B; DiskSize: 0.0 B\n"
                   "    |  ParallelCollectionRDD[0] at a []");
  g_assert_cmpstr (first, ==,
                   "(4) MapPartitionsRDD[1] at b [Memory Deserialized 1x Replicated]\n"
                   " |       CachedPartitions: 3; MemorySize: 1536.0 B; DiskSize: 0.0 B\n"
                   " |  ParallelCollectionRDD[0] at a [Memory Deserialized 1x Replicated]");
  rush_lineage_set_storage_status (lineage, NULL, NULL);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name) g_test_add_func ("/persistence/" #name, test_##name)
  ADD (level_is_set_once);
  ADD (levels_in_words);
  ADD (a_local_checkpoint_needs_the_disk);
  ADD (who_is_told_of_the_end);
  ADD (marks);
  ADD (the_lineage_is_cut_off);
  ADD (readers_keep_what_they_see);
  ADD (walked_while_it_is_cut_off);
  ADD (debug_string_says_what_is_kept);
#undef ADD
  return g_test_run ();
}
