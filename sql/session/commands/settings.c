/* settings.c - SET and RESET. */
#include "sql/session/session_private.h"

static RushPlan *
key_and_value (const char *key, const char *value)
{
  g_autoptr (RushSchema) schema = rush_schema_of ("key", &RUSH_STRING, "value", &RUSH_STRING, NULL);
  const char *const cells[] = { key, value };
  return rush_command_result (schema, cells, 1);
}

static void
add_setting (const char *key, const char *value, gpointer into)
{
  g_ptr_array_add (into, (gpointer)g_intern_string (key));
  g_ptr_array_add (into, (gpointer)g_intern_string (rush_conf_redact (key, value)));
}

/* SET, SET key, SET key = value */
static RushPlan *
run_set (RushSqlSession *session, const RushCommand *command, RushPlan *child,
         const RushExecutionOptions *options, GError **error)
{
  if (command->options != NULL && command->options->len == 2)
    {
      const char *key = command->options->pdata[0], *value = command->options->pdata[1];
      if (!rush_sql_session_set_conf (session, key, value, error))
        return NULL;
      return key_and_value (key, value);
    }
  if (command->names != NULL)
    {
      g_autofree char *value = rush_sql_session_get_conf (session, command->names[0]);
      return key_and_value (command->names[0], value ? value : "<undefined>");
    }
  g_autoptr (GPtrArray) cells = g_ptr_array_new ();
  pthread_mutex_lock (&session->lock);
  rush_conf_foreach (session->conf, add_setting, cells);
  pthread_mutex_unlock (&session->lock);
  g_autoptr (RushSchema) schema = rush_schema_of ("key", &RUSH_STRING, "value", &RUSH_STRING, NULL);
  return rush_command_result (schema, (const char *const *)cells->pdata, cells->len / 2);
}

/* RESET, RESET key: to what the application was started with. */
static RushPlan *
run_reset (RushSqlSession *session, const RushCommand *command, RushPlan *child,
           const RushExecutionOptions *options, GError **error)
{
  if (command->names == NULL)
    {
      pthread_mutex_lock (&session->lock);
      rush_conf_unref (session->conf);
      session->conf = rush_conf_copy (rush_context_conf (session->context));
      rush_conf_keep_any_key (session->conf);
      pthread_mutex_unlock (&session->lock);
      return rush_command_no_result ();
    }
  const char *key = command->names[0];
  rush_sql_session_unset_conf (session, key);
  if (rush_conf_contains (rush_context_conf (session->context), key))
    {
      g_autofree char *first = rush_conf_get_string (rush_context_conf (session->context), key);
      if (!rush_sql_session_set_conf (session, key, first, error))
        return NULL;
    }
  return rush_command_no_result ();
}

const RushCommandEntry rush_setting_commands[] = {
  { RUSH_COMMAND_SET, run_set, "Execute SetCommand" },
  { RUSH_COMMAND_RESET, run_reset, "Execute ResetCommand" },
  { 0, NULL, NULL },
};
