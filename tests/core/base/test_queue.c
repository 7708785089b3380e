/* test_queue.c - items arrive once and in their producer's order; a full queue holds its producers
 * back; close () wakes everybody and loses nothing.
 *
 * Nothing here waits for time to pass: a test that would hang is ended by the harness. */
#include "core/base/queue.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

#define N_PRODUCERS 3
#define N_CONSUMERS 3
#define N_ITEMS 5000 /* per producer */

#define ITEM(n) GSIZE_TO_POINTER (n)

/* ---- one thread ---- */

static void
test_fifo_through_growth_and_wrap (void)
{
  RushQueue *queue = rush_queue_new (0);
  gsize pushed = 0, popped = 0;

  /* Three in, two out, again and again: the ring's head moves around while it grows. */
  for (int round = 0; round < 1000; round++)
    {
      for (int i = 0; i < 3; i++)
        g_assert_true (rush_queue_push (queue, ITEM (++pushed)));
      for (int i = 0; i < 2; i++)
        g_assert_cmpuint (GPOINTER_TO_SIZE (rush_queue_pop (queue)), ==, ++popped);
      g_assert_cmpuint (rush_queue_length (queue), ==, pushed - popped);
    }
  while (popped < pushed)
    g_assert_cmpuint (GPOINTER_TO_SIZE (rush_queue_try_pop (queue)), ==, ++popped);
  g_assert_null (rush_queue_try_pop (queue));
  rush_queue_free (queue, NULL);
}

static void
test_empty (void)
{
  RushQueue *queue = rush_queue_new (5);

  g_assert_null (rush_queue_try_pop (queue));
  g_assert_null (rush_queue_pop_until (queue, 0)); /* a deadline long past: looks once */
  g_assert_null (rush_queue_pop_until (queue, g_get_monotonic_time () + 1000));
  g_assert_cmpuint (rush_queue_length (queue), ==, 0);
  rush_queue_free (queue, NULL);
  rush_queue_free (NULL, NULL);
}

static void
test_past_deadline_still_takes_what_is_there (void)
{
  RushQueue *queue = rush_queue_new (0);

  rush_queue_push (queue, ITEM (9));
  g_assert_cmpuint (GPOINTER_TO_SIZE (rush_queue_pop_until (queue, 0)), ==, 9);
  rush_queue_free (queue, NULL);
}

static void
test_closed_refuses_and_drains (void)
{
  RushQueue *queue = rush_queue_new (0);

  rush_queue_push (queue, ITEM (1));
  rush_queue_push (queue, ITEM (2));
  rush_queue_close (queue);
  rush_queue_close (queue); /* again is fine */
  g_assert_false (rush_queue_push (queue, ITEM (3)));
  g_assert_cmpuint (GPOINTER_TO_SIZE (rush_queue_pop (queue)), ==, 1);
  g_assert_cmpuint (GPOINTER_TO_SIZE (rush_queue_pop_until (queue, 0)), ==, 2);
  g_assert_null (rush_queue_pop (queue));
  g_assert_null (rush_queue_pop_until (queue, G_MAXINT64 - 1)); /* closed: does not wait */
  rush_queue_free (queue, NULL);
}

static guint n_freed;

static void
count_freed (gpointer item)
{
  n_freed++;
  g_free (item);
}

static void
test_free_hands_back_the_rest (void)
{
  RushQueue *queue = rush_queue_new (0);

  n_freed = 0;
  for (int i = 0; i < 40; i++)
    rush_queue_push (queue, g_new (int, 1));
  for (int i = 0; i < 15; i++)
    g_free (rush_queue_pop (queue));
  rush_queue_free (queue, count_freed);
  g_assert_cmpuint (n_freed, ==, 25);
}

/* ---- threads ---- */

typedef struct
{
  RushQueue *queue;
  atomic_size_t pushed;
} Bounded;

static void *
push_all (void *data)
{
  Bounded *self = data;

  for (gsize i = 1; i <= N_ITEMS; i++)
    {
      g_assert_true (rush_queue_push (self->queue, ITEM (i)));
      atomic_store (&self->pushed, i);
    }
  return NULL;
}

