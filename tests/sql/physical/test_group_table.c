/* test_group_table.c - equal keys have one number, different ones different numbers, and keys come
 * back as they went in: whole numbers near together and far apart, nulls, −0.0 and NaN, structs and
 * arrays. */
#include "core/data/column_builder.h"
#include "sql/physical/tables/group_table.h"

#include <math.h>
#include <string.h>

#define N 1000

static RushGroupTable *
table_of (guint n_keys, const RushType *const *types, gboolean with_nulls)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (RushKeyLayout) layout = rush_key_layout_new (n_keys, types, with_nulls, &error);

  g_assert_no_error (error);
  return rush_group_table_new (layout, rush_allocator_system ());
}

static RushColumn *
ints (const RushType *type, const gint64 *values, guint n, gint64 null)
{
  g_autoptr (RushColumnBuilder) builder = rush_column_builder_new (type, rush_allocator_system ());

  for (guint i = 0; i < n; i++)
    g_assert_true (values[i] == null ? rush_column_builder_append_null (builder, NULL)
                                     : rush_column_builder_append_int (builder, values[i], NULL));
  return rush_column_builder_finish (builder);
}

static void
number (RushGroupTable *table, RushColumn *const *keys, guint n, guint32 *groups)
{
  g_autoptr (GError) error = NULL;
  RushRows rows = { NULL, n, n };

  g_assert_true (rush_group_table_find_or_add (table, keys, &rows, groups, &error));
  g_assert_no_error (error);
}

static RushColumn *
key_back (const RushGroupTable *table, guint k)
{
  g_autoptr (GError) error = NULL;
  RushColumn *column = rush_group_table_key_column (table, k, 0, rush_group_table_n_groups (table),
                                                    rush_allocator_system (), &error);

  g_assert_no_error (error);
  return column;
}

/* Batches whose range grows upwards, downwards and out of all bounds: a key's number stays. */
static void
test_ranges (void)
{
  const RushType *type = &RUSH_INT64;
  const gint64 first[] = { 100, 150, -5000, 90, 1000000, G_MAXINT64 - 3, G_MININT64, 0, -5000, 7 };
  g_autoptr (RushGroupTable) table = table_of (1, &type, TRUE);
  g_autoptr (GHashTable) known = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);

  for (guint b = 0; b < G_N_ELEMENTS (first); b++)
    {
      gint64 values[N];
      guint32 groups[N];
      for (guint i = 0; i < N; i++)
        values[i] = first[b] > G_MAXINT64 - N ? first[b] : first[b] + (i * 7) % 300;
      g_autoptr (RushColumn) keys = ints (type, values, N, 95);
      number (table, &keys, N, groups);
      for (guint i = 0; i < N; i++)
        {
          gpointer before = g_hash_table_lookup (known, &values[i]);
          if (before == NULL)
            g_hash_table_insert (known, g_memdup2 (&values[i], sizeof values[i]),
                                 GUINT_TO_POINTER (groups[i] + 1));
          else
            g_assert_cmpuint (groups[i] + 1, ==, GPOINTER_TO_UINT (before));
        }
    }
  g_assert_cmpuint (rush_group_table_n_groups (table), ==, g_hash_table_size (known));
  g_autoptr (RushColumn) back = key_back (table, 0);
  for (guint g = 0; g < back->length; g++)
    {
      gint64 value = rush_column_is_valid (back, g) ? rush_column_get_int (back, g) : 95;
      gpointer group = g_hash_table_lookup (known, &value);
      g_assert_cmpuint (GPOINTER_TO_UINT (group), ==, g + 1);
    }
}

/* As what functions give that look for nulls last: something stands in the place of the null. */
static RushColumn *
with_null_at (const RushType *type, const gint64 *values, guint n, guint null)
{
  g_autoptr (RushColumn) plain = ints (type, values, n, 0);
  RushBuffer *validity = rush_buffer_new (rush_allocator_system (), 8, NULL);

  memset (validity->bytes, 0xff, 8);
  validity->bytes[null / 8] &= (guint8) ~(1u << null % 8);
  return rush_column_new_plain (type, n, validity, 1, rush_buffer_ref (plain->values), NULL, 0);
}

/* A range that ends where the type does: no value has the code of null, and a base may lie below
 * what the type can hold. */
static void
test_ends_of_ranges (void)
{
  const struct
  {
    const RushType *type;
    gint64 first, second;
  } cases[] = {
    { &RUSH_INT64, G_MAXINT64, G_MAXINT64 - 40 },
    { &RUSH_INT64, G_MININT64 + 500, G_MININT64 + 5 },
    { &RUSH_INT32, G_MAXINT32, G_MAXINT32 - 500 },
    { &RUSH_INT32, G_MININT32 + 500, G_MININT32 + 5 },
  };

  for (guint c = 0; c < 2 * G_N_ELEMENTS (cases); c++)
    {
      const RushType *type = cases[c / 2].type;
      g_autoptr (RushGroupTable) table = table_of (1, &type, TRUE);
      gint64 values[16];
      guint32 groups[16];

      for (guint i = 0; i < 16; i++)
        values[i] = (i < 8 ? cases[c / 2].first : cases[c / 2].second) - i % 4;
      for (guint i = 0; i < 16; i += 8)
        {
          g_autoptr (RushColumn) keys =
              c % 2 == 0 ? ints (type, values + i, 8, 0) : with_null_at (type, values + i, 8, 7);
          number (table, &keys, 8, groups + i);
          values[i + 7] = c % 2 == 0 ? values[i + 7] : 0;
        }
      for (guint i = 0; i < 16; i++)
        for (guint j = 0; j < 16; j++)
          g_assert_cmpint (groups[i] == groups[j], ==, values[i] == values[j]);
    }
}

