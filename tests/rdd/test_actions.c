/* Actions: what comes back, how many jobs it took, and what happens with nothing or with failures.
 */
#include "app.h"

#include "core/data/builder.h"
#include "rdd/action/collect.h"
#include "rdd/action/count.h"
#include "rdd/action/foreach.h"
#include "rdd/action/reduce.h"
#include "rdd/action/take.h"
#include "rdd/action/take_ordered.h"
#include "rdd/transform/filter.h"
#include "rdd/transform/map.h"

#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

static gboolean
is_at_least (const RushRow *row, gpointer data)
{
  return rush_row_int (row, 0) >= (gint64)GPOINTER_TO_SIZE (data);
}

static void
fail_at_seven (const RushRow *row, RushEmitter *out, gpointer data)
{
  if (rush_row_int (row, 0) == 7)
    rush_emitter_fail (out, "seven is not for me");
  rush_emit_int (out, rush_row_int (row, 0));
}

static RushRdd *
failing_range (RushContext *sc)
{
  g_autoptr (RushRdd) numbers = app_range (sc, 10, 5);

  return rush_rdd_map (numbers, numbers->schema, fail_at_seven, NULL, NULL);
}

static void
assert_seven (GError *error)
{
  g_assert_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT);
  g_assert_nonnull (strstr (error->message, "seven is not for me"));
}

/* ---- collect, count ---- */

static void
test_collect (gconstpointer master)
{
  RushContext *sc = app_new (GPOINTER_TO_UINT (master));
  g_autoptr (RushRdd) numbers = app_range (sc, 7, 3);
  g_autoptr (RushRdd) nothing = app_range (sc, 0, 2);
  g_autoptr (RushRdd) many = app_range (sc, 100000, 7);
  g_autoptr (GPtrArray) all = rush_rdd_collect (sc, numbers, NULL);
  g_autoptr (GPtrArray) none = rush_rdd_collect (sc, nothing, NULL);
  g_autofree char *text = app_rows_to_text (all);

  g_assert_cmpstr (text, ==, "0 1 2 3 4 5 6");
  g_assert_cmpuint (none->len, ==, 0);
  g_assert_cmpint (rush_rdd_count (sc, many, NULL), ==, 100000);
  g_assert_cmpint (rush_rdd_count (sc, nothing, NULL), ==, 0);
  g_assert_cmpuint (app_n_jobs (sc), ==, 4);
  app_free (sc);
}

static void
test_failures (void)
{
  RushContext *sc = app_new (1);
  g_autoptr (RushRdd) rdd = failing_range (sc);
  GError *error = NULL;

  g_assert_null (rush_rdd_collect (sc, rdd, &error));
  assert_seven (error);
  g_clear_error (&error);
  g_assert_cmpint (rush_rdd_count (sc, rdd, &error), ==, -1);
  assert_seven (error);
  g_clear_error (&error);
  g_assert_null (rush_rdd_take (sc, rdd, 10, &error));
  assert_seven (error);
  g_clear_error (&error);
  app_free (sc);
}

static void
test_result_too_large (void)
{
  RushContext *sc = app_new_with ("local[2]", "spark.driver.maxResultSize", "100k", NULL);
  g_autoptr (RushRdd) numbers = app_range (sc, 100000, 4);
  g_autoptr (GError) error = NULL;

  g_assert_null (rush_rdd_collect (sc, numbers, &error));
  g_assert_nonnull (strstr (error->message, "spark.driver.maxResultSize"));
  g_assert_cmpint (rush_rdd_count (sc, numbers, NULL), ==, 100000);
  app_free (sc);
}

/* ---- take ---- */

static guint
n_tasks_of_job (RushContext *sc, guint i)
{
  g_autoptr (GArray) ids = rush_job_stats_job_ids (rush_context_job_stats (sc));
  g_autoptr (RushJobSummary) job =
      rush_job_stats_job (rush_context_job_stats (sc), g_array_index (ids, gint, i));

  return job->stages[0].n_tasks;
}

