/* Purpose: JSON that is an RDD of strings gives the rows that files of these lines give. */
#include "app.h"
#include "sql/sources/source.h"

#include <string.h>

typedef struct
{
  RushContext *context;
  GHashTable *conf;
  RushEvalSettings settings;
  RushOptions *options;
} Fixture;

static void
set_up (Fixture *self, gconstpointer data)
{
  self->context = app_new_with ("local[2]", NULL);
  self->conf = g_hash_table_new (g_str_hash, g_str_equal);
  self->settings = (RushEvalSettings){ .ansi = TRUE, .time_zone = "UTC", .conf = self->conf };
  self->options = rush_options_new ();
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  rush_options_unref (self->options);
  g_hash_table_unref (self->conf);
  app_free (self->context);
}

static void
assert_rows (Fixture *self, const char *const *lines, guint n_slices, const char *schema,
             const char *rows)
{
  g_autoptr (RushRdd) texts = app_lines (self->context, lines, n_slices);
  g_autoptr (GError) error = NULL;
  guint before = app_n_jobs (self->context);
  g_autoptr (RushSchema) found =
      rush_json_infer_texts (self->context, texts, self->options, &self->settings, &error);
  g_autofree char *text = NULL;
  g_autoptr (RushRdd) parsed = NULL;

  g_assert_no_error (error);
  g_assert_cmpuint (app_n_jobs (self->context), ==, before + 1);
  text = rush_schema_to_string (found);
  g_assert_cmpstr (text, ==, schema);
  parsed = rush_json_parse_texts (texts, found, self->options, &self->settings);
  app_assert_sorted (self->context, parsed, rows);
}

static void
test_rows (Fixture *self, gconstpointer data)
{
  const char *const lines[] = { "{\"a\": 1}", "{\"a\": 2, \"b\": \"x\"}", "", NULL };

  assert_rows (self, lines, 2, "a: bigint, b: string", "1,- 2,x");
}

static void
test_arrays (Fixture *self, gconstpointer data)
{
  const char *const lines[] = { "[{\"a\": 1}, {\"a\": 2}]", "{\"a\": 3}", NULL };

  assert_rows (self, lines, 1, "a: bigint", "1 2 3");
}

static void
test_corrupt (Fixture *self, gconstpointer data)
{
  const char *const lines[] = { "{\"a\": 1}", "{\"a\":", NULL };

  assert_rows (self, lines, 1, "_corrupt_record: string, a: bigint", "-,1 {\"a\":,-");
}

static void
test_fail_fast (Fixture *self, gconstpointer data)
{
  const char *const lines[] = { "{\"a\":", NULL };
  g_autoptr (RushRdd) texts = app_lines (self->context, lines, 1);
  g_autoptr (GError) error = NULL;

  rush_options_set (self->options, "mode", "FAILFAST");
  g_assert_null (
      rush_json_infer_texts (self->context, texts, self->options, &self->settings, &error));
  g_assert_nonnull (strstr (error->message, "MALFORMED_RECORD_IN_PARSING"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/texts/rows", Fixture, NULL, set_up, test_rows, tear_down);
  g_test_add ("/texts/arrays", Fixture, NULL, set_up, test_arrays, tear_down);
  g_test_add ("/texts/corrupt", Fixture, NULL, set_up, test_corrupt, tear_down);
  g_test_add ("/texts/fail-fast", Fixture, NULL, set_up, test_fail_fast, tear_down);
  return g_test_run ();
}
