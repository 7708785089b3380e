/* arithmetic_template.h - + − * of one integer type, without and with a look at overflow; included
 * once per type by arithmetic.c.
 *
 * Parameters (undefined at the end):
 *   RUSH_T           the C type
 *   RUSH_U           its unsigned one: sums that wrap around
 *   RUSH_FN (name)   name of a function for it
 *
 * A sum overflows where both operands have a sign that the result has not: three logical
 * operations, or-ed over all rows; which row it was is found in a second walk that hardly ever
 * happens.
 */

#define LOOP(BODY)                                                                                 \
  if (constant_b)                                                                                  \
    {                                                                                              \
      const RUSH_T y = b[0];                                                                       \
      for (guint i = 0; i < n; i++)                                                                \
        {                                                                                          \
          const RUSH_T x = a[i];                                                                   \
          BODY                                                                                     \
        }                                                                                          \
    }                                                                                              \
  else if (constant_a)                                                                             \
    {                                                                                              \
      const RUSH_T x = a[0];                                                                       \
      for (guint i = 0; i < n; i++)                                                                \
        {                                                                                          \
          const RUSH_T y = b[i];                                                                   \
          BODY                                                                                     \
        }                                                                                          \
    }                                                                                              \
  else                                                                                             \
    for (guint i = 0; i < n; i++)                                                                  \
      {                                                                                            \
        const RUSH_T x = a[i], y = b[i];                                                           \
        BODY                                                                                       \
      }

/* Fills out[0…n); TRUE: some row has overflown. */
RUSH_SIMD static gboolean
RUSH_FN (run) (RushExprKind kind, const RUSH_T *a, gboolean constant_a, const RUSH_T *b,
               gboolean constant_b, guint n, RUSH_T *out)
{
  RUSH_T flag = 0;
  gboolean overflow = FALSE;

  if (kind == RUSH_EXPR_ADD)
    {
      LOOP (RUSH_T r = (RUSH_T)((RUSH_U)x + (RUSH_U)y); flag |= (x ^ r) & (y ^ r); out[i] = r;)
    }
  else if (kind == RUSH_EXPR_SUBTRACT)
    {
      LOOP (RUSH_T r = (RUSH_T)((RUSH_U)x - (RUSH_U)y); flag |= (x ^ y) & (x ^ r); out[i] = r;)
    }
  else
    {
      LOOP (RUSH_T r; overflow |= __builtin_mul_overflow (x, y, &r); out[i] = r;)
    }
  return overflow || flag < 0;
}

static gboolean
RUSH_FN (overflows) (RushExprKind kind, const RUSH_T *a, const RUSH_T *b)
{
  RUSH_T out;
  return kind == RUSH_EXPR_ADD        ? __builtin_add_overflow (*a, *b, &out)
         : kind == RUSH_EXPR_SUBTRACT ? __builtin_sub_overflow (*a, *b, &out)
                                      : __builtin_mul_overflow (*a, *b, &out);
}

/* % and pmod of a divisor that is not 0; −1 apart, as the machine traps at MIN % −1. */
static void
RUSH_FN (remainder) (gboolean positive, const RUSH_T *a, gboolean constant_a, const RUSH_T *b,
                     gboolean constant_b, const RushRows *rows, RUSH_T *out)
{
  for (guint i = 0; i < rows->n; i++)
    {
      guint row = rush_eval_row (rows, i);
      RUSH_T x = a[constant_a ? 0 : row], y = b[constant_b ? 0 : row];
      RUSH_T r = y == 0 || y == -1 ? 0 : (RUSH_T)(x % y);
      /* (r + n) % n may leave the type in between: Java's int sums wrap around, and so does this.
       * */
      if (positive && r < 0)
        r = (RUSH_T)((RUSH_T)((RUSH_U)r + (RUSH_U)y) % y);
      out[row] = r;
    }
}

#undef LOOP
#undef RUSH_T
#undef RUSH_U
#undef RUSH_FN
