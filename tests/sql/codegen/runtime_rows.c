/* runtime_rows.c - rows in, rows out, and values. */
#include "runtime.h"

#include "rdd/random.h"
#include "sql/kernels/compare.h"
#include "sql/kernels/like.h"
#include "sql/types/decimal.h"

#include <string.h>

/* ---- what lives as long as a stage ---- */

typedef struct
{
  gpointer thing;
  GDestroyNotify destroy;
} Kept;

static void
free_kept (gpointer data)
{
  Kept *kept = data;

  kept->destroy (kept->thing);
  g_free (kept);
}

void
runtime_keep (rl_stage *stage, gpointer thing, GDestroyNotify destroy)
{
  Kept *kept = g_new (Kept, 1);

  *kept = (Kept){ thing, destroy };
  g_ptr_array_add (stage->kept, kept);
}

gpointer
runtime_alloc (rl_stage *stage, gsize size)
{
  gpointer memory = g_malloc0 (size);

  runtime_keep (stage, memory, g_free);
  return memory;
}

bool
runtime_fail (rl_stage *stage, GError *error)
{
  g_assert (stage->error == NULL && error != NULL);
  stage->error = error;
  return false;
}

bool
rl_raise (rl_stage *stage, const char *error_class)
{
  stage->error_class = error_class;
  return false;
}

/* ---- values and columns ---- */

rl_datum
runtime_get (rl_stage *stage, const RushColumn *column, guint row)
{
  const RushType *type = column->type;
  rl_string text;
  rl_object *object;

  if (!rush_column_is_valid (column, row))
    return (rl_datum){ .kind = RL_INTEGER, .is_null = true };
  if (type->kind == RUSH_TYPE_DECIMAL)
    return rl_decimal_number (rush_column_get_int128 (column, row), false);
  switch (type->storage)
    {
    case RUSH_STORAGE_BIT:
      return rl_boolean (rush_column_get_bool (column, row), false);
    case RUSH_STORAGE_I8:
    case RUSH_STORAGE_I16:
    case RUSH_STORAGE_I32:
    case RUSH_STORAGE_I64:
      return rl_integer (rush_column_get_int (column, row), false);
    case RUSH_STORAGE_F32:
    case RUSH_STORAGE_F64:
      return rl_double (rush_column_get_double (column, row), false);
    case RUSH_STORAGE_VIEW:
      text.bytes = rush_column_get_bytes (column, row, &text.length);
      return rl_bytes (text, false);
    case RUSH_STORAGE_I128:
    case RUSH_STORAGE_INTERVAL:
    case RUSH_STORAGE_LIST:
    case RUSH_STORAGE_STRUCT:
    case RUSH_STORAGE_VOID:
      object = runtime_alloc (stage, sizeof *object);
      *object = (rl_object){ column, row };
      return rl_nested (object, false);
    }
  g_assert_not_reached ();
}

static gboolean
append (RushColumnBuilder *out, const RushType *type, const rl_datum *value, GError **error)
{
  if (value->is_null)
    return rush_column_builder_append_null (out, error);
  switch (value->kind)
    {
    case RL_BOOLEAN:
      return rush_column_builder_append_bool (out, value->boolean, error);
    case RL_INTEGER:
      return rush_column_builder_append_int (out, value->integer, error);
    case RL_DOUBLE:
      return rush_column_builder_append_double (out, value->real, error);
    case RL_DECIMAL:
      return rush_column_builder_append_int128 (out, value->decimal, error);
    case RL_STRING:
      return rush_column_builder_append_bytes (out, value->string.bytes, value->string.length,
                                               error);
    case RL_OBJECT:
      return rush_column_builder_append_from (out, value->object->column, value->object->row,
                                              error);
    }
  g_assert_not_reached ();
}

RushColumn *
runtime_column (const RushType *type, const rl_datum *value, GError **error)
{
  g_autoptr (RushColumnBuilder) builder = NULL;

  if (type == &RUSH_NULL)
    return rush_column_new_void (1);
  builder = rush_column_builder_new (type, rush_allocator_system ());
  return append (builder, type, value, error) ? rush_column_builder_finish (builder) : NULL;
}

rl_row *
runtime_row (rl_stage *stage, int n, const rl_datum *values)
{
  rl_row *row = runtime_alloc (stage, sizeof *row);

  row->n = n;
  row->values = runtime_alloc (stage, (n + 1) * sizeof *values);
  for (int i = 0; i < n; i++)
    row->values[i] = values[i];
  return row;
}

