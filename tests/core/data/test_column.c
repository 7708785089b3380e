/* test_column.c - bitmaps against the naive way, constants, slices, and buffers that tell their
 * owner when they go; schemas. */
#include "core/data/bitmap.h"
#include "core/data/column.h"
#include "core/data/retype.h"
#include "tests/core/data/table.h"

#include <string.h>

/* ---- bitmaps ---- */

/* In blocks of exactly the bytes that hold the bits, so that a sanitizer sees one too many. */
static void
test_bits (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (3);

  for (guint round = 0; round < 3000; round++)
    {
      guint start = (guint)g_rand_int_range (rand, 0, 30);
      guint n = (guint)g_rand_int_range (rand, 0, 300);
      gsize in_bytes = rush_bits_bytes (start + n), out_bytes = rush_bits_bytes (n);
      g_autofree guint8 *bits = g_malloc (in_bytes + 1), *out = g_malloc (out_bytes + 1);
      g_autofree guint8 *exact = NULL;
      g_autofree guint32 *positions = g_new (guint32, n + 1);
      guint count = 0;

      for (gsize i = 0; i < in_bytes; i++)
        bits[i] = (guint8)g_rand_int (rand);
      exact = g_memdup2 (bits, in_bytes);
      for (guint i = 0; i < n; i++)
        count += (guint)rush_bit_get (bits, start + i);
      g_assert_cmpuint (rush_bits_count (exact, start, n), ==, count);

      memset (out, 0xaa, out_bytes + 1);
      rush_bits_copy (out, exact, start, n);
      for (guint i = 0; i < n; i++)
        g_assert_cmpint (rush_bit_get (out, i), ==, rush_bit_get (bits, start + i));
      for (guint i = n; i < out_bytes * 8; i++)
        g_assert_cmpint (rush_bit_get (out, i), ==, 0);
      g_assert_cmpuint (out[out_bytes], ==, 0xaa);

      for (guint i = 0; i < n; i++)
        positions[i] = (guint32)g_rand_int_range (rand, 0, (gint32)(start + n));
      rush_bits_gather (out, exact, positions, n);
      for (guint i = 0; i < n; i++)
        g_assert_cmpint (rush_bit_get (out, i), ==, rush_bit_get (bits, positions[i]));
      for (guint i = n; i < out_bytes * 8; i++)
        g_assert_cmpint (rush_bit_get (out, i), ==, 0);
    }
}

/* ---- buffers ---- */

static void
give_back (gpointer owner)
{
  ++*(int *)owner;
}

static void
test_foreign_memory_is_given_back (void)
{
  static const guint8 bytes[] = "somebody else's";
  int given_back = 0;

  RushBuffer *buffer = rush_buffer_wrap (bytes, sizeof bytes, &given_back, give_back);
  rush_buffer_ref (buffer);
  rush_buffer_unref (buffer);
  g_assert_cmpint (given_back, ==, 0);
  rush_buffer_unref (buffer);
  g_assert_cmpint (given_back, ==, 1);
}

static void
test_buffers_are_charged_and_released (void)
{
  g_autoptr (RushAllocator) allocator = rush_allocator_limited_new (1000, 0);
  g_autoptr (GError) error = NULL;
  RushBuffer *buffer = rush_buffer_new (allocator, 600, NULL);

  g_assert_cmpuint (rush_allocator_limited_in_use (allocator), ==, 600);
  g_assert_null (rush_buffer_new (allocator, 600, &error));
  g_assert_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_OUT_OF_MEMORY);
  rush_buffer_unref (buffer);
  g_assert_cmpuint (rush_allocator_limited_in_use (allocator), ==, 0);

  buffer = rush_buffer_new (allocator, 0, NULL); /* no bytes, still a buffer */
  g_assert_nonnull (buffer->bytes);
  rush_buffer_unref (buffer);
  rush_buffer_unref (NULL);
}

/* ---- constants ---- */

