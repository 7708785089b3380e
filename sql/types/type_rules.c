/* type_rules.c - common types.
 *
 *   tinyint → smallint → int → bigint → float → double        each holds the ones before it
 *   date → timestamp_ntz → timestamp            (ANSI: an integer and a float make a double)
 *
 * Around this line: decimals hold integers that have few enough digits; intervals of one family
 * span the fields of both; arrays, maps and structs go element by element, by the same function
 * that was asked for the whole.  Casts are in cast_rules.c.
 */
#include "sql/types/type_rules.h"

#include "sql/types/decimal.h"

typedef const RushType *(*CommonFunc) (const RushType *a, const RushType *b, gboolean ansi);

static gboolean
is_date_time (const RushType *type)
{
  return type == &RUSH_DATE || type == &RUSH_TIMESTAMP || type == &RUSH_TIMESTAMP_NTZ;
}

static gboolean
is_floating (const RushType *type)
{
  return type == &RUSH_FLOAT32 || type == &RUSH_FLOAT64;
}

/* ---- element by element ---- */

static gboolean
is_nullable_as (const RushTypeField *a, const RushTypeField *b, const RushType *common)
{
  return a->nullable || b->nullable || rush_type_cast_makes_nulls (a->type, common) ||
         rush_type_cast_makes_nulls (b->type, common);
}

static const RushType *
common_struct (const RushType *a, const RushType *b, gboolean ansi, CommonFunc common)
{
  if (a->n_fields != b->n_fields)
    return NULL;
  g_autofree RushTypeField *fields = g_new0 (RushTypeField, a->n_fields + 1);
  for (guint i = 0; i < a->n_fields; i++)
    {
      const RushTypeField *field_a = &a->fields[i], *field_b = &b->fields[i];
      if (g_ascii_strcasecmp (field_a->name, field_b->name) != 0)
        return NULL;
      const RushType *type = common (field_a->type, field_b->type, ansi);
      if (type == NULL)
        return NULL;
      fields[i] = (RushTypeField){ field_a->name, type, is_nullable_as (field_a, field_b, type) };
    }
  return rush_type_struct (a->n_fields, fields);
}

static const RushType *
common_complex (const RushType *a, const RushType *b, gboolean ansi, CommonFunc common)
{
  if (a->kind != b->kind)
    return NULL;
  if (a->kind == RUSH_TYPE_STRUCT)
    return common_struct (a, b, ansi, common);
  if (a->kind != RUSH_TYPE_ARRAY && a->kind != RUSH_TYPE_MAP)
    return NULL;

  guint last = a->n_fields - 1; /* an array's element, a map's value */
  const RushType *value = common (a->fields[last].type, b->fields[last].type, ansi);
  if (value == NULL)
    return NULL;
  gboolean nullable = is_nullable_as (&a->fields[last], &b->fields[last], value);
  if (a->kind == RUSH_TYPE_ARRAY)
    return rush_type_array (value, nullable);
  const RushType *key = common (a->fields[0].type, b->fields[0].type, ansi);
  if (key == NULL || rush_type_cast_makes_nulls (a->fields[0].type, key) ||
      rush_type_cast_makes_nulls (b->fields[0].type, key))
    return NULL;
  return rush_type_map (key, value, nullable);
}

/* ---- without loss ---- */

static const RushType *
tightest_numeric (const RushType *a, const RushType *b, gboolean ansi)
{
  if (a->kind == RUSH_TYPE_DECIMAL || b->kind == RUSH_TYPE_DECIMAL)
    {
      const RushType *decimal = a->kind == RUSH_TYPE_DECIMAL ? a : b, *other = decimal == a ? b : a;
      return rush_type_is_integral (other) &&
                     rush_decimal_is_wider (decimal, rush_decimal_for_type (other))
                 ? decimal
                 : NULL;
    }
  if (ansi && ((a == &RUSH_FLOAT32 && rush_type_is_integral (b)) ||
               (b == &RUSH_FLOAT32 && rush_type_is_integral (a))))
    return &RUSH_FLOAT64;
  return a->kind > b->kind ? a : b; /* kinds of numbers stand in order */
}

const RushType *
rush_type_tightest_common (const RushType *a, const RushType *b, gboolean ansi)
{
  if (a == b || b->kind == RUSH_TYPE_NULL)
    return a;
  if (a->kind == RUSH_TYPE_NULL)
    return b;
  if (a->user != NULL || b->user != NULL)
    return rush_type_same_shape (a, b) ? a : NULL;
  if (rush_type_is_numeric (a) && rush_type_is_numeric (b))
    return tightest_numeric (a, b, ansi);
  if (is_date_time (a) && is_date_time (b))
    return a == &RUSH_TIMESTAMP || b == &RUSH_TIMESTAMP ? &RUSH_TIMESTAMP : &RUSH_TIMESTAMP_NTZ;
  if (a->kind == RUSH_TYPE_YEAR_MONTH_INTERVAL && b->kind == a->kind)
    return rush_type_year_month_interval (MIN (a->start, b->start), MAX (a->end, b->end));
  if (a->kind == RUSH_TYPE_DAY_TIME_INTERVAL && b->kind == a->kind)
    return rush_type_day_time_interval (MIN (a->start, b->start), MAX (a->end, b->end));
  return common_complex (a, b, ansi, rush_type_tightest_common);
}

/* ---- with loss ---- */

