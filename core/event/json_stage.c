/* json_stage.c - jobs, stages and RDDs in the event log.
 *
 * A job start carries the infos of all its stages, a stage event carries its own once more: readers
 * need no memory.  Ours, behind Spark's fields:
 *
 *     RDD info     "Parent Shuffle IDs"   which parents are read through which shuffle
 *                  "Steps"                the user's operators inside a Python chain
 *     stage info   "Shuffle ID"           what a map stage writes
 *
 * With these a picture can be drawn from a log alone.
 */
#include "core/event/json_private.h"

/* ---- stages ---- */

void
rush_json_put_storage_level (RushJsonWriter *w, const RushStorageLevel *level)
{
  begin_member (w, "Storage Level");
  put_bool (w, "Use Disk", level->use_disk);
  put_bool (w, "Use Memory", level->use_memory);
  put_bool (w, "Use Off Heap", level->use_off_heap);
  put_bool (w, "Deserialized", level->deserialized);
  put_int (w, "Replication", level->replication);
  rush_json_end_object (w);
}

static gboolean
is_parent (const RushRddInfo *child, gint rdd_id)
{
  for (guint i = 0; i < child->n_parents; i++)
    if (child->parent_ids[i] == rdd_id)
      return TRUE;
  return FALSE;
}

/* The web UI draws RDDs whose scope has one id into one frame.  Spark numbers the calls; here the
 * id of a scope is that of its first RDD, found by walking up while parent and child have both the
 * name and the call site in common.  rdds[] has children before parents. */
static gint *
scope_ids (const RushStageInfo *stage)
{
  gint *ids = g_new (gint, stage->n_rdds);

  for (guint i = stage->n_rdds; i-- > 0;)
    {
      const RushRddInfo *rdd = stage->rdds[i];
      const RushRddInfo *above = i + 1 < stage->n_rdds ? stage->rdds[i + 1] : NULL;
      gboolean same_call = above != NULL && is_parent (rdd, above->rdd_id) &&
                           g_strcmp0 (rdd->scope, above->scope) == 0 &&
                           g_strcmp0 (rdd->call_site, above->call_site) == 0;
      ids[i] = same_call ? ids[i + 1] : rdd->rdd_id;
    }
  return ids;
}

/* Spark stores the scope as JSON in a string: "{\"id\":\"1\",\"name\":\"partitionBy\"}". */
static void
put_scope (RushJsonWriter *w, gint id, const char *name)
{
  g_autoptr (GString) text = g_string_new (NULL);
  char id_text[16];
  RushJsonWriter inner;

  g_snprintf (id_text, sizeof id_text, "%d", id);
  rush_json_writer_init (&inner, text);
  rush_json_begin_object (&inner);
  put_string (&inner, "id", id_text);
  put_string (&inner, "name", name);
  rush_json_end_object (&inner);
  put_string (w, "Scope", text->str);
}

static gboolean
reads_a_shuffle (const RushRddInfo *self)
{
  for (guint i = 0; self->parent_shuffle_ids != NULL && i < self->n_parents; i++)
    if (self->parent_shuffle_ids[i] >= 0)
      return TRUE;
  return FALSE;
}

static void
write_rdd_info (RushJsonWriter *w, const RushRddInfo *self, gint scope_id)
{
  rush_json_begin_object (w);
  put_int (w, "RDD ID", self->rdd_id);
  put_string (w, "Name", self->name);
  if (self->scope != NULL)
    put_scope (w, scope_id, self->scope);
  put_string (w, "Callsite", self->call_site);
  put_ints (w, "Parent IDs", self->parent_ids, self->n_parents);
  rush_json_put_storage_level (w, &self->storage_level);
  put_bool (w, "Barrier", self->barrier);
  put_string (w, "DeterministicLevel", self->determinism);
  put_int (w, "Number of Partitions", self->n_partitions);
  put_int (w, "Number of Cached Partitions", 0);
  put_int (w, "Memory Size", 0);
  put_int (w, "Disk Size", 0);
  if (reads_a_shuffle (self)) /* ours, and so is the next */
    put_ints (w, "Parent Shuffle IDs", self->parent_shuffle_ids, self->n_parents);
  if (self->steps != NULL && self->steps[0] != NULL)
    put_strings (w, "Steps", self->steps);
  rush_json_end_object (w);
}

static void
write_stage_info (RushJsonWriter *w, const RushStageInfo *self)
{
  g_autofree gint *scopes = scope_ids (self);

  rush_json_begin_object (w);
  put_int (w, "Stage ID", self->stage_id);
  put_int (w, "Stage Attempt ID", self->attempt);
  put_string (w, "Stage Name", self->name);
  put_int (w, "Number of Tasks", self->n_tasks);
  rush_json_member (w, "RDD Info");
  rush_json_begin_array (w);
  for (guint i = 0; i < self->n_rdds; i++)
    write_rdd_info (w, self->rdds[i], scopes[i]);
  rush_json_end_array (w);
  put_ints (w, "Parent IDs", self->parent_ids, self->n_parents);
  put_string (w, "Details", self->details);
  if (self->submission_ms != 0)
    put_int (w, "Submission Time", self->submission_ms);
  if (self->completion_ms != 0)
    put_int (w, "Completion Time", self->completion_ms);
  if (self->failure_reason != NULL)
    put_string (w, "Failure Reason", self->failure_reason);
  rush_json_put_accumulables (w, self->accumulables, FALSE);
  put_int (w, "Resource Profile Id", 0);
  put_bool (w, "Shuffle Push Enabled", FALSE);
  put_int (w, "Shuffle Push Mergers Count", 0);
  if (self->shuffle_id >= 0)
    put_int (w, "Shuffle ID", self->shuffle_id); /* ours */
  rush_json_end_object (w);
}

void
rush_json_write_stage_submitted (RushJsonWriter *w, const RushStageSubmitted *self)
{
  rush_json_member (w, "Stage Info");
  write_stage_info (w, self->stage);
  put_properties (w, "Properties", self->properties);
}

void
rush_json_write_stage_completed (RushJsonWriter *w, const RushStageCompleted *self)
{
  rush_json_member (w, "Stage Info");
  write_stage_info (w, self->stage);
}

/* ---- jobs ---- */

void
rush_json_write_job_start (RushJsonWriter *w, const RushJobStart *self)
{
  put_int (w, "Job ID", self->job_id);
  put_int (w, "Submission Time", self->time_ms);
  rush_json_member (w, "Stage Infos");
  rush_json_begin_array (w);
  for (guint i = 0; i < self->n_stages; i++)
    write_stage_info (w, self->stages[i]);
  rush_json_end_array (w);
  rush_json_member (w, "Stage IDs");
  rush_json_begin_array (w);
  for (guint i = 0; i < self->n_stages; i++)
    rush_json_int (w, self->stages[i]->stage_id);
  rush_json_end_array (w);
  put_properties (w, "Properties", self->properties);
}

void
rush_json_write_job_end (RushJsonWriter *w, const RushJobEnd *self)
{
  put_int (w, "Job ID", self->job_id);
  put_int (w, "Completion Time", self->time_ms);
  begin_member (w, "Job Result");
  put_string (w, "Result", self->succeeded ? "JobSucceeded" : "JobFailed");
  if (!self->succeeded)
    {
      begin_member (w, "Exception");
      put_string (w, "Message", self->error);
      put_empty_array (w, "Stack Trace"); /* of the JVM; a user's traceback is in the message */
      rush_json_end_object (w);
    }
  rush_json_end_object (w);
}
