/* value_state_private.h - one value of any type in a state: min (), first (), max_by () …
 *
 *   fixed width     the value in the state
 *   bytes           up to 12 in the state, more in a block of the states' allocator
 *   the rest        a column of one row
 */
#pragma once

#include "sql/kernels/columns.h"

typedef enum
{
  RUSH_VALUE_NONE, /* zeros: nothing was set */
  RUSH_VALUE_NULL,
  RUSH_VALUE_FIXED,
  RUSH_VALUE_INLINE,
  RUSH_VALUE_BLOCK,
  RUSH_VALUE_COLUMN,
} RushValueKind;

typedef struct
{
  union
  {
    guint8 fixed[16];
    guint8 *block;
    RushColumn *column;
  };
  guint32 length;   /* bytes */
  guint32 capacity; /* of the block; 0: there is none */
  guint8 kind;
} RushValueState;

static inline gboolean
rush_value_state_is_set (const RushValueState *self)
{
  return self->kind != RUSH_VALUE_NONE;
}

/* Row @row of @values, null or not. */
gboolean rush_value_state_set (RushValueState *self, RushColumn *values, guint row,
                               RushAllocator *allocator, GError **error);
void rush_value_state_clear (RushValueState *self, RushAllocator *allocator);
/* As rush_compare_rows (). */
gint rush_value_state_compare (const RushValueState *self, const RushColumn *values, guint row);
/* A column of @n states, one every @stride bytes; null where none is set. */
RushColumn *rush_value_states_column (const RushType *type, const RushValueState *first,
                                      gsize stride, guint n, RushAllocator *allocator,
                                      GError **error);
