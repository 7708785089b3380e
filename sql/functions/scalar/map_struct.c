/* map_struct.c - maps and structs made, and taken apart.
 *
 * A struct's column is its fields' columns: making one copies nothing.
 *
 * Mirrors:  CreateMap, MapFromArrays, MapKeys, MapValues, MapEntries, MapContainsKey, CreateStruct,
 *           CreateNamedStruct.
 */
#include "sql/functions/scalar/nested_private.h"
#include "sql/kernels/compare.h"

/* map () and named_struct () take pairs. */
static gboolean
are_pairs (const char *name, guint n, GError **error)
{
  g_autofree char *quoted = rush_sql_id_of (name), *actual = g_strdup_printf ("%u", n);

  if (n % 2 != 0)
    rush_sql_error_set (error, RUSH_SQL_CLASS_WRONG_NUM_ARGS_WITHOUT_SUGGESTION, NULL,
                        "functionName", quoted, "expectedNum", "2n (n > 0)", "actualNum", actual,
                        "docroot", "https://spark.apache.org/docs/latest", NULL);
  return n % 2 == 0;
}

/* ── structs ── */

/* A field is called as its expression is, if that has a name; else "col3" or "2", by its number. */
static char *
field_name (const RushExpr *expr, const char *prefix, guint number)
{
  if (expr->kind == RUSH_EXPR_ATTRIBUTE || expr->kind == RUSH_EXPR_ALIAS)
    return g_strdup (rush_expr_name (expr));
  if (expr->kind == RUSH_EXPR_GET_FIELD || expr->kind == RUSH_EXPR_BOUND)
    return g_strdup (expr->as.bound.name);
  g_autofree char *digits = g_strdup_printf ("%u", number);
  return g_strconcat (prefix, digits, NULL);
}

/* Fields: all arguments, or of named_struct (name, value, name, value …) every second one. */
RUSH_EVALUATOR (make_struct)
{
  gboolean named = strcmp (call->as.function.function->name, "named_struct") == 0;
  guint n = call->type->n_fields;
  g_autofree RushColumn **fields = g_new (RushColumn *, n);

  for (guint i = 0; i < n; i++)
    fields[i] = rush_column_ref (args[named ? 2 * i + 1 : i]);
  return rush_column_new_struct (call->type, rows->length, NULL, 0, fields);
}

static void
set_names_not_constant (GError **error, guint n, RushExpr *const *args)
{
  g_autofree char *call = rush_call_sql_id ("named_struct", n, args);
  g_autoptr (GString) names = g_string_new ("[");

  for (guint i = 0; i < n; i += 2)
    {
      g_autofree char *text = rush_expr_to_pretty_sql (args[i]);

      g_string_append_printf (names, "%s\"%s\"", i > 0 ? ", " : "", text);
    }
  g_string_append_c (names, ']');
  rush_sql_error_set (error,
                      RUSH_SQL_CLASS_DATATYPE_MISMATCH_CREATE_NAMED_STRUCT_WITHOUT_FOLDABLE_STRING,
                      NULL, "sqlExpr", call, "inputExprs", names->str, NULL);
}

RUSH_RESULT_TYPE (named_struct_type)
{
  if (!are_pairs ("named_struct", n, error))
    return NULL;
  g_autofree RushTypeField *fields = g_new (RushTypeField, n / 2 + 1);
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; i < n / 2; i++)
    {
      const RushExpr *name = args[2 * i];
      if (name->kind != RUSH_EXPR_LITERAL || name->type != &RUSH_STRING ||
          rush_expr_is_literal_null (name))
        {
          set_names_not_constant (error, n, args);
          return NULL;
        }
      RushText text = rush_text_arg (name->as.literal.value, 0);
      g_ptr_array_add (names, g_strndup (text.bytes, text.length));
      fields[i] =
          (RushTypeField){ names->pdata[i], args[2 * i + 1]->type, args[2 * i + 1]->nullable };
    }
  *inout_nullable = FALSE;
  return rush_type_struct (n / 2, fields);
}

RUSH_RESULT_TYPE (struct_type)
{
  g_autofree RushTypeField *fields = g_new (RushTypeField, n + 1);
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; i < n; i++)
    {
      g_ptr_array_add (names, field_name (args[i], "col", i + 1));
      fields[i] = (RushTypeField){ names->pdata[i], args[i]->type, args[i]->nullable };
    }
  *inout_nullable = FALSE;
  return rush_type_struct (n, fields);
}

