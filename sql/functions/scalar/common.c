/* common.c - result types and loops that several families of scalar functions share. */
#include "sql/functions/scalar/nested_private.h"

const RushType *
rush_result_type_of_first (const RushFunction *self, guint n, RushExpr *const *args,
                           gboolean *inout_nullable, GError **error)
{
  return args[0]->type;
}

RushColumn *
rush_concat_arrays (const RushExpr *call, RushColumn *const *args, const RushRows *rows,
                    RushEvalContext *ctx, GError **error)
{
  guint n = call->n_children;
  g_autofree RushColumn **elements = g_new (RushColumn *, n);
  g_auto (RushListWriter) writer = { .picks = NULL };

  for (guint i = 0; i < n; i++)
    elements[i] = rush_column_child (args[i], 0);
  if (!rush_list_writer_init (&writer, call->type, rows, ctx, error))
    return NULL;
  RUSH_FOR_ROWS (rows, row, {
    rush_list_writer_begin (&writer);
    for (guint i = 0; i < n; i++)
      {
        RushListView list = rush_column_get_list (args[i], row);
        for (gint32 k = 0; k < list.length; k++)
          rush_list_writer_add (&writer, i, (guint32)(list.offset + k));
      }
    rush_list_writer_end (&writer, row);
  });
  return rush_list_writer_finish (&writer, elements, n, ctx, error);
}
