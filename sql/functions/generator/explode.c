/* explode.c - explode (), posexplode (), inline (), stack (): one row becomes several.
 *
 *   explode ([7, 8])        7          posexplode ([7, 8])    0  7          explode ({a: 1})   a  1
 *                           8                                 1  8
 *
 * An outer one gives a row of nulls where there would be none.  Positions of all output rows in the
 * elements are listed first; each output column is then one take ().
 *
 * Mirrors:  org.apache.spark.sql.catalyst.expressions.{Explode, PosExplode, Inline, Stack}.
 */
#include "sql/functions/families_private.h"
#include "sql/kernels/columns.h"
#include "sql/types/type_rules.h"

#include <string.h>

typedef struct
{
  guint32 *elements; /* of each output row: its place in the elements, or RUSH_NO_ROW */
  gint32 *positions; /* in its list, or −1 */
  guint n;
} Exploded;

static void
exploded_clear (Exploded *self)
{
  g_free (self->elements);
  g_free (self->positions);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Exploded, exploded_clear)

static void
explode_lists (const RushColumn *lists, const RushRows *rows, gboolean outer, guint32 *counts,
               Exploded *out)
{
  guint total = 0, at = 0;

  for (guint i = 0; i < rows->n; i++)
    {
      guint row = rush_eval_row (rows, i);
      counts[i] =
          rush_column_is_valid (lists, row) ? (guint32)rush_column_get_list (lists, row).length : 0;
      if (counts[i] == 0 && outer)
        counts[i] = 1;
      total += counts[i];
    }
  out->n = total;
  out->elements = g_new (guint32, MAX (1, total));
  out->positions = g_new (gint32, MAX (1, total));
  for (guint i = 0; i < rows->n; i++)
    {
      guint row = rush_eval_row (rows, i);
      RushListView list = rush_column_is_valid (lists, row) ? rush_column_get_list (lists, row)
                                                            : (RushListView){ 0, 0 };
      for (guint k = 0; k < counts[i]; k++, at++)
        {
          gboolean there = list.length > 0;
          out->elements[at] = there ? (guint32)list.offset + k : RUSH_NO_ROW;
          out->positions[at] = there ? (gint32)k : -1;
        }
    }
}

static gboolean
add_positions (const Exploded *in, RushGenerated *out, RushEvalContext *ctx, GError **error)
{
  g_auto (RushColumnWriter) writer = { NULL };

  if (!rush_column_writer_init (&writer, &RUSH_INT32, in->n, TRUE, ctx->allocator, error))
    return FALSE;
  for (guint i = 0; i < in->n; i++)
    {
      ((gint32 *)writer.values->bytes)[i] = in->positions[i];
      if (in->positions[i] < 0 && !rush_column_writer_set_null (&writer, i, error))
        return FALSE;
    }
  g_ptr_array_add (out->columns, rush_column_writer_finish (&writer));
  return TRUE;
}

static gboolean
add_taken (RushColumn *source, const Exploded *in, RushGenerated *out, RushEvalContext *ctx,
           GError **error)
{
  RushColumn *column = rush_column_take (source, in->elements, in->n, ctx->allocator, error);
  if (column == NULL)
    return FALSE;
  g_ptr_array_add (out->columns, column);
  return TRUE;
}

static gboolean
generate_explode (const RushExpr *call, RushColumn *const *args, const RushRows *rows,
                  gboolean outer, RushGenerated *out, RushEvalContext *ctx, GError **error)
{
  const char *name = call->as.function.function->name;
  g_auto (Exploded) exploded = { NULL };

  explode_lists (args[0], rows, outer || g_str_has_suffix (name, "_outer"), out->counts, &exploded);
  if (g_str_has_prefix (name, "pos") && !add_positions (&exploded, out, ctx, error))
    return FALSE;
  for (guint i = 0; i < args[0]->type->n_fields; i++)
    if (!add_taken (rush_column_child (args[0], i), &exploded, out, ctx, error))
      return FALSE;
  return TRUE;
}

