/* wide_int_private.h - unsigned integers of up to 640 bits, for the steps between two decimals.
 *
 * A product of two decimals has 76 digits, the numerator of a quotient up to 38 + 76: more than any
 * integer type has.  Words are 32 bits, least significant first, so that every step fits 64 bits.
 * Rare: operations whose types promise to stay within 128 bits never come here.
 */
#pragma once

#include "core/data/type.h"

typedef unsigned __int128 rush_uint128;

#define WIDE_WORDS 20

typedef struct
{
  guint n; /* words in use; the highest is not 0 */
  guint32 words[WIDE_WORDS];
} WideInt;

WideInt rush_wide_from (rush_uint128 value);
gboolean rush_wide_to (const WideInt *self, rush_uint128 *out); /* FALSE: more than 128 bits */
int rush_wide_compare (const WideInt *a, const WideInt *b);
WideInt rush_wide_add (const WideInt *a, const WideInt *b);
WideInt rush_wide_subtract (const WideInt *a, const WideInt *b); /* a ≥ b */
WideInt rush_wide_multiply (const WideInt *a, const WideInt *b);
WideInt rush_wide_power_of_ten (guint exponent);
/* Knuth, The Art of Computer Programming 2, 4.3.1, algorithm D.  The divisor is not 0. */
WideInt rush_wide_divide (const WideInt *a, const WideInt *b, WideInt *out_remainder);
char *rush_wide_to_string (const WideInt *self);
