/* manager_settings.c - one pass over the object, one look-up in the table for each of its members. */
#include "sim/managers/manager_settings.h"

#include <string.h>

static const RushManagerSetting *
find_setting (const RushManagerSetting *table, guint n_settings, const char *name)
{
  for (guint i = 0; i < n_settings; i++)
    if (strcmp (table[i].name, name) == 0)
      return &table[i];
  return NULL;
}

static gboolean
refuse_unknown (const char *name, const char *manager, const RushManagerSetting *table,
                guint n_settings, GError **error)
{
  g_autoptr (GString) names = g_string_new ("kind");

  for (guint i = 0; i < n_settings; i++)
    g_string_append_printf (names, ", %s", table[i].name);
  g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT,
               "manager.%s is no setting of %s; it has %s", name, manager, names->str);
  return FALSE;
}

static gboolean
refuse_below (const char *where, const RushManagerSetting *setting, GError **error)
{
  g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT,
               "%s must be at least %" G_GINT64_FORMAT "%s", where, setting->least,
               setting->kind == RUSH_SETTING_TIME    ? " µs"
               : setting->kind == RUSH_SETTING_BYTES ? " bytes"
                                                     : "");
  return FALSE;
}

static gboolean
read_number (const RushJson *value, const char *where, const RushManagerSetting *setting,
             gpointer field, GError **error)
{
  RushUnit unit = setting->kind == RUSH_SETTING_TIME    ? RUSH_UNIT_SECONDS
                  : setting->kind == RUSH_SETTING_BYTES ? RUSH_UNIT_BYTES
                                                        : RUSH_UNIT_PLAIN;
  double number;

  if (!rush_unit_parse (value, unit, where, &number, error))
    return FALSE;
  if (setting->kind == RUSH_SETTING_TIME)
    number *= G_USEC_PER_SEC;
  if (number < (double)setting->least)
    return refuse_below (where, setting, error);
  if (setting->kind == RUSH_SETTING_COUNT)
    *(guint *)field = number < G_MAXUINT ? (guint)number : G_MAXUINT;
  else
    *(gint64 *)field = (gint64)(number + 0.5);
  return TRUE;
}

static gboolean
read_word (const RushJson *value, const char *where, const RushManagerSetting *setting,
           guint *out_word, GError **error)
{
  const char *given = rush_json_as_string (value, "");
  g_auto (GStrv) words = g_strsplit (setting->words, "|", -1);

  for (guint i = 0; words[i] != NULL; i++)
    if (strcmp (words[i], given) == 0)
      {
        *out_word = i;
        return TRUE;
      }
  g_autofree char *list = g_strjoinv ("\" or \"", words);
  g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT, "%s must be \"%s\"", where,
               list);
  return FALSE;
}

static gboolean
read_draw (const RushJson *value, const char *where, RushDistribution **out, GError **error)
{
  RushDistribution *draw = rush_distribution_parse (value, RUSH_UNIT_SECONDS, where, error);

  if (draw == NULL)
    return FALSE;
  if (*out != NULL)
    rush_distribution_unref (*out);
  *out = draw;
  return TRUE;
}

static gboolean
read_setting (const RushJson *value, const RushManagerSetting *setting, gpointer out,
              GError **error)
{
  g_autofree char *where = g_strconcat ("manager.", setting->name, NULL);
  gpointer field = (char *)out + setting->offset;

  switch (setting->kind)
    {
    case RUSH_SETTING_TIME:
    case RUSH_SETTING_BYTES:
    case RUSH_SETTING_COUNT:
      return read_number (value, where, setting, field, error);
    case RUSH_SETTING_WORD:
      return read_word (value, where, setting, field, error);
    case RUSH_SETTING_DRAW:
      return read_draw (value, where, field, error);
    case RUSH_SETTING_OTHER:
      return TRUE;
    }
  g_assert_not_reached ();
}

gboolean
rush_manager_settings_read (const RushJson *json, const char *manager,
                            const RushManagerSetting *table, guint n_settings, gpointer out,
                            GError **error)
{
  if (json != NULL && rush_json_kind (json) != RUSH_JSON_OBJECT)
    {
      g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT,
                   "manager must be an object such as { \"kind\": \"%s\" }", manager);
      return FALSE;
    }
  for (guint i = 0; json != NULL && i < rush_json_length (json); i++)
    {
      const char *name = rush_json_name (json, i);
      const RushManagerSetting *setting = find_setting (table, n_settings, name);

      if (strcmp (name, "kind") == 0)
        continue; /* whoever chose the manager has read it */
      if (setting == NULL)
        return refuse_unknown (name, manager, table, n_settings, error);
      if (!read_setting (rush_json_item (json, i), setting, out, error))
        return FALSE;
    }
  return TRUE;
}