static void
test_constants (void)
{
  RushAllocator *system = rush_allocator_system ();
  g_autoptr (RushColumn) number = rush_column_new_constant_int (&RUSH_INT16, -7, 100, system, NULL);
  g_autoptr (RushColumn) yes = rush_column_new_constant_int (&RUSH_BOOL, 5, 100, system, NULL);
  g_autoptr (RushColumn) nothing = rush_column_new_constant_null (&RUSH_STRING, 100, system, NULL);
  g_autoptr (RushColumn) part = rush_column_slice (number, 90, 10);
  g_autoptr (RushColumn) null_part = rush_column_slice (nothing, 90, 10);
  gsize length;

  for (guint i = 0; i < 100; i++)
    {
      g_assert_true (rush_column_is_valid (number, i));
      g_assert_cmpint (rush_column_get_int (number, i), ==, -7);
      g_assert_true (rush_column_get_bool (yes, i));
      g_assert_false (rush_column_is_valid (nothing, i));
    }
  g_assert_cmpint (rush_column_get_int (part, 9), ==, -7);
  g_assert_cmpuint (null_part->null_count, ==, 10);
  /* The value of a null is undefined, but may be read. */
  g_assert_nonnull (rush_column_get_bytes (nothing, 99, &length));
  g_assert_cmpuint (length, ==, 0);
}

static gboolean
make_constants (RushAllocator *allocator, gpointer data, GError **error)
{
  g_autoptr (RushColumn) number =
      rush_column_new_constant_int (&RUSH_INT64, 1, 10, allocator, error);
  if (number == NULL)
    return FALSE;
  g_autoptr (RushColumn) nothing =
      rush_column_new_constant_null (&RUSH_INT64, 10, allocator, error);
  return nothing != NULL;
}

static void
test_constants_refused (void)
{
  check_every_refusal (make_constants, NULL);
}

/* ---- types and schemas ---- */

static void
test_types (void)
{
  static const char *const names[] = { "boolean", "tinyint",   "smallint",     "int",    "bigint",
                                       "float",   "double",    "string",       "binary", "void",
                                       "date",    "timestamp", "timestamp_ntz" };
  for (guint kind = 0; kind < G_N_ELEMENTS (names); kind++)
    {
      const RushType *type = rush_type_from_kind ((RushTypeKind)kind);
      g_assert_cmpuint (type->kind, ==, kind);
      g_assert_cmpstr (type->name, ==, names[kind]);
    }
  g_assert_true (rush_type_from_kind (RUSH_TYPE_CALENDAR_INTERVAL) == &RUSH_CALENDAR_INTERVAL);
  g_assert_null (rush_type_from_kind (RUSH_TYPE_DECIMAL)); /* which one? */
  g_assert_null (rush_type_from_kind (RUSH_TYPE_STRUCT));
  g_assert_null (rush_type_from_kind ((RushTypeKind)(RUSH_TYPE_STRUCT + 1)));
  g_assert_null (rush_type_from_kind ((RushTypeKind)255));
}