/* ---- in ---- */

const rl_row *
rl_next_row (rl_stage *stage, int input)
{
  const GPtrArray *rows = stage->inputs[input];

  return stage->positions[input] < rows->len ? rows->pdata[stage->positions[input]++] : NULL;
}

static const rl_datum *
value_of (const rl_row *row, int column)
{
  static const rl_datum none = { .is_null = true };

  g_assert (row == NULL || column < row->n);
  return row != NULL && !row->values[column].is_null ? &row->values[column] : &none;
}

bool
rl_is_null (const rl_row *row, int column)
{
  return value_of (row, column)->is_null;
}

#define GET(name, c_type, member)                                                                  \
  c_type name (const rl_row *row, int column)                                                      \
  {                                                                                                \
    return value_of (row, column)->member;                                                         \
  }
GET (rl_get_boolean, bool, boolean)
GET (rl_get_integer, int64_t, integer)
GET (rl_get_double, double, real)
GET (rl_get_decimal, rl_decimal, decimal)
GET (rl_get_string, rl_string, string)
GET (rl_get_object, const rl_object *, object)

void
rl_slice (rl_stage *stage, uint64_t count, int n_slices, uint64_t *first, uint64_t *end)
{
  *first = 0; /* one task has them all */
  *end = count;
}

double
rl_next_random (rl_stage *stage, int64_t seed)
{
  if (stage->random == NULL)
    {
      stage->random = runtime_alloc (stage, sizeof (RushXorShift));
      rush_xor_shift_init (stage->random, seed);
    }
  return rush_xor_shift_next_double (stage->random);
}

/* ---- out ---- */

static gboolean
flush (rl_stage *stage, GError **error)
{
  RushBatch *batch = rush_batch_builder_finish (stage->out, error);

  if (batch != NULL)
    g_ptr_array_add (stage->batches, batch);
  return batch != NULL;
}

bool
rl_emit (rl_stage *stage, int n, const rl_datum *values)
{
  GError *error = NULL;

  g_assert (n == (int)stage->schema->n_fields);
  for (int c = 0; c < n; c++)
    if (!append (rush_batch_builder_column (stage->out, (guint)c), stage->schema->fields[c].type,
                 &values[c], &error))
      return runtime_fail (stage, error);
  rush_batch_builder_end_row (stage->out);
  if (rush_batch_builder_is_full (stage->out) && !flush (stage, &error))
    return runtime_fail (stage, error);
  return true;
}

/* ---- values ---- */

int
rl_compare_string (rl_string a, rl_string b)
{
  int order = memcmp (a.bytes != NULL ? a.bytes : "", b.bytes != NULL ? b.bytes : "",
                      MIN (a.length, b.length));

  if (order == 0)
    order = a.length < b.length ? -1 : a.length > b.length;
  return order < 0 ? -1 : order > 0;
}

int
rl_compare_double (double a, double b)
{
  return rush_compare_doubles (a, b);
}

#define ORDER(a, b) ((a) < (b) ? -1 : (a) > (b))

int
rl_compare_datum (const rl_datum *a, const rl_datum *b)
{
  if (a->is_null || b->is_null)
    return (int)b->is_null - (int)a->is_null;
  switch (a->kind)
    {
    case RL_BOOLEAN:
      return ORDER (a->boolean, b->boolean);
    case RL_INTEGER:
      return ORDER (a->integer, b->integer);
    case RL_DOUBLE:
      return rl_compare_double (a->real, b->real);
    case RL_DECIMAL:
      return ORDER (a->decimal, b->decimal);
    case RL_STRING:
      return rl_compare_string (a->string, b->string);
    case RL_OBJECT:
      return rush_compare_rows (a->object->column, a->object->row, b->object->column,
                                b->object->row);
    }
  g_assert_not_reached ();
}

/* Equal values have equal hashes; arrays and their like all have one. */
guint
runtime_hash (int n, const rl_datum *values)
{
  guint hash = 17;

  for (int i = 0; i < n; i++)
    {
      const rl_datum *v = &values[i];
      gint64 part = 0;

      if (!v->is_null)
        switch (v->kind)
          {
          case RL_BOOLEAN:
            part = v->boolean;
            break;
          case RL_INTEGER:
            part = v->integer;
            break;
          case RL_DOUBLE:
            part = isnan (v->real) || v->real == 0 ? 1 : g_double_hash (&v->real);
            break;
          case RL_DECIMAL:
            part = (gint64)v->decimal;
            break;
          case RL_STRING:
            for (gsize b = 0; b < v->string.length; b++)
              part = part * 31 + v->string.bytes[b];
            break;
          case RL_OBJECT:
            break;
          }
      hash = hash * 31 + g_int64_hash (&part);
    }
  return hash;
}

