/* barrier_coordinator.h - where the tasks of a barrier stage meet.
 *
 *   member = join (stage, attempt, partition …)       as the task begins
 *     enter (member, method, message)                 waits for nothing
 *     poll (member) → WAITING … WAITING → MET         readable: rush_barrier_member_fd ()
 *     enter, poll, … as often as the task likes
 *   leave (member)                                    as it ends
 *
 * Interface:  nothing here blocks: who waits has other things to watch, too (its worker, its
 *             cancellation), and polls.  The first to see that time is up fails the meeting.
 * Ownership:  the backend's, for all of its executors.  It outlives the members.
 * Threads:    any; a member is one task's.
 * Mirrors:    org.apache.spark.BarrierCoordinator; BarrierTaskContext counts the epochs.
 */
#pragma once

#include "core/base/error.h"
#include "core/base/refcount.h"

typedef struct _RushBarrierCoordinator RushBarrierCoordinator;
typedef struct _RushBarrierMember RushBarrierMember;

typedef enum
{
  RUSH_BARRIER_BARRIER,
  RUSH_BARRIER_ALL_GATHER,
} RushBarrierMethod;

typedef enum
{
  RUSH_BARRIER_WAITING,
  RUSH_BARRIER_MET,
  RUSH_BARRIER_FAILED,
} RushBarrierState;

/* What all tasks have said, in the order of their partitions.  Refcounted, immutable. */
typedef struct
{
  char *text; /* (owned) any bytes */
  gsize length;
} RushBarrierMessage;

typedef struct
{
  RushRefCount refs;
  guint n;
  RushBarrierMessage messages[];
} RushBarrierMessages;

void rush_barrier_messages_unref (RushBarrierMessages *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RushBarrierMessages, rush_barrier_messages_unref)

/* @timeout_us: spark.barrier.sync.timeout, from the first task that enters to the last. */
RushBarrierCoordinator *rush_barrier_coordinator_new (gint64 timeout_us);
void rush_barrier_coordinator_free (RushBarrierCoordinator *self);      /* NULL is fine */
guint rush_barrier_coordinator_n_stages (RushBarrierCoordinator *self); /* that are remembered */

/* @n_tasks: of the stage, the same for all of them; @partition is one of [0, n_tasks). */
RushBarrierMember *rush_barrier_join (RushBarrierCoordinator *self, gint stage_id,
                                      gint stage_attempt, guint partition, gint64 task_id,
                                      guint n_tasks);
/* Tasks that wait for this one fail: it will not come.  Frees the member. */
void rush_barrier_leave (RushBarrierMember *self);

/* Not while an earlier enter () has not been answered by MET. */
void rush_barrier_enter (RushBarrierMember *self, RushBarrierMethod method, const char *text,
                         gsize length, gint64 now_us);
/* MET: *@out_messages (transfer full).  FAILED: @error. */
RushBarrierState rush_barrier_poll (RushBarrierMember *self, gint64 now_us,
                                    RushBarrierMessages **out_messages, GError **error);
/* Readable when poll () no longer says WAITING, but for the time-out; −1: the process has no more
 * descriptors, poll now and then. */
int rush_barrier_member_fd (RushBarrierMember *self);
