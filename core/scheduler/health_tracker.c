/* health_tracker.c - executors and hosts that the whole application stays away from.
 *
 *     a set succeeds ──▶ its failures, by executor ──▶ 2 of them on executor 5: excluded for 1 h
 *                                                       2 excluded executors on host a: host a, too
 *     one hour later ──▶ welcome again
 *
 * Failures of a set that did not succeed say more about the program than about the machines, so
 * they are not looked at.  Each is forgotten after spark.excludeOnFailure.timeout: two in a year
 * are no pattern.  A fetch failure, if one may exclude at all, does so at once: the stage would
 * try the same executor again only once.
 *
 * An excluded executor has no room, whatever slots are free; so nothing else needs to ask here.
 * What is on it stays readable, and what runs there may end.  With killExcludedExecutors the
 * backend is asked to end it, if it can; or, with .decommission, to let it end its tasks and hand
 * over what it holds.
 *
 * Invariants:  next_expiry_ms is the smallest of all; an executor that is alive is marked excluded
 *              if and only if it, or its host, is listed here.  The trees are sorted by name: who
 *              is welcome again is told of in the same order each time.
 * Mirrors:     org.apache.spark.scheduler.HealthTracker.
 */
#include "core/scheduler/exclusion_private.h"

#define KEY(name) "spark.excludeOnFailure." name

/* ---- marks on executors ---- */

static gboolean
is_excluded (const RushHealthTracker *self, const RushExecutor *executor)
{
  return g_tree_lookup (self->executors, executor->id) != NULL ||
         g_tree_lookup (self->nodes, executor->host) != NULL;
}

/* What has changed concerns few executors, but it does so seldom. */
static void
mark_executors (RushHealthTracker *self)
{
  GPtrArray *all = self->registry->all;

  for (guint i = 0; i < all->len; i++)
    {
      RushExecutor *executor = g_ptr_array_index (all, i);

      if (executor->alive)
        rush_executor_registry_set_excluded (self->registry, executor,
                                             is_excluded (self, executor));
    }
}

void
rush_health_tracker_executor_added (RushHealthTracker *self, RushExecutor *executor)
{
  rush_executor_registry_set_excluded (self->registry, executor, is_excluded (self, executor));
}

void
rush_health_tracker_executor_removed (RushHealthTracker *self, const char *executor_id)
{
  g_hash_table_remove (self->failures, executor_id);
}

/* ---- kills ---- */

void
rush_health_tracker_end_executor (RushHealthTracker *self, const char *executor_id,
                                  const char *reason)
{
  const RushBackendClass *backend = self->backend->klass;

  if (self->settings->decommission && backend->decommission_executor != NULL)
    {
      g_autofree char *text = g_strconcat (reason, " (actually decommissioning)", NULL);
      backend->decommission_executor (self->backend, executor_id, text);
    }
  else if (backend->kill_executor != NULL)
    backend->kill_executor (self->backend, executor_id);
}

static void
kill_executor (RushHealthTracker *self, const char *executor_id)
{
  g_autofree char *reason = g_strdup_printf (
      "Killing excluded executor id %s since " KEY ("killExcludedExecutors") " is set.",
      executor_id);

  if (self->settings->kill && rush_executor_registry_find (self->registry, executor_id) != NULL)
    rush_health_tracker_end_executor (self, executor_id, reason);
}

static void
kill_executors_on (RushHealthTracker *self, const char *host)
{
  GPtrArray *all = self->registry->all;

  for (guint i = 0; i < all->len; i++)
    {
      const RushExecutor *executor = g_ptr_array_index (all, i);

      if (executor->alive && g_str_equal (executor->host, host))
        kill_executor (self, executor->id);
    }
}

/* ---- excluding ---- */

