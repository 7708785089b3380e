/* encoding_template.h - writes chosen values of one width; included once per width by
 * encoding_write.c.  The output need not be aligned.
 *
 * Parameters (undefined at the end):
 *   RUSH_FN     name of the function
 *   RUSH_T      an integer of the width that is copied
 */

static void
RUSH_FN (guint8 *out, gconstpointer values, const guint32 *positions, guint n)
{
  const RUSH_T *from = values;

  for (guint i = 0; i < n; i++)
    memcpy (out + i * sizeof (RUSH_T), &from[positions[i]], sizeof (RUSH_T));
}

#undef RUSH_FN
#undef RUSH_T
