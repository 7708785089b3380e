/* common.c - result types and loops that several families of scalar functions share. */
#include "sql/functions/scalar/scalar_private.h"

const RushType *
rush_result_type_of_first (const RushFunction *self, guint n, RushExpr *const *args,
                           gboolean *inout_nullable, GError **error)
{
  return args[0]->type;
}

/* A list of lists of positions: each row's elements one behind the other, taken from all sources. */
RushColumn *
rush_concat_arrays (const RushExpr *call, RushColumn *const *args, const RushRows *rows,
                    RushEvalContext *ctx, GError **error)
{
  guint n = call->n_children;
  g_autofree RushColumn **elements = g_new (RushColumn *, n);
  g_autoptr (GArray) picks = g_array_new (FALSE, FALSE, sizeof (RushRowId));
  g_auto (RushColumnWriter) lists = { NULL };

  for (guint i = 0; i < n; i++)
    elements[i] = rush_column_child (args[i], 0);
  if (!rush_column_writer_init (&lists, call->type, rows->length, TRUE, ctx->allocator, error))
    return NULL;
  RUSH_FOR_ROWS (rows, row, {
    guint start = picks->len;
    for (guint i = 0; i < n; i++)
      {
        RushListView list = rush_column_get_list (args[i], row);
        for (gint32 k = 0; k < list.length; k++)
          {
            RushRowId pick = { i, (guint32)(list.offset + k) };
            g_array_append_val (picks, pick);
          }
      }
    ((RushListView *)lists.values->bytes)[row] =
        (RushListView){ (gint32)start, (gint32)(picks->len - start) };
  });
  RushColumn *joined = rush_column_gather (elements, n, (const RushRowId *)picks->data, picks->len,
                                           ctx->allocator, error);
  if (joined == NULL)
    return NULL;
  return rush_column_new_list (call->type, rows->length, NULL, 0, g_steal_pointer (&lists.values),
                               &joined);
}
