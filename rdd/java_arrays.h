/* java_arrays.h - an array of byte arrays, as Java's serialization writes one: byte[][].
 *
 * It is what saveAsObjectFile puts into a record: up to ten elements, each of them bytes.
 *
 * Mirrors: java.io.ObjectOutputStream, for this one type; Java Object Serialization, section 6.
 */
#pragma once

#include "rdd/growing_bytes.h"

typedef struct
{
  const guint8 *bytes;
  gsize n;
} RushBytes;

/* Writing: begin, add once for each array, end.  FALSE: OUT_OF_MEMORY. */
typedef struct
{
  RushGrowingBytes *out; /* (unowned) what is written stands behind what is there */
  gsize start;           /* of what is written */
  guint n;               /* arrays so far */
} RushJavaArraysWriter;
gboolean rush_java_arrays_begin (RushJavaArraysWriter *self, RushGrowingBytes *out, GError **error);
gboolean rush_java_arrays_add (RushJavaArraysWriter *self, const guint8 *bytes, gsize n,
                               GError **error);
void rush_java_arrays_end (RushJavaArraysWriter *self);

/* The arrays in @bytes, into which they point (a GArray of RushBytes).  CORRUPT says what is wrong
 * and at which of the @n bytes; UNSUPPORTED: more than @most. */
GArray *rush_java_arrays_read (const guint8 *bytes, gsize n, guint most, GError **error);
