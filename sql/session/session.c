/* session.c - see session.h.
 *
 *   text ──parse──▶ plan ──analyze──▶ analyzed plan ──▶ query
 *                     └─ a command: its child is analyzed, then it runs; its result is the plan
 */
#include "sql/session/session_private.h"

#include "sql/parser/parser.h"
#include "sql/types/time_zone.h"

#include <string.h>

/* ── settings ── */

static void
copy_sql_setting (const char *key, const char *value, gpointer into)
{
  if (g_str_has_prefix (key, "spark.sql.") || g_str_has_prefix (key, "spark.rushlight.sql."))
    g_hash_table_insert (into, g_strdup (key), g_strdup (value));
}

/* The zone of this machine, or of the variable TZ; interned. */
static const char *
zone_of_system (void)
{
  g_autoptr (GTimeZone) local = g_time_zone_new_local ();
  const char *id = g_time_zone_get_identifier (local);
  return g_intern_string (rush_time_zone_get (id, NULL) ? id : "UTC");
}

/* One copy for all queries until a setting changes. (transfer full) */
static GHashTable *
sql_settings (RushSqlSession *self)
{
  pthread_mutex_lock (&self->lock);
  if (self->sql_settings == NULL)
    {
      self->sql_settings = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
      rush_conf_foreach (self->conf, copy_sql_setting, self->sql_settings);
    }
  GHashTable *set = g_hash_table_ref (self->sql_settings);
  pthread_mutex_unlock (&self->lock);
  return set;
}

RushEvalSettings
rush_sql_session_settings (RushSqlSession *self)
{
  GHashTable *set = sql_settings (self);
  RushEvalSettings settings = { .now_us = g_get_real_time (),
                                .conf = set,
                                .plugins = self->context != NULL
                                               ? rush_context_plugins (self->context)
                                               : NULL };
  settings.ansi = rush_settings_get_bool (&settings, "spark.sql.ansi.enabled");
  settings.case_sensitive = rush_settings_get_bool (&settings, "spark.sql.caseSensitive");
  const char *zone = rush_settings_get_string (&settings, "spark.sql.session.timeZone");
  settings.time_zone = zone ? g_intern_string (zone) : zone_of_system ();
  return settings;
}

RushQueryEnvironment
rush_sql_session_environment (RushSqlSession *self)
{
  return (RushQueryEnvironment){ .context = self->context,
                                 .settings = rush_sql_session_settings (self),
                                 .catalog = rush_catalog_view (self->catalog),
                                 .cache = self->cache,
                                 .python = self->python };
}

void
rush_query_environment_clear (RushQueryEnvironment *self)
{
  g_clear_pointer (&self->settings.conf, g_hash_table_unref);
}

/* The catalog reads files with the settings that are valid now. */
static void
tell_catalog (RushSqlSession *self)
{
  RushEvalSettings settings = rush_sql_session_settings (self);
  rush_catalog_set_settings (self->catalog, &settings);
  g_hash_table_unref (settings.conf);
}

/* A zone is looked up when it is set, not when the first query needs it. */
static gboolean
check_time_zone (const char *key, const char *value, GError **error)
{
  if (strcmp (key, "spark.sql.session.timeZone") != 0 || rush_time_zone_get (value, NULL) != NULL)
    return TRUE;
  rush_sql_error_set (error, RUSH_SQL_CLASS_INVALID_CONF_VALUE_TIME_ZONE, NULL, "confValue", value,
                      "confName", key, NULL);
  return FALSE;
}

gboolean
rush_sql_session_set_conf (RushSqlSession *self, const char *key, const char *value, GError **error)
{
  if (!check_time_zone (key, value, error))
    return FALSE;
  pthread_mutex_lock (&self->lock);
  gboolean ok = rush_conf_set (self->conf, key, value, error);
  g_clear_pointer (&self->sql_settings, g_hash_table_unref);
  pthread_mutex_unlock (&self->lock);
  if (ok)
    tell_catalog (self);
  return ok;
}