/* Before each pop at most `capacity` pushes more than pops can have come back. */
static void
test_full_queue_holds_the_producer (void)
{
  static const gsize capacities[] = { 1, 3, 100 };

  for (gsize c = 0; c < G_N_ELEMENTS (capacities); c++)
    {
      Bounded self = { .queue = rush_queue_new (capacities[c]) };
      pthread_t producer;

      pthread_create (&producer, NULL, push_all, &self);
      for (gsize popped = 0; popped < N_ITEMS; popped++)
        {
          g_assert_cmpuint (rush_queue_length (self.queue), <=, capacities[c]);
          g_assert_cmpuint (atomic_load (&self.pushed), <=, popped + capacities[c]);
          g_assert_cmpuint (GPOINTER_TO_SIZE (rush_queue_pop (self.queue)), ==, popped + 1);
        }
      pthread_join (producer, NULL);
      rush_queue_free (self.queue, NULL);
    }
}

/* A thread that makes one call, which is to block. */
typedef struct
{
  pthread_t thread;
  RushQueue *queue;
  gpointer (*call) (RushQueue *queue);
  atomic_int tid;
} Sleeper;

static void *
run_sleeper (void *data)
{
  Sleeper *self = data;

  atomic_store (&self->tid, gettid ());
  return self->call (self->queue);
}

static gboolean
is_asleep (int tid)
{
  g_autofree char *path = g_strdup_printf ("/proc/self/task/%d/stat", tid);
  g_autofree char *stat = NULL;

  g_assert_true (g_file_get_contents (path, &stat, NULL, NULL));
  return strrchr (stat, ')')[2] == 'S'; /* "tid (name) state …" */
}

/* Returns when the thread sleeps in its call: it has taken all that it could take, and nobody holds
 * the lock. */
static void
sleeper_start (Sleeper *self, RushQueue *queue, gpointer (*call) (RushQueue *queue))
{
  self->queue = queue;
  self->call = call;
  atomic_init (&self->tid, 0);
  pthread_create (&self->thread, NULL, run_sleeper, self);
  while (atomic_load (&self->tid) == 0 || !is_asleep (atomic_load (&self->tid)))
    sched_yield ();
}

static gpointer
sleeper_join (Sleeper *self)
{
  gpointer result;

  pthread_join (self->thread, &result);
  return result;
}

static gpointer
push_one (RushQueue *queue)
{
  return GINT_TO_POINTER (rush_queue_push (queue, ITEM (2)));
}

static void
test_close_wakes_blocked_producers (void)
{
  RushQueue *queue = rush_queue_new (1);
  Sleeper producers[N_PRODUCERS];

  rush_queue_push (queue, ITEM (1));
  for (int i = 0; i < N_PRODUCERS; i++)
    sleeper_start (&producers[i], queue, push_one);
  rush_queue_close (queue);
  for (int i = 0; i < N_PRODUCERS; i++)
    g_assert_false (GPOINTER_TO_INT (sleeper_join (&producers[i])));
  g_assert_cmpuint (GPOINTER_TO_SIZE (rush_queue_pop (queue)), ==, 1);
  g_assert_null (rush_queue_pop (queue));
  rush_queue_free (queue, NULL);
}

static void
test_pop_wakes_a_blocked_producer (void)
{
  RushQueue *queue = rush_queue_new (1);
  Sleeper producer;

  rush_queue_push (queue, ITEM (1));
  sleeper_start (&producer, queue, push_one);
  g_assert_cmpuint (GPOINTER_TO_SIZE (rush_queue_try_pop (queue)), ==, 1);
  g_assert_true (GPOINTER_TO_INT (sleeper_join (&producer)));
  g_assert_cmpuint (GPOINTER_TO_SIZE (rush_queue_pop (queue)), ==, 2);
  rush_queue_free (queue, NULL);
}

static void
test_close_wakes_blocked_consumers (void)
{
  RushQueue *queue = rush_queue_new (0);
  Sleeper consumers[N_CONSUMERS];

  for (int i = 0; i < N_CONSUMERS; i++)
    sleeper_start (&consumers[i], queue, rush_queue_pop);
  rush_queue_close (queue);
  for (int i = 0; i < N_CONSUMERS; i++)
    g_assert_null (sleeper_join (&consumers[i]));
  rush_queue_free (queue, NULL);
}

static gpointer
pop_until_far (RushQueue *queue)
{
  return rush_queue_pop_until (queue, g_get_monotonic_time () + 3600 * (gint64)G_USEC_PER_SEC);
}

static void
test_deadline_is_cut_short_by_an_item (void)
{
  RushQueue *queue = rush_queue_new (0);
  Sleeper consumer;

  sleeper_start (&consumer, queue, pop_until_far);
  rush_queue_push (queue, ITEM (5));
  g_assert_cmpuint (GPOINTER_TO_SIZE (sleeper_join (&consumer)), ==, 5);
  rush_queue_free (queue, NULL);
}

