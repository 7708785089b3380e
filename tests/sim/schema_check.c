/* schema_check.c - a value held against a schema, keyword by keyword: each is a function, and a
 * value fits if none of them minds.  Only what the schema of scenarios uses is here. */
#include "tests/sim/schema_check.h"

#include <string.h>

/* "#/$defs/name" */
static gboolean
accepts_ref (const RushJson *root, const RushJson *ref, const RushJson *value)
{
  const char *to = rush_json_as_string (ref, "");

  g_assert_true (g_str_has_prefix (to, "#/$defs/"));
  const RushJson *schema = rush_json_get (rush_json_get (root, "$defs"), strrchr (to, '/') + 1);
  g_assert_nonnull (schema);
  return schema_accepts (root, schema, value);
}

static gboolean
is_of_type (const char *type, const RushJson *value)
{
  switch (rush_json_kind (value))
    {
    case RUSH_JSON_NULL:
      return FALSE; /* no schema of ours has it */
    case RUSH_JSON_BOOL:
      return g_str_equal (type, "boolean");
    case RUSH_JSON_INT:
      return g_str_equal (type, "integer") || g_str_equal (type, "number");
    case RUSH_JSON_DOUBLE:
      return g_str_equal (type, "number");
    case RUSH_JSON_STRING:
      return g_str_equal (type, "string");
    case RUSH_JSON_ARRAY:
      return g_str_equal (type, "array");
    case RUSH_JSON_OBJECT:
      return g_str_equal (type, "object");
    }
  g_assert_not_reached ();
}

static gboolean
has_members (const RushJson *names, const RushJson *value)
{
  if (rush_json_kind (value) != RUSH_JSON_OBJECT)
    return TRUE;
  for (guint i = 0; i < rush_json_length (names); i++)
    if (rush_json_get (value, rush_json_as_string (rush_json_item (names, i), "")) == NULL)
      return FALSE;
  return TRUE;
}

static gboolean
accepts_properties (const RushJson *root, const RushJson *schema, const RushJson *value)
{
  const RushJson *properties = rush_json_get (schema, "properties");
  gboolean others = rush_json_get_bool (schema, "additionalProperties", TRUE);

  if (rush_json_kind (value) != RUSH_JSON_OBJECT)
    return TRUE;
  for (guint i = 0; i < rush_json_length (value); i++)
    {
      const RushJson *property = rush_json_get (properties, rush_json_name (value, i));

      if (property == NULL ? !others : !schema_accepts (root, property, rush_json_item (value, i)))
        return FALSE;
    }
  return TRUE;
}

static gboolean
accepts_items (const RushJson *root, const RushJson *schema, const RushJson *value)
{
  if (rush_json_kind (value) != RUSH_JSON_ARRAY)
    return TRUE;
  for (guint i = 0; i < rush_json_length (value); i++)
    if (!schema_accepts (root, schema, rush_json_item (value, i)))
      return FALSE;
  return TRUE;
}

static guint
n_accepting (const RushJson *root, const RushJson *schemas, const RushJson *value)
{
  guint n = 0;

  for (guint i = 0; i < rush_json_length (schemas); i++)
    n += schema_accepts (root, rush_json_item (schemas, i), value);
  return n;
}

static gboolean
is_one_of (const RushJson *words, const RushJson *value)
{
  for (guint i = 0; i < rush_json_length (words); i++)
    if (g_strcmp0 (rush_json_as_string (rush_json_item (words, i), NULL),
                   rush_json_as_string (value, "")) == 0)
      return TRUE;
  return FALSE;
}

/* Bounds and patterns say nothing of values of another type. */
static gboolean
accepts_size (const char *keyword, const RushJson *bound, const RushJson *value)
{
  RushJsonKind kind = rush_json_kind (value);
  double limit = rush_json_as_double (bound, 0);
  gboolean is_number = kind == RUSH_JSON_INT || kind == RUSH_JSON_DOUBLE;

  if (g_str_equal (keyword, "minimum"))
    return !is_number || rush_json_as_double (value, 0) >= limit;
  if (g_str_equal (keyword, "maximum"))
    return !is_number || rush_json_as_double (value, 0) <= limit;
  if (g_str_equal (keyword, "minItems"))
    return kind != RUSH_JSON_ARRAY || rush_json_length (value) >= limit;
  if (g_str_equal (keyword, "maxItems"))
    return kind != RUSH_JSON_ARRAY || rush_json_length (value) <= limit;
  g_assert_cmpstr (keyword, ==, "minLength");
  return kind != RUSH_JSON_STRING ||
         g_utf8_strlen (rush_json_as_string (value, ""), -1) >= (glong)limit;
}

static gboolean
accepts_keyword (const RushJson *root, const RushJson *schema, guint i, const RushJson *value)
{
  const char *keyword = rush_json_name (schema, i);
  const RushJson *says = rush_json_item (schema, i);

  if (g_str_equal (keyword, "$ref"))
    return accepts_ref (root, says, value);
  if (g_str_equal (keyword, "type"))
    return is_of_type (rush_json_as_string (says, ""), value);
  if (g_str_equal (keyword, "required"))
    return has_members (says, value);
  if (g_str_equal (keyword, "properties"))
    return accepts_properties (root, schema, value);
  if (g_str_equal (keyword, "items"))
    return accepts_items (root, says, value);
  if (g_str_equal (keyword, "anyOf"))
    return n_accepting (root, says, value) > 0;
  if (g_str_equal (keyword, "oneOf"))
    return n_accepting (root, says, value) == 1;
  if (g_str_equal (keyword, "enum"))
    return is_one_of (says, value);
  if (g_str_equal (keyword, "const"))
    return g_str_equal (rush_json_as_string (says, ""), rush_json_as_string (value, ""));
  if (g_str_equal (keyword, "pattern"))
    return rush_json_kind (value) != RUSH_JSON_STRING ||
           g_regex_match_simple (rush_json_as_string (says, ""), rush_json_as_string (value, ""), 0,
                                 0);
  if (g_str_has_prefix (keyword, "min") || g_str_has_prefix (keyword, "max"))
    return accepts_size (keyword, says, value);
  g_assert_true (g_str_equal (keyword, "$schema") || g_str_equal (keyword, "$defs") ||
                 g_str_equal (keyword, "title") || g_str_equal (keyword, "description") ||
                 g_str_equal (keyword, "default") || g_str_equal (keyword, "additionalProperties"));
  return TRUE;
}

gboolean
schema_accepts (const RushJson *root, const RushJson *schema, const RushJson *value)
{
  if (rush_json_kind (schema) == RUSH_JSON_BOOL)
    return rush_json_as_bool (schema, FALSE);
  for (guint i = 0; i < rush_json_length (schema); i++)
    if (!accepts_keyword (root, schema, i, value))
      return FALSE;
  return TRUE;
}
