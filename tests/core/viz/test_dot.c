/* The DOT text: golden for every example, the same each time, harmless whatever names it is given.
 *
 * When the look changes on purpose: draw_examples FOLDER, look at the pictures, then
 * draw_examples tests/data/dag --dot-only. */
#include "core/lineage/persistence.h"
#include "core/viz/dot.h"
#include "core/viz/dot_text.h"
#include "dag_examples.h"
#include "fake_rdd.h"

#include <string.h>

static void
test_golden (gconstpointer data)
{
  const DagExample *example = data;
  g_autofree char *file = g_strconcat (example->name, ".dot", NULL);
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "data", "dag", file, NULL);
  g_autofree char *expected = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (RushDag) dag = example->make ();
  g_autofree char *dot = rush_dag_to_dot (dag);

  g_file_get_contents (path, &expected, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (dot, ==, expected);
}

static void
test_deterministic (void)
{
  for (const DagExample *e = dag_examples; e->name != NULL; e++)
    {
      g_autoptr (RushDag) a = e->make ();
      g_autoptr (RushDag) b = e->make ();
      g_autofree char *a_text = rush_dag_to_dot (a);
      g_autofree char *b_text = rush_dag_to_dot (b);
      g_assert_cmpstr (a_text, ==, b_text);
    }
}

static void
test_no_jobs (void)
{
  g_autoptr (RushDag) dag = rush_dag_from_jobs (NULL, 0);
  g_autofree char *dot = rush_dag_to_dot (dag);

  g_assert_nonnull (strstr (dot, "no jobs"));
}

static void
assert_text (const char *given, guint max_chars, const char *expected)
{
  g_autoptr (GString) out = g_string_new (NULL);

  rush_dot_append_text (out, given, max_chars);
  g_assert_cmpstr (out->str, ==, expected);
}

static void
test_text (void)
{
  assert_text ("map", 10, "map");
  assert_text ("<lambda>", 10, "&lt;lambda&gt;");
  assert_text ("a & \"b\" 'c'", 20, "a &amp; &quot;b&quot; 'c'");
  assert_text ("&amp;", 20, "&amp;amp;"); /* not taken for an entity */
  assert_text ("\\N\\", 10, "\\\\N\\\\");
  assert_text ("two\nlines\tand\x01\x7f", 40, "two lines and  ");
  assert_text ("\xff\xfe", 10, "\xEF\xBF\xBD\xEF\xBF\xBD");
  assert_text ("ends in \xc3", 10, "ends in \xEF\xBF\xBD");
  assert_text ("größer 日本", 20, "größer 日本");
}

static void
test_text_length (void)
{
  assert_text ("abcdef", 6, "abcdef");
  assert_text ("abcdefg", 6, "abcde…");
  assert_text ("日本日本", 3, "日本…"); /* characters, not bytes */
  assert_text ("<<<<", 3, "&lt;&lt;…"); /* as seen, not as written */
  assert_text ("", 6, " ");             /* <B></B> is no label */
  assert_text (NULL, 6, " ");
}

static void
assert_short (const char *given, guint max_chars, const char *expected)
{
  g_autofree char *text = rush_dot_shorten (given, max_chars);

  g_assert_cmpstr (text, ==, expected);
}

static void
test_shorten (void)
{
  assert_short ("/data/a.txt", 11, "/data/a.txt");
  assert_short ("/data/a.txt", 10, "/da…/a.txt");
  assert_short ("日本日本日本", 4, "日…日本");
  assert_short ("abcdef", 3, "…ef");
  assert_short ("", 3, "");
  assert_short ("\xff", 3, "\xEF\xBF\xBD");
}

static char *
dot_of_jobs (const RushJobSummary *const *jobs, guint n)
{
  g_autoptr (RushDag) dag = rush_dag_from_jobs (jobs, n);

  return rush_dag_to_dot (dag);
}

/* Rows of three narrow jobs, each hung on a point of its own: the fourth stands below the first, and
 * so on.  A job without stages takes part. */
