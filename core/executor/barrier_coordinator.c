/* barrier_coordinator.c - one meeting a stage attempt, one epoch a call of barrier ().
 *
 *     partition 0  ──enter──▶ waits ···········┐
 *     partition 1  ─────────────enter──▶ waits ┤ the last one in answers all:
 *     partition 2  ─────────────────────enter──┴─▶ MET, messages [0, 1, 2], epoch + 1
 *
 * How else an epoch ends, for all who wait and for all who come later:
 *
 *     BARRIER and ALL_GATHER in one epoch     the program's paths have diverged
 *     the time is up                          from the first who entered
 *     a task left                             it has failed, was cancelled, or returned early: with
 *                                             Spark the others wait until the time is up
 *
 * A meeting that failed once stays so: the whole stage will be tried again, and that is another
 * attempt with another meeting.  It is forgotten when all of its tasks have left, or, as some may
 * never have begun, when that other attempt begins.
 *
 * Locks:  one for all; nothing under it waits.
 */
#include "core/executor/barrier_coordinator.h"

#include <pthread.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

typedef struct
{
  gint stage_id;
  gint stage_attempt;
} MeetingKey;

typedef struct
{
  MeetingKey key;
  guint n_tasks;
  guint n_left;       /* tasks that have ended */
  gboolean forgotten; /* by the coordinator; the members that are still there hold it */
  GPtrArray *members; /* RushBarrierMember *, that have joined and not left */
  int epoch;
  GError *failure; /* (owned) of all that enter from now on, or NULL */

  /* This epoch. */
  guint n_waiting;
  RushBarrierMethod method;
  gint64 deadline_us;
} Meeting;

struct _RushBarrierMember
{
  RushBarrierCoordinator *coordinator;
  Meeting *meeting;
  guint partition;
  gint64 task_id;
  int fd; /* −1: none */

  /* Guarded by the coordinator's lock. */
  int epoch; /* that it enters next */
  gboolean waiting;
  RushBarrierMessage message;    /* while waiting */
  RushBarrierMessages *messages; /* (owned) the answer, or NULL */
  GError *error;                 /* (owned) the answer, or NULL */
};

struct _RushBarrierCoordinator
{
  gint64 timeout_us;
  pthread_mutex_t lock;
  GHashTable *meetings; /* MeetingKey → Meeting; guarded by lock */
};

/* ---- meetings; lock held ---- */

static guint
hash_key (gconstpointer key)
{
  const MeetingKey *k = key;

  return (guint)k->stage_id * 31 + (guint)k->stage_attempt;
}

static gboolean
equal_keys (gconstpointer a, gconstpointer b)
{
  const MeetingKey *x = a, *y = b;

  return x->stage_id == y->stage_id && x->stage_attempt == y->stage_attempt;
}

static char *
name_of (const Meeting *self)
{
  return g_strdup_printf ("Stage %d (Attempt %d)", self->key.stage_id, self->key.stage_attempt);
}

static void
meeting_free (Meeting *self)
{
  g_ptr_array_unref (self->members);
  g_clear_error (&self->failure);
  g_free (self);
}

/* The hash table lets go; members may still hold it. */
static void
forget (gpointer data)
{
  Meeting *self = data;

  self->forgotten = TRUE;
  if (self->members->len == 0)
    meeting_free (self);
}

static gboolean
is_earlier_attempt (gpointer key, gpointer meeting, gpointer data)
{
  const MeetingKey *k = key, *now = data;

  return k->stage_id == now->stage_id && k->stage_attempt < now->stage_attempt;
}

static Meeting *
find_or_make (RushBarrierCoordinator *self, MeetingKey key, guint n_tasks)
{
  Meeting *meeting = g_hash_table_lookup (self->meetings, &key);

  if (meeting == NULL)
    {
      g_hash_table_foreach_remove (self->meetings, is_earlier_attempt, &key);
      meeting = g_new0 (Meeting, 1);
      meeting->key = key;
      meeting->n_tasks = n_tasks;
      meeting->members = g_ptr_array_new ();
      g_hash_table_insert (self->meetings, &meeting->key, meeting);
    }
  g_assert (meeting->n_tasks == n_tasks);
  return meeting;
}

/* ---- answers; lock held ---- */

static void
wake (RushBarrierMember *member)
{
  member->waiting = FALSE;
  g_clear_pointer (&member->message.text, g_free);
  if (member->fd >= 0)
    eventfd_write (member->fd, 1);
}

