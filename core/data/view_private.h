/* view_private.h - making Arrow's 16-byte views: builder, gather and decoder each make millions. */
#pragma once

#include "core/data/column.h"

#include <string.h>

/* A view of @length ≤ 12 bytes, zeros behind them.  Reads exactly @length bytes: two loads that
 * overlap do for any length of their class, without a loop. */
static inline void
rush_view_set_inline (RushView *view, const char *bytes, gsize length)
{
  guint64 low = 0, high = 0; /* bytes 0…7 and 8…11 */
  guint32 a, b;

  if (length >= 8)
    {
      memcpy (&low, bytes, 8);
      if (length > 8)
        {
          guint64 last;
          memcpy (&last, bytes + length - 8, 8);
          high = last >> (8 * (16 - length));
        }
    }
  else if (length >= 4)
    {
      memcpy (&a, bytes, 4);
      memcpy (&b, bytes + length - 4, 4);
      low = a | (guint64)b << (8 * (length - 4));
    }
  else if (length > 0)
    low = (guint64)(guint8)bytes[0] | (guint64)(guint8)bytes[length / 2] << (8 * (length / 2)) |
          (guint64)(guint8)bytes[length - 1] << (8 * (length - 1));

  view->length = (gint32)length;
  memcpy (view->inlined, &low, 8);
  a = (guint32)high;
  memcpy (view->inlined + 8, &a, 4);
}

/* The same where 12 bytes may be read: copies all and wipes what is too much, which is cheaper than
 * a copy of unknown length. */
static inline void
rush_view_set_inline_sloppy (RushView *view, const char *bytes, guint32 length)
{
  guint64 low;
  guint32 high;

  memcpy (&low, bytes, 8);
  memcpy (&high, bytes + 8, 4);
  if (length < 8)
    {
      low &= (G_GUINT64_CONSTANT (1) << (8 * length)) - 1;
      high = 0;
    }
  else if (length < 12)
    high &= (1u << (8 * (length - 8))) - 1;
  view->length = (gint32)length;
  memcpy (view->inlined, &low, 8);
  memcpy (view->inlined + 8, &high, 4);
}

/* A view of @length > 12 bytes that stand at data[buffer] + offset. */
static inline void
rush_view_set_ref (RushView *view, const char *bytes, gsize length, guint buffer, gsize offset)
{
  view->length = (gint32)length;
  memcpy (view->ref.prefix, bytes, sizeof view->ref.prefix);
  view->ref.buffer = (gint32)buffer;
  view->ref.offset = (gint32)offset;
}
