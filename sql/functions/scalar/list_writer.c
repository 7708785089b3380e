/* list_writer.c - see nested_private.h.
 *
 *   picks    (source 0, element 4) (0, 2) │ (1, 7) │ …        one gather () makes the elements
 *   lists    (0, 2)                        (2, 1)  …
 */
#include "sql/functions/scalar/nested_private.h"

gboolean
rush_list_writer_init (RushListWriter *self, const RushType *type, const RushRows *rows,
                       RushEvalContext *ctx, GError **error)
{
  memset (self, 0, sizeof *self);
  self->picks = g_array_new (FALSE, FALSE, sizeof (RushRowId));
  return rush_column_writer_init (&self->lists, type, rows->length, TRUE, ctx->allocator, error);
}

RushColumn *
rush_list_writer_finish (RushListWriter *self, RushColumn *const *sources, guint n,
                         RushEvalContext *ctx, GError **error)
{
  RushColumn *elements = rush_column_gather (sources, n, (const RushRowId *)self->picks->data,
                                             self->picks->len, ctx->allocator, error);
  guint length = self->lists.length, nulls = 0;

  if (elements == NULL)
    return NULL;
  if (self->lists.validity != NULL)
    nulls = length - (guint)rush_bits_count (self->lists.validity->bytes, 0, length);
  return rush_column_new_list (self->lists.type, length, g_steal_pointer (&self->lists.validity),
                               nulls, g_steal_pointer (&self->lists.values), &elements);
}

void
rush_list_writer_clear (RushListWriter *self)
{
  rush_column_writer_clear (&self->lists);
  g_clear_pointer (&self->picks, g_array_unref);
}
