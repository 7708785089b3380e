/* nested_private.h - building columns of arrays out of elements that are somewhere already. */
#pragma once

#include "sql/functions/scalar/scalar_private.h"

/* Lists under construction: elements are picked from source columns, and gathered at the end. */
typedef struct
{
  RushColumnWriter lists;
  GArray *picks; /* RushRowId */
  guint start;   /* of the row that is being built */
} RushListWriter;

gboolean rush_list_writer_init (RushListWriter *self, const RushType *type, const RushRows *rows,
                                RushEvalContext *ctx, GError **error);
static inline void
rush_list_writer_begin (RushListWriter *self)
{
  self->start = self->picks->len;
}
static inline void
rush_list_writer_add (RushListWriter *self, guint source, guint32 element)
{
  RushRowId pick = { source, element };
  g_array_append_val (self->picks, pick);
}
static inline void
rush_list_writer_end (RushListWriter *self, guint row)
{
  ((RushListView *)self->lists.values->bytes)[row] =
      (RushListView){ (gint32)self->start, (gint32)(self->picks->len - self->start) };
}
/* The column; elements are those of @sources[n], of the type's element. */
RushColumn *rush_list_writer_finish (RushListWriter *self, RushColumn *const *sources, guint n,
                                     RushEvalContext *ctx, GError **error);
void rush_list_writer_clear (RushListWriter *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (RushListWriter, rush_list_writer_clear)

/* array_sort (xs, (a, b) -> …), and its type with and without a comparator (lambda.c). */
RushColumn *rush_sort_by_comparator (const RushExpr *call, RushColumn *const *args,
                                     const RushRows *rows, RushEvalContext *ctx, GError **error);
const RushType *rush_array_sort_type (const RushFunction *self, guint n, RushExpr *const *args,
                                      gboolean *inout_nullable, GError **error);