/* Two keys of narrow ranges, one with nulls; and rows that are selected. */
static void
test_two_keys (void)
{
  const RushType *types[] = { &RUSH_INT32, &RUSH_DATE };
  g_autoptr (RushGroupTable) table = table_of (2, types, TRUE);
  gint64 a[N], b[N];
  guint32 groups[N], some[N / 10];
  guint16 positions[N / 10];

  for (guint i = 0; i < N; i++)
    {
      a[i] = i % 10;
      b[i] = i % 7;
    }
  for (guint i = 0; i < N / 10; i++)
    positions[i] = (guint16)(i * 10 + 3);
  RushColumn *keys[] = { ints (types[0], a, N, -1), ints (types[1], b, N, 3) };
  RushRows rows = { positions, N / 10, N };
  g_assert_true (rush_group_table_find_or_add (table, keys, &rows, some, NULL));
  g_assert_cmpuint (rush_group_table_n_groups (table), ==, 7);
  number (table, keys, N, groups);
  g_assert_cmpuint (rush_group_table_n_groups (table), ==, 70);
  for (guint i = 0; i < N; i++)
    g_assert_cmpuint (groups[i], ==, groups[i % 70]);
  for (guint i = 0; i < N / 10; i++)
    g_assert_cmpuint (some[i], ==, groups[positions[i]]);
  rush_column_unref (keys[0]);
  rush_column_unref (keys[1]);
}

/* array<struct<f: double, s: string>>: [(0.0, "…")], [(−0.0, "…")], [], null, [null], [(NaN, null)] */
static RushColumn *
nested (const RushType *type, double zero, double nan)
{
  g_autoptr (RushColumnBuilder) builder = rush_column_builder_new (type, rush_allocator_system ());
  RushColumnBuilder *items = rush_column_builder_child (builder, 0);
  RushColumnBuilder *f = rush_column_builder_child (items, 0);
  RushColumnBuilder *s = rush_column_builder_child (items, 1);
  const char *text = "long enough to lie elsewhere";

  g_assert_true (rush_column_builder_append_double (f, zero, NULL) &&
                 rush_column_builder_append_bytes (s, text, strlen (text), NULL) &&
                 rush_column_builder_end_struct (items, NULL) &&
                 rush_column_builder_end_list (builder, NULL));
  g_assert_true (rush_column_builder_end_list (builder, NULL));
  g_assert_true (rush_column_builder_append_null (builder, NULL));
  g_assert_true (rush_column_builder_append_null (items, NULL) &&
                 rush_column_builder_end_list (builder, NULL));
  g_assert_true (rush_column_builder_append_double (f, nan, NULL) &&
                 rush_column_builder_append_null (s, NULL) &&
                 rush_column_builder_end_struct (items, NULL) &&
                 rush_column_builder_end_list (builder, NULL));
  return rush_column_builder_finish (builder);
}

static const RushType *
nested_type (void)
{
  const RushTypeField fields[] = { { "f", &RUSH_FLOAT64, TRUE }, { "s", &RUSH_STRING, TRUE } };

  return rush_type_array (rush_type_struct (2, fields), TRUE);
}

static void
test_nested (void)
{
  const RushType *type = nested_type ();
  g_autoptr (RushGroupTable) table = table_of (1, &type, TRUE);
  g_autoptr (RushColumn) plus = nested (type, 0.0, NAN);
  g_autoptr (RushColumn) minus = nested (type, -0.0, -NAN);
  guint32 groups[5], again[5];

  number (table, &plus, 5, groups);
  number (table, &minus, 5, again);
  for (guint i = 0; i < 5; i++)
    {
      g_assert_cmpuint (groups[i], ==, i);
      g_assert_cmpuint (again[i], ==, i);
    }
  g_autoptr (RushColumn) back = key_back (table, 0);
  g_assert_true (rush_column_equal (back, plus));
}

/* The table of a join: a null is in no group, and what is not there is not found. */
static void
test_nested_join (void)
{
  const RushType *type = nested_type ();
  g_autoptr (RushGroupTable) table = table_of (1, &type, FALSE);
  g_autoptr (RushColumn) keys = nested (type, 0.0, NAN);
  g_autoptr (RushColumn) others = nested (type, 1.0, NAN);
  const guint32 expected[] = { RUSH_NO_GROUP, 1, RUSH_NO_GROUP, 2, 3 };
  RushRows rows = { NULL, 5, 5 };
  guint32 groups[5];

  number (table, &keys, 5, groups);
  g_assert_cmpuint (groups[2], ==, RUSH_NO_GROUP);
  g_assert_true (rush_group_table_find (table, &others, &rows, groups, NULL));
  for (guint i = 0; i < 5; i++)
    g_assert_cmpuint (groups[i], ==, expected[i]);
}

static void
test_maps (void)
{
  const RushType *type = rush_type_array (rush_type_map (&RUSH_INT32, &RUSH_INT32, TRUE), TRUE);
  g_autoptr (GError) error = NULL;

  g_assert_null (rush_key_layout_new (1, &type, TRUE, &error));
  g_assert_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_UNSUPPORTED);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/group_table/ranges", test_ranges);
  g_test_add_func ("/group_table/ends-of-ranges", test_ends_of_ranges);
  g_test_add_func ("/group_table/two-keys", test_two_keys);
  g_test_add_func ("/group_table/nested", test_nested);
  g_test_add_func ("/group_table/nested-join", test_nested_join);
  g_test_add_func ("/group_table/maps", test_maps);
  return g_test_run ();
}