/* ── maps ── */

static gboolean
check_keys (RushColumn *const *sources, const GArray *picks, guint start, GError **error)
{
  for (guint i = start; i < picks->len; i++)
    {
      RushRowId key = g_array_index (picks, RushRowId, i);
      if (!rush_column_is_valid (sources[key.batch], key.row))
        {
          rush_sql_error_set (error, RUSH_SQL_CLASS_NULL_MAP_KEY, NULL, NULL);
          return FALSE;
        }
      for (guint k = start; k < i; k++)
        {
          RushRowId other = g_array_index (picks, RushRowId, k);
          if (rush_compare_rows (sources[key.batch], key.row, sources[other.batch], other.row) != 0)
            continue;
          g_autoptr (GString) text = g_string_new (NULL);
          rush_column_append_text (sources[key.batch], key.row, text);
          rush_sql_error_set (error, RUSH_SQL_CLASS_DUPLICATED_MAP_KEY, NULL, "key", text->str,
                              "mapKeyDedupPolicy", "\"spark.sql.mapKeyDedupPolicy\"", NULL);
          return FALSE;
        }
    }
  return TRUE;
}

/* Keys and values are picked alike, from their own sources. */
typedef struct
{
  GArray *keys, *values;
  RushColumnWriter lists;
} MapWriter;

static void
map_writer_clear (MapWriter *self)
{
  g_clear_pointer (&self->keys, g_array_unref);
  g_clear_pointer (&self->values, g_array_unref);
  rush_column_writer_clear (&self->lists);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (MapWriter, map_writer_clear)

static gboolean
map_writer_init (MapWriter *self, const RushType *type, const RushRows *rows, RushEvalContext *ctx,
                 GError **error)
{
  self->keys = g_array_new (FALSE, FALSE, sizeof (RushRowId));
  self->values = g_array_new (FALSE, FALSE, sizeof (RushRowId));
  return rush_column_writer_init (&self->lists, type, rows->length, TRUE, ctx->allocator, error);
}

static void
map_writer_add (MapWriter *self, guint source, guint key, guint value)
{
  RushRowId k = { source, key }, v = { source, value };
  g_array_append_val (self->keys, k);
  g_array_append_val (self->values, v);
}

static gboolean
map_writer_end (MapWriter *self, guint start, guint row, RushColumn *const *key_sources,
                GError **error)
{
  ((RushListView *)self->lists.values->bytes)[row] =
      (RushListView){ (gint32)start, (gint32)(self->keys->len - start) };
  return check_keys (key_sources, self->keys, start, error);
}

static RushColumn *
map_writer_finish (MapWriter *self, RushColumn *const *keys, RushColumn *const *values, guint n,
                   RushEvalContext *ctx, GError **error)
{
  RushColumn *children[2];

  children[0] = rush_column_gather (keys, n, (const RushRowId *)self->keys->data, self->keys->len,
                                    ctx->allocator, error);
  if (children[0] == NULL)
    return NULL;
  children[1] = rush_column_gather (values, n, (const RushRowId *)self->values->data,
                                    self->values->len, ctx->allocator, error);
  if (children[1] == NULL)
    {
      rush_column_unref (children[0]);
      return NULL;
    }
  return rush_column_new_list (self->lists.type, self->lists.length, NULL, 0,
                               g_steal_pointer (&self->lists.values), children);
}

/* map (key, value, key, value …) */
RUSH_EVALUATOR (make_map)
{
  guint n = call->n_children / 2;
  g_autofree RushColumn **keys = g_new (RushColumn *, n + 1);
  g_autofree RushColumn **values = g_new (RushColumn *, n + 1);
  g_auto (MapWriter) writer = { NULL };

  for (guint i = 0; i < n; i++)
    {
      keys[i] = args[2 * i];
      values[i] = args[2 * i + 1];
    }
  if (!map_writer_init (&writer, call->type, rows, ctx, error))
    return NULL;
  RUSH_FOR_ROWS (rows, row, {
    guint start = writer.keys->len;
    for (guint i = 0; i < n; i++)
      map_writer_add (&writer, i, row, row);
    if (!map_writer_end (&writer, start, row, keys, error))
      return NULL;
  });
  if (n > 0)
    return map_writer_finish (&writer, keys, values, n, ctx, error);
  g_autoptr (RushColumn) none = rush_column_new_void (0);
  return map_writer_finish (&writer, &none, &none, 1, ctx, error);
}

RUSH_RESULT_TYPE (map_type)
{
  gboolean nulls = FALSE;
  if (!are_pairs ("map", n, error))
    return NULL;
  for (guint i = 1; i < n; i += 2)
    nulls = nulls || args[i]->nullable;
  *inout_nullable = FALSE;
  return n > 0 ? rush_type_map (args[0]->type, args[1]->type, nulls)
               : rush_type_map (&RUSH_NULL, &RUSH_NULL, FALSE);
}

RUSH_EVALUATOR (map_from_arrays)
{
  RushColumn *keys = rush_column_child (args[0], 0), *values = rush_column_child (args[1], 0);
  g_auto (MapWriter) writer = { NULL };

  if (!map_writer_init (&writer, call->type, rows, ctx, error))
    return NULL;
  RUSH_FOR_ROWS (rows, row, {
    RushListView k = rush_column_get_list (args[0], row);
    RushListView v = rush_column_get_list (args[1], row);
    guint start = writer.keys->len;
    if (k.length != v.length)
      {
        g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT,
                     "map_from_arrays() takes as many keys as values, not %d and %d", k.length,
                     v.length);
        return NULL;
      }
    for (gint32 i = 0; i < k.length; i++)
      map_writer_add (&writer, 0, (guint)(k.offset + i), (guint)(v.offset + i));
    if (!map_writer_end (&writer, start, row, &keys, error))
      return NULL;
  });
  return map_writer_finish (&writer, &keys, &values, 1, ctx, error);
}