/* Equal types are one pointer; what differs in any parameter is another. */
static void
test_types_with_parameters (void)
{
  const RushTypeField ab[] = { { "a", &RUSH_INT32, TRUE }, { "b", &RUSH_STRING, FALSE } };
  const RushTypeField xy[] = { { "x", &RUSH_INT32, TRUE }, { "y", &RUSH_STRING, TRUE } };
  const RushType *small = rush_type_decimal (18, 2), *large = rush_type_decimal (19, 2);
  const RushType *ints = rush_type_array (&RUSH_INT32, TRUE);
  const RushType *pair = rush_type_struct (2, ab), *other = rush_type_struct (2, xy);
  const RushType *map = rush_type_map (&RUSH_STRING, ints, TRUE);

  g_assert_cmpstr (small->name, ==, "decimal(18,2)");
  g_assert_true (small == rush_type_decimal (18, 2) && small != rush_type_decimal (18, 3));
  g_assert_true (small->storage == RUSH_STORAGE_I64 && large->storage == RUSH_STORAGE_I128);
  g_assert_cmpuint (large->value_bytes, ==, 16);
  g_assert_cmpstr (ints->name, ==, "array<int>");
  g_assert_true (ints == rush_type_array (&RUSH_INT32, 5));
  g_assert_true (ints != rush_type_array (&RUSH_INT32, FALSE));
  g_assert_cmpstr (map->name, ==, "map<string,array<int>>");
  g_assert_true (rush_type_element (ints) == &RUSH_INT32);
  g_assert_cmpstr (pair->name, ==, "struct<a:int,b:string>");
  g_assert_true (pair == rush_type_struct (2, ab) && pair != other);
  g_assert_true (rush_type_same_shape (pair, other));
  g_assert_false (rush_type_same_shape (pair, map));
  g_assert_true (rush_type_same_shape (ints, rush_type_array (&RUSH_INT32, FALSE)));
  g_assert_false (rush_type_same_shape (small, large));
  g_assert_cmpstr (rush_type_struct (0, NULL)->name, ==, "struct<>");
}

static void
test_interval_types (void)
{
  const RushType *months = rush_type_year_month_interval (RUSH_INTERVAL_YEAR, RUSH_INTERVAL_MONTH);
  const RushType *day = rush_type_day_time_interval (RUSH_INTERVAL_DAY, RUSH_INTERVAL_DAY);

  g_assert_cmpstr (months->name, ==, "interval year to month");
  g_assert_true (months->storage == RUSH_STORAGE_I32);
  g_assert_cmpstr (day->name, ==, "interval day");
  g_assert_true (day->storage == RUSH_STORAGE_I64);
  g_assert_cmpstr (rush_type_day_time_interval (RUSH_INTERVAL_DAY, RUSH_INTERVAL_SECOND)->name, ==,
                   "interval day to second");
  g_assert_true (rush_type_is_integral (&RUSH_INT8) && !rush_type_is_integral (&RUSH_DATE));
  g_assert_true (rush_type_is_fractional (rush_type_decimal (3, 1)));
  g_assert_true (rush_type_is_numeric (&RUSH_FLOAT32) && !rush_type_is_numeric (&RUSH_BOOL));
}

static void
test_schema_as_type (void)
{
  g_autoptr (RushSchema) schema = rush_schema_of ("a", &RUSH_DATE, "b", &RUSH_NULL, NULL);
  const RushType *type = rush_schema_to_type (schema);
  g_autoptr (RushSchema) back = rush_schema_from_type (type);

  g_assert_cmpstr (type->name, ==, "struct<a:date,b:void>");
  g_assert_true (rush_schema_equal (schema, back));
}

static void
test_schemas (void)
{
  g_autoptr (RushSchema) a = rush_schema_of ("word", &RUSH_STRING, "count", &RUSH_INT64, NULL);
  g_autoptr (RushSchema) same = rush_schema_new (2, a->fields);
  g_autoptr (RushSchema) renamed = rush_schema_of ("w", &RUSH_STRING, "count", &RUSH_INT64, NULL);
  g_autoptr (RushSchema) retyped =
      rush_schema_of ("word", &RUSH_STRING, "count", &RUSH_INT32, NULL);
  g_autoptr (RushSchema) shorter = rush_schema_of ("word", &RUSH_STRING, NULL);
  g_autoptr (RushSchema) none = rush_schema_new (0, NULL);
  RushField nullable[] = { a->fields[0], a->fields[1] };
  nullable[0].nullable = TRUE;
  g_autoptr (RushSchema) relaxed = rush_schema_new (2, nullable);
  g_autofree char *text = rush_schema_to_string (a);

  g_assert_cmpstr (text, ==, "word: string, count: bigint");
  g_assert_false (a->fields[0].nullable);
  g_assert_true (rush_schema_equal (a, a));
  g_assert_true (rush_schema_equal (a, same));
  g_assert_false (rush_schema_equal (a, renamed));
  g_assert_false (rush_schema_equal (a, retyped));
  g_assert_false (rush_schema_equal (a, shorter));
  g_assert_false (rush_schema_equal (a, relaxed));
  g_assert_cmpuint (none->n_fields, ==, 0);
}

