/* retype.c - a column's type replaced, in all its children, too.
 *
 *   struct<type,size,indices,values>          vector
 *     ├ tinyint                    ──▶          ├ tinyint      the same buffers
 *     └ …                                       └ …
 */
#include "core/data/retype.h"

#include "core/data/column_private.h"

gboolean
rush_type_same_layout (const RushType *a, const RushType *b)
{
  a = rush_type_sql_type (a);
  b = rush_type_sql_type (b);
  if (a == b)
    return TRUE;
  if (a->kind != b->kind || a->n_fields != b->n_fields || a->n_fields == 0)
    return FALSE;
  for (guint i = 0; i < a->n_fields; i++)
    if (!rush_type_same_layout (a->fields[i].type, b->fields[i].type))
      return FALSE;
  return TRUE;
}

RushColumn *
rush_column_retype (RushColumn *self, const RushType *type)
{
  g_return_val_if_fail (rush_type_same_layout (self->type, type), self);

  if (self->type == type)
    return self;
  RushColumn *answer = rush_column_new_sharing (self, self->length);
  answer->type = type;
  answer->null_count = self->null_count;
  if (answer->dictionary != NULL)
    answer->dictionary = rush_column_retype (answer->dictionary, type);
  for (guint c = 0; c < answer->n_children; c++)
    answer->children[c] = rush_column_retype (answer->children[c], type->fields[c].type);
  rush_column_unref (self);
  return answer;
}