/* An array of structs: a column a field. */
static gboolean
generate_inline (const RushExpr *call, RushColumn *const *args, const RushRows *rows,
                 gboolean outer, RushGenerated *out, RushEvalContext *ctx, GError **error)
{
  g_auto (Exploded) exploded = { NULL };
  RushColumn *structs = rush_column_child (args[0], 0);

  explode_lists (args[0], rows,
                 outer || g_str_has_suffix (call->as.function.function->name, "_outer"),
                 out->counts, &exploded);
  for (guint i = 0; i < structs->type->n_fields; i++)
    {
      g_autoptr (RushColumn) field = rush_column_struct_field (structs, i, ctx->allocator, error);
      if (field == NULL || !add_taken (field, &exploded, out, ctx, error))
        return FALSE;
    }
  return TRUE;
}

/* stack (n, a, b, c, …): n rows, filled in order; what is missing is null. */
static gboolean
generate_stack (const RushExpr *call, RushColumn *const *args, const RushRows *rows, gboolean outer,
                RushGenerated *out, RushEvalContext *ctx, GError **error)
{
  guint n_rows = (guint)rush_column_get_int (args[0], 0);
  guint n_values = call->n_children - 1, n_columns = (n_values + n_rows - 1) / n_rows;
  g_autofree RushRowId *picks = g_new (RushRowId, MAX (1, (gsize)rows->n * n_rows));

  for (guint i = 0; i < rows->n; i++)
    out->counts[i] = n_rows;
  for (guint c = 0; c < n_columns; c++)
    {
      g_autoptr (GPtrArray) sources =
          g_ptr_array_new_with_free_func ((GDestroyNotify)rush_column_unref);
      for (guint r = 0; r < n_rows; r++)
        {
          guint value = r * n_columns + c;
          gboolean there = value < n_values && args[1 + value]->type == call->type->fields[c].type;
          RushColumn *source =
              there ? rush_column_ref (args[1 + value])
                    : rush_column_new_constant_null (call->type->fields[c].type, rows->length,
                                                     ctx->allocator, error);
          if (source == NULL)
            return FALSE;
          g_ptr_array_add (sources, source);
          for (guint i = 0; i < rows->n; i++)
            picks[i * n_rows + r] = (RushRowId){ r, rush_eval_row (rows, i) };
        }
      RushColumn *column = rush_column_gather ((RushColumn **)sources->pdata, n_rows, picks,
                                               rows->n * n_rows, ctx->allocator, error);
      if (column == NULL)
        return FALSE;
      g_ptr_array_add (out->columns, column);
    }
  return TRUE;
}

/* ── types: a generator's is the struct of its columns ── */

static const RushType *
explode_type (const RushFunction *self, guint n, RushExpr *const *args, gboolean *inout_nullable,
              GError **error)
{
  const RushType *in = args[0]->type;
  gboolean outer = g_str_has_suffix (self->name, "_outer");
  RushTypeField fields[3];
  guint n_fields = 0;

  if (g_str_has_prefix (self->name, "pos"))
    fields[n_fields++] = (RushTypeField){ "pos", &RUSH_INT32, outer };
  for (guint i = 0; i < in->n_fields; i++)
    fields[n_fields++] = (RushTypeField){ in->kind == RUSH_TYPE_MAP ? in->fields[i].name : "col",
                                          in->fields[i].type, in->fields[i].nullable || outer };
  *inout_nullable = FALSE;
  return rush_type_struct (n_fields, fields);
}

static const RushType *
inline_type (const RushFunction *self, guint n, RushExpr *const *args, gboolean *inout_nullable,
             GError **error)
{
  *inout_nullable = FALSE;
  return rush_type_element (args[0]->type);
}

/* The type of column @c: that of its first value which has one. */
static const RushType *
stacked_type (guint c, guint n_columns, guint n, RushExpr *const *args)
{
  for (guint i = 1 + c; i < n; i += n_columns)
    if (args[i]->type != &RUSH_NULL)
      return args[i]->type;
  return &RUSH_NULL;
}