RUSH_RESULT_TYPE (from_arrays_type)
{
  return rush_type_map (rush_type_element (args[0]->type), rush_type_element (args[1]->type),
                        args[1]->type->fields[0].nullable);
}

/* map_from_entries (array of structs of two fields) */
RUSH_EVALUATOR (map_from_entries)
{
  RushColumn *entries = rush_column_child (args[0], 0);
  g_autoptr (RushColumn) keys = rush_column_struct_field (entries, 0, ctx->allocator, error);
  g_autoptr (RushColumn) values =
      keys != NULL ? rush_column_struct_field (entries, 1, ctx->allocator, error) : NULL;
  g_auto (MapWriter) writer = { NULL };
  RushColumn *sources[] = { keys };

  if (values == NULL || !map_writer_init (&writer, call->type, rows, ctx, error))
    return NULL;
  RUSH_FOR_ROWS (rows, row, {
    RushListView list = rush_column_get_list (args[0], row);
    guint start = writer.keys->len;
    for (guint k = (guint)list.offset; k < (guint)(list.offset + list.length); k++)
      map_writer_add (&writer, 0, k, k);
    if (!map_writer_end (&writer, start, row, sources, error))
      return NULL;
  });
  return map_writer_finish (&writer, &keys, &values, 1, ctx, error);
}

RUSH_RESULT_TYPE (from_entries_type)
{
  const RushType *entry = rush_type_element (args[0]->type);
  if (entry->kind != RUSH_TYPE_STRUCT || entry->n_fields != 2)
    {
      rush_set_unexpected_type (error, self, n, args, 0, "\"ARRAY\" of pair \"STRUCT\"");
      return NULL;
    }
  return rush_type_map (entry->fields[0].type, entry->fields[1].type, entry->fields[1].nullable);
}

/* map_concat (a, b, …): no key may stand in two of them. */
RUSH_EVALUATOR (map_concat)
{
  guint n = call->n_children;
  g_autofree RushColumn **keys = g_new (RushColumn *, n);
  g_autofree RushColumn **values = g_new (RushColumn *, n);
  g_auto (MapWriter) writer = { NULL };

  for (guint i = 0; i < n; i++)
    {
      keys[i] = rush_column_child (args[i], 0);
      values[i] = rush_column_child (args[i], 1);
    }
  if (!map_writer_init (&writer, call->type, rows, ctx, error))
    return NULL;
  RUSH_FOR_ROWS (rows, row, {
    guint start = writer.keys->len;
    for (guint i = 0; i < n; i++)
      {
        RushListView list = rush_column_get_list (args[i], row);
        for (guint k = (guint)list.offset; k < (guint)(list.offset + list.length); k++)
          map_writer_add (&writer, i, k, k);
      }
    if (!map_writer_end (&writer, start, row, keys, error))
      return NULL;
  });
  return map_writer_finish (&writer, keys, values, n, ctx, error);
}

