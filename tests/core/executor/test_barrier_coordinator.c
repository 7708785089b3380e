/* Barriers: tasks meet when all are there and not before; whatever keeps one away fails the others. */
#include "core/executor/barrier_coordinator.h"

#include "core/base/thread.h"

#include <poll.h>

#define STAGE 4
#define TIMEOUT_US (10 * G_USEC_PER_SEC)
#define N 3

typedef struct
{
  RushBarrierCoordinator *coordinator;
  RushBarrierMember *members[N];
} Fixture;

static void
set_up (Fixture *self, gconstpointer unused)
{
  self->coordinator = rush_barrier_coordinator_new (TIMEOUT_US);
  for (guint p = 0; p < N; p++)
    self->members[p] = rush_barrier_join (self->coordinator, STAGE, 0, p, 100 + p, N);
}

static void
tear_down (Fixture *self, gconstpointer unused)
{
  for (guint p = 0; p < N; p++)
    if (self->members[p] != NULL)
      rush_barrier_leave (self->members[p]);
  g_assert_cmpuint (rush_barrier_coordinator_n_stages (self->coordinator), ==, 0);
  rush_barrier_coordinator_free (self->coordinator);
}

static void
enter_as (RushBarrierMember *member, RushBarrierMethod method, const char *text, gint64 now_us)
{
  rush_barrier_enter (member, method, text, strlen (text), now_us);
}

static void
enter (RushBarrierMember *member)
{
  enter_as (member, RUSH_BARRIER_BARRIER, "", 0);
}

static gboolean
is_readable (RushBarrierMember *member)
{
  struct pollfd fd = { .fd = rush_barrier_member_fd (member), .events = POLLIN };

  return poll (&fd, 1, 0) == 1;
}

static void
assert_waits (RushBarrierMember *member, gint64 now_us)
{
  RushBarrierMessages *messages = NULL;

  g_assert_false (is_readable (member));
  g_assert_cmpint (rush_barrier_poll (member, now_us, &messages, NULL), ==, RUSH_BARRIER_WAITING);
  g_assert_null (messages);
}

static void
assert_message (const RushBarrierMessages *messages, guint p, const char *expected)
{
  const RushBarrierMessage *message = &messages->messages[p];

  g_assert_cmpmem (message->text, message->length, expected, strlen (expected));
}

static void
assert_met (RushBarrierMember *member, const char *const *expected)
{
  g_autoptr (RushBarrierMessages) messages = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_true (is_readable (member));
  g_assert_cmpint (rush_barrier_poll (member, 0, &messages, &error), ==, RUSH_BARRIER_MET);
  g_assert_no_error (error);
  g_assert_cmpuint (messages->n, ==, N);
  for (guint p = 0; p < N; p++)
    assert_message (messages, p, expected[p]);
  g_assert_false (is_readable (member));
}

static void
assert_failed (RushBarrierMember *member, gint64 now_us, const char *text)
{
  g_autoptr (GError) error = NULL;
  RushBarrierMessages *messages = NULL;

  g_assert_cmpint (rush_barrier_poll (member, now_us, &messages, &error), ==, RUSH_BARRIER_FAILED);
  g_assert_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_JOB_ABORTED);
  g_assert_cmpstr (error->message, ==, text);
}

/* ---- normal ---- */

static void
test_all_meet (Fixture *self, gconstpointer unused)
{
  static const char *const nothing[] = { "", "", "" };

  for (guint epoch = 0; epoch < 3; epoch++)
    {
      enter (self->members[2]);
      enter (self->members[0]);
      assert_waits (self->members[0], 0);
      assert_waits (self->members[2], 0);
      enter (self->members[1]);
      for (guint p = 0; p < N; p++)
        assert_met (self->members[p], nothing);
    }
}

static void
test_messages_by_partition (Fixture *self, gconstpointer unused)
{
  static const char *const first[] = { "zero", "one", "" }, *const second[] = { "a", "b", "c" };

  for (gint p = N - 1; p >= 0; p--)
    enter_as (self->members[p], RUSH_BARRIER_ALL_GATHER, first[p], 0);
  assert_met (self->members[1], first);
  /* One that was quick is in the next epoch while others have not looked at the last one. */
  enter_as (self->members[1], RUSH_BARRIER_ALL_GATHER, second[1], 0);
  assert_waits (self->members[1], 0);
  assert_met (self->members[0], first);
  assert_met (self->members[2], first);
  enter_as (self->members[0], RUSH_BARRIER_ALL_GATHER, second[0], 0);
  enter_as (self->members[2], RUSH_BARRIER_ALL_GATHER, second[2], 0);
  for (guint p = 0; p < N; p++)
    assert_met (self->members[p], second);
}

