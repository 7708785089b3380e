/* scan_filters.c - sorting filters by who can use them.
 *
 * A filter of partition columns alone is answered once a folder, here, by the evaluator that also
 * answers filters of rows: the folders' values are a small table.  Other filters are looked at one
 * by one: those of a form that formats know are pushed, which promises nothing; the plan filters
 * again.
 */
#include "sql/sources/scan_filters.h"

#include "sql/evaluate/evaluate.h"
#include "sql/types/datetime_text.h"
#include "sql/types/decimal.h"
#include "sql/types/number_text.h"

#include <string.h>

/* ---- forms ---- */

static gboolean
is_column (const RushExpr *expr)
{
  while (expr->kind == RUSH_EXPR_GET_FIELD)
    expr = expr->children[0];
  return expr->kind == RUSH_EXPR_ATTRIBUTE;
}

/* A scalar subquery has become a literal when there is something to read. */
static gboolean
is_value (const RushExpr *expr)
{
  return (expr->kind == RUSH_EXPR_SCALAR_SUBQUERY ||
          (expr->kind == RUSH_EXPR_LITERAL && !rush_expr_is_literal_null (expr))) &&
         expr->type->storage != RUSH_STORAGE_LIST && expr->type->storage != RUSH_STORAGE_STRUCT &&
         expr->type->storage != RUSH_STORAGE_INTERVAL;
}

/* What holds of b and a if @kind holds of a and b. */
static RushExprKind
mirrored (RushExprKind kind)
{
  if (kind == RUSH_EXPR_LESS)
    return RUSH_EXPR_GREATER;
  if (kind == RUSH_EXPR_GREATER)
    return RUSH_EXPR_LESS;
  if (kind == RUSH_EXPR_LESS_EQUAL)
    return RUSH_EXPR_GREATER_EQUAL;
  if (kind == RUSH_EXPR_GREATER_EQUAL)
    return RUSH_EXPR_LESS_EQUAL;
  return kind;
}

static gboolean
is_comparison (RushExprKind kind)
{
  return kind == RUSH_EXPR_EQUAL || kind == RUSH_EXPR_EQUAL_NULL_SAFE || kind == RUSH_EXPR_LESS ||
         kind == RUSH_EXPR_LESS_EQUAL || kind == RUSH_EXPR_GREATER ||
         kind == RUSH_EXPR_GREATER_EQUAL;
}

/* As rush_simple_filter_of (), fields of structs allowed. */
static gboolean
is_simple (const RushExpr *filter, RushSimpleFilter *out)
{
  const RushExpr *left = filter->n_children > 0 ? filter->children[0] : NULL;
  const RushExpr *right = filter->n_children > 1 ? filter->children[1] : NULL;

  *out = (RushSimpleFilter){ .kind = filter->kind, .column = left };
  if (filter->kind == RUSH_EXPR_IS_NULL || filter->kind == RUSH_EXPR_IS_NOT_NULL)
    return is_column (left);
  if (filter->kind == RUSH_EXPR_IN)
    {
      for (guint i = 1; i < filter->n_children; i++)
        if (filter->children[i]->kind != RUSH_EXPR_LITERAL)
          return FALSE;
      return is_column (left);
    }
  if (!is_comparison (filter->kind))
    return FALSE;
  out->value = right;
  if (is_column (left) && is_value (right))
    return TRUE;
  *out = (RushSimpleFilter){ mirrored (filter->kind), right, left };
  return is_column (right) && is_value (left);
}

gboolean
rush_simple_filter_of (const RushExpr *filter, RushSimpleFilter *out)
{
  return is_simple (filter, out) && out->column->kind == RUSH_EXPR_ATTRIBUTE;
}

/* startswith (s, "a") and its like: the word of the filter, or NULL. */
static const char *
text_filter_word (const RushExpr *filter)
{
  const char *name;

  if (filter->kind != RUSH_EXPR_FUNCTION || filter->n_children != 2 ||
      !is_column (filter->children[0]) || !is_value (filter->children[1]))
    return NULL;
  name = filter->as.function.name;
  if (g_ascii_strcasecmp (name, "startswith") == 0)
    return "StringStartsWith";
  if (g_ascii_strcasecmp (name, "endswith") == 0)
    return "StringEndsWith";
  return g_ascii_strcasecmp (name, "contains") == 0 ? "StringContains" : NULL;
}

