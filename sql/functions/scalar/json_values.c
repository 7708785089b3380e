/* json_values.c - from_json (), to_json (), schema_of_json (): values of any type, and their text.
 *
 *   from_json ('{"a": 1}', 'a INT')     {a: 1}             text → tokens → columns
 *   to_json (struct (1 AS a))           {"a":1}
 *   schema_of_json ('{"a": 1}')         STRUCT<a: BIGINT>
 *
 * They read and write as files of JSON do (sql/records), and take the same options.  The schema is
 * a null of its type here: the analyzer has read its text.  A malformed text gives what could be
 * read of it, or an error (FAILFAST); from_json () is never the reason why a row is lost, so
 * DROPMALFORMED is refused.
 *
 * Mirrors:  JsonToStructs, StructsToJson, SchemaOfJson.
 */
#include "sql/functions/scalar/record_arguments_private.h"

#include "sql/records/json_generator.h"
#include "sql/records/json_parser.h"
#include "sql/records/json_shape.h"
#include "sql/types/type_rules.h"

typedef struct
{
  RushEvalContext *ctx;
  RushColumn *const *args;
  guint argument; /* of the options */
  guint row;      /* any that counts */
  gboolean writing;
} OptionsSource;

static gpointer
make_options (const RushExpr *call, gpointer data, GError **error)
{
  const OptionsSource *source = data;
  g_autoptr (RushOptions) given =
      rush_record_options_of (call, source->args, source->argument, source->row);
  RushEvalSettings settings = rush_record_settings_of (source->ctx);

  return rush_json_options_new (given, &settings, source->writing, error);
}

/* The call's options, which are the same for all rows; there is a row. */
static RushJsonOptions *
options_of (const RushExpr *call, RushColumn *const *args, guint argument, gboolean writing,
            const RushRows *rows, RushEvalContext *ctx, GError **error)
{
  OptionsSource source = { ctx, args, argument, rush_eval_row (rows, 0), writing };

  return rush_eval_prepared (ctx, call, make_options, &source,
                             (GDestroyNotify)rush_json_options_unref, error);
}

/* ── from_json () ── */

static gboolean
check_mode (const RushJsonOptions *options, GError **error)
{
  if (options->mode != RUSH_PARSE_DROP_MALFORMED)
    return TRUE;
  rush_sql_error_set (error, RUSH_SQL_CLASS_PARSE_MODE_UNSUPPORTED, NULL, "funcName", "`from_json`",
                      "mode", "DROPMALFORMED", NULL);
  return FALSE;
}

/* A value for each position below rows->length: nulls for rows that do not count. */
static gboolean
parse_rows (RushJsonParser *parser, RushColumnBuilder *into, const RushColumn *texts,
            const RushRows *rows, GError **error)
{
  RUSH_FOR_ROWS (rows, row, {
    while (rush_column_builder_length (into) < row)
      if (!rush_column_builder_append_null (into, error))
        return FALSE;
    if (!rush_column_is_valid (texts, row))
      continue;
    RushText text = rush_text_arg (texts, row);
    if (!rush_json_parser_add_value (parser, text.bytes, text.length, error))
      return FALSE;
  });
  while (rush_column_builder_length (into) < rows->length)
    if (!rush_column_builder_append_null (into, error))
      return FALSE;
  return TRUE;
}

RUSH_EVALUATOR (from_json)
{
  RushField field = { (char *)"value", call->type, TRUE };
  g_autoptr (RushSchema) schema = rush_schema_new (1, &field);
  g_autoptr (RushBatchBuilder) builder = NULL;
  RushJsonOptions *options;
  RushJsonParser *parser;
  RushColumnBuilder *into;
  RushColumn *column = NULL;

  if (rows->n == 0)
    return rush_column_new_constant_null (call->type, rows->length, ctx->allocator, error);
  options = options_of (call, args, 2, FALSE, rows, ctx, error);
  if (options == NULL || !check_mode (options, error))
    return NULL;
  builder = rush_batch_builder_new (schema, ctx->allocator);
  into = rush_batch_builder_column (builder, 0);
  parser = rush_json_parser_new (schema, options, builder, ctx->allocator, error);
  if (parser != NULL && parse_rows (parser, into, args[0], rows, error))
    column = rush_column_builder_finish (into);
  rush_json_parser_free (parser);
  return column;
}

static void
set_wrong_schema (GError **error, const RushFunction *self, guint n, RushExpr *const *args,
                  const RushType *type)
{
  g_autofree char *call = rush_record_call_text (self, n, args), *schema = rush_type_sql_id (type);

  rush_sql_error_set (error, RUSH_SQL_CLASS_DATATYPE_MISMATCH_INVALID_JSON_SCHEMA, NULL, "sqlExpr",
                      call, "schema", schema, NULL);
}

static gboolean
is_json_root (const RushType *type)
{
  return type->kind == RUSH_TYPE_STRUCT || type->kind == RUSH_TYPE_ARRAY ||
         type->kind == RUSH_TYPE_MAP;
}

/* A text, or null: nothing is cast to one here. */
static gboolean
is_text (const RushFunction *self, guint n, RushExpr *const *args, GError **error)
{
  if (args[0]->type == &RUSH_STRING || args[0]->type == &RUSH_NULL)
    return TRUE;
  rush_set_unexpected_type (error, self, 1, args, 0, "\"STRING\"");
  return FALSE;
}

