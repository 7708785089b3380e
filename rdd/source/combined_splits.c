/* combined_splits.c - Hadoop's way to put small files together, where all are on one machine.
 *
 *     files      f0:100  f1:5  f2:0  f3:30  f4:60  f5:7  f6:0  f7:1          max 68
 *     groups     [f0] [f1 f3 f4] [f2 f5 f6 f7]
 *
 * Files go into a group until that has the bytes it may have.  Empty files are on no machine for
 * Hadoop, so they come last, together with what did not fill a group, in the order of the listing.
 */
#include "rdd/source/combined_splits.h"

static GArray *
group_new (void)
{
  return g_array_new (FALSE, FALSE, sizeof (guint));
}

GPtrArray *
rush_combined_splits (const GPtrArray *files, gint64 max_bytes)
{
  GPtrArray *groups = g_ptr_array_new_with_free_func ((GDestroyNotify)g_array_unref);
  GArray *group = group_new ();
  g_autofree gboolean *taken = g_new0 (gboolean, files->len);
  gint64 bytes = 0;

  for (guint i = 0; i < files->len; i++)
    {
      gint64 length = ((const RushInputFile *)g_ptr_array_index (files, i))->length;

      if (length == 0)
        continue;
      g_array_append_val (group, i);
      bytes += length;
      if (max_bytes == 0 || bytes < max_bytes)
        continue;
      for (guint j = 0; j < group->len; j++)
        taken[g_array_index (group, guint, j)] = TRUE;
      g_ptr_array_add (groups, group);
      group = group_new ();
      bytes = 0;
    }
  g_array_set_size (group, 0);
  for (guint i = 0; i < files->len; i++)
    if (!taken[i])
      g_array_append_val (group, i);
  if (group->len > 0)
    g_ptr_array_add (groups, group);
  else
    g_array_unref (group);
  return groups;
}
