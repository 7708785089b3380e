/* json_tree.c - see json_tree.h; built on the public interface alone. */
#include "tests/core/base/json_tree.h"

#include <string.h>

static gboolean
is_container (const RushJson *value)
{
  return rush_json_kind (value) == RUSH_JSON_ARRAY || rush_json_kind (value) == RUSH_JSON_OBJECT;
}

guint
json_tree_depth (const RushJson *value)
{
  guint deepest = 0;

  if (!is_container (value))
    return 0;
  for (guint i = 0; i < rush_json_length (value); i++)
    deepest = MAX (deepest, json_tree_depth (rush_json_item (value, i)));
  return deepest + 1;
}

char *
json_tree_to_text (const RushJson *value)
{
  GString *out = g_string_new (NULL);
  RushJsonWriter writer;

  rush_json_writer_init (&writer, out);
  rush_json_value (&writer, value);
  return g_string_free (out, FALSE);
}

static gboolean
members_equal (const RushJson *a, const RushJson *b, gboolean named)
{
  if (rush_json_length (a) != rush_json_length (b))
    return FALSE;
  for (guint i = 0; i < rush_json_length (a); i++)
    {
      if (named && strcmp (rush_json_name (a, i), rush_json_name (b, i)) != 0)
        return FALSE;
      if (!json_tree_equal (rush_json_item (a, i), rush_json_item (b, i)))
        return FALSE;
    }
  return TRUE;
}

static gboolean
doubles_equal (double a, double b)
{
  return memcmp (&a, &b, sizeof a) == 0;
}

gboolean
json_tree_equal (const RushJson *a, const RushJson *b)
{
  if (rush_json_kind (a) != rush_json_kind (b))
    return FALSE;
  switch (rush_json_kind (a))
    {
    case RUSH_JSON_NULL:
      return TRUE;
    case RUSH_JSON_BOOL:
      return rush_json_as_bool (a, FALSE) == rush_json_as_bool (b, FALSE);
    case RUSH_JSON_INT:
      return rush_json_as_int (a, 0) == rush_json_as_int (b, 0);
    case RUSH_JSON_DOUBLE:
      return doubles_equal (rush_json_as_double (a, 0), rush_json_as_double (b, 0));
    case RUSH_JSON_STRING:
      return strcmp (rush_json_as_string (a, NULL), rush_json_as_string (b, NULL)) == 0;
    case RUSH_JSON_ARRAY:
      return members_equal (a, b, FALSE);
    case RUSH_JSON_OBJECT:
      return members_equal (a, b, TRUE);
    }
  g_assert_not_reached ();
}