RUSH_RESULT_TYPE (concat_type)
{
  for (guint i = 0; i < n; i++)
    if (args[i]->type->kind != RUSH_TYPE_MAP)
      {
        rush_set_unexpected_type (error, self, n, args, i, "\"MAP\"");
        return NULL;
      }
  return args[0]->type;
}

/* arrays_zip (a, b): structs of the elements with one number; null where one list is shorter. */
RUSH_EVALUATOR (arrays_zip)
{
  guint n = call->n_children, total = 0;
  g_autofree RushColumn **fields = g_new0 (RushColumn *, n);
  g_autoptr (GArray) places = g_array_new (FALSE, FALSE, sizeof (guint32));
  g_auto (RushColumnWriter) lists = { NULL };
  guint made = 0;

  if (!rush_column_writer_init (&lists, call->type, rows->length, TRUE, ctx->allocator, error))
    return NULL;
  for (; made < n; made++)
    {
      g_array_set_size (places, 0);
      RUSH_FOR_ROWS (rows, row, {
        gint32 longest = 0;
        RushListView list = rush_column_get_list (args[made], row);
        for (guint i = 0; i < n; i++)
          longest = MAX (longest, rush_column_get_list (args[i], row).length);
        ((RushListView *)lists.values->bytes)[row] = (RushListView){ (gint32)places->len, longest };
        for (gint32 k = 0; k < longest; k++)
          {
            guint32 place = k < list.length ? (guint32)(list.offset + k) : RUSH_NO_ROW;
            g_array_append_val (places, place);
          }
      });
      total = places->len;
      fields[made] = rush_column_take (rush_column_child (args[made], 0),
                                       (const guint32 *)places->data, total, ctx->allocator, error);
      if (fields[made] == NULL)
        break;
    }
  if (made < n)
    {
      while (made > 0)
        rush_column_unref (fields[--made]);
      return NULL;
    }
  RushColumn *structs =
      rush_column_new_struct (rush_type_element (call->type), total, NULL, 0, fields);
  return rush_column_new_list (call->type, rows->length, NULL, 0, g_steal_pointer (&lists.values),
                               &structs);
}

RUSH_RESULT_TYPE (zip_type)
{
  g_autofree RushTypeField *fields = g_new (RushTypeField, n + 1);
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; i < n; i++)
    {
      g_ptr_array_add (names, field_name (args[i], "", i));
      fields[i] = (RushTypeField){ names->pdata[i], rush_type_element (args[i]->type), TRUE };
    }
  return rush_type_array (rush_type_struct (n, fields), FALSE);
}

/* The lists of a map are lists of its keys, and of its values. */
static RushColumn *
part_of_map (const RushType *type, RushColumn *map, guint child, RushEvalContext *ctx,
             GError **error)
{
  g_autoptr (RushColumn) flat = rush_column_flatten (map, ctx->allocator, error);
  if (flat == NULL)
    return NULL;
  guint whole = flat->offset + flat->length;
  RushColumn *elements = rush_column_ref (rush_column_child (flat, child));
  RushColumn *lists = rush_column_new_list (
      type, whole, flat->validity != NULL ? rush_buffer_ref (flat->validity) : NULL,
      flat->null_count, rush_buffer_ref (flat->values), &elements);
  if (flat->offset == 0)
    return lists;
  RushColumn *slice = rush_column_slice (lists, flat->offset, flat->length);
  rush_column_unref (lists);
  return slice;
}

RUSH_EVALUATOR (map_keys)
{
  return part_of_map (call->type, args[0], 0, ctx, error);
}

RUSH_EVALUATOR (map_values)
{
  return part_of_map (call->type, args[0], 1, ctx, error);
}

RUSH_RESULT_TYPE (keys_type)
{
  return rush_type_array (args[0]->type->fields[0].type, FALSE);
}

RUSH_RESULT_TYPE (values_type)
{
  return rush_type_array (args[0]->type->fields[1].type, args[0]->type->fields[1].nullable);
}

