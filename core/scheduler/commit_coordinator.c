/* commit_coordinator.c - commit locks: one committer a partition.
 *
 *     task 41 (partition 2)          coordinator               task 57 (partition 2, again)
 *     may I commit? ──────────────▶  2 → 41    yes
 *                                    2 → 41    no  ◀────────── may I commit?     COMMIT_DENIED
 *     fails, or its executor is lost
 *       scheduler: task_ended ────▶  2 → ·     41 ∈ failed     waits again, asks again: yes
 *
 * Two attempts at one partition can run at a time: an executor was taken for lost and is not, a
 * stage runs again while tasks of its first attempt are still busy.  Both have right rows; what
 * must not happen is that both put them in place, one after the other has been counted on.  So the
 * first that asks wins, and the partition is locked until that attempt is known to have failed.
 * One that has been denied does no harm: it ends as COMMIT_DENIED, which never counts towards
 * spark.task.maxFailures, and is tried again; the winner's success makes that needless.
 *
 * A task that the scheduler has given up may not know it yet.  It must not be granted a lock that
 * nobody would ever give back, hence the set of the failed.  For the same reason a roll back takes
 * the locks of the attempts that it undoes: their successes will not be believed.
 *
 * Invariant:  no task is in `failed` and holds a partition.
 *
 * Simplified: in Spark a task asks by message; here driver and tasks share a process, and a table
 *             under a lock is the whole protocol.
 */
#include "core/scheduler/commit_coordinator.h"

#include <pthread.h>

typedef struct
{
  gint64 task_id;
  gint stage_attempt;
} Holder;

typedef struct
{
  gint first_valid_attempt;
  GHashTable *holders; /* partition → Holder (owned) */
  GHashTable *failed;  /* task id (owned gint64): a set */
} StageState;

struct _RushCommitCoordinator
{
  pthread_mutex_t lock;
  /* Guarded by lock. */
  GHashTable *stages; /* stage id → StageState (owned) */
};

static void
stage_state_free (gpointer data)
{
  StageState *self = data;

  g_hash_table_unref (self->holders);
  g_hash_table_unref (self->failed);
  g_free (self);
}

static StageState *
stage_state_new (void)
{
  StageState *self = g_new0 (StageState, 1);

  self->holders = g_hash_table_new_full (NULL, NULL, NULL, g_free);
  self->failed = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  return self;
}

/* Lock held.  NULL: over, or never begun. */
static StageState *
find_stage (RushCommitCoordinator *self, gint stage_id)
{
  return g_hash_table_lookup (self->stages, GINT_TO_POINTER (stage_id));
}

/* ---- a task asks ---- */

/* Lock held. */
static gboolean
decide (StageState *stage, gint stage_attempt, guint partition, gint64 task_id)
{
  Holder *holder = g_hash_table_lookup (stage->holders, GUINT_TO_POINTER (partition));

  if (stage_attempt < stage->first_valid_attempt || g_hash_table_contains (stage->failed, &task_id))
    return FALSE;
  if (holder != NULL)
    return holder->task_id == task_id;
  holder = g_new (Holder, 1);
  *holder = (Holder){ .task_id = task_id, .stage_attempt = stage_attempt };
  g_hash_table_insert (stage->holders, GUINT_TO_POINTER (partition), holder);
  return TRUE;
}

gboolean
rush_commit_coordinator_may_commit (RushCommitCoordinator *self, gint stage_id, gint stage_attempt,
                                    guint partition, gint64 task_id)
{
  StageState *stage;
  gboolean granted;

  pthread_mutex_lock (&self->lock);
  stage = find_stage (self, stage_id);
  granted = stage != NULL && decide (stage, stage_attempt, partition, task_id);
  pthread_mutex_unlock (&self->lock);
  return granted;
}

/* ---- the scheduler tells ---- */

void
rush_commit_coordinator_stage_start (RushCommitCoordinator *self, gint stage_id)
{
  if (self == NULL)
    return;
  pthread_mutex_lock (&self->lock);
  if (find_stage (self, stage_id) == NULL)
    g_hash_table_insert (self->stages, GINT_TO_POINTER (stage_id), stage_state_new ());
  pthread_mutex_unlock (&self->lock);
}

void
rush_commit_coordinator_stage_end (RushCommitCoordinator *self, gint stage_id)
{
  if (self == NULL)
    return;
  pthread_mutex_lock (&self->lock);
  g_hash_table_remove (self->stages, GINT_TO_POINTER (stage_id));
  pthread_mutex_unlock (&self->lock);
}

static gboolean
is_undone (gpointer partition, gpointer holder, gpointer first_valid_attempt)
{
  return ((Holder *)holder)->stage_attempt < GPOINTER_TO_INT (first_valid_attempt);
}

void
rush_commit_coordinator_roll_back (RushCommitCoordinator *self, gint stage_id,
                                   gint first_valid_attempt)
{
  StageState *stage;

  if (self == NULL)
    return;
  pthread_mutex_lock (&self->lock);
  stage = find_stage (self, stage_id);
  if (stage != NULL)
    {
      stage->first_valid_attempt = first_valid_attempt;
      g_hash_table_foreach_remove (stage->holders, is_undone,
                                   GINT_TO_POINTER (first_valid_attempt));
    }
  pthread_mutex_unlock (&self->lock);
}

void
rush_commit_coordinator_task_ended (RushCommitCoordinator *self, gint stage_id, guint partition,
                                    gint64 task_id, gboolean succeeded)
{
  StageState *stage;

  if (self == NULL || succeeded)
    return;
  pthread_mutex_lock (&self->lock);
  stage = find_stage (self, stage_id);
  if (stage != NULL)
    {
      const Holder *holder = g_hash_table_lookup (stage->holders, GUINT_TO_POINTER (partition));

      g_hash_table_add (stage->failed, g_memdup2 (&task_id, sizeof task_id));
      if (holder != NULL && holder->task_id == task_id)
        g_hash_table_remove (stage->holders, GUINT_TO_POINTER (partition));
    }
  pthread_mutex_unlock (&self->lock);
}

/* ---- life ---- */

guint
rush_commit_coordinator_n_stages (RushCommitCoordinator *self)
{
  pthread_mutex_lock (&self->lock);
  guint n = g_hash_table_size (self->stages);
  pthread_mutex_unlock (&self->lock);
  return n;
}

void
rush_commit_coordinator_free (RushCommitCoordinator *self)
{
  if (self == NULL)
    return;
  g_hash_table_unref (self->stages);
  pthread_mutex_destroy (&self->lock);
  g_free (self);
}

RushCommitCoordinator *
rush_commit_coordinator_new (void)
{
  RushCommitCoordinator *self = g_new0 (RushCommitCoordinator, 1);

  pthread_mutex_init (&self->lock, NULL);
  self->stages = g_hash_table_new_full (NULL, NULL, NULL, stage_state_free);
  return self;
}
