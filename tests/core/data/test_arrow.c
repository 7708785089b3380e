/* test_arrow.c - what goes out through Arrow's C interfaces comes back the same; arrays that others
 * make are understood in all their layouts, given back exactly once, and charged meanwhile. */
#include "core/data/arrow.h"
#include "core/data/builder.h"
#include "core/data/gather.h"
#include "tests/core/data/table.h"

#include <errno.h>
#include <string.h>

/* ---- arrays made by hand ---- */

#define MOST 8

static guint n_released;

static void
count_array (struct ArrowArray *array)
{
  for (gint64 c = 0; c < array->n_children; c++)
    if (array->children[c]->release != NULL)
      array->children[c]->release (array->children[c]);
  if (array->dictionary != NULL && array->dictionary->release != NULL)
    array->dictionary->release (array->dictionary);
  n_released++;
  array->release = NULL;
}

static void
keep_schema (struct ArrowSchema *schema)
{
  schema->release = NULL;
}

/* A column by itself, inside the struct that a batch is. */
typedef struct
{
  struct ArrowSchema field, root, words;
  struct ArrowArray array, shell, dictionary;
  struct ArrowSchema *fields[1];
  struct ArrowArray *arrays[1];
  const void *buffers[MOST], *shell_buffers[1], *word_buffers[MOST];
} Made;

/* Buffers: validity (or NULL), and what follows. */
static void
make (Made *self, const char *format, gint64 length, gint64 offset, guint n_buffers, ...)
{
  va_list args;

  *self = (Made){ .field = { .format = format, .name = "c", .flags = ARROW_FLAG_NULLABLE },
                  .root = { .format = "+s", .n_children = 1, .release = keep_schema },
                  .array = { .length = length,
                             .null_count = -1,
                             .offset = offset,
                             .n_buffers = n_buffers,
                             .release = count_array },
                  .shell = {
                      .length = length, .n_buffers = 1, .n_children = 1, .release = count_array } };
  va_start (args, n_buffers);
  for (guint b = 0; b < n_buffers; b++)
    self->buffers[b] = va_arg (args, const void *);
  va_end (args);
  self->field.release = keep_schema;
  self->array.buffers = self->buffers;
  self->fields[0] = &self->field;
  self->root.children = self->fields;
  self->arrays[0] = &self->array;
  self->shell.children = self->arrays;
  self->shell.buffers = self->shell_buffers;
}

/* All batches of an array. */
static gboolean
import_all (RushArrowImporter *importer, struct ArrowArray *array, GPtrArray *out, GError **error)
{
  RushBatch *batch = NULL;

  if (!rush_arrow_importer_begin (importer, array, error))
    return FALSE;
  while (rush_arrow_importer_next (importer, &batch, error))
    {
      if (batch == NULL)
        return TRUE;
      g_ptr_array_add (out, batch);
    }
  return FALSE;
}

static RushBatch *
import_made (Made *self, RushAllocator *allocator, GError **error)
{
  g_autoptr (RushArrowImporter) importer = rush_arrow_importer_new (&self->root, allocator, error);
  g_autoptr (GPtrArray) batches = g_ptr_array_new_with_free_func ((GDestroyNotify)rush_batch_unref);

  if (importer == NULL)
    {
      self->shell.release (&self->shell);
      return NULL;
    }
  if (!import_all (importer, &self->shell, batches, error))
    return NULL;
  g_assert_cmpuint (batches->len, ==, 1);
  return rush_batch_ref (batches->pdata[0]);
}

