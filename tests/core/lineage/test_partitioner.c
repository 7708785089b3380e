/* Placement: Java's hash codes (tests/data/java_hash_codes.tsv, printed by Java itself) decide
 * where keys go; partitioners that place alike are equal, others are not. */
#include "core/data/builder.h"
#include "core/lineage/partitioner.h"

#include <string.h>

static const RushType *
type_named (const char *name)
{
  if (strcmp (name, "utf8") == 0)
    return &RUSH_STRING;
  for (RushTypeKind kind = RUSH_TYPE_BOOL; kind <= RUSH_TYPE_BINARY; kind++)
    if (strcmp (rush_type_from_kind (kind)->name, name) == 0)
      return rush_type_from_kind (kind);
  g_error ("no type %s", name);
}

static void
append_hex (RushBatchBuilder *builder, const char *hex)
{
  g_autoptr (GByteArray) bytes = g_byte_array_new ();

  for (; hex[0] != '\0'; hex += 2)
    {
      guint8 byte = (guint8)(g_ascii_xdigit_value (hex[0]) * 16 + g_ascii_xdigit_value (hex[1]));

      g_byte_array_append (bytes, &byte, 1);
    }
  g_assert_true (rush_batch_builder_append_bytes (
      builder, 0, bytes->len > 0 ? (const char *)bytes->data : "", bytes->len, NULL));
}

static void
append_key (RushBatchBuilder *builder, const RushType *type, const char *text)
{
  gboolean ok = TRUE;

  switch (type->kind)
    {
    case RUSH_TYPE_BOOL:
      ok = rush_batch_builder_append_bool (builder, 0, strcmp (text, "true") == 0, NULL);
      break;
    case RUSH_TYPE_INT8:
    case RUSH_TYPE_INT16:
    case RUSH_TYPE_INT32:
    case RUSH_TYPE_INT64:
      ok = rush_batch_builder_append_int (builder, 0, g_ascii_strtoll (text, NULL, 10), NULL);
      break;
    case RUSH_TYPE_FLOAT32:
    case RUSH_TYPE_FLOAT64:
      ok = rush_batch_builder_append_double (builder, 0, g_ascii_strtod (text, NULL), NULL);
      break;
    case RUSH_TYPE_STRING:
      ok = rush_batch_builder_append_bytes (builder, 0, text, strlen (text), NULL);
      break;
    case RUSH_TYPE_BINARY:
      append_hex (builder, text);
      break;
    case RUSH_TYPE_NULL:
    case RUSH_TYPE_DATE:
    case RUSH_TYPE_TIMESTAMP:
    case RUSH_TYPE_TIMESTAMP_NTZ:
    case RUSH_TYPE_DECIMAL:
    case RUSH_TYPE_YEAR_MONTH_INTERVAL:
    case RUSH_TYPE_DAY_TIME_INTERVAL:
    case RUSH_TYPE_CALENDAR_INTERVAL:
    case RUSH_TYPE_ARRAY:
    case RUSH_TYPE_MAP:
    case RUSH_TYPE_STRUCT:
      g_assert_not_reached ();
    }
  g_assert_true (ok);
  rush_batch_builder_end_row (builder);
}

/* "utf8" is a string whose bytes are given in hex. */
static RushBatch *
one_key (const char *type_name, const char *text)
{
  const RushType *type = type_named (type_name);
  g_autoptr (RushSchema) schema = rush_schema_of ("key", type, NULL);
  g_autoptr (RushBatchBuilder) builder = rush_batch_builder_new (schema, rush_allocator_system ());

  if (strcmp (type_name, "utf8") == 0)
    {
      append_hex (builder, text);
      rush_batch_builder_end_row (builder);
    }
  else
    append_key (builder, type, text);
  return rush_batch_builder_finish (builder, NULL);
}

static guint32
place (guint n_partitions, RushBatch *batch)
{
  g_autoptr (RushPartitioner) partitioner = rush_hash_partitioner_new (n_partitions, 0);
  guint32 partition = G_MAXUINT32;

  g_assert_cmpuint (batch->length, ==, 1);
  g_assert_true (partitioner->klass->partition_batch (partitioner, batch, &partition, NULL));
  return partition;
}

/* Utils.nonNegativeMod, written the slow way. */
static guint32
expected_place (gint64 hash, gint64 n)
{
  gint64 partition = hash;

  if (partition < 0)
    partition += ((-partition + n - 1) / n) * n;
  return (guint32)(partition % n);
}