/* A task of the old attempt that is still there finds its meeting as it was. */
static void
test_stage_attempts_are_apart (void)
{
  RushBarrierCoordinator *self = rush_barrier_coordinator_new (TIMEOUT_US);
  RushBarrierMember *other_stage = rush_barrier_join (self, STAGE + 1, 0, 0, 3, 1);
  RushBarrierMember *old = rush_barrier_join (self, STAGE, 0, 0, 1, 2);
  RushBarrierMember *new = rush_barrier_join (self, STAGE, 1, 1, 2, 2);

  g_assert_cmpuint (rush_barrier_coordinator_n_stages (self), ==, 2); /* the old one is forgotten */
  enter (old);
  enter (new);
  assert_waits (old, 0);
  assert_waits (new, 0);
  rush_barrier_leave (old);
  assert_waits (new, 0);
  rush_barrier_leave (new);
  rush_barrier_leave (other_stage);
  /* Of the new attempt one task never came; nothing else is remembered. */
  g_assert_cmpuint (rush_barrier_coordinator_n_stages (self), ==, 1);
  rush_barrier_coordinator_free (self);
}

/* ---- errors ---- */

static void
test_different_methods (Fixture *self, gconstpointer unused)
{
  static const char text[] = "Different barrier sync types found for the sync Stage 4 (Attempt 0): "
                             "BARRIER, ALL_GATHER. Please use the same barrier sync type within a "
                             "single sync.";

  enter (self->members[0]);
  enter_as (self->members[1], RUSH_BARRIER_ALL_GATHER, "x", 0);
  g_assert_true (is_readable (self->members[0]));
  assert_failed (self->members[0], 0, text);
  assert_failed (self->members[1], 0, text);
  enter (self->members[2]); /* who comes later is told, too */
  assert_failed (self->members[2], 0, text);
}

static void
test_timeout (Fixture *self, gconstpointer unused)
{
  static const char text[] = "The coordinator didn't get all barrier sync requests for barrier "
                             "epoch 0 from Stage 4 (Attempt 0) within 10 second(s).";

  enter_as (self->members[0], RUSH_BARRIER_BARRIER, "", 5);
  enter_as (self->members[1], RUSH_BARRIER_BARRIER, "", TIMEOUT_US);
  assert_waits (self->members[1], 5 + TIMEOUT_US - 1); /* the first one's time counts */
  assert_failed (self->members[1], 5 + TIMEOUT_US, text);
  assert_failed (self->members[0], 5 + TIMEOUT_US, text);
  enter_as (self->members[2], RUSH_BARRIER_BARRIER, "", 5 + TIMEOUT_US);
  assert_failed (self->members[2], 5 + TIMEOUT_US, text);
}

static void
test_never_out_of_time (void)
{
  RushBarrierCoordinator *self = rush_barrier_coordinator_new (G_MAXINT64);
  RushBarrierMember *member = rush_barrier_join (self, STAGE, 0, 0, 1, 2);

  enter_as (member, RUSH_BARRIER_BARRIER, "", 1000);
  assert_waits (member, G_MAXINT64 - 1);
  rush_barrier_leave (member);
  rush_barrier_coordinator_free (self);
}

/* Cancelled, failed, killed, returned early: all the same to those who wait. */
static void
test_one_leaves (Fixture *self, gconstpointer unused)
{
  static const char text[] = "Task 101 of Stage 4 (Attempt 0) has ended and will not come to "
                             "barrier epoch 0: each task of a barrier stage must call barrier () "
                             "and allGather () equally often.";

  enter (self->members[0]);
  rush_barrier_leave (g_steal_pointer (&self->members[1]));
  g_assert_true (is_readable (self->members[0]));
  assert_failed (self->members[0], 0, text);
  enter (self->members[2]);
  assert_failed (self->members[2], 0, text);
}

static void
test_one_leaves_while_waiting (Fixture *self, gconstpointer unused)
{
  enter (self->members[0]);
  enter (self->members[1]);
  rush_barrier_leave (g_steal_pointer (&self->members[1]));
  g_assert_true (is_readable (self->members[0]));
}

