/* Dense keys: groups of whole numbers that lie close together, by an array; others are refused. */
#include "sql/physical/tables/dense_keys.h"

#include "core/base/allocator.h"
#include "sql/physical/tables/group_table.h"

#include <string.h>

#define NONE RUSH_NO_GROUP

/* @valid: a '.' for each null; or NULL. */
static RushColumn *
int64_column (const gint64 *values, guint n, const char *valid)
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
        if (valid[i] != '.')
          rush_bit_set (validity->bytes, i);
        else
          nulls++;
    }
  return rush_column_new_plain (&RUSH_INT64, n, validity, nulls, buffer, NULL, 0);
}

static void
assert_groups (const guint32 *found, const guint32 *wanted, guint n)
{
  for (guint i = 0; i < n; i++)
    g_assert_cmpuint (found[i], ==, wanted[i]);
}

static void
test_numbers_and_finds (void)
{
  const gint64 keys[] = { 101, 104, 0, 103, 101 }, probes[] = { 103, 100, 105, 101, 0, 104 };
  g_autoptr (RushColumn) key = int64_column (keys, 5, "xx.xx");
  g_autoptr (RushColumn) probe = int64_column (probes, 6, "xxxx.x");
  RushRows rows = { NULL, 6, 6 };
  guint32 groups[6];
  RushDenseKeys *self = rush_dense_keys_new (key, groups, rush_allocator_system ());

  g_assert_nonnull (self);
  assert_groups (groups, (guint32[]){ 0, 1, NONE, 2, 0 }, 5);
  g_assert_cmpuint (rush_dense_keys_n_groups (self), ==, 3);
  rush_dense_keys_find (self, probe, &rows, groups);
  assert_groups (groups, (guint32[]){ 2, NONE, NONE, 0, NONE, 1 }, 6);
  rush_dense_keys_free (self);
}

/* The rows that count, of a column that begins further behind in its values. */
static void
test_selected_rows_of_a_slice (void)
{
  const gint64 keys[] = { G_MININT64, G_MININT64 + 1 };
  const gint64 probes[] = { 9, 9, G_MININT64 + 1, G_MAXINT64, G_MININT64 };
  const guint16 positions[] = { 0, 2 };
  g_autoptr (RushColumn) key = int64_column (keys, 2, NULL);
  g_autoptr (RushColumn) all = int64_column (probes, 5, NULL);
  g_autoptr (RushColumn) probe = rush_column_slice (all, 2, 3);
  RushRows rows = { positions, 2, 3 };
  guint32 groups[2];
  RushDenseKeys *self = rush_dense_keys_new (key, groups, rush_allocator_system ());

  rush_dense_keys_find (self, probe, &rows, groups);
  assert_groups (groups, (guint32[]){ 1, 0 }, 2);
  rush_dense_keys_free (self);
}

/* What a hash serves better, or has no memory, is left to it. */
static void
test_refuses (void)
{
  const gint64 far[] = { 0, G_MAXINT64 }, spread[] = { 0, 1 << 20 }, near[] = { 1, 2 };
  g_autoptr (RushColumn) a = int64_column (far, 2, NULL);
  g_autoptr (RushColumn) b = int64_column (spread, 2, NULL);
  g_autoptr (RushColumn) c = int64_column (near, 2, NULL);
  g_autoptr (RushColumn) empty = rush_column_slice (c, 0, 0);
  g_autoptr (RushAllocator) none = rush_allocator_limited_new (1, 0);
  guint32 groups[2];

  g_assert_null (rush_dense_keys_new (a, groups, rush_allocator_system ()));
  g_assert_null (rush_dense_keys_new (b, groups, rush_allocator_system ()));
  g_assert_null (rush_dense_keys_new (empty, groups, rush_allocator_system ()));
  g_assert_null (rush_dense_keys_new (c, groups, none));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/dense-keys/numbers-and-finds", test_numbers_and_finds);
  g_test_add_func ("/dense-keys/selected-rows-of-a-slice", test_selected_rows_of_a_slice);
  g_test_add_func ("/dense-keys/refuses", test_refuses);
  return g_test_run ();
}
