/* table.c - see table.h. */
#include "tests/core/data/table.h"

#include "core/data/builder.h"

#include <string.h>

/* ---- cells ---- */

static char *
random_bytes (GRand *rand, gsize length)
{
  char *bytes = g_malloc (length + 1);
  for (gsize i = 0; i < length; i++)
    bytes[i] = (char)g_rand_int_range (rand, 0, 256);
  bytes[length] = 0;
  return bytes;
}

/* Short ones, those around the edge of 12 bytes, and now and then a long one. */
static gsize
random_length (GRand *rand)
{
  switch (g_rand_int_range (rand, 0, 10))
    {
    case 0:
      return 0;
    case 1:
    case 2:
    case 3:
      return (gsize)g_rand_int_range (rand, 11, 15);
    case 4:
      return (gsize)g_rand_int_range (rand, 13, 200);
    default:
      return (gsize)g_rand_int_range (rand, 1, 12);
    }
}

static gint64
random_integer (GRand *rand, guint bits)
{
  guint64 value = (guint64)g_rand_int (rand) << 32 | g_rand_int (rand);
  return (gint64)(value << (64 - bits)) >> (64 - bits);
}

/* Up to 38 digits, mostly few; never more than the type has. */
static rush_int128
random_decimal (GRand *rand, guint precision)
{
  gint32 digits = g_rand_int_range (rand, 0, (gint32)precision + 1);
  rush_int128 value = 0;

  for (; digits > 0; digits--)
    value = value * 10 + g_rand_int_range (rand, 0, 10);
  return g_rand_boolean (rand) ? -value : value;
}

static void random_cell (GRand *rand, const RushType *type, Cell *out);

static void
random_items (GRand *rand, const RushType *type, Cell *out)
{
  gboolean list = type->storage == RUSH_STORAGE_LIST;
  guint repeat = list ? (guint)g_rand_int_range (rand, 0, 4) : 1;

  out->n_items = repeat * type->n_fields;
  out->items = g_new0 (Cell, out->n_items);
  for (guint i = 0; i < out->n_items; i++)
    {
      const RushTypeField *field = &type->fields[i % type->n_fields];
      random_cell (rand, field->type, &out->items[i]);
      out->items[i].null =
          field->type == &RUSH_NULL || (field->nullable && g_rand_int_range (rand, 0, 5) == 0);
    }
}

static void
random_cell (GRand *rand, const RushType *type, Cell *out)
{
  switch (type->storage)
    {
    case RUSH_STORAGE_BIT:
      out->integer = g_rand_boolean (rand);
      break;
    case RUSH_STORAGE_I8:
    case RUSH_STORAGE_I16:
    case RUSH_STORAGE_I32:
    case RUSH_STORAGE_I64:
    case RUSH_STORAGE_I128:
      out->integer = type->kind == RUSH_TYPE_DECIMAL ? random_decimal (rand, type->precision)
                                                     : random_integer (rand, type->value_bytes * 8);
      break;
    case RUSH_STORAGE_F32:
      out->real = (float)g_rand_double_range (rand, -1e6, 1e6);
      break;
    case RUSH_STORAGE_F64:
      out->real = g_rand_double_range (rand, -1e6, 1e6);
      break;
    case RUSH_STORAGE_INTERVAL:
      out->interval =
          (RushCalendarInterval){ (gint32)random_integer (rand, 32),
                                  (gint32)random_integer (rand, 32), random_integer (rand, 50) };
      break;
    case RUSH_STORAGE_LIST:
    case RUSH_STORAGE_STRUCT:
      random_items (rand, type, out);
      break;
    case RUSH_STORAGE_VIEW:
      out->length = random_length (rand);
      out->bytes = random_bytes (rand, out->length);
      break;
    case RUSH_STORAGE_VOID:
      out->null = TRUE;
      break;
    }
}

static Cell
copy_cell (const Cell *cell)
{
  Cell copy = *cell;
  if (cell->bytes != NULL)
    {
      copy.bytes = g_malloc (cell->length + 1);
      memcpy (copy.bytes, cell->bytes, cell->length + 1);
    }
  copy.items = g_new0 (Cell, cell->n_items);
  for (guint i = 0; i < cell->n_items; i++)
    copy.items[i] = copy_cell (&cell->items[i]);
  return copy;
}

static void
clear_cell (Cell *cell)
{
  for (guint i = 0; i < cell->n_items; i++)
    clear_cell (&cell->items[i]);
  g_free (cell->items);
  g_free (cell->bytes);
}

