/* repeatable_math.h - logarithm and exponential with the same last bit everywhere.
 *
 * A C library may round its log () up where another rounds down, or where another processor of the
 * same library does; a delay of 1.999999 s instead of 2.000000 s then makes another run of the same
 * seed.  IEEE 754 fixes + − × ÷ and the square root to the last bit and nothing else, so these are
 * made of them alone, and sim/ is compiled without fused multiply-adds.
 *
 * Accuracy: a few units in the last place, which is more than any distribution deserves.
 * Threads:  any.
 */
#pragma once

#include <glib.h>

double rush_repeatable_log (double x); /* x > 0 and finite */
double rush_repeatable_exp (double x); /* 0 below −708, as large as a double gets above 709 */
double rush_repeatable_pow (double base, double exponent); /* base > 0 */
