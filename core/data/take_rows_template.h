/* take_rows_template.h - copies chosen values of one width; included once per width by take_rows.c.
 *
 * Parameters (undefined at the end):
 *   RUSH_FN     name of the function
 *   RUSH_T      an integer or struct of the width that is copied
 */

static void
RUSH_FN (gpointer out_values, gconstpointer values, const Wanted *wanted)
{
  RUSH_T *out = out_values;
  const RUSH_T *from = values;
  guint n = wanted->n;

  switch (wanted->form)
    {
    case WANTED_SELECTED:
      for (guint i = 0; i < n; i++)
        out[i] = from[wanted->selected[i]];
      break;
    case WANTED_ROWS:
      for (guint i = 0; i < n; i++)
        out[i] = from[wanted->rows[i]];
      break;
    case WANTED_ROWS_OR_NONE:
      for (guint i = 0; i < n; i++)
        out[i] = wanted->rows[i] != RUSH_NO_ROW ? from[wanted->rows[i]] : (RUSH_T){ 0 };
      break;
    case WANTED_FIRST:
      for (guint i = 0; i < n; i++)
        out[i] = from[0];
      break;
    }
}

#undef RUSH_FN
#undef RUSH_T
