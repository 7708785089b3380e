/* Narrow transformations and union: rows, partitions, names, placement that is kept or lost, and
 * what becomes of functions that do not do their part. */
#include "app.h"

#include "rdd/action/collect.h"
#include "rdd/action/count.h"
#include "rdd/transform/filter.h"
#include "rdd/transform/glom.h"
#include "rdd/transform/map.h"
#include "rdd/transform/map_partitions.h"
#include "rdd/transform/map_values.h"
#include "rdd/transform/partition_by.h"
#include "rdd/transform/union.h"

#include <string.h>

/* ---- functions as users write them ---- */

static void
square (const RushRow *row, RushEmitter *out, gpointer data)
{
  gint64 n = rush_row_int (row, 0);

  rush_emit_int (out, n * n);
}

static void
repeat (const RushRow *row, RushEmitter *out, gpointer data)
{
  for (gint64 i = 0; i < rush_row_int (row, 0) * (gint64)GPOINTER_TO_SIZE (data); i++)
    rush_emit_int (out, i);
}

static gboolean
is_even (const RushRow *row, gpointer data)
{
  return rush_row_int (row, 0) % 2 == 0;
}

static gboolean
is_at_least (const RushRow *row, gpointer data)
{
  return rush_row_int (row, 0) >= (gint64)GPOINTER_TO_SIZE (data);
}

static void
fail_at_three (const RushRow *row, RushEmitter *out, gpointer data)
{
  gint64 n = rush_row_int (row, 0);

  if (n == 3)
    rush_emitter_fail (out, "cannot do %d", (int)n);
  rush_emit_int (out, n);
}

static void
emit_nothing (const RushRow *row, RushEmitter *out, gpointer data)
{
}

static void
emit_half (const RushRow *row, RushEmitter *out, gpointer data)
{
  rush_emit_int (out, 1);
}

/* Of n: n / 2; whether n is even; n, but for multiples of three. */
static void
describe (const RushRow *row, RushEmitter *out, gpointer data)
{
  gint64 n = rush_row_int (row, 0);

  rush_emit_double (out, (double)n / 2);
  rush_emit_bool (out, n % 2 == 0);
  if (n % 3 == 0)
    rush_emit_null (out);
  else
    rush_emit_int (out, n);
}

static gboolean
is_said_to_be_even (const RushRow *row, gpointer data)
{
  return rush_row_bool (row, 1);
}

static RushSchema *
one_number (void)
{
  return rush_schema_of ("n", &RUSH_INT64, NULL);
}

/* ---- map, flatMap, filter ---- */

static void
test_map (gconstpointer master)
{
  RushContext *sc = app_new (GPOINTER_TO_UINT (master));
  g_autoptr (RushSchema) schema = one_number ();
  g_autoptr (RushRdd) numbers = app_range (sc, 10, 3);
  g_autoptr (RushRdd) squares = rush_rdd_map (numbers, schema, square, NULL, NULL);
  g_autoptr (RushRdd) big = rush_rdd_filter (squares, is_at_least, GSIZE_TO_POINTER (16), NULL);
  g_autoptr (RushRdd) even = rush_rdd_filter (big, is_even, NULL, NULL);
  g_autofree char *rows = app_layout (sc, squares);
  g_autofree char *kept = app_layout (sc, even);

  g_assert_cmpstr (rows, ==, "0 1 4|9 16 25|36 49 64 81");
  g_assert_cmpstr (kept, ==, "|16|36 64");
  app_free (sc);
}

static void
test_map_to_other_types (gconstpointer master)
{
  static const RushField fields[] = {
    { (char *)"half", &RUSH_FLOAT64, FALSE },
    { (char *)"even", &RUSH_BOOL, FALSE },
    { (char *)"no_third", &RUSH_INT64, TRUE },
  };
  RushContext *sc = app_new (GPOINTER_TO_UINT (master));
  g_autoptr (RushSchema) schema = rush_schema_new (G_N_ELEMENTS (fields), fields);
  g_autoptr (RushRdd) numbers = app_range (sc, 5, 2);
  g_autoptr (RushRdd) described = rush_rdd_map (numbers, schema, describe, NULL, NULL);
  g_autoptr (RushRdd) even = rush_rdd_filter (described, is_said_to_be_even, NULL, NULL);
  g_autofree char *rows = app_layout (sc, described);
  g_autofree char *kept = app_layout (sc, even);

  g_assert_cmpstr (rows, ==, "0,true,- 0.5,false,1|1,true,2 1.5,false,- 2,true,4");
  g_assert_cmpstr (kept, ==, "0,true,-|1,true,2 2,true,4");
  app_free (sc);
}

