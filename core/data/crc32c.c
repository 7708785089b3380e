/* crc32c.c - CRC-32C (Castagnoli), the checksum of frames.
 *
 * x86 has had an instruction for exactly this polynomial since SSE4.2 (2008): eight bytes in three
 * cycles.  Everywhere else eight tables take eight bytes a step ("slicing by 8", Kounavis and
 * Berry, 2005).  Which one it is, is asked of the machine, so one build serves all.
 */
#include "core/data/crc32c_private.h"

#include <pthread.h>
#include <string.h>

#define POLYNOMIAL 0x82f63b78u /* 0x1edc6f41 with its bits reversed */

static guint32 tables[8][256];

static void
fill_tables (void)
{
  for (guint32 byte = 0; byte < 256; byte++)
    {
      guint32 crc = byte;
      for (int bit = 0; bit < 8; bit++)
        crc = crc >> 1 ^ (crc & 1 ? POLYNOMIAL : 0);
      tables[0][byte] = crc;
    }
  /* tables[k][b]: the effect of byte b when k more bytes follow. */
  for (int k = 1; k < 8; k++)
    for (guint32 byte = 0; byte < 256; byte++)
      tables[k][byte] = tables[k - 1][byte] >> 8 ^ tables[0][tables[k - 1][byte] & 0xff];
}

guint32
rush_crc32c_portable (guint32 crc, const guint8 *bytes, gsize size)
{
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  pthread_once (&once, fill_tables);

  crc = ~crc;
  for (; size >= 8; size -= 8, bytes += 8)
    {
      guint64 word;
      memcpy (&word, bytes, sizeof word);
      word ^= crc;
      crc = 0;
      for (int k = 0; k < 8; k++)
        crc ^= tables[7 - k][word >> (8 * k) & 0xff];
    }
  for (; size > 0; size--, bytes++)
    crc = crc >> 8 ^ tables[0][(crc ^ *bytes) & 0xff];
  return ~crc;
}

#if defined(__x86_64__)

__attribute__ ((target ("sse4.2"))) static guint32
crc32c_sse42 (guint32 crc, const guint8 *bytes, gsize size)
{
  guint64 state = ~crc;
  for (; size >= 8; size -= 8, bytes += 8)
    {
      guint64 word;
      memcpy (&word, bytes, sizeof word);
      state = __builtin_ia32_crc32di (state, word);
    }
  for (; size > 0; size--, bytes++)
    state = __builtin_ia32_crc32qi ((guint32)state, *bytes);
  return ~(guint32)state;
}

guint32
rush_crc32c (guint32 crc, const guint8 *bytes, gsize size)
{
  return __builtin_cpu_supports ("sse4.2") ? crc32c_sse42 (crc, bytes, size)
                                           : rush_crc32c_portable (crc, bytes, size);
}

#else

guint32
rush_crc32c (guint32 crc, const guint8 *bytes, gsize size)
{
  return rush_crc32c_portable (crc, bytes, size);
}

#endif