static gboolean
cell_equal (const Cell *a, const Cell *b)
{
  if (a->null || b->null)
    return a->null && b->null;
  if (a->n_items != b->n_items)
    return FALSE;
  for (guint i = 0; i < a->n_items; i++)
    if (!cell_equal (&a->items[i], &b->items[i]))
      return FALSE;
  return a->integer == b->integer && memcmp (&a->real, &b->real, sizeof a->real) == 0 &&
         memcmp (&a->interval, &b->interval, sizeof a->interval) == 0 && a->length == b->length &&
         (a->length == 0 || memcmp (a->bytes, b->bytes, a->length) == 0);
}

/* ---- types ---- */

static const RushType *
random_interval (GRand *rand)
{
  RushIntervalField start, end;

  switch (g_rand_int_range (rand, 0, 3))
    {
    case 0:
      return &RUSH_CALENDAR_INTERVAL;
    case 1:
      return rush_type_year_month_interval (RUSH_INTERVAL_YEAR, RUSH_INTERVAL_MONTH);
    default:
      start =
          (RushIntervalField)g_rand_int_range (rand, RUSH_INTERVAL_DAY, RUSH_INTERVAL_SECOND + 1);
      end = (RushIntervalField)g_rand_int_range (rand, (gint32)start, RUSH_INTERVAL_SECOND + 1);
      return rush_type_day_time_interval (start, end);
    }
}

static const RushType *
random_nested (GRand *rand, guint depth)
{
  const RushType *first = random_type (rand, depth - 1);
  RushTypeField fields[3];
  guint n;

  switch (g_rand_int_range (rand, 0, 3))
    {
    case 0:
      return rush_type_array (first, first == &RUSH_NULL || g_rand_boolean (rand));
    case 1:
      return rush_type_map (&RUSH_STRING, first, first == &RUSH_NULL || g_rand_boolean (rand));
    default:
      n = (guint)g_rand_int_range (rand, 0, 4);
      for (guint f = 0; f < n; f++)
        {
          const RushType *type = f == 0 ? first : random_type (rand, depth - 1);
          fields[f] = (RushTypeField){ (const char *const[]){ "a", "b", "é" }[f], type,
                                       type == &RUSH_NULL || g_rand_boolean (rand) };
        }
      return rush_type_struct (n, fields);
    }
}

const RushType *
random_type (GRand *rand, guint depth)
{
  gint32 pick = g_rand_int_range (rand, 0, depth > 0 ? 24 : 18);
  guint precision;

  if (pick < 13)
    return rush_type_from_kind ((RushTypeKind)pick);
  if (pick == 17)
    return random_interval (rand);
  if (pick >= 18)
    return random_nested (rand, depth);
  precision = (guint)g_rand_int_range (rand, 1, RUSH_DECIMAL_MAX_PRECISION + 1);
  return rush_type_decimal (precision, g_rand_int_range (rand, 0, (gint32)precision + 1));
}

/* ---- tables ---- */

static RushSchema *
random_schema (GRand *rand, guint max_columns)
{
  guint n = (guint)g_rand_int_range (rand, 1, (gint32)max_columns + 1);
  RushField *fields = g_new0 (RushField, n);
  for (guint c = 0; c < n; c++)
    {
      fields[c].name = g_strdup_printf ("c%u", c);
      fields[c].type = random_type (rand, 3);
      fields[c].nullable = TRUE;
    }
  RushSchema *schema = rush_schema_new (n, fields);
  for (guint c = 0; c < n; c++)
    g_free (fields[c].name);
  g_free (fields);
  return schema;
}

/* A column has its own habits: how often null, how many different values (1: will be constant). */
static void
fill_column (Table *self, GRand *rand, guint c)
{
  static const double null_rates[] = { 0, 0, 0, 0.1, 0.9, 1 };
  static const guint varieties[] = { 1, 5, 5, 1000000, 1000000, 1000000 };
  double null_rate = null_rates[g_rand_int_range (rand, 0, G_N_ELEMENTS (null_rates))];
  guint variety = varieties[g_rand_int_range (rand, 0, G_N_ELEMENTS (varieties))];
  guint n_fields = self->schema->n_fields;

  for (guint i = 0; i < self->n_rows; i++)
    {
      Cell *cell = &self->cells[i * n_fields + c];
      if (i >= variety)
        *cell =
            copy_cell (table_cell (self, (guint)g_rand_int_range (rand, 0, (gint32)variety), c));
      else if (g_rand_double (rand) < null_rate)
        cell->null = TRUE;
      else
        random_cell (rand, self->schema->fields[c].type, cell);
    }
}

