/* manager_story.c - see manager_story.h. */
#include "tests/sim/manager_story.h"

#include <string.h>

#define MIB ((gint64)1 << 20)

/* ---- what is told ---- */

static void
digest (ManagerStory *self, const char *what, const char *id, const char *host, gint code)
{
  g_autofree char *line =
      g_strdup_printf ("%" G_GINT64_FORMAT " %s %s %s %d\n", rush_event_heap_now_us (self->heap),
                       what, id, host, code);

  g_checksum_update (self->digest, (const guchar *)line, -1);
}

static void
hear_ready (gpointer data, const RushSimExecutor *executor)
{
  ManagerStory *self = data;
  char *line =
      g_strdup_printf ("%s on %s: %u cores, %" G_GINT64_FORMAT " MiB", executor->id,
                       executor->host->name, executor->cores, executor->container_bytes / MIB);

  g_assert_true (g_hash_table_insert (self->ready, g_strdup (executor->id), line));
  digest (self, "ready", executor->id, executor->host->name, 0);
}

static void
hear_gone (gpointer data, const RushSimExecutor *executor, const char *reason, gint exit_code,
           gboolean by_application)
{
  ManagerStory *self = data;

  g_assert_true (g_hash_table_remove (self->ready, executor->id));
  self->n_gone++;
  digest (self, "gone", executor->id, executor->host->name, exit_code);
  g_string_append_printf (self->gone, "%s: %s (exit %d%s)\n", executor->id, reason, exit_code,
                          by_application ? ", by the application" : "");
  if (self->on_gone != NULL)
    self->on_gone (self, self->on_gone_data);
}

static void
hear_step (gpointer data, const char *actor, const char *step, const char *executor_id,
           const char *host)
{
  ManagerStory *self = data;

  g_string_append_printf (self->steps, "[%.3f] %s: %s\n",
                          (double)rush_event_heap_now_us (self->heap) / G_USEC_PER_SEC, actor,
                          step);
}

static void
hear_refusal (gpointer data, const RushExecutorShape *asked, gint64 container_bytes,
              guint n_missing, const RushHostRoom *rooms, guint n_rooms, const char *why)
{
  ManagerStory *self = data;

  g_assert_cmpint (asked->heap_bytes, >, 0);
  g_free (self->refusal);
  self->refusal = g_strdup_printf ("%u missing, %" G_GINT64_FORMAT " MiB each: %s", n_missing,
                                   container_bytes / MIB, why);
  self->n_refusals++;
  g_string_append_printf (self->steps, "[refusal] %s;", self->refusal);
  for (guint i = 0; i < n_rooms; i++)
    g_string_append_printf (self->steps, " %s %u cores %" G_GINT64_FORMAT " MiB", rooms[i].host,
                            rooms[i].free_cores, rooms[i].free_bytes / MIB);
  g_string_append_c (self->steps, '\n');
}

static void
hear_driver_gone (gpointer data, const char *reason, gboolean starts_again)
{
  ManagerStory *self = data;

  g_free (self->driver_gone);
  self->driver_gone = g_strdup (reason);
  self->starts_again = starts_again;
  digest (self, "driver", "gone", "", starts_again);
  g_hash_table_remove_all (self->ready); /* they go without a word */
}

static void
hear_driver_back (gpointer data, guint attempt)
{
  ManagerStory *self = data;

  self->driver_back = attempt;
  digest (self, "driver", "back", "", (gint)attempt);
}

/* ---- acting ---- */

static RushManagerSetup
setup_of (ManagerStory *self, const char *json)
{
  g_autoptr (GError) error = NULL;
  RushManagerSetup setup = { .heap = self->heap,
                             .topology = self->topology,
                             .conf = self->conf,
                             .seed = self->seed,
                             .runs_python = self->python,
                             .cluster_mode = self->cluster_mode,
                             .listener = &self->listener,
                             .listener_data = self };

  if (json != NULL)
    self->settings = rush_json_parse (json, -1, &error);
  g_assert_no_error (error);
  setup.settings = self->settings;
  rush_executor_shape_read (
      self->conf, rush_default_overhead_factor (self->conf, self->kubernetes, self->python),
      &setup.shape, &error);
  g_assert_no_error (error);
  return setup;
}

void
manager_story_begin (ManagerStory *self, ManagerNew new_manager, const char *json)
{
  g_autoptr (GError) error = NULL;
  RushManagerSetup setup = setup_of (self, json);

  self->manager = new_manager (&setup, &error);
  g_assert_no_error (error);
  g_assert_nonnull (self->manager);
  self->manager->klass->start (self->manager);
}

void
manager_story_assert_refused (ManagerStory *self, ManagerNew new_manager, const char *json,
                              const char *message)
{
  g_autoptr (GError) error = NULL;
  RushManagerSetup setup = setup_of (self, json);

  g_assert_null (new_manager (&setup, &error));
  g_assert_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT);
  g_assert_cmpstr (error->message, ==, message);
  g_clear_pointer (&self->settings, rush_json_free);
}