/* The type's name and the rows: "int: 1 null 3". */
static void
assert_made_is (Made *self, const char *expected)
{
  g_autoptr (RushAllocator) allocator = rush_allocator_limited_new (1 << 20, 0);
  g_autoptr (GError) error = NULL;
  g_autoptr (GString) text = g_string_new (NULL);

  n_released = 0;
  RushBatch *batch = import_made (self, allocator, &error);
  g_assert_no_error (error);
  g_string_append_printf (text, "%s:", batch->schema->fields[0].type->name);
  for (guint i = 0; i < batch->length; i++)
    {
      g_string_append_c (text, ' ');
      rush_column_append_text (batch->columns[0], i, text);
    }
  g_assert_cmpstr (text->str, ==, expected);
  rush_batch_unref (batch);
  g_assert_cmpuint (rush_allocator_limited_in_use (allocator), ==, 0);
  g_assert_cmpuint (n_released, >=, 2); /* the shell, its column, and what that has */
}

static void
assert_made_refused (Made *self, gint code, const char *why)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (import_made (self, rush_allocator_system (), &error));
  g_assert_error (error, RUSH_CORE_ERROR, code);
  g_assert_nonnull (strstr (error->message, why));
  g_assert_nonnull (strstr (error->message, "'c'"));
}

/* ---- numbers ---- */

static const guint8 FIRST_AND_THIRD = 5; /* validity 1 0 1 */

static void
test_unsigned_and_half (void)
{
  static const guint8 u8[] = { 0, 200, 255 };
  static const guint16 u16[] = { 0, 1, 65535 }, halves[] = { 0x3c00, 0x0001, 0xc500 };
  static const guint32 u32[] = { 0, 1, G_MAXUINT32 };
  static const guint64 u64[] = { 0, 1, G_MAXUINT64 };
  Made made;

  make (&made, "C", 3, 0, 2, &FIRST_AND_THIRD, u8);
  assert_made_is (&made, "smallint: 0 null 255");
  make (&made, "S", 2, 1, 2, NULL, u16);
  assert_made_is (&made, "int: 1 65535");
  make (&made, "I", 3, 0, 2, NULL, u32);
  assert_made_is (&made, "bigint: 0 1 4294967295");
  make (&made, "L", 3, 0, 2, NULL, u64);
  assert_made_is (&made, "decimal(20,0): 0 1 18446744073709551615");
  make (&made, "e", 3, 0, 2, NULL, halves);
  assert_made_is (&made, "float: 1 5.9604644775390625e-08 -5");
}

/* Validity and values of one offset: from the middle of a byte, and behind one. */
static void
test_offsets (void)
{
  static const guint8 validity[] = { 0xff, 0xf7 }; /* row 11 is null */
  static const guint8 bits[] = { 0x00, 0x0c };     /* rows 10 and 11 are true */
  gint32 values[16];
  gint64 wide[16];
  Made made;

  for (gint32 i = 0; i < 16; i++)
    values[i] = (gint32)(wide[i] = i);
  make (&made, "i", 4, 9, 2, validity, values);
  assert_made_is (&made, "int: 9 10 null 12");
  make (&made, "i", 2, 3, 2, validity, values);
  assert_made_is (&made, "int: 3 4");
  make (&made, "tss:", 4, 9, 2, validity, wide);
  assert_made_is (&made, "timestamp_ntz: 9000000 10000000 null 12000000");
  make (&made, "b", 4, 9, 2, validity, bits);
  assert_made_is (&made, "boolean: false true null false");
  make (&made, "b", 4, 9, 2, NULL, bits);
  assert_made_is (&made, "boolean: false true true false");
}