void
rush_sql_session_unset_conf (RushSqlSession *self, const char *key)
{
  pthread_mutex_lock (&self->lock);
  rush_conf_unset (self->conf, key, NULL);
  g_clear_pointer (&self->sql_settings, g_hash_table_unref);
  pthread_mutex_unlock (&self->lock);
  tell_catalog (self);
}

char *
rush_sql_session_get_conf (RushSqlSession *self, const char *key)
{
  pthread_mutex_lock (&self->lock);
  char *value = rush_conf_get_string (self->conf, key);
  pthread_mutex_unlock (&self->lock);
  return value;
}

RushParserOptions
rush_sql_session_parser_options (RushSqlSession *self)
{
  RushEvalSettings settings = rush_sql_session_settings (self);
  RushParserOptions options = {
    .ansi = settings.ansi,
    .double_quoted_identifiers =
        rush_settings_get_bool (&settings, "spark.sql.ansi.doubleQuotedIdentifiers"),
    .time_zone = settings.time_zone,
  };
  g_hash_table_unref (settings.conf);
  return options;
}

/* ── plans ── */

static RushPlan *
analyze (RushSqlSession *self, RushPlan *plan, GError **error)
{
  RushEvalSettings settings = rush_sql_session_settings (self);
  RushAnalyzerOptions options = { .catalog = rush_catalog_view (self->catalog),
                                  .ansi = settings.ansi,
                                  .case_sensitive = settings.case_sensitive,
                                  .time_zone = settings.time_zone,
                                  .now_us = settings.now_us,
                                  .conf = settings.conf };
  g_autoptr (RushPlan) analyzed = rush_analyze (plan, &options, error);
  g_hash_table_unref (settings.conf);
  if (analyzed == NULL || analyzed == plan)
    return g_steal_pointer (&analyzed);
  return rush_plan_with_written (analyzed, plan); /* explain ("extended") shows both */
}

RushPlan *
rush_sql_session_analyze (RushSqlSession *self, RushPlan *plan, const RushExecutionOptions *options,
                          GError **error)
{
  if (rush_context_is_stopped (self->context))
    {
      g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_STOPPED,
                   "Cannot call methods on a stopped SparkContext.");
      return NULL;
    }
  if (plan->kind != RUSH_PLAN_COMMAND)
    return analyze (self, plan, error);
  g_autoptr (RushPlan) child = NULL;
  if (plan->n_children > 0)
    {
      child = analyze (self, plan->children[0], error);
      if (child == NULL)
        return NULL;
    }
  const RushCommand *command = plan->as.command.command;
  if (command->kind == RUSH_COMMAND_CREATE_VIEW && child != NULL)
    return rush_create_view (self, command, plan->children[0], child, options, error);
  return rush_command_run (self, command, child, options, error);
}

RushPlan *
rush_sql_session_sql (RushSqlSession *self, const char *text, GPtrArray *parameters,
                      const RushExecutionOptions *options, GError **error)
{
  RushParserOptions parser = rush_sql_session_parser_options (self);
  g_autoptr (RushPlan) parsed = rush_parse_statement (text, &parser, error);
  if (parsed == NULL)
    return NULL;
  g_autoptr (RushPlan) bound = rush_bind_parameters (parsed, parameters, error);
  if (bound == NULL)
    return NULL;
  return rush_sql_session_analyze (self, bound, options, error);
}

RushQuery *
rush_sql_session_query (RushSqlSession *self, RushPlan *plan)
{
  RushQueryEnvironment environment = rush_sql_session_environment (self);
  RushQuery *query = rush_query_new (&environment, plan);
  rush_query_environment_clear (&environment);
  return query;
}

RushPlan *
rush_sql_session_table (RushSqlSession *self, const char *name, GError **error)
{
  g_auto (GStrv) parts = rush_parse_multipart_identifier (name, error);
  if (parts == NULL)
    return NULL;
  g_autoptr (RushPlan) plan = rush_plan_unresolved_relation ((const char *const *)parts, NULL);
  return analyze (self, plan, error);
}

