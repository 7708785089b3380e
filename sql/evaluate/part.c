/* part.c - parts of nested values: s.field, array[i], map[key].
 *
 *   a struct's field is a child of its column          nothing is copied
 *   an item is a row of the elements' column         one take (), with no row where it is not there
 */
#include "sql/evaluate/evaluate_private.h"

/* Positions in the elements, RUSH_NO_ROW for null; for any layout of the lists. */
typedef struct
{
  const RushExpr *expr;
  RushColumn *list; /* flat */
  RushColumn *key;
} Item;

static gboolean
array_position (const Item *item, guint row, guint32 *out, GError **error)
{
  RushListView list = rush_column_get_list (item->list, row);
  gint64 index = rush_column_get_int (item->key, row);

  *out = RUSH_NO_ROW;
  if (index >= 0 && index < list.length)
    *out = (guint32)(list.offset + index);
  else if (item->expr->mode == RUSH_EVAL_ANSI)
    {
      g_autofree char *value = g_strdup_printf ("%" G_GINT64_FORMAT, index);
      g_autofree char *size = g_strdup_printf ("%d", list.length);
      rush_sql_error_set (error, RUSH_SQL_CLASS_INVALID_ARRAY_INDEX, &item->expr->context,
                          "indexValue", value, "arraySize", size, NULL);
      return FALSE;
    }
  return TRUE;
}

static void
map_position (const Item *item, guint row, guint32 *out)
{
  RushListView list = rush_column_get_list (item->list, row);
  const RushColumn *keys = rush_column_child (item->list, 0);

  *out = RUSH_NO_ROW;
  for (gint32 i = 0; i < list.length && *out == RUSH_NO_ROW; i++)
    if (rush_compare_rows (keys, (guint)(list.offset + i), item->key, row) == 0)
      *out = (guint32)(list.offset + i);
}

static RushColumn *
get_item (const RushExpr *expr, RushColumn *list, RushColumn *key, const RushRows *rows,
          RushEvalContext *ctx, GError **error)
{
  gboolean map = list->type->kind == RUSH_TYPE_MAP;
  Item item = { expr, list, key };
  g_autofree guint32 *positions = g_new (guint32, MAX (1, rows->length));

  for (guint i = 0; i < rows->length; i++)
    positions[i] = RUSH_NO_ROW;
  for (guint i = 0; i < rows->n; i++)
    {
      guint row = rush_eval_row (rows, i);
      if (!rush_column_is_valid (list, row) || !rush_column_is_valid (key, row))
        continue;
      if (map)
        map_position (&item, row, &positions[row]);
      else if (!array_position (&item, row, &positions[row], error))
        return NULL;
    }
  return rush_column_take (rush_column_child (list, map ? 1 : 0), positions, rows->length,
                           ctx->allocator, error);
}

/* [{a: 1, b: 2}, {a: 3, b: 4}].b → [2, 4]: the same lists over the field's column. */
static RushColumn *
array_field (const RushExpr *expr, RushColumn *arrays, RushEvalContext *ctx, GError **error)
{
  g_autoptr (RushColumn) flat = rush_column_flatten (arrays, ctx->allocator, error);
  if (flat == NULL)
    return NULL;
  RushColumn *field = rush_column_struct_field (rush_column_child (flat, 0), expr->as.bound.ordinal,
                                                ctx->allocator, error);
  if (field == NULL)
    return NULL;
  guint whole = flat->offset + flat->length;
  RushColumn *lists = rush_column_new_list (
      expr->type, whole, flat->validity != NULL ? rush_buffer_ref (flat->validity) : NULL,
      flat->null_count, rush_buffer_ref (flat->values), &field);
  if (flat->offset == 0)
    return lists;
  RushColumn *slice = rush_column_slice (lists, flat->offset, flat->length);
  rush_column_unref (lists);
  return slice;
}

RushColumn *
rush_evaluate_part (const RushExpr *expr, RushColumn *const *args, const RushRows *rows,
                    RushEvalContext *ctx, GError **error)
{
  if (expr->kind == RUSH_EXPR_GET_FIELD)
    return rush_column_struct_field (args[0], expr->as.bound.ordinal, ctx->allocator, error);
  if (expr->kind == RUSH_EXPR_GET_ARRAY_FIELD)
    return array_field (expr, args[0], ctx, error);
  return get_item (expr, args[0], args[1], rows, ctx, error);
}