static void
test_empty (void)
{
  RushContext *sc = app_new (1);
  g_autoptr (RushSchema) schema = one_number ();
  g_autoptr (RushRdd) nothing = app_range (sc, 0, 3);
  g_autoptr (RushRdd) squares = rush_rdd_map (nothing, schema, square, NULL, NULL);
  g_autoptr (RushRdd) even = rush_rdd_filter (squares, is_even, NULL, NULL);
  g_autofree char *rows = app_layout (sc, even);

  g_assert_cmpstr (rows, ==, "||");
  app_free (sc);
}

/* One row that makes many batches, and many batches that make one row. */
static void
test_flat_map (void)
{
  RushContext *sc = app_new (1);
  g_autoptr (RushSchema) schema = one_number ();
  g_autoptr (RushRdd) numbers = app_range (sc, 4, 2);
  g_autoptr (RushRdd) few = rush_rdd_flat_map (numbers, schema, repeat, GSIZE_TO_POINTER (1), NULL);
  g_autoptr (RushRdd) many =
      rush_rdd_flat_map (numbers, schema, repeat, GSIZE_TO_POINTER (50000), NULL);
  g_autoptr (RushRdd) last = rush_rdd_filter (many, is_at_least, GSIZE_TO_POINTER (149999), NULL);
  g_autofree char *rows = app_layout (sc, few);

  g_assert_cmpstr (rows, ==, "0|0 1 0 1 2");
  g_assert_cmpint (rush_rdd_count (sc, many, NULL), ==, 300000);
  app_assert_sorted (sc, last, "149999");
  app_free (sc);
}

/* Selections of selections, over several batches. */
static void
test_filter_twice (void)
{
  RushContext *sc = app_new (0);
  g_autoptr (RushRdd) numbers = app_range (sc, 50000, 2);
  g_autoptr (RushRdd) even = rush_rdd_filter (numbers, is_even, NULL, NULL);
  g_autoptr (RushRdd) last = rush_rdd_filter (even, is_at_least, GSIZE_TO_POINTER (49990), NULL);

  g_assert_cmpint (rush_rdd_count (sc, even, NULL), ==, 25000);
  app_assert_sorted (sc, last, "49990 49992 49994 49996 49998");
  app_free (sc);
}

/* ---- functions that fail ---- */

static void
assert_job_fails (RushContext *sc, RushRdd *rdd, const char *words)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (rush_rdd_collect (sc, rdd, &error));
  g_assert_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT);
  g_test_message ("%s", error->message);
  g_assert_nonnull (strstr (error->message, words));
}

static void
test_failures (void)
{
  RushContext *sc = app_new (1);
  g_autoptr (RushSchema) one = one_number ();
  g_autoptr (RushSchema) two = rush_schema_of ("a", &RUSH_INT64, "b", &RUSH_INT64, NULL);
  g_autoptr (RushRdd) numbers = app_range (sc, 10, 3);
  g_autoptr (RushRdd) failing = rush_rdd_map (numbers, one, fail_at_three, NULL, NULL);
  g_autoptr (RushRdd) silent = rush_rdd_map (numbers, one, emit_nothing, NULL, NULL);
  g_autoptr (RushRdd) talkative = rush_rdd_map (numbers, one, repeat, GSIZE_TO_POINTER (2), NULL);
  g_autoptr (RushRdd) half = rush_rdd_flat_map (numbers, two, emit_half, NULL, NULL);
  g_autoptr (RushRdd) no_key =
      rush_rdd_key_by (numbers, "key", &RUSH_INT64, emit_nothing, NULL, NULL);

  assert_job_fails (sc, failing, "cannot do 3");
  assert_job_fails (sc, silent, "map must emit one row for each row, and emitted 0");
  assert_job_fails (sc, talkative, "map must emit one row for each row");
  assert_job_fails (sc, half, "left a row unfinished: 1 of 2 values");
  assert_job_fails (sc, no_key, "must emit one value, the key");
  app_free (sc);
}

/* ---- a long lineage ---- */

static void
add_one (const RushRow *row, RushEmitter *out, gpointer data)
{
  rush_emit_int (out, rush_row_int (row, 0) + 1);
}

