/* sql_told_types.c - types that a file cannot have, told beside it.
 *
 * Parquet knows a vector as a struct alone.  Spark writes the schema's JSON into a file's metadata,
 * and goes by that when it reads; here it is taken where it says more: user-defined types, and the
 * metadata of columns (what an ML column's numbers stand for).
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
engine_types_to_tell (const RushSchema *schema, gboolean has_metadata)
{
  const RushType *type = rush_schema_to_type (schema);

  return has_metadata || has_user_type (type) ? rush_type_to_json (type) : NULL;
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

GPtrArray *
engine_told_metadata (const RushFileFormat *format, const RushPartitionedFile *file,
                      const RushSchema *schema)
{
  const char *class_name = ((const RushArrowFormat *)format)->class_name;
  GPtrArray *all = NULL;
  PyGILState_STATE gil = PyGILState_Ensure ();
  PyObject *module = PyImport_ImportModule ("rushlight.sql._arrow_files");
  PyObject *kind = module != NULL ? PyObject_GetAttrString (module, class_name) : NULL;
  PyObject *told =
      kind != NULL ? PyObject_CallMethod (kind, "metadata", "sLL", file->path,
                                          (long long)file->file_size, (long long)file->modified_us)
                   : NULL;

  if (told != NULL && PyDict_GET_SIZE (told) > 0)
    all = g_ptr_array_new_with_free_func (g_free);
  for (guint i = 0; all != NULL && i < schema->n_fields; i++)
    {
      PyObject *text = PyDict_GetItemString (told, schema->fields[i].name);

      g_ptr_array_add (all, text != NULL ? g_strdup (PyUnicode_AsUTF8 (text)) : NULL);
    }
  PyErr_Clear (); /* of others: may be anything */
  Py_XDECREF (told);
  Py_XDECREF (kind);
  Py_XDECREF (module);
  PyGILState_Release (gil);
  return all;
}