static void
test_times (void)
{
  static const gint64 numbers[] = { -1, 1500, G_GINT64_CONSTANT (86400000) };
  static const gint64 huge[] = { G_MAXINT64, 0, 0 };
  static const gint32 days[] = { -1, 0, 19782 };
  static const RushCalendarInterval nanos[] = { { 1, 2, 3000 }, { -1, 0, -1999 }, { 0, 0, 0 } };
  Made made;

  make (&made, "tdD", 3, 0, 2, NULL, days);
  assert_made_is (&made, "date: -1 0 19782");
  make (&made, "tdm", 3, 0, 2, NULL, numbers);
  assert_made_is (&made, "date: -1 0 1");
  make (&made, "tsm:UTC", 3, 0, 2, NULL, numbers);
  assert_made_is (&made, "timestamp: -1000 1500000 86400000000");
  make (&made, "tsu:+02:00", 3, 0, 2, NULL, numbers);
  assert_made_is (&made, "timestamp: -1 1500 86400000");
  make (&made, "tsn:", 3, 0, 2, NULL, numbers);
  assert_made_is (&made, "timestamp_ntz: -1 1 86400");
  make (&made, "tDm", 3, 0, 2, NULL, numbers);
  assert_made_is (&made, "interval day to second: -1000 1500000 86400000000");
  make (&made, "tiM", 3, 0, 2, NULL, days);
  assert_made_is (&made, "interval year to month: -1 0 19782");
  make (&made, "tin", 2, 0, 2, NULL, nanos);
  assert_made_is (&made,
                  "interval: 1 months 2 days 3 microseconds -1 months 0 days -1 microseconds");
  make (&made, "tss:", 3, 0, 2, NULL, huge);
  assert_made_refused (&made, RUSH_CORE_ERROR_INVALID_ARGUMENT, "does not fit");
  make (&made, "tss:", 3, 0, 2, "\6", huge); /* but a null may be anything */
  assert_made_is (&made, "timestamp_ntz: null 0 0");
}

static void
test_decimals (void)
{
  static const gint32 d32[] = { 123, -1 };
  static const gint64 d64[] = { 123, -1 };
  static const rush_int128 d128[] = { 123, -1, ((rush_int128)1 << 64) };
  static const gint64 d256[] = { 5, 0, 0, 0, -7, -1, -1, -1, 0, 0, 1, 0 };
  Made made;

  make (&made, "d:9,2,32", 2, 0, 2, NULL, d32);
  assert_made_is (&made, "decimal(9,2): 123e-2 -1e-2");
  make (&made, "d:18,2,64", 2, 0, 2, NULL, d64);
  assert_made_is (&made, "decimal(18,2): 123e-2 -1e-2");
  make (&made, "d:15,2", 2, 0, 2, NULL, d128);
  assert_made_is (&made, "decimal(15,2): 123e-2 -1e-2");
  make (&made, "d:15,2", 3, 0, 2, &FIRST_AND_THIRD, d128);
  assert_made_refused (&made, RUSH_CORE_ERROR_INVALID_ARGUMENT, "does not fit decimal(15,2)");
  make (&made, "d:20,0,128", 3, 0, 2, NULL, d128);
  assert_made_is (&made, "decimal(20,0): 123 -1 18446744073709551616");
  make (&made, "d:30,0,256", 2, 0, 2, NULL, d256);
  assert_made_is (&made, "decimal(30,0): 5 -7");
  make (&made, "d:10,0,256", 2, 0, 2, NULL, d256);
  assert_made_is (&made, "decimal(10,0): 5 -7");
  make (&made, "d:38,0,256", 3, 0, 2, NULL, d256);
  assert_made_refused (&made, RUSH_CORE_ERROR_INVALID_ARGUMENT, "does not fit");
}

/* ---- strings ---- */

static const char TEXT[] = "torushlight studies by night";

static void
test_strings (void)
{
  static const gint32 offsets[] = { 0, 2, 2, 19, 28 };
  static const gint64 large[] = { 0, 2, 2, 19, 28 };
  Made made;

  make (&made, "u", 4, 0, 3, NULL, offsets, TEXT);
  assert_made_is (&made, "string: \"to\" \"\" \"rushlight studies\" \" by night\"");
  make (&made, "z", 2, 2, 3, NULL, offsets, TEXT);
  assert_made_is (&made, "binary: \"rushlight studies\" \" by night\"");
  make (&made, "U", 3, 0, 3, &FIRST_AND_THIRD, large, TEXT);
  assert_made_is (&made, "string: \"to\" null \"rushlight studies\"");
  make (&made, "w:14", 2, 0, 2, NULL, TEXT);
  assert_made_is (&made, "binary: \"torushlight st\" \"udies by night\"");
  make (&made, "u", 0, 0, 3, NULL, NULL, NULL);
  n_released = 0;
  g_autoptr (RushArrowImporter) importer =
      rush_arrow_importer_new (&made.root, rush_allocator_system (), NULL);
  g_autoptr (GPtrArray) none = g_ptr_array_new ();
  g_assert_true (import_all (importer, &made.shell, none, NULL));
  g_assert_cmpuint (none->len, ==, 0);
  g_assert_cmpuint (n_released, ==, 2);
}

