/* bitmap.c - counting and copying bits, eight or sixty-four at a time. */
#include "core/data/bitmap.h"

#include <string.h>

/* The 8 bits from position @start on, which is not at a byte's edge: half of each of two bytes. */
static inline guint8
load_8 (const guint8 *bits, gsize start)
{
  guint shift = start & 7;
  const guint8 *at = bits + (start >> 3);
  return (guint8)(at[0] >> shift | at[1] << (8 - shift));
}

/* The last @n < 8 bits from @start on, the rest zero; touches the second byte only if a bit of it
 * is wanted, as there may be none. */
static inline guint8
load_tail (const guint8 *bits, gsize start, guint n)
{
  guint shift = start & 7;
  const guint8 *at = bits + (start >> 3);
  guint value = at[0] >> shift;
  if (shift + n > 8)
    value |= (guint)at[1] << (8 - shift);
  return (guint8)(value & ((1u << n) - 1));
}

gsize
rush_bits_count (const guint8 *bits, gsize start, gsize n)
{
  gsize count = 0, i = 0;

  /* Up to a byte's edge, then words, then what is left. */
  gsize head = MIN (n, (8 - (start & 7)) & 7);
  if (head > 0)
    count += (gsize)__builtin_popcount (load_tail (bits, start, (guint)head));
  for (i = head; i + 64 <= n; i += 64)
    {
      guint64 word;
      memcpy (&word, bits + ((start + i) >> 3), sizeof word);
      count += (gsize)__builtin_popcountll (word);
    }
  for (; i + 8 <= n; i += 8)
    count += (gsize)__builtin_popcount (bits[(start + i) >> 3]);
  if (i < n)
    count += (gsize)__builtin_popcount (load_tail (bits, start + i, (guint)(n - i)));
  return count;
}

void
rush_bits_copy (guint8 *out, const guint8 *bits, gsize start, gsize n)
{
  gsize whole = n / 8, rest = n % 8;

  if ((start & 7) == 0)
    memcpy (out, bits + (start >> 3), whole);
  else
    for (gsize i = 0; i < whole; i++)
      out[i] = load_8 (bits, start + i * 8);
  if (rest > 0)
    out[whole] = load_tail (bits, start + whole * 8, (guint)rest);
}

void
rush_bits_append (guint8 *out, gsize out_start, const guint8 *bits, gsize start, gsize n)
{
  gsize head = MIN (n, (8 - (out_start & 7)) & 7);

  if (head > 0)
    out[out_start >> 3] |= (guint8)(load_tail (bits, start, (guint)head) << (out_start & 7));
  if (n > head)
    rush_bits_copy (out + ((out_start + head) >> 3), bits, start + head, n - head);
}

void
rush_bits_append_ones (guint8 *out, gsize out_start, gsize n)
{
  gsize head = MIN (n, (8 - (out_start & 7)) & 7);

  if (head > 0)
    out[out_start >> 3] |= (guint8)(((1u << head) - 1) << (out_start & 7));
  out += (out_start + head) >> 3;
  memset (out, 0xff, (n - head) / 8);
  if ((n - head) % 8 > 0)
    out[(n - head) / 8] = (guint8)((1u << ((n - head) % 8)) - 1);
}

void
rush_bits_gather (guint8 *out, const guint8 *bits, const guint32 *positions, gsize n)
{
  for (gsize i = 0; i < n; i += 8)
    {
      gsize stop = MIN (8, n - i);
      guint byte = 0;
      for (gsize k = 0; k < stop; k++)
        {
          guint32 at = positions[i + k];
          byte |= (guint)((bits[at >> 3] >> (at & 7)) & 1) << k;
        }
      out[i >> 3] = (guint8)byte;
    }
}