/* Values of one column are of one type, or null. */
static gboolean
check_stacked (guint n_columns, const RushTypeField *fields, guint n, RushExpr *const *args,
               GError **error)
{
  for (guint i = 1; i < n; i++)
    {
      guint c = (i - 1) % n_columns;

      if (args[i]->type == fields[c].type || args[i]->type == &RUSH_NULL)
        continue;
      g_autofree char *call = rush_call_sql_id ("stack", n, args);
      g_autofree char *column = g_strdup_printf ("%u", c);
      g_autofree char *left = g_strdup_printf ("%u", c + 1);
      g_autofree char *right = g_strdup_printf ("%u", i);
      g_autofree char *left_type = rush_type_sql_id (fields[c].type);
      g_autofree char *right_type = rush_type_sql_id (args[i]->type);
      rush_sql_error_set (error, RUSH_SQL_CLASS_DATATYPE_MISMATCH_STACK_COLUMN_DIFF_TYPES, NULL,
                          "sqlExpr", call, "columnIndex", column, "leftType", left_type,
                          "leftParamIndex", left, "rightType", right_type, "rightParamIndex", right,
                          NULL);
      return FALSE;
    }
  return TRUE;
}

static const RushType *
stack_type (const RushFunction *self, guint n, RushExpr *const *args, gboolean *inout_nullable,
            GError **error)
{
  gint64 n_rows =
      args[0]->kind == RUSH_EXPR_LITERAL ? rush_column_get_int (args[0]->as.literal.value, 0) : 0;
  if (n_rows < 1)
    {
      g_set_error_literal (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT,
                           "stack() takes as its first argument how many rows it makes: a literal "
                           "of 1 or more");
      return NULL;
    }
  guint n_columns = (guint)((n - 1 + n_rows - 1) / n_rows);
  g_autofree RushTypeField *fields = g_new (RushTypeField, n_columns);
  for (guint i = 0; i < n_columns; i++)
    {
      g_autofree char *name = g_strdup_printf ("col%u", i);
      fields[i] =
          (RushTypeField){ g_intern_string (name), stacked_type (i, n_columns, n, args), TRUE };
    }
  if (!check_stacked (n_columns, fields, n, args, error))
    return NULL;
  *inout_nullable = FALSE;
  return rush_type_struct (n_columns, fields);
}

#define EXPLODE(NAME, ARG, TYPE, FUNC, USAGE)                                                      \
  {                                                                                                \
    .name = NAME,                                                                                  \
    .kind = RUSH_FUNCTION_GENERATOR,                                                               \
    .min_args = 1,                                                                                 \
    .max_args = 1,                                                                                 \
    .args = { ARG },                                                                               \
    .result_type = TYPE,                                                                           \
    .generate = FUNC,                                                                              \
    .usage = NAME "(expr) - " USAGE,                                                               \
    .since = "1.0.0",                                                                              \
  }

const RushFunction rush_functions_explode[] = {
  EXPLODE ("explode", RUSH_ARG_ARRAY_OR_MAP, explode_type, generate_explode, "a row an element"),
  EXPLODE ("explode_outer", RUSH_ARG_ARRAY_OR_MAP, explode_type, generate_explode,
           "a row an element, a null for none"),
  EXPLODE ("posexplode", RUSH_ARG_ARRAY_OR_MAP, explode_type, generate_explode,
           "a row an element, and its position"),
  EXPLODE ("posexplode_outer", RUSH_ARG_ARRAY_OR_MAP, explode_type, generate_explode,
           "a row an element, and its position, nulls for none"),
  EXPLODE ("inline", RUSH_ARG_ARRAY, inline_type, generate_inline, "a row a struct"),
  EXPLODE ("inline_outer", RUSH_ARG_ARRAY, inline_type, generate_inline,
           "a row a struct, nulls for none"),
  {
      .name = "stack",
      .kind = RUSH_FUNCTION_GENERATOR,
      .min_args = 2,
      .max_args = G_MAXUINT,
      .args = { RUSH_ARG_INT, RUSH_ARG_ANY },
      .result_type = stack_type,
      .generate = generate_stack,
      .usage = "stack(n, expr, …) - the values in n rows",
      .since = "2.0.0",
  },
  { NULL },
};
