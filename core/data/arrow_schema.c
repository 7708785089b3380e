/* arrow_schema.c - from Arrow's types to ours.
 *
 *   b                bool               │  n               void
 *   c s i l          tinyint … bigint   │  C S I L         smallint, int, bigint, decimal(20,0)
 *   e f g            float float double │  d:p,s[,bits]    decimal(p,s)
 *   u U vu           string             │  z Z vz w:n      binary
 *   tdD tdm          date               │  ts?:zone  ts?:  timestamp, timestamp_ntz
 *   tD?              interval day to second                tin  interval     tiM  year to month
 *   +l +L +w:n +vl +vL  array           │  +m  map         +s   struct
 *   an index with a dictionary: the dictionary's type
 *
 * Unsigned integers become the next type that holds them, as Spark reads them from Parquet.  Times
 * of day, unions, run-end encodings and the millisecond interval have no counterpart.
 */
#include "core/data/arrow_private.h"

#include <stdio.h>
#include <string.h>

#define MAX_DEPTH 100

/* ---- errors ---- */

static gboolean
refuse (const RushArrowField *self, const char *format, const char *why, GError **error)
{
  g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_UNSUPPORTED,
               "column '%s': the Arrow type \"%s\" %s", self->name, format, why);
  return FALSE;
}

static gboolean
set (RushArrowField *self, const RushType *type, RushArrowForm form)
{
  self->type = type;
  self->form = form;
  return TRUE;
}

/* ---- one letter ---- */

typedef struct
{
  const char *format;
  const RushType *type;
  RushArrowForm form;
} Simple;

static const Simple SIMPLE[] = {
  { "n", &RUSH_NULL, ARROW_NULL },
  { "b", &RUSH_BOOL, ARROW_BITS },
  { "c", &RUSH_INT8, ARROW_AS_IS },
  { "C", &RUSH_INT16, ARROW_WIDEN_U8 },
  { "s", &RUSH_INT16, ARROW_AS_IS },
  { "S", &RUSH_INT32, ARROW_WIDEN_U16 },
  { "i", &RUSH_INT32, ARROW_AS_IS },
  { "I", &RUSH_INT64, ARROW_WIDEN_U32 },
  { "l", &RUSH_INT64, ARROW_AS_IS },
  { "e", &RUSH_FLOAT32, ARROW_HALF },
  { "f", &RUSH_FLOAT32, ARROW_AS_IS },
  { "g", &RUSH_FLOAT64, ARROW_AS_IS },
  { "u", &RUSH_STRING, ARROW_OFFSETS_32 },
  { "U", &RUSH_STRING, ARROW_OFFSETS_64 },
  { "vu", &RUSH_STRING, ARROW_VIEWS },
  { "z", &RUSH_BINARY, ARROW_OFFSETS_32 },
  { "Z", &RUSH_BINARY, ARROW_OFFSETS_64 },
  { "vz", &RUSH_BINARY, ARROW_VIEWS },
  { "tdD", &RUSH_DATE, ARROW_AS_IS },
  { "tdm", &RUSH_DATE, ARROW_DAYS_IN_MS },
  { "tin", &RUSH_CALENDAR_INTERVAL, ARROW_MONTH_DAY_NANO },
};

/* ---- numbers and times ---- */

static gboolean
parse_decimal (const char *format, RushArrowField *self, GError **error)
{
  gint precision = 0, scale = 0, bits = 128;

  if (sscanf (format, "d:%d,%d,%d", &precision, &scale, &bits) < 2)
    return refuse (self, format, "is not understood", error);
  if (precision < 1 || precision > RUSH_DECIMAL_MAX_PRECISION || scale < 0 || scale > precision)
    return refuse (self, format, "has more than 38 digits, or a scale outside of them", error);
  RushArrowForm form = bits == 32    ? ARROW_DECIMAL_32
                       : bits == 64  ? ARROW_DECIMAL_64
                       : bits == 256 ? ARROW_DECIMAL_256
                                     : ARROW_DECIMAL_128;
  const RushType *type = rush_type_decimal ((guint)precision, scale);
  if ((bits == 64 && type->storage == RUSH_STORAGE_I64) ||
      (bits == 128 && type->storage == RUSH_STORAGE_I128))
    form = ARROW_AS_IS;
  return set (self, type, form);
}

/* @unit: s, m, u or n. */
static gboolean
parse_unit (const char *format, char unit, const RushType *type, RushArrowField *self,
            GError **error)
{
  switch (unit)
    {
    case 's':
    case 'm':
      self->number = unit == 's' ? 1000000 : 1000;
      return set (self, type, ARROW_SCALE_UP);
    case 'u':
      return set (self, type, ARROW_AS_IS);
    case 'n':
      return set (self, type, ARROW_SCALE_DOWN);
    default:
      return refuse (self, format, "has an unknown unit", error);
    }
}

static gboolean
parse_flat (const char *format, RushArrowField *self, GError **error)
{
  for (guint i = 0; i < G_N_ELEMENTS (SIMPLE); i++)
    if (strcmp (format, SIMPLE[i].format) == 0)
      return set (self, SIMPLE[i].type, SIMPLE[i].form);
  if (strcmp (format, "L") == 0)
    return set (self, rush_type_decimal (20, 0), ARROW_WIDEN_U64);
  if (strcmp (format, "tiM") == 0)
    return set (self, rush_type_year_month_interval (RUSH_INTERVAL_YEAR, RUSH_INTERVAL_MONTH),
                ARROW_AS_IS);
  if (g_str_has_prefix (format, "d:"))
    return parse_decimal (format, self, error);
  if (g_str_has_prefix (format, "ts") && strlen (format) >= 4)
    return parse_unit (format, format[2], format[4] != '\0' ? &RUSH_TIMESTAMP : &RUSH_TIMESTAMP_NTZ,
                       self, error);
  if (g_str_has_prefix (format, "tD") && strlen (format) == 3)
    return parse_unit (format, format[2],
                       rush_type_day_time_interval (RUSH_INTERVAL_DAY, RUSH_INTERVAL_SECOND), self,
                       error);
  if (g_str_has_prefix (format, "w:"))
    {
      self->number = g_ascii_strtoll (format + 2, NULL, 10);
      return self->number >= 0 && self->number <= G_MAXINT32
                 ? set (self, &RUSH_BINARY, ARROW_FIXED_BYTES)
                 : refuse (self, format, "is too long", error);
    }
  return refuse (self, format, "has no counterpart; cast it first", error);
}