static void
assert_taken (RushContext *sc, RushRdd *rdd, guint n, const char *expected)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) rows = rush_rdd_take (sc, rdd, n, &error);
  g_autofree char *text = app_rows_to_text (rows);

  g_assert_no_error (error);
  g_assert_cmpstr (text, ==, expected);
}

static void
test_take (gconstpointer master)
{
  RushContext *sc = app_new (GPOINTER_TO_UINT (master));
  g_autoptr (RushRdd) numbers = app_range (sc, 10, 4);
  g_autoptr (RushRdd) nothing = app_range (sc, 0, 3);

  assert_taken (sc, numbers, 0, "");
  g_assert_cmpuint (app_n_jobs (sc), ==, 0);
  assert_taken (sc, numbers, 2, "0 1");
  g_assert_cmpuint (app_n_jobs (sc), ==, 1);
  assert_taken (sc, numbers, 3, "0 1 2");
  g_assert_cmpuint (app_n_jobs (sc), ==, 3);
  assert_taken (sc, numbers, 99, "0 1 2 3 4 5 6 7 8 9");
  assert_taken (sc, nothing, 5, "");
  app_free (sc);
}

/* What real Spark does: rows that match in partition 150 of 200 are found after 1, 4, 20, 100 and
 * 75 tasks; enough in the second partition takes 1 and 2. */
static void
test_take_growth (void)
{
  static const guint expected[] = { 1, 4, 20, 100, 75 };
  RushContext *sc = app_new (1);
  g_autoptr (RushRdd) numbers = app_range (sc, 200, 200);
  g_autoptr (RushRdd) late = rush_rdd_filter (numbers, is_at_least, GSIZE_TO_POINTER (150), NULL);
  g_autoptr (RushRdd) tens = app_range (sc, 200, 20);

  assert_taken (sc, late, 1, "150");
  g_assert_cmpuint (app_n_jobs (sc), ==, G_N_ELEMENTS (expected));
  for (guint i = 0; i < G_N_ELEMENTS (expected); i++)
    g_assert_cmpuint (n_tasks_of_job (sc, i), ==, expected[i]);
  /* 10 of 12 found in one: 1.5 × 2 ÷ 10 is less than one more. */
  assert_taken (sc, tens, 12, "0 1 2 3 4 5 6 7 8 9 10 11");
  g_assert_cmpuint (n_tasks_of_job (sc, 5), ==, 1);
  g_assert_cmpuint (n_tasks_of_job (sc, 6), ==, 1);
  g_assert_cmpuint (app_n_jobs (sc), ==, 7);
  {
    g_autoptr (RushJobSummary) grown = rush_job_stats_job (rush_context_job_stats (sc), 1);

    g_assert_cmpstr (grown->cause, ==, "take growth");
  }
  app_free (sc);
}

static void
test_first (void)
{
  RushContext *sc = app_new (1);
  g_autoptr (RushRdd) numbers = app_range (sc, 10, 4);
  g_autoptr (RushRdd) late = rush_rdd_filter (numbers, is_at_least, GSIZE_TO_POINTER (8), NULL);
  g_autoptr (RushRdd) nothing = app_range (sc, 0, 3);
  g_autoptr (RushBatch) first = rush_rdd_first (sc, late, NULL);
  g_autoptr (GError) error = NULL;
  RushRow row = rush_batch_nth (first, 0);

  g_assert_cmpuint (first->length, ==, 1);
  g_assert_cmpint (rush_row_int (&row, 0), ==, 8);
  g_assert_null (rush_rdd_first (sc, nothing, &error));
  g_assert_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT);
  g_assert_cmpstr (error->message, ==, "empty collection");
  app_free (sc);
}

/* ---- reduce, fold ---- */

