/* hadoop_splits.c - Hadoop's arithmetic of splits.
 *
 *     goal  = total bytes of all files ÷ min_partitions
 *     size  = max (1, min (goal, block size))
 *
 *     a file   ├── size ──┼── size ──┼── size ──┼─ rest ─┤     while more than 1.1 × size is left,
 *                                                              a split of size; then the rest
 *
 * The slop of a tenth spares a tiny last split; where total ÷ min_partitions leaves a rest, there
 * are more splits than asked for.  What is packed is one split, whatever its length, but for .bz2
 * files: bzip2_source.c finds into their middle.  An empty file has none, as
 * spark.hadoopRDD.ignoreEmptySplits is true.  The division is one of doubles, as in Java, so that
 * borders agree.
 */
#include "rdd/source/hadoop_splits.h"

#define SLOP 1.1

static void
add_split (GArray *splits, const RushInputFile *file, gint64 start, gint64 length,
           RushPacking packing)
{
  RushFileSplit split = { file->path, start, length, packing };

  g_array_append_val (splits, split);
}

void
rush_hadoop_cut_file (GArray *splits, const RushInputFile *file, gint64 split_size,
                      RushPacking packing)
{
  gint64 left = file->length;

  for (; (double)left / (double)split_size > SLOP; left -= split_size)
    add_split (splits, file, file->length - left, split_size, packing);
  if (left > 0)
    add_split (splits, file, file->length - left, left, packing);
}

GArray *
rush_hadoop_splits (const GPtrArray *files, guint min_partitions, GError **error)
{
  g_autoptr (GArray) splits = g_array_new (FALSE, FALSE, sizeof (RushFileSplit));
  gint64 goal = rush_input_files_bytes (files) / MAX (min_partitions, 1);
  gint64 split_size = MAX (1, MIN (goal, RUSH_HADOOP_BLOCK_BYTES));

  for (guint i = 0; i < files->len; i++)
    {
      const RushInputFile *file = g_ptr_array_index (files, i);
      RushPacking packing;

      if (file->length == 0)
        continue;
      if (!rush_packing_of (file->path, &packing, error))
        return NULL;
      if (packing == RUSH_PACKING_NONE || packing == RUSH_PACKING_BZIP2)
        rush_hadoop_cut_file (splits, file, split_size, packing);
      else
        add_split (splits, file, 0, file->length, packing);
    }
  return g_steal_pointer (&splits);
}
