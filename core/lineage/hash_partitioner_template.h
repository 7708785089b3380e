/* hash_partitioner_template.h - places the rows of one batch; included once per type of the key by
 * hash_partitioner.c.
 *
 * Parameters (undefined at the end):
 *   RUSH_FN                    name of the function
 *   RUSH_HASH_AT(column, at)   Java's hash code of the value at position @at of the column's values
 */

static void
RUSH_FN (const RushBatch *batch, const Keys *keys, guint32 n_partitions, guint32 *out)
{
  guint n = batch->length;

  if (keys->is_run)
    {
      for (guint i = 0; i < n; i++)
        out[i] = non_negative_mod (RUSH_HASH_AT (keys->holder, keys->base + i), n_partitions);
      return;
    }
  for (guint i = 0; i < n; i++)
    {
      guint row = rush_batch_row (batch, i);

      out[i] = 0;
      if (rush_column_is_valid (keys->column, row))
        out[i] =
            non_negative_mod (RUSH_HASH_AT (keys->holder, key_position (keys, row)), n_partitions);
    }
}

#undef RUSH_FN
#undef RUSH_HASH_AT
