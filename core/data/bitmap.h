/* bitmap.h - bitmaps as validity and bool columns have them: least significant bit first.
 *
 * The copies write whole bytes and leave the bits behind the last one zero, so that equal bitmaps
 * have equal bytes.
 */
#pragma once

#include <glib.h>

static inline gsize
rush_bits_bytes (gsize n)
{
  return (n + 7) / 8;
}

/* How many of bits [start, start + n) are 1. */
gsize rush_bits_count (const guint8 *bits, gsize start, gsize n);
/* out[i] = bits[start + i] */
void rush_bits_copy (guint8 *out, const guint8 *bits, gsize start, gsize n);
/* Sets out[out_start + i] = bits[start + i]; other bits of @out stay, but must be 0 where it
 * writes. */
void rush_bits_append (guint8 *out, gsize out_start, const guint8 *bits, gsize start, gsize n);
/* Ones instead. */
void rush_bits_append_ones (guint8 *out, gsize out_start, gsize n);
/* out[i] = bits[positions[i]] */
void rush_bits_gather (guint8 *out, const guint8 *bits, const guint32 *positions, gsize n);
