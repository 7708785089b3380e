/* java_arrays.h - an array of byte arrays, as Java's serialization writes one: byte[][].
 *
 * It is what saveAsObjectFile puts into a record: up to ten elements, each of them bytes.
 *
 * Mirrors: java.io.ObjectOutputStream, for this one type; Java Object Serialization, section 6.
 */
#pragma once

#include "core/base/error.h"

typedef struct
{
  const guint8 *bytes;
  gsize n;
} RushBytes;

void rush_java_arrays_write (GByteArray *out, const RushBytes *arrays, guint n);

/* The arrays in @bytes, into which they point (a GArray of RushBytes).  CORRUPT says what is wrong
 * and at which of the @n bytes. */
GArray *rush_java_arrays_read (const guint8 *bytes, gsize n, GError **error);
