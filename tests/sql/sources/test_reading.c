/* Purpose: files of every format that is read in C give what real Spark gives for the same bytes
 * and options: the schema, the rows, or the class of the error.  The cases and answers stand in
 * answers.json, which make_answers.py wrote. */
#include "core/base/json.h"
#include "rdd/action/collect.h"
#include "sql/sources/source.h"
#include "sql/types/value_text.h"
#include "app.h"
#include "files.h"

#include <string.h>

typedef struct
{
  const RushJson *json;
  RushContext *context;
  RushEvalSettings settings;
} Case;

static const RushType *type_of (const char *text);

static RushSchema *
user_schema (const RushJson *json)
{
  const char *ddl = rush_json_get_string (json, "schema", NULL);
  g_autoptr (GArray) array = g_array_new (FALSE, TRUE, sizeof (RushField));
  g_auto (GStrv) parts = NULL;

  if (ddl == NULL)
    return NULL;
  /* "a int, b array<int>": commas inside of types have no blank behind them. */
  parts = g_strsplit (ddl, ", ", -1);
  for (guint i = 0; parts[i] != NULL; i++)
    {
      char *blank = strchr (parts[i], ' ');
      RushField field = { .nullable = TRUE };

      *blank = '\0';
      field.name = parts[i];
      field.type = type_of (blank + 1);
      g_array_append_val (array, field);
    }
  return rush_schema_new (array->len, (const RushField *)(gpointer)array->data);
}

/* ---- types by name ---- */

static const RushType *parse_type (const char **at);

static gboolean
take_word (const char **at, const char *word)
{
  if (!g_str_has_prefix (*at, word))
    return FALSE;
  *at += strlen (word);
  return TRUE;
}

static const RushType *
parse_struct (const char **at)
{
  RushTypeField fields[16];
  char names[16][32];
  guint n = 0;

  while (!take_word (at, ">"))
    {
      const char *colon = strchr (*at, ':');

      g_strlcpy (names[n], *at, (gsize)(colon - *at) + 1);
      *at = colon + 1;
      fields[n].type = parse_type (at);
      fields[n].name = names[n];
      fields[n++].nullable = TRUE;
      take_word (at, ",");
    }
  return rush_type_struct (n, fields);
}

static const RushType *
parse_type (const char **at)
{
  static const RushType *const plain[] = { &RUSH_BOOL,    &RUSH_INT8,          &RUSH_INT16,
                                           &RUSH_INT32,   &RUSH_INT64,         &RUSH_FLOAT32,
                                           &RUSH_FLOAT64, &RUSH_STRING,        &RUSH_BINARY,
                                           &RUSH_DATE,    &RUSH_TIMESTAMP_NTZ, &RUSH_TIMESTAMP };
  const RushType *key;

  if (take_word (at, "array<"))
    {
      key = rush_type_array (parse_type (at), TRUE);
      take_word (at, ">");
      return key;
    }
  if (take_word (at, "map<"))
    {
      key = parse_type (at);
      take_word (at, ",");
      key = rush_type_map (key, parse_type (at), TRUE);
      take_word (at, ">");
      return key;
    }
  if (take_word (at, "struct<"))
    return parse_struct (at);
  if (take_word (at, "decimal("))
    {
      char *end;
      guint precision = (guint)g_ascii_strtoull (*at, &end, 10);
      gint scale = (gint)g_ascii_strtoll (end + 1, &end, 10);

      *at = end + 1;
      return rush_type_decimal (precision, scale);
    }
  for (guint i = 0; i < G_N_ELEMENTS (plain); i++)
    if (take_word (at, plain[i]->name))
      return plain[i];
  g_error ("no type: %s", *at);
}

static const RushType *
type_of (const char *text)
{
  return parse_type (&text);
}

/* ---- what was read ---- */

