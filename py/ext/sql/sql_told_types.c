/* sql_told_types.c - types that a file cannot have, told beside it.
 *
 * Parquet knows a vector as a struct alone.  Spark writes the schema's JSON into a file's metadata,
 * and goes by that when it reads; here it is taken where it says more: user-defined types.
 */
#include "py/ext/sql/sql_format_arrow.h"

#include "core/data/retype.h"
#include "sql/types/type_json.h"

#include <string.h>

static gboolean
has_user_type (const RushType *type)
{
  if (type->user != NULL)
    return TRUE;
  for (guint i = 0; i < type->n_fields; i++)
    if (has_user_type (type->fields[i].type))
      return TRUE;
  return FALSE;
}

char *
engine_types_to_tell (const RushSchema *schema)
{
  const RushType *type = rush_schema_to_type (schema);

  return has_user_type (type) ? rush_type_to_json (type) : NULL;
}

RushSchema *
engine_schema_with_told_types (RushSchema *schema, const char *told)
{
  g_autoptr (RushSchema) plain = schema;
  const RushType *type = rush_type_from_json (told, -1, NULL); /* of others: may be anything */

  if (type == NULL || type->kind != RUSH_TYPE_STRUCT)
    return g_steal_pointer (&plain);
  g_autofree RushField *fields = g_memdup2 (plain->fields, plain->n_fields * sizeof (RushField));
  for (guint i = 0; i < plain->n_fields; i++)
    for (guint t = 0; t < type->n_fields; t++)
      if (strcmp (type->fields[t].name, fields[i].name) == 0 &&
          has_user_type (type->fields[t].type) &&
          rush_type_same_layout (type->fields[t].type, fields[i].type))
        fields[i].type = type->fields[t].type;
  return rush_schema_new (plain->n_fields, fields);
}
