/* recorded_run.c - see the header.
 *
 * A log that has been cut off (a driver that was killed, a disk that was full) ends in the middle
 * of a line: that line is an error that names it, and what stands before it is not thrown away by
 * who asks for it; a log without an end of the application ends with its last event.
 */
#include "sim/replay/recorded_run.h"

#include "core/base/json.h"
#include "sim/replay/recorded_cores.h"

#define SHORTEN 60 /* characters of a line in an error */

/* ---- looking up ---- */

RushRecordedStage *
rush_recorded_run_stage (RushRecordedRun *self, gint id)
{
  return g_hash_table_lookup (self->stage_by_id, GINT_TO_POINTER (id));
}

static RushRecordedJob *
find_job (RushRecordedRun *self, gint id)
{
  for (guint i = self->jobs->len; i-- > 0;)
    if (((RushRecordedJob *)g_ptr_array_index (self->jobs, i))->id == id)
      return g_ptr_array_index (self->jobs, i);
  return NULL;
}

static gint64
ms_of (const RushJson *object, const char *member)
{
  return rush_json_get_int (object, member, 0);
}

static GArray *
ints_of (const RushJson *array)
{
  guint n = array != NULL ? rush_json_length (array) : 0;
  GArray *ints = g_array_sized_new (FALSE, FALSE, sizeof (gint), n);

  for (guint i = 0; i < n; i++)
    {
      gint value = (gint)rush_json_as_int (rush_json_item (array, i), -1);
      g_array_append_val (ints, value);
    }
  return ints;
}

/* ---- the application and its executors ---- */

static void
log_start (RushRecordedRun *self, const RushJson *event)
{
  g_free (self->spark_version);
  self->spark_version = g_strdup (rush_json_get_string (event, "Spark Version", ""));
}

static void
application_start (RushRecordedRun *self, const RushJson *event)
{
  g_free (self->app_name);
  self->app_name = g_strdup (rush_json_get_string (event, "App Name", ""));
  self->start_ms = ms_of (event, "Timestamp");
}

static void
application_end (RushRecordedRun *self, const RushJson *event)
{
  self->end_ms = MAX (self->end_ms, ms_of (event, "Timestamp"));
}

static void
executor_added (RushRecordedRun *self, const RushJson *event)
{
  const RushJson *info = rush_json_get (event, "Executor Info");
  RushRecordedExecutor *executor = g_new0 (RushRecordedExecutor, 1);

  executor->id = g_strdup (rush_json_get_string (event, "Executor ID", ""));
  executor->host = g_strdup (rush_json_get_string (info, "Host", ""));
  executor->cores = (guint)MAX (1, rush_json_get_int (info, "Total Cores", 1));
  executor->added_ms = ms_of (event, "Timestamp");
  g_ptr_array_add (self->executors, executor);
}

static void
executor_removed (RushRecordedRun *self, const RushJson *event)
{
  const char *id = rush_json_get_string (event, "Executor ID", "");

  for (guint i = 0; i < self->executors->len; i++)
    {
      RushRecordedExecutor *executor = g_ptr_array_index (self->executors, i);

      if (g_str_equal (executor->id, id) && executor->removed_ms == 0)
        executor->removed_ms = ms_of (event, "Timestamp");
    }
}

/* ---- jobs and stages ---- */

static void
job_start (RushRecordedRun *self, const RushJson *event)
{
  RushRecordedJob *job = g_new0 (RushRecordedJob, 1);

  job->id = (gint)rush_json_get_int (event, "Job ID", -1);
  job->submitted_ms = ms_of (event, "Submission Time");
  job->stages = ints_of (rush_json_get (event, "Stage IDs"));
  g_ptr_array_add (self->jobs, job);
}

static void
job_end (RushRecordedRun *self, const RushJson *event)
{
  RushRecordedJob *job = find_job (self, (gint)rush_json_get_int (event, "Job ID", -1));
  const char *result = rush_json_get_string (rush_json_get (event, "Job Result"), "Result", "");

  if (job == NULL)
    return;
  job->ended_ms = ms_of (event, "Completion Time");
  job->failed = !g_str_equal (result, "JobSucceeded");
  self->end_ms = MAX (self->end_ms, job->ended_ms);
}

