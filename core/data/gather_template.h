/* gather_template.h - copies values of one width from many columns; included once per width by
 * gather.c.
 *
 * Parameters (undefined at the end):
 *   RUSH_FN     name of the function
 *   RUSH_T      an integer or struct of the width that is copied
 */

static void
RUSH_FN (const Source *sources, gboolean all_plain, const RushRowId *rows, guint n,
         gpointer out_values)
{
  RUSH_T *out = out_values;

  if (all_plain)
    {
      for (guint i = 0; i < n; i++)
        out[i] = ((const RUSH_T *)sources[rows[i].batch].values)[rows[i].row];
      return;
    }
  for (guint i = 0; i < n; i++)
    {
      const Source *source = &sources[rows[i].batch];
      out[i] = ((const RUSH_T *)source->values)[source_position (source, rows[i].row)];
    }
}

#undef RUSH_FN
#undef RUSH_T
