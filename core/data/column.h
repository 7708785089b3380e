/* column.h - buffers and columns: immutable, refcounted, in Arrow's layouts.
 *
 *   PLAIN       values[length]                      fixed width; bool is a bitmap
 *               views[length] ──┬─ ≤ 12 bytes inline
 *                               └─ data[view.buffer] + view.offset       string, binary
 *               lists[length] ──── children[0] rows [offset, offset + length)    array
 *                             └─── children[1], the same rows                    map
 *               children[0…n)      row i is their row offset + i                 struct
 *   DICTIONARY  int32 indices[length] → dictionary (a PLAIN column)
 *   CONSTANT    one value, valid or null, stands for all rows (at position offset)
 *
 * validity is a bitmap, least significant bit first, 1 = valid; NULL means that no row is null.
 * Row i of a column stands at position offset + i of its buffers (a slice shares the buffers).
 * Children are columns of any layout, and a row of theirs is a row, not a position.  A struct that
 * is null may have children that are not: whoever takes a field out looks at both
 * (rush_column_struct_field ()).  A column of void is always a CONSTANT null.
 *
 * A batch has at most RUSH_BATCH_MAX_ROWS rows; a column by itself (the elements of arrays, the
 * build side of a join) may have any number.
 *
 * Ownership:  buffers and columns are refcounted; a finished one is never written again.
 * Threads:    immutable, hence any.
 * Mirrors:    Arrow Columnar Format 1.4 (Utf8View, BinaryView, ListView, Dictionary); Spark's
 *             ColumnVector.
 */
#pragma once

#include "core/base/allocator.h"
#include "core/data/type.h"

RUSH_BEGIN_PUBLIC

#define RUSH_BATCH_MAX_ROWS 8192

typedef struct _RushBuffer
{
  RushRefCount refs;
  guint8 *bytes;
  gsize size;                  /* bytes in use */
  gsize capacity;              /* bytes charged */
  RushAllocator *allocator;    /* (owned) who is charged; NULL for foreign memory */
  GDestroyNotify free_foreign; /* for foreign memory: called with foreign_owner */
  gpointer foreign_owner;
} RushBuffer;

RushBuffer *rush_buffer_new (RushAllocator *allocator, gsize size, GError **error);
/* Memory of somebody else (an Arrow array, a mapped file, a received frame), not copied. */
RushBuffer *rush_buffer_wrap (const guint8 *bytes, gsize size, gpointer owner,
                              GDestroyNotify free_owner);
RushBuffer *rush_buffer_ref (RushBuffer *self);
void rush_buffer_unref (RushBuffer *self); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RushBuffer, rush_buffer_unref)

/* Arrow's binary view. */
typedef struct
{
  gint32 length;
  union
  {
    char inlined[12]; /* length ≤ 12; the rest is zero */
    struct
    {
      char prefix[4];
      gint32 buffer; /* index into RushColumn.data */
      gint32 offset;
    } ref;
  };
} RushView;

G_STATIC_ASSERT (sizeof (RushView) == 16);
#define RUSH_VIEW_INLINE_MAX 12

/* Arrow's list view, the two numbers side by side. */
typedef struct
{
  gint32 offset; /* row of the children */
  gint32 length;
} RushListView;

typedef enum
{
  RUSH_LAYOUT_PLAIN,
  RUSH_LAYOUT_DICTIONARY,
  RUSH_LAYOUT_CONSTANT,
} RushLayout;

typedef struct _RushColumn RushColumn;
struct _RushColumn
{
  RushRefCount refs;
  const RushType *type;
  RushLayout layout;
  guint length;
  guint offset;
  guint null_count;
  RushBuffer *validity; /* NULL: all valid */
  RushBuffer *values;   /* never NULL; empty for a struct */
  guint n_data;
  RushBuffer **data;      /* string and binary: what the views point into */
  RushColumn *dictionary; /* DICTIONARY only */
  guint n_children;       /* type->n_fields of PLAIN and CONSTANT, else 0 */
  RushColumn **children;
};

/* All constructors take ownership of what they are given, also on failure; the array @data itself
 * comes from g_malloc (), the array @children is the caller's.  Values are aligned to their width.
 * A dictionary is PLAIN without nulls, and every index, that of a null row too, lies in it; so do
 * the lists of null rows in their children. */
RushColumn *rush_column_new_plain (const RushType *type, guint length, RushBuffer *validity,
                                   guint null_count, RushBuffer *values, RushBuffer **data,
                                   guint n_data);