static void
test_views (void)
{
  static const gint64 sizes[] = { 28 };
  RushView views[3] = { { .length = 2, .inlined = "to" }, { .length = 9999 }, { .length = 17 } };
  Made made;

  memcpy (views[2].ref.prefix, "rush", 4);
  views[2].ref.offset = 2;
  make (&made, "vu", 3, 0, 4, &FIRST_AND_THIRD, views, TEXT, sizes);
  assert_made_is (&made, "string: \"to\" null \"rushlight studies\"");
  make (&made, "vz", 1, 2, 4, NULL, views, TEXT, sizes);
  assert_made_is (&made, "binary: \"rushlight studies\"");
  make (&made, "vu", 3, 0, 4, NULL, views, TEXT, sizes);
  assert_made_refused (&made, RUSH_CORE_ERROR_INVALID_ARGUMENT, "outside of its buffers");
}

static void
test_wrong_offsets (void)
{
  static const gint32 down[] = { 0, 5, 2, 19 };
  Made made;

  make (&made, "u", 3, 0, 3, NULL, down, TEXT);
  assert_made_refused (&made, RUSH_CORE_ERROR_INVALID_ARGUMENT, "not in order");
}

/* ---- dictionaries ---- */

static void
make_dictionary (Made *self, const char *index, const void *indices, const void *validity,
                 const void *words_validity)
{
  static const gint32 offsets[] = { 0, 2, 19 };

  make (self, index, 3, 0, 2, validity, indices);
  self->words = (struct ArrowSchema){ .format = "u", .name = "", .flags = ARROW_FLAG_NULLABLE };
  self->word_buffers[0] = words_validity;
  self->word_buffers[1] = offsets;
  self->word_buffers[2] = TEXT;
  self->dictionary = (struct ArrowArray){ .length = 2,
                                          .null_count = -1,
                                          .n_buffers = 3,
                                          .buffers = self->word_buffers,
                                          .release = count_array };
  self->field.dictionary = &self->words;
  self->array.dictionary = &self->dictionary;
}

static void
test_dictionaries (void)
{
  static const gint8 narrow[] = { 1, 77, 0 };
  static const guint64 wide[] = { 1, 1, 0 };
  static const guint8 second_word_null = 1;
  Made made;

  make_dictionary (&made, "c", narrow, &FIRST_AND_THIRD, NULL);
  assert_made_is (&made, "string: \"rushlight studies\" null \"to\"");
  make_dictionary (&made, "L", wide, NULL, NULL);
  assert_made_is (&made, "string: \"rushlight studies\" \"rushlight studies\" \"to\"");
  make_dictionary (&made, "L", wide, NULL, &second_word_null);
  assert_made_is (&made, "string: null null \"to\"");
  make_dictionary (&made, "c", narrow, NULL, NULL);
  assert_made_refused (&made, RUSH_CORE_ERROR_INVALID_ARGUMENT, "outside of its dictionary");
}