/* Takes over @failure. */
static void
fail (Meeting *self, GError *failure)
{
  for (guint i = 0; i < self->members->len; i++)
    {
      RushBarrierMember *member = self->members->pdata[i];

      if (!member->waiting)
        continue;
      member->error = g_error_copy (failure);
      wake (member);
    }
  self->n_waiting = 0;
  if (self->failure == NULL)
    self->failure = failure;
  else
    g_error_free (failure);
}

static void
fail_different_methods (Meeting *self)
{
  g_autofree char *name = name_of (self);

  fail (self, g_error_new (RUSH_CORE_ERROR, RUSH_CORE_ERROR_JOB_ABORTED,
                           "Different barrier sync types found for the sync %s: BARRIER, "
                           "ALL_GATHER. Please use the same barrier sync type within a single "
                           "sync.",
                           name));
}

static void
fail_timeout (Meeting *self, gint64 timeout_us)
{
  g_autofree char *name = name_of (self);

  fail (self, g_error_new (RUSH_CORE_ERROR, RUSH_CORE_ERROR_JOB_ABORTED,
                           "The coordinator didn't get all barrier sync requests for barrier "
                           "epoch %d from %s within %" G_GINT64_FORMAT " second(s).",
                           self->epoch, name, timeout_us / G_USEC_PER_SEC));
}

static void
fail_left (Meeting *self, gint64 task_id)
{
  g_autofree char *name = name_of (self);

  fail (self, g_error_new (RUSH_CORE_ERROR, RUSH_CORE_ERROR_JOB_ABORTED,
                           "Task %" G_GINT64_FORMAT " of %s has ended and will not come to barrier "
                           "epoch %d: each task of a barrier stage must call barrier () and "
                           "allGather () equally often.",
                           task_id, name, self->epoch));
}

static RushBarrierMessages *
gather_messages (const Meeting *self)
{
  RushBarrierMessages *gathered =
      g_malloc0 (sizeof *gathered + self->n_tasks * sizeof gathered->messages[0]);

  rush_ref_count_init (&gathered->refs);
  gathered->n = self->n_tasks;
  for (guint i = 0; i < self->members->len; i++)
    {
      RushBarrierMember *member = self->members->pdata[i];
      RushBarrierMessage *message = &gathered->messages[member->partition];

      g_assert (member->waiting && message->text == NULL);
      message->text = g_steal_pointer (&member->message.text);
      message->length = member->message.length;
    }
  return gathered;
}

void
rush_barrier_messages_unref (RushBarrierMessages *self)
{
  if (self == NULL || !rush_ref_count_dec (&self->refs))
    return;
  for (guint i = 0; i < self->n; i++)
    g_free (self->messages[i].text);
  g_free (self);
}

static void
answer_all (Meeting *self)
{
  g_autoptr (RushBarrierMessages) messages = gather_messages (self);

  for (guint i = 0; i < self->members->len; i++)
    {
      RushBarrierMember *member = self->members->pdata[i];

      rush_ref_count_inc (&messages->refs);
      member->messages = messages;
      member->epoch++;
      wake (member);
    }
  self->n_waiting = 0;
  self->epoch++;
}

/* ---- what a task does ---- */

/* TRUE: the member cannot enter, and has its answer.  Lock held. */
static gboolean
refuse (RushBarrierMember *self)
{
  const Meeting *meeting = self->meeting;
  g_autofree char *name = name_of (meeting);

  g_clear_error (&self->error);
  if (meeting->failure != NULL)
    self->error = g_error_copy (meeting->failure);
  else if (self->epoch !=
           meeting->epoch) /* a second attempt at a task, after the others have met */
    self->error = g_error_new (RUSH_CORE_ERROR, RUSH_CORE_ERROR_JOB_ABORTED,
                               "The request to sync of %s with barrier epoch %d has already "
                               "finished. Maybe task %" G_GINT64_FORMAT " is not properly killed.",
                               name, self->epoch, self->task_id);
  if (self->error == NULL)
    return FALSE;
  wake (self);
  return TRUE;
}