static char *
schema_text (const RushSchema *schema)
{
  GString *out = g_string_new (NULL);

  for (guint c = 0; c < schema->n_fields; c++)
    g_string_append_printf (out, "%s%s:%s", c > 0 ? "," : "", schema->fields[c].name,
                            schema->fields[c].type->name);
  return g_string_free (out, FALSE);
}

static gint
compare_texts (gconstpointer a, gconstpointer b)
{
  return strcmp (*(char *const *)a, *(char *const *)b);
}

static char *
join_sorted (GPtrArray *lines)
{
  g_ptr_array_sort (lines, compare_texts);
  g_ptr_array_add (lines, NULL);
  return g_strjoinv ("\n", (char **)lines->pdata);
}

static char *
rows_text (GPtrArray *batches)
{
  g_autoptr (GPtrArray) lines = g_ptr_array_new_with_free_func (g_free);

  for (guint b = 0; b < batches->len; b++)
    {
      RushBatch *batch = g_ptr_array_index (batches, b);

      for (guint i = 0; i < batch->length; i++)
        {
          GString *line = g_string_new (NULL);

          for (guint c = 0; c < batch->schema->n_fields; c++)
            {
              guint row = rush_batch_row (batch, i);
              g_autofree char *text =
                  rush_column_is_valid (batch->columns[c], row)
                      ? rush_value_to_text (batch->columns[c], row, RUSH_TEXT_CAST_ANSI,
                                            rush_time_zone_utc ())
                      : g_strdup ("NULL");

              g_string_append_printf (line, "%s%s", c > 0 ? " | " : "", text);
            }
          g_ptr_array_add (lines, g_string_free (line, FALSE));
        }
    }
  return join_sorted (lines);
}

static char *
answer_text (const RushJson *rows)
{
  g_autoptr (GPtrArray) lines = g_ptr_array_new_with_free_func (g_free);

  for (guint r = 0; r < rush_json_length (rows); r++)
    {
      const RushJson *row = rush_json_item (rows, r);
      GString *line = g_string_new (NULL);

      for (guint c = 0; c < rush_json_length (row); c++)
        g_string_append_printf (line, "%s%s", c > 0 ? " | " : "",
                                rush_json_as_string (rush_json_item (row, c), "NULL"));
      g_ptr_array_add (lines, g_string_free (line, FALSE));
    }
  return join_sorted (lines);
}

static char *
answer_schema_text (const RushJson *schema)
{
  GString *out = g_string_new (NULL);

  for (guint c = 0; c < rush_json_length (schema); c++)
    {
      const RushJson *field = rush_json_item (schema, c);

      g_string_append_printf (out, "%s%s:%s", c > 0 ? "," : "",
                              rush_json_as_string (rush_json_item (field, 0), NULL),
                              rush_json_as_string (rush_json_item (field, 1), NULL));
    }
  return g_string_free (out, FALSE);
}

/* ---- a case ---- */

static RushOptions *
options_of (const RushJson *json, const char *folder)
{
  const RushJson *given = rush_json_get (json, "options");
  RushOptions *options = rush_options_new ();

  for (guint i = 0; i < rush_json_length (given); i++)
    {
      const char *value = rush_json_as_string (rush_json_item (given, i), "");

      rush_options_set (options, rush_json_name (given, i),
                        strcmp (value, "<folder>") == 0 ? folder : value);
    }
  return options;
}

/* All rows of all columns, in text; NULL with @error. */
static char *
read_rows (Case *self, RushSource *source, GError **error)
{
  guint n = source->schema->n_fields;
  g_autofree RushExpr **columns = g_new (RushExpr *, n + 1);
  g_autoptr (RushExprList) output = NULL;
  g_autoptr (RushRdd) rdd = NULL;
  g_autoptr (GPtrArray) batches = NULL;

  for (guint c = 0; c < n; c++)
    columns[c] =
        rush_expr_attribute (source->schema->fields[c].name, source->schema->fields[c].type, TRUE,
                             rush_expr_id_new (), NULL);
  output = rush_expr_list_new (n, columns);
  rdd = source->klass->scan (source, self->context, output, NULL, &self->settings, error);
  batches = rdd != NULL ? rush_rdd_collect (self->context, rdd, error) : NULL;
  return batches != NULL ? rows_text (batches) : NULL;
}