/* An iterative program: 2,000 narrow steps are one stage. */
static void
test_long_lineage (void)
{
  RushContext *sc = app_new (1);
  g_autoptr (RushRdd) last = app_range (sc, 3, 2);

  for (guint i = 0; i < 2000; i++)
    {
      RushRdd *next = rush_rdd_map (last, last->schema, add_one, NULL, NULL);

      rush_rdd_unref (last);
      last = next;
    }
  app_assert_sorted (sc, last, "2000 2001 2002");
  app_free (sc);
}

/* ---- mapPartitions ---- */

typedef struct
{
  RushIterator base;
  RushIterator *rows;
  gboolean done;
} FirstOnly;

static RushBatch *
first_only_next (RushIterator *base, GError **error)
{
  FirstOnly *self = (FirstOnly *)base;
  g_autoptr (RushBatch) batch = self->done ? NULL : rush_iterator_next (self->rows, error);

  self->done = TRUE;
  return batch != NULL ? rush_batch_slice (batch, 0, 1) : NULL;
}

static void
first_only_close (RushIterator *base)
{
  rush_iterator_close (((FirstOnly *)base)->rows);
  g_free (base);
}

static const RushIteratorClass first_only_class = { first_only_next, first_only_close };

static RushIterator *
first_only (RushIterator *rows, guint split, RushTaskContext *ctx, gpointer data, GError **error)
{
  FirstOnly *self;

  if (split == GPOINTER_TO_UINT (data))
    {
      rush_iterator_close (rows);
      g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT, "not partition %u",
                   split);
      return NULL;
    }
  self = g_new0 (FirstOnly, 1);
  self->base.klass = &first_only_class;
  self->rows = rows;
  return &self->base;
}

static void
test_map_partitions (void)
{
  RushContext *sc = app_new (1);
  g_autoptr (RushRdd) numbers = app_range (sc, 10, 3);
  g_autoptr (RushRdd) firsts = rush_rdd_map_partitions (numbers, numbers->schema, first_only,
                                                        GUINT_TO_POINTER (99), NULL, FALSE);
  g_autoptr (RushRdd) failing = rush_rdd_map_partitions (numbers, numbers->schema, first_only,
                                                         GUINT_TO_POINTER (1), NULL, FALSE);
  g_autofree char *rows = app_layout (sc, firsts);

  g_assert_cmpstr (rows, ==, "0|3|6");
  assert_job_fails (sc, failing, "not partition 1");
  app_free (sc);
}

/* ---- pairs ---- */

static void
ten_times (const RushRow *row, RushEmitter *out, gpointer data)
{
  rush_emit_int (out, 10 * rush_row_int (row, 1));
}

static void
twice (const RushRow *row, RushEmitter *out, gpointer data)
{
  rush_emit_int (out, rush_row_int (row, 1));
  rush_emit_int (out, -rush_row_int (row, 1));
}

static void
last_digit (const RushRow *row, RushEmitter *out, gpointer data)
{
  rush_emit_int (out, rush_row_int (row, 0) % 10);
}

static void
test_pairs (gconstpointer master)
{
  RushContext *sc = app_new (GPOINTER_TO_UINT (master));
  g_autoptr (RushRdd) pairs = app_pairs (sc, "a=1 b=2 -=3 a=4", 2);
  g_autoptr (RushRdd) tens = rush_rdd_map_values (pairs, pairs->schema, ten_times, NULL, NULL);
  g_autoptr (RushRdd) both = rush_rdd_flat_map_values (pairs, pairs->schema, twice, NULL, NULL);
  g_autoptr (RushRdd) keys = rush_rdd_keys (pairs);
  g_autoptr (RushRdd) values = rush_rdd_values (pairs);
  g_autoptr (RushRdd) numbers = app_range (sc, 13, 2);
  g_autoptr (RushRdd) keyed =
      rush_rdd_key_by (numbers, "digit", &RUSH_INT64, last_digit, NULL, NULL);
  g_autofree char *tens_text = app_layout (sc, tens);
  g_autofree char *both_text = app_layout (sc, both);
  g_autofree char *keys_text = app_layout (sc, keys);
  g_autofree char *values_text = app_layout (sc, values);
  g_autofree char *keyed_text = app_layout (sc, keyed);

  g_assert_cmpstr (tens_text, ==, "a,10 b,20|-,30 a,40");
  g_assert_cmpstr (both_text, ==, "a,1 a,-1 b,2 b,-2|-,3 -,-3 a,4 a,-4");
  g_assert_cmpstr (keys_text, ==, "a b|- a");
  g_assert_cmpstr (values_text, ==, "1 2|3 4");
  g_assert_cmpstr (keyed_text, ==, "0,0 1,1 2,2 3,3 4,4 5,5|6,6 7,7 8,8 9,9 0,10 1,11 2,12");
  app_free (sc);
}

