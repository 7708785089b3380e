/* invariant_watch.c - see the header: events become entries of books, and entries are compared. */
#include "sim/chaos/watch_private.h"

#define MOST_VIOLATIONS 20

/* ---- violations ---- */

static void
note (RushInvariantWatch *self, const char *format, va_list args)
{
  g_autofree char *what = NULL;

  if (self->violations->len >= MOST_VIOLATIONS)
    return;
  what = g_strdup_vprintf (format, args);
  g_ptr_array_add (self->violations,
                   g_strdup_printf ("event %" G_GUINT64_FORMAT " (%s): %s", self->n_events,
                                    self->event_name != NULL ? self->event_name : "after a message",
                                    what));
}

void
rush_watch_note (RushInvariantWatch *self, const char *format, ...)
{
  va_list args;

  va_start (args, format);
  note (self, format, args);
  va_end (args);
}

void
rush_invariant_watch_note (RushInvariantWatch *self, const char *format, ...)
{
  va_list args;

  pthread_mutex_lock (&self->lock);
  va_start (args, format);
  note (self, format, args);
  va_end (args);
  pthread_mutex_unlock (&self->lock);
}

void
rush_watch_time (RushInvariantWatch *self, gint64 time_ms)
{
  RUSH_WATCH_CHECK (self, time_ms >= self->now_ms,
                    "time goes back, from %" G_GINT64_FORMAT " to %" G_GINT64_FORMAT " ms",
                    self->now_ms, time_ms);
  self->now_ms = MAX (self->now_ms, time_ms);
}

/* ---- stages ---- */

static void
stage_free (gpointer data)
{
  RushWatchedStage *self = data;

  g_array_unref (self->parents);
  g_array_unref (self->slots);
  g_hash_table_unref (self->succeeded);
  g_free (self);
}

static RushWatchedStage *
stage_of (RushInvariantWatch *self, const RushStageInfo *info)
{
  RushWatchedStage *stage = g_hash_table_lookup (self->stages, GINT_TO_POINTER (info->stage_id));

  if (stage == NULL)
    {
      stage = g_new0 (RushWatchedStage, 1);
      stage->id = info->stage_id;
      stage->shuffle_id = info->shuffle_id;
      stage->n_outputs = info->n_tasks;
      stage->live_attempt = stage->last_attempt = stage->last_failed_attempt = -1;
      stage->parents = g_array_new (FALSE, FALSE, sizeof (gint));
      stage->slots = g_array_new (FALSE, TRUE, sizeof (RushWatchedSlot));
      stage->succeeded = g_hash_table_new (NULL, NULL);
      g_array_append_vals (stage->parents, info->parent_ids, info->n_parents);
      g_hash_table_insert (self->stages, GINT_TO_POINTER (stage->id), stage);
    }
  for (guint i = 0; i < info->n_rdds; i++)
    stage->reads_cache |= rush_storage_level_is_valid (&info->rdds[i]->storage_level);
  return stage;
}

static gboolean
is_needed (RushInvariantWatch *self, gint stage_id)
{
  GHashTableIter iter;
  gpointer stages;

  g_hash_table_iter_init (&iter, self->jobs);
  while (g_hash_table_iter_next (&iter, NULL, &stages))
    for (guint i = 0; i < ((GArray *)stages)->len; i++)
      if (g_array_index ((GArray *)stages, gint, i) == stage_id)
        return TRUE;
  return FALSE;
}

static void
check_parents (RushInvariantWatch *self, const RushWatchedStage *stage)
{
  for (guint i = 0; i < stage->parents->len && self->rules.tracker != NULL; i++)
    {
      gint id = g_array_index (stage->parents, gint, i);
      const RushWatchedStage *parent = g_hash_table_lookup (self->stages, GINT_TO_POINTER (id));
      guint n_maps, n_there;

      if (parent == NULL || parent->shuffle_id < 0)
        {
          rush_watch_note (self, "stage %d has a parent %d that nobody knows", stage->id, id);
          continue;
        }
      n_maps = rush_map_output_tracker_n_maps (self->rules.tracker, parent->shuffle_id);
      n_there = rush_map_output_tracker_n_available (self->rules.tracker, parent->shuffle_id);
      RUSH_WATCH_CHECK (self, n_there == n_maps || stage->reads_cache,
                        "stage %d starts, and %u of %u outputs of its parent %d are missing",
                        stage->id, n_maps - n_there, n_maps, id);
      rush_watch_outputs (self, parent->shuffle_id);
    }
}