static Table *
table_new (RushSchema *schema, guint n_rows)
{
  Table *self = g_new0 (Table, 1);
  self->schema = rush_schema_ref (schema);
  self->n_rows = n_rows;
  self->cells = g_new0 (Cell, (gsize)n_rows * schema->n_fields + 1);
  return self;
}

Table *
table_random_like (GRand *rand, RushSchema *schema, guint n_rows)
{
  Table *self = table_new (schema, n_rows);
  for (guint c = 0; c < schema->n_fields; c++)
    fill_column (self, rand, c);
  return self;
}

Table *
table_random (GRand *rand, guint max_columns, guint max_rows)
{
  g_autoptr (RushSchema) schema = random_schema (rand, max_columns);
  return table_random_like (rand, schema, (guint)g_rand_int_range (rand, 0, (gint32)max_rows + 1));
}

Table *
table_pick (const Table *self, const guint *rows, guint n)
{
  Table *picked = table_new (self->schema, n);
  guint n_fields = self->schema->n_fields;
  for (guint i = 0; i < n; i++)
    for (guint c = 0; c < n_fields; c++)
      picked->cells[i * n_fields + c] = copy_cell (table_cell (self, rows[i], c));
  return picked;
}

void
table_free (Table *self)
{
  if (self == NULL)
    return;
  for (gsize i = 0; i < (gsize)self->n_rows * self->schema->n_fields; i++)
    clear_cell (&self->cells[i]);
  g_free (self->cells);
  rush_schema_unref (self->schema);
  g_free (self);
}

const Cell *
table_cell (const Table *self, guint row, guint column)
{
  return &self->cells[(gsize)row * self->schema->n_fields + column];
}

/* ---- from a table to a batch ---- */

static void append_cell (RushColumnBuilder *builder, const RushType *type, const Cell *cell);

static void
append_items (RushColumnBuilder *builder, const RushType *type, const Cell *cell)
{
  for (guint i = 0; i < cell->n_items; i++)
    append_cell (rush_column_builder_child (builder, i % type->n_fields),
                 type->fields[i % type->n_fields].type, &cell->items[i]);
  if (type->storage == RUSH_STORAGE_LIST)
    g_assert_true (rush_column_builder_end_list (builder, NULL));
  else
    g_assert_true (rush_column_builder_end_struct (builder, NULL));
}

static void
append_cell (RushColumnBuilder *builder, const RushType *type, const Cell *cell)
{
  gboolean ok = FALSE;

  if (cell->null)
    {
      g_assert_true (rush_column_builder_append_null (builder, NULL));
      return;
    }
  switch (type->storage)
    {
    case RUSH_STORAGE_BIT:
      ok = rush_column_builder_append_bool (builder, cell->integer != 0, NULL);
      break;
    case RUSH_STORAGE_I8:
    case RUSH_STORAGE_I16:
    case RUSH_STORAGE_I32:
    case RUSH_STORAGE_I64:
      ok = rush_column_builder_append_int (builder, (gint64)cell->integer, NULL);
      break;
    case RUSH_STORAGE_I128:
      ok = rush_column_builder_append_int128 (builder, cell->integer, NULL);
      break;
    case RUSH_STORAGE_F32:
    case RUSH_STORAGE_F64:
      ok = rush_column_builder_append_double (builder, cell->real, NULL);
      break;
    case RUSH_STORAGE_INTERVAL:
      ok = rush_column_builder_append_interval (builder, cell->interval, NULL);
      break;
    case RUSH_STORAGE_VIEW:
      ok = rush_column_builder_append_bytes (builder, cell->bytes, cell->length, NULL);
      break;
    case RUSH_STORAGE_LIST:
    case RUSH_STORAGE_STRUCT:
      append_items (builder, type, cell);
      return;
    case RUSH_STORAGE_VOID:
      break;
    }
  g_assert_true (ok);
}

RushColumn *
plain_column (const RushType *type, const Cell *const *cells, guint n)
{
  g_autoptr (RushColumnBuilder) builder = rush_column_builder_new (type, rush_allocator_system ());

  for (guint i = 0; i < n; i++)
    append_cell (builder, type, cells[i]);
  return rush_column_builder_finish (builder);
}

