/* query_settings.c - one query's settings: what the session has set, else the table of defaults.
 *
 * Values were checked against the table when they were set (rush_conf_set ()), so reading one
 * cannot fail; the defaults come from a configuration in which nothing is
 set. */
#include <pthread.h>

#include "core/base/size_string.h"
#include "core/conf/conf.h"
#include "sql/plan/settings.h"

static RushConf *nothing_set;

static void
make_defaults (void)
{
  nothing_set = rush_conf_new ();
}

static RushConf *
defaults (void)
{
  static pthread_once_t once = PTHREAD_ONCE_INIT;

  pthread_once (&once, make_defaults);
  return nothing_set;
}

static const char *
set_value (const RushEvalSettings *self, const char *key)
{
  return g_hash_table_lookup (self->conf, key);
}

gint64
rush_settings_get_int (const RushEvalSettings *self, const char *key)
{
  const char *value = set_value (self, key);

  return value != NULL ? g_ascii_strtoll (value, NULL, 10) : rush_conf_get_int (defaults (), key);
}

gint64
rush_settings_get_bytes (const RushEvalSettings *self, const char *key)
{
  const char *value = set_value (self, key);
  gint64 bytes;

  if (value != NULL && *value == '-')
    return g_ascii_strtoll (value, NULL, 10);
  if (value != NULL && rush_parse_bytes (value, RUSH_BYTE_UNIT_BYTE, &bytes, NULL))
    return bytes;
  return rush_conf_get_bytes (defaults (), key);
}

gboolean
rush_settings_get_bool (const RushEvalSettings *self, const char *key)
{
  const char *value = set_value (self, key);

  return value != NULL ? g_ascii_strcasecmp (value, "true") == 0
                       : rush_conf_get_bool (defaults (), key);
}

double
rush_settings_get_double (const RushEvalSettings *self, const char *key)
{
  const char *value = set_value (self, key);

  return value != NULL ? g_ascii_strtod (value, NULL) : rush_conf_get_double (defaults (), key);
}

const char *
rush_settings_get_string (const RushEvalSettings *self, const char *key)
{
  const char *value = set_value (self, key);
  g_autofree char *fallback = NULL;

  if (value != NULL)
    return value;
  fallback = rush_conf_get_string (defaults (), key);
  return fallback != NULL ? g_intern_string (fallback) : NULL;
}
