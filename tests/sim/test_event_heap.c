/* test_event_heap.c - actions run in the order of time and, within a microsecond, of arrival; those
 * that are cancelled do not; the clock stands where the last action has put it. */
#include "sim/event_heap.h"

#define START_MS G_GINT64_CONSTANT (1700000000000)

typedef struct
{
  RushEventHeap *heap;
  GArray *seen; /* gint64: the arguments, in the order of their actions */
} Run;

static void
note (gpointer data, gint64 argument)
{
  Run *run = data;

  g_array_append_val (run->seen, argument);
}

static void
run_set_up (Run *run, gconstpointer unused)
{
  run->heap = rush_event_heap_new (START_MS);
  run->seen = g_array_new (FALSE, FALSE, sizeof (gint64));
}

static void
run_tear_down (Run *run, gconstpointer unused)
{
  g_array_unref (run->seen);
  rush_event_heap_free (run->heap);
}

static void
go_on (Run *run)
{
  while (rush_event_heap_step (run->heap))
    ;
}

static void
assert_seen (Run *run, const char *expected)
{
  g_autoptr (GString) seen = g_string_new (NULL);

  for (guint i = 0; i < run->seen->len; i++)
    g_string_append_printf (seen, "%s%" G_GINT64_FORMAT, i > 0 ? " " : "",
                            g_array_index (run->seen, gint64, i));
  g_assert_cmpstr (seen->str, ==, expected);
}

static void
test_order_of_time (Run *run, gconstpointer unused)
{
  rush_event_heap_put (run->heap, 30, note, run, 3);
  rush_event_heap_put (run->heap, 10, note, run, 1);
  rush_event_heap_put (run->heap, 20, note, run, 2);
  g_assert_cmpuint (rush_event_heap_size (run->heap), ==, 3);
  g_assert_cmpint (rush_event_heap_next_us (run->heap), ==, 10);
  go_on (run);
  assert_seen (run, "1 2 3");
}

static void
test_same_time_in_order_of_arrival (Run *run, gconstpointer unused)
{
  for (gint64 i = 0; i < 10; i++)
    rush_event_heap_put (run->heap, 5, note, run, i);
  go_on (run);
  assert_seen (run, "0 1 2 3 4 5 6 7 8 9");
}

static void
test_clock_stands_in_between (Run *run, gconstpointer unused)
{
  RushClock *clock = rush_event_heap_clock (run->heap);

  rush_event_heap_put (run->heap, 2500, note, run, 0);
  g_assert_cmpint (rush_clock_now_us (clock), ==, 0);
  g_assert_cmpint (rush_clock_wall_ms (clock), ==, START_MS);
  g_assert_true (rush_event_heap_step (run->heap));
  g_assert_cmpint (rush_clock_now_us (clock), ==, 2500);
  g_assert_cmpint (rush_event_heap_now_us (run->heap), ==, 2500);
  g_assert_cmpint (rush_clock_wall_ms (clock), ==, START_MS + 2);
  g_assert_false (rush_event_heap_step (run->heap));
  g_assert_cmpint (rush_clock_now_us (clock), ==, 2500);
}

/* Each generation puts two of the next, one of them for the same microsecond. */
static void
multiply (gpointer data, gint64 argument)
{
  Run *run = data;

  note (run, argument);
  if (argument < 4)
    {
      rush_event_heap_put (run->heap, 10, multiply, run, argument * 2 + 1);
      rush_event_heap_put (run->heap, 0, multiply, run, argument * 2);
    }
}

static void
test_actions_put_actions (Run *run, gconstpointer unused)
{
  rush_event_heap_put (run->heap, 0, multiply, run, 1);
  go_on (run);
  /* 0 µs: 1 2 4;  10 µs: 3 (of 1), 5 (of 2), 6 (of 3);  20 µs: 7 (of 3) */
  assert_seen (run, "1 2 4 3 5 6 7");
  g_assert_cmpint (rush_event_heap_now_us (run->heap), ==, 20);
}

static void
test_empty (Run *run, gconstpointer unused)
{
  g_assert_false (rush_event_heap_step (run->heap));
  g_assert_cmpuint (rush_event_heap_size (run->heap), ==, 0);
  g_assert_cmpint (rush_event_heap_next_us (run->heap), ==, G_MAXINT64);
}

static void
test_cancel (Run *run, gconstpointer unused)
{
  guint64 handles[20];

  for (gint64 i = 0; i < 20; i++)
    handles[i] = rush_event_heap_put (run->heap, (i * 7) % 20, note, run, i);
  for (guint i = 0; i < 20; i += 2)
    g_assert_true (rush_event_heap_cancel (run->heap, handles[i]));
  g_assert_cmpuint (rush_event_heap_size (run->heap), ==, 10);
  g_assert_false (rush_event_heap_cancel (run->heap, handles[0]));
  go_on (run);
  assert_seen (run, "3 9 15 1 7 13 19 5 11 17");
}

