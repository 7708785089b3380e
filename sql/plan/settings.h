/* settings.h - what of a session's settings evaluation needs, frozen for one query. */
#pragma once

#include "core/plugin/plugin.h"

typedef struct
{
  gboolean ansi;
  gboolean case_sensitive;
  const char *time_zone; /* interned */
  gint64 now_us;         /* when the query began */
  GHashTable *conf; /* (owned by the session or the query) char* → char*: all spark.sql.… that
                            are set; never NULL */
  const RushPlugins *plugins; /* of the session's context, which outlives its queries; or NULL */
} RushEvalSettings;

/* Of the settings, else of the table of defaults (core/conf); types are checked when they are
 * set. */
gint64 rush_settings_get_int (const RushEvalSettings *self, const char *key);
gint64 rush_settings_get_bytes (const RushEvalSettings *self, const char *key);
gboolean rush_settings_get_bool (const RushEvalSettings *self, const char *key);
double rush_settings_get_double (const RushEvalSettings *self, const char *key);
const char *rush_settings_get_string (const RushEvalSettings *self, const char *key); /* or NULL */