static RushColumn *
dictionary_column (const RushType *type, const Cell *const *cells, guint n)
{
  g_autoptr (GPtrArray) words = g_ptr_array_new ();
  RushBuffer *indices = rush_buffer_new (rush_allocator_system (), n * sizeof (gint32), NULL);
  RushBuffer *validity = rush_buffer_new (rush_allocator_system (), (n + 7) / 8, NULL);
  guint null_count = 0;
  static const Cell spare = { .bytes = (char *)"spare", .length = 5 };

  memset (validity->bytes, 0, validity->size);
  g_ptr_array_add (words, (gpointer)&spare); /* nulls point here; cut off if there is none */
  for (guint i = 0; i < n; i++)
    {
      guint at = 0;
      null_count += cells[i]->null ? 1 : 0;
      if (!cells[i]->null)
        {
          rush_bit_set (validity->bytes, i);
          for (at = 1; at < words->len && !cell_equal (words->pdata[at], cells[i]); at++)
            ;
          if (at == words->len)
            g_ptr_array_add (words, (gpointer)cells[i]);
        }
      ((gint32 *)indices->bytes)[i] = (gint32)at;
    }
  g_autoptr (RushColumn) dictionary =
      plain_column (type, (const Cell *const *)words->pdata, words->len);
  if (null_count > 0)
    return rush_column_new_dictionary (g_steal_pointer (&dictionary), n, validity, null_count,
                                       indices);
  rush_buffer_unref (validity);
  for (guint i = 0; i < n; i++)
    ((gint32 *)indices->bytes)[i]--;
  return rush_column_new_dictionary (rush_column_slice (dictionary, 1, words->len - 1), n, NULL, 0,
                                     indices);
}

/* Its value stands behind another in the buffers. */
static RushColumn *
constant_column (const RushType *type, const Cell *cell, guint n)
{
  static const Cell other = {
    .integer = 1, .real = 9, .bytes = (char *)"somebody else", .length = 13
  };
  /* A struct of other cells would have to be made: twice the same will do. */
  const Cell *const two[] = { type->storage == RUSH_STORAGE_STRUCT ? cell : &other, cell };

  if (type == &RUSH_NULL)
    return rush_column_new_void (n);
  g_autoptr (RushColumn) both = plain_column (type, two, 2);
  return rush_column_new_constant (rush_column_slice (both, 1, 1), n);
}

/* Any layout; often a slice of something longer. */
static RushColumn *
build_column (const RushType *type, const Cell **cells, guint n, GRand *rand)
{
  guint before = 0;
  g_autoptr (RushColumn) whole = NULL;
  gboolean constant = n > 0;

  for (guint i = 1; i < n && constant; i++)
    constant = cell_equal (cells[i], cells[0]);
  if (constant && g_rand_boolean (rand))
    return constant_column (type, cells[0], n);

  /* Put some rows of itself before and behind it, and cut them off again. */
  g_autoptr (GPtrArray) longer = g_ptr_array_new ();
  if (n > 0 && g_rand_boolean (rand))
    before = (guint)g_rand_int_range (rand, 0, (gint32)MIN (n, 20) + 1);
  for (guint i = 0; i < before; i++)
    g_ptr_array_add (longer, (gpointer)cells[i]);
  for (guint i = 0; i < n; i++)
    g_ptr_array_add (longer, (gpointer)cells[i]);
  for (guint i = 0; i < before; i++)
    g_ptr_array_add (longer, (gpointer)cells[i]);

  const Cell *const *all = (const Cell *const *)longer->pdata;
  gboolean dictionary = type->storage != RUSH_STORAGE_STRUCT && type != &RUSH_NULL;
  if (longer->len > RUSH_BATCH_MAX_ROWS)
    return plain_column (type, cells, n);
  whole = dictionary && g_rand_int_range (rand, 0, 3) == 0
              ? dictionary_column (type, all, longer->len)
              : plain_column (type, all, longer->len);
  return rush_column_slice (whole, before, n);
}

RushBatch *
table_build (const Table *self, GRand *rand)
{
  guint n = self->n_rows, n_fields = self->schema->n_fields;
  gboolean selected = n > 0 && 2 * n <= RUSH_BATCH_MAX_ROWS && g_rand_boolean (rand);
  g_autofree guint *physical = g_new (guint, 2 * n + 1); /* physical row → row of the table */
  RushBuffer *selection = rush_buffer_new (rush_allocator_system (), n * sizeof (guint16), NULL);
  guint n_physical = 0;

  for (guint i = 0; i < n; i++)
    {
      if (selected && g_rand_boolean (rand)) /* a row that does not count */
        physical[n_physical++] = (guint)g_rand_int_range (rand, 0, (gint32)n);
      ((guint16 *)selection->bytes)[i] = (guint16)n_physical;
      physical[n_physical++] = i;
    }

  g_autofree RushColumn **columns = g_new (RushColumn *, n_fields);
  g_autofree const Cell **cells = g_new (const Cell *, n_physical + 1);
  for (guint c = 0; c < n_fields; c++)
    {
      for (guint i = 0; i < n_physical; i++)
        cells[i] = table_cell (self, physical[i], c);
      columns[c] = build_column (self->schema->fields[c].type, cells, n_physical, rand);
    }
  RushBatch *all = rush_batch_new (self->schema, n_physical, columns);
  if (!selected)
    {
      rush_buffer_unref (selection);
      return all;
    }
  RushBatch *batch = rush_batch_select (all, selection, n);
  rush_batch_unref (all);
  return batch;
}

