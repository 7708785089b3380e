/* commit_coordinator.h - who may put the output of a partition in place: one attempt, and no other.
 *
 *   scheduler   stage_start ()  …  task_ended ()  …  roll_back ()  …  stage_end ()
 *   tasks                   may_commit ()
 *
 * Interface:  what the scheduler calls takes NULL, too: where nobody writes output, none is needed.
 * Ownership:  made with the application, before the executors that ask it; outlives the scheduler.
 * Threads:    may_commit () from any runner; the rest from the scheduler's thread.
 * Mirrors:    org.apache.spark.scheduler.OutputCommitCoordinator.
 */
#pragma once

#include "core/base/public.h"

#include <glib.h>

RUSH_BEGIN_PUBLIC

typedef struct _RushCommitCoordinator RushCommitCoordinator;

RushCommitCoordinator *rush_commit_coordinator_new (void);
void rush_commit_coordinator_free (RushCommitCoordinator *self);

/* Tasks of the stage may ask from now on.  A stage that is known keeps what has been decided: a
 * later attempt must not write again what an earlier one has. */
void rush_commit_coordinator_stage_start (RushCommitCoordinator *self, gint stage_id);
/* The stage is over, whatever still runs: nobody may commit any more. */
void rush_commit_coordinator_stage_end (RushCommitCoordinator *self, gint stage_id);
/* Attempts before @first_valid_attempt count for nothing any more, nor does what they committed. */
void rush_commit_coordinator_roll_back (RushCommitCoordinator *self, gint stage_id,
                                        gint first_valid_attempt);
/* A task that has not succeeded gives back what it was granted, and is granted nothing any more. */
void rush_commit_coordinator_task_ended (RushCommitCoordinator *self, gint stage_id,
                                         guint partition, gint64 task_id, gboolean succeeded);

/* TRUE: the output of the partition is this task's to put in place, and stays so until it fails.
 * Asking again gives the same answer. */
gboolean rush_commit_coordinator_may_commit (RushCommitCoordinator *self, gint stage_id,
                                             gint stage_attempt, guint partition, gint64 task_id);
/* The stages that are known: none when no job runs. */
guint rush_commit_coordinator_n_stages (RushCommitCoordinator *self);

RUSH_END_PUBLIC