static void
test_java (void)
{
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "data", "java_hash_codes.tsv", NULL);
  static const guint counts[] = { 1, 2, 3, 7, 200, 1 << 20, G_MAXINT32 };
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;
  guint n = 0;

  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  lines = g_strsplit (text, "\n", -1);
  for (guint i = 0; lines[i][0] != '\0'; i++, n++)
    {
      g_auto (GStrv) fields = g_strsplit (lines[i], "\t", -1);
      g_autoptr (RushBatch) batch = one_key (fields[0], fields[1]);
      gint64 hash = g_ascii_strtoll (fields[2], NULL, 10);

      for (guint c = 0; c < G_N_ELEMENTS (counts); c++)
        {
          g_test_message ("%s into %u", lines[i], counts[c]);
          g_assert_cmpuint (place (counts[c], batch), ==, expected_place (hash, counts[c]));
        }
    }
  g_assert_cmpuint (n, >, 60);
}

/* Nulls go to 0, rows that do not count have no place, other columns do not matter. */
static void
test_nulls_and_selection (void)
{
  const RushField fields[] = { { (char *)"x", &RUSH_STRING, FALSE },
                               { (char *)"key", &RUSH_INT32, TRUE } };
  g_autoptr (RushSchema) schema = rush_schema_new (2, fields);
  g_autoptr (RushBatchBuilder) builder = rush_batch_builder_new (schema, rush_allocator_system ());
  g_autoptr (RushPartitioner) partitioner = rush_hash_partitioner_new (5, 1);
  g_autoptr (RushBatch) batch = NULL;
  g_autoptr (RushBatch) chosen = NULL;
  guint32 out[4] = { 9, 9, 9, 9 };
  RushBuffer *rows;

  for (gint key = 1; key <= 4; key++)
    {
      g_assert_true (rush_batch_builder_append_bytes (builder, 0, "same", 4, NULL));
      g_assert_true (key == 3 ? rush_batch_builder_append_null (builder, 1, NULL)
                              : rush_batch_builder_append_int (builder, 1, key, NULL));
      rush_batch_builder_end_row (builder);
    }
  batch = rush_batch_builder_finish (builder, NULL);
  g_assert_true (partitioner->klass->partition_batch (partitioner, batch, out, NULL));
  g_assert_cmpuint (out[0], ==, 1);
  g_assert_cmpuint (out[1], ==, 2);
  g_assert_cmpuint (out[2], ==, 0);
  g_assert_cmpuint (out[3], ==, 4);

  rows = rush_buffer_new (rush_allocator_system (), 2 * sizeof (guint16), NULL);
  ((guint16 *)rows->bytes)[0] = 1;
  ((guint16 *)rows->bytes)[1] = 3;
  chosen = rush_batch_select (batch, rows, 2);
  out[0] = out[1] = out[2] = 9;
  g_assert_true (partitioner->klass->partition_batch (partitioner, chosen, out, NULL));
  g_assert_cmpuint (out[0], ==, 2);
  g_assert_cmpuint (out[1], ==, 4);
  g_assert_cmpuint (out[2], ==, 9);
}

/* Whatever the layout, a value's place is the same: a dictionary of 10 … 13, a constant, slices. */
static void
test_layouts (void)
{
  g_autoptr (RushSchema) schema = rush_schema_of ("key", &RUSH_INT64, NULL);
  g_autoptr (RushPartitioner) partitioner = rush_hash_partitioner_new (7, 0);
  RushAllocator *memory = rush_allocator_system ();
  RushBuffer *values = rush_buffer_new (memory, 4 * sizeof (gint64), NULL);
  RushBuffer *indices = rush_buffer_new (memory, 4 * sizeof (gint32), NULL);
  static const gint32 order[] = { 3, 0, 3, 1 };
  guint32 out[3];

  for (gint i = 0; i < 4; i++)
    ((gint64 *)values->bytes)[i] = 10 + i;
  memcpy (indices->bytes, order, sizeof order);
  RushColumn *plain = rush_column_new_plain (&RUSH_INT64, 4, NULL, 0, values, NULL, 0);
  RushColumn *sliced = rush_column_slice (plain, 1, 3);
  RushColumn *dictionary = rush_column_new_dictionary (plain, 4, NULL, 0, indices);
  RushColumn *tail = rush_column_slice (dictionary, 1, 3);
  RushColumn *constant = rush_column_new_constant_int (&RUSH_INT64, 12, 3, memory, NULL);
  RushColumn *columns[] = { sliced, tail, constant };
  static const guint32 expected[][3] = { { 4, 5, 6 }, { 3, 6, 4 }, { 5, 5, 5 } };

  for (guint c = 0; c < G_N_ELEMENTS (columns); c++)
    {
      g_autoptr (RushBatch) batch = rush_batch_new (schema, 3, &columns[c]);

      g_assert_true (partitioner->klass->partition_batch (partitioner, batch, out, NULL));
      for (guint i = 0; i < 3; i++)
        g_assert_cmpuint (out[i], ==, expected[c][i]);
    }
  rush_column_unref (dictionary);
}