static void
stage_submitted (RushInvariantWatch *self, const RushStageInfo *info)
{
  RushWatchedStage *stage = stage_of (self, info);

  RUSH_WATCH_CHECK (self, is_needed (self, info->stage_id), "stage %d starts, and no job needs it",
                    info->stage_id);
  if (info->n_tasks == 0) /* told of, and skipped */
    return;
  RUSH_WATCH_CHECK (self, stage->live_attempt < 0,
                    "attempt %d at stage %d starts, and attempt %d still runs", info->attempt,
                    stage->id, stage->live_attempt);
  RUSH_WATCH_CHECK (self, info->attempt > stage->last_attempt,
                    "attempt %d at stage %d starts after attempt %d", info->attempt, stage->id,
                    stage->last_attempt);
  RUSH_WATCH_CHECK (self, stage->n_failed_attempts < self->rules.max_stage_attempts,
                    "stage %d starts again after %u failed attempts", stage->id,
                    stage->n_failed_attempts);
  check_parents (self, stage);
  stage->live_attempt = stage->last_attempt = info->attempt;
  g_array_set_size (stage->slots, 0);
  g_array_set_size (stage->slots, info->n_tasks);
}

static void
stage_completed (RushInvariantWatch *self, const RushStageInfo *info)
{
  RushWatchedStage *stage = stage_of (self, info);

  if (info->failure_reason == NULL)
    stage->n_failed_attempts = 0;
  stage->live_attempt = -1;
}

/* ---- jobs ---- */

static void
job_started (RushInvariantWatch *self, const RushJobStart *start)
{
  GArray *stages = g_array_new (FALSE, FALSE, sizeof (gint));

  rush_watch_time (self, start->time_ms);
  RUSH_WATCH_CHECK (self, !g_hash_table_contains (self->jobs, GINT_TO_POINTER (start->job_id)),
                    "job %d starts twice", start->job_id);
  for (guint i = 0; i < start->n_stages; i++)
    {
      stage_of (self, start->stages[i]);
      g_array_append_val (stages, start->stages[i]->stage_id);
    }
  g_hash_table_insert (self->jobs, GINT_TO_POINTER (start->job_id), stages);
}

static void
job_ended (RushInvariantWatch *self, const RushJobEnd *end)
{
  GArray *stages = g_hash_table_lookup (self->jobs, GINT_TO_POINTER (end->job_id));

  rush_watch_time (self, end->time_ms);
  if (stages == NULL)
    {
      rush_watch_note (self, "job %d ends, and does not run", end->job_id);
      return;
    }
  RUSH_WATCH_CHECK (self, end->succeeded || (end->error != NULL && end->error[0] != '\0'),
                    "job %d fails, and does not say why", end->job_id);
  for (guint i = 0; end->succeeded && i < stages->len; i++)
    {
      const RushWatchedStage *stage =
          g_hash_table_lookup (self->stages, GINT_TO_POINTER (g_array_index (stages, gint, i)));
      guint n_there = g_hash_table_size (stage->succeeded);

      RUSH_WATCH_CHECK (self, stage->shuffle_id >= 0 || n_there == stage->n_outputs,
                        "job %d ends well with %u of %u results", end->job_id, n_there,
                        stage->n_outputs);
    }
  g_hash_table_remove (self->jobs, GINT_TO_POINTER (end->job_id));
}

/* ---- the listener ---- */

static void
look_at (RushInvariantWatch *self, const RushEvent *event)
{
  if (rush_watch_executor_event (self, event))
    return;
  if (event->kind == RUSH_EVENT_JOB_START)
    job_started (self, &event->job_start);
  else if (event->kind == RUSH_EVENT_JOB_END)
    job_ended (self, &event->job_end);
  else if (event->kind == RUSH_EVENT_STAGE_SUBMITTED)
    stage_submitted (self, event->stage_submitted.stage);
  else if (event->kind == RUSH_EVENT_STAGE_COMPLETED)
    stage_completed (self, event->stage_completed.stage);
  else if (event->kind == RUSH_EVENT_TASK_START)
    rush_watch_task_start (self, &event->task_start);
  else if (event->kind == RUSH_EVENT_TASK_END)
    rush_watch_task_end (self, &event->task_end);
}

static void
watch_event (RushListener *listener, RushEvent *event)
{
  RushInvariantWatch *self = (RushInvariantWatch *)listener;

  pthread_mutex_lock (&self->lock);
  self->n_events++;
  self->event_name = rush_event_kind_spark_name (event->kind);
  look_at (self, event);
  self->event_name = NULL;
  pthread_mutex_unlock (&self->lock);
}