/* Two arrays of a stream with one dictionary in memory have one dictionary here, too. */
static void
test_dictionary_is_kept (void)
{
  static const gint32 indices[] = { 1, 1, 0 };
  g_autoptr (RushAllocator) allocator = rush_allocator_limited_new (1 << 20, 0);
  g_autoptr (GPtrArray) batches = g_ptr_array_new_with_free_func ((GDestroyNotify)rush_batch_unref);
  Made first, second;

  n_released = 0;
  make_dictionary (&first, "i", indices, NULL, NULL);
  make_dictionary (&second, "i", indices, NULL, NULL);
  RushArrowImporter *importer = rush_arrow_importer_new (&first.root, allocator, NULL);
  g_assert_true (import_all (importer, &first.shell, batches, NULL));
  g_assert_true (import_all (importer, &second.shell, batches, NULL));
  rush_arrow_importer_free (importer);
  const RushColumn *a = ((RushBatch *)batches->pdata[0])->columns[0];
  const RushColumn *b = ((RushBatch *)batches->pdata[1])->columns[0];
  g_assert_true (a->layout == RUSH_LAYOUT_DICTIONARY && a->dictionary == b->dictionary);
  g_assert_true (rush_column_equal (a, b));
  g_ptr_array_set_size (batches, 0);
  g_assert_cmpuint (n_released, ==, 6);
  g_assert_cmpuint (rush_allocator_limited_in_use (allocator), ==, 0);
}

/* ---- lists ---- */

/* A column of lists of int32. */
static void
make_lists (Made *self, const char *format, gint64 length, guint n_buffers, const void *first,
            const void *second)
{
  static const gint32 values[] = { 10, 11, 12, 13, 14, 15 };

  make (self, format, length, 0, n_buffers, NULL, first, second);
  self->words = (struct ArrowSchema){ .format = "i", .name = "item" };
  self->word_buffers[1] = values;
  self->dictionary = (struct ArrowArray){
    .length = 6, .n_buffers = 2, .buffers = self->word_buffers, .release = count_array
  };
  static struct ArrowSchema *schemas[1];
  static struct ArrowArray *arrays[1];
  schemas[0] = &self->words;
  arrays[0] = &self->dictionary;
  self->field.n_children = self->array.n_children = 1;
  self->field.children = schemas;
  self->array.children = arrays;
}

static void
test_lists (void)
{
  static const gint32 offsets[] = { 0, 2, 2, 5 }, starts[] = { 4, 0, 1 }, sizes[] = { 2, 0, 3 };
  static const gint64 large[] = { 0, 2, 2, 5 }, far[] = { 0, 7 };
  Made made;

  make_lists (&made, "+l", 3, 2, offsets, NULL);
  assert_made_is (&made, "array<int>: [10, 11] [] [12, 13, 14]");
  make_lists (&made, "+L", 3, 2, large, NULL);
  assert_made_is (&made, "array<int>: [10, 11] [] [12, 13, 14]");
  make_lists (&made, "+vl", 3, 3, starts, sizes);
  assert_made_is (&made, "array<int>: [14, 15] [] [11, 12, 13]");
  make_lists (&made, "+w:3", 2, 1, NULL, NULL);
  assert_made_is (&made, "array<int>: [10, 11, 12] [13, 14, 15]");
  make_lists (&made, "+L", 1, 2, far, NULL);
  assert_made_refused (&made, RUSH_CORE_ERROR_INVALID_ARGUMENT, "outside of their elements");
}

/* ---- what has no counterpart ---- */

static void
test_refused_types (void)
{
  static const char *const formats[] = { "ttu", "+r", "+us:0", "d:76,0,256", "d:5,-2", "tiD", "x" };
  static const gint32 none[1];
  Made made;

  for (guint i = 0; i < G_N_ELEMENTS (formats); i++)
    {
      make (&made, formats[i], 0, 0, 2, NULL, none);
      assert_made_refused (&made, RUSH_CORE_ERROR_UNSUPPORTED, formats[i]);
    }
}

/* ---- there and back ---- */

