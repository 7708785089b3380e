/* sequence_format.c - headers and numbers of SequenceFiles.
 *
 * A number from −112 to 127 is its own byte.  Otherwise a first byte says how many follow, and the
 * sign, which is why it is read before anything else:
 *
 *     −113 … −120    1 … 8 bytes of a positive number, big-endian
 *     −121 … −128    1 … 8 bytes of −1 − number
 */
#include "rdd/sequence_format.h"

#include <string.h>

#define VERSION 6

/* ---- numbers ---- */

guint
rush_vint_write (guint8 out[RUSH_VINT_MOST_BYTES], gint64 value)
{
  guint n = 0;

  out[0] = (guint8)value;
  if (value >= -112 && value <= 127)
    return 1;
  guint64 magnitude = value < 0 ? ~(guint64)value : (guint64)value;
  while (n < 8 && (n == 0 || magnitude >> (8 * n) != 0))
    n++;
  out[0] = (guint8)((value < 0 ? -120 : -112) - (gint)n);
  for (guint i = 0; i < n; i++)
    out[1 + i] = (guint8)(magnitude >> (8 * (n - 1 - i)));
  return 1 + n;
}

gboolean
rush_vint_read (const guint8 *bytes, gsize n, gint64 *out, gsize *out_taken)
{
  guint64 magnitude = 0;
  gint first, following;

  if (n == 0)
    return FALSE;
  first = (gint8)bytes[0];
  following = first >= -112 ? 0 : first >= -120 ? -112 - first : -120 - first;
  if (n < (gsize)following + 1)
    return FALSE;
  for (gint i = 0; i < following; i++)
    magnitude = magnitude << 8 | bytes[1 + i];
  *out = following == 0 ? first : first < -120 ? (gint64)~magnitude : (gint64)magnitude;
  *out_taken = (gsize)following + 1;
  return TRUE;
}

/* ---- headers ---- */

static void
write_text (GByteArray *out, const char *text)
{
  guint8 length[RUSH_VINT_MOST_BYTES];
  gsize n = strlen (text);

  g_byte_array_append (out, length, rush_vint_write (length, (gint64)n));
  g_byte_array_append (out, (const guint8 *)text, (guint)n);
}

void
rush_sequence_header_make_sync (RushSequenceHeader *self)
{
  for (guint i = 0; i < RUSH_SYNC_BYTES; i += 4)
    {
      guint32 word = g_random_int ();

      memcpy (self->sync + i, &word, sizeof word);
    }
}

void
rush_sequence_header_write (const RushSequenceHeader *self, GByteArray *out)
{
  const guint8 version[] = { 'S', 'E', 'Q', VERSION };
  const guint8 packed[] = { self->kind != RUSH_SEQUENCE_PLAIN, self->kind == RUSH_SEQUENCE_BLOCKS };
  const guint8 no_metadata[4] = { 0 };

  g_byte_array_append (out, version, sizeof version);
  write_text (out, self->key_class);
  write_text (out, self->value_class);
  g_byte_array_append (out, packed, sizeof packed);
  if (self->kind != RUSH_SEQUENCE_PLAIN)
    write_text (out, rush_packing_codec (self->packing));
  g_byte_array_append (out, no_metadata, sizeof no_metadata);
  g_byte_array_append (out, self->sync, RUSH_SYNC_BYTES);
}

void
rush_sequence_header_clear (RushSequenceHeader *self)
{
  g_clear_pointer (&self->key_class, g_free);
  g_clear_pointer (&self->value_class, g_free);
}