/* array and map; @children[type->n_fields] of equal length. */
RushColumn *rush_column_new_list (const RushType *type, guint length, RushBuffer *validity,
                                  guint null_count, RushBuffer *list_views,
                                  RushColumn *const *children);
/* @children[type->n_fields] of at least @length rows. */
RushColumn *rush_column_new_struct (const RushType *type, guint length, RushBuffer *validity,
                                    guint null_count, RushColumn *const *children);
RushColumn *rush_column_new_dictionary (RushColumn *dictionary, guint length, RushBuffer *validity,
                                        guint null_count, RushBuffer *indices);
RushColumn *rush_column_new_void (guint length);
RushColumn *rush_column_new_constant (RushColumn *value, guint length); /* @value: PLAIN, one row */
/* One value for @length rows.  int: every integer storage, and bool; double: float too. */
RushColumn *rush_column_new_constant_int (const RushType *type, gint64 value, guint length,
                                          RushAllocator *allocator, GError **error);
RushColumn *rush_column_new_constant_int128 (const RushType *decimal, rush_int128 value,
                                             guint length, RushAllocator *allocator,
                                             GError **error);
RushColumn *rush_column_new_constant_double (const RushType *type, double value, guint length,
                                             RushAllocator *allocator, GError **error);
RushColumn *rush_column_new_constant_bytes (const RushType *type, const char *bytes, gsize size,
                                            guint length, RushAllocator *allocator, GError **error);
RushColumn *rush_column_new_constant_interval (RushCalendarInterval value, guint length,
                                               RushAllocator *allocator, GError **error);
RushColumn *rush_column_new_constant_null (const RushType *type, guint length,
                                           RushAllocator *allocator, GError **error);
RushColumn *rush_column_slice (RushColumn *self, guint start, guint length); /* shares buffers */
RushColumn *rush_column_ref (RushColumn *self);
void rush_column_unref (RushColumn *self);
gsize rush_column_memory_bytes (const RushColumn *self); /* of all buffers, shared or not */
/* By value: layouts may differ; floating point numbers are compared by their bits. */
gboolean rush_column_equal (const RushColumn *a, const RushColumn *b);
/* Appends the value of a row as text, for tests and debuggers. */
void rush_column_append_text (const RushColumn *self, guint row, GString *out);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RushColumn, rush_column_unref)

static inline gboolean
rush_bit_get (const guint8 *bits, gsize i)
{
  return (bits[i >> 3] >> (i & 7)) & 1;
}

static inline void
rush_bit_set (guint8 *bits, gsize i)
{
  bits[i >> 3] |= (guint8)(1u << (i & 7));
}

/* Where row @row of any layout finds its value: the position in values (or in the dictionary's). */
static inline gboolean
rush_column_is_valid (const RushColumn *self, guint row)
{
  if (self->layout == RUSH_LAYOUT_CONSTANT)
    return self->null_count == 0;
  return self->validity == NULL || rush_bit_get (self->validity->bytes, self->offset + row);
}

/* The value of any row of any layout; undefined where the row is null.  Kernels that care for
 * speed switch on the layout outside their loop and read the buffers themselves. */
gboolean rush_column_get_bool (const RushColumn *self, guint row);
/* Every storage of integers: dates, timestamps, small decimals, ANSI intervals too; and bool. */
gint64 rush_column_get_int (const RushColumn *self, guint row);
rush_int128 rush_column_get_int128 (const RushColumn *self, guint row); /* any decimal, unscaled */
RushCalendarInterval rush_column_get_interval (const RushColumn *self, guint row);
double rush_column_get_double (const RushColumn *self, guint row);
/* Points into the column; alive as long as it.  Not NUL-terminated. */
const char *rush_column_get_bytes (const RushColumn *self, guint row, gsize *out_length);

/* The list of a row: rows [offset, offset + length) of rush_column_child (). */
RushListView rush_column_get_list (const RushColumn *self, guint row);
/* A child of any layout, and which of its rows belongs to a row of a struct. */
RushColumn *rush_column_child (const RushColumn *self, guint child); /* (transfer none) */
guint rush_column_struct_row (const RushColumn *self, guint row);

static inline const char *
rush_view_bytes (const RushView *view, RushBuffer *const *data)
{
  return view->length <= RUSH_VIEW_INLINE_MAX
             ? view->inlined
             : (const char *)data[view->ref.buffer]->bytes + view->ref.offset;
}

RUSH_END_PUBLIC
