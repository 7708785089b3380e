/* key_rows_template.h - writes one key of many rows; included once a storage by key_rows.c.
 *
 * Parameters (undefined at the end):
 *   RUSH_FN                  name of the function
 *   RUSH_PUT(out, in, at)    writes value @at of the source to the words at @out
 */

static void
RUSH_FN (const Source *in, const RushRows *rows, guint first, guint n, guint64 *out, guint stride)
{
  if (in->layout == RUSH_LAYOUT_PLAIN && rows->positions == NULL)
    for (guint i = 0; i < n; i++, out += stride)
      RUSH_PUT (out, in, in->start + first + i);
  else if (in->layout == RUSH_LAYOUT_PLAIN)
    for (guint i = 0; i < n; i++, out += stride)
      RUSH_PUT (out, in, in->start + rows->positions[first + i]);
  else if (in->layout == RUSH_LAYOUT_DICTIONARY)
    for (guint i = 0; i < n; i++, out += stride)
      RUSH_PUT (out, in, in->start + (gsize)in->indices[rush_eval_row (rows, first + i)]);
  else
    for (guint i = 0; i < n; i++, out += stride)
      RUSH_PUT (out, in, in->start);
}

#undef RUSH_FN
#undef RUSH_PUT