/* ---- types with children ---- */

static gboolean
parse_children (struct ArrowSchema *const *children, guint n, guint depth, RushArrowField *self,
                GError **error)
{
  if (depth == MAX_DEPTH)
    return refuse (self, "+", "is nested too deep", error);
  self->children = g_new0 (RushArrowField, n);
  self->n_children = n;
  for (guint c = 0; c < n; c++)
    if (!rush_arrow_field_parse (children[c], depth + 1, &self->children[c], error))
      return FALSE;
  return TRUE;
}

static gboolean
parse_struct (const struct ArrowSchema *schema, guint depth, RushArrowField *self, GError **error)
{
  guint n = (guint)schema->n_children;
  g_autofree RushTypeField *fields = g_new (RushTypeField, n);

  if (!parse_children (schema->children, n, depth, self, error))
    return FALSE;
  for (guint c = 0; c < n; c++)
    fields[c] = (RushTypeField){ self->children[c].name, self->children[c].type,
                                 self->children[c].nullable };
  return set (self, rush_type_struct (n, fields), ARROW_STRUCT);
}

static gboolean
parse_list (const struct ArrowSchema *schema, guint depth, RushArrowField *self, GError **error)
{
  static const struct
  {
    const char *format;
    RushArrowForm form;
  } FORMS[] = { { "+l", ARROW_LIST_32 },
                { "+L", ARROW_LIST_64 },
                { "+vl", ARROW_LIST_VIEW_32 },
                { "+vL", ARROW_LIST_VIEW_64 } };
  const char *format = schema->format;

  if (schema->n_children != 1)
    return refuse (self, format, "has not one child", error);
  if (!parse_children (schema->children, 1, depth, self, error))
    return FALSE;
  const RushType *type = rush_type_array (self->children[0].type, self->children[0].nullable);
  for (guint i = 0; i < G_N_ELEMENTS (FORMS); i++)
    if (strcmp (format, FORMS[i].format) == 0)
      return set (self, type, FORMS[i].form);
  self->number = g_ascii_strtoll (format + 3, NULL, 10);
  return self->number >= 0 && self->number <= G_MAXINT32
             ? set (self, type, ARROW_FIXED_LIST)
             : refuse (self, format, "is too long", error);
}

static gboolean
parse_map (const struct ArrowSchema *schema, guint depth, RushArrowField *self, GError **error)
{
  if (schema->n_children != 1 || schema->children[0]->n_children != 2)
    return refuse (self, schema->format, "has no entries of keys and values", error);
  if (!parse_children (schema->children[0]->children, 2, depth, self, error))
    return FALSE;
  return set (
      self,
      rush_type_map (self->children[0].type, self->children[1].type, self->children[1].nullable),
      ARROW_MAP);
}

static gboolean
parse_dictionary (const struct ArrowSchema *schema, guint depth, RushArrowField *self,
                  GError **error)
{
  const char *format = schema->format;

  if (strlen (format) != 1 || strchr ("cCsSiIlL", format[0]) == NULL)
    return refuse (self, format, "cannot be the index of a dictionary", error);
  if (!parse_children (&schema->dictionary, 1, depth, self, error))
    return FALSE;
  self->index = format[0];
  return set (self, self->children[0].type, ARROW_DICTIONARY);
}

gboolean
rush_arrow_field_parse (const struct ArrowSchema *schema, guint depth, RushArrowField *self,
                        GError **error)
{
  const char *format = schema->format;

  self->name = g_strdup (schema->name != NULL ? schema->name : "");
  self->nullable = (schema->flags & ARROW_FLAG_NULLABLE) != 0;
  if (schema->dictionary != NULL)
    return parse_dictionary (schema, depth, self, error);
  if (strcmp (format, "+s") == 0)
    return parse_struct (schema, depth, self, error);
  if (strcmp (format, "+m") == 0)
    return parse_map (schema, depth, self, error);
  if (strcmp (format, "+l") == 0 || strcmp (format, "+L") == 0 ||
      g_str_has_prefix (format, "+vl") || g_str_has_prefix (format, "+vL") ||
      g_str_has_prefix (format, "+w:"))
    return parse_list (schema, depth, self, error);
  return parse_flat (format, self, error);
}

void
rush_arrow_field_clear (RushArrowField *self)
{
  for (guint c = 0; c < self->n_children; c++)
    rush_arrow_field_clear (&self->children[c]);
  g_free (self->children);
  g_free (self->name);
  rush_column_unref (self->words);
  rush_arrow_owner_unref (self->words_owner);
}

RushSchema *
rush_arrow_import_schema (const struct ArrowSchema *schema, GError **error)
{
  RushArrowField root = { 0 };
  RushSchema *answer = NULL;

  if (rush_arrow_field_parse (schema, 0, &root, error) &&
      (root.form == ARROW_STRUCT || refuse (&root, schema->format, "is not a struct", error)))
    answer = rush_schema_from_type (root.type);
  rush_arrow_field_clear (&root);
  return answer;
}
