/* Key filters: what passes has maybe a partner, what does not has none; dense keys exactly. */
#include "sql/physical/tables/key_filter.h"

#include "core/base/allocator.h"

#include <string.h>

static RushColumn *
int64_column (const gint64 *values, guint n, const guint8 *valid)
{
  RushBuffer *buffer = rush_buffer_new (rush_allocator_system (), n * sizeof *values, NULL);
  RushBuffer *validity = NULL;
  guint nulls = 0;

  memcpy (buffer->bytes, values, n * sizeof *values);
  if (valid != NULL)
    {
      validity = rush_buffer_new (rush_allocator_system (), (n + 7) / 8, NULL);
      memset (validity->bytes, 0, (n + 7) / 8);
      for (guint i = 0; i < n; i++)
        if (valid[i])
          rush_bit_set (validity->bytes, i);
        else
          nulls++;
    }
  return rush_column_new_plain (&RUSH_INT64, n, validity, nulls, buffer, NULL, 0);
}

static RushKeyFilter *
filter_of (const gint64 *keys, gsize n)
{
  RushKeyFilter *self = rush_key_filter_new (rush_allocator_system ());

  rush_key_filter_add (self, keys, n);
  rush_key_filter_seal (self, TRUE);
  return self;
}

static guint
select_all (const RushKeyFilter *self, const RushColumn *column, guint16 *out)
{
  RushRows rows = { NULL, column->length, column->length };

  return rush_key_filter_select (self, column, &rows, out);
}

static void
test_dense_is_exact (void)
{
  const gint64 keys[] = { -3, 7, 7, 1000 }, values[] = { -4, -3, 0, 7, 1000, 1001, G_MININT64 };
  g_autoptr (RushKeyFilter) filter = filter_of (keys, G_N_ELEMENTS (keys));
  g_autoptr (RushColumn) column = int64_column (values, G_N_ELEMENTS (values), NULL);
  guint16 out[8];

  g_assert_cmpuint (select_all (filter, column, out), ==, 3);
  g_assert_cmpuint (out[0], ==, 1);
  g_assert_cmpuint (out[1], ==, 3);
  g_assert_cmpuint (out[2], ==, 4);
}

static void
test_sparse_misses_none (void)
{
  g_autofree gint64 *keys = g_new (gint64, 4000);
  g_autofree gint64 *others = g_new (gint64, 4000);
  guint16 out[4000];

  for (guint i = 0; i < 4000; i++)
    {
      keys[i] = (gint64)((guint64)(2 * i) * G_GUINT64_CONSTANT (0x123456789abcdef1));
      others[i] = (gint64)((guint64)(2 * i + 1) * G_GUINT64_CONSTANT (0x123456789abcdef1));
    }
  g_autoptr (RushKeyFilter) filter = filter_of (keys, 4000);
  g_autoptr (RushColumn) same = int64_column (keys, 4000, NULL);
  g_autoptr (RushColumn) different = int64_column (others, 4000, NULL);
  g_assert_cmpuint (select_all (filter, same, out), ==, 4000);
  g_assert_cmpuint (select_all (filter, different, out), <, 400);
}

static void
test_nulls_never_pass (void)
{
  const gint64 keys[] = { 0, 1 }, values[] = { 0, 0, 1 };
  const guint8 valid[] = { 1, 0, 1 };
  g_autoptr (RushKeyFilter) filter = filter_of (keys, 2);
  g_autoptr (RushColumn) column = int64_column (values, 3, valid);
  guint16 out[4];

  g_assert_cmpuint (select_all (filter, column, out), ==, 2);
  g_assert_cmpuint (out[1], ==, 2);
}

static void
test_selection_and_constant (void)
{
  const gint64 keys[] = { 5 }, values[] = { 5, 5, 6, 5 };
  const guint16 positions[] = { 1, 2, 3 };
  g_autoptr (RushKeyFilter) filter = filter_of (keys, 1);
  g_autoptr (RushColumn) column = int64_column (values, 4, NULL);
  g_autoptr (RushColumn) constant =
      rush_column_new_constant_int (&RUSH_INT32, 5, 4, rush_allocator_system (), NULL);
  RushRows rows = { positions, 3, 4 };
  guint16 out[4];

  g_assert_cmpuint (rush_key_filter_select (filter, column, &rows, out), ==, 2);
  g_assert_cmpuint (out[0], ==, 1);
  g_assert_cmpuint (out[1], ==, 3);
  g_assert_cmpuint (select_all (filter, constant, out), ==, 4);
}