static void
add (const RushRow *a, const RushRow *b, RushEmitter *out, gpointer data)
{
  rush_emit_int (out, rush_row_int (a, 0) + rush_row_int (b, 0));
}

static void
add_badly (const RushRow *a, const RushRow *b, RushEmitter *out, gpointer data)
{
  rush_emit_row (out, a);
  rush_emit_row (out, b);
}

static gint64
the_number (RushBatch *batch)
{
  RushRow row;

  g_assert_cmpuint (batch->length, ==, 1);
  row = rush_batch_nth (batch, 0);
  return rush_row_int (&row, 0);
}

static void
test_reduce (gconstpointer master)
{
  RushContext *sc = app_new (GPOINTER_TO_UINT (master));
  g_autoptr (RushRdd) numbers = app_range (sc, 50001, 4);
  g_autoptr (RushRdd) one = app_range (sc, 1, 3);
  g_autoptr (RushRdd) nothing = app_range (sc, 0, 3);
  g_autoptr (RushRdd) failing = failing_range (sc);
  g_autoptr (RushBatch) sum = rush_rdd_reduce (sc, numbers, add, NULL, NULL);
  g_autoptr (RushBatch) zero = rush_rdd_reduce (sc, one, add, NULL, NULL);
  GError *error = NULL;

  g_assert_cmpint (the_number (sum), ==, (gint64)50000 * 50001 / 2);
  g_assert_cmpint (the_number (zero), ==, 0);
  g_assert_null (rush_rdd_reduce (sc, nothing, add, NULL, &error));
  g_assert_cmpstr (error->message, ==, "empty collection");
  g_clear_error (&error);
  g_assert_null (rush_rdd_reduce (sc, failing, add, NULL, &error));
  assert_seven (error);
  g_clear_error (&error);
  g_assert_null (rush_rdd_reduce (sc, numbers, add_badly, NULL, &error));
  g_assert_nonnull (strstr (error->message, "reduce must emit one row for two, and emitted 2"));
  g_clear_error (&error);
  app_free (sc);
}

static RushBatch *
one_number (RushSchema *schema, gint64 n)
{
  g_autoptr (RushBatchBuilder) builder = rush_batch_builder_new (schema, rush_allocator_system ());

  g_assert_true (rush_batch_builder_append_int (builder, 0, n, NULL));
  rush_batch_builder_end_row (builder);
  return rush_batch_builder_finish (builder, NULL);
}

/* The zero counts once a partition, and once more in the driver, as in Spark. */
static void
test_fold (void)
{
  RushContext *sc = app_new (1);
  g_autoptr (RushRdd) numbers = app_range (sc, 10, 4);
  g_autoptr (RushRdd) nothing = app_range (sc, 0, 3);
  g_autoptr (RushBatch) hundred = one_number (numbers->schema, 100);
  g_autoptr (RushBatch) sum = rush_rdd_fold (sc, numbers, hundred, add, NULL, NULL);
  g_autoptr (RushBatch) of_nothing = rush_rdd_fold (sc, nothing, hundred, add, NULL, NULL);

  g_assert_cmpint (the_number (sum), ==, 45 + 5 * 100);
  g_assert_cmpint (the_number (of_nothing), ==, 4 * 100);
  app_free (sc);
}

/* ---- foreach ---- */

static gboolean
add_up (const RushRow *row, gpointer data, GError **error)
{
  if (rush_row_int (row, 0) > 1000)
    {
      g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_IO, "too large");
      return FALSE;
    }
  atomic_fetch_add ((atomic_uint *)data, (guint)rush_row_int (row, 0));
  return TRUE;
}

