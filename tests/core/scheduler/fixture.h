/* fixture.h - a scheduler on a scripted backend, with all that a test asks of it.
 *
 *   Fixture *f = fixture_cluster (1, 2);                 executor "1" of two cores
 *   TestJob *job = fixture_submit_shuffle (f, 2, 2);     stage 0: 2 map tasks, stage 1: 2 reduces
 *   fixture_assert_running (f, "0.0:0@1 0.0:1@1");       stage.attempt:partition@executor
 *   fixture_succeed (f, 0, 0, 0);                        stage, attempt, partition
 *   fixture_run_stages (f, "0.0");                       the rest of that attempt succeeds
 *   fixture_complete (f, 1, 0, "ok lost:0:1@1");         by partition: how each task ended
 *   …
 *   fixture_assert_succeeded (job);
 *   fixture_free (f);                                    must be idle
 *
 * The invariants are checked after every message.
 */
#pragma once

#include "my_rdd.h"
#include "scripted_backend.h"

typedef struct
{
  RushConf *conf;
  RushBackend *backend;
  RushEventBus *bus;
  RushMapOutputTracker *tracker;
  RushScheduler *scheduler;
  RushLineage *lineage;
  GPtrArray *jobs;   /* TestJob (owned) */
  GPtrArray *events; /* RushEvent (owned), all since the start */
  RushCacheLocations cache;
  GHashTable *cached; /* "rdd:partition" → places */
  const char *keeper; /* the executor that keeps blocks, if the scheduler asks, or NULL */
} Fixture;

typedef struct
{
  RushJobListener listener;
  gint id;
  guint n_results;
  guint *seen; /* by output: how often a result came */
  gboolean done;
  GError *error;
  GPtrArray *outputs; /* (owned) RushMapStatus: what a map stage job has been told; or NULL */
  gint refuse_output; /* task_succeeded () of this one fails; −1 */
} TestJob;

void test_job_free (gpointer job);

/* Key, value, … NULL: settings. */
Fixture *fixture_new (guint max_task_failures, ...) G_GNUC_NULL_TERMINATED;
/* Executors "1" … "n" on "host1" …; a task may fail four times. */
Fixture *fixture_cluster (guint n_executors, guint cores);
void fixture_add_executors (Fixture *self, guint n_executors, guint cores); /* the same ones */
Fixture *fixture_roomy (void);          /* one executor that has room for everything */
void fixture_free (Fixture *self);      /* asserts that nothing is left */
void fixture_free_busy (Fixture *self); /* in the middle of things: jobs fail as stopped */

/* ---- messages ---- */
void fixture_handle (Fixture *self, RushMessage *message);
void fixture_add_executor (Fixture *self, const char *id, const char *host, guint cores);
void fixture_add_executor_in_rack (Fixture *self, const char *id, const char *host,
                                   const char *rack, guint cores);
void fixture_lose_executor (Fixture *self, const char *id); /* with outputs */
void fixture_lose_executor_because (Fixture *self, const char *id, gboolean caused_by_application,
                                    gboolean outputs_lost);

/* EXECUTOR_DISCONNECTED, EXECUTOR_DECOMMISSIONING, HEARTBEAT; @reason may be NULL. */
void fixture_tell_of_executor (Fixture *self, RushMessageKind kind, const char *id,
                               const char *reason);

RushJobRequest *fixture_request (Fixture *self, RushRdd *rdd, TestJob **out_job);
TestJob *fixture_submit_request (Fixture *self, RushJobRequest *request, TestJob *job);
TestJob *fixture_submit (Fixture *self, RushRdd *rdd);
TestJob *fixture_submit_partitions (Fixture *self, RushRdd *rdd, const guint *partitions, guint n);
TestJob *fixture_submit_map_stage (Fixture *self, RushDependency *dependency);
/* Jobs on lineages that many tests want.  In a fixture that has had no job yet, stages and shuffles
 * have the numbers given here. */