static const RushType *
wider_decimal (const RushType *a, const RushType *b)
{
  if (!rush_type_is_numeric (a) || !rush_type_is_numeric (b) ||
      (a->kind != RUSH_TYPE_DECIMAL && b->kind != RUSH_TYPE_DECIMAL))
    return NULL;
  if (is_floating (a) || is_floating (b))
    return &RUSH_FLOAT64;
  return rush_decimal_wider (rush_decimal_for_type (a), rush_decimal_for_type (b));
}

static const RushType *
with_string (const RushType *other, gboolean ansi)
{
  if (!rush_type_is_atomic (other))
    return NULL;
  if (!ansi)
    return other == &RUSH_BINARY || other == &RUSH_BOOL ? NULL : &RUSH_STRING;
  if (rush_type_is_integral (other))
    return &RUSH_INT64;
  if (rush_type_is_fractional (other))
    return &RUSH_FLOAT64;
  return other->kind == RUSH_TYPE_YEAR_MONTH_INTERVAL || other->kind == RUSH_TYPE_DAY_TIME_INTERVAL
             ? NULL
             : other;
}

const RushType *
rush_type_wider_common (const RushType *a, const RushType *b, gboolean ansi)
{
  const RushType *common = rush_type_tightest_common (a, b, ansi);

  if (common == NULL)
    common = wider_decimal (a, b);
  if (common == NULL && a == &RUSH_STRING)
    common = with_string (b, ansi);
  if (common == NULL && b == &RUSH_STRING)
    common = with_string (a, ansi);
  if (a->user != NULL || b->user != NULL)
    return common;
  return common != NULL ? common : common_complex (a, b, ansi, rush_type_wider_common);
}

static gboolean
has_string (const RushType *type)
{
  return type == &RUSH_STRING ||
         (type->kind == RUSH_TYPE_ARRAY && has_string (rush_type_element (type)));
}

/* With ANSI off strings come first: else the answer would depend on the order of the others. */
const RushType *
rush_type_wider_common_of (const RushType *const *types, guint n, gboolean ansi)
{
  const RushType *common = &RUSH_NULL;

  for (guint pass = ansi ? 1 : 0; pass < 2; pass++)
    for (guint i = 0; i < n && common != NULL; i++)
      if (ansi || has_string (types[i]) == (pass == 0))
        common = rush_type_wider_common (common, types[i], ansi);
  return common;
}

/* ---- facts and names ---- */

gboolean
rush_type_is_atomic (const RushType *self)
{
  return self->user == NULL && self->n_fields == 0 && self->kind != RUSH_TYPE_NULL &&
         self->kind != RUSH_TYPE_CALENDAR_INTERVAL && self->kind != RUSH_TYPE_STRUCT;
}

const RushType *
rush_type_without_user_types (const RushType *self)
{
  const RushType *type = rush_type_sql_type (self);
  guint n = type->n_fields;
  g_autofree RushTypeField *fields = g_memdup2 (type->fields, n * sizeof *fields);

  for (guint i = 0; i < n; i++)
    fields[i].type = rush_type_without_user_types (fields[i].type);
  if (type->kind == RUSH_TYPE_ARRAY)
    return rush_type_array (fields[0].type, fields[0].nullable);
  if (type->kind == RUSH_TYPE_MAP)
    return rush_type_map (fields[0].type, fields[1].type, fields[1].nullable);
  return type->kind == RUSH_TYPE_STRUCT ? rush_type_struct (n, fields) : type;
}

static void
append_field_name (GString *out, const char *name)
{
  gboolean plain = g_ascii_isalpha (name[0]) || name[0] == '_';

  for (const char *p = name; *p != '\0'; p++)
    plain = plain && (g_ascii_isalnum (*p) || *p == '_');
  if (plain)
    {
      g_string_append (out, name);
      return;
    }
  g_string_append_c (out, '`');
  for (const char *p = name; *p != '\0'; p++)
    g_string_append (out, *p == '`' ? "``" : (const char[]){ *p, '\0' });
  g_string_append_c (out, '`');
}

static void
append_sql (GString *out, const RushType *type)
{
  type = rush_type_sql_type (type);
  switch ((gint)type->kind)
    {
    case RUSH_TYPE_ARRAY:
      g_string_append (out, "ARRAY<");
      append_sql (out, rush_type_element (type));
      break;
    case RUSH_TYPE_MAP:
      g_string_append (out, "MAP<");
      append_sql (out, type->fields[0].type);
      g_string_append (out, ", ");
      append_sql (out, type->fields[1].type);
      break;
    case RUSH_TYPE_STRUCT:
      g_string_append (out, "STRUCT<");
      for (guint i = 0; i < type->n_fields; i++)
        {
          g_string_append (out, i > 0 ? ", " : "");
          append_field_name (out, type->fields[i].name);
          g_string_append (out, ": ");
          append_sql (out, type->fields[i].type);
          g_string_append (out, type->fields[i].nullable ? "" : " NOT NULL");
        }
      break;
    default:
      {
        g_autofree char *upper = g_ascii_strup (type->name, -1);
        g_string_append (out, upper);
        return;
      }
    }
  g_string_append_c (out, '>');
}

char *
rush_type_sql (const RushType *self)
{
  GString *out = g_string_new (NULL);

  append_sql (out, self);
  return g_string_free (out, FALSE);
}

char *
rush_type_sql_id (const RushType *self)
{
  g_autofree char *sql = rush_type_sql (self);

  return g_strdup_printf (self->user != NULL ? "UDT(\"%s\")" : "\"%s\"", sql);
}