RUSH_RESULT_TYPE (from_json_type)
{
  if (!is_text (self, n, args, error) || !rush_record_check_options (n, args, 2, error))
    return NULL;
  if (is_json_root (args[1]->type))
    return rush_record_nullable_type (args[1]->type);
  set_wrong_schema (error, self, n, args, args[1]->type);
  return NULL;
}

/* ── to_json () ── */

RUSH_EVALUATOR (to_json)
{
  g_autoptr (GString) out = g_string_new (NULL);
  g_auto (RushTextWriter) writer = { .blocks = NULL };
  RushJsonGenerator generator;
  RushJsonOptions *options;

  if (rows->n == 0)
    return rush_column_new_constant_null (&RUSH_STRING, rows->length, ctx->allocator, error);
  options = options_of (call, args, 1, TRUE, rows, ctx, error);
  if (options == NULL ||
      !rush_text_writer_init (&writer, &RUSH_STRING, rows->length, ctx->allocator, error))
    return NULL;
  rush_json_generator_init (&generator, options);
  RUSH_FOR_ROWS (rows, row, {
    g_string_truncate (out, 0);
    rush_json_generate_value (&generator, args[0], row, out);
    if (!rush_text_writer_set (&writer, row, out->str, out->len, error))
      return NULL;
  });
  return rush_text_writer_finish (&writer);
}

RUSH_RESULT_TYPE (to_json_type)
{
  if (!rush_record_check_options (n, args, 1, error))
    return NULL;
  if (is_json_root (args[0]->type) || args[0]->type == &RUSH_NULL)
    return &RUSH_STRING;
  set_wrong_schema (error, self, n, args, args[0]->type);
  return NULL;
}

/* ── schema_of_json () ── */

/* The type of one text, as SQL has it; NULL: it is no JSON. (transfer full) */
static char *
schema_of (RushText text, const RushJsonOptions *options, RushAllocator *allocator, GError **error)
{
  RushJsonShape *shape = rush_json_shape_new ();
  RushJsonScanner scanner;
  char *sql = NULL;

  rush_json_scanner_init (&scanner, options, allocator);
  rush_json_scanner_begin (&scanner, text.bytes, text.length);
  if (rush_json_shape_add_value (shape, &scanner))
    sql = rush_type_sql (rush_json_shape_value_type (shape, options));
  else
    rush_set_malformed (error, text.bytes, text.length);
  rush_json_scanner_clear (&scanner);
  rush_json_shape_free (shape);
  return sql;
}

RUSH_EVALUATOR (schema_of_json)
{
  g_autofree char *sql = NULL;
  RushJsonOptions *options;

  if (rows->n == 0)
    return rush_column_new_constant_null (&RUSH_STRING, rows->length, ctx->allocator, error);
  options = options_of (call, args, 1, FALSE, rows, ctx, error);
  if (options != NULL)
    sql = schema_of (rush_text_arg (args[0], rush_eval_row (rows, 0)), options, ctx->allocator,
                     error);
  if (sql == NULL)
    return NULL;
  return rush_column_new_constant_bytes (&RUSH_STRING, sql, strlen (sql), rows->length,
                                         ctx->allocator, error);
}

RUSH_RESULT_TYPE (schema_of_json_type)
{
  g_autofree char *call = rush_record_call_text (self, n, args);

  if (!is_text (self, n, args, error) || !rush_record_check_options (n, args, 1, error))
    return NULL;
  if (!(args[0]->flags & RUSH_EXPR_FOLDABLE))
    {
      g_autofree char *shown = rush_expr_to_pretty_sql (args[0]);
      g_autofree char *quoted = g_strdup_printf ("\"%s\"", shown);
      rush_sql_error_set (error, RUSH_SQL_CLASS_DATATYPE_MISMATCH_NON_FOLDABLE_INPUT, NULL,
                          "sqlExpr", call, "inputName", "`json`", "inputType", "\"STRING\"",
                          "inputExpr", quoted, NULL);
      return NULL;
    }
  if (!rush_expr_is_literal_null (args[0]))
    return &RUSH_STRING;
  rush_sql_error_set (error, RUSH_SQL_CLASS_DATATYPE_MISMATCH_UNEXPECTED_NULL, NULL, "sqlExpr",
                      call, "exprName", "json", NULL);
  return NULL;
}

const RushFunction rush_functions_json_values[] = {
  RUSH_SCALAR ("from_json", 2, 3, NULL, from_json,
               "from_json(text, schema[, options]) - the value of a JSON text", "2.2.0",
               RUSH_ARGS (RUSH_ARG_ANY, RUSH_ARG_SCHEMA, RUSH_ARG_ANY),
               .result_type = from_json_type, .handles_nulls = TRUE, .always_nullable = TRUE,
               .to_sql = rush_record_to_sql),
  RUSH_SCALAR ("to_json", 1, 2, NULL, to_json, "to_json(value[, options]) - a value as JSON",
               "2.2.0", RUSH_ARGS (RUSH_ARG_ANY), .result_type = to_json_type,
               .always_nullable = TRUE, .to_sql = rush_record_to_sql),
  RUSH_SCALAR ("schema_of_json", 1, 2, NULL, schema_of_json,
               "schema_of_json(text[, options]) - the type that a JSON text has", "2.4.0",
               RUSH_ARGS (RUSH_ARG_ANY), .result_type = schema_of_json_type, .never_null = TRUE,
               .to_sql = rush_record_to_sql),
  { NULL },
};