static gboolean
is_pushable (const RushExpr *filter)
{
  RushSimpleFilter simple;

  if (filter->kind == RUSH_EXPR_AND || filter->kind == RUSH_EXPR_OR)
    return is_pushable (filter->children[0]) && is_pushable (filter->children[1]);
  if (filter->kind == RUSH_EXPR_NOT)
    return is_pushable (filter->children[0]);
  return is_simple (filter, &simple) || text_filter_word (filter) != NULL;
}

/* ---- sorting ---- */

typedef struct
{
  const RushSchema *schema;
  guint n_inside, n_outside; /* attributes */
} Columns;

static gboolean
count_columns (const RushExpr *node, gpointer data)
{
  Columns *columns = data;
  gboolean inside = FALSE;

  if (node->kind != RUSH_EXPR_ATTRIBUTE)
    return FALSE;
  for (guint i = 0; i < columns->schema->n_fields && !inside; i++)
    inside = g_ascii_strcasecmp (columns->schema->fields[i].name, node->as.attribute.name) == 0;
  columns->n_inside += inside;
  columns->n_outside += !inside;
  return FALSE;
}

static RushExprList *
list_of (GPtrArray *exprs)
{
  for (guint i = 0; i < exprs->len; i++)
    rush_expr_ref (g_ptr_array_index (exprs, i));
  return rush_expr_list_new (exprs->len, (RushExpr *const *)exprs->pdata);
}

void
rush_scan_filters_init (RushScanFilters *self, const RushExprList *filters,
                        const RushSchema *partition_schema)
{
  g_autoptr (GPtrArray) partition = g_ptr_array_new ();
  g_autoptr (GPtrArray) data = g_ptr_array_new ();
  g_autoptr (GPtrArray) pushed = g_ptr_array_new ();

  for (guint i = 0; filters != NULL && i < filters->n; i++)
    {
      RushExpr *filter = filters->items[i];
      Columns columns = { .schema = partition_schema };

      if (!(filter->flags & RUSH_EXPR_DETERMINISTIC))
        continue;
      rush_expr_visit (filter, count_columns, &columns);
      if (columns.n_outside == 0 && columns.n_inside > 0)
        {
          g_ptr_array_add (partition, filter);
          continue;
        }
      g_ptr_array_add (data, filter);
      if (columns.n_inside == 0 && is_pushable (filter))
        g_ptr_array_add (pushed, filter);
    }
  self->partition = list_of (partition);
  self->data = list_of (data);
  self->pushed = list_of (pushed);
}

void
rush_scan_filters_clear (RushScanFilters *self)
{
  rush_expr_list_unref (self->partition);
  rush_expr_list_unref (self->data);
  rush_expr_list_unref (self->pushed);
}

/* ---- words ---- */

static void
append_name (GString *out, const RushExpr *column)
{
  const char *name =
      column->kind == RUSH_EXPR_GET_FIELD ? column->as.bound.name : column->as.attribute.name;
  gboolean plain = name[0] != '\0' && strspn (name, "0123456789") < strlen (name);
  g_autofree char *quoted = NULL;

  if (column->kind == RUSH_EXPR_GET_FIELD)
    {
      append_name (out, column->children[0]);
      g_string_append_c (out, '.');
    }
  for (const char *at = name; *at != '\0' && plain; at++)
    plain = g_ascii_isalnum (*at) || *at == '_';
  quoted = plain ? NULL : rush_sql_id_of (name);
  g_string_append (out, plain ? name : quoted);
}