/* A slot is used again, a handle never. */
static void
test_old_handles_cancel_nothing (Run *run, gconstpointer unused)
{
  guint64 first = rush_event_heap_put (run->heap, 1, note, run, 1);

  go_on (run);
  guint64 second = rush_event_heap_put (run->heap, 1, note, run, 2);
  g_assert_cmpuint (first, !=, second);
  g_assert_false (rush_event_heap_cancel (run->heap, first));
  g_assert_false (rush_event_heap_cancel (run->heap, 0));
  g_assert_false (rush_event_heap_cancel (run->heap, G_MAXUINT64));
  go_on (run);
  assert_seen (run, "1 2");
}

static void
cancel_other (gpointer data, gint64 argument)
{
  Run *run = data;

  g_assert_true (rush_event_heap_cancel (run->heap, (guint64)argument));
}

static void
test_cancel_from_an_action_of_the_same_time (Run *run, gconstpointer unused)
{
  guint64 victim;

  rush_event_heap_put (run->heap, 6, note, run, 6);
  victim = rush_event_heap_put (run->heap, 5, note, run, 5);
  rush_event_heap_put (run->heap, 4, cancel_other, run, (gint64)victim);
  go_on (run);
  assert_seen (run, "6");
}

static void
test_far_future (Run *run, gconstpointer unused)
{
  rush_event_heap_put (run->heap, 10, note, run, 1);
  go_on (run);
  rush_event_heap_put (run->heap, G_MAXINT64, note, run, 3);
  rush_event_heap_put (run->heap, G_MAXINT64 - 11, note, run, 2);
  go_on (run);
  assert_seen (run, "1 2 3");
}

/* A hundred thousand puts, cancellations and steps, beside a sorted list that does the same. */
typedef struct
{
  gint64 due;
  gint64 number; /* that grows with each put */
  guint64 handle;
} Entry;

static gint
compare_entries (gconstpointer a, gconstpointer b, gpointer unused)
{
  const Entry *x = a, *y = b;

  return x->due != y->due ? (x->due > y->due) - (x->due < y->due)
                          : (x->number > y->number) - (x->number < y->number);
}

static void
test_against_a_sorted_list (Run *run, gconstpointer unused)
{
  g_autoptr (GSequence) list = g_sequence_new (g_free);
  GRand *rand = g_rand_new_with_seed (7);

  for (gint64 i = 0; i < 100000; i++)
    {
      gint32 what = g_rand_int_range (rand, 0, 10);
      gint length = g_sequence_get_length (list);

      if (what < 5 || length == 0)
        {
          Entry entry = { .number = i };
          gint64 delay = g_rand_int_range (rand, 0, 50);

          entry.due = rush_event_heap_now_us (run->heap) + delay;
          entry.handle = rush_event_heap_put (run->heap, delay, note, run, i);
          g_sequence_insert_sorted (list, g_memdup2 (&entry, sizeof entry), compare_entries, NULL);
        }
      else if (what < 7)
        {
          GSequenceIter *any =
              g_sequence_get_iter_at_pos (list, g_rand_int_range (rand, 0, length));

          g_assert_true (
              rush_event_heap_cancel (run->heap, ((Entry *)g_sequence_get (any))->handle));
          g_sequence_remove (any);
        }
      else
        {
          GSequenceIter *first = g_sequence_get_begin_iter (list);
          Entry *entry = g_sequence_get (first);

          g_assert_true (rush_event_heap_step (run->heap));
          g_assert_cmpint (rush_event_heap_now_us (run->heap), ==, entry->due);
          g_assert_cmpint (g_array_index (run->seen, gint64, run->seen->len - 1), ==,
                           entry->number);
          g_sequence_remove (first);
        }
      g_assert_cmpuint (rush_event_heap_size (run->heap), ==, (guint)g_sequence_get_length (list));
    }
  g_rand_free (rand);
}

static void
count (gpointer data, gint64 argument)
{
  ++*(guint *)data;
}

/* A cluster of 10,000 executors puts about as many as this for a million tasks. */
static void
test_a_million (Run *run, gconstpointer unused)
{
  GRand *rand = g_rand_new_with_seed (1);
  guint n = 0;
  gint64 last = 0;

  for (guint i = 0; i < 1000000; i++)
    rush_event_heap_put (run->heap, g_rand_int_range (rand, 0, 1000000), count, &n, 0);
  while (rush_event_heap_step (run->heap))
    {
      g_assert_true (rush_event_heap_now_us (run->heap) >= last);
      last = rush_event_heap_now_us (run->heap);
    }
  g_assert_cmpuint (n, ==, 1000000);
  g_rand_free (rand);
}

#define ADD(name)                                                                                  \
  g_test_add ("/sim/event_heap/" #name, Run, NULL, run_set_up, test_##name, run_tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD (order_of_time);
  ADD (same_time_in_order_of_arrival);
  ADD (clock_stands_in_between);
  ADD (actions_put_actions);
  ADD (empty);
  ADD (cancel);
  ADD (old_handles_cancel_nothing);
  ADD (cancel_from_an_action_of_the_same_time);
  ADD (far_future);
  ADD (against_a_sorted_list);
  ADD (a_million);
  return g_test_run ();
}