static void
post_excluded (RushHealthTracker *self, RushEventKind kind, const char *name, guint n)
{
  gint64 now_ms = rush_clock_wall_ms (self->clock);

  if (!rush_event_bus_has_listeners (self->bus))
    return;
  RushEvent *event = rush_event_new (kind);
  if (kind == RUSH_EVENT_EXECUTOR_EXCLUDED)
    event->executor_excluded = (RushExecutorExcluded){ now_ms, g_strdup (name), n };
  else
    event->node_excluded = (RushNodeExcluded){ now_ms, g_strdup (name), n };
  rush_event_bus_post (self->bus, event);
}

static void
exclude_node (RushHealthTracker *self, const char *host, guint n, gint64 expiry_ms)
{
  if (n < self->settings->max_application_executors_per_node ||
      g_tree_lookup (self->nodes, host) != NULL)
    return;
  g_tree_insert (self->nodes, g_strdup (host), g_memdup2 (&expiry_ms, sizeof expiry_ms));
  post_excluded (self, RUSH_EVENT_NODE_EXCLUDED, host, n);
  kill_executors_on (self, host);
}

static GHashTable *
executors_on (RushHealthTracker *self, const char *host)
{
  GHashTable *ids = g_hash_table_lookup (self->executors_of_node, host);

  if (ids == NULL)
    {
      ids = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
      g_hash_table_insert (self->executors_of_node, g_strdup (host), ids);
    }
  return ids;
}

/* @count_for_node FALSE: a fetch failure is put down for the host, and no more. */
static void
exclude_executor (RushHealthTracker *self, const char *id, const char *host, guint n_failures,
                  gboolean count_for_node)
{
  gint64 expiry_ms = rush_clock_wall_ms (self->clock) + self->settings->timeout_ms;
  RushExcludedExecutor *excluded = g_new0 (RushExcludedExecutor, 1);
  GHashTable *on_node = executors_on (self, host);

  excluded->host = g_strdup (host);
  excluded->expiry_ms = expiry_ms;
  g_tree_insert (self->executors, g_strdup (id), excluded);
  self->next_expiry_ms = MIN (self->next_expiry_ms, expiry_ms);
  post_excluded (self, RUSH_EVENT_EXECUTOR_EXCLUDED, id, n_failures);
  kill_executor (self, id);
  g_hash_table_add (on_node, g_strdup (id));
  if (count_for_node)
    exclude_node (self, host, g_hash_table_size (on_node), expiry_ms);
  mark_executors (self);
}

/* ---- failures ---- */

static GArray *
failures_of (RushHealthTracker *self, const char *executor_id)
{
  GArray *expiries = g_hash_table_lookup (self->failures, executor_id);

  if (expiries == NULL)
    {
      expiries = g_array_new (FALSE, FALSE, sizeof (gint64));
      g_hash_table_insert (self->failures, g_strdup (executor_id), expiries);
    }
  return expiries;
}

static void
forget_old (GArray *expiries, gint64 now_ms)
{
  for (guint i = expiries->len; i-- > 0;)
    if (g_array_index (expiries, gint64, i) < now_ms)
      g_array_remove_index (expiries, i);
}

static void
add_failures (RushHealthTracker *self, const RushExecutorFailures *failures)
{
  GArray *expiries = failures_of (self, failures->executor_id);
  GHashTableIter iter;
  gpointer task;

  g_hash_table_iter_init (&iter, failures->tasks);
  while (g_hash_table_iter_next (&iter, NULL, &task)) /* in any order: they are only counted */
    {
      gint64 expiry_ms = ((RushTaskFailures *)task)->last_ms + self->settings->timeout_ms;

      g_array_append_val (expiries, expiry_ms);
    }
  forget_old (expiries, rush_clock_wall_ms (self->clock));
  guint n = expiries->len;
  if (n < self->settings->max_application_failures_per_executor ||
      g_tree_lookup (self->executors, failures->executor_id) != NULL)
    return;
  g_hash_table_remove (self->failures, failures->executor_id);
  exclude_executor (self, failures->executor_id, failures->host, n, TRUE);
}