/* Java's hash: "a" is 97, "b" 98, "c" 99; null goes to 0. */
static void
test_partition_by (gconstpointer master)
{
  RushContext *sc = app_new (GPOINTER_TO_UINT (master));
  g_autoptr (RushRdd) pairs = app_pairs (sc, "a=1 b=2 c=3 -=4 a=5", 2);
  g_autoptr (RushRdd) placed = rush_rdd_partition_by (pairs, 3);
  g_autoptr (RushRdd) again = rush_rdd_partition_by (placed, 3);
  g_autoptr (RushRdd) tens = rush_rdd_map_values (placed, pairs->schema, ten_times, NULL, NULL);
  g_autoptr (RushRdd) kept = rush_rdd_filter (placed, is_even, NULL, NULL);
  g_autoptr (RushRdd) mapped = rush_rdd_map (placed, pairs->schema, emit_nothing, NULL, NULL);
  g_autofree char *rows = app_layout (sc, placed);

  g_assert_cmpstr (rows, ==, "c,3 -,4|a,1 a,5|b,2");
  g_assert_true (again == placed);
  g_assert_true (tens->partitioner == placed->partitioner);
  g_assert_true (kept->partitioner == placed->partitioner);
  g_assert_null (mapped->partitioner);
  app_free (sc);
}

static void
test_glom (void)
{
  RushContext *sc = app_new (1);
  g_autoptr (RushRdd) pairs = app_pairs (sc, "a=1 b=2 c=3", 2);
  g_autoptr (RushRdd) glommed = rush_rdd_glom (pairs);
  g_autoptr (RushRdd) nothing = app_pairs (sc, "", 2);
  g_autoptr (RushRdd) empty = rush_rdd_glom (nothing);
  g_autofree char *rows = app_layout (sc, glommed);
  g_autofree char *none = app_layout (sc, empty);

  g_assert_cmpstr (rows, ==, "[a,1]|[b,2;c,3]");
  g_assert_cmpstr (none, ==, "[]|[]");
  app_free (sc);
}

/* ---- union ---- */

static void
test_union (gconstpointer master)
{
  RushContext *sc = app_new (GPOINTER_TO_UINT (master));
  g_autoptr (RushRdd) a = app_range (sc, 4, 2);
  g_autoptr (RushRdd) b = app_range (sc, 3, 3);
  RushRdd *parents[] = { a, b, a };
  g_autoptr (RushRdd) all = rush_rdd_union (parents, 3, NULL);
  g_autoptr (RushRdd) one = rush_rdd_union (parents, 1, NULL);
  g_autofree char *rows = app_layout (sc, all);
  g_autofree char *same = app_layout (sc, one);

  g_assert_cmpstr (all->klass->name, ==, "UnionRDD");
  g_assert_cmpstr (rows, ==, "0 1|2 3|0|1|2|0 1|2 3");
  g_assert_cmpstr (same, ==, "0 1|2 3");
  app_free (sc);
}

/* Each partition finds its parent, whatever the parents' sizes: 1, 2, 3, 1, 2, 3 … */
static void
test_union_of_many (gconstpointer master)
{
  RushContext *sc = app_new (GPOINTER_TO_UINT (master));
  RushRdd *parents[40];
  g_autoptr (GString) expected = g_string_new (NULL);

  for (guint i = 0; i < G_N_ELEMENTS (parents); i++)
    {
      parents[i] = app_range (sc, i % 3 + 1, i % 3 + 1);
      for (guint p = 0; p <= i % 3; p++)
        g_string_append_printf (expected, "%s%u", i + p > 0 ? "|" : "", p);
    }
  g_autoptr (RushRdd) all = rush_rdd_union (parents, G_N_ELEMENTS (parents), NULL);
  g_autofree char *rows = app_layout (sc, all);

  g_assert_cmpstr (rows, ==, expected->str);
  for (guint i = 0; i < G_N_ELEMENTS (parents); i++)
    rush_rdd_unref (parents[i]);
  app_free (sc);
}

