/* hash_template.h - hashes the rows of one column; included once per type by
 * spark_hash_template.h.
 *
 * Parameters (undefined at the end, but for RUSH_HASH_T):
 *   RUSH_FN                     name of the function
 *   RUSH_HASH_T                 type of a hash
 *   RUSH_HASH_AT(column, at, seed)   hash of the value at position @at of the column's values
 */

static void
RUSH_FN (const RushResolved *in, RUSH_HASH_T *hashes)
{
  const RushColumn *column = in->holder;
  guint n = in->values.n;

  if (in->values.positions == NULL && in->validity == NULL)
    {
      gsize start = in->values.start;
      for (guint i = 0; i < n; i++)
        hashes[i] = RUSH_HASH_AT (column, start + i, hashes[i]);
      return;
    }
  for (guint i = 0; i < n; i++)
    if (rush_resolved_is_valid (in, i))
      hashes[i] = RUSH_HASH_AT (column, rush_rows_at (&in->values, i), hashes[i]);
}

#undef RUSH_FN
#undef RUSH_HASH_AT