void
rush_health_tracker_set_succeeded (RushHealthTracker *self, const RushExcludelist *failures)
{
  if (!self->settings->application || failures == NULL)
    return;
  for (guint i = 0; i < failures->executors->len; i++)
    add_failures (self, g_ptr_array_index (failures->executors, i));
}

void
rush_health_tracker_fetch_failed (RushHealthTracker *self, const char *executor_id)
{
  const char *host = rush_executor_registry_host_of (self->registry, executor_id);

  if (!self->settings->application || !self->settings->fetch_failures || host == NULL ||
      g_tree_lookup (self->executors, executor_id) != NULL)
    return;
  exclude_executor (self, executor_id, host, 1, FALSE);
}

/* ---- the timeout ---- */

typedef struct
{
  gint64 now_ms;
  GPtrArray *over; /* names (owned) */
  gint64 next_ms;
} Expiry;

static void
look (Expiry *expiry, const char *name, gint64 expiry_ms)
{
  if (expiry_ms < expiry->now_ms)
    g_ptr_array_add (expiry->over, g_strdup (name));
  else
    expiry->next_ms = MIN (expiry->next_ms, expiry_ms);
}

static gboolean
look_at_executor (gpointer id, gpointer excluded, gpointer data)
{
  look (data, id, ((RushExcludedExecutor *)excluded)->expiry_ms);
  return FALSE;
}

static gboolean
look_at_node (gpointer host, gpointer expiry_ms, gpointer data)
{
  look (data, host, *(gint64 *)expiry_ms);
  return FALSE;
}

static void
include_executor (RushHealthTracker *self, const char *id, gint64 now_ms)
{
  const RushExcludedExecutor *excluded = g_tree_lookup (self->executors, id);
  GHashTable *on_node = g_hash_table_lookup (self->executors_of_node, excluded->host);

  g_hash_table_remove (on_node, id);
  if (g_hash_table_size (on_node) == 0)
    g_hash_table_remove (self->executors_of_node, excluded->host);
  g_tree_remove (self->executors, id);
  if (!rush_event_bus_has_listeners (self->bus))
    return;
  RushEvent *event = rush_event_new (RUSH_EVENT_EXECUTOR_UNEXCLUDED);
  event->executor_unexcluded = (RushExecutorUnexcluded){ now_ms, g_strdup (id) };
  rush_event_bus_post (self->bus, event);
}

static void
include_node (RushHealthTracker *self, const char *host, gint64 now_ms)
{
  g_tree_remove (self->nodes, host);
  if (!rush_event_bus_has_listeners (self->bus))
    return;
  RushEvent *event = rush_event_new (RUSH_EVENT_NODE_UNEXCLUDED);
  event->node_unexcluded = (RushNodeUnexcluded){ now_ms, g_strdup (host) };
  rush_event_bus_post (self->bus, event);
}

gboolean
rush_health_tracker_apply_timeout (RushHealthTracker *self)
{
  gint64 now_ms = rush_clock_wall_ms (self->clock);
  g_autoptr (GPtrArray) executors = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GPtrArray) nodes = g_ptr_array_new_with_free_func (g_free);
  Expiry expiry = { now_ms, executors, G_MAXINT64 };

  if (now_ms <= self->next_expiry_ms)
    return FALSE;
  g_tree_foreach (self->executors, look_at_executor, &expiry);
  expiry.over = nodes;
  g_tree_foreach (self->nodes, look_at_node, &expiry);
  self->next_expiry_ms = expiry.next_ms;
  for (guint i = 0; i < executors->len; i++)
    include_executor (self, g_ptr_array_index (executors, i), now_ms);
  for (guint i = 0; i < nodes->len; i++)
    include_node (self, g_ptr_array_index (nodes, i), now_ms);
  mark_executors (self);
  return TRUE;
}

/* ---- life ---- */

static gint
compare_names (gconstpointer a, gconstpointer b, gpointer data)
{
  return strcmp (a, b);
}

static void
excluded_free (gpointer data)
{
  g_free (((RushExcludedExecutor *)data)->host);
  g_free (data);
}

static void
unref_array (gpointer array)
{
  g_array_unref (array);
}

