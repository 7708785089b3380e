/* cast_nested.c - casts of arrays, maps and structs: their children are cast, the rest is shared.
 *
 *   array<int> → array<string>       lists      (0, 2) (2, 1)        as they are
 *                                    elements    7  8  9        →   '7' '8' '9'
 */
#include "sql/kernels/cast_private.h"

/* All rows of a child, cast as part of the cast @self. */
static RushColumn *
cast_child (const RushCastRow *self, guint number, RushColumn *child, GError **error)
{
  const RushType *to = self->to->fields[number].type;
  RushRows rows = { NULL, child->length, child->length };

  if (child->type == to)
    return rush_column_ref (child);
  /* Mode, zone and place are the whole cast's. */
  g_autoptr (RushExpr) plain =
      rush_expr_cast (rush_expr_bound (0, child->type, TRUE, "element"), to, self->expr->mode,
                      self->expr->as.cast.time_zone, FALSE);
  g_autoptr (RushExpr) part = rush_expr_with_context (plain, &self->expr->context);
  return rush_cast_column (part, child, &rows, self->ctx, error);
}

RushColumn *
rush_cast_nested (const RushCastRow *self, const RushRows *rows, GError **error)
{
  g_autoptr (RushColumn) flat = rush_column_flatten (self->column, self->ctx->allocator, error);
  guint n = self->to->n_fields, done = 0;
  g_autofree RushColumn **children = g_new (RushColumn *, n);
  RushColumn *result;

  if (flat == NULL)
    return NULL;
  for (; done < n; done++)
    {
      children[done] = cast_child (self, done, rush_column_child (flat, done), error);
      if (children[done] == NULL)
        {
          while (done > 0)
            rush_column_unref (children[--done]);
          return NULL;
        }
    }
  guint whole = flat->offset + flat->length;
  RushBuffer *validity = flat->validity != NULL ? rush_buffer_ref (flat->validity) : NULL;
  if (self->to->kind == RUSH_TYPE_STRUCT)
    result = rush_column_new_struct (self->to, whole, validity, flat->null_count, children);
  else
    result = rush_column_new_list (self->to, whole, validity, flat->null_count,
                                   rush_buffer_ref (flat->values), children);
  if (flat->offset == 0)
    return result;
  RushColumn *slice = rush_column_slice (result, flat->offset, flat->length);
  rush_column_unref (result);
  return slice;
}
