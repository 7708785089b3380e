/* sorted_windows.c - how many rows are gathered at once.
 *
 *     index     0      2                9    10        13
 *     order     │ p0 p0 │ p1 p1 p1 … p1 │ p2 │ p3 p3 p3 │
 *               └── window 0: 4 MiB ──┘└──── window 1 ──┘       at most 8,192 rows each
 *
 * A gather that takes all rows at once would need as much memory again as they hold; one that takes
 * a few is slow.  What a window takes is estimated: each row of a partition at the partition's
 * average, so that a partition of long rows does not burst a window of short ones.
 */
#include "core/shuffle/sorted_windows.h"

#define WINDOW_BYTES (4 * 1024 * 1024) /* softly */

static guint
window_length (const RushSortedRows *self, guint64 start, guint *inout_partition)
{
  const guint64 *index = rush_row_buffer_index (self->rows);
  guint64 end = start, most = MIN (start + RUSH_BATCH_MAX_ROWS, index[self->n_partitions]);
  gint64 bytes_left = WINDOW_BYTES;
  guint p = *inout_partition;

  while (index[p + 1] <= start)
    p++;
  *inout_partition = p;
  for (; end < most && bytes_left > 0; p++)
    {
      if (index[p + 1] == end)
        continue;
      gint64 records = self->sizes[p].records;
      gint64 row_bytes = MAX (1, rush_slice_meter_bytes (self->meter, p) / records);
      guint64 n = MIN (MIN (index[p + 1], most) - end, (guint64)(bytes_left / row_bytes) + 1);
      end += n;
      bytes_left -= (gint64)n * row_bytes;
      if (end < index[p + 1])
        break;
    }
  return (guint)(end - start);
}

gboolean
rush_sorted_rows_for_each_window (const RushSortedRows *self, RushAllocator *allocator,
                                  RushWindowFunc func, gpointer data, GError **error)
{
  guint64 n_rows = rush_row_buffer_n_rows (self->rows);
  guint partition = 0;

  for (guint64 first = 0; first < n_rows;)
    {
      guint n = window_length (self, first, &partition);
      RushBatch *window = rush_row_buffer_window (self->rows, first, n, allocator, error);
      if (window == NULL || !func (window, first, data, error))
        return FALSE;
      first += n;
    }
  return TRUE;
}
