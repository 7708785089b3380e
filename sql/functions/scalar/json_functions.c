/* json_functions.c - get_json_object (), json_array_length ().
 *
 *   get_json_object ('{"a": {"b": [1, 2]}}', '$.a.b[1]')      2
 *
 * A path is a chain of .name, ['name'], [n] and wildcards [*]; what it finds is text: strings
 * without quotes, the rest as JSON.  A text that is no JSON has no parts: null.
 *
 * Mirrors:  GetJsonObject, LengthOfJsonArray.
 */
#include "sql/functions/scalar/nested_private.h"

#include "core/base/json.h"

/* The next step of a path: a member's name, or an index, or all (−1).  NULL: malformed. */
static const char *
read_step (const char *p, char **out_name, gint64 *out_index)
{
  *out_name = NULL;
  if (*p == '.')
    {
      gsize n = strcspn (++p, ".[");
      *out_name = g_strndup (p, n);
      return n > 0 ? p + n : NULL;
    }
  if (*p != '[')
    return NULL;
  p++;
  if (*p == '\'')
    {
      const char *end = strchr (p + 1, '\'');
      if (end == NULL || end[1] != ']')
        return NULL;
      *out_name = g_strndup (p + 1, (gsize)(end - p - 1));
      return end + 2;
    }
  if (*p == '*' && p[1] == ']')
    {
      *out_index = -1;
      return p + 2;
    }
  char *end;
  *out_index = g_ascii_strtoll (p, &end, 10);
  return end > p && *end == ']' && *out_index >= 0 ? end + 1 : NULL;
}

/* Adds to @found what the path leads to; FALSE: it is no path. */
static gboolean
follow (const RushJson *value, const char *path, GPtrArray *found)
{
  g_autofree char *name = NULL;
  gint64 index = 0;

  if (*path == '\0')
    {
      g_ptr_array_add (found, (gpointer)value);
      return TRUE;
    }
  const char *rest = read_step (path, &name, &index);
  if (rest == NULL)
    return FALSE;
  if (name != NULL)
    {
      const RushJson *member =
          rush_json_kind (value) == RUSH_JSON_OBJECT ? rush_json_get (value, name) : NULL;
      return member == NULL || follow (member, rest, found);
    }
  if (rush_json_kind (value) != RUSH_JSON_ARRAY)
    return TRUE;
  guint n = rush_json_length (value);
  guint first = index < 0 ? 0 : (guint)MIN (index, n), last = index < 0 ? n : MIN (first + 1, n);
  for (guint i = first; i < last; i++)
    if (!follow (rush_json_item (value, i), rest, found))
      return FALSE;
  return TRUE;
}

void
rush_json_append_part (const RushJson *value, GString *out)
{
  RushJsonWriter writer;

  rush_json_writer_init (&writer, out);
  if (rush_json_kind (value) == RUSH_JSON_STRING)
    g_string_append (out, rush_json_as_string (value, ""));
  else
    rush_json_value (&writer, value);
}

static void
append_found (GString *out, const GPtrArray *found)
{
  RushJsonWriter writer;
  if (found->len == 1)
    {
      rush_json_append_part (found->pdata[0], out);
      return;
    }
  rush_json_writer_init (&writer, out);
  rush_json_begin_array (&writer);
  for (guint i = 0; i < found->len; i++)
    rush_json_value (&writer, found->pdata[i]);
  rush_json_end_array (&writer);
}

RUSH_TEXT_EVALUATOR (get_json_object, {
  RushText text = RUSH_TEXT_ARG (0);
  RushText path = RUSH_TEXT_ARG (1);
  g_autofree char *steps = g_strndup (path.bytes, path.length);
  g_autoptr (GPtrArray) found = g_ptr_array_new ();
  g_autoptr (RushJson) json = rush_json_parse (text.bytes, (gssize)text.length, NULL);
  null = json == NULL || *steps != '$' || !follow (json, steps + 1, found) || found->len == 0 ||
         (found->len == 1 && rush_json_kind (found->pdata[0]) == RUSH_JSON_NULL);
  if (!null)
    append_found (out, found);
})

RUSH_FIXED_EVALUATOR (json_array_length, gint32, {
  RushText text = RUSH_TEXT_ARG (0);
  g_autoptr (RushJson) json = rush_json_parse (text.bytes, (gssize)text.length, NULL);
  null = json == NULL || rush_json_kind (json) != RUSH_JSON_ARRAY;
  value = null ? 0 : (gint32)rush_json_length (json);
})

const RushFunction rush_functions_json[] = {
  RUSH_SCALAR ("get_json_object", 2, 2, &RUSH_STRING, get_json_object,
               "get_json_object(text, path) - a part of a JSON text", "1.5.0",
               RUSH_ARGS (RUSH_ARG_STRING), .always_nullable = TRUE),
  RUSH_SCALAR ("json_array_length", 1, 1, &RUSH_INT32, json_array_length,
               "json_array_length(text) - how many elements", "3.1.0", RUSH_ARGS (RUSH_ARG_STRING),
               .always_nullable = TRUE),
  { NULL },
};