RUSH_BOOL_EVALUATOR (map_contains_key, {
  RushListView list = rush_column_get_list (args[0], row);
  const RushColumn *keys = rush_column_child (args[0], 0);
  for (gint32 k = 0; !value && k < list.length; k++)
    value = rush_compare_rows (keys, (guint)(list.offset + k), args[1], row) == 0;
})

RUSH_EVALUATOR (map_entries)
{
  g_autoptr (RushColumn) flat = rush_column_flatten (args[0], ctx->allocator, error);
  if (flat == NULL)
    return NULL;
  RushColumn *children[] = { rush_column_ref (rush_column_child (flat, 0)),
                             rush_column_ref (rush_column_child (flat, 1)) };
  RushColumn *entries = rush_column_new_struct (rush_type_element (call->type), children[0]->length,
                                                NULL, 0, children);
  guint whole = flat->offset + flat->length;
  RushColumn *lists = rush_column_new_list (
      call->type, whole, flat->validity != NULL ? rush_buffer_ref (flat->validity) : NULL,
      flat->null_count, rush_buffer_ref (flat->values), &entries);
  RushColumn *slice = rush_column_slice (lists, flat->offset, flat->length);
  rush_column_unref (lists);
  return slice;
}

RUSH_RESULT_TYPE (entries_type)
{
  RushTypeField fields[] = { { "key", args[0]->type->fields[0].type, FALSE },
                             { "value", args[0]->type->fields[1].type,
                               args[0]->type->fields[1].nullable } };
  return rush_type_array (rush_type_struct (2, fields), FALSE);
}

#define OF_MAP(NAME, TYPE, FUNC, USAGE)                                                            \
  RUSH_SCALAR (NAME, 1, 1, NULL, FUNC, NAME "(map) - " USAGE, "2.3.0", RUSH_ARGS (RUSH_ARG_MAP),   \
               .result_type = TYPE)

const RushFunction rush_functions_map_struct[] = {
  RUSH_SCALAR ("struct", 0, G_MAXUINT, NULL, make_struct, "struct(a, …)", "1.4.0",
               RUSH_ARGS (RUSH_ARG_ANY), .result_type = struct_type, .never_null = TRUE,
               .handles_nulls = TRUE),
  RUSH_SCALAR ("named_struct", 0, G_MAXUINT, NULL, make_struct, "named_struct(name, a, …)", "1.5.0",
               RUSH_ARGS (RUSH_ARG_ANY), .result_type = named_struct_type, .never_null = TRUE,
               .handles_nulls = TRUE),
  RUSH_SCALAR ("map", 0, G_MAXUINT, NULL, make_map, "map(key, value, …)", "2.0.0",
               RUSH_ARGS (RUSH_ARG_KEY_OR_VALUE), .result_type = map_type, .never_null = TRUE,
               .handles_nulls = TRUE),
  RUSH_SCALAR ("map_from_arrays", 2, 2, NULL, map_from_arrays, "map_from_arrays(keys, values)",
               "2.4.0", RUSH_ARGS (RUSH_ARG_ARRAY), .result_type = from_arrays_type),
  OF_MAP ("map_keys", keys_type, map_keys, "an array of its keys"),
  OF_MAP ("map_values", values_type, map_values, "an array of its values"),
  OF_MAP ("map_entries", entries_type, map_entries, "an array of structs"),
  RUSH_SCALAR ("map_contains_key", 2, 2, &RUSH_BOOL, map_contains_key, "map_contains_key(map, key)",
               "3.3.0", RUSH_ARGS (RUSH_ARG_MAP, RUSH_ARG_INDEX_OR_KEY)),
  RUSH_SCALAR ("map_from_entries", 1, 1, NULL, map_from_entries, "map_from_entries(structs)",
               "2.4.0", RUSH_ARGS (RUSH_ARG_ARRAY), .result_type = from_entries_type),
  RUSH_SCALAR ("map_concat", 1, G_MAXUINT, NULL, map_concat, "map_concat(a, b, …)", "2.4.0",
               RUSH_ARGS (RUSH_ARG_SAME), .result_type = concat_type),
  RUSH_SCALAR ("arrays_zip", 1, G_MAXUINT, NULL, arrays_zip, "arrays_zip(a, b, …) - of structs",
               "2.4.0", RUSH_ARGS (RUSH_ARG_ARRAY), .result_type = zip_type),
  { NULL },
};
