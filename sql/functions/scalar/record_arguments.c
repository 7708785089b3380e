/* record_arguments.c - options and schemas of to_json (), from_csv () and their kin. */
#include "sql/functions/scalar/record_arguments_private.h"

#include "sql/types/type_rules.h"

RushOptions *
rush_record_options_of (const RushExpr *call, RushColumn *const *args, guint i, guint row)
{
  RushOptions *options = rush_options_new ();

  if (i >= call->n_children || !rush_column_is_valid (args[i], row))
    return options;
  RushListView list = rush_column_get_list (args[i], row);
  for (gint32 k = 0; k < list.length; k++)
    {
      guint at = (guint)(list.offset + k);
      RushText key = rush_text_arg (rush_column_child (args[i], 0), at);
      g_autofree char *name = g_strndup (key.bytes, key.length), *text = NULL;

      if (!rush_column_is_valid (rush_column_child (args[i], 1), at))
        continue;
      RushText value = rush_text_arg (rush_column_child (args[i], 1), at);
      text = g_strndup (value.bytes, value.length);
      rush_options_set (options, name, text);
    }
  return options;
}

static gpointer
make_empty_conf (gpointer data)
{
  return g_hash_table_new (g_str_hash, g_str_equal);
}

RushEvalSettings
rush_record_settings_of (const RushEvalContext *ctx)
{
  static GOnce once = G_ONCE_INIT;

  return (RushEvalSettings){ .ansi = TRUE,
                             .time_zone = ctx->time_zone,
                             .now_us = ctx->now_us,
                             .conf = g_once (&once, make_empty_conf, NULL) };
}

gboolean
rush_record_check_options (guint n, RushExpr *const *args, guint i, GError **error)
{
  if (i >= n)
    return TRUE;
  const RushType *type = args[i]->type;
  if (type->kind != RUSH_TYPE_MAP || !(args[i]->flags & RUSH_EXPR_FOLDABLE))
    {
      rush_sql_error_set (error, RUSH_SQL_CLASS_INVALID_OPTIONS_NON_MAP_FUNCTION, NULL, NULL);
      return FALSE;
    }
  if (type->fields[0].type == &RUSH_STRING && type->fields[1].type == &RUSH_STRING)
    return TRUE;
  g_autofree char *shown = rush_type_sql_id (type);
  rush_sql_error_set (error, RUSH_SQL_CLASS_INVALID_OPTIONS_NON_STRING_TYPE, NULL, "mapType", shown,
                      NULL);
  return FALSE;
}

const RushType *
rush_record_nullable_type (const RushType *type)
{
  if (type->kind == RUSH_TYPE_ARRAY)
    return rush_type_array (rush_record_nullable_type (type->fields[0].type), TRUE);
  if (type->kind == RUSH_TYPE_MAP)
    return rush_type_map (rush_record_nullable_type (type->fields[0].type),
                          rush_record_nullable_type (type->fields[1].type), TRUE);
  if (type->kind != RUSH_TYPE_STRUCT)
    return type;
  g_autofree RushTypeField *fields = g_new (RushTypeField, type->n_fields + 1);
  for (guint i = 0; i < type->n_fields; i++)
    fields[i] = (RushTypeField){ type->fields[i].name,
                                 rush_record_nullable_type (type->fields[i].type), TRUE };
  return rush_type_struct (type->n_fields, fields);
}

char *
rush_record_to_sql (const RushExpr *call, char *const *args)
{
  const char *name = call->as.function.function->name;

  if (call->type != NULL && call->type->kind == RUSH_TYPE_MAP)
    return g_strdup ("entries"); /* from_json () of a map: so it is called in Spark */
  return g_strdup_printf ("%s(%s)", name, args[0]);
}

char *
rush_record_call_text (const RushFunction *self, guint n, RushExpr *const *args)
{
  g_autofree char *first = rush_expr_to_pretty_sql (args[0]);

  return g_strdup_printf ("\"%s(%s)\"", self->name, first);
}
