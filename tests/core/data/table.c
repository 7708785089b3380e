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

static void
random_value (GRand *rand, const RushType *type, Cell *out)
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
      out->integer = random_integer (rand, type->value_bytes * 8);
      break;
    case RUSH_STORAGE_F32:
      out->real = (float)g_rand_double_range (rand, -1e6, 1e6);
      break;
    case RUSH_STORAGE_F64:
      out->real = g_rand_double_range (rand, -1e6, 1e6);
      break;
    case RUSH_STORAGE_I128:
    case RUSH_STORAGE_INTERVAL:
    case RUSH_STORAGE_LIST:
    case RUSH_STORAGE_STRUCT:
    case RUSH_STORAGE_VOID:
      g_assert_not_reached ();
    case RUSH_STORAGE_VIEW:
      out->length = random_length (rand);
      out->bytes = random_bytes (rand, out->length);
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
  return copy;
}

static gboolean
cell_equal (const Cell *a, const Cell *b)
{
  if (a->null || b->null)
    return a->null && b->null;
  return a->integer == b->integer && memcmp (&a->real, &b->real, sizeof a->real) == 0 &&
         a->length == b->length && (a->length == 0 || memcmp (a->bytes, b->bytes, a->length) == 0);
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
      fields[c].type = rush_type_from_kind ((RushTypeKind)g_rand_int_range (rand, 0, 9));
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
        random_value (rand, self->schema->fields[c].type, cell);
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
    g_free (self->cells[i].bytes);
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

static gboolean
append_cell (RushBatchBuilder *builder, guint c, const RushType *type, const Cell *cell,
             GError **error)
{
  if (cell->null)
    return rush_batch_builder_append_null (builder, c, error);
  switch (type->storage)
    {
    case RUSH_STORAGE_BIT:
      return rush_batch_builder_append_bool (builder, c, cell->integer != 0, error);
    case RUSH_STORAGE_I8:
    case RUSH_STORAGE_I16:
    case RUSH_STORAGE_I32:
    case RUSH_STORAGE_I64:
      return rush_batch_builder_append_int (builder, c, cell->integer, error);
    case RUSH_STORAGE_F32:
    case RUSH_STORAGE_F64:
      return rush_batch_builder_append_double (builder, c, cell->real, error);
    case RUSH_STORAGE_I128:
    case RUSH_STORAGE_INTERVAL:
    case RUSH_STORAGE_LIST:
    case RUSH_STORAGE_STRUCT:
    case RUSH_STORAGE_VOID:
      g_assert_not_reached ();
    case RUSH_STORAGE_VIEW:
      return rush_batch_builder_append_bytes (builder, c, cell->bytes, cell->length, error);
    }
  g_assert_not_reached ();
}

/* A PLAIN column of the cells that @cells points to. */
static RushColumn *
plain_column (const RushType *type, const Cell *const *cells, guint n)
{
  RushField field = { .name = (char *)"c", .type = type, .nullable = TRUE };
  g_autoptr (RushSchema) schema = rush_schema_new (1, &field);
  g_autoptr (RushBatchBuilder) builder = rush_batch_builder_new (schema, rush_allocator_system ());

  for (guint i = 0; i < n; i++)
    {
      g_assert_true (append_cell (builder, 0, type, cells[i], NULL));
      rush_batch_builder_end_row (builder);
    }
  g_autoptr (RushBatch) batch = rush_batch_builder_finish (builder, NULL);
  return batch != NULL
             ? rush_column_ref (batch->columns[0])
             : rush_column_new_plain (type, 0, NULL, 0,
                                      rush_buffer_new (rush_allocator_system (), 0, NULL), NULL, 0);
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
  const Cell *const two[] = { &other, cell };
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
  if (longer->len > RUSH_BATCH_MAX_ROWS)
    return plain_column (type, cells, n);
  whole = g_rand_int_range (rand, 0, 3) == 0 ? dictionary_column (type, all, longer->len)
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

static void
assert_cell_is (const RushColumn *column, guint row, const Cell *cell)
{
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
    case RUSH_STORAGE_F32:
    case RUSH_STORAGE_F64:
      g_assert_cmpfloat (rush_column_get_double (column, row), ==, cell->real);
      break;
    case RUSH_STORAGE_I128:
    case RUSH_STORAGE_INTERVAL:
    case RUSH_STORAGE_LIST:
    case RUSH_STORAGE_STRUCT:
    case RUSH_STORAGE_VOID:
      g_assert_not_reached ();
    case RUSH_STORAGE_VIEW:
      {
        const char *bytes = rush_column_get_bytes (column, row, &length);
        g_assert_cmpmem (bytes, length, cell->bytes, cell->length);
        break;
      }
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
