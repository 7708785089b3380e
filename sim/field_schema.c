/* field_schema.c - a table of fields as JSON Schema, for editors that check a file as it is typed.
 *
 * What a schema cannot say is left to the reader: that "200m" is more than "100k", that a name
 * stands elsewhere in the file, that two values contradict each other.  So a file that the schema
 * takes may still be refused, and never the other way round.
 *
 * Source: JSON Schema, draft 2020-12, core and validation.
 */
#include "sim/json_fields.h"

#include <math.h>

static void
member_string (RushJsonWriter *out, const char *name, const char *value)
{
  rush_json_member (out, name);
  rush_json_string (out, value);
}

static void
member_number (RushJsonWriter *out, const char *name, double value)
{
  rush_json_member (out, name);
  if (value == floor (value))
    rush_json_int (out, (gint64)value);
  else
    rush_json_double (out, value);
}

/* ---- numbers with units, and distributions ---- */

typedef struct
{
  const char *name, *of_one, *of_many;
  RushUnit unit;
} Definition;

static const Definition definitions[] = {
  { "time", "#/$defs/time", "#/$defs/times", RUSH_UNIT_SECONDS },
  { "size", "#/$defs/size", "#/$defs/sizes", RUSH_UNIT_BYTES },
  { "rate", "#/$defs/rate", NULL, RUSH_UNIT_BYTES_PER_S },
  { "number", "#/$defs/number", "#/$defs/numbers", RUSH_UNIT_PLAIN },
};

/* "time": { anyOf: [ { type: number, minimum: 0 }, { type: string, pattern: … } ] } */
static void
define_unit (const Definition *definition, RushJsonWriter *out)
{
  rush_json_member (out, definition->name);
  rush_json_begin_object (out);
  member_string (out, "description", rush_unit_example (definition->unit));
  if (definition->unit == RUSH_UNIT_PLAIN)
    {
      member_string (out, "type", "number");
      member_number (out, "minimum", 0);
    }
  else
    {
      g_autofree char *pattern = rush_unit_pattern (definition->unit);

      rush_json_member (out, "anyOf");
      rush_json_begin_array (out);
      rush_json_begin_object (out);
      member_string (out, "type", "number");
      member_number (out, "minimum", 0);
      rush_json_end_object (out);
      rush_json_begin_object (out);
      member_string (out, "type", "string");
      member_string (out, "pattern", pattern);
      rush_json_end_object (out);
      rush_json_end_array (out);
    }
  rush_json_end_object (out);
}

static void
reference (RushJsonWriter *out, const char *to)
{
  rush_json_begin_object (out);
  member_string (out, "$ref", to);
  rush_json_end_object (out);
}

/* { type: object, properties: { @name: … }, required: [ @name ], additionalProperties: false };
 * what stands at the dots is the caller's: it writes one value between begin and end. */
static void
begin_only_member (RushJsonWriter *out, const char *name)
{
  rush_json_begin_object (out);
  member_string (out, "type", "object");
  rush_json_member (out, "required");
  rush_json_begin_array (out);
  rush_json_string (out, name);
  rush_json_end_array (out);
  rush_json_member (out, "additionalProperties");
  rush_json_bool (out, FALSE);
  rush_json_member (out, "properties");
  rush_json_begin_object (out);
  rush_json_member (out, name);
}

static void
end_only_member (RushJsonWriter *out)
{
  rush_json_end_object (out);
  rush_json_end_object (out);
}

static void
list_of (RushJsonWriter *out, const char *item, guint least, guint most)
{
  rush_json_begin_object (out);
  member_string (out, "type", "array");
  rush_json_member (out, "items");
  reference (out, item);
  member_number (out, "minItems", least);
  if (most > 0)
    member_number (out, "maxItems", most);
  rush_json_end_object (out);
}

static void
pair_of (RushJsonWriter *out, const char *first, const char *item, const char *second, double least,
         double most)
{
  rush_json_begin_object (out);
  member_string (out, "type", "object");
  rush_json_member (out, "required");
  rush_json_begin_array (out);
  rush_json_string (out, first);
  rush_json_string (out, second);
  rush_json_end_array (out);
  rush_json_member (out, "additionalProperties");
  rush_json_bool (out, FALSE);
  rush_json_member (out, "properties");
  rush_json_begin_object (out);
  rush_json_member (out, first);
  reference (out, item);
  rush_json_member (out, second);
  rush_json_begin_object (out);
  member_string (out, "type", "number");
  member_number (out, "minimum", least);
  if (most > 0)
    member_number (out, "maximum", most);
  rush_json_end_object (out);
  rush_json_end_object (out);
  rush_json_end_object (out);
}

