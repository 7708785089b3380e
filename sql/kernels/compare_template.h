/* compare_template.h - compares two vectors of one C type; included once per type by compare.c.
 *
 * Parameters (undefined at the end):
 *   RUSH_T            the C type
 *   RUSH_FN (name)    name of a function for it
 *   RUSH_EQ, RUSH_LT  (x, y) without branches, so that the compiler can take many at a time
 */

#define LOOP_64(RESULT)                                                                            \
  for (guint base = 0; base < n; base += 64)                                                       \
    {                                                                                              \
      guint8 bytes[64] = { 0 };                                                                    \
      const RUSH_T *x = constant_a ? a : a + base, *y = constant_b ? b : b + base;                 \
      guint here = MIN (64, n - base);                                                             \
      if (constant_b)                                                                              \
        {                                                                                          \
          RUSH_T right = b[0];                                                                     \
          for (guint i = 0; i < here; i++)                                                         \
            bytes[i] = RESULT (x[i], right);                                                       \
        }                                                                                          \
      else if (constant_a)                                                                         \
        {                                                                                          \
          RUSH_T left = a[0];                                                                      \
          for (guint i = 0; i < here; i++)                                                         \
            bytes[i] = RESULT (left, y[i]);                                                        \
        }                                                                                          \
      else                                                                                         \
        for (guint i = 0; i < here; i++)                                                           \
          bytes[i] = RESULT (x[i], y[i]);                                                          \
      out[base / 64] = rush_pack_64 (bytes);                                                       \
    }

#define GT(x, y) RUSH_LT (y, x)
#define NE(x, y) !RUSH_EQ (x, y)
#define LE(x, y) !RUSH_LT (y, x)
#define GE(x, y) !RUSH_LT (x, y)

/* Words of bits; out has room for n rounded up to 64. */
RUSH_SIMD static void
RUSH_FN (bits) (RushCompareOp op, const RUSH_T *a, gboolean constant_a, const RUSH_T *b,
                gboolean constant_b, guint n, guint64 *out)
{
  switch (op)
    {
    case RUSH_COMPARE_EQUAL:
      LOOP_64 (RUSH_EQ);
      break;
    case RUSH_COMPARE_NOT_EQUAL:
      LOOP_64 (NE);
      break;
    case RUSH_COMPARE_LESS:
      LOOP_64 (RUSH_LT);
      break;
    case RUSH_COMPARE_LESS_EQUAL:
      LOOP_64 (LE);
      break;
    case RUSH_COMPARE_GREATER:
      LOOP_64 (GT);
      break;
    case RUSH_COMPARE_GREATER_EQUAL:
    default:
      LOOP_64 (GE);
    }
}

#define SELECT(RESULT)                                                                             \
  for (guint i = 0; i < n; i++)                                                                    \
    {                                                                                              \
      guint16 row = rows[i];                                                                       \
      out[count] = row;                                                                            \
      count += RESULT (a[constant_a ? 0 : row], b[constant_b ? 0 : row]);                          \
    }

/* Branch-free: every row is written, and stays if the next one does not overwrite it. */
static guint
RUSH_FN (select) (RushCompareOp op, const RUSH_T *a, gboolean constant_a, const RUSH_T *b,
                  gboolean constant_b, const guint16 *rows, guint n, guint16 *out)
{
  guint count = 0;

  switch (op)
    {
    case RUSH_COMPARE_EQUAL:
      SELECT (RUSH_EQ);
      break;
    case RUSH_COMPARE_NOT_EQUAL:
      SELECT (NE);
      break;
    case RUSH_COMPARE_LESS:
      SELECT (RUSH_LT);
      break;
    case RUSH_COMPARE_LESS_EQUAL:
      SELECT (LE);
      break;
    case RUSH_COMPARE_GREATER:
      SELECT (GT);
      break;
    case RUSH_COMPARE_GREATER_EQUAL:
    default:
      SELECT (GE);
    }
  return count;
}

#undef LOOP_64
#undef SELECT
#undef GT
#undef NE
#undef LE
#undef GE
#undef RUSH_T
#undef RUSH_FN
#undef RUSH_EQ
#undef RUSH_LT
