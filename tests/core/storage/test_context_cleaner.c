/* test_context_cleaner.c - a shuffle is removed when, and only when, its dependency is gone. */
#include "core/storage/context_cleaner.h"

#include "core/lineage/rdd.h"

#include <pthread.h>

typedef struct
{
  pthread_mutex_t lock;
  GArray *removed; /* of gint, guarded by lock */
  pthread_t thread;
} Removals;

static void
note_removal (RushDroppedKind kind, gint shuffle_id, gpointer data)
{
  Removals *self = data;

  g_assert_cmpint (kind, ==, RUSH_DROPPED_SHUFFLE);
  pthread_mutex_lock (&self->lock);
  g_array_append_val (self->removed, shuffle_id);
  self->thread = pthread_self ();
  pthread_mutex_unlock (&self->lock);
}

static void
removals_init (Removals *self)
{
  pthread_mutex_init (&self->lock, NULL);
  self->removed = g_array_new (FALSE, FALSE, sizeof (gint));
}

static void
removals_clear (Removals *self)
{
  g_array_unref (self->removed);
  pthread_mutex_destroy (&self->lock);
}

static const RushRddClass source_class = { .name = "SourceRDD" };

static RushDependency *
new_shuffle (RushLineage *lineage)
{
  g_autoptr (RushSchema) schema = rush_schema_of ("key", &RUSH_INT64, NULL);
  g_autoptr (RushPartitioner) partitioner = rush_hash_partitioner_new (2, 0);
  g_autoptr (RushRdd) rdd =
      rush_rdd_alloc (sizeof (RushRdd), &source_class, lineage, schema, NULL, 0);

  return rush_dependency_shuffle (rdd, partitioner, schema);
}

static void
test_removed_with_the_last_ref (void)
{
  g_autoptr (RushLineage) lineage = rush_lineage_new ();
  Removals removals;

  removals_init (&removals);
  RushContextCleaner *cleaner = rush_context_cleaner_new (lineage, note_removal, &removals, NULL);
  RushDependency *first = new_shuffle (lineage), *second = new_shuffle (lineage);
  gint second_id = second->shuffle_id;

  rush_dependency_unref (rush_dependency_ref (second));
  rush_context_cleaner_flush (cleaner);
  g_assert_cmpuint (removals.removed->len, ==, 0);

  rush_dependency_unref (second);
  rush_context_cleaner_flush (cleaner);
  g_assert_cmpuint (removals.removed->len, ==, 1);
  g_assert_cmpint (g_array_index (removals.removed, gint, 0), ==, second_id);
  g_assert_false (pthread_equal (removals.thread, pthread_self ())); /* not on our time */

  rush_dependency_unref (first);
  rush_context_cleaner_free (cleaner); /* finishes what is queued */
  g_assert_cmpuint (removals.removed->len, ==, 2);

  /* Without a cleaner nobody is told. */
  rush_dependency_unref (new_shuffle (lineage));
  g_assert_cmpuint (removals.removed->len, ==, 2);
  removals_clear (&removals);
}

#define N_THREADS 4
#define N_SHUFFLES 200

static void *
make_and_drop (void *lineage)
{
  for (guint i = 0; i < N_SHUFFLES; i++)
    rush_dependency_unref (new_shuffle (lineage));
  return NULL;
}

static void
test_dropped_on_any_thread (void)
{
  g_autoptr (RushLineage) lineage = rush_lineage_new ();
  pthread_t threads[N_THREADS];
  Removals removals;

  removals_init (&removals);
  RushContextCleaner *cleaner = rush_context_cleaner_new (lineage, note_removal, &removals, NULL);
  for (guint t = 0; t < N_THREADS; t++)
    pthread_create (&threads[t], NULL, make_and_drop, lineage);
  for (guint t = 0; t < N_THREADS; t++)
    pthread_join (threads[t], NULL);
  rush_context_cleaner_flush (cleaner);
  g_assert_cmpuint (removals.removed->len, ==, N_THREADS * N_SHUFFLES);
  rush_context_cleaner_free (cleaner);
  removals_clear (&removals);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/context_cleaner/last_ref", test_removed_with_the_last_ref);
  g_test_add_func ("/context_cleaner/any_thread", test_dropped_on_any_thread);
  return g_test_run ();
}