/* "times": one of them, or { kind: … }; see distribution.h */
static void
define_distribution (const Definition *definition, RushJsonWriter *out)
{
  rush_json_member (out, definition->of_many + sizeof ("#/$defs/") - 1);
  rush_json_begin_object (out);
  member_string (out, "description", "one number, or a distribution to draw from");
  rush_json_member (out, "anyOf");
  rush_json_begin_array (out);
  reference (out, definition->of_one);
  begin_only_member (out, "uniform");
  list_of (out, definition->of_one, 2, 2);
  end_only_member (out);
  begin_only_member (out, "exponential");
  reference (out, definition->of_one);
  end_only_member (out);
  begin_only_member (out, "lognormal");
  pair_of (out, "median", definition->of_one, "sigma", 0, 10);
  end_only_member (out);
  begin_only_member (out, "pareto");
  pair_of (out, "least", definition->of_one, "alpha", 0.1, 0);
  end_only_member (out);
  begin_only_member (out, "values");
  list_of (out, definition->of_one, 1, 0);
  end_only_member (out);
  rush_json_end_array (out);
  rush_json_end_object (out);
}

void
rush_json_fields_schema_definitions (RushJsonWriter *out)
{
  for (guint i = 0; i < G_N_ELEMENTS (definitions); i++)
    {
      define_unit (&definitions[i], out);
      if (definitions[i].of_many != NULL)
        define_distribution (&definitions[i], out);
    }
}

/* ---- fields ---- */

static void
member_bounds (const RushJsonField *field, RushJsonWriter *out)
{
  member_number (out, "minimum", field->least);
  if (field->most > 0)
    member_number (out, "maximum", field->most);
}

static void
member_words (const char *const *words, RushJsonWriter *out)
{
  rush_json_member (out, "enum");
  rush_json_begin_array (out);
  for (; *words != NULL; words++)
    rush_json_string (out, *words);
  rush_json_end_array (out);
}

static void
member_type (const RushJsonField *field, RushJsonWriter *out)
{
  switch (field->type)
    {
    case RUSH_FIELD_TEXT:
      member_string (out, "type", "string");
      member_number (out, "minLength", 1);
      break;
    case RUSH_FIELD_TEXTS:
      member_string (out, "type", "array");
      rush_json_member (out, "items");
      rush_json_begin_object (out);
      member_string (out, "type", "string");
      member_number (out, "minLength", 1);
      rush_json_end_object (out);
      break;
    case RUSH_FIELD_FLAG:
      member_string (out, "type", "boolean");
      break;
    case RUSH_FIELD_WORD:
      member_words (field->words, out);
      break;
    case RUSH_FIELD_COUNT:
      member_string (out, "type", "integer");
      member_bounds (field, out);
      break;
    case RUSH_FIELD_NUMBER:
      member_string (out, "type", "number");
      member_bounds (field, out);
      break;
    case RUSH_FIELD_TIME:
      member_string (out, "$ref", "#/$defs/time");
      break;
    case RUSH_FIELD_SIZE:
      member_string (out, "$ref", "#/$defs/size");
      break;
    case RUSH_FIELD_RATE:
      member_string (out, "$ref", "#/$defs/rate");
      break;
    case RUSH_FIELD_TIMES:
      member_string (out, "$ref", "#/$defs/times");
      break;
    case RUSH_FIELD_SIZES:
      member_string (out, "$ref", "#/$defs/sizes");
      break;
    case RUSH_FIELD_NUMBERS:
      member_string (out, "$ref", "#/$defs/numbers");
      break;
    case RUSH_FIELD_LIST:
      member_string (out, "type", "array");
      rush_json_member (out, "items");
      rush_json_fields_schema (field->inside, out);
      break;
    case RUSH_FIELD_OWN:
      field->own->schema (out);
      break;
    case RUSH_FIELD_OBJECT:
      g_assert_not_reached (); /* an object, not members of one */
    }
}

void
rush_json_field_schema_members (const RushJsonField *field, RushJsonWriter *out)
{
  member_string (out, "description", field->doc);
  member_type (field, out);
  if (field->standard != NULL)
    {
      g_autoptr (RushJson) standard = rush_json_parse (field->standard, -1, NULL);

      rush_json_member (out, "default");
      rush_json_value (out, standard);
    }
}

static void
write_field (const RushJsonField *field, RushJsonWriter *out)
{
  rush_json_member (out, field->name);
  if (field->type == RUSH_FIELD_OBJECT)
    {
      rush_json_fields_schema (field->inside, out);
      return;
    }
  rush_json_begin_object (out);
  rush_json_field_schema_members (field, out);
  rush_json_end_object (out);
}

static void
member_required (const RushJsonFieldTable *table, RushJsonWriter *out)
{
  gboolean any = FALSE;

  for (guint i = 0; i < table->n_fields; i++)
    {
      if (!table->fields[i].needed)
        continue;
      if (!any)
        {
          rush_json_member (out, "required");
          rush_json_begin_array (out);
        }
      any = TRUE;
      rush_json_string (out, table->fields[i].name);
    }
  if (any)
    rush_json_end_array (out);
}

void
rush_json_fields_schema (const RushJsonFieldTable *table, RushJsonWriter *out)
{
  rush_json_begin_object (out);
  member_string (out, "type", "object");
  member_required (table, out);
  rush_json_member (out, "additionalProperties");
  rush_json_bool (out, FALSE);
  rush_json_member (out, "properties");
  rush_json_begin_object (out);
  for (guint i = 0; i < table->n_fields; i++)
    write_field (&table->fields[i], out);
  rush_json_end_object (out);
  rush_json_end_object (out);
}