static void
test_empty_keeps_nothing (void)
{
  const gint64 values[] = { 0, 1 };
  g_autoptr (RushKeyFilter) filter = filter_of (NULL, 0);
  g_autoptr (RushColumn) column = int64_column (values, 2, NULL);
  guint16 out[2];

  g_assert_true (rush_key_filter_is_ready (filter));
  g_assert_cmpuint (select_all (filter, column, out), ==, 0);
}

static void
test_too_many_keys_are_void (void)
{
  g_autofree gint64 *keys = g_new0 (gint64, RUSH_KEY_FILTER_MAX_KEYS);
  g_autoptr (RushKeyFilter) filter = rush_key_filter_new (rush_allocator_system ());

  rush_key_filter_add (filter, keys, RUSH_KEY_FILTER_MAX_KEYS);
  rush_key_filter_add (filter, keys, 1);
  g_assert_false (rush_key_filter_is_sealed (filter));
  rush_key_filter_seal (filter, TRUE);
  g_assert_true (rush_key_filter_is_sealed (filter));
  g_assert_false (rush_key_filter_is_ready (filter));
}

static void
test_given_up_is_void (void)
{
  g_autoptr (RushKeyFilter) filter = rush_key_filter_new (rush_allocator_system ());

  rush_key_filter_seal (filter, FALSE);
  g_assert_false (rush_key_filter_is_ready (filter));
}

/* Any request may be the one that is refused: nothing leaks, and no row is kept back. */
static void
test_refused_memory_is_void (void)
{
  g_autofree gint64 *keys = g_new (gint64, 100000);
  guint n_refused = 0;
  gboolean refused = TRUE;

  for (guint i = 0; i < 100000; i++)
    keys[i] = i;
  for (guint nth = 1; refused; nth++)
    {
      g_autoptr (RushAllocator) allocator = rush_allocator_limited_new (G_MAXSIZE / 2, nth);
      RushKeyFilter *filter = rush_key_filter_new (allocator);

      for (guint i = 0; i < 100000; i += 10000)
        rush_key_filter_add (filter, keys + i, 10000);
      rush_key_filter_seal (filter, TRUE);
      g_assert_true (rush_key_filter_is_sealed (filter));
      refused = !rush_key_filter_is_ready (filter);
      n_refused += refused;
      rush_key_filter_unref (filter);
      g_assert_cmpuint (rush_allocator_limited_in_use (allocator), ==, 0);
    }
  g_assert_cmpuint (n_refused, >=, 2); /* of keys, and of bits */
}

/* What it holds is its keys, then its bits alone. */
static void
test_memory_is_charged (void)
{
  gint64 keys[1000];
  g_autoptr (RushAllocator) allocator = rush_allocator_limited_new (1 << 20, 0);
  RushKeyFilter *filter = rush_key_filter_new (allocator);

  for (guint i = 0; i < 1000; i++)
    keys[i] = i;
  rush_key_filter_add (filter, keys, 1000);
  g_assert_cmpuint (rush_allocator_limited_in_use (allocator), >=, sizeof keys);
  rush_key_filter_seal (filter, TRUE);
  g_assert_cmpuint (rush_allocator_limited_in_use (allocator), ==, 1024 / 8);
  rush_key_filter_unref (filter);
  g_assert_cmpuint (rush_allocator_limited_in_use (allocator), ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/key-filter/dense", test_dense_is_exact);
  g_test_add_func ("/key-filter/sparse", test_sparse_misses_none);
  g_test_add_func ("/key-filter/nulls", test_nulls_never_pass);
  g_test_add_func ("/key-filter/selection", test_selection_and_constant);
  g_test_add_func ("/key-filter/empty", test_empty_keeps_nothing);
  g_test_add_func ("/key-filter/too-many", test_too_many_keys_are_void);
  g_test_add_func ("/key-filter/given-up", test_given_up_is_void);
  g_test_add_func ("/key-filter/refused", test_refused_memory_is_void);
  g_test_add_func ("/key-filter/charged", test_memory_is_charged);
  return g_test_run ();
}