static void
test_rows (void)
{
  g_autoptr (RushJobSummary) job = example_sample_job (0);
  RushJobSummary none = { .job_id = 3,
                          .status = RUSH_JOB_SUCCEEDED,
                          .call_site = (char *)"count at app.py:20",
                          .cause = (char *)"" };
  const RushJobSummary *jobs[] = { job, job, job, &none, job };
  g_autofree char *three = dot_of_jobs (jobs, 3);
  g_autofree char *five = dot_of_jobs (jobs, 5);

  g_assert_nonnull (strstr (three, "  { rank=same job0 -> job1 -> job2 [style=invis] }\n"
                                   "  job0 -> box0 [style=invis weight=100]\n"));
  g_assert_null (strstr (three, "-> job0"));
  g_assert_nonnull (strstr (five, "  { rank=same job3 -> job4 [style=invis] }\n"
                                  "  job3 -> nothing3 [style=invis weight=100]\n"
                                  "  job4 -> box15 [style=invis weight=100]\n"));
  g_assert_nonnull (strstr (five, "  box4 -> job3 [style=invis]\n"));
  g_assert_nonnull (strstr (five, "  box9 -> job4 [style=invis]\n"));
  g_assert_nonnull (strstr (five, "  box14 -> job4 [style=invis]\n")); /* nothing stands below */
}

/* Nothing of a user's reaches the text but through rush_dot_append_text (). */
static void
test_hostile (void)
{
  for (const DagExample *e = dag_examples; e->name != NULL; e++)
    {
      if (!g_str_equal (e->name, "hostile"))
        continue;
      g_autoptr (RushDag) dag = e->make ();
      g_autofree char *dot = rush_dag_to_dot (dag);
      g_assert_true (g_utf8_validate (dot, -1, NULL));
      g_assert_null (strstr (dot, "<script"));
      g_assert_null (strstr (dot, "<IMG"));
      g_assert_null (strstr (dot, "</TABLE>>];"));
      g_assert_nonnull (strstr (dot, "&lt;script&gt;"));
      return;
    }
  g_assert_not_reached ();
}

static void
test_no_files_of_users (void)
{
  g_autoptr (RushJobSummary) job = example_sample_job (0);
  g_autoptr (RushDag) dag = rush_dag_from_job (job);
  g_autofree char *dot = rush_dag_to_dot (dag);

  g_assert_null (strstr (dot, "/home/ann")); /* a picture is for showing: no folders in it */
}

static void
two_of_three (gint rdd_id, RushStorageStatus *out, gpointer data)
{
  if (rdd_id == 1)
    out->n_cached_partitions = 2;
}

/* A persisted RDD ends its box, even of one call, and the box says what is kept of it. */
static void
test_persisted (void)
{
  g_autoptr (RushLineage) lineage = rush_lineage_new ();
  g_autoptr (RushRdd) source = fake_rdd_new (lineage, &fake_hadoop_class, "textFile", 3, NULL);
  g_autoptr (RushRdd) lines = fake_map (source, "textFile");
  g_autoptr (RushRdd) last = fake_map (lines, "textFile");
  g_autoptr (RushDag) plain = rush_dag_from_rdd (last, NULL);
  g_autofree char *plain_dot = rush_dag_to_dot (plain);

  g_assert_null (strstr (plain_dot, "box1"));
  g_assert_null (strstr (plain_dot, RUSH_DOT_KEPT_FILL));
  g_assert_true (rush_rdd_persist (lines, &RUSH_STORAGE_MEMORY_AND_DISK, NULL));
  rush_lineage_set_storage_status (lineage, two_of_three, NULL);
  g_autoptr (RushDag) dag = rush_dag_from_rdd (last, NULL);
  g_autofree char *dot = rush_dag_to_dot (dag);
  g_assert_nonnull (strstr (dot, "box0 -> box1"));
  g_assert_nonnull (strstr (dot, RUSH_DOT_KEPT_FILL));
  g_assert_nonnull (strstr (dot, "Disk Memory Deserialized 1x Replicated"));
  g_assert_nonnull (strstr (dot, "2 of 3 kept"));
  rush_lineage_set_storage_status (lineage, NULL, NULL);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (const DagExample *e = dag_examples; e->name != NULL; e++)
    {
      g_autofree char *path = g_strconcat ("/viz/dot/golden/", e->name, NULL);
      g_test_add_data_func (path, e, test_golden);
    }
  g_test_add_func ("/viz/dot/deterministic", test_deterministic);
  g_test_add_func ("/viz/dot/no-jobs", test_no_jobs);
  g_test_add_func ("/viz/dot/text", test_text);
  g_test_add_func ("/viz/dot/text-length", test_text_length);
  g_test_add_func ("/viz/dot/shorten", test_shorten);
  g_test_add_func ("/viz/dot/rows", test_rows);
  g_test_add_func ("/viz/dot/hostile", test_hostile);
  g_test_add_func ("/viz/dot/persisted", test_persisted);
  g_test_add_func ("/viz/dot/no-files-of-users", test_no_files_of_users);
  return g_test_run ();
}
