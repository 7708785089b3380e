/* scenario_url.c - a master URL as a scenario.
 *
 *     url       = "sim://" [ "?" parameter *( "&" parameter ) ]
 *     parameter = key "=" value
 *
 * It becomes the text that a file would have, member by member, and is read as one; so there is one
 * reader, and one set of checks:
 *
 *     sim://?executors=50&cores=4&seed=7  →  {"seed":7,"executors":{"count":50,"cores":4}}
 */
#include "sim/scenario_private.h"

#include <string.h>

typedef struct
{
  const char *key;
  const char *section; /* NULL: of the scenario itself */
  const char *member;
} Parameter;

/* Those of one section stand together. */
static const Parameter parameters[] = {
  { "seed", NULL, "seed" },
  { "mode", NULL, "mode" },
  { "executors", "executors", "count" },
  { "cores", "executors", "cores" },
  { "memory", "executors", "memory" },
  { "hosts", "hosts", "count" },
  { "racks", "hosts", "racks" },
  { "manager", "manager", "kind" },
  { "deploy", "driver", "deploy_mode" },
};

#define N_PARAMETERS G_N_ELEMENTS (parameters)
#define SCHEME "sim://"

static gboolean refuse (const char *url, GError **error, const char *format, ...)
    G_GNUC_PRINTF (3, 4);

static gboolean
refuse (const char *url, GError **error, const char *format, ...)
{
  va_list args;

  va_start (args, format);
  g_autofree char *what = g_strdup_vprintf (format, args);
  va_end (args);
  g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT, "%s: %s", url, what);
  return FALSE;
}

static gboolean
refuse_unknown (const char *url, const char *key, GError **error)
{
  const char *names[N_PARAMETERS + 1] = { NULL };

  for (guint i = 0; i < N_PARAMETERS; i++)
    names[i] = parameters[i].key;
  const char *nearest = rush_nearest_name (key, names, N_PARAMETERS);
  if (nearest != NULL)
    return refuse (url, error, "\"%s\" is not known; do you mean \"%s\"?", key, nearest);
  g_autofree char *all = g_strjoinv (", ", (char **)names);
  return refuse (url, error, "\"%s\" is not known; there are %s", key, all);
}

/* key "=" value, into the value's place */
static gboolean
read_parameter (const char *url, char *text, const char **values, GError **error)
{
  char *equals = strchr (text, '=');

  if (equals == NULL || equals[1] == '\0')
    return refuse (url, error, "\"%s\" must be key=value", text);
  *equals = '\0';
  for (guint i = 0; i < N_PARAMETERS; i++)
    if (strcmp (parameters[i].key, text) == 0)
      {
        if (values[i] != NULL)
          return refuse (url, error, "\"%s\" is there twice", text);
        values[i] = equals + 1;
        return TRUE;
      }
  return refuse_unknown (url, text, error);
}

static gboolean
read_parameters (const char *url, char **texts, const char **values, GError **error)
{
  for (; *texts != NULL; texts++)
    if (!read_parameter (url, *texts, values, error))
      return FALSE;
  return TRUE;
}

static void
write_value (RushJsonWriter *out, const char *value)
{
  gint64 number;

  if (g_ascii_string_to_signed (value, 10, G_MININT64, G_MAXINT64, &number, NULL))
    rush_json_int (out, number);
  else
    rush_json_string (out, value);
}

static char *
as_text (const char *const *values)
{
  g_autoptr (GString) text = g_string_new (NULL);
  const char *section = NULL;
  RushJsonWriter out;

  rush_json_writer_init (&out, text);
  rush_json_begin_object (&out);
  for (guint i = 0; i < N_PARAMETERS; i++)
    {
      if (values[i] == NULL)
        continue;
      if (g_strcmp0 (section, parameters[i].section) != 0)
        {
          if (section != NULL)
            rush_json_end_object (&out);
          section = parameters[i].section;
          rush_json_member (&out, section);
          rush_json_begin_object (&out);
        }
      rush_json_member (&out, parameters[i].member);
      write_value (&out, values[i]);
    }
  if (section != NULL)
    rush_json_end_object (&out);
  rush_json_end_object (&out);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

/* "url, line 1: …" would send people to look for a file. */
static void
propagate_without_line (const char *url, GError *cause, GError **error)
{
  g_autofree char *prefix = g_strdup_printf ("%s, line 1: ", url);
  const char *what = cause->message;

  if (g_str_has_prefix (what, prefix))
    what += strlen (prefix);
  refuse (url, error, "%s", what);
}

RushScenario *
rush_scenario_from_url (const char *url, GError **error)
{
  const char *values[N_PARAMETERS] = { NULL };
  g_autoptr (GError) cause = NULL;
  g_auto (GStrv) texts = NULL;
  RushScenario *self;

  if (!g_str_has_prefix (url, SCHEME) || !g_utf8_validate (url, -1, NULL) ||
      (url[strlen (SCHEME)] != '\0' && url[strlen (SCHEME)] != '?'))
    {
      refuse (url, error, "a simulated cluster is %s?executors=50&cores=4&memory=4g, for example",
              SCHEME);
      return NULL;
    }
  const char *query = url + strlen (SCHEME);
  texts = g_strsplit (query[0] == '?' ? query + 1 : "", "&", -1);
  if (!read_parameters (url, texts, values, error))
    return NULL;
  g_autofree char *text = as_text (values);
  self = rush_scenario_parse (text, -1, url, &cause);
  if (self == NULL)
    propagate_without_line (url, cause, error);
  return self;
}