/* What all have met at stays met, though one is gone before others have looked. */
static void
test_leaving_after_the_last_barrier (Fixture *self, gconstpointer unused)
{
  static const char *const nothing[] = { "", "", "" };

  for (guint p = 0; p < N; p++)
    enter (self->members[p]);
  assert_met (self->members[0], nothing);
  rush_barrier_leave (g_steal_pointer (&self->members[0]));
  assert_met (self->members[1], nothing);
  assert_met (self->members[2], nothing);
}

static void
test_second_attempt_at_a_task (Fixture *self, gconstpointer unused)
{
  RushBarrierMember *again;

  for (guint p = 0; p < N; p++)
    enter (self->members[p]);
  again = rush_barrier_join (self->coordinator, STAGE, 0, 1, 200, N);
  enter (again);
  assert_failed (again, 0,
                 "The request to sync of Stage 4 (Attempt 0) with barrier epoch 0 has already "
                 "finished. Maybe task 200 is not properly killed.");
  rush_barrier_leave (again);
  rush_barrier_leave (g_steal_pointer (&self->members[1]));
  rush_barrier_leave (g_steal_pointer (&self->members[2]));
}

/* ---- threads ---- */

typedef struct
{
  RushBarrierCoordinator *coordinator;
  guint partition;
  pthread_t thread;
} Runner;

#define N_RUNNERS 4
#define N_EPOCHS 500

/* Each epoch it says its number and the epoch, and must hear those of all. */
static void *
run (void *data)
{
  Runner *self = data;
  RushBarrierMember *member =
      rush_barrier_join (self->coordinator, STAGE, 0, self->partition, self->partition, N_RUNNERS);

  for (guint epoch = 0; epoch < N_EPOCHS; epoch++)
    {
      g_autofree char *text = g_strdup_printf ("%u of %u", self->partition, epoch);
      struct pollfd fd = { .fd = rush_barrier_member_fd (member), .events = POLLIN };
      g_autoptr (RushBarrierMessages) messages = NULL;

      enter_as (member, RUSH_BARRIER_ALL_GATHER, text, 0);
      g_assert_cmpint (poll (&fd, 1, 60000), ==, 1);
      g_assert_cmpint (rush_barrier_poll (member, 0, &messages, NULL), ==, RUSH_BARRIER_MET);
      for (guint p = 0; p < N_RUNNERS; p++)
        {
          g_autofree char *expected = g_strdup_printf ("%u of %u", p, epoch);

          assert_message (messages, p, expected);
        }
    }
  rush_barrier_leave (member);
  return NULL;
}

static void
test_threads (void)
{
  RushBarrierCoordinator *coordinator = rush_barrier_coordinator_new (60 * G_USEC_PER_SEC);
  Runner runners[N_RUNNERS];

  for (guint p = 0; p < N_RUNNERS; p++)
    {
      runners[p] = (Runner){ .coordinator = coordinator, .partition = p };
      g_assert_true (
          rush_thread_start (&runners[p].thread, "test-barrier", run, &runners[p], NULL));
    }
  for (guint p = 0; p < N_RUNNERS; p++)
    rush_thread_join (runners[p].thread);
  g_assert_cmpuint (rush_barrier_coordinator_n_stages (coordinator), ==, 0);
  rush_barrier_coordinator_free (coordinator);
}

#define ADD(name, func) g_test_add (name, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("/barrier/all-meet", test_all_meet);
  ADD ("/barrier/messages-by-partition", test_messages_by_partition);
  g_test_add_func ("/barrier/stage-attempts-are-apart", test_stage_attempts_are_apart);
  ADD ("/barrier/different-methods", test_different_methods);
  ADD ("/barrier/timeout", test_timeout);
  g_test_add_func ("/barrier/never-out-of-time", test_never_out_of_time);
  ADD ("/barrier/one-leaves", test_one_leaves);
  ADD ("/barrier/one-leaves-while-waiting", test_one_leaves_while_waiting);
  ADD ("/barrier/leaving-after-the-last-barrier", test_leaving_after_the_last_barrier);
  ADD ("/barrier/second-attempt-at-a-task", test_second_attempt_at_a_task);
  g_test_add_func ("/barrier/threads", test_threads);
  return g_test_run ();
}