/* ---- user-defined types ---- */

static const RushType *
point_type (const char *serialized)
{
  RushTypeField fields[] = { { "x", &RUSH_FLOAT64, FALSE }, { "n", &RUSH_INT32, TRUE } };
  RushUserType user = { .sql_type = rush_type_struct (2, fields),
                        .jvm_class = "",
                        .python_class = "shapes.PointUDT",
                        .serialized_class = serialized };
  return rush_type_user (&user);
}

static void
test_user_types (void)
{
  const RushType *point = point_type ("A"), *sql = point->user->sql_type;
  RushUserType number = { &RUSH_INT32, "org.shapes.EvenUDT", "shapes.EvenUDT", "" };

  g_assert_true (point == point_type ("A"));
  g_assert_true (point != point_type ("B") && rush_type_same_shape (point, point_type ("B")));
  g_assert_false (rush_type_same_shape (point, sql));
  g_assert_true (rush_type_same_layout (point, sql));
  g_assert_true (
      rush_type_same_layout (rush_type_array (point, TRUE), rush_type_array (sql, FALSE)));
  g_assert_false (rush_type_same_layout (point, &RUSH_FLOAT64));
  g_assert_cmpstr (point->name, ==, "pythonuserdefined");
  g_assert_cmpstr (rush_type_user (&number)->name, ==, "even");
  g_assert_cmpint (rush_type_user (&number)->storage, ==, RUSH_STORAGE_I32);
  g_assert_false (rush_type_is_numeric (rush_type_user (&number)));
}

/* Types change, buffers stay; dictionaries and children go along. */
static void
test_retype (void)
{
  RushAllocator *system = rush_allocator_system ();
  const RushType *point = point_type ("A"), *sql = point->user->sql_type;
  RushColumn *x = rush_column_new_constant_double (&RUSH_FLOAT64, 1.5, 3, system, NULL);
  RushColumn *n = rush_column_new_constant_null (&RUSH_INT32, 3, system, NULL);
  RushColumn *plain = rush_column_new_struct (sql, 3, NULL, 0, (RushColumn *[]){ x, n });
  g_autoptr (RushColumn) points = rush_column_retype (rush_column_ref (plain), point);

  g_assert_true (points->type == point && plain->type == sql);
  g_assert_cmpfloat (rush_column_get_double (rush_column_child (points, 0), 2), ==, 1.5);
  g_assert_true (rush_column_child (points, 0)->values == rush_column_child (plain, 0)->values);
  rush_column_unref (plain);
  g_assert_true (rush_column_retype (points, point) == points); /* nothing to do: the same */

  g_autoptr (RushColumn) nulls =
      rush_column_retype (rush_column_new_constant_null (sql, 2, system, NULL), point);
  g_assert_cmpuint (nulls->null_count, ==, 2);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/column/bits", test_bits);
  g_test_add_func ("/column/foreign_buffers", test_foreign_memory_is_given_back);
  g_test_add_func ("/column/charged_buffers", test_buffers_are_charged_and_released);
  g_test_add_func ("/column/constants", test_constants);
  g_test_add_func ("/column/constants_refused", test_constants_refused);
  g_test_add_func ("/column/types", test_types);
  g_test_add_func ("/column/types_with_parameters", test_types_with_parameters);
  g_test_add_func ("/column/interval_types", test_interval_types);
  g_test_add_func ("/column/schema_as_type", test_schema_as_type);
  g_test_add_func ("/column/schemas", test_schemas);
  g_test_add_func ("/column/user_types", test_user_types);
  g_test_add_func ("/column/retype", test_retype);
  return g_test_run ();
}