static void
move_clock (gpointer data, gint64 unused)
{
}

void
manager_story_run (ManagerStory *self, double until_s)
{
  gint64 until_us = (gint64)(until_s * G_USEC_PER_SEC);

  rush_event_heap_put (self->heap, until_us - rush_event_heap_now_us (self->heap), move_clock, NULL,
                       0);
  while (rush_event_heap_next_us (self->heap) <= until_us)
    rush_event_heap_step (self->heap);
}

void
manager_story_request (ManagerStory *self, guint n)
{
  self->manager->klass->request (self->manager, n);
}

void
manager_story_lose_host (ManagerStory *self, guint host)
{
  RushSimHost *at = rush_topology_host (self->topology, host);

  at->alive = FALSE;
  self->manager->klass->host_died (self->manager, at);
}

void
manager_story_return_host (ManagerStory *self, guint host)
{
  RushSimHost *at = rush_topology_host (self->topology, host);

  at->alive = TRUE;
  self->manager->klass->host_back (self->manager, at);
}

/* ---- looking ---- */

static int
compare_lines (gconstpointer a, gconstpointer b)
{
  gint64 x = g_ascii_strtoll (a, NULL, 10), y = g_ascii_strtoll (b, NULL, 10);

  return x < y ? -1 : x > y;
}

void
manager_story_assert_ready (ManagerStory *self, const char *lines)
{
  g_autoptr (GList) sorted = g_list_sort (g_hash_table_get_values (self->ready), compare_lines);
  g_autoptr (GString) text = g_string_new (NULL);

  for (GList *l = sorted; l != NULL; l = l->next)
    g_string_append_printf (text, "%s\n", (char *)l->data);
  g_assert_cmpstr (text->str, ==, lines);
}

guint
manager_story_n_ready (ManagerStory *self)
{
  return g_hash_table_size (self->ready);
}

gboolean
manager_story_told (ManagerStory *self, const char *words)
{
  return strstr (self->steps->str, words) != NULL;
}

/* ---- life ---- */

static void
ignore_warning (const char *message, gpointer data)
{
}

static RushConf *
conf_of (const char *settings)
{
  RushConf *conf = rush_conf_new ();
  g_auto (GStrv) pairs = g_strsplit (settings, " ", -1);

  rush_conf_set_warner (conf, ignore_warning, NULL);
  for (char **pair = pairs; *pair != NULL; pair++)
    if (**pair != '\0')
      {
        g_autoptr (GError) error = NULL;
        g_auto (GStrv) parts = g_strsplit (*pair, "=", 2);

        rush_conf_set (conf, parts[0], parts[1], &error);
        g_assert_no_error (error);
      }
  return conf;
}

ManagerStory *
manager_story_new (guint n_hosts, guint cores, gint64 memory_mib, const char *settings)
{
  ManagerStory *self = g_new0 (ManagerStory, 1);
  RushTopologyShape shape = { .n_hosts = n_hosts,
                              .n_racks = n_hosts < 4 ? 1 : 2,
                              .cores = cores,
                              .memory_bytes = memory_mib * MIB,
                              .cpu_speed = 1,
                              .nic_bytes_per_s = 1.25e9,
                              .uplink_bytes_per_s = 5e9,
                              .disk_bytes_per_s = 2e8,
                              .rack_latency_s = 0.0001,
                              .core_latency_s = 0.0005 };

  self->heap = rush_event_heap_new (1767225600000); /* 2026-01-01T00:00:00Z */
  self->topology = rush_topology_new (self->heap, &shape);
  self->conf = conf_of (settings);
  self->seed = 7;
  self->listener = (RushManagerListener){ .executor_ready = hear_ready,
                                          .executor_gone = hear_gone,
                                          .step = hear_step,
                                          .short_of_room = hear_refusal,
                                          .driver_gone = hear_driver_gone,
                                          .driver_back = hear_driver_back };
  self->steps = g_string_new (NULL);
  self->gone = g_string_new (NULL);
  self->digest = g_checksum_new (G_CHECKSUM_SHA256);
  self->ready = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  return self;
}

void
manager_story_free (ManagerStory *self)
{
  if (self == NULL)
    return;
  if (self->manager != NULL)
    self->manager->klass->free (self->manager);
  g_clear_pointer (&self->settings, rush_json_free);
  rush_topology_free (self->topology);
  rush_conf_unref (self->conf);
  g_assert_cmpuint (rush_event_heap_size (self->heap), ==, 0); /* a manager takes its own along */
  rush_event_heap_free (self->heap);
  g_hash_table_unref (self->ready);
  g_string_free (self->steps, TRUE);
  g_string_free (self->gone, TRUE);
  g_checksum_free (self->digest);
  g_free (self->refusal);
  g_free (self->driver_gone);
  g_free (self);
}