void
rush_barrier_enter (RushBarrierMember *self, RushBarrierMethod method, const char *text,
                    gsize length, gint64 now_us)
{
  Meeting *meeting = self->meeting;

  pthread_mutex_lock (&self->coordinator->lock);
  g_assert (!self->waiting && self->messages == NULL);
  if (refuse (self))
    {
      pthread_mutex_unlock (&self->coordinator->lock);
      return;
    }
  if (meeting->n_waiting == 0)
    {
      meeting->method = method;
      meeting->deadline_us = now_us + MIN (self->coordinator->timeout_us, G_MAXINT64 - now_us);
    }
  self->waiting = TRUE;
  self->message.text = g_malloc (length + 1); /* not NULL, though it be empty */
  memcpy (self->message.text, text, length);
  self->message.length = length;
  meeting->n_waiting++;
  if (method != meeting->method)
    fail_different_methods (meeting);
  else if (meeting->n_waiting == meeting->n_tasks)
    answer_all (meeting);
  pthread_mutex_unlock (&self->coordinator->lock);
}

RushBarrierState
rush_barrier_poll (RushBarrierMember *self, gint64 now_us, RushBarrierMessages **out_messages,
                   GError **error)
{
  RushBarrierState state = RUSH_BARRIER_WAITING;
  eventfd_t ignored;

  pthread_mutex_lock (&self->coordinator->lock);
  if (self->waiting && now_us >= self->meeting->deadline_us)
    fail_timeout (self->meeting, self->coordinator->timeout_us);
  if (!self->waiting && self->fd >= 0)
    eventfd_read (self->fd, &ignored);
  if (self->messages != NULL)
    {
      *out_messages = g_steal_pointer (&self->messages);
      state = RUSH_BARRIER_MET;
    }
  else if (self->error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&self->error));
      state = RUSH_BARRIER_FAILED;
    }
  pthread_mutex_unlock (&self->coordinator->lock);
  return state;
}

int
rush_barrier_member_fd (RushBarrierMember *self)
{
  return self->fd;
}

/* ---- coming and going ---- */

RushBarrierMember *
rush_barrier_join (RushBarrierCoordinator *self, gint stage_id, gint stage_attempt, guint partition,
                   gint64 task_id, guint n_tasks)
{
  RushBarrierMember *member = g_new0 (RushBarrierMember, 1);

  g_assert (partition < n_tasks);
  member->coordinator = self;
  member->partition = partition;
  member->task_id = task_id;
  member->fd = eventfd (0, EFD_CLOEXEC | EFD_NONBLOCK);
  pthread_mutex_lock (&self->lock);
  member->meeting = find_or_make (self, (MeetingKey){ stage_id, stage_attempt }, n_tasks);
  g_ptr_array_add (member->meeting->members, member);
  pthread_mutex_unlock (&self->lock);
  return member;
}

void
rush_barrier_leave (RushBarrierMember *self)
{
  RushBarrierCoordinator *coordinator = self->coordinator;
  Meeting *meeting = self->meeting;

  pthread_mutex_lock (&coordinator->lock);
  g_ptr_array_remove_fast (meeting->members, self);
  meeting->n_left++;
  if (meeting->n_left < meeting->n_tasks)
    fail_left (meeting, self->task_id);
  if (meeting->forgotten)
    forget (meeting);
  else if (meeting->n_left == meeting->n_tasks)
    g_hash_table_remove (coordinator->meetings, &meeting->key);
  pthread_mutex_unlock (&coordinator->lock);

  if (self->fd >= 0)
    close (self->fd);
  g_free (self->message.text);
  g_clear_pointer (&self->messages, rush_barrier_messages_unref);
  g_clear_error (&self->error);
  g_free (self);
}

/* ---- life ---- */

guint
rush_barrier_coordinator_n_stages (RushBarrierCoordinator *self)
{
  guint n;

  pthread_mutex_lock (&self->lock);
  n = g_hash_table_size (self->meetings);
  pthread_mutex_unlock (&self->lock);
  return n;
}

void
rush_barrier_coordinator_free (RushBarrierCoordinator *self)
{
  if (self == NULL)
    return;
  g_hash_table_unref (self->meetings);
  pthread_mutex_destroy (&self->lock);
  g_free (self);
}

RushBarrierCoordinator *
rush_barrier_coordinator_new (gint64 timeout_us)
{
  RushBarrierCoordinator *self = g_new0 (RushBarrierCoordinator, 1);

  self->timeout_us = timeout_us;
  self->meetings = g_hash_table_new_full (hash_key, equal_keys, NULL, forget);
  pthread_mutex_init (&self->lock, NULL);
  return self;
}