static void
assert_error (const RushJson *expected, const GError *error)
{
  if (rush_json_kind (expected) == RUSH_JSON_STRING)
    {
      g_assert_nonnull (strstr (error->message, rush_json_as_string (expected, NULL)));
      return;
    }
  for (guint i = 0; i < rush_json_length (expected); i++)
    {
      const char *class = rush_json_as_string (rush_json_item (expected, i), NULL);

      /* The words of a value that cannot be read come as a note in Spark. */
      if (strcmp (class, "CANNOT_PARSE_JSON_FIELD") != 0 && strstr (error->message, class) == NULL)
        g_error ("%s is not in: %s", class, error->message);
    }
}

static void
test_case (gconstpointer data)
{
  Case *self = (Case *)data;
  const RushJson *files = rush_json_get (self->json, "files");
  const RushJson *answer = rush_json_get (self->json, "answer");
  g_autoptr (GError) error = NULL;
  char *folder = folder_new ();
  g_autoptr (RushOptions) options = options_of (self->json, folder);
  g_autoptr (RushSchema) schema = user_schema (self->json);
  g_autofree char *path =
      g_build_filename (folder, rush_json_get_string (self->json, "path", ""), NULL);
  const char *paths[] = { path };
  g_autoptr (RushSource) source = NULL;
  g_autofree char *rows = NULL;

  for (guint i = 0; i < rush_json_length (files); i++)
    put_file (folder, rush_json_name (files, i),
              rush_json_as_string (rush_json_item (files, i), ""), -1);
  source = rush_file_source_new (
      self->context, rush_file_format_find (rush_json_get_string (self->json, "format", "")), paths,
      1, schema, options, &self->settings, &error);
  if (source != NULL && rush_json_get (answer, "schema") != NULL)
    {
      g_autofree char *got = schema_text (source->schema);
      g_autofree char *expected = answer_schema_text (rush_json_get (answer, "schema"));

      g_assert_cmpstr (got, ==, expected);
    }
  if (source != NULL)
    rows = read_rows (self, source, &error);
  if (rush_json_get (answer, "rows") != NULL)
    {
      g_autofree char *expected = answer_text (rush_json_get (answer, "rows"));

      g_assert_no_error (error);
      g_assert_cmpstr (rows, ==, expected);
    }
  else
    {
      g_assert_nonnull (error);
      assert_error (rush_json_get (answer, "error"), error);
    }
  folder_free (folder);
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;
  g_autofree char *path = NULL;
  g_autoptr (RushJson) cases = NULL;
  g_autoptr (GHashTable) conf = g_hash_table_new (g_str_hash, g_str_equal);
  RushContext *context;
  gsize length;
  int result;

  g_test_init (&argc, &argv, NULL);
  path = g_test_build_filename (G_TEST_DIST, "sql", "sources", "answers.json", NULL);
  g_file_get_contents (path, &text, &length, &error);
  g_assert_no_error (error);
  cases = rush_json_parse (text, (gssize)length, &error);
  g_assert_no_error (error);
  context = app_new_with ("local[2]", NULL);
  for (guint i = 0; i < rush_json_length (cases); i++)
    {
      Case *self = g_new0 (Case, 1);
      g_autofree char *name = NULL;

      self->json = rush_json_item (cases, i);
      self->context = context;
      self->settings = (RushEvalSettings){ .ansi = TRUE, .time_zone = "UTC", .conf = conf };
      name = g_strconcat ("/sources/", rush_json_get_string (self->json, "name", NULL), NULL);
      if (rush_file_format_find (rush_json_get_string (self->json, "format", "")) != NULL)
        g_test_add_data_func_full (name, self, test_case, g_free);
    }
  result = g_test_run ();
  app_free (context);
  return result;
}