static RushBatch *
there_and_back (RushBatch *batch, const RushArrowOptions *options, RushAllocator *allocator,
                GError **error)
{
  struct ArrowSchema schema;
  struct ArrowArray array;
  g_autoptr (GPtrArray) batches = g_ptr_array_new_with_free_func ((GDestroyNotify)rush_batch_unref);

  if (!rush_arrow_export_batch (batch, options, allocator, &array, error))
    return NULL;
  rush_arrow_export_schema (batch->schema, options, &schema);
  g_autoptr (RushArrowImporter) importer = rush_arrow_importer_new (&schema, allocator, error);
  schema.release (&schema);
  g_assert_nonnull (importer);
  if (!import_all (importer, &array, batches, error))
    return NULL;
  g_assert_true (rush_schema_equal (rush_arrow_importer_schema (importer), batch->schema));
  g_assert_cmpuint (batches->len, ==, batch->length > 0);
  return batches->len > 0 ? rush_batch_ref (batches->pdata[0]) : rush_batch_slice (batch, 0, 0);
}

/* Arrow's duration does not say which fields it had. */
static gboolean
comes_back (const RushSchema *schema)
{
  g_autofree char *text = rush_schema_to_string (schema);

  return !g_regex_match_simple ("interval (hour|minute|second|day(?! to second))", text,
                                G_REGEX_DEFAULT, G_REGEX_MATCH_DEFAULT);
}

static void
test_round_trips (void)
{
  for (guint seed = 0; seed < 300; seed++)
    {
      g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
      g_autoptr (Table) table = table_random (rand, 4, 100);
      if (!comes_back (table->schema))
        continue;
      RushBatch *batch = table_build (table, rand);
      g_autoptr (RushAllocator) allocator = rush_allocator_limited_new (64 << 20, 0);
      RushArrowOptions options = { "Europe/Berlin", seed % 2 == 0 };
      g_autoptr (GError) error = NULL;

      RushBatch *back = there_and_back (batch, &options, allocator, &error);
      g_assert_no_error (error);
      rush_batch_unref (batch); /* what came back lives by itself */
      assert_batch_is (back, table);
      rush_batch_unref (back);
      g_assert_cmpuint (rush_allocator_limited_in_use (allocator), ==, 0);
    }
}

static gboolean
round_trip (RushAllocator *allocator, gpointer data, GError **error)
{
  g_autoptr (RushBatch) back = there_and_back (data, NULL, allocator, error);
  return back != NULL;
}

static void
test_round_trips_refused (void)
{
  for (guint seed = 0; seed < 20; seed++)
    {
      g_autoptr (GRand) rand = g_rand_new_with_seed (1000 + seed);
      g_autoptr (Table) table = table_random (rand, 3, 30);
      if (!comes_back (table->schema))
        continue;
      g_autoptr (RushBatch) batch = table_build (table, rand);
      check_every_refusal (round_trip, batch);
    }
}

/* ---- streams ---- */

typedef struct
{
  RushBatch *batch;
  guint left;
  gboolean fail;
  gboolean freed;
} Supply;

static gboolean
pull (gpointer data, RushBatch **out, GError **error)
{
  Supply *self = data;

  if (self->left == 0 && self->fail)
    {
      g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_IO, "the well is dry");
      return FALSE;
    }
  *out = self->left-- > 0 ? rush_batch_ref (self->batch) : NULL;
  return TRUE;
}

static void
mark_freed (gpointer data)
{
  ((Supply *)data)->freed = TRUE;
}