static void
stage_submitted (RushRecordedRun *self, const RushJson *event)
{
  const RushJson *info = rush_json_get (event, "Stage Info");
  gint id = (gint)rush_json_get_int (info, "Stage ID", -1);
  gint64 n_tasks = rush_json_get_int (info, "Number of Tasks", 0);
  RushRecordedStage *stage = rush_recorded_run_stage (self, id);

  if (stage != NULL || n_tasks < 0 || n_tasks > G_MAXINT)
    return; /* another attempt */
  stage = g_new0 (RushRecordedStage, 1);
  stage->id = id;
  stage->name = g_strdup (rush_json_get_string (info, "Stage Name", ""));
  stage->parents = ints_of (rush_json_get (info, "Parent IDs"));
  stage->tasks = g_array_new (FALSE, TRUE, sizeof (RushRecordedTask));
  g_array_set_size (stage->tasks, (guint)n_tasks);
  stage->submitted_ms = ms_of (info, "Submission Time");
  g_ptr_array_add (self->stages, stage);
  g_hash_table_insert (self->stage_by_id, GINT_TO_POINTER (id), stage);
}

static void
stage_completed (RushRecordedRun *self, const RushJson *event)
{
  const RushJson *info = rush_json_get (event, "Stage Info");
  RushRecordedStage *stage =
      rush_recorded_run_stage (self, (gint)rush_json_get_int (info, "Stage ID", -1));

  if (stage == NULL)
    return;
  if (stage->submitted_ms == 0)
    stage->submitted_ms = ms_of (info, "Submission Time");
  stage->completed_ms = ms_of (info, "Completion Time");
  self->end_ms = MAX (self->end_ms, stage->completed_ms);
}

/* ---- tasks ---- */

static void
read_metrics (RushRecordedTask *task, const RushJson *metrics)
{
  const RushJson *read = rush_json_get (metrics, "Shuffle Read Metrics");
  const RushJson *write = rush_json_get (metrics, "Shuffle Write Metrics");

  task->run_s = (double)ms_of (metrics, "Executor Run Time") / 1000;
  task->fetch_wait_s = (double)ms_of (read, "Fetch Wait Time") / 1000;
  task->input_bytes = rush_json_get_int (rush_json_get (metrics, "Input Metrics"), "Bytes Read", 0);
  task->fetched_bytes = rush_json_get_int (read, "Remote Bytes Read", 0) +
                        rush_json_get_int (read, "Local Bytes Read", 0);
  task->output_bytes = rush_json_get_int (write, "Shuffle Bytes Written", 0);
}

/* Spark has written a partition's number since 3.3; before, the index was all there was. */
static gint64
partition_of (const RushJson *info)
{
  gint64 partition = rush_json_get_int (info, "Partition ID", -1);

  return partition >= 0 ? partition : rush_json_get_int (info, "Index", -1);
}

/* Which of a stage's tasks that is.  A job that asks for a few partitions has fewer tasks than
 * the RDD has partitions: then they go by their index. */
static RushRecordedTask *
task_of (RushRecordedStage *stage, const RushJson *info)
{
  gint64 n = stage->tasks->len, which = partition_of (info);

  if (which < 0 || which >= n)
    which = rush_json_get_int (info, "Index", -1);
  return which >= 0 && which < n ? &g_array_index (stage->tasks, RushRecordedTask, which) : NULL;
}

static void
task_end (RushRecordedRun *self, const RushJson *event)
{
  RushRecordedStage *stage =
      rush_recorded_run_stage (self, (gint)rush_json_get_int (event, "Stage ID", -1));
  const char *reason =
      rush_json_get_string (rush_json_get (event, "Task End Reason"), "Reason", "");
  const RushJson *info = rush_json_get (event, "Task Info");
  RushRecordedTask *task;

  if (stage == NULL || !g_str_equal (reason, "Success"))
    return;
  task = task_of (stage, info);
  if (task == NULL)
    return;
  if (task->finish_ms == 0)
    {
      stage->n_run++;
      self->n_tasks++;
    }
  task->launch_ms = ms_of (info, "Launch Time");
  task->finish_ms = ms_of (info, "Finish Time");
  g_strlcpy (task->executor_id, rush_json_get_string (info, "Executor ID", ""),
             sizeof task->executor_id);
  read_metrics (task, rush_json_get (event, "Task Metrics"));
  self->end_ms = MAX (self->end_ms, task->finish_ms);
}

double
rush_recorded_task_own_s (const RushRecordedTask *task)
{
  double seconds = (double)(task->finish_ms - task->launch_ms) / 1000;

  return MAX (0, seconds - MIN (task->fetch_wait_s, task->run_s));
}

/* ---- lines ---- */