/* ---- checks ---- */

static void assert_cell_is (const RushColumn *column, guint row, const Cell *cell);

static void
assert_items_are (const RushColumn *column, guint row, const Cell *cell)
{
  guint n = column->type->n_fields, first = 0;

  if (column->type->storage == RUSH_STORAGE_LIST)
    {
      RushListView list = rush_column_get_list (column, row);
      g_assert_cmpuint ((guint)list.length * n, ==, cell->n_items);
      first = (guint)list.offset;
    }
  else
    first = rush_column_struct_row (column, row);
  for (guint i = 0; i < cell->n_items; i++)
    assert_cell_is (rush_column_child (column, i % n), first + i / n, &cell->items[i]);
}

static void
assert_cell_is (const RushColumn *column, guint row, const Cell *cell)
{
  RushCalendarInterval interval;
  gsize length;

  g_assert_cmpint (rush_column_is_valid (column, row), ==, !cell->null);
  if (cell->null)
    return;
  switch (column->type->storage)
    {
    case RUSH_STORAGE_BIT:
      g_assert_cmpint (rush_column_get_bool (column, row), ==, cell->integer);
      g_assert_cmpint (rush_column_get_int (column, row), ==, cell->integer);
      break;
    case RUSH_STORAGE_I8:
    case RUSH_STORAGE_I16:
    case RUSH_STORAGE_I32:
    case RUSH_STORAGE_I64:
      g_assert_cmpint (rush_column_get_int (column, row), ==, cell->integer);
      break;
    case RUSH_STORAGE_I128:
      g_assert_true (rush_column_get_int128 (column, row) == cell->integer);
      break;
    case RUSH_STORAGE_F32:
    case RUSH_STORAGE_F64:
      g_assert_cmpfloat (rush_column_get_double (column, row), ==, cell->real);
      break;
    case RUSH_STORAGE_INTERVAL:
      interval = rush_column_get_interval (column, row);
      g_assert_cmpmem (&interval, sizeof interval, &cell->interval, sizeof cell->interval);
      break;
    case RUSH_STORAGE_LIST:
    case RUSH_STORAGE_STRUCT:
      assert_items_are (column, row, cell);
      break;
    case RUSH_STORAGE_VIEW:
      {
        const char *bytes = rush_column_get_bytes (column, row, &length);
        g_assert_cmpmem (bytes, length, cell->bytes, cell->length);
        break;
      }
    case RUSH_STORAGE_VOID:
      g_assert_not_reached ();
    }
}

void
assert_batch_is (const RushBatch *batch, const Table *table)
{
  guint n_fields = table->schema->n_fields;

  g_assert_cmpuint (batch->length, ==, table->n_rows);
  g_assert_cmpuint (batch->schema->n_fields, ==, n_fields);
  for (guint c = 0; c < n_fields; c++)
    {
      g_assert_true (batch->columns[c]->type == table->schema->fields[c].type);
      g_assert_cmpuint (batch->columns[c]->length, ==, batch->physical_length);
      for (guint i = 0; i < batch->length; i++)
        assert_cell_is (batch->columns[c], rush_batch_row (batch, i), table_cell (table, i, c));
    }
}

RushBuffer *
select_even (guint physical_length, guint *out_n)
{
  guint n = (physical_length + 1) / 2;
  RushBuffer *rows = rush_buffer_new (rush_allocator_system (), n * sizeof (guint16), NULL);
  for (guint i = 0; i < n; i++)
    ((guint16 *)rows->bytes)[i] = (guint16)(2 * i);
  *out_n = n;
  return rows;
}

void
check_every_refusal (gboolean (*run) (RushAllocator *, gpointer, GError **), gpointer data)
{
  gboolean done = FALSE;

  for (guint nth = 1; !done; nth++)
    {
      g_autoptr (RushAllocator) allocator = rush_allocator_limited_new (G_MAXSIZE / 2, nth);
      g_autoptr (GError) error = NULL;

      g_assert_cmpuint (nth, <, 1000);
      done = run (allocator, data, &error);
      if (done)
        g_assert_no_error (error);
      else
        g_assert_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_OUT_OF_MEMORY);
      g_assert_cmpuint (rush_allocator_limited_in_use (allocator), ==, 0);
    }
}