static void
unref_table (gpointer table)
{
  g_hash_table_unref (table);
}

void
rush_health_tracker_clear (RushHealthTracker *self)
{
  g_hash_table_unref (self->failures);
  g_hash_table_unref (self->executors_of_node);
  g_tree_unref (self->executors);
  g_tree_unref (self->nodes);
}

void
rush_health_tracker_init (RushHealthTracker *self)
{
  self->failures = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, unref_array);
  self->executors = g_tree_new_full (compare_names, NULL, g_free, excluded_free);
  self->nodes = g_tree_new_full (compare_names, NULL, g_free, g_free);
  self->executors_of_node = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, unref_table);
  self->next_expiry_ms = G_MAXINT64;
}

static gboolean
bool_or (const RushConf *conf, const char *key, gboolean otherwise)
{
  return rush_conf_contains (conf, key) ? rush_conf_get_bool (conf, key) : otherwise;
}

void
rush_exclusion_init (RushExclusion *self, const RushConf *conf)
{
  gboolean enabled = bool_or (conf, KEY ("enabled"), FALSE);

  *self = (RushExclusion){
    .application = bool_or (conf, KEY ("application.enabled"), enabled),
    .task_and_stage = bool_or (conf, KEY ("taskAndStage.enabled"), enabled),
    .max_task_attempts_per_executor =
        (guint)rush_conf_get_int (conf, KEY ("task.maxTaskAttemptsPerExecutor")),
    .max_task_attempts_per_node =
        (guint)rush_conf_get_int (conf, KEY ("task.maxTaskAttemptsPerNode")),
    .max_stage_failures_per_executor =
        (guint)rush_conf_get_int (conf, KEY ("stage.maxFailedTasksPerExecutor")),
    .max_stage_executors_per_node =
        (guint)rush_conf_get_int (conf, KEY ("stage.maxFailedExecutorsPerNode")),
    .max_application_failures_per_executor =
        (guint)rush_conf_get_int (conf, KEY ("application.maxFailedTasksPerExecutor")),
    .max_application_executors_per_node =
        (guint)rush_conf_get_int (conf, KEY ("application.maxFailedExecutorsPerNode")),
    .timeout_ms = rush_conf_get_time_us (conf, KEY ("timeout")) / 1000,
    .kill = rush_conf_get_bool (conf, KEY ("killExcludedExecutors")),
    .decommission = rush_conf_get_bool (conf, KEY ("killExcludedExecutors.decommission")) &&
                    rush_conf_get_bool (conf, "spark.decommission.enabled"),
    .fetch_failures = rush_conf_get_bool (conf, KEY ("application.fetchFailure.enabled")),
    .unschedulable_us = rush_conf_get_time_us (
        conf, "spark.scheduler.excludeOnFailure.unschedulableTaskSetTimeout"),
  };
}

gboolean
rush_exclusion_check (const RushConf *conf, GError **error)
{
  gint64 per_node = rush_conf_get_int (conf, KEY ("task.maxTaskAttemptsPerNode"));
  gint64 max_failures = rush_conf_get_int (conf, "spark.task.maxFailures");
  RushExclusion settings;

  rush_exclusion_init (&settings, conf);
  if (!settings.application || per_node < max_failures)
    return TRUE;
  g_set_error (
      error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT,
      KEY ("task.maxTaskAttemptsPerNode") " ( = %" G_GINT64_FORMAT
                                          ") was >= spark.task.maxFailures ( = %" G_GINT64_FORMAT
                                          " ). Though excludeOnFailure is enabled, with this "
                                          "configuration, Spark will not be "
                                          "robust to one bad node. Decrease " KEY (
                                              "task.maxTaskAttemptsPerNode") ", increase "
                                                                             "spark.task."
                                                                             "maxFailures, or "
                                                                             "disable "
                                                                             "excludeOnFailure "
                                                                             "with " KEY (
                                                                                 "enabled"),
      per_node, max_failures);
  return FALSE;
}