typedef struct
{
  RushQueue *queue;
  gsize producer;
  atomic_int *seen; /* [N_PRODUCERS × N_ITEMS] */
} Worker;

static void *
produce (void *data)
{
  Worker *self = data;

  for (gsize i = 0; i < N_ITEMS; i++)
    g_assert_true (rush_queue_push (self->queue, ITEM (self->producer * N_ITEMS + i + 1)));
  return NULL;
}

static void *
consume (void *data)
{
  Worker *self = data;
  gint64 last[N_PRODUCERS] = { -1, -1, -1 };
  gsize item;

  while ((item = GPOINTER_TO_SIZE (rush_queue_pop (self->queue))) != 0)
    {
      gsize producer = (item - 1) / N_ITEMS;
      gint64 index = (gint64)((item - 1) % N_ITEMS);
      atomic_fetch_add (&self->seen[item - 1], 1);
      g_assert_cmpint (index, >, last[producer]);
      last[producer] = index;
    }
  return NULL;
}

static void
run_many_to_many (gsize capacity)
{
  g_autofree atomic_int *seen = g_new0 (atomic_int, N_PRODUCERS * N_ITEMS);
  RushQueue *queue = rush_queue_new (capacity);
  pthread_t producers[N_PRODUCERS], consumers[N_CONSUMERS];
  Worker workers[N_PRODUCERS];

  for (gsize i = 0; i < N_PRODUCERS; i++)
    {
      workers[i] = (Worker){ queue, i, seen };
      pthread_create (&producers[i], NULL, produce, &workers[i]);
    }
  for (gsize i = 0; i < N_CONSUMERS; i++)
    pthread_create (&consumers[i], NULL, consume, &workers[0]);
  for (gsize i = 0; i < N_PRODUCERS; i++)
    pthread_join (producers[i], NULL);
  rush_queue_close (queue);
  for (gsize i = 0; i < N_CONSUMERS; i++)
    pthread_join (consumers[i], NULL);

  for (gsize i = 0; i < N_PRODUCERS * N_ITEMS; i++)
    g_assert_cmpint (atomic_load (&seen[i]), ==, 1);
  rush_queue_free (queue, NULL);
}

static void
test_many_to_many (void)
{
  run_many_to_many (0);
  run_many_to_many (1);
  run_many_to_many (64);
}

/* ---- misuse ---- */

static void
test_null_is_no_item (void)
{
  RushQueue *queue = rush_queue_new (0);

  g_test_expect_message ("rushlight", G_LOG_LEVEL_CRITICAL, "*item != NULL*");
  g_assert_false (rush_queue_push (queue, NULL));
  g_test_assert_expected_messages ();
  g_assert_cmpuint (rush_queue_length (queue), ==, 0);
  rush_queue_free (queue, NULL);
}

static void
test_free_of_a_filled_queue_aborts (void)
{
  if (g_test_subprocess ())
    {
      RushQueue *queue = rush_queue_new (0);
      rush_queue_push (queue, ITEM (1));
      rush_queue_free (queue, NULL);
      return;
    }
  g_test_trap_subprocess (NULL, 0, 0);
  g_test_trap_assert_failed ();
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/queue/fifo", test_fifo_through_growth_and_wrap);
  g_test_add_func ("/queue/empty", test_empty);
  g_test_add_func ("/queue/past-deadline", test_past_deadline_still_takes_what_is_there);
  g_test_add_func ("/queue/closed", test_closed_refuses_and_drains);
  g_test_add_func ("/queue/free", test_free_hands_back_the_rest);
  g_test_add_func ("/queue/bounded", test_full_queue_holds_the_producer);
  g_test_add_func ("/queue/close-producers", test_close_wakes_blocked_producers);
  g_test_add_func ("/queue/pop-producer", test_pop_wakes_a_blocked_producer);
  g_test_add_func ("/queue/close-consumers", test_close_wakes_blocked_consumers);
  g_test_add_func ("/queue/deadline", test_deadline_is_cut_short_by_an_item);
  g_test_add_func ("/queue/many-to-many", test_many_to_many);
  g_test_add_func ("/queue/null", test_null_is_no_item);
  g_test_add_func ("/queue/misuse", test_free_of_a_filled_queue_aborts);
  return g_test_run ();
}
