/* Pictures: SVG and PNG come out, from any thread, of large dags too; what Graphviz cannot read is
 * an error and does no harm to the next picture. */
#include "core/viz/dot.h"
#include "core/viz/render.h"
#include "dag_examples.h"
#include "picture_leaks.h"

#include <pthread.h>
#include <string.h>

static GBytes *
render (const char *dot, RushPictureFormat format)
{
  g_autoptr (GError) error = NULL;
  GBytes *picture = render_unchecked (dot, format, &error);

  g_assert_no_error (error);
  g_assert_nonnull (picture);
  return picture;
}

static char *
svg_of (const RushDag *dag)
{
  g_autofree char *dot = rush_dag_to_dot (dag);
  g_autoptr (GBytes) picture = render (dot, RUSH_PICTURE_SVG);

  return g_strndup (g_bytes_get_data (picture, NULL), g_bytes_get_size (picture));
}

static void
count_element (GMarkupParseContext *context, const char *name, const char **keys,
               const char **values, gpointer data, GError **error)
{
  GHashTable *counts = data;
  guint before = GPOINTER_TO_UINT (g_hash_table_lookup (counts, name));

  g_hash_table_insert (counts, g_strdup (name), GUINT_TO_POINTER (before + 1));
}

/* How many there are of each element; fails if the text is not well-formed. */
static GHashTable *
elements_of (const char *svg)
{
  static const GMarkupParser parser = { .start_element = count_element };
  GHashTable *counts = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GMarkupParseContext) context =
      g_markup_parse_context_new (&parser, G_MARKUP_TREAT_CDATA_AS_TEXT, counts, NULL);
  g_autoptr (GError) error = NULL;

  g_markup_parse_context_parse (context, svg, -1, &error);
  g_assert_no_error (error);
  g_markup_parse_context_end_parse (context, &error);
  g_assert_no_error (error);
  return counts;
}

static void
test_examples (void)
{
  for (const DagExample *e = dag_examples; e->name != NULL; e++)
    {
      g_autoptr (RushDag) dag = e->make ();
      g_autofree char *svg = svg_of (dag);
      g_autoptr (GHashTable) elements = elements_of (svg);
      g_assert_true (g_str_has_prefix (svg, "<svg ")); /* nothing in front of it */
      g_assert_nonnull (g_hash_table_lookup (elements, "text"));
      g_assert_null (g_hash_table_lookup (elements, "script"));
      g_assert_null (g_hash_table_lookup (elements, "image"));
    }
}

static void
test_names_survive (void)
{
  for (const DagExample *e = dag_examples; e->name != NULL; e++)
    {
      if (!g_str_equal (e->name, "hostile"))
        continue;
      g_autoptr (RushDag) dag = e->make ();
      g_autofree char *svg = svg_of (dag);
      g_assert_nonnull (strstr (svg, "\\N&lt;/b&gt;")); /* not the name of the node */
      g_assert_nonnull (strstr (svg, "&lt;IMG SRC=&quot;/etc/passwd&quot;/&gt;"));
    }
}

static void
test_png (void)
{
  g_autoptr (RushDag) dag = dag_examples[0].make ();
  g_autofree char *dot = rush_dag_to_dot (dag);
  g_autoptr (GBytes) png = render (dot, RUSH_PICTURE_PNG);
  const guint8 *data = g_bytes_get_data (png, NULL);

  g_assert_cmpuint (g_bytes_get_size (png), >, 1000);
  g_assert_cmpmem (data, 8, "\x89PNG\r\n\x1a\n", 8);
  g_assert_cmpmem (data + g_bytes_get_size (png) - 8, 4, "IEND", 4); /* whole */
}

/* A page of the picture's size; whoever reads it needs none of this machine's fonts. */
static void
test_pdf (void)
{
  g_autoptr (RushDag) dag = dag_examples[0].make ();
  g_autofree char *dot = rush_dag_to_dot (dag);
  g_autoptr (GBytes) pdf = render (dot, RUSH_PICTURE_PDF);
  gsize size;
  const char *data = g_bytes_get_data (pdf, &size);

  g_assert_cmpuint (size, >, 1000);
  g_assert_cmpmem (data, 5, "%PDF-", 5);
  g_assert_nonnull (g_strstr_len (data + size - 16, 16, "%%EOF")); /* whole */
  g_assert_nonnull (memmem (data, size, "/FontFile", strlen ("/FontFile")));
}

static guint
png_number (GBytes *png, gsize offset)
{
  const guint8 *data = g_bytes_get_data (png, NULL);
  guint32 big_endian;

  memcpy (&big_endian, data + offset, sizeof big_endian);
  return GUINT32_FROM_BE (big_endian);
}