static void
test_union_of_placed (gconstpointer master)
{
  RushContext *sc = app_new (GPOINTER_TO_UINT (master));
  g_autoptr (RushRdd) pairs_a = app_pairs (sc, "a=1 b=2 c=3", 2);
  g_autoptr (RushRdd) pairs_b = app_pairs (sc, "c=4 a=5", 1);
  g_autoptr (RushRdd) a = rush_rdd_partition_by (pairs_a, 2);
  g_autoptr (RushRdd) b = rush_rdd_partition_by (pairs_b, 2);
  g_autoptr (RushRdd) wider = rush_rdd_partition_by (pairs_b, 3);
  RushRdd *alike[] = { a, b }, *different[] = { a, wider };
  g_autoptr (RushRdd) aware = rush_rdd_union (alike, 2, NULL);
  g_autoptr (RushRdd) plain = rush_rdd_union (different, 2, NULL);
  g_autofree char *rows = app_layout (sc, aware);

  g_assert_cmpstr (aware->klass->name, ==, "PartitionerAwareUnionRDD");
  g_assert_cmpstr (rows, ==, "b,2|a,1 c,3 c,4 a,5");
  g_assert_true (rush_partitioner_equal (aware->partitioner, a->partitioner));
  g_assert_cmpstr (plain->klass->name, ==, "UnionRDD");
  g_assert_null (plain->partitioner);
  app_free (sc);
}

static gboolean
no_partitions (RushRdd *self, guint *out_n, GError **error)
{
  *out_n = 0;
  return TRUE;
}

static gboolean
no_file (RushRdd *self, guint *out_n, GError **error)
{
  g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_NOT_FOUND, "Input path does not exist");
  return FALSE;
}

static void
test_union_of_nothing (void)
{
  static const RushRddClass empty_class = { .name = "EmptyRDD", .partitions = no_partitions };
  static const RushRddClass missing_class = { .name = "HadoopRDD", .partitions = no_file };
  RushContext *sc = app_new (0);
  g_autoptr (RushSchema) schema = one_number ();
  g_autoptr (RushRdd) numbers = app_range (sc, 2, 2);
  g_autoptr (RushRdd) empty =
      rush_rdd_alloc (sizeof (RushRdd), &empty_class, rush_context_lineage (sc), schema, NULL, 0);
  g_autoptr (RushRdd) missing =
      rush_rdd_alloc (sizeof (RushRdd), &missing_class, rush_context_lineage (sc), schema, NULL, 0);
  RushRdd *some[] = { empty, numbers }, *none[] = { empty, empty }, *bad[] = { numbers, missing };
  g_autoptr (RushRdd) of_some = rush_rdd_union (some, 2, NULL);
  g_autoptr (RushRdd) of_none = rush_rdd_union (none, 2, NULL);
  g_autoptr (GError) error = NULL;
  guint n = 9;

  g_assert_cmpuint (of_some->n_dependencies, ==, 1);
  g_assert_true (rush_rdd_n_partitions (of_none, &n, NULL));
  g_assert_cmpuint (n, ==, 0);
  g_assert_cmpint (rush_rdd_count (sc, of_none, NULL), ==, 0);
  g_assert_null (rush_rdd_union (bad, 2, &error));
  g_assert_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_NOT_FOUND);
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
    { "map", test_map },
    { "map-to-other-types", test_map_to_other_types },
    { "pairs", test_pairs },
    { "partition-by", test_partition_by },
    { "union", test_union },
    { "union-of-many", test_union_of_many },
    { "union-of-placed", test_union_of_placed },
  };

  g_test_init (&argc, &argv, NULL);
  for (guint t = 0; t < G_N_ELEMENTS (on_all_masters); t++)
    for (guint m = 0; m < APP_N_MASTERS; m++)
      {
        g_autofree char *path =
            g_strdup_printf ("/rdd/transform/%s/%s", on_all_masters[t].name, app_masters[m]);

        g_test_add_data_func (path, GUINT_TO_POINTER (m), on_all_masters[t].func);
      }
  g_test_add_func ("/rdd/transform/empty", test_empty);
  g_test_add_func ("/rdd/transform/flat-map", test_flat_map);
  g_test_add_func ("/rdd/transform/filter-twice", test_filter_twice);
  g_test_add_func ("/rdd/transform/failures", test_failures);
  g_test_add_func ("/rdd/transform/long-lineage", test_long_lineage);
  g_test_add_func ("/rdd/transform/map-partitions", test_map_partitions);
  g_test_add_func ("/rdd/transform/glom", test_glom);
  g_test_add_func ("/rdd/transform/union-of-nothing", test_union_of_nothing);
  return g_test_run ();
}