static const struct
{
  const char *name;
  void (*read) (RushRecordedRun *self, const RushJson *event);
} readers[] = {
  { "SparkListenerTaskEnd", task_end },
  { "SparkListenerStageSubmitted", stage_submitted },
  { "SparkListenerStageCompleted", stage_completed },
  { "SparkListenerJobStart", job_start },
  { "SparkListenerJobEnd", job_end },
  { "SparkListenerExecutorAdded", executor_added },
  { "SparkListenerExecutorRemoved", executor_removed },
  { "SparkListenerLogStart", log_start },
  { "SparkListenerApplicationStart", application_start },
  { "SparkListenerApplicationEnd", application_end },
};

gboolean
rush_recorded_run_add_line (RushRecordedRun *self, const char *line, gssize length, GError **error)
{
  g_autoptr (GError) cause = NULL;
  g_autoptr (RushJson) event = rush_json_parse (line, length, &cause);
  const char *name = rush_json_get_string (event, "Event", NULL);

  self->n_lines++;
  if (name == NULL)
    {
      gsize n = length < 0 ? strlen (line) : (gsize)length;
      g_autofree char *shown = g_utf8_make_valid (line, (gssize)MIN (n, SHORTEN));

      g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT,
                   "%s, line %" G_GUINT64_FORMAT
                   ": this is no event of a Spark event log (%s): %s%s",
                   self->source, self->n_lines,
                   cause != NULL ? cause->message : "it has no member \"Event\"", shown,
                   n > SHORTEN ? "…" : "");
      return FALSE;
    }
  for (guint i = 0; i < G_N_ELEMENTS (readers); i++)
    if (g_str_equal (name, readers[i].name))
      {
        readers[i].read (self, event);
        break;
      }
  return TRUE;
}

gboolean
rush_recorded_run_close (RushRecordedRun *self, GError **error)
{
  rush_recorded_cores_note (self);
  if (self->app_name != NULL && self->n_tasks > 0)
    return TRUE;
  g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT,
               self->app_name == NULL
                   ? "%s: no application starts in this log (its %" G_GUINT64_FORMAT
                     " lines have no SparkListenerApplicationStart)"
                   : "%s: no task has succeeded in the %" G_GUINT64_FORMAT
                     " lines of this log, so there is nothing to replay",
               self->source, self->n_lines);
  return FALSE;
}

/* ---- how large the cluster was ---- */

guint
rush_recorded_run_cluster (const RushRecordedRun *self, guint *out_cores)
{
  guint most = 0;

  *out_cores = 1;
  for (guint i = 0; i < self->executors->len; i++)
    {
      const RushRecordedExecutor *at = g_ptr_array_index (self->executors, i);
      guint n = 0;

      *out_cores = MAX (*out_cores, at->cores);
      for (guint j = 0; j <= i; j++)
        {
          const RushRecordedExecutor *other = g_ptr_array_index (self->executors, j);
          n += other->removed_ms == 0 || other->removed_ms > at->added_ms;
        }
      most = MAX (most, n);
    }
  return MAX (most, 1);
}

/* ---- life ---- */

static void
job_free (gpointer data)
{
  RushRecordedJob *self = data;

  g_array_unref (self->stages);
  g_free (self);
}

static void
stage_free (gpointer data)
{
  RushRecordedStage *self = data;

  g_array_unref (self->parents);
  g_array_unref (self->tasks);
  g_free (self->name);
  g_free (self);
}

static void
executor_free (gpointer data)
{
  RushRecordedExecutor *self = data;

  g_free (self->id);
  g_free (self->host);
  g_free (self);
}

void
rush_recorded_run_free (RushRecordedRun *self)
{
  if (self == NULL)
    return;
  g_hash_table_unref (self->stage_by_id);
  g_ptr_array_unref (self->jobs);
  g_ptr_array_unref (self->stages);
  g_ptr_array_unref (self->executors);
  g_free (self->source);
  g_free (self->app_name);
  g_free (self->spark_version);
  g_free (self);
}

RushRecordedRun *
rush_recorded_run_new (const char *source)
{
  RushRecordedRun *self = g_new0 (RushRecordedRun, 1);

  self->source = g_strdup (source);
  self->jobs = g_ptr_array_new_with_free_func (job_free);
  self->stages = g_ptr_array_new_with_free_func (stage_free);
  self->executors = g_ptr_array_new_with_free_func (executor_free);
  self->stage_by_id = g_hash_table_new (NULL, NULL);
  return self;
}