static void
test_foreach (void)
{
  RushContext *sc = app_new (1);
  g_autoptr (RushRdd) numbers = app_range (sc, 100, 4);
  g_autoptr (RushRdd) more = app_range (sc, 1002, 2);
  g_autoptr (GError) error = NULL;
  atomic_uint sum = 0;

  g_assert_true (rush_rdd_foreach (sc, numbers, add_up, &sum, NULL));
  g_assert_cmpuint (sum, ==, 4950);
  g_assert_false (rush_rdd_foreach (sc, more, add_up, &sum, &error));
  g_assert_nonnull (strstr (error->message, "too large"));
  app_free (sc);
}

/* Row 0 fails the job while row 2 is being visited, in another task. */
typedef struct
{
  int at_two; /* eventfd: row 2 is being visited */
  int go_on;  /* eventfd: it may end */
  atomic_bool visited_three;
} Straggler;

static gboolean
straggle (const RushRow *row, gpointer data, GError **error)
{
  Straggler *self = data;
  eventfd_t ignored;

  switch (rush_row_int (row, 0))
    {
    case 0:
      g_assert_cmpint (eventfd_read (self->at_two, &ignored), ==, 0);
      g_set_error_literal (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_IO, "no more rows, please");
      return FALSE;
    case 2:
      g_assert_cmpint (eventfd_write (self->at_two, 1), ==, 0);
      g_assert_cmpint (eventfd_read (self->go_on, &ignored), ==, 0);
      return TRUE;
    case 3:
      atomic_store (&self->visited_three, TRUE);
      return TRUE;
    default:
      return TRUE;
    }
}

/* What was on the stack is there no more. */
static G_GNUC_NO_INLINE void
wipe_stack (void)
{
  volatile guint8 bytes[64 * 1024];

  for (gsize i = 0; i < sizeof bytes; i++)
    bytes[i] = 0xff;
}

/* The action is over with the first failure; what a task still needs of it outlives it. */
static void
test_a_task_outlives_its_action (void)
{
  RushContext *sc = app_new_with ("local[2]", NULL);
  g_autoptr (RushRdd) numbers = app_range (sc, 4, 2);
  g_autoptr (GError) error = NULL;
  Straggler straggler = { eventfd (0, EFD_CLOEXEC), eventfd (0, EFD_CLOEXEC), FALSE };

  g_assert_false (rush_rdd_foreach (sc, numbers, straggle, &straggler, &error));
  g_assert_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_IO);
  g_assert_false (atomic_load (&straggler.visited_three));
  wipe_stack ();
  g_assert_cmpint (eventfd_write (straggler.go_on, 1), ==, 0);
  app_free (sc); /* waits for it */
  g_assert_true (atomic_load (&straggler.visited_three));
  close (straggler.at_two);
  close (straggler.go_on);
}

/* ---- takeOrdered ---- */

static gint
by_last_digit (const RushRow *a, const RushRow *b, gpointer data)
{
  return (gint)(rush_row_int (a, 0) % 10 - rush_row_int (b, 0) % 10);
}

static gint
largest_first (const RushRow *a, const RushRow *b, gpointer data)
{
  return (rush_row_int (a, 0) < rush_row_int (b, 0)) - (rush_row_int (a, 0) > rush_row_int (b, 0));
}

static void
assert_ordered (RushContext *sc, RushRdd *rdd, guint n, RushRowCompare compare,
                const char *expected)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) rows = rush_rdd_take_ordered (sc, rdd, n, compare, NULL, &error);
  g_autofree char *text = NULL;

  g_assert_no_error (error);
  text = app_rows_to_text (rows);
  g_assert_cmpstr (text, ==, expected);
}

static void
test_take_ordered (gconstpointer master)
{
  RushContext *sc = app_new (GPOINTER_TO_UINT (master));
  g_autoptr (RushRdd) numbers = app_range (sc, 35, 4);
  g_autoptr (RushRdd) late = rush_rdd_filter (numbers, is_at_least, GSIZE_TO_POINTER (33), NULL);
  g_autoptr (RushRdd) nothing = app_range (sc, 0, 2);

  /* Those that are equal come in their own order. */
  assert_ordered (sc, numbers, 6, by_last_digit, "0 10 20 30 1 11");
  assert_ordered (sc, numbers, 3, largest_first, "34 33 32");
  assert_ordered (sc, late, 9, largest_first, "34 33");
  assert_ordered (sc, numbers, 0, largest_first, "");
  assert_ordered (sc, nothing, 3, largest_first, "");
  app_free (sc);
}