static void
watch_free (RushListener *listener)
{
  RushInvariantWatch *self = (RushInvariantWatch *)listener;

  rush_watch_executors_clear (self);
  g_hash_table_unref (self->tasks);
  g_hash_table_unref (self->stages);
  g_hash_table_unref (self->jobs);
  g_ptr_array_unref (self->violations);
  pthread_mutex_destroy (&self->lock);
  g_free (self);
}

static const RushListenerClass watch_class = {
  .name = "invariants",
  .on_event = watch_event,
  .free = watch_free,
};

/* ---- the observer ---- */

static RushInvariantWatch *
watch_of (RushSchedulerObserver *observer)
{
  return (RushInvariantWatch *)((char *)observer - G_STRUCT_OFFSET (RushInvariantWatch, observer));
}

static void
message_comes (RushSchedulerObserver *observer, const RushMessage *message)
{
  RushInvariantWatch *self = watch_of (observer);

  pthread_mutex_lock (&self->lock);
  self->observed = TRUE;
  rush_watch_executor_message (self, message);
  pthread_mutex_unlock (&self->lock);
}

static void
look_at_all_outputs (RushInvariantWatch *self)
{
  GHashTableIter iter;
  gpointer stage;

  g_hash_table_iter_init (&iter, self->stages);
  while (g_hash_table_iter_next (&iter, NULL, &stage))
    if (((RushWatchedStage *)stage)->shuffle_id >= 0)
      rush_watch_outputs (self, ((RushWatchedStage *)stage)->shuffle_id);
}

static void
message_handled (RushSchedulerObserver *observer, const RushScheduler *scheduler)
{
  RushInvariantWatch *self = watch_of (observer);
  g_autofree char *violation = rush_scheduler_find_violation (scheduler);

  pthread_mutex_lock (&self->lock);
  if (violation != NULL)
    rush_watch_note (self, "%s", violation);
  if (self->look_at_outputs)
    look_at_all_outputs (self);
  self->look_at_outputs = FALSE;
  pthread_mutex_unlock (&self->lock);
}

/* ---- the end ---- */

static gint
compare_ids (gconstpointer a, gconstpointer b)
{
  return GPOINTER_TO_INT (a) - GPOINTER_TO_INT (b);
}

static void
finish_stages (RushInvariantWatch *self)
{
  GList *ids = g_list_sort (g_hash_table_get_keys (self->stages), compare_ids);

  for (GList *link = ids; link != NULL; link = link->next)
    {
      const RushWatchedStage *stage = g_hash_table_lookup (self->stages, link->data);

      RUSH_WATCH_CHECK (self, stage->live_attempt < 0, "attempt %d at stage %d has never ended",
                        stage->live_attempt, stage->id);
    }
  g_list_free (ids);
}

void
rush_invariant_watch_finish (RushInvariantWatch *self)
{
  GList *jobs;

  pthread_mutex_lock (&self->lock);
  jobs = g_list_sort (g_hash_table_get_keys (self->jobs), compare_ids);
  for (GList *link = jobs; link != NULL; link = link->next)
    rush_watch_note (self, "job %d has never ended", GPOINTER_TO_INT (link->data));
  g_list_free (jobs);
  finish_stages (self);
  pthread_mutex_unlock (&self->lock);
}

void
rush_invariant_watch_forget_world (RushInvariantWatch *self)
{
  self->rules.tracker = NULL;
  self->rules.memory = NULL;
}

/* ---- construction ---- */

RushListener *
rush_invariant_watch_listener (RushInvariantWatch *self)
{
  return &self->listener;
}

RushSchedulerObserver *
rush_invariant_watch_observer (RushInvariantWatch *self)
{
  return &self->observer;
}

guint64
rush_invariant_watch_n_events (const RushInvariantWatch *self)
{
  return self->n_events;
}

static void
free_ints (gpointer array)
{
  g_array_unref (array);
}

RushInvariantWatch *
rush_invariant_watch_new (const RushInvariantRules *rules, GPtrArray *violations)
{
  RushInvariantWatch *self = g_new0 (RushInvariantWatch, 1);

  self->listener.klass = &watch_class;
  self->observer = (RushSchedulerObserver){ message_comes, message_handled };
  self->rules = *rules;
  pthread_mutex_init (&self->lock, NULL);
  self->violations = g_ptr_array_ref (violations);
  self->tasks = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, g_free);
  self->stages = g_hash_table_new_full (NULL, NULL, NULL, stage_free);
  self->jobs = g_hash_table_new_full (NULL, NULL, NULL, free_ints);
  rush_watch_executors_init (self);
  return self;
}