TestJob *fixture_submit_narrow (Fixture *self, guint n);        /* stage 0 of n result tasks */
TestJob *fixture_submit_at (Fixture *self, const char *places); /* the same, a task a place list */
/* Stage 0 ═▶ stage 1. */
TestJob *fixture_submit_shuffle (Fixture *self, guint n_maps, guint n_reduces);
/* Stage 0 ═▶ stage 1 ═▶ stage 2. */
TestJob *fixture_submit_chain (Fixture *self, guint n_one, guint n_two, guint n_last);
/* Map stage 0, read by result stages 1 and 2 of two jobs. */
void fixture_submit_two_readers (Fixture *self, guint n_maps, guint n_reduces, TestJob **out_first,
                                 TestJob **out_second);
void fixture_cancel_job (Fixture *self, gint job_id, const char *reason);

/* The only task of that kind that runs ends. */
void fixture_end (Fixture *self, gint stage, gint attempt, guint partition,
                  RushTaskOutcome *outcome);
void fixture_succeed (Fixture *self, gint stage, gint attempt, guint partition);
/* The same where two of that kind run: the one on @executor.  @outcome NULL: it succeeds. */
void fixture_end_on (Fixture *self, const char *executor, gint stage, gint attempt, guint partition,
                     RushTaskOutcome *outcome);
/* The one on @executor, or NULL. */
ScriptedTask *fixture_find_on (Fixture *self, const char *executor, gint stage, gint attempt,
                               guint partition);
void fixture_succeed_all (Fixture *self, gint stage, gint attempt); /* until none runs */
void fixture_run_stages (Fixture *self, const char *attempts); /* "0.1 1.1": the same for each */
/* By partition, apart by blanks: "ok", "fail", "killed", "lost:0:2@1" (the fetch of output 2 of
 * shuffle 0 from executor 1; without @1: not known from where), "-" (goes on, or does not run). */
void fixture_complete (Fixture *self, gint stage, gint attempt, const char *statuses);
void fixture_fail (Fixture *self, gint stage, gint attempt, guint partition, const char *message);
void fixture_killed (Fixture *self, gint stage, gint attempt, guint partition);
/* @executor NULL: the output was not registered at all. */
void fixture_fetch_failed (Fixture *self, gint stage, gint attempt, guint partition,
                           gint shuffle_id, gint map_index, const char *executor);
void fixture_fire_timer (Fixture *self); /* one must be set */
/* A success as the runner of @task would tell it. */
RushTaskOutcome *fixture_success (Fixture *self, const ScriptedTask *task);
RushMessage *fixture_task_ended (gint64 task_id, RushTaskOutcome *outcome);

void fixture_set_cached (Fixture *self, RushRdd *rdd, guint partition, const char *places);

/* Blocks of a persisted RDD are on that executor alone; immortal, or NULL. */
void fixture_set_keeper (Fixture *self, const char *executor_id);

/* ---- questions ---- */
guint fixture_n_running (Fixture *self, gint stage, gint attempt);
ScriptedTask *fixture_find (Fixture *self, gint stage, gint attempt, guint partition); /* or NULL */
void fixture_assert_running (Fixture *self, const char *expected);
/* Partitions alone, sorted: "0 1 2". */
void fixture_assert_partitions (Fixture *self, gint stage, gint attempt, const char *expected);
/* "0@1 1@2 2@-": map index @ executor, or - if it is missing. */
void fixture_assert_outputs (Fixture *self, gint shuffle_id, const char *expected);
char *fixture_place_of (Fixture *self, gint shuffle_id, guint map_index); /* its executor */
/* Asserts one result for each output, and no error. */
void fixture_assert_succeeded (TestJob *job);
void fixture_assert_failed (TestJob *job, gint code, const char *message_part);
/* "JobStart 0 [0,1]; StageSubmitted 0.0; TaskStart 0.0; …" of those kinds that @kinds names. */
char *fixture_events (Fixture *self, const char *kinds);
