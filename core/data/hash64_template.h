/* hash64_template.h - the engine's own hash of the rows of one column; included once per type by
 * hash.c.
 *
 * Parameters (undefined at the end):
 *   RUSH_FN                    name of the function
 *   RUSH_HASH_AT(column, at)   hash of the value at position @at of the column's values
 */

static void
RUSH_FN (const RushResolved *in, gboolean combine, guint64 *hashes)
{
  const RushColumn *column = in->holder;
  guint n = in->values.n;
  gsize start = in->values.start;

  if (in->values.positions == NULL && in->validity == NULL)
    {
      if (combine)
        for (guint i = 0; i < n; i++)
          hashes[i] = combine_hashes (hashes[i], RUSH_HASH_AT (column, start + i));
      else
        for (guint i = 0; i < n; i++)
          hashes[i] = RUSH_HASH_AT (column, start + i);
      return;
    }
  for (guint i = 0; i < n; i++)
    {
      guint64 hash = rush_resolved_is_valid (in, i)
                         ? RUSH_HASH_AT (column, rush_rows_at (&in->values, i))
                         : NULL_HASH;
      hashes[i] = combine ? combine_hashes (hashes[i], hash) : hash;
    }
}

#undef RUSH_FN
#undef RUSH_HASH_AT
