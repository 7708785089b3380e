/* java_arrays.c - the few words of Java's serialization that say byte[][].
 *
 *     AC ED 00 05                     a stream, of version 5
 *     75                              an array:
 *       72 0003 "[[B" id 02 0000 78 70        its class is described: name, id, flags, no fields
 *       00000002                              two elements:
 *       75                                    an array:
 *         72 0002 "[B" id 02 0000 78 70           its class is described for the first time,
 *         00000003 … … …                          three bytes
 *       75                                    an array:
 *         71 007E0002                             of the class that was described third
 *         00000001 …                              one byte
 *
 * What has been described gets a number, counted from 7E0000: [[B is 0, the outer array 1, [B 2,
 * the inner arrays 3, 4 …
 */
#include "rdd/java_arrays.h"

#include <string.h>

#define TC_REFERENCE 0x71
#define TC_ARRAY 0x75

static const guint8 stream_header[] = { 0xAC, 0xED, 0x00, 0x05 };
static const guint8 outer_class[] = { 0x72, 0x00, 0x03, '[',  '[',  'B',  0x4B, 0xFD, 0x19, 0x15,
                                      0x67, 0x67, 0xDB, 0x37, 0x02, 0x00, 0x00, 0x78, 0x70 };
static const guint8 inner_class[] = { 0x72, 0x00, 0x02, '[',  'B',  0xAC, 0xF3, 0x17, 0xF8,
                                      0x06, 0x08, 0x54, 0xE0, 0x02, 0x00, 0x00, 0x78, 0x70 };
static const guint8 inner_class_again[] = { TC_REFERENCE, 0x00, 0x7E, 0x00, 0x02 };
/* Where the number of arrays stands. */
#define COUNT_AT (sizeof stream_header + 1 + sizeof outer_class)

/* ---- writing ---- */

static gboolean
write_byte (RushGrowingBytes *out, guint8 byte, GError **error)
{
  return rush_growing_bytes_append (out, &byte, 1, error);
}

static gboolean
write_length (RushGrowingBytes *out, gsize n, GError **error)
{
  guint32 big_endian = GUINT32_TO_BE ((guint32)n);

  return rush_growing_bytes_append (out, (const guint8 *)&big_endian, sizeof big_endian, error);
}

gboolean
rush_java_arrays_begin (RushJavaArraysWriter *self, RushGrowingBytes *out, GError **error)
{
  *self = (RushJavaArraysWriter){ out, out->n, 0 };
  return rush_growing_bytes_append (out, stream_header, sizeof stream_header, error) &&
         write_byte (out, TC_ARRAY, error) &&
         rush_growing_bytes_append (out, outer_class, sizeof outer_class, error) &&
         write_length (out, 0, error);
}

gboolean
rush_java_arrays_add (RushJavaArraysWriter *self, const guint8 *bytes, gsize n, GError **error)
{
  const guint8 *kind = self->n == 0 ? inner_class : inner_class_again;
  gsize kind_bytes = self->n == 0 ? sizeof inner_class : sizeof inner_class_again;

  self->n++;
  return write_byte (self->out, TC_ARRAY, error) &&
         rush_growing_bytes_append (self->out, kind, kind_bytes, error) &&
         write_length (self->out, n, error) &&
         rush_growing_bytes_append (self->out, bytes, n, error);
}

/* Only now it is known how many there are. */
void
rush_java_arrays_end (RushJavaArraysWriter *self)
{
  guint32 big_endian = GUINT32_TO_BE (self->n);

  memcpy (self->out->bytes + self->start + COUNT_AT, &big_endian, sizeof big_endian);
}

/* ---- reading ---- */

typedef struct
{
  const guint8 *bytes;
  gsize n, at;
} Reader;

static gboolean
refuse (const Reader *self, const char *what, GError **error)
{
  g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_CORRUPT,
               "no Java array of byte arrays: %s at byte %" G_GSIZE_FORMAT " of %" G_GSIZE_FORMAT,
               what, self->at, self->n);
  return FALSE;
}

static gboolean
skip (Reader *self, const guint8 *expected, gsize n)
{
  if (self->n - self->at < n || memcmp (self->bytes + self->at, expected, n) != 0)
    return FALSE;
  self->at += n;
  return TRUE;
}

static gboolean
skip_byte (Reader *self, guint8 expected)
{
  return skip (self, &expected, 1);
}

static gboolean
read_length (Reader *self, gsize most, gsize *out, GError **error)
{
  guint32 length;

  if (self->n - self->at < 4)
    return refuse (self, "a length is cut off", error);
  memcpy (&length, self->bytes + self->at, sizeof length);
  length = GUINT32_FROM_BE (length);
  if (length > most)
    return refuse (self, "a length beyond the end stands", error);
  self->at += 4;
  *out = length;
  return TRUE;
}

static gboolean
read_inner (Reader *self, GArray *arrays, GError **error)
{
  RushBytes array;

  if (!skip_byte (self, TC_ARRAY) || (!skip (self, inner_class, sizeof inner_class) &&
                                      !skip (self, inner_class_again, sizeof inner_class_again)))
    return refuse (self, "something else than an array of bytes stands", error);
  if (!read_length (self, self->n - self->at - MIN (4, self->n - self->at), &array.n, error))
    return FALSE;
  array.bytes = self->bytes + self->at;
  self->at += array.n;
  g_array_append_val (arrays, array);
  return TRUE;
}

GArray *
rush_java_arrays_read (const guint8 *bytes, gsize n, guint most, GError **error)
{
  Reader self = { bytes, n, 0 };
  g_autoptr (GArray) arrays = g_array_new (FALSE, FALSE, sizeof (RushBytes));
  gsize length;

  if (!skip (&self, stream_header, sizeof stream_header) || !skip_byte (&self, TC_ARRAY) ||
      !skip (&self, outer_class, sizeof outer_class))
    {
      refuse (&self, "something else stands", error);
      return NULL;
    }
  /* An array takes more than a byte, so that a length beyond all bytes is none. */
  if (!read_length (&self, n, &length, error))
    return NULL;
  if (length > most)
    {
      g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_UNSUPPORTED,
                   "an array of %" G_GSIZE_FORMAT " byte arrays; at most %u can be read", length,
                   most);
      return NULL;
    }
  for (gsize i = 0; i < length; i++)
    if (!read_inner (&self, arrays, error))
      return NULL;
  if (self.at < n)
    {
      refuse (&self, "something is left over", error);
      return NULL;
    }
  return g_steal_pointer (&arrays);
}
