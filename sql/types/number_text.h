/* number_text.h - numbers as text, and text as numbers, as Java and Spark's casts have them.
 *
 *   1.0   0.001   1.0E10   -0.0   NaN   Infinity        doubles: few digits, that read back
 *
 * Texts of numbers are written into the caller's buffer of RUSH_NUMBER_TEXT_SIZE bytes, with a NUL,
 * and their length is returned.  Texts that are read need no NUL.
 *
 * Threads:  any.
 * Mirrors:  Double.toString (of Java 17), UTF8String.toLong, Cast, StringUtils.isTrueString.
 */
#pragma once

#include <glib.h>

#define RUSH_NUMBER_TEXT_SIZE 32

gsize rush_int64_to_text (gint64 value, char *out);
gsize rush_double_to_text (double value, char *out);
gsize rush_float_to_text (float value, char *out);

/* A decimal that reads back as @value (finite, above 0), with few digits and near to it, as Java
 * chooses it (shortest_digits.c): digits · 10^exponent, the last digit not 0. */
void rush_double_shortest (double value, guint64 *out_digits, gint *out_exponent);
void rush_float_shortest (float value, guint64 *out_digits, gint *out_exponent);

/* Blanks and control characters at both ends taken off, as UTF8String.trimAll (). */
const char *rush_text_trim (const char *text, gsize *length);

/* An integer in [min, max].  @allow_fraction: "1.9" is 1, as casts have it when ANSI is off. */
gboolean rush_text_to_int64 (const char *text, gsize length, gint64 min, gint64 max,
                             gboolean allow_fraction, gint64 *out);
/* Java's parseDouble, and "inf", "infinity", "nan" in any case. */
gboolean rush_text_to_double (const char *text, gsize length, double *out);
gboolean rush_text_to_float (const char *text, gsize length, float *out);
/* t, true, y, yes, 1; f, false, n, no, 0 in any case. */
gboolean rush_text_to_bool (const char *text, gsize length, gboolean *out);