/* Too many dots: there are fewer an inch, and Graphviz has nothing to print. */
static void
test_large_png (void)
{
  static const char *const dots[] = { "digraph { a [width=400 height=1] }",
                                      "digraph { a [width=1 height=400] }",
                                      "digraph { a [width=100 height=100] }" };

  if (!g_test_subprocess ())
    {
      g_test_trap_subprocess (NULL, 0, 0);
      g_test_trap_assert_passed ();
      g_test_trap_assert_stderr_unmatched ("*too large*");
      return;
    }
  for (gsize i = 0; i < G_N_ELEMENTS (dots); i++)
    {
      g_autoptr (GBytes) png = render (dots[i], RUSH_PICTURE_PNG);
      guint64 width = png_number (png, 16), height = png_number (png, 20);
      g_assert_cmpuint (MAX (width, height), >, 5000);
      g_assert_cmpuint (MAX (width, height), <=, 32000);
      g_assert_cmpuint (width * height, <=, 64000000);
    }
}

/* ---- what cannot be drawn ---- */

static void
assert_refused (const char *dot)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (render_unchecked (dot, RUSH_PICTURE_SVG, &error));
  g_assert_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT);
  g_assert_nonnull (strstr (error->message, "Graphviz"));
}

static void
test_refused (void)
{
  assert_refused ("this is not DOT");
  assert_refused ("digraph { a -> ");
  assert_refused ("digraph { a [label=<<B>no end>] }");
  assert_refused ("digraph { a [label=<<TABLE></TABLE>>] }");
  assert_refused ("");

  g_autoptr (GBytes) next = render ("digraph { a -> b }", RUSH_PICTURE_SVG);
  g_assert_cmpuint (g_bytes_get_size (next), >, 100);
}

/* The message says what Graphviz said, and nothing of an earlier picture. */
static void
test_message (void)
{
  g_autoptr (GError) first = NULL, second = NULL;

  render_unchecked ("digraph { a [label=<<B>x</WRONG>>] }", RUSH_PICTURE_SVG, &first);
  render_unchecked ("digraph { b [color= }", RUSH_PICTURE_SVG, &second);
  g_assert_nonnull (strstr (first->message, "label"));
  g_assert_null (strstr (second->message, "label"));
  g_assert_nonnull (strstr (second->message, "syntax error"));
}

/* ---- many, and large ---- */

#define THREADS 4
#define PICTURES 5
#define EXAMPLES 3

static guint
n_texts (const RushDag *dag)
{
  g_autofree char *svg = svg_of (dag);
  g_autoptr (GHashTable) elements = elements_of (svg);

  return GPOINTER_TO_UINT (g_hash_table_lookup (elements, "text"));
}

static gpointer
draw_many (gpointer data)
{
  const guint *expected = data;

  for (gint i = 0; i < PICTURES; i++)
    for (gint e = 0; e < EXAMPLES; e++)
      {
        g_autoptr (RushDag) dag = dag_examples[e].make ();
        g_assert_cmpuint (n_texts (dag), ==, expected[e]);
        assert_refused ("digraph {");
      }
  return NULL;
}

static void
test_threads (void)
{
  guint expected[EXAMPLES];
  pthread_t threads[THREADS];

  for (gint e = 0; e < EXAMPLES; e++)
    {
      g_autoptr (RushDag) dag = dag_examples[e].make ();
      expected[e] = n_texts (dag);
      g_assert_cmpuint (expected[e], >, 10);
    }
  for (gint i = 0; i < THREADS; i++)
    g_assert_cmpint (pthread_create (&threads[i], NULL, draw_many, expected), ==, 0);
  for (gint i = 0; i < THREADS; i++)
    pthread_join (threads[i], NULL);
}

static void
test_thousand_boxes (void)
{
  g_autoptr (RushDag) dag = example_wide (1000);
  g_autofree char *svg = svg_of (dag);
  g_autoptr (GHashTable) elements = elements_of (svg);

  /* An element g a box, an edge, a stage, and one around all. */
  g_assert_cmpuint (GPOINTER_TO_UINT (g_hash_table_lookup (elements, "g")), ==,
                    1000 + 999 + 100 + 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/viz/render/examples", test_examples);
  g_test_add_func ("/viz/render/names-survive", test_names_survive);
  g_test_add_func ("/viz/render/png", test_png);
  g_test_add_func ("/viz/render/pdf", test_pdf);
  g_test_add_func ("/viz/render/large-png", test_large_png);
  g_test_add_func ("/viz/render/refused", test_refused);
  g_test_add_func ("/viz/render/message", test_message);
  g_test_add_func ("/viz/render/threads", test_threads);
  g_test_add_func ("/viz/render/thousand-boxes", test_thousand_boxes);
  return g_test_run ();
}