/* As Java prints the value of such a filter. */
static void
append_value (GString *out, const RushExpr *literal)
{
  const RushColumn *value = literal->as.literal.value;
  char text[MAX (RUSH_DECIMAL_TEXT_SIZE, RUSH_DATETIME_TEXT_SIZE)];
  const char *bytes;
  gsize length;

  if (literal->kind == RUSH_EXPR_SCALAR_SUBQUERY)
    {
      g_string_append_printf (out, "ScalarSubquery#%" G_GINT64_FORMAT,
                              (gint64)literal->as.subquery.id);
      return;
    }

  if (rush_expr_is_literal_null (literal))
    {
      g_string_append (out, "null");
      return;
    }
  switch (literal->type->kind)
    {
    case RUSH_TYPE_STRING:
      bytes = rush_column_get_bytes (value, 0, &length);
      g_string_append_len (out, bytes, (gssize)length);
      return;
    case RUSH_TYPE_DATE:
      rush_date_to_text (rush_column_get_int (value, 0), text);
      break;
    case RUSH_TYPE_TIMESTAMP:
    case RUSH_TYPE_TIMESTAMP_NTZ:
      rush_timestamp_to_text (rush_column_get_int (value, 0), text);
      g_string_append (out, text);
      g_string_append (out, strchr (text, '.') == NULL ? ".0" : "");
      return;
    case RUSH_TYPE_DECIMAL:
      rush_decimal_to_text (rush_column_get_int128 (value, 0), literal->type->scale, text);
      break;
    case RUSH_TYPE_FLOAT32:
      rush_float_to_text ((float)rush_column_get_double (value, 0), text);
      break;
    case RUSH_TYPE_FLOAT64:
      rush_double_to_text (rush_column_get_double (value, 0), text);
      break;
    case RUSH_TYPE_BOOL:
      g_string_append (out, rush_column_get_bool (value, 0) ? "true" : "false");
      return;
    case RUSH_TYPE_INT8:
    case RUSH_TYPE_INT16:
    case RUSH_TYPE_INT32:
    case RUSH_TYPE_INT64:
    case RUSH_TYPE_YEAR_MONTH_INTERVAL:
    case RUSH_TYPE_DAY_TIME_INTERVAL:
      rush_int64_to_text (rush_column_get_int (value, 0), text);
      break;
    case RUSH_TYPE_BINARY:
    case RUSH_TYPE_NULL:
    case RUSH_TYPE_CALENDAR_INTERVAL:
    case RUSH_TYPE_ARRAY:
    case RUSH_TYPE_MAP:
    case RUSH_TYPE_STRUCT:
    default:
      rush_column_append_text (value, 0, out);
      return;
    }
  g_string_append (out, text);
}

static const char *
simple_word (RushExprKind kind)
{
  if (kind == RUSH_EXPR_EQUAL)
    return "EqualTo";
  if (kind == RUSH_EXPR_EQUAL_NULL_SAFE)
    return "EqualNullSafe";
  if (kind == RUSH_EXPR_LESS)
    return "LessThan";
  if (kind == RUSH_EXPR_LESS_EQUAL)
    return "LessThanOrEqual";
  if (kind == RUSH_EXPR_GREATER)
    return "GreaterThan";
  if (kind == RUSH_EXPR_GREATER_EQUAL)
    return "GreaterThanOrEqual";
  if (kind == RUSH_EXPR_IN)
    return "In";
  return kind == RUSH_EXPR_IS_NULL ? "IsNull" : "IsNotNull";
}

static void
append_simple (GString *out, const RushExpr *filter)
{
  RushSimpleFilter simple;
  gboolean ok = is_simple (filter, &simple);

  g_assert (ok);
  g_string_append_printf (out, "%s(", simple_word (simple.kind));
  append_name (out, simple.column);
  if (simple.value != NULL)
    {
      g_string_append_c (out, ',');
      append_value (out, simple.value);
    }
  for (guint i = 1; simple.kind == RUSH_EXPR_IN && i < filter->n_children; i++)
    {
      g_string_append (out, i == 1 ? ", [" : ",");
      append_value (out, filter->children[i]);
    }
  g_string_append (out, simple.kind == RUSH_EXPR_IN ? "])" : ")");
}

