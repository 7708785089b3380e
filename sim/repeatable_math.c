/* repeatable_math.c - both functions the schoolbook way: bring the argument close to 0, sum a
 * series.
 *
 *     log x = e·ln 2 + log m        x = m·2^e,  √½ ≤ m < √2
 *     log m = 2·(s + s³/3 + s⁵/5 …)  s = (m − 1) / (m + 1), |s| < 0.172: 10 terms reach 2^−53
 *
 *     exp x = 2^k · exp r           k = x / ln 2, rounded;  |r| ≤ 0.347
 *     exp r = 1 + r + r²/2! + …     14 terms reach 2^−53
 *
 * ln 2 is kept in two parts, the first of so few bits that a product with k or e is exact.
 * frexp () and ldexp () only touch the exponent and never round here.
 */
#include "sim/repeatable_math.h"

#include <math.h>

#define LN2_HIGH 0x1.62e42fee00000p-1
#define LN2_LOW 0x1.a39ef35793c76p-33
#define LOG_TERMS 11
#define EXP_TERMS 14

double
rush_repeatable_log (double x)
{
  int e;
  double m = frexp (x, &e);
  double sum = 0;

  g_return_val_if_fail (x > 0 && isfinite (x), 0);
  if (m < M_SQRT1_2)
    {
      m *= 2;
      e--;
    }
  double s = (m - 1) / (m + 1), square = s * s;

  for (int i = LOG_TERMS - 1; i >= 0; i--)
    sum = sum * square + 1.0 / (2 * i + 1);
  return e * LN2_HIGH + (2 * s * sum + e * LN2_LOW);
}

double
rush_repeatable_exp (double x)
{
  double sum = 1;

  if (x < -708)
    return 0;
  if (x > 709)
    return G_MAXDOUBLE;
  double k = floor (x / (LN2_HIGH + LN2_LOW) + 0.5);
  double r = (x - k * LN2_HIGH) - k * LN2_LOW;

  for (int i = EXP_TERMS; i > 0; i--)
    sum = 1 + sum * r / i;
  return ldexp (sum, (int)k);
}

double
rush_repeatable_pow (double base, double exponent)
{
  return rush_repeatable_exp (exponent * rush_repeatable_log (base));
}
