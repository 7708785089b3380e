/* csv_values.c - to_csv (struct[, options]): a struct as a record of CSV.
 *
 *   to_csv (struct (1, 'a,b'))      1,"a,b"
 *
 * Fields are written as files of CSV have them (sql/records), with the same options.
 *
 * Mirrors:  org.apache.spark.sql.catalyst.expressions.StructsToCsv.
 */
#include "sql/functions/scalar/record_arguments_private.h"

#include "sql/records/csv_generator.h"
#include "sql/types/type_rules.h"

typedef struct
{
  RushEvalContext *ctx;
  RushColumn *const *args;
  guint row;
} OptionsSource;

static gpointer
make_options (const RushExpr *call, gpointer data, GError **error)
{
  const OptionsSource *source = data;
  g_autoptr (RushOptions) given = rush_record_options_of (call, source->args, 1, source->row);
  RushEvalSettings settings = rush_record_settings_of (source->ctx);

  return rush_csv_options_new (given, &settings, TRUE, error);
}

RUSH_EVALUATOR (to_csv)
{
  guint n = args[0]->type->n_fields;
  g_autofree RushColumn **fields = g_new (RushColumn *, n + 1);
  RushCsvGenerator generator;
  const RushCsvOptions *options;
  g_autoptr (GString) out = g_string_new (NULL);
  g_auto (RushTextWriter) writer = { .blocks = NULL };
  gboolean ok = TRUE;

  if (rows->n == 0)
    return rush_column_new_constant_null (&RUSH_STRING, rows->length, ctx->allocator, error);
  OptionsSource source = { ctx, args, rush_eval_row (rows, 0) };
  options = rush_eval_prepared (ctx, call, make_options, &source,
                                (GDestroyNotify)rush_csv_options_unref, error);
  if (options == NULL ||
      !rush_text_writer_init (&writer, &RUSH_STRING, rows->length, ctx->allocator, error))
    return NULL;
  for (guint i = 0; i < n; i++)
    fields[i] = rush_column_child (args[0], i);
  rush_csv_generator_init (&generator, options);
  for (guint i = 0; i < rows->n && ok; i++)
    {
      guint row = rush_eval_row (rows, i);

      g_string_truncate (out, 0);
      rush_csv_generate_row (&generator, n, fields, rush_column_struct_row (args[0], row), out);
      ok = rush_text_writer_set (&writer, row, out->str, out->len, error);
    }
  rush_csv_generator_clear (&generator);
  return ok ? rush_text_writer_finish (&writer) : NULL;
}

RUSH_RESULT_TYPE (result_type)
{
  if (!rush_record_check_options (n, args, 1, error))
    return NULL;
  if (args[0]->type->kind == RUSH_TYPE_STRUCT)
    return &RUSH_STRING;
  g_autofree char *call = rush_record_call_text (self, n, args);
  g_autofree char *type = rush_type_sql_id (args[0]->type);
  rush_sql_error_set (error, RUSH_SQL_CLASS_DATATYPE_MISMATCH_UNSUPPORTED_INPUT_TYPE, NULL,
                      "sqlExpr", call, "functionName", "`to_csv`", "dataType", type, NULL);
  return NULL;
}

const RushFunction rush_functions_csv_values[] = {
  RUSH_SCALAR ("to_csv", 1, 2, NULL, to_csv, "to_csv(struct[, options]) - a record of CSV", "3.0.0",
               RUSH_ARGS (RUSH_ARG_ANY), .result_type = result_type, .always_nullable = TRUE,
               .to_sql = rush_record_to_sql),
  { NULL },
};