static void
test_given (void)
{
  g_autoptr (RushSchema) schema =
      rush_schema_of ("run", &RUSH_BINARY, "partition", &RUSH_INT32, NULL);
  g_autoptr (RushBatchBuilder) builder = rush_batch_builder_new (schema, rush_allocator_system ());
  g_autoptr (RushPartitioner) partitioner = rush_given_partitioner_new (3, 1, 7);
  g_autoptr (RushBatch) batch = NULL;
  guint32 out[3];

  for (gint i = 0; i < 3; i++)
    {
      g_assert_true (rush_batch_builder_append_bytes (builder, 0, "run", 3, NULL));
      g_assert_true (rush_batch_builder_append_int (builder, 1, 2 - i, NULL));
      rush_batch_builder_end_row (builder);
    }
  batch = rush_batch_builder_finish (builder, NULL);
  g_assert_true (partitioner->klass->partition_batch (partitioner, batch, out, NULL));
  g_assert_cmpuint (out[0], ==, 2);
  g_assert_cmpuint (out[1], ==, 1);
  g_assert_cmpuint (out[2], ==, 0);
}

static void
test_given_out_of_range (void)
{
  if (g_test_subprocess ())
    {
      g_autoptr (RushPartitioner) partitioner = rush_given_partitioner_new (3, 0, 7);
      g_autoptr (RushBatch) batch = one_key ("int", "3");
      guint32 out;

      g_assert_true (partitioner->klass->partition_batch (partitioner, batch, &out, NULL));
      return;
    }
  g_test_trap_subprocess (NULL, 0, 0);
  g_test_trap_assert_failed ();
}

/* ---- another file's rule ---- */

static void
place_at_7 (const RushBatch *batch, guint key_column, guint n_partitions, guint32 *out_partitions)
{
  for (guint i = 0; i < batch->length; i++)
    out_partitions[i] = 7;
}

static void
test_another_rule_gives_partitions_that_there_are (void)
{
  static const RushKeyPlacing sevens = { "sevens", place_at_7 };
  g_autoptr (RushPartitioner) wide = rush_hash_partitioner_new_by (&sevens, 8, 0);
  g_autoptr (RushPartitioner) narrow = rush_hash_partitioner_new_by (&sevens, 7, 0);
  g_autoptr (RushBatch) batch = one_key ("int", "3");
  g_autoptr (GError) error = NULL;
  guint32 out;

  g_assert_true (wide->klass->partition_batch (wide, batch, &out, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (out, ==, 7);
  g_assert_false (narrow->klass->partition_batch (narrow, batch, &out, &error));
  g_assert_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT);
  g_assert_cmpstr (error->message, ==,
                   "The rule \"sevens\" puts a row into partition 7 of 7: it must give each row a "
                   "number from 0 to 6.");
}

static void
test_equal (void)
{
  g_autoptr (RushPartitioner) hash = rush_hash_partitioner_new (4, 0);
  g_autoptr (RushPartitioner) same = rush_hash_partitioner_new (4, 0);
  g_autoptr (RushPartitioner) wider = rush_hash_partitioner_new (5, 0);
  g_autoptr (RushPartitioner) other_key = rush_hash_partitioner_new (4, 1);
  g_autoptr (RushPartitioner) given = rush_given_partitioner_new (4, 0, 1);
  g_autoptr (RushPartitioner) given_same = rush_given_partitioner_new (4, 2, 1);
  g_autoptr (RushPartitioner) given_other = rush_given_partitioner_new (4, 0, 2);

  g_assert_true (rush_partitioner_equal (hash, hash));
  g_assert_true (rush_partitioner_equal (hash, same));
  g_assert_false (rush_partitioner_equal (hash, wider));
  g_assert_false (rush_partitioner_equal (hash, other_key));
  g_assert_false (rush_partitioner_equal (hash, given));
  g_assert_true (rush_partitioner_equal (given, given_same));
  g_assert_false (rush_partitioner_equal (given, given_other));
  g_assert_false (rush_partitioner_equal (hash, NULL));
  g_assert_false (rush_partitioner_equal (NULL, NULL));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/lineage/partitioner/java", test_java);
  g_test_add_func ("/lineage/partitioner/nulls-and-selection", test_nulls_and_selection);
  g_test_add_func ("/lineage/partitioner/layouts", test_layouts);
  g_test_add_func ("/lineage/partitioner/given", test_given);
  g_test_add_func ("/lineage/partitioner/given/out-of-range", test_given_out_of_range);
  g_test_add_func ("/lineage/partitioner/another-rule",
                   test_another_rule_gives_partitions_that_there_are);
  g_test_add_func ("/lineage/partitioner/equal", test_equal);
  return g_test_run ();
}