/* Nulls first, NaN last, strings by their characters; the other way round the other way round. */
static void
test_row_order (void)
{
  static const char *const lines[] = { "b", "Größe", "a", "ab", "Zebra", "日本", NULL };
  RushContext *sc = app_new (0);
  g_autoptr (RushRdd) words = app_lines (sc, lines, 2);
  g_autoptr (RushRdd) pairs = app_pairs (sc, "b=1 -=2 a=3", 2);
  g_autoptr (RushRdd) numbers = app_range (sc, 5, 2);
  g_autoptr (RushRdd) doubles = app_doubles (sc, 2);

  assert_ordered (sc, words, 9, rush_row_ascending, "Größe Zebra a ab b 日本");
  assert_ordered (sc, words, 2, rush_row_descending, "日本 b");
  assert_ordered (sc, pairs, 3, rush_row_ascending, "-,2 a,3 b,1");
  assert_ordered (sc, pairs, 3, rush_row_descending, "b,1 a,3 -,2");
  assert_ordered (sc, numbers, 3, rush_row_descending, "4 3 2");
  assert_ordered (sc, doubles, 5, rush_row_ascending, "-inf -1.5 0 2.25 nan");
  app_free (sc);
}

/* More than a batch, of more batches than are kept without copying. */
static void
test_take_many_ordered (void)
{
  RushContext *sc = app_new (1);
  g_autoptr (RushRdd) numbers = app_range (sc, 1200000, 2);
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) rows =
      rush_rdd_take_ordered (sc, numbers, 20000, largest_first, NULL, &error);
  gint64 expected = 1199999;

  g_assert_no_error (error);
  for (guint b = 0; b < rows->len; b++)
    {
      const RushBatch *batch = rows->pdata[b];

      for (guint i = 0; i < batch->length; i++)
        {
          RushRow row = rush_batch_nth (batch, i);

          g_assert_cmpint (rush_row_int (&row, 0), ==, expected--);
        }
    }
  g_assert_cmpint (expected, ==, 1179999);
  app_free (sc);
}

int
main (int argc, char **argv)
{
  static const struct
  {
    const char *name;
    GTestDataFunc func;
  } on_all_masters[] = {
    { "collect", test_collect },
    { "take", test_take },
    { "reduce", test_reduce },
    { "take-ordered", test_take_ordered },
  };

  g_test_init (&argc, &argv, NULL);
  for (guint t = 0; t < G_N_ELEMENTS (on_all_masters); t++)
    for (guint m = 0; m < APP_N_MASTERS; m++)
      {
        g_autofree char *path =
            g_strdup_printf ("/rdd/action/%s/%s", on_all_masters[t].name, app_masters[m]);

        g_test_add_data_func (path, GUINT_TO_POINTER (m), on_all_masters[t].func);
      }
  g_test_add_func ("/rdd/action/failures", test_failures);
  g_test_add_func ("/rdd/action/result-too-large", test_result_too_large);
  g_test_add_func ("/rdd/action/take-growth", test_take_growth);
  g_test_add_func ("/rdd/action/first", test_first);
  g_test_add_func ("/rdd/action/fold", test_fold);
  g_test_add_func ("/rdd/action/foreach", test_foreach);
  g_test_add_func ("/rdd/action/straggler", test_a_task_outlives_its_action);
  g_test_add_func ("/rdd/action/row-order", test_row_order);
  g_test_add_func ("/rdd/action/take-many-ordered", test_take_many_ordered);
  return g_test_run ();
}