bool
rl_like (rl_string text, rl_string pattern, uint32_t escape)
{
  g_autoptr (RushLike) like = NULL;

  if (text.bytes == NULL || pattern.bytes == NULL) /* null: the answer does not matter */
    return false;
  like = rush_like_new (pattern.bytes, pattern.length, escape, NULL);
  return like != NULL && rush_like_matches (like, text.bytes, text.length);
}

/* ---- decimals ---- */

static bool
run_decimal (RushDecimalOp op, rl_decimal a, int scale_a, rl_decimal b, int scale_b, int precision,
             int scale, rl_decimal *out)
{
  RushDecimalPlan plan;

  rush_decimal_plan_init (&plan, op, rush_type_decimal (RUSH_DECIMAL_MAX_PRECISION, scale_a),
                          rush_type_decimal (RUSH_DECIMAL_MAX_PRECISION, scale_b),
                          rush_type_decimal ((guint)precision, scale));
  return !rush_decimal_run_slow (&plan, a, b, out);
}

#define DECIMAL(name, op)                                                                          \
  bool name (rl_decimal a, int scale_a, rl_decimal b, int scale_b, int precision, int scale,       \
             rl_decimal *out)                                                                      \
  {                                                                                                \
    return run_decimal (op, a, scale_a, b, scale_b, precision, scale, out);                        \
  }
DECIMAL (rl_decimal_add, RUSH_DECIMAL_ADD)
DECIMAL (rl_decimal_subtract, RUSH_DECIMAL_SUBTRACT)
DECIMAL (rl_decimal_multiply, RUSH_DECIMAL_MULTIPLY)
DECIMAL (rl_decimal_divide, RUSH_DECIMAL_DIVIDE)
DECIMAL (rl_decimal_remainder, RUSH_DECIMAL_REMAINDER)

double
rl_decimal_to_double (rl_decimal a, int scale)
{
  return rush_decimal_to_double (a, scale);
}

/* ---- one run ---- */

static GPtrArray *
rows_of (rl_stage *stage, const GPtrArray *batches)
{
  GPtrArray *rows = g_ptr_array_new ();

  for (guint b = 0; b < batches->len; b++)
    {
      const RushBatch *batch = batches->pdata[b];
      int n = (int)batch->schema->n_fields;
      g_autofree rl_datum *values = g_new (rl_datum, n + 1);

      for (guint i = 0; i < batch->length; i++)
        {
          for (int c = 0; c < n; c++)
            values[c] = runtime_get (stage, batch->columns[c], rush_batch_row (batch, i));
          g_ptr_array_add (rows, runtime_row (stage, n, values));
        }
    }
  runtime_keep (stage, rows, (GDestroyNotify)g_ptr_array_unref);
  return rows;
}

GPtrArray *
runtime_run (const RushCodegenStage *code, rl_stage_func run, GPtrArray **inputs,
             RushEvalContext *eval, GError **error)
{
  rl_stage stage = {
    .code = code,
    .inputs = g_new0 (GPtrArray *, code->inputs->len + 1),
    .positions = g_new0 (guint, code->inputs->len + 1),
    .eval = eval,
    .schema = rush_exec_schema (code->root),
    .batches = g_ptr_array_new_with_free_func ((GDestroyNotify)rush_batch_unref),
    .kept = g_ptr_array_new_with_free_func (free_kept),
  };
  bool ran;

  for (guint i = 0; i < code->inputs->len; i++)
    stage.inputs[i] = rows_of (&stage, inputs[i]);
  stage.out = rush_batch_builder_new (stage.schema, rush_allocator_system ());
  ran =
      run (&stage) && (rush_batch_builder_length (stage.out) == 0 || flush (&stage, &stage.error));
  if (stage.error_class != NULL)
    g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_CORRUPT, "[%s]", stage.error_class);
  else if (stage.error != NULL)
    g_propagate_error (error, stage.error);
  rush_batch_builder_free (stage.out);
  rush_schema_unref (stage.schema);
  g_ptr_array_unref (stage.kept);
  g_free (stage.inputs);
  g_free (stage.positions);
  if (ran)
    return stage.batches;
  g_ptr_array_unref (stage.batches);
  return NULL;
}