static void
run_stream (Supply *supply, guint expected_batches, gboolean expect_failure)
{
  g_autoptr (RushAllocator) allocator = rush_allocator_limited_new (64 << 20, 0);
  struct ArrowArrayStream stream;
  g_autoptr (GError) error = NULL;
  RushBatch *batch = NULL;
  guint n = 0;

  rush_arrow_export_stream (supply->batch->schema, NULL, pull, supply, mark_freed, allocator,
                            &stream);
  RushArrowReader *reader = rush_arrow_reader_new (&stream, allocator, &error);
  g_assert_no_error (error);
  g_assert_null (stream.release);
  g_assert_true (rush_schema_equal (rush_arrow_reader_schema (reader), supply->batch->schema));
  while (rush_arrow_reader_next (reader, &batch, &error) && batch != NULL)
    {
      g_assert_true (rush_batch_equal (batch, supply->batch));
      rush_batch_unref (batch);
      n++;
    }
  g_assert_cmpuint (n, ==, expected_batches);
  g_assert_cmpint (error != NULL, ==, expect_failure);
  if (expect_failure)
    g_assert_nonnull (strstr (error->message, "the well is dry"));
  rush_arrow_reader_free (reader);
  g_assert_true (supply->freed);
  g_assert_cmpuint (rush_allocator_limited_in_use (allocator), ==, 0);
}

static void
test_streams (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (7);
  g_autoptr (Table) table = table_random (rand, 3, 100);
  g_autoptr (RushBatch) batch = table_build (table, rand);
  Supply three = { .batch = batch, .left = 3 };
  Supply none = { .batch = batch };
  Supply dry = { .batch = batch, .left = 2, .fail = TRUE };

  g_assert_cmpuint (batch->length, >, 0);
  run_stream (&three, 3, FALSE);
  run_stream (&none, 0, FALSE);
  run_stream (&dry, 2, TRUE);
}

/* An array of many rows becomes slices of one column. */
static void
test_large_arrays (void)
{
  enum
  {
    ROWS = 20001
  };
  g_autofree gint64 *values = g_new (gint64, ROWS + 3);
  g_autoptr (GPtrArray) batches = g_ptr_array_new_with_free_func ((GDestroyNotify)rush_batch_unref);
  Made made;

  for (guint i = 0; i < ROWS + 3; i++)
    values[i] = i;
  make (&made, "l", ROWS, 3, 2, NULL, values);
  g_autoptr (RushArrowImporter) importer =
      rush_arrow_importer_new (&made.root, rush_allocator_system (), NULL);
  n_released = 0;
  g_assert_true (import_all (importer, &made.shell, batches, NULL));
  g_assert_cmpuint (batches->len, ==, 3);
  g_assert_cmpuint (n_released, ==, 1); /* the shell; the column is in use */
  const RushBatch *last = batches->pdata[2];
  g_assert_cmpuint (last->length, ==, ROWS - 2 * RUSH_BATCH_MAX_ROWS);
  g_assert_cmpint (rush_column_get_int (last->columns[0], last->length - 1), ==, ROWS + 2);
  g_assert_true (last->columns[0]->values->bytes ==
                 (const guint8 *)(values + 3 + 2 * RUSH_BATCH_MAX_ROWS)); /* not copied */
  g_ptr_array_set_size (batches, 0);
  g_assert_cmpuint (n_released, ==, 2);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/arrow/unsigned_and_half", test_unsigned_and_half);
  g_test_add_func ("/arrow/offsets", test_offsets);
  g_test_add_func ("/arrow/times", test_times);
  g_test_add_func ("/arrow/decimals", test_decimals);
  g_test_add_func ("/arrow/strings", test_strings);
  g_test_add_func ("/arrow/views", test_views);
  g_test_add_func ("/arrow/wrong_offsets", test_wrong_offsets);
  g_test_add_func ("/arrow/dictionaries", test_dictionaries);
  g_test_add_func ("/arrow/dictionary_is_kept", test_dictionary_is_kept);
  g_test_add_func ("/arrow/lists", test_lists);
  g_test_add_func ("/arrow/refused_types", test_refused_types);
  g_test_add_func ("/arrow/round_trips", test_round_trips);
  g_test_add_func ("/arrow/round_trips_refused", test_round_trips_refused);
  g_test_add_func ("/arrow/streams", test_streams);
  g_test_add_func ("/arrow/large_arrays", test_large_arrays);
  return g_test_run ();
}
