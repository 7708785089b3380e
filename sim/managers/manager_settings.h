/* manager_settings.h - the scenario's "manager" object, read by a table.
 *
 *   "manager": { "kind": "yarn", "scheduler": "fair", "increment_allocation": "512m" }
 *
 * Each manager has one table: what a setting is called, what it is, where it goes.  Defaults stand in
 * the struct before it is read; what is not in the table is refused, with all that is.
 *
 * Ownership: distributions that are read replace those in the struct.
 */
#pragma once

#include "sim/distribution.h"

typedef enum
{
  RUSH_SETTING_TIME,  /* gint64, µs */
  RUSH_SETTING_BYTES, /* gint64 */
  RUSH_SETTING_COUNT, /* guint */
  RUSH_SETTING_WORD,  /* guint: which of @words */
  RUSH_SETTING_DRAW,  /* RushDistribution *, seconds */
  RUSH_SETTING_OTHER, /* an object or an array that the manager reads itself */
} RushSettingKind;

typedef struct
{
  const char *name;
  RushSettingKind kind;
  gsize offset;
  gint64 least;      /* of TIME, BYTES and COUNT */
  const char *words; /* "capacity|fair" */
} RushManagerSetting;

/* @json may be NULL: all stays as it is.  INVALID_ARGUMENT: "manager.NAME …". */
gboolean rush_manager_settings_read (const RushJson *json, const char *manager,
                                     const RushManagerSetting *table, guint n_settings,
                                     gpointer out, GError **error);