static void
append_filter (GString *out, const RushExpr *filter)
{
  const char *word = text_filter_word (filter);

  if (filter->kind == RUSH_EXPR_NOT)
    {
      g_string_append (out, "Not(");
      append_filter (out, filter->children[0]);
    }
  else if (filter->kind == RUSH_EXPR_AND || filter->kind == RUSH_EXPR_OR)
    {
      g_string_append (out, filter->kind == RUSH_EXPR_AND ? "And(" : "Or(");
      append_filter (out, filter->children[0]);
      g_string_append_c (out, ',');
      append_filter (out, filter->children[1]);
    }
  else if (word != NULL)
    {
      g_string_append_printf (out, "%s(", word);
      append_name (out, filter->children[0]);
      g_string_append (out, ",");
      append_value (out, filter->children[1]);
    }
  else
    {
      append_simple (out, filter);
      return;
    }
  g_string_append_c (out, ')');
}

char *
rush_scan_filters_pushed_text (const RushExprList *pushed)
{
  GString *out = g_string_new ("[");

  for (guint i = 0; i < pushed->n; i++)
    {
      g_string_append (out, i > 0 ? ", " : "");
      append_filter (out, pushed->items[i]);
    }
  g_string_append_c (out, ']');
  return g_string_free (out, FALSE);
}

/* ---- folders ---- */

/* An attribute becomes the column of the table of folders that has its name. */
static RushExpr *
bind_to_folders (RushExpr *node, gpointer data, GError **error)
{
  const RushSchema *schema = data;

  for (guint i = 0; node->kind == RUSH_EXPR_ATTRIBUTE && i < schema->n_fields; i++)
    if (g_ascii_strcasecmp (schema->fields[i].name, node->as.attribute.name) == 0)
      return rush_expr_bound (i, node->type, TRUE, node->as.attribute.name);
  return rush_expr_ref (node);
}

/* Rows [start, start + n) of the table of folders, those where @filter holds; NULL: none. */
static RushBatch *
filter_folders (const RushExpr *filter, const RushFileIndex *index, guint start, guint n,
                RushEvalContext *ctx, GError **error)
{
  RushSchema *schema = rush_file_index_partition_schema (index);
  g_autofree RushColumn **columns = g_new (RushColumn *, schema->n_fields);
  g_autoptr (RushBatch) batch = NULL;

  for (guint c = 0; c < schema->n_fields; c++)
    columns[c] = rush_column_slice (rush_file_index_partition_column (index, c), start, n);
  batch = rush_batch_new (schema, n, columns);
  return rush_evaluate_filter (filter, batch, ctx, error);
}

gboolean *
rush_scan_filters_prune (const RushExprList *partition_filters, const RushFileIndex *index,
                         const RushEvalSettings *settings, GError **error)
{
  guint n = rush_file_index_n_partitions (index);
  g_autofree gboolean *keep = g_new0 (gboolean, n + 1);
  g_autoptr (RushExpr) all = rush_expr_and_all (partition_filters->items, partition_filters->n);
  g_autoptr (RushExpr) bound = rush_expr_transform_up (
      all, bind_to_folders, rush_file_index_partition_schema (index), error);
  g_autoptr (RushEvalContext) ctx =
      rush_eval_context_new (NULL, rush_allocator_system (), settings->time_zone);

  if (bound == NULL)
    return NULL;
  for (guint start = 0; start < n; start += RUSH_BATCH_MAX_ROWS)
    {
      guint length = MIN (n - start, RUSH_BATCH_MAX_ROWS);
      GError *failure = NULL;
      g_autoptr (RushBatch) kept = NULL;

      if (partition_filters->n == 0)
        {
          for (guint i = 0; i < length; i++)
            keep[start + i] = TRUE;
          continue;
        }
      kept = filter_folders (bound, index, start, length, ctx, &failure);
      if (failure != NULL)
        {
          g_propagate_error (error, failure);
          return NULL;
        }
      for (guint i = 0; kept != NULL && i < kept->length; i++)
        keep[start + rush_batch_row (kept, i)] = TRUE;
    }
  return g_steal_pointer (&keep);
}
