/* column_builder_private.h - the batch builder holds its column builders in one block. */
#pragma once

#include "core/data/byte_heap_private.h"
#include "core/data/column_builder.h"

/* What all columns of a batch, and all children of a column, have in common. */
typedef struct
{
  RushAllocator *allocator; /* (owned) */
  guint first_capacity;     /* rows to begin with */
  gsize long_bytes;         /* of strings over 12 bytes, copied or shared, and of list elements */
} RushBuilderShared;

struct _RushColumnBuilder
{
  RushBuilderShared *shared;
  const RushType *type;
  const char *name; /* for messages */
  gboolean nullable;
  guint length;   /* values, with that of the unfinished row */
  guint capacity; /* rows */
  guint8 *values;
  guint null_count;
  guint8 *validity; /* for capacity rows, or NULL: no null so far */
  RushByteHeap heap;
  guint list_start;            /* array, map: children's rows before the unfinished list */
  RushColumnBuilder *children; /* [type->n_fields] */
};

void rush_column_builder_init (RushColumnBuilder *self, RushBuilderShared *shared,
                               const RushType *type, const char *name, gboolean nullable);
void rush_column_builder_clear (RushColumnBuilder *self);
gsize rush_column_builder_memory_bytes (const RushColumnBuilder *self);

gboolean rush_column_builder_grow (RushColumnBuilder *self, GError **error);
gboolean rush_column_builder_refuse_range (const RushColumnBuilder *self, gint64 value,
                                           GError **error); /* FALSE */
gboolean rush_column_builder_refuse_length (const RushColumnBuilder *self, gsize length,
                                            GError **error); /* FALSE */

/* ---- the appends that are called for each value of each row: inlined into both builders ---- */

/* The beginning of every append. */
static inline gboolean
rush_column_builder_ensure_room (RushColumnBuilder *self, GError **error)
{
  return G_LIKELY (self->length < self->capacity) || rush_column_builder_grow (self, error);
}

static inline gboolean
rush_column_builder_put_int (RushColumnBuilder *self, gint64 value, GError **error)
{
  if (!rush_column_builder_ensure_room (self, error))
    return FALSE;

  guint row = self->length;
  gpointer values = self->values;
  switch (self->type->storage)
    {
    case RUSH_STORAGE_I64:
      ((gint64 *)values)[row] = value;
      break;
    case RUSH_STORAGE_I32:
      if (G_UNLIKELY (value != (gint32)value))
        return rush_column_builder_refuse_range (self, value, error);
      ((gint32 *)values)[row] = (gint32)value;
      break;
    case RUSH_STORAGE_I16:
      if (G_UNLIKELY (value != (gint16)value))
        return rush_column_builder_refuse_range (self, value, error);
      ((gint16 *)values)[row] = (gint16)value;
      break;
    case RUSH_STORAGE_I8:
      if (G_UNLIKELY (value != (gint8)value))
        return rush_column_builder_refuse_range (self, value, error);
      ((gint8 *)values)[row] = (gint8)value;
      break;
    case RUSH_STORAGE_I128:
      ((rush_int128 *)values)[row] = value;
      break;
    case RUSH_STORAGE_BIT:
    case RUSH_STORAGE_F32:
    case RUSH_STORAGE_F64:
    case RUSH_STORAGE_VIEW:
    case RUSH_STORAGE_INTERVAL:
    case RUSH_STORAGE_LIST:
    case RUSH_STORAGE_STRUCT:
    case RUSH_STORAGE_VOID:
      g_return_val_if_reached (FALSE);
    }
  self->length++;
  return TRUE;
}

static inline gboolean
rush_column_builder_put_double (RushColumnBuilder *self, double value, GError **error)
{
  if (!rush_column_builder_ensure_room (self, error))
    return FALSE;
  if (self->type->storage == RUSH_STORAGE_F64)
    ((double *)(gpointer)self->values)[self->length] = value;
  else
    {
      g_return_val_if_fail (self->type->storage == RUSH_STORAGE_F32, FALSE);
      ((float *)(gpointer)self->values)[self->length] = (float)value;
    }
  self->length++;
  return TRUE;
}

/* Room for a view in a column of them, for a string that is not too long. */
static inline gboolean
rush_column_builder_begin_bytes (RushColumnBuilder *self, gsize length, GError **error)
{
  g_return_val_if_fail (self->type->storage == RUSH_STORAGE_VIEW, FALSE);

  if (G_UNLIKELY (length > G_MAXINT32))
    return rush_column_builder_refuse_length (self, length, error);
  return rush_column_builder_ensure_room (self, error);
}

static inline gboolean
rush_column_builder_put_bytes (RushColumnBuilder *self, const char *bytes, gsize length,
                               GError **error)
{
  if (!rush_column_builder_begin_bytes (self, length, error))
    return FALSE;

  RushView *view = (RushView *)(gpointer)self->values + self->length;
  if (length <= RUSH_VIEW_INLINE_MAX)
    rush_view_set_inline (view, bytes, length);
  else if (rush_byte_heap_add (&self->heap, self->shared->allocator, bytes, length, view, error))
    self->shared->long_bytes += length;
  else
    return FALSE;
  self->length++;
  return TRUE;
}