void
rush_sql_session_register_function (RushSqlSession *self, const char *name,
                                    RushPythonFunction *function)
{
  rush_catalog_register_function (self->catalog, name, rush_python_function_ref (function));
}

/* ── what is kept ── */

static void
put_setting (gpointer key, gpointer value, gpointer into)
{
  g_hash_table_insert (into, g_strdup (key), g_strdup (value));
}

RushQuery *
rush_sql_session_query_with (RushSqlSession *self, RushPlan *plan, const char *key,
                             const char *value)
{
  RushQueryEnvironment environment = rush_sql_session_environment (self);
  RushQuery *query;

  GHashTable *own = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_hash_table_foreach (environment.settings.conf, put_setting, own);
  put_setting ((gpointer)key, (gpointer)value, own);
  g_hash_table_unref (environment.settings.conf);
  environment.settings.conf = own;
  query = rush_query_new (&environment, plan);
  rush_query_environment_clear (&environment);
  return query;
}

/* The partitions of a cache are those that the last shuffle has: plans that read it count on that.
 */
static RushQuery *
query_of_cache (RushSqlSession *self, RushPlan *plan)
{
  return rush_sql_session_query_with (
      self, plan, "spark.sql.adaptive.applyFinalStageShuffleOptimizations", "false");
}

gboolean
rush_sql_session_cache (RushSqlSession *self, RushPlan *plan, RushStorageLevel level,
                        const char *table_name, GError **error)
{
  g_autoptr (RushQuery) query = query_of_cache (self, plan);
  RushPlan *analyzed = rush_query_analyzed (query, error);
  /* Before it is known as kept: it must not read itself. */
  if (analyzed == NULL || rush_query_with_cached_data (query, error) == NULL)
    return FALSE;
  rush_cache_manager_add (self->cache, analyzed, query, level, table_name); /* or it is there */
  return TRUE;
}

gboolean
rush_sql_session_uncache (RushSqlSession *self, RushPlan *plan, gboolean blocking)
{
  return rush_cache_manager_remove (self->cache, plan);
}

gboolean
rush_sql_session_is_cached (RushSqlSession *self, RushPlan *plan, RushStorageLevel *out_level)
{
  return rush_cache_manager_is_cached (self->cache, plan, out_level);
}

/* ── life ── */

RushSqlSession *
rush_sql_session_ref (RushSqlSession *self)
{
  rush_ref_count_inc (&self->refs);
  return self;
}

void
rush_sql_session_unref (RushSqlSession *self)
{
  if (self == NULL || !rush_ref_count_dec (&self->refs))
    return;
  rush_catalog_unref (self->catalog);
  rush_cache_manager_unref (self->cache);
  rush_conf_unref (self->conf);
  g_clear_pointer (&self->sql_settings, g_hash_table_unref);
  pthread_mutex_destroy (&self->lock);
  rush_context_unref (self->context);
  g_free (self);
}

static RushSqlSession *
session_new (RushContext *context, gpointer python, RushSqlSession *parent)
{
  RushSqlSession *self = g_new0 (RushSqlSession, 1);
  rush_ref_count_init (&self->refs);
  self->context = rush_context_ref (context);
  self->python = python;
  pthread_mutex_init (&self->lock, NULL);
  self->conf = rush_conf_copy (rush_context_conf (context));
  rush_conf_keep_any_key (self->conf);
  g_autofree char *warehouse = rush_conf_get_string (self->conf, "spark.sql.warehouse.dir");
  self->catalog = rush_catalog_new (context, parent ? parent->catalog : NULL, warehouse);
  self->cache = parent ? rush_cache_manager_ref (parent->cache) : rush_cache_manager_new ();
  tell_catalog (self);
  return self;
}

RushSqlSession *
rush_sql_session_new (RushContext *context, gpointer python)
{
  return session_new (context, python, NULL);
}

RushSqlSession *
rush_sql_session_new_child (RushSqlSession *self)
{
  return session_new (self->context, self->python, self);
}
